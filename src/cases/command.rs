//! What somebody does to a case: which facts follow, or why it is refused.

use super::apply::{apply, has_begun};
use super::decide::{Timing, new_action};
use super::transitions::{Refusal, check, has_running_action, permit};
use crate::domain::Timestamp;
use crate::domain::case::{Action, ActionKind, ActionStep, CaseBook, CaseChange, CaseFact, OpenCase};
use crate::domain::ids::WorkerNumber;
use crate::domain::item::ActionProgress;
use crate::domain::life::{CaseCommand, CaseState, Deadline, Deed, Milestone};
use crate::domain::person::Actor;

/// Decides what a command changes. The book is not touched.
///
/// # Errors
/// [`Refusal`] where the case is not there or has ended, or the deed does not fit its state or the
/// role of who wants it.
pub fn command(
    book: &CaseBook,
    command: &CaseCommand,
    worker: WorkerNumber,
    timing: &Timing<'_>,
    now: Timestamp,
) -> Result<Vec<CaseChange>, Refusal> {
    let (case, ended) = book.find(&command.case).ok_or(Refusal::UnknownCase)?;
    permit(&command.by, &command.deed)?;
    if ended.is_some() {
        return Err(Refusal::Ended(case.state));
    }
    if command.deed == Deed::Remark && command.note.is_none() {
        return Err(Refusal::NoWords);
    }
    let fact = fact(case, command, worker, timing, now)?;
    let done = |fact, note| CaseChange::Done { at: now, by: command.by.clone(), note, fact };
    let (mut book, mut changes) = (book.clone(), Vec::new());
    for fact in declined_with(case, &fact, now) {
        let change = done(fact, None);
        apply(&mut book, &change);
        changes.push(change);
    }
    let taken = taken_by(case, &fact, command);
    changes.extend(with_consequences(&book, done(fact, command.note.clone()), timing, now));
    changes.extend(taken.map(|fact| done(fact, None)));
    Ok(changes)
}

/// What is declined with a case, however it ends: the actions that nobody has begun, so that none hangs
/// on in a case that has ended.
fn declined_with(case: &OpenCase, fact: &CaseFact, now: Timestamp) -> Vec<CaseFact> {
    if !matches!(fact, CaseFact::Moved { to, .. } if to.is_final()) {
        return Vec::new();
    }
    let waiting = case.actions.iter().filter(|action| !action.step.is_final());
    let declined = |action: &Action| CaseFact::ActionMoved {
        action: action.id.clone(),
        step: ActionStep::Declined,
        reported_at: now,
    };
    waiting.map(declined).collect()
}

/// Who acknowledges a case of which nobody is in charge has taken it, where they look after its site.
fn taken_by(case: &OpenCase, fact: &CaseFact, command: &CaseCommand) -> Option<CaseFact> {
    let is_taken = matches!(fact, CaseFact::Moved { to: CaseState::Acknowledged, .. }) && case.in_charge.is_none();
    match &command.by {
        Actor::Person { id, role } if is_taken && command.is_there && role.is_clinical() => {
            Some(CaseFact::Assigned { to: id.clone(), action: None })
        }
        Actor::Vagus | Actor::Source(_) | Actor::Person { .. } => None,
    }
}

fn fact(
    case: &OpenCase,
    command: &CaseCommand,
    worker: WorkerNumber,
    timing: &Timing<'_>,
    now: Timestamp,
) -> Result<CaseFact, Refusal> {
    let existing = |kind: ActionKind| case.action(kind).ok_or(Refusal::NoSuchAction(kind));
    match &command.deed {
        Deed::Move { to } => {
            check(case, *to, command, &timing.calendar.zone)?;
            Ok(CaseFact::Moved { to: *to, deadlines: deadlines_after(case, *to, timing, now) })
        }
        Deed::Assign { to, action } => {
            if let Some(kind) = action {
                existing(*kind)?;
            }
            Ok(CaseFact::Assigned { to: to.clone(), action: *action })
        }
        Deed::Remark => Ok(CaseFact::Remarked),
        Deed::Progress { action, step } => {
            let known = existing(*action)?;
            if known.step.is_final() {
                return Err(Refusal::ActionEnded { action: *action, step: known.step });
            }
            if *step <= known.step {
                return Err(Refusal::StepBack { action: *action, step: known.step });
            }
            Ok(CaseFact::ActionMoved { action: known.id.clone(), step: *step, reported_at: now })
        }
        Deed::Choose { action, method } => {
            let known = existing(*action)?;
            if known.step == ActionStep::Declined {
                return Err(Refusal::ActionEnded { action: *action, step: known.step });
            }
            Ok(CaseFact::MethodChosen { action: *action, method: method.clone() })
        }
        // Of a case that was raised again, the follow-ups go on.
        Deed::FollowUp if is_followed_up(case) => Ok(CaseFact::FollowedUp { deadlines: without_next_follow_up(case) }),
        Deed::FollowUp => Err(Refusal::NothingToFollowUp(case.state)),
        Deed::RequestReview => match case.action(ActionKind::WorkloadReview) {
            Some(_) => Err(Refusal::ReviewThere),
            None => {
                let action = new_action(worker, case.episode, ActionKind::WorkloadReview, case.told.level, timing, now);
                Ok(CaseFact::ActionAdded { action })
            }
        },
    }
}

