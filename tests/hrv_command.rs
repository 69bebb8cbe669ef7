//! `vagus hrv` as a script sees it: keys, exit status, where messages go.

#![expect(clippy::unwrap_used, reason = "a test that cannot start the command fails")]

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn vagus_hrv(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_vagus"))
        .arg("hrv")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that refuses its arguments does not read its input.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn json(arguments: &[&str], input: &str) -> Value {
    let output = vagus_hrv(arguments, input);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty());
    serde_json::from_slice(&output.stdout).unwrap()
}

fn fails_with(arguments: &[&str], input: &str, words: &[&str]) {
    let output = vagus_hrv(arguments, input);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let message = String::from_utf8(output.stderr).unwrap();
    for word in words {
        assert!(message.contains(word), "{message:?} does not say {word:?}");
    }
}

#[test]
fn the_keys_are_those_of_the_contract_in_its_order() {
    let output = vagus_hrv(&["-"], "812\n798\n830\n");
    let printed = String::from_utf8(output.stdout).unwrap();
    let places: Vec<Option<usize>> = "beats valid_beats valid_pairs mean_nn_ms hr_bpm sdnn_ms rmssd_ms \
        ln_rmssd sdsd_ms pnn50_pct sd1_ms sd2_ms stress_index lf_ms2 hf_ms2 lf_hf artifact_fraction quality"
        .split_whitespace()
        .map(|key| printed.find(&format!("\"{key}\":")))
        .collect();
    assert!(places.iter().all(Option::is_some), "{printed}");
    assert!(places.is_sorted(), "{printed}");
    assert_eq!(printed.matches(':').count(), 18);
}

#[test]
fn raw_and_cleaned_differ_by_the_artefact() {
    let beats = "866\n882\n876\n870\n874\n883\n849\n817\n803\n816\n843\n847\n836\n858\n889\n907\n873\n\
        835\n838\n848\n827\n805\n801\n844\n1749\n873\n881\n874\n828\n806\n";
    let (raw, cleaned) = (json(&["--raw", "-"], beats), json(&["-"], beats));
    assert_eq!((&raw["valid_beats"], &raw["quality"]), (&30.into(), &"good".into()));
    assert_eq!((&cleaned["valid_beats"], &cleaned["beats"]), (&29.into(), &30.into()));
    assert!(cleaned["rmssd_ms"].as_f64() < Some(30.0) && raw["rmssd_ms"].as_f64() > Some(100.0));
}

#[test]
fn what_cannot_be_had_is_null() {
    let none = json(&["-"], "");
    assert_eq!((&none["beats"], &none["mean_nn_ms"]), (&0.into(), &Value::Null));
    let one = json(&["-"], "800");
    assert_eq!((&one["hr_bpm"], &one["rmssd_ms"]), (&75.0.into(), &Value::Null));
    let flat = json(&["-"], &"800\n".repeat(60));
    assert_eq!((&flat["quality"], &flat["rmssd_ms"]), (&"fault".into(), &0.0.into()));
    assert_eq!((&flat["ln_rmssd"], &flat["lf_ms2"]), (&Value::Null, &Value::Null));
    json(&["--raw", "-"], "800\n0\n-5\n1e300\n-1e308\n");
}

#[test]
fn a_line_that_is_no_number_is_named_and_the_status_is_two() {
    fails_with(&["-"], "800\nabc\n", &["line 2", "abc"]);
    fails_with(&["-"], "800\n\n810\n", &["line 2"]);
    fails_with(&["-"], "NaN\n", &["line 1"]);
    fails_with(&["--raw", "-"], "800\n810\ninf\n", &["line 3"]);
    fails_with(&["no such file"], "", &["no such file"]);
    fails_with(&["--floor-ms", "-3", "-"], "", &[]);
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_are_read() {
    assert_eq!(json(&["-"], "\u{feff}812\r\n798\r\n\r\n")["beats"], 2);
}

#[test]
fn the_table_has_a_line_for_every_key() {
    let output = vagus_hrv(&["--output", "table", "-"], "812\n798\n830\n");
    let table = String::from_utf8(output.stdout).unwrap();
    assert_eq!(table.lines().count(), 18);
    assert!(table.lines().any(|line| line.starts_with("mean_nn_ms") && line.ends_with("813.333")));
}
