//! What comes back from those who act, new rules in a running service, and a broker that goes and comes.

use serde_json::{Value, json};
use vagus::domain::SignedDuration;

use crate::support::desk::{PHYSICIAN, show, states};
use crate::support::eventually;
use crate::support::feed::{Message, ago, gad7, nights, now};
use crate::support::town::{Event, Town};

const ACTIONS: &str = "vagus/v1/plant-a/gw-7/actions";

fn progress(action: &str, state: &str, minutes_ago: i64) -> Message {
    let at = now() - SignedDuration::from_mins(minutes_ago);
    let item = json!({"action_id": action, "state": state, "at": at.to_string(), "note": "seen to"});
    Message { at, stream: "actions", items: vec![item] }
}

/// Ids of the workload review and of the counselling offer.
fn action_ids(alert: &Event) -> [String; 2] {
    [0, 1].map(|place| alert.actions()[place].1.to_owned())
}

fn closings(town: &Town) -> Vec<Event> {
    town.events().into_iter().filter(|event| event.kind == "vagus.case.closed").collect()
}

#[test]
fn a_case_is_followed_up_when_both_actions_came_to_an_end_and_closes_once_when_somebody_ends_it() {
    let mut town = Town::new();
    town.send_all(&[gad7("w-1", 12, ago(now(), 1))]);
    let raised = town.wait_for_alerts("w-1", 1);
    let [review, counseling] = action_ids(&raised[0]);
    let case = raised[0].data["case_id"].as_str().unwrap();
    for step in [["ack", case].as_slice(), &["advance", case], &["advance", case]] {
        PHYSICIAN.does(&town.vagus, step);
    }

    let news = [("accepted", &review, 5), ("accepted", &counseling, 4), ("started", &review, 4), ("done", &review, 3)];
    let news = news.map(|(state, action, minutes_ago)| progress(action, state, minutes_ago));
    assert_eq!(town.send_all(&news), (4, 0, 0));
    assert_eq!(states(&show(&town.vagus, case)), ("in_action", Some("done"), Some("accepted")));
    let last = progress(&counseling, "declined", 2);
    assert_eq!(town.send_all(std::slice::from_ref(&last)), (1, 0, 0));
    assert_eq!(states(&show(&town.vagus, case)), ("follow_up", Some("done"), Some("declined")));
    assert_eq!(town.send_all(&news), (0, 4, 0), "known already");
    assert_eq!(town.send_all(&[last, progress(&review, "accepted", 1)]), (0, 2, 0), "an end is an end");
    town.quiet();
    assert_eq!((town.alerts_of("w-1"), closings(&town)), (raised.clone(), vec![]), "a person ends it");

    PHYSICIAN.does(&town.vagus, &["close", case]);
    let closed = eventually("the case closes", || Some(closings(&town)).filter(|closed| !closed.is_empty()));
    assert_eq!((closed[0].subject.as_str(), closed[0].level()), ("w-1", "L2"));
    assert_eq!(closed[0].data["case_id"], case);
    PHYSICIAN.is_refused(&town.vagus, &["close", case]);
    town.quiet();
    assert_eq!((town.alerts_of("w-1"), closings(&town)), (raised.clone(), closed), "closed once");

    // In the cool-down the same finding opens no new case, after a kill as well.
    town.vagus.kill9();
    town.vagus.start_again();
    town.vagus.wait_until_ready();
    town.send_all(&[gad7("w-1", 13, ago(now(), 0))]);
    town.quiet();
    assert_eq!(town.alerts_of("w-1"), raised);
}

#[test]
fn an_action_of_another_site_is_not_theirs_to_report() {
    let site_b = "[[sites]]\nid = \"plant-b\"\ntime_zone = \"Europe/Berlin\"\n";
    let mut town = Town::with(site_b);
    town.send_all(&[gad7("w-1", 12, ago(now(), 1))]);
    let [review, _] = action_ids(&town.wait_for_alerts("w-1", 1)[0]);
    let news = progress(&review, "declined", 1);
    town.send_raw(&ACTIONS.replace("plant-a", "plant-b"), news.envelope("b-1"));
    let receipt: Value = eventually("the receipt of the other site", || town.receipts().remove("b-1"));
    assert_eq!(receipt["rejected"][0]["reason"], "not_permitted");
    assert_eq!(receipt["accepted"], 0);
    assert_eq!(town.send_all(&[news]), (1, 0, 0), "nothing had moved");
}

