//! What leaves: events from the outbox and receipts, and how long an alert took.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use tokio::sync::{Notify, watch};

use crate::clock::Clock;
use crate::delivery::channel::Sender;
use crate::delivery::email::EmailSender;
use crate::delivery::mqtt::Publisher;
use crate::delivery::outbox::Outbox;
use crate::delivery::routing::Router;
use crate::delivery::settings::{self as delivery, ChannelKind};
use crate::delivery::webhook::WebhookSender;
use crate::domain::Timestamp;
use crate::domain::alert::{Level, RuleId};
use crate::domain::event::EventBody;
use crate::domain::ids::{ChannelId, SiteId, SourceId};
use crate::domain::topics;
use crate::engine::effect::Decision;
use crate::store::{DeliveryKey, Outgoing, Store};
use crate::telemetry::latency::Stopwatch;
use crate::telemetry::traces::Traces;
use crate::telemetry::{Metrics, PipelineStage};

/// Alerts whose publication is awaited for the delay metric; far more than wait in a healthy service.
const MAX_EXPECTED: usize = 100_000;

/// An alert on its way.
#[derive(Debug)]
struct Expected {
    level: Level,
    rules: Vec<RuleId>,
    decided_at: Timestamp,
    /// How long what led to it had waited before that.
    waited_s: f64,
    /// Runs since the decision was on disk.
    journaled: Stopwatch,
}

impl Expected {
    /// From the arrival of what led to it, or from when a timer was due, until now.
    fn delay_s(&self, now: Timestamp) -> f64 {
        now.duration_since(self.decided_at).as_secs_f64() + self.waited_s
    }
}

/// The outbox of the store, watched: when the broker has an alert, it is counted with its delay.
#[derive(Debug)]
pub struct WatchedOutbox {
    store: Store,
    clock: Clock,
    metrics: Metrics,
    traces: Traces,
    expected: Mutex<HashMap<String, Expected>>,
}

impl WatchedOutbox {
    /// The outbox of a store.
    #[must_use]
    pub fn new(store: Store, clock: Clock, metrics: Metrics, traces: Traces) -> Self {
        Self { store, clock, metrics, traces, expected: Mutex::new(HashMap::new()) }
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
        keys.iter().for_each(|key| self.traces.delivered(&key.channel, &key.id, false));
        let now = self.clock.now();
        let mut expected = self.lock();
        for alert in keys.iter().filter_map(|key| expected.remove(&key.id)) {
            self.metrics.stage_took(PipelineStage::Publish, [alert.journaled.elapsed_s()]);
            self.metrics.alert_published(alert.level, &alert.rules, Some(alert.delay_s(now)));
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
    /// Told when new events wait for the broker.
    pub wake: Arc<Notify>,
    /// Told when new events wait for other channels.
    pub news: Arc<watch::Sender<u64>>,
    /// The topic root.
    pub root: Arc<str>,
    /// Which event goes where.
    pub router: Arc<Router>,
}

impl Outbound {
    /// What leaves over a publisher, from the outbox of a store.
    #[must_use]
    pub fn new(publisher: Publisher, outbox: WatchedOutbox, root: &str, router: Router) -> Self {
        let (wake, news) = (Arc::new(Notify::new()), Arc::new(watch::Sender::new(0)));
        Self { publisher, outbox: Arc::new(outbox), wake, news, root: root.into(), router: Arc::new(router) }
    }

    /// Notes the alerts of a decision, so that their publication is counted: from the arrival of what led to
    /// it, where it had waited before the decision, and else from the moment when a timer was due.
    pub fn expect(&self, decision: &Decision, waited_s: Option<f64>) {
        let (waited_s, journaled) = (waited_s.unwrap_or(0.0), Stopwatch::start());
        let mut expected = self.outbox.lock();
        for event in &decision.events {
            if let EventBody::Alert(alert) = &event.body
                && expected.len() < MAX_EXPECTED
            {
                let (level, rules) = (alert.level, alert.rules.clone());
                expected
                    .insert(event.id.clone(), Expected { level, rules, decided_at: decision.at, waited_s, journaled });
            }
        }
    }

    /// Says that new events wait.
    pub fn wake(&self) {
        self.wake.notify_one();
        self.news.send_modify(|times| *times = times.wrapping_add(1));
    }

    /// Sends a receipt, once; a source that misses it sends its message again.
    pub fn receipt(&self, site: &SiteId, source: &SourceId, payload: Vec<u8>) {
        self.publisher.send_receipt(topics::receipts(&self.root, site, source), payload);
    }
}

/// Opens what sends over the channels besides MQTT.
///
/// # Errors
/// Where a file that a channel needs is unusable.
pub fn open_senders(settings: &delivery::Settings, clock: &Clock) -> anyhow::Result<Vec<(ChannelId, Arc<dyn Sender>)>> {
    let open = |channel: &delivery::Channel| -> anyhow::Result<(ChannelId, Arc<dyn Sender>)> {
        let unusable = || format!("the channel {} cannot be opened", channel.id);
        let sender: Arc<dyn Sender> = match &channel.kind {
            ChannelKind::Webhook(settings) => {
                Arc::new(WebhookSender::open(settings.clone(), clock.clone()).with_context(unusable)?)
            }
            ChannelKind::Email(settings) => {
                Arc::new(EmailSender::open(settings, clock.clone()).with_context(unusable)?)
            }
        };
        Ok((channel.id.clone(), sender))
    };
    settings.channels.iter().map(open).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SignedDuration;

    #[test]
    fn the_delay_of_an_alert_begins_when_what_led_to_it_came() {
        let decided_at = Timestamp::from_second(1_000).unwrap();
        let (level, rules, journaled) = (Level::L3, Vec::new(), Stopwatch::start());
        let alert = Expected { level, rules, decided_at, waited_s: 0.25, journaled };
        assert!((alert.delay_s(decided_at + SignedDuration::from_millis(500)) - 0.75).abs() < 1e-9);
    }
}
