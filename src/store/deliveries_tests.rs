//! What waits and what was given up survives every kind of end, and one channel does not weigh on another.

use std::path::Path;

use super::*;
use crate::engine::row::Row;
use crate::store::records::samples::sample;
use crate::store::{DeadLetter, FailureKind, Settings};

fn settings(directory: &Path) -> Settings {
    Settings { max_dead_letters: 3, ..crate::store::tests::settings(directory) }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn outgoing(channel: &str, recipient: Option<&str>, id: &str) -> Outgoing {
    Outgoing {
        channel: ChannelId::parse(channel).unwrap(),
        id: id.to_owned(),
        recipient: recipient.map(str::to_owned),
        is_crisis: id.starts_with("crisis"),
        decided_at: at(0),
        target: String::new(),
        payload: vec![b'x'; 7_000],
    }
}

fn hook(id: &str) -> Outgoing {
    outgoing("clinic", None, id)
}

fn became(delivery: &Outgoing, fate: Fate) -> DeliveryOutcome {
    DeliveryOutcome { key: delivery.key(), fate }
}

fn dies(delivery: &Outgoing, second: i64) -> DeliveryOutcome {
    let error = "answered 500".to_owned();
    became(
        delivery,
        Fate::Dead { letter: DeadLetter { at: at(second), kind: FailureKind::Failed, attempts: 9, error } },
    )
}

fn pending(store: &Store, channel: &str) -> Vec<String> {
    let pending = store.pending(&ChannelId::parse(channel).unwrap(), 100).unwrap();
    pending.into_iter().map(|event| event.id).collect()
}

fn dead(store: &Store) -> Vec<String> {
    let dead = store.outbox_list(None, true, 100).unwrap();
    assert!(dead.iter().all(|listed| listed.dead.is_some()));
    dead.iter().map(|listed| listed.key.id.clone()).collect()
}

/// Ten rows and a snapshot.
fn snapshot(store: &Store) -> u64 {
    let first = store.last_row() + 1;
    for number in first..first + 10 {
        store.append_row(&Row { number, now: at(number.cast_signed()), ..sample(number) }).unwrap();
    }
    store.settle(first + 9).unwrap();
    store.snapshot().unwrap().first_row
}

#[test]
fn one_event_has_a_fate_of_its_own_for_each_channel_and_recipient() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(&settings(directory.path())).unwrap();
    let (mail, deputy) = (outgoing("mail", Some("physician"), "e1"), outgoing("mail", Some("deputy"), "e1"));
    store.append_notices(&[hook("e1"), mail.clone(), deputy.clone(), hook("e1")]).unwrap();
    assert_eq!((pending(&store, "clinic").len(), pending(&store, "mail").len()), (1, 2));
    store.append_delivered(&[mail.key()]).unwrap();
    store.append_outcomes(&[dies(&deputy, 1)]).unwrap();
    assert_eq!(pending(&store, "clinic"), ["e1"]);
    assert_eq!(pending(&store, "mail"), [""; 0]);
    assert_eq!(dead(&store), ["e1"]);
    let mail = ChannelId::parse("mail").unwrap();
    assert_eq!(store.outbox_counts()[&mail], Waiting { pending: 0, dead: 1, oldest: None });
}

#[test]
fn the_oldest_that_waits_is_known_whether_it_is_of_a_crisis_or_was_sent_again() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(&settings(directory.path())).unwrap();
    let of = |id: &str, second: i64| Outgoing { decided_at: at(second), ..hook(id) };
    let clinic = ChannelId::parse("clinic").unwrap();
    let oldest = |store: &Store| store.outbox_counts()[&clinic].oldest;
    store.append_notices(&[of("e1", 1), of("e2", 2), of("crisis-3", 3), of("e4", 4)]).unwrap();
    assert_eq!(oldest(&store), Some(at(1)));
    store.append_outcomes(&[dies(&of("e1", 1), 5)]).unwrap();
    assert_eq!(oldest(&store), Some(at(2)), "what was given up does not wait");
    store.revive(None, &["e1".to_owned()], at(9)).unwrap();
    assert_eq!(oldest(&store), Some(at(2)), "what is sent again waits from then on");
    store.append_delivered(&[hook("e2").key()]).unwrap();
    assert_eq!(oldest(&store), Some(at(3)));
    store.append_delivered(&[hook("crisis-3").key(), hook("e4").key()]).unwrap();
    assert_eq!(oldest(&store), Some(at(9)));
    store.append_delivered(&[hook("e1").key()]).unwrap();
    assert_eq!(oldest(&store), None);
}

