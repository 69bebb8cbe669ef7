//! `vagus score` as a script sees it: every instrument, and every way to get it wrong.

#![expect(clippy::unwrap_used, reason = "a test that cannot start the command fails")]

use std::process::{Command, Output};

use serde_json::Value;

fn vagus_score(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vagus")).arg("score").args(arguments).output().unwrap()
}

fn json(arguments: &[&str]) -> Value {
    let output = vagus_score(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty());
    serde_json::from_slice(&output.stdout).unwrap()
}

fn fails_with(arguments: &[&str], words: &str) {
    let output = vagus_score(arguments);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    assert!(message.contains(words), "{arguments:?}: {message:?} does not say {words:?}");
}

/// What the command itself tells of each instrument.
fn instruments() -> Vec<Value> {
    json(&["--list", "--output", "json"]).as_array().unwrap().clone()
}

fn repeated<'a>(name: &'a str, answer: &'a str, count: usize) -> Vec<&'a str> {
    [vec![name, "--"], vec![answer; count]].concat()
}

fn total<'a>(name: &'a str, score: &'a str, must_say: bool) -> Vec<&'a str> {
    let kind: &[&str] = if must_say { &["--kind", "standard"] } else { &[] };
    [&[name, "--score", score], kind].concat()
}

#[test]
fn every_instrument_of_the_contract_is_there() {
    let names: Vec<_> = instruments().iter().map(|row| row["instrument"].as_str().unwrap().to_owned()).collect();
    let expected =
        "GAD-7 PHQ-9 PHQ-8 PHQ-4 PSS-10 ISI WHO-5 DASS-21 SAS SDS SCL-90 CBI ERI K6 K10 PSQI ESS STAI-S MBI-GS";
    assert_eq!(names.join(" "), expected);
}

#[test]
fn every_instrument_scores_its_lowest_and_highest_answers_within_its_range() {
    for row in instruments() {
        let name = row["instrument"].as_str().unwrap();
        let range = row["score_min"].as_f64().unwrap()..=row["score_max"].as_f64().unwrap();
        let Some(items) = row["answers"]["items"].as_u64() else { continue };
        for end in ["min", "max"] {
            let answer = row["answers"][end].to_string();
            let found = json(&repeated(name, &answer, usize::try_from(items).unwrap()));
            assert_eq!(found["instrument"], name);
            assert!(range.contains(&found["score"].as_f64().unwrap()), "{name} {found}");
            assert_eq!(found["prorated"], false);
        }
    }
}

#[test]
fn every_instrument_refuses_a_wrong_number_of_answers_and_answers_it_does_not_offer() {
    for row in instruments() {
        let name = row["instrument"].as_str().unwrap();
        let Some(items) = row["answers"]["items"].as_u64() else {
            fails_with(&[name, "1", "2", "3"], "is taken as a total only");
            continue;
        };
        let items = usize::try_from(items).unwrap();
        let (low, high) = (row["answers"]["min"].as_u64().unwrap(), row["answers"]["max"].as_u64().unwrap());
        let one = low.to_string();
        for count in [items + 1, items - 1] {
            fails_with(&repeated(name, &one, count), "answers and");
        }
        fails_with(&[name], "nothing to score");
        let outside = (high + 1).to_string();
        let mut answers = vec![one.as_str(); items];
        answers[items - 1] = &outside;
        fails_with(&[vec![name, "--"], answers.clone()].concat(), &format!("answer {items} is {outside}"));
        for text in ["x", "1.5", "256", ""] {
            answers[items - 1] = text;
            fails_with(&[vec![name, "--"], answers.clone()].concat(), &format!("answer {items} is \"{text}\""));
        }
        answers[items - 1] = "-1";
        fails_with(&[vec![name, "--"], answers.clone()].concat(), &format!("answer {items} is"));
        if low > 0 {
            answers[items - 1] = "0";
            fails_with(&[vec![name, "--"], answers].concat(), &format!("answer {items} is 0"));
        }
        fails_with(&repeated(name, "-", items), "are missing");
    }
}

#[test]
fn every_instrument_takes_a_total_within_its_range_and_no_other() {
    for row in instruments() {
        let name = row["instrument"].as_str().unwrap();
        let must_say = row["kind_required"].as_bool().unwrap();
        for end in ["score_min", "score_max"] {
            let score = row[end].to_string();
            assert_eq!(json(&total(name, &score, must_say))["score"].to_string(), score, "{name}");
        }
        for outside in [row["score_min"].as_f64().unwrap() - 0.1, row["score_max"].as_f64().unwrap() + 0.1] {
            fails_with(&total(name, &outside.to_string(), must_say), "is outside");
        }
        for number in ["NaN", "inf"] {
            fails_with(&total(name, number, must_say), "is outside");
        }
        fails_with(&total(name, "many", must_say), "invalid");
        if !must_say && name != "WHO-5" {
            fails_with(&[name, "--score", "5", "--kind", "standard"], "has no standard score");
        }
    }
}

#[test]
fn a_zung_total_without_its_kind_is_refused_with_what_to_do() {
    for name in ["SAS", "SDS"] {
        fails_with(&[name, "--score", "46"], "add --kind raw or --kind standard");
        assert_eq!(json(&[name, "--score", "46", "--kind", "raw"])["score"], 57);
        assert_eq!(json(&[name, "--score", "46", "--kind", "standard"])["score"], 46);
        fails_with(&[name, "--score", "81", "--kind", "raw"], "the total 81 is outside 20..=80");
    }
}

#[test]
fn wrong_use_exits_with_2() {
    fails_with(&["GAD-8", "1"], "known are GAD-7");
    fails_with(&[], "required");
    fails_with(&["GAD-7", "1", "1", "1", "1", "1", "1", "1", "--score", "7"], "cannot be used with");
    fails_with(&["GAD-7", "--kind", "raw"], "--score");
    fails_with(&["GAD-7", "--score", "7", "--kind", "cooked"], "cooked");
}
