//! Items into the buckets of a worker's nights, and which wake dates they may change.

use crate::domain::history::{NightDetail, StoredBeats, StoredWindow};
use crate::domain::ids::DeviceId;
use crate::domain::reading::{BeatIntervals, Context, HrvWindow, NightlySummary, SleepRecord};
use crate::domain::{Date, SignedDuration, TimeZone, Timestamp};

/// What an item did to what was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// It was new, or it replaced something else.
    Changed,
    /// It was there already, or something newer was.
    Known,
}

/// The most bands that one bucket tells apart; later ones share the last place.
const MAX_DEVICES: usize = 250;

/// The bucket that last took something, so that a run of windows asks the time zone once.
#[derive(Debug, Clone, Copy)]
pub(super) struct BucketSpan {
    start: Timestamp,
    end: Timestamp,
    date: Date,
}

impl BucketSpan {
    /// The bucket (noon to noon) of an instant.
    pub(super) fn of(at: Timestamp, zone: &TimeZone) -> Self {
        let local = zone.to_datetime(at);
        let date = if local.hour() >= 12 { next(local.date()) } else { local.date() };
        Self { start: noon(previous(date), zone), end: noon(date, zone), date }
    }

    pub(super) fn contains(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    pub(super) const fn date(&self) -> Date {
        self.date
    }

    /// The wake dates that a sleep window at `at` may change.
    ///
    /// An episode ends on the day it is in, or within 16 hours on the next; a window shortly after
    /// midnight may also lengthen an episode that seemed to end before it.
    pub(super) fn wake_dates(&self, at: Timestamp) -> impl Iterator<Item = Date> + use<> {
        let since_noon = at.duration_since(self.start);
        let hours = |h: i64| SignedDuration::from_hours(h);
        // From noon: midnight is 12 h, one o'clock 13 h, eight in the morning 20 h (an hour more or
        // less on the two days of a change of clocks, which only looks at one night too many).
        let first = if since_noon < hours(14) { previous(self.date) } else { self.date };
        let last = if since_noon < hours(19) { self.date } else { next(self.date) };
        first.series(jiff::Span::new().days(1)).take_while(move |d| *d <= last)
    }
}

pub(super) fn noon(date: Date, zone: &TimeZone) -> Timestamp {
    instant(date, 12, zone)
}

pub(super) fn midnight(date: Date, zone: &TimeZone) -> Timestamp {
    instant(date, 0, zone)
}

/// The end of a day.
pub(super) fn last_second(date: Date, zone: &TimeZone) -> Timestamp {
    let end = midnight(next(date), zone);
    end.checked_sub(SignedDuration::from_secs(1)).unwrap_or(end)
}

fn instant(date: Date, hour: i8, zone: &TimeZone) -> Timestamp {
    zone.to_timestamp(date.at(hour, 0, 0, 0)).unwrap_or(Timestamp::MAX)
}

pub(super) fn next(date: Date) -> Date {
    date.tomorrow().unwrap_or(Date::MAX)
}

pub(super) fn previous(date: Date) -> Date {
    date.yesterday().unwrap_or(Date::MIN)
}

/// `date` and `days` more; negative counts back.
pub(super) fn plus(date: Date, days: i32) -> Date {
    let end = if days < 0 { Date::MIN } else { Date::MAX };
    date.checked_add(jiff::Span::new().days(days)).unwrap_or(end)
}

/// The place of a band in the bucket's list.
fn device_index(detail: &mut NightDetail, device: Option<&DeviceId>) -> u8 {
    let known = detail.devices.iter().position(|d| d.as_ref() == device);
    let place = known.unwrap_or_else(|| {
        if detail.devices.len() < MAX_DEVICES {
            detail.devices.push(device.cloned());
        }
        detail.devices.len() - 1
    });
    u8::try_from(place).expect("the list of bands is kept below 250")
}

pub(super) fn take_window(detail: &mut NightDetail, window: &HrvWindow) -> Taken {
    let mut stored = StoredWindow {
        start: window.start,
        duration_s: window.duration_s,
        device: device_index(detail, window.device.as_ref()),
        rmssd_ms: window.rmssd_ms,
        sdnn_ms: window.sdnn_ms,
        mean_hr_bpm: window.mean_hr_bpm,
        context: window.context,
        quality: window.quality,
    };
    let key = |w: &StoredWindow| (w.start, w.device);
    // Windows come in order most of the time: only one that does not can meet its like.
    if detail.windows.last().is_some_and(|last| key(last) >= key(&stored))
        && let Ok(place) = detail.windows.binary_search_by_key(&key(&stored), key)
    {
        stored = completed(stored, &detail.windows[place]);
    }
    put(&mut detail.windows, stored, key)
}

/// A window with what it lacks from the one it replaces.
///
/// Heart rate and HRV are two measures of a window, and Open mHealth sends each alone: neither may
/// wipe out the other, whichever comes last. What the newer window does tell stands.
fn completed(newer: StoredWindow, known: &StoredWindow) -> StoredWindow {
    if newer.rmssd_ms.is_none() && newer.sdnn_ms.is_none() && (known.rmssd_ms.is_some() || known.sdnn_ms.is_some()) {
        return StoredWindow { mean_hr_bpm: newer.mean_hr_bpm, ..known.clone() };
    }
    StoredWindow { mean_hr_bpm: newer.mean_hr_bpm.or(known.mean_hr_bpm), ..newer }
}

/// Keeps a run of beats as a digest and the windows that `compute` makes of it, which is only
/// called where the run is new.
pub(super) fn take_beats(
    detail: &mut NightDetail,
    beats: &BeatIntervals,
    compute: impl FnOnce(&BeatIntervals, u8) -> Vec<StoredWindow>,
) -> Taken {
    let device = device_index(detail, beats.device.as_ref());
    let digest = digest(beats);
    let key = (beats.start, device);
    match detail.beats.binary_search_by_key(&key, |b| (b.start, b.device)) {
        Ok(place) if detail.beats[place].digest == digest => Taken::Known,
        found => {
            let stored = StoredBeats { start: beats.start, device, digest, windows: compute(beats, device) };
            place(&mut detail.beats, found, stored);
            Taken::Changed
        }
    }
}

pub(super) fn take_nightly(detail: &mut NightDetail, night: &NightlySummary) -> Taken {
    put(&mut detail.nightly, night.clone(), |n| n.device.clone())
}

/// Whether two records speak of the same sleep: naps by their start, a main sleep by its wake date,
/// because a vendor that revises a night also moves its start.
pub(super) fn is_same_sleep(one: &SleepRecord, other: &SleepRecord, zone: &TimeZone) -> bool {
    let is_main = |r: &SleepRecord| r.main == Some(true);
    one.device == other.device
        && (one.start == other.start
            || (is_main(one) && is_main(other) && wake_date(one, zone) == wake_date(other, zone)))
}

/// The local date on which a sleep ends.
pub(super) fn wake_date(sleep: &SleepRecord, zone: &TimeZone) -> Date {
    zone.to_datetime(sleep.wake.unwrap_or(sleep.end)).date()
}

/// Puts a sleep record in its place; the caller has removed what it replaces.
pub(super) fn insert_sleep(detail: &mut NightDetail, sleep: SleepRecord) {
    let key = |s: &SleepRecord| (s.start, s.device.clone());
    let found = detail.sleeps.binary_search_by_key(&key(&sleep), key);
    place(&mut detail.sleeps, found, sleep);
}

fn put<T: PartialEq, K: Ord>(list: &mut Vec<T>, item: T, key: impl Fn(&T) -> K) -> Taken {
    // Windows come in order most of the time: look at the end first.
    if list.last().is_none_or(|last| key(last) < key(&item)) {
        list.push(item);
        return Taken::Changed;
    }
    let found = list.binary_search_by_key(&key(&item), &key);
    if let Ok(place) = found
        && list[place] == item
    {
        return Taken::Known;
    }
    place(list, found, item);
    Taken::Changed
}

fn place<T>(list: &mut Vec<T>, found: Result<usize, usize>, item: T) {
    match found {
        Ok(place) => list[place] = item,
        Err(place) => list.insert(place, item),
    }
}

/// A digest of the beats, to know a run again without keeping its thousands of numbers.
fn digest(beats: &BeatIntervals) -> u64 {
    use siphasher::sip::SipHasher24;
    use std::hash::Hasher;
    let mut hasher = SipHasher24::new();
    hasher.write_u8(match beats.context {
        Context::SleepMain => 0,
        Context::SleepNap => 1,
        Context::RestSeated => 2,
        Context::RestSupine => 3,
        Context::Work => 4,
        Context::Activity => 5,
        Context::Unknown => 6,
    });
    for list in [Some(&beats.rr_ms), beats.end_ms.as_ref()] {
        hasher.write_u64(list.map_or(u64::MAX, |l| l.len() as u64));
        for value in list.into_iter().flatten() {
            hasher.write(&value.to_le_bytes());
        }
    }
    hasher.finish()
}

/// Whether windows of this context can be part of a main sleep.
pub(super) const fn may_be_sleep(context: Context) -> bool {
    matches!(context, Context::SleepMain | Context::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(rmssd_ms: Option<f64>, mean_hr_bpm: Option<f64>) -> HrvWindow {
        HrvWindow {
            device: None,
            start: "2026-03-01T02:05:00Z".parse().unwrap(),
            duration_s: if rmssd_ms.is_some() { 300 } else { 60 },
            rmssd_ms,
            sdnn_ms: None,
            mean_hr_bpm,
            context: Context::SleepMain,
            quality: None,
        }
    }

    #[test]
    fn heart_rate_alone_joins_the_window_it_belongs_to_in_any_order() {
        let (hrv, rate) = (window(Some(38.2), None), window(None, Some(58.0)));
        let orders: [&[&HrvWindow]; 4] = [&[&hrv, &rate], &[&rate, &hrv], &[&hrv, &rate, &hrv], &[&rate, &hrv, &rate]];
        for order in orders {
            let mut detail = NightDetail::empty(Date::constant(2026, 3, 1));
            let taken: Vec<_> = order.iter().map(|window| take_window(&mut detail, window)).collect();
            let [stored] = &detail.windows[..] else { panic!("{:?}", detail.windows) };
            assert_eq!((stored.rmssd_ms, stored.mean_hr_bpm, stored.duration_s), (Some(38.2), Some(58.0), 300));
            assert_eq!(taken.get(2).copied().unwrap_or(Taken::Known), Taken::Known, "it tells nothing new");
        }
    }

    #[test]
    fn later_value_of_the_same_measure_replaces_the_earlier() {
        let mut detail = NightDetail::empty(Date::constant(2026, 3, 1));
        take_window(&mut detail, &window(Some(38.2), Some(58.0)));
        assert_eq!(take_window(&mut detail, &window(Some(40.0), Some(57.0))), Taken::Changed);
        assert_eq!((detail.windows[0].rmssd_ms, detail.windows[0].mean_hr_bpm), (Some(40.0), Some(57.0)));
    }
}
