//! The life of a case under random findings, commands, news and passing time: no state that the table
//! does not know, no time limit lost or told twice, no id given twice, and the journal's facts alone
//! make the same book.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::apply::is_waiting;
use super::calendar::Calendar;
use super::deadlines::{self, LimitTable};
use super::*;
use crate::domain::alert::{Level, RuleId};
use crate::domain::case::{ActionId, ActionKind, ActionStep, CaseBook, CaseChange, CaseFact, Finding};
use crate::domain::ids::{SourceId, WorkerNumber};
use crate::domain::indicator::HrvState;
use crate::domain::item::ActionProgress;
use crate::domain::life::{CaseCommand, CaseState, Deadline, Deed, MethodId, Milestone, Note, Stage};
use crate::domain::person::{Actor, PersonId, Role};
use crate::domain::{SignedDuration, Timestamp};

const SEQUENCES: u32 = 10_000;
const WORKER: WorkerNumber = WorkerNumber(7);

/// Something that happens.
#[derive(Debug, Clone)]
enum Happening {
    Found { level: Level, crises: u32, is_late: bool },
    Command { deed: Deed, role: Role, has_note: bool },
    News { kind: ActionKind, step: ActionStep },
    Passes(SignedDuration),
}

fn level() -> impl Strategy<Value = Level> {
    prop::sample::select(vec![Level::L0, Level::L1, Level::L2, Level::L2, Level::L3])
}

fn kind() -> impl Strategy<Value = ActionKind> {
    prop::sample::select(vec![ActionKind::WorkloadReview, ActionKind::Counseling])
}

fn step() -> impl Strategy<Value = ActionStep> {
    prop::sample::select(ActionStep::REPORTED.to_vec())
}

fn deed() -> impl Strategy<Value = Deed> {
    let method =
        prop::sample::select(vec!["mindfulness", "cbt_individual"]).prop_map(|id| MethodId::parse(id).unwrap());
    prop_oneof![
        6 => prop::sample::select(CaseState::ALL.to_vec()).prop_map(|to| Deed::Move { to }),
        1 => prop::option::of(kind()).prop_map(|action| Deed::Assign { to: PersonId::parse("x").unwrap(), action }),
        1 => Just(Deed::Remark),
        2 => (kind(), step()).prop_map(|(action, step)| Deed::Progress { action, step }),
        1 => (kind(), method).prop_map(|(action, method)| Deed::Choose { action, method }),
        1 => Just(Deed::FollowUp),
        1 => Just(Deed::RequestReview),
    ]
}

fn happening() -> impl Strategy<Value = Happening> {
    let role = prop_oneof![6 => Just(Role::Physician), 1 => prop::sample::select(Role::ALL.to_vec())];
    prop_oneof![
        3 => (level(), prop_oneof![9 => Just(0_u32), 1 => 1..3_u32], any::<bool>())
            .prop_map(|(level, crises, is_late)| Happening::Found { level, crises, is_late }),
        6 => (deed(), role, any::<bool>()).prop_map(|(deed, role, has_note)| Happening::Command { deed, role, has_note }),
        2 => (kind(), step()).prop_map(|(kind, step)| Happening::News { kind, step }),
        3 => (0..40_i64 * 24 * 60).prop_map(|minutes| Happening::Passes(SignedDuration::from_mins(minutes))),
    ]
}

static DATA: LazyLock<(Calendar, LimitTable)> = LazyLock::new(Default::default);

fn timing() -> Timing<'static> {
    Timing { calendar: &DATA.0, limits: &DATA.1, cool_down: SignedDuration::from_hours(28 * 24) }
}

/// What makes a limit another one: episode, milestone, number, begin and end.
type Limit = (u32, Milestone, u8, Timestamp, Timestamp);

const fn name(episode: u32, limit: &Deadline) -> Limit {
    (episode, limit.milestone, limit.number, limit.from, limit.due)
}

/// A book under test, and everything that was ever said of it.
struct Bench {
    book: CaseBook,
    journal: Vec<CaseChange>,
    now: Timestamp,
    /// Every limit that ever ran, and the stages told of it.
    limits: BTreeMap<Limit, Vec<Stage>>,
    actions: BTreeMap<ActionId, (u32, ActionKind)>,
    episodes: BTreeSet<u32>,
}

