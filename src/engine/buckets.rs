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
    /// It told nothing new: it was there already, or something newer was, or the heart rate of that minute.
    Known,
    /// It was not taken, because the bucket holds as much as a night may.
    Full,
}

/// The most windows of a bucket, and of all its runs of beats: one every quarter of a minute, or one a
/// minute of each of four bands. No band tells more; a source that does is out of order.
///
/// Up to here the order in which windows come makes no difference. Beyond it what came first stands,
/// and only what is there may still be replaced.
const MAX_WINDOWS: usize = 5_760;

/// The most runs of beats of a bucket: gateways send one a minute, or one every quarter of it.
const MAX_RUNS: usize = 5_760;

/// The most sleep records of a bucket; a day of naps is far from it.
const MAX_SLEEPS: usize = 64;

/// The most summaries of a night, one a band.
const MAX_SUMMARIES: usize = 64;

/// Of heart rates alone that stand for so long or longer, a band has one in a minute.
const MINUTE_S: u32 = 60;

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
    let list = &mut detail.windows;
    // Windows come in order most of the time: only one that does not can meet its like.
    let found = if list.last().is_none_or(|last| key(last) < key(&stored)) {
        Err(list.len())
    } else {
        list.binary_search_by_key(&key(&stored), key)
    };
    match found {
        Ok(place) => {
            stored = completed(stored, &list[place]);
            if list[place] == stored {
                return Taken::Known;
            }
        }
        Err(place) if is_rate_alone(&stored) && has_rate_before(&list[..place], &stored) => return Taken::Known,
        Err(_) if list.len() >= MAX_WINDOWS => return Taken::Full,
        Err(_) => {}
    }
    let place_of = found.unwrap_or_else(|place| place);
    let (device, until) = (stored.device, minute_of(&stored));
    let is_rate = is_rate(&stored);
    place(list, found, stored);
    if is_rate && place_of + 1 < list.len() {
        // Whichever came first: of the rates of a minute the earliest stands.
        let later = list[place_of + 1..].partition_point(|w| minute_of(w) == until);
        let is_idle = |w: &StoredWindow| w.device == device && is_rate_alone(w);
        if list[place_of + 1..=place_of + later].iter().any(is_idle) {
            let mut at = 0;
            list.retain(|w| {
                at += 1;
                !(place_of + 1 < at && at <= place_of + 1 + later && is_idle(w))
            });
        }
    }
    Taken::Changed
}

/// Whether it tells the heart rate of its minute.
const fn is_rate(window: &StoredWindow) -> bool {
    window.mean_hr_bpm.is_some() && window.duration_s >= MINUTE_S
}

/// Whether it tells that alone. Bands that show a rate every few seconds make thousands of such windows
/// a day, each of which lies over the next: one in a minute tells as much.
const fn is_rate_alone(window: &StoredWindow) -> bool {
    is_rate(window) && window.rmssd_ms.is_none() && window.sdnn_ms.is_none()
}

/// Whether the band told the heart rate of that minute in one of the windows before.
fn has_rate_before(before: &[StoredWindow], window: &StoredWindow) -> bool {
    let mut same_minute = before.iter().rev().take_while(|w| minute_of(w) == minute_of(window));
    same_minute.any(|w| w.device == window.device && is_rate(w))
}

/// The minute in which it begins.
fn minute_of(window: &StoredWindow) -> i64 {
    window.start.as_second().div_euclid(i64::from(MINUTE_S))
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
            let others = detail.beats.iter().filter(|b| (b.start, b.device) != key);
            let is_full = found.is_err() && detail.beats.len() >= MAX_RUNS;
            if is_full || others.map(|b| b.windows.len()).sum::<usize>() >= MAX_WINDOWS {
                return Taken::Full;
            }
            let stored = StoredBeats { start: beats.start, device, digest, windows: compute(beats, device) };
            place(&mut detail.beats, found, stored);
            Taken::Changed
        }
    }
}

pub(super) fn take_nightly(detail: &mut NightDetail, night: &NightlySummary) -> Taken {
    let list = &mut detail.nightly;
    let found = list.binary_search_by_key(&&night.device, |n| &n.device);
    match found {
        Ok(place) if list[place] == *night => return Taken::Known,
        Err(_) if list.len() >= MAX_SUMMARIES => return Taken::Full,
        Ok(_) | Err(_) => {}
    }
    place(list, found, night.clone());
    Taken::Changed
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

/// Puts a sleep record in its place; the caller has removed what it replaces, and what replaces
/// something always finds room.
pub(super) fn insert_sleep(detail: &mut NightDetail, sleep: SleepRecord, is_replacement: bool) -> Taken {
    if !is_replacement && detail.sleeps.len() >= MAX_SLEEPS {
        return Taken::Full;
    }
    let key = |s: &SleepRecord| (s.start, s.device.clone());
    let found = detail.sleeps.binary_search_by_key(&key(&sleep), key);
    place(&mut detail.sleeps, found, sleep);
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
#[path = "buckets_tests.rs"]
mod tests;
