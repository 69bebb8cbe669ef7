//! Whether a workload review changed what the work does to the person.
//!
//! The weeks before the review began and those after it go in, one figure a week; out comes whether the
//! working condition is less than it was. That a questionnaire got better says nothing of it.

use crate::domain::event::OutcomeChange;

/// A working condition of which a week has one figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exposure {
    /// Hours worked in the week.
    WeeklyHours,
    /// Days of the week with overtime.
    OvertimeDays,
    /// Night shifts of the week.
    NightShifts,
    /// Rests of the week that were too short.
    QuickReturns,
    /// LEX,8h of the loudest day of the week, dB(A).
    Noise,
    /// WBGT of the hottest day of the week, °C.
    Heat,
}

impl Exposure {
    /// Every one.
    pub const ALL: [Self; 6] =
        [Self::WeeklyHours, Self::OvertimeDays, Self::NightShifts, Self::QuickReturns, Self::Noise, Self::Heat];

    /// The name used in the library and in events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WeeklyHours => "weekly_hours",
            Self::OvertimeDays => "overtime_days",
            Self::NightShifts => "night_shifts",
            Self::QuickReturns => "quick_returns",
            Self::Noise => "noise_lex8h_dba",
            Self::Heat => "wbgt_c",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|exposure| exposure.as_str() == name)
    }
}

/// How much less a working condition must be before it counts as changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Hours a week; default 4.
    pub hours_change_h: f64,
    /// Days or shifts a week, of overtime, nights and quick returns; default 1.
    pub days_change: f64,
    /// Noise; default 3, half of the energy.
    ///
    /// # Units
    /// dB(A).
    pub noise_change_dba: f64,
    /// Heat; default 1.
    ///
    /// # Units
    /// °C.
    pub heat_change_c: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { hours_change_h: 4.0, days_change: 1.0, noise_change_dba: 3.0, heat_change_c: 1.0 }
    }
}

/// A working condition before and after a workload review began.
#[derive(Debug, Clone, PartialEq)]
pub struct ExposureCourse {
    /// Which.
    pub exposure: Exposure,
    /// Its limit; where no week before reached it, nothing had to change.
    pub limit: Option<f64>,
    /// One figure for each reported week before.
    pub before: Vec<f64>,
    /// One figure for each reported week after the wash-in.
    pub after: Vec<f64>,
}

/// What became of a working condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is less.
    Less,
    /// It is as it was.
    Unchanged,
    /// It is more.
    More,
}

/// A working condition judged: means of the weeks before and after.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Compared {
    /// Which.
    pub exposure: Exposure,
    /// Mean before.
    pub before: f64,
    /// Mean after.
    pub after: f64,
    /// Weeks before and after.
    pub weeks: (usize, usize),
    /// What became of it.
    pub change: Change,
}

impl ExposureCourse {
    /// Whether there was anything to change: a week before reached the limit.
    #[must_use]
    pub fn had_to_change(&self) -> bool {
        self.limit.is_none_or(|limit| self.before.iter().any(|value| *value >= limit))
    }

    /// The weeks after against those before; `None` where no week was reported on one side.
    #[must_use]
    pub fn compare(&self, settings: &Settings) -> Option<Compared> {
        let (before, after) = (mean(&self.before)?, mean(&self.after)?);
        let least = match self.exposure {
            Exposure::WeeklyHours => settings.hours_change_h,
            Exposure::OvertimeDays | Exposure::NightShifts | Exposure::QuickReturns => settings.days_change,
            Exposure::Noise => settings.noise_change_dba,
            Exposure::Heat => settings.heat_change_c,
        };
        let change = match before - after {
            less if less >= least => Change::Less,
            less if less <= -least => Change::More,
            _ => Change::Unchanged,
        };
        let weeks = (self.before.len(), self.after.len());
        Some(Compared { exposure: self.exposure, before, after, weeks, change })
    }
}

impl Compared {
    /// The same as an outcome of an event.
    #[must_use]
    pub fn outcome(&self) -> OutcomeChange {
        let verdict = match self.change {
            Change::Less => "improved",
            Change::Unchanged => "unclear",
            Change::More => "worse",
        };
        let shift = self.after - self.before;
        let outcome = self.exposure.as_str().to_owned();
        OutcomeChange { outcome, verdict, shift, interval: None, tau_u: None, n: self.weeks }
    }
}

fn mean(values: &[f64]) -> Option<f64> {
    let n = f64::from(u32::try_from(values.len()).ok()?);
    Some(values.iter().sum::<f64>() / n).filter(|mean| mean.is_finite())
}
