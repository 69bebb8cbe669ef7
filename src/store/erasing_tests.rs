use std::path::{Path, PathBuf};

use super::super::tests::{checkpoint, copy_of, event, settings};
use super::super::{Settings, Store};
use super::*;
use crate::domain::Timestamp;
use crate::domain::ids::{SiteId, WorkerId, WorkerKey};
use crate::domain::rejection::Reason;
use crate::engine::row::{Input, MessageMeta, Refused, Row, WorkerInputs};
use crate::store::{Checkpoint, DecisionRecord, Quarantined};

const GONE: &str = "W-whose-name-is-secret";

fn key() -> WorkerKey {
    WorkerKey { site: SiteId::parse("plant-a").unwrap(), worker: WorkerId::parse(GONE).unwrap() }
}

fn stone() -> Tombstone {
    Tombstone::of(&key(), 99)
}

fn row(number: u64, groups: Vec<WorkerInputs>) -> Row {
    let now = Timestamp::from_second(1_800_000_000 + number.cast_signed()).unwrap();
    let refused = Refused {
        rejection: crate::domain::rejection::Rejection::item(0, Reason::InFuture, "of them".to_owned()),
        raw: format!(r#"{{"worker":"{GONE}"}}"#).into_bytes(),
    };
    let message = MessageMeta {
        topic: "vagus/v1/plant-a/gw/readings".to_owned(),
        site: Some(key().site),
        source: None,
        stream: None,
        message_id: None,
        refused: vec![refused],
    };
    // Once the worker is erased, nothing that names them is kept of a message.
    let messages = if groups.is_empty() { Vec::new() } else { vec![message] };
    Row { number, now, engine_version: 1, rules_version: 1, decided_through: number - 1, messages, groups }
}

fn of(worker: u128, applied_through: u64) -> Checkpoint {
    let mut checkpoint = checkpoint(worker, applied_through);
    if worker == 2 {
        checkpoint.history.profile.key = key();
    }
    checkpoint
}

fn quarantined(raw: String) -> Quarantined {
    Quarantined {
        site: Some(key().site),
        source: None,
        topic: "vagus/v1/plant-a/gw/readings".to_owned(),
        received_at: Timestamp::UNIX_EPOCH,
        reason: Reason::InFuture,
        detail: String::new(),
        index: None,
        raw: raw.into_bytes(),
    }
}

/// Three workers; the second is in rows, decisions, the outbox, quarantine, snapshots and the view.
fn lived(settings: &Settings) -> Store {
    let store = Store::open(settings).unwrap();
    for number in 1..=40 {
        let profile = of(2, 0).history.profile;
        store
            .append_row(&row(
                number,
                vec![WorkerInputs { worker: WorkerNumber(2), inputs: vec![Input::Enrol(profile)] }],
            ))
            .unwrap();
        let mut decision = telling(&format!("c-X-{number}"), GONE);
        decision.outgoing.push(event(&format!("c-Y-{number}")));
        store.append_decisions(number, &[decision]).unwrap();
        if number % 10 == 0 {
            store.save((1..=3).map(|worker| of(worker, number)).collect()).unwrap();
            store.settle(number).unwrap();
            store.snapshot().unwrap();
        }
    }
    store.quarantine(&quarantined(format!(r#"{{"worker":"{GONE}"}}"#))).unwrap();
    store.quarantine(&quarantined(r#"{"worker":"W-other"}"#.to_owned())).unwrap();
    store.append_row(&row(41, vec![])).unwrap();
    // What is due in the moment of the row that erases is decided before.
    store.append_decisions(41, &[telling("c-X-41", GONE)]).unwrap();
    store
}

fn telling(id: &str, of: &str) -> DecisionRecord {
    let change = crate::domain::case::CaseChange::Done {
        at: Timestamp::UNIX_EPOCH,
        by: crate::domain::person::Actor::Vagus,
        note: None,
        fact: crate::domain::case::CaseFact::Remarked,
    };
    let mut outgoing = event(id);
    outgoing.payload = format!("about {of}").into_bytes();
    DecisionRecord { worker: WorkerNumber(2), change, outgoing: vec![outgoing] }
}

fn erase(store: &Store) {
    let erasure = Erasure { worker: WorkerNumber(2), stone: stone(), of_row: 41 };
    store.erase(&erasure, &["c-X".to_owned()]).unwrap();
}

/// The files below a directory that hold the name.
fn naming(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(naming(&path));
        } else if std::fs::read(&path).unwrap().windows(GONE.len()).any(|text| text == GONE.as_bytes()) {
            found.push(path);
        }
    }
    found
}

fn buried(store: &Store) -> Vec<Tombstone> {
    store.recover().unwrap().erasures.into_iter().map(|erasure| erasure.stone).collect()
}

/// What must be left in a store whose worker was purged.
fn is_right(store: &Store, settings: &Settings) {
    assert_eq!(naming(&settings.path), [""; 0].map(PathBuf::from));
    let workers: Vec<u128> = store.recover().unwrap().workers.iter().map(|worker| worker.worker.0).collect();
    assert_eq!(workers, [1, 3]);
    for worker in [1, 3] {
        let expected = of(worker, 40);
        for detail in &expected.details {
            assert_eq!(store.detail(WorkerNumber(worker), detail.date).unwrap().as_ref(), Some(detail));
        }
    }
    let waiting = store.pending(&crate::domain::ids::ChannelId::mqtt(), 100).unwrap();
    assert_eq!((waiting.len(), waiting.iter().all(|event| event.id.starts_with("c-Y"))), (40, true));
    assert_eq!(store.quarantined_len(), 1);
    assert_eq!(buried(store), [stone()]);
    assert_eq!((store.purge_due().unwrap(), store.stones_due().unwrap()), (None, vec![]));
    assert_eq!((store.last_row(), store.settled().unwrap()), (41, 41));
}

#[test]
fn nothing_of_who_was_erased_is_in_any_file_and_everything_of_others_is() {
    let directory = tempfile::tempdir().unwrap();
    let settings = settings(directory.path());
    let store = lived(&settings);
    assert!(naming(&settings.path).len() >= 3, "journal, snapshots and view: {:?}", naming(&settings.path));
    erase(&store);
    assert_eq!(store.purge_due().unwrap(), Some(41));
    assert!(!store.purge(&|| true).unwrap(), "not before the row that erased is settled");
    store.settle(41).unwrap();
    assert!(!store.purge(&|| false).unwrap(), "it ends where the service does");
    assert!(store.purge(&|| true).unwrap());
    is_right(&store, &settings);
    store.append_row(&row(42, vec![])).unwrap();
    store.append_decisions(42, &[]).unwrap();
    drop(store);
    let store = Store::open(&settings).unwrap();
    assert_eq!(store.last_row(), 42, "the new journal goes on");
    // The view can be made again from what is left.
    drop(store);
    std::fs::remove_dir_all(settings.path.join("view.1")).unwrap();
    let store = Store::open(&settings).unwrap();
    assert_eq!(store.purge_due().unwrap(), Some(41), "nobody knows whether the files were purged: it is done again");
    assert!(store.purge(&|| true).unwrap());
    assert_eq!(naming(&settings.path), [""; 0].map(PathBuf::from));
    assert_eq!(buried(&store), [stone()]);
}

#[test]
fn a_kill_at_any_step_is_gone_on_with_at_the_next_start() {
    let directory = tempfile::tempdir().unwrap();
    let settings = settings(directory.path());
    let store = lived(&settings);
    let mut steps = 0;
    let mut killed = |store: &Store, is_erased: bool| {
        steps += 1;
        // What is refused again from rows at a start is here only in the view.
        store.inner.views.now().sync().unwrap();
        let place = directory.path().join(format!("killed-{steps}"));
        copy_of(&settings.path, &place.join("store"));
        let settings = Settings { path: place.join("store"), ..settings.clone() };
        let again = Store::open(&settings).unwrap();
        if !is_erased {
            // The row is there, and is applied again.
            erase(&again);
        }
        again.settle(41).unwrap();
        if again.purge_due().unwrap().is_some() {
            assert!(again.purge(&|| true).unwrap());
        }
        is_right(&again, &settings);
    };
    killed(&store, false);
    erase(&store);
    killed(&store, true);
    store.settle(41).unwrap();
    killed(&store, true);
    store.renew_journal().unwrap();
    killed(&store, true);
    // Half of the workers are copied.
    let next = generation::next(&settings.path, "view").unwrap();
    store.inner.views.begin(View::open(&next, 1 << 20).unwrap());
    store.inner.views.copy_worker(WorkerNumber(0)).unwrap();
    store.inner.views.hold().next().unwrap().sync().unwrap();
    killed(&store, true);
    store.inner.views.give_up();
    assert!(store.purge(&|| true).unwrap());
    killed(&store, true);
    is_right(&store, &settings);
}

#[test]
fn what_is_saved_while_the_view_is_made_anew_is_in_the_new_one() {
    let directory = tempfile::tempdir().unwrap();
    let settings = settings(directory.path());
    let store = lived(&settings);
    erase(&store);
    store.settle(41).unwrap();
    let saves = std::cell::Cell::new(0_u64);
    // Between two copied workers, one that was copied and one that was not are saved anew, and one is new.
    let goes_on = || {
        if saves.replace(saves.get() + 1) == 0 {
            store.save(vec![of(1, 50), of(3, 50), of(4, 50)]).unwrap();
        }
        true
    };
    assert!(store.purge(&goes_on).unwrap());
    assert!(saves.get() >= 2, "{}", saves.get());
    let workers: Vec<(u128, u64)> =
        store.recover_workers().iter().map(|worker| (worker.worker.0, worker.applied_through)).collect();
    assert_eq!(workers, [(1, 50), (3, 50), (4, 50)]);
    for worker in [1, 3, 4] {
        for detail in of(worker, 50).details {
            assert_eq!(store.detail(WorkerNumber(worker), detail.date).unwrap(), Some(detail));
        }
    }
}

#[test]
fn what_was_thrown_away_does_not_come_back_by_a_kill_after_the_journal_was_made_anew() {
    let directory = tempfile::tempdir().unwrap();
    let settings = settings(directory.path());
    let store = lived(&settings);
    store.inner.views.now().sync().unwrap();
    store.discard(None, &["c-Y-7".to_owned()], |_| true).unwrap();
    erase(&store);
    store.settle(41).unwrap();
    store.renew_journal().unwrap();
    copy_of(&settings.path, &directory.path().join("killed"));
    let again = Store::open(&Settings { path: directory.path().join("killed"), ..settings }).unwrap();
    let waiting = again.pending(&crate::domain::ids::ChannelId::mqtt(), 100).unwrap();
    assert!(waiting.len() == 39 && waiting.iter().all(|event| event.id != "c-Y-7"), "{}", waiting.len());
}

#[test]
fn a_replacement_of_the_view_remembers_who_left_the_files_before() {
    let directory = tempfile::tempdir().unwrap();
    let open = |name: &str| View::open(&directory.path().join(name), 1 << 20).unwrap();
    let (old, fresh) = (open("old"), open("fresh"));
    old.bury(&Erasure { worker: WorkerNumber(2), stone: stone(), of_row: 41 }).unwrap();
    old.set_purged(41).unwrap();
    fresh.take_state_of(&old).unwrap();
    assert_eq!((fresh.purged().unwrap(), fresh.erasures().unwrap().len()), (41, 1));
}

#[test]
fn who_was_enrolled_anew_loses_nothing_when_somebody_else_is_erased() {
    let directory = tempfile::tempdir().unwrap();
    let settings = settings(directory.path());
    let store = lived(&settings);
    erase(&store);
    store.settle(41).unwrap();
    assert!(store.purge(&|| true).unwrap());
    // The same pseudonym again, and a reading of theirs that was refused.
    store.append_row(&row(42, vec![])).unwrap();
    store.quarantine(&quarantined(format!(r#"{{"worker":"{GONE}","again":1}}"#))).unwrap();
    let other = WorkerKey { worker: WorkerId::parse("W-3").unwrap(), ..key() };
    let erasure = Erasure { worker: WorkerNumber(3), stone: Tombstone::of(&other, 5), of_row: 42 };
    store.erase(&erasure, &[]).unwrap();
    store.settle(42).unwrap();
    assert_eq!(store.stones_due().unwrap(), [erasure.stone]);
    assert!(store.purge(&|| true).unwrap());
    assert_eq!(store.quarantined_len(), 2);
}

impl Store {
    fn recover_workers(&self) -> Vec<crate::store::RecoveredWorker> {
        self.inner.views.now().workers().unwrap()
    }
}
