//! What the days are computed from: one cell a date, side by side.

use siphasher::sip::SipHasher13;
use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};
use std::ops::RangeInclusive;

use crate::domain::history::WorkerHistory;
use crate::domain::indicator::{DeviceEpoch, NightRow, SleepType};
use crate::domain::reading::Tag;
use crate::domain::{Date, Timestamp};

use super::super::regularity::Agreement;
use super::super::roster::ShiftKind;
use super::super::settings::Settings;
use super::super::sleep::{FREE_RUN, SleepCell};
use super::recent::Recent;
use super::{day_number, final_at, offset};

/// Days before a cell whose tags it depends on: the longest illness that settings allow.
pub(super) const TAG_LOOK_BACK: i32 = 60;
/// Somebody who says so again within this many days is pregnant still, not anew.
const PREGNANCY_GOES_ON_DAYS: i32 = 28;

/// Nights hold nothing else; whatever a row says, no sum of squares overflows.
const PLAUSIBLE_LN_RMSSD: RangeInclusive<f64> = 0.0..=7.0;
/// See [`PLAUSIBLE_LN_RMSSD`].
const PLAUSIBLE_HR_BPM: RangeInclusive<f64> = 10.0..=300.0;

/// What one date gives to the windows that hold it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Cell {
    /// What the night may be compared with, where it is valid.
    pub(super) epoch: Option<u64>,
    /// The day from which nights are comparable with this one, by what the worker said.
    pub(super) segment: Option<i32>,
    /// The kind of main sleep; nights of another kind are not compared with this one.
    pub(super) sleep_type: SleepType,
    /// ln(RMSSD) of a valid night that nothing excludes.
    pub(super) ln_rmssd: Option<f64>,
    /// Signal quality of that night.
    pub(super) sqi: f64,
    /// Sleeping heart rate of a night that nothing excludes.
    pub(super) rhr_bpm: Option<f64>,
    /// Whether the night's rhythm was irregular: it says nothing then.
    pub(super) is_irregular: bool,
    /// Whether the worker was ill, and said so.
    pub(super) is_ill: bool,
    /// Sleep.
    pub(super) sleep: Option<SleepCell>,
    /// How the sleep of the 24 hours up to this date's noon agrees with that of the 24 before.
    pub(super) agreement: Agreement,
    /// The kind of the date's shift.
    pub(super) shift: Option<ShiftKind>,
}

/// The cells of a run of dates.
#[derive(Debug, Clone, Default)]
pub(super) struct Cells {
    first: i32,
    cells: Vec<Cell>,
    /// Nights that are not final yet: when they will be, and their date.
    pending: Vec<(Timestamp, i32)>,
}

impl Cells {
    pub(super) fn starting_at(first: i32) -> Self {
        Self { first, ..Self::default() }
    }

    /// Number of the first date.
    pub(super) const fn first(&self) -> i32 {
        self.first
    }

    /// The cells of the dates `begin..=end`, as far as there are any.
    pub(super) fn range(&self, begin: i32, end: i32) -> &[Cell] {
        let last = offset(self.first, end + 1).min(self.cells.len());
        &self.cells[offset(self.first, begin).min(last)..last]
    }

    /// The earliest date whose night was pending and is final at `now`.
    pub(super) fn newly_final(&self, now: Timestamp) -> Option<i32> {
        self.pending.iter().filter(|(at, _)| *at <= now).map(|(_, number)| *number).min()
    }

    pub(super) fn drop_front(&mut self, n: usize) {
        let n = n.min(self.cells.len());
        self.cells.drain(..n);
        self.first += i32::try_from(n).unwrap_or(0);
        self.pending.retain(|(_, number)| *number >= self.first);
    }

