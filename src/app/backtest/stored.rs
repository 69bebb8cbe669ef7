//! A backtest on what a service has stored: one history after the other, looked back on day by day.

use std::num::NonZero;

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
    let unsaved_rows = each(
        plan,
        crowd::cores(),
        ask,
        |_| true,
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

/// Looks back on every stored worker who is wanted, on so many threads, and has what was found taken on this one,
/// in the order of their numbers; none where nothing is known, or nobody wants to know. Gives how many rows of the
/// journal were not in the histories yet.
///
/// # Errors
/// [`HistoriesError`] where the histories cannot be had or read.
pub fn each<E>(
    plan: &Plan,
    threads: NonZero<usize>,
    ask: impl FnMut(String) -> Result<Answer, E>,
    is_wanted: impl Fn(&WorkerHistory) -> bool + Sync,
    take: impl FnMut(Option<Looked>),
) -> Result<u64, HistoriesError<E>> {
    crowd::look_at_each(
        threads,
        |hand| histories::each(ask, |worker, history, until| hand((worker, history, until))),
        |(worker, history, until)| is_wanted(&history).then(|| look_at(worker, &history, until, plan)).flatten(),
        take,
    )
}

/// Looks back on one worker up to the day before `until`; none where nothing is known by then.
#[must_use]
pub fn look_at(worker: WorkerNumber, history: &WorkerHistory, until: Timestamp, plan: &Plan) -> Option<Looked> {
    let yesterday = history.profile.time_zone.to_datetime(until).date().yesterday().ok()?;
    let span = lookback::span(history, yesterday)?;
    let mut past = plan.look_back(worker, history, span);
    let cases = plan.cases(&past.changes());
    let chance = chance::of_worker(&mut past, plan);
    let (worker, unit) = (history.profile.key.clone(), history.profile.unit.clone());
    Some(Looked { worker, unit, span, cases, chance })
}
