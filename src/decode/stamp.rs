//! RFC 3339 time stamps and dates, read strictly: every item has one, and a general parser would
//! take most of an item's time and accept more than the contract does.

use crate::domain::{Date, Timestamp};

/// Why a text is no time stamp, as the end of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum StampError {
    /// Not of the form.
    #[error("is not an RFC 3339 time stamp such as 2026-03-01T02:05:00+07:00")]
    Form,
    /// The offset is missing, so it is no instant.
    #[error("has no offset such as Z or +07:00")]
    NoOffset,
    /// A date or time of day that does not exist.
    #[error("does not exist in the calendar")]
    Impossible,
    /// Not of the form of a date.
    #[error("is not a date such as 2026-03-01")]
    DateForm,
}

/// Reads a time stamp with offset.
///
/// A 60th second, which RFC 3339 allows, counts as the 59th. Digits beyond nanoseconds are dropped.
pub(super) fn timestamp(text: &str) -> Result<Timestamp, StampError> {
    let bytes = text.as_bytes();
    let (year, month, day) = civil(bytes).ok_or(StampError::Form)?;
    if !matches!(bytes.get(10), Some(b'T' | b't')) || bytes.get(13) != Some(&b':') || bytes.get(16) != Some(&b':') {
        return Err(StampError::Form);
    }
    let part = |at| two(bytes, at).ok_or(StampError::Form);
    let (hour, minute, second) = (part(11)?, part(14)?, part(17)?);
    let (nanosecond, zone) = fraction(&bytes[19..])?;
    let offset_s = offset(zone)?;
    if !exists(year, month, day) || hour > 23 || minute > 59 || second > 60 {
        return Err(StampError::Impossible);
    }
    let of_day = i64::from(hour * 3600 + minute * 60 + second.min(59));
    Timestamp::new(days(year, month, day) * 86_400 + of_day - offset_s, nanosecond).map_err(|_| StampError::Impossible)
}

/// Reads a time stamp with offset, and the date that it names.
pub(super) fn dated_timestamp(text: &str) -> Result<(Timestamp, Date), StampError> {
    let at = timestamp(text)?;
    // A time stamp is ASCII and begins with its date.
    Ok((at, date(text.get(..10).ok_or(StampError::Form)?)?))
}

/// Reads a date.
pub(super) fn date(text: &str) -> Result<Date, StampError> {
    let bytes = text.as_bytes();
    let (year, month, day) = civil(bytes).filter(|_| bytes.len() == 10).ok_or(StampError::DateForm)?;
    let small = |number: u32| i8::try_from(number).map_err(|_| StampError::Impossible);
    let year = i16::try_from(year).map_err(|_| StampError::Impossible)?;
    Date::new(year, small(month)?, small(day)?).map_err(|_| StampError::Impossible)
}

/// `YYYY-MM-DD` at the begin of `bytes`, digits only checked.
fn civil(bytes: &[u8]) -> Option<(u32, u32, u32)> {
    if bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
        return None;
    }
    Some((two(bytes, 0)? * 100 + two(bytes, 2)?, two(bytes, 5)?, two(bytes, 8)?))
}

fn two(bytes: &[u8], at: usize) -> Option<u32> {
    match bytes.get(at..at + 2) {
        Some(&[tens @ b'0'..=b'9', ones @ b'0'..=b'9']) => Some(u32::from(tens - b'0') * 10 + u32::from(ones - b'0')),
        Some(_) | None => None,
    }
}

/// The fraction of a second in nanoseconds, and what follows it.
fn fraction(rest: &[u8]) -> Result<(i32, &[u8]), StampError> {
    let Some(digits) = rest.strip_prefix(b".") else { return Ok((0, rest)) };
    let length = digits.iter().take_while(|b| b.is_ascii_digit()).count();
    if length == 0 {
        return Err(StampError::Form);
    }
    let mut nanosecond = 0;
    for place in 0..9 {
        let digit = digits[..length].get(place).map_or(0, |digit| i32::from(digit - b'0'));
        nanosecond = nanosecond * 10 + digit;
    }
    Ok((nanosecond, &digits[length..]))
}

