//! The store as a whole: what was acknowledged is there after every kind of end.

use std::path::Path;

use super::records::samples::{Dice, Sample, sample};
use super::*;
use crate::domain::case::{CaseChange, CaseFact};
use crate::domain::history::WorkerHistory;
use crate::domain::ids::ChannelId;
use crate::domain::person::Actor;

pub(super) fn settings(directory: &Path) -> Settings {
    Settings {
        path: directory.join("store"),
        journal_file_bytes: 16 * 1024,
        journal_retention: std::time::Duration::ZERO,
        snapshot_every_bytes: 1024,
        ballast_bytes: 4096,
        view_cache_bytes: 8 * 1024 * 1024,
        ..Settings::default()
    }
}

fn row(number: RowNumber) -> Row {
    let now = Timestamp::from_second(1_800_000_000 + number.cast_signed()).unwrap();
    Row { number, now, ..sample(number) }
}

fn append(store: &Store, numbers: std::ops::RangeInclusive<RowNumber>) {
    for number in numbers {
        store.append_row(&row(number)).unwrap();
    }
}

fn rows(store: &Store, after: RowNumber) -> Vec<Row> {
    store.rows(after).collect::<Result<_, _>>().unwrap()
}

pub(super) fn event(id: &str) -> Outgoing {
    Outgoing {
        channel: ChannelId::mqtt(),
        id: id.to_owned(),
        recipient: None,
        is_crisis: false,
        decided_at: Timestamp::UNIX_EPOCH,
        target: "vagus/v1/plant-a/alerts".to_owned(),
        payload: vec![b'x'; 7_000],
    }
}

fn decision(worker: u128, ids: &[&str]) -> DecisionRecord {
    DecisionRecord {
        worker: WorkerNumber(worker),
        change: CaseChange::Done { at: Timestamp::UNIX_EPOCH, by: Actor::Vagus, note: None, fact: CaseFact::Remarked },
        outgoing: ids.iter().map(|id| event(id)).collect(),
    }
}

fn pending(store: &Store) -> Vec<String> {
    store.pending(&ChannelId::mqtt(), 100).unwrap().into_iter().map(|event| event.id).collect()
}

/// A worker with a history of some kilobytes and two details.
pub(super) fn checkpoint(worker: u128, applied_through: RowNumber) -> Checkpoint {
    let seed = u64::try_from(worker).unwrap() * 1_000 + applied_through;
    let mut dice = Dice(seed);
    let mut history: WorkerHistory = Sample::sample(&mut dice);
    history.screenings = (0..300).map(|_| Sample::sample(&mut dice)).collect();
    let details = [1, 2].map(|day| {
        let windows = (0..200).map(|_| Sample::sample(&mut dice)).collect();
        NightDetail { windows, ..NightDetail::empty(Date::constant(2026, 3, day)) }
    });
    Checkpoint {
        worker: WorkerNumber(worker),
        applied_through,
        history,
        details: details.into(),
        dropped_details: Vec::new(),
    }
}

/// Asserts that the view has exactly this.
fn has(store: &Store, expected: &[Checkpoint]) {
    let workers = store.recover().unwrap().workers;
    assert_eq!(workers.len(), expected.len());
    for (found, expected) in workers.iter().zip(expected) {
        assert_eq!(found.worker, expected.worker);
        assert_eq!(found.applied_through, expected.applied_through);
        assert_eq!(found.history, expected.history);
        for detail in &expected.details {
            assert_eq!(store.detail(expected.worker, detail.date).unwrap().as_ref(), Some(detail));
        }
    }
}

