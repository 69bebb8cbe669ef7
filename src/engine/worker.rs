//! One worker in memory: the history, the nights in detail that are at hand, and what was derived.

use std::collections::{BTreeMap, BTreeSet};

use super::buckets::{self, BucketSpan, Taken};
use super::row::Input;
use crate::domain::exposure::ExposureDay;
use crate::domain::history::{NightDetail, StoredWindow, WorkerHistory};
use crate::domain::ids::WorkerNumber;
use crate::domain::indicator::NightRow;
use crate::domain::item::Item;
use crate::domain::reading::{BeatIntervals, Reading, SelfReport, SleepRecord};
use crate::domain::screening::Screening;
use crate::domain::worker::Profile;
use crate::domain::{Date, SignedDuration, Timestamp};
use crate::indicators::night::night_row;
use crate::indicators::track::{self, Track};
use crate::screening::longest_validity_days;

/// Buckets that are kept in detail: the allowed lateness and a margin for the nights beside.
const DETAIL_DAYS: i32 = 80;
/// Buckets that stay in memory; older ones are asked for when an old item names them.
const RESIDENT_DAYS: i32 = 4;
/// Questionnaires kept per worker.
const MAX_SCREENINGS: usize = 200;
/// Readings of nights that could be final are judged this long after the first of them came, so that
/// a night sent late, window by window, is computed once and not a hundred times.
const SETTLE_AFTER: SignedDuration = SignedDuration::from_secs(2);
/// A night is final this long after waking, so no night of a date is final before the date's
/// midnight and this.
const FINAL_AFTER: SignedDuration = SignedDuration::from_hours(36);

/// What has changed since the worker was last judged.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// The earliest wake date whose indicators may differ.
    pub(super) from: Option<Date>,
    /// Whether a screening, an exposure or the register's row changed.
    pub(super) is_other: bool,
    /// Whether a night changed that could be final before.
    pub(super) is_late: bool,
    /// Crisis answers that came.
    pub(super) crises: u32,
}

impl Changes {
    /// Whether the worker is to be judged now, and not when the nights are settled.
    pub(super) const fn is_urgent(&self) -> bool {
        self.is_other || self.from.is_some() || self.crises > 0
    }
}

#[derive(Debug)]
pub(super) struct Worker {
    pub(super) number: WorkerNumber,
    pub(super) history: WorkerHistory,
    pub(super) track: Track,
    pub(super) changes: Changes,
    /// The next thing to do without being told to.
    pub(super) timer: Option<Timestamp>,
    /// What the timer was reckoned from, but for the nights; none where they changed since.
    timer_from: Option<(Option<Date>, [Option<Timestamp>; 2])>,
    /// When the worker is to be invited to fill in questionnaires; none where that is to be reckoned.
    pub(super) next_invitation: Option<Option<Timestamp>>,
    /// Whether the store has something to learn.
    pub(super) is_unsaved: bool,
    resident: BTreeMap<Date, NightDetail>,
    unsaved_details: BTreeSet<Date>,
    dropped_details: Vec<Date>,
    /// When nights that could be final are computed again.
    settle_at: Option<Timestamp>,
    span: Option<BucketSpan>,
}

impl Worker {
    pub(super) fn new(number: WorkerNumber, history: WorkerHistory) -> Self {
        Self {
            number,
            history,
            track: Track::new(),
            changes: Changes::default(),
            timer: None,
            timer_from: None,
            next_invitation: None,
            is_unsaved: true,
            resident: BTreeMap::new(),
            unsaved_details: BTreeSet::new(),
            dropped_details: Vec::new(),
            settle_at: None,
            span: None,
        }
    }

    /// Brings a worker back from the store. Nights that were not settled when it was saved are settled
    /// after `last_now`, the time of the journal's last row: not while old rows only rebuild state.
    pub(super) fn restored(
        number: WorkerNumber,
        history: WorkerHistory,
        details: Vec<NightDetail>,
        last_now: Timestamp,
    ) -> Self {
        let mut worker = Self::new(number, history);
        worker.is_unsaved = false;
        worker.changes.from = worker.history.nights.keys().next().copied();
        worker.lend_details(details);
        worker.settle_soon(last_now);
        worker
    }

