//! One week of working conditions, for whoever compares weeks.

use jiff::ToSpan as _;

use super::{Known, Limits, highest, nights, overtime, rest, shifts};
use crate::domain::Date;

/// What seven days come to; `None` of what was not reported in them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Week {
    /// Hours worked.
    pub hours: Option<f64>,
    /// Days with overtime, where any hours were reported.
    pub overtime_days: Option<u32>,
    /// Nights worked, where any shift was reported.
    pub nights: Option<u32>,
    /// Rests that were too short, where any shift was reported.
    pub quick_returns: Option<u32>,
    /// LEX,8h of the loudest day.
    ///
    /// # Units
    /// dB(A).
    pub noise_dba: Option<f64>,
    /// Wet-bulb globe temperature of the hottest day.
    pub wbgt_c: Option<f64>,
}

/// The seven days up to `last`.
///
/// # Source
/// Domain reference, section 7: the same figures as of the last seven days.
#[must_use]
pub fn week(known: &Known<'_>, last: Date, limits: &Limits) -> Week {
    let first = last.saturating_sub(6.days());
    let days = || known.days.range(first..=last).map(|(_, day)| day);
    let hours = shifts::worked_h(known, last);
    let spans = shifts::joined(&shifts::begun(known, last));
    let has_hours = hours.range(first..=last).next().is_some() || days().any(|day| day.overtime_h.is_some());
    let has_shifts = spans.iter().any(|span| span.date >= first);
    let overtime = days().filter(|day| overtime::is_overtime(day, hours.get(&day.date).copied(), limits));
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Week {
        hours: (hours.range(first..=last).next().is_some())
            .then(|| hours.range(first..=last).map(|(_, hours)| hours).sum()),
        overtime_days: has_hours.then(|| count(overtime.count())),
        nights: has_shifts.then(|| nights::worked(&spans, known, (first, last), limits)),
        quick_returns: has_shifts.then(|| rest::quick_returns(&spans, first, limits)),
        noise_dba: highest(days().filter_map(|day| day.noise_lex8h_dba)),
        wbgt_c: highest(days().filter_map(|day| day.wbgt_c)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::TimeZone;
    use crate::domain::exposure::{ExposureDay, Shift};

    fn day(number: i8) -> Date {
        Date::constant(2026, 3, number)
    }

    fn week_of(days: Vec<ExposureDay>, last: Date) -> Week {
        let days: BTreeMap<_, _> = days.into_iter().map(|day| (day.date, day)).collect();
        let (tags, zone) = (BTreeMap::new(), TimeZone::UTC);
        week(&Known { days: &days, tags: &tags, zone: &zone }, last, &Limits::default())
    }

    #[test]
    fn a_week_sums_hours_and_counts_days() {
        let worked = |number, hours| ExposureDay { worked_h: Some(hours), ..ExposureDay::empty(day(number)) };
        let mut days: Vec<_> = (2..=8).map(|number| worked(number, if number <= 4 { 10.0 } else { 8.0 })).collect();
        days.push(worked(1, 12.0));
        days[0].noise_lex8h_dba = Some(88.0);
        let found = week_of(days, day(8));
        assert_eq!((found.hours, found.overtime_days, found.noise_dba), (Some(62.0), Some(3), Some(88.0)));
        assert_eq!((found.nights, found.quick_returns, found.wbgt_c), (None, None, None));
    }

    #[test]
    fn a_week_of_which_nothing_came_has_no_figures() {
        assert_eq!(
            week_of(vec![ExposureDay { worked_h: Some(8.0), ..ExposureDay::empty(day(1)) }], day(20)),
            Week::default()
        );
    }

    #[test]
    fn nights_and_short_rests_are_those_of_the_week() {
        let at = |text: &str| text.parse().unwrap();
        let shift = |number, start, end| ExposureDay {
            shift: Some(Shift { start: at(start), end: at(end) }),
            ..ExposureDay::empty(day(number))
        };
        let days = vec![
            shift(1, "2026-03-01T22:00:00Z", "2026-03-02T06:00:00Z"),
            shift(9, "2026-03-09T22:00:00Z", "2026-03-10T06:00:00Z"),
            shift(10, "2026-03-10T14:00:00Z", "2026-03-10T20:00:00Z"),
        ];
        let found = week_of(days, day(12));
        assert_eq!((found.nights, found.quick_returns, found.hours), (Some(1), Some(1), Some(14.0)));
    }
}
