//! Sleep records to the main sleep and the naps of one worker-day.

use crate::domain::history::NightDetail;
use crate::domain::ids::DeviceId;
use crate::domain::indicator::NightSleep;
use crate::domain::reading::SleepRecord;
use crate::domain::{Date, SignedDuration, TimeZone, Timestamp};

use super::{MIN_MAIN_SLEEP_MIN, minutes};

/// Episodes less than this apart are one.
///
/// # Source
/// Domain reference, section 4.1.
pub(super) const JOIN_GAP_MIN: f64 = 60.0;
/// A shorter episode is no nap.
const MIN_NAP_MIN: f64 = 15.0;

/// One episode of sleep, made of one record or of several that lie close together.
#[derive(Debug, Clone)]
pub(super) struct Episode<'a> {
    device: Option<&'a DeviceId>,
    start: Timestamp,
    pub(super) onset: Timestamp,
    pub(super) wake: Timestamp,
    end: Timestamp,
    has_onset: bool,
    tst_min: f64,
    /// Whether waking within the sleep was measured in all of it.
    is_measured: bool,
    is_main: bool,
    revision: u32,
}

impl<'a> Episode<'a> {
    fn of(record: &'a SleepRecord) -> Self {
        let onset = record.onset.unwrap_or(record.start);
        let wake = record.wake.unwrap_or(record.end).max(onset);
        let spt_min = minutes(onset, wake);
        let staged = record.stages.map(|s| s.total()).filter(|total| *total > 0.0);
        let measured = staged.or_else(|| record.waso_min.map(|waso| spt_min - waso));
        Self {
            device: record.device.as_ref(),
            start: record.start.min(onset),
            onset,
            wake,
            end: record.end.max(wake),
            has_onset: record.onset.is_some(),
            tst_min: measured.filter(|m| m.is_finite()).unwrap_or(spt_min).clamp(0.0, spt_min),
            is_measured: measured.is_some(),
            is_main: record.main == Some(true),
            revision: record.revision,
        }
    }

    fn spt_min(&self) -> f64 {
        minutes(self.onset, self.wake)
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Takes in a later episode of the same band.
    fn join(&mut self, later: Self) {
        if self.overlaps(&later) {
            // The same sleep, told twice: it is replaced, never summed.
            let rank = |e: &Self| (e.revision, e.end.duration_since(e.start));
            if rank(&later) > rank(self) {
                *self = later;
            }
            return;
        }
        self.tst_min += later.tst_min;
        self.is_measured &= later.is_measured;
        self.is_main |= later.is_main;
        self.revision = self.revision.max(later.revision);
        self.wake = later.wake;
        self.end = later.end;
    }
}

/// The sleep of one worker-day.
pub(super) struct DaySleep<'a> {
    pub(super) main: Episode<'a>,
    nap_min: f64,
}

/// The main sleep that ends on `date`, with that day's naps; `None` where nothing but naps is known.
pub(super) fn of_date<'a>(date: Date, buckets: &[&'a NightDetail], zone: &TimeZone) -> Option<DaySleep<'a>> {
    let mut episodes = joined(buckets);
    episodes.retain(|e| zone.to_datetime(e.wake).date() == date);
    // What the vendor calls main first, else what is long enough to be a night; of several bands
    // the one that measured waking, then the longest, then the first by name.
    let is_night = |e: &Episode<'_>| e.spt_min() >= MIN_MAIN_SLEEP_MIN;
    let rank = |e: &Episode<'_>| (e.is_main, is_night(e), e.is_measured, e.wake.duration_since(e.onset));
    episodes.sort_by(|a, b| rank(b).cmp(&rank(a)).then(a.device.cmp(&b.device)).then(a.start.cmp(&b.start)));
    let mut ranked = episodes.into_iter();
    let main = ranked.next().filter(|e| e.is_main || is_night(e))?;
    let mut counted = vec![main];
    for nap in ranked {
        if nap.spt_min() >= MIN_NAP_MIN && counted.iter().all(|e| !e.overlaps(&nap)) {
            counted.push(nap);
        }
    }
    let nap_min = counted[1..].iter().map(|nap| nap.tst_min).sum();
    let main = counted.swap_remove(0);
    Some(DaySleep { main, nap_min })
}

/// All episodes, those of one band joined where they lie close together.
fn joined<'a>(buckets: &[&'a NightDetail]) -> Vec<Episode<'a>> {
    let mut records: Vec<Episode<'a>> = buckets.iter().flat_map(|b| &b.sleeps).map(Episode::of).collect();
    records.sort_by(|a, b| {
        let key = |e: &Episode<'a>| (e.device, e.start, e.end, e.revision);
        key(a).cmp(&key(b)).then(a.tst_min.total_cmp(&b.tst_min))
    });
    let mut episodes: Vec<Episode<'a>> = Vec::with_capacity(records.len());
    for record in records {
        match episodes.last_mut() {
            Some(last) if last.device == record.device && minutes(last.end, record.start) < JOIN_GAP_MIN => {
                last.join(record);
            }
            Some(_) | None => episodes.push(record),
        }
    }
    episodes
}

impl DaySleep<'_> {
    /// The sleep as a row keeps it.
    pub(super) fn into_night(self) -> NightSleep {
        let Episode { start, onset, wake, end, has_onset, tst_min, is_measured, .. } = self.main;
        let tib_min = minutes(start, end);
        let spt_min = minutes(onset, wake);
        let half = SignedDuration::from_secs(wake.duration_since(onset).as_secs() / 2);
        NightSleep {
            tib_min,
            sol_min: has_onset.then(|| minutes(start, onset)),
            spt_min,
            waso_min: is_measured.then_some(spt_min - tst_min),
            tst_min,
            tst24_min: tst_min + self.nap_min,
            efficiency_pct: (is_measured && tib_min > 0.0).then(|| 100.0 * tst_min / tib_min),
            midpoint: onset.saturating_add(half).unwrap_or(wake),
        }
    }
}
