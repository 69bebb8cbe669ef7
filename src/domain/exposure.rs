//! One worker-day of working conditions.

use super::{Date, Timestamp};

/// Something that happened at work.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WorkEvent {
    /// Violence or threat of it.
    Violence,
    /// An accident.
    Accident,
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
            Self::Other(name) => name,
        }
    }

    /// The event of that name.
    #[must_use]
    pub fn parse(name: &str) -> Self {
        match name {
            "violence" => Self::Violence,
            "accident" => Self::Accident,
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
