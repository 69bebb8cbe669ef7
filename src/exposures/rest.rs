//! Rest between shifts: quick returns, and work days without a long rest.

use std::collections::BTreeMap;

use super::shifts::{Dated, as_hours};
use super::{Limits, runs};
use crate::domain::Date;
use crate::domain::exposure::Shift;

/// Begins of work since `since` after a rest that was too short.
///
/// # Source
/// Domain reference, section 7; directive 2003/88/EC, article 3.
pub(super) fn quick_returns(spans: &[Dated], since: Date, limits: &Limits) -> u32 {
    let returns = spans
        .windows(2)
        .filter(|pair| pair[1].date >= since && rest_h(&pair[0].shift, &pair[1].shift) < limits.daily_rest_h);
    u32::try_from(returns.count()).unwrap_or(u32::MAX)
}

/// A day with work, and the spans it has where shifts are known.
#[derive(Debug, Clone, Copy)]
struct WorkDay {
    date: Date,
    spans: Option<(Shift, Shift)>,
}

impl From<WorkDay> for Date {
    fn from(day: WorkDay) -> Self {
        day.date
    }
}

/// The longest run of work days without a long rest that has a day on or after `since`.
///
/// Between two days whose shifts are known the rest is what lies between the shifts. Where they are
/// not, neighbouring dates are taken to have no long rest between them, and a free date to be one.
///
/// `hours` are those of dates that tell no shift. Where one is told, it says itself on which day it
/// began: a source may date a night shift by its end, and one shift is one work day.
///
/// # Source
/// Domain reference, section 7; directive 2003/88/EC, article 5.
pub(super) fn work_days(hours: &BTreeMap<Date, f64>, shifts: &[Dated], since: Date, limits: &Limits) -> u32 {
    let mut days: BTreeMap<Date, WorkDay> = BTreeMap::new();
    for Dated { date, shift } in shifts {
        let day = days.entry(*date).or_insert(WorkDay { date: *date, spans: None });
        day.spans = Some(
            day.spans
                .map_or((*shift, *shift), |(first, last)| (first, if shift.end > last.end { *shift } else { last })),
        );
    }
    let reported_otherwise = |date: &Date| days.contains_key(date);
    let alone: Vec<Date> = hours
        .iter()
        .filter(|(date, hours)| **hours > 0.0 && !reported_otherwise(date))
        .map(|(date, _)| *date)
        .collect();
    days.extend(alone.into_iter().map(|date| (date, WorkDay { date, spans: None })));
    runs::longest(days.into_values(), since, |earlier, later| match (earlier.spans, later.spans) {
        (Some((_, last)), Some((first, _))) => rest_h(&last, &first) < limits.long_rest_h,
        (_, None) | (None, _) => runs::is_next(earlier.date, later.date),
    })
}

fn rest_h(earlier: &Shift, later: &Shift) -> f64 {
    as_hours(later.start.duration_since(earlier.end))
}
