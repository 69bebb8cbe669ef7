//! The way of a crisis: at once, past everything that waits, to clinicians and to nobody else.

use std::time::Instant;

use serde_json::{Value, json};

use crate::support::client::TestClient;
use crate::support::desk::{MANAGER, PHYSICIAN, history, show, states};
use crate::support::eventually;
use crate::support::feed::{ago, gad7, nights, now, phq9_with_crisis};
use crate::support::town::{Event, Town};

const REVIEWS: &str = "vagus/v1/plant-a/actions/workload-review";

fn reviews(town: &Town) -> Vec<Event> {
    town.events().into_iter().filter(|event| event.topic == REVIEWS).collect()
}

fn case_of(alert: &Event) -> String {
    alert.data["case_id"].as_str().unwrap().to_owned()
}

#[test]
fn a_crisis_answer_leaves_within_a_second_while_a_backlog_of_readings_is_taken_in() {
    let mut town = Town::new();
    let now = now();
    let clinic = TestClient::connect(town.broker.port(), "clinic");
    let backlog: Vec<_> = (0..5).flat_map(|place| nights(&format!("w-{place}"), 40, 0, 3, now)).collect();
    let taken = |town: &Town| town.vagus.metric("vagus_items_total", "outcome=\"accepted\"");
    // What came while the service was away waits at the broker, in front of the answer.
    town.vagus.kill9();
    let ids: Vec<String> = backlog.iter().map(|message| town.send(message)).collect();
    town.vagus.start_again();
    town.vagus.wait_until_ready();
    eventually("the backlog is taken in", || (taken(&town) > 0.0).then_some(()));

    let answer = phq9_with_crisis("w-crisis", ago(now, 0));
    let topic = answer.topic().replace("gw-7", "clinic");
    #[expect(clippy::disallowed_methods, reason = "the promise under test is a time limit on the wall clock")]
    let start = Instant::now();
    clinic.send(&topic, answer.envelope("clinic:1"));
    let alerts = town.wait_for_alerts("w-crisis", 1);
    let (took, before) = (start.elapsed(), taken(&town));
    assert_eq!((alerts[0].level(), alerts[0].rules()), ("L4", vec!["R1"]));
    eprintln!("took {took:?} with {before} of {} items taken", ids.len() * 97);
    assert!(took.as_secs_f64() < 1.0, "took {took:?}");
    assert_eq!(town.receipts_of(&ids), (ids.len() as u64 * 97, 0, 0));
}

