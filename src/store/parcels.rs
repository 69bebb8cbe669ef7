//! What leaves: deliveries, and what became of them.

use std::sync::Arc;

use crate::domain::Timestamp;
use crate::domain::ids::ChannelId;

/// One delivery of an event: over one channel, to one recipient. Its bytes are the fact: they were
/// encoded when it was decided, and never are again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The channel.
    pub channel: ChannelId,
    /// The event's id; the same for every channel and recipient, and for every attempt.
    pub id: String,
    /// The short name of the recipient, where the channel has several; never an address.
    pub recipient: Option<String>,
    /// Whether it is of a crisis: it goes before all others, and is tried longest.
    pub is_crisis: bool,
    /// When it was decided.
    pub decided_at: Timestamp,
    /// Where it goes within the channel: the topic of MQTT, the address of an e-mail; empty where the
    /// channel has one end.
    pub target: String,
    /// The encoded event.
    pub payload: Vec<u8>,
}

impl Outgoing {
    /// What tells it apart from all others.
    #[must_use]
    pub fn key(&self) -> DeliveryKey {
        DeliveryKey { channel: self.channel.clone(), recipient: self.recipient.clone(), id: self.id.clone() }
    }
}

/// What tells one delivery apart from all others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryKey {
    /// The channel.
    pub channel: ChannelId,
    /// The short name of the recipient, where the channel has several.
    pub recipient: Option<String>,
    /// The event's id.
    pub id: String,
}

impl DeliveryKey {
    /// The case or action that the event is of, as its id begins with it: `c-` or `a-`, and a name without
    /// dashes.
    #[must_use]
    pub fn matter(&self) -> &str {
        let end = self.id.match_indices('-').nth(1).map_or(self.id.len(), |(at, _)| at);
        &self.id[..end]
    }
}

/// How an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FailureKind {
    /// The receiver said that it will never take it.
    Refused,
    /// The receiver was not reached, or did not answer in time.
    Unreachable,
    /// The receiver answered that it cannot take it now.
    Failed,
}

impl FailureKind {
    /// Its name for people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Unreachable => "unreachable",
            Self::Failed => "failed",
        }
    }
}

/// Why a delivery was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// When.
    pub at: Timestamp,
    /// How the last attempt failed.
    pub kind: FailureKind,
    /// Attempts of the service that gave it up.
    pub attempts: u32,
    /// What the last attempt met with, in words, without addresses or anything of the event.
    pub error: String,
}

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// The receiver has it.
    Delivered,
    /// It was given up, and waits for a person.
    Dead {
        /// Why.
        letter: DeadLetter,
    },
    /// A person wants it to be tried again, as if it had been decided now.
    Revived {
        /// When.
        at: Timestamp,
    },
    /// It is not wanted any more.
    Discarded,
}

/// A delivery and what became of it, as the journal keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryOutcome {
    /// Which delivery.
    pub key: DeliveryKey,
    /// What became of it.
    pub fate: Fate,
}

/// Where a delivery stands in the outbox: the journal's entry of decisions, and the place in it. The
/// order of places is the order of decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// The entry.
    pub entry: u64,
    /// The place in it.
    pub index: u32,
}

/// A delivery that waits, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Where it stands.
    pub place: Place,
    /// What tells it apart.
    pub key: Arc<DeliveryKey>,
    /// Whether it is of a crisis.
    pub is_crisis: bool,
    /// Since when it is tried: the decision, or the last time a person revived it.
    pub since: Timestamp,
}

/// A delivery as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// What tells it apart.
    pub key: Arc<DeliveryKey>,
    /// Whether it is of a crisis.
    pub is_crisis: bool,
    /// When it was decided.
    pub decided_at: Timestamp,
    /// When a person last revived it.
    pub revived_at: Option<Timestamp>,
    /// Why it was given up; none while it waits.
    pub dead: Option<DeadLetter>,
}

/// How many deliveries of a channel there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Waiting {
    /// To be sent.
    pub pending: usize,
    /// Given up.
    pub dead: usize,
    /// Since when the oldest of those to be sent waits: from its decision, or from when a person had it sent again.
    pub oldest: Option<Timestamp>,
}
