//! Programs of others read what leaves Vagus: FHIR bundles, CloudEvents, schemas.
//!
//! The files are those that the unit tests hold the forms to, byte by byte. `./tests/run` names the
//! Python that has those programs; without it these tests fail.

#![expect(
    clippy::unwrap_used,
    reason = "a fixture that cannot be read, or a checker that cannot be started, fails the test"
)]

mod schemas;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

fn fixtures(form: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(form);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn check(form: &str, files: &[PathBuf]) -> Output {
    let python = std::env::var_os("VAGUS_TEST_PYTHON").expect("VAGUS_TEST_PYTHON is not set: run ./tests/run");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/check.py");
    Command::new(python).arg(script).arg(form).args(files).output().unwrap()
}

fn assert_taken(form: &str, least: usize) {
    let files = fixtures(form);
    let output = check(form, &files);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(files.len() >= least && told.lines().count() == files.len(), "{told}");
}

/// What the checker says of the form of a raised case after a change.
fn refusal(form: &str, change: impl FnOnce(&mut Value)) -> String {
    let folder = tempfile::tempdir().unwrap();
    let raised = fixtures(form).into_iter().find(|path| path.ends_with("raised.json")).unwrap();
    let mut value: Value = serde_json::from_str(&std::fs::read_to_string(raised).unwrap()).unwrap();
    change(&mut value);
    let path = folder.path().join("changed.json");
    std::fs::write(&path, value.to_string()).unwrap();
    let output = check(form, &[path]);
    assert_eq!(output.status.code(), Some(1), "taken: {}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn every_bundle_is_fhir_r4() {
    assert_taken("fhir", 13);
}

#[test]
fn every_event_is_a_cloud_event() {
    assert_taken("cloudevents", 14);
}

#[test]
fn a_bundle_that_is_not_fhir_is_refused() {
    let unknown = refusal("fhir", |bundle| bundle["entry"][0]["resource"]["nix"] = json!(1));
    assert!(unknown.contains("nix"), "{unknown}");
    let code = refusal("fhir", |bundle| bundle["entry"][0]["resource"]["status"] = json!("on"));
    assert!(code.contains("'on'"), "{code}");
    let missing = refusal("fhir", |bundle| {
        bundle["entry"][0]["resource"].as_object_mut().unwrap().remove("subject");
    });
    assert!(missing.contains("subject"), "{missing}");
    let lost = refusal("fhir", |bundle| bundle["entry"][1]["fullUrl"] = json!("urn:uuid:0"));
    assert!(lost.contains("leads nowhere"), "{lost}");
    let twice = refusal("fhir", |bundle| {
        bundle["entry"][0]["request"].as_object_mut().unwrap().remove("ifNoneExist");
    });
    assert!(twice.contains("can make something twice"), "{twice}");
}

#[test]
fn an_event_that_is_no_cloud_event_is_refused() {
    let no_type = refusal("cloudevents", |event| {
        event.as_object_mut().unwrap().remove("type");
    });
    assert!(no_type.contains("type"), "{no_type}");
    let name = refusal("cloudevents", |event| event["vagus_test"] = json!(true));
    assert!(name.contains("vagus_test"), "{name}");
}

/// The receiver of a webhook that stands in the README, with what it leaves to its reader.
fn receiver_of_the_readme() -> String {
    let readme = include_str!("../../README.md");
    let (_, rest) = readme.split_once("```python\n").unwrap();
    let (code, _) = rest.split_once("```").unwrap();
    format!(
        "import json, sys\nkept = {{}}\nis_known, keep = kept.__contains__, kept.__setitem__\n{code}\n\
         body, headers = sys.argv[1].encode(), json.loads(sys.argv[2])\n\
         print(take(body, headers), take(body, headers), take(body + b' ', headers), len(kept))\n"
    )
}

#[test]
fn the_receiver_in_the_readme_takes_our_webhooks_once_and_no_others() {
    const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("case-system.key"), format!("{KEY}\n")).unwrap();
    std::fs::write(folder.path().join("receiver.py"), receiver_of_the_readme()).unwrap();
    let body = json!({"specversion": "1.0", "id": "e-1"}).to_string();
    // The receiver holds it against the clock of the machine.
    let at = vagus::clock::Clock::System.wall().as_second();
    let signature = standardwebhooks::Webhook::new(KEY).unwrap().sign("e-1", at, body.as_bytes()).unwrap();
    let headers = json!({"webhook-id": "e-1", "webhook-timestamp": at.to_string(), "webhook-signature": signature});
    let python = std::env::var_os("VAGUS_TEST_PYTHON").expect("VAGUS_TEST_PYTHON is not set: run ./tests/run");
    let mut receiver = Command::new(python);
    receiver.current_dir(folder.path()).args(["receiver.py", &body, &headers.to_string()]);
    let output = receiver.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "204 204 401 1", "{output:?}");
}
