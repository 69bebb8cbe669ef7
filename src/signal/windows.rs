//! Five-minute windows of a run of beats, ready for the engine.
//!
//! The run is cut at its gaps, each segment cleaned as a whole, and the result laid into
//! non-overlapping windows of five minutes from the run's start; a beat belongs to the window in
//! which it ends, and no difference crosses a window's edge. The last window is as long as the run
//! lasts, whole seconds; under ten seconds, and where a window holds no beat at all, there is none.

use crate::domain::Timestamp;
use crate::domain::reading::BeatIntervals;

use super::quality::{self, Grade};
use super::r1;
use super::segments::{LONGEST_RUN_MS, Run};
use super::time_domain;

/// One window with what could be had of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BeatWindow {
    /// Begin of the window.
    pub start: Timestamp,
    /// Length of the window: 300, or less for the last one of a run.
    pub duration_s: u32,
    /// RMSSD, where there are 60 s of valid beats and 50 valid pairs.
    pub rmssd_ms: Option<f64>,
    /// SDNN, where there are 240 s of valid beats: it grows with the duration.
    pub sdnn_ms: Option<f64>,
    /// Mean heart rate, where there are 10 s of valid beats.
    pub mean_hr_bpm: Option<f64>,
    /// Share of the window's time that valid beats cover, 0 to 1.
    pub sqi: f64,
    /// A rejected or faulty window carries no metric.
    pub grade: Grade,
}

/// The standard short-term recording (Task Force 1996).
const WINDOW_MS: f64 = 300_000.0;
const WINDOW_S: i64 = 300;
/// Below this a last window is not worth a record.
const SHORTEST_MS: f64 = 10_000.0;

/// Valid time from which the heart rate is had.
const HR_MIN_MS: f64 = 10_000.0;
/// Valid time from which RMSSD is had; the conservative end of the published minima (Shaffer 2020).
const RMSSD_MIN_MS: f64 = 60_000.0;
const RMSSD_MIN_PAIRS: usize = 50;
/// Valid time from which SDNN is had (Baek 2015).
const SDNN_MIN_MS: f64 = 240_000.0;

/// What an adult's heart can show in five minutes; anything else is an artefact that got through.
const RMSSD_RANGE_MS: std::ops::RangeInclusive<f64> = 3.0..=250.0;
const SDNN_RANGE_MS: std::ops::RangeInclusive<f64> = 5.0..=300.0;
const HR_RANGE_BPM: std::ops::RangeInclusive<f64> = 35.0..=180.0;

/// The windows of a run, oldest first.
///
/// Any content of the run is allowed: what is not finite, not positive or out of order counts as an
/// artefact, and what ends more than a week after the start is left out.
///
/// # Source
/// Five minutes: Task Force 1996. What each metric needs: Shaffer 2020, Baek 2015; domain reference,
/// section 1.8. What is a plausible value: the same, section 1.9.
#[must_use]
pub fn windows(beats: &BeatIntervals) -> Vec<BeatWindow> {
    let run = Run::cut(&beats.rr_ms, beats.end_ms.as_deref());
    let mut filling = Filling::default();
    for segment in &run.segments {
        filling.add_segment(&beats.rr_ms[segment.clone()], &run.end_ms[segment.clone()]);
    }
    for at in &run.rejected {
        filling.add_rejected(run.end_ms[*at]);
    }
    let length_ms = run.length_ms();
    filling.windows.iter().filter_map(|contents| contents.measure(beats.start, length_ms)).collect()
}

/// What fell into one window.
#[derive(Default)]
struct Contents {
    index: u16,
    raw_ms: Vec<f64>,
    nn_ms: Vec<f64>,
    valid: Vec<bool>,
    flagged: usize,
    rejected: usize,
}

#[derive(Default)]
struct Filling {
    windows: Vec<Contents>,
}

