//! Beat intervals: metrics, cleaning, spectra.

use serde_json::{Map, Value, json};
use vagus::signal::analysis::{self, Report};
use vagus::signal::classic::{self, Rule};
use vagus::signal::distribution::Distribution;
use vagus::signal::quality::Grade;
use vagus::signal::r1::{self, Class};
use vagus::signal::spectrum::{self, Density, Interpolation, Welch};
use vagus::signal::time_domain;

use crate::answers::Answers;

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

/// The metrics of a series of which every value counts.
fn all_valid(rr_ms: &[f64]) -> time_domain::TimeDomain {
    time_domain::metrics(rr_ms, &vec![true; rr_ms.len()])
}

/// Section `rr`: six series, raw, by the older rules, and by R1 with the published floor of 0.
pub(crate) fn rr(vector: &Value, answers: &mut Answers) {
    for (name, series) in vector.as_object().unwrap() {
        let rr_ms = numbers(&series["rr_ms"]);
        answers.input(&format!("{name}|rr_ms"));
        answers.computed(&format!("{name}|raw"), raw(&rr_ms));
        answers.computed(&format!("{name}|cleaning"), by_older_rules(&rr_ms));
        answers.not_ours(
            &format!("{name}|cleaning|lipponen_tarvainen_neurokit"),
            "NeuroKit2's correction moves good beats; R1 takes the thresholds and tests of the method without it",
        );
        answers.computed(&format!("{name}|r1"), by_r1(&rr_ms));
    }
}

fn raw(rr_ms: &[f64]) -> Value {
    let report = analysis::raw(rr_ms);
    let (time, distribution) = (report.time, report.distribution.unwrap());
    let rates: Vec<f64> = rr_ms.iter().map(|rr| 60_000.0 / rr).collect();
    json!({
        "n_nn": time.valid_beats,
        "mean_nn_ms": time.mean_nn_ms,
        "median_nn_ms": distribution.median_nn_ms,
        "sdnn_ms_ddof1": time.sdnn_ms,
        "sdnn_ms_ddof0": time.sdnn_population_ms(),
        "rmssd_ms": time.rmssd_ms,
        "ln_rmssd": time.ln_rmssd,
        "sdsd_ms_ddof1": time.sdsd_ms,
        "sdsd_ms_ddof0_hrvanalysis": time.sdsd_population_ms(),
        "nn50": time.nn50,
        "pnn50_neurokit_taskforce_pct": time.pnn50_of_beats_pct(),
        "pnn50_per_difference_pct": time.pnn50_pct,
        "pnn20_neurokit_taskforce_pct": time.pnn20_of_beats_pct(),
        "pnn20_per_difference_pct": time.pnn20_pct,
        "cvnn": time.cvnn(),
        "cvsd": time.cvsd(),
        "madnn_ms_scaled_1.4826": distribution.mad_nn_ms,
        "iqrnn_ms": distribution.iqr_nn_ms,
        "sd1_ms": time.sd1_ms,
        "sd2_ms": time.sd2_ms,
        "sd1_sd2": time.sd1_sd2(),
        "hr_from_mean_nn_bpm": time.hr_bpm,
        "hr_mean_of_instantaneous_bpm": all_valid(&rates).mean_nn_ms,
        "si": stress_index(&distribution),
    })
}

fn stress_index(distribution: &Distribution) -> Value {
    let (by_mode, by_median) = (distribution.stress_index(), distribution.stress_index_by_median());
    json!({
        "amo_pct": distribution.mode_amplitude_pct,
        "mo_s_bin_centre": distribution.mode_ms / 1_000.0,
        "mxdmn_s": distribution.range_ms / 1_000.0,
        "si_mode": by_mode,
        "sqrt_si_mode": by_mode.map(f64::sqrt),
        "mo_s_median": distribution.median_nn_ms / 1_000.0,
        "si_median": by_median,
        "sqrt_si_median": by_median.map(f64::sqrt),
    })
}

fn by_older_rules(rr_ms: &[f64]) -> Value {
    let rejected = |accepted: Vec<bool>| -> Vec<usize> { (0..rr_ms.len()).filter(|at| !accepted[*at]).collect() };
    let mut found = Map::new();
    found.insert("range_300_2000_invalid_idx".to_owned(), json!(rejected(classic::in_range(rr_ms))));
    for (rule, key) in [(Rule::Malik, "malik"), (Rule::Kamath, "kamath"), (Rule::Karlsson, "karlsson")] {
        found.insert(format!("{key}_invalid_idx"), json!(rejected(classic::accepted(rr_ms, rule))));
    }
    for (rule, key) in [(Rule::Malik, "pipeline_malik"), (Rule::Kamath, "pipeline_kamath")] {
        let filled_ms = classic::interpolated(rr_ms, rule).unwrap();
        let time = all_valid(&filled_ms);
        found.insert(format!("{key}_rmssd"), json!(time.rmssd_ms));
        found.insert(format!("{key}_sdnn"), json!(time.sdnn_ms));
        found.insert(format!("{key}_nn"), json!(filled_ms));
    }
    Value::Object(found)
}

