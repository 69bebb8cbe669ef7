//! The payloads that are taken, as JSON Schemas: written beside the decoder, which reads bytes and builds no tree.
//!
//! The decoder is the truth. What a schema refuses the decoder refuses for its shape, and the other way round:
//! `tests/formats` holds both together over the contract's examples and thousands of changed ones. Ranges and
//! names are the decoder's own. What a schema cannot say, the service alone judges: whether parts agree, whether
//! a date exists, how many answers a questionnaire has, duplicate keys, and the clock.

mod items;
mod values;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::Limits;
use crate::domain::item::Stream;

/// What a payload of a stream may look like.
#[must_use]
pub fn payload(stream: Stream) -> Schema {
    let mut generator = SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true).into_generator();
    let (item, title) = match stream {
        Stream::Readings => (reading(&mut generator), "Readings"),
        Stream::Screenings => (items::Screening::json_schema(&mut generator), "Screenings"),
        Stream::Exposures => (items::Exposure::json_schema(&mut generator), "Exposures"),
        Stream::Actions => (items::Action::json_schema(&mut generator), "Actions"),
    };
    forms(title, item.to_value(), stream != Stream::Actions)
}

/// A reading of the contract, or an item of IEEE 1752.1 or Open mHealth, of which their own schemas tell the rest.
fn reading(generator: &mut SchemaGenerator) -> Schema {
    let own = items::Reading::json_schema(generator).to_value();
    let point = items::DataPoint::json_schema(generator).to_value();
    json_schema!({"anyOf": [own, point]})
}

/// One item, many, or an envelope. Of whom an item is, it says itself, or else its envelope; a data point may name
/// its user in the header.
fn forms(title: &str, item: Value, is_somebodys: bool) -> Schema {
    let named = json!({"required": ["worker"], "properties": {"worker": {"type": "string"}}});
    let is_point = json!({"required": ["header", "body"], "not": {"required": ["kind"]}});
    let whole = if is_somebodys { json!({"allOf": [item, {"anyOf": [named, is_point]}]}) } else { item.clone() };
    let max_items = Limits::default().max_items;
    let list = |item: &Value| json!({"type": "array", "items": item, "maxItems": max_items});
    let envelope = |item: &Value| {
        json!({"type": "object", "required": ["items"], "properties": {
            "message_id": {"type": ["string", "null"], "maxLength": super::message::MAX_MESSAGE_ID_BYTES,
                "description": "Comes back in the receipt. Put it first."},
            "worker": {"type": ["string", "null"], "pattern": values::NAME,
                "description": "Whose the items are that do not say it themselves."},
            "items": list(item),
        }})
    };
    let mut envelopes = vec![envelope(&whole)];
    if is_somebodys {
        envelopes.push(json!({"allOf": [envelope(&item), named]}));
    }
    let lone = json!({"allOf": [whole, {"not": {"required": ["items"]}}]});
    json_schema!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": title,
        "description": "One item, a list of items, or an envelope with a message_id. Fields that are not named \
                        here are ignored and counted.",
        "anyOf": [lone, list(&whole), {"anyOf": envelopes}],
    })
}
