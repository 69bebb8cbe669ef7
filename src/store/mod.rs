//! What is on disk: the journal (the truth), snapshots, and the sled view of workers, outbox and quarantine.
//!
//! In come rows, decisions, deliveries and checkpoints of workers; out come the same after a restart.
//! A row or decision is on the disk itself when its call returns. The view is written behind and may
//! be thrown away: it is rebuilt from the newest verified snapshot and the journal after it.
//! Everything here blocks; it is called from dedicated threads. The store never decides anything,
//! never changes a fact, and never logs what it holds.

mod asked;
mod backup;
mod chunks;
mod deliveries;
mod erasing;
mod error;
mod generation;
mod journal;
mod open;
mod outbox;
mod parcels;
mod quarantine;
mod records;
mod reserve;
mod settings;
mod snapshot;
mod trial;
mod types;
mod view;
mod views;

use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::alert::RuleId;
use crate::domain::history::NightDetail;
use crate::domain::ids::{RowNumber, SiteId, UnitId, WorkerNumber};
use crate::domain::{Date, SignedDuration, Timestamp};
use crate::engine::row::Row;
use journal::Cut;
use open::{Inner, snapshots_in};
use outbox::{Bytes, Outbox};
use records::{DeliveryState, OutboxMark, Record};
use snapshot::{Frames, Header, SnapshotWriter};
use view::WorkerImage;

pub use backup::{
    Asked as BackupAsked, BackupError, BackupReport, Manifest, Patience as BackupPatience, Staged, Summary, stones_in,
    verify,
};
pub use error::{JournalError, RecordError, SnapshotError, StoreError, ViewError};
pub use parcels::{
    DeadLetter, DeliveryKey, DeliveryOutcome, FailureKind, Fate, Listed, Outgoing, Place, Ticket, Waiting,
};
pub use settings::Settings;
pub use trial::{Trial, try_disk};
pub use types::{
    AskedUnit, Checkpoint, DecisionRecord, Erasure, PackedHistory, QuarantineFilter, Quarantined, RecoveredWorker,
    Recovery, Room, SnapshotReport, UnitDecisionRecord,
};

/// The store. Clones are the same store.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("path", &self.inner.settings.path).finish_non_exhaustive()
    }
}

/// The directory of a store that nobody else can open any more.
#[derive(Debug)]
pub struct Taken {
    settings: Settings,
    lock: std::fs::File,
}

impl Taken {
    /// Opens the store and makes view and journal agree, which takes as long as reading it.
    ///
    /// # Errors
    /// [`StoreError`] where what is needed cannot be read.
    pub fn open(self) -> Result<Store, StoreError> {
        Ok(Store { inner: Arc::new(open::open(&self.settings, self.lock)?) })
    }
}

/// What a snapshot is of, and what of it was taken at one moment.
struct Image {
    header: Header,
    deliveries: Vec<(Place, DeliveryState)>,
    bytes: Bytes,
    asked: Vec<AskedUnit>,
}

