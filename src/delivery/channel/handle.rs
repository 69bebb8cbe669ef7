//! How others look at the loop of a channel, and hurry it.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::schedule::Schedule;
use crate::domain::ids::ChannelId;
use crate::store::{DeliveryKey, FailureKind};

/// What the loop and its handle share.
#[derive(Debug)]
pub(super) struct Shared {
    schedule: Mutex<Schedule>,
    /// Told when somebody hurries it.
    pub(super) hurried: Notify,
}

impl Shared {
    pub(super) fn new(schedule: Schedule) -> Self {
        Self { schedule: Mutex::new(schedule), hurried: Notify::new() }
    }

    /// Held for look-ups and small changes only, never over anything that waits.
    pub(super) fn lock(&self) -> MutexGuard<'_, Schedule> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the loop knows of a delivery that failed, or is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// Attempts since the service started, or since it was revived.
    pub attempts: u32,
    /// Whether an attempt is under way.
    pub is_under_way: bool,
    /// How long until the next attempt; none while one is under way, or where it waits for an earlier one
    /// of the same case.
    pub wait: Option<Duration>,
    /// How the last attempt failed, and in words.
    pub last: Option<(FailureKind, String)>,
}

/// Looks at the loop of a channel, and hurries it. Clones are of the same loop.
#[derive(Debug, Clone)]
pub struct Handle {
    pub(super) channel: ChannelId,
    pub(super) shared: Arc<Shared>,
}

impl Handle {
    /// The channel.
    #[must_use]
    pub const fn channel(&self) -> &ChannelId {
        &self.channel
    }

    /// Whether its receiver counts as down.
    #[must_use]
    pub fn is_down(&self) -> bool {
        self.shared.lock().is_down()
    }

    /// What is known of these deliveries.
    #[must_use]
    pub fn tried(&self, keys: &HashSet<Arc<DeliveryKey>>) -> BTreeMap<Arc<DeliveryKey>, Tried> {
        let known = self.shared.lock().known(|ticket| keys.contains(&ticket.key), Instant::now());
        known.into_iter().map(|(ticket, tried)| (ticket.key, tried)).collect()
    }

    /// Makes these deliveries due now, finds those that were revived, and asks a receiver that is down
    /// at once.
    pub fn hurry(&self, keys: &HashSet<Arc<DeliveryKey>>) {
        self.shared.lock().hurry(|ticket| keys.contains(&ticket.key), Instant::now());
        self.shared.hurried.notify_one();
    }
}
