//! Families of series that are resolved once, when the service starts: on the path of a reading a
//! count is one addition, without a look-up by label text that could miss.

use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;
use std::sync::{Mutex, PoisonError};

use prometheus::core::Collector;
use prometheus::{Gauge, GaugeVec, Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, IntGaugeVec};
use prometheus::{Opts, Registry};

use super::labels::Label;
use crate::domain::alert::{Level, RuleId};
use crate::domain::ids::{ChannelId, SiteId, SourceId};

const VALID: &str = "names and labels are literals of this crate, and a test registers every one of them";
const RESOLVED: &str = "exactly the labels of the family are given";

/// Something that stands in the registry under one name.
pub(super) trait Family {
    fn register(registry: &Registry, name: &str, help: &str) -> Self;
}

fn add<C: Collector + Clone + 'static>(registry: &Registry, collector: Result<C, prometheus::Error>) -> C {
    let collector = collector.expect(VALID);
    registry.register(Box::new(collector.clone())).expect(VALID);
    collector
}

impl Family for IntCounter {
    fn register(registry: &Registry, name: &str, help: &str) -> Self {
        add(registry, Self::new(name, help))
    }
}

impl Family for IntGauge {
    fn register(registry: &Registry, name: &str, help: &str) -> Self {
        add(registry, Self::new(name, help))
    }
}

/// A gauge that is not shown before it is first set: 0 would be a claim.
pub(super) struct UnknownGauge(GaugeVec);

impl Family for UnknownGauge {
    fn register(registry: &Registry, name: &str, help: &str) -> Self {
        Self(add(registry, GaugeVec::new(Opts::new(name, help), &[])))
    }
}

impl UnknownGauge {
    pub(super) fn set(&self, value: Option<f64>) {
        let none: [&str; 0] = [];
        match value {
            Some(value) => self.cell(&none).set(value),
            None => self.0.reset(),
        }
    }

    fn cell(&self, labels: &[&str]) -> Gauge {
        self.0.get_metric_with_label_values(labels).expect(RESOLVED)
    }
}

/// One counter for each value of one label.
pub(super) struct Counters<A> {
    cells: Vec<IntCounter>,
    label: PhantomData<A>,
}

impl<A: Label> Family for Counters<A> {
    fn register(registry: &Registry, name: &str, help: &str) -> Self {
        let family = add(registry, IntCounterVec::new(Opts::new(name, help), &[A::KEY]));
        let cell = |a: &A| family.get_metric_with_label_values(&[a.text()]).expect(RESOLVED);
        Self { cells: A::VALUES.iter().map(cell).collect(), label: PhantomData }
    }
}

impl<A: Label> Counters<A> {
    pub(super) fn of(&self, a: A) -> &IntCounter {
        &self.cells[a.index()]
    }
}

/// One counter for each pair of values of two labels.
pub(super) struct CounterTable<A, B> {
    cells: Vec<IntCounter>,
    label: PhantomData<(A, B)>,
}

impl<A: Label, B: Label> Family for CounterTable<A, B> {
    fn register(registry: &Registry, name: &str, help: &str) -> Self {
        let family = add(registry, IntCounterVec::new(Opts::new(name, help), &[A::KEY, B::KEY]));
        let pairs = A::VALUES.iter().flat_map(|a| B::VALUES.iter().map(move |b| [a.text(), b.text()]));
        let cell = |pair: [&str; 2]| family.get_metric_with_label_values(&pair).expect(RESOLVED);
        Self { cells: pairs.map(cell).collect(), label: PhantomData }
    }
}

impl<A: Label, B: Label> CounterTable<A, B> {
    pub(super) fn of(&self, a: A, b: B) -> &IntCounter {
        &self.cells[a.index() * B::VALUES.len() + b.index()]
    }
}

/// One gauge for each value of one label.
pub(super) struct Gauges<A> {
    cells: Vec<IntGauge>,
    label: PhantomData<A>,
}

impl<A: Label> Family for Gauges<A> {
    fn register(registry: &Registry, name: &str, help: &str) -> Self {
        let family = add(registry, IntGaugeVec::new(Opts::new(name, help), &[A::KEY]));
        let cell = |a: &A| family.get_metric_with_label_values(&[a.text()]).expect(RESOLVED);
        Self { cells: A::VALUES.iter().map(cell).collect(), label: PhantomData }
    }
}