/// What a kill leaves behind: the files as they are now, without the orderly end of a drop.
pub(super) fn copy_of(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_of(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn unit_decision(day: i8, id: &str) -> UnitDecisionRecord {
    let (site, unit) = (SiteId::parse("plant-a").unwrap(), UnitId::parse("forge").unwrap());
    let asked = AskedUnit { site, unit, rule: RuleId::new("R10"), on: Date::constant(2026, 3, day) };
    UnitDecisionRecord { asked, outgoing: vec![event(id)] }
}

#[test]
fn a_request_about_a_unit_is_remembered_in_the_view_in_the_journal_and_in_snapshots() {
    let directory = tempfile::tempdir().unwrap();
    let settings = settings(directory.path());
    let AskedUnit { site, unit, rule, on } = unit_decision(2, "u1").asked;
    let remembers = |store: &Store| {
        assert_eq!(store.asked_on(&site, &unit, &rule).unwrap(), Some(on));
        assert_eq!(store.asked_on(&site, &unit, &RuleId::new("R99")).unwrap(), None);
    };
    let away = |directory: &str| std::fs::remove_dir_all(settings.path.join(directory)).unwrap();
    {
        let store = Store::open(&settings).unwrap();
        store.append_unit_decisions(5, &[unit_decision(1, "u0")]).unwrap();
        store.append_unit_decisions(5, &[unit_decision(2, "u1")]).unwrap();
        remembers(&store);
        assert!(store.recover().unwrap().decisions.is_empty(), "nothing for a worker");
    }
    {
        let store = Store::open(&settings).unwrap();
        remembers(&store);
        assert_eq!(pending(&store), ["u0", "u1"], "still to be sent, as they are");
        store.append_delivered(&[event("u0").key(), event("u1").key()]).unwrap();
    }
    away("view");
    {
        let store = Store::open(&settings).unwrap();
        remembers(&store);
        assert_eq!(pending(&store), [""; 0], "not sent again");
        let reports = snapshots(&store, 3);
        assert!(reports[2].first_row > 5, "the journal is cut");
    }
    away("view");
    remembers(&Store::open(&settings).unwrap());
}

#[test]
fn rows_decisions_and_workers_are_there_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let settings = settings(directory.path());
    let saved = [checkpoint(1, 3), checkpoint(2, 4)];
    {
        let store = Store::open(&settings).unwrap();
        let fresh = store.recover().unwrap();
        assert_eq!((fresh.last_row, fresh.last_now, fresh.workers.len()), (0, None, 0));
        append(&store, 1..=5);
        store.append_decisions(2, &[decision(1, &["e1"])]).unwrap();
        store.append_decisions(4, &[decision(1, &["e2", "e3"]), decision(2, &["e4"])]).unwrap();
        store.append_delivered(&[event("e2").key()]).unwrap();
        store.save(saved.to_vec()).unwrap();
        store.settle(3).unwrap();
    }
    let store = Store::open(&settings).unwrap();
    has(&store, &saved);
    let recovery = store.recover().unwrap();
    assert_eq!((recovery.settled, recovery.last_row, recovery.last_now), (3, 5, Some(row(5).now)));
    assert_eq!(
        recovery.decisions.into_iter().collect::<Vec<_>>(),
        [(4, vec![decision(1, &["e2", "e3"]), decision(2, &["e4"])])]
    );
    assert_eq!(rows(&store, 3), [row(4), row(5)]);
    assert_eq!(pending(&store), ["e1", "e3", "e4"]);
    assert_eq!(store.pending(&ChannelId::mqtt(), 1).unwrap(), [event("e1")]);
    append(&store, 6..=6);
}

#[test]
fn rows_out_of_order_or_too_long_are_refused_and_nothing_is_lost() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(&Settings { max_row_bytes: 3000, ..settings(directory.path()) }).unwrap();
    let small = |number| Row { messages: Vec::new(), groups: Vec::new(), ..row(number) };
    store.append_row(&small(1)).unwrap();
    assert!(matches!(store.append_row(&small(1)), Err(JournalError::OutOfOrder { number: 1, expected: 2 })));
    assert!(matches!(store.append_row(&small(3)), Err(JournalError::OutOfOrder { number: 3, expected: 2 })));
    let mut long = small(2);
    long.messages = vec![sample(1)];
    long.messages[0].topic = "x".repeat(3000);
    assert!(matches!(store.append_row(&long), Err(JournalError::TooLarge { number: 2, max: 3000, .. })));
    store.append_row(&small(2)).unwrap();
    assert_eq!(rows(&store, 0), [small(1), small(2)]);
}

