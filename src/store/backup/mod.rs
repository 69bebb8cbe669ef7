//! Backups: a running store in, a tar archive out; and the same back into an empty place.
//!
//! An archive holds, in this order: `MANIFEST.json`; a snapshot, cut into `state/…`; `quarantine/…`; what the journal
//! has behind the snapshot up to one position, `journal/…`; files that others keep beside the store; `SUMMARY.json`;
//! and `SHA256SUMS`. It is written and read in one pass, a few megabytes at a time.
//! Nothing here takes a row from anybody who writes one, and what is restored counts only as a whole.

mod archive;
mod contents;
mod restore;
mod take;

use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::error::{JournalError, SnapshotError, StoreError, ViewError};
use super::records::RecordError;

pub(super) use restore::hindered;
pub use restore::{Staged, stones_in, verify};
pub use take::{Asked, Patience};

/// The format of archives that is written.
const FORMAT: u32 = 1;

const MANIFEST: &str = "MANIFEST.json";
const SUMMARY: &str = "SUMMARY.json";
const STATE: &str = "state";
const QUARANTINE: &str = "quarantine";
const JOURNAL: &str = "journal";
/// What of a run of records is one entry, and in memory at once; so little in tests that theirs have several.
const PART_BYTES: usize = if cfg!(test) { 4 * 1024 } else { 4 * 1024 * 1024 };

/// What an archive begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The format of the archive.
    pub format: u32,
    /// The version of Vagus that wrote it.
    pub vagus: String,
    /// The format of the records in it.
    pub stored_format: u8,
    /// When it was begun, RFC 3339.
    pub made_at: String,
}

/// What an archive holds, and ends with.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Summary {
    /// The journal's position: everything is as of this row …
    pub row: u64,
    /// … of this time, RFC 3339; null in a store without rows.
    pub row_at: Option<String>,
    /// The last entry of decisions.
    pub decisions: u64,
    /// The last entry of what became of deliveries.
    pub deliveries: u64,
    /// Rows that come after the snapshot in it, and are applied again.
    pub rows_after_snapshot: u64,
    /// The sites of the workers.
    pub sites: Vec<String>,
    /// How many workers.
    pub workers: u64,
    /// How many cases, as the snapshot has them.
    pub cases: u64,
    /// How many of these are open.
    pub open_cases: u64,
    /// Deliveries that wait or were given up, as the snapshot has them.
    pub outbox: u64,
    /// How many of these were given up.
    pub given_up: u64,
    /// Refused items.
    pub quarantined: u64,
    /// How many workers were erased, ever.
    pub erased: u64,
    /// How many of these the files of the store still held, and with them the archive.
    pub still_held: u64,
    /// Everybody who was erased by the rows up to this one has left the files of the store.
    pub purged: u64,
}

/// A backup that was made or read to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupReport {
    /// What it begins with.
    #[serde(flatten)]
    pub manifest: Manifest,
    /// What it holds.
    #[serde(flatten)]
    pub summary: Summary,
    /// Its length.
    pub bytes: u64,
}

/// Why no backup is made, or none is restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// It cannot be written.
    #[error("the backup cannot be written: {0}")]
    Out(#[source] io::Error),
    /// It cannot be read.
    #[error("the backup cannot be read: {0}")]
    In(#[source] io::Error),
    /// Something that belongs into it cannot be read.
    #[error("{name} cannot be read for the backup: {error}")]
    Kept {
        /// The file.
        name: String,
        /// Why.
        error: io::Error,
    },
    /// It is something else, in which a backup may be.
    #[error("this is no backup as it stands: {0}")]
    Foreign(&'static str),
    /// It is not what was written.
    #[error("the backup is damaged or not whole: {0}")]
    Damaged(String),
    /// It was written by a newer version.
    #[error(
        "the backup was made by Vagus {vagus}; {what} of it have format {format}, this version reads up to {known}: \
         restore it with that version or a newer one"
    )]
    Newer {
        /// What of it.
        what: &'static str,
        /// The version that made it.
        vagus: String,
        /// The format it has.
        format: u32,
        /// The newest format that can be read.
        known: u32,
    },
    /// Another one is being made.
    #[error("another backup of this store is being made; try again when it is done")]
    UnderWay,
    /// There is something where a backup is to be restored.
    #[error("{path} is not empty, there is {found} in it: a backup is restored into an empty or missing directory")]
    NotEmpty {
        /// The directory.
        path: PathBuf,
        /// What is in it.
        found: String,
    },
    /// The place belongs to another user.
    #[error(
        "{path} belongs to another user (number {owner}), whose service could not read what is restored: restore as that user"
    )]
    OtherOwner {
        /// The directory.
        path: PathBuf,
        /// Its owner.
        owner: u32,
    },
    /// There is no room.
    #[error("restoring takes about {needed} bytes beside the reserve, and {free} are free in {path}: make room")]
    NoRoom {
        /// What it takes.
        needed: u64,
        /// What there is.
        free: u64,
        /// Where.
        path: PathBuf,
    },
    /// The place to restore into refuses.
    #[error("cannot write what is restored into {path}: {error}")]
    Place {
        /// The directory or file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A record of it cannot be understood.
    #[error("the backup: {0}")]
    Record(#[from] RecordError),
    /// The store it is made from or restored into fails.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<JournalError> for BackupError {
    fn from(error: JournalError) -> Self {
        Self::Store(error.into())
    }
}

impl From<ViewError> for BackupError {
    fn from(error: ViewError) -> Self {
        Self::Store(error.into())
    }
}

fn damaged(what: impl Into<String>) -> BackupError {
    BackupError::Damaged(what.into())
}

/// What an error was before it went through a reader or writer of the standard library.
fn unwrapped(error: io::Error, or: impl FnOnce(io::Error) -> BackupError) -> BackupError {
    match error.downcast::<BackupError>() {
        Ok(error) => error,
        Err(error) => or(error),
    }
}

/// What goes wrong with a snapshot on its way into or out of an archive.
fn of_snapshot(error: SnapshotError, io: impl FnOnce(io::Error) -> BackupError) -> BackupError {
    match error {
        SnapshotError::Io(error) => unwrapped(error, io),
        SnapshotError::Damaged(what) => damaged(what),
        SnapshotError::Record(error) => error.into(),
        error @ (SnapshotError::View(_) | SnapshotError::Journal(_) | SnapshotError::Store(_)) => {
            BackupError::Store(error.into())
        }
    }
}

#[cfg(test)]
#[path = "backup_tests.rs"]
mod tests;
