//! The signal functions against `tests/fixtures/vectors.json` and the published recordings.

use serde_json::Value;

use super::analysis::{self, Report};
use super::classic::{self, Rule};
use super::quality::Grade;
use super::r1::{self, Class};
use super::spectrum::{self, Welch};
use super::time_domain;

const VECTORS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/vectors.json"));

fn vectors(key: &str) -> Value {
    serde_json::from_str::<Value>(VECTORS).unwrap()[key].take()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn indices(value: &Value) -> Vec<usize> {
    numbers(value).into_iter().map(|number| format!("{number}").parse().unwrap()).collect()
}

/// Absolute or relative 1e-6, the tolerance that the vectors name.
#[track_caller]
fn same(name: &str, found: Option<f64>, expected: &Value) {
    match (found, expected.as_f64()) {
        (None, None) => {}
        (Some(found), Some(expected)) => {
            let tolerance = 1e-6 * expected.abs().max(1.0);
            assert!((found - expected).abs() <= tolerance, "{name}: {found} is not {expected}");
        }
        (found, expected) => panic!("{name}: {found:?} is not {expected:?}"),
    }
}

#[track_caller]
fn same_series(name: &str, found: &[f64], expected: &Value) {
    let expected = numbers(expected);
    assert_eq!(found.len(), expected.len(), "{name}");
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= 1e-6, "{name}: {found} is not {expected}");
    }
}

fn each_series(mut check: impl FnMut(&str, &[f64], &Value)) {
    let all = vectors("rr");
    let all = all.as_object().unwrap();
    assert_eq!(all.len(), 6);
    for (name, vector) in all {
        check(name, &numbers(&vector["rr_ms"]), vector);
    }
}

#[test]
fn raw_metrics_agree() {
    each_series(|name, rr_ms, vector| {
        let (report, raw) = (analysis::raw(rr_ms), &vector["raw"]);
        let time = report.time;
        assert_eq!(Some(time.valid_beats as u64), raw["n_nn"].as_u64(), "{name}");
        for (found, key) in [
            (time.mean_nn_ms, "mean_nn_ms"),
            (time.hr_bpm, "hr_from_mean_nn_bpm"),
            (time.sdnn_ms, "sdnn_ms_ddof1"),
            (time.rmssd_ms, "rmssd_ms"),
            (time.ln_rmssd, "ln_rmssd"),
            (time.sdsd_ms, "sdsd_ms_ddof1"),
            (time.pnn50_pct, "pnn50_per_difference_pct"),
            (time.sd1_ms, "sd1_ms"),
            (time.sd2_ms, "sd2_ms"),
        ] {
            same(&format!("{name} {key}"), found, &raw[key]);
        }
        same(&format!("{name} si_mode"), report.stress_index, &raw["si"]["si_mode"]);
    });
}

fn check_r1(name: &str, report: &Report, r1: &Value) {
    let time = report.time;
    assert_eq!(Some(time.valid_beats as u64), r1["n_valid_nn"].as_u64(), "{name}");
    assert_eq!(Some(time.valid_pairs as u64), r1["n_valid_pairs"].as_u64(), "{name}");
    for (found, key) in [
        (time.rmssd_ms, "rmssd_masked_ms"),
        (time.sdnn_ms, "sdnn_masked_ms_ddof1"),
        (time.mean_nn_ms, "mean_nn_masked_ms"),
        (time.pnn50_pct, "pnn50_masked_per_difference_pct"),
        (report.artifact_fraction, "artifact_fraction"),
        (Some(report.sqi_time), "sqi_time"),
    ] {
        same(&format!("{name} {key}"), found, &r1[key]);
    }
}

#[test]
fn cleaned_metrics_agree_with_the_published_floor_and_with_the_service_s() {
    for floor_ms in [0.0, r1::FLOOR_MS] {
        each_series(|name, rr_ms, vector| {
            check_r1(name, &analysis::cleaned(rr_ms, floor_ms), &vector["r1"]);
        });
    }
}

#[test]
fn classes_and_the_rebuilt_series_agree() {
    each_series(|name, rr_ms, vector| {
        let (cleaned, r1) = (r1::clean(rr_ms, 0.0), &vector["r1"]);
        for (at, class) in cleaned.classes.iter().enumerate() {
            let expected = match r1["class_by_interval_idx"][at.to_string()].as_str() {
                None => Class::Normal,
                Some("S") => Class::Short,
                Some("L") => Class::Long,
                Some("E") => Class::Ectopic,
                Some("X") => Class::Extra,
                Some("M") => Class::Missed,
                Some(other) => panic!("no class is called {other}"),
            };
            assert_eq!(*class, expected, "{name} {at}");
        }
        let valid: Vec<f64> = cleaned.valid.iter().map(|valid| f64::from(*valid)).collect();
        same_series(name, &valid, &r1["valid_mask"]);
        let filled_ms = cleaned.filled_ms().unwrap();
        same_series(name, &filled_ms, &r1["interp_series_ms"]);
        let filled = time_domain::metrics(&filled_ms, &vec![true; filled_ms.len()]);
        same(name, filled.rmssd_ms, &r1["rmssd_interp_ms"]);
        same(name, filled.sdnn_ms, &r1["sdnn_interp_ms_ddof1"]);
    });
}

