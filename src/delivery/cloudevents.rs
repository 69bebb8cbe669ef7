//! Events as the world reads them: CloudEvents 1.0, structured JSON.
//!
//! The same event always gives the same bytes: keys in a fixed order, numbers rounded to what they
//! are worth, times in UTC. A workload review says nothing of the person: neither who, nor how badly,
//! nor why; its form has no place for it.

use serde::Serialize;

use crate::domain::alert::{
    ActionRef, ActionRequest, Alert, AlertKind, Evidence, ExposureEvidence, HrvEvidence, IndexEvidence, RuleId,
    ScreeningEvidence, SetAside, SleepEvidence,
};
use crate::domain::case::ActionKind;
use crate::domain::event::{CommitteeNotice, DeadlineNotice, Event, EventBody, Invitation, OutcomeChange, Proposal};
use crate::domain::indicator::{Contribution, IndexBand};
use crate::domain::life::Stage;
use crate::domain::reading::Tag;
use crate::domain::topics;

/// The media type of every payload.
pub const CONTENT_TYPE: &str = "application/cloudevents+json";

/// An event ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Stable: a redelivery has the same id.
    pub id: String,
    /// Where it goes over MQTT; none where it is for other channels only.
    pub topic: Option<String>,
    /// The CloudEvent.
    pub payload: Vec<u8>,
}

/// Puts an event into its CloudEvents form.
#[must_use]
pub fn encode(event: &Event, root: &str) -> Envelope {
    let site = &event.site;
    let alerts = || Some(topics::alerts(root, site));
    let (topic, payload) = match &event.body {
        EventBody::Alert(alert) => {
            (alerts(), cloud_event(event, alert_type(alert.kind), alert.worker.as_str(), data(alert)))
        }
        EventBody::Action(ActionRequest::WorkloadReview { action, unit, exposures }) => {
            // No suggestion: its wording would tell the rule.
            let action = wire_action(action, &[]);
            let exposures = exposures.iter().map(|e| WireLimit { kind: e.kind, limit: hundredths(e.limit) }).collect();
            let review = WireReview { action, unit: unit.as_str(), exposures };
            let payload = cloud_event(event, ACTION_REQUESTED, unit.as_str(), review);
            (Some(topics::workload_review(root, site)), payload)
        }
        EventBody::Action(ActionRequest::Counseling { action, case, worker, level, suggestions }) => {
            let (case_id, level) = (case.as_str(), level.as_str());
            let offer = WireOffer { action: wire_action(action, suggestions), case_id, level };
            (Some(topics::counseling(root, site)), cloud_event(event, ACTION_REQUESTED, worker.as_str(), offer))
        }
        EventBody::Deadline(notice) => {
            let (event_type, topic) = match notice.stage {
                Stage::Reminder => ("vagus.case.reminder", None),
                Stage::Overdue | Stage::Escalated => ("vagus.alert.overdue", alerts()),
            };
            (topic, cloud_event(event, event_type, notice.worker.as_str(), wire_deadline(notice)))
        }
        EventBody::Proposal(proposal) => {
            let payload = cloud_event(event, "vagus.case.proposal", proposal.worker.as_str(), wire_proposal(proposal));
            (alerts(), payload)
        }
        EventBody::Invitation(invitation) => {
            let wire = wire_invitation(invitation);
            let payload = cloud_event(event, "vagus.screening.requested", invitation.worker.as_str(), wire);
            (Some(topics::counseling(root, site)), payload)
        }
        EventBody::Committee(CommitteeNotice { on, cases }) => {
            let notice = WireCommittee { on: on.to_string(), cases_over_150_percent: *cases };
            (None, cloud_event(event, "vagus.committee.notice", site.as_str(), notice))
        }
    };
    Envelope { id: event.id.clone(), topic, payload }
}

const ACTION_REQUESTED: &str = "vagus.action.requested";

const fn alert_type(kind: AlertKind) -> &'static str {
    match kind {
        AlertKind::Raised => "vagus.alert.raised",
        AlertKind::RaisedAgain => "vagus.alert.raised_again",
        AlertKind::Revised => "vagus.alert.revised",
        AlertKind::Closed => "vagus.case.closed",
    }
}

#[derive(Serialize)]
struct CloudEvent<'a, D> {
    specversion: &'static str,
    id: &'a str,
    source: String,
    #[serde(rename = "type")]
    event_type: &'static str,
    subject: &'a str,
    time: String,
    datacontenttype: &'static str,
    /// An extension of ours, there only where the event tries whether events arrive.
    #[serde(rename = "vagustest", skip_serializing_if = "std::ops::Not::not")]
    is_test: bool,
    data: D,
}

fn cloud_event(event: &Event, event_type: &'static str, subject: &str, data: impl Serialize) -> Vec<u8> {
    let wire = CloudEvent {
        specversion: "1.0",
        id: &event.id,
        source: format!("/vagus/{}", event.site),
        event_type,
        subject,
        time: event.time.to_string(),
        datacontenttype: "application/json",
        is_test: event.is_test,
        data,
    };
    serde_json::to_vec(&wire).expect("strings, numbers and lists always have a JSON form")
}

