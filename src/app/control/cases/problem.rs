//! Why a question about cases is not answered: in words for people, by a name for programs.

use super::words::CasesAnswer;
use crate::app::control::staff::StaffError;
use crate::app::control::words::Answer;
use crate::cases::Refusal;
use crate::domain::case::{CaseId, IdError};

/// Fewer characters are not taken for the beginning of a case's id.
pub(super) const MIN_PREFIX: usize = 6;

/// Why a question about cases is not answered.
#[derive(Debug, thiserror::Error)]
pub enum CasesError {
    /// The state of the case, or the role, forbids it.
    #[error(transparent)]
    Refused(Refusal),
    /// Somebody is not whom they were named as, or not there for it.
    #[error(transparent)]
    Staff(#[from] StaffError),
    /// No id begins so.
    #[error(
        "there is no case {0}; give its id, or at least the first {MIN_PREFIX} characters of it: \
         `vagus cases list --ended` names those that are known"
    )]
    UnknownCase(String),
    /// It cannot be an id.
    #[error("{0:?} {1}; `vagus cases list --ended` names those that are known")]
    BadCase(String, IdError),
    /// Several ids begin so.
    #[error("{start} can be {count} cases, give more of it: {candidates}", count = .candidates.len(), candidates = first_of(candidates))]
    Ambiguous {
        /// What was given.
        start: String,
        /// The ids that begin so.
        candidates: Vec<String>,
    },
    /// Something is called by a name that there is not.
    #[error("{problem}")]
    UnknownName {
        /// The name for programs, e.g. `unknown_state`.
        reason: &'static str,
        /// What there is.
        problem: String,
    },
    /// It is no longer as it was when it was looked at.
    #[error("the case has changed meanwhile; look at it again")]
    Changed,
    /// Nobody answers any more.
    #[error("the service is stopping; try again when it runs")]
    Stopping,
}

/// As many candidates as can be read at once.
fn first_of(candidates: &[String]) -> String {
    const SHOWN: usize = 10;
    let more = if candidates.len() > SHOWN { ", …" } else { "" };
    format!("{}{more}", candidates[..candidates.len().min(SHOWN)].join(", "))
}

impl CasesError {
    /// That a deed was refused; a case that has gone since it was found is told as one that never was.
    pub(super) fn of(refusal: Refusal, case: &CaseId) -> Self {
        if refusal == Refusal::UnknownCase { Self::UnknownCase(case.to_string()) } else { Self::Refused(refusal) }
    }

    /// Its name for programs, which does not change when the words do.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.reason(),
            Self::Staff(error) => error.reason(),
            Self::UnknownCase(_) => Refusal::UnknownCase.reason(),
            Self::BadCase(..) => "bad_case_id",
            Self::Ambiguous { .. } => "ambiguous_case",
            Self::UnknownName { reason, .. } => reason,
            Self::Changed => "changed",
            Self::Stopping => "stopping",
        }
    }

    /// Whether what was asked for is wrong, whatever the state of the case.
    #[must_use]
    pub const fn is_wrong_use(&self) -> bool {
        match self {
            Self::Refused(refusal) => refusal.is_wrong_use(),
            Self::Staff(error) => error.is_wrong_use(),
            Self::UnknownCase(_) | Self::BadCase(..) | Self::Ambiguous { .. } | Self::UnknownName { .. } => true,
            Self::Changed | Self::Stopping => false,
        }
    }
}

impl From<Result<CasesAnswer, CasesError>> for Answer {
    fn from(answer: Result<CasesAnswer, CasesError>) -> Self {
        match answer {
            Ok(answer) => Self::Cases(answer),
            Err(stopping @ CasesError::Stopping) => Self::Failed { problem: stopping.to_string() },
            Err(error) => Self::Cases(CasesAnswer::Refused {
                reason: error.reason().to_owned(),
                problem: error.to_string(),
                is_wrong_use: error.is_wrong_use(),
            }),
        }
    }
}