#[test]
fn a_crisis_stands_before_all_others_and_the_rest_in_the_order_of_decision() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(&settings(directory.path())).unwrap();
    for id in ["e2", "e1", "crisis-2", "e3", "crisis-1"] {
        store.append_notices(&[hook(id)]).unwrap();
    }
    assert_eq!(pending(&store, "clinic"), ["crisis-2", "crisis-1", "e2", "e1", "e3"]);
    let clinic = ChannelId::parse("clinic").unwrap();
    let first = store.tickets(&clinic, false, None, 2).unwrap();
    let rest = store.tickets(&clinic, false, Some(first[1].place), 10).unwrap();
    assert_eq!((rest.len(), rest[0].key.id.as_str()), (1, "e3"));
    assert_eq!(store.delivery(rest[0].place).unwrap(), Some(hook("e3")));
    store.append_delivered(&[hook("e3").key()]).unwrap();
    assert_eq!(store.delivery(rest[0].place).unwrap(), None);
}

#[test]
fn dead_letters_and_what_was_revived_survive_restarts_cuts_and_the_loss_of_the_view() {
    let directory = tempfile::tempdir().unwrap();
    let settings = settings(directory.path());
    let away = || std::fs::remove_dir_all(settings.path.join("view")).unwrap();
    let holds = |store: &Store, dead_ones: &[&str], waiting: &[&str]| {
        assert_eq!(dead(store), dead_ones);
        assert_eq!(pending(store, "clinic"), waiting);
        let revived = store.outbox_list(None, false, 100).unwrap().into_iter().find(|l| l.revived_at.is_some());
        assert_eq!(
            revived.map(|listed| (listed.key.id.clone(), listed.revived_at)),
            Some(("e2".to_owned(), Some(at(5))))
        );
        let clinic = ChannelId::parse("clinic").unwrap();
        let tickets = store.tickets(&clinic, false, None, 10).unwrap();
        assert_eq!(tickets.iter().find(|ticket| ticket.key.id == "e2").map(|ticket| ticket.since), Some(at(5)));
    };
    {
        let store = Store::open(&settings).unwrap();
        store.append_notices(&["e0", "e1", "e2", "e3"].map(hook)).unwrap();
        store.append_outcomes(&[dies(&hook("e1"), 1), dies(&hook("e2"), 2)]).unwrap();
        assert_eq!(store.revive(None, &["e2".to_owned()], at(5)).unwrap().len(), 1);
        store.append_outcomes(&[became(&hook("e0"), Fate::Discarded)]).unwrap();
        holds(&store, &["e1"], &["e2", "e3"]);
    }
    holds(&Store::open(&settings).unwrap(), &["e1"], &["e2", "e3"]);
    away();
    {
        let store = Store::open(&settings).unwrap();
        holds(&store, &["e1"], &["e2", "e3"]);
        let cut = (0..3).fold(0, |_, _| snapshot(&store));
        assert!(cut > 1, "the journal is cut, facts that are needed are in the snapshot only");
        store.append_outcomes(&[dies(&hook("e3"), 9)]).unwrap();
    }
    away();
    let store = Store::open(&settings).unwrap();
    holds(&store, &["e1", "e3"], &["e2"]);
    assert_eq!(
        store.delivery(store.tickets(&hook("").channel, false, None, 1).unwrap()[0].place).unwrap(),
        Some(hook("e2"))
    );
}

#[test]
fn the_oldest_dead_letters_are_dropped_and_counted_and_stay_dropped() {
    let directory = tempfile::tempdir().unwrap();
    let settings = settings(directory.path());
    {
        let store = Store::open(&settings).unwrap();
        let all = ["e0", "e1", "e2", "e3", "e4"].map(hook);
        store.append_notices(&all).unwrap();
        for (second, delivery) in (1..).zip(&all) {
            store.append_outcomes(&[dies(delivery, second)]).unwrap();
        }
        assert_eq!(dead(&store), ["e2", "e3", "e4"]);
        assert_eq!(store.dead_letters_dropped(), 2);
    }
    std::fs::remove_dir_all(settings.path.join("view")).unwrap();
    let store = Store::open(&Settings { max_dead_letters: 100, ..settings }).unwrap();
    assert_eq!(dead(&store), ["e2", "e3", "e4"]);
    assert_eq!(pending(&store, "clinic"), [""; 0]);
}

