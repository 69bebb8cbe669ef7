//! Instants and spans as people of the site say them.

use jiff::SignedDuration;

use crate::domain::{Date, TimeZone, Timestamp};

/// With year and zone, e.g. `Mon 2 Mar 2026 09:00 CET`.
pub(super) fn full(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%a %-d %b %Y %H:%M %Z").to_string()
}

/// For a subject, e.g. `Mon 2 Mar 09:00`.
pub(super) fn short(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%a %-d %b %H:%M").to_string()
}

/// E.g. `20 Feb 2026`.
pub(super) fn day(date: Date) -> String {
    date.strftime("%-d %b %Y").to_string()
}

/// E.g. `21 May`.
pub(super) fn short_day(date: Date) -> String {
    date.strftime("%-d %b").to_string()
}

/// The name of a zone, e.g. `Europe/Berlin`.
pub(super) fn zone_name(zone: &TimeZone) -> &str {
    zone.iana_name().unwrap_or("the site's clock")
}

/// The two largest units of a span, e.g. `1 day 12 h`.
pub(super) fn span(from: Timestamp, to: Timestamp) -> String {
    let minutes = to.duration_since(from).max(SignedDuration::ZERO).as_secs() / 60;
    let (days, hours, rest) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    let days_word = if days == 1 { "day" } else { "days" };
    match (days, hours, rest) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, 0, _) => format!("{days} {days_word}"),
        (days, hours, _) => format!("{days} {days_word} {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_says_which_side_of_a_clock_change_it_is_on() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let at = |text: &str| full(text.parse().unwrap(), &zone);
        assert_eq!(at("2026-10-25T00:30:00Z"), "Sun 25 Oct 2026 02:30 CEST");
        assert_eq!(at("2026-10-25T01:30:00Z"), "Sun 25 Oct 2026 02:30 CET");
        assert_eq!(short("2026-03-02T08:00:00Z".parse().unwrap(), &zone), "Mon 2 Mar 09:00");
    }

    #[test]
    fn a_span_is_told_in_its_two_largest_units_and_is_never_negative() {
        let after = |minutes: i64| {
            let from = Timestamp::UNIX_EPOCH;
            span(from, from + SignedDuration::from_mins(minutes))
        };
        let told = [-5, 7, 60, 95, 1_440, 2_191, 4_320].map(after);
        assert_eq!(told, ["0 min", "7 min", "1 h", "1 h 35 min", "1 day", "1 day 12 h", "3 days"]);
    }
}
