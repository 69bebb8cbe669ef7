//! Stores of every released format, made of the records that were kept of each: they open, and go on in the present one.
//! What a newer version wrote is refused in words wherever it stands, and left as it is.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::backup::{self, Staged};
use super::chunks::{self, Batches, Operations};
use super::journal::{JournalWriter, Run};
use super::records::{FORMAT, Record as _, WorkerRecord};
use super::tests::settings;
use super::view::{View, WorkerImage};
use super::*;
use crate::domain::Timestamp;

const FORMATS: [(&str, u8); 3] = [("v1", 1), ("v2", 2), ("v3", 3)];
/// Of the worker in the snapshots.
const WORKER: WorkerNumber = WorkerNumber(9);

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/store")
}

fn fixture(format: &str, name: &str) -> Vec<u8> {
    std::fs::read(fixtures().join(format).join(name)).unwrap()
}

/// A record as that format would have begun it.
fn of_format(mut bytes: Vec<u8>, version: u8) -> Vec<u8> {
    bytes[0] = version;
    bytes
}

/// The journal of a store: the row that its snapshot ends with, and what was decided and became of it behind the marks.
fn put_journal(settings: &Settings, format: &str) {
    let mut journal = JournalWriter::create(&settings.path.join("journal"), settings).unwrap();
    journal.put(Run::Rows, 300, fixture(format, "row.bin")).unwrap();
    journal.put(Run::Decisions, 8, fixture(format, "decisions.bin")).unwrap();
    journal.put(Run::Deliveries, 6, fixture(format, "outcomes.bin")).unwrap();
    journal.finish().unwrap();
}

fn put_snapshot(settings: &Settings, bytes: &[u8]) {
    let snapshots = snapshots_in(&settings.path);
    std::fs::create_dir_all(&snapshots).unwrap();
    std::fs::write(snapshots.join(snapshot::file_name(300)), bytes).unwrap();
}

/// The view of a store, in the bytes of its format.
fn put_view(settings: &Settings, format: &str, version: u8, worker: Vec<u8>) {
    let view = View::open(&settings.path.join("view"), settings.view_cache_bytes).unwrap();
    let image = WorkerImage { worker: WORKER, record: worker, details: vec![fixture(format, "detail.bin")] };
    let mut batches = view.batches();
    view.restore(&mut batches, &image).unwrap();
    batches.apply().unwrap();
    let mark = OutboxMark { decisions_through: 7, deliveries_through: 5 };
    view.tree("outbox").unwrap().insert("mark", of_format(mark.encode(), version.min(FORMAT))).unwrap();
    let quarantine = view.tree("quarantine").unwrap();
    let mut operations = Operations::new();
    let key = [&b"q"[..], &4_u64.to_be_bytes()].concat();
    chunks::put(&quarantine, &mut operations, &key, &fixture(format, "quarantined.bin")).unwrap();
    let mut batches = Batches::new(&quarantine);
    batches.add(operations).unwrap();
    batches.apply().unwrap();
    quarantine.insert("next", of_format(5_u64.encode(), version.min(FORMAT))).unwrap();
    let state = view.tree("state").unwrap();
    state.insert("settled", of_format(300_u64.encode(), version.min(FORMAT))).unwrap();
    state.insert("format", &[version]).unwrap();
    view.sync().unwrap();
}

/// A whole store of a format.
fn released(settings: &Settings, (format, version): (&str, u8)) {
    put_journal(settings, format);
    put_snapshot(settings, &fixture(format, "snapshot.vagus"));
    put_view(settings, format, version, fixture(format, "worker.bin"));
}

fn expected(format: &str) -> WorkerRecord {
    WorkerRecord::decode(&fixture(format, "worker.bin")).unwrap()
}

/// A store of that format as it was, and then as it goes on.
fn opens_and_goes_on(settings: &Settings, format: &str) {
    let WorkerRecord { applied_through, history } = expected(format);
    let store = Store::open(settings).unwrap();
    let recovery = store.recover().unwrap();
    assert_eq!((recovery.settled, recovery.last_row, recovery.workers.len()), (300, 300, 1), "{format}");
    assert_eq!(recovery.workers[0].history, history, "{format}");
    assert!(store.quarantined_len() >= 1 && !store.outbox_list(None, false, 100).unwrap().is_empty(), "{format}");
    let last = store.rows(299).next().unwrap().unwrap();
    let detail = store.detail(WORKER, history.detail_dates.iter().copied().next_back().unwrap()).unwrap();
    store.append_row(&Row { number: 301, ..last }).unwrap();
    let details = detail.into_iter().collect();
    let saved = Checkpoint { worker: WORKER, applied_through, history, details, dropped_details: Vec::new() };
    store.save(vec![saved.clone()]).unwrap();
    store.settle(301).unwrap();
    let path = store.snapshot().unwrap().path;
    drop(store);
    assert_eq!(std::fs::read(&path).unwrap()[17], FORMAT, "{format}: the header of a new snapshot");
    let stored = Store::open(settings).unwrap().history(WORKER).unwrap().unwrap();
    assert_eq!((stored.record[0], stored.unpack().unwrap()), (FORMAT, saved.history), "{format}");
}

