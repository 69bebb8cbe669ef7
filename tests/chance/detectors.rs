//! The bare state machine, and other detectors on the same z.

use std::fmt::Write as _;

use vagus::domain::indicator::HrvState;
use vagus::indicators::Settings;
use vagus::indicators::baseline::Reference;
use vagus::indicators::nig::Nig;
use vagus::indicators::persistence::{HrvPath, weekly_mean};
use vagus::indicators::streaming::{Bocpd, Cusum, Ewma, PageHinkley};

use crate::people::{Dice, nights};
use crate::{BURN_IN, RHOS, WORKERS, YEAR, delays, each, rate, say};

/// No prior, no robust switch: z is (x − mean)/SD of the nights from 67 to 8 days before.
fn bare() -> Settings {
    Settings {
        mature_nights: u32::MAX,
        full_nights: 7,
        sd_floor_ln: 1e-6,
        robust_skewness: f64::INFINITY,
        ..Settings::default()
    }
}

/// z of each night against its own lagged reference.
fn z_of(nights: &[Option<f64>], settings: &Settings) -> Vec<Option<f64>> {
    let z = |day: usize| {
        let mut window: Vec<f64> =
            nights[day.saturating_sub(67)..day.saturating_sub(7)].iter().flatten().copied().collect();
        let reference = Reference::of(&mut window, settings.sd_floor_ln, settings)?;
        (reference.nights >= settings.learning_nights).then_some(reference.z(nights[day]?))
    };
    (0..nights.len()).map(z).collect()
}

/// One rule that says on each day whether it is in alarm.
struct Rule {
    name: &'static str,
    /// Section 3.4: onsets a year, and the median delays.
    expected: Option<([f64; 3], [usize; 3])>,
    /// Whether each day is in alarm.
    alarms: fn(&[Option<f64>]) -> Vec<bool>,
}

const RULES: [Rule; 8] = [
    Rule {
        name: "WATCH",
        expected: Some(([3.4, 4.9, 5.9], [5, 3, 2])),
        alarms: |z| states(z).into_iter().map(|s| s >= HrvState::Watch).collect(),
    },
    Rule {
        name: "PERSISTENT",
        expected: Some(([0.25, 0.78, 1.8], [13, 7, 6])),
        alarms: |z| states(z).into_iter().map(|s| s == HrvState::Persistent).collect(),
    },
    Rule { name: "CUSUM k .5 h 5", expected: Some(([0.65, 1.85, 2.95], [10, 5, 3])), alarms: |z| cusum(z, 5.0) },
    Rule { name: "CUSUM k .5 h 8", expected: Some(([0.05, 0.38, 1.2], [15, 8, 5])), alarms: |z| cusum(z, 8.0) },
    Rule { name: "PERSISTENT, guarded", expected: None, alarms: |z| guarded(z) },
    Rule { name: "Page-Hinkley", expected: None, alarms: page_hinkley },
    Rule { name: "EWMA 7 d <= -1", expected: None, alarms: ewma },
    Rule { name: "BOCPD P(r<=5)>.5", expected: None, alarms: bocpd },
];

fn path(z: &[Option<f64>], rho: Option<f64>) -> Vec<HrvState> {
    let settings = bare();
    let mut path = HrvPath::default();
    let step = |day: usize| {
        let week = weekly_mean(&z[(day + 1).saturating_sub(7)..=day]).map(|(mean, _)| mean);
        path = path.step(&z[(day + 1).saturating_sub(10)..=day], week, rho, &settings);
        path.state
    };
    (0..z.len()).map(step).collect()
}

fn states(z: &[Option<f64>]) -> Vec<HrvState> {
    path(z, None)
}

/// As if every worker's autocorrelation were above the guard's limit.
fn guarded(z: &[Option<f64>]) -> Vec<bool> {
    path(z, Some(1.0)).into_iter().map(|s| s == HrvState::Persistent).collect()
}

/// In alarm until the sum is back at nothing.
fn cusum(z: &[Option<f64>], h: f64) -> Vec<bool> {
    let mut sum = Cusum::new(0.5, h);
    let mut is_on = false;
    let step = |z: &Option<f64>| {
        if let Some(z) = z {
            is_on = sum.push(*z) || (is_on && sum.sum > 0.0);
        }
        is_on
    };
    z.iter().map(step).collect()
}

fn page_hinkley(z: &[Option<f64>]) -> Vec<bool> {
    let mut test = PageHinkley::default();
    z.iter().map(|z| z.is_some_and(|z| test.push(z))).collect()
}

/// In alarm from −1 until above −0.5.
fn ewma(z: &[Option<f64>]) -> Vec<bool> {
    let mut level = Ewma::over(7.0);
    let (mut is_on, mut gap) = (false, 1.0);
    let step = |z: &Option<f64>| {
        match z {
            Some(z) => {
                level.push(*z, gap);
                gap = 1.0;
            }
            None => gap += 1.0,
        }
        let mean = level.mean().unwrap_or(0.0);
        is_on = mean <= if is_on { -0.5 } else { -1.0 };
        is_on
    };
    z.iter().map(step).collect()
}

