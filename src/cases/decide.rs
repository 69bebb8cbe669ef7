//! What a finding means for a worker's cases.

use super::calendar::Calendar;
use super::deadlines::LimitTable;
use crate::domain::alert::{AlertKind, Level};
use crate::domain::case::{Action, ActionId, ActionKind, ActionStep, CaseBook, CaseChange, CaseId, Finding, OpenCase};
use crate::domain::ids::WorkerNumber;
use crate::domain::item::ActionProgress;
use crate::domain::{Date, SignedDuration, Timestamp};

/// What was just found of a worker.
#[derive(Debug, Clone, PartialEq)]
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
    /// The time limits of every level.
    pub limits: &'a LimitTable,
    /// The working calendar of the worker's site.
    pub calendar: &'a Calendar,
    /// How long the same level opens no new case after one was closed.
    pub cool_down: SignedDuration,
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
            vec![CaseChange::Revised { told, on: situation.today }]
        }
        Some(_) => Vec::new(),
        None if finding.level >= Level::L2 && !is_cooling_down(book, situation) => {
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
    let episode = book.episodes + 1;
    let actions = kinds(told.level).iter().map(|kind| new_action(situation, episode, *kind, told.level)).collect();
    let case = OpenCase {
        id: CaseId::derive(situation.worker, episode),
        episode,
        opened_at: situation.now,
        told,
        actions,
        events: 1,
        said: AlertKind::Raised,
        revised_on: None,
    };
    CaseChange::Opened { case }
}

/// The same actions with nearer due times; one that the new level needs and the case lacks is added.
fn raised_again(case: &OpenCase, situation: &Situation<'_>, told: Finding) -> CaseChange {
    let mut actions = case.actions.clone();
    for action in &mut actions {
        action.due = action.due.min(due(situation, action.kind, told.level));
    }
    for kind in kinds(told.level) {
        if !actions.iter().any(|a| a.kind == *kind) {
            actions.push(new_action(situation, case.episode, *kind, told.level));
        }
    }
    CaseChange::RaisedAgain { told, actions, at: situation.now }
}

/// A crisis asks for counselling at once, and for a workload review only when a clinician wants one.
const fn kinds(level: Level) -> &'static [ActionKind] {
    match level {
        Level::L4 => &[ActionKind::Counseling],
        Level::L0 | Level::L1 | Level::L2 | Level::L3 => &[ActionKind::WorkloadReview, ActionKind::Counseling],
    }
}

fn new_action(situation: &Situation<'_>, episode: u32, kind: ActionKind, level: Level) -> Action {
    Action {
        id: ActionId::derive(situation.worker, episode, kind),
        kind,
        step: ActionStep::Requested,
        due: due(situation, kind, level),
        moved_at: situation.now,
    }
}

fn due(situation: &Situation<'_>, kind: ActionKind, level: Level) -> Timestamp {
    situation.calendar.due(situation.now, situation.limits.action(level, kind))
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
    book.closed.as_ref().is_some_and(|closed| {
        situation.now.duration_since(closed.closed_at) < situation.cool_down
            && situation.finding.level <= closed.case.told.level
    })
}

/// What news of an action changes; nothing, where it is known already or the case is closed.
#[must_use]
pub fn progress(book: &CaseBook, news: &ActionProgress, now: Timestamp) -> Vec<CaseChange> {
    let Some(case) = &book.open else { return Vec::new() };
    let Some(action) = case.actions.iter().find(|a| a.id == news.action) else { return Vec::new() };
    // Steps only go forward: a message that was overtaken by the next says nothing new.
    if action.step.is_final() || news.step <= action.step {
        return Vec::new();
    }
    let mut changes = vec![CaseChange::ActionMoved { action: news.action.clone(), step: news.step, at: news.at }];
    let others_are_final = case.actions.iter().filter(|a| a.id != news.action).all(|a| a.step.is_final());
    if news.step.is_final() && others_are_final {
        changes.push(CaseChange::Closed { at: now });
    }
    changes
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
