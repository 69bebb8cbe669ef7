//! Cases that chance alone opens for healthy workers, through the whole engine with its built-in rules.
//!
//! Who is simulated: ln(RMSSD) with a within-person SD of 0.2 and ρ = 0.3, sleeping heart rate that
//! goes with it (r = −0.5), one night in five missing. Sleep (assumed): a usual of 7.2 ± 0.5 h between
//! persons, ± 0.9 h from night to night, 90 ± 3 % efficiency, bed at 23:00 ± 0.5 h. No exposures.
//! GAD-7 and PHQ-9 every 90 days with the totals of the general population: GAD-7 of mean 2.95 and SD
//! 3.41 (Löwe et al. 2008, Med Care 46:266, n = 5030), PHQ-9 of mean 2.91 and SD 3.52 (Kocalevent et al.
//! 2013, Gen Hosp Psychiatry 35:551, n = 5018), gamma laws rounded to whole points; 0.7 of the variance
//! of the normal score stays with the person, and both questionnaires share it (assumed). PHQ-9 item 9
//! is above 0 in 20 % of totals from 10 on, 5 % from 5 on and 0.5 % below (assumed). Whatever a case
//! asks for is done after 14 days, so that it closes.

use std::fmt::Write as _;

use statrs::distribution::{ContinuousCDF, Gamma, Normal};
use vagus::cases;
use vagus::config::rules_file;
use vagus::domain::alert::Level;
use vagus::domain::case::{ActionId, CaseChange, Finding};
use vagus::domain::ids::{SiteId, WorkerId, WorkerKey, WorkerNumber};
use vagus::domain::indicator::HrvState;
use vagus::domain::item::Item;
use vagus::domain::reading::{Context, HrvWindow, Reading, SleepRecord};
use vagus::domain::screening::{Instrument, Response, Screening};
use vagus::domain::worker::Profile;
use vagus::domain::{SignedDuration, TimeZone, Timestamp};
use vagus::engine::effect::Effect;
use vagus::engine::row::{Input, WorkerInputs};
use vagus::engine::{Engine, Mode};

use crate::people::{Ar1, Dice};
use crate::{BURN_IN, YEAR, each, say};

const WORKERS: u64 = if cfg!(debug_assertions) { 8 } else { 300 };
const RHO: f64 = 0.3;
const WINDOWS: i64 = 12;
/// Days from opening to closing.
const HANDLED_AFTER: i64 = 14;

/// A person's questionnaires.
struct Mood {
    trait_score: f64,
    gad7: Gamma,
    phq9: Gamma,
}

impl Mood {
    fn of(dice: &mut Dice) -> Self {
        // Shape and rate of the gamma law with that mean and SD.
        let law = |mean: f64, sd: f64| Gamma::new((mean / sd).powi(2), mean / sd.powi(2)).expect("both are positive");
        Self { trait_score: dice.normal(), gad7: law(2.95, 3.41), phq9: law(2.91, 3.52) }
    }

    fn fill_in(&self, dice: &mut Dice) -> [(Instrument, Vec<u8>); 2] {
        let mut total = |law: &Gamma, most: f64| {
            let score = 0.7f64.sqrt() * self.trait_score + 0.3f64.sqrt() * dice.normal();
            law.inverse_cdf(Normal::standard().cdf(score)).round().min(most) as u32
        };
        let (gad7, phq9) = (total(&self.gad7, 21.0), total(&self.phq9, 24.0));
        let crisis = dice.uniform()
            < if phq9 >= 10 {
                0.2
            } else if phq9 >= 5 {
                0.05
            } else {
                0.005
            };
        let mut phq = spread(phq9.saturating_sub(u32::from(crisis)), 8, dice);
        phq.push(u8::from(crisis));
        [(Instrument::Gad7, spread(gad7, 7, dice)), (Instrument::Phq9, phq)]
    }
}

/// Points over items of 0 to 3, at random.
fn spread(total: u32, items: usize, dice: &mut Dice) -> Vec<u8> {
    let mut answers = vec![0u8; items];
    let mut left = total.min(3 * items as u32);
    while left > 0 {
        let item = (dice.uniform() * items as f64) as usize;
        if answers[item] < 3 {
            answers[item] += 1;
            left -= 1;
        }
    }
    answers
}

