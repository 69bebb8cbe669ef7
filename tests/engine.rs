//! Saving, stopping and starting again at any point change nothing in what the engine knows and decides.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use vagus::config::rules_file;
use vagus::domain::alert::{Alert, AlertKind, Level};
use vagus::domain::case::{CaseBook, CaseChange};
use vagus::domain::event::EventBody;
use vagus::domain::history::{NightDetail, WorkerHistory};
use vagus::domain::ids::{DeviceId, SiteId, WorkerId, WorkerKey, WorkerNumber};
use vagus::domain::indicator::NightRow;
use vagus::domain::item::Item;
use vagus::domain::reading::{Context, HrvWindow, Reading};
use vagus::domain::screening::{Instrument, Response, Screening};
use vagus::domain::worker::Profile;
use vagus::domain::{Date, SignedDuration, TimeZone, Timestamp};
use vagus::engine::effect::{Decision, Effect};
use vagus::engine::row::{Input, WorkerInputs};
use vagus::engine::{Engine, Mode, Settings};

const WORKER: WorkerNumber = WorkerNumber(7);
/// A night is 13 windows of a quarter of an hour.
const WINDOWS: i64 = 13;

#[derive(Debug, Clone)]
struct Row {
    now: Timestamp,
    inputs: Vec<Input>,
}

/// What was told: kind and level of each alert that opens or raises.
type Told = BTreeSet<(AlertKind, Level)>;

/// What somebody would notice: not when within two seconds a late night was computed.
#[derive(Debug, PartialEq)]
struct Outcome {
    told: Told,
    nights: BTreeMap<Date, NightRow>,
    unsettled: BTreeSet<Date>,
    case: Option<(u32, Level, usize)>,
}

fn settings() -> Settings {
    rules_file::built_in()
}

fn input(item: Item) -> Input {
    Input::Item { message: 0, index: 0, item }
}

fn window(day: i64, place: i64, start_of_all: Timestamp) -> Input {
    // A slow wave of ±0.15 around 40 ms, and a fall of a third on the last ten of 55 nights.
    let wave = 1.0 + 0.15 * (day as f64 * 1.7).sin();
    let fall = if day >= 45 { 0.66 } else { 1.0 };
    let start = start_of_all + SignedDuration::from_hours(24 * day) + SignedDuration::from_mins(15 * place);
    input(Item::Reading(Reading::Hrv(HrvWindow {
        device: DeviceId::parse("band-1").ok(),
        start,
        duration_s: 900,
        rmssd_ms: Some(40.0 * wave * fall),
        sdnn_ms: None,
        mean_hr_bpm: Some(56.0),
        context: Context::SleepMain,
        quality: Some(0.97),
    })))
}

/// A GAD-7 of 12, then 55 nights in rows of `sizes` windows, each row `gap_ms` after the one before.
fn story(sizes: &[usize], gap_ms: i64) -> Vec<Row> {
    let now: Timestamp = "2026-03-01T08:00:00Z".parse().unwrap();
    // The last night ended three days ago.
    let first: Timestamp = now - SignedDuration::from_hours(24 * (55 + 2) + 8);
    let answers = Response::Answers([2, 2, 2, 2, 2, 1, 1].map(Some).to_vec());
    let key = WorkerKey { site: SiteId::parse("plant-a").unwrap(), worker: WorkerId::parse("w-1").unwrap() };
    let enrol = Input::Enrol(Profile::unknown(key, TimeZone::UTC));
    let taken_at = now - SignedDuration::from_hours(1);
    let screening = input(Item::Screening(Screening { instrument: Instrument::Gad7, taken_at, response: answers }));
    let mut rows = vec![Row { now, inputs: vec![enrol, screening] }];
    let mut windows = (0..55).flat_map(|day| (0..WINDOWS).map(move |place| (day, place)));
    let mut sizes = sizes.iter().copied().cycle();
    loop {
        let part: Vec<Input> =
            windows.by_ref().take(sizes.next().unwrap()).map(|(day, place)| window(day, place, first)).collect();
        if part.is_empty() {
            return rows;
        }
        let place = rows.len() as i64;
        rows.push(Row { now: now + SignedDuration::from_millis(gap_ms * place), inputs: part });
    }
}

/// An engine with the nights that left its memory.
struct Bench {
    engine: Engine,
    kept: BTreeMap<Date, NightDetail>,
    history: Option<WorkerHistory>,
    told: Told,
}

impl Bench {
    fn new(mode: Mode) -> Self {
        Self { engine: Engine::new(settings(), mode), kept: BTreeMap::new(), history: None, told: Told::new() }
    }

