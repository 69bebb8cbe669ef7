//! What became of everything so far.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What became of everything since the publication began, kills and restarts included.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Messages that have their receipt.
    pub messages: u64,
    /// Items that changed something.
    pub accepted: u64,
    /// Items that the service had already.
    pub duplicate: u64,
    /// Items and payloads that were refused, by reason.
    pub rejected: BTreeMap<String, u64>,
    /// Lines of the input that are no message, and were not sent.
    pub unreadable: u64,
}

impl Tally {
    /// Adds what another counted.
    pub(super) fn add(&mut self, other: &Self) {
        self.messages += other.messages;
        self.accepted += other.accepted;
        self.duplicate += other.duplicate;
        self.unreadable += other.unreadable;
        for (reason, count) in &other.rejected {
            *self.rejected.entry(reason.clone()).or_default() += count;
        }
    }

    /// Everything that was refused.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.rejected.values().sum::<u64>() + self.unreadable
    }
}
