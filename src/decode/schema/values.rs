//! Values that many items have.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::super::native;
use crate::domain::case::ActionStep;
use crate::domain::reading::Tag;
use crate::domain::screening::Instrument;

/// Names of workers, bands and events, and ids.
pub(super) const NAME: &str = "^[A-Za-z0-9_-]{1,64}$";

/// A value with a schema of its own, under the name of a type.
macro_rules! value {
    ($(#[$doc:meta])* $name:ident: $schema:expr) => {
        $(#[$doc])*
        pub(super) struct $name;

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }

            fn inline_schema() -> bool {
                true
            }
        }
    };
}

value! {
    /// A name.
    Name: json_schema!({"type": "string", "pattern": NAME})
}
value! {
    /// A time stamp with offset.
    Stamp: json_schema!({
        "type": "string",
        "description": "RFC 3339, with an offset",
        "format": "date-time",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$",
    })
}
value! {
    /// A date.
    Day: json_schema!({"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"})
}
value! {
    /// What somebody was doing.
    Context: json_schema!({"type": "string", "enum": native::CONTEXTS.map(|(name, _)| name)})
}
value! {
    /// A stage of sleep.
    Stage: json_schema!({"type": "string", "enum": native::STAGES.map(|(name, _)| name)})
}
value! {
    /// Something that a person says of a day.
    TagName: json_schema!({"type": "string", "enum": Tag::ALL.map(Tag::as_str)})
}
value! {
    /// A questionnaire.
    InstrumentName: json_schema!({
        "type": "string",
        "enum": Instrument::ALL.iter().map(|instrument| instrument.as_str()).collect::<Vec<_>>(),
    })
}
value! {
    /// How far an action is.
    Progress: json_schema!({"type": "string", "enum": ActionStep::REPORTED.map(ActionStep::as_str)})
}
value! {
    /// The scale of a total.
    Scale: json_schema!({"type": "string", "enum": ["raw", "standard"]})
}
value! {
    /// One answer.
    Answer: json_schema!({"type": "integer", "minimum": 0, "maximum": 255})
}
value! {
    /// Any object.
    Anything: json_schema!({"type": "object"})
}

/// At least one of these fields must be there, and not null.
pub(super) fn one_of(fields: &[&str]) -> Value {
    let there = |field: &&str| json!({"required": [field], "properties": {*field: {"not": {"type": "null"}}}});
    fields.iter().map(there).collect()
}
