//! Families whose label values come from outside: from the rule file, the configuration, or from sources
//! that name themselves. Each has a bound; what comes beyond it shares a series called `other`, or has none.

use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;
use std::sync::{Mutex, PoisonError};

use prometheus::{GaugeVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry};

use super::families::{Family, RESOLVED, add};
use super::labels::Label;
use crate::domain::alert::{Level, RuleId};
use crate::domain::ids::{ChannelId, SiteId, SourceId};

/// The label value of everything beyond a family's bound.
pub(super) const OTHER: &str = "other";

/// Alerts by level and rule. Rules come from a file, so their number is bounded here.
pub(super) struct AlertCounters {
    family: IntCounterVec,
    known: Mutex<BTreeSet<RuleId>>,
}

impl AlertCounters {
    /// The most rules that get series of their own.
    pub(super) const MAX_RULES: usize = 80;

    /// Gives a rule its series, so that a rate of what never happened is 0.
    pub(super) fn know(&self, rule: &RuleId) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() < Self::MAX_RULES && known.insert(rule.clone()) {
            // L1 is for the worker alone and leaves as no event.
            for level in [Level::L2, Level::L3, Level::L4] {
                drop(self.family.get_metric_with_label_values(&[level.as_str(), rule.as_str()]).expect(RESOLVED));
            }
        }
    }

    pub(super) fn count(&self, level: Level, rule: &RuleId) {
        self.know(rule);
        let is_known = self.known.lock().unwrap_or_else(PoisonError::into_inner).contains(rule);
        let text = if is_known { rule.as_str() } else { OTHER };
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
    /// Sets the figures of all channels at once; those beyond the bound are put together.
    pub(super) fn set(&self, figures: impl IntoIterator<Item = (ChannelId, i64)>, together: fn(i64, i64) -> i64) {
        let mut others = 0_i64;
        for (place, (channel, figure)) in figures.into_iter().enumerate() {
            if place < MAX_CHANNELS {
                self.cell(channel.as_str()).set(figure);
            } else {
                others = together(others, figure);
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
const MAX_CHANNELS: usize = 40;

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
    pub(super) const MAX_SOURCES: usize = 800;

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

    /// Takes away the series of sources that were last heard of before a moment.
    pub(super) fn forget(&self, before_s: i64) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for (site, sources) in &mut *known {
            sources.retain(|source, gauge| {
                let is_kept = gauge.get() >= before_s;
                if !is_kept {
                    // An error says that there was none.
                    let _ = self.family.remove_label_values(&[site.as_str(), source.as_str()]);
                }
                is_kept
            });
        }
        known.retain(|_, sources| !sources.is_empty());
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

/// The most sites that get series of their own.
pub(super) const MAX_SITES: usize = 60;

/// A figure of each site. Sites are configured; of those beyond the bound nothing is shown, as a sum of
/// shares would say nothing.
pub(super) struct SiteGauges(GaugeVec);

impl SiteGauges {
    /// Sets the figures of all sites at once; a site without one has no series.
    pub(super) fn set<'a>(&self, figures: impl IntoIterator<Item = (&'a SiteId, Option<f64>)>) {
        for (site, figure) in figures.into_iter().take(MAX_SITES) {
            match figure {
                Some(figure) => self.0.get_metric_with_label_values(&[site.as_str()]).expect(RESOLVED).set(figure),
                // An error says that there was none.
                None => drop(self.0.remove_label_values(&[site.as_str()])),
            }
        }
    }
}

impl Family for SiteGauges {
    fn register(registry: &Registry, name: &str, help: &str) -> Self {
        Self(add(registry, GaugeVec::new(Opts::new(name, help), &["site"])))
    }
}

/// The most certificates that get a series of their own.
const MAX_CERTIFICATES: usize = 50;

/// When each certificate ends. They are named by the configuration.
pub(super) struct CertificateGauges {
    family: IntGaugeVec,
    known: Mutex<BTreeSet<String>>,
}

impl CertificateGauges {
    pub(super) fn set(&self, name: &str, ends_at_s: i64) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.contains(name) || known.len() < MAX_CERTIFICATES {
            known.insert(name.to_owned());
            self.family.get_metric_with_label_values(&[name]).expect(RESOLVED).set(ends_at_s);
        }
    }
}

impl Family for CertificateGauges {
    fn register(registry: &Registry, name: &str, help: &str) -> Self {
        let family = add(registry, IntGaugeVec::new(Opts::new(name, help), &["certificate"]));
        Self { family, known: Mutex::default() }
    }
}