/// A case: on what day it was opened or raised to its level, and on what.
struct Opened {
    day: i64,
    told: Finding,
    is_new: bool,
}

struct Life {
    engine: Engine,
    dice: Dice,
    number: WorkerNumber,
    opened: Vec<Opened>,
    /// Actions to be reported as done, and when.
    to_do: Vec<(i64, ActionId)>,
    unseen: Vec<ActionId>,
}

impl Life {
    fn tell(&mut self, day: i64, now: Timestamp, items: Vec<Item>) {
        self.engine.handle_timeout(now);
        self.drain(day);
        let input = |item| Input::Item { message: 0, index: 0, item };
        let group = WorkerInputs { worker: self.number, inputs: items.into_iter().map(input).collect() };
        self.engine.handle_input(group, Vec::new(), now);
        self.drain(day);
    }

    fn drain(&mut self, day: i64) {
        while let Some(effect) = self.engine.poll_effect() {
            let Effect::Decided(decision) = effect else { continue };
            let (told, actions, is_new) = match decision.change {
                CaseChange::Opened { case } => (case.told, case.actions, true),
                CaseChange::RaisedAgain { told, actions, .. } => (told, actions, false),
                CaseChange::Revised { .. } | CaseChange::Done { .. } => continue,
            };
            self.opened.push(Opened { day, told, is_new });
            let fresh: Vec<_> = actions.into_iter().map(|a| a.id).filter(|id| !self.unseen.contains(id)).collect();
            self.unseen.extend(fresh.iter().cloned());
            self.to_do.extend(fresh.into_iter().map(|id| (day + HANDLED_AFTER, id)));
        }
    }

    /// Ends the case when all that was asked for was handled.
    fn done(&mut self, day: i64, at: Timestamp) {
        let before = self.to_do.len();
        self.to_do.retain(|(when, _)| *when > day);
        if before > 0 && self.to_do.is_empty() {
            self.engine.apply_fact(self.number, &cases::ended(at));
        }
    }
}

fn year_of(worker: u64) -> Vec<Opened> {
    let mut dice = Dice::of(worker, 400);
    let key = WorkerKey {
        site: SiteId::parse("s").expect("a name"),
        worker: WorkerId::parse(&format!("w-{worker}")).expect("a name"),
    };
    let profile = Profile::unknown(key, TimeZone::UTC);
    let mood = Mood::of(&mut dice);
    let (usual_ln, usual_hr, usual_sleep) =
        (3.4 + 0.4 * dice.normal(), 58.0 + 5.0 * dice.normal(), 7.2 + 0.5 * dice.normal());
    let mut hrv = Ar1::begin(RHO, &mut dice);
    let mut heart = Ar1::begin(RHO, &mut dice);
    let number = WorkerNumber(u128::from(worker) + 1);
    let engine = Engine::new(rules_file::built_in(), Mode::Live);
    let mut life = Life { engine, dice, number, opened: Vec::new(), to_do: Vec::new(), unseen: Vec::new() };
    let first: Timestamp = "2025-01-01T00:00:00Z".parse().expect("a time");
    life.engine.handle_input(WorkerInputs { worker: number, inputs: vec![Input::Enrol(profile)] }, Vec::new(), first);
    // Not everybody fills in on the same day.
    let offset = (worker * 37 % 90) as i64;
    for day in 0..(BURN_IN + YEAR) as i64 {
        let midnight = first + SignedDuration::from_hours(24 * day);
        let dice = &mut life.dice;
        let (x, h) = (hrv.next(dice), heart.next(dice));
        let mut items = Vec::new();
        if dice.uniform() >= 0.2 {
            let bpm = usual_hr + 2.5 * (-0.5 * x + 0.75f64.sqrt() * h);
            items.extend(night(midnight, usual_ln + 0.2 * x, bpm, usual_sleep + 0.9 * dice.normal(), dice));
        }
        if day % 90 == offset {
            let taken_at = midnight + SignedDuration::from_hours(8);
            items.extend(mood.fill_in(dice).map(|(instrument, answers)| {
                let response = Response::Answers(answers.into_iter().map(Some).collect());
                Item::Screening(Screening { instrument, taken_at, response })
            }));
        }
        let now = midnight + SignedDuration::from_hours(9);
        life.done(day, now);
        life.tell(day, now, items);
    }
    life.opened
}

