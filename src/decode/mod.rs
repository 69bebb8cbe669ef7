//! Bytes to items: a payload goes in, items and refusals come out.
//!
//! What enters is one MQTT payload and the stream it came on. What leaves is every item of it, each
//! either as a [`DecodedItem`] or as a [`RefusedItem`] with its reason; none is lost, and a bad item
//! never spoils its neighbours. Only what is not JSON at all, or over a limit, is refused whole.
//! [`topic`] does the same for the topic, [`times`] for what only the clock can judge.
//!
//! Decoding never fails, never panics, and never looks at a clock or at the register of workers.

mod cursor;
mod ieee1752;
mod message;
mod native;
pub mod recording;
pub mod schema;
mod slot;
mod stamp;
#[cfg(test)]
mod tests;
pub mod times;
pub mod topic;
mod wire;

use std::ops::Range;
use std::sync::Arc;

use slot::Problem;

use crate::domain::ids::{SourceId, WorkerId};
use crate::domain::item::{Item, Stream};
use crate::domain::rejection::{Reason, Rejection};
use crate::domain::screening::ScoreKind;

/// How much of a refused item or payload is kept.
pub const MAX_RAW_BYTES: usize = 64 * 1024;

/// What one message may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest payload.
    pub max_payload_bytes: usize,
    /// The most items a message may have.
    pub max_items: usize,
    /// How deep objects and arrays may nest, counted from the outermost; at most 100.
    pub max_depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_payload_bytes: 262_144, max_items: 1_000, max_depth: 32 }
    }
}

/// A total that came beside the answers it must agree with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StatedTotal {
    /// The total.
    pub score: f64,
    /// The scale it is on, where that was said.
    pub kind: Option<ScoreKind>,
}

/// One good item.
#[derive(Debug, Clone, PartialEq)]
pub struct DecodedItem {
    /// Its place in the message.
    pub index: u32,
    /// Whose it is; `None` for the stream `actions` alone, whose items name an action instead.
    pub worker: Option<WorkerId>,
    /// Whether the envelope said whose it is, and not the item.
    pub is_named_by_envelope: bool,
    /// The item.
    pub item: Item,
    /// Where it stands in the payload, for the quarantine of one that is refused later.
    pub span: Range<usize>,
    /// Of a questionnaire with answers: the total that was stated too.
    pub stated: Option<StatedTotal>,
    /// Of a questionnaire with answers: what is wrong with it or with its total. It must be refused
    /// for that, unless one of its answers asks for help.
    pub doubt: Option<(Reason, String)>,
    /// What makes that text a message again, where it is one element of a data series.
    opening: Option<Arc<str>>,
}

impl DecodedItem {
    /// The item's own text, cut to what quarantine keeps. Where the envelope named the worker, the
    /// text is an envelope again: an item that is looked at once more must still be somebody's.
    #[must_use]
    pub fn raw(&self, payload: &[u8]) -> Vec<u8> {
        let raw = raw(payload, &self.span, self.opening.as_deref());
        match self.worker.as_ref().filter(|_| self.is_named_by_envelope) {
            Some(worker) => {
                let opening = format!("{{\"worker\":\"{worker}\",\"items\":[");
                cut(&[opening.as_bytes(), &raw, b"]}"].concat()).to_vec()
            }
            None => raw,
        }
    }
}

/// One thing that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedItem {
    /// What and why; without an index it is the whole payload.
    pub rejection: Rejection,
    /// The item's own text, or the payload, cut to [`MAX_RAW_BYTES`].
    pub raw: Vec<u8>,
}

/// What a payload held.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decoded {
    /// The envelope's `message_id`; also of a refused payload, where it could still be read.
    pub message_id: Option<String>,
    /// The good items, in order.
    pub items: Vec<DecodedItem>,
    /// What was refused, in order.
    pub refused: Vec<RefusedItem>,
    /// How many fields were ignored because nobody knows them.
    pub unknown_fields: u32,
    /// Which those were; only where somebody asked for it.
    unknown_names: Vec<UnknownField>,
}

/// A field that was ignored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownField {
    /// What the source wrote.
    pub name: String,
    /// The known field that may have been meant.
    pub meant: Option<&'static str>,
    /// Whether it is a known field that has no meaning where it stands.
    pub is_misplaced: bool,
}

/// Takes a payload of `source` apart. The source matters only to items that name their user and not
/// the worker.
#[must_use]
pub fn decode(source: &SourceId, stream: Stream, payload: &[u8], limits: &Limits) -> Decoded {
    if payload.len() > limits.max_payload_bytes {
        let detail = format!("{} bytes, at most {} are taken", payload.len(), limits.max_payload_bytes);
        let problem = Problem::new(Reason::TooLarge, detail);
        return message::refuse(payload, problem, message::peek_message_id(payload));
    }
    match std::str::from_utf8(payload) {
        Ok(text) => message::walk(source, stream, text, limits),
        Err(error) => {
            let problem = Problem::new(Reason::NotUtf8, error.to_string());
            message::refuse(payload, problem, message::peek_message_id(payload))
        }
    }
}

/// The fields of a payload that are ignored because nobody knows them. It takes longer than counting them.
#[must_use]
pub fn unknown_fields(source: &SourceId, stream: Stream, payload: &[u8], limits: &Limits) -> Vec<UnknownField> {
    let text = std::str::from_utf8(payload).ok().filter(|text| text.len() <= limits.max_payload_bytes);
    text.map(|text| message::walk_naming(source, stream, text, limits).unknown_names).unwrap_or_default()
}

/// The `message_id` of a payload of which only the beginning is there, where it is the first field.
#[must_use]
pub fn message_id(beginning: &[u8]) -> Option<String> {
    message::peek_message_id(beginning)
}

/// The text of an item, cut to what quarantine keeps; of an element of a series, a series of just it.
fn raw(payload: &[u8], span: &Range<usize>, opening: Option<&str>) -> Vec<u8> {
    let own = payload.get(span.clone()).unwrap_or_default();
    match opening {
        Some(opening) => cut(&[opening.as_bytes(), own, b"]}"].concat()).to_vec(),
        None => cut(own).to_vec(),
    }
}

fn cut(raw: &[u8]) -> &[u8] {
    &raw[..raw.len().min(MAX_RAW_BYTES)]
}
