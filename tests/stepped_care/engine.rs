//! The same story end to end: an engine is fed nights and questionnaires day by day, opens the case
//! itself, invites, and proposes; the worker answers invitations, and the person in charge follows.

use std::collections::BTreeSet;

use crate::people::{START, at, day};
use vagus::config::rules_file;
use vagus::delivery::cloudevents;
use vagus::domain::alert::Level;
use vagus::domain::case::{ActionKind, ActionStep, CaseChange, OpenCase};
use vagus::domain::event::{Event, EventBody, Invitation, Proposal};
use vagus::domain::ids::{DeviceId, SiteId, SourceId, WorkerId, WorkerKey, WorkerNumber};
use vagus::domain::item::{ActionProgress, Item};
use vagus::domain::life::{Advice, CaseCommand, Deed, MethodId};
use vagus::domain::person::{Actor, PersonId, Role};
use vagus::domain::reading::{Context, HrvWindow, Reading};
use vagus::domain::screening::{Instrument, Response, Screening};
use vagus::domain::worker::Profile;
use vagus::domain::{Date, SignedDuration, TimeZone};
use vagus::engine::effect::Effect;
use vagus::engine::row::{Input, WorkerInputs};
use vagus::engine::{Engine, Mode};
use vagus::texts::Language;

const WORKER: WorkerNumber = WorkerNumber(7);
/// A night is 13 windows of a quarter of an hour.
const WINDOWS: i64 = 13;

/// A service of one worker.
struct Plant {
    engine: Engine,
    case: Option<OpenCase>,
    proposals: Vec<(i32, Proposal)>,
    invitations: Vec<(i32, Invitation)>,
    /// Where each of both goes, and under which type.
    wire: BTreeSet<(String, String)>,
}

impl Plant {
    fn new() -> Self {
        let engine = Engine::new(rules_file::built_in(), Mode::Live);
        Self { engine, case: None, proposals: Vec::new(), invitations: Vec::new(), wire: BTreeSet::new() }
    }

    /// One row at nine in the morning of a day.
    fn apply(&mut self, number: i32, inputs: Vec<Input>) {
        let now = at(number, 9);
        self.engine.handle_timeout(now);
        let group = WorkerInputs { worker: WORKER, inputs };
        self.engine.handle_input(group, Vec::new(), now);
        while let Some(effect) = self.engine.poll_effect() {
            match effect {
                Effect::Counted { .. } | Effect::Erased(_) => {}
                Effect::Answered { outcome, .. } => assert_eq!(outcome, Ok(())),
                Effect::Decided(decision) => {
                    if let CaseChange::Opened { case, .. } = &decision.change {
                        self.case = Some(case.clone());
                    }
                    decision.events.into_iter().for_each(|event| self.take(number, event));
                }
            }
        }
    }

    fn take(&mut self, number: i32, event: Event) {
        if matches!(event.body, EventBody::Proposal(_) | EventBody::Invitation(_)) {
            let envelope = cloudevents::encode(&event, "vagus/v1", vagus::texts::Language::English);
            let wire: serde_json::Value = serde_json::from_slice(&envelope.payload).unwrap();
            self.wire.insert((envelope.topic.unwrap(), wire["type"].as_str().unwrap().to_owned()));
        }
        match event.body {
            EventBody::Proposal(found) if found.action == ActionKind::Counseling => {
                self.proposals.push((number, *found));
            }
            EventBody::Invitation(found) => self.invitations.push((number, found)),
            EventBody::Proposal(_)
            | EventBody::Alert(_)
            | EventBody::Action(_)
            | EventBody::Deadline(_)
            | EventBody::Committee(_) => {}
        }
    }

    /// The case was opened yesterday: counselling begins, by a mindfulness programme.
    fn begin(&mut self, number: i32) {
        let case = self.case.clone().expect("the questionnaire opened a case");
        let action = case.actions.iter().find(|action| action.kind == ActionKind::Counseling).unwrap();
        let source = SourceId::parse("clinic").ok();
        let (action, step) = (action.id.clone(), ActionStep::Started);
        let news = ActionProgress { action, step, at: at(number, 9), source, note: None };
        self.apply(number, vec![item(Item::Progress(news))]);
        self.choose(number, "mindfulness_programme");
    }

    /// The person in charge chooses a method.
    fn choose(&mut self, number: i32, method: &str) {
        let case = self.case.as_ref().unwrap().id.clone();
        let deed = Deed::Choose { action: ActionKind::Counseling, method: MethodId::parse(method).unwrap() };
        let by = Actor::Person { id: PersonId::parse("dr-b").unwrap(), role: Role::Physician };
        let command = Box::new(CaseCommand { case, by, is_there: true, deed, note: None });
        self.apply(number, vec![Input::Case { request: 0, command }]);
    }

    fn advice(&self) -> Vec<(u8, Advice)> {
        self.proposals.iter().map(|(_, found)| (found.week, found.advice)).collect()
    }
}

fn item(item: Item) -> Input {
    Input::Item { message: 0, index: 0, item }
}

fn gad7(number: i32, score: f64) -> Input {
    let response = Response::Total { score, kind: None };
    item(Item::Screening(Screening { instrument: Instrument::Gad7, taken_at: at(number, 8), response }))
}

