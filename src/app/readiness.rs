//! Whether the service does its work: connected, disk writable, clock believed, rows applied.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::clock_watch;
use super::sequencer::Progress;
use crate::clock::Clock;
use crate::console::ops::{Missing, Readiness, ReadinessCheck};
use crate::delivery::mqtt::PublisherStatus;
use crate::ingest::SessionStatus;
use crate::telemetry::Check;

/// Rows that may wait to be applied before the service is called lagging.
const MAX_LAG_ROWS: u64 = 64;
/// What is said before there is anything to check.
const STARTING: &str = "starting: the store is being read, which takes minutes where it is large";

/// Readiness of a service that starts: it is not ready, until somebody can say how it really is.
#[derive(Clone, Default)]
pub struct Late(Arc<OnceLock<ReadinessCheck>>);

impl Late {
    /// A check to be asked from now on.
    #[must_use]
    pub fn check(&self) -> ReadinessCheck {
        let known = Arc::clone(&self.0);
        Arc::new(move || match known.get() {
            Some(check) => check(),
            None => Readiness { reasons: vec![Missing { name: Check::Start.as_str(), told: STARTING.to_owned() }] },
        })
    }

    /// The start is over: this check is asked from now on.
    pub fn know(&self, check: ReadinessCheck) {
        // A second time does not come: a start ends once.
        let _ = self.0.set(check);
    }
}

/// A check of the session, the disk, the clock and the lag.
#[must_use]
pub fn check(
    session: &Arc<SessionStatus>,
    delivery: Arc<PublisherStatus>,
    progress: &Arc<Progress>,
    store: &Path,
    clock: Clock,
) -> ReadinessCheck {
    let (session, progress) = (Arc::clone(session), Arc::clone(progress));
    let store: PathBuf = store.to_owned();
    Arc::new(move || {
        let mut reasons = Vec::new();
        let mut missing = |check: Check, told| reasons.push(Missing { name: check.as_str(), told });
        if !session.is_connected() {
            let why = session.last_problem().unwrap_or_else(|| "the first connection is under way".to_owned());
            missing(Check::Broker, format!("not connected to the MQTT broker: {why}"));
        }
        if !delivery.is_connected() {
            missing(
                Check::Delivery,
                "alerts cannot leave: the connection for delivery to the MQTT broker is down".to_owned(),
            );
        }
        if !store.is_dir() {
            missing(Check::Store, format!("the store's directory {} is gone", store.display()));
        }
        if let Some(step) = clock.step() {
            missing(Check::Clock, clock_watch::in_words(step));
        }
        let lag = progress.lag_rows();
        if lag > MAX_LAG_ROWS {
            missing(Check::Lag, format!("{lag} rows are written and not applied yet"));
        }
        Readiness { reasons }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_that_starts_says_so_until_its_parts_can_be_asked() {
        let late = Late::default();
        let check = late.check();
        let names = || check().reasons.iter().map(|missing| missing.name).collect::<Vec<_>>();
        assert_eq!(names(), ["start"]);
        late.know(Arc::new(Readiness::default));
        assert!(names().is_empty());
    }
}
