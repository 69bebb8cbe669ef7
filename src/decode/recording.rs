//! One line of a recording: what was received, on which topic and when.
//!
//! Three forms are read. Our own is `{"received_at":…,"topic":…,"payload":…}`. `mosquitto_sub -F %j` writes
//! `tst` for the time and the payload as a text, so that no line break in it ends the line; `%J` writes it as
//! it is. And `vagus publish` writes down what was refused, which has no time of its own. Fields that
//! somebody adds are passed over.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::domain::Timestamp;

const FORM: &str = "{\"received_at\":…,\"topic\":…,\"payload\":…}";
/// How to record so that each message is one line, whatever it holds.
const RECORD: &str = "record with mosquitto_sub -F %j, which writes each message on one line";

/// A recorded message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded<'a> {
    received_at: Option<Cow<'a, str>>,
    /// The topic.
    pub topic: Cow<'a, str>,
    /// The payload, as it was.
    pub payload: Cow<'a, str>,
    is_refused: bool,
}

#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow)]
    received_at: Option<Cow<'a, str>>,
    /// As `mosquitto_sub` names the time.
    #[serde(borrow)]
    tst: Option<Cow<'a, str>>,
    #[serde(borrow)]
    topic: Option<Cow<'a, str>>,
    #[serde(borrow, default, deserialize_with = "raw")]
    payload: Option<&'a RawValue>,
    /// Why it was refused.
    #[serde(borrow)]
    reason: Option<Cow<'a, str>>,
    /// What a line held that was no message.
    #[serde(borrow)]
    text: Option<Cow<'a, str>>,
    /// Which line of its file that was.
    line: Option<u64>,
}

/// A payload `null` is a payload.
fn raw<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// Reads a line.
///
/// # Errors
/// What is wrong with it, and what to do; the text goes on after "line 7: ".
pub fn read(line: &[u8]) -> Result<Recorded<'_>, String> {
    let line = line.trim_ascii();
    let fields: Fields<'_> = serde_json::from_slice(line).map_err(|error| wrong(line, &error))?;
    if let Some(text) = fields.text.filter(|_| fields.topic.is_none()) {
        // Once its text is mended it is a line again.
        let mended = read(text.as_bytes()).map_err(|problem| {
            let which = fields.line.map_or("a line".to_owned(), |line| format!("line {line}"));
            format!("is no message but {which} of what was published, kept because it was none; mend its text, which {problem}")
        })?;
        return Ok(mended.into_owned());
    }
    let missing = |name: &str| format!("is no {FORM}: {name} is missing");
    let topic = fields.topic.ok_or_else(|| missing("topic"))?;
    let payload = fields.payload.ok_or_else(|| missing("payload"))?.get();
    let payload = match fields.tst {
        Some(_) if payload.starts_with('"') => serde_json::from_str(payload).map_err(|error| wrong(line, &error))?,
        Some(_) if payload == "null" => Cow::Borrowed(""),
        _ => Cow::Borrowed(payload),
    };
    let received_at = fields.received_at.or(fields.tst);
    Ok(Recorded { received_at, topic, payload, is_refused: fields.reason.is_some() })
}

/// What a line is that cannot be read, as far as one can see.
fn wrong(line: &[u8], error: &serde_json::Error) -> String {
    let first = line.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    if error.is_eof() {
        return format!(
            "ends in the middle of {FORM}, as where the payload held a line break or was cut off ({error}); {RECORD}"
        );
    }
    if first.contains(&b'/') && !first.starts_with(b"{") {
        return format!("is a topic and a payload, as mosquitto_sub -v writes them, without a time; {RECORD}");
    }
    format!("is no {FORM}: {error}")
}

impl Recorded<'_> {
    /// When it was received; none for what was refused, of which nobody wrote it down.
    ///
    /// # Errors
    /// Where the time is missing, or is none; the text goes on after "line 7: ".
    pub fn received_at(&self) -> Result<Option<Timestamp>, String> {
        let Some(written) = self.received_at.as_deref() else {
            return if self.is_refused { Ok(None) } else { Err("received_at is missing".to_owned()) };
        };
        let time = written.parse().ok().or_else(|| of_mosquitto(written));
        time.map(Some).ok_or_else(|| format!("received_at {written:?} is no RFC 3339 time with an offset"))
    }

    fn into_owned(self) -> Recorded<'static> {
        Recorded {
            received_at: self.received_at.map(|time| Cow::Owned(time.into_owned())),
            topic: Cow::Owned(self.topic.into_owned()),
            payload: Cow::Owned(self.payload.into_owned()),
            is_refused: self.is_refused,
        }
    }
}