impl Bench {
    fn new() -> Self {
        Self {
            book: CaseBook::default(),
            journal: Vec::new(),
            now: "2026-03-01T08:00:00Z".parse().unwrap(),
            limits: BTreeMap::new(),
            actions: BTreeMap::new(),
            episodes: BTreeSet::new(),
        }
    }

    fn take(&mut self, changes: Vec<CaseChange>) {
        for change in changes {
            self.check_transition(&change);
            apply(&mut self.book, &change);
            self.check_ids(&change);
            self.journal.push(change);
            let Some(case) = &self.book.open else { continue };
            for limit in &case.deadlines {
                self.limits.entry(name(case.episode, limit)).or_default();
            }
        }
    }

    fn check_transition(&mut self, change: &CaseChange) {
        match change {
            CaseChange::Opened { .. } => assert!(self.book.open.is_none(), "a worker has one open case"),
            CaseChange::Done { fact: CaseFact::Moved { to, .. }, .. } => {
                let from = self.book.open.as_ref().expect("what ended does not move").state;
                assert!(next_states(from).contains(to), "{from:?} to {to:?}");
            }
            CaseChange::Done { fact: CaseFact::Told { milestone, number, stage }, .. } => {
                let case = self.book.open.as_ref().expect("of what ended nothing is told");
                let limit = case.deadlines.iter().find(|l| l.milestone == *milestone && l.number == *number).unwrap();
                let told = self.limits.get_mut(&name(case.episode, limit)).unwrap();
                assert!(told.last().is_none_or(|last| stage > last), "{stage:?} after {told:?}");
                told.push(*stage);
            }
            CaseChange::RaisedAgain { .. } | CaseChange::Revised { .. } | CaseChange::Done { .. } => {
                assert!(self.book.open.is_some(), "{change:?} of nothing");
            }
        }
    }

    fn check_ids(&mut self, change: &CaseChange) {
        if let CaseChange::Opened { case } = change {
            assert!(self.episodes.insert(case.episode), "episode {} twice", case.episode);
        }
        for case in self.book.open.iter() {
            for action in &case.actions {
                let owner = (case.episode, action.kind);
                assert_eq!(*self.actions.entry(action.id.clone()).or_insert(owner), owner, "an action's id twice");
            }
            let kinds: BTreeSet<ActionKind> = case.actions.iter().map(|action| action.kind).collect();
            assert_eq!(kinds.len(), case.actions.len(), "two actions of one kind");
            assert!(!case.state.is_final());
        }
        for ended in self.book.closed.iter().map(|closed| &closed.case) {
            assert!(ended.state.is_final(), "what is kept as ended has ended");
            assert!(ended.actions.iter().all(|action| action.step.is_final()), "an ended case has an action to come");
        }
    }

    /// Lets time pass as the engine does: from moment to moment.
    fn pass(&mut self, until: Timestamp) {
        for _ in 0..10_000 {
            let Some(case) = &self.book.open else { break };
            let Some(at) = deadlines::next(&case.deadlines).filter(|at| *at <= until) else { break };
            let told: Vec<CaseChange> = deadlines::due_by(&case.deadlines, at)
                .into_iter()
                .map(|(place, stage)| {
                    let limit = &case.deadlines[place];
                    let fact = CaseFact::Told { milestone: limit.milestone, number: limit.number, stage };
                    CaseChange::Done { at, by: Actor::Vagus, note: None, fact }
                })
                .collect();
            assert!(!told.is_empty(), "a moment without anything to tell would come for ever");
            self.take(told);
        }
        self.now = until;
    }

    /// Every limit that still runs and is over has been told as over.
    fn check_limits(&self) {
        for case in self.book.open.iter() {
            for limit in case.deadlines.iter().filter(|limit| limit.due <= self.now) {
                assert!(limit.told >= Some(Stage::Overdue), "{limit:?} was lost at {}", self.now);
            }
            let is_taken = case.state > CaseState::Open;
            assert_eq!(case.deadlines.iter().any(|limit| limit.milestone == Milestone::Acknowledge), !is_taken);
            let closes = case.deadlines.iter().any(|limit| limit.milestone == Milestone::CloseReview);
            assert!(closes, "nobody would ever look at it as a whole");
            let is_limited = case.deadlines.iter().any(|limit| limit.milestone == Milestone::FirstAction);
            let can_begin = case.actions.iter().any(is_waiting);
            assert!(can_begin || !is_limited, "nothing could meet that limit");
        }
    }

