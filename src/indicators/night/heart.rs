//! HRV and heart rate of one night, from the windows of its main sleep.

use crate::domain::Timestamp;
use crate::domain::history::StoredWindow;
use crate::domain::indicator::{DeviceEpoch, NightHrv};

use super::{BandWindow, end_of};
use crate::statistics::median;

/// Plausible RMSSD of an adult; outside lies an artefact.
///
/// # Source
/// Domain reference, section 1.5.
pub(super) const MIN_RMSSD_MS: f64 = 3.0;
/// See [`MIN_RMSSD_MS`].
pub(super) const MAX_RMSSD_MS: f64 = 250.0;
/// Above this, beat-to-beat change larger than the spread over minutes is an artefact or an
/// arrhythmia (domain reference, section 1.5).
const SUSPECT_RMSSD_MS: f64 = 150.0;

/// A window of at least this quality is usable (domain reference, section 1.9).
const USABLE_QUALITY: f64 = 0.75;
/// A window of at least this quality is good (domain reference, section 1.9).
const GOOD_QUALITY: f64 = 0.90;
/// The quality of a window of which none is known.
const UNSTATED_QUALITY: f64 = 0.9;

/// A shorter window gives no RMSSD (domain reference, section 1.8).
const MIN_WINDOW_S: u32 = 60;
/// A valid night has so much of its main sleep in usable windows (domain reference, section 1.9) …
const MIN_COVERED_S: i64 = 60 * 60;
/// … or so many windows, of which some are a little shorter than five minutes.
const MIN_WINDOWS: usize = 12;
/// See [`MIN_WINDOWS`].
const MIN_COVERED_BY_WINDOWS_S: i64 = 54 * 60;

/// What a night's windows say of the heart.
#[derive(Debug, Default)]
pub(super) struct NightHeart {
    pub(super) hrv: Option<NightHrv>,
    /// Median over the windows of their mean heart rate. Of the two measures that the index allows,
    /// mean and 5th percentile, this is the one that compares with a vendor's nightly mean.
    pub(super) sleeping_hr_bpm: Option<f64>,
    /// Median over the good windows of RMSSD over the mean interval.
    pub(super) irregularity: Option<f64>,
}

/// Whether a heart rate can be that of an adult asleep or at rest.
pub(super) fn is_plausible_hr(bpm: f64) -> bool {
    (35.0..=180.0).contains(&bpm)
}

fn quality(window: &StoredWindow) -> f64 {
    window.quality.unwrap_or(UNSTATED_QUALITY)
}

/// ln(RMSSD) of the window, if it may count.
fn ln_rmssd(window: &StoredWindow) -> Option<f64> {
    let rmssd_ms = window.rmssd_ms.filter(|x| (MIN_RMSSD_MS..=MAX_RMSSD_MS).contains(x))?;
    // SD1/SD2 > 1, written with what a window has: SD1² = RMSSD²/2 and SD2² = 2·SDNN² − SD1².
    let is_suspect = rmssd_ms > SUSPECT_RMSSD_MS
        && window.sdnn_ms.is_some_and(|sdnn_ms| rmssd_ms > std::f64::consts::SQRT_2 * sdnn_ms);
    (window.duration_s >= MIN_WINDOW_S && !is_suspect).then(|| rmssd_ms.ln())
}

fn hr_bpm(window: &StoredWindow) -> Option<f64> {
    window.mean_hr_bpm.filter(|hr| is_plausible_hr(*hr))
}

/// Values of one measure over a night, and how much of it they cover.
#[derive(Default)]
struct Measure {
    values: Vec<f64>,
    covered_s: i64,
    covered_until: Option<Timestamp>,
}

impl Measure {
    /// Windows come ordered by start, so that overlapping ones cover no minute twice.
    fn take(&mut self, window: &StoredWindow, value: f64) {
        self.values.push(value);
        let end = end_of(window);
        let begin = self.covered_until.map_or(window.start, |until| until.max(window.start));
        if end > begin {
            self.covered_s = self.covered_s.saturating_add(end.duration_since(begin).as_secs());
            self.covered_until = Some(end);
        }
    }

    fn is_enough(&self) -> bool {
        self.covered_s >= MIN_COVERED_S
            || (self.values.len() >= MIN_WINDOWS && self.covered_s >= MIN_COVERED_BY_WINDOWS_S)
    }
}

/// The night as one band saw it.
struct Band<'a> {
    device: Option<&'a crate::domain::ids::DeviceId>,
    hrv: Measure,
    hr: Measure,
    quality_sum: f64,
    /// RMSSD over the mean interval, of good windows.
    irregularity: Measure,
}

/// HRV and heart rate of the band with the most usable windows; of equals, the first by name.
pub(super) fn of_night<'a>(windows: impl Iterator<Item = BandWindow<'a>>) -> NightHeart {
    let mut bands: Vec<Band<'a>> = Vec::new();
    for BandWindow { device, window } in windows {
        if quality(window) < USABLE_QUALITY {
            continue;
        }
        let place = bands.iter().position(|b| b.device == device).unwrap_or_else(|| {
            bands.push(Band {
                device,
                hrv: Measure::default(),
                hr: Measure::default(),
                quality_sum: 0.0,
                irregularity: Measure::default(),
            });
            bands.len() - 1
        });
        let band = &mut bands[place];
        if let Some(ln_rmssd) = ln_rmssd(window) {
            band.hrv.take(window, ln_rmssd);
            band.quality_sum += quality(window).min(1.0);
        }
        if let Some(hr_bpm) = hr_bpm(window) {
            band.hr.take(window, hr_bpm);
            // Whatever the window counts for: the artefacts that are looked for are what is left out.
            if let Some(rmssd_ms) = window.rmssd_ms.filter(|x| x.is_finite() && quality(window) >= GOOD_QUALITY) {
                band.irregularity.take(window, rmssd_ms * hr_bpm / 60_000.0);
            }
        }
    }
    let rank = |b: &Band<'_>| (b.hrv.values.len(), b.hr.values.len());
    bands.sort_by(|a, b| rank(b).cmp(&rank(a)).then(a.device.cmp(&b.device)));
    bands.into_iter().next().map_or_else(NightHeart::default, Band::into_heart)
}

impl Band<'_> {
    fn into_heart(mut self) -> NightHeart {
        let count = u16::try_from(self.hrv.values.len()).unwrap_or(u16::MAX);
        let is_enough = self.hrv.is_enough();
        let hrv = median(&mut self.hrv.values).filter(|_| is_enough).map(|ln_rmssd| NightHrv {
            ln_rmssd,
            epoch: DeviceEpoch { device: self.device.cloned(), is_provider: false },
            windows: count,
            sqi: (self.quality_sum / f64::from(count.max(1))).clamp(0.0, 1.0),
        });
        let has_hr = self.hr.is_enough();
        let is_told = self.irregularity.is_enough();
        NightHeart {
            hrv,
            sleeping_hr_bpm: median(&mut self.hr.values).filter(|_| has_hr),
            irregularity: median(&mut self.irregularity.values).filter(|_| is_told),
        }
    }
}