    /// Applies a row; gives the facts that were decided.
    fn apply(&mut self, row: &Row) -> Vec<CaseChange> {
        self.engine.handle_timeout(row.now);
        let group = WorkerInputs { worker: WORKER, inputs: row.inputs.clone() };
        let dates = self.engine.missing_details(&group);
        let details = dates.iter().filter_map(|date| self.kept.get(date).cloned()).collect();
        self.engine.handle_input(group, details, row.now);
        self.drain()
    }

    fn drain(&mut self) -> Vec<CaseChange> {
        let mut facts = Vec::new();
        while let Some(effect) = self.engine.poll_effect() {
            let Effect::Decided(decision) = effect else { continue };
            for event in &decision.events {
                if let EventBody::Alert(alert) = &event.body
                    && matches!(alert.kind, AlertKind::Raised | AlertKind::RaisedAgain)
                {
                    self.told.insert((alert.kind, alert.level));
                }
            }
            facts.push(decision.change);
        }
        facts
    }

    fn save(&mut self, now: Timestamp) {
        self.engine.begin_saving();
        for unsaved in self.engine.take_unsaved(usize::MAX, now) {
            self.kept.extend(unsaved.details.into_iter().map(|detail| (detail.date, detail)));
            self.history = Some(unsaved.history);
        }
    }

    /// Two days pass.
    fn finish(mut self, last: Timestamp) -> Outcome {
        self.engine.handle_timeout(last + SignedDuration::from_hours(48));
        self.drain();
        self.save(last);
        let history = self.history.unwrap();
        let case = history.cases.open.map(|case| (case.episode, case.told.level, case.actions.len()));
        Outcome { told: self.told, nights: history.nights, unsettled: history.unsettled_nights, case }
    }
}

fn undisturbed(rows: &[Row]) -> Outcome {
    let mut bench = Bench::new(Mode::Live);
    for row in rows {
        bench.apply(row);
    }
    bench.finish(rows.last().unwrap().now)
}

/// Saved after row `saved`, killed after row `killed` and brought back.
fn interrupted(rows: &[Row], saved: usize, killed: usize) -> Outcome {
    let mut before = Bench::new(Mode::Live);
    let mut facts = Vec::new();
    for (place, row) in rows[..=killed].iter().enumerate() {
        facts.push(before.apply(row));
        if place == saved {
            before.save(row.now);
        }
    }
    let mut after = Bench::new(Mode::Rebuild);
    after.told = before.told;
    after.kept = before.kept.clone();
    let history = before.history.unwrap();
    let details = before.kept.into_values().collect();
    after.engine.restore(WORKER, history, details, rows[saved].now, rows[killed].now);
    for (place, row) in rows.iter().enumerate().skip(saved + 1) {
        if place == killed + 1 {
            after.engine.set_mode(Mode::Live, rows[killed].now);
        }
        after.apply(row);
        if place <= killed {
            facts[place].iter().for_each(|fact| after.engine.apply_fact(WORKER, fact));
        }
    }
    after.engine.set_mode(Mode::Live, rows.last().unwrap().now);
    // What was saved last is the whole of it only if something changed since.
    after.history = after.engine.histories().next().map(|(_, history)| history.clone());
    after.finish(rows.last().unwrap().now)
}

#[test]
fn the_undisturbed_story_is_raised_and_then_raised_again() {
    let Outcome { told, nights, .. } = undisturbed(&story(&[40], 500));
    assert_eq!(told, [(AlertKind::Raised, Level::L2), (AlertKind::RaisedAgain, Level::L3)].into());
    assert_eq!(nights.values().filter(|night| night.hrv.is_some()).count(), 55);
}

#[test]
fn nothing_is_raised_of_somebody_who_takes_no_part_also_when_late_nights_become_final() {
    let mut rows = story(&[40], 500);
    let Input::Enrol(profile) = &mut rows[0].inputs[0] else { panic!("the story begins with the register") };
    profile.has_consent = Some(false);
    let Outcome { told, case, nights, .. } = undisturbed(&rows);
    assert_eq!((told.len(), case), (0, None));
    assert_eq!(nights.values().filter(|night| night.hrv.is_some()).count(), 55, "what is known stays");
}

/// A PHQ-9 whose last answer asks for help.
fn crisis_answer(taken_at: Timestamp) -> Input {
    let response = Response::Answers([0, 0, 0, 0, 0, 0, 0, 0, 2].map(Some).to_vec());
    input(Item::Screening(Screening { instrument: Instrument::Phq9, taken_at, response }))
}

