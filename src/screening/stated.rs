//! A total that came beside its answers: whoever sums differently has changed an answer, forgotten to
//! turn one round, or mixed up two people's sheets.

use thiserror::Error;

use super::definition::Total;
use super::{Scored, definition};
use crate::domain::screening::{Instrument, ScoreKind};

/// What the answers come to, and what was stated.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("the answers of {} come to {}, the stated score is {stated}", .instrument.as_str(), .computed)]
pub struct StatedError {
    /// The instrument.
    pub instrument: Instrument,
    /// The score of the answers, and the raw sum where the instrument has both.
    pub computed: String,
    /// What was stated.
    pub stated: f64,
}

/// A prorated sum may have been rounded otherwise, or not at all.
const PRORATED_TOLERANCE: f64 = 1.0;
/// Means and ratios are written with few digits.
const MEAN_TOLERANCE: f64 = 0.5;
/// See [`MEAN_TOLERANCE`].
const RATIO_TOLERANCE: f64 = 0.05;

/// Holds a stated total against the answers beside it. Where an instrument has two scales, a total
/// that does not say its own may be on either; one of SCL-90 may be of answers from 0.
///
/// # Source
/// The scales: domain reference, section 6.1. The tolerances are a judgement.
///
/// # Errors
/// [`StatedError`] where it is none of them.
pub fn check_stated(
    instrument: Instrument,
    scored: &Scored,
    stated: f64,
    kind: Option<ScoreKind>,
) -> Result<(), StatedError> {
    let row = definition(instrument);
    let tolerance = match row.answers.map(|answers| answers.total) {
        Some(Total::RatioOfMeans) => RATIO_TOLERANCE,
        Some(Total::HighestScale) => MEAN_TOLERANCE,
        Some(Total::Sum | Total::SumOfScales) if scored.is_prorated => PRORATED_TOLERANCE,
        Some(Total::Sum | Total::SumOfScales) | None => 0.0,
    };
    let raw = scored.scales.iter().find(|(name, _)| *name == "raw").map(|(_, raw)| *raw);
    let from_zero = row
        .answers
        .filter(|answers| answers.may_begin_at_zero)
        .and_then(|answers| u16::try_from(answers.items).ok())
        .map(|items| scored.score - f64::from(items));
    let candidates = match kind {
        Some(ScoreKind::Standard) => [Some(scored.score), None, None],
        Some(ScoreKind::Raw) if raw.is_some() => [raw, None, None],
        Some(ScoreKind::Raw) | None => [Some(scored.score), raw, from_zero],
    };
    if candidates.into_iter().flatten().any(|computed| (computed - stated).abs() <= tolerance + 1e-9) {
        return Ok(());
    }
    let computed = match raw {
        Some(raw) => format!("{} (raw {raw})", scored.score),
        None => scored.score.to_string(),
    };
    Err(StatedError { instrument, computed, stated })
}
