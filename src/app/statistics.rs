//! Figures of the whole, counted from time to time: workers and cases by state, sizes on disk.

use std::collections::BTreeMap;

use super::shards::Shards;
use crate::domain::Timestamp;
use crate::domain::alert::Level;
use crate::domain::ids::ChannelId;
use crate::domain::indicator::HrvState;
use crate::store::Store;
use crate::telemetry::{CaseState, Metrics};

/// Counts, and sets the gauges.
pub fn count(shards: &Shards, store: &Store, now: Timestamp, metrics: &Metrics) {
    let mut workers: BTreeMap<HrvState, u64> = HrvState::ALL.into_iter().map(|state| (state, 0)).collect();
    let (mut worn, mut expected) = (0_u32, 0_u32);
    for (state, nights) in shards.states(now) {
        *workers.entry(state).or_default() += 1;
        if let Some(nights) = nights {
            worn += nights;
            expected += 7;
        }
    }
    for (state, count) in &workers {
        metrics.set_workers(*state, *count);
    }
    metrics.set_wear_coverage((expected > 0).then(|| f64::from(worn) / f64::from(expected)));
    let mut cases: BTreeMap<Level, u64> = [Level::L2, Level::L3, Level::L4].map(|level| (level, 0)).into();
    for level in shards.histories().filter_map(|(_, h)| h.cases.open.as_ref()).map(|case| case.told.level) {
        *cases.entry(level).or_default() += 1;
    }
    for (level, count) in cases {
        metrics.set_cases(CaseState::Open, level, count);
    }
    let mut counts = store.outbox_counts();
    counts.entry(ChannelId::mqtt()).or_default();
    metrics.set_outbox(counts.into_iter().map(|(channel, n)| (channel, n.pending as u64, n.dead as u64)));
    metrics.set_dead_letters_dropped(store.dead_letters_dropped());
    metrics.set_quarantine_items(store.quarantined_len() as u64);
    match store.bytes_on_disk() {
        Ok(bytes) => metrics.set_store_bytes(bytes),
        Err(error) => tracing::warn!("the size of the store cannot be read: {error}"),
    }
}
