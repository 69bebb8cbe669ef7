//! Sleep and the strain index.

use serde_json::{Value, json};
use vagus::domain::history::NightDetail;
use vagus::domain::indicator::{Component, NightSleep};
use vagus::domain::reading::{SleepRecord, StageMinutes};
use vagus::domain::{Date, TimeZone, Timestamp};
use vagus::indicators::composite::{Parts, subscore};
use vagus::indicators::regularity::{Agreement, agreement_of_epochs};
use vagus::indicators::sleep::{exponential_debt_h, net_debt_h, simple_debt_h};
use vagus::indicators::timing::{clock_times, social_jetlag};
use vagus::indicators::{Settings, night_row};

use crate::answers::Answers;

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

fn number(vector: &Value, key: &str) -> f64 {
    vector[key].as_f64().unwrap()
}

pub(super) fn sri(vector: &Value, answers: &mut Answers) {
    let asleep = |day: &Value| numbers(day).into_iter().map(|s| Some(s > 0.5)).collect::<Vec<_>>();
    let days: Vec<Vec<Option<bool>>> = vector["days"].as_array().unwrap().iter().map(asleep).collect();
    let agreement = |days: &[Vec<Option<bool>>]| agreement_of_epochs(&days.concat(), 24);
    answers.input("epoch");
    answers.input("days");
    let all = agreement(&days);
    answers.computed("sri", all.sri());
    answers.computed("pairs", all.compared);
    answers.computed("agreements", all.agreeing);
    let mut gap = days.clone();
    gap[2][10..14].fill(None);
    let Agreement { compared, agreeing } = agreement(&gap);
    let with_gap = json!({"sri": agreement(&gap).sri(), "pairs": compared, "agreements": agreeing});
    answers.computed("with_day2_epochs_10_13_missing", with_gap);
    answers.computed("identical_days", agreement(&vec![days[0].clone(); 5]).sri());
    let inverted: Vec<_> = days[0].iter().map(|s| s.map(|asleep| !asleep)).collect();
    answers.computed("inverted_days", agreement(&[days[0].clone(), inverted]).sri());
}

pub(super) fn night(vector: &Value, answers: &mut Answers) {
    for input in ["in_bed", "sleep_onset", "final_wake", "out_of_bed", "waso_min", "stages_min"] {
        answers.input(input);
    }
    let at = |key: &str| -> Timestamp {
        let clock = vector[key].as_str().unwrap();
        let date = if clock > "12" { "2026-02-28" } else { "2026-03-01" };
        format!("{date}T{clock}:00Z").parse().unwrap()
    };
    let stages = &vector["stages_min"];
    let told = SleepRecord {
        device: None,
        start: at("in_bed"),
        onset: Some(at("sleep_onset")),
        wake: Some(at("final_wake")),
        end: at("out_of_bed"),
        waso_min: Some(number(vector, "waso_min")),
        stages: Some(StageMinutes {
            light: number(stages, "light"),
            deep: number(stages, "deep"),
            rem: number(stages, "rem"),
            asleep: 0.0,
        }),
        awakenings: None,
        main: Some(true),
        revision: 0,
    };
    let date = Date::constant(2026, 3, 1);
    let night = |sleep: SleepRecord| -> NightSleep {
        let detail = NightDetail { sleeps: vec![sleep], ..NightDetail::empty(date) };
        night_row(date, &[&detail], &TimeZone::UTC).unwrap().sleep.unwrap()
    };
    // The stages alone and the time awake alone tell the same.
    let staged = night(SleepRecord { waso_min: None, ..told.clone() });
    let unstaged = night(SleepRecord { stages: None, ..told.clone() });
    let sleep = night(told);
    assert_eq!(NightSleep { stages: None, ..sleep.clone() }, unstaged);
    assert_eq!(sleep, staged);
    let shares = sleep.stage_shares().unwrap();
    answers.computed(
        "expected",
        json!({
            "tib_min": sleep.tib_min,
            "sol_min": sleep.sol_min,
            "spt_min": sleep.spt_min,
            "tst_min": sleep.tst_min,
            "se_tib_pct": sleep.efficiency_pct,
            "se_spt_pct(maintenance)": sleep.maintenance_pct(),
            "midpoint": sleep.midpoint.strftime("%H:%M").to_string(),
            "pct_light": shares.light_pct,
            "pct_deep": shares.deep_pct,
            "pct_rem": shares.rem_pct,
        }),
    );
}

pub(super) fn debt(vector: &Value, answers: &mut Answers) {
    answers.input("tst_h_oldest_first");
    answers.input("need_h");
    let tst = numbers(&vector["tst_h_oldest_first"]);
    let need = number(vector, "need_h");
    answers.computed("simple_sum_positive_shortfall_h", simple_debt_h(tst.clone(), need));
    answers.computed("net_sum_h", net_debt_h(tst.clone(), need));
    let newest_first = tst.into_iter().rev().map(Some);
    answers.computed("exp_weighted_half_life_5d_h", exponential_debt_h(newest_first, need));
}

pub(super) fn jetlag(vector: &Value, answers: &mut Answers) {
    let of = |key: &str| number(vector, key);
    let jetlag = social_jetlag(of("MSF_h"), of("MSW_h"), of("SDf_h"), of("SDw_h"), of("workdays"));
    for input in ["MSF_h", "MSW_h", "SDf_h", "SDw_h", "workdays"] {
        answers.input(input);
    }
    answers.computed("SJL_h", jetlag.sjl_h);
    answers.computed("SD_week_h", jetlag.sd_week_h);
    answers.computed("MSFsc_h", jetlag.msfsc_h);
    answers.computed("SJLsc_h", jetlag.sjlsc_h);
}

pub(super) fn midpoint(vector: &Value, answers: &mut Answers) {
    answers.input("midpoints_h");
    let times = clock_times(numbers(&vector["midpoints_h"])).unwrap();
    answers.computed("circ_mean_h", times.mean_h);
    answers.computed("R", times.resultant);
    answers.computed("circ_sd_h", times.sd_h);
}

pub(super) fn composite(vector: &Value, answers: &mut Answers) {
    let of = |key: &str| Some(number(&vector["inputs"], key));
    let parts = Parts {
        z: of("z_day"),
        z7: of("z_7d"),
        rhr_z: of("z_rhr"),
        need_and_tst7_h: of("need_h").zip(of("tst7_h")),
        se7_pct: of("se7_pct"),
        sri14: of("sri"),
    };
    let settings = Settings::default();
    answers.input("inputs");
    for component in [
        Component::Hrv,
        Component::RestingHeartRate,
        Component::SleepDebt,
        Component::Continuity,
        Component::Regularity,
    ] {
        let deviation = parts.deviation(component);
        answers.computed(&format!("u|{}", component.as_str()), deviation);
        answers.computed(&format!("sub|{}", component.as_str()), deviation.map(subscore));
    }
    let whole = |parts: Parts, below: &str, answers: &mut Answers| {
        let index = parts.index(&settings).unwrap();
        for (component, points) in index.contributions() {
            answers.computed(&format!("{below}contrib|{}", component.as_str()), points);
        }
        answers.computed(&format!("{below}index"), index.value);
        answers.computed(&format!("{below}weight_available"), index.weight);
    };
    whole(parts, "", answers);
    whole(Parts { se7_pct: None, sri14: None, ..parts }, "missing_cont_reg|", answers);
}
