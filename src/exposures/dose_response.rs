//! How a score goes with an exposure across the workers of a department.
//!
//! In goes one pair a worker: the mean exposure over the questionnaire's recall window, and the score.
//! Out comes what may be reported, which is nothing where the pairs are too few or too alike. It is
//! observation: the wording is "is associated with", never "causes".

use crate::statistics::{Interval, Line, least_squares, spearman, spearman_interval, theil_sen, theil_sen_interval};

/// What a department must have before its dose–response is shown.
///
/// # Source
/// Domain reference, section 7.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gate {
    /// Complete pairs, one a worker; default 20.
    pub min_pairs: usize,
    /// Different values of the exposure; default 5.
    pub min_distinct: usize,
    /// SD of the exposure, in its own unit; default 2 (dB).
    pub min_sd: f64,
}

impl Default for Gate {
    fn default() -> Self {
        Self { min_pairs: 20, min_distinct: 5, min_sd: 2.0 }
    }
}

/// What the pairs say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// A higher score goes with more exposure.
    Rises,
    /// A lower score goes with more exposure.
    Falls,
    /// The two lines disagree, or an interval holds no change.
    Inconclusive,
}

/// The line through the pairs of a department, in two ways.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DoseResponse {
    /// The line of least squares: slope per unit of exposure, with its interval.
    pub line: Line,
    /// Theil and Sen's slope, which single workers cannot turn.
    pub robust_slope: f64,
    /// Its interval, where the pairs are enough to bound it.
    pub robust_interval: Option<Interval>,
    /// Rank correlation, and its interval.
    pub spearman: Option<(f64, Option<Interval>)>,
    /// What they say together.
    pub reading: Reading,
}

/// Decibels that slopes are reported for.
const REPORTED_STEP: f64 = 5.0;

impl DoseResponse {
    /// Points of score for each 5 units of exposure, and the interval.
    ///
    /// # Units
    /// Points per 5 dB where the exposure is noise.
    #[must_use]
    pub fn per_5(&self) -> (f64, Interval) {
        let Interval { low, high } = self.line.slope_interval;
        (REPORTED_STEP * self.line.slope, Interval { low: REPORTED_STEP * low, high: REPORTED_STEP * high })
    }
}

/// Why nothing is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withheld {
    /// Too few workers: they could be known by their points.
    TooFewPairs,
    /// Too few different exposures.
    TooFewDistinct,
    /// The exposures lie too close together.
    TooNarrow,
    /// There is no line, e.g. a value is no number.
    NoLine,
}

/// What may be reported of the pairs of a department.
///
/// # Errors
/// [`Withheld`] says why nothing may be.
///
/// # Source
/// Domain reference, section 7.
pub fn dose_response(exposure: &[f64], score: &[f64], gate: &Gate) -> Result<DoseResponse, Withheld> {
    if exposure.len() < gate.min_pairs {
        return Err(Withheld::TooFewPairs);
    }
    let mut sorted = exposure.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.dedup_by(|a, b| a.total_cmp(b).is_eq());
    if sorted.len() < gate.min_distinct {
        return Err(Withheld::TooFewDistinct);
    }
    match sd(exposure) {
        None => Err(Withheld::NoLine),
        Some(sd) if sd < gate.min_sd => Err(Withheld::TooNarrow),
        Some(_) => fit(exposure, score).ok_or(Withheld::NoLine),
    }
}

/// The arithmetic alone, of however few pairs; what it gives is not for reports.
///
/// # Source
/// Domain reference, section 7: least squares, Theil–Sen beside it, and "inconclusive" where signs
/// differ or intervals do not overlap. An interval that holds 0 is inconclusive too.
#[must_use]
pub fn fit(exposure: &[f64], score: &[f64]) -> Option<DoseResponse> {
    let line = least_squares(exposure, score)?;
    let robust_slope = theil_sen(exposure, score)?;
    let robust_interval = theil_sen_interval(exposure, score);
    let rho = spearman(exposure, score);
    Some(DoseResponse {
        line,
        robust_slope,
        robust_interval,
        spearman: rho.map(|rho| (rho, spearman_interval(rho, exposure.len()))),
        reading: read(&line, robust_slope, robust_interval),
    })
}