#[test]
fn dead_letters_of_a_crisis_are_dropped_after_all_others() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(&settings(directory.path())).unwrap();
    let crisis = |id: &str| Outgoing { is_crisis: true, ..hook(id) };
    let all = [crisis("c0"), hook("e1"), crisis("c2"), hook("e3"), crisis("c4"), hook("e5"), crisis("c6")];
    store.append_notices(&all).unwrap();
    let mut kept = Vec::new();
    for (second, delivery) in (1..).zip(&all) {
        store.append_outcomes(&[dies(delivery, second)]).unwrap();
        kept = dead(&store);
        if second == 4 {
            assert_eq!(kept, ["c0", "c2", "e3"], "the oldest of the others goes first");
        }
        if second == 6 {
            assert_eq!(kept, ["c0", "c2", "c4"], "even the newest of the others goes before a crisis");
        }
    }
    assert_eq!((kept, store.dead_letters_dropped()), (vec!["c2".to_owned(), "c4".to_owned(), "c6".to_owned()], 4));
}

#[test]
fn more_dead_letters_at_once_than_are_kept_leave_as_many_as_are_kept() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(&settings(directory.path())).unwrap();
    let all: Vec<Outgoing> = (0..10).map(|number| hook(&format!("e{number}"))).collect();
    store.append_notices(&all).unwrap();
    let outcomes: Vec<DeliveryOutcome> = (1..).zip(&all).map(|(second, delivery)| dies(delivery, second)).collect();
    store.append_outcomes(&outcomes).unwrap();
    assert_eq!((dead(&store).len(), store.dead_letters_dropped()), (3, 7));
}

#[test]
fn a_hundred_thousand_of_one_channel_cost_another_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let settings = Settings { journal_file_bytes: 16 * 1024 * 1024, ..settings(directory.path()) };
    let store = Store::open(&settings).unwrap();
    let small = |channel: &str, id: String| Outgoing { payload: vec![b'x'; 20], ..outgoing(channel, None, &id) };
    for chunk in 0..100 {
        let many: Vec<Outgoing> = (0..1_000).map(|n| small("dead-end", format!("e{chunk}-{n}"))).collect();
        store.append_notices(&many).unwrap();
    }
    store.append_notices(&[small("quick", "e".to_owned())]).unwrap();
    let (quick, dead_end) = (ChannelId::parse("quick").unwrap(), ChannelId::parse("dead-end").unwrap());
    assert_eq!(store.pending_len(&dead_end), 100_000);
    let watch = crate::telemetry::latency::Stopwatch::start();
    for _ in 0..1_000 {
        assert_eq!(store.tickets(&quick, false, None, 1_000).unwrap().len(), 1);
        assert_eq!(store.pending(&quick, 100).unwrap().len(), 1);
        assert_eq!(store.tickets(&dead_end, true, None, 1_000).unwrap().len(), 0);
    }
    // Far more than it takes, and far less than looking at all of them a thousand times would.
    assert!(watch.elapsed_s() < 2.0, "{} s", watch.elapsed_s());
}

#[test]
fn what_is_discarded_is_decided_while_nothing_else_can_change_it() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(&settings(directory.path())).unwrap();
    let sent = [hook("a"), hook("b"), outgoing("mail", None, "b"), hook("c")];
    store.append_notices(&sent).unwrap();
    store.append_outcomes(&[dies(&sent[0], 1), dies(&sent[1], 2)]).unwrap();
    let mut asked = Vec::new();
    let gone = store.discard(Some(&sent[0].channel), &["a".to_owned(), "c".to_owned()], |listed| {
        assert!(store.inner.outbox.try_lock().is_err(), "a retry could come between");
        asked.push(listed.key.id.clone());
        listed.dead.is_some()
    });
    assert_eq!(gone.unwrap().iter().map(|listed| listed.key.id.as_str()).collect::<Vec<_>>(), ["a"]);
    assert_eq!((asked, dead(&store)), (vec!["a".to_owned(), "c".to_owned()], vec!["b".to_owned()]));
    assert!(store.revive(None, &["a".to_owned()], at(3)).unwrap().is_empty(), "gone for good");
    assert_eq!((pending(&store, "clinic"), pending(&store, "mail")), (vec!["c".to_owned()], vec!["b".to_owned()]));
}
