//! What a physician is told, from messages sent after the fact to a real broker.

use std::time::Instant;

use crate::support::feed::{ago, gad7, nights, now, phq9_with_crisis};
use crate::support::town::Town;

fn both_actions(actions: &[(&str, &str)]) -> bool {
    actions.iter().map(|(kind, _)| *kind).eq(["workload_review", "counseling"])
}

#[test]
fn low_nights_and_then_a_screening_over_its_cut_off_raise_one_alert_with_two_actions() {
    let mut town = Town::new();
    let now = now();
    let mut messages = nights("w-after", 45, 10, 3, now);
    messages.push(gad7("w-after", 12, ago(now, 1)));
    assert_eq!(town.send_all(&messages), (55 * 97 + 1, 0, 0));

    let alerts = town.wait_for_alerts("w-after", 1);
    town.quiet();
    assert_eq!(town.alerts_of("w-after"), alerts, "one alert and no more");
    assert_eq!((alerts[0].kind.as_str(), alerts[0].level()), ("vagus.alert.raised", "L3"));
    assert!(alerts[0].rules().contains(&"R3"), "{:?}", alerts[0].rules());
    assert!(both_actions(&alerts[0].actions()));
    let requested: Vec<_> = town.events().into_iter().filter(|e| e.kind == "vagus.action.requested").collect();
    let mut kinds: Vec<&str> = requested.iter().map(|e| e.data["kind"].as_str().unwrap()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["counseling", "workload_review"], "exactly one action of each kind");
    let review = requested.iter().find(|e| e.data["kind"] == "workload_review").unwrap();
    let text = review.told_beside_its_id();
    for secret in ["w-after", "L3", "R3", "GAD", "rmssd", "c-"] {
        assert!(!text.contains(secret), "a workload review tells nothing of the person: {secret} in {text}");
    }
}

#[test]
fn a_screening_before_the_low_nights_is_raised_again_with_the_same_actions() {
    let mut town = Town::new();
    let now = now();
    let mut messages = vec![gad7("w-before", 12, ago(now, 1))];
    messages.extend(nights("w-before", 45, 10, 3, now));
    town.send_all(&messages);

    let alerts = town.wait_for_alerts("w-before", 2);
    town.quiet();
    assert_eq!(town.alerts_of("w-before").len(), 2);
    assert_eq!((alerts[0].kind.as_str(), alerts[0].level()), ("vagus.alert.raised", "L2"));
    assert!(alerts[0].rules().contains(&"R16"));
    assert_eq!((alerts[1].kind.as_str(), alerts[1].level()), ("vagus.alert.raised_again", "L3"));
    assert!(alerts[1].rules().contains(&"R3"));
    assert_eq!(alerts[0].actions(), alerts[1].actions());
    assert_eq!(alerts[0].data["case_id"], alerts[1].data["case_id"]);
    let due = |place: usize| alerts[place].data["actions"][0]["due"].as_str().unwrap().to_owned();
    assert!(due(1) < due(0), "a higher level is due sooner");
}

#[test]
fn low_nights_alone_open_no_case() {
    let mut town = Town::new();
    town.send_all(&nights("w-low", 45, 10, 3, now()));
    town.quiet();
    assert_eq!(town.events(), Vec::new());
}

#[test]
fn a_screening_with_normal_nights_is_believed() {
    let mut town = Town::new();
    let now = now();
    let mut messages = nights("w-normal", 45, 0, 3, now);
    messages.push(gad7("w-normal", 12, ago(now, 1)));
    town.send_all(&messages);
    let alerts = town.wait_for_alerts("w-normal", 1);
    assert_eq!((alerts[0].level(), alerts[0].rules()), ("L2", vec!["R16"]));
}

#[test]
fn a_crisis_answer_is_announced_within_a_second_and_asks_for_counselling_alone() {
    let mut town = Town::new();
    let message = phq9_with_crisis("w-crisis", ago(now(), 0));
    #[expect(clippy::disallowed_methods, reason = "the promise under test is a time limit on the wall clock")]
    let start = Instant::now();
    town.send(&message);
    let alerts = town.wait_for_alerts("w-crisis", 1);
    assert!(start.elapsed().as_secs_f64() < 1.0, "took {:?}", start.elapsed());
    assert_eq!((alerts[0].level(), alerts[0].rules()), ("L4", vec!["R1"]));
    assert!(alerts[0].actions().iter().map(|(kind, _)| *kind).eq(["counseling"]));
}

#[test]
fn one_number_in_the_rule_file_changes_the_outcome() {
    let rules = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/config/rules.toml")).unwrap();
    let at = rules.find("[severity.\"GAD-7\"]").expect("the file has the cut-offs of GAD-7");
    let changed = rules[..at].to_owned() + &rules[at..].replacen("moderate = 10", "moderate = 13", 1);
    assert_ne!(rules, changed);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("rules.toml");
    std::fs::write(&path, changed).unwrap();

    let mut town = Town::with(&format!("[rules]\npath = {path:?}\n"));
    let now = now();
    let mut messages = nights("w-13", 45, 10, 3, now);
    messages.push(gad7("w-13", 12, ago(now, 1)));
    town.send_all(&messages);
    let alerts = town.wait_for_alerts("w-13", 1);
    assert_eq!((alerts[0].level(), alerts[0].rules()), ("L2", vec!["T-L2"]), "12 is mild now, and R3 does not match");
}
