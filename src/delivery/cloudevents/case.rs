//! What else is said of cases: time limits, proposals, invitations, and counts for the committee.

use schemars::JsonSchema;
use serde::Serialize;

use super::{LEVELS, cloud_event};
use crate::delivery::number::hundredths;
use crate::domain::alert::RuleId;
use crate::domain::event::{CommitteeNotice, DeadlineNotice, Event, Invitation, OutcomeChange, Proposal};
use crate::domain::life::Stage;
use crate::texts::Language;

/// Whether a time limit is told on the topic of alerts; a reminder is for the one in charge alone.
pub(super) const fn is_for_all(stage: Stage) -> bool {
    match stage {
        Stage::Reminder => false,
        Stage::Overdue | Stage::Escalated => true,
    }
}

pub(super) fn deadline(event: &Event, notice: &DeadlineNotice) -> Vec<u8> {
    let event_type = if is_for_all(notice.stage) { "vagus.alert.overdue" } else { "vagus.case.reminder" };
    cloud_event(event, event_type, notice.worker.as_str(), wire_deadline(notice))
}

pub(super) fn proposal(event: &Event, proposal: &Proposal, language: Language) -> Vec<u8> {
    cloud_event(event, "vagus.case.proposal", proposal.worker.as_str(), wire_proposal(proposal, language))
}

pub(super) fn invitation(event: &Event, invitation: &Invitation) -> Vec<u8> {
    cloud_event(event, "vagus.screening.requested", invitation.worker.as_str(), wire_invitation(invitation))
}

pub(super) fn committee(event: &Event, notice: &CommitteeNotice) -> Vec<u8> {
    let CommitteeNotice { on, cases } = notice;
    let wire = WireCommittee { on: on.to_string(), cases_over_150_percent: *cases };
    cloud_event(event, "vagus.committee.notice", event.site.as_str(), wire)
}

#[derive(Serialize, JsonSchema)]
pub(super) struct WireDeadline<'a> {
    case_id: &'a str,
    episode: u32,
    #[schemars(extend("enum" = LEVELS))]
    level: &'static str,
    rules: Vec<&'a str>,
    state: &'static str,
    step: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<u8>,
    #[schemars(extend("format" = "date-time"))]
    due: String,
    used_percent: u32,
}

fn wire_deadline(notice: &DeadlineNotice) -> WireDeadline<'_> {
    let deadline = &notice.deadline;
    WireDeadline {
        case_id: notice.case.as_str(),
        episode: notice.episode,
        level: notice.level.as_str(),
        rules: notice.rules.iter().map(RuleId::as_str).collect(),
        state: notice.state.as_str(),
        step: deadline.milestone.as_str(),
        number: Some(deadline.number).filter(|number| *number > 0),
        due: deadline.due.to_string(),
        used_percent: notice.stage.used_percent(),
    }
}

#[derive(Serialize, JsonSchema)]
pub(super) struct WireProposal<'a> {
    case_id: &'a str,
    episode: u32,
    #[schemars(extend("enum" = LEVELS))]
    level: &'static str,
    action: &'static str,
    method: Option<&'a str>,
    week: u8,
    advice: &'static str,
    to: Option<&'a str>,
    reason: String,
    outcomes: Vec<WireOutcome<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct WireOutcome<'a> {
    outcome: &'a str,
    verdict: &'static str,
    shift: f64,
    interval: Option<[f64; 2]>,
    tau_u: Option<f64>,
    before: usize,
    after: usize,
}

fn wire_proposal(proposal: &Proposal, language: Language) -> WireProposal<'_> {
    WireProposal {
        case_id: proposal.case.as_str(),
        episode: proposal.episode,
        level: proposal.level.as_str(),
        action: proposal.action.as_str(),
        method: proposal.method.as_ref().map(|method| method.as_str()),
        week: proposal.week,
        advice: proposal.advice.as_str(),
        to: proposal.to.as_ref().map(|method| method.as_str()),
        reason: language.reason(&proposal.reason),
        outcomes: proposal.outcomes.iter().map(wire_outcome).collect(),
    }
}

fn wire_outcome(change: &OutcomeChange) -> WireOutcome<'_> {
    WireOutcome {
        outcome: &change.outcome,
        verdict: change.verdict,
        shift: hundredths(change.shift),
        interval: change.interval.map(|(low, high)| [hundredths(low), hundredths(high)]),
        tau_u: change.tau_u.map(hundredths),
        before: change.n.0,
        after: change.n.1,
    }
}

#[derive(Serialize, JsonSchema)]
pub(super) struct WireInvitation<'a> {
    case_id: &'a str,
    instruments: Vec<&'static str>,
    #[schemars(extend("format" = "date"))]
    by: String,
}

fn wire_invitation(invitation: &Invitation) -> WireInvitation<'_> {
    WireInvitation {
        case_id: invitation.case.as_str(),
        instruments: invitation.instruments.iter().map(|instrument| instrument.as_str()).collect(),
        by: invitation.by.to_string(),
    }
}

#[derive(Serialize, JsonSchema)]
pub(super) struct WireCommittee {
    #[schemars(extend("format" = "date"))]
    on: String,
    cases_over_150_percent: u32,
}
