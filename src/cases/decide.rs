//! What a finding means for a worker's cases.

use super::calendar::Calendar;
use super::deadlines::{self, LimitTable};
use crate::domain::alert::{AlertKind, Level, RuleId};
use crate::domain::case::{
    Action, ActionId, ActionKind, ActionStep, CaseBook, CaseChange, CaseFact, CaseId, Finding, OpenCase,
};
use crate::domain::ids::WorkerNumber;
use crate::domain::life::{CaseState, Deadline, LogEntry, LogEvent};
use crate::domain::person::Actor;
use crate::domain::{Date, SignedDuration, Timestamp};

/// By which limits and days a worker's cases are held.
#[derive(Debug, Clone, Copy)]
pub struct Timing<'a> {
    /// The working calendar of the worker's site.
    pub calendar: &'a Calendar,
    /// The time limits of every level.
    pub limits: &'a LimitTable,
    /// How long the same level opens no new case after one ended.
    pub cool_down: SignedDuration,
}

impl Timing<'_> {
    fn first(&self, level: Level, raised_at: Timestamp) -> Vec<Deadline> {
        deadlines::open(level, raised_at, self.calendar, self.limits)
    }

    pub(super) fn follow_ups(&self, level: Level, live_at: Timestamp) -> Vec<Deadline> {
        deadlines::in_action(level, live_at, self.calendar, self.limits)
    }

    fn action_due(&self, level: Level, kind: ActionKind, from: Timestamp) -> Timestamp {
        self.calendar.due(from, self.limits.action(level, kind))
    }
}

/// What was just found of a worker.
#[derive(Debug, Clone)]
pub struct Situation<'a> {
    /// The worker.
    pub worker: WorkerNumber,
    /// The finding.
    pub finding: Finding,
    /// How many crisis answers have just come.
    pub new_crises: u32,
    /// Whether data that came late changed the past.
    pub is_late: bool,
    /// The worker's date.
    pub today: Date,
    /// Now.
    pub now: Timestamp,
    /// The limits that cases are held by.
    pub timing: Timing<'a>,
}

/// Decides what changes, given what was found. The book is not touched.
#[must_use]
pub fn decide(book: &CaseBook, situation: &Situation<'_>) -> Vec<CaseChange> {
    if situation.new_crises > 0 {
        return decide_crisis(book, situation);
    }
    let finding = &situation.finding;
    match &book.open {
        Some(case) if finding.level > case.told.level => vec![raised_again(case, situation, finding.clone())],
        Some(case) if is_worth_revising(case, situation) => {
            let told = Finding { level: case.told.level, ..finding.clone() };
            vec![CaseChange::Revised { told, on: situation.today, ground: None }]
        }
        Some(case) => evidence_added(case, situation).into_iter().collect(),
        None if finding.level.opens_case() && !is_cooling_down(book, situation) => {
            vec![opened(book, situation, finding.clone())]
        }
        None => Vec::new(),
    }
}

/// Every crisis answer is announced, one after the other, whatever was announced before.
fn decide_crisis(book: &CaseBook, situation: &Situation<'_>) -> Vec<CaseChange> {
    let mut book = book.clone();
    let mut changes = Vec::new();
    for _ in 0..situation.new_crises {
        let told = Finding { level: Level::L4, ..situation.finding.clone() };
        let change = match &book.open {
            Some(case) => raised_again(case, situation, told),
            None => opened(&book, situation, told),
        };
        super::apply(&mut book, &change);
        changes.push(change);
    }
    changes
}

fn opened(book: &CaseBook, situation: &Situation<'_>, told: Finding) -> CaseChange {
    let Situation { worker, timing, now, .. } = situation;
    let episode = book.episodes + 1;
    let new = |kind: &ActionKind| new_action(*worker, episode, *kind, told.level, timing, *now);
    let case = OpenCase {
        id: CaseId::derive(*worker, episode),
        episode,
        opened_at: *now,
        raised_at: *now,
        state: CaseState::Open,
        in_charge: None,
        deadlines: timing.first(told.level, *now),
        invited: Vec::new(),
        log: vec![LogEntry { at: *now, by: Actor::Vagus, event: LogEvent::Raised(told.level), note: None }],
        actions: kinds(told.level).iter().map(new).collect(),
        events: 1,
        said: AlertKind::Raised,
        revised_on: None,
        rules: told.rules.clone(),
        grounds: Vec::new(),
        told,
    };
    CaseChange::Opened { case }
}

