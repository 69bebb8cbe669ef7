//! A backtest on what a service has stored: one history after the other, looked back on day by day.

use super::report::{Looked, Report};
use super::{Plan, chance, crowd};
use crate::app::control::Answer;
use crate::app::histories::{self, HistoriesError};
use crate::domain::Timestamp;
use crate::domain::history::WorkerHistory;
use crate::domain::ids::WorkerNumber;
use crate::engine::lookback;

/// What was found, and how many rows of the journal were not in it yet.
#[derive(Debug)]
pub struct Found {
    /// The report.
    pub report: Report,
    /// Rows that came after the histories were saved.
    pub unsaved_rows: u64,
}

/// Looks back on every stored worker; `looked` hears of each that is through.
///
/// # Errors
/// [`HistoriesError`] where the histories cannot be had or read.
pub fn backtest<E>(
    plan: &Plan,
    ask: impl FnMut(String) -> Result<Answer, E>,
    mut looked: impl FnMut(),
) -> Result<Found, HistoriesError<E>> {
    let mut report = Report::default();
    let unsaved_rows = crowd::look_at_each(
        crowd::cores(),
        |hand| histories::each(ask, |worker, history, until| hand((worker, history, until))),
        |(worker, history, until)| look_at(worker, &history, until, plan),
        |found| {
            if let Some(one) = found {
                report.add(one, plan);
            }
            looked();
        },
    )?;
    report.sort();
    Ok(Found { report, unsaved_rows })
}

/// Looks back on one worker up to the day before `until`; none where nothing is known by then.
#[must_use]
pub fn look_at(worker: WorkerNumber, history: &WorkerHistory, until: Timestamp, plan: &Plan) -> Option<Looked> {
    let yesterday = history.profile.time_zone.to_datetime(until).date().yesterday().ok()?;
    let span = lookback::span(history, yesterday)?;
    let mut past = plan.look_back(worker, history, span);
    let cases = plan.cases(&past.changes());
    let chance = chance::of_worker(&mut past, plan);
    Some(Looked { worker: history.profile.key.clone(), span, cases, chance })
}
