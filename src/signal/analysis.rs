//! The report of one recording, whatever its length: what `vagus hrv` prints.

use super::distribution::{self, Distribution};
use super::quality::{self, Grade};
use super::r1;
use super::segments::Run;
use super::spectrum::{self, BandPowers};
use super::time_domain::{self, TimeDomain};

/// Everything that can be said of a recording; no minimum duration applies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Report {
    /// Values of the recording.
    pub beats: usize,
    /// Time-domain metrics of the valid beats.
    pub time: TimeDomain,
    /// Order statistics of the valid beats, and Baevsky's stress index.
    pub distribution: Option<Distribution>,
    /// Band powers by Lomb–Scargle.
    pub powers: Option<BandPowers>,
    /// Flagged intervals over all intervals that are not gaps.
    pub artifact_fraction: Option<f64>,
    /// Time of valid beats over all time, gaps included; 0 without beats.
    pub sqi_time: f64,
    /// The grade of the whole.
    pub grade: Grade,
}

impl Report {
    /// Baevsky's stress index, for display only.
    #[must_use]
    pub fn stress_index(&self) -> Option<f64> {
        self.distribution.and_then(|distribution| distribution.stress_index())
    }
}

/// The report of intervals as they are: every one counts as valid, and nothing is rejected. The grade
/// then says only whether the sensor is at fault.
#[must_use]
pub fn raw(rr_ms: &[f64]) -> Report {
    let valid = vec![true; rr_ms.len()];
    let mut now_ms = 0.0;
    let times_s: Vec<f64> = rr_ms
        .iter()
        .map(|rr| {
            now_ms += rr;
            now_ms / 1_000.0
        })
        .collect();
    Report {
        beats: rr_ms.len(),
        time: time_domain::metrics(rr_ms, &valid),
        distribution: distribution::distribution(rr_ms, &valid),
        powers: spectrum::lomb(&times_s, rr_ms),
        artifact_fraction: (!rr_ms.is_empty()).then_some(0.0),
        sqi_time: if rr_ms.is_empty() { 0.0 } else { 1.0 },
        grade: if rr_ms.is_empty() {
            Grade::Reject
        } else if quality::is_faulty(rr_ms) {
            Grade::Fault
        } else {
            Grade::Good
        },
    }
}

/// The report of intervals after cleaning with R1, gaps and impossible values cut out first.
///
/// Band powers are had from recordings of grade good only, from the series with its artefacts filled
/// in; gaps stay open.
///
/// # Source
/// Domain reference, sections 1.1 (gaps and range), 1.4 (R1), 1.5 to 1.7 (metrics) and 1.9 (grade).
///
/// # Units
/// Milliseconds.
#[must_use]
pub fn cleaned(rr_ms: &[f64], floor_ms: f64) -> Report {
    let run = Run::cut(rr_ms, None);
    let mut series = Series::default();
    for segment in &run.segments {
        let before_ms = segment.start.checked_sub(1).map_or(0.0, |before| run.end_ms[before]);
        series.add(&rr_ms[segment.clone()], before_ms, floor_ms);
    }
    let time = time_domain::metrics(&series.nn_ms, &series.valid);
    let intervals = rr_ms.len() - run.gaps;
    let artifact_fraction = (intervals > 0).then(|| (series.flagged + run.rejected.len()) as f64 / intervals as f64);
    let valid_ms = time.mean_nn_ms.unwrap_or(0.0) * time.valid_beats as f64;
    let sqi_time = if valid_ms > 0.0 { valid_ms / run.length_ms() } else { 0.0 };
    let grade = match artifact_fraction {
        Some(_) if quality::is_faulty(&series.raw_ms) => Grade::Fault,
        Some(_) if quality::is_suspect(&time) => Grade::Reject,
        Some(fraction) => quality::grade(fraction, sqi_time),
        None => Grade::Reject,
    };
    Report {
        beats: rr_ms.len(),
        time,
        distribution: distribution::distribution(&series.nn_ms, &series.valid),
        powers: (grade == Grade::Good).then(|| spectrum::lomb(&series.times_s, &series.filled_ms)).flatten(),
        artifact_fraction,
        sqi_time,
        grade,
    }
}

