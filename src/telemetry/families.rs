//! Families of series that are resolved once, when the service starts: on the path of a reading a
//! count is one addition, without a look-up by label text that could miss.

use std::marker::PhantomData;

use prometheus::core::Collector;
use prometheus::{
    Gauge, GaugeVec, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec,
};
use prometheus::{Opts, Registry};

use super::labels::Label;
use crate::domain::alert::Level;

const VALID: &str = "names and labels are literals of this crate, and a test registers every one of them";
pub(super) const RESOLVED: &str = "exactly the labels of the family are given";

/// Something that stands in the registry under one name.
pub(super) trait Family {
    fn register(registry: &Registry, name: &str, help: &str) -> Self;
}

pub(super) fn add<C: Collector + Clone + 'static>(registry: &Registry, collector: Result<C, prometheus::Error>) -> C {
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

/// How long it took until somebody took a case, by its level.
pub(super) struct Acknowledged(HistogramVec);

/// From the quarter of an hour that a crisis has to a week.
const ACKNOWLEDGED: [f64; 9] = [300.0, 900.0, 3_600.0, 14_400.0, 28_800.0, 86_400.0, 172_800.0, 345_600.0, 604_800.0];

impl Acknowledged {
    pub(super) fn of(&self, level: Level) -> Histogram {
        self.0.get_metric_with_label_values(&[level.as_str()]).expect(RESOLVED)
    }
}

impl Family for Acknowledged {
    fn register(registry: &Registry, name: &str, help: &str) -> Self {
        let options = HistogramOpts::new(name, help).buckets(ACKNOWLEDGED.to_vec());
        let family = Self(add(registry, HistogramVec::new(options, &[Level::KEY])));
        // L1 is for the worker alone and opens no case.
        [Level::L2, Level::L3, Level::L4].into_iter().for_each(|level| drop(family.of(level)));
        family
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
