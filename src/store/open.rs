//! Opening: lock, journal, view, and what it takes to make them agree.
//!
//! A view that is missing, unreadable or was not made to its end is moved aside and rebuilt from the
//! newest snapshot that verifies. It then stands at that snapshot's row; the rows after it are applied
//! again by whoever asks for them. Rows that were acknowledged and are gone stop the start.

use std::fs::File;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;

use super::backup::hindered;
use super::error::{JournalError, RecordError, SnapshotError, StoreError, ViewError};
use super::generation;
use super::journal::Journal;
use super::outbox::Outbox;
use super::parcels::Outgoing;
use super::quarantine::Quarantine;
use super::records::{DeliveryState, OutboxMark, Record};
use super::reserve::{Ballast, lock};
use super::settings::Settings;
use super::snapshot::{self, Header, Piece, SnapshotReader};
use super::types::{AskedUnit, Erasure, Quarantined, RecoveredWorker};
use super::view::{View, WorkerImage};
use super::views::Views;
use crate::domain::ids::RowNumber;
use crate::engine::row::Row;

/// Everything that is open.
pub(super) struct Inner {
    pub(super) settings: Settings,
    pub(super) journal: Journal,
    pub(super) views: Views,
    pub(super) outbox: Mutex<Outbox>,
    pub(super) quarantine: Mutex<Quarantine>,
    pub(super) ballast: Ballast,
    /// The workers as they were read at the start, until they are asked for or one is saved.
    pub(super) workers: Mutex<Option<Vec<RecoveredWorker>>>,
    /// One snapshot at a time; below it the value of [`Journal::written`] at the last one.
    pub(super) snapshot_at: Mutex<()>,
    /// One backup at a time.
    pub(super) backup_at: Mutex<()>,
    /// Quarantine holds nobody any more who was erased by the rows up to this one.
    pub(super) quarantine_forgot: AtomicU64,
    pub(super) written_at_snapshot: AtomicU64,
    _lock: File,
}

/// Where the snapshots of a store are.
pub(super) fn snapshots_in(store: &Path) -> PathBuf {
    store.join("snapshots")
}

/// Whether a journal was ever made there.
pub(super) fn is_in(store: &Path) -> bool {
    generation::current(store, "journal").is_ok_and(|journal| journal.is_dir())
}

fn is_full(error: &StoreError) -> bool {
    match error {
        StoreError::Io { source, .. } => source.kind() == std::io::ErrorKind::StorageFull,
        StoreError::Journal(JournalError::DiskFull(_)) => true,
        StoreError::View(error) => is_full_view(error),
        StoreError::Journal(_)
        | StoreError::InUse(_)
        | StoreError::Snapshot(_)
        | StoreError::HalfRestored(_)
        | StoreError::NotRestored(_)
        | StoreError::NoRoom { .. }
        | StoreError::RowsMissing { .. }
        | StoreError::RowsLost { .. }
        | StoreError::NoSnapshot(_) => false,
    }
}

/// Takes the store for this process, without reading anything of it.
pub(super) fn take(path: &Path) -> Result<File, StoreError> {
    std::fs::create_dir_all(path).map_err(StoreError::io("cannot create", path))?;
    // Health data: nobody else on the machine may look in.
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))
        .map_err(StoreError::io("cannot close to others", path))?;
    let lock = lock(path)?;
    if let Some(error) = hindered(path) {
        return Err(error);
    }
    Ok(lock)
}

/// Opens the store that was taken; on a full disk once more with the ballast freed.
pub(super) fn open(settings: &Settings, lock: File) -> Result<Inner, StoreError> {
    let path = &settings.path;
    let ballast = Ballast::in_directory(path);
    let parts = match parts(settings) {
        Err(error) if is_full(&error) && ballast.free() => parts(settings)?,
        parts => {
            let parts = parts?;
            ballast.load(settings.ballast_bytes)?;
            parts
        }
    };
    // The entries of new files and of the store itself.
    for directory in [Some(path.as_path()), path.parent().filter(|parent| !parent.as_os_str().is_empty())] {
        let Some(directory) = directory else { continue };
        File::open(directory).and_then(|d| d.sync_all()).map_err(StoreError::io("cannot sync", directory))?;
    }
    let Parts { journal, view, workers, outbox, quarantine } = parts;
    let unsaved = unsaved_bytes(&journal, snapshot_header(path).map(|h| h.settled));
    Ok(Inner {
        settings: settings.clone(),
        journal,
        views: Views::new(view),
        outbox: Mutex::new(outbox),
        quarantine: Mutex::new(quarantine),
        workers: Mutex::new(Some(workers)),
        ballast,
        snapshot_at: Mutex::new(()),
        backup_at: Mutex::new(()),
        quarantine_forgot: AtomicU64::new(0),
        // The bytes since the last snapshot count from before the start: this wraps below zero.
        written_at_snapshot: AtomicU64::new(0_u64.wrapping_sub(unsaved)),
        _lock: lock,
    })
}

