//! Whether two scores of one person differ by more than the error of measurement, and by enough to matter.

use super::definition;
use super::definition::CutOff;
use crate::domain::screening::Instrument;

/// Spread and reliability of an instrument, from which the reliable change follows.
///
/// # Source
/// Jacobson and Truax 1991; domain reference, section 6.2.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReliableChange {
    /// Standard deviation between people, in points.
    pub sd: f64,
    /// Reliability, Cronbach's alpha.
    pub alpha: f64,
}

/// Two-sided 95 % of the normal distribution.
const Z_95: f64 = 1.96;

impl ReliableChange {
    /// Standard error of a difference between two scores: SD·√(2·(1 − α)).
    ///
    /// # Units
    /// Points.
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        self.sd * (2.0 * (1.0 - self.alpha)).sqrt()
    }

    /// The change that error alone exceeds once in twenty times.
    ///
    /// # Units
    /// Points.
    #[must_use]
    pub fn threshold(&self) -> f64 {
        Z_95 * self.standard_error()
    }

    /// The reliable change index: the difference in standard errors.
    #[must_use]
    pub fn index(&self, before: f64, after: f64) -> f64 {
        (after - before) / self.standard_error()
    }

    /// Whether the change is more than error.
    #[must_use]
    pub fn is_reliable(&self, before: f64, after: f64) -> bool {
        self.index(before, after).abs() >= Z_95
    }
}

/// What became of a person from one filling in to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Reliably and meaningfully better, and from over the cut-off to under it.
    Recovered,
    /// Reliably and meaningfully better.
    Improved,
    /// Neither.
    Unchanged,
    /// Reliably worse.
    Deteriorated,
}

impl Outcome {
    /// The name used in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recovered => "recovered",
            Self::Improved => "improved",
            Self::Unchanged => "unchanged",
            Self::Deteriorated => "deteriorated",
        }
    }
}

/// Two scores of one person compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// The later score less the earlier one.
    pub points: f64,
    /// The reliable change index.
    pub index: f64,
    /// What became of the person.
    pub outcome: Outcome,
}

/// Two sheets closer than this ask about days in common. The later one is the latest score all the
/// same, as nobody who feels worse should wait; it is only not compared.
///
/// # Source
/// Domain reference, section 6.2.
pub const REPEAT_DAYS: i32 = 14;

/// Sheets of a trend lie so far apart.
///
/// # Source
/// Domain reference, section 6.2.
pub const TREND_DAYS: i32 = 28;

/// Compares two scores of one instrument that were filled in `days_apart`; `None` where the sheets are
/// too close, or the instrument's spread, reliability or meaningful change is not established.
///
/// Better by the meaningful change means by its points, and for GAD-7 and PHQ-9 also by a share of the
/// first score, since on a high score the same points are noticed less.
///
/// # Source
/// Domain reference, section 6.2; Jacobson and Truax 1991; Kounali 2022 for the share.
#[must_use]
pub fn change(instrument: Instrument, before: f64, after: f64, days_apart: i32) -> Option<Change> {
    let row = definition(instrument);
    let reliable = row.reliable_change?;
    let least = row.meaningful_change?.max(row.meaningful_share.map_or(0.0, |share| share * before));
    if days_apart < REPEAT_DAYS {
        return None;
    }
    let high_is_good = matches!(row.cut_off, Some(CutOff::AtMost(_)));
    let gain = if high_is_good { after - before } else { before - after };
    let is_over = |score| row.cut_off.is_some_and(|cut_off| cut_off.is_met(score));
    let outcome = match (reliable.is_reliable(before, after), gain) {
        (true, gain) if gain < 0.0 => Outcome::Deteriorated,
        (true, gain) if gain >= least && is_over(before) && !is_over(after) => Outcome::Recovered,
        (true, gain) if gain >= least => Outcome::Improved,
        _ => Outcome::Unchanged,
    };
    Some(Change { points: after - before, index: reliable.index(before, after), outcome })
}
