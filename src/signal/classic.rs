//! The older ectopic rules, with the quirks of the library that made them common, for comparison
//! with historical values. Nothing in Vagus decides by them: use [`super::r1`].

use super::interpolation;

/// A rule that says which intervals are normal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Within 20 % of the interval before.
    Malik,
    /// Up to 32.5 % longer or 24.5 % shorter than the interval before.
    Kamath,
    /// Within 20 % of the mean of both neighbours.
    Karlsson,
    /// Within 20 % of the mean of the last nine accepted intervals.
    Acar,
}

/// Which intervals the rule accepts.
///
/// Malik and Kamath compare with the raw interval before, even if that was rejected, and accept the
/// interval after a rejected one unseen: the long pause after a premature beat passes, and the normal
/// beat after it falls. Karlsson condemns good neighbours of an outlier and never tests the first and
/// the last interval. Acar starts with the tenth.
///
/// # Source
/// Malik 1989; Kamath & Fallen 1995; Karlsson 2012, BioMed Eng OnLine 11:2; Acar 2000.
#[must_use]
pub fn accepted(rr_ms: &[f64], rule: Rule) -> Vec<bool> {
    match rule {
        Rule::Malik => by_interval_before(rr_ms, |before, rr| (rr - before).abs() <= 0.20 * before),
        Rule::Kamath => by_interval_before(rr_ms, |before, rr| {
            let change = rr - before;
            (0.0..=0.325 * before).contains(&change) || (0.0..=0.245 * before).contains(&-change)
        }),
        Rule::Karlsson => by_neighbours(rr_ms),
        Rule::Acar => by_last_nine(rr_ms),
    }
}

/// Which intervals lie within 300 to 2,000 ms.
#[must_use]
pub fn in_range(rr_ms: &[f64]) -> Vec<bool> {
    rr_ms.iter().map(|rr| (300.0..=2_000.0).contains(rr)).collect()
}

/// The pipeline of the library: range and line between what is left, then the rule and again a line.
/// `None` where nothing is left. (Interpolation shrinks RMSSD.)
#[must_use]
pub fn interpolated(rr_ms: &[f64], rule: Rule) -> Option<Vec<f64>> {
    let ranged = interpolation::fill(rr_ms, &in_range(rr_ms))?;
    interpolation::fill(&ranged, &accepted(&ranged, rule))
}

fn by_interval_before(rr_ms: &[f64], is_normal: impl Fn(f64, f64) -> bool) -> Vec<bool> {
    let mut accepted = vec![true; rr_ms.len()];
    for at in 1..rr_ms.len() {
        accepted[at] = !accepted[at - 1] || is_normal(rr_ms[at - 1], rr_ms[at]);
    }
    accepted
}

fn by_neighbours(rr_ms: &[f64]) -> Vec<bool> {
    let mut accepted = vec![true; rr_ms.len()];
    for (at, around) in rr_ms.windows(3).enumerate() {
        let mean = f64::midpoint(around[0], around[2]);
        accepted[at + 1] = (around[1] - mean).abs() < 0.20 * mean;
    }
    accepted
}

fn by_last_nine(rr_ms: &[f64]) -> Vec<bool> {
    const LAST: usize = 9;
    let mut kept: Vec<f64> = Vec::with_capacity(rr_ms.len());
    let mut judge = |(at, rr): (usize, &f64)| {
        let last = &kept[kept.len().saturating_sub(LAST)..];
        let mean = last.iter().sum::<f64>() / last.len() as f64;
        let is_normal = at < LAST || (rr - mean).abs() < 0.20 * mean;
        if is_normal {
            kept.push(*rr);
        }
        is_normal
    };
    rr_ms.iter().enumerate().map(&mut judge).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rejected(rr_ms: &[f64], rule: Rule) -> Vec<usize> {
        let accepted = accepted(rr_ms, rule);
        (0..rr_ms.len()).filter(|at| !accepted[*at]).collect()
    }

    // The examples of the library's own tests (hrv-analysis, test_preprocessing_methods.py).
    #[test]
    fn the_rules_agree_with_the_examples_of_the_library() {
        let malik = [100., 110., 100., 130., 100., 100., 70., 100., 120., 100.];
        assert_eq!(rejected(&malik, Rule::Malik), [3, 6]);
        let kamath = [101., 110., 100., 140., 100., 100., 70., 100., 130., 115., 100., 78.];
        assert_eq!(rejected(&kamath, Rule::Kamath), [3, 6]);
        let karlsson = [110., 100., 125., 100., 100., 70., 100., 130., 105., 100., 78., 100.];
        assert_eq!(rejected(&karlsson, Rule::Karlsson), [2, 5, 7, 10]);
        let range = [700., 600., 2300., 200., 1000., 230., 1200.];
        assert_eq!(in_range(&range), [true, true, false, false, true, false, true]);
        let all = [700., 600., 2300., 1000., 1000., 230., 1200.];
        let expected = vec![700., 600., 800., 1000., 1000., 1100., 1200.];
        assert_eq!(interpolated(&all, Rule::Malik), Some(expected));
    }

    #[test]
    fn acar_begins_with_the_tenth_interval_and_forgets_what_it_rejected() {
        let mut rr_ms = vec![800.0; 14];
        rr_ms[3] = 1_200.0;
        rr_ms[9] = 500.0;
        rr_ms[12] = 1_100.0;
        assert_eq!(rejected(&rr_ms, Rule::Acar), [9, 12]);
    }

    #[test]
    fn short_series_are_accepted_whole() {
        for rule in [Rule::Malik, Rule::Kamath, Rule::Karlsson, Rule::Acar] {
            assert!(accepted(&[], rule).is_empty());
            assert_eq!(accepted(&[800.0], rule), [true]);
        }
        assert_eq!(interpolated(&[], Rule::Malik), None);
    }
}