/// The facts but for what they rest on: the questionnaire of a day far off is not in there.
fn without_grounds(mut facts: Vec<Vec<CaseChange>>) -> Vec<Vec<CaseChange>> {
    for fact in facts.iter_mut().flatten() {
        match fact {
            CaseChange::Opened { case } => case.grounds.clear(),
            CaseChange::RaisedAgain { ground, .. } | CaseChange::Revised { ground, .. } => *ground = None,
            CaseChange::Done { .. } => {}
        }
    }
    facts
}

/// Everything that is decided in a story, with what was told of it, and the worker's cases after it.
fn live(rows: &[Row]) -> (Vec<Decision>, CaseBook) {
    let mut engine = Engine::new(settings(), Mode::Live);
    let mut decisions = Vec::new();
    let after = Row { now: rows.last().unwrap().now + SignedDuration::from_hours(48), inputs: Vec::new() };
    for row in rows.iter().chain([&after]) {
        engine.handle_timeout(row.now);
        engine.handle_input(WorkerInputs { worker: WORKER, inputs: row.inputs.clone() }, Vec::new(), row.now);
        while let Some(effect) = engine.poll_effect() {
            decisions.extend(if let Effect::Decided(decision) = effect { Some(*decision) } else { None });
        }
    }
    let cases = engine.histories().next().unwrap().1.cases.clone();
    (decisions, cases)
}

/// The alerts of a decision.
fn alerts(decision: &Decision) -> impl Iterator<Item = &Alert> {
    decision.events.iter().filter_map(|event| match &event.body {
        EventBody::Alert(alert) => Some(&**alert),
        EventBody::Action(_)
        | EventBody::Deadline(_)
        | EventBody::Proposal(_)
        | EventBody::Invitation(_)
        | EventBody::Committee(_) => None,
    })
}

#[test]
fn a_case_keeps_what_its_alerts_said_it_rests_on() {
    let (decisions, cases) = live(&story(&[40], 500));
    let mut told: Vec<(&Alert, Timestamp)> = Vec::new();
    for decision in &decisions {
        let is_raised = |alert: &&Alert| matches!(alert.kind, AlertKind::Raised | AlertKind::RaisedAgain);
        told.extend(alerts(decision).filter(is_raised).map(|alert| (alert, decision.at)));
    }
    let grounds = cases.open.unwrap().grounds;
    let kept: Vec<_> = grounds.iter().filter(|ground| told.iter().any(|(_, at)| *at == ground.at)).collect();
    assert_eq!((told.len(), kept.len()), (2, 2), "{grounds:#?}");
    for ((alert, at), ground) in told.iter().zip(kept) {
        assert_eq!((&ground.evidence, &ground.rules), (&alert.evidence, &alert.rules));
        assert_eq!((ground.versions, ground.at, ground.on), (alert.versions, *at, alert.window.1));
    }
    assert_ne!(grounds[0].evidence, grounds.last().unwrap().evidence, "the nights came later");
}

#[test]
fn what_a_case_rests_on_comes_back_from_the_decisions_alone() {
    let (decisions, cases) = live(&story(&[40], 500));
    let mut rebuilt = CaseBook::default();
    decisions.iter().for_each(|decision| vagus::cases::apply(&mut rebuilt, &decision.change));
    assert_eq!(rebuilt, cases);
    let open = rebuilt.open.unwrap();
    let is_kept = |rule| open.grounds.iter().any(|ground| ground.rules.contains(rule));
    assert!(open.rules.iter().all(is_kept), "every rule with its day: {:?} {:#?}", open.rules, open.grounds);
}

