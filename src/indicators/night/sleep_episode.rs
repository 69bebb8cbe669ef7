//! Sleep records to the main sleep and the naps of one worker-day.

use crate::domain::history::NightDetail;
use crate::domain::ids::DeviceId;
use crate::domain::indicator::{NightSleep, SleepSpan};
use crate::domain::reading::{SleepRecord, StageMinutes};
use crate::domain::{Date, SignedDuration, TimeZone, Timestamp};

use super::{MIN_MAIN_SLEEP_MIN, minutes};

/// Episodes less than this apart are one.
///
/// # Source
/// Domain reference, section 4.1.
pub(super) const JOIN_GAP_MIN: f64 = 60.0;
/// A shorter episode is no nap.
const MIN_NAP_MIN: f64 = 15.0;

/// The longest time in bed that can be true.
///
/// # Source
/// Domain reference, section 4.1.
const MAX_TIB_MIN: f64 = 16.0 * 60.0;
/// How far the stages may differ from the sleep period less the time awake.
///
/// # Source
/// Domain reference, section 4.1.
const STAGE_TOLERANCE_MIN: f64 = 5.0;
/// A longer time awake between two episodes that are one counts as an awakening.
///
/// # Source
/// Domain reference, section 4.1.
const AWAKENING_MIN: f64 = 5.0;

/// One episode of sleep, made of one record or of several that lie close together.
#[derive(Debug, Clone)]
pub(super) struct Episode<'a> {
    device: Option<&'a DeviceId>,
    start: Timestamp,
    pub(super) onset: Timestamp,
    pub(super) wake: Timestamp,
    end: Timestamp,
    has_latency: bool,
    is_bed_known: bool,
    tst_min: f64,
    /// Whether waking within the sleep was measured in all of it.
    is_measured: bool,
    stages: Option<StageMinutes>,
    awakenings: Option<u32>,
    is_main: bool,
    is_consistent: bool,
    revision: u32,
    /// From falling asleep to waking, each part that was joined.
    spans: Vec<SleepSpan>,
}

impl<'a> Episode<'a> {
    fn of(record: &'a SleepRecord) -> Self {
        let onset = record.onset.unwrap_or(record.start);
        let wake = record.wake.unwrap_or(record.end).max(onset);
        let spt_min = minutes(onset, wake);
        let stages = record.stages.filter(|s| s.total() > 0.0);
        let staged = stages.map(|s| s.total());
        let measured = staged.or_else(|| record.waso_min.map(|waso| spt_min - waso));
        Self {
            device: record.device.as_ref(),
            start: record.start.min(onset),
            onset,
            wake,
            end: record.end.max(wake),
            // Formats that tell no time in bed begin it with the onset: nobody is asleep at once.
            has_latency: record.start < onset,
            is_bed_known: record.start < onset || wake < record.end,
            tst_min: measured.filter(|m| m.is_finite()).unwrap_or(spt_min).clamp(0.0, spt_min),
            is_measured: measured.is_some(),
            stages,
            awakenings: record.awakenings,
            is_main: record.main == Some(true),
            is_consistent: is_consistent(record, spt_min, staged),
            revision: record.revision,
            spans: vec![SleepSpan { start: onset, end: wake }],
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
        let between = u32::from(minutes(self.wake, later.onset) > AWAKENING_MIN);
        self.awakenings =
            self.awakenings.zip(later.awakenings).map(|(a, b)| a.saturating_add(b).saturating_add(between));
        self.stages = self.stages.zip(later.stages).map(|(a, b)| StageMinutes {
            light: a.light + b.light,
            deep: a.deep + b.deep,
            rem: a.rem + b.rem,
            asleep: a.asleep + b.asleep,
        });
        self.tst_min += later.tst_min;
        self.is_measured &= later.is_measured;
        self.is_bed_known &= later.is_bed_known;
        self.is_consistent &= later.is_consistent;
        self.is_main |= later.is_main;
        self.revision = self.revision.max(later.revision);
        self.wake = later.wake;
        self.end = later.end;
        self.spans.extend(later.spans);
    }
}

/// Whether what a record says fits together. What is decoded does; a night is not to rest on that.
///
/// # Source
/// Domain reference, section 4.1.
fn is_consistent(record: &SleepRecord, spt_min: f64, staged_min: Option<f64>) -> bool {
    let (onset, wake) = (record.onset.unwrap_or(record.start), record.wake.unwrap_or(record.end));
    let is_in_order = record.start <= onset && onset <= wake && wake <= record.end;
    let left_min = spt_min - record.waso_min.unwrap_or(0.0);
    // Where the ends of the period or the time awake are not told, the stages may be shorter.
    let is_period_told = record.onset.is_some() && record.wake.is_some() && record.waso_min.is_some();
    let are_stages_right = staged_min.is_none_or(|staged| {
        staged <= left_min + STAGE_TOLERANCE_MIN && (!is_period_told || staged >= left_min - STAGE_TOLERANCE_MIN)
    });
    is_in_order && left_min >= 0.0 && are_stages_right
}

/// The sleep of one worker-day.
pub(super) struct DaySleep<'a> {
    pub(super) main: Episode<'a>,
    naps: Vec<Episode<'a>>,
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
    let naps = counted.split_off(1);
    let main = counted.pop()?;
    Some(DaySleep { main, naps })
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
        let spans = self.spans();
        let nap_min: f64 = self.naps.iter().map(|nap| nap.tst_min).sum();
        let are_parts_consistent = self.main.is_consistent && self.naps.iter().all(|nap| nap.is_consistent);
        let Episode { start, onset, wake, end, tst_min, is_measured, .. } = self.main;
        let tib_min = minutes(start, end);
        let spt_min = minutes(onset, wake);
        let half = SignedDuration::from_secs(wake.duration_since(onset).as_secs() / 2);
        NightSleep {
            tib_min,
            sol_min: self.main.has_latency.then(|| minutes(start, onset)),
            spt_min,
            waso_min: is_measured.then_some(spt_min - tst_min),
            tst_min,
            tst24_min: tst_min + nap_min,
            efficiency_pct: (is_measured && tib_min > 0.0).then(|| 100.0 * tst_min / tib_min),
            is_bed_known: self.main.is_bed_known,
            stages: self.main.stages,
            awakenings: self.main.awakenings,
            midpoint: onset.saturating_add(half).unwrap_or(wake),
            is_consistent: are_parts_consistent && tst_min <= spt_min && spt_min <= tib_min && tib_min <= MAX_TIB_MIN,
            spans,
        }
    }

    /// When the worker slept, in order of time; of very many the longest.
    fn spans(&self) -> Vec<SleepSpan> {
        let all = std::iter::once(&self.main).chain(&self.naps).flat_map(|e| &e.spans);
        let mut spans: Vec<SleepSpan> = all.copied().filter(|s| s.start < s.end).collect();
        if spans.len() > NightSleep::MAX_SPANS {
            spans.sort_by_key(|s| (std::cmp::Reverse(s.end.duration_since(s.start)), s.start));
            spans.truncate(NightSleep::MAX_SPANS);
        }
        spans.sort();
        spans
    }
}