fn read(line: &Line, robust_slope: f64, robust_interval: Option<Interval>) -> Reading {
    let do_intervals_meet = robust_interval.is_some_and(|interval| interval.overlaps(line.slope_interval));
    if line.slope_interval.contains(0.0) || line.slope * robust_slope <= 0.0 || !do_intervals_meet {
        return Reading::Inconclusive;
    }
    if line.slope > 0.0 { Reading::Rises } else { Reading::Falls }
}

/// The sample's standard deviation.
fn sd(values: &[f64]) -> Option<f64> {
    let n = u32::try_from(values.len()).ok().filter(|n| *n > 1).map(f64::from)?;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Some((squares / (n - 1.0)).sqrt()).filter(|sd| sd.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Pairs whose score rises by 0.3 a decibel, but for what `noise` adds.
    fn pairs(n: u32, step: f64, noise: impl Fn(u32) -> f64) -> (Vec<f64>, Vec<f64>) {
        (0..n).map(|i| (70.0 + step * f64::from(i), 0.3 * step * f64::from(i) + noise(i))).unzip()
    }

    fn judge((exposure, score): (Vec<f64>, Vec<f64>)) -> Result<Reading, Withheld> {
        dose_response(&exposure, &score, &Gate::default()).map(|found| found.reading)
    }

    fn wobble(i: u32) -> f64 {
        if i.is_multiple_of(2) { 0.5 } else { -0.5 }
    }

    #[test]
    fn nineteen_workers_are_not_shown_and_twenty_are() {
        assert_eq!(judge(pairs(19, 1.0, wobble)), Err(Withheld::TooFewPairs));
        assert_eq!(judge(pairs(20, 1.0, wobble)), Ok(Reading::Rises));
    }

    #[test]
    fn exposures_that_are_alike_are_not_shown() {
        assert_eq!(judge(pairs(30, 0.1, wobble)), Err(Withheld::TooNarrow));
        let (x, y): (Vec<f64>, Vec<f64>) = (0..30).map(|i| (f64::from(i % 4) * 5.0, f64::from(i))).unzip();
        assert_eq!(judge((x, y)), Err(Withheld::TooFewDistinct));
        assert_eq!(judge((vec![f64::NAN; 30], vec![1.0; 30])), Err(Withheld::TooFewDistinct));
    }

    #[test]
    fn a_line_that_a_few_workers_make_is_inconclusive() {
        // All but three show a fall; the three loudest pull the line of least squares up.
        let far = pairs(30, 1.0, |i| if i > 26 { 60.0 } else { -0.5 * f64::from(i) });
        assert_eq!(judge(far), Ok(Reading::Inconclusive));
    }

    #[test]
    fn no_change_is_inconclusive_and_a_fall_is_a_fall() {
        assert_eq!(judge(pairs(30, 1.0, |i| -0.3 * f64::from(i) + wobble(i))), Ok(Reading::Inconclusive));
        assert_eq!(judge(pairs(30, 1.0, |i| -f64::from(i) + wobble(i))), Ok(Reading::Falls));
    }

    proptest! {
        #[test]
        fn no_dose_response_leaves_that_is_not_a_number(
            pairs in proptest::collection::vec((-3..9i8, proptest::num::f64::ANY), 0..40),
            loose in any::<bool>(),
        ) {
            let gate = if loose { Gate { min_pairs: 0, min_distinct: 0, min_sd: 0.0 } } else { Gate::default() };
            let (x, y): (Vec<f64>, Vec<f64>) = pairs.iter().map(|(x, y)| (f64::from(*x), *y)).unzip();
            if let Ok(found) = dose_response(&x, &y, &gate) {
                prop_assert!(found.robust_slope.is_finite() && found.line.slope.is_finite());
                prop_assert!(found.spearman.is_none_or(|(rho, _)| (-1.0..=1.0).contains(&rho)));
            }
        }

        #[test]
        fn the_order_of_workers_does_not_matter(scores in proptest::collection::vec(0..22u8, 25)) {
            let (x, y): (Vec<f64>, Vec<f64>) =
                scores.iter().enumerate().map(|(i, y)| (70.0 + f64::from(u8::try_from(i).unwrap()), f64::from(*y))).unzip();
            let turned = |list: &[f64]| list.iter().rev().copied().collect::<Vec<_>>();
            let (one, other) = (fit(&x, &y).unwrap(), fit(&turned(&x), &turned(&y)).unwrap());
            prop_assert!((one.line.slope - other.line.slope).abs() < 1e-9);
            prop_assert!((one.robust_slope - other.robust_slope).abs() < 1e-12);
        }
    }
}
