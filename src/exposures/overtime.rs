//! Runs of overtime days.

use std::collections::BTreeMap;

use super::Limits;
use crate::domain::Date;
use crate::domain::exposure::ExposureDay;

/// Consecutive calendar days with overtime on each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OvertimeRun {
    /// How many days.
    pub days: u32,
    /// The last of them.
    pub last: Date,
    /// LEX,8h of the loudest of them, where any was measured.
    ///
    /// # Units
    /// dB(A).
    pub loudest_dba: Option<f64>,
}

/// The longest run that has a day in `since..=today`; of equally long ones the latest.
///
/// A run may have begun before `since`.
///
/// # Source
/// Domain reference, sections 5.5 and 7.
pub(super) fn longest_run(
    days: &BTreeMap<Date, ExposureDay>,
    hours: &BTreeMap<Date, f64>,
    since: Date,
    today: Date,
    limits: &Limits,
) -> Option<OvertimeRun> {
    let mut longest: Option<OvertimeRun> = None;
    let mut running: Option<(OvertimeRun, Date)> = None;
    for (&date, day) in days.range(..=today).rev() {
        let joins = running.is_some_and(|(_, begin)| begin.yesterday().is_ok_and(|before| before == date));
        if !joins {
            longest = longer(longest, running.take());
            if date < since {
                break;
            }
        }
        if !is_overtime(day, hours.get(&date).copied(), limits) {
            longest = longer(longest, running.take());
            continue;
        }
        let (mut run, _) = running.unwrap_or((OvertimeRun { days: 0, last: date, loudest_dba: None }, date));
        run.days += 1;
        run.loudest_dba = super::highest(run.loudest_dba.into_iter().chain(day.noise_lex8h_dba));
        running = Some((run, date));
    }
    longer(longest, running)
}

fn longer(longest: Option<OvertimeRun>, ended: Option<(OvertimeRun, Date)>) -> Option<OvertimeRun> {
    match (longest, ended) {
        (Some(longest), Some((ended, _))) if ended.days <= longest.days => Some(longest),
        (_, Some((ended, _))) => Some(ended),
        (longest, None) => longest,
    }
}

/// Overtime as reported; else what the hours worked exceed an ordinary day by.
fn is_overtime(day: &ExposureDay, worked_h: Option<f64>, limits: &Limits) -> bool {
    let overtime_h = day.overtime_h.or_else(|| worked_h.map(|hours| hours - limits.standard_day_h));
    overtime_h.is_some_and(|hours| hours > limits.overtime_day_over_h)
}
