//! Events as the world reads them: CloudEvents 1.0, structured JSON.
//!
//! The same event always gives the same bytes: keys in a fixed order, numbers rounded to what they
//! are worth, times in UTC. A workload review says nothing of the person: neither who, nor how badly,
//! nor why; its form has no place for it.

mod action;
mod alert;
mod case;
pub mod schema;

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::alert::Level;
use crate::domain::event::{Event, EventBody};
use crate::domain::topics;
use crate::texts::Language;

/// The media type of every payload.
pub const CONTENT_TYPE: &str = "application/cloudevents+json";

/// The type of a requested action.
const ACTION_REQUESTED: &str = "vagus.action.requested";

/// The levels of which alerts are.
const LEVELS: [&str; 3] = [Level::L2.as_str(), Level::L3.as_str(), Level::L4.as_str()];

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

/// Puts an event into its CloudEvents form; what it says in words is in the language of its site.
#[must_use]
pub fn encode(event: &Event, root: &str, language: Language) -> Envelope {
    let alerts = || Some(topics::alerts(root, &event.site));
    let (topic, payload) = match &event.body {
        EventBody::Alert(alert) => (alerts(), alert::encode(event, alert, language)),
        EventBody::Action(request) => {
            (Some(action::topic(request, root, &event.site)), action::encode(event, request, language))
        }
        EventBody::Deadline(notice) => {
            (case::is_for_all(notice.stage).then(alerts).flatten(), case::deadline(event, notice))
        }
        EventBody::Proposal(proposal) => (alerts(), case::proposal(event, proposal, language)),
        EventBody::Invitation(invitation) => {
            (Some(topics::counseling(root, &event.site)), case::invitation(event, invitation))
        }
        EventBody::Committee(notice) => (None, case::committee(event, notice)),
    };
    Envelope { id: event.id.clone(), topic, payload }
}

#[derive(Serialize, JsonSchema)]
struct CloudEvent<'a, D> {
    specversion: &'static str,
    id: &'a str,
    source: String,
    #[serde(rename = "type")]
    event_type: &'static str,
    subject: &'a str,
    #[schemars(extend("format" = "date-time"))]
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

#[cfg(test)]
mod tests;
