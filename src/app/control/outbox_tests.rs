//! What operators see of the outbox.

use super::*;
use crate::store::{DeadLetter, DeliveryOutcome, FailureKind, Fate, Outgoing, Settings};

fn store(directory: &std::path::Path) -> Store {
    Store::open(&Settings { path: directory.join("store"), ballast_bytes: 4_096, ..Settings::default() }).unwrap()
}

fn mail(id: &str, recipient: &str) -> Outgoing {
    Outgoing {
        channel: ChannelId::parse("mail").unwrap(),
        id: id.to_owned(),
        recipient: Some(recipient.to_owned()),
        is_crisis: false,
        decided_at: Timestamp::UNIX_EPOCH,
        target: "on-call@example.org".to_owned(),
        payload: b"PHQ-9 of 21".to_vec(),
    }
}

fn die(store: &Store, delivery: &Outgoing) {
    let error = "the mail server answered 550".to_owned();
    let letter = DeadLetter { at: Timestamp::UNIX_EPOCH, kind: FailureKind::Refused, attempts: 3, error };
    store.append_outcomes(&[DeliveryOutcome { key: delivery.key(), fate: Fate::Dead { letter } }]).unwrap();
}

#[test]
fn the_list_tells_why_and_nothing_of_what_is_sent_or_to_which_address() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(directory.path());
    let sent = [mail("e1", "physician"), mail("e1", "deputy"), mail("e2", "physician")];
    store.append_notices(&sent).unwrap();
    die(&store, &sent[1]);
    let wanted = |only_dead| Wanted { only_dead, channel: None, limit: 10 };
    let Answer::Outbox { deliveries, channels } = list(&wanted(true), &store, None) else { panic!() };
    assert_eq!(deliveries.len(), 1);
    let row = &deliveries[0];
    assert_eq!((row.id.as_str(), row.recipient.as_deref(), row.state.as_str()), ("e1", Some("deputy"), "dead"));
    assert_eq!((row.attempts, row.failure.as_deref()), (3, Some("refused")));
    let told: Vec<_> = channels.iter().map(|row| (row.channel.as_str(), row.pending, row.dead)).collect();
    assert_eq!(told, [("mail", 2, 1), ("mqtt", 0, 0)]);
    let all = list(&wanted(false), &store, Some((&[], &Clock::System, true)));
    let text = serde_json::to_string(&all).unwrap();
    assert!(!text.contains("example.org") && !text.contains("PHQ"), "{text}");
    assert!(text.contains("not configured"), "{text}");
    let broker = |is_there| {
        let answer = list(&wanted(false), &store, Some((&[], &Clock::System, is_there)));
        let Answer::Outbox { channels, .. } = answer else { panic!("{answer:?}") };
        channels.into_iter().find(|row| row.channel == "mqtt").unwrap().receiver
    };
    assert_eq!((broker(true), broker(false)), ("up".to_owned(), "down".to_owned()));
}

#[test]
fn a_retry_revives_what_is_meant_and_names_what_is_not_there() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(directory.path());
    let sent = [mail("e1", "physician"), mail("e1", "deputy"), mail("e2", "physician")];
    store.append_notices(&sent).unwrap();
    sent.iter().for_each(|delivery| die(&store, delivery));
    let again = |ids: &[&str], channel: Option<&str>| {
        let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
        let answer = retry(&ids, channel, &store, &[], Timestamp::UNIX_EPOCH);
        let Answer::OutboxRetried { revived, hurried, unknown } = answer else { panic!("{answer:?}") };
        (revived, hurried, unknown.len())
    };
    assert_eq!(again(&["e1", "e9"], Some("clinic")), (0, 0, 2), "nothing over that channel");
    assert_eq!(again(&["e1", "e9"], None), (2, 0, 1), "of every recipient");
    assert_eq!(again(&[], Some("mail")), (1, 2, 0), "all");
    let Answer::Failed { problem } = retry(&[], Some("no channel"), &store, &[], Timestamp::UNIX_EPOCH) else {
        panic!()
    };
    assert!(problem.contains("the channel holds ' '"), "{problem}");
}

#[test]
fn a_discard_throws_away_what_is_meant_and_no_crisis_unless_it_is_said() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(directory.path());
    let crisis = Outgoing { is_crisis: true, ..mail("e3", "physician") };
    let over_mqtt = Outgoing { channel: ChannelId::mqtt(), recipient: None, ..mail("e2", "") };
    let sent = [mail("e1", "physician"), mail("e1", "deputy"), mail("e2", "physician"), crisis, over_mqtt];
    store.append_notices(&sent).unwrap();
    [&sent[0], &sent[3]].into_iter().for_each(|delivery| die(&store, delivery));
    let away = |wanted: Discard| {
        let answer = discard(&wanted, &store, &[]);
        let Answer::OutboxDiscarded { discarded, kept_crises, kept_waiting, unknown } = answer else {
            panic!("{answer:?}")
        };
        let ids: Vec<String> = discarded.into_iter().map(|row| format!("{} {}", row.id, row.state)).collect();
        (ids, kept_crises, kept_waiting, unknown.len())
    };
    let of = |ids: &[&str], channel: Option<&str>| Discard {
        ids: ids.iter().map(|id| (*id).to_owned()).collect(),
        channel: channel.map(str::to_owned),
        ..Discard::default()
    };
    let dead = Discard { only_dead: true, ..of(&[], Some("mail")) };
    assert_eq!(away(dead), (vec!["e1 dead".to_owned()], 1, 0, 0));
    assert_eq!(away(of(&["e2", "e9"], None)), (vec!["e2 waiting".to_owned()], 0, 1, 1), "MQTT is always there");
    assert_eq!(away(of(&[], Some("mail"))), (vec!["e1 waiting".to_owned()], 1, 0, 0));
    assert_eq!(away(Discard { crisis: true, ..of(&["e3"], None) }), (vec!["e3 dead".to_owned()], 0, 0, 0));
    assert!(matches!(discard(&Discard::default(), &store, &[]), Answer::Failed { .. }));
    let left = store.outbox_list(None, false, 10).unwrap();
    assert_eq!(left.iter().map(|listed| listed.key.channel.as_str()).collect::<Vec<_>>(), ["mqtt"]);
}

#[test]
fn the_log_tells_what_was_discarded_and_nothing_of_health() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(directory.path());
    let crisis = Outgoing { is_crisis: true, ..mail("e3", "physician") };
    store.append_notices(std::slice::from_ref(&crisis)).unwrap();
    die(&store, &crisis);
    let file = directory.path().join("log");
    let lines = tracing_subscriber::fmt().with_ansi(false).with_writer(std::fs::File::create(&file).unwrap());
    tracing::subscriber::with_default(lines.finish(), || {
        let wanted = Discard { ids: vec!["e3".to_owned()], crisis: true, ..Discard::default() };
        assert!(matches!(discard(&wanted, &store, &[]), Answer::OutboxDiscarded { .. }));
    });
    let log = std::fs::read_to_string(&file).unwrap();
    for word in ["e3", "channel=\"mail\"", "recipient=\"physician\"", "state=\"dead\"", "discarded"] {
        assert!(log.contains(word), "{word}: {log}");
    }
    assert!(!log.contains("crisis") && !log.contains("example.org"), "{log}");
}
