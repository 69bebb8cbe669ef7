//! `vagus backtest` on a recorded feed: a changed cut-off and exactly the cases that it changes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::{Command, Output};

use serde_json::{Value, json};
use vagus::app::backtest::cases::{Case, Cases};
use vagus::app::backtest::healthy::{Ar1, Draws};
use vagus::app::backtest::{Plan, Sides, stored};
use vagus::app::replay::{self, FollowUp};
use vagus::app::service;
use vagus::config::rules_file;
use vagus::domain::ids::WorkerNumber;
use vagus::domain::{SignedDuration, TimeZone};

const RULES: &str = include_str!("../config/rules.toml");

/// A directory with a configuration, a recording, and rule files.
struct Bench(tempfile::TempDir);

impl Bench {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let config = "[store]\npath = \"data\"\n[[sites]]\nid = \"plant-a\"\ntime_zone = \"Asia/Ho_Chi_Minh\"\n";
        let bench = Self(directory);
        bench.write("vagus.toml", config);
        bench.write("feed.jsonl", &feed());
        bench.write("stricter.toml", &gad7_moderate_from(13));
        bench.write("wider.toml", &gad7_moderate_from(9));
        bench
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(name), text).unwrap();
    }

    fn run(&self, rules: &str, more: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vagus"));
        command.args(["backtest", "--config", "vagus.toml", "--rules", rules]).args(more);
        command.current_dir(self.0.path()).output().unwrap()
    }

    fn says(&self, rules: &str, more: &[&str]) -> String {
        let output = self.run(rules, &[&["--input", "feed.jsonl"], more].concat());
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn report(&self, rules: &str, more: &[&str]) -> Value {
        serde_json::from_str(&self.says(rules, &[&["--output", "json"], more].concat())).unwrap()
    }

    fn refuses(&self, rules: &str, more: &[&str], words: &[&str]) {
        let output = self.run(rules, more);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{said}");
        words.iter().for_each(|word| assert!(said.contains(word), "{said:?} does not say {word:?}"));
    }
}

fn gad7_moderate_from(score: u32) -> String {
    let at = RULES.find("[severity.\"GAD-7\"]").unwrap();
    let edited = RULES[..at].to_owned() + &RULES[at..].replacen("moderate = 10", &format!("moderate = {score}"), 1);
    assert_ne!(edited, RULES);
    edited
}

/// Seventy days of five workers, a message a day and worker: everybody has nights; those of `w-low`
/// fall by a third in the last ten days. Everybody but `w-well` filled in a GAD-7 on day 58.
fn feed() -> String {
    let mut feed = String::new();
    let mut line = |day: u32, hour: u32, stream: &str, item: Value| {
        let received_at = date(day) + &format!("T{hour:02}:00:00Z");
        let topic = format!("vagus/v1/plant-a/gw-7/{stream}");
        writeln!(feed, "{}", json!({"received_at": received_at, "topic": topic, "payload": item})).unwrap();
    };
    let workers =
        [("w-high", Some(16)), ("w-low", Some(12)), ("w-nine", Some(9)), ("w-twelve", Some(12)), ("w-well", None)];
    for day in 0..70 {
        for (place, (worker, _)) in (0_u32..).zip(workers) {
            let wave = 0.12 * f64::from(day * (place + 2)).sin();
            let fall = if worker == "w-low" && (55..65).contains(&day) { 0.45 } else { 0.0 };
            let rmssd_ms = ((3.7 + wave - fall).exp() * 10.0).round() / 10.0;
            line(
                day,
                2,
                "readings",
                json!({"kind": "nightly", "worker": worker, "device": "band-1", "date": date(day),
                "rmssd_ms": rmssd_ms, "sleeping_hr_bpm": 56.0 - 10.0 * wave}),
            );
        }
        for (worker, score) in workers.iter().filter(|_| day == 58) {
            let Some(score) = score else { continue };
            let taken_at = date(day) + "T09:00:00+07:00";
            line(
                day,
                3,
                "screenings",
                json!({"worker": worker, "instrument": "GAD-7", "taken_at": taken_at, "score": score}),
            );
        }
    }
    feed
}

/// The date so many days after 1 January 2026.
fn date(day: u32) -> String {
    let (month, first) = match day {
        0..=30 => (1, 0),
        31..=58 => (2, 31),
        59..=89 => (3, 59),
        _ => (4, 90),
    };
    format!("2026-{month:02}-{:02}", day - first + 1)
}

/// Worker, outcome, and the level under either rule file.
fn episodes(report: &Value) -> Vec<(String, String, Value, Value)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let cases = report["cases"].as_array().unwrap().iter();
    cases
        .map(|c| (text(&c["worker"]), text(&c["outcome"]), c["old"]["level"].clone(), c["new"]["level"].clone()))
        .collect()
}

