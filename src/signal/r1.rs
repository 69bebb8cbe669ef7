//! The reference cleaner R1: one pass over a gap-free segment that says of every interval whether it
//! is a normal beat, an artefact, a missed or an extra detection.
//!
//! It uses the thresholds of Lipponen & Tarvainen but not their correction, which moves good beats:
//! here a false interval is marked, an extra detection merged, and everything else left as measured.

use super::interpolation;
use super::sliding;

/// What R1 made of one interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// A normal interval.
    Normal,
    /// Follows a premature beat: this interval and the one before are not normal.
    Ectopic,
    /// Too long for its neighbourhood.
    Long,
    /// Too short for its neighbourhood.
    Short,
    /// A detection too many: this interval and the next are one.
    Extra,
    /// A detection too few: this interval is two.
    Missed,
    /// Passed every test but lies outside the physiological range.
    OutOfRange,
}

/// A segment after cleaning.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cleaned {
    /// The rebuilt intervals: extra detections merged, missed ones split, the rest as measured.
    pub nn_ms: Vec<f64>,
    /// Which rebuilt intervals are valid normal-to-normal intervals.
    pub valid: Vec<bool>,
    /// For each rebuilt interval the raw interval at whose end it ends.
    pub source: Vec<usize>,
    /// The class of every raw interval.
    pub classes: Vec<Class>,
}

impl Cleaned {
    /// Raw intervals that are not normal.
    #[must_use]
    pub fn flagged(&self) -> usize {
        self.classes.iter().filter(|class| **class != Class::Normal).count()
    }

    /// The rebuilt intervals with what is not valid replaced by a line between its neighbours, halves
    /// of missed beats kept; for spectra only. `None` where nothing is valid.
    #[must_use]
    pub fn filled_ms(&self) -> Option<Vec<f64>> {
        let known = |(valid, source): (&bool, &usize)| *valid || self.classes[*source] == Class::Missed;
        let known: Vec<bool> = self.valid.iter().zip(&self.source).map(known).collect();
        interpolation::fill(&self.nn_ms, &known)
    }

    fn push(&mut self, nn_ms: f64, is_valid: bool, source: usize) {
        self.nn_ms.push(nn_ms);
        self.valid.push(is_valid);
        self.source.push(source);
    }
}

/// The threshold floor in production: a very steady heart must not turn a step of the sensor's clock
/// into an artefact. (With 0 the thresholds are those of the published method.)
///
/// # Units
/// Milliseconds.
pub const FLOOR_MS: f64 = 10.0;

/// Below so many intervals quartiles mean little, and the simple rule of [`clean`] applies.
pub const FEWEST_INTERVALS: usize = 20;

/// 200 beats a minute.
const SHORTEST_MS: f64 = 300.0;
/// 30 beats a minute.
const LONGEST_MS: f64 = 2_000.0;
/// Larger values would overflow further on; no caller that knows gaps passes them.
const LARGEST_MS: f64 = 1e9;
/// Scales the quartile deviation to a threshold (Lipponen & Tarvainen 2019).
const ALPHA: f64 = 5.2;
/// Slope and offset of the ectopic test (Lipponen & Tarvainen 2019).
const C1: f64 = 0.13;
const C2: f64 = 0.17;
/// Deviation from the local median, in thresholds, that is an artefact by itself.
const BIG: f64 = 3.0;
/// In short segments: allowed deviation from the median of five.
const SHORT_SEGMENT_DEVIATION: f64 = 0.20;

/// Cleans one gap-free segment.
///
/// Segments of fewer than [`FEWEST_INTERVALS`] are judged by range and by a deviation of at most 20 %
/// from the median of five. A segment that holds a value that is no number, or is absurdly large, is
/// rejected as a whole.
///
/// # Units
/// Milliseconds.
///
/// # Source
/// Thresholds and pattern tests: Lipponen & Tarvainen 2019, J Med Eng Technol 43:173. Range:
/// 300 to 2,000 ms, checked last, since a short interval and its neighbour may be one true beat.
#[must_use]
pub fn clean(rr_ms: &[f64], floor_ms: f64) -> Cleaned {
    if !is_measurable(rr_ms) {
        return Cleaned {
            nn_ms: rr_ms.to_vec(),
            valid: vec![false; rr_ms.len()],
            source: (0..rr_ms.len()).collect(),
            classes: vec![Class::OutOfRange; rr_ms.len()],
        };
    }
    let classes = if rr_ms.len() < FEWEST_INTERVALS {
        classes_of_short_segment(rr_ms)
    } else {
        Segment::new(rr_ms, floor_ms).classes()
    };
    rebuild(rr_ms, classes)
}

