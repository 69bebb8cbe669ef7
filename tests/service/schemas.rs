//! What is really sent fits the schemas of `vagus schema`, by a validator of others.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::client::{Received, TestClient};
use crate::support::feed::{ago, eri, gad7, nights, now, overtime_in_noise, phq9_with_crisis};
use crate::support::town::Town;
use crate::support::vagus::BINARY;

/// Holds every message against the schema of its topic; gives the schemas that were needed.
pub(crate) fn assert_fit(received: &[Received]) -> BTreeSet<&'static str> {
    const SCHEMAS: [(&str, &str); 8] = [
        ("/readings", "readings"),
        ("/screenings", "screenings"),
        ("/exposures", "exposures"),
        ("/actions", "actions"),
        ("/receipts", "receipt"),
        ("/alerts", "alerts"),
        ("/actions/workload-review", "workload-review"),
        ("/actions/counseling", "counseling"),
    ];
    let schema_of = |topic: &str| SCHEMAS.iter().find(|(end, _)| topic.ends_with(end)).map(|(_, schema)| *schema);
    let mut needed = BTreeSet::new();
    let mut cases = String::new();
    for Received { topic, payload, .. } in received {
        let Some(schema) = schema_of(topic) else { continue };
        let payload: Value = serde_json::from_slice(payload).unwrap();
        cases += &(json!({"schema": schema, "payload": payload, "valid": true}).to_string() + "\n");
        needed.insert(schema);
    }
    let directory = tempfile::tempdir().unwrap();
    let written = Command::new(BINARY).args(["schema", "--dir"]).arg(directory.path()).output().unwrap();
    assert!(written.status.success(), "{written:?}");
    let python = std::env::var_os("VAGUS_TEST_PYTHON").expect("VAGUS_TEST_PYTHON is not set: run ./tests/run");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/schemas.py");
    let mut child = Command::new(python);
    child.arg(script).arg(directory.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = child.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(cases.as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "these do not fit:\n{}", String::from_utf8_lossy(&output.stderr));
    needed
}

#[test]
fn what_is_really_sent_fits_the_schemas() {
    let now = now();
    let mut town = Town::new();
    let spy = TestClient::connect(town.broker.port(), "spy");
    spy.subscribe("vagus/v1/#");
    let mut messages = nights("w-low", 45, 10, 3, now);
    messages.extend((1..6).map(|day| overtime_in_noise("w-low", day, now)));
    messages.push(eri("w-low", 4, ago(now, 2)));
    messages.push(gad7("w-low", 12, ago(now, 1)));
    messages.push(phq9_with_crisis("w-crisis", ago(now, 1)));
    town.send_all(&messages);
    town.send_raw("vagus/v1/plant-a/gw-7/readings", br#"{"kind":"tag"}"#.to_vec());
    town.wait_for_alerts("w-low", 1);
    town.wait_for_alerts("w-crisis", 1);
    town.quiet();
    // What is refused was sent wrong on purpose.
    let received: Vec<_> =
        spy.wait_for(0).into_iter().filter(|message| message.payload != *br#"{"kind":"tag"}"#).collect();
    let needed = assert_fit(&received);
    let expected = ["alerts", "counseling", "exposures", "readings", "receipt", "screenings", "workload-review"];
    assert_eq!(needed.into_iter().collect::<Vec<_>>(), expected);
}