/// The segments of a recording, one after another.
#[derive(Default)]
struct Series {
    raw_ms: Vec<f64>,
    nn_ms: Vec<f64>,
    valid: Vec<bool>,
    flagged: usize,
    /// The same with artefacts filled in, and the times of its beats, for spectra.
    filled_ms: Vec<f64>,
    times_s: Vec<f64>,
}

impl Series {
    fn add(&mut self, rr_ms: &[f64], before_ms: f64, floor_ms: f64) {
        let cleaned = r1::clean(rr_ms, floor_ms);
        self.flagged += cleaned.flagged();
        self.raw_ms.extend(rr_ms);
        if !self.nn_ms.is_empty() {
            // No difference is taken across an entry that is not valid.
            self.nn_ms.push(0.0);
            self.valid.push(false);
        }
        let mut now_ms = before_ms;
        for nn in cleaned.filled_ms().unwrap_or_default() {
            now_ms += nn;
            self.filled_ms.push(nn);
            self.times_s.push(now_ms / 1_000.0);
        }
        self.nn_ms.extend(cleaned.nn_ms);
        self.valid.extend(cleaned.valid);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn is_sound(report: &Report) -> bool {
        let time = &report.time;
        let powers = |power: fn(&BandPowers) -> f64| report.powers.as_ref().map(power);
        [
            time.mean_nn_ms,
            time.hr_bpm,
            time.sdnn_ms,
            time.rmssd_ms,
            time.ln_rmssd,
            time.sdsd_ms,
            time.pnn50_pct,
            time.sd1_ms,
            time.sd2_ms,
            report.stress_index(),
            report.distribution.map(|distribution| distribution.median_nn_ms),
            report.distribution.map(|distribution| distribution.mad_nn_ms),
            time.cvnn(),
            time.cvsd(),
            time.sd1_sd2(),
            time.pnn20_pct,
            powers(|powers| powers.lf_ms2),
            powers(|powers| powers.hf_ms2),
            report.powers.and_then(|powers| powers.lf_hf()),
            report.artifact_fraction,
            Some(report.sqi_time),
        ]
        .into_iter()
        .flatten()
        .all(f64::is_finite)
    }

    proptest! {
        #[test]
        fn no_input_panics_or_yields_nan(
            rr_ms in prop::collection::vec(
                prop_oneof![
                    6 => 250.0..2_100.0,
                    1 => any::<f64>(),
                    1 => prop::sample::select(vec![0.0, -800.0, f64::NAN, f64::INFINITY, f64::MAX, 1e12]),
                ],
                0..200,
            ),
        ) {
            prop_assert!(is_sound(&raw(&rr_ms)));
            prop_assert!(is_sound(&cleaned(&rr_ms, r1::FLOOR_MS)));
            prop_assert!(is_sound(&cleaned(&rr_ms, 0.0)));
        }
    }

    #[test]
    fn a_beat_of_zero_milliseconds_is_an_artefact_and_parts_its_neighbours() {
        let mut rr_ms: Vec<f64> = (0..60).map(|beat| 850.0 + 20.0 * (f64::from(beat) * 1.3).sin()).collect();
        let whole = cleaned(&rr_ms, r1::FLOOR_MS);
        rr_ms.insert(30, 0.0);
        let parted = cleaned(&rr_ms, r1::FLOOR_MS);
        assert_eq!(whole.artifact_fraction, Some(0.0));
        assert_eq!(parted.artifact_fraction, Some(1.0 / 61.0));
        assert_eq!(parted.time.valid_beats, 60);
        assert_eq!(parted.time.valid_pairs, whole.time.valid_pairs - 1);
    }

    #[test]
    fn a_value_over_three_seconds_is_a_gap_that_costs_coverage_only() {
        let mut rr_ms: Vec<f64> = (0..60).map(|beat| 850.0 + 20.0 * (f64::from(beat) * 1.3).sin()).collect();
        rr_ms[30] = 20_000.0;
        let report = cleaned(&rr_ms, r1::FLOOR_MS);
        assert_eq!((report.beats, report.time.valid_beats), (60, 59));
        assert_eq!((report.artifact_fraction, report.grade), (Some(0.0), Grade::Reject));
    }
}
