//! How long things take: a stopwatch, and the delay of alerts as an HdrHistogram behind a summary.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use hdrhistogram::Histogram;
use prometheus::core::{Collector, Desc};
use prometheus::proto::{Metric, MetricFamily, MetricType, Quantile, Summary};

/// Measures elapsed time, unmoved by changes of the system's clock.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place that measures elapsed time")]
    pub fn start() -> Self {
        Self(Instant::now())
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

struct Kept {
    histogram: Histogram<u64>,
    sum_s: f64,
}

/// A summary over everything since the start.
///
/// A histogram's fixed buckets would give a quantile to within its bucket; here it is right to
/// three digits from a microsecond to a week.
#[derive(Clone)]
pub(super) struct DelaySummary {
    desc: Desc,
    name: Arc<str>,
    kept: Arc<Mutex<Kept>>,
}

impl DelaySummary {
    pub(super) fn new(name: &str, help: &str) -> Self {
        let desc = Desc::new(name.to_owned(), help.to_owned(), Vec::new(), HashMap::new())
            .expect("the name is a literal of this crate, and a test registers it");
        let histogram =
            Histogram::new_with_bounds(1, MAX_MICROS, DIGITS).expect("1 < a week, and 3 digits are allowed");
        Self { desc, name: name.into(), kept: Arc::new(Mutex::new(Kept { histogram, sum_s: 0.0 })) }
    }

    /// Takes one delay. What is below a microsecond, over a week or no number counts as the bound.
    pub(super) fn record(&self, delay_s: f64) {
        let bounded_s = if delay_s.is_nan() { 0.0 } else { delay_s.clamp(0.0, 7.0 * 24.0 * 3_600.0) };
        #[expect(clippy::cast_possible_truncation, reason = "clamped to a week, far below 2^53 microseconds")]
        #[expect(clippy::cast_sign_loss, reason = "clamped to at least 0")]
        let micros = (bounded_s * 1e6) as u64;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.histogram.saturating_record(micros.max(1));
        kept.sum_s += bounded_s;
    }

    fn summary(&self) -> Summary {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = QUANTILES.map(|q| {
            // Prometheus' own clients show an empty summary as NaN.
            let value =
                if kept.histogram.is_empty() { f64::NAN } else { micros_to_s(kept.histogram.value_at_quantile(q)) };
            let mut quantile = Quantile::default();
            quantile.set_quantile(q);
            quantile.set_value(value);
            quantile
        });
        let mut summary = Summary::default();
        summary.set_sample_count(kept.histogram.len());
        summary.set_sample_sum(kept.sum_s);
        summary.set_quantile(shown.to_vec());
        summary
    }
}

#[expect(clippy::cast_precision_loss, reason = "at most a week of microseconds, exact in f64")]
fn micros_to_s(micros: u64) -> f64 {
    micros as f64 / 1e6
}

impl Collector for DelaySummary {
    fn desc(&self) -> Vec<&Desc> {
        vec![&self.desc]
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let mut metric = Metric::default();
        metric.set_summary(self.summary());
        let mut family = MetricFamily::default();
        family.set_name(self.name.to_string());
        family.set_help(self.desc.help.clone());
        family.set_field_type(MetricType::SUMMARY);
        family.set_metric(vec![metric]);
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

    #[test]
    fn quantiles_are_right_to_three_digits() {
        let delays = DelaySummary::new("delay", "help");
        for ms in 1..=1_000_u32 {
            delays.record(f64::from(ms) / 1e3);
        }
        let summary = delays.summary();
        assert_eq!(summary.sample_count(), 1_000);
        assert!((value(&summary, 0.5) - 0.5).abs() < 1e-3);
        assert!((value(&summary, 0.99) - 0.99).abs() < 1e-3);
        assert!((summary.sample_sum() - 500.5).abs() < 1e-9);
    }

    #[test]
    fn delays_that_cannot_be_are_bounded_and_never_panic() {
        let delays = DelaySummary::new("delay", "help");
        for delay_s in [f64::NAN, f64::INFINITY, -1.0, 1e300] {
            delays.record(delay_s);
        }
        assert_eq!(delays.summary().sample_count(), 4);
        assert!(value(&delays.summary(), 1.0) <= 7.01 * 24.0 * 3_600.0);
    }

    #[test]
    fn an_empty_summary_shows_no_number() {
        assert!(value(&DelaySummary::new("delay", "help").summary(), 0.5).is_nan());
    }
}
