//! Whether an item's time can be: what only the clock can tell, so admission asks it, not [`super::decode`].

use crate::domain::item::Item;
use crate::domain::reading::Reading;
use crate::domain::rejection::Reason;
use crate::domain::{Date, SignedDuration, Timestamp};

/// Hours by which the date of the easternmost zone (UTC+14) is ahead of UTC.
const DATE_LEAD_H: i64 = 14;

/// The moment that times are held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Present {
    /// The moment itself, by which everything is reckoned.
    pub now: Timestamp,
    /// What the machine's clock says, also where nobody has accepted yet that it was set. An item may
    /// be as late as that, so only one that cannot wait is to be held against it: see [`Self::guarded`].
    pub wall: Timestamp,
}

impl Present {
    /// A moment that no clock disputes.
    #[must_use]
    pub const fn at(now: Timestamp) -> Self {
        Self { now, wall: now }
    }

    /// The same moment with no regard to what the machine's clock says.
    #[must_use]
    pub const fn guarded(self) -> Self {
        Self::at(self.now)
    }
}

/// The times of an item: the one that says how old it is, and the latest one it names.
struct Span {
    begins: Timestamp,
    latest: Timestamp,
}

/// Refuses what is too old, or not yet possible.
///
/// Readings are refused when they begin more than `max_age_days` ago, because no night that old is
/// computed again, and exposures before those that are remembered. Screenings and progress of any age
/// are taken: a questionnaire answered on paper is typed in later, and its validity is judged by date.
/// Nothing may lie more than `max_ahead_s` ahead of the later of both moments of `present`. An item that
/// names only a date is as old as the end of that date and as new as its begin, each in the zone that
/// favours the item.
///
/// # Errors
/// The reason, and the detail for the receipt.
pub fn check(item: &Item, present: Present, max_age_days: i64, max_ahead_s: i64) -> Result<(), (Reason, String)> {
    let now = present.now;
    let Some(span) = span(item) else {
        return Err((Reason::BadTimestamp, "the date is beyond the calendar".to_owned()));
    };
    let latest = now.max(present.wall);
    if span.latest.duration_since(latest) > SignedDuration::from_secs(max_ahead_s) {
        return Err((
            Reason::InFuture,
            format!("{} is more than {max_ahead_s} s ahead of {latest}", stated(item, span.latest)),
        ));
    }
    let max_age_days = if matches!(item, Item::Exposure(_)) { MAX_EXPOSURE_DAYS } else { max_age_days };
    let age_limit = SignedDuration::from_hours(max_age_days.saturating_mul(24).min(MAX_HOURS));
    if matches!(item, Item::Reading(_) | Item::Exposure(_)) && now.duration_since(span.begins) > age_limit {
        return Err((Reason::TooOld, format!("{} is more than {max_age_days} days old", stated(item, span.begins))));
    }
    Ok(())
}

/// How far back exposures are remembered.
const MAX_EXPOSURE_DAYS: i64 = 150;

/// The longest span of hours that does not overflow a duration, and longer than the calendar.
const MAX_HOURS: i64 = 24 * 366 * 20_000;

fn span(item: &Item) -> Option<Span> {
    let of = |begins, latest| Some(Span { begins, latest });
    match item {
        Item::Reading(Reading::Hrv(window)) => of(window.start, window.start),
        Item::Reading(Reading::Beats(beats)) => of(beats.start, beats.start),
        Item::Reading(Reading::Sleep(sleep)) => of(sleep.start, sleep.end),
        Item::Reading(Reading::Nightly(night)) => day(night.date),
        Item::Reading(Reading::Tag(report)) => day(report.date),
        Item::Screening(screening) => of(screening.taken_at, screening.taken_at),
        Item::Exposure(exposure) => {
            let day = day(exposure.date)?;
            // A roster system may report a shift on the day it begins, so its end is not held against it.
            of(day.begins, exposure.shift.map_or(day.latest, |shift| shift.start.max(day.latest)))
        }
        Item::Progress(progress) => of(progress.at, progress.at),
    }
}

/// The end of a date where it ends last, and the begin where it begins first.
fn day(date: Date) -> Option<Span> {
    let midnight = date.to_zoned(crate::domain::TimeZone::UTC).ok()?.timestamp();
    let begins = midnight.checked_add(SignedDuration::from_hours(24 + 12)).ok()?;
    let latest = midnight.checked_sub(SignedDuration::from_hours(DATE_LEAD_H)).ok()?;
    Some(Span { begins, latest })
}

