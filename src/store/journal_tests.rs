//! The journal on a file system that loses what was not synced, fails to sync, or is full.

use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use raft_engine::env::{Handle, Permission, WriteExt};

use super::*;
use crate::domain::ids::ChannelId;
use crate::store::parcels::DeliveryKey;
use crate::store::records::samples::{Dice, sample};

type Plain = DefaultFileSystem;

/// What of each file would survive a power loss, and what is to fail.
#[derive(Default)]
struct Disk {
    synced: Mutex<BTreeMap<PathBuf, Vec<u8>>>,
    fails_to_sync: AtomicBool,
    is_full: AtomicBool,
}

struct Seam(Arc<Disk>);

struct SeamHandle {
    plain: Arc<<Plain as FileSystem>::Handle>,
    path: PathBuf,
    disk: Arc<Disk>,
}

struct SeamWriter {
    plain: <Plain as FileSystem>::Writer,
    disk: Arc<Disk>,
}

impl Handle for SeamHandle {
    fn truncate(&self, offset: usize) -> Result<()> {
        self.plain.truncate(offset)
    }
    fn file_size(&self) -> Result<usize> {
        self.plain.file_size()
    }
    fn sync(&self) -> Result<()> {
        if self.disk.fails_to_sync.load(Ordering::SeqCst) {
            return Err(Error::other("the device is gone"));
        }
        let content = std::fs::read(&self.path)?;
        self.disk.synced.lock().unwrap().insert(self.path.clone(), content);
        Ok(())
    }
}

impl Write for SeamWriter {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        if self.disk.is_full.load(Ordering::SeqCst) {
            return Err(Error::new(ErrorKind::StorageFull, "nospace"));
        }
        self.plain.write(bytes)
    }
    fn flush(&mut self) -> Result<()> {
        self.plain.flush()
    }
}

impl Seek for SeamWriter {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.plain.seek(to)
    }
}

impl WriteExt for SeamWriter {
    fn truncate(&mut self, offset: usize) -> Result<()> {
        self.plain.truncate(offset)
    }
    fn allocate(&mut self, offset: usize, size: usize) -> Result<()> {
        self.plain.allocate(offset, size)
    }
}

struct SeamReader(<Plain as FileSystem>::Reader);

impl Read for SeamReader {
    fn read(&mut self, bytes: &mut [u8]) -> Result<usize> {
        self.0.read(bytes)
    }
}

impl Seek for SeamReader {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.0.seek(to)
    }
}

impl Seam {
    fn handle(&self, path: &Path, plain: <Plain as FileSystem>::Handle) -> SeamHandle {
        SeamHandle { plain: Arc::new(plain), path: path.to_owned(), disk: Arc::clone(&self.0) }
    }
}

impl FileSystem for Seam {
    type Handle = SeamHandle;
    type Reader = SeamReader;
    type Writer = SeamWriter;

    fn create<P: AsRef<Path>>(&self, path: P) -> Result<SeamHandle> {
        Ok(self.handle(path.as_ref(), Plain {}.create(path.as_ref())?))
    }
    fn open<P: AsRef<Path>>(&self, path: P, permission: Permission) -> Result<SeamHandle> {
        Ok(self.handle(path.as_ref(), Plain {}.open(path.as_ref(), permission)?))
    }
    fn delete<P: AsRef<Path>>(&self, path: P) -> Result<()> {
        self.0.synced.lock().unwrap().remove(path.as_ref());
        Plain {}.delete(path)
    }
    fn rename<P: AsRef<Path>>(&self, from: P, to: P) -> Result<()> {
        let mut synced = self.0.synced.lock().unwrap();
        if let Some(content) = synced.remove(from.as_ref()) {
            synced.insert(to.as_ref().to_owned(), content);
        }
        Plain {}.rename(from, to)
    }
    fn new_reader(&self, handle: Arc<SeamHandle>) -> Result<SeamReader> {
        Plain {}.new_reader(Arc::clone(&handle.plain)).map(SeamReader)
    }
    fn new_writer(&self, handle: Arc<SeamHandle>) -> Result<SeamWriter> {
        let plain = Plain {}.new_writer(Arc::clone(&handle.plain))?;
        Ok(SeamWriter { plain, disk: Arc::clone(&self.0) })
    }
}

