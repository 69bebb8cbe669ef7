//! The nights and shifts around a date, while one date after the other is read.

use std::collections::btree_map::Range;
use std::iter::Peekable;

use crate::domain::exposure::{ExposureDay, Shift};
use crate::domain::history::WorkerHistory;
use crate::domain::indicator::{NightRow, NightSleep, SleepSpan, SleepType};
use crate::domain::{Date, SignedDuration, TimeZone, Timestamp};

use super::super::regularity::{Agreement, agreement_of_spans};
use super::super::roster::{SHIFT_LOOK_BACK, ShiftKind, sleep_type};
use super::super::settings::Settings;
use super::cells::date_of;
use super::{day_number, final_at};

/// A date, the day before and the one before that.
const NIGHTS: usize = 3;

/// What was read of the last three dates.
pub(super) struct Recent<'a> {
    zone: &'a TimeZone,
    exposures: Peekable<Range<'a, Date, ExposureDay>>,
    /// The final nights of the last dates, the newest last.
    nights: [Option<&'a NightRow>; NIGHTS],
    /// The shifts of the last dates, by date.
    shifts: Vec<(i32, Shift, ShiftKind)>,
}

impl<'a> Recent<'a> {
    /// What there is before the date `from`.
    pub(super) fn before(history: &'a WorkerHistory, from: i32, now: Timestamp) -> Self {
        let mut recent = Self {
            zone: &history.profile.time_zone,
            exposures: history.exposures.range(date_of(from - SHIFT_LOOK_BACK)..).peekable(),
            nights: [None; NIGHTS],
            shifts: Vec::new(),
        };
        for number in from - SHIFT_LOOK_BACK..from {
            let night = history.nights.get(&date_of(number));
            recent.step(number, night.filter(|row| final_at(row.wake_at).is_none_or(|at| at <= now)));
        }
        recent
    }

    /// Goes on to the next date, with its night where that is final.
    pub(super) fn step(&mut self, number: i32, night: Option<&'a NightRow>) {
        self.nights.rotate_left(1);
        self.nights[NIGHTS - 1] = night;
        self.shifts.retain(|(date, _, _)| *date >= number - SHIFT_LOOK_BACK);
        while let Some((date, day)) = self.exposures.next_if(|(date, _)| day_number(**date) <= number) {
            self.shifts.extend(day.shift.map(|shift| (day_number(*date), shift, ShiftKind::of(&shift, self.zone))));
        }
    }

    /// The kind of the date's shift.
    pub(super) fn shift_of(&self, number: i32) -> Option<ShiftKind> {
        self.shifts.iter().find(|(date, _, _)| *date == number).map(|(_, _, kind)| *kind)
    }

    /// The kind of the date's main sleep.
    pub(super) fn sleep_type(&self, settings: &Settings) -> SleepType {
        let shifts = self.shifts.iter().map(|(_, shift, kind)| (*shift, *kind));
        self.nights[NIGHTS - 1].map_or(SleepType::Night, |row| sleep_type(row, shifts, settings))
    }

    /// How the sleep of the 24 hours up to the date's noon agrees with that of the 24 before.
    ///
    /// Whether somebody slept is known from noon to noon where the wake date has a record. Sleep that
    /// ends on a later date is not looked at: it begins before this noon only with very long sleep.
    pub(super) fn agreement(&self) -> Agreement {
        let [_, Some(_), Some(last)] = self.nights.map(|row| row.filter(|row| sleep_of(row).is_some())) else {
            return Agreement::default();
        };
        let mut sleeps: Vec<SleepSpan> = Vec::with_capacity(8);
        let mut known: Vec<SleepSpan> = Vec::with_capacity(NIGHTS);
        for row in self.nights.into_iter().flatten() {
            let Some(sleep) = sleep_of(row) else { continue };
            sleeps.extend(&sleep.spans);
            known.push(self.day_of(row));
        }
        let window = self.day_of(last);
        agreement_of_spans(&sleeps, &known, window.start, window.end)
    }

    /// The 24 hours up to local noon of the wake date. The offset is that at waking, so that one look
    /// at the time zone is enough; days beside a change of clocks overlap or leave an hour unknown.
    fn day_of(&self, row: &NightRow) -> SleepSpan {
        let offset_s = i64::from(self.zone.to_offset(row.wake_at).seconds());
        let noon_s = i64::from(day_number(row.date)) * 86_400 + 43_200 - offset_s;
        let noon = Timestamp::from_second(noon_s).unwrap_or(row.wake_at);
        SleepSpan { start: noon.saturating_sub(SignedDuration::from_hours(24)).unwrap_or(noon), end: noon }
    }
}

/// The sleep of a night whose times can be relied on.
fn sleep_of(row: &NightRow) -> Option<&NightSleep> {
    row.sleep.as_ref().filter(|sleep| sleep.is_consistent && !sleep.spans.is_empty())
}