fn offset(zone: &[u8]) -> Result<i64, StampError> {
    match zone {
        b"Z" | b"z" => Ok(0),
        [] => Err(StampError::NoOffset),
        [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
            let hours = two(zone, 1).ok_or(StampError::Form)?;
            let minutes = two(zone, 4).ok_or(StampError::Form)?;
            if hours > 23 || minutes > 59 {
                return Err(StampError::Impossible);
            }
            let seconds = i64::from(hours * 3600 + minutes * 60);
            Ok(if *sign == b'-' { -seconds } else { seconds })
        }
        _ => Err(StampError::Form),
    }
}

fn exists(year: u32, month: u32, day: u32) -> bool {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let length = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => 0,
    };
    (1..=length).contains(&day)
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar.
///
/// # Source
/// H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.
fn days(year: u32, month: u32, day: u32) -> i64 {
    // Years begin in March, so that the leap day is the last of its year.
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * i64::from((month + 9) % 12) + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn stamps_without_offset_or_sense_are_refused() {
        use StampError::{Form, Impossible, NoOffset};
        for (text, error) in [
            ("2026-03-01T02:05:00", NoOffset),
            ("2026-03-01T02:05:00.5", NoOffset),
            ("2026-03-01 02:05:00Z", Form),
            ("2026-03-01T02:05Z", Form),
            ("2026-03-01T02:05:00+0700", Form),
            ("2026-03-01T02:05:00+07", Form),
            ("2026-03-01T02:05:00.Z", Form),
            ("2026-03-01T02:05:00+07:00[Asia/Saigon]", Form),
            ("2026-03-01T02:05:00Zx", Form),
            ("1772306700", Form),
            ("", Form),
            ("2026-03-0ä", Form),
            ("2026-02-29T00:00:00Z", Impossible),
            ("2026-13-01T00:00:00Z", Impossible),
            ("2026-00-10T00:00:00Z", Impossible),
            ("2026-03-01T24:00:00Z", Impossible),
            ("2026-03-01T00:00:00+24:00", Impossible),
            ("9999-12-31T23:59:59Z", Impossible),
        ] {
            assert_eq!(timestamp(text), Err(error), "{text}");
        }
    }

    #[test]
    fn stamps_fix_an_instant_whatever_their_offset() {
        let expected: Timestamp = "2026-02-28T19:05:00Z".parse().unwrap();
        for text in ["2026-03-01T02:05:00+07:00", "2026-02-28T19:05:00Z", "2026-02-28t14:05:00-05:00"] {
            assert_eq!(timestamp(text), Ok(expected));
        }
        assert_eq!(timestamp("2026-02-28T19:05:00.25Z").unwrap().subsec_nanosecond(), 250_000_000);
        assert_eq!(timestamp("2016-12-31T23:59:60Z"), timestamp("2016-12-31T23:59:59Z"));
    }

    #[test]
    fn dates_are_whole_and_exist() {
        assert_eq!(date("2024-02-29"), Ok(Date::constant(2024, 2, 29)));
        assert_eq!(date("2026-02-29"), Err(StampError::Impossible));
        for text in ["2026-3-1", "2026-03-01T00:00:00Z", "", "20260301", "2026-03-0x"] {
            assert_eq!(date(text), Err(StampError::DateForm), "{text}");
        }
    }

    proptest! {
        #[test]
        fn stamps_are_read_as_the_date_time_crate_reads_them(
            second in -62_135_596_800_i64..253_402_000_000, nanosecond in 0..1_000_000_000_i32, hours in -12..=14_i8,
        ) {
            let instant = Timestamp::new(second, nanosecond).unwrap();
            let text = instant.display_with_offset(jiff::tz::offset(hours)).to_string();
            prop_assert_eq!(timestamp(&text), Ok(instant));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "[0-9TtZz:.+\\-ä ]{0,40}") {
            if let Ok(instant) = timestamp(&text) {
                let upper = text.to_ascii_uppercase();
                prop_assert_eq!(upper.parse::<Timestamp>().ok(), Some(instant));
            }
            let _ = date(&text);
        }
    }
}
