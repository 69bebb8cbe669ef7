//! Straight lines: the robust one of Theil and Sen, and ordinary least squares.

use std::cmp::Ordering;

use statrs::distribution::{ContinuousCDF as _, StudentsT};

use super::correlation::Sums;
use super::interval::{Interval, NORMAL_97_5, are_pairs, count, finite, student_97_5};
use super::order::median;

/// The median of the slopes of all pairs with different `x`; `None` where there is no such pair.
///
/// # Source
/// Theil 1950; Sen 1968, J Am Stat Assoc 63:1379.
#[must_use]
pub fn theil_sen(x: &[f64], y: &[f64]) -> Option<f64> {
    median(&mut pairwise_slopes(x, y)?).and_then(finite)
}

/// The 95 % interval of [`theil_sen`]; `None` where the pairs are too few to bound it.
///
/// # Source
/// Sen 1968, section 6: the slopes of rank (N − C)/2 and 1 + (N + C)/2, with
/// C = 1.96·√Var(S) and Var(S) of Kendall 1970 for ties on both sides.
#[must_use]
pub fn theil_sen_interval(x: &[f64], y: &[f64]) -> Option<Interval> {
    let mut slopes = pairwise_slopes(x, y)?;
    slopes.sort_unstable_by(f64::total_cmp);
    let (pairs, reach) = (count(slopes.len()), NORMAL_97_5 * variance_of_s(x, y)?.sqrt());
    let (low, high) = (((pairs - reach) / 2.0).round(), ((pairs + reach) / 2.0).round());
    if low < 1.0 || high >= pairs {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 ≤ low ≤ high < number of slopes")]
    let (low, high) = (low as usize - 1, high as usize);
    Interval::try_new(slopes[low], slopes[high])
}

fn pairwise_slopes(x: &[f64], y: &[f64]) -> Option<Vec<f64>> {
    if !are_pairs(x, y) {
        return None;
    }
    let mut slopes = Vec::new();
    for (i, (x_i, y_i)) in x.iter().zip(y).enumerate() {
        let later = x[i + 1..].iter().zip(&y[i + 1..]);
        slopes.extend(later.filter_map(|(x_j, y_j)| {
            let run = x_j - x_i;
            (run.abs() > 0.0).then(|| (y_j - y_i) / run).filter(|slope| !slope.is_nan())
        }));
    }
    Some(slopes)
}

/// The variance of Kendall's S between two lists where they have nothing to do with each other.
fn variance_of_s(x: &[f64], y: &[f64]) -> Option<f64> {
    let n = count(x.len());
    let ties = |list: &[f64]| tie_sizes(list);
    let (tx, ty) = (ties(x), ties(y));
    let sum = |sizes: &[f64], term: fn(f64) -> f64| sizes.iter().copied().map(term).sum::<f64>();
    let third = |t: f64| t * (t - 1.0) * (2.0 * t + 5.0);
    let cubic = |t: f64| t * (t - 1.0) * (t - 2.0);
    let square = |t: f64| t * (t - 1.0);
    let alone = (third(n) - sum(&tx, third) - sum(&ty, third)) / 18.0;
    let in_threes = sum(&tx, cubic) * sum(&ty, cubic) / (9.0 * cubic(n)).max(1.0);
    let in_twos = sum(&tx, square) * sum(&ty, square) / (2.0 * square(n)).max(1.0);
    finite(alone + in_threes + in_twos).filter(|variance| *variance > 0.0)
}

/// How many times each value stands in the list.
fn tie_sizes(list: &[f64]) -> Vec<f64> {
    let mut sorted = list.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.chunk_by(|a, b| a.partial_cmp(b) == Some(Ordering::Equal)).map(|tied| count(tied.len())).collect()
}

/// A straight line by ordinary least squares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// How many pairs it rests on.
    pub n: usize,
    /// Change of y per unit of x.
    pub slope: f64,
    /// y where x is 0.
    pub intercept: f64,
    /// Pearson's correlation; `None` where y never changes.
    pub r: Option<f64>,
    /// Standard error of the slope.
    pub slope_se: f64,
    /// n − 2.
    pub degrees_of_freedom: f64,
    /// 95 % interval of the slope by Student's law.
    pub slope_interval: Interval,
    /// Chance of a slope at least as steep where there is none; never to be shown alone.
    ///
    /// `None` where every point lies on a level line.
    pub p: Option<f64>,
}

