//! One row per wake date, from everything that came around that night.
//!
//! Sleep records settle when the main sleep was; where there is none, the windows that the band
//! itself calls main sleep do. Inside it the windows of one band give HRV and heart rate. A vendor's
//! value for the whole night stands in where the windows are too few.

mod heart;
mod sleep_episode;

#[cfg(test)]
mod tests;

use crate::domain::history::{NightDetail, StoredWindow};
use crate::domain::ids::DeviceId;
use crate::domain::indicator::{DeviceEpoch, NightHrv, NightRow};
use crate::domain::reading::{Context, NightlySummary};
use crate::domain::{Date, TimeZone, Timestamp};

use heart::{MAX_RMSSD_MS, MIN_RMSSD_MS, NightHeart, is_plausible_hr};
use sleep_episode::{DaySleep, JOIN_GAP_MIN};

/// The least main sleep of a valid night.
///
/// # Source
/// Domain reference, section 1.9.
const MIN_MAIN_SLEEP_MIN: f64 = 180.0;

/// How far a vendor's nightly value is trusted.
///
/// # Source
/// Domain reference, section 1.9: weight 0.8.
const PROVIDER_SQI: f64 = 0.8;

/// One window of the night, and the band it is from.
#[derive(Clone, Copy)]
struct BandWindow<'a> {
    device: Option<&'a DeviceId>,
    window: &'a StoredWindow,
}

/// When the main sleep was.
#[derive(Clone, Copy)]
struct MainSleep {
    onset: Timestamp,
    wake: Timestamp,
    is_recorded: bool,
}

impl MainSleep {
    fn is_long_enough(self) -> bool {
        minutes(self.onset, self.wake) >= MIN_MAIN_SLEEP_MIN
    }

    /// Whether the window counts as one of this sleep. Where a record tells the times, a window
    /// needs no context of its own.
    fn holds(self, window: &StoredWindow) -> bool {
        let is_inside = self.onset <= window.start && window.start <= self.wake;
        is_inside
            && match window.context {
                Context::SleepMain => true,
                Context::Unknown => self.is_recorded,
                Context::SleepNap | Context::RestSeated | Context::RestSupine | Context::Work | Context::Activity => {
                    false
                }
            }
    }
}

/// Computes the row of wake date `date` from the buckets of the day before, the day and the day after.
///
/// Buckets that do not exist are left out; neither their order nor the order within them matters.
/// `None` where nothing of a night is there.
#[must_use]
pub fn night_row(date: Date, buckets: &[&NightDetail], zone: &TimeZone) -> Option<NightRow> {
    let windows = night_windows(buckets);
    let slept = sleep_episode::of_date(date, buckets, zone);
    let main = match &slept {
        Some(day) => Some(MainSleep { onset: day.main.onset, wake: day.main.wake, is_recorded: true }),
        None => span_of_windows(date, &windows, zone),
    };
    let vendor = vendor_values(date, buckets);
    let is_long_enough = main.is_none_or(MainSleep::is_long_enough);
    let heart = main.filter(|m| m.is_long_enough()).map_or_else(NightHeart::default, |main| {
        heart::of_night(windows.iter().copied().filter(|w| main.holds(w.window)))
    });
    let irregularity = heart.irregularity;
    let hrv = heart.hrv.or_else(|| vendor_hrv(&vendor).filter(|_| is_long_enough));
    let sleeping_hr_bpm = heart.sleeping_hr_bpm.or_else(|| vendor_hr(&vendor, hrv.as_ref()));
    let wake_at = match main {
        Some(main) => main.wake,
        None if hrv.is_some() || sleeping_hr_bpm.is_some() => noon(date, zone)?,
        None => return None,
    };
    Some(NightRow { date, wake_at, hrv, sleeping_hr_bpm, irregularity, sleep: slept.map(DaySleep::into_night) })
}

