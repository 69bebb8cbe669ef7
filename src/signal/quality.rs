//! How far a stretch of beats can be trusted.

use super::time_domain::TimeDomain;

/// Grade of a window or recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// At most 5 % artefacts and at least 90 % of the time covered.
    Good,
    /// At most 15 % artefacts and at least 75 % of the time covered.
    Usable,
    /// Too many artefacts, or too little of the time covered.
    Reject,
    /// The sensor repeats itself or measures too coarsely: not a heart.
    Fault,
}

impl Grade {
    /// The grade's name in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Usable => "usable",
            Self::Reject => "reject",
            Self::Fault => "fault",
        }
    }

    /// Whether a night's value may be built on it.
    #[must_use]
    pub const fn is_trusted(self) -> bool {
        matches!(self, Self::Good | Self::Usable)
    }
}

/// Artefacts allowed in a good window; the Task Force's 5 %.
pub const GOOD_ARTIFACT_FRACTION: f64 = 0.05;
/// Share of time that valid beats cover in a good window.
pub const GOOD_SQI: f64 = 0.90;
/// Artefacts allowed in a usable window.
pub const USABLE_ARTIFACT_FRACTION: f64 = 0.15;
/// Share of time that valid beats cover in a usable window.
pub const USABLE_SQI: f64 = 0.75;

/// The grade by artefacts and coverage, both fractions of 1.
///
/// # Source
/// Judgement between the Task Force's 5 % and the practice of occupational guidelines.
#[must_use]
pub fn grade(artifact_fraction: f64, sqi_time: f64) -> Grade {
    if artifact_fraction <= GOOD_ARTIFACT_FRACTION && sqi_time >= GOOD_SQI {
        Grade::Good
    } else if artifact_fraction <= USABLE_ARTIFACT_FRACTION && sqi_time >= USABLE_SQI {
        Grade::Usable
    } else {
        Grade::Reject
    }
}

/// So many identical intervals in a row are suspicious.
const SAME_IN_A_ROW: usize = 4;
/// Share of intervals in such rows above which the sensor is at fault.
const SAME_LIMIT: f64 = 0.20;
/// Intervals that all lie further apart than this come from a sensor too coarse for HRV.
const COARSE_GRID_MS: f64 = 20.0;
/// Share of intervals on such a grid above which the sensor is at fault.
const COARSE_LIMIT: f64 = 0.30;
/// Below this many intervals two values far apart say nothing of a grid.
const FEWEST_FOR_GRID: usize = 20;

/// Whether raw intervals, as the sensor gave them, betray a fault: no variance at all, more than
/// 20 % of them in rows of four or more identical ones, or more than 30 % of them on a grid coarser
/// than 20 ms.
///
/// An interval counts as on a coarse grid if its value occurs more than once and no other value of
/// the stretch lies within 20 ms of it. (Asking for multiples of, say, 24 ms instead would condemn
/// every sensor with a harmless step of 8 ms.)
#[must_use]
pub fn is_faulty(rr_ms: &[f64]) -> bool {
    let count = rr_ms.len();
    if count < 2 {
        return false;
    }
    let limit = |share: f64| share * count as f64;
    let mut in_rows = 0;
    let mut rows = 0;
    for row in rr_ms.chunk_by(|left, right| left.total_cmp(right).is_eq()) {
        rows += 1;
        if row.len() >= SAME_IN_A_ROW {
            in_rows += row.len();
        }
    }
    rows == 1
        || in_rows as f64 > limit(SAME_LIMIT)
        || (count >= FEWEST_FOR_GRID && on_coarse_grid(rr_ms) as f64 > limit(COARSE_LIMIT))
}

/// RMSSD above which a wide Poincaré plot is suspect.
const SUSPECT_RMSSD_MS: f64 = 150.0;

/// Whether cleaned beats still look like artefacts, or like atrial fibrillation: RMSSD above 150 ms
/// with a Poincaré plot wider than long. Either way it says nothing of the autonomic state.
#[must_use]
pub fn is_suspect(time: &TimeDomain) -> bool {
    time.rmssd_ms.is_some_and(|rmssd| rmssd > SUSPECT_RMSSD_MS)
        && matches!((time.sd1_ms, time.sd2_ms), (Some(sd1), Some(sd2)) if sd1 > sd2)
}

fn on_coarse_grid(rr_ms: &[f64]) -> usize {
    let mut sorted = rr_ms.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut coarse = 0;
    let mut start = 0;
    for group in sorted.chunk_by(|left, right| left.total_cmp(right).is_eq()) {
        let end = start + group.len();
        let apart_below = start == 0 || group[0] - sorted[start - 1] > COARSE_GRID_MS;
        let apart_above = end == sorted.len() || sorted[end] - group[0] > COARSE_GRID_MS;
        if group.len() > 1 && apart_below && apart_above {
            coarse += group.len();
        }
        start = end;
    }
    coarse
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sixty intervals that wander between 780 and 920 ms without repeating.
    fn wandering() -> Vec<f64> {
        (0..60).map(|beat| 850.0 + 70.0 * (f64::from(beat) * 0.7).sin()).collect()
    }

    fn quantised(step_ms: f64) -> Vec<f64> {
        wandering().into_iter().map(|rr| (rr / step_ms).round() * step_ms).collect()
    }

    #[test]
    fn the_limits_themselves_still_belong_to_the_better_grade() {
        assert_eq!(grade(0.05, 0.90), Grade::Good);
        assert_eq!(grade(0.050_1, 0.90), Grade::Usable);
        assert_eq!(grade(0.15, 0.75), Grade::Usable);
        assert_eq!(grade(0.15, 0.749), Grade::Reject);
        assert_eq!(grade(f64::NAN, 1.0), Grade::Reject);
    }

    #[test]
    fn a_sensor_that_repeats_itself_is_at_fault() {
        assert!(is_faulty(&[800.0; 60]));
        let mut rr = wandering();
        rr[10..22].fill(812.0);
        assert!(!is_faulty(&rr), "12 of 60 are 20 %, not more");
        rr[22] = 812.0;
        assert!(is_faulty(&rr));
    }

    #[test]
    fn a_coarse_sensor_is_at_fault_and_one_of_eight_or_sixteen_milliseconds_is_not() {
        assert!(is_faulty(&quantised(25.0)));
        assert!(is_faulty(&quantised(50.0)));
        for step_ms in [1.0, 7.812_5, 8.0, 15.625, 20.0] {
            assert!(!is_faulty(&quantised(step_ms)), "{step_ms}");
        }
    }

    #[test]
    fn suspect_is_a_wide_plot_of_large_differences_only() {
        let time = |rmssd, sd1, sd2| TimeDomain {
            rmssd_ms: Some(rmssd),
            sd1_ms: Some(sd1),
            sd2_ms: Some(sd2),
            ..TimeDomain::default()
        };
        assert!(is_suspect(&time(150.1, 106.2, 106.1)));
        assert!(!is_suspect(&time(150.0, 106.2, 106.1)), "150 ms itself is not above");
        assert!(!is_suspect(&time(180.0, 127.0, 127.0)), "as wide as long");
        assert!(!is_suspect(&TimeDomain::default()));
    }

    #[test]
    fn too_few_intervals_show_no_fault() {
        assert!(!is_faulty(&[]));
        assert!(!is_faulty(&[800.0]));
        assert!(!is_faulty(&[800.0, 850.0]));
    }
}
