//! What is measured from time to time, whatever the rows do: what is on its way, what readiness lacks, until when
//! certificates hold, when sources were heard of, and the log of delays.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::heard::Heard;
use super::sequencer::Progress;
use crate::broker::certificate;
use crate::clock::Clock;
use crate::config::Settings;
use crate::console::ops::ReadinessCheck;
use crate::delivery::settings::ChannelKind;
use crate::ingest::SessionStatus;
use crate::telemetry::Metrics;
use crate::telemetry::latency::Stopwatch;
use crate::telemetry::latency_log::LatencyLog;

const EVERY: Duration = Duration::from_secs(1);
/// Certificate files are read again so often: somebody may have put new ones there.
const CERTIFICATES_EVERY_S: f64 = 3_600.0;
/// When sources were last heard of is written down so often.
const HEARD_EVERY_S: f64 = 60.0;

/// What is measured.
pub struct Gauges {
    session: Arc<SessionStatus>,
    progress: Arc<Progress>,
    readiness: ReadinessCheck,
    certificates: Vec<Certificate>,
    log: Mutex<LatencyLog>,
    log_every_s: f64,
    heard: Heard,
    clock: Clock,
    metrics: Metrics,
}

impl Gauges {
    /// The gauges of a service that starts now.
    #[must_use]
    pub fn of(
        settings: &Settings,
        (session, progress, metrics): (&Arc<SessionStatus>, &Arc<Progress>, &Metrics),
        readiness: &ReadinessCheck,
        clock: &Clock,
    ) -> Self {
        let log = LatencyLog::in_directory(&settings.store.path, clock.now());
        Self {
            session: Arc::clone(session),
            progress: Arc::clone(progress),
            readiness: Arc::clone(readiness),
            certificates: Certificate::all(settings),
            log: Mutex::new(log),
            log_every_s: f64::from(settings.ops.latency_log_every_s),
            heard: Heard::take_up(&settings.store.path, metrics, |site| settings.site(site).is_some()),
            clock: clock.clone(),
            metrics: metrics.clone(),
        }
    }

    /// Runs until `stopping` turns true; what was measured until then is in the log.
    pub async fn run(self, mut stopping: watch::Receiver<bool>) {
        let gauges = Arc::new(self);
        let (mut logged, mut kept, mut read) = (Stopwatch::start(), Stopwatch::start(), None::<Stopwatch>);
        loop {
            gauges.measure();
            if read.is_none_or(|read| read.elapsed_s() >= CERTIFICATES_EVERY_S) {
                gauges.blocking(Self::read_certificates).await;
                read = Some(Stopwatch::start());
            }
            if logged.elapsed_s() >= gauges.log_every_s {
                gauges.blocking(Self::write_log).await;
                logged = Stopwatch::start();
            }
            if kept.elapsed_s() >= HEARD_EVERY_S {
                gauges.blocking(Self::keep_heard).await;
                kept = Stopwatch::start();
            }
            tokio::select! {
                _ = stopping.wait_for(|stop| *stop) => break,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
        gauges.blocking(Self::write_log).await;
        gauges.blocking(Self::keep_heard).await;
    }

    /// Does what waits for a disk, which may hang, where nobody else waits behind it.
    async fn blocking(self: &Arc<Self>, work: fn(&Self)) {
        let gauges = Arc::clone(self);
        // A panic is in the log; the next measurement is another try.
        let _ = tokio::task::spawn_blocking(move || work(&gauges)).await;
    }

    fn read_certificates(&self) {
        self.certificates.iter().for_each(|file| file.tell(&self.metrics));
    }

    /// Measures what can be known at once.
    pub(super) fn measure(&self) {
        self.metrics.set_queues(self.session.unacknowledged(), self.progress.lag_rows());
        self.metrics.set_lost(self.session.lost_sessions(), self.session.dropped());
        let missing: Vec<&str> = (self.readiness)().reasons.iter().map(|missing| missing.name).collect();
        self.metrics.set_missing(&missing);
    }

    fn keep_heard(&self) {
        self.heard.keep(self.clock.now());
    }

    fn write_log(&self) {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = log.write(&self.metrics.take_interval(), self.clock.now()) {
            tracing::warn!("the log of delays cannot be written: {error}");
        }
    }
}

/// A file of certificates, and its key in the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Certificate {
    name: String,
    path: PathBuf,
    /// Whether it holds authorities, of which one is enough.
    has_authorities: bool,
}

impl Certificate {
    /// Every file of certificates that is configured.
    fn all(settings: &Settings) -> Vec<Self> {
        let mut found = Vec::new();
        let mut add = |name: String, path: Option<&PathBuf>| {
            let has_authorities = name.ends_with("ca_file");
            found.extend(path.map(|path| Self { name, path: path.clone(), has_authorities }));
        };
        let tls = settings.ingest.broker.tls.as_ref();
        add("mqtt.tls.ca_file".to_owned(), tls.map(|tls| &tls.ca_file));
        add("mqtt.tls.cert_file".to_owned(), tls.and_then(|tls| tls.client_cert_file.as_ref()));
        let openid = settings.http.openid.as_ref();
        add("http.openid.ca_file".to_owned(), openid.and_then(|openid| openid.ca_file.as_ref()));
        for channel in &settings.delivery.channels {
            let path = match &channel.kind {
                ChannelKind::Webhook(webhook) => webhook.ca_file.as_ref(),
                ChannelKind::Email(email) => email.ca_file.as_ref(),
            };
            add(format!("channels.{}.ca_file", channel.id), path);
        }
        found
    }

    fn tell(&self, metrics: &Metrics) {
        let end = if self.has_authorities { certificate::last_end } else { certificate::first_end };
        // What is wrong with a file is said by whoever needs it.
        if let Ok(Some(ends_at)) = end(&self.path) {
            metrics.set_certificate(&self.name, ends_at);
        }
    }
}
