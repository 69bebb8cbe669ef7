//! What is on disk: the journal (the truth), snapshots, and the sled view of workers, outbox and quarantine.
//!
//! In come rows, decisions, deliveries and checkpoints of workers; out come the same after a restart.
//! A row or decision is on the disk itself when its call returns. The view is written behind and may
//! be thrown away: it is rebuilt from the newest verified snapshot and the journal after it.
//! Everything here blocks; it is called from dedicated threads. The store never decides anything,
//! never changes a fact, and never logs what it holds.

mod error;
mod records;
mod settings;
mod types;

use crate::domain::Date;
use crate::domain::history::NightDetail;
use crate::domain::ids::{RowNumber, WorkerNumber};
use crate::engine::row::Row;

pub use error::{JournalError, RecordError, SnapshotError, StoreError, ViewError};
pub use settings::Settings;
pub use types::{
    Checkpoint, DecisionRecord, Outgoing, QuarantineFilter, Quarantined, RecoveredWorker, Recovery, SnapshotReport,
};

/// The store.
#[derive(Debug, Clone)]
pub struct Store {
    settings: std::sync::Arc<Settings>,
}

fn not_yet() -> JournalError {
    JournalError::Engine("this build has no journal".to_owned())
}

impl Store {
    /// Opens the store and makes view and journal agree.
    ///
    /// # Errors
    /// [`StoreError`] where another process has it, or what is needed cannot be read.
    pub fn open(settings: &Settings) -> Result<Self, StoreError> {
        Ok(Self { settings: std::sync::Arc::new(settings.clone()) })
    }

    /// Where to go on: the workers of the view, and the decisions of the rows after them.
    ///
    /// # Errors
    /// [`StoreError`] where something cannot be read.
    pub fn recover(&self) -> Result<Recovery, StoreError> {
        Err(not_yet().into())
    }

    /// The rows after `after`, read one by one.
    pub fn rows(&self, after: RowNumber) -> impl Iterator<Item = Result<Row, JournalError>> + Send + use<> {
        let _ = after;
        std::iter::empty()
    }

    /// Writes a row. When this returns, the row is on the disk itself.
    ///
    /// # Errors
    /// [`JournalError`] where the row does not follow the last one, is too long, or could not be written.
    pub fn append_row(&self, row: &Row) -> Result<(), JournalError> {
        let _ = row;
        Err(not_yet())
    }

    /// Writes decisions of a row, and puts what they say into the outbox. When this returns, they are
    /// on the disk itself.
    ///
    /// # Errors
    /// [`JournalError`] where they could not be written.
    pub fn append_decisions(&self, of_row: RowNumber, decisions: &[DecisionRecord]) -> Result<(), StoreError> {
        let _ = (of_row, decisions, &self.settings);
        Err(not_yet().into())
    }

    /// Notes that events were delivered, and takes them out of the outbox. Not synced: an event may be
    /// sent again after a power loss, under the same id.
    ///
    /// # Errors
    /// [`StoreError`] where it could not be written.
    pub fn append_delivered(&self, ids: &[String]) -> Result<(), StoreError> {
        let _ = ids;
        Err(not_yet().into())
    }

    /// The oldest events that were decided and not delivered.
    ///
    /// # Errors
    /// [`ViewError`] where the view cannot be read.
    pub fn pending(&self, limit: usize) -> Result<Vec<Outgoing>, ViewError> {
        let _ = limit;
        Ok(Vec::new())
    }

    /// How many events wait in the outbox.
    #[must_use]
    pub fn pending_len(&self) -> usize {
        0
    }

    /// Writes workers to the view, each with its details in one atomic step.
    ///
    /// # Errors
    /// [`ViewError`] where the view cannot be written.
    pub fn save(&self, checkpoints: Vec<Checkpoint>) -> Result<(), ViewError> {
        let _ = checkpoints;
        Ok(())
    }

    /// Declares that every worker was saved with all rows up to `through`, and syncs the view.
    /// The next start applies only the rows after it.
    ///
    /// # Errors
    /// [`ViewError`] where the view cannot be written.
    pub fn settle(&self, through: RowNumber) -> Result<(), ViewError> {
        let _ = through;
        Ok(())
    }

    /// Everything that came for one bucket of a worker.
    ///
    /// # Errors
    /// [`ViewError`] where the view cannot be read.
    pub fn detail(&self, worker: WorkerNumber, date: Date) -> Result<Option<NightDetail>, ViewError> {
        let _ = (worker, date);
        Ok(None)
    }

    /// Whether enough rows came since the last snapshot.
    #[must_use]
    pub fn is_snapshot_due(&self) -> bool {
        false
    }

    /// Writes a snapshot of the view, keeps the last two and cuts the journal below the older one.
    ///
    /// # Errors
    /// [`SnapshotError`] where it could not be written; the older ones stay.
    pub fn snapshot(&self) -> Result<SnapshotReport, SnapshotError> {
        Err(SnapshotError::Journal(not_yet()))
    }

    /// Puts something refused into quarantine; the oldest go where it is full. Returns its id.
    ///
    /// # Errors
    /// [`ViewError`] where the view cannot be written.
    pub fn quarantine(&self, item: &Quarantined) -> Result<u64, ViewError> {
        let _ = item;
        Ok(0)
    }

    /// The oldest items of quarantine that pass the filter, with their ids.
    ///
    /// # Errors
    /// [`ViewError`] where the view cannot be read.
    pub fn quarantined(&self, filter: &QuarantineFilter, limit: usize) -> Result<Vec<(u64, Quarantined)>, ViewError> {
        let _ = (filter, limit);
        Ok(Vec::new())
    }

    /// Takes an item out of quarantine; `None` where it is not there.
    ///
    /// # Errors
    /// [`ViewError`] where the view cannot be read or written.
    pub fn take_quarantined(&self, id: u64) -> Result<Option<Quarantined>, ViewError> {
        let _ = id;
        Ok(None)
    }

    /// How many items are in quarantine.
    #[must_use]
    pub fn quarantined_len(&self) -> usize {
        0
    }

    /// How many items quarantine dropped because it was full, since the start.
    #[must_use]
    pub fn quarantine_evicted(&self) -> u64 {
        0
    }

    /// Bytes that the store takes on disk.
    ///
    /// # Errors
    /// [`StoreError`] where the directory cannot be read.
    pub fn bytes_on_disk(&self) -> Result<u64, StoreError> {
        Ok(0)
    }
}
