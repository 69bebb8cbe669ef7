//! The stored histories, one worker after the other, from a running service or from the store.

use super::control::Answer;
use crate::domain::Timestamp;
use crate::domain::history::WorkerHistory;
use crate::domain::ids::WorkerNumber;
use crate::store::RecordError;

/// Why the stored histories cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum HistoriesError<E> {
    /// They cannot be asked for.
    #[error("{0}")]
    Ask(E),
    /// The service, or the store, says why not.
    #[error("{0}")]
    Failed(String),
    /// A record cannot be read.
    #[error("what is stored of a worker cannot be read: {0}")]
    Record(#[from] RecordError),
}

/// Asks for one portion of histories after the other, from a number in hexadecimal digits on, and
/// hands out each with the moment that all of them are looked at. Gives how many rows of the journal
/// were not in them yet.
///
/// # Errors
/// [`HistoriesError`] where a portion cannot be had or read.
pub fn each<E>(
    mut ask: impl FnMut(String) -> Result<Answer, E>,
    mut take: impl FnMut(WorkerNumber, WorkerHistory, Timestamp),
) -> Result<u64, HistoriesError<E>> {
    let (mut unsaved, mut until) = (0, None);
    let mut next = Some(WorkerNumber(0));
    while let Some(from) = next.take() {
        let (workers, last_now, unsaved_rows) = match ask(format!("{:x}", from.0)).map_err(HistoriesError::Ask)? {
            Answer::Histories { workers, last_now, unsaved_rows } => (workers, last_now, unsaved_rows),
            Answer::Failed { problem } => return Err(HistoriesError::Failed(problem)),
            Answer::Quarantine { .. }
            | Answer::Retried { .. }
            | Answer::Imported { .. }
            | Answer::Workers { .. }
            | Answer::Strain { .. }
            | Answer::Outbox { .. }
            | Answer::OutboxRetried { .. }
            | Answer::OutboxDiscarded { .. }
            | Answer::Cases(_)
            | Answer::Accounts { .. }
            | Answer::Account { .. }
            | Answer::WorkerLink { .. }
            | Answer::WorkerExport { .. }
            | Answer::WorkerErased { .. }
            | Answer::Erasing { .. }
            | Answer::OutboxTest { .. }
            | Answer::BackedUp(_)
            | Answer::Restored { .. }
            | Answer::ClockAccepted { .. }
            | Answer::LogLevel { .. } => {
                return Err(HistoriesError::Failed("the service answered another question".to_owned()));
            }
        };
        // The service goes on meanwhile; everybody is looked at up to the same moment.
        if until.is_none() {
            until = last_now.and_then(|now| now.parse::<Timestamp>().ok());
            unsaved = unsaved_rows;
        }
        let Some(until) = until else { break };
        for row in workers {
            let broken =
                || HistoriesError::Failed("a history came in a form that this version does not read".to_owned());
            let packed = row.packed().ok_or_else(broken)?;
            next = packed.worker.0.checked_add(1).map(WorkerNumber);
            take(packed.worker, packed.unpack()?, until);
        }
    }
    Ok(unsaved)
}
