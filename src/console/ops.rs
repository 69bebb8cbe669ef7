//! The operators' listener: `/metrics`, `/healthz`, `/readyz`.
//!
//! A request enters, counts or a verdict leave. Nothing of a worker is served here, nothing is
//! changed, and a slow or silent client costs one task for a bounded time.

use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::get;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::{debug, warn};

use crate::telemetry::Metrics;

/// Where operators and their tools knock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
}

impl Default for Settings {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 9464)) }
    }
}

/// Whether the service does its work, and if not, why.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Readiness {
    /// What is missing, for people; empty when the service is ready.
    pub reasons: Vec<String>,
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

/// Why the listener could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address} (ops.listen): {source}")]
pub struct ListenError {
    /// The address asked for.
    pub address: SocketAddr,
    /// What the system said.
    pub source: std::io::Error,
}

/// A client has this long to send the head of a request, and as long again to be idle between two.
const HEADER_READ_TIMEOUT: Duration = Duration::from_secs(10);
/// At shutdown, requests under way have this long.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(3);
/// Scrapers are few; more connections than this wait.
const MAX_CONNECTIONS: usize = 64;
/// After a failed accept (no file descriptors left), wait before the next.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// The open listener.
pub struct OpsListener {
    listener: TcpListener,
    address: SocketAddr,
    router: Router,
    header_read_timeout: Duration,
}

impl fmt::Debug for OpsListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpsListener").field("address", &self.address).finish_non_exhaustive()
    }
}

impl OpsListener {
    /// Opens the address.
    ///
    /// # Errors
    /// [`ListenError`] where the address is taken or not ours.
    pub async fn bind(settings: &Settings, metrics: Metrics, readiness: ReadinessCheck) -> Result<Self, ListenError> {
        let failed = |source| ListenError { address: settings.listen, source };
        let listener = TcpListener::bind(settings.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address, router: router(metrics, readiness), header_read_timeout: HEADER_READ_TIMEOUT })
    }

    /// The address it listens on, with the port that port 0 became.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `shutdown` completes, then lets requests under way finish for a short while.
    pub async fn serve(self, shutdown: impl Future<Output = ()> + Send) {
        let graceful = GracefulShutdown::new();
        let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let mut shutdown = pin!(shutdown);
        loop {
            let next = async {
                let place = Arc::clone(&places).acquire_owned().await;
                (place, self.listener.accept().await)
            };
            let (place, accepted) = tokio::select! {
                () = &mut shutdown => break,
                next = next => next,
            };
            match (place, accepted) {
                (Ok(place), Ok((stream, _))) => {
                    let connection = http1::Builder::new()
                        .timer(TokioTimer::new())
                        .header_read_timeout(self.header_read_timeout)
                        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(self.router.clone()));
                    tokio::spawn(answer(connection, graceful.watcher(), place));
                }
                (_, Err(error)) => {
                    warn!(%error, "the operators' listener cannot accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
                (Err(_closed), _) => break,
            }
        }
        if tokio::time::timeout(DRAIN_TIMEOUT, graceful.shutdown()).await.is_err() {
            debug!("a client of the operators' listener did not finish in time");
        }
    }
}

type Connection = http1::Connection<TokioIo<TcpStream>, TowerToHyperService<Router>>;

async fn answer(connection: Connection, watcher: Watcher, _place: OwnedSemaphorePermit) {
    if let Err(error) = watcher.watch(connection).await {
        debug!(%error, "a client of the operators' listener went away");
    }
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
    let body = serde_json::json!({"ready": readiness.is_ready(), "reasons": readiness.reasons});
    (status, Json(body)).into_response()
}

#[cfg(test)]
#[path = "ops_tests.rs"]
mod tests;