#[test]
fn new_rules_act_after_sighup_and_a_bad_file_leaves_the_old_ones() {
    let rules = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/config/rules.toml")).unwrap();
    let at = rules.find("[severity.\"GAD-7\"]").unwrap();
    let stricter = rules[..at].to_owned() + &rules[at..].replacen("moderate = 10", "moderate = 13", 1);
    assert_ne!(stricter, rules);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("rules.toml");
    std::fs::write(&path, &rules).unwrap();
    let mut town = Town::with(&format!("[rules]\npath = {path:?}\n"));
    town.send_all(&[gad7("w-1", 12, ago(now(), 1))]);
    town.wait_for_alerts("w-1", 1);

    std::fs::write(&path, &stricter).unwrap();
    town.vagus.signal("HUP");
    eventually("new rules are in force", || town.vagus.log().contains("new rules are in force").then_some(()));
    town.send_all(&[gad7("w-2", 12, ago(now(), 1)), gad7("w-3", 13, ago(now(), 1))]);
    town.wait_for_alerts("w-3", 1);
    town.quiet();
    assert_eq!(town.alerts_of("w-2"), [], "12 is mild by the new rules");

    std::fs::write(&path, rules.replace("level = \"L2\"", "level = \"L9\"")).unwrap();
    town.vagus.signal("HUP");
    eventually("the bad file is refused", || town.vagus.log().contains("the new rules are refused").then_some(()));
    assert!(town.vagus.log().contains("L9"), "the log says what is wrong");
    town.send_all(&[gad7("w-4", 12, ago(now(), 1)), gad7("w-5", 13, ago(now(), 1))]);
    town.wait_for_alerts("w-5", 1);
    town.quiet();
    assert_eq!(town.alerts_of("w-4"), [], "the rules before stay");
}

#[test]
fn holidays_are_read_again_and_a_file_with_a_mistake_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("holidays.txt");
    std::fs::write(&path, "# none yet\n").unwrap();
    let mut town = Town::with(&format!("holidays_file = {path:?}\n"));
    let due_of = |worker: &str, town: &mut Town| {
        town.send_all(&[gad7(worker, 12, ago(now(), 1))]);
        let due = town.wait_for_alerts(worker, 1)[0].data["actions"][0]["due"].as_str().unwrap().to_owned();
        due.parse::<vagus::domain::Timestamp>().unwrap()
    };
    let before = due_of("w-1", &mut town);

    let dates =
        (-1..40).map(|day| (now() + SignedDuration::from_hours(24 * day)).to_string()[..10].to_owned() + " off\n");
    std::fs::write(&path, dates.collect::<String>()).unwrap();
    town.vagus.signal("HUP");
    eventually("new holidays are in force", || town.vagus.log().contains("holidays as they are now").then_some(()));
    let after = due_of("w-2", &mut town);
    assert!(after > before + SignedDuration::from_hours(24 * 20), "{before} and {after}");

    std::fs::write(&path, "2026-01-01\nMay Day\n").unwrap();
    town.vagus.signal("HUP");
    eventually("the bad file is refused", || town.vagus.log().contains("the new rules are refused").then_some(()));
    assert!(town.vagus.log().contains("holidays.txt:2: "), "the log names the line");
    assert!(due_of("w-3", &mut town) > before + SignedDuration::from_hours(24 * 20), "the old holidays stay");
}

#[test]
fn nothing_is_lost_when_the_broker_restarts_while_readings_flow() {
    let mut town = Town::new();
    let now = now();
    let mut messages = nights("w-1", 45, 10, 3, now);
    messages.push(gad7("w-1", 12, ago(now, 1)));
    let items: u64 = messages.iter().map(|message| message.items.len() as u64).sum();
    let mut ids = Vec::new();
    for (place, message) in messages.iter().enumerate() {
        ids.push(town.send(message));
        if place % 30 == 10 {
            town.restart_broker();
        }
    }
    // Where the broker went between a message and its receipt, a careful gateway sends again.
    for (id, message) in ids.iter().zip(&messages) {
        if !town.receipts().contains_key(id) {
            town.send(message);
        }
    }
    let alerts = town.wait_for_alerts("w-1", 1);
    assert_eq!((alerts[0].kind.as_str(), alerts[0].level()), ("vagus.alert.raised", "L3"));
    assert_eq!(town.send_all(&messages), (0, items, 0), "everything is known");
    town.quiet();
    assert_eq!(town.alerts_of("w-1"), alerts);
    assert!(town.vagus.metric("vagus_mqtt_reconnects_total", "") >= 1.0);
    let accepted = town.vagus.metric("vagus_items_total", "outcome=\"accepted\"");
    assert!((accepted - items as f64).abs() < 0.5, "each item counted once: {accepted} of {items}");
}
