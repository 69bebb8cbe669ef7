//! Facts applied to a case book.

use crate::domain::Timestamp;
use crate::domain::alert::{AlertKind, RuleId};
use crate::domain::case::{
    Action, ActionKind, ActionStep, CaseBook, CaseChange, CaseFact, ClosedCase, Ground, Invited, MAX_CLOSED,
    MAX_GROUNDS, MAX_LOG_ENTRIES, OpenCase,
};
use crate::domain::life::{CaseState, LogEntry, LogEvent, MethodId, Milestone};
use crate::domain::person::Actor;

/// Applies a fact to the book it was decided from.
///
/// A fact that does not fit the book (a case that is not open) changes nothing: facts come from the
/// journal, and a book must never stop a start.
pub fn apply(book: &mut CaseBook, change: &CaseChange) {
    if let CaseChange::Opened { case } = change {
        book.episodes = book.episodes.max(case.episode);
        book.open = Some(case.clone());
        return;
    }
    let Some(case) = &mut book.open else { return };
    match change {
        CaseChange::Opened { .. } => {}
        CaseChange::RaisedAgain { told, actions, deadlines, at, ground } => {
            case.told = told.clone();
            add_rules(&mut case.rules, &told.rules);
            add_ground(&mut case.grounds, ground.as_deref());
            case.actions.clone_from(actions);
            case.deadlines.clone_from(deadlines);
            (case.state, case.raised_at) = (CaseState::Open, *at);
            case.events += 1;
            case.said = AlertKind::RaisedAgain;
            log(case, LogEntry { at: *at, by: Actor::Vagus, event: LogEvent::Raised(told.level), note: None });
        }
        CaseChange::Revised { told, on, ground } => {
            case.told = told.clone();
            add_rules(&mut case.rules, &told.rules);
            add_ground(&mut case.grounds, ground.as_deref());
            case.revised_on = Some(*on);
            case.events += 1;
            case.said = AlertKind::Revised;
        }
        CaseChange::Done { at, by, note, fact } => {
            if let Some(event) = take(case, fact, *at) {
                log(case, LogEntry { at: *at, by: by.clone(), event, note: note.clone() });
            }
            if case.state.is_final() {
                end(book, *at);
                return;
            }
        }
    }
    // A limit that nothing could meet would be told as over, also of a case that is raised again while its
    // actions run.
    if !case.actions.iter().any(is_waiting) {
        case.deadlines.retain(|deadline| deadline.milestone != Milestone::FirstAction);
    }
}

fn add_rules(known: &mut Vec<RuleId>, found: &[RuleId]) {
    let new: Vec<RuleId> = found.iter().filter(|rule| !known.contains(rule)).cloned().collect();
    known.extend(new);
}

/// The first stays: it tells why the case is there.
fn add_ground(known: &mut Vec<Ground>, found: Option<&Ground>) {
    let Some(found) = found else { return };
    if known.len() >= MAX_GROUNDS {
        known.remove(1);
    }
    known.push(found.clone());
}

fn end(book: &mut CaseBook, at: Timestamp) {
    book.closed.extend(book.open.take().map(|case| ClosedCase { case, closed_at: at }));
    let surplus = book.closed.len().saturating_sub(MAX_CLOSED);
    book.closed.drain(..surplus);
}

/// Takes a fact in, and gives what the history says of it; nothing where it speaks of an action that
/// the case does not have.
fn take(case: &mut OpenCase, fact: &CaseFact, at: Timestamp) -> Option<LogEvent> {
    Some(match fact {
        CaseFact::Moved { to, deadlines } => {
            case.state = *to;
            case.deadlines.clone_from(deadlines);
            LogEvent::Moved(*to)
        }
        CaseFact::ActionMoved { action, step, reported_at } => {
            let moved = case.actions.iter_mut().find(|known| known.id == *action)?;
            (moved.step, moved.moved_at) = (*step, *reported_at);
            if has_begun(*step) {
                moved.started_at.get_or_insert(at);
            }
            LogEvent::Progress { action: moved.kind, step: *step }
        }
        CaseFact::ActionAdded { action } => {
            case.actions.push(action.clone());
            case.actions.sort_by_key(|action| action.kind);
            LogEvent::ActionAdded(action.kind)
        }
        CaseFact::Assigned { to, action: None } => {
            case.in_charge = Some(to.clone());
            LogEvent::Assigned { to: to.clone(), action: None }
        }
        CaseFact::Assigned { to, action: Some(kind) } => {
            action_mut(case, *kind)?.assignee = Some(to.clone());
            LogEvent::Assigned { to: to.clone(), action: Some(*kind) }
        }
        CaseFact::Remarked => LogEvent::Remarked,
        CaseFact::MethodChosen { action, method } => {
            choose(action_mut(case, *action)?, method, at);
            LogEvent::MethodChosen { action: *action, method: method.clone() }
        }
        CaseFact::EvidenceAdded { rules, ground } => {
            case.rules.extend(rules.iter().cloned());
            add_ground(&mut case.grounds, ground.as_deref());
            LogEvent::EvidenceAdded(rules.clone())
        }
        CaseFact::FollowedUp { deadlines } => {
            case.deadlines.clone_from(deadlines);
            LogEvent::FollowedUp
        }
        CaseFact::Told { milestone, number, stage } => {
            let is_it = |milestone_of: Milestone, number_of: u8| milestone_of == *milestone && number_of == *number;
            case.deadlines.iter_mut().find(|known| is_it(known.milestone, known.number))?.told = Some(*stage);
            LogEvent::Told { milestone: *milestone, number: *number, stage: *stage }
        }
        CaseFact::Reviewed { action, week, advice, deadlines } => {
            action_mut(case, *action)?.reviewed_week = *week;
            if let Some(deadlines) = deadlines {
                case.deadlines.clone_from(deadlines);
            }
            LogEvent::Reviewed { action: *action, week: *week, advice: *advice }
        }
        CaseFact::Invited { instruments, on, .. } => {
            case.invited.retain(|known| !instruments.contains(&known.instrument));
            case.invited.extend(instruments.iter().map(|instrument| Invited { instrument: *instrument, on: *on }));
            LogEvent::Invited(instruments.clone())
        }
    })
}

/// To name the method of what runs already is no switch, and begins nothing anew.
fn choose(action: &mut Action, method: &MethodId, at: Timestamp) {
    let Some(before) = action.method.replace(method.clone()).filter(|before| before != method) else { return };
    action.tried.retain(|tried| *tried != before);
    action.tried.push(before);
    if action.started_at.is_some() {
        // What the method does is looked at from its own beginning.
        (action.step, action.started_at, action.reviewed_week) = (ActionStep::Started, Some(at), 0);
    }
}

/// Whether an action was asked for, and has neither begun nor ended.
pub(super) fn is_waiting(action: &Action) -> bool {
    matches!(action.step, ActionStep::Requested | ActionStep::Accepted)
}

/// Whether an action at that step is live, or was.
pub(super) const fn has_begun(step: ActionStep) -> bool {
    matches!(step, ActionStep::Started | ActionStep::Done)
}

fn action_mut(case: &mut OpenCase, kind: ActionKind) -> Option<&mut Action> {
    case.actions.iter_mut().find(|action| action.kind == kind)
}

/// The first line stays: it tells why the case is there.
fn log(case: &mut OpenCase, entry: LogEntry) {
    if case.log.len() >= MAX_LOG_ENTRIES {
        case.log.remove(1);
    }
    case.log.push(entry);
}
