//! Dates, moments and numbers as the reader of a language writes them.

use jiff::Zoned;

use super::{Language, Value};
use crate::domain::{Date, SignedDuration, TimeZone, Timestamp};

impl Language {
    /// A date, e.g. `1 Mar 2026`, `2026年3月1日`, `01/03/2026`.
    #[must_use]
    pub fn date(self, date: Date) -> String {
        self.say_with("format-date", &self.parts(date))
    }

    /// A date whose year is clear, e.g. `1 Mar`, `3月1日`, `01/03`.
    #[must_use]
    pub fn day(self, date: Date) -> String {
        self.say_with("format-day", &self.parts(date))
    }

    /// What a pattern can be made of. The pattern is the translators' choice, and its words are theirs, too.
    fn parts(self, date: Date) -> Vec<(&'static str, Value<'static>)> {
        vec![
            ("day", date.day().to_string().into()),
            ("day2", format!("{:02}", date.day()).into()),
            ("month", self.say(&format!("month-{}", date.month())).into()),
            ("number", date.month().to_string().into()),
            ("number2", format!("{:02}", date.month()).into()),
            ("year", date.year().to_string().into()),
        ]
    }

    /// A moment in a zone with its weekday and the zone's name, e.g. `Mon 2 Mar 2026 09:00 CET`.
    #[must_use]
    pub fn full_moment(self, at: Timestamp, zone: &TimeZone) -> String {
        let local = at.to_zoned(zone.clone());
        self.say_with(
            "format-full",
            &[
                ("weekday", self.weekday(local.date()).into()),
                ("date", self.date(local.date()).into()),
                ("time", time_of_day(&local).into()),
                ("zone", local.strftime("%Z").to_string().into()),
            ],
        )
    }

    /// A moment in a zone that is near, e.g. `Mon 2 Mar 09:00`.
    #[must_use]
    pub fn near_moment(self, at: Timestamp, zone: &TimeZone) -> String {
        let local = at.to_zoned(zone.clone());
        let mut values = self.parts(local.date());
        values.push(("weekday", self.weekday(local.date()).into()));
        values.push(("time", time_of_day(&local).into()));
        self.say_with("format-short", &values)
    }

    fn weekday(self, date: Date) -> String {
        self.say(&format!("weekday-{}", date.weekday().to_monday_one_offset()))
    }

    /// The two largest units of a span, e.g. `1 day 12 h`; nothing where `to` is before `from`.
    #[must_use]
    pub fn span(self, from: Timestamp, to: Timestamp) -> String {
        let minutes = to.duration_since(from).max(SignedDuration::ZERO).as_secs().unsigned_abs() / 60;
        let of = |unit: &str, count: u64| self.say_with(unit, &[("count", Value::Count(count))]);
        let (days, hours, rest) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
        let (large, small) = match (days, hours, rest) {
            (0, 0, minutes) => return of("span-minutes", minutes),
            (0, hours, 0) => return of("span-hours", hours),
            (days, 0, _) => return of("span-days", days),
            (0, hours, minutes) => (of("span-hours", hours), of("span-minutes", minutes)),
            (days, hours, _) => (of("span-days", days), of("span-hours", hours)),
        };
        self.say_with("format-two", &[("large", large.into()), ("small", small.into())])
    }

    /// A moment in a zone, to the minute.
    #[must_use]
    pub fn moment(self, at: Timestamp, zone: &TimeZone) -> String {
        let local = zone.to_datetime(at);
        let time = format!("{:02}:{:02}", local.hour(), local.minute());
        self.say_with("format-moment", &[("date", self.date(local.date()).into()), ("time", time.into())])
    }

    /// A number with so many decimals, with the language's decimal mark.
    #[must_use]
    pub fn number(self, number: f64, decimals: u8) -> String {
        if !number.is_finite() {
            return "–".to_owned();
        }
        let plain = format!("{number:.*}", usize::from(decimals));
        // A true minus sign; and no minus before what rounds to nothing.
        let is_nothing = plain.chars().all(|digit| matches!(digit, '-' | '0' | '.'));
        let plain = if is_nothing { plain.trim_start_matches('-').to_owned() } else { plain.replace('-', "−") };
        plain.replace('.', &self.say("format-decimal-mark"))
    }

    /// The same with its sign, but for nothing.
    #[must_use]
    pub fn signed(self, number: f64, decimals: u8) -> String {
        let told = self.number(number, decimals);
        let is_more = number > 0.0 && told.chars().any(|digit| matches!(digit, '1'..='9'));
        if is_more { format!("+{told}") } else { told }
    }
}

fn time_of_day(local: &Zoned) -> String {
    format!("{:02}:{:02}", local.hour(), local.minute())
}