/// The same actions with nearer due times; one that the new level needs and the case lacks is added.
/// The case is to be taken once more: its first limits run anew, where they are not nearer as they are.
fn raised_again(case: &OpenCase, situation: &Situation<'_>, told: Finding) -> CaseChange {
    let Situation { worker, timing, now, .. } = situation;
    let mut actions = case.actions.clone();
    // A review that suddenly hurries would tell whoever carries it out of a crisis.
    let hurries = |action: &&mut Action| told.level != Level::L4 || action.kind == ActionKind::Counseling;
    for action in actions.iter_mut().filter(hurries) {
        action.due = action.due.min(timing.action_due(told.level, action.kind, *now));
    }
    if told.level == Level::L4 {
        // Counselling that was declined or done is asked for again: this is another need.
        for ended in actions.iter_mut().filter(|action| action.kind == ActionKind::Counseling && action.step.is_final())
        {
            (ended.step, ended.moved_at) = (ActionStep::Requested, *now);
            (ended.due, ended.started_at) = (timing.action_due(told.level, ended.kind, *now), None);
            ended.reviewed_week = 0;
        }
    }
    for kind in kinds(told.level) {
        if !actions.iter().any(|a| a.kind == *kind) {
            actions.push(new_action(*worker, case.episode, *kind, told.level, timing, *now));
        }
    }
    let deadlines = deadlines::nearer(&case.deadlines, &timing.first(told.level, *now));
    CaseChange::RaisedAgain { told, actions, deadlines, at: *now, ground: None }
}

/// Further rules that match, at a level that was told already: kept in the case, and told nobody.
fn evidence_added(case: &OpenCase, situation: &Situation<'_>) -> Option<CaseChange> {
    let found = situation.finding.rules.iter();
    let rules: Vec<RuleId> = found.filter(|rule| !case.rules.contains(rule)).cloned().collect();
    let fact = CaseFact::EvidenceAdded { rules: rules.clone(), ground: None };
    (!rules.is_empty()).then_some(CaseChange::Done { at: situation.now, by: Actor::Vagus, note: None, fact })
}

/// A crisis asks for counselling at once, and for a workload review only when a clinician wants one.
const fn kinds(level: Level) -> &'static [ActionKind] {
    match level {
        Level::L4 => &[ActionKind::Counseling],
        Level::L0 | Level::L1 | Level::L2 | Level::L3 => &[ActionKind::WorkloadReview, ActionKind::Counseling],
    }
}

/// An action that is asked for now.
pub(super) fn new_action(
    worker: WorkerNumber,
    episode: u32,
    kind: ActionKind,
    level: Level,
    timing: &Timing<'_>,
    now: Timestamp,
) -> Action {
    Action {
        id: ActionId::derive(worker, episode, kind),
        kind,
        step: ActionStep::Requested,
        due: timing.action_due(level, kind, now),
        moved_at: now,
        assignee: None,
        started_at: None,
        method: None,
        tried: Vec::new(),
        reviewed_week: 0,
    }
}

/// That a case has ended, in a look at the past, where nobody says so.
#[must_use]
pub const fn ended(at: Timestamp) -> CaseChange {
    let fact = CaseFact::Moved { to: CaseState::Closed, deadlines: Vec::new() };
    CaseChange::Done { at, by: Actor::Vagus, note: None, fact }
}

/// Late data is told when it changed what the case rests on, at most once a day.
fn is_worth_revising(case: &OpenCase, situation: &Situation<'_>) -> bool {
    use crate::domain::indicator::HrvState::Persistent;
    let (told, found) = (&case.told, &situation.finding);
    let is_changed = told.rules != found.rules
        || (told.hrv == Persistent) != (found.hrv == Persistent)
        || told.is_sleep_poor != found.is_sleep_poor
        || told.is_exposed != found.is_exposed;
    // What a crisis rests on is an answer, and no reading that comes late can change it.
    situation.is_late && is_changed && told.level < Level::L4 && case.revised_on != Some(situation.today)
}

fn is_cooling_down(book: &CaseBook, situation: &Situation<'_>) -> bool {
    book.closed.last().is_some_and(|closed| {
        situation.now.duration_since(closed.closed_at) < situation.timing.cool_down
            && situation.finding.level <= closed.case.told.level
    })
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
