//! The full configuration: prior, robust switch and guard, as a worker's track computes them.

use std::fmt::Write as _;

use vagus::domain::history::WorkerHistory;
use vagus::domain::ids::{SiteId, WorkerId, WorkerKey};
use vagus::domain::indicator::{DeviceEpoch, Hint, HrvState, NightHrv, NightRow};
use vagus::domain::worker::Profile;
use vagus::domain::{Date, SignedDuration, TimeZone, Timestamp};
use vagus::indicators::{DayIndicators, Settings, Track};

use crate::people::{Dice, nights};
use crate::{BURN_IN, RHOS, WORKERS, YEAR, delays, each, rate, say};

/// Within-person SD of nightly ln(RMSSD), and where the worker's usual lies.
const SD_LN: f64 = 0.2;
const MEAN_LN: f64 = 3.6;

struct Day {
    indicators: DayIndicators,
    autocorrelation: Option<f64>,
}

/// What a track shows of each night, once it is final.
fn days_of(nights: &[Option<f64>], settings: &Settings) -> Vec<Day> {
    let key = WorkerKey { site: SiteId::parse("s").expect("a name"), worker: WorkerId::parse("w").expect("a name") };
    let mut history = WorkerHistory::new(Profile::unknown(key, TimeZone::UTC));
    let mut track = Track::new();
    let first = Date::constant(2025, 1, 1);
    let mut days = Vec::new();
    for (number, x) in nights.iter().enumerate() {
        let date = first.saturating_add(SignedDuration::from_hours(24 * number as i64));
        let wake_at = TimeZone::UTC.to_timestamp(date.at(6, 0, 0, 0)).unwrap_or(Timestamp::MAX);
        if let Some(x) = x {
            let epoch = DeviceEpoch { device: None, is_provider: false };
            let hrv = NightHrv { ln_rmssd: MEAN_LN + SD_LN * x, epoch, windows: 60, sqi: 0.95 };
            let row =
                NightRow { date, wake_at, hrv: Some(hrv), sleeping_hr_bpm: None, irregularity: None, sleep: None };
            history.nights.insert(date, row);
        }
        let now = wake_at.saturating_add(SignedDuration::from_hours(36)).unwrap_or(Timestamp::MAX);
        track.update(&history, Some(date), date, now, settings);
        let indicators = *track.day(date).expect("today");
        days.push(Day { indicators, autocorrelation: track.lag1_autocorrelation() });
    }
    days
}

/// Onsets of a state in a part of the year. On a day without one (stale, learning) the last holds.
fn onsets(days: &[Day], part: std::ops::Range<usize>, state: HrvState) -> u32 {
    let (mut was, mut count) = (HrvState::Normal, 0);
    for (number, day) in days.iter().enumerate() {
        let is = match day.indicators.hrv {
            HrvState::Learning | HrvState::Stale => was,
            shown @ (HrvState::Normal | HrvState::Watch | HrvState::Persistent) => shown,
        };
        count += u32::from(is >= state && was < state && part.contains(&number));
        was = is;
    }
    count
}

#[test]
fn the_full_configuration_beside_the_bare_machine() {
    let settings = Settings::default();
    let mut table = format!(
        "{WORKERS} healthy workers through the track (prior, robust switch, guard): onsets a worker-year\n\
         {:<8}{:>16}{:>16}{:>18}{:>12}{:>12}{:>14}\n",
        "rho", "WATCH", "PERSISTENT", "first 67 days", "mean rho^", "guarded", "new normal"
    );
    let mut persistent = Vec::new();
    for (place, rho) in RHOS.into_iter().enumerate() {
        let found = each(WORKERS, |worker| {
            let mut dice = Dice::of(worker, 200 + place as u64);
            let days = days_of(&nights(BURN_IN + YEAR, rho, (usize::MAX, 0.0), &mut dice), &settings);
            let year = BURN_IN..BURN_IN + YEAR;
            let rhos: Vec<f64> = days[year.clone()].iter().filter_map(|d| d.autocorrelation).collect();
            let guarded = rhos.iter().filter(|r| **r > settings.guard_autocorrelation).count();
            let hinted = year.clone().filter(|n| days[*n].indicators.hints.contains(Hint::NewNormal)).count();
            (
                onsets(&days, year.clone(), HrvState::Watch),
                onsets(&days, year, HrvState::Persistent),
                onsets(&days, 0..BURN_IN, HrvState::Persistent),
                (rhos.iter().sum::<f64>() / rhos.len().max(1) as f64, guarded as f64 / rhos.len().max(1) as f64),
                hinted as f64 / YEAR as f64,
            )
        });
        let shown = |counts: Vec<u32>| {
            let (mean, se) = rate(&counts);
            format!("{mean:.2} ± {se:.2}")
        };
        let mean = |of: &dyn Fn(usize) -> f64| (0..found.len()).map(of).sum::<f64>() / found.len() as f64;
        persistent.push((rho, mean(&|i| f64::from(found[i].1))));
        let _ = writeln!(
            table,
            "{rho:<8}{:>16}{:>16}{:>18}{:>12.2}{:>11.0}%{:>13.1}%",
            shown(found.iter().map(|f| f.0).collect()),
            shown(found.iter().map(|f| f.1).collect()),
            format!("{:.2} a year", mean(&|i| f64::from(found[i].2)) * YEAR as f64 / BURN_IN as f64),
            mean(&|i| found[i].3.0),
            100.0 * mean(&|i| found[i].3.1),
            100.0 * mean(&|i| found[i].4),
        );
    }
    // Prior, robust switch and guard may cost some chance onsets; twice as many would be a mistake.
    for ((rho, rate), expected) in persistent.into_iter().zip([0.25, 0.78, 1.8]) {
        assert!(rate <= 1.5 * expected, "{rate} onsets a worker-year at {rho}, {expected} are expected\n{table}");
    }
    let _ = writeln!(table, "full configuration, sustained shift: median days (share found within 14 days)");
    let _ = writeln!(table, "{:<8}{:>14}{:>14}{:>14}", "rho", "-1 SD", "-1.5 SD", "-2 SD");
    for (place, rho) in RHOS.into_iter().enumerate() {
        let _ = write!(table, "{rho:<8}");
        for shift in [1.0, 1.5, 2.0] {
            let found = each(WORKERS / 4, |worker| {
                let mut dice = Dice::of(worker, 300 + 10 * place as u64 + (shift * 2.0) as u64);
                let begin = BURN_IN + 30;
                let days = days_of(&nights(begin + 60, rho, (begin, shift), &mut dice), &settings);
                let is_low = |n: &usize| days[*n].indicators.hrv == HrvState::Persistent;
                (!is_low(&(begin - 1))).then(|| (begin..begin + 60).find(is_low).map(|d| d - begin))
            });
            let _ = write!(table, "{:>14}", delays(found.into_iter().flatten().collect()));
        }
        let _ = writeln!(table);
    }
    say(&table);
}
