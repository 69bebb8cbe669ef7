//! Leave one person out: the weight is chosen on the other thirty-three.

use libtest_mimic::Failed;
use vagus::domain::TimeZone;
use vagus::domain::reading::Context;
use vagus::indicators::daytime::labelled::{self, Kind, Minute};
use vagus::indicators::daytime::recording::{self, Cut};
use vagus::indicators::daytime::{Person, Settings, Usual, strain};
use vagus::statistics::{Interval, Moments, Separation, advantage, separation};

use super::held;
use super::recordings::{self, Recorded};

/// Weights of lnRMSSD that may be chosen.
const RMSSD_WEIGHTS: [f64; 6] = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5];

pub(crate) fn trial() -> Result<(), Failed> {
    let people = recordings::all();
    held(people.len() == 34, format!("{} people instead of 34", people.len()))?;
    let chosen = left_out(&people);
    let fixed = minutes_of(&people, &Settings::default());
    let all: Vec<Minute> = fixed.iter().flatten().copied().collect();
    let told = all.iter().filter(|minute| minute.u.is_some()).count();
    println!("\nStress-Predict: {} people, {} labelled minutes, {told} with a value", people.len(), all.len());
    println!("area under the ROC curve, stress task against rest   pooled [95 % CI]        mean of persons [95 % CI]");
    let row = |name: &str, people: &[Vec<Minute>], value: fn(&Minute) -> Option<f64>| {
        let found = area(people, value).expect("both kinds are labelled");
        println!("{name:<42} n {:>5}   {}", found.moments, written(&found));
        found
    };
    println!("every minute with a value");
    let ours = row("  u, weight from the other people ", &chosen, |minute| minute.u);
    let by_default = row("  u, default weight ", &fixed, |minute| minute.u);
    let now = row("  strain of the moment, default weight ", &fixed, |minute| minute.u.and(minute.strain_now));
    let hr = row("  heart rate of the device alone", &fixed, |minute| minute.u.and(minute.hr_alone));
    let ungated = Settings { busy_reserve: f64::INFINITY, ..Settings::default() };
    let ungated = minutes_of(&people, &ungated);
    println!("every minute, as if exercise were not looked for");
    row("  u, default weight ", &ungated, |minute| minute.u);
    row("  strain of the moment, default weight ", &ungated, |minute| minute.strain_now);
    row("  heart rate of the device alone", &ungated, |minute| minute.hr_alone);
    println!("every minute in which all of them are there");
    let both = |minute: &Minute| minute.u.and(minute.ln_rmssd_alone).and(minute.beat_hr_alone).is_some();
    let only = |people: &[Vec<Minute>]| -> Vec<Vec<Minute>> {
        people.iter().map(|minutes| minutes.iter().filter(|minute| both(minute)).copied().collect()).collect()
    };
    let (chosen_both, fixed_both) = (only(&chosen), only(&fixed));
    let ours_both = row("  u, weight from the other people ", &chosen_both, |minute| minute.u);
    row("  strain of the moment, default weight ", &fixed_both, |minute| minute.strain_now);
    let hr_both = row("  heart rate of the device alone", &fixed_both, |minute| minute.hr_alone);
    row("  heart rate of the beats alone", &fixed_both, |minute| minute.beat_hr_alone);
    let ln_both = row("  lnRMSSD of the minute alone", &fixed_both, |minute| minute.ln_rmssd_alone);
    let window_ln_both = row("  lnRMSSD of five minutes alone", &fixed_both, |minute| minute.window_ln_rmssd_alone);

    held(told * 10 >= all.len() * 9, format!("a value in {told} of {} minutes only", all.len()))?;
    for (name, ours, simpler) in [
        ("heart rate", &ours, &hr),
        ("heart rate", &by_default, &hr),
        ("heart rate", &now, &hr),
        ("heart rate", &ours_both, &hr_both),
        ("lnRMSSD", &ours_both, &ln_both),
        ("lnRMSSD", &ours_both, &window_ln_both),
    ] {
        held(ours.pooled > simpler.pooled, format!("{} is not above {name} alone, {}", ours.pooled, simpler.pooled))?;
        held(ours.per_person > simpler.per_person, format!("{name} alone does better within persons"))?;
    }
    held(ours.pooled > 0.66 && ours.per_person > Some(0.66), "not above the 0.66 of heart rate alone".to_owned())?;
    let interval = over(&chosen, "the device's heart rate", |minute| minute.u.and(minute.hr_alone))?;
    over(&chosen_both, "the heart rate of the same beats", |minute| minute.beat_hr_alone)?;
    held(interval.low > 0.0, format!("the advantage over heart rate alone may be chance: {interval:?}"))
}

