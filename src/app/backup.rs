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
use std::time::Duration;

use crate::clock::Clock;
use crate::console::access::audit::{Audit, AuditError, Entry};
use crate::domain::person::Role;
use crate::store::{BackupAsked, BackupError, BackupReport, Store};

pub use crate::store::BackupPatience as Patience;

/// Files in the store's directory that a backup takes along as they are.
const FILES: &[&str] = &["accounts.json", "looked.json", "sources.json"];
/// The directory of the audit, all of whose files it takes along.
const AUDIT: &str = "audit";
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

/// Makes a backup of a store in `directory`. That it is made stands in the audit first, and in the backup. It waits for
/// `patience` lasts, until the files hold nobody any more who was erased.
///
/// # Errors
/// [`MakeError`]; what was written is of no use then.
pub fn make(
    (store, directory): (&Store, &Path),
    audit: &Audit,
    patience: &Patience<'_>,
    out: impl Write,
) -> Result<BackupReport, MakeError> {
    let line = Entry::by("command", Role::Operator.as_str(), "backup", "vagus backup");
    let made_at = Clock::System.now();
    audit.write(made_at, &[Entry { at: made_at.to_string(), ..line.clone() }])?;
    let asked = BackupAsked { made_at, version: env!("CARGO_PKG_VERSION"), patience, files: &|| files(directory) };
    let made = store.back_up(out, &asked);
    if made.is_err() {
        let at = Clock::System.now();
        audit.write(at, &[Entry { at: at.to_string(), outcome: "failed".to_owned(), ..line }])?;
    }
    Ok(made?)
}

/// The same, where no service runs on the store.
///
/// # Errors
/// [`MakeError`]; what was written is of no use then.
pub fn make_on_files(store: &Store, directory: &Path, out: impl Write) -> Result<BackupReport, MakeError> {
    let audit = Audit::open(&directory.join(AUDIT))?;
    make((store, directory), &audit, &Patience { longest: Duration::ZERO, goes_on: &|| true }, out)
}

/// Writes into the audit of a restored store, which stands in `directory`, what it was restored from.
///
/// # Errors
/// [`AuditError`] where it cannot be written.
pub fn note_restored(directory: &Path, report: &BackupReport) -> Result<(), AuditError> {
    let at = Clock::System.now();
    let change = format!("backup of {}, row {}", report.manifest.made_at, report.summary.row);
    let line = Entry::by("command", Role::Operator.as_str(), "restore", "vagus restore");
    Audit::open(&directory.join(AUDIT))?.write(at, &[Entry { at: at.to_string(), change: Some(change), ..line }])
}
