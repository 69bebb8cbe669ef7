//! When the body is busy: exercise, and the quarter of an hour after it.

use crate::domain::reading::Context;
use crate::domain::{SignedDuration, Timestamp};
use crate::statistics::quantile_sorted;

use super::Settings;
use super::window::{Window, minutes};

/// What a window's heart rate is worth for strain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effort {
    /// The body is at rest as far as its heart tells.
    Quiet,
    /// A few beats or the device's own estimate are above the limit, too shortly to be believed: no
    /// value, and no hold.
    Doubtful,
    /// The body is or was busy.
    Busy,
}

/// The resting heart rate of a recording: a low quantile, from windows with beats where there are
/// enough of them; `None` without any heart rate.
pub(super) fn resting_hr_bpm(windows: &[Window], settings: &Settings) -> Option<f64> {
    const ENOUGH: usize = 10;
    let quantile = |heart_rate: fn(&Window) -> Option<f64>, least: usize| {
        let mut values: Vec<f64> = windows.iter().filter_map(heart_rate).collect();
        values.sort_unstable_by(f64::total_cmp);
        (values.len() >= least).then(|| quantile_sorted(&values, settings.resting_quantile.clamp(0.0, 1.0)))
    };
    quantile(|window| window.hr_bpm, ENOUGH).or_else(|| quantile(Window::any_hr_bpm, 1))
}

/// The effort of each window; windows in order of their end.
pub(super) fn efforts(windows: &[Window], above_bpm: f64, settings: &Settings) -> Vec<Effort> {
    let signs = signs(windows, above_bpm, settings);
    let span =
        |minutes: f64| SignedDuration::try_from_secs_f64(minutes.max(0.0) * 60.0).unwrap_or(SignedDuration::ZERO);
    let (before, after) = (span(settings.busy_before_min), span(settings.busy_after_min));
    let mut efforts = signs.clone();
    let mut busy_at: Option<Timestamp> = None;
    for ((window, sign), effort) in windows.iter().zip(&signs).zip(&mut efforts) {
        if *sign == Effort::Busy {
            busy_at = Some(window.end());
        } else if busy_at.is_some_and(|busy| window.end().duration_since(busy) <= after) {
            *effort = Effort::Busy;
        }
    }
    let mut busy_at: Option<Timestamp> = None;
    for ((window, sign), effort) in windows.iter().zip(&signs).zip(&mut efforts).rev() {
        if *sign == Effort::Busy {
            busy_at = Some(window.end());
        } else if busy_at.is_some_and(|busy| busy.duration_since(window.end()) <= before) {
            *effort = Effort::Busy;
        }
    }
    efforts
}

/// Lets the body stay busy until its heart rate, as `z` above usual, has come back.
pub(super) fn recover(
    windows: &[Window],
    efforts: &mut [Effort],
    settings: &Settings,
    z: impl Fn(&Window) -> Option<f64>,
) {
    let longest = span(settings.recovered_after_min - settings.busy_after_min);
    let mut busy_until: Option<Timestamp> = None;
    for (window, effort) in windows.iter().zip(efforts) {
        if *effort == Effort::Busy {
            busy_until = Some(window.end());
            continue;
        }
        let Some(until) = busy_until else { continue };
        let is_back = z(window).is_some_and(|z| z <= settings.recovered_z);
        if is_back || window.end().duration_since(until) > longest {
            busy_until = None;
        } else {
            *effort = Effort::Busy;
        }
    }
}

fn span(minutes: f64) -> SignedDuration {
    SignedDuration::try_from_secs_f64(minutes.max(0.0) * 60.0).unwrap_or(SignedDuration::ZERO)
}

/// What each window says by itself, but for estimates, which must be above the limit for some minutes
/// of the last few: at a stretch, or again and again as in interval training.
fn signs(windows: &[Window], above_bpm: f64, settings: &Settings) -> Vec<Effort> {
    let mut signs: Vec<Effort> = windows.iter().map(|window| sign(window, above_bpm, settings)).collect();
    // What is far above the limit is hardly an artefact of the band: it counts twice.
    let is_far = |window: &Window| window.any_hr_bpm().is_some_and(|hr| hr > settings.busy_surely * above_bpm);
    let minutes = minutes(windows).into_iter().zip(windows).map(|(m, w)| if is_far(w) { 2.0 * m } else { m });
    let minutes: Vec<f64> = minutes.collect();
    let within = span(settings.busy_estimate_within_min);
    let mut first = 0;
    for at in 0..windows.len() {
        while windows[at].end().duration_since(windows[first].end()) > within {
            first += 1;
        }
        let high = (first..=at).filter(|place| signs[*place] != Effort::Quiet);
        if signs[at] == Effort::Doubtful
            && high.clone().map(|place| minutes[place]).sum::<f64>() >= settings.busy_estimate_min
        {
            for place in high.collect::<Vec<_>>() {
                signs[place] = Effort::Busy;
            }
        }
    }
    signs
}

fn sign(window: &Window, above_bpm: f64, settings: &Settings) -> Effort {
    let is_above = |hr: Option<f64>| hr.is_some_and(|hr| hr > above_bpm);
    let is_moving = window.movement_g.is_some_and(|movement| movement > settings.busy_movement_g);
    let is_solid = window.hr_bpm.is_some() && window.beats >= settings.solid_beats;
    if window.context == Context::Activity || is_moving || is_solid && is_above(window.hr_bpm) {
        Effort::Busy
    } else if is_above(window.hr_bpm) || !is_solid && is_above(window.device_hr_bpm) {
        Effort::Doubtful
    } else {
        Effort::Quiet
    }
}