/// Prints the advantage of u over a simpler value of the same minutes.
fn over(people: &[Vec<Minute>], name: &str, value: fn(&Minute) -> Option<f64>) -> Result<Interval, Failed> {
    let by_person = |value: fn(&Minute) -> Option<f64>| -> Vec<Moments> {
        people.iter().map(|minutes| moments(minutes, value)).collect()
    };
    let (u, simpler) = (by_person(|minute| minute.u), by_person(value));
    let (difference, interval) = advantage(&u, &simpler).ok_or("no moments of one kind")?;
    println!("u over {name} alone, same minutes: {difference:+.3} [{:+.3}, {:+.3}]", interval.low, interval.high);
    Ok(interval)
}

fn minutes_of(people: &[Recorded], settings: &Settings) -> Vec<Vec<Minute>> {
    let person = Person { age_years: None, resting_hr_bpm: None, time_zone: TimeZone::UTC };
    let of = |recorded: &Recorded| {
        let windows = recording::windows(&recorded.recording, Context::Unknown, Cut::default());
        let strain = strain(&windows, &Usual::default(), &person, settings);
        labelled::minutes(&recorded.recording, &strain, &recorded.labels)
    };
    people.iter().map(of).collect()
}

fn moments(minutes: &[Minute], value: fn(&Minute) -> Option<f64>) -> Moments {
    let of = |kind: Kind| minutes.iter().filter(move |minute| minute.kind == kind).filter_map(value).collect();
    Moments { negative: of(Kind::Rest), positive: of(Kind::Stress) }
}

fn area(people: &[Vec<Minute>], value: fn(&Minute) -> Option<f64>) -> Option<Separation> {
    separation(&people.iter().map(|minutes| moments(minutes, value)).collect::<Vec<_>>())
}

/// Everybody's minutes with the weight that separate best in the others.
fn left_out(people: &[Recorded]) -> Vec<Vec<Minute>> {
    let with = |rmssd_weight: f64| minutes_of(people, &Settings { rmssd_weight, ..Settings::default() });
    let candidates = RMSSD_WEIGHTS.map(with);
    let mut picked: Vec<usize> = Vec::new();
    let minutes = (0..people.len()).map(|left_out| {
        let of_others = |candidate: &Vec<Vec<Minute>>| {
            let others = candidate.iter().enumerate().filter(|(at, _)| *at != left_out);
            pooled(others.map(|(_, minutes)| moments(minutes, |minute| minute.u)))
        };
        let areas: Vec<f64> = candidates.iter().map(of_others).collect();
        let best = (0..areas.len()).max_by(|a, b| areas[*a].total_cmp(&areas[*b])).unwrap();
        picked.push(best);
        candidates[best][left_out].clone()
    });
    let minutes: Vec<Vec<Minute>> = minutes.collect();
    println!("\nweight of lnRMSSD that separates best in the others: times");
    for (at, weight) in RMSSD_WEIGHTS.iter().enumerate() {
        println!("  {weight:.1}: {}", picked.iter().filter(|picked| **picked == at).count());
    }
    minutes
}

fn pooled(people: impl Iterator<Item = Moments>) -> f64 {
    let mut all = Moments::default();
    for mut one in people {
        all.negative.append(&mut one.negative);
        all.positive.append(&mut one.positive);
    }
    vagus::statistics::auc(&all.negative, &all.positive).unwrap()
}

fn written(found: &Separation) -> String {
    let pooled = found.pooled_interval;
    let (person, interval) = (found.per_person.unwrap(), found.per_person_interval.unwrap());
    format!(
        "{:.3} [{:.3}, {:.3}]   {person:.3} [{:.3}, {:.3}]",
        found.pooled, pooled.low, pooled.high, interval.low, interval.high
    )
}
