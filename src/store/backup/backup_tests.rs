use std::cell::RefCell;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use super::super::tests::{checkpoint, copy_of, event, settings};
use super::restore::STAGING;
use super::*;
use crate::domain::Timestamp;
use crate::domain::alert::RuleId;
use crate::domain::case::{CaseChange, CaseFact};
use crate::domain::ids::{ChannelId, SiteId, UnitId, WorkerId, WorkerKey, WorkerNumber};
use crate::domain::person::Actor;
use crate::domain::rejection::Reason;
use crate::domain::worker::Tombstone;
use crate::engine::row::{Input, Row, WorkerInputs};
use crate::store::{
    AskedUnit, Checkpoint, DeadLetter, DecisionRecord, DeliveryOutcome, Erasure, FailureKind, Fate, QuarantineFilter,
    Quarantined, Settings, Store, StoreError, UnitDecisionRecord,
};

fn at(second: u64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second.cast_signed()).unwrap()
}

fn key(worker: &str) -> WorkerKey {
    WorkerKey { site: SiteId::parse("plant-a").unwrap(), worker: WorkerId::parse(worker).unwrap() }
}

fn row(number: u64, inputs: Vec<(u128, Input)>) -> Row {
    let group = |(worker, input)| WorkerInputs { worker: WorkerNumber(worker), inputs: vec![input] };
    Row {
        number,
        now: at(number),
        engine_version: 1,
        rules_version: 1,
        decided_through: number - 1,
        messages: Vec::new(),
        groups: inputs.into_iter().map(group).collect(),
    }
}

fn of(worker: u128, applied_through: u64) -> Checkpoint {
    let mut checkpoint = checkpoint(worker, applied_through);
    checkpoint.history.profile.key = key(&format!("w-{worker}"));
    checkpoint
}

fn enrol(worker: u128) -> (u128, Input) {
    (worker, Input::Enrol(of(worker, 0).history.profile))
}

fn decision(worker: u128, id: &str) -> DecisionRecord {
    let change = CaseChange::Done { at: at(0), by: Actor::Vagus, note: None, fact: CaseFact::Remarked };
    DecisionRecord { worker: WorkerNumber(worker), change, outgoing: vec![event(id)] }
}

fn refused(text: &str) -> Quarantined {
    Quarantined {
        site: None,
        source: None,
        topic: "vagus/v1/plant-a/gw/readings".to_owned(),
        received_at: at(1),
        reason: Reason::InFuture,
        detail: text.to_owned(),
        index: None,
        raw: vec![7; 50],
    }
}

fn asked_unit() -> AskedUnit {
    AskedUnit {
        site: SiteId::parse("plant-a").unwrap(),
        unit: UnitId::parse("forge").unwrap(),
        rule: RuleId::new("R10"),
        on: crate::domain::Date::constant(2026, 3, 2),
    }
}

/// A store of 3 workers with something of everything, settled before its last rows.
fn lived(settings: &Settings) -> Store {
    let store = Store::open(settings).unwrap();
    for number in 1..=20 {
        store.append_row(&row(number, vec![enrol(1 + u128::from(number % 3))])).unwrap();
        store.append_decisions(number, &[decision(1, &format!("c-{number}"))]).unwrap();
        if number == 12 {
            store.save((1..=3).map(|worker| of(worker, 12)).collect()).unwrap();
            store.settle(12).unwrap();
        }
    }
    let letter = DeadLetter { at: at(9), kind: FailureKind::Refused, attempts: 3, error: "410".to_owned() };
    let outcome = |id: &str, fate| DeliveryOutcome { key: event(id).key(), fate };
    store.append_outcomes(&[outcome("c-2", Fate::Dead { letter }), outcome("c-3", Fate::Delivered)]).unwrap();
    let outgoing = vec![event("u-1")];
    store.append_unit_decisions(20, &[UnitDecisionRecord { asked: asked_unit(), outgoing }]).unwrap();
    // Ids with a gap.
    for text in ["a", "b", "c"] {
        store.quarantine(&refused(text)).unwrap();
    }
    store.take_quarantined(2).unwrap();
    std::fs::write(settings.path.join("accounts.json"), "{}").unwrap();
    store
}

