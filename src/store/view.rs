//! The view of workers: one record each, with its own `applied_through`, and the details of its nights.
//!
//! A worker's keys stand together: number, kind, date, chunk. What is saved of a worker at once is
//! one sled batch, so its record and its details are always of the same row. Beside that stands how
//! far all workers are settled. Whatever is in here can be rebuilt.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use sled::{Db, Tree};

use super::chunks::{self, Batches, Operations};
use super::error::{RecordError, ViewError};
use super::records::{FORMAT, Record, WorkerRecord};
use super::types::{Checkpoint, Erasure, RecoveredWorker};
use crate::domain::Date;
use crate::domain::history::NightDetail;
use crate::domain::ids::{RowNumber, WorkerNumber};

const RECORD: u8 = 0;
const DETAIL: u8 = 1;

/// Written last when a view is made or rebuilt: without it the view is not whole.
const FORMAT_KEY: &[u8] = b"format";
const SETTLED_KEY: &[u8] = b"settled";
/// Everybody who was erased by the rows up to this one has left the files too.
const PURGED_KEY: &[u8] = b"purged";

const LOCK_ATTEMPTS: u32 = 100;
const LOCK_PAUSE: std::time::Duration = std::time::Duration::from_millis(20);

/// What the view holds of one worker.
pub(super) struct WorkerImage {
    pub(super) worker: WorkerNumber,
    pub(super) record: Vec<u8>,
    pub(super) details: Vec<Vec<u8>>,
}

/// The view.
pub(super) struct View {
    db: Db,
    workers: Tree,
    erased: Tree,
    state: Tree,
    file: File,
    /// Readers of several chunks against a save in between.
    whole: RwLock<()>,
}

fn record_key(worker: WorkerNumber) -> Vec<u8> {
    let mut key = worker.0.to_be_bytes().to_vec();
    key.push(RECORD);
    key
}

/// Big-endian and without sign, so that keys are in the order of dates.
fn detail_key(worker: WorkerNumber, date: Date) -> Vec<u8> {
    let mut key = worker.0.to_be_bytes().to_vec();
    key.push(DETAIL);
    let year = (i32::from(date.year()) + 10_000).unsigned_abs();
    let day = year << 9 | u32::from(date.month().unsigned_abs()) << 5 | u32::from(date.day().unsigned_abs());
    key.extend_from_slice(&day.to_be_bytes());
    key
}

fn worker_in(key: &[u8]) -> Result<WorkerNumber, ViewError> {
    key.first_chunk().map(|number| WorkerNumber(u128::from_be_bytes(*number))).ok_or(ViewError::Incomplete)
}

/// Runs what sled does at opening, where it panics on files it does not understand.
pub(super) fn guarded<T>(open: impl FnOnce() -> Result<T, ViewError>) -> Result<T, ViewError> {
    catch_unwind(AssertUnwindSafe(open)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref().copied());
        Err(ViewError::Panicked(text.unwrap_or("sled stopped without a reason").to_owned()))
    })
}

