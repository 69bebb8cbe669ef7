//! Restoring a backup into an empty place.
//!
//! Everything is made in a directory of its own in there, tried, and then moved to where it belongs, the journal last;
//! that directory goes at the very end. As long as it is there no store opens in that place, so half a restore is none;
//! nor does one after a restore that was refused, for whoever wanted the old store back is not to be served from an empty
//! one. The next restore begins anew. It removes what is in that directory, and what is written down there as moved out of
//! it, and nothing else: where something else is found, somebody put it there since, and it is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::archive::TRUNCATED;
use super::contents::{Visitor, read};
use super::{BackupError, BackupReport, JOURNAL, QUARANTINE, STATE, damaged};
use crate::domain::ids::{SiteId, WorkerNumber};
use crate::domain::worker::Tombstone;
use crate::engine::row::{Input, Row, WorkerInputs};
use crate::store::journal::{JournalWriter, Run};
use crate::store::open::{Trees, load, snapshots_in, try_parts};
use crate::store::records::{Record as _, WorkerRecord};
use crate::store::reserve::lock;
use crate::store::snapshot::{self, Header};
use crate::store::types::{Erasure, Quarantined};
use crate::store::{Settings, Store, StoreError, generation, room_in};

/// Where a restore is made, in the directory of the store.
pub(in crate::store) const STAGING: &str = "restoring";
/// Names that are moved out of that directory, a line each: written down before the first of them is moved. No file of
/// a backup is called so ([`path_of`]).
const MOVED: &str = ".moved";
/// What no backup brings along, whatever its entries are called.
const OURS: &[&str] = &[STAGING, STATE, QUARANTINE, JOURNAL, "view", "snapshots", "LOCK", "ballast", "control.sock"];
/// What earlier versions brought along: how often another store was started.
const LEFT_OUT: &[&str] = &["starts.json"];
/// What may be in an empty directory: that of a file system of its own has the second.
const NOTHING: &[&str] = &["LOCK", "lost+found"];

/// Reads a backup to its end without restoring it; every sum is compared, every record read.
///
/// # Errors
/// [`BackupError`] where something is wrong with it.
pub fn verify(source: impl Read) -> Result<BackupReport, BackupError> {
    struct Look;
    impl Visitor for Look {
        fn file(&mut self, name: &str, content: &mut dyn Read) -> Result<(), BackupError> {
            path_of(name)?;
            drained(content)
        }
    }
    read(source, &mut Look)
}

fn drained(content: &mut dyn Read) -> Result<(), BackupError> {
    std::io::copy(content, &mut std::io::sink()).map(drop).map_err(|error| {
        let is_cut = error.kind() == ErrorKind::UnexpectedEof;
        if is_cut { damaged(TRUNCATED) } else { BackupError::In(error) }
    })
}

/// What is left of those whom a backup knows as erased.
///
/// # Errors
/// [`BackupError`] where something is wrong with it.
pub fn stones_in(source: impl Read) -> Result<Vec<Tombstone>, BackupError> {
    #[derive(Default)]
    struct Look(Vec<Tombstone>);
    impl Visitor for Look {
        fn erased(&mut self, erasure: Erasure) {
            self.0.push(erasure.stone);
        }
        fn row(&mut self, row: &Row) -> Result<(), BackupError> {
            self.0.extend(stones_of(row));
            Ok(())
        }
        fn file(&mut self, _name: &str, content: &mut dyn Read) -> Result<(), BackupError> {
            drained(content)
        }
    }
    let mut look = Look::default();
    read(source, &mut look)?;
    Ok(look.0)
}

fn stones_of(row: &Row) -> impl Iterator<Item = Tombstone> {
    let inputs = row.groups.iter().flat_map(|group| &group.inputs);
    inputs.filter_map(|input| if let Input::Erase(stone) = input { Some(stone.clone()) } else { None })
}

