//! The spans of time that were worked, and the hours of days that tell only a shift.

use std::collections::BTreeMap;

use super::Known;
use crate::domain::exposure::{ExposureDay, Shift};
use crate::domain::{Date, SignedDuration};

/// A shift that was worked, and the worker's date of its begin.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dated {
    pub(super) date: Date,
    pub(super) shift: Shift,
}

/// The shifts that began on or before `today`, ordered by begin; a shift on a day of which no hours
/// were worked is a plan that came to nothing.
pub(super) fn begun(known: &Known<'_>, today: Date) -> Vec<Dated> {
    let mut shifts: Vec<Dated> = known
        .days
        .range(..=today)
        .filter_map(|(_, day)| worked_shift(day))
        .map(|shift| Dated { date: known.zone.to_datetime(shift.start).date(), shift })
        .filter(|dated| dated.date <= today)
        .collect();
    shifts.sort_unstable_by_key(|dated| (dated.shift.start, dated.shift.end));
    shifts
}

/// The same with shifts that overlap or touch made one: nobody works twice at once, and a shift that
/// two dates report is one shift.
pub(super) fn joined(shifts: &[Dated]) -> Vec<Dated> {
    let mut spans: Vec<Dated> = Vec::new();
    for dated in shifts {
        match spans.last_mut() {
            Some(last) if dated.shift.start <= last.shift.end => {
                last.shift.end = last.shift.end.max(dated.shift.end);
            }
            Some(_) | None => spans.push(*dated),
        }
    }
    spans
}

/// Hours worked on each day up to `today`: as reported, else as long as the shift lasted, less what an
/// earlier shift covers already.
pub(super) fn worked_h(known: &Known<'_>, today: Date) -> BTreeMap<Date, f64> {
    let mut hours = BTreeMap::new();
    let mut shifts: Vec<(Shift, &ExposureDay)> =
        known.days.range(..=today).filter_map(|(_, day)| Some((worked_shift(day)?, day))).collect();
    shifts.sort_by_key(|(shift, day)| (shift.start, shift.end, day.date));
    let mut covered_until = None;
    for (shift, day) in shifts {
        let from = covered_until.map_or(shift.start, |until| shift.start.max(until));
        if day.worked_h.is_none() {
            hours.insert(day.date, as_hours(shift.end.duration_since(from)).max(0.0));
        }
        covered_until = Some(from.max(shift.end));
    }
    hours.extend(
        known
            .days
            .range(..=today)
            .filter_map(|(date, day)| Some((*date, day.worked_h.filter(|hours| hours.is_finite())?))),
    );
    hours
}

/// Those of the hours worked whose date tells no shift.
pub(super) fn without_shift(hours: &BTreeMap<Date, f64>, known: &Known<'_>) -> BTreeMap<Date, f64> {
    let tells_shift = |date: &Date| known.days.get(date).and_then(worked_shift).is_some();
    hours.iter().filter(|(date, _)| !tells_shift(date)).map(|(date, hours)| (*date, *hours)).collect()
}

pub(super) fn as_hours(duration: SignedDuration) -> f64 {
    duration.as_secs_f64() / 3600.0
}

/// The shift, unless no hours of it were worked or it ends before it begins.
fn worked_shift(day: &ExposureDay) -> Option<Shift> {
    day.shift.filter(|shift| shift.end > shift.start && day.worked_h.is_none_or(|hours| hours > 0.0))
}
