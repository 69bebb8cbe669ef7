//! The person's own rest, against which a window is judged.

use crate::indicators::cosinor::Cosinor;
use crate::statistics::{MAD_TO_SD, mad_sorted, median, spearman};

use super::Settings;
use super::window::Window;

/// Centre and spread of one value, and its daily rhythm where that is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// Median, of values without their daily rhythm.
    pub centre: f64,
    /// Robust standard deviation.
    pub spread: f64,
    /// The daily rhythm, taken out of a value before it is compared.
    pub rhythm: Option<Cosinor>,
}

impl Scale {
    /// Median and median absolute deviation; `None` of none.
    fn fit(mut values: Vec<f64>, floor: f64) -> Option<Self> {
        let centre = median(&mut values)?;
        let spread = (MAD_TO_SD * mad_sorted(&values, centre)).max(floor);
        Some(Self { centre, spread, rhythm: None })
    }

    /// How many spreads a value lies above the centre, within ± `limit`; 0 where no number can be had.
    #[must_use]
    pub fn z(&self, hour: f64, value: f64, limit: f64) -> f64 {
        let value = self.rhythm.map_or(value, |rhythm| rhythm.adjusted(hour, value));
        let z = (value - self.centre) / self.spread;
        if z.is_finite() { z.clamp(-limit.abs(), limit.abs()) } else { 0.0 }
    }
}

/// What is usual for a person in one context.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rest {
    /// Of the heart rate.
    pub hr: Option<Scale>,
    /// Of the device's own estimate of it, which may lie elsewhere.
    pub device_hr: Option<Scale>,
    /// Of lnRMSSD.
    pub ln_rmssd: Option<Scale>,
    /// How far the device's own estimate is believed, 0 to 1.
    pub device_hr_weight: f64,
}

/// How well the device's own heart rate went along with that of the beats where both are there: the
/// factor by which its z is to be drawn towards 0 to tell that of the beats best. `None` where too few
/// windows have both.
fn agreement(windows: &[&Window]) -> Option<f64> {
    const ENOUGH: usize = 10;
    let both = windows.iter().filter_map(|window| Some((window.hr_bpm?, window.device_hr_bpm?)));
    let (beats, device): (Vec<f64>, Vec<f64>) = both.unzip();
    if beats.len() < ENOUGH { None } else { Some(spearman(&beats, &device)?.clamp(0.0, 1.0)) }
}

/// A spread of so few values would be chance.
const FEWEST: usize = 5;

impl Rest {
    /// Of the quiet windows of one recording: a task is the exception there, and the median passes it by.
    pub(super) fn of_recording(quiet: &[&Window], settings: &Settings) -> Self {
        let fit = |value: fn(&Window) -> Option<f64>, floor: f64| {
            let values: Vec<f64> = quiet.iter().copied().filter_map(value).collect();
            (values.len() >= FEWEST).then(|| Scale::fit(values, floor)).flatten()
        };
        Self {
            hr: fit(|window| window.hr_bpm, settings.hr_spread_floor_bpm),
            device_hr: fit(|window| window.device_hr_bpm, settings.hr_spread_floor_bpm),
            ln_rmssd: fit(|window| window.ln_rmssd, settings.ln_rmssd_spread_floor),
            device_hr_weight: agreement(quiet).unwrap_or(settings.device_hr_weight),
        }
    }

    /// z of the best heart rate a window has; the device's own where there are no beats to go by.
    pub(super) fn hr_z(&self, window: &Window, hour: f64, settings: &Settings) -> Option<f64> {
        let (scale, hr) = match window.hr_bpm.filter(|_| self.hr.is_some()) {
            Some(hr) => (self.hr?, hr),
            None => (self.device_hr?, window.device_hr_bpm?),
        };
        Some(scale.z(hour, hr, settings.z_limit))
    }

    /// u of a window at an hour of the day: the heart rate's z less that of lnRMSSD, weighted;
    /// `None` without a heart rate or what to compare it with.
    ///
    /// # Source
    /// Domain reference, section 5.7: u = a·z(HR) − b·z(lnRMSSD), a + b = 1. Missing or doubtful
    /// parts are drawn towards 0, not left out, so that no window weighs more for knowing less.
    #[must_use]
    pub fn u(&self, window: &Window, hour: f64, settings: &Settings) -> Option<f64> {
        let weight = if window.hr_bpm.is_some() && self.hr.is_some() { 1.0 } else { self.device_hr_weight };
        let hr = weight * self.hr_z(window, hour, settings)?;
        let pairs = f64::from(window.pairs);
        let trust = if pairs > 0.0 { pairs / (pairs + settings.half_weight_pairs) } else { 0.0 };
        let rmssd = self.ln_rmssd.zip(window.ln_rmssd);
        let rmssd = rmssd.map_or(0.0, |(scale, ln_rmssd)| trust * scale.z(hour, ln_rmssd, settings.z_limit));
        let b = settings.rmssd_weight;
        Some((1.0 - b) * hr - b * rmssd).filter(|u| u.is_finite())
    }
}
