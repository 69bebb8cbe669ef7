//! The journal: rows, decisions and deliveries, each an append-only run of numbered entries.
//!
//! TiKV's `raft-engine` is behind it; nothing outside this file would notice another log. Three runs
//! share one set of files, so that a row and a decision cost one write and one `fdatasync` each.
//! What it does not do by itself, and this file adds:
//! - it panics where a sync fails: that is caught, and the journal takes nothing more until it is
//!   opened again, since nobody knows what is on the disk;
//! - it takes any index and lets an old one cut off the entries after it: rows must follow one another;
//! - it does not sync the directory when it makes its first file.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

use raft_engine::env::{DefaultFileSystem, FileSystem};
use raft_engine::{Command, Config, Engine, LogBatch, MessageExt, ReadableSize, RecoveryMode};
use raft_proto::eraftpb::Entry;

use super::error::JournalError;
use super::parcels::{DeliveryOutcome, Fate, Outgoing};
use super::records::{Decided, Record};
use super::settings::Settings;
use super::types::{DecisionRecord, UnitDecisionRecord};
use crate::domain::Timestamp;
use crate::domain::ids::RowNumber;
use crate::engine::row::Row;

/// One of the journal's runs of entries. The numbers are stored and must not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Run {
    /// What was taken in.
    Rows = 1,
    /// What was decided.
    Decisions = 2,
    /// What became of deliveries.
    Deliveries = 3,
}

impl Run {
    /// The run of that stored number.
    pub(super) fn of(number: u8) -> Option<Self> {
        [Self::Rows, Self::Decisions, Self::Deliveries].into_iter().find(|run| *run as u8 == number)
    }
}

/// How `raft-engine` finds an entry's number.
struct Numbered;

impl MessageExt for Numbered {
    type Entry = Entry;

    fn index(entry: &Entry) -> u64 {
        entry.index
    }
}

/// The last number of each run.
#[derive(Debug, Default)]
struct Tail {
    row: RowNumber,
    decision: u64,
    delivery: u64,
    /// Why nothing more is taken.
    broken: Option<String>,
}

/// The journal.
pub(super) struct Journal<F: FileSystem = DefaultFileSystem> {
    engine: RwLock<Arc<Engine<F>>>,
    files: Arc<F>,
    file_bytes: u64,
    max_row_bytes: usize,
    tail: Mutex<Tail>,
    written: AtomicU64,
}

/// The last entry of each run at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    /// Of rows.
    pub(super) row: RowNumber,
    /// Of decisions.
    pub(super) decision: u64,
    /// Of what became of deliveries.
    pub(super) delivery: u64,
}

/// Where the journal is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut {
    /// The first row to be kept.
    pub(super) row: RowNumber,
    /// The first entry of decisions to be kept.
    pub(super) decision: u64,
    /// The first entry of deliveries to be kept.
    pub(super) delivery: u64,
}

impl Journal {
    /// Opens the journal in `directory`, which is made where it is missing. A torn tail is cut off.
    pub(super) fn open(directory: &Path, settings: &Settings) -> Result<Self, JournalError> {
        Self::open_with(directory, settings, Arc::new(DefaultFileSystem))
    }
}

impl<F: FileSystem> Journal<F> {
    /// Opens the journal on a file system of choice.
    pub(super) fn open_with(directory: &Path, settings: &Settings, files: Arc<F>) -> Result<Self, JournalError> {
        let engine = engine_in(directory, settings.journal_file_bytes, Arc::clone(&files))?;
        let last = |run: Run| engine.last_index(run as u64).unwrap_or(0);
        let tail = Tail {
            row: last(Run::Rows),
            decision: last(Run::Decisions),
            delivery: last(Run::Deliveries),
            broken: None,
        };
        Ok(Self {
            engine: RwLock::new(Arc::new(engine)),
            files,
            file_bytes: settings.journal_file_bytes,
            max_row_bytes: settings.max_row_bytes,
            tail: Mutex::new(tail),
            written: AtomicU64::new(0),
        })
    }