/// A night's windows and its record of sleep.
fn night(midnight: Timestamp, ln_rmssd: f64, bpm: f64, slept_h: f64, dice: &mut Dice) -> Vec<Item> {
    let minutes = |m: f64| SignedDuration::from_mins(m.round() as i64);
    let slept_min = 60.0 * slept_h.clamp(3.5, 10.5);
    let efficiency = (90.0 + 3.0 * dice.normal()).clamp(70.0, 98.0) / 100.0;
    let start = midnight - minutes(60.0 - 30.0 * dice.normal());
    let in_bed = slept_min / efficiency;
    let onset = start + minutes(0.3 * (in_bed - slept_min));
    let waso = 0.5 * (in_bed - slept_min);
    let wake = onset + minutes(slept_min + waso);
    let sleep = SleepRecord {
        device: None,
        start,
        onset: Some(onset),
        wake: Some(wake),
        end: start + minutes(in_bed).max(wake.duration_since(start)),
        waso_min: Some(waso.round()),
        stages: None,
        awakenings: None,
        main: Some(true),
        revision: 0,
    };
    let mut items = vec![Item::Reading(Reading::Sleep(sleep))];
    items.extend((0..WINDOWS).map(|place| {
        Item::Reading(Reading::Hrv(HrvWindow {
            device: None,
            start: onset + SignedDuration::from_mins(15 * place),
            duration_s: 300,
            // Windows of one night differ; their median is the night's value.
            rmssd_ms: Some((ln_rmssd + 0.02 * (place as f64 - 5.5)).exp()),
            sdnn_ms: None,
            mean_hr_bpm: Some(bpm.clamp(40.0, 100.0)),
            context: Context::SleepMain,
            quality: Some(0.95),
        }))
    }));
    items
}

#[test]
fn cases_of_healthy_workers_by_chance() {
    let lives = each(WORKERS, year_of);
    let of_year: Vec<&Opened> = lives.iter().flatten().filter(|o| o.day >= BURN_IN as i64).collect();
    let per_100 = |n: usize| 100.0 * n as f64 / WORKERS as f64;
    let count = |test: &dyn Fn(&Opened) -> bool| per_100(of_year.iter().filter(|o| test(o)).count());
    let is_low = |o: &Opened| o.told.hrv == HrvState::Persistent;
    let mut table =
        format!("{WORKERS} healthy worker-years through the whole engine, rho {RHO}: per 100 worker-years\n");
    for level in [Level::L2, Level::L3, Level::L4] {
        let all = count(&|o| o.told.level == level && o.is_new);
        let low = count(&|o| o.told.level == level && o.is_new && is_low(o));
        let poor = count(&|o| o.told.level == level && o.is_new && o.told.is_sleep_poor && !is_low(o));
        let rest = all - low - poor;
        let _ = writeln!(
            table,
            "  cases opened at {level:?}: {all:>6.1}  (persistent HRV {low:.1}, poor sleep {poor:.1}, questionnaire alone {rest:.1})"
        );
    }
    let _ = writeln!(table, "  L2 or higher, opened:   {:>6.1}", count(&|o| o.is_new));
    let _ = writeln!(table, "  of these, any part of persistent HRV: {:.1}", count(&|o| o.is_new && is_low(o)));
    let _ = writeln!(table, "  raised again:           {:>6.1}", count(&|o| !o.is_new));
    let mut rules: std::collections::BTreeMap<String, usize> = Default::default();
    for opened in of_year.iter().filter(|o| o.is_new) {
        for rule in &opened.told.rules {
            *rules.entry(rule.as_str().to_owned()).or_default() += 1;
        }
    }
    let rules: Vec<String> = rules.into_iter().map(|(rule, n)| format!("{rule} {:.1}", per_100(n))).collect();
    let _ = writeln!(table, "  by rule: {}", rules.join(", "));
    say(&table);
}
