//! Pearson's correlation and its interval.

use super::interval::{Interval, NORMAL_97_5, are_pairs, count, finite};

/// Pearson's correlation; `None` of fewer than two pairs, or where one side never changes.
#[must_use]
pub fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    let sums = Sums::of(x, y)?;
    finite(sums.xy / (sums.xx.sqrt() * sums.yy.sqrt())).map(|r| r.clamp(-1.0, 1.0))
}

/// The interval of a correlation whose Fisher z has the standard error `spread`; `None` of a perfect
/// correlation.
///
/// # Source
/// Fisher 1915, Biometrika 10:507: the 95 % interval is taken on atanh r.
#[must_use]
pub fn fisher_interval(r: f64, spread: f64) -> Option<Interval> {
    let z = r.atanh();
    if !z.is_finite() || !spread.is_finite() {
        return None;
    }
    Interval::try_new((z - NORMAL_97_5 * spread).tanh(), (z + NORMAL_97_5 * spread).tanh())
}

/// The 95 % interval of Pearson's correlation of `n` pairs; `None` up to three pairs.
///
/// # Source
/// Fisher 1921: the standard error of z is 1/√(n − 3).
#[must_use]
pub fn pearson_interval(r: f64, n: usize) -> Option<Interval> {
    if n <= 3 {
        return None;
    }
    fisher_interval(r, (count(n) - 3.0).sqrt().recip())
}

/// Means of pairs and the sums of squares and products about them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sums {
    pub(super) mean_x: f64,
    pub(super) mean_y: f64,
    pub(super) xx: f64,
    pub(super) yy: f64,
    pub(super) xy: f64,
}

impl Sums {
    /// `None` of fewer than two pairs, of lists of unequal length, and of what is no number.
    pub(super) fn of(x: &[f64], y: &[f64]) -> Option<Self> {
        if x.len() < 2 || !are_pairs(x, y) {
            return None;
        }
        let n = count(x.len());
        let (mean_x, mean_y) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
        let mut sums = Self { mean_x, mean_y, xx: 0.0, yy: 0.0, xy: 0.0 };
        for (x, y) in x.iter().zip(y) {
            let (dx, dy) = (x - mean_x, y - mean_y);
            sums.xx += dx * dx;
            sums.yy += dy * dy;
            sums.xy += dx * dy;
        }
        // What never changes may still sum to a rounding error: equal values are told apart here.
        let changes = |list: &[f64]| list.iter().any(|value| value.total_cmp(&list[0]).is_ne());
        sums.xx = if changes(x) { sums.xx } else { 0.0 };
        sums.yy = if changes(y) { sums.yy } else { 0.0 };
        Some(sums)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_do_not_correlate_by_rounding() {
        assert_eq!(pearson(&[0.1, 0.1, 0.1], &[1.0, 2.0, 4.0]), None);
        assert_eq!(pearson(&[1.0, 2.0], &[1.0]), None);
    }

    #[test]
    fn interval_of_the_textbook_example() {
        // r 0.5 of 28 pairs: z 0.5493 ± 0.392 is 0.156 to 0.736 (Fisher).
        let found = pearson_interval(0.5, 28).unwrap();
        assert!((found.low - 0.1559).abs() < 1e-3 && (found.high - 0.7356).abs() < 1e-3, "{found:?}");
    }
}