    fn engine(&self) -> Arc<Engine<F>> {
        Arc::clone(&self.engine.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn tail(&self) -> MutexGuard<'_, Tail> {
        // Nothing below leaves the tail half changed.
        self.tail.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a row and syncs.
    pub(super) fn append_row(&self, row: &Row) -> Result<(), JournalError> {
        let bytes = row.encode();
        if bytes.len() > self.max_row_bytes {
            return Err(JournalError::TooLarge { number: row.number, bytes: bytes.len(), max: self.max_row_bytes });
        }
        let mut tail = self.tail();
        if row.number != tail.row + 1 {
            return Err(JournalError::OutOfOrder { number: row.number, expected: tail.row + 1 });
        }
        self.written.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        self.append(&mut tail, Run::Rows, row.number, bytes, true)?;
        tail.row = row.number;
        Ok(())
    }

    /// Writes decisions of a row and syncs. Returns the entry's number.
    pub(super) fn append_decisions(
        &self,
        of_row: RowNumber,
        decisions: &[DecisionRecord],
    ) -> Result<u64, JournalError> {
        self.append_decided(Decided::encode_parts(of_row, decisions, &[], &[]))
    }

    /// Writes decisions about units, made after a row, and syncs. Returns the entry's number.
    pub(super) fn append_unit_decisions(
        &self,
        of_row: RowNumber,
        decisions: &[UnitDecisionRecord],
    ) -> Result<u64, JournalError> {
        self.append_decided(Decided::encode_parts(of_row, &[], decisions, &[]))
    }

    /// Writes what else leaves, after a row, and syncs. Returns the entry's number.
    pub(super) fn append_notices(&self, of_row: RowNumber, notices: &[Outgoing]) -> Result<u64, JournalError> {
        self.append_decided(Decided::encode_parts(of_row, &[], &[], notices))
    }

    fn append_decided(&self, bytes: Vec<u8>) -> Result<u64, JournalError> {
        let mut tail = self.tail();
        let number = tail.decision + 1;
        self.append(&mut tail, Run::Decisions, number, bytes, true)?;
        tail.decision = number;
        Ok(number)
    }

    /// Writes what became of deliveries. Only what a person asked for or has to look at is synced: a
    /// delivery that is forgotten is made again. Returns the entry's number.
    pub(super) fn append_outcomes(&self, outcomes: &[DeliveryOutcome]) -> Result<u64, JournalError> {
        let bytes = outcomes.to_vec().encode();
        let is_synced = outcomes.iter().any(|outcome| outcome.fate != Fate::Delivered);
        let mut tail = self.tail();
        let number = tail.delivery + 1;
        self.append(&mut tail, Run::Deliveries, number, bytes, is_synced)?;
        tail.delivery = number;
        Ok(number)
    }

    /// One writer at a time: were two in `raft-engine` when a sync fails, one would wait for ever.
    fn append(
        &self,
        tail: &mut Tail,
        run: Run,
        number: u64,
        bytes: Vec<u8>,
        is_synced: bool,
    ) -> Result<(), JournalError> {
        if let Some(reason) = &tail.broken {
            return Err(JournalError::Broken(reason.clone()));
        }
        let entry = Entry { index: number, data: bytes.into(), ..Entry::default() };
        let mut batch = LogBatch::with_capacity(1);
        batch.add_entries::<Numbered>(run as u64, &[entry]).map_err(|e| failed(&e))?;
        self.write(tail, &mut batch, is_synced)
    }

    fn write(&self, tail: &mut Tail, batch: &mut LogBatch, is_synced: bool) -> Result<(), JournalError> {
        match catch_unwind(AssertUnwindSafe(|| self.engine().write(batch, is_synced))) {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(failed(&error)),
            Err(panic) => Err(self.broken(tail, &*panic)),
        }
    }

    fn broken(&self, tail: &mut Tail, panic: &(dyn std::any::Any + Send)) -> JournalError {
        let reason = said(panic);
        if tail.broken.replace(reason.clone()).is_none() {
            // At its orderly end the engine would sync once more, and panic once more.
            std::mem::forget(self.engine());
        }
        JournalError::Broken(reason)
    }

    /// Cuts off what comes before; the last entry of each run stays, so that numbers go on.
    pub(super) fn cut(&self, cut: Cut) -> Result<(), JournalError> {
        let mut tail = self.tail();
        if let Some(reason) = &tail.broken {
            return Err(JournalError::Broken(reason.clone()));
        }
        let mut batch = LogBatch::with_capacity(3);
        let kept = [
            (Run::Rows, cut.row.min(tail.row)),
            (Run::Decisions, cut.decision.min(tail.decision)),
            (Run::Deliveries, cut.delivery.min(tail.delivery)),
        ];
        for (run, index) in kept {
            if self.engine().first_index(run as u64).is_some_and(|first| first < index) {
                batch.add_command(run as u64, Command::Compact { index });
            }
        }
        if batch.is_empty() {
            return Ok(());
        }
        self.write(&mut tail, &mut batch, true)?;
        // A purge may copy entries that are still needed out of old files: writers need not wait for it.
        drop(tail);
        match catch_unwind(AssertUnwindSafe(|| self.engine().purge_expired_files())) {
            Ok(purged) => purged.map(|_| ()).map_err(|e| failed(&e)),
            Err(panic) => Err(self.broken(&mut self.tail(), &*panic)),
        }
    }

    /// Copies what `cut` keeps into a new journal in `directory`, and goes on there once `finish` has said that it
    /// counts. What was cut off is in none of its files, as it may be in those of a journal that is cut in place.
    pub(super) fn renew(
        &self,
        directory: &Path,
        cut: Cut,
        finish: impl FnOnce() -> std::io::Result<()>,
    ) -> Result<(), JournalError> {
        let (old, new) = (self.engine(), engine_in(directory, self.file_bytes, Arc::clone(&self.files))?);
        let firsts = [(Run::Rows, cut.row), (Run::Decisions, cut.decision), (Run::Deliveries, cut.delivery)];
        // Most of it while others go on writing, and what they wrote meanwhile while they wait.
        for (run, first) in firsts {
            copy_entries(&old, &new, run, first)?;
        }
        sync(&new)?;
        let mut tail = self.tail();
        if let Some(reason) = &tail.broken {
            return Err(JournalError::Broken(reason.clone()));
        }
        for (run, first) in firsts {
            copy_entries(&old, &new, run, first)?;
        }
        sync(&new)?;
        File::open(directory).and_then(|d| d.sync_all()).map_err(io_failed)?;
        if let Err(error) = finish() {
            // Nobody knows which of the two counts at the next start: neither may get another row.
            tail.broken = Some(error.to_string());
            return Err(io_failed(error));
        }
        *self.engine.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
        Ok(())
    }

    /// The first row that is there; 0 where there is none.
    pub(super) fn first_row(&self) -> RowNumber {
        self.engine().first_index(Run::Rows as u64).unwrap_or(0)
    }

    /// The last row; 0 where there is none.
    pub(super) fn last_row(&self) -> RowNumber {
        self.tail().row
    }

    /// The last entries of decisions and of deliveries.
    pub(super) fn last_facts(&self) -> (u64, u64) {
        let tail = self.tail();
        (tail.decision, tail.delivery)
    }

    /// The last entry of each run; nothing is written between one and the other.
    pub(super) fn position(&self) -> Position {
        let tail = self.tail();
        Position { row: tail.row, decision: tail.decision, delivery: tail.delivery }
    }

    /// The numbers of a run from `first` to `last` that are there; at least the last one, so that numbers go on.
    pub(super) fn kept(&self, run: Run, first: u64, last: u64) -> std::ops::RangeInclusive<u64> {
        // Without any entry it is empty: `last` is 0 then.
        let oldest = self.engine().first_index(run as u64).unwrap_or(1);
        first.max(oldest).min(last.max(1))..=last
    }

    /// Bytes of rows written since it was opened.
    pub(super) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Bytes of the journal's files, rounded up to whole files.
    pub(super) fn size(&self) -> u64 {
        self.engine().get_used_size() as u64
    }

    /// A row that must be there.
    pub(super) fn row(&self, number: RowNumber) -> Result<Row, JournalError> {
        self.read(Run::Rows, number)
    }

    /// The time of a row that must be there.
    pub(super) fn time_of(&self, number: RowNumber) -> Result<Timestamp, JournalError> {
        self.row(number).map(|row| row.now)
    }

    /// The decisions from entry `from` on, each with its entry's number.
    pub(super) fn decisions(&self, from: u64) -> impl Iterator<Item = Result<(u64, Decided), JournalError>> {
        self.entries(Run::Decisions, from, self.last_facts().0)
    }

    /// What became of deliveries from entry `from` on, each with its entry's number.
    pub(super) fn deliveries(
        &self,
        from: u64,
    ) -> impl Iterator<Item = Result<(u64, Vec<DeliveryOutcome>), JournalError>> {
        self.entries(Run::Deliveries, from, self.last_facts().1)
    }

    fn entries<T: Record>(
        &self,
        run: Run,
        from: u64,
        last: u64,
    ) -> impl Iterator<Item = Result<(u64, T), JournalError>> {
        let first = self.engine().first_index(run as u64).unwrap_or(1).max(from);
        (first..=last).map(move |number| self.read(run, number).map(|record| (number, record)))
    }

    fn read<T: Record>(&self, run: Run, number: u64) -> Result<T, JournalError> {
        T::decode(&self.raw(run, number)?).map_err(|source| JournalError::Record { number, source })
    }

    /// The bytes of an entry that must be there.
    pub(super) fn raw(
        &self,
        run: Run,
        number: u64,
    ) -> Result<impl std::ops::Deref<Target = [u8]> + use<F>, JournalError> {
        let entry = catch_unwind(AssertUnwindSafe(|| self.engine().get_entry::<Numbered>(run as u64, number)));
        let entry = entry.map_err(|panic| JournalError::Engine(said(&*panic)))?.map_err(|e| failed(&e))?;
        Ok(entry.ok_or(JournalError::Missing(number))?.data)
    }
}

/// Fills a new journal with entries that were another's.
pub(super) struct JournalWriter {
    engine: Engine,
    batch: LogBatch,
    bytes: usize,
}

impl JournalWriter {
    /// Begins a journal in a directory that is missing or empty.
    pub(super) fn create(directory: &Path, settings: &Settings) -> Result<Self, JournalError> {
        let engine = engine_in(directory, settings.journal_file_bytes, Arc::new(DefaultFileSystem))?;
        Ok(Self { engine, batch: LogBatch::with_capacity(1), bytes: 0 })
    }

    /// Adds an entry; those of a run come in order.
    pub(super) fn put(&mut self, run: Run, number: u64, bytes: Vec<u8>) -> Result<(), JournalError> {
        self.bytes += bytes.len();
        let entry = Entry { index: number, data: bytes.into(), ..Entry::default() };
        self.batch.add_entries::<Numbered>(run as u64, &[entry]).map_err(|e| failed(&e))?;
        if self.bytes >= WRITE_BYTES { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<(), JournalError> {
        self.bytes = 0;
        let (engine, batch) = (&self.engine, &mut self.batch);
        let written = catch_unwind(AssertUnwindSafe(|| engine.write(batch, false)));
        written.map_err(|panic| JournalError::Engine(said(&*panic)))?.map(|_| ()).map_err(|e| failed(&e))
    }

    /// Everything is on the disk itself when this returns.
    pub(super) fn finish(mut self) -> Result<(), JournalError> {
        self.write()?;
        sync(&self.engine)
    }
}

/// `raft-engine` on the files of a directory, which is made where it is missing.
fn engine_in<F: FileSystem>(directory: &Path, file_bytes: u64, files: Arc<F>) -> Result<Engine<F>, JournalError> {
    let path = directory.to_str().ok_or_else(|| JournalError::Engine("its path is not UTF-8".to_owned()))?;
    std::fs::create_dir_all(directory).map_err(io_failed)?;
    let file_size = ReadableSize(file_bytes);
    let config = Config {
        dir: path.to_owned(),
        recovery_mode: RecoveryMode::TolerateTailCorruption,
        recovery_threads: 2,
        // Rows are dense already, and sealed ones cannot be compressed.
        batch_compression_threshold: ReadableSize(0),
        target_file_size: file_size,
        // Files are purged after a cut, not by size.
        purge_threshold: file_size,
        enable_log_recycle: true,
        ..Config::default()
    };
    let opened = catch_unwind(AssertUnwindSafe(|| Engine::open_with_file_system(config, files)));
    let engine = opened.map_err(|panic| JournalError::Engine(said(&*panic)))?.map_err(|e| failed(&e))?;
    File::open(directory).and_then(|d| d.sync_all()).map_err(io_failed)?;
    Ok(engine)
}

fn sync<F: FileSystem>(engine: &Engine<F>) -> Result<(), JournalError> {
    let synced = catch_unwind(AssertUnwindSafe(|| engine.sync()));
    synced.map_err(|panic| JournalError::Engine(said(&*panic)))?.map_err(|e| failed(&e))
}

/// Bytes in one write of a [`JournalWriter`].
const WRITE_BYTES: usize = 1024 * 1024;
/// Entries in one write of a copy.
const COPY_ENTRIES: u64 = 64;

/// Copies the entries of a run from `first` on that the new journal does not have; at least the last one.
fn copy_entries<F: FileSystem>(old: &Engine<F>, new: &Engine<F>, run: Run, first: u64) -> Result<(), JournalError> {
    let (Some(oldest), Some(last)) = (old.first_index(run as u64), old.last_index(run as u64)) else { return Ok(()) };
    let mut next = new.last_index(run as u64).map_or_else(|| first.max(oldest).min(last), |copied| copied + 1);
    while next <= last {
        let end = last.min(next + COPY_ENTRIES - 1);
        let copied = catch_unwind(AssertUnwindSafe(|| -> Result<(), JournalError> {
            let mut batch = LogBatch::with_capacity(1);
            for number in next..=end {
                let entry = old.get_entry::<Numbered>(run as u64, number).map_err(|e| failed(&e))?;
                let entry = entry.ok_or(JournalError::Missing(number))?;
                batch.add_entries::<Numbered>(run as u64, &[entry]).map_err(|e| failed(&e))?;
            }
            new.write(&mut batch, false).map(|_| ()).map_err(|e| failed(&e))
        }));
        copied.map_err(|panic| JournalError::Engine(said(&*panic)))??;
        next = end + 1;
    }
    Ok(())
}

fn io_failed(error: std::io::Error) -> JournalError {
    failed(&raft_engine::Error::Io(error))
}

fn failed(error: &raft_engine::Error) -> JournalError {
    let text = error.to_string();
    // raft-engine's own name for a full disk, which it gives when a second file did not fit either.
    let is_full = text.contains("nospace")
        || matches!(error, raft_engine::Error::Io(e) if e.kind() == std::io::ErrorKind::StorageFull);
    if is_full { JournalError::DiskFull(text) } else { JournalError::Engine(text) }
}

fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("it stopped without a reason").to_owned()
}

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;
