//! Noise, the dose–response of a department, the effect of an action, the interval of a share.

use serde_json::{Value, json};
use vagus::cases::effect::effect as compare;
use vagus::exposures::dose_response::fit;
use vagus::exposures::noise::{Segment, allowed_h, dose_pct, lex_8h_dba, weekly_lex_dba};
use vagus::statistics::{Interval, student_97_5, wilson};

use crate::answers::Answers;

pub(super) fn noise(vector: &Value, answers: &mut Answers) {
    let segments: Vec<Segment> = vector["segments_dBA_h"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| Segment { level_dba: pair[0].as_f64().unwrap(), duration_h: pair[1].as_f64().unwrap() })
        .collect();
    let day = lex_8h_dba(&segments);
    answers.input("segments_dBA_h");
    answers.computed("LEX8h", day);
    answers.computed("weekly_LEX_if_6_days", day.and_then(|day| weekly_lex_dba(&[day; 6])));
    answers.computed("allowed_hours_at_94_85dB_3dB", allowed_h(94.0));
    answers.computed("dose_pct_85_3dB", dose_pct(&segments));
}

pub(super) fn dose_response(vector: &Value, answers: &mut Answers) {
    let found = fit(&numbers(&vector["x_noise_dBA"]), &numbers(&vector["y_gad7"])).unwrap();
    let (line, (rho, rho_interval)) = (found.line, found.spearman.unwrap());
    answers.input("x_noise_dBA");
    answers.input("y_gad7");
    answers.computed("slope", line.slope);
    answers.computed("intercept", line.intercept);
    answers.computed("r", line.r);
    answers.computed("se_slope", line.slope_se);
    answers.computed("df", line.degrees_of_freedom);
    answers.computed("t975", student_97_5(line.degrees_of_freedom));
    answers.computed("ci95", ends(Some(line.slope_interval)));
    answers.computed("p", line.p);
    answers.computed("slope_per_5dB", found.per_5().0);
    answers.computed("theil_sen", found.robust_slope);
    answers.computed("spearman", rho);
    answers.computed("spearman_ci95_bonett_wright", ends(rho_interval));
}

pub(super) fn effect(vector: &Value, answers: &mut Answers) {
    let found = compare(&numbers(&vector["A_pre"]), &numbers(&vector["B_post"]), 0.0).unwrap();
    answers.input("A_pre");
    answers.input("B_post");
    answers.computed("S_AB", found.s_between);
    answers.computed("S_A_trend", found.s_before);
    answers.computed("tau_AB", found.tau);
    answers.computed("tau_U_A_corrected", found.tau_u);
    answers.computed("se_null_tau", found.tau_se);
    answers.computed("z", found.z);
    answers.computed("NAP", found.nap);
    answers.computed("hodges_lehmann", found.shift);
    answers.computed("hl_ci95_rank", ends(found.interval));
    answers.computed("hl_k", found.interval_rank);
    answers.computed("mean_diff", found.mean_difference);
    answers.computed("rmssd_ratio_from_hl", found.ratio());
}

pub(super) fn wilson95(vector: &Value, answers: &mut Answers) {
    let found = wilson(vector["x"].as_u64().unwrap(), vector["n"].as_u64().unwrap());
    answers.input("x");
    answers.input("n");
    // The share itself is x/n by the file's own words.
    answers.input("p");
    answers.computed("lo", found.map(|interval| interval.low));
    answers.computed("hi", found.map(|interval| interval.high));
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn ends(interval: Option<Interval>) -> Value {
    interval.map_or(Value::Null, |interval| json!([interval.low, interval.high]))
}