/// A night around 40 ms, lower in the bad weeks, and moved by `shift` from the fifth day on.
fn night(number: i32, shift: f64) -> Vec<Input> {
    let wave = 0.1 * (f64::from(number) * 1.7).sin();
    let bad = if number >= -30 { -0.12 } else { 0.0 };
    let moved = if number >= 5 { shift } else { 0.0 };
    let rmssd_ms = Some(40.0 * (wave + bad + moved).exp());
    let window = |place: i64| HrvWindow {
        device: DeviceId::parse("band-1").ok(),
        start: at(number, 1) + SignedDuration::from_mins(15 * place),
        duration_s: 900,
        rmssd_ms,
        sdnn_ms: None,
        mean_hr_bpm: Some(56.0),
        context: Context::SleepMain,
        quality: Some(0.97),
    };
    (0..WINDOWS).map(|place| item(Item::Reading(Reading::Hrv(window(place))))).collect()
}

/// The days from ten weeks before the start to `last`. On the day after each invitation the worker
/// fills in the questionnaire, with the score that `score` gives for the day; `follow` may do
/// something at the end of each day.
fn run(last: i32, shift: f64, score: impl Fn(i32) -> f64, follow: impl Fn(&mut Plant, i32)) -> Plant {
    let mut plant = Plant::new();
    let key = WorkerKey { site: SiteId::parse("plant-a").unwrap(), worker: WorkerId::parse("w-1").unwrap() };
    plant.apply(-70, vec![Input::Enrol(Profile::unknown(key, TimeZone::UTC))]);
    for number in -69..=last {
        let mut inputs = night(number, shift);
        let is_invited = plant.invitations.last().is_some_and(|(on, _)| *on + 1 == number);
        if is_invited || number == -7 {
            inputs.push(gad7(number, score(number)));
        }
        plant.apply(number, inputs);
        if number == 0 {
            plant.begin(number);
        }
        follow(&mut plant, number);
    }
    plant
}

#[test]
fn an_engine_keeps_what_helps_and_says_when_it_can_be_closed() {
    let score = |number: i32| if number < 0 { 14.0 } else { (14.0 - 0.24 * f64::from(number)).round() };
    let plant = run(57, 0.12, score, |_, _| {});
    let invited: Vec<i32> = plant.invitations.iter().map(|(on, _)| *on).collect();
    assert_eq!(invited, [11, 25, 39, 53]);
    assert!(plant.invitations.iter().all(|(_, found)| found.instruments == [Instrument::Gad7]));
    use Advice::{Close, Maintain};
    assert_eq!(plant.advice(), [(2, Maintain), (4, Maintain), (6, Maintain), (8, Close)]);
    let outcomes = &plant.proposals[2].1.outcomes;
    let verdict = |name: &str| outcomes.iter().find(|change| change.outcome == name).map(|change| change.verdict);
    assert_eq!((verdict("GAD-7"), verdict("ln_rmssd")), (Some("improved"), Some("improved")));
}

#[test]
fn an_engine_switches_what_does_not_help_and_the_new_method_begins_anew() {
    let follow = |plant: &mut Plant, number: i32| {
        let proposed = plant.proposals.last().filter(|(on, found)| *on == number && found.advice == Advice::Switch);
        if let Some(to) = proposed.and_then(|(_, found)| found.to.clone()) {
            plant.choose(number, to.as_str());
        }
    };
    let plant = run(99, 0.0, |_| 15.0, follow);
    use Advice::{Intensify, Maintain, Switch};
    let (first, second) = ("mindfulness_programme", "cbt_counseling");
    let told = |(on, found): &(i32, Proposal)| (*on, found.week, found.advice, found.method.clone().unwrap());
    let told: Vec<_> = plant.proposals.iter().map(told).collect();
    let told: Vec<_> = told.iter().map(|(on, week, advice, method)| (*on, *week, *advice, method.as_str())).collect();
    let expected = [
        (14, 2, Maintain, first),
        (28, 4, Intensify, first),
        (42, 6, Switch, first),
        (56, 2, Maintain, second),
        (70, 4, Intensify, second),
        (84, 6, Switch, second),
        (98, 2, Maintain, "guided_self_help"),
    ];
    assert_eq!(told, expected);
    let switch = &plant.proposals[2].1;
    assert_eq!((switch.level, switch.to.as_ref().unwrap().as_str()), (Level::L3, second));
    assert!(
        Language::English.reason(&switch.reason).contains("GAD-7 was 15")
            && Language::English.reason(&switch.reason).contains("The response is too small")
    );
    // Three days before each of these weeks, so that the answer is there when it is looked at.
    let invited: Vec<(i32, Date)> = plant.invitations.iter().map(|(on, found)| (*on, found.by)).collect();
    assert_eq!(invited, expected.map(|(on, ..)| (on - 3, day(on))));
    let wire = [("actions/counseling", "vagus.screening.requested"), ("alerts", "vagus.case.proposal")];
    let wire = wire.map(|(topic, kind)| (format!("vagus/v1/plant-a/{topic}"), kind.to_owned()));
    assert_eq!(plant.wire, BTreeSet::from(wire));
}

#[test]
fn an_engine_goes_up_one_step_where_a_worker_gets_worse() {
    let plant = run(15, -0.1, |number| if number < 0 { 12.0 } else { 18.0 }, |_, _| {});
    let (on, found) = &plant.proposals[0];
    assert_eq!((*on, found.week, found.advice), (14, 2, Advice::StepUp));
    assert_eq!(found.to.as_ref().unwrap().as_str(), "cbt_individual");
    assert!(day(*on) > START && Language::English.reason(&found.reason).contains("reliably worse"));
}
