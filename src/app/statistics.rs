//! Figures of the whole, counted from time to time: workers and cases by state, sizes on disk.

use std::collections::BTreeMap;

use super::shards::Shards;
use crate::domain::Timestamp;
use crate::domain::alert::Level;
use crate::domain::ids::ChannelId;
use crate::domain::indicator::HrvState;
use crate::domain::life::{CaseState, Milestone};
use crate::store::Store;
use crate::telemetry::Metrics;

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
    count_cases(shards, now, metrics);
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

/// Cases by state and level, those that ended as far as they are remembered, and limits that are over.
fn count_cases(shards: &Shards, now: Timestamp, metrics: &Metrics) {
    let levels = [Level::L2, Level::L3, Level::L4];
    let all = CaseState::ALL.iter().flat_map(|state| levels.map(|level| ((*state, level), 0)));
    let mut cases: BTreeMap<(CaseState, Level), u64> = all.collect();
    let mut overdue: BTreeMap<Milestone, u64> = Milestone::ALL.iter().map(|step| (*step, 0)).collect();
    for (_, history) in shards.histories() {
        let open = history.cases.open.iter();
        for case in open.chain(history.cases.closed.iter().map(|closed| &closed.case)) {
            *cases.entry((case.state, case.told.level)).or_default() += 1;
            for limit in case.deadlines.iter().filter(|limit| limit.due <= now) {
                *overdue.entry(limit.milestone).or_default() += 1;
            }
        }
    }
    cases.into_iter().for_each(|((state, level), count)| metrics.set_cases(state, level, count));
    overdue.into_iter().for_each(|(step, count)| metrics.set_cases_overdue(step, count));
}
