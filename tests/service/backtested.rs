//! `vagus backtest` on what a service has stored: while it runs, after it stopped, and as from a recording.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::support::eventually;
use crate::support::feed::{Message, ago, gad7, nights, now};
use crate::support::town::Town;

/// Worker, outcome, and both cases.
type Episode = (String, String, Value, Value);

fn episodes(report: &Value) -> Vec<Episode> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let cases = report["cases"].as_array().unwrap().iter();
    cases.map(|c| (text(&c["worker"]), text(&c["outcome"]), c["old"].clone(), c["new"].clone())).collect()
}

fn backtest(town: &Town, rules: &str, more: &[&str]) -> Value {
    let more = [&["--rules", rules, "--output", "json"], more].concat();
    let output = town.vagus.command(&["backtest"], &more);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The rules in force, but a GAD-7 is moderate, and positive, from 13 on.
fn stricter() -> String {
    let rules = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/config/rules.toml")).unwrap();
    let at = rules.find("[severity.\"GAD-7\"]").unwrap();
    rules[..at].to_owned() + &rules[at..].replacen("moderate = 10", "moderate = 13", 1)
}

/// As they would have been recorded, each when it was first sent.
fn recording(messages: &[Message]) -> String {
    let mut messages: Vec<&Message> = messages.iter().collect();
    messages.sort_by_key(|message| message.at);
    let mut lines = String::new();
    for message in messages {
        let payload = json!({"items": message.items});
        let line = json!({"received_at": message.at.to_string(), "topic": message.topic(), "payload": payload});
        writeln!(lines, "{line}").unwrap();
    }
    lines
}

#[test]
fn the_stored_history_answers_as_the_recording_and_nobody_is_disturbed() {
    let now = now();
    let mut messages = nights("w-low", 45, 10, 3, now);
    messages.extend(nights("w-well", 50, 0, 3, now));
    messages.push(gad7("w-low", 12, ago(now, 24 * 5)));
    messages.push(gad7("w-twelve", 12, ago(now, 24 * 20)));
    messages.push(gad7("w-high", 16, ago(now, 24 * 8)));
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).display().to_string();
    let (rules, feed) = (path("stricter.toml"), path("feed.jsonl"));
    std::fs::write(&rules, stricter()).unwrap();
    std::fs::write(&feed, recording(&messages)).unwrap();

    let mut town = Town::new();
    town.send_all(&messages);
    town.wait_for_alerts("w-high", 1);
    town.quiet();
    let events = town.events();
    let taken = town.vagus.metric("vagus_items_total", "outcome=\"accepted\"");

    // Workers are written behind, every few seconds.
    let running = eventually("everybody is stored", || {
        let report = backtest(&town, &rules, &["--repeats", "1"]);
        (report["workers"] == 4 && episodes(&report).len() == 3).then_some(report)
    });
    let outcomes: Vec<_> = episodes(&running).into_iter().map(|(worker, outcome, ..)| (worker, outcome)).collect();
    let expected = [("w-high", "both"), ("w-low", "other_level"), ("w-twelve", "only_old")];
    assert_eq!(outcomes, expected.map(|(worker, outcome)| (worker.to_owned(), outcome.to_owned())));
    let recorded = backtest(&town, &rules, &["--input", &feed, "--repeats", "0"]);
    assert_eq!(episodes(&running), episodes(&recorded));

    assert_eq!(town.events(), events, "nothing is sent");
    let accepted = town.vagus.metric("vagus_items_total", "outcome=\"accepted\"");
    assert!((accepted - taken).abs() < 0.5, "nothing is taken: {accepted} after {taken}");
    assert_eq!(town.send_all(&[gad7("w-later", 3, ago(now, 1))]), (1, 0, 0), "the service goes on");

    assert_eq!(town.vagus.stop(), Some(0));
    let stopped = backtest(&town, &rules, &["--repeats", "1"]);
    assert_eq!(episodes(&stopped), episodes(&running));
    assert_eq!(backtest(&town, &rules, &["--repeats", "1"]), stopped, "looking changes nothing");
    town.vagus.start_again();
    town.vagus.wait_until_ready();
    town.quiet();
    assert_eq!(town.events(), events);
}
