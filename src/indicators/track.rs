//! The rolling recomputation: one set of indicators a day, kept up to date from the earliest change.
//!
//! The last 157 rows of a worker lie side by side, one cell a date, and 90 days of indicators
//! beside them. A change at one date recomputes the days from that date on; a day's reference is
//! made again only where the change can lie in it, eight days later at the earliest. States go
//! their path from the history's anchor, so that the same history gives the same days whatever
//! order its rows came in, and after a restart as before it.

mod cells;
mod day;
mod detail;
mod hints;
mod recent;
mod references;
mod values;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod sleep_tests;
#[cfg(test)]
mod tests;

use crate::domain::history::{PathAnchor, WorkerHistory};
use crate::domain::indicator::{Hints, HrvState, IndexBand};
use crate::domain::worker::Sex;
use crate::domain::{Date, SignedDuration, TimeZone, Timestamp};

use super::baseline::Reference;
use super::composite::Index;
use super::persistence::HrvPath;
use super::roster::SHIFT_LOOK_BACK;
use super::settings::Settings;
use super::sleep::SleepWindow;
use cells::Cells;
use day::Day;
pub use values::{Comparable, NightValues};

/// A night is final when so many hours have passed since its end.
///
/// # Source
/// Domain reference, section 3.2.
pub const FINAL_AFTER: SignedDuration = SignedDuration::from_hours(36);

/// Nights up to this many days before today can change; earlier ones are settled.
pub const RECOMPUTABLE_DAYS: i32 = 77;

/// A reference begins this many days before its day, and ends [`REFERENCE_LAG`] days before it.
const REFERENCE_BEGIN: i32 = 67;
/// The lag that keeps an episode out of its own reference.
const REFERENCE_LAG: i32 = 8;

/// Days before the oldest recomputable one that its windows look at: the index of six days before,
/// and the z of six days before those.
const LEAD_DAYS: i32 = 12;

/// Rows older than this many days before today are not looked at. A history that keeps them all
/// gives the same values after a restart as before it.
pub const ROW_DAYS: i32 = RECOMPUTABLE_DAYS + LEAD_DAYS + REFERENCE_BEGIN;

/// Tags older than this many days before today are not looked at.
pub const TAG_DAYS: i32 = ROW_DAYS + cells::TAG_LOOK_BACK;

/// Working conditions older than this many days before today are not looked at.
pub const EXPOSURE_DAYS: i32 = ROW_DAYS + SHIFT_LOOK_BACK;

/// A gap between anchor and today longer than this is not walked through: nothing is left in it.
const MAX_PATH_DAYS: i32 = 800;

/// What is known of a worker on one day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DayIndicators {
    /// The wake date.
    pub date: Date,
    /// How far the night lies from the worker's own reference, in SD.
    pub z: Option<f64>,
    /// Mean z of the last seven days, where three have one.
    pub z7: Option<f64>,
    /// RMSSD of the last seven days against the usual, percent.
    pub change_pct: Option<f64>,
    /// Coefficient of variation of ln(RMSSD) over the last seven days, percent, where three
    /// comparable nights have one; for display.
    pub cv7_pct: Option<f64>,
    /// Nights in the reference.
    pub reference_nights: u32,
    /// The HRV state as it is reported.
    pub hrv: HrvState,
    /// What a reviewer should know beside it.
    pub hints: Hints,
    /// Valid nights of the last seven that nothing excludes.
    pub nights_used7: u32,
    /// How far the sleeping heart rate lies from the worker's own reference, in SD.
    pub rhr_z: Option<f64>,
    /// Mean of `rhr_z` over the last seven days, where three have one.
    pub rhr_z7: Option<f64>,
    /// Sleep of the last days, where enough nights have it.
    pub sleep: Option<SleepWindow>,
    /// Whether sleep is persistently poor.
    pub is_sleep_poor: bool,
    /// The strain index, where there is enough for it.
    pub index: Option<Index>,
    /// The band that the index is in, which follows it with hysteresis; `None` before the first.
    pub band: Option<IndexBand>,
    /// Mean index of the last seven days, where three have one.
    pub index7: Option<f64>,
    /// How far the index can be trusted, 0 to 1, where any component is there.
    pub confidence: Option<f64>,
}