#[derive(Serialize)]
struct WireDeadline<'a> {
    case_id: &'a str,
    episode: u32,
    level: &'static str,
    rules: Vec<&'a str>,
    state: &'static str,
    step: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<u8>,
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

#[derive(Serialize)]
struct WireProposal<'a> {
    case_id: &'a str,
    episode: u32,
    level: &'static str,
    action: &'static str,
    method: Option<&'a str>,
    week: u8,
    advice: &'static str,
    to: Option<&'a str>,
    reason: &'a str,
    outcomes: Vec<WireOutcome<'a>>,
}

#[derive(Serialize)]
struct WireOutcome<'a> {
    outcome: &'a str,
    verdict: &'static str,
    shift: f64,
    interval: Option<[f64; 2]>,
    tau_u: Option<f64>,
    before: usize,
    after: usize,
}

fn wire_proposal(proposal: &Proposal) -> WireProposal<'_> {
    WireProposal {
        case_id: proposal.case.as_str(),
        episode: proposal.episode,
        level: proposal.level.as_str(),
        action: proposal.action.as_str(),
        method: proposal.method.as_ref().map(|method| method.as_str()),
        week: proposal.week,
        advice: proposal.advice.as_str(),
        to: proposal.to.as_ref().map(|method| method.as_str()),
        reason: &proposal.reason,
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

#[derive(Serialize)]
struct WireInvitation<'a> {
    case_id: &'a str,
    instruments: Vec<&'static str>,
    by: String,
}

fn wire_invitation(invitation: &Invitation) -> WireInvitation<'_> {
    WireInvitation {
        case_id: invitation.case.as_str(),
        instruments: invitation.instruments.iter().map(|instrument| instrument.as_str()).collect(),
        by: invitation.by.to_string(),
    }
}

#[derive(Serialize)]
struct WireCommittee {
    on: String,
    cases_over_150_percent: u32,
}

#[derive(Serialize)]
struct WireReview<'a> {
    #[serde(flatten)]
    action: WireAction<'a>,
    unit: &'a str,
    exposures: Vec<WireLimit>,
}

#[derive(Serialize)]
struct WireLimit {
    kind: &'static str,
    limit: f64,
}

#[derive(Serialize)]
struct WireOffer<'a> {
    #[serde(flatten)]
    action: WireAction<'a>,
    case_id: &'a str,
    level: &'static str,
}

#[derive(Serialize)]
struct WireAction<'a> {
    action_id: &'a str,
    kind: &'static str,
    due: String,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    suggestions: &'a [String],
}

fn wire_action<'a>(action: &'a ActionRef, suggestions: &'a [String]) -> WireAction<'a> {
    let (action_id, kind) = (action.id.as_str(), action.kind.as_str());
    WireAction { action_id, kind, due: action.due.to_string(), suggestions }
}

fn wire_actions(alert: &Alert) -> Vec<WireAction<'_>> {
    let suggestions = |kind| match kind {
        ActionKind::WorkloadReview => &alert.workload_suggestions,
        ActionKind::Counseling => &alert.counseling_suggestions,
    };
    alert.actions.iter().map(|action| wire_action(action, suggestions(action.kind))).collect()
}

#[derive(Serialize)]
struct WireAlert<'a> {
    case_id: &'a str,
    episode: u32,
    level: &'static str,
    rules: Vec<&'a str>,
    window: WireWindow,
    evidence: WireEvidence,
    summary: &'a str,
    actions: Vec<WireAction<'a>>,
    versions: WireVersions,
    #[serde(skip_serializing_if = "Option::is_none")]
    supersedes: Option<&'a str>,
}

#[derive(Serialize)]
struct WireVersions {
    engine: u32,
    /// In hexadecimal: it has more digits than a JSON number keeps.
    rules: String,
}

#[derive(Serialize)]
struct WireWindow {
    from: String,
    to: String,
}

fn data(alert: &Alert) -> WireAlert<'_> {
    WireAlert {
        case_id: alert.case.as_str(),
        episode: alert.episode,
        level: alert.level.as_str(),
        rules: alert.rules.iter().map(RuleId::as_str).collect(),
        window: WireWindow { from: alert.window.0.to_string(), to: alert.window.1.to_string() },
        evidence: wire_evidence(&alert.evidence),
        summary: &alert.summary,
        actions: wire_actions(alert),
        versions: WireVersions { engine: alert.versions.engine, rules: format!("{:016x}", alert.versions.rules) },
        supersedes: alert.supersedes.as_deref(),
    }
}

/// What there is nothing of is null, and a list with nothing in it is empty; `chance_per_year`
/// and its sentence alone are left out where they were not computed.
#[derive(Serialize)]
struct WireEvidence {
    hrv: Option<WireHrv>,
    index: Option<WireIndex>,
    sleep: Option<WireSleep>,
    screenings: Vec<WireScreening>,
    exposures: Vec<WireExposure>,
    confounders: Vec<&'static str>,
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    hints: Vec<&'static str>,
    confidence: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chance_per_year: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chance_note: Option<String>,
}

