//! A recording of a wristband, beat by beat, to windows.
//!
//! Every minute one window ends. RMSSD is of its whole length; the heart rate of its newest part
//! only, because it answers within seconds and RMSSD does not. Beats are cut at gaps and cleaned as
//! everywhere else. A device that tells beats leaves out those it is unsure of, so the heart rate of
//! few beats is better than its own running estimate, which goes on through movement: that estimate
//! stands in, at a discount, where there are no beats.

use crate::domain::reading::Context;
use crate::domain::{SignedDuration, Timestamp};
use crate::signal::r1;
use crate::statistics::median;

use super::window::Window;

/// One beat of a recording.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Beat {
    /// When it ended, in seconds after the recording's start; may be negative.
    pub end_s: f64,
    /// The interval before it.
    pub rr_ms: f64,
}

/// What a wristband recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// The zero of its seconds.
    pub start: Timestamp,
    /// The device's own heart rate: seconds after the start and beats per minute.
    pub hr: Vec<(f64, f64)>,
    /// Beats, in order.
    pub beats: Vec<Beat>,
    /// SD of the acceleration's magnitude within each second from the start, in g.
    pub movement_g: Vec<f64>,
}

/// How windows are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Length of a window.
    pub window_s: u32,
    /// Its newest part, of which the beats' heart rate is taken.
    pub hr_s: u32,
    /// The same for the device's own heart rate, which needs longer to be steady.
    pub device_hr_s: u32,
    /// From one window's end to the next one's.
    pub step_s: u32,
}

impl Default for Cut {
    /// Five minutes every minute (domain reference, section 5.7), the heart rate of the newest part.
    fn default() -> Self {
        Self { window_s: 300, hr_s: 90, device_hr_s: 120, step_s: 60 }
    }
}

/// A heart rate needs so many beats, or seconds of the device's own.
const FEWEST_BEATS: usize = 5;
const FEWEST_ESTIMATES: usize = 20;
/// RMSSD needs so many pairs; how far to trust it is judged later, by their number.
const FEWEST_PAIRS: usize = 15;
/// Two beats are successive when the stamps differ from the interval by no more than this: ten
/// milliseconds, or twice the 1/64 s in which common wristbands count.
const TOLERANCE_MS: f64 = 31.25;
/// No pair differs by more than this share. Beats from a wrist come in short pieces, in which the
/// cleaner can judge an interval by its nearest neighbours only.
///
/// # Source
/// Malik et al. 1989, Eur Heart J 10:1060.
const MOST_CHANGE: f64 = 0.2;
/// A recording is cut at this length; longer ones are damaged.
const LONGEST_S: f64 = 7.0 * 86_400.0;

/// A valid beat, and its difference to the one before where that is valid too.
#[derive(Debug, Clone, Copy)]
struct Normal {
    end_s: f64,
    rr_ms: f64,
    difference_ms: Option<f64>,
}

/// The windows of a recording, by time; the first ones are as long as the recording has lasted.
#[must_use]
pub fn windows(recording: &Recording, context: Context, cut: Cut) -> Vec<Window> {
    let normals = normals(&recording.beats);
    let mut hr: Vec<(f64, f64)> =
        recording.hr.iter().copied().filter(|(t, hr)| t.is_finite() && hr.is_finite() && *hr > 0.0).collect();
    hr.sort_by(|a, b| a.0.total_cmp(&b.0));
    let last = normals.last().map_or(0.0, |beat| beat.end_s).max(hr.last().map_or(0.0, |value| value.0 + 1.0));
    let step_s = cut.step_s.max(1);
    let (mut windows, mut end_s) = (Vec::new(), step_s);
    while f64::from(end_s) <= last.min(LONGEST_S) {
        let length_s = cut.window_s.max(step_s).min(end_s);
        let start = recording.start.saturating_add(SignedDuration::from_secs(i64::from(end_s - length_s)));
        let Ok(start) = start else { break };
        let mut window = Window::empty(start, length_s, context);
        let (end, whole, newest) =
            (f64::from(end_s), f64::from(length_s), f64::from(cut.hr_s.clamp(1, cut.window_s.max(1))));
        fill_from_beats(&mut window, &normals, end, whole, newest);
        window.device_hr_bpm = device_hr_bpm(&hr, end, newest);
        if normals.is_empty() {
            // Without any beats the device's heart rate is no stopgap but all that was recorded.
            window.hr_bpm = window.device_hr_bpm;
        }
        window.movement_g = movement_g(&recording.movement_g, end, newest);
        windows.push(window);
        end_s += step_s;
    }
    windows
}

