//! Workers around the start of an action: nights and questionnaires.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt as _, SeedableRng as _};
use vagus::domain::history::WorkerHistory;
use vagus::domain::ids::{SiteId, WorkerId, WorkerKey};
use vagus::domain::indicator::{DeviceEpoch, NightHrv, NightRow, NightSleep, SleepSpan};
use vagus::domain::screening::{Instrument, Response, Screening};
use vagus::domain::worker::Profile;
use vagus::domain::{Date, SignedDuration, TimeZone, Timestamp};

/// The day on which the action begins.
pub(crate) const START: Date = Date::constant(2026, 3, 2);

/// Days of nights before the start: a reference, and the bad weeks in which the case was opened.
const BEFORE: i32 = 100;
/// Days before the start on which the bad weeks begin.
const BAD_FROM: i32 = -35;
/// Days after the start that are simulated.
const AFTER: i32 = 60;
/// Share of nights without data.
const MISSING_NIGHTS: f64 = 0.15;
/// Share of invitations that are not answered.
const MISSING_SHEETS: f64 = 0.1;
/// Autocorrelation from night to night.
const RHO: f64 = 0.3;

/// How a person's days vary: SD of ln(RMSSD), of the sleep of a day in hours, of the heart rate asleep.
const SPREADS: [f64; 3] = [0.11, 0.9, 2.0];
/// Error of measurement of GAD-7 and PHQ-9: SD·√(1 − α).
const ERRORS: [f64; 2] = [1.33, 1.87];

/// What the action does to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Two thirds of the symptoms go within six weeks, and the nights recover.
    Effective,
    /// Nothing changes.
    Ineffective,
    /// Symptoms rise by seven points within two weeks, and the nights get worse.
    Worsening,
}

/// A person's own dice.
struct Dice(Xoshiro256PlusPlus);

impl Dice {
    fn uniform(&mut self) -> f64 {
        self.0.random()
    }

    fn normal(&mut self) -> f64 {
        let (u, v) = (self.uniform(), self.uniform());
        (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }
}

/// A date so many days after the start.
pub(crate) fn day(number: i32) -> Date {
    START.checked_add(jiff::Span::new().days(number)).unwrap()
}

/// A time of day, UTC.
pub(crate) fn at(number: i32, hour: i8) -> Timestamp {
    TimeZone::UTC.to_timestamp(day(number).at(hour, 0, 0, 0)).unwrap()
}

/// A worker, with questionnaires or without.
pub(crate) fn worker(number: u64, kind: Kind, has_sheets: bool) -> WorkerHistory {
    let mut dice = Dice(Xoshiro256PlusPlus::seed_from_u64(number * 31 + kind as u64 * 7 + u64::from(has_sheets)));
    let key = WorkerKey { site: SiteId::parse("plant-a").unwrap(), worker: WorkerId::parse("w-1").unwrap() };
    let mut history = WorkerHistory::new(Profile::unknown(key, TimeZone::UTC));
    nights(&mut history, kind, &mut dice);
    if has_sheets {
        questionnaires(&mut history, kind, &mut dice);
    }
    history
}

/// How far the effect has come: 0 before the start, 1 after so many days.
fn ramp(number: i32, days: i32) -> f64 {
    (f64::from(number) / f64::from(days)).clamp(0.0, 1.0)
}

fn nights(history: &mut WorkerHistory, kind: Kind, dice: &mut Dice) {
    let own = [3.6 + 0.3 * dice.normal(), 7.0 + 0.4 * dice.normal(), 60.0 + 5.0 * dice.normal()];
    let mut noise = [dice.normal(), dice.normal(), dice.normal()];
    for number in -BEFORE..=AFTER {
        for x in &mut noise {
            *x = RHO * *x + (1.0 - RHO * RHO).sqrt() * dice.normal();
        }
        // In SD of each outcome, the good way; bad weeks cost 1.2 SD.
        let bad = if number >= BAD_FROM { -1.2 } else { 0.0 };
        let change = match kind {
            Kind::Effective => ramp(number, 14),
            Kind::Ineffective => 0.0,
            Kind::Worsening => -ramp(number, 14),
        };
        if dice.uniform() < MISSING_NIGHTS {
            continue;
        }
        let value =
            |outcome: usize, sign: f64| own[outcome] + SPREADS[outcome] * (noise[outcome] + sign * (bad + change));
        let night = night(number, value(0, 1.0), value(1, 1.0).clamp(3.0, 11.0), value(2, -1.0));
        history.nights.insert(night.date, night);
    }
}

fn night(number: i32, ln_rmssd: f64, sleep_h: f64, hr_bpm: f64) -> NightRow {
    let wake_at = at(number, 7);
    #[expect(clippy::cast_possible_truncation, reason = "a night has a few hundred minutes")]
    let asleep_min = (60.0 * sleep_h).round() as i64;
    let span = SleepSpan { start: wake_at.checked_sub(SignedDuration::from_mins(asleep_min)).unwrap(), end: wake_at };
    let tst_min = f64::from(i32::try_from(asleep_min).unwrap());
    let sleep = NightSleep {
        tib_min: tst_min + 30.0,
        sol_min: None,
        spt_min: tst_min,
        waso_min: None,
        tst_min,
        tst24_min: tst_min,
        efficiency_pct: Some(90.0),
        is_bed_known: true,
        stages: None,
        awakenings: None,
        midpoint: wake_at.checked_sub(SignedDuration::from_mins(asleep_min / 2)).unwrap(),
        is_consistent: true,
        spans: vec![span],
    };
    let epoch = DeviceEpoch { device: None, is_provider: false };
    let hrv = NightHrv { ln_rmssd, epoch, windows: 90, sqi: 0.97 };
    let (date, sleeping_hr_bpm) = (day(number), Some(hr_bpm));
    NightRow { date, wake_at, hrv: Some(hrv), sleeping_hr_bpm, irregularity: None, sleep: Some(sleep) }
}

/// Both questionnaires a week before the start and, three days before each review, after it. The
/// case rests on an anxiety score over its cut-off, so that the first sheet has one: part of what it
/// measured was error, and goes away by itself.
fn questionnaires(history: &mut WorkerHistory, kind: Kind, dice: &mut Dice) {
    let truth = loop {
        let truth = [9.0 + 6.0 * dice.uniform(), 8.0 + 6.0 * dice.uniform()];
        let first = [0, 1].map(|place| observed(truth[place], ERRORS[place], dice));
        if first[0] >= 10.0 {
            enter(history, -7, first);
            break truth;
        }
    };
    for number in [11, 25, 39, 53] {
        if dice.uniform() < MISSING_SHEETS {
            continue;
        }
        let now = truth.map(|points| match kind {
            Kind::Effective => points * (1.0 - 0.67 * ramp(number, 42)),
            Kind::Ineffective => points,
            Kind::Worsening => points + 7.0 * ramp(number, 10),
        });
        let sheets = [0, 1].map(|place| observed(now[place], ERRORS[place], dice));
        enter(history, number, sheets);
    }
    history.screenings.sort_by_key(|sheet| (sheet.instrument, sheet.taken_at));
}

fn observed(truth: f64, error: f64, dice: &mut Dice) -> f64 {
    (truth + error * dice.normal()).round().clamp(0.0, 21.0)
}

fn enter(history: &mut WorkerHistory, number: i32, [anxiety, depression]: [f64; 2]) {
    for (instrument, score) in [(Instrument::Gad7, anxiety), (Instrument::Phq9, depression)] {
        let response = Response::Total { score, kind: None };
        history.screenings.push(Screening { instrument, taken_at: at(number, 18), response });
    }
}