fn back_up(store: &Store, out: impl Write) -> Result<BackupReport, BackupError> {
    let accounts = store.directory().join("accounts.json");
    let files = || Ok(vec![("accounts.json".to_owned(), accounts.clone()), ("gone".to_owned(), "/no/such".into())]);
    let (made_at, patience) = (at(0), &Patience { longest: Duration::ZERO, goes_on: &|| true });
    store.back_up(out, &Asked { made_at, version: "0.1.0", patience, files: &files })
}

fn backup_of(store: &Store) -> Vec<u8> {
    let mut bytes = Vec::new();
    let report = back_up(store, &mut bytes).unwrap();
    assert_eq!(report.bytes, bytes.len() as u64);
    assert_eq!(verify(&bytes[..]).unwrap(), report);
    bytes
}

fn elsewhere(settings: &Settings, name: &str) -> Settings {
    Settings { path: settings.path.with_file_name(name), ..settings.clone() }
}

fn restored(backup: &[u8], settings: &Settings) -> Store {
    let staged = Staged::of(settings, backup, Some(backup.len() as u64), &[]).unwrap();
    staged.put_in_place().unwrap();
    Store::open(settings).unwrap()
}

/// All that a store tells.
fn everything(store: &Store) -> String {
    let recovery = store.recover().unwrap();
    let rows: Vec<Row> = store.rows(recovery.settled).map(Result::unwrap).collect();
    let workers = recovery.workers.iter().map(|known| known.worker);
    let details = workers.flat_map(|worker| {
        let dates = [1, 2].map(|day| crate::domain::Date::constant(2026, 3, day));
        dates.map(|date| store.detail(worker, date).unwrap())
    });
    let details: Vec<_> = details.collect();
    let outbox = store.outbox_list(None, false, usize::MAX).unwrap();
    let pending = store.pending(&ChannelId::mqtt(), usize::MAX).unwrap();
    let quarantined = store.quarantined(&QuarantineFilter::default(), usize::MAX).unwrap();
    let AskedUnit { site, unit, rule, .. } = asked_unit();
    let asked = store.asked_on(&site, &unit, &rule).unwrap();
    let purged = store.inner.views.now().purged().unwrap();
    format!("{recovery:?}{rows:?}{details:?}{outbox:?}{pending:?}{quarantined:?}{asked:?}{purged}")
}

#[test]
fn what_is_restored_is_what_was_backed_up_and_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let settings = settings(directory.path());
    let store = lived(&settings);
    let erasure = Erasure { worker: WorkerNumber(9), stone: Tombstone::of(&key("w-9"), 5), of_row: 7 };
    store.erase(&erasure, &[]).unwrap();
    store.inner.views.now().set_purged(7).unwrap();
    let report = verify(&backup_of(&store)[..]).unwrap().summary;
    assert_eq!((report.row, report.rows_after_snapshot, report.workers), (20, 8, 3));
    assert_eq!((report.outbox, report.given_up, report.quarantined, report.erased), (20, 1, 2, 1));
    assert_eq!((report.still_held, report.purged, report.sites), (0, 7, vec!["plant-a".to_owned()]));
    let other = restored(&backup_of(&store), &elsewhere(&settings, "other"));
    assert_eq!(everything(&other), everything(&store));
    assert_eq!(std::fs::read(other.directory().join("accounts.json")).unwrap(), b"{}");
    for store in [&store, &other] {
        store.append_row(&row(21, vec![])).unwrap();
        store.append_decisions(21, &[decision(2, "c-21")]).unwrap();
        store.quarantine(&refused("d")).unwrap();
        store.save(vec![of(1, 21)]).unwrap();
        store.settle(21).unwrap();
        store.snapshot().unwrap();
    }
    assert_eq!(everything(&other), everything(&store));
    let again = restored(&backup_of(&other), &elsewhere(&settings, "again"));
    assert_eq!(everything(&again), everything(&store));
}

