//! The decoder: takes messages apart in order of receipt, ahead of the sequencer.
//!
//! A thread of its own, because decoding is the dearest step of all and needs nothing that the
//! sequencer knows.

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use super::admission::Prepared;
use crate::console::view::ReceiptView;
use crate::decode;
use crate::ingest::{AckToken, Arrival};
use crate::telemetry::latency::Stopwatch;

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
    /// Runs since it came.
    pub since: Stopwatch,
}

/// Decodes until there are no more messages, or nobody takes them.
pub fn run(
    root: &str,
    limits: &decode::Limits,
    mut arrivals: mpsc::Receiver<Arrival>,
    opened: &mpsc::Sender<Vec<Opened>>,
) {
    let mut batch = Vec::with_capacity(BATCH);
    while arrivals.blocking_recv_many(&mut batch, BATCH) > 0 {
        let messages = batch.drain(..).map(|arrival| open(root, limits, arrival)).collect();
        if opened.blocking_send(messages).is_err() {
            return;
        }
    }
}

fn open(root: &str, limits: &decode::Limits, arrival: Arrival) -> Opened {
    let origin = Origin::Broker(arrival.receipt);
    let (is_cut, bytes) = (arrival.is_cut(), arrival.payload_bytes);
    let Arrival { topic, payload, since, .. } = arrival;
    let payload: Bytes = payload;
    let message = if is_cut {
        Prepared::too_large(root, limits, topic, payload, bytes)
    } else {
        Prepared::of(root, limits, topic, payload)
    };
    Opened { origin, message, since }
}