/// The header of the newest snapshot, without looking at the rest of the file.
fn snapshot_header(store: &Path) -> Option<Header> {
    let files = snapshot::list(&snapshots_in(store)).ok()?;
    files.iter().find_map(|file| SnapshotReader::open(file).ok()).map(|reader| reader.header())
}

/// About how many bytes of rows came since the last snapshot.
fn unsaved_bytes(journal: &Journal, snapshot: Option<RowNumber>) -> u64 {
    let (first, last) = (journal.first_row(), journal.last_row());
    let rows = (last + 1).saturating_sub(first).max(1);
    let since = last.saturating_sub(snapshot.unwrap_or(0)).min(rows);
    journal.size() / rows * since
}

struct Parts {
    journal: Journal,
    view: View,
    workers: Vec<RecoveredWorker>,
    outbox: Outbox,
    quarantine: Quarantine,
}

fn parts(settings: &Settings) -> Result<Parts, StoreError> {
    let store = &settings.path;
    for name in ["journal", "view"] {
        generation::remove_others(store, name).map_err(StoreError::io("cannot remove an old part of", store))?;
    }
    generation::remove_file(&snapshots_in(store).join(snapshot::UNFINISHED))
        .map_err(StoreError::io("cannot remove what was begun in", store))?;
    let place = |name| generation::current(store, name).map_err(StoreError::io("cannot read", store));
    let journal = Journal::open(&place("journal")?, settings)?;
    let directory = place("view")?;
    let found = match whole_view(&directory, settings) {
        Ok(found) => found,
        Err(error) if is_damage(&error) => None,
        Err(error) => return Err(error.into()),
    };
    let ((view, mut outbox, quarantine), workers) = match found {
        Some(found) => found,
        None => {
            let views = rebuild(&directory, settings, &journal)?;
            let workers = views.0.workers()?;
            (views, workers)
        }
    };
    outbox.catch_up(&journal)?;
    check(&journal, &view)?;
    Ok(Parts { journal, view, workers, outbox, quarantine })
}

/// Whether a view is of no use. A full disk, missing permissions or a newer version are no reason to
/// throw anything away.
fn is_damage(error: &ViewError) -> bool {
    match error {
        ViewError::Record(RecordError::Unreadable { .. })
        | ViewError::Incomplete
        | ViewError::Sled(sled::Error::Corruption { .. } | sled::Error::ReportableBug(_)) => true,
        ViewError::Panicked(_) => !is_full_view(error),
        ViewError::Sled(sled::Error::Io(_) | sled::Error::Unsupported(_) | sled::Error::CollectionNotFound(_))
        | ViewError::Record(RecordError::Newer { .. })
        | ViewError::Io(_)
        | ViewError::TooLong(_) => false,
    }
}

fn is_full_view(error: &ViewError) -> bool {
    match error {
        ViewError::Io(source) | ViewError::Sled(sled::Error::Io(source)) => {
            source.kind() == std::io::ErrorKind::StorageFull
        }
        // sled passes the text on where it panics.
        ViewError::Panicked(text) => text.contains("StorageFull") || text.contains("No space left"),
        ViewError::Sled(_) | ViewError::Record(_) | ViewError::TooLong(_) | ViewError::Incomplete => false,
    }
}

/// What is in one view.
pub(super) type Trees = (View, Outbox, Quarantine);

/// The view as it stands, if it was made to its end and all of it can be read.
fn whole_view(directory: &Path, settings: &Settings) -> Result<Option<(Trees, Vec<RecoveredWorker>)>, ViewError> {
    if !directory.exists() {
        return Ok(None);
    }
    let view = View::open(directory, settings.view_cache_bytes)?;
    if !view.is_whole()? {
        return Ok(None);
    }
    let outbox = Outbox::open(view.tree("outbox")?, settings)?;
    let quarantine = Quarantine::open(view.tree("quarantine")?, settings)?;
    let workers = view.workers()?;
    Ok(Some(((view, outbox, quarantine), workers)))
}

/// Moves a view that is of no use aside; the one before it goes.
fn move_aside(directory: &Path) -> Result<(), StoreError> {
    if !directory.exists() {
        return Ok(());
    }
    let aside = directory.with_file_name("view.unreadable");
    if aside.exists() {
        std::fs::remove_dir_all(&aside).map_err(StoreError::io("cannot remove", &aside))?;
    }
    std::fs::rename(directory, &aside).map_err(StoreError::io("cannot move aside", directory))
}