#[test]
fn a_crisis_answer_from_ahead_of_the_engine_s_time_acts_from_now_on() {
    let (enrol, now) = (story(&[1], 1)[0].inputs[0].clone(), "2026-03-01T08:00:00Z".parse().unwrap());
    let (hours, minutes) = (SignedDuration::from_hours, SignedDuration::from_mins);
    let rows = |ahead: SignedDuration| {
        let row = |after: SignedDuration, inputs| Row { now: now + after, inputs };
        let (first, second) = (crisis_answer(now + ahead), crisis_answer(now + ahead + minutes(1)));
        let (again, right) = (first.clone(), crisis_answer(now + minutes(3)));
        vec![
            row(minutes(0), vec![enrol.clone(), first]),
            row(minutes(1), vec![again]),
            row(minutes(2), vec![second]),
            row(minutes(3), vec![right]),
        ]
    };
    let decided = |rows: &[Row]| {
        let mut bench = Bench::new(Mode::Live);
        rows.iter().map(|row| bench.apply(row)).collect::<Vec<_>>()
    };
    let usual = without_grounds(decided(&rows(-hours(9))));
    let [CaseChange::Opened { case }] = &usual[0][..] else { panic!("{usual:?}") };
    assert_eq!((case.told.level, case.opened_at), (Level::L4, now));
    assert!(case.deadlines.iter().all(|limit| limit.from == now));
    assert!(usual[1].is_empty(), "sent again, it is known");
    for ahead in [8, 30, 24 * 400] {
        let rows = rows(hours(ahead));
        let found = without_grounds(decided(&rows));
        assert_eq!(found, usual, "{ahead} hours ahead: the same cases, limits and times");
        assert!(found[2..].iter().all(|facts| matches!(&facts[..], [CaseChange::RaisedAgain { .. }])));
        for killed in 0..3 {
            assert_eq!(interrupted(&rows, 0, killed), undisturbed(&rows));
        }
    }
}

#[test]
fn a_kill_before_late_nights_are_judged_does_not_lose_the_judgement() {
    let mut rows = story(&[40], 50);
    let repeated = Row { now: rows[1].now, inputs: rows[1].inputs.clone() };
    let last = rows.len() - 1;
    // All of it came within a second, was saved, and one more row, which says nothing new, was written.
    rows.push(Row { now: rows[last].now + SignedDuration::from_millis(50), ..repeated });
    assert_eq!(interrupted(&rows, last, last + 1), undisturbed(&rows));
}

#[test]
fn saving_between_rows_ends_with_those_who_had_changed_when_it_began_each_as_they_are_then() {
    let row = &story(&[1], 1)[0];
    let mut engine = Engine::new(settings(), Mode::Live);
    let change = |engine: &mut Engine, worker: u128| {
        let group = WorkerInputs { worker: WorkerNumber(worker), inputs: row.inputs.clone() };
        engine.handle_input(group, Vec::new(), row.now);
    };
    let take = |engine: &mut Engine, limit: usize| -> Vec<u128> {
        engine.take_unsaved(limit, row.now).into_iter().map(|unsaved| unsaved.worker.0).collect()
    };
    [20, 30, 40].into_iter().for_each(|worker| change(&mut engine, worker));
    assert!(take(&mut engine, 9).is_empty(), "it has not begun");
    engine.begin_saving();
    assert_eq!(take(&mut engine, 1), [20]);
    [10, 20].into_iter().for_each(|worker| change(&mut engine, worker));
    let with_crisis = WorkerInputs { worker: WorkerNumber(40), inputs: vec![crisis_answer(row.now)] };
    engine.handle_input(with_crisis, Vec::new(), row.now);
    assert_eq!(take(&mut engine, 1), [30]);
    let last = engine.take_unsaved(9, row.now);
    assert_eq!(last.iter().map(|unsaved| unsaved.worker.0).collect::<Vec<_>>(), [40]);
    let has_crisis = last[0].history.screenings.iter().any(|sheet| sheet.instrument == Instrument::Phq9);
    assert!(has_crisis, "with what came while others were saved");
    assert!(take(&mut engine, 9).is_empty());
    engine.begin_saving();
    assert_eq!(take(&mut engine, 9), [10, 20], "40 was saved as it is");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn saving_at_any_point_changes_nothing(
        sizes in prop::collection::vec(1_usize..60, 1..6), gap_ms in 50_i64..3_000, every in 1_usize..6,
    ) {
        let rows = story(&sizes, gap_ms);
        let mut bench = Bench::new(Mode::Live);
        for (place, row) in rows.iter().enumerate() {
            bench.apply(row);
            if place % every == 0 {
                bench.save(row.now);
            }
        }
        prop_assert_eq!(bench.finish(rows.last().unwrap().now), undisturbed(&rows));
    }

    #[test]
    fn a_kill_at_any_point_changes_nothing(
        sizes in prop::collection::vec(5_usize..60, 1..6), gap_ms in 50_i64..3_000,
        (saved, killed) in (0.0..1.0_f64, 0.0..1.0_f64),
    ) {
        let rows = story(&sizes, gap_ms);
        let last = rows.len() - 1;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "shares of a short list")]
        let killed = (last as f64 * killed) as usize;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "shares of a short list")]
        let saved = (killed as f64 * saved) as usize;
        prop_assert_eq!(interrupted(&rows, saved, killed), undisturbed(&rows));
    }
}
