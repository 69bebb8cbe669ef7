//! Alert events with all that they rest on.

use schemars::JsonSchema;
use serde::Serialize;

use super::action::{WireAction, wire_action};
use super::{LEVELS, cloud_event};
use crate::delivery::number::{hundredths, tenths};
use crate::domain::alert::{
    Alert, AlertKind, Evidence, ExposureEvidence, HrvEvidence, IndexEvidence, RuleId, ScreeningEvidence, SetAside,
    SleepEvidence, Term,
};
use crate::domain::case::ActionKind;
use crate::domain::event::Event;
use crate::domain::indicator::{Contribution, IndexBand};
use crate::domain::reading::Tag;
use crate::texts::Language;

pub(super) fn encode(event: &Event, alert: &Alert, language: Language) -> Vec<u8> {
    cloud_event(event, alert_type(alert.kind), alert.worker.as_str(), wire_alert(alert, language))
}

const fn alert_type(kind: AlertKind) -> &'static str {
    match kind {
        AlertKind::Raised => "vagus.alert.raised",
        AlertKind::RaisedAgain => "vagus.alert.raised_again",
        AlertKind::Revised => "vagus.alert.revised",
        AlertKind::Closed => "vagus.case.closed",
    }
}

fn wire_actions(alert: &Alert, language: Language) -> Vec<WireAction<'_>> {
    let suggestions = |kind| match kind {
        ActionKind::WorkloadReview => &alert.workload_suggestions,
        ActionKind::Counseling => &alert.counseling_suggestions,
    };
    alert.actions.iter().map(|action| wire_action(action, suggestions(action.kind), language)).collect()
}

#[derive(Serialize, JsonSchema)]
pub(super) struct WireAlert<'a> {
    case_id: &'a str,
    episode: u32,
    #[schemars(extend("enum" = LEVELS))]
    level: &'static str,
    rules: Vec<&'a str>,
    window: WireWindow,
    evidence: WireEvidence,
    summary: String,
    actions: Vec<WireAction<'a>>,
    versions: WireVersions,
    #[serde(skip_serializing_if = "Option::is_none")]
    supersedes: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
struct WireVersions {
    engine: u32,
    /// In hexadecimal: it has more digits than a JSON number keeps.
    rules: String,
}

#[derive(Serialize, JsonSchema)]
struct WireWindow {
    #[schemars(extend("format" = "date"))]
    from: String,
    #[schemars(extend("format" = "date"))]
    to: String,
}

fn wire_alert(alert: &Alert, language: Language) -> WireAlert<'_> {
    WireAlert {
        case_id: alert.case.as_str(),
        episode: alert.episode,
        level: alert.level.as_str(),
        rules: alert.rules.iter().map(RuleId::as_str).collect(),
        window: WireWindow { from: alert.window.0.to_string(), to: alert.window.1.to_string() },
        evidence: wire_evidence(&alert.evidence, language),
        summary: language.summary(&alert.evidence, alert.opening),
        actions: wire_actions(alert, language),
        versions: WireVersions { engine: alert.versions.engine, rules: format!("{:016x}", alert.versions.rules) },
        supersedes: alert.supersedes.as_deref(),
    }
}

/// What there is nothing of is null, and a list with nothing in it is empty; `chance_per_year`
/// and its sentence alone are left out where they were not computed.
#[derive(Serialize, JsonSchema)]
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

fn wire_evidence(evidence: &Evidence, language: Language) -> WireEvidence {
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
        chance_note: evidence.chance_per_year.map(|per_year| language.chance_note(per_year)),
    }
}

#[derive(Serialize, JsonSchema)]
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

#[derive(Serialize, JsonSchema)]
struct WireIndex {
    value: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    mean7: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    band: Option<&'static str>,
    contributions: Vec<WireContribution>,
}

#[derive(Serialize, JsonSchema)]
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

#[derive(Serialize, JsonSchema)]
struct WireSleep {
    tst7_h: f64,
    need_h: f64,
    debt14_h: f64,
    poor: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    se7_pct: Option<f64>,
    #[serde(skip_serializing_if = "<[Term]>::is_empty")]
    flags: Vec<Term>,
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

#[derive(Serialize, JsonSchema)]
struct WireScreening {
    instrument: &'static str,
    score: WireScore,
    band: Option<Term>,
    #[schemars(extend("format" = "date"))]
    taken_on: String,
    age_days: i32,
    #[schemars(extend("format" = "date"))]
    valid_until: String,
    /// Said only where it is true.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    prorated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    concordance: Option<Term>,
}

fn wire_screening(screening: &ScreeningEvidence) -> WireScreening {
    WireScreening {
        instrument: screening.instrument.as_str(),
        score: wire_score(screening.score),
        band: screening.band.clone(),
        taken_on: screening.taken_on.to_string(),
        age_days: screening.age_days,
        valid_until: screening.valid_until.to_string(),
        prorated: screening.is_prorated,
        concordance: screening.concordance.clone(),
    }
}

/// Scores are counted, so a whole one has no decimals.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum WireScore {
    Whole(i64),
    Part(f64),
}

pub(super) fn wire_score(score: f64) -> WireScore {
    const LARGEST: f64 = 1e9;
    let score = hundredths(score);
    if score.fract().abs() > 0.0 || score.is_nan() || score.abs() > LARGEST {
        return WireScore::Part(score);
    }
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and far below the largest integer")]
    let whole = score as i64;
    WireScore::Whole(whole)
}

#[derive(Serialize, JsonSchema)]
struct WireExposure {
    kind: Term,
    value: f64,
    limit: f64,
    /// Who sets the limit.
    #[serde(skip_serializing_if = "str::is_empty")]
    source: Term,
}

fn wire_exposure(exposure: &ExposureEvidence) -> WireExposure {
    let ExposureEvidence { kind, value, limit, source } = exposure.clone();
    WireExposure { kind, value: hundredths(value), limit: hundredths(limit), source }
}