impl Filling {
    fn add_segment(&mut self, rr_ms: &[f64], end_ms: &[f64]) {
        let cleaned = r1::clean(rr_ms, r1::FLOOR_MS);
        let mut rebuilt = 0;
        for (at, class) in cleaned.classes.iter().enumerate() {
            let Some(contents) = self.at(end_ms[at]) else { return };
            if at == 0 {
                contents.part();
            }
            contents.raw_ms.push(rr_ms[at]);
            contents.flagged += usize::from(*class != r1::Class::Normal);
            while rebuilt < cleaned.source.len() && cleaned.source[rebuilt] == at {
                contents.nn_ms.push(cleaned.nn_ms[rebuilt]);
                contents.valid.push(cleaned.valid[rebuilt]);
                rebuilt += 1;
            }
        }
    }

    fn add_rejected(&mut self, end_ms: f64) {
        if let Some(index) = index_of(end_ms)
            && let Ok(found) = self.windows.binary_search_by_key(&index, |window| window.index)
        {
            self.windows[found].rejected += 1;
        }
    }

    /// The window in which a beat ends; segments come in order of time.
    fn at(&mut self, end_ms: f64) -> Option<&mut Contents> {
        let index = index_of(end_ms)?;
        if self.windows.last().is_none_or(|last| last.index < index) {
            self.windows.push(Contents { index, ..Contents::default() });
        }
        self.windows.last_mut()
    }
}

fn index_of(end_ms: f64) -> Option<u16> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a week holds 2,016 windows, and max(0) keeps the sign"
    )]
    (end_ms <= LONGEST_RUN_MS).then(|| ((end_ms / WINDOW_MS).ceil() - 1.0).max(0.0) as u16)
}

impl Contents {
    /// Parts two segments: no difference is taken across an entry that is not valid.
    fn part(&mut self) {
        if !self.nn_ms.is_empty() {
            self.nn_ms.push(0.0);
            self.valid.push(false);
        }
    }

    fn measure(&self, run_start: Timestamp, run_length_ms: f64) -> Option<BeatWindow> {
        let elapsed_ms = (run_length_ms - f64::from(self.index) * WINDOW_MS).min(WINDOW_MS);
        if elapsed_ms < SHORTEST_MS {
            return None;
        }
        let offset = jiff::SignedDuration::from_secs(i64::from(self.index) * WINDOW_S);
        let start = run_start.checked_add(offset).ok()?;
        let time = time_domain::metrics(&self.nn_ms, &self.valid);
        let valid_ms = time.mean_nn_ms.unwrap_or(0.0) * time.valid_beats as f64;
        let sqi = (valid_ms / elapsed_ms).clamp(0.0, 1.0);
        let grade = self.grade(sqi);
        let had = |value: Option<f64>, min_ms: f64, range: std::ops::RangeInclusive<f64>| {
            value.filter(|value| grade.is_trusted() && valid_ms >= min_ms && range.contains(value))
        };
        let rmssd_ms = time.rmssd_ms.filter(|_| time.valid_pairs >= RMSSD_MIN_PAIRS);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a window is between 10 and 300 seconds long"
        )]
        let duration_s = (elapsed_ms / 1_000.0) as u32;
        Some(BeatWindow {
            start,
            duration_s,
            rmssd_ms: had(rmssd_ms, RMSSD_MIN_MS, RMSSD_RANGE_MS),
            // A window that is suspect keeps its SDNN, by which whoever reads the window sees that it is: it
            // counts for no baseline, and several such nights ask for a medical check.
            sdnn_ms: if quality::is_suspect(&time) {
                time.sdnn_ms
            } else {
                had(time.sdnn_ms, SDNN_MIN_MS, SDNN_RANGE_MS)
            },
            mean_hr_bpm: had(time.hr_bpm, HR_MIN_MS, HR_RANGE_BPM),
            sqi,
            grade,
        })
    }

    fn grade(&self, sqi: f64) -> Grade {
        if quality::is_faulty(&self.raw_ms) {
            return Grade::Fault;
        }
        let seen = self.raw_ms.len() + self.rejected;
        let artifact_fraction = (self.flagged + self.rejected) as f64 / seen as f64;
        quality::grade(artifact_fraction, sqi)
    }
}

#[cfg(test)]
#[path = "windows_tests.rs"]
mod tests;
