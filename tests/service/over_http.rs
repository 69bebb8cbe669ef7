//! What sources post over HTTP, and what programs are told and do.

use std::process::Command;

use serde_json::json;
use vagus::domain::person::Role;

use crate::support::eventually;
use crate::support::feed::{ago, now, phq9_with_crisis};
use crate::support::program::{Program, TOKEN, town_with};

const JSON: (&str, &str) = ("content-type", "application/json");
const SCREENINGS: &str = "/api/v1/sites/plant-a/sources/clinic/screenings";

#[test]
fn a_screening_that_is_posted_is_on_disk_when_it_is_answered_and_opens_a_case() {
    let mut town = town_with(&[("dr.lan", Role::Physician)]);
    let clinic = Program::clinic(&town.vagus);
    let sent = phq9_with_crisis("w-1", ago(now(), 0)).envelope("clinic:1");
    let answer = clinic.post(SCREENINGS, &[JSON], &sent);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!((answer.body["message_id"].as_str(), answer.body["accepted"].as_u64()), (Some("clinic:1"), Some(1)));
    assert_eq!(answer.body["topic"], "vagus/v1/plant-a/clinic/screenings");
    // Killed at once: what was answered is there again.
    town.vagus.kill9();
    town.vagus.start_again();
    town.vagus.wait_until_ready();
    let clinic = Program::clinic(&town.vagus);
    let again = clinic.post(SCREENINGS, &[JSON], &sent);
    assert_eq!((again.body["accepted"].as_u64(), again.body["duplicate"].as_u64()), (Some(0), Some(1)), "{again:?}");

    let physician = Program::of(&town.vagus, "dr.lan");
    let cases = physician.get("/api/v1/cases");
    let case = &cases.body["cases"][0];
    assert_eq!((case["worker"].as_str(), case["level"].as_str()), (Some("w-1"), Some("L4")), "{cases:?}");
    let path = format!("/api/v1/cases/{}", case["case_id"].as_str().unwrap());
    let tag = physician.get(&path).tag.unwrap();
    let deed = json!({"deed": "move", "to": "acknowledged"}).to_string();
    let with = [JSON, ("if-match", tag.as_str())];
    let done = physician.post(&format!("{path}/deeds"), &with, deed.as_bytes());
    assert_eq!((done.status, done.body["state"].as_str()), (200, Some("acknowledged")), "{done:?}");
    assert_eq!(physician.post(&format!("{path}/deeds"), &with, deed.as_bytes()).status, 412);
    let refused = physician.post(&format!("{path}/deeds"), &[JSON], deed.as_bytes());
    assert_eq!(refused.status, 409, "{refused:?}");
    assert!(refused.body["reason"].is_string());
    let worker = physician.get("/api/v1/workers/plant-a/w-1");
    assert_eq!(worker.body["screenings"][0]["instrument"], "PHQ-9", "{worker:?}");
}

#[test]
fn what_is_refused_over_http_is_kept_in_quarantine() {
    let town = town_with(&[]);
    let clinic = Program::clinic(&town.vagus);
    let answer = clinic.post(SCREENINGS, &[JSON, ("idempotency-key", "k-7")], b"{\"worker\":\"w-1\"}");
    assert_eq!((answer.status, answer.body["receipt"]["message_id"].as_str()), (400, Some("k-7")), "{answer:?}");
    assert_eq!(answer.body["receipt"]["rejected"][0]["reason"], "missing_field");
    let too_large = clinic.post(SCREENINGS, &[JSON], &vec![b' '; 300_000]);
    assert_eq!(too_large.body["receipt"]["rejected"][0]["reason"], "too_large", "{too_large:?}");
    let kept = eventually("both are kept", || {
        let kept = town.vagus.ask(&["quarantine", "list"]);
        (kept["total"].as_u64() == Some(2)).then_some(kept)
    });
    assert!(
        kept["items"].as_array().unwrap().iter().all(|item| item["topic"] == "vagus/v1/plant-a/clinic/screenings"),
        "{kept}"
    );
}

