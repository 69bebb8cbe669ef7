//! What a source is told of its message, once the message is durable.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;

use crate::domain::Timestamp;
use crate::domain::rejection::{Reason, Rejection};

/// What became of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt<'a> {
    /// The envelope's id, where the message had one.
    pub message_id: Option<&'a str>,
    /// The topic the message came on.
    pub topic: &'a str,
    /// Items that changed something.
    pub accepted: u32,
    /// Items that were there already.
    pub duplicate: u32,
    /// Items, or the payload, that were refused.
    pub rejected: &'a [Rejection],
    /// When the row that holds the message was made.
    pub committed_at: Timestamp,
}

/// What became of one message. Sent once its accepted items are on disk; it may come twice.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Receipt")]
struct Wire<'a> {
    /// Null where the message had none.
    message_id: Option<&'a str>,
    /// The topic the message came on.
    topic: &'a str,
    /// Items that changed something.
    accepted: u32,
    /// Items that were there already.
    duplicate: u32,
    rejected: Vec<WireRejection<'a>>,
    /// When the items were on disk.
    #[schemars(extend("format" = "date-time"))]
    committed_at: String,
}

#[derive(Serialize, JsonSchema)]
struct WireRejection<'a> {
    /// The item's place in the message; null where the whole payload was refused.
    index: Option<u32>,
    #[schemars(extend("enum" = Reason::ALL.iter().map(|reason| reason.as_str()).collect::<Vec<_>>()))]
    reason: &'static str,
    /// What exactly, for the programmer of the gateway.
    detail: &'a str,
}

/// The form of a receipt as a JSON Schema.
#[must_use]
pub fn schema() -> schemars::Schema {
    let settings = SchemaSettings::draft07().for_serialize().with(|settings| settings.inline_subschemas = true);
    settings.into_generator().into_root_schema_for::<Wire<'static>>()
}

impl Receipt<'_> {
    /// Whether the source is to be told: of every message with an id, and of every refusal.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.message_id.is_some() || !self.rejected.is_empty()
    }

    /// The receipt as JSON; the index is null where the whole payload was refused.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let wire = Wire {
            message_id: self.message_id,
            topic: self.topic,
            accepted: self.accepted,
            duplicate: self.duplicate,
            rejected: self
                .rejected
                .iter()
                .map(|r| WireRejection { index: r.index, reason: r.reason.as_str(), detail: &r.detail })
                .collect(),
            committed_at: self.committed_at.to_string(),
        };
        serde_json::to_vec(&wire).expect("strings and integers always have a JSON form")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rejection::Reason;

    #[test]
    fn receipt_is_that_of_the_contract() {
        let rejected = [Rejection::item(12, Reason::OutOfRange, "rmssd_ms 900 is outside 3..=250")];
        let receipt = Receipt {
            message_id: Some("gw-7:000123"),
            topic: "vagus/v1/plant-a/gw-7/readings",
            accepted: 47,
            duplicate: 1,
            rejected: &rejected,
            committed_at: "2026-03-01T08:00:00Z".parse().unwrap(),
        };
        assert!(receipt.is_due());
        let expected = include_str!("../../tests/fixtures/contract/receipt.json").trim_end();
        assert_eq!(String::from_utf8(receipt.encode()).unwrap(), expected);
    }

    #[test]
    fn refused_payload_has_neither_id_nor_index() {
        let rejected = [Rejection::payload(Reason::NotJson, "the payload is empty")];
        let committed_at = Timestamp::UNIX_EPOCH;
        let receipt =
            Receipt { message_id: None, topic: "t", accepted: 0, duplicate: 0, rejected: &rejected, committed_at };
        assert!(receipt.is_due());
        let text = String::from_utf8(receipt.encode()).unwrap();
        assert!(text.starts_with(r#"{"message_id":null,"#) && text.contains(r#""index":null"#), "{text}");
        assert!(!Receipt { rejected: &[], ..receipt }.is_due());
    }
}
