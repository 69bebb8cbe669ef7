//! Mean weekly hours.

use std::collections::BTreeMap;

use jiff::ToSpan as _;

use crate::domain::Date;

/// How many weeks the mean reaches back over.
const WEEKS: u32 = 4;

/// Mean hours a week over up to four windows of seven days, counted back from the last day within
/// `since..=today` whose hours were reported.
///
/// The newest window always counts; an older one only if the reported history began on or before
/// its first day, else a worker who has just been enrolled would seem to have worked little. A day
/// without a report inside the history is a day off. Windows end on the last reported day and are
/// not calendar weeks: the running calendar week is half empty for most of its life and would pull
/// the mean down until Sunday.
///
/// # Source
/// Domain reference, sections 5.5 and 7.
pub(super) fn weekly_mean(hours: &BTreeMap<Date, f64>, since: Date, today: Date) -> Option<f64> {
    let last = reported(hours, since, today).next_back()?.0;
    let first = reported(hours, Date::MIN, last).next()?.0;
    let mut total = 0.0;
    let mut weeks = 0_u32;
    let mut end = last;
    while weeks < WEEKS {
        let start = end.saturating_sub(6.days());
        if weeks > 0 && start < first {
            break;
        }
        total += reported(hours, start, end).map(|(_, hours)| hours).sum::<f64>();
        weeks += 1;
        let Ok(before) = start.yesterday() else { break };
        end = before;
    }
    Some(total / f64::from(weeks)).filter(|mean| mean.is_finite())
}

fn reported(hours: &BTreeMap<Date, f64>, from: Date, to: Date) -> impl DoubleEndedIterator<Item = (Date, f64)> + '_ {
    hours.range(from..=to).map(|(date, hours)| (*date, *hours))
}
