//! What is counted over all starts on a store: how often the service started, and how often a commit failed.
//!
//! A commit that fails ends the service, before anybody could scrape that it did; so it is written down for the
//! next start. Where even that cannot be written the log has it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::telemetry::Metrics;

/// The file in the store's directory.
const FILE: &str = "starts.json";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
struct Counted {
    starts: u64,
    commit_errors: u64,
}

/// The counts of a store.
#[derive(Debug)]
pub struct Starts {
    path: PathBuf,
    counted: Mutex<Counted>,
    metrics: Metrics,
}

impl Starts {
    /// Counts a start. A file that is missing or cannot be read counts from 0.
    #[must_use]
    pub fn begin(store: &Path, clock: &Clock, metrics: &Metrics) -> Self {
        let path = store.join(FILE);
        let known = std::fs::read(&path).ok().and_then(|text| serde_json::from_slice(&text).ok());
        let known: Counted = known.unwrap_or_default();
        let counted = Counted { starts: known.starts.saturating_add(1), ..known };
        metrics.started(clock.now(), counted.starts);
        metrics.set_commit_errors(counted.commit_errors);
        let starts = Self { path, counted: Mutex::new(counted), metrics: metrics.clone() };
        starts.keep(counted);
        starts
    }

    /// Counts a commit that failed.
    pub fn commit_failed(&self) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        counted.commit_errors = counted.commit_errors.saturating_add(1);
        self.metrics.set_commit_errors(counted.commit_errors);
        self.keep(*counted);
    }

    /// Writes the counts down once more: on a full disk there is room for them only when the store is open, which gives
    /// up its reserve then.
    pub fn keep_again(&self) {
        let counted = *self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        self.keep(counted);
    }

    fn keep(&self, counted: Counted) {
        if let Err(error) = self.write(counted) {
            tracing::warn!("{} cannot be written: {error}", self.path.display());
        }
    }

    fn write(&self, counted: Counted) -> io::Result<()> {
        let new = self.path.with_extension("new");
        std::fs::write(&new, serde_json::to_vec(&counted)?)?;
        std::fs::rename(&new, &self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(metrics: &Metrics) -> Vec<String> {
        let is_counted = |line: &&str| line.starts_with("vagus_starts_") || line.starts_with("vagus_commit_errors_");
        metrics.render().lines().filter(is_counted).map(str::to_owned).collect()
    }

    #[test]
    fn a_failed_commit_is_seen_after_the_next_start() {
        let directory = tempfile::tempdir().unwrap();
        let start = || {
            let metrics = Metrics::new();
            (Starts::begin(directory.path(), &Clock::System, &metrics), metrics)
        };
        let (first, metrics) = start();
        assert_eq!(shown(&metrics), ["vagus_commit_errors_total 0", "vagus_starts_total 1"]);
        first.commit_failed();
        assert_eq!(shown(&metrics), ["vagus_commit_errors_total 1", "vagus_starts_total 1"]);
        assert_eq!(shown(&start().1), ["vagus_commit_errors_total 1", "vagus_starts_total 2"]);
    }

    #[test]
    fn a_file_that_is_no_count_begins_anew() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join(FILE), "torn").unwrap();
        let metrics = Metrics::new();
        let _starts = Starts::begin(directory.path(), &Clock::System, &metrics);
        assert_eq!(shown(&metrics), ["vagus_commit_errors_total 0", "vagus_starts_total 1"]);
    }
}
