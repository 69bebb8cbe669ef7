//! The MQTT channel: what to publish goes in, whether the broker has it comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot, watch};
use tracing::{error, info, warn};

use super::mqtt_connection::{Connection, End};
use super::receipts::Receipts;
use crate::broker::backoff::Backoff;
use crate::broker::link::Link;
use crate::broker::packet::{Hello, Welcome};
use crate::broker::{self, BrokerError};

/// The media type of receipts.
const RECEIPT_CONTENT_TYPE: &str = "application/json";

/// Batches that may wait for the connection; whoever hands in more waits.
const MAX_WAITING_BATCHES: usize = 4;

/// The longest wait between attempts to connect, whatever is set: a crisis may wait for the broker.
const LONGEST_WAIT_MS: u64 = 5_000;

/// What can be set about publishing.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How the broker is reached.
    pub broker: broker::Settings,
    /// The client id; another than that of the session that takes in.
    pub client_id: String,
    /// Messages sent and not yet acknowledged by the broker; less where the broker wants less. 0 is taken as 1.
    pub max_in_flight: u16,
    /// Receipts that may wait; where there are more, the oldest are dropped and counted.
    pub max_waiting_receipts: usize,
    /// How long a shutdown waits for what is under way, in milliseconds.
    pub shutdown_grace_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            broker: broker::Settings::default(),
            client_id: "vagus-delivery".to_owned(),
            max_in_flight: 100,
            max_waiting_receipts: 10_000,
            shutdown_grace_ms: 2_000,
        }
    }
}

/// Something to publish at QoS 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The topic.
    pub topic: String,
    /// The payload.
    pub payload: Bytes,
    /// Its media type, told where the protocol can (MQTT 5).
    pub content_type: Option<&'static str>,
}

/// Why a message is not known to be with the broker.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// The broker said no.
    #[error("the broker refused the message: {0}")]
    Refused(String),
    /// The broker said at its greeting that it takes nothing of that size.
    #[error("the message of {bytes} bytes is over the broker's limit of {limit}")]
    TooLarge {
        /// Size of the packet.
        bytes: usize,
        /// The broker's limit.
        limit: u32,
    },
    /// The connection was lost before the broker answered; it may have the message.
    #[error("the connection was lost before the broker answered")]
    Unknown,
    /// The service stops.
    #[error("the service stops")]
    Stopped,
}

/// What the channel tells about itself. Counters only rise.
#[derive(Debug, Default)]
pub struct PublisherStatus {
    pub(super) connected: AtomicBool,
    pub(super) receipts_sent: AtomicU64,
    pub(super) receipts_dropped: AtomicU64,
    pub(super) connections: AtomicU64,
}

impl PublisherStatus {
    /// Whether the connection is up.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.connected.load(Relaxed)
    }

    /// Receipts that the broker has.
    #[must_use]
    pub fn receipts_sent(&self) -> u64 {
        self.receipts_sent.load(Relaxed)
    }

    /// Receipts dropped because too many waited, or because the broker refused them.
    #[must_use]
    pub fn receipts_dropped(&self) -> u64 {
        self.receipts_dropped.load(Relaxed)
    }

    /// Connections so far.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.connections.load(Relaxed)
    }
}

/// A message whose fate is asked for.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) message: Message,
    pub(super) outcome: oneshot::Sender<Result<(), PublishError>>,
}

/// An attempt under way.
#[derive(Debug)]
pub struct Attempt(oneshot::Receiver<Result<(), PublishError>>);

impl Attempt {
    /// What became of it.
    ///
    /// # Errors
    /// If the broker is not known to have the message.
    pub async fn outcome(self) -> Result<(), PublishError> {
        self.0.await.unwrap_or(Err(PublishError::Unknown))
    }
}

/// Where messages are handed in. Clones share the connection.
#[derive(Debug, Clone)]
pub struct Publisher {
    orders: mpsc::Sender<Vec<Order>>,
    receipts: Arc<Receipts>,
    status: Arc<PublisherStatus>,
}

impl Publisher {
    /// Hands in messages that are sent in their order, all over one connection: where it is lost, those of
    /// the end are unsure and none of them is sent later by itself. Waits for the broker if it is away.
    ///
    /// # Errors
    /// [`PublishError::Stopped`] when nobody publishes any more.
    pub async fn start(&self, messages: Vec<Message>) -> Result<Vec<Attempt>, PublishError> {
        let mut attempts = Vec::with_capacity(messages.len());
        let orders = messages.into_iter().map(|message| {
            let (outcome, receiver) = oneshot::channel();
            attempts.push(Attempt(receiver));
            Order { message, outcome }
        });
        self.orders.send(orders.collect()).await.map_err(|_| PublishError::Stopped)?;
        Ok(attempts)
    }

