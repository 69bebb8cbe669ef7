//! Nights that were worked: runs of them, how many in four weeks, how many weeks of them.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::time;

use super::shifts::{Dated, as_hours};
use super::{Known, Limits, runs};
use crate::domain::{Date, TimeZone, Timestamp};

/// How far back the number of nights is counted.
const MONTH_DAYS: i64 = 28;

/// What the nights up to today come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Nights {
    /// The longest run of nights in a row that has one in the last seven days.
    pub(super) run: u32,
    /// Nights worked in the last 28 days.
    pub(super) in_28_d: u32,
    /// Weeks in a row with enough night work.
    pub(super) spell_weeks: u32,
}

pub(super) fn nights(known: &Known<'_>, spans: &[Dated], since: Date, today: Date, limits: &Limits) -> Nights {
    let worked = worked_nights(spans, known.zone, today, limits.night_work_h);
    let in_28_d = worked.range(today.saturating_sub((MONTH_DAYS - 1).days())..).count();
    Nights {
        run: runs::longest(worked.iter().copied(), since, runs::is_next),
        in_28_d: u32::try_from(in_28_d).unwrap_or(u32::MAX),
        spell_weeks: spell_weeks(&worked, since, limits.night_spell_nights_a_week.max(1)),
    }
}

/// Nights worked whose morning is one of these dates.
pub(super) fn worked(spans: &[Dated], known: &Known<'_>, (first, last): (Date, Date), limits: &Limits) -> u32 {
    let nights = worked_nights(spans, known.zone, last, limits.night_work_h);
    u32::try_from(nights.range(first..=last).count()).unwrap_or(u32::MAX)
}

/// The nights with enough hours of work between 23:00 and 06:00 local time, by the date of their
/// morning, as sleep is; a night whose morning lies ahead is not over.
///
/// # Source
/// Domain reference, sections 4.5 and 7; directive 2003/88/EC, article 2.
fn worked_nights(spans: &[Dated], zone: &TimeZone, today: Date, min_h: f64) -> BTreeSet<Date> {
    let mut hours = std::collections::BTreeMap::<Date, f64>::new();
    for span in spans {
        let last = zone.to_datetime(span.shift.end).date().saturating_add(1.day());
        let mut morning = span.date;
        while morning <= last.min(today) {
            if let Some((from, to)) = night(morning, zone) {
                let worked = span.shift.end.min(to).duration_since(span.shift.start.max(from));
                *hours.entry(morning).or_default() += as_hours(worked).max(0.0);
            }
            match morning.tomorrow() {
                Ok(next) => morning = next,
                Err(_) => break,
            }
        }
    }
    hours.into_iter().filter(|(_, hours)| *hours > 0.0 && *hours >= min_h).map(|(morning, _)| morning).collect()
}

/// The night that ends on that morning; where clocks are put forward it is an hour shorter.
fn night(morning: Date, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
    let evening = morning.yesterday().ok()?;
    let from = zone.to_timestamp(evening.to_datetime(time(23, 0, 0, 0))).ok()?;
    let to = zone.to_timestamp(morning.to_datetime(time(6, 0, 0, 0))).ok()?;
    Some((from, to))
}

/// Windows of seven days in a row, counted back from the last night worked, that have enough nights;
/// none where no night was worked since `since`.
///
/// Windows and not calendar weeks, so that a spell does not depend on the weekday it began on.
fn spell_weeks(worked: &BTreeSet<Date>, since: Date, nights_a_week: u32) -> u32 {
    let Some(mut last) = worked.last().copied().filter(|last| *last >= since) else { return 0 };
    let mut weeks = 0;
    loop {
        let first = last.saturating_sub(6.days());
        let nights = worked.range(first..=last).count();
        if u32::try_from(nights).unwrap_or(u32::MAX) < nights_a_week {
            return weeks;
        }
        weeks += 1;
        match first.yesterday() {
            Ok(before) => last = before,
            Err(_) => return weeks,
        }
    }
}
