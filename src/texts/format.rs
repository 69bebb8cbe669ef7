//! Dates, moments and numbers as the reader of a language writes them.

use super::Language;
use crate::domain::{Date, TimeZone, Timestamp};

impl Language {
    /// A date, e.g. `1 Mar 2026`, `2026年3月1日`, `01/03/2026`.
    #[must_use]
    pub fn date(self, date: Date) -> String {
        // The pattern of a language is its translators' choice, and its words are theirs, too.
        let month = self.say(&format!("month-{}", date.month()));
        self.say_with(
            "format-date",
            &[
                ("day", date.day().to_string().into()),
                ("day2", format!("{:02}", date.day()).into()),
                ("month", month.into()),
                ("number", date.month().to_string().into()),
                ("number2", format!("{:02}", date.month()).into()),
                ("year", date.year().to_string().into()),
            ],
        )
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
}
