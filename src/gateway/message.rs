//! One line of a recording to a message under an id of our own.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::decode::recording;
use crate::decode::topic::{self, UpStream};
use crate::domain::ids::{SiteId, SourceId};
use crate::domain::topics;

/// Who publishes. Each has a connection, a `status` and receipts of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Origin {
    pub(super) site: SiteId,
    pub(super) source: SourceId,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.site, self.source)
    }
}

impl Origin {
    /// Where it learns what became of its messages.
    pub(super) fn receipts(&self, root: &str) -> String {
        topics::receipts(root, &self.site, &self.source)
    }

    /// Where it says whether it is there.
    pub(super) fn status(&self, root: &str) -> String {
        topics::status(root, &self.site, &self.source)
    }

    /// The id of a message: unique among all that this source ever sends, and the same whenever it is sent again.
    pub(super) fn message_id(&self, publication: &str, number: u64) -> String {
        format!("{}:{publication}-{number:06}", self.source)
    }

    /// The number of one of our messages; none of another publication's, or of another program's.
    pub(super) fn number_of(&self, publication: &str, message_id: &str) -> Option<u64> {
        let rest = message_id.strip_prefix(self.source.as_str())?.strip_prefix(':')?;
        rest.strip_prefix(publication)?.strip_prefix('-')?.parse().ok()
    }
}

/// A message as it is kept and sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    /// Its place in the publication.
    pub(super) number: u64,
    pub(super) origin: Origin,
    pub(super) topic: String,
    /// An envelope that begins with the `message_id`: even of a payload that is refused whole the service
    /// can then tell whose receipt it is.
    pub(super) payload: Bytes,
}

/// An envelope, as it was recorded and as it is sent.
#[derive(Serialize, Deserialize)]
pub(super) struct Envelope<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) message_id: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) worker: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) items: &'a RawValue,
}

/// What a line asks to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) origin: Origin,
    pub(super) topic: String,
    /// The payload as it was recorded.
    payload: String,
}

/// Reads a line; nothing of one that needs no message: an empty one, or another's `status`.
pub(super) fn read(root: &str, line: &[u8]) -> Result<Option<Content>, String> {
    if line.trim_ascii().is_empty() {
        return Ok(None);
    }
    let recorded = recording::read(line)?;
    let topic = topic::parse(root, &recorded.topic).map_err(|error| format!("{:?}: {error}", recorded.topic))?;
    if topic.stream == UpStream::Status {
        return Ok(None);
    }
    let origin = Origin { site: topic.site, source: topic.source };
    let payload = recorded.payload.trim_ascii().to_owned();
    Ok(Some(Content { origin, topic: recorded.topic.into_owned(), payload }))
}

impl Content {
    /// Whether it was recorded under an id of its own, which ours will replace.
    pub(super) fn has_own_id(&self) -> bool {
        #[derive(Deserialize)]
        struct Key {
            message_id: Option<serde::de::IgnoredAny>,
        }
        let is_likely = self.payload.starts_with('{') && self.payload.contains("message_id");
        is_likely && serde_json::from_str(&self.payload).is_ok_and(|Key { message_id }| message_id.is_some())
    }

    /// The message of that number: one item, many or an envelope become an envelope under our id.
    pub(super) fn numbered(self, publication: &str, number: u64) -> Result<Message, String> {
        let id = self.origin.message_id(publication, number);
        let payload = enveloped(&self.payload, &id)?;
        Ok(Message { number, origin: self.origin, topic: self.topic, payload })
    }
}

/// Puts a payload under an id of ours. An id that it has already is replaced: a recording may hold a message twice.
fn enveloped(payload: &str, id: &str) -> Result<Bytes, String> {
    let wrong = |error: serde_json::Error| format!("the payload is none of one item, a list, an envelope: {error}");
    let message_id = Some(Cow::Borrowed(id));
    let lone;
    let envelope = if payload.starts_with('[') {
        Envelope { message_id, worker: None, items: serde_json::from_str(payload).map_err(wrong)? }
    } else if payload.starts_with('{') && has_items(payload).map_err(wrong)? {
        Envelope { message_id, ..serde_json::from_str(payload).map_err(wrong)? }
    } else if payload.starts_with('{') {
        lone = format!("[{payload}]");
        Envelope { message_id, worker: None, items: serde_json::from_str(&lone).map_err(wrong)? }
    } else {
        return Err("the payload is none of one item, a list, an envelope".to_owned());
    };
    let mut bytes = serde_json::to_vec(&envelope).map_err(wrong)?;
    // A message is one line of the spool. In what was just read as JSON a line break is never part of a text.
    bytes.iter_mut().filter(|byte| matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = b' ');
    Ok(Bytes::from(bytes))
}

