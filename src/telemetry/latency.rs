//! How long things take: a stopwatch, and delays as HdrHistograms behind summaries.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use hdrhistogram::Histogram;
use prometheus::core::{Collector, Desc};
use prometheus::proto::{LabelPair, Metric, MetricFamily, MetricType, Quantile, Summary};

/// Measures elapsed time, unmoved by changes of the system's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place that measures elapsed time")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Seconds from its start to that of a later one; 0 where that is none.
    #[must_use]
    pub fn until_s(&self, later: &Self) -> f64 {
        later.0.saturating_duration_since(self.0).as_secs_f64()
    }

    /// Seconds since the start.
    #[must_use]
    pub fn elapsed_s(&self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}

/// The quantiles that are shown.
const QUANTILES: [f64; 5] = [0.5, 0.9, 0.99, 0.999, 1.0];

/// Delays are kept in microseconds, up to a week, to three digits.
const MAX_MICROS: u64 = 7 * 24 * 3_600 * 1_000_000;
const DIGITS: u8 = 3;

fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, MAX_MICROS, DIGITS).expect("1 < a week, and 3 digits are allowed")
}

/// What was measured of one thing.
pub(super) struct Kept {
    /// Since the start.
    total: Histogram<u64>,
    /// Since it was last taken for the log.
    interval: Histogram<u64>,
    sum_s: f64,
}

impl Kept {
    fn new() -> Self {
        Self { total: histogram(), interval: histogram(), sum_s: 0.0 }
    }

    /// What is below a microsecond, over a week or no number counts as the bound.
    fn record(&mut self, delay_s: f64) {
        let bounded_s = if delay_s.is_nan() { 0.0 } else { delay_s.clamp(0.0, 7.0 * 24.0 * 3_600.0) };
        #[expect(clippy::cast_possible_truncation, reason = "clamped to a week, far below 2^53 microseconds")]
        #[expect(clippy::cast_sign_loss, reason = "clamped to at least 0")]
        let micros = ((bounded_s * 1e6) as u64).max(1);
        self.total.saturating_record(micros);
        self.interval.saturating_record(micros);
        self.sum_s += bounded_s;
    }

    fn summary(&self) -> Summary {
        let shown = QUANTILES.map(|q| {
            // Prometheus' own clients show an empty summary as NaN.
            let value = if self.total.is_empty() { f64::NAN } else { micros_to_s(self.total.value_at_quantile(q)) };
            let mut quantile = Quantile::default();
            quantile.set_quantile(q);
            quantile.set_value(value);
            quantile
        });
        let mut summary = Summary::default();
        summary.set_sample_count(self.total.len());
        summary.set_sample_sum(self.sum_s);
        summary.set_quantile(shown.to_vec());
        summary
    }
}

/// Summaries over everything since the start, one for each value of a label, or one without a label.
///
/// A histogram's fixed buckets would give a quantile to within its bucket; here it is right to
/// three digits from a microsecond to a week.
#[derive(Clone)]
pub(super) struct Delays {
    desc: Desc,
    name: Arc<str>,
    key: Option<&'static str>,
    kept: Arc<[(&'static str, Mutex<Kept>)]>,
}

impl Delays {
    /// With a label and its values.
    pub(super) fn labelled(name: &str, help: &str, key: &'static str, values: &[&'static str]) -> Self {
        Self::new(name, help, Some(key), values)
    }

    /// Without a label; the log knows it by `tag`.
    pub(super) fn single(name: &str, help: &str, tag: &'static str) -> Self {
        Self::new(name, help, None, &[tag])
    }

    fn new(name: &str, help: &str, key: Option<&'static str>, values: &[&'static str]) -> Self {
        let keys = key.iter().map(|key| (*key).to_owned()).collect();
        let desc = Desc::new(name.to_owned(), help.to_owned(), keys, HashMap::new())
            .expect("the name is a literal of this crate, and a test registers it");
        let kept = values.iter().map(|value| (*value, Mutex::new(Kept::new()))).collect();
        Self { desc, name: name.into(), key, kept }
    }