fn rebuild(directory: &Path, settings: &Settings, journal: &Journal) -> Result<Trees, StoreError> {
    move_aside(directory)?;
    let snapshots = snapshot::list(&snapshots_in(&settings.path));
    let snapshots = snapshots.map_err(StoreError::io("cannot read", snapshots_in(&settings.path)))?;
    let mut problems = Vec::new();
    for file in &snapshots {
        match snapshot::verify(file).and_then(|_| load(directory, settings, Some(file))) {
            Ok(views) => return refill(views, journal),
            Err(SnapshotError::Record(error @ RecordError::Newer { .. })) => {
                return Err(StoreError::View(error.into()));
            }
            Err(error) => problems.push(format!("{}: {error}", file.display())),
        }
        move_aside(directory)?;
    }
    // Without a snapshot the journal must be all there is.
    if journal.first_row() > 1 {
        let problems = if problems.is_empty() { "there is none".to_owned() } else { problems.join("; ") };
        return Err(StoreError::NoSnapshot(problems));
    }
    let views = load(directory, settings, None).map_err(|error| match error {
        SnapshotError::Io(source) => StoreError::io("cannot read", directory)(source),
        error @ (SnapshotError::Damaged(_) | SnapshotError::Record(_)) => StoreError::NoSnapshot(error.to_string()),
        error @ (SnapshotError::View(_) | SnapshotError::Store(_) | SnapshotError::Journal(_)) => error.into(),
    })?;
    refill(views, journal)
}

/// Makes a view from a snapshot, or an empty one; it is not whole before quarantine is in it.
pub(super) fn load(directory: &Path, settings: &Settings, snapshot: Option<&Path>) -> Result<Trees, SnapshotError> {
    let view = View::open(directory, settings.view_cache_bytes)?;
    let mut outbox = Outbox::open(view.tree("outbox")?, settings)?;
    let quarantine = Quarantine::open(view.tree("quarantine")?, settings)?;
    if let Some(path) = snapshot {
        let mut reader = SnapshotReader::open(path)?;
        let mut batches = view.batches();
        let mut image: Option<WorkerImage> = None;
        while let Some(piece) = reader.next_piece()? {
            match piece {
                Piece::Worker(worker, record) => {
                    if let Some(image) = image.replace(WorkerImage { worker, record, details: Vec::new() }) {
                        view.restore(&mut batches, &image)?;
                    }
                }
                Piece::Detail(detail) => {
                    let worker = image.as_mut().ok_or(SnapshotError::Damaged("a detail stands before its worker"))?;
                    worker.details.push(detail);
                }
                Piece::Event(place, event) => {
                    outbox.put(place.entry, &[(place.index, Outgoing::decode(&event)?)])?;
                }
                Piece::State(place, state) => outbox.restore(place, DeliveryState::decode(&state)?)?,
                Piece::Erased(erasure) => view.bury(&Erasure::decode(&erasure)?)?,
                Piece::Asked(asked) => outbox.note([&AskedUnit::decode(&asked)?])?,
            }
        }
        if let Some(image) = image {
            view.restore(&mut batches, &image)?;
        }
        batches.apply()?;
        outbox.set_mark(reader.header().outbox)?;
        view.settle(reader.header().settled)?;
    } else {
        outbox.set_mark(OutboxMark::default())?;
    }
    Ok((view, outbox, quarantine))
}

/// Fills quarantine from the rows that are still there, and declares the view whole.
fn refill(views: Trees, journal: &Journal) -> Result<Trees, StoreError> {
    let (view, outbox, mut quarantine) = views;
    for number in journal.first_row().max(1)..=journal.last_row() {
        for item in refused_in(journal.row(number)?) {
            quarantine.put(&item)?;
        }
    }
    view.declare_whole()?;
    Ok((view, outbox, quarantine))
}

fn refused_in(row: Row) -> impl Iterator<Item = Quarantined> {
    row.messages.into_iter().flat_map(move |message| {
        message.refused.into_iter().map(move |refused| Quarantined {
            site: message.site.clone(),
            source: message.source.clone(),
            topic: message.topic.clone(),
            received_at: row.now,
            reason: refused.rejection.reason,
            detail: refused.rejection.detail,
            index: refused.rejection.index,
            raw: refused.raw,
        })
    })
}

/// Opens what a restored store is made of, and closes it: whatever would keep it from opening is found here.
pub(super) fn try_parts(settings: &Settings) -> Result<(), StoreError> {
    parts(settings).map(drop)
}

/// Rows that are needed must be there, and the view must not know more than the journal.
fn check(journal: &Journal, view: &View) -> Result<(), StoreError> {
    let (first, last, settled) = (journal.first_row(), journal.last_row(), view.settled()?);
    if last < settled {
        return Err(StoreError::RowsLost { last, known: settled });
    }
    if last > settled && first > settled + 1 {
        return Err(StoreError::RowsMissing { needed: settled + 1, first });
    }
    Ok(())
}
