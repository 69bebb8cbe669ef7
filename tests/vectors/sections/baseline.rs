//! Norms, personal baseline, HRV state, daily rhythm and change points.

use serde_json::{Value, json};
use vagus::indicators::Settings;
use vagus::indicators::baseline::{Reference, Summary};
use vagus::indicators::cosinor::Cosinor;
use vagus::indicators::nig::Nig;
use vagus::indicators::norms::{RMSSD_MS, lognormal};
use vagus::indicators::persistence::{HrvPath, weekly_mean};
use vagus::indicators::streaming::{Bocpd, Cusum, Ewma};

use crate::answers::Answers;

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

pub(super) fn norms(vector: &Value, answers: &mut Answers) {
    let ages = ["25-34", "35-44", "45-54", "55-64", "65-74"];
    for (age, [women, men]) in ages.into_iter().zip(RMSSD_MS) {
        for (column, (mean, sd)) in [("rmssd_f", women), ("rmssd_m", men)] {
            let (mu_ln, sd_ln) = lognormal((mean, sd));
            answers.computed(
                &format!("{age}|{column}"),
                json!({"mean": mean, "sd": sd, "mu_ln": as_printed(mu_ln), "sd_ln": as_printed(sd_ln)}),
            );
        }
        // Nothing is measured against a norm of SDNN; only the conversion is ours.
        for column in ["sdnn_f", "sdnn_m"] {
            let there = &vector[age][column];
            let (mu_ln, sd_ln) = lognormal((there["mean"].as_f64().unwrap(), there["sd"].as_f64().unwrap()));
            answers.input(&format!("{age}|{column}|mean"));
            answers.input(&format!("{age}|{column}|sd"));
            answers.computed(&format!("{age}|{column}|mu_ln"), as_printed(mu_ln));
            answers.computed(&format!("{age}|{column}|sd_ln"), as_printed(sd_ln));
        }
    }
}

/// The file prints six significant digits here.
fn as_printed(x: f64) -> f64 {
    format!("{x:.5e}").parse().unwrap()
}

pub(super) fn baseline(vector: &Value, answers: &mut Answers) {
    let mut nights = numbers(&vector["x_ln_rmssd_20_nights"]);
    let in_time = nights.clone();
    let next = vector["next_x"].as_f64().unwrap();
    answers.input("x_ln_rmssd_20_nights");
    answers.input("next_x");
    let summary = Summary::of(&mut nights).unwrap();
    answers.computed("mean", summary.mean);
    answers.computed("sd_ddof1", summary.sd);
    answers.computed("median", summary.median);
    answers.computed("mad_x1.4826", summary.robust_sd);
    answers.computed("cv_pct", summary.cv_pct());
    let settings = Settings::default();
    answers.computed("z", Reference::of(&mut nights, settings.sd_floor_ln, &settings).unwrap().z(next));
    // A limit of skewness that any sample exceeds makes the reference robust.
    let robust = Settings { robust_skewness: -1.0, ..settings.clone() };
    answers.computed("z_robust", Reference::of(&mut nights, settings.sd_floor_ln, &robust).unwrap().z(next));

    let mut ewma = Ewma::over(30.0);
    in_time.iter().for_each(|x| ewma.push(*x, 1.0));
    let var = ewma.variance();
    let found = json!({"mu": ewma.mean(), "var": var, "sd": var.sqrt(), "z_next": ewma.z(next)});
    answers.computed("ewma_alpha_2_31", found);

    // The file goes on from the norm as it prints it.
    let prior = Nig::of_population(as_printed(lognormal(RMSSD_MS[1][1]).0));
    let belief =
        |nights: &[f64]| Reference::of(&mut nights.to_vec(), settings.sd_floor_ln, &settings).unwrap().belief(prior);
    let all = belief(&in_time);
    answers.computed("nig|prior", json!({"m0": prior.m, "k0": prior.kappa, "a0": prior.a, "b0": prior.b}));
    answers.computed("nig|post", json!({"m": all.m, "k": all.kappa, "a": all.a, "b": all.b}));
    answers.computed("nig|pred_df", all.degrees_of_freedom());
    answers.computed("nig|pred_scale", all.scale());
    answers.computed("nig|t", all.t(next));
    answers.computed("nig|z_equiv", all.normal_score(next));
    let three = belief(&in_time[..3]);
    let found = json!({
        "m": three.m, "pred_df": three.degrees_of_freedom(), "pred_scale": three.scale(),
        "t": three.t(next), "z_equiv": three.normal_score(next),
    });
    answers.computed("nig_after_3_nights", found);

    let low = numbers(&vector["cusum_low_k0.5"]["z"]);
    answers.input("cusum_low_k0.5|z");
    let mut sum = Cusum::new(0.5, 5.0);
    let sums: Vec<f64> = low.iter().map(|z| (sum.push(*z), sum.sum).1).collect();
    answers.computed("cusum_low_k0.5|S", sums);
    for (name, h) in [("first_cross_h4", 4.0), ("first_cross_h5", 5.0)] {
        let mut sum = Cusum::new(0.5, h);
        answers.computed(&format!("cusum_low_k0.5|{name}"), low.iter().position(|z| sum.push(*z)));
    }
}

pub(super) fn persistence(vector: &Value, answers: &mut Answers) {
    answers.input("z");
    answers.input("rule");
    let z: Vec<Option<f64>> = vector["z"].as_array().unwrap().iter().map(Value::as_f64).collect();
    let mut path = HrvPath::default();
    for day in 0..z.len() {
        let week = weekly_mean(&z[(day + 1).saturating_sub(7)..=day]).map(|(mean, _)| mean);
        path = path.step(&z[(day + 1).saturating_sub(10)..=day], week, None, &Settings::default());
        answers.computed(&format!("expected|{day}|state"), path.state.as_str().to_uppercase());
        answers.computed(&format!("expected|{day}|m7"), week.map(as_printed));
        for input in ["day", "z", "note"] {
            answers.input(&format!("expected|{day}|{input}"));
        }
    }
}

pub(super) fn cosinor(vector: &Value, answers: &mut Answers) {
    answers.input("t_h");
    answers.input("y");
    let points: Vec<(f64, f64)> = numbers(&vector["t_h"]).into_iter().zip(numbers(&vector["y"])).collect();
    let fit = Cosinor::fit(&points).unwrap();
    answers.computed("mesor", fit.mesor);
    answers.computed("beta", fit.beta);
    answers.computed("gamma", fit.gamma);
    answers.computed("amplitude", fit.amplitude());
    answers.computed("acrophase_h", fit.acrophase_h());
}

pub(super) fn bocpd(vector: &Value, answers: &mut Answers) {
    answers.input("x");
    answers.input("hazard");
    answers.input("prior");
    let prior = |key: &str| vector["prior"][key].as_f64().unwrap();
    let prior = Nig { m: prior("m0"), kappa: prior("k0"), a: prior("a0"), b: prior("b0") };
    let mut detector = Bocpd::new(1.0 / 90.0, prior);
    let posterior: Vec<Vec<f64>> = numbers(&vector["x"])
        .into_iter()
        .map(|x| {
            detector.push(x);
            detector.posterior().map(|(_, p)| p).collect()
        })
        .collect();
    answers.computed("posterior_run_length", json!(posterior));
}
