//! A start from what is on disk: workers from the view, the rows after it from the journal.
//!
//! Rows whose decisions are in the journal rebuild state only, and take the decisions as facts. The
//! last rows, which may not have been decided when the service ended, are left to be applied live.

use std::collections::BTreeSet;

use super::registry::{CaseDirectory, Registry};
use super::shards::Shards;
use crate::domain::history::WorkerHistory;
use crate::domain::ids::{RowNumber, WorkerNumber};
use crate::domain::{Date, Timestamp};
use crate::engine::Mode;
use crate::engine::row::Row;
use crate::store::{Recovery, Store, StoreError};

use super::applier::{self, ApplyError};

/// Buckets before the last row's day that a worker needs at once.
const RECENT_DAYS: i64 = 5;

/// What a start found.
#[derive(Debug)]
pub struct Recovered {
    /// The workers.
    pub registry: Registry,
    /// Rows that were perhaps not decided: to be applied live, in order.
    pub undecided: Vec<Row>,
    /// The last row that was applied.
    pub applied: RowNumber,
    /// The last row of the journal.
    pub last_row: RowNumber,
    /// The time of the last row.
    pub last_now: Timestamp,
}

/// Brings the engines to where they were.
///
/// # Errors
/// [`ApplyError`] where something on disk cannot be read.
pub fn recover(store: &Store, shards: &mut Shards, directory: &CaseDirectory) -> Result<Recovered, ApplyError> {
    let Recovery { workers, erasures, settled, mut decisions, last_row, last_now } = store.recover()?;
    let mut applied_through = std::collections::HashMap::new();
    let last_now = last_now.unwrap_or(Timestamp::UNIX_EPOCH);
    let start = settled_at(store, settled)?.unwrap_or(last_now);
    for worker in workers {
        let details = recent_details(store, worker.worker, &worker.history, start)?;
        applied_through.insert(worker.worker, worker.applied_through);
        shards.restore(worker.worker, worker.history, details, (start, last_now));
    }
    let is_applied = |worker: WorkerNumber, row| applied_through.get(&worker).is_some_and(|through| *through >= row);

    let decided = decided_through(store, settled, last_row)?.max(decisions.keys().next_back().copied().unwrap_or(0));
    shards.set_mode(Mode::Rebuild, start);
    let mut now = start;
    let (mut undecided, mut erased) = (Vec::new(), Vec::new());
    let mut applied = settled;
    for row in store.rows(settled) {
        let mut row = row.map_err(StoreError::from)?;
        applier::requarantine(store, &row)?;
        row.groups.retain(|group| !is_applied(group.worker, row.number));
        if row.number > decided {
            undecided.push(row);
            continue;
        }
        (applied, now) = (row.number, row.now);
        let outcome = shards.apply(row.now, row.groups, store)?;
        applier::erase(store, row.number, &outcome.erased)?;
        erased.extend(outcome.erased);
        for record in decisions.remove(&row.number).unwrap_or_default() {
            if !is_applied(record.worker, row.number) {
                shards.apply_fact(record.worker, &record.change);
            }
        }
    }
    shards.set_mode(Mode::Live, now);

    let mut registry = Registry::default();
    // Before those who are known: a register may have enrolled anew who was erased.
    erasures.into_iter().map(|erasure| erasure.stone).for_each(|stone| registry.bury(stone));
    erased.into_iter().for_each(|worker| registry.bury(worker.stone));
    for (number, history) in shards.histories() {
        registry.put(number, history.profile.clone());
        learn_cases(directory, number, history);
    }
    for row in &undecided {
        registry.learn(row);
    }
    Ok(Recovered { registry, undecided, applied, last_row, last_now })
}

fn recent_details(
    store: &Store,
    worker: WorkerNumber,
    history: &WorkerHistory,
    now: Timestamp,
) -> Result<Vec<crate::domain::history::NightDetail>, ApplyError> {
    let today = history.profile.time_zone.to_datetime(now).date();
    let first = today.checked_sub(jiff::Span::new().days(RECENT_DAYS)).unwrap_or(today);
    let mut dates: BTreeSet<Date> = history.detail_dates.range(first..).copied().collect();
    for night in &history.unsettled_nights {
        dates.extend([night.yesterday(), Ok(*night), night.tomorrow()].into_iter().flatten());
    }
    let mut details = Vec::new();
    for date in dates.intersection(&history.detail_dates) {
        details.extend(store.detail(worker, *date)?);
    }
    Ok(details)
}

/// The time of the row that every worker has. Workers are brought back as of then: what became due
/// after it must still fire, because nobody judged it.
fn settled_at(store: &Store, settled: RowNumber) -> Result<Option<Timestamp>, ApplyError> {
    let row = store.rows(settled.saturating_sub(1)).next().transpose().map_err(StoreError::from)?;
    Ok(row.map(|row| row.now))
}

/// The row up to which decisions are known to be in the journal, as the last row says.
fn decided_through(store: &Store, settled: RowNumber, last_row: RowNumber) -> Result<RowNumber, ApplyError> {
    if last_row <= settled {
        return Ok(settled);
    }
    let last = store.rows(last_row - 1).next().transpose().map_err(StoreError::from)?;
    Ok(last.map_or(settled, |row| row.decided_through))
}

fn learn_cases(directory: &CaseDirectory, worker: WorkerNumber, history: &WorkerHistory) {
    let open = history.cases.open.iter();
    let closed = history.cases.closed.iter().map(|closed| &closed.case);
    open.chain(closed).for_each(|case| directory.put(case, &history.profile.key.site, worker));
}

#[cfg(test)]
#[path = "recovery_tests.rs"]
mod tests;