impl Store {
    /// What is left of everybody who was erased, in the view or by a row that was not applied yet.
    ///
    /// # Errors
    /// [`StoreError`] where something cannot be read.
    pub fn stones(&self) -> Result<Vec<Tombstone>, StoreError> {
        let known = self.inner.views.now().erasures()?;
        let mut stones: Vec<Tombstone> = known.into_iter().map(|erasure| erasure.stone).collect();
        for row in self.rows(self.settled()?) {
            stones.extend(stones_of(&row?));
        }
        Ok(stones)
    }
}

/// A store that is whole and on the disk, and not yet where it belongs. Dropped, it is removed, and the place is left
/// as one where a restore did not come to its end.
#[derive(Debug)]
pub struct Staged {
    path: PathBuf,
    report: BackupReport,
    erased: usize,
    sites: BTreeMap<SiteId, usize>,
    is_placed: bool,
    _lock: File,
}

impl Staged {
    /// Makes a store of a backup beside its place, `settings.path`, which must be empty. `length` is that of the
    /// backup, where it is known. Whoever is named by one of the `stones`, and whom the backup does not know as erased
    /// under it, is erased by a row behind its last one: the next start does that before anything else.
    ///
    /// # Errors
    /// [`BackupError`] where the backup is not whole, the place is not empty or in use, or something cannot be written.
    pub fn of(
        settings: &Settings,
        source: impl Read,
        length: Option<u64>,
        stones: &[Tombstone],
    ) -> Result<Self, BackupError> {
        let path = &settings.path;
        let lock = take_place(path)?;
        let manifest = super::Manifest { format: 0, vagus: String::new(), stored_format: 0, made_at: String::new() };
        let report = BackupReport { manifest, summary: super::Summary::default(), bytes: 0 };
        let staging = path.join(STAGING);
        std::fs::create_dir(&staging).and_then(|()| synced(path)).map_err(place(&staging))?;
        // From here on what is there is removed again, unless it ends well.
        let sites = BTreeMap::new();
        let mut staged = Self { path: path.clone(), report, erased: 0, sites, is_placed: false, _lock: lock };
        has_room(settings, length)?;
        let inside = Settings { path: staging, ..settings.clone() };
        let mut filler = Filler::new(&inside, stones)?;
        staged.report = read(source, &mut filler)?;
        staged.sites = filler.sites.iter().map(|(site, workers)| (site.clone(), workers.len())).collect();
        staged.erased = filler.finish(staged.report.summary.purged)?;
        try_parts(&inside)?;
        Ok(staged)
    }

    /// Whether a restore was begun in that place and did not come to its end, so that no store opens there.
    #[must_use]
    pub fn is_begun_in(path: &Path) -> bool {
        path.join(STAGING).exists()
    }

    /// Where files that others keep beside the store stand until it is put in place.
    #[must_use]
    pub fn directory(&self) -> PathBuf {
        self.path.join(STAGING)
    }

    /// What was restored.
    #[must_use]
    pub const fn report(&self) -> &BackupReport {
        &self.report
    }

    /// How many workers of the backup were erased since.
    #[must_use]
    pub const fn erased(&self) -> usize {
        self.erased
    }

    /// The sites of its workers, and how many there are of each.
    #[must_use]
    pub const fn sites(&self) -> &BTreeMap<SiteId, usize> {
        &self.sites
    }

    /// Puts everything where it belongs.
    ///
    /// # Errors
    /// [`BackupError`] where that fails: nothing counts then.
    pub fn put_in_place(mut self) -> Result<BackupReport, BackupError> {
        let staging = self.directory();
        let mut names = names_in(&staging).map_err(place(&staging))?;
        // A store is where a journal is.
        names.sort_by_key(|name| name == JOURNAL);
        write_down(&staging, &names).map_err(place(&staging))?;
        for name in names {
            std::fs::rename(staging.join(&name), self.path.join(&name)).map_err(place(&self.path))?;
        }
        synced(&staging).and_then(|()| synced(&self.path)).map_err(place(&self.path))?;
        std::fs::remove_dir_all(&staging).and_then(|()| synced(&self.path)).map_err(place(&staging))?;
        self.is_placed = true;
        Ok(self.report.clone())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.is_placed {
            // What cannot be removed keeps the place from being taken for a store, and so does what is left.
            let _ = clear_but_for_the_mark(&self.path);
        }
    }
}

