//! Whether the service does its work: connected, disk writable, clock believed, rows applied.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::clock_watch;
use super::sequencer::Progress;
use crate::clock::Clock;
use crate::console::ops::{Missing, Readiness, ReadinessCheck};
use crate::delivery::mqtt::PublisherStatus;
use crate::ingest::SessionStatus;
use crate::telemetry::Check;

/// Rows that may wait to be applied before the service is called lagging.
const MAX_LAG_ROWS: u64 = 64;

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