fn by_r1(rr_ms: &[f64]) -> Value {
    let cleaned = r1::clean(rr_ms, 0.0);
    let report = analysis::cleaned(rr_ms, 0.0);
    let thresholds = r1::thresholds(rr_ms, 0.0);
    let filled_ms = cleaned.filled_ms().unwrap();
    let filled = all_valid(&filled_ms);
    let mask: Vec<u8> = cleaned.valid.iter().map(|valid| u8::from(*valid)).collect();
    json!({
        "class_by_interval_idx": letters(&cleaned.classes),
        "th1_min_max": extremes(&thresholds.step_ms),
        "th2_min_max": extremes(&thresholds.deviation_ms),
        "n_raw": report.beats,
        "n_out": cleaned.nn_ms.len(),
        "n_valid_nn": report.time.valid_beats,
        "n_valid_pairs": report.time.valid_pairs,
        "valid_mask": mask,
        "interp_series_ms": filled_ms,
        "rmssd_masked_ms": report.time.rmssd_ms,
        "sdnn_masked_ms_ddof1": report.time.sdnn_ms,
        "mean_nn_masked_ms": report.time.mean_nn_ms,
        "pnn50_masked_per_difference_pct": report.time.pnn50_pct,
        "rmssd_interp_ms": filled.rmssd_ms,
        "sdnn_interp_ms_ddof1": filled.sdnn_ms,
        "artifact_fraction": report.artifact_fraction,
        "sqi_time": report.sqi_time,
    })
}

/// The letters of the classes that are not normal.
fn letters(classes: &[Class]) -> Map<String, Value> {
    let letter = |(at, class): (usize, &Class)| {
        let letter = match class {
            Class::Normal => return None,
            Class::Ectopic => "E",
            Class::Long => "L",
            Class::Short => "S",
            Class::Extra => "X",
            Class::Missed => "M",
            Class::OutOfRange => "out of range",
        };
        Some((at.to_string(), json!(letter)))
    };
    classes.iter().enumerate().filter_map(letter).collect()
}

fn extremes(values: &[f64]) -> [f64; 2] {
    let lowest = values.iter().copied().fold(f64::INFINITY, f64::min);
    [lowest, values.iter().copied().fold(f64::NEG_INFINITY, f64::max)]
}

/// Section `edge_cases`, each raw and as the service cleans it.
pub(crate) fn edge_cases(vector: &Value, answers: &mut Answers) {
    for (index, case) in vector.as_array().unwrap().iter().enumerate() {
        let rr_ms = numbers(&case["rr_ms"]);
        answers.input(&format!("{index}|rr_ms"));
        let expect = format!("{index}|expect");
        match case["expect"].as_object() {
            None => {
                assert!(rr_ms.is_empty());
                answers.computed(&expect, words_for_nothing(&rr_ms));
            }
            Some(keys) => {
                let (raw, cleaned) =
                    (edge_case(&rr_ms, &analysis::raw(&rr_ms)), edge_case(&rr_ms, &analysis::cleaned(&rr_ms, 0.0)));
                assert_eq!(raw, cleaned, "{rr_ms:?}");
                for key in keys.keys() {
                    match raw.get(key) {
                        Some(value) => answers.computed(&format!("{expect}|{key}"), value.clone()),
                        None => answers.input(&format!("{expect}|{key}")),
                    }
                }
            }
        }
    }
}

/// What the file says of an empty series, if indeed nothing comes of it.
fn words_for_nothing(rr_ms: &[f64]) -> Value {
    let nothing = time_domain::TimeDomain::default();
    let found = [analysis::raw(rr_ms), analysis::cleaned(rr_ms, r1::FLOOR_MS)];
    let none = found.iter().all(|report| {
        report.time == nothing
            && report.distribution.is_none()
            && report.powers.is_none()
            && report.grade == Grade::Reject
    });
    if none { json!("no metric (null), reason=empty") } else { Value::Null }
}

fn edge_case(rr_ms: &[f64], report: &Report) -> Value {
    let time = &report.time;
    let cleaned = r1::clean(rr_ms, 0.0);
    let mut found = json!({
        "mean_nn_ms": time.mean_nn_ms,
        "rmssd_ms": time.rmssd_ms,
        "sdnn_ms": time.sdnn_ms,
        "sdnn_ms_ddof1": time.sdnn_ms,
        "ln_rmssd": time.ln_rmssd,
        "sd1_sd2": time.sd1_sd2(),
        "si": report.distribution.and_then(|distribution| distribution.stress_index()),
        "pnn50_per_difference_pct": time.pnn50_pct,
        "lt_artifacts": cleaned.flagged(),
    });
    let thresholds = r1::thresholds(rr_ms, 0.0);
    if !thresholds.step_ms.is_empty() {
        let [_, highest] = extremes(&[thresholds.step_ms, thresholds.deviation_ms].concat());
        found["lt_thresholds"] = json!(highest);
    }
    let reason = match (rr_ms.len(), report.grade) {
        (1, _) => "n<2",
        (_, Grade::Fault) => "zero variance -> treat as sensor fault, quality=reject",
        _ => return found,
    };
    found["reason"] = json!(reason);
    found
}