fn place(path: &Path) -> impl FnOnce(std::io::Error) -> BackupError {
    let path = path.to_owned();
    move |error| BackupError::Place { path, error }
}

fn synced(directory: &Path) -> std::io::Result<()> {
    File::open(directory)?.sync_all()
}

fn names_in(directory: &Path) -> std::io::Result<Vec<String>> {
    let names = std::fs::read_dir(directory)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    names.collect()
}

/// Takes the place for this process; what an earlier restore left there is removed.
fn take_place(path: &Path) -> Result<File, BackupError> {
    std::fs::create_dir_all(path).map_err(place(path))?;
    // Nothing is left in a directory that is somebody else's.
    is_empty(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).map_err(place(path))?;
    let lock = lock(path)?;
    is_ours(path, &lock)?;
    is_empty(path)?;
    clear(path).map_err(place(path))?;
    Ok(lock)
}

/// What root restores into the directory of somebody else, the service of that somebody could not open.
fn is_ours(path: &Path, made: &File) -> Result<(), BackupError> {
    let owner = std::fs::metadata(path).map_err(place(path))?.uid();
    if made.metadata().map_err(place(path))?.uid() == owner {
        return Ok(());
    }
    std::fs::remove_file(path.join("LOCK")).map_err(place(path))?;
    Err(BackupError::OtherOwner { path: path.to_owned(), owner })
}

/// Whether nothing is there but what an earlier restore left.
fn is_empty(path: &Path) -> Result<(), BackupError> {
    let mut names = names_in(path).map_err(place(path))?;
    let left = moved_in(path).map_err(place(path))?;
    names.retain(|name| !NOTHING.contains(&name.as_str()) && name != STAGING && !left.contains(name));
    names.sort();
    match names.into_iter().next() {
        None => Ok(()),
        Some(_) if Store::is_in(path) => {
            Err(BackupError::NotEmpty { path: path.to_owned(), found: "a store".to_owned() })
        }
        Some(found) => Err(BackupError::NotEmpty { path: path.to_owned(), found }),
    }
}

/// Why no store opens in a place where a restore did not come through; `None` where none was begun.
pub(in crate::store) fn hindered(path: &Path) -> Option<StoreError> {
    Staged::is_begun_in(path).then(|| match moved_in(path) {
        Ok(moved) if moved.is_empty() => StoreError::NotRestored(path.to_owned()),
        Ok(_) | Err(_) => StoreError::HalfRestored(path.to_owned()),
    })
}

/// Writes down what will be moved out of a directory.
fn write_down(staging: &Path, names: &[String]) -> std::io::Result<()> {
    let mut file = File::create_new(staging.join(MOVED))?;
    file.write_all(names.join("\n").as_bytes())?;
    file.sync_all()?;
    synced(staging)
}

/// What an earlier restore moved to its place before it was cut short.
fn moved_in(path: &Path) -> std::io::Result<Vec<String>> {
    let staging = path.join(STAGING);
    let written = match std::fs::read_to_string(staging.join(MOVED)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        read => read?,
    };
    let is_moved = |name: &&str| !staging.join(name).exists() && path.join(name).exists();
    Ok(written.lines().filter(is_moved).map(str::to_owned).collect())
}

/// Removes what an earlier restore left, and then the directory that says so.
fn clear(path: &Path) -> std::io::Result<()> {
    clear_but_for_the_mark(path)?;
    generation::remove(&path.join(STAGING))?;
    synced(path)
}

