//! The loop that empties the outbox of the broker's channel: sends every event until the broker has it.
//!
//! Events are sent in the order they were decided, those of a crisis first, many under way at once. The broker answers in
//! order, so a lost connection leaves the end of that row unsure, and the same events are sent again
//! in the same order, under the same ids. Only an event that the broker refuses is overtaken: it waits
//! and is tried again for ever, while the others go on.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use tracing::{error, warn};

use super::cloudevents::CONTENT_TYPE;
use super::mqtt::{Message, PublishError, Publisher};
use crate::broker::BackoffSettings;
use crate::broker::backoff::Backoff;
use crate::domain::ids::ChannelId;
use crate::store::{DeliveryKey, Outgoing, Store};
use crate::telemetry::panics::broke_off;
use crate::telemetry::{DeliveryOutcome, Metrics};

/// Refusals in a row after which an event is worth an error in the log.
const ALARMING_REFUSALS: u32 = 5;

/// Where events wait until they are delivered. Calls may block.
pub trait Outbox: Send + Sync + 'static {
    /// The oldest events that are not delivered, at most `limit`.
    ///
    /// # Errors
    /// In words, if they cannot be read.
    fn pending(&self, limit: usize) -> Result<Vec<Outgoing>, String>;

    /// Notes that the broker has these events; they are not pending any more.
    ///
    /// # Errors
    /// In words, if that cannot be noted; the events are then sent again.
    fn delivered(&self, keys: &[DeliveryKey]) -> Result<(), String>;
}

impl Outbox for Store {
    fn pending(&self, limit: usize) -> Result<Vec<Outgoing>, String> {
        Self::pending(self, &ChannelId::mqtt(), limit).map_err(|error| error.to_string())
    }

    fn delivered(&self, keys: &[DeliveryKey]) -> Result<(), String> {
        self.append_delivered(keys).map_err(|error| error.to_string())
    }
}

/// What can be set about emptying the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Events taken at once. 0 is taken as 1.
    pub batch: usize,
    /// Waits after a failure. They are short, as a crisis may be among what waits.
    pub backoff: BackoffSettings,
    /// Waits of an event that the broker refuses; one of a crisis waits no longer than after a failure.
    pub refused: BackoffSettings,
    /// How often to look without being woken, in milliseconds.
    pub look_every_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        let refused = BackoffSettings { min_ms: 500, max_ms: 60_000, stable_after_ms: 0 };
        Self { batch: 100, backoff: refused.at_most(5_000), refused, look_every_ms: 5_000 }
    }
}

/// An event that the broker refused.
#[derive(Debug)]
struct Held {
    backoff: Backoff,
    until: Instant,
}

/// Empties the outbox, over and over, until `shutdown` turns true.
pub struct Deliverer<O> {
    /// Where events wait.
    pub outbox: Arc<O>,
    /// How they leave.
    pub publisher: Publisher,
    /// Told when new events wait.
    pub wake: Arc<Notify>,
    /// What can be set.
    pub settings: Settings,
    /// What is counted.
    pub metrics: Metrics,
}

impl<O: Outbox> Deliverer<O> {
    /// Runs until `shutdown` turns true; what is not delivered by then is found at the next start.
    pub async fn run(self, mut shutdown: watch::Receiver<bool>) {
        let stopped = super::mqtt::is_stopping(&mut shutdown);
        tokio::select! {
            () = stopped => {}
            () = self.deliver_for_ever() => {}
        }
    }

    async fn deliver_for_ever(&self) {
        let mut held: HashMap<DeliveryKey, Held> = HashMap::new();
        let mut backoff = Backoff::new(self.settings.backoff);
        loop {
            let limit = self.settings.batch.max(1) + held.len();
            let pending = match self.blocking(move |outbox| outbox.pending(limit)).await {
                Ok(pending) => pending,
                Err(error) => {
                    error!("the outbox cannot be read: {error}");
                    tokio::time::sleep(backoff.next_wait()).await;
                    continue;
                }
            };
            let now = Instant::now();
            let ready: Vec<Outgoing> = pending
                .into_iter()
                .filter(|event| held.get(&event.key()).is_none_or(|held| held.until <= now))
                .collect();
            if ready.is_empty() {
                self.wait(&held).await;
                continue;
            }
            if self.attempt(ready, &mut held).await {
                backoff.reset();
            } else {
                tokio::time::sleep(backoff.next_wait()).await;
            }
        }
    }