/// Section `frequency`: one synthetic series by several estimators.
pub(crate) fn frequency(vector: &Value, answers: &mut Answers) {
    let rr_ms = numbers(&vector["rr_ms"]);
    for input in ["rr_ms", "generator", "first10", "last5", "theory"] {
        answers.input(input);
    }
    let report = analysis::cleaned(&rr_ms, r1::FLOOR_MS);
    let time = report.time;
    answers.computed("n", time.valid_beats);
    answers.computed("sum_ms", time.mean_nn_ms.map(|mean| (mean * time.valid_beats as f64).round()));
    answers.computed("time_domain", json!({ "rmssd": time.rmssd_ms, "sdnn": time.sdnn_ms }));
    answers.computed("lomb_classic_ms2", lomb(&rr_ms, &report));
    answers.input("lomb_classic_ms2|grid");

    let cubic = spectrum::welch(&rr_ms, Welch::default()).unwrap();
    answers.computed("welch_reference_cubic", json!({ "LF_ms2": cubic.lf_ms2, "HF_ms2": cubic.hf_ms2 }));
    answers.input("welch_reference_cubic|params");
    let settings = Welch { interpolation: Interpolation::Linear, ..Welch::default() };
    let powers = spectrum::welch(&rr_ms, settings).unwrap();
    let samples = spectrum::resampled(&rr_ms, settings.interpolation).unwrap().len();
    answers.computed(
        "welch_reference",
        json!({
            "LF_ms2": powers.lf_ms2,
            "HF_ms2": powers.hf_ms2,
            "LFHF": powers.lf_hf(),
            "n_samples": samples,
        }),
    );
    answers.input("welch_reference|params");
    let settings = Welch { interpolation: Interpolation::Linear, segment: 256, transform: 4_096 };
    let density = spectrum::welch_density(&rr_ms, settings).unwrap();
    answers.computed("hrvanalysis_welch_4hz_linear_nperseg256_nfft4096", as_hrv_analysis(&density));
    for (key, reason) in NOT_OURS {
        answers.not_ours(key, reason);
    }
}

const NOT_OURS: [(&str, &str); 4] = [
    (
        "lomb_astropy_psd_floating_mean_same_grid",
        "astropy fits a mean at each frequency and scales by nothing that makes ms²; the reference takes the classic periodogram",
    ),
    ("hrvanalysis_lomb", "astropy's periodogram as above: its numbers are called ms² but are not"),
    (
        "neurokit_welch_4hz_normalize_false",
        "NeuroKit2's own interpolation, detrending and segments; the reference names the spline and the window instead",
    ),
    ("neurokit_defaults_100hz_normalized", "powers over the highest density: without a unit, not to be compared"),
];

fn lomb(rr_ms: &[f64], report: &Report) -> Value {
    let mut now_s = 0.0;
    let times_s: Vec<f64> = rr_ms
        .iter()
        .map(|rr| {
            now_s += rr / 1_000.0;
            now_s
        })
        .collect();
    let density = spectrum::lomb_density(&times_s, rr_ms).unwrap();
    // The report's own times begin with the first beat's end; its powers are the same but for rounding.
    let powers = report.powers.unwrap();
    json!({
        "fs_mean_hz": spectrum::mean_rate_hz(&times_s),
        "LF_ms2": powers.lf_ms2,
        "HF_ms2": powers.hf_ms2,
        "LFHF": powers.lf_hf(),
        "var_ddof0": report.time.sdnn_population_ms().map(|sdnn| sdnn * sdnn),
        // The whole grid, its last frequency too.
        "total_0.005_0.5": density.power_ms2(0.005, 0.6),
    })
}

/// The bands of hrv-analysis, whose VLF begins at 0.003 Hz.
fn as_hrv_analysis(density: &Density) -> Value {
    let powers = density.powers().unwrap();
    let vlf_ms2 = density.power_ms2(0.003, 0.04);
    json!({
        "vlf": vlf_ms2,
        "lf": powers.lf_ms2,
        "hf": powers.hf_ms2,
        "lf_hf_ratio": powers.lf_hf(),
        "lfnu": powers.lf_nu_pct(),
        "hfnu": powers.hf_nu_pct(),
        "total_power": vlf_ms2 + powers.lf_ms2 + powers.hf_ms2,
    })
}
