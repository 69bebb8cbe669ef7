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
    /// Differences of more than 50 ms; exactly 50 does not count.
    pub nn50: usize,
    /// Differences of more than 20 ms; exactly 20 does not count.
    pub nn20: usize,
    /// `nn50` in per cent of all differences. (The Task Force divides by the number of intervals:
    /// [`TimeDomain::pnn50_of_beats_pct`].)
    pub pnn50_pct: Option<f64>,
    /// `nn20` in per cent of all differences.
    pub pnn20_pct: Option<f64>,
    /// Width of the Poincaré plot: SDSD / √2.
    pub sd1_ms: Option<f64>,
    /// Length of the Poincaré plot: standard deviation of pair sums / √2.
    pub sd2_ms: Option<f64>,
}

impl TimeDomain {
    /// SDNN over the mean interval (CVNN).
    #[must_use]
    pub fn cvnn(&self) -> Option<f64> {
        finite(self.sdnn_ms? / self.mean_nn_ms?)
    }

    /// RMSSD over the mean interval (CVSD), which follows the heart rate less than RMSSD does.
    #[must_use]
    pub fn cvsd(&self) -> Option<f64> {
        finite(self.rmssd_ms? / self.mean_nn_ms?)
    }

    /// SD1 over SD2: width over length of the Poincaré plot; `None` where it has no length.
    #[must_use]
    pub fn sd1_sd2(&self) -> Option<f64> {
        finite(self.sd1_ms? / self.sd2_ms?)
    }

    /// `nn50` in per cent of all intervals.
    ///
    /// # Source
    /// Task Force of the ESC and NASPE 1996, Table 1.
    #[must_use]
    pub fn pnn50_of_beats_pct(&self) -> Option<f64> {
        self.pnn50_pct.map(|_| 100.0 * self.nn50 as f64 / self.valid_beats as f64)
    }

    /// `nn20` in per cent of all intervals.
    #[must_use]
    pub fn pnn20_of_beats_pct(&self) -> Option<f64> {
        self.pnn20_pct.map(|_| 100.0 * self.nn20 as f64 / self.valid_beats as f64)
    }

    /// SDNN with n in the divisor, to compare with software that has it so.
    #[must_use]
    pub fn sdnn_population_ms(&self) -> Option<f64> {
        self.sdnn_ms.map(|sdnn| sdnn * without_correction(self.valid_beats))
    }

    /// SDSD with n in the divisor, to compare with software that has it so.
    #[must_use]
    pub fn sdsd_population_ms(&self) -> Option<f64> {
        self.sdsd_ms.map(|sdsd| sdsd * without_correction(self.valid_pairs))
    }
}

/// Takes a standard deviation of so many values from n − 1 to n in the divisor.
fn without_correction(count: usize) -> f64 {
    ((count as f64 - 1.0) / count as f64).sqrt()
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
    over_20: usize,
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
        nn50: sums.over_50,
        nn20: sums.over_20,
        pnn50_pct: (sums.pairs > 0).then(|| 100.0 * sums.over_50 as f64 / pairs),
        pnn20_pct: (sums.pairs > 0).then(|| 100.0 * sums.over_20 as f64 / pairs),
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
            sums.over_20 += usize::from(difference.abs() > 20.0);
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
    fn a_constant_series_has_no_logarithm() {
        let flat = all(&[800.0; 60]);
        assert_eq!((flat.rmssd_ms, flat.sdnn_ms, flat.ln_rmssd), (Some(0.0), Some(0.0), None));
    }

    fn masked() -> impl Strategy<Value = (Vec<f64>, Vec<bool>)> {
        prop::collection::vec((300.0..2_000.0, prop::bool::weighted(0.8)), 0..120)
            .prop_map(|entries| entries.into_iter().unzip())
    }

    proptest! {
        #[test]
        fn only_pairs_of_valid_neighbours_count((nn_ms, valid) in masked()) {
            let pairs: Vec<f64> = (1..nn_ms.len())
                .filter(|at| valid[at - 1] && valid[*at])
                .map(|at| nn_ms[at] - nn_ms[at - 1])
                .collect();
            let found = metrics(&nn_ms, &valid);
            prop_assert_eq!(found.valid_pairs, pairs.len());
            let mean_square = pairs.iter().map(|step| step * step).sum::<f64>() / pairs.len() as f64;
            match found.rmssd_ms {
                None => prop_assert!(pairs.is_empty()),
                Some(rmssd) => prop_assert!((rmssd - mean_square.sqrt()).abs() < 1e-9),
            }
        }

        #[test]
        fn what_stands_in_an_entry_that_is_not_valid_changes_nothing(
            (nn_ms, valid) in masked(),
            other in prop_oneof![any::<f64>(), Just(f64::NAN), Just(f64::INFINITY)],
        ) {
            let replaced: Vec<f64> = nn_ms.iter().zip(&valid).map(|(nn, valid)| if *valid { *nn } else { other }).collect();
            prop_assert_eq!(metrics(&nn_ms, &valid), metrics(&replaced, &valid));
        }
    }
}
