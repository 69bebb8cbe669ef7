//! When sources were last heard of, kept over starts: one that was silent before a start is silent after it.
//!
//! The figures themselves are gauges; here they are put into a file from time to time, and taken from it at a start.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::domain::ids::{SiteId, SourceId};
use crate::domain::{SignedDuration, Timestamp};
use crate::telemetry::Metrics;

/// The file in the store's directory.
const FILE: &str = "sources.json";
/// A source that was not heard of for so long was taken away.
const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A source as the file holds it.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    site: String,
    source: String,
    /// Seconds since 1970.
    last_seen_s: i64,
}

/// The file of a store, and the gauges that it keeps.
#[derive(Debug)]
pub struct Heard {
    path: PathBuf,
    metrics: Metrics,
}

impl Heard {
    /// Takes up what was known at the last end. A file that is missing or cannot be read knows of nothing; sites that
    /// are not ours any more have no sources.
    #[must_use]
    pub fn take_up(store: &Path, metrics: &Metrics, is_ours: impl Fn(&SiteId) -> bool) -> Self {
        let path = store.join(FILE);
        let lines = std::fs::read(&path).ok().and_then(|text| serde_json::from_slice::<Vec<Line>>(&text).ok());
        for line in lines.unwrap_or_default() {
            let (site, source) = (SiteId::parse(&line.site), SourceId::parse(&line.source));
            if let (Ok(site), Ok(source), Ok(at)) = (site, source, Timestamp::from_second(line.last_seen_s))
                && is_ours(&site)
            {
                // Whatever the clock says now: that of a machine that just started may be decades behind.
                metrics.source_seen(&site, &source, at);
            }
        }
        Self { path, metrics: metrics.clone() }
    }

    /// Forgets who was not heard of for long, and writes down the others.
    pub fn keep(&self, now: Timestamp) {
        self.metrics.forget_sources(now - FORGOTTEN_AFTER);
        if let Err(error) = self.write() {
            tracing::warn!("{} cannot be written: {error}", self.path.display());
        }
    }

    fn write(&self) -> io::Result<()> {
        let line = |(site, source, at): (SiteId, SourceId, Timestamp)| Line {
            site: site.to_string(),
            source: source.to_string(),
            last_seen_s: at.as_second(),
        };
        let lines: Vec<Line> = self.metrics.sources().into_iter().map(line).collect();
        let new = self.path.with_extension("json.new");
        std::fs::write(&new, serde_json::to_vec(&lines)?)?;
        std::fs::rename(&new, &self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + day * 86_400).unwrap()
    }

    fn ids(source: &str) -> (SiteId, SourceId) {
        (SiteId::parse("plant-a").unwrap(), SourceId::parse(source).unwrap())
    }

    fn started(directory: &Path) -> (Heard, Metrics) {
        let metrics = Metrics::new();
        (Heard::take_up(directory, &metrics, |site| site.as_str() != "closed"), metrics)
    }

    fn known(metrics: &Metrics) -> Vec<(String, Timestamp)> {
        metrics.sources().into_iter().map(|(_, source, at)| (source.to_string(), at)).collect()
    }

    #[test]
    fn a_source_that_was_silent_before_a_start_is_silent_after_it_and_forgotten_after_a_month() {
        let directory = tempfile::tempdir().unwrap();
        let (heard, metrics) = started(directory.path());
        let (site, source) = ids("gw-7");
        metrics.source_seen(&site, &source, day(0));
        metrics.source_seen(&SiteId::parse("closed").unwrap(), &source, day(0));
        heard.keep(day(1));
        let (again, metrics) = started(directory.path());
        assert_eq!(known(&metrics), [("gw-7".to_owned(), day(0))]);
        again.keep(day(31));
        assert_eq!(known(&metrics), []);
        assert!(!metrics.render().contains("vagus_source_last_seen_seconds{"), "no series is left");
        assert_eq!(known(&started(directory.path()).1), []);
    }

    #[test]
    fn a_time_stays_whatever_the_clock_says_at_a_start_and_a_torn_file_counts_as_none() {
        let directory = tempfile::tempdir().unwrap();
        let (heard, metrics) = started(directory.path());
        let (site, source) = ids("gw-7");
        metrics.source_seen(&site, &source, day(9));
        heard.keep(day(9));
        let (behind, metrics) = started(directory.path());
        behind.keep(day(-20_000));
        assert_eq!(known(&metrics), [("gw-7".to_owned(), day(9))]);
        assert_eq!(known(&started(directory.path()).1), [("gw-7".to_owned(), day(9))]);
        std::fs::write(directory.path().join(FILE), "[{\"site\":").unwrap();
        assert_eq!(known(&started(directory.path()).1), []);
    }
}