    /// Buckets that hold something, are not at hand, and are needed for these inputs.
    pub(super) fn missing_details(&self, inputs: &[Input]) -> Vec<Date> {
        // Nearly always everything is at hand.
        if self.history.detail_dates.len() <= self.resident.len() {
            return Vec::new();
        }
        let mut dates = BTreeSet::new();
        let zone = &self.history.profile.time_zone;
        for input in inputs {
            let Input::Item { item: Item::Reading(reading), .. } = input else { continue };
            let date = match reading {
                Reading::Hrv(window) => BucketSpan::of(window.start, zone).date(),
                Reading::Beats(beats) => BucketSpan::of(beats.start, zone).date(),
                Reading::Sleep(sleep) => BucketSpan::of(sleep.wake.unwrap_or(sleep.end), zone).date(),
                Reading::Nightly(night) => night.date,
                Reading::Tag(_) => continue,
            };
            // A bucket changes at most the nights beside it, and those look at the buckets beside them.
            dates.extend((-2..=2).map(|d| buckets::plus(date, d)));
        }
        dates.retain(|d| self.history.detail_dates.contains(d) && !self.resident.contains_key(d));
        dates.into_iter().collect()
    }

    pub(super) fn lend_details(&mut self, details: Vec<NightDetail>) {
        for detail in details {
            self.resident.entry(detail.date).or_insert(detail);
        }
    }

    pub(super) fn take_reading(&mut self, reading: Reading) -> Taken {
        match reading {
            Reading::Hrv(window) => {
                let span = self.span_of(window.start);
                let taken = buckets::take_window(self.bucket(span.date()), &window);
                if taken == Taken::Changed && buckets::may_be_sleep(window.context) {
                    self.history.unsettled_nights.extend(span.wake_dates(window.start));
                }
                self.noted(span.date(), taken)
            }
            Reading::Beats(beats) => self.take_beats(&beats),
            Reading::Nightly(night) => {
                let taken = buckets::take_nightly(self.bucket(night.date), &night);
                if taken == Taken::Changed {
                    self.history.unsettled_nights.insert(night.date);
                }
                self.noted(night.date, taken)
            }
            Reading::Sleep(sleep) => self.take_sleep(sleep),
            Reading::Tag(report) => self.take_tag(report),
        }
    }

    fn take_beats(&mut self, beats: &BeatIntervals) -> Taken {
        let span = self.span_of(beats.start);
        let taken = buckets::take_beats(self.bucket(span.date()), beats, stored_windows);
        if taken == Taken::Changed && buckets::may_be_sleep(beats.context) {
            self.history.unsettled_nights.extend(span.wake_dates(beats.start));
            self.history.unsettled_nights.extend([span.date(), buckets::next(span.date())]);
        }
        self.noted(span.date(), taken)
    }

    fn take_sleep(&mut self, sleep: SleepRecord) -> Taken {
        let zone = self.history.profile.time_zone.clone();
        let woke_at = sleep.wake.unwrap_or(sleep.end);
        let date = BucketSpan::of(woke_at, &zone).date();
        let wake_date = buckets::wake_date(&sleep, &zone);
        // A revision may have moved the waking across noon: look in the buckets beside, too.
        let beside = [buckets::previous(date), date, buckets::next(date)];
        let mut is_replacement = false;
        for bucket in beside {
            let Some(detail) = self.resident.get_mut(&bucket) else { continue };
            let Some(place) = detail.sleeps.iter().position(|s| buckets::is_same_sleep(s, &sleep, &zone)) else {
                continue;
            };
            let there = &detail.sleeps[place];
            if *there == sleep || there.revision > sleep.revision {
                return Taken::Known;
            }
            let replaced = detail.sleeps.remove(place);
            is_replacement = true;
            self.history.unsettled_nights.insert(buckets::wake_date(&replaced, &zone));
            self.noted(bucket, Taken::Changed);
        }
        let taken = buckets::insert_sleep(self.bucket(date), sleep, is_replacement);
        if taken == Taken::Changed {
            self.history.unsettled_nights.insert(wake_date);
        }
        self.noted(date, taken)
    }

    fn take_tag(&mut self, report: SelfReport) -> Taken {
        if !self.history.tags.entry(report.date).or_default().insert(report.tag) {
            return Taken::Known;
        }
        self.change_from(report.date);
        self.changes.is_late = true;
        self.is_unsaved = true;
        Taken::Changed
    }

