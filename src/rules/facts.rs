//! What the rules may look at.

use super::number::{NumberFact, Numbers};
use crate::domain::indicator::HrvState;
use crate::domain::screening::Instrument;

/// A scored questionnaire that still counts.
#[derive(Debug, Clone, PartialEq)]
pub struct ScreenedFact {
    /// The questionnaire.
    pub instrument: Instrument,
    /// Its total.
    pub score: f64,
    /// Its scales, where it has several.
    pub scales: Vec<(&'static str, f64)>,
    /// Whether missing answers were filled with the mean.
    pub is_prorated: bool,
}

/// All that is held against the rules for one worker on one day.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// A crisis answer that was not announced yet.
    pub is_crisis: bool,
    /// The state of night-time HRV.
    pub hrv: HrvState,
    /// Whether sleep is persistently poor (SLEEP_POOR).
    pub is_sleep_poor: bool,
    /// Whether an exposure was over its limit within the last seven days (red flag E).
    pub is_exposed: bool,
    /// Whether an error in this job endangers others.
    pub is_safety_critical: bool,
    /// Strain index and its confidence, of those of the last seven days that have one.
    pub index_days: Vec<(f64, f64)>,
    /// How far today's index can be trusted, 0 to 1.
    pub confidence: Option<f64>,
    /// The facts that are numbers.
    pub numbers: Numbers,
    /// The newest valid screening of each instrument.
    pub screenings: Vec<ScreenedFact>,
}

impl Facts {
    /// A worker of whom nothing is known but the state of HRV.
    #[must_use]
    pub const fn nothing_but(hrv: HrvState) -> Self {
        Self {
            is_crisis: false,
            hrv,
            is_sleep_poor: false,
            is_exposed: false,
            is_safety_critical: false,
            index_days: Vec::new(),
            confidence: None,
            numbers: Numbers::UNKNOWN,
            screenings: Vec::new(),
        }
    }

    /// The same with one number known.
    #[must_use]
    pub fn with(mut self, fact: NumberFact, value: f64) -> Self {
        self.numbers.set(fact, Some(value));
        self
    }
}
