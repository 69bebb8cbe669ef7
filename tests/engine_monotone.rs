//! Lower HRV in the last seven nights never lowers the level that a worker is found at.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use proptest::prelude::*;
use vagus::config::rules_file;
use vagus::domain::alert::Level;
use vagus::domain::case::CaseChange;
use vagus::domain::exposure::ExposureDay;
use vagus::domain::ids::{SiteId, WorkerId, WorkerKey, WorkerNumber};
use vagus::domain::item::Item;
use vagus::domain::reading::{NightlySummary, Reading};
use vagus::domain::screening::{Instrument, Response, Screening};
use vagus::domain::worker::Profile;
use vagus::domain::{SignedDuration, TimeZone, Timestamp};
use vagus::engine::effect::Effect;
use vagus::engine::row::{Input, WorkerInputs};
use vagus::engine::{Engine, Mode};

const NIGHTS: usize = 60;

/// A worker's last weeks.
#[derive(Debug, Clone)]
struct Life {
    /// ln(RMSSD) of each night, where there is one.
    nights: Vec<Option<f64>>,
    bpm: f64,
    gad7: u8,
    worked_h: Option<f64>,
}

fn life() -> impl Strategy<Value = Life> {
    let night = prop::option::weighted(0.85, -1.0..1.0_f64);
    let nights = prop::collection::vec(night, NIGHTS);
    // How far the last ten nights lie below the others: around the limits of the states.
    (nights, 0.05..0.2_f64, -0.1..0.35_f64, 50.0..60.0_f64, 0_u8..14, prop::option::of(6.0..14.0_f64)).prop_map(
        |(nights, spread, fall, bpm, gad7, worked_h)| {
            let low = |i: usize| if i + 10 >= NIGHTS { fall } else { 0.0 };
            let nights = nights.into_iter().enumerate().map(|(i, x)| Some(3.7 + spread * x? - low(i))).collect();
            Life { nights, bpm, gad7, worked_h }
        },
    )
}

/// The highest level that anything was said at.
fn level(life: &Life) -> Level {
    let worker = WorkerNumber(1);
    let mut engine = Engine::new(rules_file::built_in(), Mode::Live);
    let key = WorkerKey { site: SiteId::parse("s").unwrap(), worker: WorkerId::parse("w").unwrap() };
    let last: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
    let item = |item| Input::Item { message: 0, index: 0, item };
    let mut inputs = vec![Input::Enrol(Profile::unknown(key, TimeZone::UTC))];
    let answers = (0..7_u8).map(|i| Some(life.gad7 / 7 + u8::from(i < life.gad7 % 7))).collect();
    let taken_at = last - SignedDuration::from_hours(24 * 5);
    let response = Response::Answers(answers);
    inputs.push(item(Item::Screening(Screening { instrument: Instrument::Gad7, taken_at, response })));
    for (i, night) in life.nights.iter().enumerate() {
        let at = last - SignedDuration::from_hours(24 * (NIGHTS - 1 - i) as i64);
        let date = TimeZone::UTC.to_datetime(at).date();
        if let Some(hours) = life.worked_h {
            let mut day = ExposureDay::empty(date);
            day.worked_h = Some(hours);
            inputs.push(item(Item::Exposure(day)));
        }
        let Some(ln_rmssd) = night else { continue };
        let summary = NightlySummary {
            device: None,
            date,
            rmssd_ms: Some(ln_rmssd.exp()),
            sleeping_hr_bpm: Some(life.bpm + (i % 5) as f64),
        };
        inputs.push(item(Item::Reading(Reading::Nightly(summary))));
    }
    engine.handle_input(WorkerInputs { worker, inputs }, Vec::new(), last);
    // Two days later every night is final.
    engine.handle_timeout(last + SignedDuration::from_hours(48));
    let mut highest = Level::L0;
    while let Some(effect) = engine.poll_effect() {
        let Effect::Decided(decision) = effect else { continue };
        highest = highest.max(match decision.change {
            CaseChange::Opened { case } => case.told.level,
            CaseChange::RaisedAgain { told, .. } => told.level,
            CaseChange::Revised { .. } | CaseChange::Done { .. } => Level::L0,
        });
    }
    highest
}

#[test]
fn low_nights_beside_mild_anxiety_reach_a_level_that_the_property_can_move() {
    let steady = |fall: f64| Life {
        nights: (0..NIGHTS)
            .map(|i| Some(3.7 + 0.05 * (i as f64 * 2.4).sin() - if i + 10 >= NIGHTS { fall } else { 0.0 }))
            .collect(),
        bpm: 55.0,
        gad7: 6,
        worked_h: None,
    };
    assert!(level(&steady(0.3)) > level(&steady(0.0)), "{:?} {:?}", level(&steady(0.3)), level(&steady(0.0)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn lower_rmssd_never_lowers_the_level(life in life(), drops in prop::collection::vec(0.0..0.6_f64, 7)) {
        let mut lower = life.clone();
        for (night, drop) in lower.nights[NIGHTS - 7..].iter_mut().zip(drops) {
            *night = night.map(|x| x - drop);
        }
        prop_assert!(level(&life) <= level(&lower));
    }
}
