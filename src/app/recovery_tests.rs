use super::*;
use crate::config::rules_file;
use crate::domain::SignedDuration;
use crate::domain::case::CaseId;
use crate::domain::ids::{SiteId, WorkerId, WorkerKey};
use crate::domain::item::Item;
use crate::domain::life::{CaseCommand, Deed, Note};
use crate::domain::person::{Actor, PersonId, Role};
use crate::domain::screening::{Instrument, Response, Screening};
use crate::domain::worker::Profile;
use crate::domain::{TimeZone, history::WorkerHistory};
use crate::engine::ENGINE_VERSION;
use crate::engine::row::{Input, WorkerInputs};
use crate::store::{Checkpoint, DecisionRecord, Settings};

const WORKERS: u128 = 6;

fn at(minutes: u64) -> Timestamp {
    Timestamp::from_second(1_772_352_000).unwrap() + SignedDuration::from_mins(minutes.cast_signed())
}

fn sheet(instrument: Instrument, answers: &[u8], minutes: u64) -> Input {
    let response = Response::Answers(answers.iter().copied().map(Some).collect());
    let item = Item::Screening(Screening { instrument, taken_at: at(minutes), response });
    Input::Item { message: 0, index: 0, item }
}

fn remark(case: &CaseId, number: u64) -> Input {
    let by = Actor::Person { id: PersonId::parse("dr.a").unwrap(), role: Role::Physician };
    let note = Note::of(&format!("written in row {number}"));
    let command = CaseCommand { case: case.clone(), by, is_there: true, deed: Deed::Remark, note };
    Input::Case { request: 0, command: Box::new(command) }
}

/// The first row enrols everybody, the second opens a case of each, and in each after it something is written.
fn row(number: u64, known: &[(u128, WorkerHistory)]) -> Row {
    let inputs = |worker: u128| match number {
        1 => {
            let name = WorkerId::parse(&format!("w-{worker}")).unwrap();
            let key = WorkerKey { site: SiteId::parse("plant-a").unwrap(), worker: name };
            Input::Enrol(Profile::unknown(key, TimeZone::UTC))
        }
        2 => sheet(Instrument::Gad7, &[2, 2, 2, 2, 2, 1, 1], 1),
        _ => {
            let (_, history) = known.iter().find(|(number, _)| *number == worker).unwrap();
            remark(&history.cases.open.as_ref().unwrap().id, number)
        }
    };
    let groups =
        (1..=WORKERS).map(|worker| WorkerInputs { worker: WorkerNumber(worker), inputs: vec![inputs(worker)] });
    let (engine_version, rules_version, decided_through) = (ENGINE_VERSION, 1, number - 1);
    Row {
        number,
        now: at(number),
        engine_version,
        rules_version,
        decided_through,
        messages: vec![],
        groups: groups.collect(),
    }
}

fn shards() -> Shards {
    Shards::new(2, &rules_file::built_in(), Mode::Live)
}

/// As the applier does it.
fn apply(store: &Store, shards: &mut Shards, row: Row) {
    let number = row.number;
    let outcome = shards.apply(row.now, row.groups, store).unwrap();
    let record = |decision: &crate::engine::effect::Decision| DecisionRecord {
        worker: decision.worker,
        change: decision.change.clone(),
        outgoing: Vec::new(),
    };
    store.append_decisions(number, &outcome.decisions.iter().map(record).collect::<Vec<_>>()).unwrap();
}

/// Saves one worker of each shard.
fn save_some(store: &Store, shards: &mut Shards, applied_through: u64) -> usize {
    let unsaved = shards.take_unsaved(1, at(applied_through));
    let saved = unsaved.len();
    let checkpoint = |one: crate::engine::Unsaved| Checkpoint {
        worker: one.worker,
        applied_through,
        history: one.history,
        details: one.details,
        dropped_details: one.dropped_details,
    };
    store.save(unsaved.into_iter().map(checkpoint).collect()).unwrap();
    saved
}

fn histories(shards: &Shards) -> Vec<(u128, WorkerHistory)> {
    let mut all: Vec<_> = shards.histories().map(|(number, history)| (number.0, history.clone())).collect();
    all.sort_by_key(|(number, _)| *number);
    all
}

#[test]
fn a_kill_between_two_batches_of_saving_with_decided_rows_after_each_changes_nothing() {
    for batches in 0..=3 {
        let directory = tempfile::tempdir().unwrap();
        let settings = Settings { path: directory.path().join("store"), ballast_bytes: 4096, ..Settings::default() };
        let store = Store::open(&settings).unwrap();
        let mut lived = shards();
        let mut number = 0;
        let mut next = |store: &Store, lived: &mut Shards| {
            number += 1;
            let row = row(number, &histories(lived));
            store.append_row(&row).unwrap();
            apply(store, lived, row);
            number
        };
        next(&store, &mut lived);
        next(&store, &mut lived);
        lived.begin_saving();
        while save_some(&store, &mut lived, 2) > 0 {}
        store.settle(2).unwrap();
        next(&store, &mut lived);
        lived.begin_saving();
        // A few are saved, then a row is decided that changes the case of everybody, and so on.
        for _ in 0..batches {
            let through = next(&store, &mut lived);
            assert_eq!(save_some(&store, &mut lived, through), 2, "others are still to be saved");
        }
        let last = next(&store, &mut lived);
        drop(store);

        let store = Store::open(&settings).unwrap();
        assert_eq!(store.settled().unwrap(), 2, "what was saved in part is not settled");
        let mut found = shards();
        let Recovered { undecided, last_row, .. } = recover(&store, &mut found, &CaseDirectory::default()).unwrap();
        assert_eq!(last_row, last);
        undecided.into_iter().for_each(|row| apply(&store, &mut found, row));
        assert_eq!(histories(&found), histories(&lived), "after {batches} batches");
        let logs = histories(&found).into_iter().map(|(_, history)| history.cases.open.unwrap().log.len());
        assert!(logs.eq([batches + 3; WORKERS as usize]), "raised, and a remark in each row after that");
    }
}