#[test]
fn a_store_without_a_row_is_backed_up_and_restored() {
    let directory = tempfile::tempdir().unwrap();
    let settings = settings(directory.path());
    let store = Store::open(&settings).unwrap();
    let other = restored(&backup_of(&store), &elsewhere(&settings, "other"));
    assert_eq!(everything(&other), everything(&store));
    other.append_row(&row(1, vec![])).unwrap();
}

/// Does something to the store whenever a little of the backup was written.
struct Meddling<'a, F: FnMut(&Store)> {
    store: &'a Store,
    meddle: F,
    bytes: RefCell<Vec<u8>>,
}

impl<F: FnMut(&Store)> Write for Meddling<'_, F> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.bytes.borrow_mut().extend_from_slice(bytes);
        (self.meddle)(self.store);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn what_happens_meanwhile_is_in_it_up_to_its_position_and_not_beyond() {
    let directory = tempfile::tempdir().unwrap();
    let settings = settings(directory.path());
    let store = lived(&settings);
    let mut number = 20;
    let meddle = |store: &Store| {
        number += 1;
        store.append_row(&row(number, vec![enrol(1)])).unwrap();
        store.append_decisions(number, &[decision(1, &format!("c-{number}"))]).unwrap();
        store.append_delivered(&[event(&format!("c-{}", number - 10)).key()]).unwrap();
        store.save(vec![of(1 + u128::from(number % 4), number)]).unwrap();
        store.settle(number - 1).unwrap();
        assert!(matches!(back_up(store, std::io::sink()), Err(BackupError::UnderWay)));
    };
    let mut out = Meddling { store: &store, meddle, bytes: RefCell::default() };
    let report = back_up(&store, &mut out).unwrap();
    let bytes = out.bytes.into_inner();
    let (row, last) = (report.summary.row, store.last_row());
    assert!(20 < row && row < last, "{row} of {last}");
    let other = restored(&bytes, &elsewhere(&settings, "other"));
    let recovery = other.recover().unwrap();
    assert_eq!((recovery.last_row, recovery.last_now), (row, Some(at(row))));
    assert!(recovery.workers.iter().all(|worker| worker.applied_through <= row));
    let kept: Vec<Row> = other.rows(recovery.settled).map(Result::unwrap).collect();
    let same: Vec<Row> = store.rows(recovery.settled).map(Result::unwrap).filter(|found| found.number <= row).collect();
    assert_eq!(kept, same);
    // Every delivery of a decision in it waits, but for those that were made by then.
    let waiting: Vec<String> = other.pending(&ChannelId::mqtt(), 1_000).unwrap().into_iter().map(|e| e.id).collect();
    let made = |number: &u64| *number != 2 && *number != 3 && (*number < 11 || *number > row - 10);
    let expected: Vec<String> = (1..=row).filter(made).map(|number| format!("c-{number}")).collect();
    let waiting: Vec<&String> = waiting.iter().filter(|id| id.starts_with('c')).collect();
    assert_eq!(waiting, expected.iter().collect::<Vec<_>>());
}

#[test]
fn who_was_erased_since_is_erased_again_and_who_was_erased_before_and_enrolled_anew_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let settings = settings(directory.path());
    let store = lived(&settings);
    // Before the backup somebody of the name of the third was erased, and enrolled anew since.
    let before = Tombstone::of(&key("w-3"), 5);
    store.erase(&Erasure { worker: WorkerNumber(9), stone: before.clone(), of_row: 7 }, &[]).unwrap();
    // One who is known from rows alone, which are not saved.
    store.append_row(&row(21, vec![enrol(4)])).unwrap();
    let backup = backup_of(&store);
    let stone = |worker: &str| Tombstone::of(&key(worker), 77);
    let stones = [before.clone(), stone("w-2"), stone("w-4"), stone("w-who-came-later")];
    let other = elsewhere(&settings, "other");
    let staged = Staged::of(&other, &backup[..], None, &stones).unwrap();
    assert_eq!(staged.erased(), 2);
    staged.put_in_place().unwrap();
    let store = Store::open(&other).unwrap();
    let last = store.rows(21).next().unwrap().unwrap();
    let erased: Vec<_> = last.groups.into_iter().map(|group| (group.worker.0, group.inputs)).collect();
    assert_eq!(erased, [(2, vec![Input::Erase(stone("w-2"))]), (4, vec![Input::Erase(stone("w-4"))])]);
    let recovery = store.recover().unwrap();
    let buried: Vec<_> = recovery.erasures.into_iter().map(|erasure| erasure.stone).collect();
    assert!(buried.len() == 2 && buried.contains(&stone("w-who-came-later")) && buried.contains(&before));
    // A later backup tells of all of them.
    let told = stones_in(&backup_of(&store)[..]).unwrap();
    assert!(told.len() == 4 && stones.iter().all(|stone| told.contains(stone)), "{told:?}");
    assert_eq!(store.stones().unwrap().len(), 4);
}

