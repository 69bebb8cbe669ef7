//! What leaves: events from the outbox and receipts, and how long an alert took.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use crate::clock::Clock;
use crate::delivery::mqtt::Publisher;
use crate::delivery::outbox::Outbox;
use crate::delivery::routing::Router;
use crate::domain::Timestamp;
use crate::domain::alert::{Level, RuleId};
use crate::domain::event::EventBody;
use crate::domain::ids::{SiteId, SourceId};
use crate::domain::topics;
use crate::engine::effect::Decision;
use crate::store::{DeliveryKey, Outgoing, Store};
use crate::telemetry::Metrics;

/// Alerts whose publication is awaited for the delay metric; far more than wait in a healthy service.
const MAX_EXPECTED: usize = 100_000;

/// An alert on its way.
#[derive(Debug)]
struct Expected {
    level: Level,
    rules: Vec<RuleId>,
    decided_at: Timestamp,
}

/// The outbox of the store, watched: when the broker has an alert, it is counted with its delay.
#[derive(Debug)]
pub struct WatchedOutbox {
    store: Store,
    clock: Clock,
    metrics: Metrics,
    expected: Mutex<HashMap<String, Expected>>,
}

impl WatchedOutbox {
    /// The outbox of a store.
    #[must_use]
    pub fn new(store: Store, clock: Clock, metrics: Metrics) -> Self {
        Self { store, clock, metrics, expected: Mutex::new(HashMap::new()) }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Expected>> {
        self.expected.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outbox for WatchedOutbox {
    fn pending(&self, limit: usize) -> Result<Vec<Outgoing>, String> {
        Outbox::pending(&self.store, limit)
    }

    fn delivered(&self, keys: &[DeliveryKey]) -> Result<(), String> {
        Outbox::delivered(&self.store, keys)?;
        let now = self.clock.now();
        let mut expected = self.lock();
        for alert in keys.iter().filter_map(|key| expected.remove(&key.id)) {
            let delay_s = now.duration_since(alert.decided_at).as_secs_f64();
            self.metrics.alert_published(alert.level, &alert.rules, Some(delay_s));
        }
        Ok(())
    }
}

/// Receipts and events on their way out.
#[derive(Debug, Clone)]
pub struct Outbound {
    /// How receipts leave.
    pub publisher: Publisher,
    /// Where events wait.
    pub outbox: Arc<WatchedOutbox>,
    /// Told when new events wait.
    pub wake: Arc<Notify>,
    /// The topic root.
    pub root: Arc<str>,
    /// Which event goes where.
    pub router: Arc<Router>,
}

impl Outbound {
    /// Notes the alerts of a decision, so that their publication is counted.
    pub fn expect(&self, decision: &Decision) {
        let mut expected = self.outbox.lock();
        for event in &decision.events {
            if let EventBody::Alert(alert) = &event.body
                && expected.len() < MAX_EXPECTED
            {
                let (level, rules) = (alert.level, alert.rules.clone());
                expected.insert(event.id.clone(), Expected { level, rules, decided_at: decision.at });
            }
        }
    }

    /// Says that new events wait.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Sends a receipt, once; a source that misses it sends its message again.
    pub fn receipt(&self, site: &SiteId, source: &SourceId, payload: Vec<u8>) {
        self.publisher.send_receipt(topics::receipts(&self.root, site, source), payload);
    }
}