fn changed(report: &Value) -> Vec<(String, String, Value, Value)> {
    episodes(report).into_iter().filter(|(_, outcome, ..)| outcome != "both").collect()
}

fn told(worker: &str, outcome: &str, old: Value, new: Value) -> (String, String, Value, Value) {
    (worker.to_owned(), outcome.to_owned(), old, new)
}

#[test]
fn a_higher_cut_off_removes_exactly_the_case_that_rested_on_it() {
    let report = Bench::new().report("stricter.toml", &[]);
    assert_eq!(
        changed(&report),
        [
            told("w-low", "other_level", json!("L3"), json!("L2")),
            told("w-twelve", "only_old", json!("L2"), Value::Null)
        ]
    );
    assert_eq!(report["outcomes"], json!({"both": 1, "only_old": 1, "only_new": 0, "other_level": 1}));
    let twelve = report["cases"].as_array().unwrap().iter().find(|case| case["worker"] == "w-twelve").unwrap();
    assert_eq!(twelve["old"], json!({"day": "2026-02-28", "level": "L2", "rules": ["R16"]}));
    assert_eq!((&report["workers"], &report["totals"]["all"]["old"]["cases"]), (&json!(5), &json!(3)));
    assert_ne!(report["rules"]["old"]["version"], report["rules"]["new"]["version"]);
}

#[test]
fn a_lower_cut_off_adds_exactly_one() {
    let report = Bench::new().report("wider.toml", &[]);
    assert_eq!(changed(&report), [told("w-nine", "only_new", Value::Null, json!("L2"))]);
}

#[test]
fn the_same_rules_change_nothing_and_the_same_question_has_the_same_answer() {
    let bench = Bench::new();
    bench.write("same.toml", RULES);
    let report = bench.report("same.toml", &[]);
    assert!(changed(&report).is_empty() && report["chance"]["old"] == report["chance"]["new"], "{report}");
    for output in ["json", "table"] {
        let said = bench.says("stricter.toml", &["--output", output, "--seed", "7"]);
        assert_eq!(bench.says("stricter.toml", &["--output", output, "--seed", "7"]), said);
    }
}

#[test]
fn chance_is_reckoned_from_healthy_nights_of_the_same_people() {
    let report = Bench::new().report("stricter.toml", &["--repeats", "40"]);
    let chance = &report["chance"];
    assert_eq!((&chance["repeats"], &chance["old"]["without_hrv"]["cases"]), (&json!(40), &json!(3)));
    assert_eq!(chance["new"]["without_hrv"]["cases"], 1, "12 is mild by the new rules, without HRV no case");
    let years = chance["worker_years"].as_f64().unwrap();
    assert!((30.0..45.0).contains(&years), "five workers, 70 days, forty times: {years}");
    for side in ["old", "new"] {
        let rate = chance[side]["opened"]["per_worker_year"].as_f64().unwrap();
        let interval = chance[side]["opened"]["interval"].as_array().unwrap();
        assert!(
            interval[0].as_f64().unwrap() <= rate && rate <= interval[1].as_f64().unwrap() && rate < 2.0,
            "{chance}"
        );
    }
    assert_eq!(Bench::new().report("stricter.toml", &["--repeats", "0"])["chance"], Value::Null);
}

#[test]
fn only_days_that_are_asked_for_count() {
    let bench = Bench::new();
    let before = bench.report("stricter.toml", &["--to", "2026-02-10", "--repeats", "0"]);
    assert_eq!((&before["cases"], &before["window"]["to"]), (&json!([]), &json!("2026-02-10")));
    let after = bench.report("stricter.toml", &["--from", "2026-02-20", "--repeats", "0"]);
    assert_eq!(episodes(&after).len(), 3);
    assert!(after["worker_years"].as_f64() < before["worker_years"].as_f64());
}

