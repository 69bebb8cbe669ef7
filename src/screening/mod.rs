//! Questionnaires: what was filled in becomes a score, a band and a crisis flag.
//!
//! Every instrument is one row of data in `instruments`; `scoring` holds the arithmetic they share.
//! In goes a [`Screening`](crate::domain::screening::Screening), out comes [`Scored`] or the reason why it cannot be scored. Nothing in here
//! compares instruments with each other or decides a level: the severity common to all of them stands
//! in the rule file. No text of any questionnaire is kept, only numbers.

mod change;
mod definition;
mod instruments;
pub mod relation;
mod scoring;
mod stated;
mod validity;

use crate::domain::screening::Instrument;

pub use change::{Change, Outcome, REPEAT_DAYS, ReliableChange, TREND_DAYS, change};
pub use definition::{Answers, Band, CrisisItem, CutOff, Definition, Measure, Scale, ScaleValue, Standard, Total};
pub use instruments::definition;
pub use scoring::{AnswersError, crisis, score};
pub use stated::{StatedError, check_stated};
pub use validity::{longest_validity_days, valid_until};

/// What a filled-in questionnaire comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// The score that bands and cut-offs refer to: of SAS and SDS the standard score, of WHO-5 percent,
    /// of DASS-21 the sum of its scales, of CBI its highest scale, of ERI the ratio.
    pub score: f64,
    /// The scales of an instrument with several, by name; of one with a standard score the raw sum.
    pub scales: Vec<(&'static str, f64)>,
    /// `minimal mild moderate moderately_severe severe`; `None` where the instrument has no bands.
    pub band: Option<&'static str>,
    /// Whether a cut-off of the instrument is reached; `None` where it has none for what was given.
    pub positive: Option<bool>,
    /// Whether missing answers were filled with the mean of the others.
    pub is_prorated: bool,
    /// Whether an answer asks for help at once; `None` where a total or a missing answer cannot tell.
    pub crisis: Option<bool>,
}

/// The change beyond which two scores differ by more than error; `None` where spread and reliability
/// are not established.
///
/// # Source
/// Domain reference, section 6.2.
#[must_use]
pub fn reliable_change(instrument: Instrument) -> Option<ReliableChange> {
    definition(instrument).reliable_change
}

#[cfg(test)]
mod tests;
