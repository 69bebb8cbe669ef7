//! The running service: what is started, in which order, and how it ends.

use std::sync::Arc;

use super::admission;
use crate::config::Settings;
use crate::engine;
use crate::rules::RuleSet;

/// What messages are held against.
#[must_use]
pub fn admission_settings(settings: &Settings) -> admission::Settings {
    admission::Settings {
        root: settings.ingest.root.clone(),
        sites: settings.sites.iter().map(|site| (site.id.clone(), site.time_zone.clone())).collect(),
        enrolment: settings.admission.enrolment,
        max_age_days: settings.admission.max_age_days,
        max_ahead_s: settings.admission.max_ahead_s,
        limits: settings.admission.limits,
    }
}

/// What the engine computes with.
#[must_use]
pub fn engine_settings(settings: &Settings, rules: RuleSet) -> engine::Settings {
    engine::Settings {
        indicators: settings.indicators.clone(),
        exposures: settings.exposures.clone(),
        rules: Arc::new(rules),
    }
}

/// How many shards run: one for each processor, where nothing else is set.
#[must_use]
pub fn shard_count(settings: &Settings) -> usize {
    let processors = || std::thread::available_parallelism().map_or(1, usize::from);
    settings.engine.shards.unwrap_or_else(processors)
}