fn fill_from_beats(window: &mut Window, normals: &[Normal], end: f64, whole: f64, newest: f64) {
    let within = |length: f64| {
        let first = normals.partition_point(|beat| beat.end_s < end - length);
        let after = normals.partition_point(|beat| beat.end_s < end);
        &normals[first..after]
    };
    let beats = within(newest);
    if beats.len() >= FEWEST_BEATS {
        let mean_ms = beats.iter().map(|beat| beat.rr_ms).sum::<f64>() / count(beats.len());
        window.hr_bpm = Some(60_000.0 / mean_ms);
        window.beats = u32::try_from(beats.len()).unwrap_or(u32::MAX);
    }
    let differences: Vec<f64> = within(whole).iter().filter_map(|beat| beat.difference_ms).collect();
    if differences.len() >= FEWEST_PAIRS {
        let mean_square = differences.iter().map(|d| d * d).sum::<f64>() / count(differences.len());
        window.ln_rmssd = (mean_square > 0.0).then(|| mean_square.sqrt().ln());
        window.pairs = u32::try_from(differences.len()).unwrap_or(u32::MAX);
    }
}

/// The median of the newest part: one burst of movement does not make a heart rate.
fn device_hr_bpm(hr: &[(f64, f64)], end: f64, newest: f64) -> Option<f64> {
    let first = hr.partition_point(|(t, _)| *t < end - newest);
    let after = hr.partition_point(|(t, _)| *t < end);
    let mut values: Vec<f64> = hr.get(first..after)?.iter().map(|value| value.1).collect();
    if values.len() >= FEWEST_ESTIMATES { median(&mut values) } else { None }
}

fn movement_g(seconds: &[f64], end: f64, newest: f64) -> Option<f64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
    let (first, after) = ((end - newest).max(0.0) as usize, end as usize);
    let values = seconds.get(first..after.min(seconds.len()))?;
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / count(values.len()))
}

/// Beats cut at gaps and cleaned; only valid ones.
fn normals(beats: &[Beat]) -> Vec<Normal> {
    let mut normals = Vec::with_capacity(beats.len());
    let mut segment: Vec<Beat> = Vec::new();
    for beat in beats.iter().filter(|beat| beat.end_s.is_finite() && beat.rr_ms.is_finite() && beat.rr_ms > 0.0) {
        let follows = segment.last().is_some_and(|last| {
            ((beat.end_s - last.end_s) * 1_000.0 - beat.rr_ms).abs() <= TOLERANCE_MS && beat.end_s > last.end_s
        });
        if !follows {
            clean(&segment, &mut normals);
            segment.clear();
        }
        segment.push(*beat);
    }
    clean(&segment, &mut normals);
    normals.sort_by(|a, b| a.end_s.total_cmp(&b.end_s));
    normals
}

fn clean(segment: &[Beat], normals: &mut Vec<Normal>) {
    let rr_ms: Vec<f64> = segment.iter().map(|beat| beat.rr_ms).collect();
    let cleaned = r1::clean(&rr_ms, r1::FLOOR_MS);
    let mut before: Option<f64> = None;
    for ((rr_ms, valid), source) in cleaned.nn_ms.iter().zip(&cleaned.valid).zip(&cleaned.source) {
        let rr_ms = Some(*rr_ms).filter(|_| *valid);
        if let (Some(rr_ms), Some(beat)) = (rr_ms, segment.get(*source)) {
            let difference_ms = before.map(|before| rr_ms - before).filter(|d| d.abs() <= MOST_CHANGE * rr_ms);
            normals.push(Normal { end_s: beat.end_s, rr_ms, difference_ms });
        }
        before = rr_ms;
    }
}

fn count(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::from(u32::MAX), f64::from)
}
