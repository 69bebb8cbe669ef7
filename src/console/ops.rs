//! The operators' listener: `/metrics`, `/healthz`, `/readyz`.
//!
//! A request enters, counts or a verdict leave. Nothing of a worker is served here, nothing is
//! changed, and a slow or silent client costs one task for a bounded time.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::get;

use super::listener::{Bounds, ListenError, Listener};
use crate::telemetry::Metrics;

/// Where operators and their tools knock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// How often what was measured is added to the log of delays, in seconds.
    pub latency_log_every_s: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 9464)), latency_log_every_s: 60 }
    }
}

/// Whether the service does its work, and if not, why.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Readiness {
    /// What is missing; empty when the service is ready.
    pub reasons: Vec<Missing>,
}

/// What keeps the service from its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Its name, by which a language has a text for it.
    pub name: &'static str,
    /// What exactly, for operators and their tools.
    pub told: String,
}

impl Readiness {
    /// Nothing is missing.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.reasons.is_empty()
    }
}

/// Judges readiness at the moment it is asked; it must not block.
pub type ReadinessCheck = Arc<dyn Fn() -> Readiness + Send + Sync>;

/// Scrapers are few, and quick to ask.
const BOUNDS: Bounds =
    Bounds { header_read_timeout: Duration::from_secs(10), drain_timeout: Duration::from_secs(3), max_connections: 64 };

/// Opens the operators' address.
///
/// # Errors
/// [`ListenError`] where the address is taken or not ours.
pub async fn bind(settings: &Settings, metrics: Metrics, readiness: ReadinessCheck) -> Result<Listener, ListenError> {
    bind_within(BOUNDS, settings, metrics, readiness).await
}

async fn bind_within(
    bounds: Bounds,
    settings: &Settings,
    metrics: Metrics,
    readiness: ReadinessCheck,
) -> Result<Listener, ListenError> {
    Listener::bind("ops.listen", settings.listen, router(metrics, readiness), bounds).await
}

fn router(metrics: Metrics, readiness: ReadinessCheck) -> Router {
    Router::new()
        .route("/metrics", get(show_metrics).with_state(metrics))
        .route("/healthz", get(show_alive))
        .route("/readyz", get(show_readiness).with_state(readiness))
}

async fn show_metrics(State(metrics): State<Metrics>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics.render()).into_response()
}

async fn show_alive() -> &'static str {
    "alive\n"
}

async fn show_readiness(State(check): State<ReadinessCheck>) -> Response {
    let readiness = check();
    let status = if readiness.is_ready() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let reasons: Vec<&str> = readiness.reasons.iter().map(|missing| missing.told.as_str()).collect();
    let body = serde_json::json!({"ready": readiness.is_ready(), "reasons": reasons});
    (status, Json(body)).into_response()
}

#[cfg(test)]
#[path = "ops_tests.rs"]
mod tests;
