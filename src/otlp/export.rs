//! The loop that sends batches.

use std::collections::HashMap;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanExporter as _;
use tokio::sync::{mpsc, watch};

use super::settings::Settings;
use super::spans::{Anchor, span};
use crate::clock::Clock;
use crate::telemetry::Metrics;
use crate::telemetry::latency::Stopwatch;
use crate::telemetry::traces::{Stage, Traces};
use crate::tls::{TlsFileError, client_config};

/// Stages that may wait; about a megabyte or two.
const QUEUE: usize = 8_192;
/// The most stages of a request.
const BATCH: usize = 512;
/// How long a batch waits to become full.
const LINGER: Duration = Duration::from_secs(1);
/// The first pause after a failure, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));
/// How long the last stages may take at the end.
const GRACE: Duration = Duration::from_secs(1);

/// Why traces cannot be sent at all.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A certificate file is unusable.
    #[error("{0}")]
    Tls(#[from] TlsFileError),
    /// What sends cannot be made.
    #[error("the HTTP client cannot be made: {0}")]
    Client(String),
}

/// Sends what is in the queue.
#[derive(Debug)]
pub struct Exporter {
    client: SpanExporter,
    stages: mpsc::Receiver<Stage>,
    clock: Clock,
    metrics: Metrics,
    timeout: Duration,
    /// How long to wait before the next try; none while the collector takes what is sent.
    pause: Option<Duration>,
}

impl Exporter {
    /// What traces are told to, and what sends them; nothing is connected to yet.
    ///
    /// # Errors
    /// [`OpenError`] where a certificate file is unusable.
    pub fn open(settings: &Settings, clock: &Clock, metrics: &Metrics) -> Result<(Traces, Self), OpenError> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(client_config(settings.ca_file.as_deref())?)
            .user_agent(concat!("vagus/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .timeout(settings.timeout)
            .build()
            .map_err(|error| OpenError::Client(error.to_string()))?;
        let headers: HashMap<String, String> = settings.headers.exposed().collect();
        let mut client = SpanExporter::builder()
            .with_http()
            .with_http_client(client)
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(settings.endpoint.as_str())
            .with_timeout(settings.timeout)
            .with_headers(headers)
            .build()
            .map_err(|error| OpenError::Client(error.to_string()))?;
        // Not what the environment says of this process: it is not Vagus that put it there.
        let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
        client.set_resource(&Resource::builder_empty().with_service_name("vagus").with_attribute(version).build());
        let (queue, stages) = mpsc::channel(QUEUE);
        let traces = Traces::into_queue(queue, settings.sample_ratio, metrics.clone());
        let (clock, metrics) = (clock.clone(), metrics.clone());
        Ok((traces, Self { client, stages, clock, metrics, timeout: settings.timeout, pause: None }))
    }

    /// Runs until `stopping` turns true.
    pub async fn run(mut self, mut stopping: watch::Receiver<bool>) {
        let mut batch = Vec::with_capacity(BATCH);
        tokio::select! {
            // An error means that the service is gone, which is a reason to stop as well.
            _ = stopping.wait_for(|stop| *stop) => {}
            () = self.send_for_ever(&mut batch) => {}
        }
        self.take(&mut batch);
        if !batch.is_empty() && tokio::time::timeout(GRACE, self.send(&mut batch)).await.is_err() {
            self.metrics.traces_dropped(batch.len());
        }
        // One batch must do at the end; what waited behind it is counted.
        self.metrics.traces_dropped(self.stages.len());
    }

    async fn send_for_ever(&mut self, batch: &mut Vec<Stage>) {
        loop {
            if batch.is_empty() && self.stages.recv_many(batch, BATCH).await == 0 {
                return;
            }
            self.take(batch);
            if batch.len() < BATCH {
                tokio::time::sleep(LINGER).await;
                self.take(batch);
            }
            self.send(batch).await;
            if let Some(pause) = self.pause {
                tokio::time::sleep(pause).await;
            }
        }
    }

    /// Fills a batch with what waits.
    fn take(&mut self, batch: &mut Vec<Stage>) {
        while batch.len() < BATCH {
            let Ok(stage) = self.stages.try_recv() else { return };
            batch.push(stage);
        }
    }

    /// Sends a batch, once and for all: what the collector does not take is dropped.
    async fn send(&mut self, batch: &mut Vec<Stage>) {
        let anchor = Anchor { time: self.clock.now().into(), watch: Stopwatch::start() };
        let count = batch.len();
        let spans = batch.iter().cloned().map(|stage| span(stage, &anchor)).collect();
        let sent = match tokio::time::timeout(self.timeout, self.client.export(spans)).await {
            Ok(sent) => sent.map_err(|error| error.to_string()),
            Err(_) => Err(format!("no answer within {} ms", self.timeout.as_millis())),
        };
        batch.clear();
        match sent {
            Ok(()) => {
                self.metrics.traces_sent(count);
                if self.pause.take().is_some() {
                    tracing::info!("the collector of traces is back");
                }
            }
            Err(error) => {
                self.metrics.traces_dropped(count);
                if self.pause.is_none() {
                    tracing::warn!("the collector of traces takes nothing, traces are dropped until it does: {error}");
                }
                self.pause = Some(self.pause.map_or(PAUSES.0, |pause| (pause * 2).min(PAUSES.1)));
            }
        }
    }
}