#[test]
fn a_backup_that_is_changed_or_cut_anywhere_is_refused_and_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let settings = settings(directory.path());
    let whole = backup_of(&lived(&settings));
    let other = elsewhere(&settings, "other");
    for step in 0..60 {
        let at = (whole.len() - 1) * step / 59;
        let mut changed = whole.clone();
        changed[at] ^= 1 << (step % 8);
        for bytes in [&changed[..], &whole[..at]] {
            let refused = Staged::of(&other, bytes, None, &[]).map(drop).unwrap_err();
            assert!(!refused.to_string().is_empty() && verify(bytes).is_err(), "byte {at}");
            let left: Vec<_> = std::fs::read_dir(&other.path).unwrap().map(|e| e.unwrap().file_name()).collect();
            assert_eq!(
                left.iter().filter(|name| *name != "LOCK").collect::<Vec<_>>(),
                [STAGING],
                "byte {at}: {refused}"
            );
            assert_eq!(std::fs::read_dir(other.path.join(STAGING)).unwrap().count(), 0, "byte {at}: {refused}");
            assert!(matches!(Store::open(&other), Err(StoreError::NotRestored(_))), "no service starts empty there");
        }
    }
    assert!(Staged::of(&other, &whole[..], None, &[]).is_ok());
}

#[test]
fn damage_is_told_with_the_file_in_which_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let whole = backup_of(&lived(&settings(directory.path())));
    let told = |bytes: &[u8]| verify(bytes).unwrap_err().to_string();
    let begins = |name: &str| whole.windows(name.len()).position(|bytes| bytes == name.as_bytes()).unwrap();
    let mut changed = whole.clone();
    // What is in this file no reader looks into: its sum alone tells.
    changed[begins("accounts.json") + 512] ^= 1;
    assert!(told(&changed).contains("the SHA-256 sum of accounts.json is wrong"), "{}", told(&changed));
    let mut changed = whole.clone();
    changed[begins("SUMMARY.json") + 512] ^= 1;
    assert!(told(&changed).contains("(read as far as SUMMARY.json)"), "{}", told(&changed));
    let cut = told(&whole[..begins("accounts.json") + 100]);
    assert!(cut.contains("it is truncated") && cut.contains("(read as far as "), "{cut}");
    assert!(told(&whole[..100]).contains("it is truncated"));
    for (bytes, words) in [
        (&b""[..], "it is empty"),
        (b"\x1f\x8b\x08\0\0", "compressed with gzip: unpack it first"),
        (b"\x28\xb5\x2f\xfd\x24", "compressed with zstd"),
        (b"\xfd7zXZ\0\0\x04", "compressed with xz"),
        (b"age-encryption.org/v1\n-> X25519", "encrypted with age: decrypt it first"),
    ] {
        assert!(told(bytes).contains(words) && !told(bytes).contains("damaged"), "{}", told(bytes));
    }
}