#[test]
fn a_second_process_is_told_that_the_store_is_in_use() {
    let directory = tempfile::tempdir().unwrap();
    let settings = settings(directory.path());
    let store = Store::open(&settings).unwrap();
    let error = Store::open(&settings).unwrap_err();
    assert!(matches!(error, StoreError::InUse(_)), "{error}");
    drop(store);
    Store::open(&settings).unwrap();
}

#[test]
fn a_copy_taken_mid_way_has_everything_that_was_acknowledged() {
    let directory = tempfile::tempdir().unwrap();
    let settings = settings(directory.path());
    let store = Store::open(&settings).unwrap();
    for number in 1..=30 {
        append(&store, number..=number);
        if number % 3 == 0 {
            store.append_decisions(number, &[decision(1, &[&format!("e{number}")])]).unwrap();
        }
        if number % 10 == 5 {
            store.save(vec![checkpoint(1, number)]).unwrap();
            store.settle(number).unwrap();
        }
        if number % 7 == 0 {
            let killed = directory.path().join(format!("killed-{number}"));
            copy_of(&settings.path, &killed);
            let after = Store::open(&Settings { path: killed, ..settings.clone() }).unwrap();
            let recovery = after.recover().unwrap();
            assert_eq!(recovery.last_row, number);
            assert_eq!(rows(&after, recovery.settled), (recovery.settled + 1..=number).map(row).collect::<Vec<_>>());
            assert_eq!(pending(&after).len() as u64, number / 3);
            append(&after, number + 1..=number + 1);
        }
    }
}

#[test]
fn a_view_that_is_thrown_away_is_rebuilt_from_snapshot_and_journal() {
    let directory = tempfile::tempdir().unwrap();
    let settings = settings(directory.path());
    let saved = [checkpoint(1, 20), checkpoint(2, 21), checkpoint(u128::from(u64::MAX) / 2_000, 20)];
    {
        let store = Store::open(&settings).unwrap();
        append(&store, 1..=21);
        store.append_decisions(3, &[decision(1, &["e1", "e2"])]).unwrap();
        store.save(saved.to_vec()).unwrap();
        store.settle(20).unwrap();
        assert!(store.is_snapshot_due());
        let report = store.snapshot().unwrap();
        assert_eq!((report.settled, report.workers), (20, 3));
        store.append_decisions(21, &[decision(2, &["e3"])]).unwrap();
        store.append_delivered(&[event("e1").key()]).unwrap();
        append(&store, 22..=25);
    }
    for damage in ["gone", "garbage", "truncated"] {
        let view = settings.path.join("view");
        match damage {
            "gone" => std::fs::remove_dir_all(&view).unwrap(),
            "garbage" => std::fs::write(view.join("conf"), b"not a configuration").unwrap(),
            _ => std::fs::write(view.join("db"), vec![0xa5; 300_000]).unwrap(),
        }
        let store = Store::open(&settings).unwrap_or_else(|error| panic!("{damage}: {error}"));
        has(&store, &saved);
        let recovery = store.recover().unwrap();
        assert_eq!((recovery.settled, recovery.last_row), (20, 25), "{damage}");
        assert_eq!(rows(&store, 20), (21..=25).map(row).collect::<Vec<_>>());
        assert_eq!(recovery.decisions.into_keys().collect::<Vec<_>>(), [21]);
        assert_eq!(pending(&store), ["e2", "e3"], "{damage}");
        let refused: usize = (1..=25).flat_map(|n| row(n).messages).map(|m| m.refused.len()).sum();
        assert_eq!(store.quarantined_len(), refused, "{damage}");
    }
}

#[test]
fn a_view_without_any_snapshot_is_rebuilt_from_a_whole_journal() {
    let directory = tempfile::tempdir().unwrap();
    let settings = settings(directory.path());
    {
        let store = Store::open(&settings).unwrap();
        append(&store, 1..=3);
        store.save(vec![checkpoint(1, 3)]).unwrap();
        store.settle(3).unwrap();
    }
    std::fs::remove_dir_all(settings.path.join("view")).unwrap();
    let store = Store::open(&settings).unwrap();
    let recovery = store.recover().unwrap();
    assert_eq!((recovery.settled, recovery.workers.len()), (0, 0));
    assert_eq!(rows(&store, 0).len(), 3);
}

