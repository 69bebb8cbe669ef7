//! The session: connects, subscribes, hands over, acknowledges what is told, and comes back for ever.
//!
//! # Why no acknowledgement crosses a reconnect
//! A token names its connection. The one task that owns the connection compares that name with its
//! own before it writes, and what it has written but not sent is dropped with the connection. There
//! is no queue of acknowledgements that outlives either.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::sync::mpsc::{Receiver, Sender};
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::{error, info, warn};

use super::connection::{Connection, wait_for_stop};
use super::{AckToken, Arrival, SessionStatus, Settings, limits, probe};
use crate::broker::BrokerError;
use crate::broker::backoff::Backoff;
use crate::broker::link::Link;
use crate::broker::packet::{Hello, Welcome};
use crate::telemetry::Metrics;

/// Why the session ended on its own.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// Whoever takes the arrivals, or gives the acknowledgements, is gone.
    #[error("nobody takes the messages any more")]
    NobodyListens,
}

/// What the session is connected to inside the service.
#[derive(Debug)]
pub struct Ports {
    /// Where messages go, in order of receipt. Its capacity should be [`Settings::channel_capacity`].
    pub arrivals: Sender<Arrival>,
    /// Which messages are on disk; a batch may mix connections.
    pub acks: Receiver<Vec<AckToken>>,
    /// What the session tells about itself.
    pub status: Arc<SessionStatus>,
    /// What is counted.
    pub metrics: Metrics,
    /// Turns true when the service stops.
    pub shutdown: watch::Receiver<bool>,
}

/// Why one connection ended.
pub(super) enum End {
    Shutdown,
    NobodyListens,
    Lost(BrokerError),
}

impl From<BrokerError> for End {
    fn from(error: BrokerError) -> Self {
        Self::Lost(error)
    }
}

/// Runs the session until `shutdown` turns true; the broker being away never ends it.
///
/// At shutdown the sender of arrivals is dropped at once, so that their receiver comes to an end;
/// acknowledgements are sent until their senders are gone or the grace is over.
///
/// # Errors
/// When the other end of a channel is gone.
pub async fn run(settings: Settings, ports: Ports) -> Result<(), IngestError> {
    let backoff = Backoff::new(settings.broker.backoff);
    let Ports { arrivals, acks, status, metrics, shutdown } = ports;
    let session = Session {
        settings,
        arrivals: Some(arrivals),
        acks,
        status,
        metrics,
        shutdown,
        backoff,
        said: Vec::new(),
        closed_in_a_row: 0,
    };
    session.run().await
}

pub(super) struct Session {
    pub(super) settings: Settings,
    /// None once the service stops.
    pub(super) arrivals: Option<Sender<Arrival>>,
    pub(super) acks: Receiver<Vec<AckToken>>,
    pub(super) status: Arc<SessionStatus>,
    pub(super) metrics: Metrics,
    pub(super) shutdown: watch::Receiver<bool>,
    backoff: Backoff,
    /// Warnings about the broker that were logged already.
    said: Vec<String>,
    /// Short-lived connections in a row that the broker closed without a word.
    closed_in_a_row: u32,
}

/// From how many on somebody else is suspected to use our client id.
const SUSPICIOUS_CLOSINGS: u32 = 3;
const TAKEOVER_ADVICE: &str = "another client seems to use our client id and to take the session over; \
     two services must not share one, give each its own `client_id`";

impl Session {
    async fn run(mut self) -> Result<(), IngestError> {
        info!("{}", limits::PERSISTENCE_ADVICE);
        if let Some(warning) = limits::protocol_warning(self.settings.broker.protocol) {
            warn!("{warning}");
        }
        loop {
            let end = self.connect_and_serve().await;
            self.status.connected.store(false, Relaxed);
            self.status.unacknowledged.store(0, Relaxed);
            self.metrics.set_connected(false);
            match end {
                End::Shutdown => return Ok(()),
                End::NobodyListens => return Err(IngestError::NobodyListens),
                End::Lost(error) => {
                    if let Some(end) = self.wait_after(&error).await {
                        return end;
                    }
                }
            }
        }
    }

