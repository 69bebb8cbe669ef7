//! Every metric of the service, in one place. The doc comment of a field is the metric's help text.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use prometheus::core::Collector;
use prometheus::proto::{MetricFamily, MetricType};
use prometheus::{IntCounter, IntGauge, Registry, TextEncoder};

use super::bounded::{AlertCounters, CertificateGauges, ChannelCounters, ChannelGauges, SiteGauges, SourceGauges};
use super::families::{
    Acknowledged, BuildInfo, CommitItems, CommitSeconds, CounterTable, Counters, Family, GaugeTable, Gauges,
    IngestDelay, UnknownGauge,
};
use super::labels::{Check, DeliveryOutcome, Label, Outcome, PipelineStage};
use super::latency::Delays;
use super::latency_log::Interval;
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
            is_starting: AtomicBool,
            $($(#[doc = $help])+ $field: $family,)+
        }

        impl Families {
            fn new() -> Self {
                let registry = Registry::new();
                Self {
                    $($field: <$family as Family>::register(&registry, $name, concat!($($help),+).trim()),)+
                    registry,
                    is_starting: AtomicBool::new(false),
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
    /// Connections at which the broker had forgotten the session, and with it what it had queued.
    mqtt_sessions_lost: IntCounter = "vagus_mqtt_sessions_lost_total",
    /// Messages of QoS 0 that were dropped because the service was behind.
    mqtt_dropped: IntCounter = "vagus_mqtt_dropped_total",
    /// Messages taken from the broker and not acknowledged yet, because they are not on disk.
    unacknowledged: IntGauge = "vagus_unacknowledged_messages",
    /// Rows of the journal that are on disk and not applied yet.
    lag_rows: IntGauge = "vagus_lag_rows",
    /// Whether each check of readiness holds: 1 or 0.
    ready: Gauges<Check> = "vagus_ready",
    /// Time to write a row to the journal and sync it, seconds.
    commit_seconds: CommitSeconds = "vagus_commit_seconds",
    /// Rows, decisions and states of workers that could not be written to disk, over all starts; each ends the service.
    commit_errors: IntCounter = "vagus_commit_errors_total",
    /// Snapshots, and purges of who was erased, that failed since the start; each is tried again.
    snapshot_errors: IntCounter = "vagus_snapshot_errors_total",
    /// Items in a journal row.
    commit_items: CommitItems = "vagus_commit_items",
    /// From the end of what a reading describes to its commit, seconds.
    ingest_delay: IngestDelay = "vagus_ingest_delay_seconds",
    /// From the later of arrival and finality to the publication of the alert, seconds, since the start of the service.
    alert_delay: AlertDelay = "vagus_alert_delay_seconds",
    /// How long each part of the way from the broker to the alert takes, seconds, since the start of the service.
    stages: StageDelays = "vagus_stage_seconds",
    /// Alert events by level and rule; an alert of two rules counts under each.
    alerts: AlertCounters = "vagus_alerts_total",
    /// Cases by state and level.
    cases: GaugeTable<CaseState, Level> = "vagus_cases",
    /// Time limits of cases that are over and not met, by what is due.
    cases_overdue: Gauges<Milestone> = "vagus_cases_overdue",
    /// Time limits of crises (L4) that are over and not met, by what is due.
    crises_overdue: Gauges<Milestone> = "vagus_crises_overdue",
    /// From the raise of a case until somebody took it, seconds, by level.
    acknowledged: Acknowledged = "vagus_acknowledge_seconds",
    /// Deliveries that wait, by channel.
    outbox_pending: ChannelGauges = "vagus_outbox_pending",
    /// How long the oldest delivery has waited, seconds, by channel; 0 where none waits.
    outbox_oldest: ChannelGauges = "vagus_outbox_oldest_seconds",
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
    /// Workers of a site.
    site_workers: SiteGauges = "vagus_site_workers",
    /// Share of expected nights with a valid HRV value over the last seven days, by site; absent while unknown.
    site_wear_coverage: SiteGauges = "vagus_site_wear_coverage_ratio",
    /// Time limits of cases that are over and not met, by site.
    site_cases_overdue: SiteGauges = "vagus_site_cases_overdue",
    /// Stages of traces that the collector took.
    traces_sent: IntCounter = "vagus_traces_sent_total",
    /// Stages of traces that were dropped: the collector was away, refused them, or was too slow.
    traces_dropped: IntCounter = "vagus_traces_dropped_total",
    /// When the newest backup was made, seconds since 1970, over all starts; absent where none ever was.
    last_backup: UnknownGauge = "vagus_backup_last_success_timestamp_seconds",
    /// Bytes on disk under the store's path.
    store_bytes: IntGauge = "vagus_store_bytes",
    /// Bytes that are free for the service on the store's file system.
    store_free_bytes: IntGauge = "vagus_store_free_bytes",
    /// Bytes of the store's file system, used or free.
    store_capacity_bytes: IntGauge = "vagus_store_capacity_bytes",
    /// Items and payloads in quarantine.
    quarantine_items: IntGauge = "vagus_quarantine_items",
    /// How far the machine's clock stands ahead of the time that passed, seconds; 0 while it is believed.
    clock_step: IntGauge = "vagus_clock_step_seconds",
    /// When a source was last heard of, seconds since 1970; sources beyond the first 800 are counted as other.
    source_last_seen: SourceGauges = "vagus_source_last_seen_seconds",
    /// When a certificate ends, seconds since 1970: of a file the first to end, by its key in the configuration.
    certificate_expiry: CertificateGauges = "vagus_certificate_expiry_seconds",
    /// When the service started, seconds since 1970.
    start_time: IntGauge = "vagus_start_time_seconds",
    /// Starts of the service on this store, this one included.
    starts: IntCounter = "vagus_starts_total",
    /// Always 1; the version is in the label.
    build_info: BuildInfo = "vagus_build_info",
}

/// The delay of alerts.
struct AlertDelay(Delays);

impl Family for AlertDelay {
    fn register(registry: &Registry, name: &str, help: &str) -> Self {
        Self(register(registry, Delays::single(name, help, "alert")))
    }
}

/// The delay of each stage.
struct StageDelays(Delays);

impl Family for StageDelays {
    fn register(registry: &Registry, name: &str, help: &str) -> Self {
        let values: Vec<&str> = PipelineStage::VALUES.iter().map(|stage| stage.text()).collect();
        Self(register(registry, Delays::labelled(name, help, PipelineStage::KEY, &values)))
    }
}

fn register(registry: &Registry, delays: Delays) -> Delays {
    let collector: Box<dyn Collector> = Box::new(delays.clone());
    registry.register(collector).expect("the name is registered once");
    delays
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
        metrics.set_outbox([(ChannelId::mqtt(), OutboxFigures::default())]);
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

    /// Connections at which the broker had forgotten the session, and messages dropped, since the start.
    pub fn set_lost(&self, sessions: u64, dropped: u64) {
        raise(&self.0.mqtt_sessions_lost, sessions);
        raise(&self.0.mqtt_dropped, dropped);
    }

    /// What is on its way: messages that are not acknowledged, and rows that are not applied.
    pub fn set_queues(&self, unacknowledged: u64, lag_rows: u64) {
        self.0.unacknowledged.set(clamped(unacknowledged));
        self.0.lag_rows.set(clamped(lag_rows));
    }

    /// Which checks of readiness do not hold, by name.
    pub fn set_missing(&self, missing: &[&str]) {
        for check in Check::VALUES {
            self.0.ready.of(*check).set(i64::from(!missing.contains(&check.text())));
        }
    }

    /// Commits that failed, over all starts.
    pub fn set_commit_errors(&self, errors: u64) {
        raise(&self.0.commit_errors, errors);
    }

    /// Counts a snapshot, or the purge of who was erased, that failed.
    pub fn keeping_failed(&self) {
        self.0.snapshot_errors.inc();
    }

    /// The store is being read: until [`Self::start_ended`] a gauge that nobody measured is not shown, for 0 would look
    /// like trouble, or like none.
    pub fn start_began(&self) {
        self.0.ready.of(Check::Start).set(0);
        self.0.is_starting.store(true, Ordering::Release);
    }

    /// Everything is measured from now on.
    pub fn start_ended(&self) {
        self.0.ready.of(Check::Start).set(1);
        self.0.is_starting.store(false, Ordering::Release);
    }

    /// When the service started, and how often it did on this store.
    pub fn started(&self, at: Timestamp, starts: u64) {
        self.0.start_time.set(at.as_second());
        raise(&self.0.starts, starts);
    }

    /// When the newest backup was made that is in its place.
    pub fn set_last_backup(&self, made_at: Timestamp) {
        #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^53")]
        self.0.last_backup.set(Some(made_at.as_second() as f64));
    }

    /// When a certificate ends.
    pub fn set_certificate(&self, name: &str, ends_at: Timestamp) {
        self.0.certificate_expiry.set(name, ends_at.as_second());
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
            self.0.alert_delay.0.record(0, [delay_s]);
        }
    }

    /// Gives each rule its series, so that what never happened shows as 0.
    pub fn has_rules(&self, rules: impl IntoIterator<Item = RuleId>) {
        rules.into_iter().for_each(|rule| self.0.alerts.know(&rule));
    }

    /// Takes how long a stage took, for each of those that went through it.
    pub fn stage_took(&self, stage: PipelineStage, delays_s: impl IntoIterator<Item = f64>) {
        self.0.stages.0.record(stage.index(), delays_s);
    }

    /// What was measured of alerts and stages since this was last asked.
    #[must_use]
    pub fn take_interval(&self) -> Interval {
        let mut taken = self.0.alert_delay.0.take_interval();
        taken.extend(self.0.stages.0.take_interval());
        taken
    }

    /// Somebody took a case, so many seconds after it was raised.
    pub fn acknowledged(&self, level: Level, after_s: f64) {
        self.0.acknowledged.of(level).observe(after_s);
    }

    /// How many cases of that state and level there are.
    pub fn set_cases(&self, state: CaseState, level: Level, count: u64) {
        self.0.cases.of(state, level).set(clamped(count));
    }

    /// How many time limits of that kind are over.
    pub fn set_cases_overdue(&self, step: Milestone, count: u64) {
        self.0.cases_overdue.of(step).set(clamped(count));
    }

    /// How many of them are of crises.
    pub fn set_crises_overdue(&self, step: Milestone, count: u64) {
        self.0.crises_overdue.of(step).set(clamped(count));
    }

    /// What waits for each channel, and what was given up.
    pub fn set_outbox(&self, figures: impl IntoIterator<Item = (ChannelId, OutboxFigures)>) {
        let figures: Vec<(ChannelId, OutboxFigures)> = figures.into_iter().collect();
        let of = |figure: fn(&OutboxFigures) -> u64| {
            figures.iter().map(move |(channel, figures)| (channel.clone(), clamped(figure(figures))))
        };
        self.0.outbox_pending.set(of(|figures| figures.pending), i64::saturating_add);
        self.0.outbox_oldest.set(of(|figures| figures.oldest_s), i64::max);
        self.0.dead_letters.set(of(|figures| figures.dead), i64::saturating_add);
    }

    /// Dead letters that were dropped for room since the start.
    pub fn set_dead_letters_dropped(&self, dropped: u64) {
        raise(&self.0.dead_letters_dropped, dropped);
    }

    /// Gives a channel its series, so that what never happened shows as 0.
    pub fn has_channel(&self, channel: &ChannelId) {
        let _ = self.0.deliveries.of(channel, DeliveryOutcome::Delivered);
    }

    /// Counts an attempt to deliver.
    pub fn delivery(&self, channel: &ChannelId, outcome: DeliveryOutcome) {
        self.0.deliveries.of(channel, outcome).inc();
    }

    /// The collector took stages of traces.
    pub fn traces_sent(&self, stages: usize) {
        self.0.traces_sent.inc_by(stages as u64);
    }

    /// Stages of traces were dropped.
    pub fn traces_dropped(&self, stages: usize) {
        self.0.traces_dropped.inc_by(stages as u64);
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

    /// Bytes free and in all on the store's file system.
    pub fn set_disk(&self, free: u64, capacity: u64) {
        self.0.store_free_bytes.set(clamped(free));
        self.0.store_capacity_bytes.set(clamped(capacity));
    }

    /// The figures of each site.
    pub fn set_sites<'a>(&self, figures: impl IntoIterator<Item = (&'a SiteId, SiteFigures)>) {
        let figures: Vec<(&SiteId, SiteFigures)> = figures.into_iter().collect();
        #[expect(clippy::cast_precision_loss, reason = "counts of workers and cases are far below 2^53")]
        let as_figure = |count: u64| Some(count as f64);
        self.0.site_workers.set(figures.iter().map(|(site, f)| (*site, as_figure(f.workers))));
        self.0.site_cases_overdue.set(figures.iter().map(|(site, f)| (*site, as_figure(f.overdue))));
        self.0.site_wear_coverage.set(figures.iter().map(|(site, f)| (*site, f.wear_coverage)));
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

    /// Forgets sources that were last heard of before a moment.
    pub fn forget_sources(&self, before: Timestamp) {
        self.0.source_last_seen.forget(before.as_second());
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
        let mut families = self.0.registry.gather();
        if self.0.is_starting.load(Ordering::Acquire) {
            families.retain_mut(is_known_at_start);
        }
        TextEncoder::new()
            .encode_to_string(&families)
            .expect("writing to a string cannot fail, and families without series are left out by the registry")
    }
}

/// The figures of one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutboxFigures {
    /// Deliveries that wait.
    pub pending: u64,
    /// How long the oldest of them has waited, in seconds.
    pub oldest_s: u64,
    /// Deliveries that were given up.
    pub dead: u64,
}

/// The figures of one site.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SiteFigures {
    /// Workers that are known.
    pub workers: u64,
    /// Share of expected nights with a valid HRV value, 0 to 1; none while nobody is expected.
    pub wear_coverage: Option<f64>,
    /// Time limits of cases that are over.
    pub overdue: u64,
}

/// Gauges that are known before the store is read.
const KNOWN_AT_START: &[&str] =
    &["vagus_start_time_seconds", "vagus_build_info", "vagus_backup_last_success_timestamp_seconds"];

/// Whether something is to be shown of a family while the service starts; of readiness that it starts, and no more.
fn is_known_at_start(family: &mut MetricFamily) -> bool {
    if family.name() == "vagus_ready" {
        family.mut_metric().retain(|check| check.get_label().iter().any(|label| label.value() == Check::Start.text()));
        return true;
    }
    family.get_field_type() != MetricType::GAUGE || KNOWN_AT_START.contains(&family.name())
}

/// Raises a counter to what was counted elsewhere.
fn raise(counter: &IntCounter, counted: u64) {
    counter.inc_by(counted.saturating_sub(counter.get()));
}

fn clamped(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
#[path = "metrics_tests.rs"]
mod tests;