impl Disk {
    /// The files as a power loss leaves them: what was synced, and of the rest the first `torn` bytes
    /// that differ.
    fn after_power_loss(&self, to: &Path, torn: usize) {
        std::fs::create_dir_all(to).unwrap();
        for (path, synced) in &*self.synced.lock().unwrap() {
            let now = std::fs::read(path).unwrap();
            let same = now.iter().zip(synced).take_while(|(a, b)| a == b).count();
            let reached = (same + torn).min(now.len());
            let mut left = now[..reached].to_vec();
            left.extend_from_slice(synced.get(reached..).unwrap_or_default());
            std::fs::write(to.join(path.file_name().unwrap()), left).unwrap();
        }
    }
}

fn settings() -> Settings {
    Settings { journal_file_bytes: 8 * 1024, ..Settings::default() }
}

fn delivered(number: u64) -> DeliveryOutcome {
    let key = DeliveryKey { channel: ChannelId::mqtt(), recipient: None, id: format!("e{number}") };
    DeliveryOutcome { key, fate: Fate::Delivered }
}

fn row(number: RowNumber) -> Row {
    Row { number, ..sample(number) }
}

fn has_rows<F: FileSystem>(journal: &Journal<F>, numbers: std::ops::RangeInclusive<RowNumber>) {
    for number in numbers {
        assert_eq!(journal.row(number).unwrap(), row(number));
    }
}

#[test]
fn whatever_was_acknowledged_survives_a_power_loss_at_any_moment() {
    let directory = tempfile::tempdir().unwrap();
    let disk = Arc::new(Disk::default());
    let at = directory.path().join("journal");
    let journal = Journal::open_with(&at, &settings(), Arc::new(Seam(Arc::clone(&disk)))).unwrap();
    let mut dice = Dice(7);
    let decisions: Vec<DecisionRecord> = sample(3);
    for number in 1..=60 {
        journal.append_row(&row(number)).unwrap();
        let decided = journal.append_decisions(number, &decisions).unwrap();
        journal.append_outcomes(&[delivered(number)]).unwrap();
        if number % 16 == 0 {
            journal.cut(Cut { row: number - 8, decision: number - 8, delivery: number - 8 }).unwrap();
        }
        let torn = usize::try_from(dice.below(200)).unwrap();
        let lost = directory.path().join(format!("lost-{number}"));
        disk.after_power_loss(&lost, torn);
        let after = Journal::open(&lost, &settings()).unwrap();
        assert_eq!((after.last_row(), after.last_facts().0), (number, decided));
        has_rows(&after, after.first_row()..=number);
        assert!(after.first_row() <= number - number.min(8).min(number - 1));
        let (_, last) = after.decisions(decided).next().unwrap().unwrap();
        assert_eq!((last.of_row, last.decisions), (number, decisions.clone()));
        after.append_row(&row(number + 1)).unwrap();
    }
}

#[test]
fn a_torn_row_is_cut_off_and_its_number_given_again() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path().join("journal");
    {
        let journal = Journal::open(&at, &Settings::default()).unwrap();
        (1..=5).for_each(|number| journal.append_row(&row(number)).unwrap());
    }
    let file = std::fs::read_dir(&at)
        .unwrap()
        .map(|e| e.unwrap().path())
        .find(|p| p.extension().is_some_and(|e| e == "raftlog"));
    let file = file.unwrap();
    let whole = std::fs::read(&file).unwrap();
    std::fs::write(&file, &whole[..whole.len() - 3]).unwrap();
    let journal = Journal::open(&at, &Settings::default()).unwrap();
    assert_eq!(journal.last_row(), 4);
    has_rows(&journal, 1..=4);
    journal.append_row(&row(5)).unwrap();
    has_rows(&journal, 1..=5);
}