/// Whether every value is a number that can be reckoned with.
fn is_measurable(rr_ms: &[f64]) -> bool {
    // NaN is not in the range either.
    rr_ms.iter().all(|rr| rr.abs() <= LARGEST_MS)
}

fn classes_of_short_segment(rr_ms: &[f64]) -> Vec<Class> {
    let medians = sliding::medians_by_sorting(rr_ms, 2);
    let judge = |(rr, median): (&f64, &f64)| {
        let deviation = rr - median;
        if deviation.abs() <= SHORT_SEGMENT_DEVIATION * median {
            Class::Normal
        } else if deviation > 0.0 {
            Class::Long
        } else {
            Class::Short
        }
    };
    rr_ms.iter().zip(&medians).map(judge).collect()
}

/// The thresholds by which [`clean`] judges a gap-free segment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Thresholds {
    /// Of the difference from the interval before (Th1), for each interval but the first.
    pub step_ms: Vec<f64>,
    /// Of the deviation from the local median (Th2), for each interval.
    pub deviation_ms: Vec<f64>,
}

/// The thresholds of a gap-free segment; of one that [`clean`] rejects or judges without them, none.
///
/// # Units
/// Milliseconds.
///
/// # Source
/// Lipponen & Tarvainen 2019: 5.2 quartile deviations of the 91 values around.
#[must_use]
pub fn thresholds(rr_ms: &[f64], floor_ms: f64) -> Thresholds {
    if rr_ms.len() < FEWEST_INTERVALS || !is_measurable(rr_ms) {
        return Thresholds::default();
    }
    Segment::new(rr_ms, floor_ms).thresholds
}

/// Everything the decision about an interval needs.
struct Segment<'a> {
    rr_ms: &'a [f64],
    /// Median of the eleven intervals around.
    median: Vec<f64>,
    /// Deviation from that median, doubled where negative.
    deviation: Vec<f64>,
    thresholds: Thresholds,
    /// Successive differences, the first 0.
    step_ms: Vec<f64>,
}

impl<'a> Segment<'a> {
    fn new(rr_ms: &'a [f64], floor_ms: f64) -> Self {
        let mut step_ms = vec![0.0; rr_ms.len()];
        for (pair, step) in rr_ms.windows(2).zip(&mut step_ms[1..]) {
            *step = pair[1] - pair[0];
        }
        let median = sliding::medians_of_eleven(rr_ms);
        let mut deviation = vec![0.0; rr_ms.len()];
        for ((rr, median), deviation) in rr_ms.iter().zip(&median).zip(&mut deviation) {
            let plain = rr - median;
            *deviation = if plain < 0.0 { 2.0 * plain } else { plain };
        }
        let thresholds = Thresholds {
            step_ms: deviations_allowed(&step_ms[1..], floor_ms),
            deviation_ms: deviations_allowed(&deviation, floor_ms),
        };
        Self { rr_ms, median, deviation, thresholds, step_ms }
    }

    fn classes(&self) -> Vec<Class> {
        let mut classes = vec![Class::Normal; self.rr_ms.len()];
        let steps = self.step_ms[1..].iter().zip(&self.thresholds.step_ms);
        let deviations = self.deviation[1..].iter().zip(&self.thresholds.deviation_ms[1..]);
        for (at, ((step, step_threshold), (deviation, threshold))) in (1..).zip(steps.zip(deviations)) {
            let is_big = is_over(*deviation, BIG, *threshold);
            if is_big | is_over(*step, 1.0, *step_threshold) {
                classes[at] = self.class(at, is_big);
            }
        }
        classes
    }