#[test]
fn a_crisis_asks_for_no_review_of_the_work_until_a_clinician_does() {
    let mut town = Town::new();
    town.send_all(&[phq9_with_crisis("w-1", ago(now(), 0)), gad7("w-1", 16, ago(now(), 0))]);
    let case = case_of(&town.wait_for_alerts("w-1", 1)[0]);
    for step in [["ack", &case].as_slice(), &["advance", &case], &["advance", &case]] {
        PHYSICIAN.does(&town.vagus, step);
    }
    let begun = PHYSICIAN.does(&town.vagus, &["action", &case, "counseling", "started"]);
    assert_eq!(states(&begun), ("in_action", None, Some("started")));
    town.quiet();
    assert_eq!(reviews(&town), [], "nobody asked for one");

    let told = MANAGER.is_refused(&town.vagus, &["request-review", &case]);
    assert!(told.contains("manager may not do that"), "{told}");
    let asked = PHYSICIAN.does(&town.vagus, &["request-review", &case]);
    assert_eq!(states(&asked), ("in_action", Some("requested"), Some("started")));
    assert_eq!(history(&asked).last().unwrap(), "dr.a (physician): action_added workload_review");
    let found = eventually("a review is asked for", || Some(reviews(&town)).filter(|found| !found.is_empty()));
    PHYSICIAN.is_refused(&town.vagus, &["request-review", &case]);
    town.quiet();
    assert_eq!(reviews(&town), found, "once");
    let text = found[0].told_beside_its_id();
    for secret in ["w-1", "L4", "R1", "crisis", "PHQ", "c-"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    // Whoever carries it out must not learn of a crisis from its haste.
    let due: vagus::domain::Timestamp = found[0].data["due"].as_str().unwrap().parse().unwrap();
    assert!(due > ago(now(), -48), "due {due}");
}

#[test]
fn another_crisis_answer_is_raised_again_and_to_be_acknowledged_again() {
    let mut town = Town::new();
    town.send_all(&[phq9_with_crisis("w-1", ago(now(), 3))]);
    let first = town.wait_for_alerts("w-1", 1).remove(0);
    let case = case_of(&first);
    PHYSICIAN.does(&town.vagus, &["ack", &case]);
    let assessed = PHYSICIAN.does(&town.vagus, &["advance", &case]);
    assert!(assessed["limits"].as_array().unwrap().iter().all(|limit| limit["step"] != "acknowledge"));

    town.send_all(&[phq9_with_crisis("w-1", ago(now(), 1))]);
    let again = town.wait_for_alerts("w-1", 2).remove(1);
    assert_eq!((again.kind.as_str(), again.level(), case_of(&again)), ("vagus.alert.raised_again", "L4", case.clone()));
    assert_eq!(again.actions(), first.actions(), "the same counselling");
    let open = show(&town.vagus, &case);
    assert_eq!((&open["state"], &open["next"]["step"]), (&json!("open"), &json!("acknowledge")));
    let raised = history(&open).into_iter().filter(|line| line == "vagus: raised L4").count();
    assert_eq!(raised, 2);
    assert_eq!(PHYSICIAN.does(&town.vagus, &["ack", &case])["state"], "acknowledged");

    // A crisis has no cool-down: after its end the next answer opens the next case.
    PHYSICIAN.does(&town.vagus, &["close", &case, "--outcome", "not_work_related", "--note", "at home"]);
    town.send_all(&[phq9_with_crisis("w-1", ago(now(), 0))]);
    let third = town.wait_for_alerts("w-1", 3).remove(2);
    assert_eq!((third.kind.as_str(), &third.data["episode"]), ("vagus.alert.raised", &Value::from(2)));
    assert_eq!(PHYSICIAN.does(&town.vagus, &["ack", &case_of(&third)])["state"], "acknowledged");
}

#[test]
fn a_review_that_runs_learns_nothing_of_a_crisis() {
    let mut town = Town::new();
    town.send_all(&[gad7("w-1", 12, ago(now(), 2))]);
    let case = case_of(&town.wait_for_alerts("w-1", 1)[0]);
    let review = eventually("a review is asked for", || Some(reviews(&town)).filter(|found| !found.is_empty()));
    let before = (review, show(&town.vagus, &case)["actions"][0].take());
    assert_eq!((before.0.len(), &before.1["kind"]), (1, &json!("workload_review")));
    town.send_all(&[phq9_with_crisis("w-1", ago(now(), 1)), phq9_with_crisis("w-1", ago(now(), 0))]);
    let alerts = town.wait_for_alerts("w-1", 3);
    assert!(alerts[1..].iter().all(|alert| (alert.kind.as_str(), alert.level()) == ("vagus.alert.raised_again", "L4")));
    let mut taken = PHYSICIAN.does(&town.vagus, &["ack", &case]);
    assert_eq!(taken["actions"][0].take(), before.1);
    PHYSICIAN.does(&town.vagus, &["close", &case, "--outcome", "not_work_related", "--note", "at home"]);
    eventually("the end is told", || town.events().into_iter().find(|event| event.kind == "vagus.case.closed"));
    town.quiet();
    // As in every case that ends before anybody began the review.
    let mut declined = before.1;
    declined["state"] = json!("declined");
    assert_eq!((reviews(&town), show(&town.vagus, &case)["actions"][0].take()), (before.0, declined));
}
