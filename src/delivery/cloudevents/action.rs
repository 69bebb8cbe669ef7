//! Requested actions. A workload review says nothing of the person: its form has no place for it.

use schemars::JsonSchema;
use serde::Serialize;

use super::{ACTION_REQUESTED, LEVELS, cloud_event};
use crate::delivery::number::hundredths;
use crate::domain::alert::{ActionRef, ActionRequest};
use crate::domain::event::Event;
use crate::domain::ids::SiteId;
use crate::domain::phrase::Phrase;
use crate::domain::topics;
use crate::texts::Language;

pub(super) fn topic(request: &ActionRequest, root: &str, site: &SiteId) -> String {
    match request {
        ActionRequest::WorkloadReview { .. } => topics::workload_review(root, site),
        ActionRequest::Counseling { .. } => topics::counseling(root, site),
    }
}

pub(super) fn encode(event: &Event, request: &ActionRequest, language: Language) -> Vec<u8> {
    match request {
        ActionRequest::WorkloadReview { action, unit, exposures } => {
            // No suggestion: its wording would tell the rule.
            let action = wire_action(action, &[], language);
            let exposures = exposures.iter().map(|e| WireLimit { kind: &e.kind, limit: hundredths(e.limit) }).collect();
            let review = WireReview { action, unit: unit.as_str(), exposures };
            cloud_event(event, ACTION_REQUESTED, unit.as_str(), review)
        }
        ActionRequest::Counseling { action, case, worker, level, suggestions } => {
            let (case_id, level) = (case.as_str(), level.as_str());
            let offer = WireOffer { action: wire_action(action, suggestions, language), case_id, level };
            cloud_event(event, ACTION_REQUESTED, worker.as_str(), offer)
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub(super) struct WireReview<'a> {
    #[serde(flatten)]
    action: WireAction<'a>,
    unit: &'a str,
    exposures: Vec<WireLimit<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct WireLimit<'a> {
    kind: &'a str,
    limit: f64,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct WireOffer<'a> {
    #[serde(flatten)]
    action: WireAction<'a>,
    case_id: &'a str,
    #[schemars(extend("enum" = LEVELS))]
    level: &'static str,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct WireAction<'a> {
    action_id: &'a str,
    kind: &'static str,
    #[schemars(extend("format" = "date-time"))]
    due: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<&'a str>,
}

pub(super) fn wire_action<'a>(action: &'a ActionRef, suggestions: &'a [Phrase], language: Language) -> WireAction<'a> {
    let suggestions = suggestions.iter().map(|phrase| language.phrase(phrase)).collect();
    let (action_id, kind) = (action.id.as_str(), action.kind.as_str());
    WireAction { action_id, kind, due: action.due.to_string(), suggestions }
}
