//! What the rules may look at.

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
    /// Mean z of the last seven days.
    pub z7: Option<f64>,
    /// Whether sleep is persistently poor (SLEEP_POOR).
    pub is_sleep_poor: bool,
    /// Strain index and its confidence, of those of the last seven days that have one.
    pub index_days: Vec<(f64, f64)>,
    /// Whether an exposure was over its limit within the last seven days (red flag E).
    pub is_exposed: bool,
    /// Mean weekly hours of the last four weeks, or of those there are.
    pub weekly_hours: Option<f64>,
    /// The longest run of consecutive overtime days that counts today.
    pub overtime_run_days: u32,
    /// The loudest day of that run, LEX,8h in dB(A).
    pub overtime_run_noise_dba: Option<f64>,
    /// The loudest of the last seven days, LEX,8h in dB(A).
    pub noise_dba: Option<f64>,
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
            z7: None,
            is_sleep_poor: false,
            index_days: Vec::new(),
            is_exposed: false,
            weekly_hours: None,
            overtime_run_days: 0,
            overtime_run_noise_dba: None,
            noise_dba: None,
            screenings: Vec::new(),
        }
    }
}