    /// The second stage, for an interval whose difference or deviation is over its threshold.
    fn class(&self, at: usize, big: bool) -> Class {
        let (before, d) = (self.d(at - 1), self.d(at));
        let (after, second) = (self.d(self.reflected(at + 1)), self.d(self.reflected(at + 2)));
        let ectopic = (d > 1.0 && before.max(after) < -C1 * d - C2) || (d < -1.0 && before.min(after) > -C1 * d + C2);
        if ectopic {
            return Class::Ectopic;
        }
        let long = d > 1.0 && after.min(second) < -1.0;
        let short = d < -1.0 && after.max(second) > 1.0;
        if !(long || short || big) {
            return Class::Normal;
        }
        let deviation = self.deviation[at];
        let fits = |length: f64| (length - self.median[at]).abs() < self.thresholds.deviation_ms[at];
        let next = self.rr_ms.get(at + 1);
        if (short || (big && deviation < 0.0)) && next.is_some_and(|next| fits(self.rr_ms[at] + next)) {
            Class::Extra
        } else if (long || (big && deviation > 0.0)) && fits(self.rr_ms[at] / 2.0) {
            Class::Missed
        } else if deviation > 0.0 {
            Class::Long
        } else {
            Class::Short
        }
    }

    /// The difference from the interval before in units of its threshold.
    fn d(&self, at: usize) -> f64 {
        let Some(before) = at.checked_sub(1) else { return 0.0 };
        in_thresholds(self.step_ms[at], self.thresholds.step_ms[before])
    }

    /// Past its end the series of differences is read backwards.
    fn reflected(&self, at: usize) -> usize {
        let last = self.step_ms.len() - 1;
        if at > last { 2 * last - at } else { at }
    }
}

fn deviations_allowed(values: &[f64], floor_ms: f64) -> Vec<f64> {
    let mut thresholds = sliding::quartile_deviations_of_sizes(values);
    for threshold in &mut thresholds {
        *threshold = (ALPHA * *threshold).max(floor_ms);
    }
    thresholds
}

/// A value in units of its threshold; a threshold of 0 knows no artefact.
fn in_thresholds(value: f64, threshold: f64) -> f64 {
    if threshold > 0.0 { value / threshold } else { 0.0 }
}

/// Whether a value is larger than so many thresholds; for every beat, so without the division.
fn is_over(value: f64, times: f64, threshold: f64) -> bool {
    (threshold > 0.0) & (value.abs() > times * threshold)
}

fn rebuild(rr_ms: &[f64], mut classes: Vec<Class>) -> Cleaned {
    let mut cleaned = Cleaned {
        nn_ms: Vec::with_capacity(rr_ms.len() + 8),
        valid: Vec::with_capacity(rr_ms.len() + 8),
        source: Vec::with_capacity(rr_ms.len() + 8),
        classes: Vec::new(),
    };
    let in_range = |nn: f64| (SHORTEST_MS..=LONGEST_MS).contains(&nn);
    let mut at = 0;
    while at < rr_ms.len() {
        let normal = classes[at..].iter().take_while(|class| **class == Class::Normal).count();
        let run = at..at + normal;
        cleaned.nn_ms.extend_from_slice(&rr_ms[run.clone()]);
        cleaned.source.extend(run.clone());
        for (class, rr) in classes[run.clone()].iter_mut().zip(&rr_ms[run]) {
            cleaned.valid.push(in_range(*rr));
            if !in_range(*rr) {
                *class = Class::OutOfRange;
            }
        }
        at += normal;
        let Some(rr) = rr_ms.get(at).copied() else { break };
        match classes[at] {
            Class::Extra => {
                at += 1;
                let merged = rr + rr_ms[at];
                cleaned.push(merged, in_range(merged), at);
            }
            Class::Missed => {
                cleaned.push(rr / 2.0, false, at);
                cleaned.push(rr / 2.0, false, at);
            }
            Class::Ectopic => {
                if let Some(before) = cleaned.valid.last_mut() {
                    *before = false;
                }
                cleaned.push(rr, false, at);
            }
            Class::Normal | Class::OutOfRange | Class::Long | Class::Short => cleaned.push(rr, false, at),
        }
        at += 1;
    }
    Cleaned { classes, ..cleaned }
}