#[test]
fn classic_rules_reject_what_the_library_rejects() {
    each_series(|name, rr_ms, vector| {
        let cleaning = &vector["cleaning"];
        let rejected =
            |accepted: Vec<bool>| -> Vec<usize> { (0..accepted.len()).filter(|at| !accepted[*at]).collect() };
        let range = rejected(classic::in_range(rr_ms));
        assert_eq!(range, indices(&cleaning["range_300_2000_invalid_idx"]), "{name}");
        for (rule, key) in [(Rule::Malik, "malik"), (Rule::Kamath, "kamath"), (Rule::Karlsson, "karlsson")] {
            let expected = indices(&cleaning[format!("{key}_invalid_idx")]);
            assert_eq!(rejected(classic::accepted(rr_ms, rule)), expected, "{name} {key}");
        }
        for (rule, key) in [(Rule::Malik, "pipeline_malik"), (Rule::Kamath, "pipeline_kamath")] {
            let filled_ms = classic::interpolated(rr_ms, rule).unwrap();
            same_series(name, &filled_ms, &cleaning[format!("{key}_nn")]);
            let filled = time_domain::metrics(&filled_ms, &vec![true; filled_ms.len()]);
            same(name, filled.rmssd_ms, &cleaning[format!("{key}_rmssd")]);
            same(name, filled.sdnn_ms, &cleaning[format!("{key}_sdnn")]);
        }
    });
}

#[test]
fn edge_cases_agree() {
    let cases = vectors("edge_cases");
    let cases = cases.as_array().unwrap();
    assert_eq!(cases.len(), 4);
    for case in cases {
        let (rr_ms, expect) = (numbers(&case["rr_ms"]), &case["expect"]);
        for report in [analysis::raw(&rr_ms), analysis::cleaned(&rr_ms, r1::FLOOR_MS)] {
            let name = format!("{} beats", rr_ms.len());
            let time = report.time;
            if rr_ms.len() < 2 {
                assert_eq!((time.rmssd_ms, time.sdnn_ms), (None, None), "{name}");
                same(&name, time.mean_nn_ms, &expect["mean_nn_ms"]);
                continue;
            }
            let sdnn = expect.get("sdnn_ms_ddof1").unwrap_or(&expect["sdnn_ms"]);
            same(&name, time.sdnn_ms, sdnn);
            same(&name, time.rmssd_ms, &expect["rmssd_ms"]);
            if rr_ms.len() == 60 {
                assert_eq!((time.ln_rmssd, report.stress_index), (None, None), "{name}");
                assert_eq!((report.powers, report.grade), (None, Grade::Fault), "{name}");
            } else {
                same(&name, time.pnn50_pct, &expect["pnn50_per_difference_pct"]);
                assert_eq!(time.sdsd_ms, None, "{name}");
            }
        }
    }
}

#[test]
fn spectra_agree() {
    let vector = vectors("frequency");
    let rr_ms = numbers(&vector["rr_ms"]);
    for report in [analysis::raw(&rr_ms), analysis::cleaned(&rr_ms, r1::FLOOR_MS)] {
        let (lomb, powers) = (&vector["lomb_classic_ms2"], report.powers.unwrap());
        same("Lomb LF", Some(powers.lf_ms2), &lomb["LF_ms2"]);
        same("Lomb HF", Some(powers.hf_ms2), &lomb["HF_ms2"]);
        same("Lomb LF/HF", powers.lf_hf(), &lomb["LFHF"]);
        same("RMSSD", report.time.rmssd_ms, &vector["time_domain"]["rmssd"]);
        same("SDNN", report.time.sdnn_ms, &vector["time_domain"]["sdnn"]);
    }
    let welch = spectrum::welch(&rr_ms, Welch::default()).unwrap();
    same("Welch LF", Some(welch.lf_ms2), &vector["welch_reference_cubic"]["LF_ms2"]);
    same("Welch HF", Some(welch.hf_ms2), &vector["welch_reference_cubic"]["HF_ms2"]);
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
    let welch = spectrum::welch(&rr_ms, Welch { segment: 256, transform: 256 }).unwrap();
    same("VLF", Some(welch.vlf_ms2), &expected["published"]["vlf"]);
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