fn wire_evidence(evidence: &Evidence) -> WireEvidence {
    WireEvidence {
        hrv: evidence.hrv.as_ref().map(wire_hrv),
        index: evidence.index.as_ref().map(wire_index),
        sleep: evidence.sleep.as_ref().map(wire_sleep),
        screenings: evidence.screenings.iter().map(wire_screening).collect(),
        exposures: evidence.exposures.iter().map(wire_exposure).collect(),
        confounders: evidence.confounders.iter().map(|tag| Tag::as_str(*tag)).collect(),
        hints: evidence.hints.iter().map(|hint| hint.as_str()).collect(),
        confidence: evidence.confidence.map(hundredths),
        chance_per_year: evidence.chance_per_year.map(hundredths),
        chance_note: evidence.chance_note.clone(),
    }
}

#[derive(Serialize)]
struct WireHrv {
    state: &'static str,
    z7: Option<f64>,
    change_pct: Option<f64>,
    nights_used: u32,
    nights_missing: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    rhr_z7: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    set_aside: Option<&'static str>,
}

fn wire_hrv(hrv: &HrvEvidence) -> WireHrv {
    WireHrv {
        state: hrv.state.as_str(),
        z7: hrv.z7.map(hundredths),
        change_pct: hrv.change_pct.map(tenths),
        nights_used: hrv.nights_used,
        nights_missing: hrv.nights_missing,
        rhr_z7: hrv.rhr_z7.map(hundredths),
        set_aside: hrv.set_aside.map(SetAside::as_str),
    }
}

#[derive(Serialize)]
struct WireIndex {
    value: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    mean7: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    band: Option<&'static str>,
    contributions: Vec<WireContribution>,
}

#[derive(Serialize)]
struct WireContribution {
    component: &'static str,
    points: f64,
    /// What was measured, and what it is held against, in `unit`.
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usual: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'static str>,
}

fn wire_index(index: &IndexEvidence) -> WireIndex {
    let contribution = |part: &Contribution| WireContribution {
        component: part.component.as_str(),
        points: hundredths(part.points),
        raw: part.raw.map(hundredths),
        usual: part.usual.map(hundredths),
        unit: part.raw.or(part.usual).map(|_| part.component.unit()),
    };
    WireIndex {
        value: tenths(index.value),
        mean7: index.mean7.map(tenths),
        band: index.band.map(IndexBand::as_str),
        contributions: index.contributions.iter().map(contribution).collect(),
    }
}

#[derive(Serialize)]
struct WireSleep {
    tst7_h: f64,
    need_h: f64,
    debt14_h: f64,
    poor: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    se7_pct: Option<f64>,
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    flags: Vec<&'static str>,
}

fn wire_sleep(sleep: &SleepEvidence) -> WireSleep {
    WireSleep {
        tst7_h: hundredths(sleep.tst7_h),
        need_h: hundredths(sleep.need_h),
        debt14_h: hundredths(sleep.debt14_h),
        poor: sleep.is_poor,
        se7_pct: sleep.se7_pct.map(tenths),
        flags: sleep.flags.clone(),
    }
}

#[derive(Serialize)]
struct WireScreening {
    instrument: &'static str,
    score: WireScore,
    band: Option<&'static str>,
    taken_on: String,
    age_days: i32,
    valid_until: String,
    /// Said only where it is true.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    prorated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    concordance: Option<&'static str>,
}

fn wire_screening(screening: &ScreeningEvidence) -> WireScreening {
    WireScreening {
        instrument: screening.instrument.as_str(),
        score: wire_score(screening.score),
        band: screening.band,
        taken_on: screening.taken_on.to_string(),
        age_days: screening.age_days,
        valid_until: screening.valid_until.to_string(),
        prorated: screening.is_prorated,
        concordance: screening.concordance,
    }
}

/// Scores are counted, so a whole one has no decimals.
#[derive(Serialize)]
#[serde(untagged)]
enum WireScore {
    Whole(i64),
    Part(f64),
}

fn wire_score(score: f64) -> WireScore {
    const LARGEST: f64 = 1e9;
    let score = hundredths(score);
    if score.fract().abs() > 0.0 || score.is_nan() || score.abs() > LARGEST {
        return WireScore::Part(score);
    }
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and far below the largest integer")]
    let whole = score as i64;
    WireScore::Whole(whole)
}

#[derive(Serialize)]
struct WireExposure {
    kind: &'static str,
    value: f64,
    limit: f64,
    /// Who sets the limit.
    #[serde(skip_serializing_if = "str::is_empty")]
    source: &'static str,
}

fn wire_exposure(exposure: &ExposureEvidence) -> WireExposure {
    let ExposureEvidence { kind, value, limit, source } = *exposure;
    WireExposure { kind, value: hundredths(value), limit: hundredths(limit), source }
}

fn tenths(value: f64) -> f64 {
    rounded(value, 10.0)
}

fn hundredths(value: f64) -> f64 {
    rounded(value, 100.0)
}

fn rounded(value: f64, parts: f64) -> f64 {
    // Adding 0 turns -0 into 0, which reads better.
    (value * parts).round() / parts + 0.0
}

#[cfg(test)]
#[path = "cloudevents_tests.rs"]
mod tests;