/// Thirty workers for 118 days: nights of healthy people, a GAD-7 every three weeks, overtime in noise for some.
fn plant() -> String {
    let mut lines = Vec::new();
    for worker in 0..30_u32 {
        let (mut series, mut draws) = (Ar1::new(0.5), Draws::seeded(u64::from(worker)));
        for day in 0..118 {
            let mut line = |hour: u32, stream: &str, item: Value| {
                let received_at = format!("{}T{hour:02}:{:02}:00Z", date(day), worker);
                let topic = format!("vagus/v1/plant-a/gw-7/{stream}");
                lines.push(json!({"received_at": received_at, "topic": topic, "payload": item}));
            };
            let name = format!("w-{worker:02}");
            let fall = if worker % 5 == 0 && day > 100 { 0.5 } else { 0.0 };
            let value = 0.15 * series.step(draws.normal()) - fall;
            if (day + worker) % 6 != 0 {
                line(
                    2,
                    "readings",
                    json!({"kind": "nightly", "worker": name, "device": "b", "date": date(day),
                    "rmssd_ms": ((3.7 + value).exp() * 10.0).round() / 10.0, "sleeping_hr_bpm": 56.0 - 8.0 * value}),
                );
            }
            if (day + worker) % 21 == 0 {
                let (taken_at, score) = (date(day) + "T09:00:00+07:00", (worker + day) % 17);
                line(
                    3,
                    "screenings",
                    json!({"worker": name, "instrument": "GAD-7", "taken_at": taken_at, "score": score}),
                );
            }
            if worker % 4 == 0 && day % 7 < 4 {
                line(
                    13,
                    "exposures",
                    json!({"worker": name, "date": date(day), "worked_h": 11.0, "overtime_h": 3.0,
                    "noise_lex8h_dba": 84.0 + f64::from(day % 3)}),
                );
            }
        }
    }
    lines.sort_by_key(|line| line["received_at"].as_str().unwrap().to_owned());
    lines.iter().map(|line| line.to_string() + "\n").collect()
}

#[test]
fn looking_back_on_what_is_stored_finds_the_cases_of_the_recording() {
    let config = "[[sites]]\nid = \"plant-a\"\ntime_zone = \"Asia/Ho_Chi_Minh\"\n";
    let settings = vagus::config::settings::parse(config, "vagus.toml", []).unwrap();
    let engine = rules_file::built_in();
    let admission = service::admission_settings(&settings);
    let settings = replay::Settings {
        admission,
        engine: engine.clone(),
        shards: 1,
        register: Vec::new(),
        languages: std::collections::BTreeMap::new(),
    };
    let mut told: BTreeMap<WorkerNumber, Cases> = BTreeMap::new();
    let zone = TimeZone::get("Asia/Ho_Chi_Minh").unwrap();
    let fed = replay::feed(&settings, plant().as_bytes(), FollowUp::EndsWhenDue, |decision| {
        let on = zone.to_datetime(decision.at).date();
        told.entry(decision.worker).or_default().learn(on, decision.at, &decision.change, SignedDuration::ZERO);
        Ok(())
    });
    let fed = fed.unwrap();
    let engines = Sides { old: engine.clone(), new: engine };
    let plan = Plan { engines, from: None, to: None, repeats: 0, seed: 1 };
    let mut cases = 0;
    for (number, history) in fed.shards.histories() {
        let found = stored::look_at(number, history, fed.end.unwrap(), &plan).unwrap().cases.old;
        let recorded = told.remove(&number).unwrap_or_default().into_list();
        let of = |cases: &[Case]| {
            cases.iter().map(|c| (c.opened_on.to_string(), c.level, c.rules.clone())).collect::<Vec<_>>()
        };
        assert_eq!(of(&found), of(&recorded), "{}", history.profile.key.worker.as_str());
        cases += found.len();
    }
    assert!(cases > 40, "{cases} cases");
}

#[test]
fn the_table_says_what_a_physician_asks() {
    let table = Bench::new().says("stricter.toml", &[]);
    for words in
        ["plant-a/w-twelve", "no longer", "2026-02-28", "L2 R16", "other level", "/100 y", "by chance", "Assumed"]
    {
        assert!(table.contains(words), "{table}\ndoes not say {words:?}");
    }
}

#[test]
fn wrong_use_is_told_with_what_to_do() {
    let bench = Bench::new();
    bench.write("broken.toml", &RULES.replace("level = \"L2\"", "level = \"L9\"").replace("days = 28", "days = -1"));
    bench.refuses("broken.toml", &["--input", "feed.jsonl"], &["broken.toml", "L9", "cool_down"]);
    bench.refuses("nowhere.toml", &["--input", "feed.jsonl"], &["nowhere.toml", "--rules"]);
    bench.refuses("wider.toml", &["--input", "-"], &["twice"]);
    bench.refuses("wider.toml", &["--from", "2026-03-02", "--to", "2026-03-01"], &["--from"]);
    bench.write("backwards.jsonl", &feed().lines().rev().collect::<Vec<_>>().join("\n"));
    bench.refuses("wider.toml", &["--input", "backwards.jsonl"], &["line 6", "received_at"]);
    let missing = bench.run("wider.toml", &["--input", "nowhere.jsonl"]);
    assert_eq!(missing.status.code(), Some(1));
    let nobody = bench.run("wider.toml", &[]);
    assert_eq!(nobody.status.code(), Some(1), "there is neither a service nor a store");
    assert!(String::from_utf8(nobody.stderr).unwrap().contains("data"));
    assert!(!bench.0.path().join("data").exists(), "and none is made");
}