impl<A: Label> Gauges<A> {
    pub(super) fn of(&self, a: A) -> &IntGauge {
        &self.cells[a.index()]
    }
}

/// One gauge for each pair of values of two labels.
pub(super) struct GaugeTable<A, B> {
    cells: Vec<IntGauge>,
    label: PhantomData<(A, B)>,
}

impl<A: Label, B: Label> Family for GaugeTable<A, B> {
    fn register(registry: &Registry, name: &str, help: &str) -> Self {
        let family = add(registry, IntGaugeVec::new(Opts::new(name, help), &[A::KEY, B::KEY]));
        let pairs = A::VALUES.iter().flat_map(|a| B::VALUES.iter().map(move |b| [a.text(), b.text()]));
        let cell = |pair: [&str; 2]| family.get_metric_with_label_values(&pair).expect(RESOLVED);
        Self { cells: pairs.map(cell).collect(), label: PhantomData }
    }
}

impl<A: Label, B: Label> GaugeTable<A, B> {
    pub(super) fn of(&self, a: A, b: B) -> &IntGauge {
        &self.cells[a.index() * B::VALUES.len() + b.index()]
    }
}

macro_rules! histogram {
    ($(#[$doc:meta])* $name:ident, $buckets:expr) => {
        $(#[$doc])*
        pub(super) struct $name(pub(super) Histogram);

        impl Family for $name {
            fn register(registry: &Registry, name: &str, help: &str) -> Self {
                let options = HistogramOpts::new(name, help).buckets($buckets.to_vec());
                Self(add(registry, Histogram::with_opts(options)))
            }
        }
    };
}

histogram!(
    /// From a fast disk's `fdatasync` to one that is failing.
    CommitSeconds,
    [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0]
);
histogram!(
    /// From a single reading to a full row.
    CommitItems,
    [1.0, 5.0, 10.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 2_500.0, 5_000.0, 10_000.0]
);
histogram!(
    /// From a second to the oldest reading that is taken: bands sync when they are charged.
    IngestDelay,
    [1.0, 10.0, 60.0, 300.0, 900.0, 3_600.0, 14_400.0, 43_200.0, 86_400.0, 259_200.0, 604_800.0, 2_592_000.0]
);

/// The label value of everything beyond a family's bound.
pub(super) const OTHER: &str = "other";

/// Alerts by level and rule. Rules come from a file, so their number is bounded here.
pub(super) struct AlertCounters {
    family: IntCounterVec,
    known: Mutex<BTreeSet<RuleId>>,
}

impl AlertCounters {
    /// The most rules that get a series of their own.
    pub(super) const MAX_RULES: usize = 200;

    pub(super) fn count(&self, level: Level, rule: &RuleId) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() < Self::MAX_RULES && !known.contains(rule) {
            known.insert(rule.clone());
        }
        let text = if known.contains(rule) { rule.as_str() } else { OTHER };
        self.family.get_metric_with_label_values(&[level.as_str(), text]).expect(RESOLVED).inc();
    }
}

impl Family for AlertCounters {
    fn register(registry: &Registry, name: &str, help: &str) -> Self {
        let family = add(registry, IntCounterVec::new(Opts::new(name, help), &["level", "rule"]));
        Self { family, known: Mutex::default() }
    }
}

/// Figures of each channel. Channels are configured, and outboxes may hold deliveries of channels that
/// are not any more, so their number is bounded here.
pub(super) struct ChannelGauges {
    family: IntGaugeVec,
}

impl ChannelGauges {
    /// Sets the figures of all channels at once; those beyond the bound are added up.
    pub(super) fn set(&self, figures: impl IntoIterator<Item = (ChannelId, i64)>) {
        let mut others = 0_i64;
        for (place, (channel, figure)) in figures.into_iter().enumerate() {
            if place < MAX_CHANNELS {
                self.cell(channel.as_str()).set(figure);
            } else {
                others = others.saturating_add(figure);
                self.cell(OTHER).set(others);
            }
        }
    }

    fn cell(&self, channel: &str) -> IntGauge {
        self.family.get_metric_with_label_values(&[channel]).expect(RESOLVED)
    }
}

impl Family for ChannelGauges {
    fn register(registry: &Registry, name: &str, help: &str) -> Self {
        Self { family: add(registry, IntGaugeVec::new(Opts::new(name, help), &["channel"])) }
    }
}

/// The most channels that get a series of their own.
const MAX_CHANNELS: usize = 100;

/// Counts of each channel by what became of something.
pub(super) struct ChannelCounters<A> {
    family: IntCounterVec,
    known: Mutex<BTreeMap<ChannelId, Vec<IntCounter>>>,
    label: PhantomData<A>,
}

impl<A: Label> ChannelCounters<A> {
    pub(super) fn of(&self, channel: &ChannelId, a: A) -> IntCounter {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cells) = known.get(channel) {
            return cells[a.index()].clone();
        }
        if known.len() >= MAX_CHANNELS {
            return self.cell(OTHER, a);
        }
        let cells: Vec<IntCounter> = A::VALUES.iter().map(|a| self.cell(channel.as_str(), *a)).collect();
        let cell = cells[a.index()].clone();
        known.insert(channel.clone(), cells);
        cell
    }

    fn cell(&self, channel: &str, a: A) -> IntCounter {
        self.family.get_metric_with_label_values(&[channel, a.text()]).expect(RESOLVED)
    }
}