/// Removes what a restore moved to its place, and what is in the directory that says so, which stays where it is.
fn clear_but_for_the_mark(path: &Path) -> std::io::Result<()> {
    let staging = path.join(STAGING);
    if !staging.exists() {
        return Ok(());
    }
    let remove =
        |found: &Path| if found.is_dir() { std::fs::remove_dir_all(found) } else { std::fs::remove_file(found) };
    for name in moved_in(path)? {
        remove(&path.join(name))?;
    }
    synced(path)?;
    // The list goes last: what it names is ours as long as it is there.
    let mut names = names_in(&staging)?;
    names.sort_by_key(|name| name == MOVED);
    for name in names {
        remove(&staging.join(name))?;
    }
    synced(path)
}

/// The snapshot, the view made of it, and the journal together are about twice what the backup is.
fn has_room(settings: &Settings, length: Option<u64>) -> Result<(), BackupError> {
    let Some(length) = length else { return Ok(()) };
    let free = room_in(&settings.path)?.free_bytes.saturating_sub(settings.ballast_bytes);
    let needed = length.saturating_mul(2);
    if free >= needed { Ok(()) } else { Err(BackupError::NoRoom { needed, free, path: settings.path.clone() }) }
}

/// Where a file that others keep goes: a name, or a name in one directory.
fn path_of(name: &str) -> Result<PathBuf, BackupError> {
    let is_plain = |part: &str| {
        let is_known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        !part.is_empty() && !part.starts_with('.') && part.chars().all(is_known)
    };
    let parts: Vec<&str> = name.split('/').collect();
    let is_ours = parts.first().is_some_and(|first| OURS.iter().any(|ours| ours == first));
    if parts.len() <= 2 && parts.iter().all(|part| is_plain(part)) && !is_ours {
        return Ok(parts.iter().collect());
    }
    Err(damaged("a file of it has a name that none of ours has"))
}

/// Makes a store of what is read.
struct Filler<'a> {
    settings: &'a Settings,
    journal: Option<JournalWriter>,
    trees: Option<Trees>,
    stones: &'a [Tombstone],
    /// Whom the backup knows as erased.
    known: Vec<Tombstone>,
    /// Workers of it whom a stone names.
    named: Vec<(WorkerNumber, Tombstone)>,
    sites: BTreeMap<SiteId, BTreeSet<WorkerNumber>>,
    last: Option<Row>,
}

impl<'a> Filler<'a> {
    fn new(settings: &'a Settings, stones: &'a [Tombstone]) -> Result<Self, BackupError> {
        let journal = Some(JournalWriter::create(&settings.path.join(JOURNAL), settings)?);
        let (known, named, sites) = (Vec::new(), Vec::new(), BTreeMap::new());
        Ok(Self { settings, journal, trees: None, stones, known, named, sites, last: None })
    }

    fn snapshots(&self) -> PathBuf {
        snapshots_in(&self.settings.path)
    }

    fn look_at(&mut self, worker: WorkerNumber, key: &crate::domain::ids::WorkerKey) {
        self.sites.entry(key.site.clone()).or_default().insert(worker);
        let named = self.stones.iter().filter(|stone| stone.is_of(&key.site, key.worker.as_str()));
        let found: Vec<_> = named.map(|stone| (worker, stone.clone())).collect();
        self.named.extend(found);
    }

