//! The shift between two groups of values by the median of all differences.

use super::interval::{Interval, NORMAL_97_5, count, finite};
use super::order::quantile_sorted;

/// The median of all differences and its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shift {
    /// The median difference, `after` less `before`.
    pub estimate: f64,
    /// 95 % interval by rank; `None` where the values are too few to bound it.
    pub interval: Option<Interval>,
    /// Rank of the difference that is its lower end, counted from 1; 0 where there is none.
    pub rank: usize,
}

/// How far the values of `after` lie above those of `before`; `None` where either is empty.
///
/// `widening` is how much the standard error grows because neighbouring values are alike: 1 for
/// independent ones.
///
/// # Source
/// Hodges & Lehmann 1963, Ann Math Stat 34:598; domain reference, section 8.5:
/// k = round(n₁n₂/2 − 1.96·√(n₁n₂(n₁ + n₂ + 1)/12)), ends d(k) and d(n₁n₂ − k + 1).
#[must_use]
pub fn hodges_lehmann(before: &[f64], after: &[f64], widening: f64) -> Option<Shift> {
    let mut differences: Vec<f64> = before.iter().flat_map(|a| after.iter().map(move |b| b - a)).collect();
    if differences.is_empty() || differences.iter().any(|d| !d.is_finite()) {
        return None;
    }
    differences.sort_unstable_by(f64::total_cmp);
    let (pairs, both) = (count(differences.len()), count(before.len() + after.len()));
    let reach = NORMAL_97_5 * (pairs * (both + 1.0) / 12.0).sqrt() * widening;
    let k = (pairs / 2.0 - reach).round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 ≤ k ≤ number of pairs / 2")]
    let rank = if k >= 1.0 && k <= pairs / 2.0 { k as usize } else { 0 };
    let end = |place: usize| differences.get(place).copied();
    let interval = rank.checked_sub(1).and_then(|low| Interval::try_new(end(low)?, end(differences.len() - 1 - low)?));
    Some(Shift { estimate: finite(quantile_sorted(&differences, 0.5))?, interval, rank })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_shift_without_an_interval() {
        let found = hodges_lehmann(&[1.0, 2.0], &[4.0, 5.0], 1.0).unwrap();
        assert_eq!((found.estimate, found.interval, found.rank), (3.0, None, 0));
    }

    #[test]
    fn likeness_of_neighbours_widens_the_interval() {
        let a: Vec<f64> = (0..20).map(f64::from).collect();
        let b: Vec<f64> = a.iter().map(|a| a * 1.1 + 3.0).collect();
        let width = |widening| {
            let interval = hodges_lehmann(&a, &b, widening).unwrap().interval.unwrap();
            interval.high - interval.low
        };
        assert!(width(1.4) > width(1.0));
        assert_eq!(hodges_lehmann(&a, &b, 100.0).unwrap().interval, None);
    }

    #[test]
    fn nothing_before_is_no_shift() {
        assert_eq!(hodges_lehmann(&[], &[1.0], 1.0), None);
        assert_eq!(hodges_lehmann(&[f64::NAN], &[1.0], 1.0), None);
    }
}