impl<A: Label> Family for ChannelCounters<A> {
    fn register(registry: &Registry, name: &str, help: &str) -> Self {
        let family = add(registry, IntCounterVec::new(Opts::new(name, help), &["channel", A::KEY]));
        Self { family, known: Mutex::default(), label: PhantomData }
    }
}

/// When each source was last heard of. Sources name themselves, so their number is bounded here.
pub(super) struct SourceGauges {
    family: IntGaugeVec,
    known: Mutex<BTreeMap<SiteId, BTreeMap<SourceId, IntGauge>>>,
}

impl SourceGauges {
    /// The most sources that get a series of their own, over all sites.
    pub(super) const MAX_SOURCES: usize = 1_000;

    /// Takes the later of what is known and `at_s`: messages of one source may be counted out of order.
    pub(super) fn seen(&self, site: &SiteId, source: &SourceId, at_s: i64) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let gauge = match known.get(site).and_then(|sources| sources.get(source)) {
            Some(gauge) => gauge.clone(),
            None if known.values().map(BTreeMap::len).sum::<usize>() < Self::MAX_SOURCES => {
                let gauge = self.cell(site.as_str(), source.as_str());
                known.entry(site.clone()).or_default().insert(source.clone(), gauge.clone());
                gauge
            }
            None => self.cell(OTHER, OTHER),
        };
        if gauge.get() < at_s {
            gauge.set(at_s);
        }
    }

    /// Every source with a series of its own, and when it was last heard of, in seconds since 1970.
    pub(super) fn known(&self) -> Vec<(SiteId, SourceId, i64)> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let sources = known.iter().flat_map(|(site, sources)| sources.iter().map(move |one| (site, one)));
        sources.map(|(site, (source, gauge))| (site.clone(), source.clone(), gauge.get())).collect()
    }

    fn cell(&self, site: &str, source: &str) -> IntGauge {
        self.family.get_metric_with_label_values(&[site, source]).expect(RESOLVED)
    }
}

impl Family for SourceGauges {
    fn register(registry: &Registry, name: &str, help: &str) -> Self {
        let family = add(registry, IntGaugeVec::new(Opts::new(name, help), &["site", "source"]));
        Self { family, known: Mutex::default() }
    }
}

/// A gauge that is always 1; what it says is in its label.
pub(super) struct BuildInfo(pub(super) IntGauge);

impl Family for BuildInfo {
    fn register(registry: &Registry, name: &str, help: &str) -> Self {
        let family = add(registry, IntGaugeVec::new(Opts::new(name, help), &["version"]));
        Self(family.get_metric_with_label_values(&[env!("CARGO_PKG_VERSION")]).expect(RESOLVED))
    }
}
