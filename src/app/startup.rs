//! The first moments of a start: the store is taken, the start is counted, and health and metrics are served, before
//! anything is read. Reading a large store takes minutes, in which whoever watches is to see a service that starts, and
//! not one that is down.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use tokio::sync::watch;

use super::backup;
use super::parts::Parts;
use super::readiness::Late;
use super::service::until;
use super::starts::Starts;
use crate::clock::Clock;
use crate::config::Settings;
use crate::console::ops;
use crate::engine;
use crate::store::{Store, Taken};
use crate::telemetry::Metrics;

/// A service that has begun to start.
pub(super) struct Begun {
    /// The place of the store, which nobody else can take any more.
    pub(super) taken: Taken,
    /// What is counted, from this start on.
    pub(super) metrics: Metrics,
    /// What is counted over all starts.
    pub(super) starts: Arc<Starts>,
    /// What `/readyz` asks.
    pub(super) readiness: Late,
    /// Where that is served.
    pub(super) ops_address: SocketAddr,
    /// The parts that run already.
    pub(super) parts: Parts,
}

/// Begins to start, and serves health and metrics until `stopping` turns true.
///
/// What is kept over restarts is read before anybody can scrape it, so that no counter jumps while a process lives. The
/// start is counted before the store is read: a store at which every start fails is a restart that counts.
pub(super) async fn begin(
    settings: &Settings,
    engine: &engine::Settings,
    clock: &Clock,
    stopping: watch::Receiver<bool>,
) -> anyhow::Result<Begun> {
    let taken = Store::take(&settings.store).context("the store cannot be opened")?;
    let metrics = Metrics::new();
    metrics.has_rules(engine.rules.ids());
    metrics.start_began();
    let starts = Arc::new(Starts::begin(&settings.store.path, clock, &metrics));
    backup::last_made(&settings.store.path).into_iter().for_each(|made_at| metrics.set_last_backup(made_at));
    let (readiness, mut parts) = (Late::default(), Parts::default());
    let ops = ops::bind(&settings.ops, metrics.clone(), readiness.check()).await?;
    let ops_address = ops.address();
    parts.task("ops", ops.serve(until(stopping)));
    tracing::info!(ops = %ops_address, "the service starts: health and metrics are served, the store is being read");
    Ok(Begun { taken, metrics, starts, readiness, ops_address, parts })
}
