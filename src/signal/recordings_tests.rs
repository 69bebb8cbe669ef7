//! The signal functions against published recordings and the values that other software has of them.

use serde_json::Value;

use super::analysis;
use super::quality::Grade;
use super::r1;
use super::spectrum::{self, Welch};

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

/// Absolute or relative 1e-6.
#[track_caller]
fn same(name: &str, found: Option<f64>, expected: &Value) {
    let (found, expected) = (found.unwrap(), expected.as_f64().unwrap());
    assert!((found - expected).abs() <= 1e-6 * expected.abs().max(1.0), "{name}: {found} is not {expected}");
}

/// A recording of `tests/fixtures/hrv-reference`.
fn recording(text: &str) -> Vec<f64> {
    text.trim_end().lines().map(|line| line.parse().unwrap()).collect()
}

fn published() -> Value {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/hrv-reference/EXPECTED.json"));
    serde_json::from_str(text).unwrap()
}

#[test]
fn the_recording_at_rest_agrees_with_the_values_of_its_library() {
    let rr_ms =
        recording(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/hrv-reference/hrv_rest_rri.txt")));
    let expected = &published()["hrv_rest_rri.txt"];
    let (time, recomputed) = (analysis::raw(&rr_ms).time, &expected["recomputed"]);
    assert_eq!(time.valid_beats, 910);
    same("RMSSD", time.rmssd_ms, &recomputed["rmssd"]);
    same("SDNN", time.sdnn_ms, &recomputed["sdnn_ddof1"]);
    same("pNN50", time.pnn50_pct, &recomputed["pnn50_over_n_minus_1"]);
    let density = spectrum::welch_density(&rr_ms, Welch { segment: 256, transform: 256, ..Welch::default() }).unwrap();
    let welch = density.powers().unwrap();
    same("VLF from 0 Hz", Some(density.power_ms2(0.0, 0.04)), &expected["published"]["vlf"]);
    same("LF", Some(welch.lf_ms2), &expected["published"]["lf"]);
    same("HF", Some(welch.hf_ms2), &expected["published"]["hf"]);
    same("LF/HF", welch.lf_hf(), &expected["published"]["lf_hf"]);
}

#[test]
fn the_recording_with_a_beat_of_zero_agrees_raw_and_loses_that_beat_when_cleaned() {
    let rr_ms =
        recording(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/hrv-reference/hrv_real_rri.txt")));
    let time = analysis::raw(&rr_ms).time;
    assert!((time.rmssd_ms.unwrap() - 83.707_6).abs() < 5e-5);
    assert!((time.sdnn_ms.unwrap() - 86.320_1).abs() < 5e-5);
    let cleaned = analysis::cleaned(&rr_ms, r1::FLOOR_MS);
    assert!(cleaned.time.rmssd_ms < time.rmssd_ms && cleaned.time.valid_beats < 772);
    assert_eq!(cleaned.grade, Grade::Good);
}

#[test]
fn four_beats_agree_with_the_tests_of_the_library() {
    let expected = &published()["inline_800_810_815_750"];
    let time = analysis::raw(&numbers(&expected["rr"])).time;
    let values = &expected["published"];
    for (found, key) in [
        (time.rmssd_ms, "rmssd"),
        (time.sdnn_ms, "sdnn_ddof1"),
        (time.sdsd_ms, "sdsd_ddof1"),
        (time.mean_nn_ms, "mean_rr"),
    ] {
        // The library states two decimals, some of them cut off and not rounded.
        let (found, stated) = (found.unwrap(), values[key].as_f64().unwrap());
        assert!((found - stated).abs() < 0.01, "{key}: {found} is not {stated}");
    }
}