/// All windows, from bands and from beats, in an order that does not depend on their arrival.
fn night_windows<'a>(buckets: &[&'a NightDetail]) -> Vec<BandWindow<'a>> {
    let mut windows: Vec<BandWindow<'a>> = Vec::new();
    for &bucket in buckets {
        let computed = bucket.beats.iter().flat_map(|b| &b.windows);
        windows.extend(bucket.windows.iter().chain(computed).map(|window| {
            let device = bucket.devices.get(usize::from(window.device)).and_then(Option::as_ref);
            BandWindow { device, window }
        }));
    }
    let bits = |value: Option<f64>| value.map(f64::to_bits);
    windows.sort_by(|a, b| {
        let key = |w: &BandWindow<'a>| {
            let values = (bits(w.window.rmssd_ms), bits(w.window.mean_hr_bpm), bits(w.window.quality));
            (w.window.start, w.device, w.window.duration_s, values)
        };
        key(a).cmp(&key(b))
    });
    windows
}

/// The longest run of main-sleep windows that ends on `date`, joined across short gaps.
fn span_of_windows(date: Date, windows: &[BandWindow<'_>], zone: &TimeZone) -> Option<MainSleep> {
    let mut spans: Vec<MainSleep> = Vec::new();
    for BandWindow { window, .. } in windows.iter().filter(|w| w.window.context == Context::SleepMain) {
        let end = end_of(window);
        match spans.last_mut() {
            Some(span) if minutes(span.wake, window.start) < JOIN_GAP_MIN => span.wake = span.wake.max(end),
            Some(_) | None => spans.push(MainSleep { onset: window.start, wake: end, is_recorded: false }),
        }
    }
    let length = |s: &MainSleep| s.wake.duration_since(s.onset);
    let ending_here = spans.into_iter().filter(|s| zone.to_datetime(s.wake).date() == date);
    // The first of equally long ones.
    ending_here.rev().max_by_key(length)
}

/// The vendors' values for the date that can be true, ordered by device.
fn vendor_values<'a>(date: Date, buckets: &[&'a NightDetail]) -> Vec<&'a NightlySummary> {
    let mut values: Vec<_> = buckets.iter().flat_map(|b| &b.nightly).filter(|n| n.date == date).collect();
    values.sort_by(|a, b| a.device.cmp(&b.device));
    values
}

fn vendor_hrv(vendor: &[&NightlySummary]) -> Option<NightHrv> {
    vendor.iter().find_map(|night| {
        let rmssd_ms = night.rmssd_ms.filter(|x| (MIN_RMSSD_MS..=MAX_RMSSD_MS).contains(x))?;
        let epoch = DeviceEpoch { device: night.device.clone(), is_provider: true };
        Some(NightHrv { ln_rmssd: rmssd_ms.ln(), epoch, windows: 0, sqi: PROVIDER_SQI })
    })
}

/// The vendor's sleeping heart rate, of the band that gave the HRV if it has one.
fn vendor_hr(vendor: &[&NightlySummary], hrv: Option<&NightHrv>) -> Option<f64> {
    let value = |night: &&NightlySummary| night.sleeping_hr_bpm.filter(|hr| is_plausible_hr(*hr));
    let same_band = vendor.iter().filter(|n| hrv.is_some_and(|h| h.epoch.device == n.device));
    same_band.clone().find_map(value).or_else(|| vendor.iter().find_map(value))
}

fn noon(date: Date, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(date.at(12, 0, 0, 0)).compatible().ok()
}

fn end_of(window: &StoredWindow) -> Timestamp {
    let length = jiff::SignedDuration::from_secs(i64::from(window.duration_s));
    window.start.saturating_add(length).unwrap_or(Timestamp::MAX)
}

/// Minutes from `earlier` to `later`, negative where they overlap.
fn minutes(earlier: Timestamp, later: Timestamp) -> f64 {
    later.duration_since(earlier).as_secs_f64() / 60.0
}