/// The line of least squares; `None` of fewer than three pairs, or where x never changes.
///
/// # Source
/// Domain reference, section 7: s² = SSE/(n − 2), se = s/√Σ(x − x̄)², CI b ± t(0.975, n − 2)·se.
#[must_use]
pub fn least_squares(x: &[f64], y: &[f64]) -> Option<Line> {
    let n = x.len();
    let sums = Sums::of(x, y).filter(|sums| n > 2 && sums.xx > 0.0)?;
    let slope = finite(sums.xy / sums.xx)?;
    let intercept = finite(sums.mean_y - slope * sums.mean_x)?;
    let errors: f64 = x.iter().zip(y).map(|(x, y)| (y - sums.mean_y - slope * (x - sums.mean_x)).powi(2)).sum();
    let degrees_of_freedom = count(n) - 2.0;
    let slope_se = finite((errors / degrees_of_freedom).sqrt() / sums.xx.sqrt())?;
    let reach = student_97_5(degrees_of_freedom)? * slope_se;
    let law = StudentsT::new(0.0, 1.0, degrees_of_freedom).ok()?;
    Some(Line {
        n,
        slope,
        intercept,
        r: super::correlation::pearson(x, y),
        slope_se,
        degrees_of_freedom,
        slope_interval: Interval::try_new(slope - reach, slope + reach)?,
        p: finite(slope / slope_se).map(|t| 2.0 * law.sf(t.abs())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_wild_point_does_not_turn_the_robust_line() {
        let x: Vec<f64> = (0..11).map(f64::from).collect();
        let mut y: Vec<f64> = x.iter().map(|x| 2.0 * x).collect();
        y[10] = -500.0;
        assert_eq!(theil_sen(&x, &y), Some(2.0));
    }

    #[test]
    fn a_single_instant_has_no_slope() {
        assert_eq!(theil_sen(&[1.0, 1.0], &[1.0, 2.0]), None);
        assert_eq!(theil_sen(&[], &[]), None);
        assert_eq!(least_squares(&[1.0, 1.0, 1.0], &[1.0, 2.0, 3.0]), None);
        assert_eq!(least_squares(&[1.0, 2.0], &[1.0, 2.0]), None);
    }

    #[test]
    fn too_few_pairs_have_a_robust_slope_but_no_interval() {
        let (x, y) = ([1.0, 2.0, 3.0, 4.0], [1.0, 3.0, 2.0, 4.0]);
        assert!(theil_sen(&x, &y).is_some());
        assert_eq!(theil_sen_interval(&x, &y), None);
    }

    proptest! {
        #[test]
        fn no_line_leaves_that_is_not_a_number(
            pairs in proptest::collection::vec((proptest::num::f64::ANY, proptest::num::f64::ANY), 0..20),
            small in proptest::collection::vec((-3..3i8, -3..3i8), 0..20),
        ) {
            let small: Vec<(f64, f64)> = small.iter().map(|(x, y)| (f64::from(*x), f64::from(*y))).collect();
            for pairs in [pairs, small] {
                let (x, y): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
                prop_assert!(theil_sen(&x, &y).is_none_or(f64::is_finite));
                prop_assert!(theil_sen_interval(&x, &y).is_none_or(|i| i.low.is_finite() && i.low <= i.high));
                if let Some(line) = least_squares(&x, &y) {
                    prop_assert!(line.slope.is_finite() && line.intercept.is_finite() && line.slope_se.is_finite());
                    prop_assert!(line.slope_interval.contains(line.slope));
                    prop_assert!(line.r.is_none_or(f64::is_finite) && line.p.is_none_or(f64::is_finite));
                }
            }
        }
    }
}
