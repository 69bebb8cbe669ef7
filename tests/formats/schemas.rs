//! The schemas say what the decoder does, and what is sent fits them; tools of others read both.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use vagus::decode::{Limits, decode};
use vagus::domain::ids::SourceId;
use vagus::domain::item::Stream;
use vagus::domain::rejection::Reason;

use crate::fixtures;

/// Where `vagus schema` has written everything.
fn written() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_vagus")).args(["schema", "--dir"]).arg(directory.path()).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 10);
    directory
}

/// One payload, and whether the schema of that name must take it.
fn case(schema: &str, payload: &Value, valid: bool) -> String {
    json!({"schema": schema, "payload": payload, "valid": valid}).to_string() + "\n"
}

fn judge(cases: &[String]) -> Output {
    let python = std::env::var_os("VAGUS_TEST_PYTHON").expect("VAGUS_TEST_PYTHON is not set: run ./tests/run");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/schemas.py");
    let schemas = written();
    let mut child = Command::new(python);
    child.arg(script).arg(schemas.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = child.spawn().unwrap();
    let (mut input, text) = (child.stdin.take().unwrap(), cases.concat());
    let writer = std::thread::spawn(move || drop(input.write_all(text.as_bytes())));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

fn assert_agreed(cases: &[String]) {
    let output = judge(cases);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the schema says otherwise of:\n{said}");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), cases.len().to_string());
}

/// Repeatable numbers: a linear congruential generator (Knuth's MMIX).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// Values that some field takes, or nearly.
fn pool() -> Vec<Value> {
    let texts = json!([
        "",
        "x",
        "w 1",
        "2026-03-01",
        "2026-3-01",
        "2026-03-01T02:05:00",
        "2026-03-01t02:05:00.5z",
        "sleep_main",
        "2026-03-01T02:05:00+0700",
        "raw",
        "GAD-7",
        "deep",
        "done",
        "hrv",
        "sleep",
        "tag",
        "travel",
    ]);
    let numbers = json!([-31, -1, 0, 0.5, 1, 2, 2.0, 2.9, 3, 24, 25, 140.5, 250, 251, 300, 86_401, 5e9]);
    let others = json!([
        null, true, [], {}, [1], [null], ["violence"], [3, 256], {"light": -1}, [[]],
        [{"stage": "deep", "start": "2026-03-01T00:00:00Z", "end": "2026-03-01T01:00:00Z"}],
        "n".repeat(64), "n".repeat(65),
    ]);
    [texts, numbers, others].iter().flat_map(|part| part.as_array().unwrap().clone()).collect()
}

/// Changes something somewhere inside a value.
fn change(value: &mut Value, dice: &mut Dice, pool: &[Value]) {
    let goes_deeper = dice.below(3) > 0;
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let key = fields.keys().nth(dice.below(fields.len())).unwrap().clone();
            match dice.below(5) {
                0 => drop(fields.remove(&key)),
                1 => drop(fields.insert("padding".to_owned(), dice.one(pool).clone())),
                _ if goes_deeper => change(fields.get_mut(&key).unwrap(), dice, pool),
                _ => drop(fields.insert(key, dice.one(pool).clone())),
            }
        }
        Value::Array(list) if !list.is_empty() && goes_deeper => {
            let place = dice.below(list.len());
            change(&mut list[place], dice, pool);
        }
        Value::Object(_) | Value::Array(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            *value = dice.one(pool).clone();
        }
    }
}

/// A payload of some items, in one of its forms.
fn formed(items: Vec<Value>, dice: &mut Dice) -> Value {
    match dice.below(4) {
        0 if items.len() == 1 => items.into_iter().next().unwrap(),
        1 => json!({"message_id": "gw-7:1", "items": items}),
        2 => json!({"message_id": null, "worker": "w-1", "items": items}),
        _ => Value::Array(items),
    }
}

/// The contract's examples of that name.
fn contract(name: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/contract/{name}.json"));
    let example: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    example.as_array().cloned().unwrap_or_else(|| vec![example])
}

/// The contract's items of a stream, and one more form of sleep.
fn examples(stream: Stream) -> Vec<Value> {
    let mut examples = contract(stream.as_str());
    if stream == Stream::Readings {
        examples.push(json!({
            "kind": "sleep", "worker": "w-1", "start": "2026-02-28T22:50:00+07:00", "end": "2026-03-01T06:50:00+07:00",
            "stages": [{"stage": "deep", "start": "2026-02-28T23:20:00+07:00", "end": "2026-03-01T00:20:00+07:00"}],
        }));
    }
    examples
}

