//! The states of a case: which follows which, and who may do what. Everything else is refused.

use crate::domain::TimeZone;
use crate::domain::alert::Level;
use crate::domain::case::{Action, ActionKind, ActionStep, OpenCase};
use crate::domain::life::{CaseCommand, CaseState, Deed, LogEvent};
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

/// The states that follow this one, whatever the actions of the case; [`permitted_states`] knows these.
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
    /// Somebody moved it there already.
    #[error(
        "{} {} on {}; from {} it can only become {}",
        name(.by), became(*.state), .at.strftime("%Y-%m-%d %H:%M %Z"), .state.as_str(), listed(next_states(*.state))
    )]
    Already {
        /// The state that it has.
        state: CaseState,
        /// Who.
        by: Actor,
        /// When, by the clocks of its site.
        at: jiff::Zoned,
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
    /// Whoever reads of a crisis later must find why it was ended.
    #[error("a crisis is ended with a note that says why: --note")]
    CrisisNeedsWords,
    /// What runs does not end with the case, nor is the review of the work the worker's to decline.
    #[error(
        "the {action} action is {step} and does not end with the case: report first how it ended, \
         with `vagus cases action CASE {action} declined`, or done",
        action = .action.as_str(), step = .step.as_str()
    )]
    StillRuns {
        /// Which.
        action: ActionKind,
        /// How far it is.
        step: ActionStep,
    },
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

impl Refusal {
    /// Its name for programs, which does not change when the words do.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::UnknownCase => "no_such_case",
            Self::Ended(_) => "ended",
            Self::NoTransition { .. } => "no_transition",
            Self::Already { .. } => "already",
            Self::NotPermitted { .. } => "not_permitted",
            Self::SystemMayOnlyReport => "system_may_only_report",
            Self::CrisisNeedsClinician => "crisis_needs_clinician",
            Self::CrisisNeedsWords => "crisis_needs_words",
            Self::StillRuns { .. } => "still_runs",
            Self::NoSuchAction(_) => "no_such_action",
            Self::ActionEnded { .. } => "action_ended",
            Self::StepBack { .. } => "step_back",
            Self::ReviewThere => "review_there",
            Self::NothingToFollowUp(_) => "nothing_to_follow_up",
            Self::NothingRuns => "nothing_runs",
            Self::ActionsToCome => "actions_to_come",
            Self::NoWords => "no_words",
        }
    }

    /// Whether it would be refused of any case: what was asked for is wrong, and no state or role forbids it.
    #[must_use]
    pub const fn is_wrong_use(&self) -> bool {
        matches!(self, Self::UnknownCase | Self::NoWords)
    }
}

fn name(by: &Actor) -> &str {
    match by {
        Actor::Vagus => "Vagus",
        Actor::Source(source) => source.as_str(),
        Actor::Person { id, .. } => id.as_str(),
    }
}

fn became(state: CaseState) -> String {
    if state == Acknowledged { "acknowledged it".to_owned() } else { format!("made it {}", state.as_str()) }
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

/// Whether the case may be moved to that state as it was asked for; `zone` is that of its site.
///
/// # Errors
/// [`Refusal`] where not.
pub(super) fn check(case: &OpenCase, to: CaseState, asked: &CaseCommand, zone: &TimeZone) -> Result<(), Refusal> {
    if !next_states(case.state).contains(&to) {
        return Err(already(case, to, zone).unwrap_or(Refusal::NoTransition { from: case.state, to }));
    }
    // The level of a case never falls: one that ever was a crisis is ended as one.
    if to.is_final() && case.told.level == Level::L4 {
        let is_clinician = matches!(&asked.by, Actor::Person { role, .. } if role.is_clinical());
        if !is_clinician {
            return Err(Refusal::CrisisNeedsClinician);
        }
        if asked.note.is_none() {
            return Err(Refusal::CrisisNeedsWords);
        }
    }
    actions_permit(case, to)
}

/// The states that a clinician may move the case to now, a crisis with a note; none of one that has ended.
#[must_use]
pub fn permitted_states(case: &OpenCase) -> Vec<CaseState> {
    next_states(case.state).iter().copied().filter(|to| actions_permit(case, *to).is_ok()).collect()
}

/// Whether the actions of a case are as far as a state that follows needs them to be.
fn actions_permit(case: &OpenCase, to: CaseState) -> Result<(), Refusal> {
    let all_ended = case.actions.iter().all(|action| action.step.is_final());
    if case.state == Planned && to == FollowUp && !all_ended {
        return Err(Refusal::ActionsToCome);
    }
    if to == InAction && !has_running_action(case) {
        return Err(Refusal::NothingRuns);
    }
    let outlasting = case.actions.iter().find(|action| to.is_final() && outlasts(action, to));
    outlasting.map_or(Ok(()), |action| Err(Refusal::StillRuns { action: action.kind, step: action.step }))
}

/// Who moved the case to the state that it has, where that is the state that is wanted.
fn already(case: &OpenCase, to: CaseState, zone: &TimeZone) -> Option<Refusal> {
    let entry = case.log.iter().rfind(|entry| entry.event == LogEvent::Moved(to)).filter(|_| case.state == to)?;
    Some(Refusal::Already { state: to, by: entry.by.clone(), at: entry.at.to_zoned(zone.clone()) })
}

/// Whether an action must be ended by whoever carries it out before a case ends so: whatever has begun,
/// and where the worker wants no more the review of the work, which is not the worker's to decline.
fn outlasts(action: &Action, end: CaseState) -> bool {
    let is_review_to_come = action.kind == ActionKind::WorkloadReview && !action.step.is_final();
    action.step == ActionStep::Started || (end == DeclinedByWorker && is_review_to_come)
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
