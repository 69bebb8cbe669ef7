//! Figures of the whole, counted from time to time: workers and cases by state and site, sizes on disk.

use std::collections::BTreeMap;

use super::shards::Shards;
use crate::domain::Timestamp;
use crate::domain::alert::Level;
use crate::domain::ids::{ChannelId, SiteId};
use crate::domain::indicator::HrvState;
use crate::domain::life::{CaseState, Milestone};
use crate::store::Store;
use crate::telemetry::{Metrics, OutboxFigures, SiteFigures};

/// How many of the last nights are looked at.
const NIGHTS: u32 = 7;

/// Nights with a valid value, of those that are expected.
#[derive(Debug, Clone, Copy, Default)]
struct Coverage {
    worn: u32,
    expected: u32,
}

impl Coverage {
    fn add(&mut self, nights: u32) {
        self.worn += nights;
        self.expected += NIGHTS;
    }

    fn ratio(self) -> Option<f64> {
        (self.expected > 0).then(|| f64::from(self.worn) / f64::from(self.expected))
    }
}

/// What is counted at one site.
#[derive(Debug, Clone, Copy, Default)]
struct AtSite {
    workers: u64,
    coverage: Coverage,
    overdue: u64,
}

/// Counts, and sets the gauges.
pub fn count(shards: &Shards, store: &Store, now: Timestamp, metrics: &Metrics) {
    let mut sites: BTreeMap<&SiteId, AtSite> = BTreeMap::new();
    count_workers(shards, now, metrics, &mut sites);
    count_cases(shards, now, metrics, &mut sites);
    metrics.set_sites(sites.into_iter().map(|(site, counted)| {
        let AtSite { workers, coverage, overdue } = counted;
        (site, SiteFigures { workers, wear_coverage: coverage.ratio(), overdue })
    }));
    count_kept(store, now, metrics);
}

fn count_workers<'a>(shards: &'a Shards, now: Timestamp, metrics: &Metrics, sites: &mut BTreeMap<&'a SiteId, AtSite>) {
    let mut workers: BTreeMap<HrvState, u64> = HrvState::ALL.into_iter().map(|state| (state, 0)).collect();
    let mut all = Coverage::default();
    for (site, state, nights) in shards.states(now) {
        *workers.entry(state).or_default() += 1;
        let at_site = sites.entry(site).or_default();
        at_site.workers += 1;
        if let Some(nights) = nights {
            all.add(nights);
            at_site.coverage.add(nights);
        }
    }
    for (state, count) in &workers {
        metrics.set_workers(*state, *count);
    }
    metrics.set_wear_coverage(all.ratio());
}

/// Cases by state and level, those that ended as far as they are remembered, and limits that are over.
fn count_cases<'a>(shards: &'a Shards, now: Timestamp, metrics: &Metrics, sites: &mut BTreeMap<&'a SiteId, AtSite>) {
    let levels = [Level::L2, Level::L3, Level::L4];
    let all = CaseState::ALL.iter().flat_map(|state| levels.map(|level| ((*state, level), 0)));
    let mut cases: BTreeMap<(CaseState, Level), u64> = all.collect();
    let mut overdue: BTreeMap<(Milestone, bool), u64> = BTreeMap::new();
    for (_, history) in shards.histories() {
        let open = history.cases.open.iter();
        for case in open.chain(history.cases.closed.iter().map(|closed| &closed.case)) {
            *cases.entry((case.state, case.told.level)).or_default() += 1;
            for limit in case.deadlines.iter().filter(|limit| limit.due <= now) {
                *overdue.entry((limit.milestone, case.told.level == Level::L4)).or_default() += 1;
                sites.entry(&history.profile.key.site).or_default().overdue += 1;
            }
        }
    }
    cases.into_iter().for_each(|((state, level), count)| metrics.set_cases(state, level, count));
    for step in Milestone::ALL {
        let of = |is_crisis| overdue.get(&(*step, is_crisis)).copied().unwrap_or_default();
        metrics.set_cases_overdue(*step, of(true) + of(false));
        metrics.set_crises_overdue(*step, of(true));
    }
}

/// What waits, what was refused, and what room there is.
fn count_kept(store: &Store, now: Timestamp, metrics: &Metrics) {
    let mut counts = store.outbox_counts();
    counts.entry(ChannelId::mqtt()).or_default();
    metrics.set_outbox(counts.into_iter().map(|(channel, waiting)| {
        let age = waiting.oldest.map_or(0, |since| now.duration_since(since).as_secs());
        let oldest_s = u64::try_from(age).unwrap_or(0);
        (channel, OutboxFigures { pending: waiting.pending as u64, oldest_s, dead: waiting.dead as u64 })
    }));
    metrics.set_dead_letters_dropped(store.dead_letters_dropped());
    metrics.set_quarantine_items(store.quarantined_len() as u64);
    match store.bytes_on_disk() {
        Ok(bytes) => metrics.set_store_bytes(bytes),
        Err(error) => tracing::warn!("the size of the store cannot be read: {error}"),
    }
    match store.room() {
        Ok(room) => metrics.set_disk(room.free_bytes, room.capacity_bytes),
        Err(error) => tracing::warn!("the room on the store's disk cannot be read: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::rules_file;
    use crate::domain::TimeZone;
    use crate::domain::history::WorkerHistory;
    use crate::domain::ids::{WorkerId, WorkerKey, WorkerNumber};
    use crate::domain::worker::Profile;
    use crate::engine::Mode;
    use crate::store;

    #[test]
    fn workers_are_counted_by_site_and_not_one_by_one() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&store::Settings {
            path: directory.path().into(),
            ballast_bytes: 0,
            ..store::Settings::default()
        })
        .unwrap();
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let mut shards = Shards::new(2, &rules_file::built_in(), Mode::Live);
        for n in 0..2_000_u64 {
            let site = SiteId::parse(&format!("site-{}", n % 4)).unwrap();
            let worker = WorkerId::parse(&format!("w-{n}")).unwrap();
            let profile = Profile::unknown(WorkerKey { site, worker }, TimeZone::UTC);
            shards.restore(WorkerNumber(n.into()), WorkerHistory::new(profile), Vec::new(), (now, now));
        }
        let metrics = Metrics::new();
        count(&shards, &store, now, &metrics);
        let text = metrics.render();
        assert!(text.contains("vagus_site_workers{site=\"site-3\"} 500\n"), "{text}");
        assert!(text.contains("vagus_workers{state=\"learning\"} 2000\n"), "{text}");
        let series = text.lines().filter(|line| !line.starts_with('#')).count();
        assert!(series < 500, "{series} series");
        assert!(!text.contains("w-"), "no worker is a label");
    }
}
