//! One worker-day of working conditions.

use super::{Date, SignedDuration, TimeZone, Timestamp};

/// Something that happened at work.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WorkEvent {
    /// Violence or threat of it.
    Violence,
    /// An accident.
    Accident,
    /// The first day back after a long absence.
    ReturnToWork,
    /// Anything else, by the name the source gave it.
    Other(Box<str>),
}

impl WorkEvent {
    /// The event's name in payloads and evidence.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Violence => "violence",
            Self::Accident => "accident",
            Self::ReturnToWork => "return_to_work",
            Self::Other(name) => name,
        }
    }

    /// The event of that name.
    #[must_use]
    pub fn parse(name: &str) -> Self {
        match name.to_ascii_lowercase().replace('-', "_").as_str() {
            "violence" => Self::Violence,
            "accident" => Self::Accident,
            "return_to_work" => Self::ReturnToWork,
            other => Self::Other(other.into()),
        }
    }
}

/// A shift that was worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shift {
    /// Begin of work.
    pub start: Timestamp,
    /// End of work, after `start`.
    pub end: Timestamp,
}

/// From this hour on it is night.
///
/// # Source
/// Domain reference, sections 4.5 and 7.
const NIGHT_BEGIN_H: i8 = 23;
/// From this hour on it is day again.
const NIGHT_END_H: i8 = 6;
/// So much work at night makes a shift a night shift.
///
/// # Source
/// Directive 2003/88/EC, article 2; domain reference, section 4.5.
const NIGHT_SHIFT_WORK: SignedDuration = SignedDuration::from_hours(3);

impl Shift {
    /// How long the work was.
    #[must_use]
    pub fn duration(&self) -> SignedDuration {
        self.end.duration_since(self.start)
    }

    /// How much of the work lies between 23:00 and 06:00 by the worker's clock, in any of the nights
    /// that the shift touches.
    #[must_use]
    pub fn night_work(&self, zone: &TimeZone) -> SignedDuration {
        let at = |date: Date, hour| zone.to_timestamp(date.at(hour, 0, 0, 0)).unwrap_or(Timestamp::MAX);
        let last = zone.to_datetime(self.end).date();
        // The night that began on the evening before counts for the morning.
        let first = zone.to_datetime(self.start).date().yesterday().unwrap_or(Date::MIN);
        let nights = first.series(jiff::Span::new().days(1)).take_while(|evening| *evening <= last);
        nights.fold(SignedDuration::ZERO, |sum, evening| {
            let begin = self.start.max(at(evening, NIGHT_BEGIN_H));
            let end = self.end.min(at(evening.tomorrow().unwrap_or(Date::MAX), NIGHT_END_H));
            sum.saturating_add(end.duration_since(begin).max(SignedDuration::ZERO))
        })
    }

    /// Whether it is a night shift: three hours of work between 23:00 and 06:00.
    ///
    /// # Source
    /// Domain reference, section 4.5.
    #[must_use]
    pub fn is_night(&self, zone: &TimeZone) -> bool {
        self.night_work(zone) >= NIGHT_SHIFT_WORK
    }
}

/// One worker-day of working conditions. A later message for the same date replaces only the fields
/// it carries.
#[derive(Debug, Clone, PartialEq)]
pub struct ExposureDay {
    /// The day.
    pub date: Date,
    /// Hours worked.
    pub worked_h: Option<f64>,
    /// Hours worked beyond the schedule.
    pub overtime_h: Option<f64>,
    /// The shift.
    pub shift: Option<Shift>,
    /// Noise exposure level normalised to an 8-hour day, LEX,8h.
    pub noise_lex8h_dba: Option<f64>,
    /// Wet-bulb globe temperature.
    pub wbgt_c: Option<f64>,
    /// What happened.
    pub events: Option<Vec<WorkEvent>>,
}

impl ExposureDay {
    /// A day of which nothing is known yet.
    #[must_use]
    pub const fn empty(date: Date) -> Self {
        Self { date, worked_h: None, overtime_h: None, shift: None, noise_lex8h_dba: None, wbgt_c: None, events: None }
    }

    /// Takes over every field that `later` carries.
    pub fn merge(&mut self, later: Self) {
        fn take<T>(slot: &mut Option<T>, later: Option<T>) {
            if later.is_some() {
                *slot = later;
            }
        }
        take(&mut self.worked_h, later.worked_h);
        take(&mut self.overtime_h, later.overtime_h);
        take(&mut self.shift, later.shift);
        take(&mut self.noise_lex8h_dba, later.noise_lex8h_dba);
        take(&mut self.wbgt_c, later.wbgt_c);
        take(&mut self.events, later.events);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shift(start: &str, end: &str) -> Shift {
        Shift { start: start.parse().unwrap(), end: end.parse().unwrap() }
    }

    #[test]
    fn three_hours_between_eleven_and_six_make_a_night_shift() {
        let zone = TimeZone::get("Asia/Ho_Chi_Minh").unwrap();
        let hours = |s: &Shift| s.night_work(&zone).as_secs_f64() / 3600.0;
        let night = shift("2026-03-01T22:00:00+07:00", "2026-03-02T06:30:00+07:00");
        assert!((hours(&night) - 7.0).abs() < 1e-9 && night.is_night(&zone));
        let early = shift("2026-03-02T03:00:00+07:00", "2026-03-02T11:00:00+07:00");
        assert!((hours(&early) - 3.0).abs() < 1e-9 && early.is_night(&zone));
        let late = shift("2026-03-01T17:00:00+07:00", "2026-03-02T01:59:00+07:00");
        assert!(!late.is_night(&zone));
        let day = shift("2026-03-01T08:00:00+07:00", "2026-03-01T17:00:00+07:00");
        assert_eq!(day.night_work(&zone), SignedDuration::ZERO);
        let on_call = shift("2026-03-01T20:00:00+07:00", "2026-03-03T02:00:00+07:00");
        assert!((hours(&on_call) - 10.0).abs() < 1e-9, "two nights");
    }

    #[test]
    fn the_clock_change_shortens_the_night() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let shift = shift("2026-03-28T22:00:00+01:00", "2026-03-29T06:00:00+02:00");
        assert_eq!(shift.night_work(&zone), SignedDuration::from_hours(6));
    }
}