    fn happen(&mut self, happening: &Happening) {
        match happening {
            Happening::Found { level, crises, is_late } => {
                let finding = Finding {
                    level: *level,
                    rules: vec![RuleId::new(level.as_str())],
                    hrv: HrvState::Normal,
                    is_sleep_poor: false,
                    is_exposed: false,
                };
                let today = self.now.to_zoned(crate::domain::TimeZone::UTC).date();
                let situation = Situation {
                    worker: WORKER,
                    finding,
                    new_crises: *crises,
                    is_late: *is_late,
                    today,
                    now: self.now,
                    timing: timing(),
                };
                let changes = decide(&self.book, &situation);
                assert!(changes.len() >= *crises as usize, "every crisis answer is announced");
                self.take(changes);
            }
            Happening::Command { deed, role, has_note } => self.command(deed, *role, *has_note),
            Happening::News { kind, step } => {
                let Some(action) = self.book.open.as_ref().and_then(|case| case.action(*kind)) else { return };
                let news = ActionProgress {
                    action: action.id.clone(),
                    step: *step,
                    at: self.now,
                    source: SourceId::parse("clinic").ok(),
                    note: None,
                };
                let by = Actor::Source(SourceId::parse("clinic").unwrap());
                let changes = progress(&self.book, &news, &by, &timing(), self.now);
                self.take(changes);
            }
            Happening::Passes(time) => self.pass(self.now.checked_add(*time).unwrap()),
        }
    }

    fn command(&mut self, deed: &Deed, role: Role, has_note: bool) {
        let known = self.book.open.iter().chain(self.book.closed.last().map(|closed| &closed.case)).next();
        let Some(id) = known.map(|case| case.id.clone()) else { return };
        let by = Actor::Person { id: PersonId::parse("y").unwrap(), role };
        let wanted = CaseCommand {
            case: id,
            by,
            is_there: true,
            deed: deed.clone(),
            note: has_note.then(|| Note::of("x").unwrap()),
        };
        let before = self.book.clone();
        let offered: Vec<CaseState> = before.open.iter().flat_map(permitted_states).collect();
        let outcome = command(&self.book, &wanted, WORKER, &timing(), self.now);
        if let (Deed::Move { to }, true, true) = (deed, role.is_clinical(), has_note) {
            assert_eq!(outcome.is_ok(), offered.contains(to), "{to:?} of {offered:?}");
        }
        match outcome {
            Ok(changes) => {
                assert!(role.is_clinical() || matches!(deed, Deed::Progress { .. } | Deed::Assign { .. }));
                assert!(!changes.is_empty(), "what is accepted changes something");
                self.take(changes);
                self.check_deed(deed, &before, has_note);
            }
            Err(refusal) => {
                assert!(!refusal.to_string().is_empty());
                assert_eq!(self.book, before);
            }
        }
    }

    /// What a deed must have left, however it came about.
    fn check_deed(&self, deed: &Deed, before: &CaseBook, has_note: bool) {
        let Deed::Move { to } = deed else { return };
        let case = before.open.as_ref().expect("what ended does not move");
        if *to == CaseState::Acknowledged {
            let taken = self.book.open.as_ref().expect("what is acknowledged has not ended");
            assert!(taken.in_charge.is_some() && (case.in_charge.is_none() || taken.in_charge == case.in_charge));
        }
        assert!(!to.is_final() || case.told.level < Level::L4 || has_note, "a crisis was ended without a word");
        if to.is_final() {
            assert!(case.actions.iter().all(|action| action.step != ActionStep::Started), "what runs was cut off");
        }
        if *to == CaseState::DeclinedByWorker {
            let review = case.action(ActionKind::WorkloadReview);
            assert!(review.is_none_or(|review| review.step.is_final()), "the review is not the worker's to decline");
        }
    }
}

#[test]
fn no_sequence_of_events_leads_to_an_illegal_state_a_lost_limit_or_an_id_twice() {
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(SEQUENCES) });
    let outcome = runner.run(&prop::collection::vec(happening(), 1..40), |happenings| {
        let mut bench = Bench::new();
        for happening in &happenings {
            bench.happen(happening);
            bench.pass(bench.now);
            bench.check_limits();
        }
        let mut again = CaseBook::default();
        bench.journal.iter().for_each(|change| apply(&mut again, change));
        prop_assert_eq!(again, bench.book);
        Ok(())
    });
    outcome.unwrap();
}