/// Rows, checkpoints and a snapshot, `times` over, ten rows each.
fn snapshots(store: &Store, times: u64) -> Vec<SnapshotReport> {
    (0..times)
        .map(|time| {
            append(store, time * 10 + 1..=time * 10 + 10);
            store.append_decisions(time * 10 + 1, &[decision(1, &[&format!("e{time}")])]).unwrap();
            store.save(vec![checkpoint(1, time * 10 + 10)]).unwrap();
            store.settle(time * 10 + 10).unwrap();
            store.snapshot().unwrap()
        })
        .collect()
}

#[test]
fn a_corrupt_newest_snapshot_gives_way_to_the_older_one() {
    let directory = tempfile::tempdir().unwrap();
    let settings = settings(directory.path());
    let newest = {
        let store = Store::open(&settings).unwrap();
        let reports = snapshots(&store, 3);
        assert_eq!(reports[2].first_row, 20, "cut below the older of the two that are kept");
        reports[2].path.clone()
    };
    let whole = std::fs::read(&newest).unwrap();
    for at in [0, 9, whole.len() / 2, whole.len() - 1] {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        std::fs::write(&newest, damaged).unwrap();
        std::fs::remove_dir_all(settings.path.join("view")).unwrap();
        let store = Store::open(&settings).unwrap();
        has(&store, &[checkpoint(1, 20)]);
        assert_eq!(rows(&store, 20), (21..=30).map(row).collect::<Vec<_>>());
        assert_eq!(pending(&store), ["e0", "e1", "e2"]);
    }
}

#[test]
fn without_any_readable_snapshot_a_cut_journal_stops_the_start_in_words() {
    let directory = tempfile::tempdir().unwrap();
    let settings = settings(directory.path());
    snapshots(&Store::open(&settings).unwrap(), 3);
    std::fs::remove_dir_all(settings.path.join("view")).unwrap();
    for file in std::fs::read_dir(settings.path.join("snapshots")).unwrap() {
        std::fs::write(file.unwrap().path(), b"VAGUSSNP").unwrap();
    }
    let error = Store::open(&settings).unwrap_err().to_string();
    assert!(error.contains("no snapshot can be read") && error.contains("restore a backup"), "{error}");
}

#[test]
fn a_journal_that_lost_applied_rows_stops_the_start_in_words() {
    let directory = tempfile::tempdir().unwrap();
    let settings = settings(directory.path());
    {
        let store = Store::open(&settings).unwrap();
        append(&store, 1..=5);
        store.settle(5).unwrap();
    }
    std::fs::remove_dir_all(settings.path.join("journal")).unwrap();
    let error = Store::open(&settings).unwrap_err();
    assert!(matches!(error, StoreError::RowsLost { last: 0, known: 5 }), "{error}");
}

#[test]
fn many_cuts_leave_two_snapshots_and_every_needed_row() {
    let directory = tempfile::tempdir().unwrap();
    let settings = settings(directory.path());
    {
        let store = Store::open(&settings).unwrap();
        let reports = snapshots(&store, 40);
        assert_eq!(reports[39].first_row, 390);
        assert_eq!(std::fs::read_dir(settings.path.join("snapshots")).unwrap().count(), 2);
        assert_eq!(pending(&store).len(), 40);
    }
    let store = Store::open(&settings).unwrap();
    assert_eq!(store.recover().unwrap().last_row, 400);
    assert_eq!(rows(&store, 390), (391..=400).map(row).collect::<Vec<_>>());
    assert_eq!(pending(&store).len(), 40);
    append(&store, 401..=401);
}

#[test]
fn retention_keeps_rows_that_no_snapshot_needs() {
    let directory = tempfile::tempdir().unwrap();
    let retention = std::time::Duration::from_secs(25);
    let store = Store::open(&Settings { journal_retention: retention, ..settings(directory.path()) }).unwrap();
    // A row a second: of rows 1 to 60, those of the last 25 seconds begin with 35.
    assert_eq!(snapshots(&store, 6)[5].first_row, 35);
}

