//! What is known of a person beside what the wristband says.

use super::TimeZone;
use super::ids::{UNASSIGNED_UNIT, UnitId, WorkerKey};

/// Sex as norms use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
}

/// A worker's row in the register.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Who it is.
    pub key: WorkerKey,
    /// Department or team.
    pub unit: UnitId,
    /// The zone whose dates count for this worker.
    pub time_zone: TimeZone,
    /// Year of birth.
    pub birth_year: Option<i16>,
    /// Sex.
    pub sex: Option<Sex>,
    /// Body mass index, kg/m².
    pub bmi: Option<f64>,
    /// Whether an error in this job endangers others.
    pub is_safety_critical: bool,
    /// Whether a beta blocker is taken.
    pub has_beta_blocker: bool,
    /// Whether the worker has consented; none where the register does not say. Who refused is never
    /// taken, and where only listed workers are taken, only who consented.
    pub has_consent: Option<bool>,
}

/// Who may send readings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enrolment {
    /// Any worker of a known site; for pilots and the demo.
    Open,
    /// Only workers of the register who have consented.
    Listed,
}

impl Profile {
    /// Whether the worker does not take part: nothing is taken, and what is kept is used for nothing new.
    #[must_use]
    pub fn is_withheld(&self) -> bool {
        self.has_consent == Some(false)
    }

    /// A worker of whom only the pseudonym is known.
    #[must_use]
    pub fn unknown(key: WorkerKey, time_zone: TimeZone) -> Self {
        Self {
            key,
            unit: UnitId::parse(UNASSIGNED_UNIT).expect("the constant is a valid name"),
            time_zone,
            birth_year: None,
            sex: None,
            bmi: None,
            is_safety_critical: false,
            has_beta_blocker: false,
            has_consent: None,
        }
    }
}
