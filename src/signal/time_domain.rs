//! Time-domain metrics of a beat series in which some entries are not valid.
//!
//! A difference counts only where both of its neighbours are valid ("masked"): cutting a false beat
//! out and joining its neighbours would invent a difference that no heart made.

/// Time-domain metrics; a value that cannot be had is `None`, never 0 or NaN.
///
/// # Source
/// Task Force of the ESC and NASPE 1996, Table 1; Brennan 2001 for SD1 and SD2.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct TimeDomain {
    /// Valid normal-to-normal intervals.
    pub valid_beats: usize,
    /// Pairs of adjacent valid intervals.
    pub valid_pairs: usize,
    /// Mean interval.
    pub mean_nn_ms: Option<f64>,
    /// 60,000 over the mean interval (not the mean of the instantaneous rates, which is larger).
    pub hr_bpm: Option<f64>,
    /// Standard deviation of the intervals, n − 1 in the divisor.
    pub sdnn_ms: Option<f64>,
    /// Root mean square of successive differences, divisor the number of differences.
    pub rmssd_ms: Option<f64>,
    /// Natural logarithm of RMSSD in ms; `None` where RMSSD is 0.
    pub ln_rmssd: Option<f64>,
    /// Standard deviation of successive differences, n − 1 in the divisor.
    pub sdsd_ms: Option<f64>,
    /// Differences of more than 50 ms (exactly 50 does not count), per cent of all differences.
    pub pnn50_pct: Option<f64>,
    /// Width of the Poincaré plot: SDSD / √2.
    pub sd1_ms: Option<f64>,
    /// Length of the Poincaré plot: standard deviation of pair sums / √2.
    pub sd2_ms: Option<f64>,
}

/// Sums of the first pass over a series.
#[derive(Default)]
struct Sums {
    beats: usize,
    pairs: usize,
    nn: f64,
    difference: f64,
    difference_squared: f64,
    pair_sum: f64,
    over_50: usize,
}

/// The metrics of `nn_ms`, of which only the entries marked in `valid` count.
///
/// Both slices are equally long; an entry beyond the shorter one does not count.
#[must_use]
pub fn metrics(nn_ms: &[f64], valid: &[bool]) -> TimeDomain {
    let sums = first_pass(nn_ms, valid);
    if sums.beats == 0 {
        return TimeDomain::default();
    }
    let mean = sums.nn / sums.beats as f64;
    let pairs = sums.pairs as f64;
    let (mean_difference, mean_pair_sum) = (sums.difference / pairs, sums.pair_sum / pairs);
    let mut squares = [0.0; 3];
    each(nn_ms, valid, |before, nn| {
        squares[0] += (nn - mean).powi(2);
        if let Some(before) = before {
            squares[1] += (nn - before - mean_difference).powi(2);
            squares[2] += (nn + before - mean_pair_sum).powi(2);
        }
    });
    let deviation =
        |squares: f64, count: usize| (count >= 2).then(|| (squares / (count as f64 - 1.0)).sqrt()).and_then(finite);
    let rmssd_ms = (sums.pairs > 0).then(|| (sums.difference_squared / pairs).sqrt()).and_then(finite);
    let sdsd_ms = deviation(squares[1], sums.pairs);
    TimeDomain {
        valid_beats: sums.beats,
        valid_pairs: sums.pairs,
        mean_nn_ms: finite(mean),
        hr_bpm: finite(60_000.0 / mean),
        sdnn_ms: deviation(squares[0], sums.beats),
        rmssd_ms,
        ln_rmssd: rmssd_ms.map(f64::ln).and_then(finite),
        sdsd_ms,
        pnn50_pct: (sums.pairs > 0).then(|| 100.0 * sums.over_50 as f64 / pairs),
        sd1_ms: sdsd_ms.map(|sdsd| sdsd / std::f64::consts::SQRT_2),
        sd2_ms: deviation(squares[2], sums.pairs).map(|sum| sum / std::f64::consts::SQRT_2),
    }
}

fn first_pass(nn_ms: &[f64], valid: &[bool]) -> Sums {
    let mut sums = Sums::default();
    each(nn_ms, valid, |before, nn| {
        sums.beats += 1;
        sums.nn += nn;
        if let Some(before) = before {
            let difference = nn - before;
            sums.pairs += 1;
            sums.difference += difference;
            sums.difference_squared += difference * difference;
            sums.pair_sum += nn + before;
            sums.over_50 += usize::from(difference.abs() > 50.0);
        }
    });
    sums
}

/// Calls `visit` for every valid entry, with the entry before it where that is valid too.
fn each(nn_ms: &[f64], valid: &[bool], mut visit: impl FnMut(Option<f64>, f64)) {
    let mut before = None;
    for (nn, valid) in nn_ms.iter().zip(valid) {
        if *valid {
            visit(before, *nn);
        }
        before = valid.then_some(*nn);
    }
}

