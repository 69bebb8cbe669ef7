//! The states of a case: which follows which, and who may do what. Everything else is refused.

use crate::domain::alert::Level;
use crate::domain::case::{ActionKind, ActionStep, OpenCase};
use crate::domain::life::{CaseState, Deed};
use crate::domain::person::{Actor, Role};

use CaseState::{
    Acknowledged, Assessed, Closed, DataError, DeclinedByWorker, FollowUp, InAction, NotWorkRelated, Open, Planned,
    Referred,
};

/// Which states a case may be moved to, from each.
///
/// A mistake in the data shows at a glance; that nothing at work has to do with it, or that the worker
/// wants no more, only once somebody has taken the case. A case is in action when an action has begun,
/// and comes back from follow-up when a method was switched.
///
/// # Source
/// Domain reference, section 8.2, for the states and their order; the way back is our own.
pub const TRANSITIONS: &[(CaseState, &[CaseState])] = &[
    (Open, &[Acknowledged, DataError]),
    (Acknowledged, &[Assessed, Referred, DeclinedByWorker, NotWorkRelated, DataError]),
    (Assessed, &[Planned, Referred, DeclinedByWorker, NotWorkRelated, DataError]),
    (Planned, &[InAction, FollowUp, Referred, DeclinedByWorker, NotWorkRelated, DataError]),
    (InAction, &[FollowUp, Referred, DeclinedByWorker, NotWorkRelated, DataError]),
    (FollowUp, &[InAction, Closed, Referred, DeclinedByWorker, NotWorkRelated, DataError]),
    (Referred, &[FollowUp, Closed, DeclinedByWorker, NotWorkRelated, DataError]),
    (Closed, &[]),
    (DeclinedByWorker, &[]),
    (NotWorkRelated, &[]),
    (DataError, &[]),
];

/// The states that a person may move a case to from this one.
#[must_use]
pub fn next_states(from: CaseState) -> &'static [CaseState] {
    TRANSITIONS.iter().find(|(state, _)| *state == from).map_or(&[], |(_, next)| next)
}

/// Why something is not done to a case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The worker has no such case.
    #[error("there is no such case")]
    UnknownCase,
    /// It has ended.
    #[error("the case has ended ({}); new evidence opens a new one", .0.as_str())]
    Ended(CaseState),
    /// The state does not follow.
    #[error("the case is {}, and from there it can only become {}", .from.as_str(), listed(next_states(*.from)))]
    NoTransition {
        /// The state that it has.
        from: CaseState,
        /// The state that was wanted.
        to: CaseState,
    },
    /// The role may not do it.
    #[error("{} may not do that; {}", .role.as_str(), .who)]
    NotPermitted {
        /// The role.
        role: Role,
        /// Who may.
        who: &'static str,
    },
    /// A system may only report progress of actions.
    #[error("a system may only report progress of actions")]
    SystemMayOnlyReport,
    /// A crisis is ended by a clinician.
    #[error("a crisis is ended by a clinician only: physician, counsellor, duty_clinician, oh_lead or oh_head")]
    CrisisNeedsClinician,
    /// The review of the work does not end because the worker declines counselling.
    #[error(
        "the workload review still runs and does not end because the worker declines: it must be done or declined first"
    )]
    ReviewStillRuns,
    /// The case has no such action.
    #[error("the case has no {} action", .0.as_str())]
    NoSuchAction(ActionKind),
    /// The action has ended.
    #[error("the {} action is {} already", .action.as_str(), .step.as_str())]
    ActionEnded {
        /// Which.
        action: ActionKind,
        /// How.
        step: ActionStep,
    },
    /// An action only goes forward.
    #[error("the {} action is {} already, and goes only forward", .action.as_str(), .step.as_str())]
    StepBack {
        /// Which.
        action: ActionKind,
        /// How far it is.
        step: ActionStep,
    },
    /// The case has such an action.
    #[error("the case has a workload review already")]
    ReviewThere,
    /// Nothing is followed up yet.
    #[error("no follow-up is due in a case that is {}", .0.as_str())]
    NothingToFollowUp(CaseState),
    /// A case is in action when one of its actions is.
    #[error("no action of the case runs: report one as started, or choose the method of one")]
    NothingRuns,
    /// What was planned has to be tried, or declined, before it is followed up.
    #[error("actions of the case are still to come: a planned case is followed up once all of them ended")]
    ActionsToCome,
    /// A remark without words.
    #[error("a remark needs words")]
    NoWords,
}

fn listed(states: &[CaseState]) -> String {
    let names: Vec<&str> = states.iter().map(|state| state.as_str()).collect();
    names.join(", ")
}