    /// Reads the dates `from..=today` afresh, and gives the first that differs from what was known.
    /// `from` is not behind the end by more than one.
    pub(super) fn load(
        &mut self,
        history: &WorkerHistory,
        from: i32,
        today: i32,
        now: Timestamp,
        settings: &Settings,
    ) -> Option<i32> {
        self.pending.retain(|(_, number)| *number < from);
        let known = self.cells.split_off(offset(self.first, from));
        let mut said = Said { segment: self.cells.last().and_then(|c| c.segment), ..Said::default() };
        let mut rows = history.nights.range(date_of(from)..).peekable();
        let mut recent = Recent::before(history, from, now);
        let mut tags = history.tags.range(date_of(from - TAG_LOOK_BACK)..).peekable();
        let mut changes = history.register_changes.range(date_of(from)..).peekable();
        for number in from..=today {
            while let Some(date) = changes.next_if(|date| day_number(**date) <= number) {
                said.begin_segment(day_number(*date), from);
            }
            while let Some((date, set)) = tags.next_if(|(date, _)| day_number(**date) <= number) {
                said.hear(day_number(*date), set, from);
            }
            let is_ill = said.is_ill(number, settings);
            let mut cell = Cell { segment: said.segment, is_ill, ..Cell::default() };
            let mut night = None;
            if let Some((_, row)) = rows.next_if(|(date, _)| day_number(**date) == number) {
                match final_at(row.wake_at) {
                    Some(at) if at > now => self.pending.push((at, number)),
                    Some(_) | None => {
                        cell.take(row, &said, number, settings);
                        night = Some(row);
                    }
                }
            }
            recent.step(number, night);
            cell.shift = recent.shift_of(number);
            cell.agreement = recent.agreement();
            cell.sleep_type = recent.sleep_type(settings);
            self.cells.push(cell);
        }
        let known = known.iter().map(Some).chain(std::iter::repeat(None));
        let read = self.cells[offset(self.first, from)..].iter().map(Some);
        (from..).zip(read.zip(known)).find(|(_, (read, known))| read != known).map(|(number, _)| number)
    }
}

impl Cell {
    fn take(&mut self, row: &NightRow, said: &Said, number: i32, settings: &Settings) {
        self.is_irregular = row.irregularity.is_some_and(|ratio| ratio > settings.irregular_ratio);
        let is_excluded = said.excludes(number, settings) || self.is_irregular;
        if let Some(hrv) = row.hrv.as_ref().filter(|h| PLAUSIBLE_LN_RMSSD.contains(&h.ln_rmssd)) {
            self.epoch = Some(digest(&hrv.epoch));
            self.ln_rmssd = (!is_excluded).then_some(hrv.ln_rmssd);
            self.sqi = if hrv.sqi.is_finite() { hrv.sqi.clamp(0.0, 1.0) } else { 0.0 };
        }
        self.rhr_bpm = row.sleeping_hr_bpm.filter(|hr| PLAUSIBLE_HR_BPM.contains(hr) && !is_excluded);
        self.sleep = row.sleep.as_ref().filter(|s| s.tst24_min.is_finite()).map(|s| SleepCell {
            tst24_h: s.tst24_min / 60.0,
            efficiency_pct: s.efficiency_pct.filter(|x| x.is_finite()),
            is_maintenance: !s.is_bed_known,
            waso_min: s.waso_min.filter(|x| x.is_finite()),
            is_rested_free: said.free_until == Some(number) && said.free_run >= FREE_RUN,
            is_contradictory: !s.is_consistent,
        });
    }
}

/// What the worker's tags up to a date amount to on it.
#[derive(Debug, Default)]
struct Said {
    segment: Option<i32>,
    pregnancy: Option<i32>,
    illness: Option<i32>,
    excluded: Option<i32>,
    free_until: Option<i32>,
    free_run: u32,
}

impl Said {
    /// Takes in the tags of a date. Segments that began before `from` are known from the cell
    /// before it.
    fn hear(&mut self, number: i32, tags: &BTreeSet<Tag>, from: i32) {
        for tag in tags {
            match tag {
                Tag::Alcohol | Tag::LateExercise => self.excluded = Some(number),
                Tag::Illness => self.illness = Some(number),
                Tag::MedicationChange => self.begin_segment(number, from),
                Tag::Pregnancy => {
                    if self.pregnancy.is_none_or(|before| number - before > PREGNANCY_GOES_ON_DAYS) {
                        self.begin_segment(number, from);
                    }
                    self.pregnancy = Some(number);
                }
                Tag::OffWork => {
                    let goes_on = self.free_until == Some(number - 1);
                    self.free_run = if goes_on { self.free_run.saturating_add(1) } else { 1 };
                    self.free_until = Some(number);
                }
                Tag::Travel => {}
            }
        }
    }

    fn begin_segment(&mut self, number: i32, from: i32) {
        if number >= from {
            self.segment = Some(number);
        }
    }

    fn is_ill(&self, number: i32, settings: &Settings) -> bool {
        self.illness.is_some_and(|since| number - since < i32::from(settings.illness_days))
    }

    fn excludes(&self, number: i32, settings: &Settings) -> bool {
        self.is_ill(number, settings) || self.excluded == Some(number)
    }
}

/// Comparable nights have equal digests; a name of up to 64 characters a night would cost more.
fn digest(epoch: &DeviceEpoch) -> u64 {
    let mut hasher = SipHasher13::new();
    epoch.hash(&mut hasher);
    hasher.finish()
}

/// The date with that number.
pub(super) fn date_of(number: i32) -> Date {
    let days = jiff::SignedDuration::from_hours(24 * i64::from(number));
    Date::constant(1970, 1, 1).saturating_add(days)
}
