//! What is computed only for a day that somebody looks at.

use std::ops::RangeInclusive;

use crate::domain::history::WorkerHistory;
use crate::domain::indicator::{Component, Contribution, NightRow};
use crate::domain::reading::Tag;
use crate::domain::{Date, TimeZone};

use super::super::composite::{REFERENCE_EFFICIENCY_PCT, REFERENCE_SRI};
use super::super::roster::ShiftKind;
use super::super::sleep_detail::{DayKind, DetailNight, MONTH_DAYS, SleepDetail};
use super::cells::date_of;
use super::day::Day;
use super::{RECOMPUTABLE_DAYS, Track, day_number, final_at, offset};

impl Track {
    /// What a day's index is made of: points, what was measured, and what that is held against; the
    /// largest first. Empty where the day has no index.
    ///
    /// # Source
    /// Domain reference, section 5.6.
    #[must_use]
    pub fn contributions(&self, date: Date) -> Vec<Contribution> {
        let Some(day) = self.whole_day(date) else { return Vec::new() };
        let parts = day.indicators.index.map(|index| index.contributions()).unwrap_or_default();
        parts.into_iter().map(|(component, points)| self.contribution(day, component, points)).collect()
    }

    fn contribution(&self, day: &Day, component: Component, points: f64) -> Contribution {
        let sleep = day.indicators.sleep;
        let number = day_number(day.indicators.date);
        let (raw, usual) = match component {
            Component::Hrv => {
                let usual = day.references.hrv.map(|r| r.centre.exp());
                // The same week and reference as the change that is told beside it.
                let change = usual.zip(day.indicators.change_pct);
                change.map_or((None, None), |(usual, pct)| (Some(usual * (1.0 + pct / 100.0)), Some(usual)))
            }
            Component::RestingHeartRate => {
                let night = self.cells.range(number, number).first().and_then(|c| c.rhr_bpm);
                (night, day.references.rhr.map(|r| r.centre))
            }
            Component::SleepDebt => (sleep.map(|s| s.tst7_h), sleep.map(|s| s.need_h)),
            Component::Continuity => (sleep.and_then(|s| s.se7_pct), Some(REFERENCE_EFFICIENCY_PCT)),
            Component::Regularity => (sleep.and_then(|s| s.sri14), Some(REFERENCE_SRI)),
        };
        Contribution { component, points, raw, usual }
    }

    /// Nights of the last seven days that are missing, and not merely not final yet: those of today and
    /// yesterday may still come.
    #[must_use]
    pub fn nights_missing7(&self, today: Date) -> u32 {
        let number = day_number(today);
        let cells = self.cells.range(number - 6, number - 2);
        u32::try_from(cells.iter().filter(|cell| cell.ln_rmssd.is_none()).count()).unwrap_or(0)
    }

    /// Month, debts, timing and shifts of a day, of the history that this track was updated from.
    #[must_use]
    pub fn sleep_detail(&self, history: &WorkerHistory, date: Date) -> Option<SleepDetail> {
        let need_h = self.whole_day(date)?.indicators.sleep.map(|s| s.need_h);
        let last = day_number(date);
        let days = last + 1 - i32::try_from(MONTH_DAYS).unwrap_or(0)..=last;
        let nights: Vec<_> = days.clone().map(|number| self.detail_night(history, date_of(number))).collect();
        let shifts = shifts(history, &days);
        Some(SleepDetail::of(&nights, need_h, &shifts, &self.settings))
    }

    fn detail_night(&self, history: &WorkerHistory, date: Date) -> Option<DetailNight> {
        let row = history.nights.get(&date).filter(|row| final_at(row.wake_at).is_none_or(|at| at <= self.now))?;
        detail_night(history, row)
    }

    /// A day that may be looked at.
    fn whole_day(&self, date: Date) -> Option<&Day> {
        let number = day_number(date);
        let is_shown = (self.today - RECOMPUTABLE_DAYS..=self.today).contains(&number);
        self.days.get(offset(self.first_day(), number)).filter(|_| is_shown)
    }
}

fn detail_night(history: &WorkerHistory, row: &NightRow) -> Option<DetailNight> {
    let zone = &history.profile.time_zone;
    let sleep = row.sleep.as_ref().filter(|s| s.is_consistent && s.tst24_min.is_finite())?;
    Some(DetailNight {
        tst24_h: sleep.tst24_min / 60.0,
        tst_h: sleep.tst_min / 60.0,
        spt_h: sleep.spt_min / 60.0,
        efficiency_pct: sleep.efficiency_pct.filter(|x| x.is_finite()),
        waso_min: sleep.waso_min.filter(|x| x.is_finite()),
        middle: sleep.midpoint,
        middle_h: clock_h(sleep.midpoint, zone),
        day: day_kind(history, row.date),
    })
}

/// Whether the day of a night was free. Where the working conditions say the opposite of the worker,
/// neither is taken; a day without either is one of work, as most workers only tell of free ones.
fn day_kind(history: &WorkerHistory, date: Date) -> DayKind {
    let has = |tag: Tag| history.tags.get(&date).is_some_and(|tags| tags.contains(&tag));
    let exposure = history.exposures.get(&date);
    let has_worked = exposure.is_some_and(|e| e.shift.is_some() || e.worked_h.is_some_and(|h| h > 0.0));
    let has_not_worked = !has_worked && exposure.is_some_and(|e| e.worked_h.is_some());
    if has(Tag::Travel) {
        DayKind::Untold
    } else if has(Tag::OffWork) {
        if has_worked { DayKind::Untold } else { DayKind::Free }
    } else if has_not_worked {
        DayKind::Untold
    } else {
        DayKind::Work
    }
}

/// The shifts of the days, in order of time, with their kinds.
fn shifts(history: &WorkerHistory, days: &RangeInclusive<i32>) -> Vec<(crate::domain::exposure::Shift, ShiftKind)> {
    let zone = &history.profile.time_zone;
    let dates = date_of(*days.start())..=date_of(*days.end());
    let worked = history.exposures.range(dates).filter_map(|(_, day)| day.shift);
    let mut shifts: Vec<_> = worked.map(|shift| (shift, ShiftKind::of(&shift, zone))).collect();
    shifts.sort_by_key(|(shift, _)| (shift.start, shift.end));
    shifts
}

/// The time of day by the worker's clock, hours.
fn clock_h(at: crate::domain::Timestamp, zone: &TimeZone) -> f64 {
    let time = zone.to_datetime(at).time();
    f64::from(time.hour()) + f64::from(time.minute()) / 60.0 + f64::from(time.second()) / 3600.0
}
