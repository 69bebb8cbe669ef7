//! `vagus strain` as a script sees it: recordings found, labels read, exit status, where messages go.

#![expect(clippy::unwrap_used, reason = "a test that cannot start the command fails")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn vagus_strain(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vagus")).arg("strain").args(arguments).current_dir(folder).output().unwrap()
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let output = vagus_strain(folder, &[arguments, ["--output", "json"].as_slice()].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn fails_with(folder: &Path, arguments: &[&str], words: &str) {
    let output = vagus_strain(folder, arguments);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(output.stdout.is_empty());
    assert!(message.contains(words), "{message:?} does not say {words:?}");
}

/// Forty minutes at `rest`, the ten from minute twenty on at `task`.
fn heart_rate(rest: f64, task: f64) -> Vec<f64> {
    let breath = |second: u32| 3.0 * (f64::from(second) / 37.0).sin();
    (0..2_400).map(|second| breath(second) + if second / 600 == 2 { task } else { rest }).collect()
}

fn write_folder(folder: &Path, start: &str, rates: &[f64]) {
    fs::create_dir_all(folder).unwrap();
    let (mut hr, mut ibi, mut t) = (format!("{start}\n1.000000\n"), format!("{start}, IBI\n"), 0.0);
    for (second, rate) in rates.iter().enumerate() {
        let _ = writeln!(hr, "{rate:.2}");
        while t < f64::from(u32::try_from(second).unwrap()) {
            let interval = (60.0 / rate * 64.0).round() / 64.0;
            t += interval;
            let _ = writeln!(ibi, "{t:.6},{interval:.6}");
        }
    }
    // Some exports repeat their header.
    let _ = writeln!(ibi, "{start}, IBI");
    fs::write(folder.join("HR.csv"), hr).unwrap();
    fs::write(folder.join("IBI.csv"), ibi).unwrap();
    fs::write(folder.join("labels.csv"), "start_s,end_s,label\n0,1200,rest\n1200,1800,stress\n1800,2400,rest\n")
        .unwrap();
}

#[test]
fn a_labelled_set_prints_how_well_stress_is_told_from_rest() {
    let folder = tempfile::tempdir().unwrap();
    write_folder(&folder.path().join("set/a"), "1644227583.000000", &heart_rate(65.0, 80.0));
    write_folder(&folder.path().join("set/b"), "2022-02-07 09:22:10", &heart_rate(70.0, 82.0));
    let printed = json(folder.path(), &["--labels-from", "labels.csv", "--age", "30", "set"]);
    assert_eq!(printed["recordings"].as_array().unwrap().len(), 2);
    let u = &printed["areas"][0];
    assert_eq!((&u["value"], &u["people"]), (&"u".into(), &2.into()));
    assert!(u["pooled"].as_f64().unwrap() > 0.9, "{u}");
    assert!(u["pooled_ci95"][0].as_f64().unwrap() > 0.9);
    let table = String::from_utf8(vagus_strain(folder.path(), &["--labels-from", "labels.csv", "set"]).stdout).unwrap();
    assert!(table.contains("area under the ROC curve"), "{table}");
}

#[test]
fn exercise_reads_as_activity() {
    let folder = tempfile::tempdir().unwrap();
    write_folder(&folder.path().join("ride"), "1644227583", &heart_rate(70.0, 150.0));
    let printed = json(folder.path(), &["--label", "activity", "ride"]);
    let shares = &printed["labelled"][0]["shares"];
    assert_eq!(shares["strained"].as_f64(), Some(0.0));
    assert!(shares["activity"].as_f64().unwrap() > 0.4, "{shares}");
}

#[test]
fn a_csv_with_heart_rate_alone_is_a_recording() {
    let folder = tempfile::tempdir().unwrap();
    let rows = heart_rate(65.0, 80.0).iter().enumerate().map(|(t, hr)| format!("{t},{hr:.1},\n")).collect::<String>();
    fs::write(folder.path().join("plain.csv"), format!("t_s,hr_bpm,ibi_ms\n{rows}")).unwrap();
    let printed = json(folder.path(), &["plain.csv"]);
    let recording = &printed["recordings"][0];
    assert_eq!(recording["points"].as_array().unwrap().len(), 40);
    assert!(recording["load"].as_f64().unwrap() > 0.1 && recording["coverage"].as_f64().unwrap() > 0.9);
}

#[test]
fn wrong_use_is_told_in_words_with_exit_status_two() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for name in ["none", "empty", "damaged"] {
        fs::create_dir(at(name)).unwrap();
    }
    fs::write(at("empty/HR.csv"), "").unwrap();
    fs::write(at("damaged/HR.csv"), "hello\n").unwrap();
    fs::write(at("columns.csv"), "time,pulse\n0,60\n").unwrap();
    fs::write(at("labels.csv"), "start_s,end_s,label\n0,60,happy\n").unwrap();
    write_folder(&at("good"), "1644227583", &heart_rate(65.0, 80.0));
    fails_with(folder.path(), &["missing"], "cannot read missing");
    fails_with(folder.path(), &["none"], "no recording in none");
    fails_with(folder.path(), &["empty"], "neither a heart rate nor a beat");
    fails_with(folder.path(), &["damaged"], "is no start");
    fails_with(folder.path(), &["columns.csv"], "no column t_s");
    fails_with(folder.path(), &["good", "--labels", "labels.csv"], "labels.csv, line 2");
    fails_with(folder.path(), &["good", "good", "--labels", "labels.csv"], "--labels-from");
    fails_with(folder.path(), &["good", "--age", "5"], "age in years");
    fails_with(folder.path(), &[], "PATH");
}