/// Whether the decoder takes a payload for its shape; none where something else stopped it before it had seen all.
fn is_taken(stream: Stream, payload: &Value) -> Option<bool> {
    let source = SourceId::parse("gw-7").unwrap();
    let decoded = decode(&source, stream, payload.to_string().as_bytes(), &Limits::default());
    let is_beside_the_shape = |reason: Reason, detail: &str| {
        reason == Reason::Inconsistent || detail.contains("does not exist in the calendar")
    };
    if decoded.refused.iter().any(|r| is_beside_the_shape(r.rejection.reason, &r.rejection.detail)) {
        return None;
    }
    Some(decoded.refused.is_empty() && decoded.items.iter().all(|item| item.doubt.is_none()))
}

#[test]
fn what_a_schema_takes_the_decoder_takes_and_the_other_way_round() {
    let pool = pool();
    let mut dice = Dice(7);
    let mut cases = Vec::new();
    for stream in [Stream::Readings, Stream::Screenings, Stream::Exposures, Stream::Actions] {
        let examples = examples(stream);
        for example in &examples {
            assert_eq!(is_taken(stream, example), Some(true), "{example}");
            cases.push(case(stream.as_str(), example, true));
        }
        let (mut taken, mut refused) = (0, 0);
        while taken + refused < 2_500 {
            let items = (0..=dice.below(2)).map(|_| dice.one(&examples).clone()).collect();
            let mut payload = formed(items, &mut dice);
            for _ in 0..dice.below(3) {
                change(&mut payload, &mut dice, &pool);
            }
            if let Some(is_taken) = is_taken(stream, &payload) {
                cases.push(case(stream.as_str(), &payload, is_taken));
                *(if is_taken { &mut taken } else { &mut refused }) += 1;
            }
        }
        assert!(taken.min(refused) > 500, "{}: {taken} taken, {refused} refused", stream.as_str());
    }
    assert_agreed(&cases);
}

#[test]
fn data_points_of_other_standards_are_taken() {
    let mut cases = Vec::new();
    for path in fixtures("ieee1752").into_iter().filter(|path| path.extension().is_some_and(|e| e == "json")) {
        let payload = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        cases.push(case("readings", &payload, true));
    }
    assert!(cases.len() > 3, "{}", cases.len());
    cases.push(case("readings", &json!({"header": {}}), false));
    assert_agreed(&cases);
}

/// The topic on which an event of a type is told; none where it is for other channels only.
fn topic_of(event: &Value) -> Option<&'static str> {
    match event["type"].as_str().unwrap() {
        "vagus.action.requested" if event["data"]["kind"] == "workload_review" => Some("workload-review"),
        "vagus.action.requested" | "vagus.screening.requested" => Some("counseling"),
        "vagus.case.reminder" | "vagus.committee.notice" => None,
        _ => Some("alerts"),
    }
}

#[test]
fn events_and_receipts_fit_their_schemas_and_no_others() {
    let mut cases = Vec::new();
    for path in fixtures("cloudevents") {
        let event: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        if let Some(topic) = topic_of(&event) {
            cases.push(case(topic, &event, true));
        }
    }
    assert!(cases.len() >= 11, "{}", cases.len());
    let examples = [
        ("alerts", "alert"),
        ("workload-review", "workload-review"),
        ("counseling", "counseling"),
        ("receipt", "receipt"),
    ];
    for (schema, name) in examples {
        let example = contract(name).remove(0);
        cases.push(case(schema, &example, true));
        let others = examples.iter().filter(|(other, _)| *other != schema);
        cases.extend(others.map(|(other, _)| case(other, &example, false)));
    }
    let mut alert = contract("alert").remove(0);
    alert["data"]["level"] = json!("L1");
    cases.push(case("alerts", &alert, false));
    let mut receipt = contract("receipt").remove(0);
    receipt["rejected"][0]["reason"] = json!("bad_luck");
    cases.push(case("receipt", &receipt, false));
    assert_agreed(&cases);
}

#[test]
fn a_case_on_which_schema_and_decoder_differ_would_be_found() {
    let output = judge(&[case("actions", &json!({"action_id": "a-1"}), true)]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("a-1"), "{output:?}");
}

/// What the initiative's parser says of a document after a change.
fn parsed(edit: impl FnOnce(&mut Value)) -> Output {
    let modules = std::env::var_os("VAGUS_TEST_NODE_MODULES");
    let modules = modules.expect("VAGUS_TEST_NODE_MODULES is not set: run ./tests/run");
    let schemas = written();
    let file = schemas.path().join("asyncapi.json");
    let mut document = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    edit(&mut document);
    std::fs::write(&file, document.to_string()).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/asyncapi.mjs");
    Command::new("node").arg(script).arg(modules).arg(file).output().unwrap()
}

#[test]
fn the_asyncapi_document_is_read_by_the_initiatives_parser() {
    let output = parsed(|_| {});
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "9");
    let broken = parsed(|document| document["operations"]["tell-alerts"]["action"] = json!("shout"));
    assert_eq!(broken.status.code(), Some(1), "{broken:?}");
}