/// What news of an action changes; nothing, where it is known already or the case has ended.
#[must_use]
pub fn progress(
    book: &CaseBook,
    news: &ActionProgress,
    by: &Actor,
    timing: &Timing<'_>,
    now: Timestamp,
) -> Vec<CaseChange> {
    let Some(case) = &book.open else { return Vec::new() };
    let Some(action) = case.actions.iter().find(|a| a.id == news.action) else { return Vec::new() };
    // Steps only go forward: a message that was overtaken by the next says nothing new.
    if action.step.is_final() || news.step <= action.step {
        return Vec::new();
    }
    let fact = CaseFact::ActionMoved { action: news.action.clone(), step: news.step, reported_at: news.at };
    let note = news.note.as_deref().and_then(crate::domain::life::Note::of);
    with_consequences(book, CaseChange::Done { at: now, by: by.clone(), note, fact }, timing, now)
}

/// A change, and what Vagus does itself because of it.
fn with_consequences(book: &CaseBook, change: CaseChange, timing: &Timing<'_>, now: Timestamp) -> Vec<CaseChange> {
    let mut book = book.clone();
    let mut changes = Vec::new();
    let mut next = Some(change);
    while let Some(change) = next {
        apply(&mut book, &change);
        changes.push(change);
        next = book.open.as_ref().and_then(|case| {
            let to = consequence(case)?;
            let fact = CaseFact::Moved { to, deadlines: deadlines_after(case, to, timing, now) };
            Some(CaseChange::Done { at: now, by: Actor::Vagus, note: None, fact })
        });
    }
    changes
}

/// A planned case is in action when an action has begun; one whose actions have all ended, one of them
/// done, is to be followed up. Where a method was switched, it is in action again.
fn consequence(case: &OpenCase) -> Option<CaseState> {
    let has_ended = case.actions.iter().all(|action| action.step.is_final());
    let has_begun = case.actions.iter().any(|action| has_begun(action.step));
    match case.state {
        CaseState::Planned if has_begun => Some(CaseState::InAction),
        CaseState::InAction if has_ended && has_begun => Some(CaseState::FollowUp),
        CaseState::FollowUp if has_just_begun_again(case) => Some(CaseState::InAction),
        CaseState::Open
        | CaseState::Acknowledged
        | CaseState::Assessed
        | CaseState::Planned
        | CaseState::InAction
        | CaseState::FollowUp
        | CaseState::Referred
        | CaseState::Closed
        | CaseState::DeclinedByWorker
        | CaseState::NotWorkRelated
        | CaseState::DataError => None,
    }
}

/// Whether the last thing that happened is that another method was chosen.
fn has_just_begun_again(case: &OpenCase) -> bool {
    use crate::domain::life::LogEvent::MethodChosen;
    has_running_action(case) && case.log.last().is_some_and(|entry| matches!(entry.event, MethodChosen { .. }))
}

/// The time limits that run once a case is in that state.
pub(super) fn deadlines_after(case: &OpenCase, to: CaseState, timing: &Timing<'_>, now: Timestamp) -> Vec<Deadline> {
    let is_reached = |milestone| reached(to).contains(&milestone);
    let mut running: Vec<Deadline> =
        case.deadlines.iter().filter(|deadline| !is_reached(deadline.milestone)).copied().collect();
    let begins_follow_up = matches!(to, CaseState::InAction | CaseState::Referred);
    if begins_follow_up {
        running.retain(|deadline| deadline.milestone != Milestone::FollowUp);
        running.extend(timing.follow_ups(case.told.level, now));
    }
    running
}

/// What a case in that state has reached.
const fn reached(state: CaseState) -> &'static [Milestone] {
    use Milestone::{Acknowledge, Assess, FirstAction, Plan};
    match state {
        CaseState::Open => &[],
        CaseState::Acknowledged => &[Acknowledge],
        CaseState::Assessed => &[Acknowledge, Assess],
        CaseState::Planned => &[Acknowledge, Assess, Plan],
        // Each action has until that limit to begin.
        CaseState::InAction => &[Acknowledge, Assess, Plan],
        CaseState::FollowUp | CaseState::Referred => &[Acknowledge, Assess, Plan, FirstAction],
        CaseState::Closed | CaseState::DeclinedByWorker | CaseState::NotWorkRelated | CaseState::DataError => {
            Milestone::ALL
        }
    }
}

fn is_followed_up(case: &OpenCase) -> bool {
    matches!(case.state, CaseState::InAction | CaseState::FollowUp | CaseState::Referred)
        || case.deadlines.iter().any(|limit| limit.milestone == Milestone::FollowUp)
}

fn without_next_follow_up(case: &OpenCase) -> Vec<Deadline> {
    let follow_ups = case.deadlines.iter().filter(|deadline| deadline.milestone == Milestone::FollowUp);
    let next = follow_ups.min_by_key(|deadline| deadline.number).copied();
    case.deadlines.iter().filter(|deadline| Some(**deadline) != next).copied().collect()
}

#[cfg(test)]
#[path = "command_tests.rs"]
mod tests;
