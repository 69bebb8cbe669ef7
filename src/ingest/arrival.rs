//! A message as it came off the wire.

use bytes::Bytes;

use crate::telemetry::latency::Stopwatch;

/// What is needed to acknowledge one message: the connection it came on and its place there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AckToken {
    epoch: u64,
    number: u64,
}

impl AckToken {
    /// The token of message `number` of connection `epoch`.
    #[must_use]
    pub const fn new(epoch: u64, number: u64) -> Self {
        Self { epoch, number }
    }

    /// The connection: 1 for the first, one more after every reconnect.
    #[must_use]
    pub const fn epoch(self) -> u64 {
        self.epoch
    }

    /// The message's place on that connection, from 0.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.number
    }
}

/// A message as it came off the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Give it back when the message is on disk, whatever its QoS.
    pub receipt: AckToken,
    /// The topic; bytes that are not UTF-8 are replaced.
    pub topic: String,
    /// The payload; only its first bytes where [`Arrival::is_cut`].
    pub payload: Bytes,
    /// The length the payload had on the wire.
    pub payload_bytes: usize,
    /// Whether the broker had kept it for new subscribers.
    pub is_retained: bool,
    /// Runs since it came.
    pub since: Stopwatch,
}

impl Arrival {
    /// Whether the packet was over `max_packet_bytes`, so that its end was passed over: reject it as too large.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.payload.len() < self.payload_bytes
    }
}