    /// Says why the connection is gone, and waits before the next; some if the service stops meanwhile.
    async fn wait_after(&mut self, error: &BrokerError) -> Option<Result<(), IngestError>> {
        self.status.failures.fetch_add(1, Relaxed);
        self.status.set_problem(Some(error.to_string()));
        // Mosquitto 2.0 does not say that it gave the session to somebody else: it just closes, again and again.
        self.closed_in_a_row = if matches!(error, BrokerError::Closed) { self.closed_in_a_row + 1 } else { 0 };
        let is_suspected = self.closed_in_a_row >= SUSPICIOUS_CLOSINGS;
        let wait = if error.is_takeover() || is_suspected {
            self.status.takeovers.fetch_add(1, Relaxed);
            let wait = self.backoff.next_long_wait();
            let retry_in_ms = millis(wait);
            error!(retry_in_ms, client_id = self.settings.client_id, "{error}: {TAKEOVER_ADVICE}");
            self.status.set_problem(Some(format!("{error}: {TAKEOVER_ADVICE}")));
            wait
        } else {
            let wait = self.backoff.next_wait();
            warn!(retry_in_ms = millis(wait), failures = self.backoff.failures(), "{error}");
            wait
        };
        let until = Instant::now() + wait;
        loop {
            tokio::select! {
                () = tokio::time::sleep_until(until) => return None,
                stop = wait_for_stop(&mut self.shutdown) => return Some(stop),
                tokens = self.acks.recv() => match tokens {
                    Some(tokens) => self.forget(tokens.len()),
                    None => return Some(self.abandoned()),
                },
            }
        }
    }

    /// What it means that nobody acknowledges any more: nothing where the service stops, as that is how it ends.
    pub(super) fn abandoned(&self) -> Result<(), IngestError> {
        if *self.shutdown.borrow() { Ok(()) } else { Err(IngestError::NobodyListens) }
    }

    /// Acknowledgements of a connection that is gone: the broker sends those messages again.
    pub(super) fn forget(&self, count: usize) {
        self.status.stale_acks.fetch_add(count as u64, Relaxed);
    }

    async fn connect_and_serve(&mut self) -> End {
        let hello = Hello {
            client_id: self.settings.client_id.clone(),
            is_clean: false,
            session_expiry_s: self.settings.session_expiry_s,
            receive_maximum: self.settings.receive_maximum.max(1),
            max_packet_bytes: self.settings.max_packet_bytes,
        };
        let broker = self.settings.broker.clone();
        let opening = Link::open(&broker, &hello);
        tokio::pin!(opening);
        let (link, welcome) = loop {
            tokio::select! {
                opened = &mut opening => match opened {
                    Ok(opened) => break opened,
                    Err(error) => return End::Lost(error),
                },
                stop = wait_for_stop(&mut self.shutdown) => {
                    return if stop.is_ok() { End::Shutdown } else { End::NobodyListens };
                }
                tokens = self.acks.recv() => match tokens {
                    Some(tokens) => self.forget(tokens.len()),
                    None => return if self.abandoned().is_ok() { End::Shutdown } else { End::NobodyListens },
                },
            }
        };
        let epoch = self.greeted(&welcome);
        let keep_alive_s = welcome.keep_alive_s.unwrap_or(self.settings.broker.keep_alive_s).max(1);
        let since = Instant::now();
        let end = match Connection::new(self, link, epoch, keep_alive_s) {
            Ok(mut connection) => connection.serve().await,
            Err(error) => End::Lost(error),
        };
        if self.backoff.forgive_after(since.elapsed()) {
            self.closed_in_a_row = 0;
        }
        end
    }

    /// Counts the new connection and says what of the broker's answer matters.
    fn greeted(&mut self, welcome: &Welcome) -> u64 {
        let epoch = self.status.epoch.fetch_add(1, Relaxed) + 1;
        if epoch > 1 {
            self.metrics.reconnected();
            if !welcome.session_present {
                self.status.lost_sessions.fetch_add(1, Relaxed);
                warn!(
                    "the broker has forgotten our session, and with it whatever it had queued for us; sources that wait for receipts will send again"
                );
            }
        }
        if epoch == 1 && self.settings.queue_probe {
            let settings = self.settings.clone();
            tokio::spawn(async move { probe::run(&settings).await });
        }
        if let Some(ends_at) = welcome.certificate_ends_at {
            self.metrics.set_certificate("mqtt.broker", ends_at);
        }
        info!(epoch, session_present = welcome.session_present, "connected to the broker");
        for warning in limits::warnings(&self.settings, welcome) {
            if !self.said.contains(&warning) {
                warn!("{warning}");
                self.said.push(warning);
            }
        }
        epoch
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
