//! What can be said of valid intervals whatever their order: median, spread, Baevsky's stress index.

use crate::statistics::{MAD_TO_SD, mad_sorted, quantile_sorted};

use super::binning;
use super::time_domain::finite;

/// Order statistics of valid intervals, and their histogram's highest bin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distribution {
    /// Median interval.
    pub median_nn_ms: f64,
    /// From the first to the third quartile ("type 7").
    pub iqr_nn_ms: f64,
    /// Median distance from the median, scaled by 1.4826 to the SD of a normal law (MadNN).
    pub mad_nn_ms: f64,
    /// From the shortest to the longest interval (MxDMn).
    pub range_ms: f64,
    /// From the 5th to the 95th percentile: the range without its sensitivity to a single outlier.
    pub robust_range_ms: f64,
    /// Centre of the histogram's highest bin of 50 ms, the lowest one on ties (Mo).
    pub mode_ms: f64,
    /// Share of the intervals in that bin (AMo).
    pub mode_amplitude_pct: f64,
}

/// Width of a bin of the histogram.
const BIN_MS: f64 = 50.0;

/// The distribution of `nn_ms`, of which only the entries marked in `valid` count; `None` where there
/// is none, or a value is not finite.
///
/// # Units
/// Milliseconds.
///
/// # Source
/// Histogram and its mode: Baevsky & Berseneva 2008.
#[must_use]
pub fn distribution(nn_ms: &[f64], valid: &[bool]) -> Option<Distribution> {
    let sorted = sorted(nn_ms, valid);
    // Numbers that are not finite are sorted to the ends.
    let (first, last) = (*sorted.first()?, *sorted.last()?);
    let range_ms = finite(last - first)?;
    let median_nn_ms = quantile_sorted(&sorted, 0.5);
    let (mode_ms, most) = mode(&sorted);
    Some(Distribution {
        median_nn_ms,
        iqr_nn_ms: quantile_sorted(&sorted, 0.75) - quantile_sorted(&sorted, 0.25),
        mad_nn_ms: finite(MAD_TO_SD * mad_sorted(&sorted, median_nn_ms))?,
        range_ms,
        robust_range_ms: quantile_sorted(&sorted, 0.95) - quantile_sorted(&sorted, 0.05),
        mode_ms,
        mode_amplitude_pct: 100.0 * most as f64 / sorted.len() as f64,
    })
}

/// The valid values, smallest first.
fn sorted(nn_ms: &[f64], valid: &[bool]) -> Vec<f64> {
    // Each is written and only the valid ones counted: no branch that cannot be foreseen.
    let (mut kept, mut count) = (vec![0.0; nn_ms.len()], 0);
    for (nn, valid) in nn_ms.iter().zip(valid) {
        kept[count] = *nn;
        count += usize::from(*valid);
    }
    kept.truncate(count);
    binning::sort(&mut kept);
    kept
}

/// The centre of the highest bin, and how many values are in it.
fn mode(sorted: &[f64]) -> (f64, usize) {
    let (mut best_bin, mut most) = (0.0, 0);
    let mut rest = sorted;
    while let Some(lowest) = rest.first() {
        let bin = (lowest / BIN_MS).floor();
        // A value so large that its bin has no end that differs from it has the bin to itself.
        let count = rest.partition_point(|value| value / BIN_MS < bin + 1.0).max(1);
        if count > most {
            (best_bin, most) = (bin, count);
        }
        rest = &rest[count..];
    }
    (best_bin * BIN_MS + BIN_MS / 2.0, most)
}

impl Distribution {
    /// Baevsky's stress index AMo / (2 · Mo · MxDMn) with the mode taken as the centre of the modal bin
    /// (`si_mode`), for display only: it follows SDNN and has no validation of its own in workers.
    ///
    /// `None` where all intervals are alike or the mode is not positive. It applies no minimum length:
    /// below 50 beats or two minutes it means little. Other software shows its square root, whose
    /// distribution is nearer to a normal one.
    ///
    /// # Units
    /// The amplitude in per cent, the mode and the range in seconds: 1/s².
    ///
    /// # Source
    /// Baevsky & Berseneva 2008; 50 to 150 is held to be usual at rest.
    #[must_use]
    pub fn stress_index(&self) -> Option<f64> {
        self.stress_index_around(self.mode_ms)
    }

    /// The stress index with the median in the place of the mode (`si_median`).
    ///
    /// # Units
    /// As for [`Self::stress_index`].
    ///
    /// # Source
    /// The convention that Kubios documents.
    #[must_use]
    pub fn stress_index_by_median(&self) -> Option<f64> {
        self.stress_index_around(self.median_nn_ms)
    }

    fn stress_index_around(&self, mode_ms: f64) -> Option<f64> {
        let has_spread = self.range_ms > 0.0 && mode_ms > 0.0;
        let index = self.mode_amplitude_pct / (2.0 * (mode_ms / 1_000.0) * (self.range_ms / 1_000.0));
        has_spread.then_some(index).and_then(finite)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(nn_ms: &[f64]) -> Option<Distribution> {
        distribution(nn_ms, &vec![true; nn_ms.len()])
    }

    #[test]
    fn nothing_has_no_distribution_and_what_is_alike_no_stress_index() {
        assert_eq!(all(&[]), None);
        assert_eq!(distribution(&[800.0], &[false]), None);
        assert_eq!(all(&[800.0, f64::NAN]), None);
        let flat = all(&[800.0; 60]).unwrap();
        assert_eq!((flat.median_nn_ms, flat.mad_nn_ms, flat.mode_ms), (800.0, 0.0, 825.0));
        assert_eq!((flat.stress_index(), flat.stress_index_by_median()), (None, None));
    }

    #[test]
    fn the_lowest_of_equally_high_bins_is_the_mode() {
        let found = all(&[910.0, 905.0, 812.0, 849.9, 850.0, 500.0]).unwrap();
        assert_eq!((found.mode_ms, found.mode_amplitude_pct), (825.0, 100.0 * 2.0 / 6.0));
    }

    #[test]
    fn what_is_not_valid_does_not_count() {
        let found = distribution(&[800.0, 5.0, 820.0], &[true, false, true]).unwrap();
        assert_eq!((found.median_nn_ms, found.range_ms), (810.0, 20.0));
    }

    proptest! {
        #[test]
        fn no_value_yields_nan(nn_ms in prop::collection::vec(any::<f64>(), 0..40)) {
            if let Some(found) = all(&nn_ms) {
                let values = [Some(found.median_nn_ms), Some(found.mad_nn_ms), Some(found.range_ms), Some(found.mode_ms),
                    found.stress_index(), found.stress_index_by_median()];
                prop_assert!(values.into_iter().flatten().all(f64::is_finite), "{:?}", found);
            }
        }
    }
}
