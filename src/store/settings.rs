//! What an operator may set about the disk.

use std::path::PathBuf;
use std::time::Duration;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// Where the store is and how much it may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The directory of the store; it is created when it is missing.
    pub path: PathBuf,
    /// The longest row the journal takes, encoded. Default 1 MiB.
    pub max_row_bytes: usize,
    /// Length at which the journal begins a new file. Default 64 MiB.
    pub journal_file_bytes: u64,
    /// For how long rows are kept though snapshots no longer need them, by the rows' own time. Default 7 days.
    pub journal_retention: Duration,
    /// Over this size rows are given up before [`journal_retention`](Self::journal_retention) is over; what the
    /// snapshots need always stays. Default 8 GiB.
    pub journal_max_bytes: u64,
    /// A snapshot is due after so many bytes of rows. Default 256 MiB.
    pub snapshot_every_bytes: u64,
    /// The most items in quarantine; beyond it the oldest is dropped and counted. Default 100 000.
    pub quarantine_max_items: usize,
    /// The most bytes in quarantine. Default 256 MiB.
    pub quarantine_max_bytes: u64,
    /// The most dead letters; beyond it the oldest is dropped and counted. 0 is taken as 1. Default 10 000.
    pub max_dead_letters: usize,
    /// Memory for the view's page cache. Default 64 MiB.
    pub view_cache_bytes: u64,
    /// Space kept in reserve, to be freed when the disk is full. Default 64 MiB.
    pub ballast_bytes: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            path: PathBuf::from("vagus-data"),
            max_row_bytes: 1024 * 1024,
            journal_file_bytes: 64 * MIB,
            journal_retention: Duration::from_secs(7 * 24 * 3600),
            journal_max_bytes: 8 * 1024 * MIB,
            snapshot_every_bytes: 256 * MIB,
            quarantine_max_items: 100_000,
            quarantine_max_bytes: 256 * MIB,
            max_dead_letters: 10_000,
            view_cache_bytes: 64 * MIB,
            ballast_bytes: 64 * MIB,
        }
    }
}
