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
    if rr_ms.iter().any(|rr| !rr.is_finite() || rr.abs() > LARGEST_MS) {
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
        Thresholds::new(rr_ms, floor_ms).classes()
    };
    rebuild(rr_ms, classes)
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

/// Everything the decision about an interval needs.
struct Thresholds<'a> {
    rr_ms: &'a [f64],
    /// Median of the eleven intervals around.
    median: Vec<f64>,
    /// Deviation from that median, doubled where negative.
    deviation: Vec<f64>,
    /// Threshold of the deviation.
    threshold: Vec<f64>,
    /// Successive difference over its threshold.
    d: Vec<f64>,
}

impl<'a> Thresholds<'a> {
    fn new(rr_ms: &'a [f64], floor_ms: f64) -> Self {
        let steps: Vec<f64> = rr_ms.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
        let step_threshold = thresholds(&steps, floor_ms);
        let median = sliding::medians_of_eleven(rr_ms);
        let deviation: Vec<f64> = rr_ms
            .iter()
            .zip(&median)
            .map(|(rr, median)| {
                let deviation = rr - median;
                if deviation < 0.0 { 2.0 * deviation } else { deviation }
            })
            .collect();
        let sizes: Vec<f64> = deviation.iter().map(|deviation| deviation.abs()).collect();
        let threshold = thresholds(&sizes, floor_ms);
        let mut d = Vec::with_capacity(rr_ms.len());
        d.push(0.0);
        d.extend(
            rr_ms.windows(2).zip(&step_threshold).map(|(pair, threshold)| in_thresholds(pair[1] - pair[0], *threshold)),
        );
        Self { rr_ms, median, deviation, threshold, d }
    }

    fn classes(&self) -> Vec<Class> {
        let mut classes = vec![Class::Normal; self.rr_ms.len()];
        for (at, class) in classes.iter_mut().enumerate().skip(1) {
            let relative = in_thresholds(self.deviation[at], self.threshold[at]);
            if self.d[at].abs() > 1.0 || relative.abs() > BIG {
                *class = self.class(at, relative.abs() > BIG);
            }
        }
        classes
    }

    /// The second stage, for an interval whose difference or deviation is over its threshold.
    fn class(&self, at: usize, big: bool) -> Class {
        let d = self.d[at];
        let (before, after, second) = (self.d[at - 1], self.reflected(at + 1), self.reflected(at + 2));
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
        let fits = |length: f64| (length - self.median[at]).abs() < self.threshold[at];
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

    /// Past its end the series of differences is read backwards.
    fn reflected(&self, at: usize) -> f64 {
        let last = self.d.len() - 1;
        self.d[if at > last { 2 * last - at } else { at }]
    }
}

fn thresholds(sizes: &[f64], floor_ms: f64) -> Vec<f64> {
    let mut thresholds = sliding::quartile_deviations(sizes);
    for threshold in &mut thresholds {
        *threshold = (ALPHA * *threshold).max(floor_ms);
    }
    thresholds
}

/// A value in units of its threshold; a threshold of 0 knows no artefact.
fn in_thresholds(value: f64, threshold: f64) -> f64 {
    if threshold > 0.0 { value / threshold } else { 0.0 }
}

fn rebuild(rr_ms: &[f64], mut classes: Vec<Class>) -> Cleaned {
    let mut nn_ms = Vec::with_capacity(rr_ms.len() + 8);
    let mut valid = Vec::with_capacity(rr_ms.len() + 8);
    let mut source = Vec::with_capacity(rr_ms.len() + 8);
    let in_range = |nn: f64| (SHORTEST_MS..=LONGEST_MS).contains(&nn);
    let mut at = 0;
    while at < rr_ms.len() {
        let rr = rr_ms[at];
        match classes[at] {
            Class::Normal | Class::OutOfRange => {
                if !in_range(rr) {
                    classes[at] = Class::OutOfRange;
                }
                nn_ms.push(rr);
                valid.push(in_range(rr));
            }
            Class::Extra => {
                at += 1;
                let merged = rr + rr_ms[at];
                nn_ms.push(merged);
                valid.push(in_range(merged));
            }
            Class::Missed => {
                nn_ms.extend([rr / 2.0; 2]);
                valid.extend([false; 2]);
                source.push(at);
            }
            Class::Ectopic => {
                if let Some(before) = valid.last_mut() {
                    *before = false;
                }
                nn_ms.push(rr);
                valid.push(false);
            }
            Class::Long | Class::Short => {
                nn_ms.push(rr);
                valid.push(false);
            }
        }
        source.push(at);
        at += 1;
    }
    Cleaned { nn_ms, valid, source, classes }
}