#[test]
fn files_are_imported_but_for_their_bad_lines() {
    let town = town_with(&[("lead.an", Role::OhLead)]);
    let lead = Program::of(&town.vagus, "lead.an");
    let csv = ("content-type", "text/csv");
    let workers = "site,worker,unit,birth_year\nplant-a,w-1,smelter,1980\nplant-a,w-2,smelter,soon\nplant-x,w-3,a,\n";
    let report = lead.post("/api/v1/imports/workers", &[csv], workers.as_bytes());
    assert_eq!((report.status, report.body["taken"].as_u64()), (200, Some(1)), "{report:?}");
    let bad = |report: &serde_json::Value| -> Vec<(u64, String)> {
        let lines = report["bad"].as_array().unwrap().iter();
        lines
            .map(|bad| (bad["line"].as_u64().unwrap(), bad["column"].as_str().unwrap_or_default().to_owned()))
            .collect()
    };
    assert_eq!(bad(&report.body), [(3, "birth_year".to_owned()), (4, "site".to_owned())]);

    let at = ago(now(), 1);
    let sheets = format!(
        "site,worker,instrument,taken_at,answers\nplant-a,w-1,GAD-7,{at},2 1 2 1 1 2 1\nplant-a,w-1,GAD-8,{at},1\n\
         plant-a,w-1,GAD-7,yesterday,2 1 2 1 1 2 1\n"
    );
    let report = lead.post("/api/v1/imports/screenings", &[csv], sheets.as_bytes());
    assert_eq!((report.status, report.body["taken"].as_u64()), (200, Some(1)), "{report:?}");
    assert_eq!(bad(&report.body), [(3, "instrument".to_owned()), (4, "taken_at".to_owned())]);
    let again = lead.post("/api/v1/imports/screenings", &[csv], sheets.as_bytes());
    assert_eq!(again.body["unchanged"].as_u64(), Some(1), "{again:?}");
    let worker = lead.get("/api/v1/workers/plant-a/w-1");
    assert_eq!(worker.body["screenings"].as_array().unwrap().len(), 1, "{worker:?}");
}

/// Runs schemathesis against a service: random and edge-case requests to every operation, each answer held
/// against the document.
fn schemathesis(address: &str, headers: &[(String, String)], more: &[&str]) {
    let python = std::env::var_os("VAGUS_TEST_PYTHON").expect("VAGUS_TEST_PYTHON is not set: run ./tests/run");
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(python);
    command.current_dir(folder.path()).args(["-c", "from schemathesis.cli import schemathesis; schemathesis()", "run"]);
    command.arg(format!("{address}/api/v1/openapi.json"));
    let checks = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,\
                  response_schema_conformance,unsupported_method";
    command.args(["--checks", checks, "--phases", "examples,coverage,fuzzing", "--seed", "1", "--max-examples", "20"]);
    command.args(["--no-color", "--suppress-health-check", "all", "--warnings", "off"]).args(more);
    for (name, value) in headers {
        command.args(["--header", &format!("{name}: {value}")]);
    }
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    eprintln!("{}", told.lines().rev().take(15).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("\n"));
}

#[test]
fn whatever_is_asked_is_answered_as_the_document_says() {
    let mut town = town_with(&[("dr.lan", Role::Physician)]);
    town.send_all(&[phq9_with_crisis("w-1", ago(now(), 0))]);
    town.wait_for_alerts("w-1", 1);
    let physician = Program::of(&town.vagus, "dr.lan");
    let headers = physician.headers.clone();
    // Signed out, nothing else would be answered.
    schemathesis(
        &physician.address,
        &headers,
        &["--exclude-operation-id", "signOut", "--exclude-operation-id", "postMessage"],
    );
    let clinic = [("authorization".to_owned(), format!("Bearer {TOKEN}"))];
    schemathesis(&physician.address, &clinic, &["--include-operation-id", "postMessage"]);
    assert_eq!(physician.get("/api/v1/cases").status, 200, "still signed in, and still there");
}
