//! What can go wrong on disk, in words.

use std::io;
use std::path::PathBuf;

use crate::domain::ids::RowNumber;

pub use super::records::RecordError;

/// Why the store cannot be opened or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process has it.
    #[error("the store {0} is in use by another process")]
    InUse(PathBuf),
    /// A backup is being restored there, or was not to its end.
    #[error(
        "a backup was not restored to its end into {0}: what is there is half of it. Run `vagus restore` again, which begins \
         anew"
    )]
    HalfRestored(PathBuf),
    /// A restore was refused there.
    #[error(
        "a backup was to be restored into {0} and was not, so nothing starts there. Run `vagus restore` again; where it is \
         to begin empty, or you put another store there, remove {0}/restoring and nothing else"
    )]
    NotRestored(PathBuf),
    /// The file system refused.
    #[error("{what} {path}: {source}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// On which file or directory.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The view cannot be read or written.
    #[error(transparent)]
    View(#[from] ViewError),
    /// There is no room for a second copy of what is kept.
    #[error(
        "to make the files anew without who was erased takes {needed} bytes, and {free} are free beside the reserve: \
         make room, it is tried again"
    )]
    NoRoom {
        /// What it takes.
        needed: u64,
        /// What there is.
        free: u64,
    },
    /// A snapshot that the store cannot do without could not be written.
    #[error(transparent)]
    Snapshot(SnapshotError),
    /// Rows that are needed are not in the journal.
    #[error(
        "the journal begins with row {first}, but rows from {needed} on are needed: \
         rows that were acknowledged are missing, restore a backup"
    )]
    RowsMissing {
        /// The first row that is needed.
        needed: RowNumber,
        /// The first row that is there.
        first: RowNumber,
    },
    /// The view knows rows that the journal has lost.
    #[error(
        "the journal ends with row {last}, but row {known} was applied already: \
         rows that were acknowledged are missing, restore a backup"
    )]
    RowsLost {
        /// The last row of the journal.
        last: RowNumber,
        /// The newest row that the view knows.
        known: RowNumber,
    },
    /// The view is gone, rows before the journal's first are needed, and no snapshot can be read.
    #[error(
        "no snapshot can be read ({0}), and the journal alone does not reach back to its first row: restore a backup"
    )]
    NoSnapshot(String),
}

impl StoreError {
    pub(super) fn io(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { what, path, source }
    }
}

/// Why the journal did not take or give something.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The row does not follow the last one.
    #[error("row {number} was appended where row {expected} was expected")]
    OutOfOrder {
        /// The row's number.
        number: RowNumber,
        /// The number that would have followed.
        expected: RowNumber,
    },
    /// The row is longer than rows may be.
    #[error("row {number} has {bytes} bytes, at most {max} are allowed")]
    TooLarge {
        /// The row's number.
        number: RowNumber,
        /// Its encoded length.
        bytes: usize,
        /// The longest that is allowed.
        max: usize,
    },
    /// The journal's files could not be read or written.
    #[error("journal: {0}")]
    Engine(String),
    /// There is no space left.
    #[error("journal: the disk is full: {0}")]
    DiskFull(String),
    /// A sync failed earlier: nothing is known of what is on disk until the store is opened again.
    #[error("journal: a write to disk failed earlier ({0}); nothing is taken until the service is started again")]
    Broken(String),
    /// A row that should be there is not.
    #[error("journal: row {0} is missing")]
    Missing(RowNumber),
    /// What is stored under a number cannot be understood.
    #[error("journal: entry {number}: {source}")]
    Record {
        /// The row, or the entry of decisions or deliveries.
        number: u64,
        /// Why.
        source: RecordError,
    },
}

/// Why the view of workers, outbox and quarantine did not take or give something.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// sled refused.
    #[error("view: {0}")]
    Sled(#[from] sled::Error),
    /// The file system refused.
    #[error("view: {0}")]
    Io(#[from] io::Error),
    /// What is stored cannot be understood.
    #[error("view: {0}")]
    Record(#[from] RecordError),
    /// A value is longer than any may be.
    #[error("view: a value of {0} bytes is too long to be stored")]
    TooLong(usize),
    /// sled stopped in the middle of something.
    #[error("view: {0}")]
    Panicked(String),
    /// A value was only half there.
    #[error("view: a stored value is incomplete")]
    Incomplete,
}

/// Why a snapshot could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The file system refused.
    #[error("snapshot: {0}")]
    Io(#[from] io::Error),
    /// The file is not what was written.
    #[error("snapshot: {0}")]
    Damaged(&'static str),
    /// A record of it cannot be understood.
    #[error("snapshot: {0}")]
    Record(#[from] RecordError),
    /// The view it is made from, or loaded into, failed.
    #[error(transparent)]
    View(#[from] ViewError),
    /// The journal could not be cut after it.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The outbox could not be brought up to the journal.
    #[error(transparent)]
    Store(#[from] Box<StoreError>),
}

impl From<SnapshotError> for StoreError {
    fn from(error: SnapshotError) -> Self {
        match error {
            SnapshotError::Store(error) => *error,
            SnapshotError::View(error) => error.into(),
            SnapshotError::Journal(error) => error.into(),
            error @ (SnapshotError::Io(_) | SnapshotError::Damaged(_) | SnapshotError::Record(_)) => {
                Self::Snapshot(error)
            }
        }
    }
}
