//! Cutting a run of beats into segments in which every beat follows the one before.

use std::ops::Range;

/// A value above this is the length of a gap, not of a beat.
const LONGEST_BEAT_MS: f64 = 3_000.0;

/// Two stamps further apart than the interval by more than this are not successive
/// (`NeuroKit2` drops differences across gaps by the same tolerance).
const GAP_TOLERANCE_MS: f64 = 10.0;

/// Beats further from the start than a week are not believed.
pub(super) const LONGEST_RUN_MS: f64 = 7.0 * 24.0 * 3_600_000.0;

/// A run of beats cut at its gaps.
#[derive(Debug, Default)]
pub(super) struct Run {
    /// End of each beat, ms after the run's start; never falls.
    pub(super) end_ms: Vec<f64>,
    /// The gap-free stretches, as ranges of the input.
    pub(super) segments: Vec<Range<usize>>,
    /// Intervals that cannot be one: not finite, not positive, or stamped out of order.
    pub(super) rejected: Vec<usize>,
    /// Values that are gaps and not beats.
    pub(super) gaps: usize,
}

impl Run {
    /// Cuts the run. Stamps that are not as many as the intervals are ignored.
    pub(super) fn cut(rr_ms: &[f64], stamps_ms: Option<&[f64]>) -> Self {
        let stamps_ms = stamps_ms.filter(|stamps| stamps.len() == rr_ms.len());
        let tolerance_ms = stamps_ms.map_or(GAP_TOLERANCE_MS, tolerance_ms);
        let mut run = Self { end_ms: Vec::with_capacity(rr_ms.len()), ..Self::default() };
        let mut now_ms = 0.0;
        let mut open: Option<usize> = None;
        for (at, rr) in rr_ms.iter().copied().enumerate() {
            let stamp = stamps_ms.map(|stamps| stamps[at]);
            let end_ms = stamp.unwrap_or(now_ms + rr);
            let possible =
                rr.is_finite() && rr > 0.0 && end_ms >= now_ms && (stamp.is_none() || end_ms <= LONGEST_RUN_MS);
            let beat = possible && rr <= LONGEST_BEAT_MS;
            let follows = stamp.is_none() || (end_ms - now_ms - rr).abs() <= tolerance_ms;
            if let Some(first) = open
                && !(beat && follows)
            {
                run.segments.push(first..at);
                open = None;
            }
            if beat {
                open = open.or(Some(at));
            } else if possible {
                run.gaps += 1;
            } else {
                run.rejected.push(at);
            }
            if possible {
                now_ms = end_ms;
            }
            run.end_ms.push(now_ms);
        }
        if let Some(first) = open {
            run.segments.push(first..rr_ms.len());
        }
        run
    }

    /// When the last beat or gap ended.
    pub(super) fn length_ms(&self) -> f64 {
        self.end_ms.last().copied().unwrap_or(0.0)
    }
}

/// Steps in which devices are known to count time, largest first.
const STEPS_MS: [f64; 11] = [1_000.0, 500.0, 250.0, 200.0, 100.0, 50.0, 40.0, 31.25, 25.0, 20.0, 15.625];
/// With fewer stamps all of them may lie on a step by chance.
const FEWEST_FOR_STEP: usize = 10;

/// Ten milliseconds, or twice the step in which the device counts time.
fn tolerance_ms(stamps_ms: &[f64]) -> f64 {
    if stamps_ms.len() < FEWEST_FOR_STEP {
        return GAP_TOLERANCE_MS;
    }
    let step = STEPS_MS.into_iter().find(|step| stamps_ms.iter().all(|stamp| (stamp % step).abs() < f64::EPSILON));
    step.map_or(GAP_TOLERANCE_MS, |step| (2.0 * step).max(GAP_TOLERANCE_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_stamps_beats_are_back_to_back() {
        let run = Run::cut(&[800.0, 810.0, 790.0], None);
        assert_eq!(run.segments, vec![0..3; 1]);
        assert_eq!(run.end_ms, [800.0, 1_610.0, 2_400.0]);
    }

    #[test]
    fn impossible_values_and_gaps_cut_the_run() {
        let rr_ms = [800.0, 0.0, 810.0, f64::NAN, 790.0, 805.0, 3_001.0, 800.0, -5.0];
        let run = Run::cut(&rr_ms, None);
        assert_eq!(run.segments, [0..1, 2..3, 4..6, 7..8]);
        assert_eq!((run.rejected, run.gaps), (vec![1, 3, 8], 1));
        assert!((run.end_ms[7] - 7_006.0).abs() < 1e-9, "the gap's time passes");
    }

    #[test]
    fn a_stamp_that_does_not_match_its_interval_is_a_gap() {
        let rr_ms = [800.0, 800.0, 800.0, 800.0];
        let run = Run::cut(&rr_ms, Some(&[800.0, 1_609.0, 2_420.0, 3_220.0]));
        assert_eq!(run.segments, [0..2, 2..4], "9 ms is within the tolerance, 11 ms is not");
    }

    #[test]
    fn a_stamp_that_goes_back_is_rejected_with_its_beat() {
        let run = Run::cut(&[800.0, 800.0, 800.0], Some(&[800.0, 700.0, 1_600.0]));
        assert_eq!((run.segments, run.rejected), (vec![0..1, 2..3], vec![1]));
        assert_eq!(run.end_ms, [800.0, 800.0, 1_600.0]);
    }

    #[test]
    fn a_device_that_counts_coarsely_gets_a_wider_tolerance() {
        let rr_ms: Vec<f64> = vec![850.0; 20];
        let exact: Vec<f64> = (1..=20).map(|beat| f64::from(beat) * 850.0).collect();
        let coarse: Vec<f64> = exact.iter().map(|end| (end / 100.0).round() * 100.0).collect();
        assert_eq!(Run::cut(&rr_ms, Some(&coarse)).segments, vec![0..20; 1]);
    }
}