#[test]
fn how_often_another_store_was_started_is_not_restored_and_the_workers_of_each_site_are_counted() {
    let directory = tempfile::tempdir().unwrap();
    let settings = settings(directory.path());
    let backup = backup_of(&lived(&settings));
    // As earlier versions wrote it.
    let mut reader = archive::ArchiveReader::new(&backup[..]);
    let mut writer = archive::ArchiveWriter::new(Vec::new(), 1);
    while let Some(name) = reader.next_entry().unwrap() {
        let mut content = Vec::new();
        std::io::Read::read_to_end(&mut reader, &mut content).unwrap();
        writer.entry(if name == "accounts.json" { "starts.json" } else { &name }, &content).unwrap();
    }
    let earlier = writer.finish().unwrap().0;
    let other = elsewhere(&settings, "other");
    let staged = Staged::of(&other, &earlier[..], None, &[]).unwrap();
    assert_eq!(staged.sites().clone().into_iter().collect::<Vec<_>>(), [(SiteId::parse("plant-a").unwrap(), 3)]);
    staged.put_in_place().unwrap();
    assert!(Store::is_in(&other.path) && !other.path.join("starts.json").exists());
}

#[test]
fn half_a_restore_starts_nothing_and_can_be_begun_anew() {
    let directory = tempfile::tempdir().unwrap();
    let settings = settings(directory.path());
    let store = lived(&settings);
    let backup = backup_of(&store);
    let (other, killed) = (elsewhere(&settings, "other"), elsewhere(&settings, "killed"));
    let staged = Staged::of(&other, &backup[..], None, &[]).unwrap();
    let names = ["accounts.json", "snapshots", "view", "journal"];
    // A kill before anything was moved, and after each of the moves.
    for moved in 0..=names.len() {
        copy_of(&other.path, &killed.path);
        std::fs::write(killed.path.join(STAGING).join(".moved"), names.join("\n")).unwrap();
        for name in &names[..moved] {
            std::fs::rename(killed.path.join(STAGING).join(name), killed.path.join(name)).unwrap();
        }
        let refused = Store::open(&killed).unwrap_err().to_string();
        assert_eq!(refused.contains("not restored to its end"), moved > 0, "{refused}");
        drop(Staged::of(&killed, &backup[..1_000], None, &[]));
        assert!(!killed.path.join("journal").exists());
        assert!(matches!(Store::open(&killed), Err(StoreError::NotRestored(_))), "the half is gone");
        std::fs::remove_dir_all(&killed.path).unwrap();
        copy_of(&other.path, &killed.path);
        assert_eq!(everything(&restored(&backup, &killed)), everything(&store));
        std::fs::remove_dir_all(&killed.path).unwrap();
    }
    drop(staged);
    assert_eq!(std::fs::read_dir(other.path.join(STAGING)).unwrap().count(), 0);
}

#[test]
fn a_place_that_holds_something_or_is_in_use_is_refused_in_words() {
    let directory = tempfile::tempdir().unwrap();
    let settings = settings(directory.path());
    let store = lived(&settings);
    let backup = backup_of(&store);
    let refused = |settings: &Settings| Staged::of(settings, &backup[..], None, &[]).map(drop).unwrap_err().to_string();
    assert!(refused(&settings).contains("there is a store in it"), "{}", refused(&settings));
    let other = elsewhere(&settings, "other");
    std::fs::create_dir(&other.path).unwrap();
    std::fs::write(other.path.join("thesis.odt"), "").unwrap();
    assert!(refused(&other).contains("there is thesis.odt in it"), "{}", refused(&other));
    assert_eq!(std::fs::read_dir(&other.path).unwrap().count(), 1, "nothing is made there");
    std::fs::remove_file(other.path.join("thesis.odt")).unwrap();
    let staged = Staged::of(&other, &backup[..], None, &[]).unwrap();
    assert!(refused(&other).contains("in use by another process"), "{}", refused(&other));
    assert!(staged.put_in_place().is_ok(), "which is not disturbed");
    // Whoever may give a directory away may also be told so.
    let foreign = elsewhere(&settings, "foreign");
    std::fs::create_dir(&foreign.path).unwrap();
    if std::os::unix::fs::chown(&foreign.path, Some(12_345), None).is_ok() {
        assert!(refused(&foreign).contains("another user (number 12345)"), "{}", refused(&foreign));
        assert_eq!(std::fs::read_dir(&foreign.path).unwrap().count(), 0, "nothing of ours is left there");
    }
    let vast = Staged::of(&elsewhere(&settings, "vast"), &backup[..], Some(u64::MAX / 4), &[]).map(drop).unwrap_err();
    assert!(vast.to_string().contains("make room"), "{vast}");
    let refused = Store::open(&elsewhere(&settings, "vast")).unwrap_err().to_string();
    assert!(
        refused.contains("Run `vagus restore` again") && refused.contains("restoring and nothing else"),
        "{refused}"
    );
}