#[test]
fn after_a_failed_sync_nothing_is_taken_until_it_is_opened_again() {
    let directory = tempfile::tempdir().unwrap();
    let disk = Arc::new(Disk::default());
    let at = directory.path().join("journal");
    {
        let journal = Journal::open_with(&at, &settings(), Arc::new(Seam(Arc::clone(&disk)))).unwrap();
        journal.append_row(&row(1)).unwrap();
        disk.fails_to_sync.store(true, Ordering::SeqCst);
        assert!(matches!(journal.append_row(&row(2)), Err(JournalError::Broken(_))));
        disk.fails_to_sync.store(false, Ordering::SeqCst);
        assert!(matches!(journal.append_row(&row(2)), Err(JournalError::Broken(_))));
        assert!(matches!(journal.append_decisions(1, &[]), Err(JournalError::Broken(_))));
        assert!(matches!(journal.append_outcomes(&[]), Err(JournalError::Broken(_))));
        disk.fails_to_sync.store(true, Ordering::SeqCst);
    }
    let lost = directory.path().join("lost");
    disk.after_power_loss(&lost, 0);
    let journal = Journal::open(&lost, &settings()).unwrap();
    assert_eq!(journal.last_row(), 1);
    has_rows(&journal, 1..=1);
}

#[test]
fn a_full_disk_is_said_and_the_same_row_is_taken_once_there_is_room() {
    let directory = tempfile::tempdir().unwrap();
    let disk = Arc::new(Disk::default());
    let at = directory.path().join("journal");
    let journal = Journal::open_with(&at, &settings(), Arc::new(Seam(Arc::clone(&disk)))).unwrap();
    journal.append_row(&row(1)).unwrap();
    disk.is_full.store(true, Ordering::SeqCst);
    let error = journal.append_row(&row(2)).unwrap_err();
    assert!(matches!(error, JournalError::DiskFull(_)), "{error}");
    disk.is_full.store(false, Ordering::SeqCst);
    journal.append_row(&row(2)).unwrap();
    drop(journal);
    let journal = Journal::open(&at, &settings()).unwrap();
    assert_eq!(journal.last_row(), 2);
    has_rows(&journal, 1..=2);
}

#[test]
fn a_row_that_rotted_is_an_error_and_not_a_gap() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path().join("journal");
    {
        let journal = Journal::open(&at, &settings()).unwrap();
        (1..=40).for_each(|number| journal.append_row(&row(number)).unwrap());
    }
    let mut files: Vec<_> = std::fs::read_dir(&at).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let first = files.iter().find(|p| p.extension().is_some_and(|e| e == "raftlog")).unwrap();
    let mut bytes = std::fs::read(first).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    std::fs::write(first, bytes).unwrap();
    match Journal::open(&at, &settings()) {
        Err(error) => assert!(!error.to_string().is_empty()),
        Ok(journal) => assert!((1..=40).any(|number| journal.row(number).is_err())),
    }
}

#[test]
fn a_journal_whose_replacement_may_or_may_not_count_takes_nothing_more() {
    let directory = tempfile::tempdir().unwrap();
    let settings = Settings::default();
    let journal = Journal::open(&directory.path().join("old"), &settings).unwrap();
    let row = |number| Row { number, now: Timestamp::UNIX_EPOCH, ..sample(number) };
    journal.append_row(&row(1)).unwrap();
    let cut = Cut { row: 1, decision: 1, delivery: 1 };
    let failed = journal.renew(&directory.path().join("new"), cut, || Err(Error::other("the device is gone")));
    assert!(failed.is_err());
    // Otherwise it would be acknowledged, and gone at a start that goes on with the new one.
    assert!(matches!(journal.append_row(&row(2)), Err(JournalError::Broken(_))));
}
