//! What a backup holds beside what the store itself puts into it, and the lines of the audit about backups.
//!
//! Everything that is written below `store.path`, and what becomes of it:
//!
//! | there | in a backup |
//! |---|---|
//! | `journal*` | its rows, decisions and outcomes of deliveries from the snapshot in the backup to its position |
//! | `view*` | as a snapshot: workers, nights, outbox, units asked about, who was erased; quarantine beside it |
//! | `snapshots/` | no: a fresh one is made on the way, and older rows are needed by nothing |
//! | `accounts.json` | yes |
//! | `audit/*.jsonl` | yes |
//! | `looked.json` | yes: what was looked at |
//! | `starts.json` | no: a counter set back and raised again would look like as many starts, and page somebody |
//! | `backups.json` | no: it tells of the backup before; a restore writes that the restored one is the newest |
//! | `sources.json` | yes: when each source was last heard of, so that one that is silent stays known |
//! | `worker-links.json` | no: a link works once, and one that was used since would work once more |
//! | `latency.hlog*` | no: what was measured on one machine |
//! | `ballast`, `LOCK`, `control.sock`, `view.unreadable`, `restoring` | no: they are of one machine and one moment |
//!
//! Sessions, and how often somebody failed to sign in, are kept in memory alone. Numbers of workers, from which the ids
//! of cases and actions are drawn, stand in the records of workers. Configuration, rules, keys and certificates lie
//! outside of the store, and are the operator's to keep.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::console::access::audit::{Audit, AuditError, Entry};
use crate::domain::Timestamp;
use crate::domain::person::Role;
use crate::store::{BackupAsked, BackupError, BackupReport, Store};

pub use crate::store::BackupPatience as Patience;

/// Files in the store's directory that a backup takes along as they are.
const FILES: &[&str] = &["accounts.json", "looked.json", "sources.json"];
/// The directory of the audit, all of whose files it takes along.
const AUDIT: &str = "audit";
/// When the newest backup was made.
const LAST: &str = "backups.json";
/// How their names end.
const AUDIT_FILE: &str = "jsonl";

/// Why a backup was not made.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// The store could not be written out.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// It could not be written down, and is not done.
    #[error(transparent)]
    Audit(#[from] AuditError),
}

/// The files to take along, with the names they get.
fn files(store: &Path) -> std::io::Result<Vec<(String, PathBuf)>> {
    let mut files: Vec<(String, PathBuf)> = FILES.iter().map(|name| ((*name).to_owned(), store.join(name))).collect();
    let mut audit = Vec::new();
    match std::fs::read_dir(store.join(AUDIT)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        entries => {
            for entry in entries? {
                let path = entry?.path();
                if path.extension().is_some_and(|extension| extension == AUDIT_FILE)
                    && let Some(name) = path.file_name().and_then(|name| name.to_str())
                {
                    audit.push((format!("{AUDIT}/{name}"), path));
                }
            }
        }
    }
    audit.sort();
    files.append(&mut audit);
    Ok(files)
}

/// Where a backup of a stopped or running store is told of: in its audit, and in the file that knows the last one.
#[derive(Debug, Clone)]
pub struct Books {
    directory: PathBuf,
    audit: Audit,
    to: String,
}

impl Books {
    /// Those of a store in `directory`, about a backup that goes to `to`.
    #[must_use]
    pub fn of(directory: &Path, audit: Audit, to: String) -> Self {
        Self { directory: directory.to_owned(), audit, to }
    }

    /// The same, where no service runs on the store.
    ///
    /// # Errors
    /// [`AuditError`] where there is no place for an audit.
    pub fn on_files(directory: &Path, to: String) -> Result<Self, AuditError> {
        Ok(Self::of(directory, Audit::open(&directory.join(AUDIT))?, to))
    }

    fn write(&self, at: Timestamp, outcome: &str, more: &str) -> Result<(), AuditError> {
        let line = Entry::by("command", Role::Operator.as_str(), "backup", "vagus backup");
        let change = Some(format!("to {}{more}", self.to));
        self.audit.write(at, &[Entry { at: at.to_string(), outcome: outcome.to_owned(), change, ..line }])
    }

    /// Makes a backup of the store. That it is begun stands in the audit first, and in the backup. It waits for
    /// `patience` lasts, until the files hold nobody any more who was erased.
    ///
    /// # Errors
    /// [`MakeError`]; what was written is of no use then.
    pub fn make(&self, store: &Store, patience: &Patience<'_>, out: impl Write) -> Result<BackupReport, MakeError> {
        let made_at = Clock::System.now();
        self.write(made_at, "granted", "")?;
        let files = || files(&self.directory);
        let asked = BackupAsked { made_at, version: env!("CARGO_PKG_VERSION"), patience, files: &files };
        Ok(store.back_up(out, &asked)?)
    }

    /// Writes down how it ended: the backup is in its place, or why it is not. Gives when the newest
    /// backup was made.
    ///
    /// # Errors
    /// [`AuditError`] where it cannot be written down.
    pub fn end(&self, ended: Result<&BackupReport, &str>) -> Result<Option<Timestamp>, AuditError> {
        let at = Clock::System.now();
        match ended {
            Ok(report) => {
                self.write(at, "done", &format!(": row {}, {} bytes", report.summary.row, report.bytes))?;
                let newest = last_made(&self.directory).into_iter().chain(made_at(report)).max();
                Ok(newest.inspect(|at| keep_last(&self.directory, *at)))
            }
            Err(problem) => self.write(at, "failed", &format!(": {problem}")).map(|()| None),
        }
    }
}

/// What is known of the newest backup.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Last {
    /// When it was made, seconds since 1970.
    made_at_s: i64,
}

/// When the newest backup of the store in `directory` was made; none where none ever was.
#[must_use]
pub fn last_made(directory: &Path) -> Option<Timestamp> {
    let last: Last = serde_json::from_slice(&std::fs::read(directory.join(LAST)).ok()?).ok()?;
    Timestamp::from_second(last.made_at_s).ok()
}

fn made_at(report: &BackupReport) -> Option<Timestamp> {
    report.manifest.made_at.parse().ok()
}

/// Writes down when the newest backup was made; where that cannot be written the log says so.
fn keep_last(directory: &Path, at: Timestamp) {
    let (path, new) = (directory.join(LAST), directory.join(LAST).with_extension("json.new"));
    let written = serde_json::to_vec(&Last { made_at_s: at.as_second() }).map_err(std::io::Error::from);
    let kept = written.and_then(|text| std::fs::write(&new, text)).and_then(|()| std::fs::rename(&new, &path));
    if let Err(error) = kept {
        tracing::warn!("{} cannot be written: {error}", path.display());
    }
}

/// Writes into a restored store, which stands in `directory`, what it was restored from: that is its newest backup, too.
///
/// # Errors
/// [`AuditError`] where it cannot be written.
pub fn note_restored(directory: &Path, report: &BackupReport) -> Result<(), AuditError> {
    let at = Clock::System.now();
    let change = format!("backup of {}, row {}", report.manifest.made_at, report.summary.row);
    let line = Entry::by("command", Role::Operator.as_str(), "restore", "vagus restore");
    Audit::open(&directory.join(AUDIT))?.write(at, &[Entry { at: at.to_string(), change: Some(change), ..line }])?;
    if let Some(at) = made_at(report) {
        keep_last(directory, at);
    }
    Ok(())
}
