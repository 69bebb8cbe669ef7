//! The events as JSON Schemas, made of the very types they are written from.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, json_schema};
use serde_json::{Value, json};

use super::action::{WireOffer, WireReview};
use super::alert::WireAlert;
use super::case::{WireDeadline, WireInvitation, WireProposal};
use super::{ACTION_REQUESTED, CloudEvent};

/// What is said on the topic of alerts.
#[must_use]
pub fn alerts() -> Schema {
    let alert = ["vagus.alert.raised", "vagus.alert.raised_again", "vagus.alert.revised", "vagus.case.closed"];
    let events = [
        event::<WireAlert<'static>>("A case, with its evidence and its actions", &alert),
        event::<WireDeadline<'static>>("A time limit of a case has passed", &["vagus.alert.overdue"]),
        event::<WireProposal<'static>>("What a review of an action proposes", &["vagus.case.proposal"]),
    ];
    one_of("Alerts", &events)
}

/// What is said on the topic of workload reviews: nothing of a person.
#[must_use]
pub fn workload_review() -> Schema {
    let event = event::<WireReview<'static>>("A requested workload review, of a unit", &[ACTION_REQUESTED]);
    one_of("Workload reviews", &[event])
}

/// What is said on the topic of counselling.
#[must_use]
pub fn counseling() -> Schema {
    let events = [
        event::<WireOffer<'static>>("A requested counselling offer", &[ACTION_REQUESTED]),
        event::<WireInvitation<'static>>("Questionnaires to be filled in again", &["vagus.screening.requested"]),
    ];
    one_of("Counselling", &events)
}

fn one_of(title: &str, events: &[Value]) -> Schema {
    json_schema!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": title,
        "description": "CloudEvents 1.0, structured JSON. The id is stable: what comes twice has the same one.",
        "oneOf": events,
    })
}

fn event<D: JsonSchema>(title: &str, types: &[&str]) -> Value {
    let settings = SchemaSettings::draft07().for_serialize().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut event = settings.into_generator().into_root_schema_for::<CloudEvent<'static, D>>();
    event.insert("title".to_owned(), title.into());
    let fixed = [("type", json!({"enum": types})), ("specversion", json!({"const": "1.0"}))];
    if let Some(fields) = event.get_mut("properties").and_then(Value::as_object_mut) {
        fields.extend(fixed.map(|(name, value)| (name.to_owned(), value)));
    }
    event.to_value()
}
