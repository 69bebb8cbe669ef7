//! `vagus replay`: the same messages give the same events to the byte, and the same cases however they come.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use vagus::domain::{SignedDuration, Timestamp};

use crate::support::feed::{Message, Noise, ago, gad7, nights, overtime_in_noise, phq9_with_crisis};
use crate::support::vagus::{BINARY, configuration};

/// A morning at the site; the recording ends before it.
fn now() -> Timestamp {
    "2026-03-20T02:00:00Z".parse().unwrap()
}

/// A configuration file and a recording beside it.
pub(crate) struct Recording {
    directory: tempfile::TempDir,
}

impl Recording {
    pub(crate) fn of(lines: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let config = configuration(1, &directory.path().join("data"));
        std::fs::write(directory.path().join("vagus.toml"), config).unwrap();
        std::fs::write(directory.path().join("messages.jsonl"), lines).unwrap();
        Self { directory }
    }

    fn command(&self, input: &str) -> Command {
        let mut command = Command::new(BINARY);
        command.args(["replay", "--config", "vagus.toml", "--input", input]).current_dir(self.directory.path());
        command
    }

    fn replay(&self, more: &[&str]) -> Output {
        self.command("messages.jsonl").args(more).output().unwrap()
    }

    pub(crate) fn events(&self, more: &[&str]) -> String {
        let output = self.replay(more);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

fn line(received_at: Timestamp, message: &Message) -> String {
    let payload = json!({"items": message.items});
    json!({"received_at": received_at.to_string(), "topic": message.topic(), "payload": payload}).to_string() + "\n"
}

/// Messages as they were received, oldest first.
fn recorded(mut received: Vec<(Timestamp, &Message)>) -> String {
    received.sort_by_key(|(at, _)| *at);
    received.into_iter().map(|(at, message)| line(at, message)).collect()
}

pub(crate) fn in_order(messages: &[Message]) -> String {
    recorded(messages.iter().map(|message| (message.at, message)).collect())
}

/// Every message twice, each time up to 36 h late.
fn late_and_twice(messages: &[Message], seed: u64) -> String {
    let mut noise = Noise::seeded(seed);
    #[expect(clippy::cast_possible_truncation, reason = "a number below 129,600")]
    let mut delay = || SignedDuration::from_secs((noise.uniform() * 36.0 * 3600.0) as i64);
    recorded(
        messages
            .iter()
            .flat_map(|message| [(message.at + delay(), message), (message.at + delay(), message)])
            .collect(),
    )
}

/// What a plant sees in two months: a few workers of every kind.
fn workforce() -> Vec<Message> {
    let now = now();
    let mut messages = Vec::new();
    for place in 0..2 {
        let name = |kind: &str| format!("w-{kind}-{place}");
        messages.extend(nights(&name("after"), 45, 10, 3, now));
        messages.push(gad7(&name("after"), 12, ago(now, 24)));
        messages.extend(nights(&name("before"), 45, 10, 3, now));
        messages.push(gad7(&name("before"), 12, ago(now, 24 * 20)));
        messages.extend(nights(&name("low"), 45, 10, 3, now));
        messages.extend(nights(&name("well"), 55, 0, 3, now));
        messages.push(gad7(&name("well"), 3, ago(now, 24 * 10)));
        messages.extend(nights(&name("worried"), 45, 0, 3, now));
        messages.push(gad7(&name("worried"), 12, ago(now, 24 * 4)));
        messages.push(phq9_with_crisis(&name("crisis"), ago(now, 24 * 6)));
        messages.extend((2..6).map(|days| overtime_in_noise(&name("loud"), days, now)));
        messages.push(gad7(&name("loud"), 10, ago(now, 24)));
    }
    messages
}

fn parsed(events: &str) -> Vec<Value> {
    events.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The level that each case reached, by worker and episode, and the rules that led there.
///
/// A revision is left out: it is sent where late data changed the evidence, and only there.
fn cases(events: &str) -> BTreeMap<(String, u64), (String, Vec<String>)> {
    let mut cases = BTreeMap::new();
    for event in parsed(events) {
        if event["type"].as_str().unwrap().starts_with("vagus.alert.raised") {
            let key = (event["subject"].as_str().unwrap().to_owned(), event["data"]["episode"].as_u64().unwrap());
            let rules = event["data"]["rules"].as_array().unwrap().iter().map(|r| r.as_str().unwrap().to_owned());
            cases.insert(key, (event["data"]["level"].as_str().unwrap().to_owned(), rules.collect()));
        }
    }
    cases
}

#[test]
fn the_same_recording_gives_the_same_bytes_with_any_number_of_shards() {
    let recording = Recording::of(&in_order(&workforce()));
    let events = recording.events(&[]);
    assert_eq!(recording.events(&[]), events);
    assert_eq!(recording.events(&["--shards", "1"]), events);
    assert_eq!(recording.events(&["--shards", "8"]), events);
    assert_eq!(recording.events(&["--shards", "64"]), events);
    assert_eq!(recording.events(&["--alerts", "alerts.jsonl"]), "");
    assert_eq!(std::fs::read_to_string(recording.directory.path().join("alerts.jsonl")).unwrap(), events);

    let ids: Vec<String> = parsed(&events).iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "every event has an id of its own");
    let levels: BTreeMap<String, String> = cases(&events).into_iter().map(|((w, _), (level, _))| (w, level)).collect();
    let expected = [("after", "L3"), ("worried", "L2"), ("before", "L3"), ("crisis", "L4"), ("loud", "L3")];
    let expected =
        expected.iter().flat_map(|(kind, level)| (0..2).map(move |n| (format!("w-{kind}-{n}"), (*level).to_owned())));
    assert_eq!(levels, expected.collect::<BTreeMap<_, _>>());
}

#[test]
fn messages_that_come_late_and_twice_give_the_same_cases() {
    let messages = workforce();
    let expected = cases(&Recording::of(&in_order(&messages)).events(&[]));
    for seed in 1..=3 {
        let late = cases(&Recording::of(&late_and_twice(&messages, seed)).events(&[]));
        assert_eq!(late, expected, "delays of seed {seed}");
    }
}

#[test]
fn a_recording_that_goes_back_in_time_or_is_broken_is_refused_with_its_line() {
    let messages = [gad7("w-1", 12, ago(now(), 3)), gad7("w-2", 12, ago(now(), 2))];
    let lines: Vec<String> = messages.iter().map(|message| line(message.at, message)).collect();
    let refused = [
        (lines[1].clone() + &lines[0], "line 2", "received_at"),
        (lines[0].clone() + "\n{\"received_at\": \"2026-03-20T02:00:00Z\"}\n", "line 3", "topic"),
        (lines[0].clone() + "not json\n", "line 2", "expected"),
        (lines[0].replace("2026-", "the year 2026-"), "line 1", "received_at"),
    ];
    for (text, place, what) in refused {
        let output = Recording::of(&text).replay(&[]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(place) && said.contains(what), "{said}");
    }
    let missing = Recording::of("").command("nowhere.jsonl").output().unwrap();
    assert!(String::from_utf8(missing.stderr).unwrap().contains("nowhere.jsonl"));
    assert!(!missing.status.success());
}

#[test]
fn a_recording_comes_from_standard_input_as_well() {
    let text = in_order(&[gad7("w-1", 12, ago(now(), 3))]);
    let recording = Recording::of(&text);
    let mut child = recording.command("-").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), recording.events(&[]));
}

#[test]
fn a_reader_that_has_seen_enough_ends_the_replay_quietly() {
    // Far more events than a pipe holds.
    let messages: Vec<Message> = (0..200).map(|n| gad7(&format!("w-{n}"), 15, ago(now(), 300 - n))).collect();
    let recording = Recording::of(&in_order(&messages));
    assert!(recording.events(&[]).len() > 256 * 1024);
    let mut child = recording.command("messages.jsonl").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.contains("vagus.alert.raised"));
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(output.status.code(), Some(0));
}
