//! The AsyncAPI document: every topic, who speaks on it, and the schema of what is said.

use schemars::Schema;
use serde_json::{Map, Value, json};

use crate::decode::schema;
use crate::delivery::cloudevents;
use crate::domain::item::Stream;
use crate::ingest::receipt;

/// The media type of a JSON Schema, as AsyncAPI wants to hear it.
const SCHEMA_FORMAT: &str = "application/schema+json;version=draft-07";

/// What is said on one topic.
#[derive(Debug)]
pub struct Channel {
    /// The name under which its schema is printed.
    pub name: &'static str,
    /// The levels of its topic after the root.
    pub levels: &'static str,
    /// What it is for.
    pub summary: &'static str,
    /// Whether Vagus listens to it, and does not speak on it.
    pub is_up: bool,
    /// The form of its payloads.
    pub schema: Schema,
}

/// Every topic.
#[must_use]
pub fn channels() -> Vec<Channel> {
    let up = |name, levels, summary, schema| Channel { name, levels, summary, is_up: true, schema };
    let down = |name, levels, summary, schema| Channel { name, levels, summary, is_up: false, schema };
    vec![
        up(
            "readings",
            "{site}/{source}/readings",
            "HRV, beat intervals, nights, sleep, self-reported tags",
            schema::payload(Stream::Readings),
        ),
        up("screenings", "{site}/{source}/screenings", "Questionnaire results", schema::payload(Stream::Screenings)),
        up(
            "exposures",
            "{site}/{source}/exposures",
            "Hours, shifts, noise, heat, events",
            schema::payload(Stream::Exposures),
        ),
        up(
            "actions",
            "{site}/{source}/actions",
            "Progress of an action that Vagus requested",
            schema::payload(Stream::Actions),
        ),
        up("status", "{site}/{source}/status", "Retained; offline is the source's last will", status()),
        down("receipt", "{site}/{source}/receipts", "What became of a message, once it is on disk", receipt::schema()),
        down(
            "alerts",
            "{site}/alerts",
            "Cases with their evidence, for occupational health",
            cloudevents::schema::alerts(),
        ),
        down(
            "workload-review",
            "{site}/actions/workload-review",
            "Requested workload reviews: nothing of a person",
            cloudevents::schema::workload_review(),
        ),
        down(
            "counseling",
            "{site}/actions/counseling",
            "Requested counselling offers and questionnaires",
            cloudevents::schema::counseling(),
        ),
    ]
}

fn status() -> Schema {
    schemars::json_schema!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Status",
        "description": "Plain text, without quotes.",
        "type": "string",
        "enum": ["online", "offline"],
    })
}

/// The document, for topics under that root.
#[must_use]
pub fn document(root: &str) -> Value {
    let (mut channels_part, mut operations) = (Map::new(), Map::new());
    for channel in channels() {
        let Channel { name, levels, summary, is_up, schema } = channel;
        let content_type = match name {
            "status" => "text/plain",
            "alerts" | "workload-review" | "counseling" => cloudevents::CONTENT_TYPE,
            _ => "application/json",
        };
        let mut parameters = Map::new();
        parameters.insert("site".to_owned(), json!({"description": "A plant, hospital or office, as configured."}));
        if levels.contains("{source}") {
            let words = "Whatever publishes: a device gateway, a screening system, a roster system.";
            parameters.insert("source".to_owned(), json!({"description": words}));
        }
        let payload = json!({"schemaFormat": SCHEMA_FORMAT, "schema": schema});
        let message =
            json!({"name": name, "title": name, "summary": summary, "contentType": content_type, "payload": payload});
        let channel = json!({
            "address": format!("{root}/{levels}"),
            "title": name,
            "description": summary,
            "parameters": parameters,
            "messages": {name: message},
        });
        channels_part.insert(name.to_owned(), channel);
        let operation = json!({
            "action": if is_up { "receive" } else { "send" },
            "title": name,
            "summary": summary,
            "channel": {"$ref": format!("#/channels/{name}")},
            "messages": [{"$ref": format!("#/channels/{name}/messages/{name}")}],
            "bindings": {"mqtt": {"qos": 1, "retain": name == "status"}},
        });
        operations.insert(format!("{}-{name}", if is_up { "take" } else { "tell" }), operation);
    }
    json!({
        "asyncapi": "3.0.0",
        "id": "urn:vagus:v1",
        "info": {
            "title": "Vagus",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What Vagus takes in over MQTT and what it says there, all at QoS 1. Receive and send are \
                            seen from Vagus.",
            "license": {"name": "MIT OR Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": channels_part,
        "operations": operations,
    })
}
