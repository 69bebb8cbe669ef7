//! The ingest session under test, with the test in the place of the sequencer.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use vagus::ingest::{self, AckToken, Arrival, IngestError, Ports, SessionStatus, Settings};
use vagus::telemetry::Metrics;

use super::PATIENCE;

/// A running session.
pub(crate) struct Ingest {
    /// What comes in.
    pub(crate) arrivals: mpsc::Receiver<Arrival>,
    /// What is told to be on disk.
    pub(crate) acks: mpsc::Sender<Vec<AckToken>>,
    /// What the session tells about itself.
    pub(crate) status: Arc<SessionStatus>,
    shutdown: watch::Sender<bool>,
    task: JoinHandle<Result<(), IngestError>>,
}

/// Settings for a broker on this machine, with short waits.
pub(crate) fn settings(port: u16) -> Settings {
    let mut settings = Settings { queue_probe: false, ..Settings::default() };
    settings.broker.port = port;
    settings.broker.connect_timeout_ms = 5_000;
    settings.broker.backoff.min_ms = 20;
    settings.broker.backoff.max_ms = 200;
    settings
}

impl Ingest {
    /// Starts a session; it need not be connected yet.
    pub(crate) fn start(settings: Settings) -> Self {
        let (to_sequencer, arrivals) = mpsc::channel(settings.channel_capacity());
        let (acks, from_sequencer) = mpsc::channel(64);
        let (shutdown, is_stopping) = watch::channel(false);
        let status = Arc::new(SessionStatus::default());
        let ports = Ports {
            arrivals: to_sequencer,
            acks: from_sequencer,
            status: Arc::clone(&status),
            metrics: Metrics::new(),
            shutdown: is_stopping,
        };
        let task = tokio::spawn(ingest::run(settings, ports));
        Self { arrivals, acks, status, shutdown, task }
    }

    /// Starts a session and waits until it is connected and subscribed.
    pub(crate) async fn connected(settings: Settings) -> Self {
        let this = Self::start(settings);
        this.until("the session connects", |status| status.is_connected()).await;
        this
    }

    /// Waits until the session's status is as asked.
    pub(crate) async fn until(&self, what: &str, mut condition: impl FnMut(&SessionStatus) -> bool) {
        until(what, || condition(&self.status)).await;
    }

    /// The next message.
    pub(crate) async fn next(&mut self) -> Arrival {
        tokio::time::timeout(PATIENCE, self.arrivals.recv())
            .await
            .expect("a message comes in time")
            .expect("the session hands over")
    }

    /// The payload of the next message, as text; nothing is acknowledged.
    pub(crate) async fn next_text(&mut self) -> String {
        String::from_utf8_lossy(&self.next().await.payload).into_owned()
    }

    /// Tells that these messages are on disk.
    pub(crate) async fn acknowledge(&self, tokens: &[AckToken]) {
        self.acks.send(tokens.to_vec()).await.expect("the session takes acknowledgements");
    }

    /// Stops the session as the service does, and gives what it came to.
    pub(crate) async fn stop(self) -> Result<(), IngestError> {
        self.shutdown.send_replace(true);
        drop(self.acks);
        tokio::time::timeout(PATIENCE, self.task)
            .await
            .expect("the session ends in time")
            .expect("the session does not panic")
    }
}

/// Asks `condition` until it holds; panics with `what` when it never does.
pub(crate) async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let waiting = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, waiting).await.is_ok(), "never happened: {what}");
}
