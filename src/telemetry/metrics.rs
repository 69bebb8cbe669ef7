//! Every metric of the service, in one place. The doc comment of a field is the metric's help text.

use std::fmt;
use std::sync::Arc;

use prometheus::core::Collector;
use prometheus::{IntCounter, IntGauge, Registry, TextEncoder};

use super::families::{
    AlertCounters, BuildInfo, ChannelCounters, ChannelGauges, CommitItems, CommitSeconds, CounterTable, Counters,
    Family, GaugeTable, Gauges, IngestDelay, SourceGauges, UnknownGauge,
};
use super::labels::{DeliveryOutcome, Outcome};
use super::latency::DelaySummary;
use crate::domain::Timestamp;
use crate::domain::alert::{Level, RuleId};
use crate::domain::ids::{ChannelId, SiteId, SourceId};
use crate::domain::indicator::HrvState;
use crate::domain::item::Stream;
use crate::domain::life::{CaseState, Milestone};
use crate::domain::rejection::Reason;

macro_rules! families {
    ($($(#[doc = $help:literal])+ $field:ident: $family:ty = $name:literal,)+) => {
        struct Families {
            registry: Registry,
            $($(#[doc = $help])+ $field: $family,)+
        }

        impl Families {
            fn new() -> Self {
                let registry = Registry::new();
                Self {
                    $($field: <$family as Family>::register(&registry, $name, concat!($($help),+).trim()),)+
                    registry,
                }
            }
        }

        /// The names of all metrics, for those who check dashboards and rules.
        pub const NAMES: &[&str] = &[$($name),+];
    };
}

families! {
    /// Messages taken from the broker, by stream (unknown where the topic could not be read) and by what became of them.
    messages: CounterTable<Option<Stream>, Outcome> = "vagus_messages_total",
    /// Items of messages by stream and by what became of them.
    items: CounterTable<Option<Stream>, Outcome> = "vagus_items_total",
    /// Rejected items and payloads by reason.
    rejections: Counters<Reason> = "vagus_rejections_total",
    /// Whether the ingest session is connected to the broker: 1 or 0.
    mqtt_connected: IntGauge = "vagus_mqtt_connected",
    /// Connections to the broker after the first one.
    mqtt_reconnects: IntCounter = "vagus_mqtt_reconnects_total",
    /// Time to write a row to the journal and sync it, seconds.
    commit_seconds: CommitSeconds = "vagus_commit_seconds",
    /// Items in a journal row.
    commit_items: CommitItems = "vagus_commit_items",
    /// From the end of what a reading describes to its commit, seconds.
    ingest_delay: IngestDelay = "vagus_ingest_delay_seconds",
    /// From the later of arrival and finality to the publication of the alert, seconds, since the start of the service.
    alert_delay: DelaySummary = "vagus_alert_delay_seconds",
    /// Alert events by level and rule; an alert of two rules counts under each.
    alerts: AlertCounters = "vagus_alerts_total",
    /// Cases by state and level.
    cases: GaugeTable<CaseState, Level> = "vagus_cases",
    /// Time limits of cases that are over and not met, by what is due.
    cases_overdue: Gauges<Milestone> = "vagus_cases_overdue",
    /// Deliveries that wait, by channel.
    outbox_pending: ChannelGauges = "vagus_outbox_pending",
    /// Deliveries that were given up and wait for a person, by channel.
    dead_letters: ChannelGauges = "vagus_dead_letters",
    /// Dead letters dropped because there were too many.
    dead_letters_dropped: IntCounter = "vagus_dead_letters_dropped_total",
    /// Attempts to deliver by channel and by what became of them.
    deliveries: ChannelCounters<DeliveryOutcome> = "vagus_deliveries_total",
    /// Workers by the state of their night-time HRV.
    workers: Gauges<HrvState> = "vagus_workers",
    /// Share of expected nights with a valid HRV value over the last seven days, all workers; absent while unknown.
    wear_coverage: UnknownGauge = "vagus_wear_coverage_ratio",
    /// Bytes on disk under the store's path.
    store_bytes: IntGauge = "vagus_store_bytes",
    /// Items and payloads in quarantine.
    quarantine_items: IntGauge = "vagus_quarantine_items",
    /// How far the machine's clock stands ahead of the time that passed, seconds; 0 while it is believed.
    clock_step: IntGauge = "vagus_clock_step_seconds",
    /// When a source was last heard of, seconds since 1970; sources beyond the first thousand are counted as other.
    source_last_seen: SourceGauges = "vagus_source_last_seen_seconds",
    /// Always 1; the version is in the label.
    build_info: BuildInfo = "vagus_build_info",
}

impl Family for DelaySummary {
    fn register(registry: &Registry, name: &str, help: &str) -> Self {
        let summary = Self::new(name, help);
        let collector: Box<dyn Collector> = Box::new(summary.clone());
        registry.register(collector).expect("the name is registered once");
        summary
    }
}

/// The metrics of one service. Clones share their counts; two services in one process do not.
#[derive(Clone)]
pub struct Metrics(Arc<Families>);

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

impl Metrics {
    /// All metrics, at zero.
    #[must_use]
    pub fn new() -> Self {
        let families = Families::new();
        families.build_info.0.set(1);
        let metrics = Self(Arc::new(families));
        metrics.has_channel(&ChannelId::mqtt());
        metrics.set_outbox([(ChannelId::mqtt(), 0, 0)]);
        metrics
    }

    /// Counts a message; `stream` is none where the topic could not be read.
    pub fn message(&self, stream: Option<Stream>, outcome: Outcome) {
        self.0.messages.of(stream, outcome).inc();
    }

    /// Counts one item.
    pub fn item(&self, stream: Option<Stream>, outcome: Outcome) {
        self.items(stream, outcome, 1);
    }

    /// Counts `count` items that fared alike.
    pub fn items(&self, stream: Option<Stream>, outcome: Outcome, count: u64) {
        self.0.items.of(stream, outcome).inc_by(count);
    }

    /// Counts a rejected item or payload by its reason; [`Self::item`] counts it by stream.
    pub fn rejected(&self, reason: Reason) {
        self.0.rejections.of(reason).inc();
    }

    /// Whether the ingest session is connected.
    pub fn set_connected(&self, is_connected: bool) {
        self.0.mqtt_connected.set(i64::from(is_connected));
    }

    /// Counts a connection to the broker after the first one.
    pub fn reconnected(&self) {
        self.0.mqtt_reconnects.inc();
    }

    /// Counts a commit of the journal.
    pub fn committed(&self, items: usize, seconds: f64) {
        self.0.commit_seconds.0.observe(seconds);
        #[expect(clippy::cast_precision_loss, reason = "a row holds far fewer than 2^53 items")]
        self.0.commit_items.0.observe(items as f64);
    }

    /// Takes the delays of the readings of one commit, from event to commit.
    ///
    /// They are counted aside and added once, so that readings do not fight for shared counters.
    pub fn ingest_delays(&self, delays_s: impl IntoIterator<Item = f64>) {
        let local = self.0.ingest_delay.0.local();
        for delay_s in delays_s {
            // A band's clock may run ahead of ours by the allowed lead.
            local.observe(delay_s.max(0.0));
        }
        local.flush();
    }

    /// Counts a published alert event and its delay, from the later of arrival and finality.
    ///
    /// Delay is none for an alert that was published before and is sent again.
    pub fn alert_published(&self, level: Level, rules: &[RuleId], delay_s: Option<f64>) {
        for rule in rules {
            self.0.alerts.count(level, rule);
        }
        if let Some(delay_s) = delay_s {
            self.0.alert_delay.record(delay_s);
        }
    }

    /// How many cases of that state and level there are.
    pub fn set_cases(&self, state: CaseState, level: Level, count: u64) {
        self.0.cases.of(state, level).set(clamped(count));
    }

    /// How many time limits of that kind are over.
    pub fn set_cases_overdue(&self, step: Milestone, count: u64) {
        self.0.cases_overdue.of(step).set(clamped(count));
    }

    /// How many deliveries of each channel wait, and how many were given up.
    pub fn set_outbox(&self, counts: impl IntoIterator<Item = (ChannelId, u64, u64)>) {
        let counts: Vec<(ChannelId, u64, u64)> = counts.into_iter().collect();
        self.0.outbox_pending.set(counts.iter().map(|(channel, pending, _)| (channel.clone(), clamped(*pending))));
        self.0.dead_letters.set(counts.into_iter().map(|(channel, _, dead)| (channel, clamped(dead))));
    }

    /// Dead letters that were dropped for room since the start.
    pub fn set_dead_letters_dropped(&self, dropped: u64) {
        let counted = self.0.dead_letters_dropped.get();
        self.0.dead_letters_dropped.inc_by(dropped.saturating_sub(counted));
    }

    /// Gives a channel its series, so that what never happened shows as 0.
    pub fn has_channel(&self, channel: &ChannelId) {
        let _ = self.0.deliveries.of(channel, DeliveryOutcome::Delivered);
    }

    /// Counts an attempt to deliver.
    pub fn delivery(&self, channel: &ChannelId, outcome: DeliveryOutcome) {
        self.0.deliveries.of(channel, outcome).inc();
    }

    /// How many workers are in that HRV state.
    pub fn set_workers(&self, state: HrvState, count: u64) {
        self.0.workers.of(state).set(clamped(count));
    }

    /// Share of expected nights with a valid HRV value, 0 to 1; none while nobody is expected.
    pub fn set_wear_coverage(&self, ratio: Option<f64>) {
        self.0.wear_coverage.set(ratio);
    }

    /// Bytes on disk.
    pub fn set_store_bytes(&self, bytes: u64) {
        self.0.store_bytes.set(clamped(bytes));
    }

    /// Items and payloads in quarantine.
    pub fn set_quarantine_items(&self, count: u64) {
        self.0.quarantine_items.set(clamped(count));
    }

    /// How far the machine's clock is off, in seconds; 0 while it is believed.
    pub fn set_clock_step(&self, seconds: i64) {
        self.0.clock_step.set(seconds);
    }

    /// A source was heard of; an earlier time than the known one changes nothing.
    pub fn source_seen(&self, site: &SiteId, source: &SourceId, at: Timestamp) {
        self.0.source_last_seen.seen(site, source, at.as_second());
    }

    /// The sources that were heard of, and when last.
    #[must_use]
    pub fn sources(&self) -> Vec<(SiteId, SourceId, Timestamp)> {
        let known = self.0.source_last_seen.known().into_iter();
        known.filter_map(|(site, source, at_s)| Some((site, source, Timestamp::from_second(at_s).ok()?))).collect()
    }

    /// Everything in Prometheus' text format.
    #[must_use]
    pub fn render(&self) -> String {
        TextEncoder::new()
            .encode_to_string(&self.0.registry.gather())
            .expect("writing to a string cannot fail, and families without series are left out by the registry")
    }
}

fn clamped(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
#[path = "metrics_tests.rs"]
mod tests;