#[test]
fn a_worker_saved_twice_at_once_is_the_later_one_and_dropped_details_are_gone() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(&settings(directory.path())).unwrap();
    let first = checkpoint(1, 1);
    let mut second = checkpoint(1, 2);
    second.history.screenings.clear();
    second.details.clear();
    second.dropped_details = vec![first.details[0].date];
    append(&store, 1..=2);
    store.save(vec![first.clone(), second.clone()]).unwrap();
    has(&store, &[second.clone()]);
    assert_eq!(store.detail(second.worker, first.details[0].date).unwrap(), None);
    assert_eq!(store.detail(second.worker, first.details[1].date).unwrap().as_ref(), Some(&first.details[1]));
}

#[test]
fn the_ballast_is_laid_at_the_first_start_and_counts_as_taken() {
    let directory = tempfile::tempdir().unwrap();
    let settings = settings(directory.path());
    drop(Store::open(&settings).unwrap());
    assert!(settings.path.join("ballast").exists());
    assert!(Store::open(&settings).unwrap().bytes_on_disk().unwrap() > 4096);
}

mod quarantine {
    use super::*;

    fn item(number: u64) -> Quarantined {
        Quarantined { raw: vec![b'x'; 1000], ..sample(number) }
    }

    #[test]
    fn the_oldest_go_where_it_is_full_and_are_counted() {
        let directory = tempfile::tempdir().unwrap();
        let settings = Settings { quarantine_max_items: 3, ..settings(directory.path()) };
        let ids: Vec<u64> = {
            let store = Store::open(&settings).unwrap();
            (1..=5).map(|number| store.quarantine(&item(number)).unwrap()).collect()
        };
        let store = Store::open(&settings).unwrap();
        let listed = store.quarantined(&QuarantineFilter::default(), 10).unwrap();
        assert_eq!(listed, [(ids[2], item(3)), (ids[3], item(4)), (ids[4], item(5))]);
        assert_eq!(store.quarantine_evicted(), 0);
        let next = store.quarantine(&item(6)).unwrap();
        assert!(next > ids[4]);
        assert_eq!((store.quarantined_len(), store.quarantine_evicted()), (3, 1));
        assert_eq!(store.take_quarantined(ids[2]).unwrap(), None);
        assert_eq!(store.take_quarantined(next).unwrap(), Some(item(6)));
        assert_eq!(store.quarantined_len(), 2);
    }

    #[test]
    fn a_row_that_is_applied_again_puts_nothing_in_twice() {
        let directory = tempfile::tempdir().unwrap();
        let settings = settings(directory.path());
        let first = Store::open(&settings).unwrap().quarantine(&item(1)).unwrap();
        let store = Store::open(&settings).unwrap();
        assert_eq!(store.quarantine(&item(1)).unwrap(), first);
        assert_eq!(store.quarantined_len(), 1);
    }

    #[test]
    fn bytes_are_bounded_too() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&Settings { quarantine_max_bytes: 3500, ..settings(directory.path()) }).unwrap();
        for number in 1..=10 {
            store.quarantine(&item(number)).unwrap();
        }
        assert!((1..=3).contains(&store.quarantined_len()));
    }

    #[test]
    fn a_list_can_be_filtered_and_gone_on_with() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&settings(directory.path())).unwrap();
        for number in 1..=20 {
            store.quarantine(&item(number)).unwrap();
        }
        let reason = item(7).reason;
        let filter = QuarantineFilter { reason: Some(reason), ..QuarantineFilter::default() };
        let all = store.quarantined(&filter, 100).unwrap();
        assert!(all.iter().any(|(_, found)| *found == item(7)));
        assert!(all.iter().all(|(_, found)| found.reason == reason));
        let rest = store.quarantined(&QuarantineFilter { after: Some(15), ..QuarantineFilter::default() }, 2).unwrap();
        assert_eq!(rest.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [16, 17]);
    }
}
