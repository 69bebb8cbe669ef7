//! Ranks, and how one order follows another: Kendall's S, Spearman, the area under a ROC curve.

use std::cmp::Ordering;

use super::correlation::pearson;
use super::interval::{Interval, are_pairs, count};

/// The normal law's quantile as the authors of the interval print it.
const ROUNDED_97_5: f64 = 1.96;

/// The rank of each value, from 1; equal values share the mean of their ranks.
#[must_use]
pub fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for tied in order.chunk_by(|&a, &b| values[a].partial_cmp(&values[b]) == Some(Ordering::Equal)) {
        let rank = count(before) + (count(tied.len()) + 1.0) / 2.0;
        tied.iter().for_each(|&place| ranks[place] = rank);
        before += tied.len();
    }
    ranks
}

/// Spearman's rank correlation; `None` of fewer than two pairs, or where one side never changes.
///
/// # Source
/// Spearman 1904: Pearson's correlation of the ranks, which is right with ties too.
#[must_use]
pub fn spearman(x: &[f64], y: &[f64]) -> Option<f64> {
    if !are_pairs(x, y) {
        return None;
    }
    pearson(&ranks(x), &ranks(y))
}

/// The 95 % interval of a rank correlation of `n` pairs; `None` up to three pairs, or of a perfect
/// correlation, whose error the formula cannot tell.
///
/// # Source
/// Bonett & Wright 2000, Psychometrika 65:23: Fisher's z with variance (1 + ρ²/2)/(n − 3).
#[must_use]
pub fn spearman_interval(rho: f64, n: usize) -> Option<Interval> {
    let spread = ((1.0 + rho * rho / 2.0) / (count(n) - 3.0)).sqrt();
    let z = rho.atanh();
    Interval::try_new((z - ROUNDED_97_5 * spread).tanh(), (z + ROUNDED_97_5 * spread).tanh())
        .filter(|_| n > 3 && z.is_finite())
}

/// Kendall's S of values in time order: pairs that rise less pairs that fall.
///
/// # Source
/// Mann 1945, Econometrica 13:245; Kendall 1948.
#[must_use]
pub fn kendall_s(in_time_order: &[f64]) -> i64 {
    let mut rising = 0;
    for (place, first) in in_time_order.iter().enumerate() {
        rising += dominance(std::slice::from_ref(first), &in_time_order[place + 1..]);
    }
    rising
}

/// Pairs in which a value of `after` is above one of `before`, less those in which it is below.
///
/// # Source
/// The numerator of Mann & Whitney's U, as used by Parker et al. 2011, Behav Ther 42:284.
#[must_use]
pub fn dominance(before: &[f64], after: &[f64]) -> i64 {
    let pairs = before.iter().flat_map(|a| after.iter().map(move |b| b.partial_cmp(a)));
    pairs.map(|order| order.map_or(0, |order| order as i64)).sum()
}

/// How often a value of `positive` is above one of `negative`, ties as a half: the area under the ROC
/// curve. `None` where either is empty.
///
/// # Source
/// Hanley & McNeil 1982, Radiology 143:29.
#[must_use]
pub fn auc(negative: &[f64], positive: &[f64]) -> Option<f64> {
    let (n, p) = (count(negative.len()), count(positive.len()));
    let is_number = |value: &f64| !value.is_nan();
    if negative.is_empty() || positive.is_empty() || !negative.iter().chain(positive).all(is_number) {
        return None;
    }
    let joined: Vec<f64> = positive.iter().chain(negative).copied().collect();
    let rank_sum: f64 = ranks(&joined).iter().take(positive.len()).sum();
    Some((rank_sum - p * (p + 1.0) / 2.0) / (n * p))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_the_mean_of_their_ranks() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 0.0, -0.0]), [4.5, 3.0, 4.5, 1.5, 1.5]);
    }

    #[test]
    fn a_side_that_never_changes_correlates_with_nothing() {
        assert_eq!(spearman(&[1.0, 1.0, 1.0], &[1.0, 2.0, 3.0]), None);
        assert_eq!(spearman(&[1.0], &[1.0]), None);
        assert_eq!(spearman(&[1.0, f64::NAN], &[1.0, 2.0]), None);
    }

    #[test]
    fn a_perfect_order_has_no_interval() {
        assert_eq!(spearman_interval(1.0, 30), None);
        assert_eq!(spearman_interval(0.3, 3), None);
        assert_eq!(spearman_interval(f64::NAN, 30), None);
    }

    #[test]
    fn area_is_a_half_between_equals_and_one_between_apart() {
        assert_eq!(auc(&[1.0, 2.0], &[1.0, 2.0]), Some(0.5));
        assert_eq!(auc(&[1.0, 2.0], &[3.0, 4.0]), Some(1.0));
        assert_eq!(auc(&[], &[1.0]), None);
    }

    #[test]
    fn area_and_dominance_are_two_readings_of_one_count() {
        let (a, b) = ([1.0, 4.0, 2.0, 2.0], [2.0, 5.0, 0.0]);
        let area = auc(&a, &b).unwrap();
        #[expect(clippy::cast_precision_loss, reason = "twelve pairs")]
        let share = dominance(&a, &b) as f64 / 12.0;
        assert!((2.0 * area - 1.0 - share).abs() < 1e-12);
    }
}