    /// Takes delays of the value at that place.
    pub(super) fn record(&self, place: usize, delays_s: impl IntoIterator<Item = f64>) {
        let mut kept = lock(&self.kept[place].1);
        delays_s.into_iter().for_each(|delay_s| kept.record(delay_s));
    }

    /// What was measured since this was last asked, where something was, and begins anew.
    pub(super) fn take_interval(&self) -> Vec<(&'static str, Histogram<u64>)> {
        let taken = self.kept.iter().filter_map(|(tag, kept)| {
            let mut kept = lock(kept);
            (!kept.interval.is_empty()).then(|| (*tag, std::mem::replace(&mut kept.interval, histogram())))
        });
        taken.collect()
    }

    fn metric(&self, value: &str, kept: &Mutex<Kept>) -> Metric {
        let mut metric = Metric::default();
        metric.set_summary(lock(kept).summary());
        let label = self.key.map(|key| {
            let mut label = LabelPair::default();
            label.set_name(key.to_owned());
            label.set_value(value.to_owned());
            label
        });
        metric.set_label(label.into_iter().collect());
        metric
    }
}

fn lock(kept: &Mutex<Kept>) -> MutexGuard<'_, Kept> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(clippy::cast_precision_loss, reason = "at most a week of microseconds, exact in f64")]
fn micros_to_s(micros: u64) -> f64 {
    micros as f64 / 1e6
}

impl Collector for Delays {
    fn desc(&self) -> Vec<&Desc> {
        vec![&self.desc]
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let mut family = MetricFamily::default();
        family.set_name(self.name.to_string());
        family.set_help(self.desc.help.clone());
        family.set_field_type(MetricType::SUMMARY);
        family.set_metric(self.kept.iter().map(|(value, kept)| self.metric(value, kept)).collect());
        vec![family]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(summary: &Summary, q: f64) -> f64 {
        let found = summary.get_quantile().iter().find(|x| (x.quantile() - q).abs() < 1e-12);
        found.map_or(f64::NAN, Quantile::value)
    }

    fn summary(delays: &Delays) -> Summary {
        lock(&delays.kept[0].1).summary()
    }

    #[test]
    fn quantiles_are_right_to_three_digits() {
        let delays = Delays::single("delay", "help", "alert");
        delays.record(0, (1..=1_000_u32).map(|ms| f64::from(ms) / 1e3));
        let summary = summary(&delays);
        assert_eq!(summary.sample_count(), 1_000);
        assert!((value(&summary, 0.5) - 0.5).abs() < 1e-3);
        assert!((value(&summary, 0.99) - 0.99).abs() < 1e-3);
        assert!((summary.sample_sum() - 500.5).abs() < 1e-9);
    }

    #[test]
    fn delays_that_cannot_be_are_bounded_and_never_panic() {
        let delays = Delays::single("delay", "help", "alert");
        delays.record(0, [f64::NAN, f64::INFINITY, -1.0, 1e300]);
        assert_eq!(summary(&delays).sample_count(), 4);
        assert!(value(&summary(&delays), 1.0) <= 7.01 * 24.0 * 3_600.0);
    }

    #[test]
    fn an_empty_summary_shows_no_number() {
        assert!(value(&summary(&Delays::single("delay", "help", "alert")), 0.5).is_nan());
    }

    #[test]
    fn an_interval_is_taken_once_and_the_total_stays() {
        let delays = Delays::labelled("delay", "help", "stage", &["one", "two"]);
        delays.record(1, [0.25, 0.5]);
        let taken = delays.take_interval();
        assert_eq!(taken.iter().map(|(tag, h)| (*tag, h.len())).collect::<Vec<_>>(), [("two", 2)]);
        assert!(delays.take_interval().is_empty());
        assert_eq!(lock(&delays.kept[1].1).total.len(), 2);
    }
}