    /// Takes over the register's row on a date.
    pub(super) fn take_profile(&mut self, profile: Profile, date: Date) {
        let has_medication_changed = self.history.profile.has_beta_blocker != profile.has_beta_blocker;
        self.history.profile = profile;
        self.forget_timer();
        self.reset_zone();
        // Nights with and without a beta blocker are not comparable; the register does not say since
        // when, so the new baseline begins when Vagus learns of it. The worker said nothing, so it is
        // no tag.
        if has_medication_changed && self.history.register_changes.insert(date) {
            self.change_from(date);
            self.changes.is_late = true;
        }
        self.changes.is_other = true;
        self.is_unsaved = true;
    }

    /// Keeps a questionnaire; the later arrival replaces one of the same instrument and time.
    pub(super) fn take_screening(&mut self, screening: Screening) -> Taken {
        let list = &mut self.history.screenings;
        let key = |s: &Screening| (s.instrument, s.taken_at);
        match list.binary_search_by_key(&key(&screening), key) {
            Ok(place) if list[place] == screening => return Taken::Known,
            Ok(place) => list[place] = screening,
            Err(place) => list.insert(place, screening),
        }
        if list.len() > MAX_SCREENINGS
            && let Some(oldest) = (0..list.len()).min_by_key(|i| list[*i].taken_at)
        {
            list.remove(oldest);
        }
        self.next_invitation = None;
        self.changes.is_other = true;
        self.is_unsaved = true;
        Taken::Changed
    }

    /// Takes over the fields that an exposure carries.
    pub(super) fn take_exposure(&mut self, day: ExposureDay) -> Taken {
        let known = self.history.exposures.entry(day.date).or_insert_with(|| ExposureDay::empty(day.date));
        let before = known.clone();
        known.merge(day);
        if *known == before {
            return Taken::Known;
        }
        // A shift tells what kind of sleep came after it, and makes the roster of the days after.
        let changed = (known.shift != before.shift).then_some(known.date);
        if let Some(date) = changed {
            self.change_from(date);
            self.changes.is_late |= self.history.nights.range(date..).next().is_some();
        }
        self.changes.is_other = true;
        self.is_unsaved = true;
        Taken::Changed
    }

    /// Sees to it that what the last message changed is computed soon.
    pub(super) fn settle_soon(&mut self, now: Timestamp) {
        if self.settle_at.is_none() && self.could_settle(now) {
            self.settle_at = now.checked_add(SETTLE_AFTER).ok();
        }
    }

    fn could_settle(&self, now: Timestamp) -> bool {
        let zone = &self.history.profile.time_zone;
        self.history.unsettled_nights.first().is_some_and(|date| final_no_earlier_than(*date, zone) <= now)
    }

    /// Computes the rows of the nights that changed and could be final by now.
    pub(super) fn settle_nights(&mut self, now: Timestamp) {
        self.settle_at = None;
        self.forget_timer();
        if !self.could_settle(now) {
            return;
        }
        let zone = self.history.profile.time_zone.clone();
        let unsettled = self.history.unsettled_nights.iter().copied();
        let due: Vec<Date> = unsettled.filter(|date| final_no_earlier_than(*date, &zone) <= now).collect();
        for date in due {
            self.history.unsettled_nights.remove(&date);
            self.is_unsaved = true;
            let beside = [buckets::previous(date), date, buckets::next(date)];
            let details: Vec<&NightDetail> = beside.iter().filter_map(|d| self.resident.get(d)).collect();
            let row = night_row(date, &details, &zone);
            if self.history.nights.get(&date) == row.as_ref() {
                continue;
            }
            // In time it is settled before it is final; what is final already has come late.
            let final_at = |row: &NightRow| row.wake_at.checked_add(FINAL_AFTER).unwrap_or(Timestamp::MAX);
            self.changes.is_late |= row.as_ref().is_none_or(|row| final_at(row) <= now);
            match row {
                Some(row) => self.history.nights.insert(date, row),
                None => self.history.nights.remove(&date),
            };
            self.change_from(date);
        }
    }

    /// When something has to be looked at again without a message; none where that is as it was.
    pub(super) fn new_timer(&mut self, now: Timestamp, of_cases: Option<Timestamp>) -> Option<Option<Timestamp>> {
        let from = (self.history.unsettled_nights.first().copied(), [self.settle_at, of_cases]);
        if self.timer_from == Some(from) {
            return None;
        }
        self.timer_from = Some(from);
        let next = [self.next_timer(now), of_cases].into_iter().flatten().min();
        Some(next).filter(|next| *next != self.timer)
    }

    /// Has the timer reckoned again at the next occasion.
    pub(super) fn forget_timer(&mut self) {
        self.timer_from = None;
        self.next_invitation = None;
    }