/// The time as the item gave it.
fn stated(item: &Item, time: Timestamp) -> String {
    match item {
        Item::Reading(Reading::Nightly(night)) => night.date.to_string(),
        Item::Reading(Reading::Tag(report)) => report.date.to_string(),
        Item::Exposure(exposure) if exposure.shift.is_none_or(|shift| shift.start != time) => exposure.date.to_string(),
        Item::Exposure(_)
        | Item::Screening(_)
        | Item::Progress(_)
        | Item::Reading(Reading::Hrv(_) | Reading::Beats(_) | Reading::Sleep(_)) => time.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Decoded, Limits};
    use super::*;
    use crate::domain::item::Stream;

    fn decode(stream: Stream, payload: &[u8], limits: &Limits) -> Decoded {
        let source = crate::domain::ids::SourceId::parse("gw-7").unwrap();
        super::super::decode(&source, stream, payload, limits)
    }

    const NOON: Timestamp = Timestamp::constant(1_772_366_400, 0);

    /// What the check says of an item at noon UTC of 1 March 2026, with the limits of the contract.
    fn verdict(stream: Stream, item: &str) -> Option<Reason> {
        verdict_at(Present::at(NOON), stream, item)
    }

    fn verdict_at(present: Present, stream: Stream, item: &str) -> Option<Reason> {
        let mut found = decode(stream, item.as_bytes(), &Limits::default());
        let item = found.items.pop().unwrap().item;
        check(&item, present, 77, 300).err().map(|(reason, _)| reason)
    }

    fn hrv(start: &str) -> Option<Reason> {
        let text = format!(r#"{{"kind":"hrv","worker":"w","start":"{start}","duration_s":300,"rmssd_ms":38}}"#);
        verdict(Stream::Readings, &text)
    }

    fn tag(date: &str) -> Option<Reason> {
        verdict(Stream::Readings, &format!(r#"{{"kind":"tag","worker":"w","date":"{date}","tag":"travel"}}"#))
    }

    #[test]
    fn readings_are_taken_from_77_days_back_to_5_minutes_ahead() {
        assert_eq!(hrv("2026-03-01T12:05:00Z"), None);
        assert_eq!(hrv("2026-03-01T12:05:01Z"), Some(Reason::InFuture));
        assert_eq!(hrv("2025-12-14T12:00:00Z"), None);
        assert_eq!(hrv("2025-12-14T11:59:59Z"), Some(Reason::TooOld));
    }

    #[test]
    fn dates_are_judged_in_the_zone_that_favours_them() {
        assert_eq!(tag("2026-03-02"), None, "it is the 2nd already east of UTC+12");
        assert_eq!(tag("2026-03-03"), Some(Reason::InFuture));
        assert_eq!(tag("2025-12-13"), None, "the 13th ended 77 days ago at UTC-12");
        assert_eq!(tag("2025-12-12"), Some(Reason::TooOld));
    }

    #[test]
    fn only_screenings_and_progress_may_be_of_any_age_and_nothing_in_the_future() {
        let screening = |at| format!(r#"{{"worker":"w","instrument":"GAD-7","taken_at":"{at}","score":5}}"#);
        assert_eq!(verdict(Stream::Screenings, &screening("2020-01-01T00:00:00Z")), None);
        assert_eq!(verdict(Stream::Screenings, &screening("2026-03-01T12:06:00Z")), Some(Reason::InFuture));
        let exposure = |date| format!(r#"{{"worker":"w","date":"{date}","worked_h":8}}"#);
        assert_eq!(verdict(Stream::Exposures, &exposure("2025-11-01")), None);
        assert_eq!(verdict(Stream::Exposures, &exposure("2020-01-01")), Some(Reason::TooOld), "before what is kept");
        assert_eq!(verdict(Stream::Exposures, &exposure("2026-03-03")), Some(Reason::InFuture));
        let progress = |at| format!(r#"{{"action_id":"a","state":"done","at":"{at}"}}"#);
        assert_eq!(verdict(Stream::Actions, &progress("2020-01-01T00:00:00Z")), None);
        assert_eq!(verdict(Stream::Actions, &progress("2026-03-01T13:00:00Z")), Some(Reason::InFuture));
    }

    #[test]
    fn items_may_come_from_the_later_of_two_clocks_and_where_that_is_guarded_from_one() {
        use Stream::{Actions, Exposures, Readings, Screenings};
        let at = "2026-03-02T18:00:00Z";
        let screening = format!(r#"{{"worker":"w","instrument":"GAD-7","taken_at":"{at}","score":5}}"#);
        let progress = format!(r#"{{"action_id":"a","state":"done","at":"{at}"}}"#);
        let hrv = format!(r#"{{"kind":"hrv","worker":"w","start":"{at}","duration_s":300,"rmssd_ms":38}}"#);
        let exposure = r#"{"worker":"w","date":"2026-03-03","worked_h":8}"#;
        let all = [(Screenings, screening.as_str()), (Actions, &progress), (Readings, &hrv), (Exposures, exposure)];
        let judged = |wall: SignedDuration| {
            let present = Present { now: NOON, wall: NOON + wall };
            assert!(all.iter().all(|(stream, item)| verdict_at(present.guarded(), *stream, item).is_some()));
            all.map(|(stream, item)| verdict_at(present, stream, item).is_none())
        };
        let (step, second) = (SignedDuration::from_hours(30), SignedDuration::from_secs(1));
        assert_eq!(judged(step), [true; 4], "the clock was set forward by that much");
        assert_eq!(judged(step - second * 300), [true; 4]);
        assert_eq!(judged(step - second * 301), [false, false, false, true], "ahead of either, but for the date");
        assert_eq!(judged(-step), [false; 4]);
        let before = |item: &str| item.replace("2026-03-02T18", "2026-03-01T11");
        let present = Present { now: NOON, wall: NOON - step };
        assert_eq!(verdict_at(present, Screenings, &before(&screening)), None, "a clock set back refuses nothing");
    }

    #[test]
    fn sleep_that_has_not_ended_is_in_the_future() {
        let sleep = |end| format!(r#"{{"kind":"sleep","worker":"w","start":"2026-03-01T06:00:00Z","end":"{end}"}}"#);
        assert_eq!(verdict(Stream::Readings, &sleep("2026-03-01T12:00:00Z")), None);
        assert_eq!(verdict(Stream::Readings, &sleep("2026-03-01T13:00:00Z")), Some(Reason::InFuture));
    }

    #[test]
    fn extreme_limits_and_dates_do_not_overflow() {
        let mut found = decode(
            Stream::Readings,
            br#"{"kind":"tag","worker":"w","date":"9999-12-31","tag":"travel"}"#,
            &Limits::default(),
        );
        let item = found.items.pop().unwrap().item;
        let verdict = check(&item, Present::at(Timestamp::MIN), i64::MAX, i64::MAX);
        assert!(matches!(verdict, Ok(()) | Err((Reason::BadTimestamp | Reason::InFuture, _))), "{verdict:?}");
    }
}