/// Whether an object is an envelope, as the service tells it: by its key `items`.
fn has_items(object: &str) -> serde_json::Result<bool> {
    #[derive(Deserialize)]
    struct Key {
        items: Option<serde::de::IgnoredAny>,
    }
    serde_json::from_str(object).map(|Key { items }| items.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(payload: &str) -> Result<String, String> {
        let line =
            format!("{{\"received_at\":\"x\",\"topic\":\"vagus/v1/plant-a/gw-7/readings\",\"payload\":{payload}}}");
        let content = read("vagus/v1", line.as_bytes())?.ok_or("nothing to send")?;
        let message = content.numbered("p1", 7)?;
        Ok(String::from_utf8(message.payload.to_vec()).unwrap())
    }

    #[test]
    fn each_form_becomes_an_envelope_that_begins_with_our_id() {
        let id = r#"{"message_id":"gw-7:p1-000007","#;
        assert_eq!(message(r#"{"kind":"tag"}"#).unwrap(), format!(r#"{id}"items":[{{"kind":"tag"}}]}}"#));
        assert_eq!(message("[1.50, 2]").unwrap(), format!(r#"{id}"items":[1.50, 2]}}"#), "items stay as they are");
        let envelope = r#"{"items":[{}],"worker":"w-1","message_id":"old"}"#;
        assert_eq!(message(envelope).unwrap(), format!(r#"{id}"worker":"w-1","items":[{{}}]}}"#));
    }

    #[test]
    fn a_payload_of_many_lines_becomes_one_and_its_texts_stay() {
        let line = br#"{"tst":"x","topic":"vagus/v1/plant-a/gw-7/readings","payload":"[\n {\r\n\"a\":\"b\\nc\"}]\n"}"#;
        let message = read("vagus/v1", line).unwrap().unwrap().numbered("p1", 7).unwrap();
        assert!(message.payload.ends_with(br#""items":[  {  "a":"b\nc"}]}"#), "{message:?}");
        let broken = String::from_utf8_lossy(line).replace(r"b\\nc", r"b\nc");
        assert!(
            read("vagus/v1", broken.as_bytes()).unwrap().unwrap().numbered("p1", 7).is_err(),
            "a line break in a text is no JSON"
        );
    }

    #[test]
    fn what_is_no_message_is_refused_in_words_and_anothers_status_is_passed_over() {
        assert!(message("7").unwrap_err().contains("none of one item"));
        assert!(message(r#"{"items":[],"items":[]}"#).unwrap_err().contains("duplicate field"));
        assert!(read("vagus/v1", b"{\"topic\":\"other/a/b/readings\",\"payload\":{}}").unwrap_err().contains("{root}"));
        assert!(read("vagus/v1", b"{\"payload\":{}}").unwrap_err().contains("topic is missing"));
        let status = br#"{"topic":"vagus/v1/plant-a/gw-7/status","payload":"online"}"#;
        assert_eq!(read("vagus/v1", status), Ok(None));
        assert_eq!(read("vagus/v1", b" \r\n"), Ok(None));
    }

    #[test]
    fn only_ids_of_this_publication_are_ours() {
        let origin = Origin { site: SiteId::parse("plant-a").unwrap(), source: SourceId::parse("gw-7").unwrap() };
        assert_eq!(origin.number_of("p1", &origin.message_id("p1", 1_234_567)), Some(1_234_567));
        for other in ["gw-7:p2-000001", "gw-8:p1-000001", "gw-7:p1-", "gw-7:000123", ""] {
            assert_eq!(origin.number_of("p1", other), None, "{other}");
        }
    }
}
