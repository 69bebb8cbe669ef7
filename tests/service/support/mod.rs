//! What the service tests stand on: a real mosquitto, certificates, a client, a wire that can be cut.

pub(crate) mod certificates;
pub(crate) mod client;
pub(crate) mod collector;
pub(crate) mod desk;
pub(crate) mod feed;
pub(crate) mod ingest;
pub(crate) mod mosquitto;
pub(crate) mod program;
pub(crate) mod provider;
pub(crate) mod receiver;
pub(crate) mod staff;
pub(crate) mod strace;
pub(crate) mod systemd;
pub(crate) mod town;
pub(crate) mod vagus;
pub(crate) mod wire;

use std::time::{Duration, Instant};

/// How long a condition may take to become true, on a machine that does other things too.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Asks `condition` until it gives a value; panics with `what` when it never does.
#[expect(clippy::disallowed_methods, reason = "a test waits in real time")]
pub(crate) fn eventually<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(value) = condition() {
            return value;
        }
        assert!(Instant::now() < until, "never happened: {what}");
        std::thread::yield_now();
        std::thread::park_timeout(Duration::from_millis(5));
    }
}