    fn next_timer(&self, now: Timestamp) -> Option<Timestamp> {
        let zone = &self.history.profile.time_zone;
        let first = self.history.unsettled_nights.first();
        let unsettled = first.map(|date| final_no_earlier_than(*date, zone).max(self.settle_at.unwrap_or(now)));
        [unsettled, track::next_final(&self.history, now)].into_iter().flatten().min()
    }

    /// Forgets what is older than any rule looks back.
    pub(super) fn prune(&mut self, today: Date) {
        let first = buckets::plus(today, -track::ROW_DAYS);
        if self.history.nights.keys().next().is_some_and(|d| *d < first) {
            self.history.nights = self.history.nights.split_off(&first);
        }
        // An event or a leave ends a score early: forgotten before the score, it would bring it back.
        let validity = longest_validity_days() + 1;
        let first_exposure = buckets::plus(today, -track::EXPOSURE_DAYS.max(validity));
        self.history.exposures.retain(|d, _| *d >= first_exposure);
        let first_tag = buckets::plus(today, -track::TAG_DAYS.max(validity));
        self.history.tags.retain(|d, _| *d >= first_tag);
        self.history.register_changes.retain(|d| *d >= first_tag);
        let first_detail = buckets::plus(today, -DETAIL_DAYS);
        while let Some(old) = self.history.detail_dates.first().copied().filter(|d| *d < first_detail) {
            self.history.detail_dates.remove(&old);
            self.resident.remove(&old);
            self.unsaved_details.remove(&old);
            self.dropped_details.push(old);
            self.is_unsaved = true;
        }
    }

    /// What the store has to learn; afterwards old nights are no longer kept in memory.
    pub(super) fn take_unsaved(&mut self, today: Date) -> (Vec<NightDetail>, Vec<Date>) {
        let unsaved = std::mem::take(&mut self.unsaved_details);
        let details = unsaved.iter().filter_map(|d| self.resident.get(d).cloned()).collect();
        let first = buckets::plus(today, -RESIDENT_DAYS);
        // What is not settled yet is computed from its own bucket and the two beside it.
        let unsettled = &self.history.unsettled_nights;
        let is_wanted = |date: Date| unsettled.range(buckets::previous(date)..=buckets::next(date)).next().is_some();
        self.resident.retain(|date, _| *date >= first || is_wanted(*date));
        self.is_unsaved = false;
        (details, std::mem::take(&mut self.dropped_details))
    }

    fn span_of(&mut self, at: Timestamp) -> BucketSpan {
        match self.span {
            Some(span) if span.contains(at) => span,
            _ => *self.span.insert(BucketSpan::of(at, &self.history.profile.time_zone)),
        }
    }

    /// Forgets what depends on the zone, after the register's row changed.
    fn reset_zone(&mut self) {
        self.span = None;
    }

    fn bucket(&mut self, date: Date) -> &mut NightDetail {
        self.resident.entry(date).or_insert_with(|| NightDetail::empty(date))
    }

    fn noted(&mut self, bucket: Date, taken: Taken) -> Taken {
        if taken == Taken::Changed {
            self.history.detail_dates.insert(bucket);
            self.unsaved_details.insert(bucket);
            self.is_unsaved = true;
        }
        taken
    }

    fn change_from(&mut self, date: Date) {
        self.changes.from = Some(self.changes.from.map_or(date, |d| d.min(date)));
    }
}

/// Before this instant no night of that wake date can be final.
fn final_no_earlier_than(date: Date, zone: &crate::domain::TimeZone) -> Timestamp {
    buckets::midnight(date, zone).checked_add(FINAL_AFTER).unwrap_or(Timestamp::MAX)
}

/// The windows that the signal stage makes of a run of beats.
fn stored_windows(beats: &BeatIntervals, device: u8) -> Vec<StoredWindow> {
    use crate::signal::quality::Grade;
    crate::signal::windows::windows(beats)
        .into_iter()
        .map(|window| StoredWindow {
            start: window.start,
            duration_s: window.duration_s,
            device,
            rmssd_ms: window.rmssd_ms,
            sdnn_ms: window.sdnn_ms,
            mean_hr_bpm: window.mean_hr_bpm,
            context: beats.context,
            // A window that the grade refuses must stay refused whatever its share of time.
            quality: Some(match window.grade {
                Grade::Good | Grade::Usable => window.sqi,
                Grade::Reject | Grade::Fault => 0.0,
            }),
        })
        .collect()
}

#[cfg(test)]
#[path = "worker_tests.rs"]
mod tests;