#[test]
fn a_store_of_every_released_format_opens_and_goes_on_in_the_present_one() {
    for (format, version) in FORMATS {
        let directory = tempfile::tempdir().unwrap();
        let settings = settings(directory.path());
        released(&settings, (format, version));
        opens_and_goes_on(&settings, format);
    }
    assert_eq!(FORMATS.last().unwrap().1, FORMAT, "a new format needs its fixtures, and a line here");
}

#[test]
fn a_store_of_every_released_format_is_made_of_its_snapshot_and_journal_alone() {
    for (format, version) in FORMATS {
        let directory = tempfile::tempdir().unwrap();
        let settings = settings(directory.path());
        released(&settings, (format, version));
        std::fs::remove_dir_all(settings.path.join("view")).unwrap();
        opens_and_goes_on(&settings, format);
    }
}

fn back_up(store: &Store) -> Vec<u8> {
    let mut bytes = Vec::new();
    let files = || Ok(Vec::new());
    let patience = crate::store::BackupPatience { longest: Duration::ZERO, goes_on: &|| true };
    let made_at = Timestamp::from_second(1_772_000_000).unwrap();
    let asked = BackupAsked { made_at, version: "0.1.0", patience: &patience, files: &files };
    store.back_up(&mut bytes, &asked).unwrap();
    bytes
}

#[test]
fn a_store_of_every_released_format_is_backed_up_and_restored() {
    for (format, version) in FORMATS {
        let directory = tempfile::tempdir().unwrap();
        let settings = settings(directory.path());
        released(&settings, (format, version));
        let backup = back_up(&Store::open(&settings).unwrap());
        let other = Settings { path: directory.path().join("other"), ..settings };
        Staged::of(&other, &backup[..], None, &[]).unwrap().put_in_place().unwrap();
        opens_and_goes_on(&other, format);
    }
}

#[test]
fn a_backup_of_the_first_format_is_restored_and_none_is_made_differently() {
    let directory = tempfile::tempdir().unwrap();
    let settings = settings(directory.path());
    released(&settings, ("v3", 3));
    let present = back_up(&Store::open(&settings).unwrap());
    let path = fixtures().join("backup-1.tar");
    let bytes = std::fs::read(&path).unwrap_or_else(|_| {
        std::fs::write(&path, &present).unwrap();
        panic!("{} was missing; it is written now, to be looked at and committed", path.display())
    });
    assert!(present == bytes, "the format of backups changed: it needs a new number and a new fixture");
    assert_eq!(backup::verify(&bytes[..]).unwrap().summary.row, 300);
    let other = Settings { path: directory.path().join("other"), ..settings };
    Staged::of(&other, &bytes[..], None, &[]).unwrap().put_in_place().unwrap();
    opens_and_goes_on(&other, "v3");
}

/// The header frame of a snapshot again, with the next format and its own checksum.
fn newer_snapshot() -> Vec<u8> {
    let whole = fixture("v3", "snapshot.vagus");
    let length = u32::from_le_bytes(whole[9..13].try_into().unwrap()) as usize;
    let body = of_format(whole[17..17 + length].to_vec(), FORMAT + 1);
    let mut check = crc32fast::Hasher::new();
    check.update(&whole[8..13]);
    check.update(&body);
    [&whole[..13], &check.finalize().to_le_bytes(), &body, &whole[17 + length..]].concat()
}

#[test]
fn what_a_newer_version_wrote_is_refused_in_words_wherever_it_stands_and_stays() {
    type Make = fn(&Settings);
    let newer: [(&str, Make); 5] = [
        ("view", |settings| put_view(settings, "v3", FORMAT + 1, fixture("v3", "worker.bin"))),
        ("worker", |settings| put_view(settings, "v3", FORMAT, of_format(fixture("v3", "worker.bin"), FORMAT + 1))),
        ("snapshot", |settings| {
            std::fs::remove_dir_all(settings.path.join("view")).unwrap();
            put_snapshot(settings, &newer_snapshot());
        }),
        ("row", |settings| {
            let mut journal = JournalWriter::create(&settings.path.join("journal"), settings).unwrap();
            journal.put(Run::Rows, 301, of_format(fixture("v3", "row.bin"), FORMAT + 1)).unwrap();
            journal.finish().unwrap();
        }),
        ("decision", |settings| {
            let mut journal = JournalWriter::create(&settings.path.join("journal"), settings).unwrap();
            journal.put(Run::Decisions, 9, of_format(fixture("v3", "decisions.bin"), FORMAT + 1)).unwrap();
            journal.finish().unwrap();
        }),
    ];
    for (record, make) in newer {
        let directory = tempfile::tempdir().unwrap();
        let settings = settings(directory.path());
        released(&settings, ("v3", 3));
        make(&settings);
        for _ in 0..2 {
            // Rows are read when a service begins to apply them, everything else at once.
            let refused = Store::open(&settings).and_then(|store| store.recover()).unwrap_err().to_string();
            let words =
                format!("a {record} record has format 4, this version of Vagus reads up to 3: run the newer version");
            assert!(refused.ends_with(&words), "{record}: {refused}");
            assert!(!settings.path.join("view.unreadable").exists(), "{record}: nothing is thrown away");
        }
    }
}