    /// Waits for new events, or for the time to try a refused one again.
    async fn wait(&self, held: &HashMap<DeliveryKey, Held>) {
        let look = Instant::now() + Duration::from_millis(self.settings.look_every_ms);
        let until = held.values().map(|held| held.until).fold(look, Instant::min);
        tokio::select! {
            () = self.wake.notified() => {}
            () = tokio::time::sleep_until(until) => {}
        }
    }

    /// Sends events in their order and notes those the broker has; false where some are unsure.
    async fn attempt(&self, events: Vec<Outgoing>, held: &mut HashMap<DeliveryKey, Held>) -> bool {
        let (sent, messages): (Vec<Sent>, Vec<Message>) = events.into_iter().map(message).unzip();
        let Ok(attempts) = self.publisher.start(messages).await else { return false };
        let mut delivered = Vec::new();
        let mut is_sure = true;
        for (Sent { key, is_crisis }, attempt) in sent.into_iter().zip(attempts) {
            let outcome = attempt.outcome().await;
            match outcome {
                Ok(()) => {
                    self.metrics.delivery(&ChannelId::mqtt(), DeliveryOutcome::Delivered);
                    held.remove(&key);
                    delivered.push(key);
                }
                Err(PublishError::Unknown | PublishError::Stopped) => {
                    self.metrics.delivery(&ChannelId::mqtt(), DeliveryOutcome::Retried);
                    is_sure = false;
                }
                Err(error @ (PublishError::Refused(_) | PublishError::TooLarge { .. })) => {
                    self.metrics.delivery(&ChannelId::mqtt(), DeliveryOutcome::Retried);
                    self.hold(key, is_crisis, &error, held);
                }
            }
        }
        self.note(delivered).await && is_sure
    }

    fn hold(&self, key: DeliveryKey, is_crisis: bool, error: &PublishError, held: &mut HashMap<DeliveryKey, Held>) {
        let Settings { backoff, refused, .. } = self.settings;
        let backoff = Backoff::new(if is_crisis { refused.at_most(backoff.max_ms) } else { refused });
        let entry = held.entry(key).or_insert_with_key(|key| {
            warn!(event = key.id, "{error}; it is tried again");
            Held { backoff, until: Instant::now() }
        });
        entry.until = Instant::now() + entry.backoff.next_wait();
        if entry.backoff.failures() == ALARMING_REFUSALS {
            error!("an event was refused {ALARMING_REFUSALS} times and is tried on: {error}");
        }
    }

    /// Notes deliveries; false where that failed, so that the events will be sent again.
    async fn note(&self, keys: Vec<DeliveryKey>) -> bool {
        if keys.is_empty() {
            return true;
        }
        match self.blocking(move |outbox| outbox.delivered(&keys)).await {
            Ok(()) => true,
            Err(error) => {
                error!("deliveries cannot be noted, the events will be sent again: {error}");
                false
            }
        }
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&O) -> Result<T, String> + Send + 'static,
    ) -> Result<T, String> {
        let outbox = Arc::clone(&self.outbox);
        match tokio::task::spawn_blocking(move || work(&outbox)).await {
            Ok(outcome) => outcome,
            Err(error) => Err(broke_off(&error).to_owned()),
        }
    }
}

/// What is remembered of an event that is under way.
struct Sent {
    key: DeliveryKey,
    is_crisis: bool,
}

fn message(event: Outgoing) -> (Sent, Message) {
    let sent = Sent { key: event.key(), is_crisis: event.is_crisis };
    let Outgoing { target, payload, .. } = event;
    (sent, Message { topic: target, payload: payload.into(), content_type: Some(CONTENT_TYPE) })
}
