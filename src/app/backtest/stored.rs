//! A backtest on what a service has stored: one history after the other, looked back on day by day.

use super::cases::Cases;
use super::report::{Looked, Report};
use super::{Plan, chance};
use crate::app::control::Answer;
use crate::domain::Timestamp;
use crate::domain::history::WorkerHistory;
use crate::domain::ids::WorkerNumber;
use crate::engine::lookback;
use crate::store::RecordError;

/// Why the stored history cannot be looked back on.
#[derive(Debug, thiserror::Error)]
pub enum StoredError<E> {
    /// It cannot be had.
    #[error("{0}")]
    Ask(E),
    /// The service, or the store, says why not.
    #[error("{0}")]
    Failed(String),
    /// A record cannot be read.
    #[error("what is stored of a worker cannot be read: {0}")]
    Record(#[from] RecordError),
}

/// What was found, and how many rows of the journal were not in it yet.
#[derive(Debug)]
pub struct Found {
    /// The report.
    pub report: Report,
    /// Rows that came after the histories were saved.
    pub unsaved_rows: u64,
}

/// Asks for one portion of histories after the other, and looks back on each; `looked` hears of
/// every worker that is through.
///
/// # Errors
/// [`StoredError`] where a portion cannot be had or read.
pub fn backtest<E>(
    plan: &Plan,
    mut ask: impl FnMut(String) -> Result<Answer, E>,
    mut looked: impl FnMut(),
) -> Result<Found, StoredError<E>> {
    let (mut report, mut unsaved, mut until) = (Report::default(), 0, None);
    let mut next = Some(WorkerNumber(0));
    while let Some(from) = next.take() {
        let (workers, last_now, unsaved_rows) = match ask(format!("{:x}", from.0)).map_err(StoredError::Ask)? {
            Answer::Histories { workers, last_now, unsaved_rows } => (workers, last_now, unsaved_rows),
            Answer::Failed { problem } => return Err(StoredError::Failed(problem)),
            Answer::Quarantine { .. }
            | Answer::Retried { .. }
            | Answer::Imported { .. }
            | Answer::Workers { .. }
            | Answer::Strain { .. } => {
                return Err(StoredError::Failed("the service answered another question".to_owned()));
            }
        };
        // The service goes on meanwhile; everybody is looked at up to the same moment.
        if until.is_none() {
            until = last_now.and_then(|now| now.parse::<Timestamp>().ok());
            unsaved = unsaved_rows;
        }
        let Some(until) = until else { break };
        for row in workers {
            let broken = || StoredError::Failed("a history came in a form that this version does not read".to_owned());
            let packed = row.packed().ok_or_else(broken)?;
            next = packed.worker.0.checked_add(1).map(WorkerNumber);
            if let Some(one) = look_at(packed.worker, &packed.unpack()?, until, plan) {
                report.add(one, plan);
            }
            looked();
        }
    }
    report.sort();
    Ok(Found { report, unsaved_rows: unsaved })
}

/// Looks back on one worker up to the day before `until`; none where nothing is known by then.
#[must_use]
pub fn look_at(worker: WorkerNumber, history: &WorkerHistory, until: Timestamp, plan: &Plan) -> Option<Looked> {
    let yesterday = history.profile.time_zone.to_datetime(until).date().yesterday().ok()?;
    let span = lookback::span(history, yesterday)?;
    let cases = plan.engines.as_ref().map(|engine| {
        let changes = lookback::look_back(worker, history, (span.first, span.last), engine);
        Cases::of(&changes, chance::cool_down(engine))
    });
    let chance = chance::of_worker(worker, history, span, plan);
    Some(Looked { worker: history.profile.key.clone(), span, cases, chance })
}
