//! One item of a message, of any stream.

use super::Timestamp;
use super::case::{ActionId, ActionStep};
use super::exposure::ExposureDay;
use super::ids::SourceId;
use super::reading::Reading;
use super::screening::Screening;

/// The upward streams that carry items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stream {
    /// HRV, beat intervals, nights, sleep, self-reported tags.
    Readings,
    /// Questionnaire results.
    Screenings,
    /// Hours, shifts, noise, heat, events.
    Exposures,
    /// Progress of an action that Vagus requested.
    Actions,
}

impl Stream {
    /// Every stream.
    pub const ALL: [Self; 4] = [Self::Readings, Self::Screenings, Self::Exposures, Self::Actions];

    /// The stream's name in topics and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Readings => "readings",
            Self::Screenings => "screenings",
            Self::Exposures => "exposures",
            Self::Actions => "actions",
        }
    }
}

/// News of an action that Vagus requested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionProgress {
    /// Which action.
    pub action: ActionId,
    /// How far it is.
    pub step: ActionStep,
    /// When it got there.
    pub at: Timestamp,
    /// The system that tells it; noted at admission.
    pub source: Option<SourceId>,
    /// What the person in charge wrote.
    pub note: Option<String>,
}

/// One item of a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// From a wristband.
    Reading(Reading),
    /// A questionnaire.
    Screening(Screening),
    /// A worker-day of working conditions.
    Exposure(ExposureDay),
    /// News of an action.
    Progress(ActionProgress),
}