/// Whether an actor may do that to a case.
///
/// # Errors
/// [`Refusal`] where not.
///
/// # Source
/// Domain reference, section 8.6: cases are led by occupational health and the clinicians; a manager
/// knows only the review of the work, an operator puts people in charge.
pub(super) fn permit(by: &Actor, deed: &Deed) -> Result<(), Refusal> {
    let role = match by {
        Actor::Vagus => return Ok(()),
        Actor::Source(_) if matches!(deed, Deed::Progress { .. }) => return Ok(()),
        Actor::Source(_) => return Err(Refusal::SystemMayOnlyReport),
        Actor::Person { role, .. } if role.is_clinical() => return Ok(()),
        Actor::Person { role, .. } => *role,
    };
    let is_permitted = match deed {
        Deed::Progress { action: ActionKind::WorkloadReview, .. } => role == Role::Manager,
        Deed::Assign { .. } => role == Role::Operator,
        Deed::Progress { action: ActionKind::Counseling, .. }
        | Deed::Move { .. }
        | Deed::Remark
        | Deed::Choose { .. }
        | Deed::FollowUp
        | Deed::RequestReview => false,
    };
    if is_permitted { Ok(()) } else { Err(Refusal::NotPermitted { role, who: who_may(deed) }) }
}

const fn who_may(deed: &Deed) -> &'static str {
    match deed {
        Deed::Progress { action: ActionKind::WorkloadReview, .. } => "clinical roles and manager do",
        Deed::Assign { .. } => "clinical roles and operator do",
        Deed::Progress { action: ActionKind::Counseling, .. }
        | Deed::Move { .. }
        | Deed::Remark
        | Deed::Choose { .. }
        | Deed::FollowUp
        | Deed::RequestReview => "clinical roles do: physician, counsellor, duty_clinician, oh_lead, oh_head",
    }
}

/// Whether a person may move the case to that state.
///
/// # Errors
/// [`Refusal`] where not.
pub(super) fn check(case: &OpenCase, to: CaseState, by: &Actor) -> Result<(), Refusal> {
    if !next_states(case.state).contains(&to) {
        return Err(Refusal::NoTransition { from: case.state, to });
    }
    let all_ended = case.actions.iter().all(|action| action.step.is_final());
    if case.state == Planned && to == FollowUp && !all_ended {
        return Err(Refusal::ActionsToCome);
    }
    if to == InAction && !has_running_action(case) {
        return Err(Refusal::NothingRuns);
    }
    let is_clinician = matches!(by, Actor::Person { role, .. } if role.is_clinical());
    if to.is_final() && case.told.level == Level::L4 && !is_clinician {
        return Err(Refusal::CrisisNeedsClinician);
    }
    let review_runs = case.action(ActionKind::WorkloadReview).is_some_and(|review| !review.step.is_final());
    if to == DeclinedByWorker && review_runs {
        return Err(Refusal::ReviewStillRuns);
    }
    Ok(())
}

/// Whether an action has begun and not ended.
pub(super) fn has_running_action(case: &OpenCase) -> bool {
    case.actions.iter().any(|action| action.step == ActionStep::Started)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_its_line_and_only_ended_ones_lead_nowhere() {
        let states: Vec<CaseState> = TRANSITIONS.iter().map(|(state, _)| *state).collect();
        assert_eq!(states, CaseState::ALL);
        assert!(TRANSITIONS.iter().all(|(state, next)| state.is_final() == next.is_empty()));
        assert!(TRANSITIONS.iter().all(|(state, next)| !next.contains(state)));
    }

    #[test]
    fn a_case_ends_from_wherever_it_is_and_the_way_of_the_table_leads_through_all_states() {
        let way = [Open, Acknowledged, Assessed, Planned, InAction, FollowUp, Closed];
        assert!(way.windows(2).all(|pair| next_states(pair[0]).contains(&pair[1])));
        assert!(TRANSITIONS.iter().all(|(_, next)| next.is_empty() || next.contains(&DataError)));
    }

    #[test]
    fn a_manager_reports_the_review_and_nothing_of_the_person() {
        let by = |role| Actor::Person { id: crate::domain::person::PersonId::parse("x").unwrap(), role };
        let progress = |action| Deed::Progress { action, step: ActionStep::Done };
        assert_eq!(permit(&by(Role::Manager), &progress(ActionKind::WorkloadReview)), Ok(()));
        assert!(permit(&by(Role::Manager), &progress(ActionKind::Counseling)).is_err());
        assert!(permit(&by(Role::SafetyCommittee), &Deed::Remark).is_err());
        assert!(permit(&by(Role::Operator), &Deed::Move { to: Acknowledged }).is_err());
        assert_eq!(permit(&by(Role::Counsellor), &Deed::Move { to: Acknowledged }), Ok(()));
    }
}