#[test]
fn a_store_that_was_put_back_after_a_refused_restore_is_touched_by_no_other() {
    let directory = tempfile::tempdir().unwrap();
    let settings = settings(directory.path());
    let backup = backup_of(&lived(&settings));
    let other = elsewhere(&settings, "other");
    assert!(Staged::of(&other, &backup[..1_000], None, &[]).is_err());
    copy_of(&settings.path, &other.path);
    for bytes in [&backup[..1_000], &backup[..]] {
        let refused = Staged::of(&other, bytes, None, &[]).map(drop).unwrap_err().to_string();
        assert!(refused.contains("in it"), "{refused}");
    }
    assert!(other.path.join("journal").exists() && other.path.join("view").exists());
    std::fs::remove_dir_all(other.path.join(STAGING)).unwrap();
    assert!(Store::open(&other).is_ok(), "as the words of the refusal say");
}

/// A backup whose manifest says something else, and which is whole.
fn with_manifest(backup: &[u8], from: &str, to: &str) -> Vec<u8> {
    let mut reader = archive::ArchiveReader::new(backup);
    let mut writer = archive::ArchiveWriter::new(Vec::new(), 1);
    while let Some(name) = reader.next_entry().unwrap() {
        let mut content = Vec::new();
        std::io::Read::read_to_end(&mut reader, &mut content).unwrap();
        if name == MANIFEST {
            let text = String::from_utf8(content).unwrap();
            assert!(text.contains(from), "{text}");
            content = text.replace(from, to).into_bytes();
        }
        writer.entry(&name, &content).unwrap();
    }
    writer.finish().unwrap().0
}

#[test]
fn a_backup_of_a_newer_version_is_refused_in_words() {
    let directory = tempfile::tempdir().unwrap();
    let backup = backup_of(&lived(&settings(directory.path())));
    for (from, to, words) in [
        (r#""format": 1"#, r#""format": 2"#, "the files of it have format 2, this version reads up to 1"),
        (r#""stored_format": 3"#, r#""stored_format": 4"#, "records of it have format 4, this version reads up to 3"),
    ] {
        let newer = with_manifest(&backup, from, to);
        let refused = verify(&newer[..]).unwrap_err().to_string();
        assert!(refused.contains(words) && refused.contains("made by Vagus 0.1.0"), "{refused}");
    }
    let same = with_manifest(&backup, r#""vagus": "0.1.0""#, r#""vagus": "0.9.9""#);
    assert_eq!(verify(&same[..]).unwrap().manifest.vagus, "0.9.9", "it is the formats that count");
}

#[test]
fn a_name_that_leads_elsewhere_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let settings = elsewhere(&settings(directory.path()), "other");
    let backup = backup_of(&lived(&super::super::tests::settings(directory.path())));
    for name in ["../accounts.json", "/etc/passwd", "audit/../../x", "a/b/c", ".hidden", "view", "journal/x", "LOCK"] {
        let mut reader = archive::ArchiveReader::new(&backup[..]);
        let mut writer = archive::ArchiveWriter::new(Vec::new(), 1);
        while let Some(known) = reader.next_entry().unwrap() {
            let mut content = Vec::new();
            std::io::Read::read_to_end(&mut reader, &mut content).unwrap();
            writer.entry(if known == "accounts.json" { name } else { &known }, &content).unwrap();
        }
        let bytes = writer.finish().unwrap().0;
        assert!(Staged::of(&settings, &bytes[..], None, &[]).is_err(), "{name}");
    }
    assert!(!Path::new(&directory.path().join("accounts.json")).exists());
}