/// The indicators of one worker. Derived only: it can be dropped and made again from the history.
#[derive(Debug, Clone, Default)]
pub struct Track {
    cells: Cells,
    /// One a date up to `today`.
    days: Vec<Day>,
    today: i32,
    now: Timestamp,
    /// The first day whose states were computed; the day before has those of `base`.
    path_begin: i32,
    base: Option<PathAnchor>,
    settings: Settings,
    person: (Option<i16>, Option<Sex>),
    zone: Option<TimeZone>,
}

impl Track {
    /// A track of nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Brings all days up to `today` up to date.
    ///
    /// `changed_from` is the earliest wake date whose row or tags changed since the last call. Only
    /// nights that are final at `now` take part; those that became so since the last call are found
    /// without being named. A change of settings, of age, sex or time zone recomputes everything.
    ///
    /// Gives the earliest date of which something else was known before: from there on values are
    /// corrected. New days and a track that is made anew correct nothing.
    pub fn update(
        &mut self,
        history: &WorkerHistory,
        changed_from: Option<Date>,
        today: Date,
        now: Timestamp,
        settings: &Settings,
    ) -> Option<Date> {
        let today = day_number(today);
        let person = (history.profile.birth_year, history.profile.sex);
        let is_fresh = self.days.is_empty()
            || now < self.now
            || !(self.today..=self.today + MAX_PATH_DAYS).contains(&today)
            || self.person != person
            || self.zone.as_ref() != Some(&history.profile.time_zone)
            || self.settings != *settings;
        let from = if is_fresh {
            self.settings = settings.clone();
            self.person = person;
            self.zone = Some(history.profile.time_zone.clone());
            self.restart(history, today)
        } else {
            let advanced = (today > self.today).then_some(self.today + 1);
            let changed = changed_from.map(day_number).filter(|d| *d <= today);
            let Some(from) = [advanced, changed, self.cells.newly_final(now)].into_iter().flatten().min() else {
                self.now = now;
                return None;
            };
            from.max(self.cells.first())
        };
        self.today = today;
        self.now = now;
        let differs_from = self.cells.load(history, from, today, now, &self.settings)?;
        let corrected = self.compute(history, differs_from);
        self.trim();
        corrected.map(cells::date_of)
    }

    /// Forgets everything and settles where the path of states begins.
    fn restart(&mut self, history: &WorkerHistory, today: i32) -> i32 {
        let oldest = today - RECOMPUTABLE_DAYS;
        self.base = history.anchor.filter(|a| day_number(a.date) < oldest);
        self.path_begin = self.base.map_or(oldest, |a| (day_number(a.date) + 1).max(today - MAX_PATH_DAYS));
        self.days.clear();
        let first_cell = self.path_begin - LEAD_DAYS - REFERENCE_BEGIN;
        self.cells = Cells::starting_at(first_cell);
        first_cell
    }

    /// Number of the first day in `days`, once there is one.
    fn first_day(&self) -> i32 {
        self.cells.first() + REFERENCE_BEGIN
    }

    /// Computes the days from that date on, and gives the first that was known and was different.
    fn compute(&mut self, history: &WorkerHistory, changed_from: i32) -> Option<i32> {
        let mut corrected = None;
        for number in changed_from.max(self.first_day())..=self.today {
            let place = offset(self.first_day(), number);
            let earlier = &self.days[..place];
            let known = self.days.get(place).filter(|_| number < changed_from + REFERENCE_LAG);
            let (path, was_poor, was_band) = self.states_before(number, earlier);
            let fresh = day::Inputs {
                cells: &self.cells,
                number,
                earlier,
                known,
                path,
                was_poor,
                was_band,
                has_path: number >= self.path_begin,
                profile: &history.profile,
                settings: &self.settings,
            }
            .compute();
            match self.days.get_mut(place) {
                Some(slot) => {
                    if corrected.is_none() && slot.indicators != fresh.indicators {
                        corrected = Some(number);
                    }
                    *slot = fresh;
                }
                None => self.days.push(fresh),
            }
        }
        corrected
    }

    /// The states on the day before `number`.
    fn states_before(&self, number: i32, earlier: &[Day]) -> (HrvPath, bool, Option<IndexBand>) {
        match earlier.last() {
            Some(day) if number > self.path_begin => (day.path, day.indicators.is_sleep_poor, day.indicators.band),
            Some(_) | None => self.base.map_or((HrvPath::default(), false, None), |anchor| {
                let PathAnchor { hrv: state, hrv_days: days, hrv_dwell: dwell, cusum, is_sleep_poor, .. } = anchor;
                (HrvPath { state, days, dwell, cusum }, is_sleep_poor, anchor.band)
            }),
        }
    }

