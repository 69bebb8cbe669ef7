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

/// The runs that have a day in `since..=today`, the latest first.
///
/// A run may have begun before `since`.
///
/// # Source
/// Domain reference, sections 5.5 and 7.
pub(super) fn runs(
    days: &BTreeMap<Date, ExposureDay>,
    hours: &BTreeMap<Date, f64>,
    since: Date,
    today: Date,
    limits: &Limits,
) -> Vec<OvertimeRun> {
    let mut runs = Vec::new();
    let mut running: Option<(OvertimeRun, Date)> = None;
    for (&date, day) in days.range(..=today).rev() {
        let joins = running.is_some_and(|(_, begin)| begin.yesterday().is_ok_and(|before| before == date));
        if !joins {
            runs.extend(running.take().map(|(run, _)| run));
            if date < since {
                break;
            }
        }
        if !is_overtime(day, hours.get(&date).copied(), limits) {
            runs.extend(running.take().map(|(run, _)| run));
            continue;
        }
        let (mut run, _) = running.unwrap_or((OvertimeRun { days: 0, last: date, loudest_dba: None }, date));
        run.days += 1;
        run.loudest_dba = super::highest(run.loudest_dba.into_iter().chain(day.noise_lex8h_dba));
        running = Some((run, date));
    }
    runs.extend(running.map(|(run, _)| run));
    runs
}

/// The longest of the runs; of equally long ones the latest.
pub(super) fn longest(runs: &[OvertimeRun]) -> Option<OvertimeRun> {
    // Of equal ones `max_by_key` gives the last.
    runs.iter().rev().max_by_key(|run| run.days).copied()
}

/// LEX,8h of the loudest day of any run that is long enough to be looked at for noise: the longest run
/// may be a quiet one and another loud.
///
/// # Source
/// Domain reference, section 8.3, rule R17.
pub(super) fn loudest_dba(runs: &[OvertimeRun], limits: &Limits) -> Option<f64> {
    super::highest(
        runs.iter().filter(|run| run.days >= limits.overtime_noise_run_days).filter_map(|run| run.loudest_dba),
    )
}

/// Overtime as reported; else what the hours worked exceed an ordinary day by.
pub(super) fn is_overtime(day: &ExposureDay, worked_h: Option<f64>, limits: &Limits) -> bool {
    let overtime_h = day.overtime_h.or_else(|| worked_h.map(|hours| hours - limits.standard_day_h));
    overtime_h.is_some_and(|hours| hours > limits.overtime_day_over_h)
}
