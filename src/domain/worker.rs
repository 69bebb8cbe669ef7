//! What is known of a person beside what the wristband says.

use super::ids::{UNASSIGNED_UNIT, UnitId, WorkerKey};
use super::named::named;
use super::{TimeZone, Timestamp};

/// Sex as norms use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
}

named! {
    /// That a worker takes no part, by their own choice.
    Withholding {
        /// For a while.
        Paused => "paused",
        /// For good, unless they say otherwise.
        Withdrawn => "withdrawn",
    }
}

/// What a worker chose on their own page. The register cannot take it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnChoice {
    /// What.
    pub withholding: Withholding,
    /// Since when.
    pub since: Timestamp,
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
    /// That the worker chose to take no part; nothing is taken while that stands, whatever the register says.
    pub own_choice: Option<OwnChoice>,
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
        self.has_consent == Some(false) || self.own_choice.is_some()
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
            own_choice: None,
        }
    }
}
