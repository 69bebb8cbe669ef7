//! The audit after a worker was erased: who looked, when and at which fields stays; at whom does not.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::sync::PoisonError;

use super::{Audit, AuditError, Entry};
use crate::domain::ids::SiteId;
use crate::domain::worker::Tombstone;

/// Stands where a pseudonym stood.
const ERASED: &str = "erased";

impl Audit {
    /// Takes the names of workers who were erased, their cases and what was written of them out of every line. It can
    /// be repeated, and blocks.
    ///
    /// # Errors
    /// [`AuditError`] where a file cannot be read or written anew; it stays as it was then.
    pub fn forget(&self, stones: &[Tombstone]) -> Result<(), AuditError> {
        for path in self.files()? {
            // Held a file at a time: whoever shows something waits until its line can be written.
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            *open = None;
            without(&path, stones).map_err(|error| AuditError { path: path.clone(), error })?;
        }
        Ok(())
    }
}

/// Writes a file anew where it names one of them.
fn without(path: &Path, stones: &[Tombstone]) -> std::io::Result<()> {
    let mut lines = Vec::new();
    let mut is_changed = false;
    for line in BufReader::new(std::fs::File::open(path)?).split(b'\n') {
        let line = line?;
        match serde_json::from_slice::<Entry>(&line) {
            Ok(entry) if is_of(&entry, stones) => {
                is_changed = true;
                serde_json::to_writer(&mut lines, &unnamed(entry))?;
            }
            Ok(_) => lines.extend_from_slice(&line),
            // Cut off by a loss of power: it tells nothing, and may hold a name.
            Err(_) => is_changed = true,
        }
        lines.push(b'\n');
    }
    if !is_changed {
        return Ok(());
    }
    let beside = path.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    let mut file = std::os::unix::fs::OpenOptionsExt::mode(options.write(true).create(true).truncate(true), 0o600)
        .open(&beside)?;
    file.write_all(&lines)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    path.parent().map_or(Ok(()), |directory| std::fs::File::open(directory)?.sync_all())
}

fn is_of(entry: &Entry, stones: &[Tombstone]) -> bool {
    let (Some(site), Some(worker)) = (&entry.site, &entry.worker) else { return false };
    SiteId::parse(site).is_ok_and(|site| stones.iter().any(|stone| stone.is_of(&site, worker)))
}

fn unnamed(entry: Entry) -> Entry {
    let reason = entry.reason.map(|_| ERASED.to_owned());
    Entry { worker: Some(ERASED.to_owned()), case: None, reason, ..entry }
}

#[cfg(test)]
mod tests {
    use super::super::Filter;
    use super::*;
    use crate::domain::ids::{WorkerId, WorkerKey};

    #[test]
    fn who_looked_stays_and_at_whom_does_not() {
        let directory = tempfile::tempdir().unwrap();
        let audit = Audit::open(directory.path()).unwrap();
        let at = "2026-03-31T08:00:00Z".parse().unwrap();
        let line = |worker: &str| Entry::by("dr.a", "physician", "read", "/x").about("plant-a", worker, Some("c-1"));
        let opened = Entry { reason: Some("W-1 called in tears".to_owned()), ..line("W-1") };
        audit.write(at, &[line("W-1"), line("W-2"), opened]).unwrap();
        let path = directory.path().join("2026-03.jsonl");
        std::fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"worker\":\"W-1 \xe1\xbb").unwrap();
        let key = WorkerKey { site: SiteId::parse("plant-a").unwrap(), worker: WorkerId::parse("W-1").unwrap() };
        for _ in 0..2 {
            audit.forget(&[Tombstone::of(&key, 5)]).unwrap();
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(!text.contains("W-1") && !text.contains("tears"), "{text}");
            assert_eq!((text.matches("dr.a").count(), text.matches("c-1").count()), (3, 1));
        }
        audit.write(at, &[line("W-3")]).unwrap();
        assert_eq!(audit.newest(&Filter::default(), 0, 10).unwrap().lines.len(), 4);
    }
}
