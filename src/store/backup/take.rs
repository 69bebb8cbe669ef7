//! Making a backup: a snapshot of the view, and the journal from there to one position.
//!
//! The position is taken after the snapshot, so that no worker in it is ahead of the journal beside it; what a restart
//! does with rows behind a snapshot makes everything of that one position. Rows are taken in all the while: what is
//! held is the lock of snapshots alone, so that nobody cuts the journal.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::sync::TryLockError;
use std::time::Duration;

use super::archive::ArchiveWriter;
use super::{
    BackupError, BackupReport, FORMAT, JOURNAL, MANIFEST, Manifest, PART_BYTES, QUARANTINE, STATE, SUMMARY, Summary,
    of_snapshot,
};
use crate::domain::Timestamp;
use crate::store::journal::{Position, Run};
use crate::store::records::{self, Record as _, WorkerRecord};
use crate::store::snapshot::{Frames, Header};
use crate::store::view::WorkerImage;
use crate::store::{Store, StoreError, held};

/// How often it is looked whether the files are free of who was erased.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How long to wait for something that takes a while.
pub struct Patience<'a> {
    /// Not longer than this.
    pub longest: Duration,
    /// Not any more once this is false.
    pub goes_on: &'a dyn Fn() -> bool,
}

impl std::fmt::Debug for Patience<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Patience").field("longest", &self.longest).finish_non_exhaustive()
    }
}

/// What a backup needs besides the store.
pub struct Asked<'a> {
    /// Now.
    pub made_at: Timestamp,
    /// The version of this program.
    pub version: &'a str,
    /// How long to wait until somebody who was erased has left the files of the store.
    pub patience: &'a Patience<'a>,
    /// Files beside the store, by the name they get; asked for after the position was taken.
    pub files: &'a dyn Fn() -> std::io::Result<Vec<(String, PathBuf)>>,
}

impl std::fmt::Debug for Asked<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asked").field("made_at", &self.made_at).finish_non_exhaustive()
    }
}

/// What is counted of the workers.
#[derive(Default)]
pub(super) struct Tally {
    sites: BTreeSet<String>,
    workers: u64,
    cases: u64,
    open_cases: u64,
}

impl Tally {
    pub(super) fn see(&mut self, WorkerRecord { history, .. }: &WorkerRecord) {
        self.workers += 1;
        let open = u64::from(history.cases.open.is_some());
        (self.open_cases, self.cases) = (self.open_cases + open, self.cases + open + history.cases.closed.len() as u64);
        if !self.sites.contains(history.profile.key.site.as_str()) {
            self.sites.insert(history.profile.key.site.to_string());
        }
    }

    pub(super) fn into_summary(self) -> Summary {
        let Self { sites, workers, cases, open_cases } = self;
        Summary { sites: sites.into_iter().collect(), workers, cases, open_cases, ..Summary::default() }
    }
}

/// A run of bytes, cut into entries of an archive.
struct Parts<'a, W: Write> {
    archive: &'a mut ArchiveWriter<W>,
    prefix: &'static str,
    next: u64,
    buffer: Vec<u8>,
}

impl<'a, W: Write> Parts<'a, W> {
    fn new(archive: &'a mut ArchiveWriter<W>, prefix: &'static str) -> Self {
        Self { archive, prefix, next: 0, buffer: Vec::with_capacity(PART_BYTES) }
    }

    fn end_part(&mut self) -> Result<(), BackupError> {
        if !self.buffer.is_empty() {
            self.archive.entry(&format!("{}/{:08}", self.prefix, self.next), &self.buffer)?;
            self.next += 1;
            self.buffer.clear();
        }
        Ok(())
    }

    /// Adds a record with its number.
    fn record(&mut self, kind: u8, number: u64, bytes: &[u8]) -> Result<(), BackupError> {
        let length = u32::try_from(bytes.len()).map_err(|_| super::damaged("a record is too long for a backup"))?;
        for bytes in [&[kind][..], &number.to_le_bytes(), &length.to_le_bytes(), bytes] {
            self.take(bytes)?;
        }
        Ok(())
    }

    fn take(&mut self, mut bytes: &[u8]) -> Result<(), BackupError> {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(PART_BYTES - self.buffer.len()));
            self.buffer.extend_from_slice(now);
            bytes = later;
            if self.buffer.len() == PART_BYTES {
                self.end_part()?;
            }
        }
        Ok(())
    }
}