/// `mosquitto_sub` writes local time, and both a Z and the offset; the offset is right.
fn of_mosquitto(written: &str) -> Option<Timestamp> {
    let (time, offset) = written.split_once('Z')?;
    format!("{time}{offset}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(line: &str) -> String {
        read(line.as_bytes()).expect_err("no message")
    }

    fn at(line: &str) -> Result<Option<String>, String> {
        let recorded = read(line.as_bytes())?;
        recorded.received_at().map(|at| at.map(|at| at.to_string()))
    }

    #[test]
    fn what_mosquitto_sub_writes_is_the_payload_as_it_was_at_the_moment_its_offset_names() {
        let escaped = r#"{"tst":"2026-11-24T04:39:11.136948Z+0700","topic":"a/b","qos":1,"retain":0,"mid":7,"payloadlen":9,"payload":"{\"a\":\n 1.50}"}"#;
        let recorded = read(escaped.as_bytes()).expect("a message");
        assert_eq!((&*recorded.topic, &*recorded.payload), ("a/b", "{\"a\":\n 1.50}"));
        assert_eq!(at(escaped), Ok(Some("2026-11-23T21:39:11.136948Z".to_owned())));
        let nested = escaped.replace(r#""{\"a\":\n 1.50}""#, r#"{"a":1.5}"#);
        assert_eq!(read(nested.as_bytes()).expect("a message").payload, r#"{"a":1.5}"#);
        let empty = escaped.replace(r#""{\"a\":\n 1.50}""#, "null");
        assert_eq!(read(empty.as_bytes()).expect("a message").payload, "");
        let by_format = r#"{"received_at":"2026-11-24T04:39:11+0700","topic":"a/b","payload":"online"}"#;
        assert_eq!(read(by_format.as_bytes()).expect("a message").payload, "\"online\"", "our form holds it as it is");
        assert_eq!(at(by_format), Ok(Some("2026-11-23T21:39:11Z".to_owned())));
    }

    #[test]
    fn a_line_that_a_payload_broke_and_one_without_time_say_how_to_record() {
        let broken = problem(r#"{"received_at":"2026-11-24T04:39:11Z","topic":"a/b","payload":{"a":"#);
        assert!(broken.contains("line break") && broken.contains("-F %j"), "{broken}");
        let verbose = problem(r#"vagus/v1/plant-a/gw-7/readings {"a":1}"#);
        assert!(verbose.contains("mosquitto_sub -v") && verbose.contains("-F %j"), "{verbose}");
        assert!(problem("no message").contains("{\"received_at\""));
        assert!(problem(r#"{"topic":"a"}"#).contains("payload is missing"));
        assert_eq!(at(r#"{"topic":"a","payload":1}"#), Err("received_at is missing".to_owned()));
        assert!(at(r#"{"received_at":"2026-11-24T04:39:11","topic":"a","payload":1}"#).is_err(), "no offset");
    }

    #[test]
    fn what_was_refused_is_a_message_without_time_and_a_kept_line_is_one_once_it_is_mended() {
        let refused =
            r#"{"reason":"bad_shape","detail":"x","message_id":"gw:1","index":0,"topic":"a/b","payload":{"a":1}}"#;
        assert_eq!(read(refused.as_bytes()).expect("a message").payload, r#"{"a":1}"#);
        assert_eq!(at(refused), Ok(None));
        let kept = r#"{"reason":"bad_line","detail":"x","line":7,"text":"no message"}"#;
        let told = problem(kept);
        assert!(told.contains("line 7 of what was published") && told.contains("mend its text"), "{told}");
        let mended = kept
            .replace("no message", r#"{\"received_at\":\"2026-11-24T04:39:11Z\",\"topic\":\"a/b\",\"payload\":[]}"#);
        assert_eq!(read(mended.as_bytes()).expect("a message").payload, "[]");
    }
}
