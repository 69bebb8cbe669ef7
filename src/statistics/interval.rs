//! Confidence intervals: their form, the quantiles they need, and the interval of a proportion.

use statrs::distribution::{ContinuousCDF as _, StudentsT};

/// The quantile of the normal law that leaves 2.5 % above it.
pub const NORMAL_97_5: f64 = 1.959_963_984_540_054;

/// A confidence interval, ends included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end, at least `low`.
    pub high: f64,
}

impl Interval {
    /// The interval between two ends, in either order; `None` unless both are finite.
    #[must_use]
    pub fn try_new(one: f64, other: f64) -> Option<Self> {
        (one.is_finite() && other.is_finite()).then(|| Self { low: one.min(other), high: one.max(other) })
    }

    /// Whether the value lies within.
    #[must_use]
    pub fn contains(self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// Whether any value lies in both.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.low <= other.high && other.low <= self.high
    }
}

/// The quantile of Student's law that leaves 2.5 % above it.
#[must_use]
pub fn student_97_5(degrees_of_freedom: f64) -> Option<f64> {
    let law = StudentsT::new(0.0, 1.0, degrees_of_freedom).ok()?;
    finite(law.inverse_cdf(0.975))
}

/// Wilson's 95 % score interval of a proportion.
///
/// `None` where there are no trials, or more successes than trials.
///
/// # Source
/// Wilson 1927, J Am Stat Assoc 22:209; domain reference, section 9.
#[must_use]
pub fn wilson(successes: u64, trials: u64) -> Option<Interval> {
    if trials == 0 || successes > trials {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of people are far below 2^53")]
    let (k, n) = (successes as f64, trials as f64);
    let (p, z2) = (k / n, NORMAL_97_5 * NORMAL_97_5);
    let centre = p + z2 / (2.0 * n);
    let half = NORMAL_97_5 * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z2 / n;
    Interval::try_new(((centre - half) / scale).max(0.0), ((centre + half) / scale).min(1.0))
}

/// A number, unless it is none.
pub(super) fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// How many, as a number to reckon with.
#[expect(clippy::cast_precision_loss, reason = "no list in memory is as long as 2^53")]
pub(super) const fn count(n: usize) -> f64 {
    n as f64
}

/// Whether two lists are pairs of numbers that can be reckoned with.
pub(super) fn are_pairs(x: &[f64], y: &[f64]) -> bool {
    x.len() == y.len() && x.iter().chain(y).all(|value| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_asked_has_no_interval() {
        assert_eq!(wilson(0, 0), None);
        assert_eq!(wilson(3, 2), None);
    }

    #[test]
    fn none_of_ten_is_not_certainly_none() {
        // Newcombe 1998, Stat Med 17:857, table I: 0 of 20 gives 0.0000 to 0.1611.
        let found = wilson(0, 20).unwrap();
        assert!(found.low.abs() < 1e-12 && (found.high - 0.1611).abs() < 5e-5, "{found:?}");
    }

    #[test]
    fn students_quantile_of_ten_degrees() {
        assert!((student_97_5(10.0).unwrap() - 2.228_138_85).abs() < 1e-8);
        assert_eq!(student_97_5(0.0), None);
        assert_eq!(student_97_5(f64::NAN), None);
    }
}