pub(super) fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// Width of a bin of the stress index's histogram.
const BIN_MS: f64 = 50.0;

/// Bins that are counted without sorting: everything below 3,200 ms, where beats are.
const BINS: usize = 64;

/// Baevsky's stress index with the mode taken as the centre of the modal bin (`si_mode`), for
/// display only: it follows SDNN and has no validation of its own in workers.
///
/// `None` for an empty series, one without any spread, or one whose mode is not positive. It applies
/// no minimum length; below 50 beats or two minutes it means little.
///
/// # Units
/// AMo / (2 · Mo · MxDMn) with the amplitude in per cent, the mode and the spread in seconds.
///
/// # Source
/// Baevsky & Berseneva 2008; bins of 50 ms, the lowest bin on ties.
#[must_use]
pub fn stress_index(nn_ms: &[f64], valid: &[bool]) -> Option<f64> {
    let held = || nn_ms.iter().zip(valid).filter_map(|(nn, valid)| valid.then_some(*nn));
    let (mut lowest, mut highest, mut count) = (f64::INFINITY, f64::NEG_INFINITY, 0_usize);
    for nn in held() {
        lowest = lowest.min(nn);
        highest = highest.max(nn);
        count += 1;
    }
    if count == 0 || highest <= lowest {
        return None;
    }
    let (bin, most) = if lowest >= 0.0 && highest < BINS as f64 * BIN_MS {
        modal_bin_counted(held())
    } else {
        modal_bin_sorted(held())
    };
    let amplitude_pct = 100.0 * most as f64 / count as f64;
    let mode_s = (bin * BIN_MS + BIN_MS / 2.0) / 1_000.0;
    let spread_s = (highest - lowest) / 1_000.0;
    (mode_s > 0.0).then(|| amplitude_pct / (2.0 * mode_s * spread_s)).and_then(finite)
}

fn modal_bin_counted(values: impl Iterator<Item = f64>) -> (f64, usize) {
    let mut counts = [0_usize; BINS];
    for value in values {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the caller saw that the value is at least 0 and below BINS bins"
        )]
        let bin = (value / BIN_MS) as usize;
        counts[bin.min(BINS - 1)] += 1;
    }
    let mut best = (0, 0);
    for (bin, count) in counts.into_iter().enumerate() {
        if count > best.1 {
            best = (bin, count);
        }
    }
    (best.0 as f64, best.1)
}

fn modal_bin_sorted(values: impl Iterator<Item = f64>) -> (f64, usize) {
    let mut bins: Vec<f64> = values.map(|value| (value / BIN_MS).floor()).collect();
    bins.sort_unstable_by(f64::total_cmp);
    let mut best = (0.0, 0);
    for run in bins.chunk_by(|left, right| left.total_cmp(right).is_eq()) {
        if run.len() > best.1 {
            best = (run[0], run.len());
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(nn_ms: &[f64]) -> TimeDomain {
        metrics(nn_ms, &vec![true; nn_ms.len()])
    }

    #[test]
    fn nothing_gives_nothing_and_one_beat_gives_only_a_mean() {
        assert_eq!(all(&[]), TimeDomain::default());
        let one = all(&[800.0]);
        assert_eq!((one.mean_nn_ms, one.hr_bpm), (Some(800.0), Some(75.0)));
        assert_eq!((one.sdnn_ms, one.rmssd_ms, one.pnn50_pct), (None, None, None));
    }

    #[test]
    fn a_difference_of_exactly_fifty_does_not_count() {
        let two = all(&[800.0, 850.0]);
        assert_eq!((two.rmssd_ms, two.pnn50_pct, two.sdsd_ms), (Some(50.0), Some(0.0), None));
        assert!((two.sdnn_ms.unwrap() - 35.355_339_1).abs() < 1e-6);
    }

    #[test]
    fn no_difference_crosses_an_entry_that_is_not_valid() {
        let cut = metrics(&[800.0, 500.0, 900.0, 910.0], &[true, false, true, true]);
        assert_eq!((cut.valid_beats, cut.valid_pairs, cut.rmssd_ms), (3, 1, Some(10.0)));
    }

    #[test]
    fn a_constant_series_has_no_logarithm_and_no_stress_index() {
        let flat = all(&[800.0; 60]);
        assert_eq!((flat.rmssd_ms, flat.sdnn_ms, flat.ln_rmssd), (Some(0.0), Some(0.0), None));
        assert_eq!(stress_index(&[800.0; 60], &[true; 60]), None);
    }

    #[test]
    fn both_ways_to_find_the_modal_bin_agree() {
        let values = [812.0, 798.0, 830.0, 845.0, 851.0, 849.9, 0.0, 3_199.0];
        assert_eq!(modal_bin_counted(values.into_iter()), modal_bin_sorted(values.into_iter()));
    }
}