    /// Publishes and waits for the broker's answer.
    ///
    /// # Errors
    /// If the broker is not known to have the message.
    pub async fn publish(&self, message: Message) -> Result<(), PublishError> {
        match self.start(vec![message]).await?.pop() {
            Some(attempt) => attempt.outcome().await,
            None => Err(PublishError::Unknown),
        }
    }

    /// Hands in a receipt, without waiting and from any thread; it is sent if it can be.
    pub fn send_receipt(&self, topic: String, payload: Vec<u8>) {
        let receipt = Message { topic, payload: payload.into(), content_type: Some(RECEIPT_CONTENT_TYPE) };
        let dropped = self.receipts.push(receipt);
        self.status.receipts_dropped.fetch_add(dropped, Relaxed);
    }

    /// What the channel tells about itself.
    #[must_use]
    pub fn status(&self) -> Arc<PublisherStatus> {
        Arc::clone(&self.status)
    }
}

/// The task that owns the connection.
#[derive(Debug)]
pub struct PublisherTask {
    pub(super) settings: Settings,
    pub(super) orders: mpsc::Receiver<Vec<Order>>,
    pub(super) receipts: Arc<Receipts>,
    pub(super) status: Arc<PublisherStatus>,
}

/// The two ends of the channel; the task must be run for anything to be sent.
#[must_use]
pub fn channel(settings: Settings) -> (Publisher, PublisherTask) {
    let (sender, orders) = mpsc::channel(MAX_WAITING_BATCHES);
    let receipts = Arc::new(Receipts::new(settings.max_waiting_receipts));
    let status = Arc::new(PublisherStatus::default());
    let publisher = Publisher { orders: sender, receipts: Arc::clone(&receipts), status: Arc::clone(&status) };
    (publisher, PublisherTask { settings, orders, receipts, status })
}

impl PublisherTask {
    /// Publishes until `shutdown` turns true or every [`Publisher`] is gone; the broker being away never ends it.
    pub async fn run(mut self, mut shutdown: watch::Receiver<bool>) {
        let mut backoff = Backoff::new(self.settings.broker.backoff.at_most(LONGEST_WAIT_MS));
        loop {
            let opened = tokio::select! {
                biased;
                () = is_stopping(&mut shutdown) => return,
                opened = self.open() => opened,
            };
            let error = match opened {
                Err(error) => error,
                Ok((link, welcome)) => {
                    // What waited for the connection may be wanted no more: whoever gave it looks again.
                    while self.orders.try_recv().is_ok() {}
                    let since = tokio::time::Instant::now();
                    let end = self.serve(link, &welcome, &mut shutdown).await;
                    self.status.connected.store(false, Relaxed);
                    backoff.forgive_after(since.elapsed());
                    match end {
                        End::Finished => return,
                        End::Lost(error) => error,
                    }
                }
            };
            let wait = if error.is_takeover() {
                error!(
                    "another client connected under the id of delivery, {}; give each service its own",
                    self.settings.client_id
                );
                backoff.next_long_wait()
            } else {
                warn!(failures = backoff.failures(), "delivery: {error}");
                backoff.next_wait()
            };
            tokio::select! {
                () = is_stopping(&mut shutdown) => return,
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    async fn open(&self) -> Result<(Link, Welcome), BrokerError> {
        // Nothing is subscribed and every outcome is tracked here, so the broker needs to keep nothing.
        let hello = Hello {
            client_id: self.settings.client_id.clone(),
            is_clean: true,
            session_expiry_s: 0,
            receive_maximum: 1,
            max_packet_bytes: 128 * 1024,
        };
        Link::open(&self.settings.broker, &hello).await
    }

    async fn serve(&mut self, link: Link, welcome: &Welcome, shutdown: &mut watch::Receiver<bool>) -> End {
        self.status.connections.fetch_add(1, Relaxed);
        self.status.connected.store(true, Relaxed);
        info!("delivery connected to the broker");
        if welcome.maximum_qos == Some(0) {
            warn!("the broker serves QoS 0 only: whether it has an event cannot be known");
        }
        Connection::new(self, link, welcome).serve(shutdown).await
    }
}

/// Comes back when the service stops, or when nobody could say so any more.
pub(in crate::delivery) async fn is_stopping(shutdown: &mut watch::Receiver<bool>) {
    let _ = shutdown.wait_for(|is_stopping| *is_stopping).await;
}
