//! Which part of this crate answers for which section of the file.

mod baseline;
mod exposures;
mod rules;
mod screening;
mod signal;
mod sleep;

use serde_json::Value;

use crate::answers::Answers;

/// What this crate answers for a section of the file.
pub(crate) fn answers(section: &str, vector: &Value) -> Answers {
    let mut answers = Answers::default();
    let _ = vector;
    match section {
        "meta" => answers.input(""),
        "screening" => screening::screening(vector, &mut answers),
        "rr" => signal::rr(vector, &mut answers),
        "edge_cases" => signal::edge_cases(vector, &mut answers),
        "frequency" => signal::frequency(vector, &mut answers),
        "sri" => sleep::sri(vector, &mut answers),
        "sleep_night" => sleep::night(vector, &mut answers),
        "sleep_debt" => sleep::debt(vector, &mut answers),
        "social_jetlag" => sleep::jetlag(vector, &mut answers),
        "circular_midpoint" => sleep::midpoint(vector, &mut answers),
        "composite" => sleep::composite(vector, &mut answers),
        "noise" => exposures::noise(vector, &mut answers),
        "dose_response" => exposures::dose_response(vector, &mut answers),
        "effect" => exposures::effect(vector, &mut answers),
        "wilson95" => exposures::wilson95(vector, &mut answers),
        "norms_voss2015_lognormal" => baseline::norms(vector, &mut answers),
        "baseline" => baseline::baseline(vector, &mut answers),
        "persistence" => baseline::persistence(vector, &mut answers),
        "cosinor" => baseline::cosinor(vector, &mut answers),
        "bocpd" => baseline::bocpd(vector, &mut answers),
        "joint_level" => rules::joint_level(vector, &mut answers),
        _ => {}
    }
    answers
}
