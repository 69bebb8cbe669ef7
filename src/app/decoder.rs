//! The decoder: takes messages apart in order of receipt, ahead of the sequencer.
//!
//! A thread of its own, because decoding is the dearest step of all and needs nothing that the
//! sequencer knows.

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};
use tracing::field::{Empty, display};
use tracing::{debug, debug_span};

use super::admission::Prepared;
use crate::console::view::ReceiptView;
use crate::decode;
use crate::ingest::{AckToken, Arrival};
use crate::telemetry::passage::Passage;
use crate::telemetry::traces::Traces;

/// Messages that go to the sequencer at once.
const BATCH: usize = 64;

/// Whom to tell when a message is on disk.
#[derive(Debug)]
pub enum Origin {
    /// The broker, which gave it this place.
    Broker(AckToken),
    /// Somebody who waits for its receipt.
    Posted(oneshot::Sender<ReceiptView>),
}

/// A message taken apart, and how it is acknowledged.
#[derive(Debug)]
pub struct Opened {
    /// Whom to tell.
    pub origin: Origin,
    /// The message.
    pub message: Prepared,
    /// How it came, and when.
    pub passage: Passage,
    /// Whether the broker had kept it: nobody knows when it was sent.
    pub is_retained: bool,
}

/// Decodes until there are no more messages, or nobody takes them.
pub fn run(
    root: &str,
    limits: &decode::Limits,
    mut arrivals: mpsc::Receiver<Arrival>,
    opened: &mpsc::Sender<Vec<Opened>>,
    traces: &Traces,
) {
    let mut batch = Vec::with_capacity(BATCH);
    while arrivals.blocking_recv_many(&mut batch, BATCH) > 0 {
        let messages = batch.drain(..).map(|arrival| open(root, limits, arrival, traces)).collect();
        if opened.blocking_send(messages).is_err() {
            return;
        }
    }
}

fn open(root: &str, limits: &decode::Limits, arrival: Arrival, traces: &Traces) -> Opened {
    let passage = Passage::of_broker(arrival.receipt.epoch(), arrival.receipt.number(), arrival.since);
    let origin = Origin::Broker(arrival.receipt);
    let (is_cut, bytes) = (arrival.is_cut(), arrival.payload_bytes);
    let Arrival { topic, payload, is_retained, .. } = arrival;
    let payload: Bytes = payload;
    let decode = || match is_cut {
        true => Prepared::too_large(root, limits, topic, payload, bytes),
        false => Prepared::of(root, limits, topic, payload),
    };
    let (message, passage) = followed(decode, passage, traces);
    Opened { origin, message, passage, is_retained }
}

/// Decodes a message under the eyes of logs and traces: from here on both call it by its own name.
pub(super) fn followed(
    decode: impl FnOnce() -> Prepared,
    mut passage: Passage,
    traces: &Traces,
) -> (Prepared, Passage) {
    let since = traces.decoding();
    let span = debug_span!("decode", message_id = Empty);
    let message = decode();
    traces.decoded(&mut passage, since);
    if !span.is_disabled() {
        span.record("message_id", display(passage.name(message.message_id())));
        span.in_scope(|| debug!(came_as = %passage.name(None), bytes = message.payload_bytes(), "decoded"));
    }
    (message, passage)
}
