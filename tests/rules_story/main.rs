//! One worker for each rule, from messages to events: what each rule needs is sent as a gateway would
//! send it, and `vagus replay` says what came of it.
//!
//! For every rule there is a worker whose messages fulfil it and one for whom a single sign is
//! missing. Whether a condition alone is right is tested beside the rules; here it is whether the facts
//! reach them.

#![expect(clippy::unwrap_used, reason = "a test that cannot build its feed or start the command fails")]

mod feed;

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

/// What a worker's alerts said.
#[derive(Debug, Default)]
struct Told {
    /// The highest level.
    level: String,
    /// Every rule that they name.
    rules: Vec<String>,
    /// Kinds of the working conditions in the evidence.
    exposures: Vec<String>,
}

/// What the replay of the whole feed told, by worker.
fn told() -> &'static BTreeMap<String, Told> {
    static TOLD: OnceLock<BTreeMap<String, Told>> = OnceLock::new();
    TOLD.get_or_init(|| by_worker(events()))
}

/// The events of the whole feed, one a line.
fn events() -> &'static str {
    static EVENTS: OnceLock<String> = OnceLock::new();
    EVENTS.get_or_init(|| {
        let directory = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
        file("vagus.toml", feed::CONFIGURATION);
        file("workers.csv", feed::REGISTER);
        file("messages.jsonl", &feed::recording());
        let arguments = ["replay", "--config", "vagus.toml", "--workers", "workers.csv", "--input", "messages.jsonl"];
        let output =
            Command::new(env!("CARGO_BIN_EXE_vagus")).args(arguments).current_dir(directory.path()).output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{errors}");
        assert!(errors.contains(" 0 duplicate, 0 rejected"), "{errors}");
        String::from_utf8(output.stdout).unwrap()
    })
}

fn by_worker(events: &str) -> BTreeMap<String, Told> {
    let mut all: BTreeMap<String, Told> = BTreeMap::new();
    for event in events.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        if event["type"].as_str().is_some_and(|kind| kind.starts_with("vagus.alert.raised")) {
            let told = all.entry(event["subject"].as_str().unwrap().to_owned()).or_default();
            let data = &event["data"];
            told.level = told.level.clone().max(data["level"].as_str().unwrap().to_owned());
            told.rules.extend(texts(&data["rules"], |rule| rule));
            told.exposures.extend(texts(&data["evidence"]["exposures"], |found| &found["kind"]));
        }
    }
    all
}

fn texts(list: &Value, of: impl Fn(&Value) -> &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| of(one).as_str().unwrap().to_owned()).collect()
}

/// The worker is told at this level with this rule among others; the one without the last sign is not
/// told by it.
#[track_caller]
fn assert_rule(rule: &str, worker: &str, level: &str, near_miss: &str) {
    let found = told().get(worker).unwrap_or_else(|| panic!("no alert for {worker}; {:?}", told()));
    assert!(found.rules.iter().any(|r| r == rule), "{worker}: {found:?}");
    assert_eq!(found.level, level, "{worker}: {found:?}");
    let without = told().get(near_miss);
    assert!(without.is_none_or(|told| !told.rules.iter().any(|r| r == rule)), "{near_miss}: {without:?}");
}

#[test]
fn r1_a_crisis_answer() {
    assert_rule("R1", "r1", "L4", "r1-without");
}

#[test]
fn r2_low_hrv_and_long_hours() {
    assert_rule("R2", "r2", "L2", "r2-without");
    assert_rule("R2", "r2-moderate", "L3", "r2-without");
}

#[test]
fn r3_low_hrv_and_anxiety() {
    assert_rule("R3", "r3", "L3", "r3-without");
}

#[test]
fn who_said_to_be_ill_is_not_judged_by_heart() {
    assert_rule("R16", "r3-ill", "L2", "r16-without");
    assert!(!told()["r3-ill"].rules.iter().any(|rule| rule == "R3"));
}

#[test]
fn low_nights_of_a_band_that_was_taken_off_open_no_case() {
    assert!(!told().contains_key("r2-silent"), "{:?}", told().get("r2-silent"));
}

#[test]
fn r4_low_hrv_and_depression() {
    assert_rule("R4", "r4", "L3", "r4-without");
}

#[test]
fn r5_poor_sleep_and_insomnia() {
    assert_rule("R5", "r5", "L3", "r5-without");
}

#[test]
fn r6_poor_sleep_and_a_run_of_nights() {
    assert_rule("R6", "r6", "L2", "r6-without");
}

#[test]
fn r7_quick_returns_and_sleep_debt() {
    assert_rule("R7", "r7", "L2", "r7-without");
}

#[test]
fn r8_noise_and_moderate_anxiety() {
    assert_rule("R8", "r8", "L3", "r8-without");
}

#[test]
fn r9_heat_and_a_racing_heart() {
    assert_rule("R9", "r9", "L2", "r9-without");
}

#[test]
fn r11_burnout_and_a_high_index() {
    assert_rule("R11", "r11", "L2", "r11-without");
}

#[test]
fn r12_overtime_and_short_sleep() {
    assert_rule("R12", "r12", "L2", "r12-without");
    assert_rule("R12", "r12-driver", "L3", "r12-without");
}

#[test]
fn r13_an_incident_and_distress() {
    assert_rule("R13", "r13", "L3", "r13-without");
}

#[test]
fn a_workload_review_tells_conditions_of_the_work_and_nobodys_roster_or_story() {
    // A review is for the unit, an offer of counselling for the worker.
    let is_review = |line: &&str| {
        let event: Value = serde_json::from_str(line).unwrap();
        event["type"] == "vagus.action.requested"
            && ["unassigned", "haulage"].iter().any(|unit| event["subject"] == *unit)
    };
    let reviews: Vec<&str> = events().lines().filter(is_review).collect();
    // Violence, nights in a row and quick returns led to some of them.
    assert!(reviews.len() > 10 && ["r6", "r7", "r13"].iter().all(|worker| told().contains_key(*worker)));
    for review in &reviews {
        for word in ["violence", "incident", "return", "night", "consecutive"] {
            assert!(!review.contains(word), "{word}: {review}");
        }
    }
    assert!(reviews.iter().any(|review| review.contains("noise_lex8h_dba")), "{reviews:?}");
}

#[test]
fn r14_return_to_work_and_two_signs() {
    assert_rule("R14", "r14", "L2", "r14-without");
}

#[test]
fn r15_low_hrv_alone_is_a_hint_to_the_worker_alone() {
    assert!(!told().contains_key("r15"));
}

#[test]
fn r16_a_questionnaire_is_believed() {
    assert_rule("R16", "r16", "L2", "r16-without");
}

#[test]
fn r17_overtime_noise_and_anxiety() {
    assert_rule("R17", "r17", "L3", "r17-without");
    assert_rule("R17", "r17-two-runs", "L3", "r17-without");
}

#[test]
fn evidence_names_what_a_rule_rests_on_though_it_is_no_flag_by_itself() {
    let exposures = &told()["r17"].exposures;
    // Three days of overtime are under the limit of seven.
    for kind in ["overtime_days", "overtime_noise_lex8h_dba"] {
        assert!(exposures.iter().any(|found| found == kind), "{kind}: {exposures:?}");
    }
}

#[test]
fn r18_a_driver_after_weeks_of_nights() {
    // Moderate anxiety beside an exposure is L3 by the joint table.
    assert_rule("R18", "r18", "L3", "r18-without");
}