/// A snapshot file of sled's own that was being written keeps sled from opening.
fn remove_unfinished(directory: &Path) -> Result<(), ViewError> {
    if !directory.exists() {
        return Ok(());
    }
    for entry in std::fs::read_dir(directory)? {
        let path: PathBuf = entry?.path();
        if path.extension().is_some_and(|e| e == "generating") {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}

impl View {
    /// Opens the view in `directory`, empty where it is missing.
    pub(super) fn open(directory: &Path, cache_bytes: u64) -> Result<Self, ViewError> {
        remove_unfinished(directory)?;
        let mut opened = Self::try_open(directory, cache_bytes);
        // sled's threads of an earlier opening in this process may hold its lock a moment longer.
        for _ in 0..LOCK_ATTEMPTS {
            let is_locked = opened.as_ref().is_err_and(|error| error.to_string().contains("could not acquire lock"));
            if !is_locked {
                break;
            }
            std::thread::sleep(LOCK_PAUSE);
            opened = Self::try_open(directory, cache_bytes);
        }
        opened
    }

    fn try_open(directory: &Path, cache_bytes: u64) -> Result<Self, ViewError> {
        guarded(|| {
            let config = sled::Config::new().path(directory).cache_capacity(cache_bytes).flush_every_ms(Some(1_000));
            let db = config.open()?;
            let file = File::open(directory.join("db"))?;
            Ok(Self {
                workers: db.open_tree("workers")?,
                erased: db.open_tree("erased")?,
                state: db.open_tree("state")?,
                db,
                file,
                whole: RwLock::new(()),
            })
        })
    }

    /// Another tree of the same view.
    pub(super) fn tree(&self, name: &str) -> Result<Tree, ViewError> {
        guarded(|| Ok(self.db.open_tree(name)?))
    }

    /// Whether the view was made to its end.
    pub(super) fn is_whole(&self) -> Result<bool, ViewError> {
        match self.state.get(FORMAT_KEY)?.as_deref() {
            None => Ok(false),
            // Each record says itself in which format it is.
            Some([1..=FORMAT]) => Ok(true),
            Some([version, ..]) if *version > FORMAT => {
                Err(RecordError::Newer { record: "view", version: *version, known: FORMAT }.into())
            }
            Some(_) => Ok(false),
        }
    }

    /// Declares the view made to its end.
    pub(super) fn declare_whole(&self) -> Result<(), ViewError> {
        self.sync()?;
        self.state.insert(FORMAT_KEY, &[FORMAT])?;
        self.sync()
    }

    /// Whatever was written is on the disk itself when this returns; sled's own flush does not sync.
    pub(super) fn sync(&self) -> Result<(), ViewError> {
        self.db.flush()?;
        self.file.sync_data()?;
        Ok(())
    }

    /// Every worker has all rows up to this one.
    pub(super) fn settled(&self) -> Result<RowNumber, ViewError> {
        Ok(self.state.get(SETTLED_KEY)?.map_or(Ok(0), |bytes| RowNumber::decode(&bytes))?)
    }

    /// Syncs what was saved, and only then says that it is settled.
    pub(super) fn settle(&self, through: RowNumber) -> Result<(), ViewError> {
        if self.settled()? == through {
            return Ok(());
        }
        self.sync()?;
        self.state.insert(SETTLED_KEY, through.encode())?;
        self.sync()
    }

    /// Writes workers, each in one step.
    pub(super) fn save(&self, checkpoints: &[Checkpoint]) -> Result<(), ViewError> {
        let mut batches = Batches::new(&self.workers);
        let mut in_batch = std::collections::BTreeSet::new();
        for checkpoint in checkpoints {
            // The chunks to be removed are those on disk: a worker must not be in a batch twice.
            if !in_batch.insert(checkpoint.worker) {
                self.apply(&mut batches)?;
            }
            batches.add(self.operations_of(checkpoint)?)?;
        }
        self.apply(&mut batches)
    }

    fn apply(&self, batches: &mut Batches<'_>) -> Result<(), ViewError> {
        let _writing = self.whole.write().unwrap_or_else(PoisonError::into_inner);
        batches.apply()
    }

    fn operations_of(&self, checkpoint: &Checkpoint) -> Result<Operations, ViewError> {
        let Checkpoint { worker, details, dropped_details, .. } = checkpoint;
        let mut operations = Operations::new();
        for date in dropped_details {
            chunks::remove(&self.workers, &mut operations, &detail_key(*worker, *date))?;
        }
        for detail in details {
            chunks::put(&self.workers, &mut operations, &detail_key(*worker, detail.date), &detail.encode())?;
        }
        let record = WorkerRecord::encode_parts(checkpoint.applied_through, &checkpoint.history);
        chunks::put(&self.workers, &mut operations, &record_key(*worker), &record)?;
        Ok(operations)
    }

    /// Removes all there is of a worker, and keeps that they were erased.
    pub(super) fn erase(&self, erasure: &Erasure) -> Result<(), ViewError> {
        self.bury(erasure)?;
        let _writing = self.whole.write().unwrap_or_else(PoisonError::into_inner);
        let mut batches = Batches::new(&self.workers);
        let keys: Vec<_> = self.workers.scan_prefix(erasure.worker.0.to_be_bytes()).keys().collect::<Result<_, _>>()?;
        let (record, details): (Vec<_>, Vec<_>) = keys.into_iter().partition(|key| key.get(16) == Some(&RECORD));
        // The record goes last and at once: a worker without one would make the view look damaged after a kill.
        details.into_iter().try_for_each(|key| batches.add(vec![(key.to_vec(), None)]))?;
        batches.apply()?;
        batches.add(record.into_iter().map(|key| (key.to_vec(), None)).collect())?;
        batches.apply()
    }

    /// Everybody who was erased.
    pub(super) fn erasures(&self) -> Result<Vec<Erasure>, ViewError> {
        self.erased.iter().values().map(|value| Ok(Erasure::decode(&value?)?)).collect()
    }

    /// Everybody who was erased by the rows up to this one has left the files of the store too.
    pub(super) fn purged(&self) -> Result<RowNumber, ViewError> {
        Ok(self.state.get(PURGED_KEY)?.map_or(Ok(0), |bytes| RowNumber::decode(&bytes))?)
    }

    /// Declares that everybody who was erased by the rows up to this one has left the files.
    pub(super) fn set_purged(&self, through: RowNumber) -> Result<(), ViewError> {
        self.state.insert(PURGED_KEY, through.encode())?;
        Ok(())
    }

    /// Everything that came for one bucket of a worker.
    pub(super) fn detail(&self, worker: WorkerNumber, date: Date) -> Result<Option<NightDetail>, ViewError> {
        let _reading = self.whole.read().unwrap_or_else(PoisonError::into_inner);
        let bytes = chunks::read(&self.workers, &detail_key(worker, date))?;
        Ok(bytes.map(|bytes| NightDetail::decode(&bytes)).transpose()?)
    }

    /// Every worker, without the details.
    pub(super) fn workers(&self) -> Result<Vec<RecoveredWorker>, ViewError> {
        let mut workers = Vec::new();
        let mut next = Some(WorkerNumber(0));
        while let Some(number) = self.next_worker(next)? {
            let bytes = chunks::read(&self.workers, &record_key(number))?.ok_or(ViewError::Incomplete)?;
            let WorkerRecord { applied_through, history } = WorkerRecord::decode(&bytes)?;
            workers.push(RecoveredWorker { worker: number, applied_through, history });
            next = number.0.checked_add(1).map(WorkerNumber);
        }
        Ok(workers)
    }

    /// The record of the first worker from `from` on.
    pub(super) fn record(&self, from: Option<WorkerNumber>) -> Result<Option<(WorkerNumber, Vec<u8>)>, ViewError> {
        let _reading = self.whole.read().unwrap_or_else(PoisonError::into_inner);
        let Some(worker) = self.next_worker(from)? else { return Ok(None) };
        let bytes = chunks::read(&self.workers, &record_key(worker))?.ok_or(ViewError::Incomplete)?;
        Ok(Some((worker, bytes)))
    }

    /// The first worker from `from` on.
    fn next_worker(&self, from: Option<WorkerNumber>) -> Result<Option<WorkerNumber>, ViewError> {
        let Some(from) = from else { return Ok(None) };
        let key = self.workers.range(from.0.to_be_bytes()..).next().transpose()?;
        key.map(|(key, _)| worker_in(&key)).transpose()
    }

    /// All there is of the first worker from `from` on, as of one row.
    pub(super) fn image(&self, from: Option<WorkerNumber>) -> Result<Option<WorkerImage>, ViewError> {
        let _reading = self.whole.read().unwrap_or_else(PoisonError::into_inner);
        let Some(worker) = self.next_worker(from)? else { return Ok(None) };
        let mut image = WorkerImage { worker, record: Vec::new(), details: Vec::new() };
        for value in chunks::values(self.workers.scan_prefix(worker.0.to_be_bytes())) {
            let (key, value) = value?;
            if key.get(16) == Some(&RECORD) {
                image.record = value;
            } else {
                image.details.push(value);
            }
        }
        Ok(Some(image))
    }

    /// Takes over what another view has beside workers, outbox and quarantine.
    pub(super) fn take_state_of(&self, other: &Self) -> Result<(), ViewError> {
        chunks::copy_tree(&other.erased, &self.erased)?;
        self.state.insert(SETTLED_KEY, other.settled()?.encode())?;
        self.set_purged(other.purged()?)
    }

    /// Keeps that somebody was erased, as a snapshot has it.
    pub(super) fn bury(&self, erasure: &Erasure) -> Result<(), ViewError> {
        self.erased.insert(erasure.worker.0.to_be_bytes(), erasure.encode())?;
        Ok(())
    }

    /// Puts a worker back as a snapshot has it.
    pub(super) fn restore(&self, batches: &mut Batches<'_>, image: &WorkerImage) -> Result<(), ViewError> {
        let mut operations = Operations::new();
        for detail in &image.details {
            let date = NightDetail::decode(detail)?.date;
            chunks::put(&self.workers, &mut operations, &detail_key(image.worker, date), detail)?;
        }
        chunks::put(&self.workers, &mut operations, &record_key(image.worker), &image.record)?;
        batches.add(operations)
    }

    /// Batches of the tree of workers, for [`restore`](Self::restore).
    pub(super) fn batches(&self) -> Batches<'_> {
        Batches::new(&self.workers)
    }
}
