//! One listening address: accepts connections, bounds what a client may cost, ends in order.
//!
//! A router comes in, answers go out over HTTP/1. Nothing here knows what is served: the operators'
//! listener and the console are both one of these, with bounds of their own.

use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::{debug, warn};

/// Why a listener could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address} ({key})")]
pub struct ListenError {
    /// The setting that names the address.
    pub key: &'static str,
    /// The address asked for.
    pub address: SocketAddr,
    /// What the system said.
    pub source: std::io::Error,
}

/// What a client may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// To send the head of a request, and as long again to be idle between two.
    pub header_read_timeout: Duration,
    /// At shutdown, for requests under way.
    pub drain_timeout: Duration,
    /// More connections than this wait.
    pub max_connections: usize,
}

/// After a failed accept (no file descriptors left), wait before the next.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// Where a request came from, for handlers that hold clients apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// An open listener and what it answers with.
pub struct Listener {
    listener: TcpListener,
    address: SocketAddr,
    router: Router,
    bounds: Bounds,
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Listener {
    /// Opens the address that `key` of the configuration names.
    ///
    /// # Errors
    /// [`ListenError`] where the address is taken or not ours.
    pub async fn bind(
        key: &'static str,
        address: SocketAddr,
        router: Router,
        bounds: Bounds,
    ) -> Result<Self, ListenError> {
        let failed = |source| ListenError { key, address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address, router, bounds })
    }

    /// The address it listens on, with the port that port 0 became.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `shutdown` completes, then lets requests under way finish for a short while.
    pub async fn serve(self, shutdown: impl Future<Output = ()> + Send) {
        let graceful = GracefulShutdown::new();
        let places = Arc::new(Semaphore::new(self.bounds.max_connections));
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
                (Ok(place), Ok((stream, peer))) => {
                    let service = Answers { router: TowerToHyperService::new(self.router.clone()), peer: Peer(peer) };
                    let connection = http1::Builder::new()
                        .timer(TokioTimer::new())
                        .header_read_timeout(self.bounds.header_read_timeout)
                        .serve_connection(TokioIo::new(stream), service);
                    tokio::spawn(answer(connection, graceful.watcher(), place));
                }
                (_, Err(error)) => {
                    warn!(%error, address = %self.address, "a connection cannot be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
                (Err(_closed), _) => break,
            }
        }
        if tokio::time::timeout(self.bounds.drain_timeout, graceful.shutdown()).await.is_err() {
            debug!(address = %self.address, "a client did not finish in time");
        }
    }
}

/// The router, told of each request where it came from.
struct Answers {
    router: TowerToHyperService<Router>,
    peer: Peer,
}

impl Service<Request<Incoming>> for Answers {
    type Response = <TowerToHyperService<Router> as Service<Request<Incoming>>>::Response;
    type Error = <TowerToHyperService<Router> as Service<Request<Incoming>>>::Error;
    type Future = <TowerToHyperService<Router> as Service<Request<Incoming>>>::Future;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        request.extensions_mut().insert(self.peer);
        self.router.call(request)
    }
}

type Connection = http1::Connection<TokioIo<TcpStream>, Answers>;

async fn answer(connection: Connection, watcher: Watcher, _place: OwnedSemaphorePermit) {
    if let Err(error) = watcher.watch(connection).await {
        debug!(%error, "a client went away");
    }
}