/// A change that is most probably recent, towards lower values.
fn bocpd(z: &[Option<f64>]) -> Vec<bool> {
    let mut detector = Bocpd::new(1.0 / 90.0, Nig { m: 0.0, kappa: 1.0, a: 2.0, b: 1.0 });
    let mut seen: Vec<f64> = Vec::new();
    let step = |z: &Option<f64>| {
        let Some(z) = z else { return false };
        detector.push(*z);
        seen.push(*z);
        let last = &seen[seen.len().saturating_sub(5)..];
        seen.len() > 20 && detector.recent(5) > 0.5 && last.iter().sum::<f64>() < 0.0
    };
    z.iter().map(step).collect()
}

fn onsets(alarms: &[bool]) -> u32 {
    let begins = |day: &usize| alarms[*day] && !alarms[*day - 1];
    u32::try_from((BURN_IN..BURN_IN + YEAR).filter(begins).count()).expect("at most a year")
}

/// Onsets of every rule for one worker.
fn chance(worker: u64, rho: f64) -> Vec<u32> {
    let mut dice = Dice::of(worker, 1 + (rho * 10.0) as u64);
    let z = z_of(&nights(BURN_IN + YEAR, rho, (usize::MAX, 0.0), &mut dice), &bare());
    RULES.iter().map(|rule| onsets(&(rule.alarms)(&z))).collect()
}

/// Days from the first lower night until each rule is in alarm, 0 being that night; outside none where
/// it was in alarm before, inside none where it never was.
fn detection(worker: u64, rho: f64, shift: f64) -> Vec<Option<Option<usize>>> {
    let mut dice = Dice::of(worker, 100 + (shift * 10.0) as u64 + (rho * 1000.0) as u64);
    let begin = BURN_IN + 30;
    let z = z_of(&nights(begin + 60, rho, (begin, shift), &mut dice), &bare());
    let found = |rule: &Rule| {
        let alarms = (rule.alarms)(&z);
        (!alarms[begin - 1]).then(|| (begin..begin + 60).find(|d| alarms[*d]).map(|d| d - begin))
    };
    RULES.iter().map(found).collect()
}

#[test]
fn the_bare_state_machine_keeps_to_its_chance_rates() {
    let mut table = format!(
        "{WORKERS} healthy worker-years, plain z, 20 % of nights missing: onsets a worker-year (± standard error)\n\
         {:<22}{:>16}{:>16}{:>16}   domain reference, 3.4\n",
        "rule", "rho 0", "rho 0.3", "rho 0.5"
    );
    let of_rho = RHOS.map(|rho| each(WORKERS, |worker| chance(worker, rho)));
    let mut missed = Vec::new();
    for (place, rule) in RULES.iter().enumerate() {
        let _ = write!(table, "{:<22}", rule.name);
        for (n, workers) in of_rho.iter().enumerate() {
            let (mean, se) = rate(&workers.iter().map(|w| w[place]).collect::<Vec<_>>());
            let _ = write!(table, "{:>16}", format!("{mean:.2} ± {se:.2}"));
            let expected = rule.expected.map(|(rates, _)| rates[n]);
            if rule.name == "PERSISTENT" && expected.is_some_and(|e| (mean / e - 1.0).abs() > 0.2) {
                missed.push(format!("rho {}: {mean:.2} where {expected:?} is expected", RHOS[n]));
            }
        }
        let expected = rule.expected.map_or(String::new(), |(rates, _)| format!("{rates:?}"));
        let _ = writeln!(table, "   {expected}");
    }
    say(&table);
    assert!(missed.is_empty() || cfg!(debug_assertions), "{missed:#?}");
}

#[test]
fn a_sustained_shift_is_found_within_days() {
    let mut table =
        format!("{WORKERS} workers: median days to detect a sustained shift (share found within 14 days)\n");
    let mut median = String::new();
    for rho in RHOS {
        let _ = writeln!(
            table,
            "{:<22}{:>12}{:>12}{:>12}   domain reference, 3.4",
            format!("rho {rho}"),
            "-1 SD",
            "-1.5 SD",
            "-2 SD"
        );
        let shifts = [1.0, 1.5, 2.0].map(|shift| each(WORKERS, |worker| detection(worker, rho, shift)));
        for (place, rule) in RULES.iter().enumerate() {
            let _ = write!(table, "{:<22}", rule.name);
            for (n, workers) in shifts.iter().enumerate() {
                let found = delays(workers.iter().filter_map(|w| w[place]).collect());
                let _ = write!(table, "{found:>12}");
                if (rule.name, rho, n) == ("PERSISTENT", 0.3, 1) {
                    median = found;
                }
            }
            let expected = rule.expected.map_or(String::new(), |(_, days)| format!("{days:?}"));
            let _ = writeln!(table, "   {expected}");
        }
    }
    say(&table);
    // Seven in the domain reference, which does not say the autocorrelation nor how it counts.
    let days: usize = median.split_whitespace().next().and_then(|d| d.parse().ok()).expect("most are found");
    assert!((6..=8).contains(&days) || cfg!(debug_assertions), "{median}");
}