impl<W: Write> Write for Parts<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.take(bytes).map_err(std::io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Store {
    /// Writes a backup of everything as of one position of the journal, while the store is in use. It blocks for as
    /// long as that takes; snapshots and the making anew of files after an erasure wait meanwhile, rows do not.
    ///
    /// # Errors
    /// [`BackupError`] where something cannot be read or written; what was written is of no use then.
    pub fn back_up(&self, out: impl Write, asked: &Asked<'_>) -> Result<BackupReport, BackupError> {
        let inner = &*self.inner;
        let _only = match inner.backup_at.try_lock() {
            Ok(only) => only,
            Err(TryLockError::Poisoned(only)) => only.into_inner(),
            Err(TryLockError::WouldBlock) => return Err(BackupError::UnderWay),
        };
        self.wait_for_purge(asked.patience)?;
        let _uncut = held(&inner.snapshot_at);
        let manifest = Manifest {
            format: FORMAT,
            vagus: asked.version.to_owned(),
            stored_format: records::FORMAT,
            made_at: asked.made_at.to_string(),
        };
        let made_at_s = u64::try_from(asked.made_at.as_second()).unwrap_or(0);
        let mut archive = ArchiveWriter::new(out, made_at_s);
        archive.entry(MANIFEST, &json(&manifest)?)?;
        let (header, summary) = self.put_state(&mut archive)?;
        let quarantined = self.put_quarantine(&mut archive)?;
        let position = inner.journal.position();
        self.put_journal(&mut archive, header, position)?;
        put_files(&mut archive, asked)?;
        let view = inner.views.now();
        let (erasures, purged) = (view.erasures()?, view.purged()?);
        let row_at = if position.row == 0 { None } else { Some(inner.journal.time_of(position.row)?.to_string()) };
        let summary = Summary {
            row: position.row,
            row_at,
            decisions: position.decision,
            deliveries: position.delivery,
            rows_after_snapshot: position.row - header.settled.min(position.row),
            quarantined,
            erased: erasures.len() as u64,
            still_held: erasures.iter().filter(|erasure| erasure.of_row > purged).count() as u64,
            purged,
            ..summary
        };
        archive.entry(SUMMARY, &json(&summary)?)?;
        let (_, bytes) = archive.finish()?;
        Ok(BackupReport { manifest, summary, bytes })
    }

    /// Who was erased shall not be in a backup, where that takes only a while.
    fn wait_for_purge(&self, patience: &Patience<'_>) -> Result<(), BackupError> {
        let mut waited = Duration::ZERO;
        while waited < patience.longest && (patience.goes_on)() && self.purge_due()?.is_some() {
            std::thread::sleep(LOOK_EVERY);
            waited += LOOK_EVERY;
        }
        Ok(())
    }

    fn put_state<W: Write>(&self, archive: &mut ArchiveWriter<W>) -> Result<(Header, Summary), BackupError> {
        let failed = |error| of_snapshot(error, BackupError::Out);
        let image = self.image().map_err(failed)?;
        let (header, outbox) = (image.header, image.deliveries.len() as u64);
        let given_up = image.deliveries.iter().filter(|(_, state)| state.dead.is_some()).count() as u64;
        let mut tally = Tally::default();
        let mut frames = Frames::begin(Parts::new(archive, STATE), header).map_err(failed)?;
        let see = |worker: &WorkerImage| {
            tally.see(&WorkerRecord::decode(&worker.record)?);
            Ok(())
        };
        self.write_image(&mut frames, image, see).map_err(failed)?;
        let (mut parts, _) = frames.end().map_err(failed)?;
        parts.end_part()?;
        Ok((header, Summary { outbox, given_up, ..tally.into_summary() }))
    }

    /// Before the position is taken, so that nothing is in it that no row of the backup refused.
    fn put_quarantine<W: Write>(&self, archive: &mut ArchiveWriter<W>) -> Result<u64, BackupError> {
        let mut parts = Parts::new(archive, QUARANTINE);
        let (ids, mut count) = (held(&self.inner.quarantine).ids(), 0);
        for id in ids {
            // One that was taken out meanwhile is on its way into a row.
            let Some(bytes) = held(&self.inner.quarantine).raw(id)? else { continue };
            parts.record(0, id, &bytes)?;
            count += 1;
        }
        parts.end_part()?;
        Ok(count)
    }

    fn put_journal<W: Write>(
        &self,
        archive: &mut ArchiveWriter<W>,
        header: Header,
        position: Position,
    ) -> Result<(), BackupError> {
        let journal = &self.inner.journal;
        let cut = self.cut_for(header, false).map_err(|error| BackupError::Store(StoreError::from(error)))?;
        let mut parts = Parts::new(archive, JOURNAL);
        for (run, first, last) in [
            (Run::Rows, cut.row, position.row),
            (Run::Decisions, cut.decision, position.decision),
            (Run::Deliveries, cut.delivery, position.delivery),
        ] {
            for number in journal.kept(run, first, last) {
                parts.record(run as u8, number, &journal.raw(run, number)?)?;
            }
        }
        parts.end_part()
    }
}

fn put_files<W: Write>(archive: &mut ArchiveWriter<W>, asked: &Asked<'_>) -> Result<(), BackupError> {
    let failed = |name: &str| {
        let name = name.to_owned();
        move |error| BackupError::Kept { name, error }
    };
    for (name, path) in (asked.files)().map_err(failed("what stands beside the store"))? {
        let file = match File::open(&path) {
            Ok(file) => file,
            // It was there when it was listed, or it never was.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(failed(&name)(error)),
        };
        // What is appended from now on is of later.
        let length = file.metadata().map_err(failed(&name))?.len();
        archive.stream(&name, length, file)?;
    }
    Ok(())
}

fn json(value: &impl serde::Serialize) -> Result<Vec<u8>, BackupError> {
    let mut text = serde_json::to_vec_pretty(value).map_err(|error| BackupError::Out(error.into()))?;
    text.push(b'\n');
    Ok(text)
}