    /// Ends journal and view. Gives how many are erased by the row behind the last.
    fn finish(mut self, purged: u64) -> Result<usize, BackupError> {
        let known = std::mem::take(&mut self.known);
        let mut named = std::mem::take(&mut self.named);
        named.retain(|(_, stone)| !known.contains(stone));
        named.sort_by_key(|(worker, _)| *worker);
        named.dedup_by_key(|(worker, _)| *worker);
        let mut journal = self.journal.take().ok_or_else(|| damaged("it has no journal"))?;
        if let Some(last) = self.last.take().filter(|_| !named.is_empty()) {
            let group = |(worker, stone): &(WorkerNumber, Tombstone)| WorkerInputs {
                worker: *worker,
                inputs: vec![Input::Erase(stone.clone())],
            };
            // The clock is looked at by the service, which guards against a step of it.
            let groups = named.iter().map(group).collect();
            let row = Row { number: last.number + 1, messages: Vec::new(), groups, ..last };
            journal.put(Run::Rows, row.number, row.encode())?;
        }
        journal.finish()?;
        let (view, outbox, quarantine) = self.trees.take().ok_or_else(|| damaged("it has no snapshot"))?;
        // Whoever was erased and is not in it at all is not to be enrolled by what is sent again, either.
        let is_new = |stone: &&Tombstone| !known.contains(stone) && named.iter().all(|(_, named)| named != *stone);
        for stone in self.stones.iter().filter(is_new) {
            view.bury(&Erasure { worker: WorkerNumber(rand::random()), stone: stone.clone(), of_row: 0 })?;
        }
        view.set_purged(purged)?;
        view.declare_whole()?;
        drop((view, outbox, quarantine));
        for directory in [self.snapshots(), self.settings.path.clone()] {
            synced(&directory).map_err(place(&directory))?;
        }
        Ok(named.len())
    }
}

impl Visitor for Filler<'_> {
    fn snapshot_copy(&mut self) -> Result<(Box<dyn Write>, PathBuf), BackupError> {
        let path = self.snapshots().join(snapshot::UNFINISHED);
        let made = std::fs::create_dir_all(self.snapshots()).and_then(|()| File::create(&path));
        let file = made.map_err(place(&path))?;
        Ok((Box::new(BufWriter::with_capacity(1 << 18, file)), path))
    }

    fn snapshot_ended(&mut self, header: Header) -> Result<(), BackupError> {
        let written = self.snapshots().join(snapshot::UNFINISHED);
        let file = self.snapshots().join(snapshot::file_name(header.settled));
        let named = File::open(&written).and_then(|file| file.sync_all());
        named.and_then(|()| std::fs::rename(&written, &file)).map_err(place(&file))?;
        let view = self.settings.path.join("view");
        let loaded = load(&view, self.settings, Some(&file));
        self.trees = Some(loaded.map_err(|error| super::of_snapshot(error, place(&view)))?);
        Ok(())
    }

    fn worker(&mut self, worker: WorkerNumber, record: &WorkerRecord) {
        self.look_at(worker, &record.history.profile.key);
    }

    fn erased(&mut self, erasure: Erasure) {
        self.known.push(erasure.stone);
    }

    fn quarantined(&mut self, id: u64, item: &Quarantined) -> Result<(), BackupError> {
        if let Some((_, _, quarantine)) = &mut self.trees {
            quarantine.restore(id, item)?;
        }
        Ok(())
    }

    fn row(&mut self, row: &Row) -> Result<(), BackupError> {
        for group in &row.groups {
            for input in &group.inputs {
                if let Input::Enrol(profile) = input {
                    self.look_at(group.worker, &profile.key);
                }
            }
        }
        self.known.extend(stones_of(row));
        self.last = Some(Row { groups: Vec::new(), messages: Vec::new(), ..row.clone() });
        Ok(())
    }

    fn entry(&mut self, run: Run, number: u64, bytes: Vec<u8>) -> Result<(), BackupError> {
        self.journal.as_mut().map_or(Ok(()), |journal| Ok(journal.put(run, number, bytes)?))
    }

    fn file(&mut self, name: &str, content: &mut dyn Read) -> Result<(), BackupError> {
        if LEFT_OUT.contains(&name) {
            return drained(content);
        }
        let path = self.settings.path.join(path_of(name)?);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(place(parent))?;
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(place(&path))?;
        let mut buffer = vec![0; 1 << 16];
        loop {
            match content.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => file.write_all(&buffer[..read]).map_err(place(&path))?,
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Err(damaged(TRUNCATED)),
                Err(error) => return Err(BackupError::In(error)),
            }
        }
        file.sync_all().map_err(place(&path))?;
        path.parent().map_or(Ok(()), |parent| synced(parent).map_err(place(parent)))
    }
}