    /// Lets go of what no day that can still change looks at.
    fn trim(&mut self) {
        let surplus = offset(self.cells.first(), self.today - ROW_DAYS);
        self.days.drain(..surplus.min(self.days.len()));
        self.cells.drop_front(surplus);
    }

    /// The indicators of a day, from 77 days before today to today.
    #[must_use]
    pub fn day(&self, date: Date) -> Option<&DayIndicators> {
        self.day_of(date).map(|day| &day.indicators)
    }

    fn day_of(&self, date: Date) -> Option<&Day> {
        let number = day_number(date);
        let is_shown = (self.today - RECOMPUTABLE_DAYS..=self.today).contains(&number);
        if !is_shown || self.days.is_empty() {
            return None;
        }
        self.days.get(offset(self.first_day(), number))
    }

    /// The last `n` days up to `today`, oldest first.
    pub fn last_days(&self, today: Date, n: usize) -> impl Iterator<Item = &DayIndicators> {
        let end = day_number(today);
        let begin = end.saturating_sub(i32::try_from(n).unwrap_or(i32::MAX));
        self.shown().filter(move |(number, _)| (begin + 1..=end).contains(number)).map(|(_, d)| d)
    }

    /// The days that may be looked at, with their numbers, oldest first.
    fn shown(&self) -> impl Iterator<Item = (i32, &DayIndicators)> {
        let oldest = self.today - RECOMPUTABLE_DAYS;
        let numbers = self.first_day()..;
        numbers.zip(&self.days).filter(move |(n, _)| *n >= oldest).map(|(n, d)| (n, &d.indicators))
    }

    /// Autocorrelation of the worker's nights in the reference of today, where 30 pairs of nights
    /// tell it. An episode that goes on is not in it.
    ///
    /// # Source
    /// Domain reference, section 3.4.
    #[must_use]
    pub fn lag1_autocorrelation(&self) -> Option<f64> {
        self.days.last().and_then(|day| day.references.autocorrelation)
    }

    /// What the HRV of a day is held against, from 77 days before today to today.
    #[must_use]
    pub fn reference(&self, date: Date) -> Option<&Reference> {
        self.day_of(date).and_then(|day| day.references.hrv.as_ref())
    }

    /// The states on the day before `date`, for the history to keep when `date` becomes the oldest
    /// day that can change.
    #[must_use]
    pub fn anchor_before(&self, date: Date) -> Option<PathAnchor> {
        let before = day_number(date) - 1;
        if self.days.is_empty() || before < self.path_begin {
            return self.base.filter(|anchor| day_number(anchor.date) == before);
        }
        self.days.get(offset(self.first_day(), before)).map(|day| PathAnchor {
            date: day.indicators.date,
            hrv: day.path.state,
            hrv_days: day.path.days,
            hrv_dwell: day.path.dwell,
            cusum: day.path.cusum,
            is_sleep_poor: day.indicators.is_sleep_poor,
            band: day.indicators.band,
        })
    }
}

/// When the next night of this history becomes final after `now`.
#[must_use]
pub fn next_final(history: &WorkerHistory, now: Timestamp) -> Option<Timestamp> {
    // Rows are ordered by wake date, and so by wake time but for the width of the time zones: once
    // a night has been final for two days, so have all before it.
    let long_final = now.saturating_sub(SignedDuration::from_hours(48)).unwrap_or(Timestamp::MIN);
    let finals = history.nights.values().rev().filter_map(|row| final_at(row.wake_at));
    finals.take_while(|at| *at > long_final).filter(|at| *at > now).min()
}

/// When a night that ended at `wake_at` becomes final.
fn final_at(wake_at: Timestamp) -> Option<Timestamp> {
    wake_at.checked_add(FINAL_AFTER).ok()
}

/// Days since 1970-01-01.
fn day_number(date: Date) -> i32 {
    let hours = Date::constant(1970, 1, 1).duration_until(date).as_hours();
    i32::try_from(hours / 24).expect("the years -9999 to 9999 have fewer than 2^31 days")
}

/// How far `number` lies behind `first`; 0 where it lies before it.
fn offset(first: i32, number: i32) -> usize {
    usize::try_from(number.saturating_sub(first)).unwrap_or(0)
}