/// What is behind the lock is written through to sled before it is changed in memory, so a panic of
/// another thread leaves nothing half done that a start would not mend.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Store {
    /// Whether a store was ever opened in that directory.
    #[must_use]
    pub fn is_in(path: &Path) -> bool {
        open::is_in(path)
    }

    /// Opens the store and makes view and journal agree.
    ///
    /// # Errors
    /// [`StoreError`] where another process has it, or what is needed cannot be read.
    pub fn open(settings: &Settings) -> Result<Self, StoreError> {
        Self::take(settings)?.open()
    }

    /// Takes the directory of a store for this process, and makes it where it is missing; nothing of the store is read
    /// yet.
    ///
    /// # Errors
    /// [`StoreError`] where another process has it, or a backup was not restored to its end there.
    pub fn take(settings: &Settings) -> Result<Taken, StoreError> {
        Ok(Taken { lock: open::take(&settings.path)?, settings: settings.clone() })
    }

    /// Where it is.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.inner.settings.path
    }

    /// Where to go on: the workers of the view, and the decisions of the rows after them.
    ///
    /// # Errors
    /// [`StoreError`] where something cannot be read, or rows that were applied are gone.
    pub fn recover(&self) -> Result<Recovery, StoreError> {
        let Inner { journal, views, .. } = &*self.inner;
        let view = views.now();
        let (settled, last_row) = (view.settled()?, journal.last_row());
        let read_at_start = held(&self.inner.workers).take();
        let workers = read_at_start.map_or_else(|| view.workers(), Ok)?;
        if let Some(known) = workers.iter().map(|w| w.applied_through).max().filter(|known| *known > last_row) {
            return Err(StoreError::RowsLost { last: last_row, known });
        }
        let mut decisions = std::collections::BTreeMap::<_, Vec<_>>::new();
        for entry in journal.decisions(0) {
            let (_, decided) = entry?;
            if decided.of_row > settled && !decided.decisions.is_empty() {
                decisions.entry(decided.of_row).or_default().extend(decided.decisions);
            }
        }
        let last_now = self.last_now()?;
        let erasures = view.erasures()?;
        Ok(Recovery { workers, erasures, settled, decisions, last_row, last_now })
    }

    /// The rows after `after` that are there now, read one by one. The first that cannot be read ends it.
    pub fn rows(&self, after: RowNumber) -> impl Iterator<Item = Result<Row, JournalError>> + Send + use<> {
        let inner = Arc::clone(&self.inner);
        let first = after.saturating_add(1).max(inner.journal.first_row());
        let mut is_over = false;
        (first..=inner.journal.last_row()).map_while(move |number| {
            if is_over {
                return None;
            }
            let row = inner.journal.row(number);
            is_over = row.is_err();
            Some(row)
        })
    }

    /// Writes a row. When this returns, the row is on the disk itself.
    ///
    /// # Errors
    /// [`JournalError`] where the row does not follow the last one, is too long, or could not be written.
    pub fn append_row(&self, row: &Row) -> Result<(), JournalError> {
        self.with_ballast(|inner| inner.journal.append_row(row))
    }

    /// How long a row is in the journal, so that none is made that is too long.
    #[must_use]
    pub fn row_bytes(row: &Row) -> usize {
        row.encode().len()
    }

    /// Runs a write, and once more with the ballast freed where the disk was full.
    fn with_ballast<T>(&self, write: impl Fn(&Inner) -> Result<T, JournalError>) -> Result<T, JournalError> {
        match write(&self.inner) {
            Err(JournalError::DiskFull(_)) if self.inner.ballast.free() => write(&self.inner),
            written => written,
        }
    }

    /// Writes decisions of a row, and puts what they say into the outbox. When this returns, they are
    /// on the disk itself.
    ///
    /// # Errors
    /// [`StoreError`] where they could not be written.
    pub fn append_decisions(&self, of_row: RowNumber, decisions: &[DecisionRecord]) -> Result<(), StoreError> {
        if decisions.is_empty() {
            return Ok(());
        }
        // Held over both, so that the outbox is never behind what its mark says.
        let mut outbox = self.outbox()?;
        let entry = self.with_ballast(|inner| inner.journal.append_decisions(of_row, decisions))?;
        let events = decisions.iter().flat_map(|decision| decision.outgoing.iter().cloned());
        outbox.put(entry, &(0..).zip(events).collect::<Vec<_>>())?;
        Ok(())
    }

    /// Writes decisions about units, made after a row was applied, and puts their requests into the
    /// outbox. When this returns, they are on the disk itself.
    ///
    /// # Errors
    /// [`StoreError`] where they could not be written.
    pub fn append_unit_decisions(&self, of_row: RowNumber, decisions: &[UnitDecisionRecord]) -> Result<(), StoreError> {
        if decisions.is_empty() {
            return Ok(());
        }
        let mut outbox = self.outbox()?;
        let entry = self.with_ballast(|inner| inner.journal.append_unit_decisions(of_row, decisions))?;
        let events = decisions.iter().flat_map(|decision| decision.outgoing.iter().cloned());
        outbox.put(entry, &(0..).zip(events).collect::<Vec<_>>())?;
        outbox.note(decisions.iter().map(|decision| &decision.asked))?;
        Ok(())
    }

    /// When somebody was last asked about a unit because of a rule.
    ///
    /// # Errors
    /// [`StoreError`] where the journal cannot be read.
    pub fn asked_on(&self, site: &SiteId, unit: &UnitId, rule: &RuleId) -> Result<Option<Date>, StoreError> {
        Ok(self.outbox()?.asked().last(site, unit, rule))
    }

    /// Writes workers to the view, each with its details in one atomic step.
    ///
    /// # Errors
    /// [`ViewError`] where the view cannot be written.
    pub fn save(&self, checkpoints: Vec<Checkpoint>) -> Result<(), ViewError> {
        held(&self.inner.workers).take();
        self.inner.views.save(&checkpoints)
    }

    /// Declares that every worker was saved with all rows up to `through`, and that all decisions of
    /// those rows are in the journal; syncs the view. The next start applies only the rows after it.
    ///
    /// # Errors
    /// [`StoreError`] where the view cannot be written.
    pub fn settle(&self, through: RowNumber) -> Result<(), StoreError> {
        {
            let mut outbox = self.outbox()?;
            let mark = self.outbox_mark();
            outbox.set_mark(mark)?;
        }
        Ok(self.inner.views.settle(through)?)
    }

    /// Every worker has all rows up to this one.
    ///
    /// # Errors
    /// [`ViewError`] where the view cannot be read.
    pub fn settled(&self) -> Result<RowNumber, ViewError> {
        self.inner.views.now().settled()
    }

    /// The last row of the journal; 0 in a new store.
    #[must_use]
    pub fn last_row(&self) -> RowNumber {
        self.inner.journal.last_row()
    }

    /// The outbox, following the journal to its end.
    fn outbox(&self) -> Result<MutexGuard<'_, Outbox>, StoreError> {
        let mut outbox = held(&self.inner.outbox);
        if outbox.is_behind() {
            outbox.catch_up(&self.inner.journal)?;
        }
        Ok(outbox)
    }

    /// To be called while the outbox is held.
    fn outbox_mark(&self) -> OutboxMark {
        let (decisions_through, deliveries_through) = self.inner.journal.last_facts();
        OutboxMark { decisions_through, deliveries_through }
    }

    /// The history of the first worker from `from` on, as it was saved last; `None` behind the last.
    ///
    /// # Errors
    /// [`ViewError`] where the view cannot be read.
    pub fn history(&self, from: WorkerNumber) -> Result<Option<PackedHistory>, ViewError> {
        let found = self.inner.views.now().record(Some(from))?;
        Ok(found.map(|(worker, record)| PackedHistory { worker, record }))
    }

    /// The time of the journal's last row; `None` in a new store.
    ///
    /// # Errors
    /// [`JournalError`] where that row cannot be read.
    pub fn last_now(&self) -> Result<Option<Timestamp>, JournalError> {
        let last_row = self.inner.journal.last_row();
        if last_row == 0 { Ok(None) } else { self.inner.journal.time_of(last_row).map(Some) }
    }

    /// Everything that came for one bucket of a worker.
    ///
    /// # Errors
    /// [`ViewError`] where the view cannot be read.
    pub fn detail(&self, worker: WorkerNumber, date: Date) -> Result<Option<NightDetail>, ViewError> {
        self.inner.views.now().detail(worker, date)
    }

    /// Whether enough rows came since the last snapshot.
    #[must_use]
    pub fn is_snapshot_due(&self) -> bool {
        let at = self.inner.written_at_snapshot.load(Ordering::Relaxed);
        self.inner.journal.written().wrapping_sub(at) >= self.inner.settings.snapshot_every_bytes
    }

    /// Writes a snapshot of the view, keeps the last two and cuts the journal below the older one.
    ///
    /// # Errors
    /// [`SnapshotError`] where it could not be written; the older ones stay.
    pub fn snapshot(&self) -> Result<SnapshotReport, SnapshotError> {
        let inner = &*self.inner;
        let _alone = held(&inner.snapshot_at);
        let written = inner.journal.written();
        let (path, settled, workers, bytes) = self.write_snapshot()?;
        inner.written_at_snapshot.store(written, Ordering::Relaxed);
        let files = snapshot::list(&snapshots_in(&inner.settings.path))?;
        for stale in files.iter().skip(2) {
            std::fs::remove_file(stale)?;
        }
        if let Some(older) = files.get(1) {
            let cut = self.cut_at(older, true)?;
            inner.journal.cut(cut)?;
        }
        Ok(SnapshotReport { path, settled, workers, bytes, first_row: inner.journal.first_row() })
    }

    fn write_snapshot(&self) -> Result<(std::path::PathBuf, RowNumber, u64, u64), SnapshotError> {
        let image = self.image()?;
        let directory = snapshots_in(&self.inner.settings.path);
        let mut writer = SnapshotWriter::create(&directory, image.header)?;
        let mut workers = 0;
        let settled = image.header.settled;
        self.write_image(&mut writer, image, |_| {
            workers += 1;
            Ok(())
        })?;
        let (path, bytes) = writer.finish()?;
        Ok((path, settled, workers, bytes))
    }

    /// What a snapshot begins with. It is taken first: workers that are saved meanwhile are ahead of it, never behind.
    fn image(&self) -> Result<Image, SnapshotError> {
        let settled = self.inner.views.now().settled()?;
        let outbox = self.outbox().map_err(Box::new)?;
        Ok(Image {
            header: Header { settled, outbox: self.outbox_mark() },
            asked: outbox.asked().image().collect(),
            deliveries: outbox.image(),
            bytes: outbox.bytes(),
        })
    }

    /// Writes everything of a snapshot behind its header, and shows each worker to `see`.
    fn write_image<W: std::io::Write>(
        &self,
        frames: &mut Frames<W>,
        image: Image,
        mut see: impl FnMut(&WorkerImage) -> Result<(), SnapshotError>,
    ) -> Result<(), SnapshotError> {
        let views = &self.inner.views;
        let mut next = Some(WorkerNumber(0));
        while let Some(worker) = views.now().image(next)? {
            see(&worker)?;
            frames.worker(&worker)?;
            next = worker.worker.0.checked_add(1).map(WorkerNumber);
        }
        for (place, state) in image.deliveries {
            // What was delivered meanwhile is in the journal behind the mark.
            let Some(event) = image.bytes.read(place)? else { continue };
            frames.event(place, &event.encode())?;
            if state != DeliveryState::default() {
                frames.state(place, &state.encode())?;
            }
        }
        image.asked.iter().try_for_each(|unit| frames.asked(&unit.encode()))?;
        views.now().erasures()?.iter().try_for_each(|erasure| frames.erased(&erasure.encode()))
    }

    /// Where the journal can be cut for a snapshot to be enough; above what retention asks for, where that counts.
    fn cut_at(&self, snapshot: &Path, is_retained: bool) -> Result<Cut, SnapshotError> {
        self.cut_for(snapshot::verify(snapshot)?, is_retained)
    }

    fn cut_for(&self, Header { settled, outbox }: Header, is_retained: bool) -> Result<Cut, SnapshotError> {
        let journal = &self.inner.journal;
        // The settled row stays: whoever starts from this snapshot asks for its time.
        let mut row = settled.min(journal.last_row());
        if is_retained && journal.size() <= self.inner.settings.journal_max_bytes {
            row = row.min(self.first_retained(row)?);
        }
        let mut decision = outbox.decisions_through + 1;
        for entry in journal.decisions(0) {
            let (number, decided) = entry?;
            // Whoever starts from the snapshot needs those of the rows after it.
            let is_kept = if is_retained { decided.of_row >= row } else { decided.of_row > row };
            if is_kept || number >= decision {
                decision = decision.min(number);
                break;
            }
        }
        Ok(Cut { row, decision, delivery: outbox.deliveries_through + 1 })
    }

    /// The first row, not above `limit`, that is not older than retention allows.
    fn first_retained(&self, limit: RowNumber) -> Result<RowNumber, JournalError> {
        let journal = &self.inner.journal;
        let (mut low, mut high) = (journal.first_row(), limit);
        if low == 0 || low >= high {
            return Ok(high);
        }
        let retention = SignedDuration::try_from(self.inner.settings.journal_retention).unwrap_or(SignedDuration::MAX);
        let now = journal.time_of(journal.last_row())?;
        let since = now.checked_sub(retention).unwrap_or(Timestamp::MIN);
        // The time of rows never falls: halve until the first row of the retained time is found.
        while low < high {
            let middle = low + (high - low) / 2;
            if journal.time_of(middle)? < since {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// Puts something refused into quarantine; the oldest go where it is full. Returns its id.
    ///
    /// # Errors
    /// [`ViewError`] where the view cannot be written.
    pub fn quarantine(&self, item: &Quarantined) -> Result<u64, ViewError> {
        held(&self.inner.quarantine).put(item)
    }

    /// The oldest items of quarantine that pass the filter, with their ids.
    ///
    /// # Errors
    /// [`ViewError`] where the view cannot be read.
    pub fn quarantined(&self, filter: &QuarantineFilter, limit: usize) -> Result<Vec<(u64, Quarantined)>, ViewError> {
        held(&self.inner.quarantine).list(filter, limit)
    }

    /// The newest items of quarantine, newest first, with their ids.
    ///
    /// # Errors
    /// [`ViewError`] where the view cannot be read.
    pub fn newest_quarantined(&self, limit: usize) -> Result<Vec<(u64, Quarantined)>, ViewError> {
        held(&self.inner.quarantine).newest(limit)
    }

    /// Takes an item out of quarantine; `None` where it is not there.
    ///
    /// # Errors
    /// [`ViewError`] where the view cannot be read or written.
    pub fn take_quarantined(&self, id: u64) -> Result<Option<Quarantined>, ViewError> {
        held(&self.inner.quarantine).take(id)
    }

    /// How many items are in quarantine.
    #[must_use]
    pub fn quarantined_len(&self) -> usize {
        held(&self.inner.quarantine).len()
    }

    /// How many items quarantine dropped because it was full, since the start.
    #[must_use]
    pub fn quarantine_evicted(&self) -> u64 {
        held(&self.inner.quarantine).evicted()
    }

    /// Bytes that the store takes on disk, the ballast included.
    ///
    /// # Errors
    /// [`StoreError`] where the directory cannot be read.
    pub fn bytes_on_disk(&self) -> Result<u64, StoreError> {
        let path = &self.inner.settings.path;
        bytes_below(path).map_err(StoreError::io("cannot read", path))
    }

    /// The room on the store's file system.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be asked.
    pub fn room(&self) -> Result<Room, StoreError> {
        room_in(&self.inner.settings.path)
    }
}

/// The room on the file system of a directory.
fn room_in(path: &Path) -> Result<Room, StoreError> {
    let found = rustix::fs::statvfs(path).map_err(|error| StoreError::io("cannot ask", path)(error.into()))?;
    let bytes = |blocks: u64| blocks.saturating_mul(found.f_frsize);
    Ok(Room { free_bytes: bytes(found.f_bavail), capacity_bytes: bytes(found.f_blocks) })
}

/// The length of all files below a directory. Files that go meanwhile are passed over.
fn bytes_below(directory: &Path) -> std::io::Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        bytes += match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => bytes_below(&entry.path()).unwrap_or(0),
            Ok(metadata) => metadata.len(),
            Err(_) => 0,
        };
    }
    Ok(bytes)
}

#[cfg(test)]
mod fixtures_of_cases;
#[cfg(test)]
mod fixtures_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod upgrade_tests;
