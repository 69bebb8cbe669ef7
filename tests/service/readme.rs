//! What the README shows the programmer of a gateway works as it stands there.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};

use serde_json::Value;
use vagus::domain::rejection::Reason;

use crate::schemas::assert_fit;
use crate::support::client::TestClient;
use crate::support::eventually;
use crate::support::mosquitto::{Mosquitto, MosquittoConfig};
use crate::support::vagus::Vagus;

const README: &str = include_str!("../../README.md");

/// The text under a heading, up to the next.
fn section(heading: &str) -> &'static str {
    let from = README.find(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no section {heading:?}"));
    let text = &README[from + heading.len() + 2..];
    text.split("\n## ").next().unwrap().split("\n### ").next().unwrap()
}

/// The blocks of a language in a text, in order.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let opening = format!("\n```{language}\n");
    text.split(&opening).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

/// An item with `DAY` for each of its days.
fn without_days(item: &Value) -> String {
    const DAY: usize = "2026-03-01".len();
    let text = item.to_string();
    let mut rest = text.as_str();
    let mut shape = String::new();
    while let Some(first) = rest.chars().next() {
        let is_day = rest.get(..DAY).is_some_and(|day| {
            day.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() })
        });
        let bytes = if is_day { DAY } else { first.len_utf8() };
        shape.push_str(if is_day { "DAY" } else { &rest[..bytes] });
        rest = &rest[bytes..];
    }
    shape
}

/// The items of a payload in any of the three forms.
fn items(payload: &Value) -> Vec<&Value> {
    let list = payload.get("items").unwrap_or(payload);
    list.as_array().map_or_else(|| vec![list], |list| list.iter().collect())
}

/// The contract's examples.
const CONTRACT: [&str; 3] = [
    include_str!("../fixtures/contract/readings.json"),
    include_str!("../fixtures/contract/screenings.json"),
    include_str!("../fixtures/contract/exposures.json"),
];

/// The items of a file of the contract's examples.
fn examples(text: &str) -> Vec<Value> {
    let whole: Value = serde_json::from_str(text).unwrap();
    items(&whole).into_iter().cloned().collect()
}

/// The same configuration but for places that other tests have, too.
fn at_places_of_its_own(config: &str, broker_port: u16, directory: &std::path::Path) -> String {
    let config = config.replace("port = 1883", &format!("port = {broker_port}"));
    let config = config.replace("\"vagus-data\"", &format!("{:?}", directory.join("data")));
    config.replace("127.0.0.1:8080", "127.0.0.1:0").replace("127.0.0.1:9464", "127.0.0.1:0")
}

#[test]
fn the_commands_with_mosquitto_pub_are_those_of_the_contract_and_every_item_is_accepted() {
    let part = section("### Try it with `mosquitto_pub`");
    let broker = Mosquitto::start(&MosquittoConfig::persistent());
    let spy = TestClient::connect(broker.port(), "spy");
    spy.subscribe("vagus/v1/#");
    let directory = tempfile::tempdir().unwrap();
    let vagus = Vagus::start_edited(broker.port(), |_| {
        at_places_of_its_own(blocks(part, "toml")[0], broker.port(), directory.path())
    });
    // mosquitto's clients find the broker by a file of options: the commands stay as they are.
    for client in ["mosquitto_pub", "mosquitto_sub"] {
        fs::write(directory.path().join(client), format!("-p {}\n", broker.port())).unwrap();
    }
    let bash = |script: &str| {
        let mut bash = Command::new("bash");
        bash.args(["-euo", "pipefail", "-c", script]).env("XDG_CONFIG_HOME", directory.path());
        bash.stdin(Stdio::null());
        bash
    };
    let watching = blocks(part, "console")[0].strip_prefix("$ ").unwrap();
    let seen = fs::File::create(directory.path().join("seen")).unwrap();
    let mut watcher = bash(&format!("exec {watching}")).stdout(seen).spawn().unwrap();
    eventually("it watches", || broker.log().contains("vagus/v1/+/actions/+ (QoS 1)").then_some(()));

    let script = blocks(part, "sh").join("\n");
    let done = bash(&script).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));

    let expected: Vec<&str> =
        script.split("\"message_id\":\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let receipts = eventually("each has its receipt", || {
        let seen = fs::read_to_string(directory.path().join("seen")).unwrap();
        let receipts: Vec<Value> = seen
            .lines()
            .filter_map(|line| line.split_once("/receipts "))
            .map(|(_, receipt)| serde_json::from_str(receipt).unwrap())
            .collect();
        let is_there = |id: &&str| receipts.iter().any(|receipt| receipt["message_id"] == **id);
        expected.iter().all(is_there).then_some(receipts)
    });
    watcher.kill().unwrap();
    watcher.wait().unwrap();
    for receipt in &receipts {
        assert_eq!((&receipt["accepted"], receipt["rejected"].as_array().unwrap().len()), (&1.into(), 0), "{receipt}");
    }
    assert!(expected.len() >= 9, "{expected:?}");
    let rejected = vagus.metric("vagus_items_total", "rejected");
    assert!(rejected < 0.5, "what has no receipt is accepted, too: {rejected} are not");

    let sent = eventually("the other client has all of it as well", || {
        let sent = spy.wait_for(0);
        let came = |end: &str| sent.iter().filter(|message| message.topic.ends_with(end)).count();
        let is_there = came("/receipts") >= receipts.len() && came("/alerts") > 0 && came("/counseling") > 0;
        is_there.then_some(sent)
    });
    let schemas = assert_fit(&sent);
    let expected = ["actions", "alerts", "counseling", "exposures", "readings", "receipt", "screenings"];
    assert!(expected.iter().all(|schema| schemas.contains(schema)), "{schemas:?}");
    let sent: Vec<Value> = sent.iter().filter_map(|message| serde_json::from_slice(&message.payload).ok()).collect();
    let sent: BTreeSet<String> = sent.iter().flat_map(items).map(without_days).collect();
    for example in CONTRACT.into_iter().flat_map(examples) {
        assert!(sent.contains(&without_days(&example)), "not among the commands: {example}");
    }
}

#[test]
fn the_table_of_reasons_is_that_of_the_program() {
    let table = section("### What a receipt says");
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| `")).collect();
    let expected: Vec<String> =
        Reason::ALL.iter().map(|reason| format!("| `{}` | {} |", reason.as_str(), reason.remedy())).collect();
    assert_eq!(rows, expected, "write the table anew:\n{}", expected.join("\n"));
}
