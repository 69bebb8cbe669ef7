//! The running service: what is started, in which order, and how it ends.
//!
//! Started: the operators' listener, store, recovery, the threads that decode, make rows and apply them, delivery, the
//! MQTT session, the control socket. Ended in the order of the data: the
//! session takes nothing more, the sequencer writes its last row, the applier applies it and saves
//! the workers, delivery sends what it can.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use tokio::sync::{mpsc, watch};

use super::admission::{self, Admission};
use super::applier::{Applier, Timing, Waiting};
use super::channels;
use super::clock_watch;
use super::committee::Committees;
use super::control::{self, Served, Staff};
use super::decoder;
use super::gauges::Gauges;
use super::intake::Intake;
use super::keeper;
use super::office::{self, Machine};
use super::outbound::{Outbound, WatchedOutbox};
use super::parts::{self, Parts};
use super::readiness;
use super::recovery::{self, Recovered};
use super::registry::{CaseDirectory, Numbers};
use super::sequencer::{Command, Ports, Progress, Sequencer};
use super::shards::Shards;
use super::signals::{Asked, Signals};
use super::starts::Starts;
use super::startup::{self, Begun};
use super::statistics;
use super::strangers;
use super::supervision;
use super::units::UnitReviews;
use crate::clock::Clock;
use crate::config::settings::{Batch, Site};
use crate::config::{self, Settings};
use crate::console::{Console, ops};
use crate::delivery::channel::{self, Channel};
use crate::delivery::outbox::Deliverer;
use crate::delivery::routing::{Router, SiteWays};
use crate::delivery::{mqtt, outbox};
use crate::domain::TimeZone;
use crate::domain::ids::ChannelId;
use crate::domain::ids::SiteId;
use crate::engine::{self, Mode};
use crate::ingest::{self, AckToken, Arrival, SessionStatus};
use crate::otlp::Exporter;
use crate::store::{Store, Taken};
use crate::telemetry::Metrics;
use crate::telemetry::panics::broke_off;
use crate::telemetry::traces::Traces;

/// How long the last events may take to leave at the end.
const DELIVERY_GRACE: Duration = Duration::from_secs(2);
/// How often that is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Batches of decoded messages that may wait for the sequencer.
const DECODED_IN_FLIGHT: usize = 8;
/// Rows that may wait to be applied.
const ROWS_IN_FLIGHT: usize = 8;
/// Batches of acknowledgements that may wait for the session.
const ACKS_IN_FLIGHT: usize = 64;
/// Commands that may wait for the sequencer.
const COMMANDS_IN_FLIGHT: usize = 16;

/// A running service.
#[derive(Debug)]
pub struct Service {
    ops_address: SocketAddr,
    web: Web,
    shutdown: watch::Sender<bool>,
    end_delivery: watch::Sender<bool>,
    store: Store,
    rules: watch::Sender<engine::Settings>,
    sources: Sources,
    rules_version: Arc<AtomicU64>,
    /// The first that ends on its own ends the service.
    parts: Parts,
}

/// The console, and where it is served.
#[derive(Debug)]
struct Web {
    console: Console,
    address: SocketAddr,
}

/// Where the rules come from when they are read again.
#[derive(Debug)]
struct Sources {
    rules: Option<PathBuf>,
    library: Option<PathBuf>,
    sites: Vec<Site>,
}

impl Sources {
    fn of(settings: &Settings) -> Self {
        let Settings { rules_path, library_path, sites, .. } = settings;
        Self { rules: rules_path.clone(), library: library_path.clone(), sites: sites.clone() }
    }
}

/// What was found on disk, ready to go on.
struct Opened {
    store: Store,
    shards: Shards,
    directory: CaseDirectory,
    recovered: Recovered,
}

impl Opened {
    fn progress(&self) -> Progress {
        Progress::new(self.recovered.applied, self.recovered.last_row, self.shards.poll_timeout())
    }
}

/// What the parts of a service share.
struct Shared {
    clock: Clock,
    metrics: Metrics,
    traces: Traces,
    progress: Arc<Progress>,
    outbound: Outbound,
    rules_version: Arc<AtomicU64>,
    new_rules: watch::Receiver<engine::Settings>,
    changes: watch::Sender<u64>,
    starts: Arc<Starts>,
}

impl Service {
    /// Starts everything; when this returns, the session is on its way to the broker.
    ///
    /// # Errors
    /// Where the store cannot be opened or read, or an address is taken.
    pub async fn start(settings: Settings, engine: engine::Settings, clock: Clock) -> anyhow::Result<Self> {
        let (sources, rules_version) = (Sources::of(&settings), Arc::new(AtomicU64::new(engine.rules.version())));
        let (shutdown, stopping) = watch::channel(false);
        let begun = startup::begin(&settings, &engine, &clock, stopping.clone()).await?;
        let Begun { taken, metrics, starts, readiness: late, ops_address, mut parts } = begun;
        let opened = open(taken, &settings, engine.clone(), (&clock, &metrics)).await?;
        starts.keep_again();
        let (progress, session) = (Arc::new(opened.progress()), Arc::new(SessionStatus::default()));
        let (store, kept) = (opened.store.clone(), opened.store.clone());
        let (traces, exporter) = traces(&settings, &clock, &metrics)?;
        let (outbound, publisher_task) = outbound(&settings, &store, &clock, &metrics, &traces);
        let store_path = &settings.store.path;
        let readiness = readiness::check(&session, outbound.publisher.status(), &progress, store_path, clock.clone());
        let (changes, changed) = watch::channel(0);
        let machine = machine(&settings, (&session, &progress, &metrics), (&readiness, changed));
        let gauges = Gauges::of(&settings, (&session, &progress, &metrics), &readiness, &clock);
        let control = control::listen(store_path).context("the control socket cannot be opened")?;

        // Delivery ends after the rows: what they say must still leave.
        let (end_delivery, delivery_stopping) = watch::channel(false);
        let (rules, new_rules) = watch::channel(engine);
        let channels = channels::open(&settings, &outbound, &store, &clock, (&metrics, &traces))?;
        let (ingest_ports, arrivals, acks) = ingest_ports(&settings, session, &metrics, &stopping);
        let (commands_in, commands) = mpsc::channel(COMMANDS_IN_FLIGHT);
        let supervised = supervision::watch(commands_in.clone(), Arc::clone(&readiness), stopping.clone());
        let told = outbound.clone();
        let shared = Shared {
            clock: clock.clone(),
            metrics: metrics.clone(),
            traces: traces.clone(),
            progress,
            outbound,
            rules_version: Arc::clone(&rules_version),
            new_rules: new_rules.clone(),
            changes,
            starts,
        };
        let decoded = start_threads(&settings, opened, shared, (arrivals, commands, acks), &mut parts)?;

        let leaving = (publisher_task, deliverer(&told, &metrics), exporter);
        let channels = start_delivery(leaving, channels, &mut parts, &delivery_stopping);
        gauges.measure();
        parts.task("gauges", gauges.run(delivery_stopping.clone()));
        parts.task("clock", clock_watch::watch(clock.clone(), metrics.clone(), stopping.clone()));
        let (commands, engine, staff) = (commands_in, new_rules, Staff::of(&settings.delivery.recipients));
        let (outbound, intake, console) = (told, Intake::of(&settings, decoded, traces), None);
        let (problem, keeping) = watch::channel(None);
        let served =
            Served { keeping, store, commands, clock, channels, outbound, engine, staff, machine, intake, console };
        let web = serve_console(&settings, &served, &mut parts, stopping.clone()).await?;
        let keeper = keeper::keep(kept.clone(), web.console.clone(), metrics.clone(), problem, stopping.clone());
        parts.task("keeper", keeper);
        let served = Served { console: Some(web.console.clone()), ..served };
        parts.task("control", control::serve(control, served, stopping.clone()));
        parts.task("ingest", take_in(settings.ingest, ingest_ports));
        parts.task("supervision", supervised);
        late.know(readiness);
        metrics.start_ended();
        tracing::info!(ops = %ops_address, console = %web.address, "the service runs");
        Ok(Self { ops_address, web, shutdown, end_delivery, store: kept, rules, sources, rules_version, parts })
    }

    /// Where metrics and health are served.
    #[must_use]
    pub const fn ops_address(&self) -> SocketAddr {
        self.ops_address
    }

    /// Where the console is served.
    #[must_use]
    pub const fn http_address(&self) -> SocketAddr {
        self.web.address
    }

    /// The console.
    #[must_use]
    pub const fn console(&self) -> &Console {
        &self.web.console
    }

    /// Runs until SIGTERM or SIGINT, reading the rules and holidays again at SIGHUP. SIGUSR1 raises the level of the
    /// logs by one step, SIGUSR2 gives the configured one back.
    ///
    /// # Errors
    /// Where a part of the service ended unasked, as it does where the store fails, and the service had to stop.
    pub async fn run_until_signal(mut self) -> anyhow::Result<()> {
        let mut signals = Signals::listen()?;
        let unasked = loop {
            tokio::select! {
                asked = signals.next() => match asked {
                    Asked::Stop => break None,
                    Asked::Reload => self.reload_rules(),
                },
                ended = self.parts.one_ended() => break Some(ended),
            }
        };
        if let Some(ended) = &unasked {
            tracing::error!("{ended}; the service stops");
        }
        // What a part says of its own end says more than that it ended.
        self.stop().await?;
        unasked.map_or(Ok(()), Err)
    }

    /// Reads the rule file, the library and the holidays again; where one has a mistake, all stays as it was.
    pub fn reload_rules(&self) {
        let Sources { rules, library, sites } = &self.sources;
        match config::load_engine(rules.as_deref(), library.as_deref(), sites) {
            Ok(engine) => {
                let version = engine.rules.version();
                tracing::info!(
                    version = format!("{version:016x}"),
                    "new rules are in force, and library and holidays as they are now"
                );
                self.rules_version.store(version, Ordering::Release);
                let _ = self.rules.send(engine);
            }
            Err(problems) => tracing::error!(
                "the new rules are refused, the old ones stay, and so do library and holidays:\n{problems}"
            ),
        }
    }

    /// Stops in the order of the data, and waits for it.
    ///
    /// # Errors
    /// Where the store failed, or a part broke off.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        tracing::info!("stopping");
        supervision::stopping();
        let _ = self.shutdown.send(true);
        let threads = self.parts.take_threads();
        let ended = tokio::task::spawn_blocking(move || parts::join(threads)).await;
        let ended = ended.unwrap_or_else(|error| Err(anyhow::anyhow!("the end broke off: {}", broke_off(&error))));
        self.let_deliver().await;
        let _ = self.end_delivery.send(true);
        let joined = self.parts.join_tasks().await;
        ended.and(joined)
    }
}

impl Service {
    /// Gives the last events and receipts a short while to leave; the rest leaves after the next start.
    async fn let_deliver(&self) {
        let leaving = async {
            // Other channels may be down for days; what goes over the broker is gone at once.
            while self.store.pending_len(&ChannelId::mqtt()) > 0 {
                tokio::time::sleep(LOOK_EVERY).await;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        };
        let _ = tokio::time::timeout(DELIVERY_GRACE, leaving).await;
    }
}

/// What the console is told of the service itself.
fn machine(
    settings: &Settings,
    (session, progress, metrics): (&Arc<SessionStatus>, &Arc<Progress>, &Metrics),
    (readiness, changes): (&ops::ReadinessCheck, watch::Receiver<u64>),
) -> Arc<Machine> {
    Arc::new(Machine {
        readiness: Arc::clone(readiness),
        session: Arc::clone(session),
        progress: Arc::clone(progress),
        metrics: metrics.clone(),
        changes,
        enrolment: settings.admission.enrolment,
        settings: office::settings(settings),
        groups: tokio::sync::Mutex::default(),
        looking_back: tokio::sync::Semaphore::new(1),
    })
}

/// What the MQTT session is connected to, and the other ends: where messages come out, and where it is told what is
/// on disk.
fn ingest_ports(
    settings: &Settings,
    status: Arc<SessionStatus>,
    metrics: &Metrics,
    stopping: &watch::Receiver<bool>,
) -> (ingest::Ports, mpsc::Receiver<Arrival>, mpsc::Sender<Vec<AckToken>>) {
    let (arrivals, messages) = mpsc::channel(settings.ingest.channel_capacity());
    let (told, acks) = mpsc::channel(ACKS_IN_FLIGHT);
    let (metrics, shutdown) = (metrics.clone(), stopping.clone());
    (ingest::Ports { arrivals, acks, status, metrics, shutdown }, messages, told)
}

/// Opens the console and serves it. Where nobody has an account yet, an administrator is made and its password told once,
/// on standard output: the log is read by others.
async fn serve_console(
    settings: &Settings,
    served: &Served,
    parts: &mut Parts,
    stopping: watch::Receiver<bool>,
) -> anyhow::Result<Web> {
    let console = Console::open(&settings.http, &settings.store.path, Arc::new(served.clone()))?;
    if let Some((name, password)) = console.first_administrator()? {
        use std::io::Write as _;
        let told = writeln!(
            std::io::stdout(),
            "The console has its first account. Name: {name}  Password: {password}\n\
             It is told this once; the first sign-in asks for one of your own."
        );
        if let Err(error) = told {
            tracing::warn!("the first password could not be printed: {error}");
        }
    }
    let listener = console.listen(&settings.http).await?;
    let address = listener.address();
    parts.task("console", listener.serve(until(stopping)));
    Ok(Web { console, address })
}

/// Opens the store and brings the engines to where they were; then there are figures to show.
async fn open(
    taken: Taken,
    settings: &Settings,
    engine_settings: engine::Settings,
    (clock, metrics): (&Clock, &Metrics),
) -> anyhow::Result<Opened> {
    let mut shards = Shards::new(shard_count(settings), &engine_settings, Mode::Rebuild);
    let sites: Vec<SiteId> = settings.sites.iter().map(|site| site.id.clone()).collect();
    let (clock, metrics) = (clock.clone(), metrics.clone());
    tokio::task::spawn_blocking(move || {
        let store = taken.open().context("the store cannot be opened")?;
        let directory = CaseDirectory::default();
        let recovered =
            recovery::recover(&store, &mut shards, &directory).context("the store cannot be brought back")?;
        let mut stored = BTreeMap::new();
        for (_, history) in shards.histories() {
            *stored.entry(&history.profile.key.site).or_default() += 1;
        }
        if let Some(words) = strangers::in_words(&strangers::unknown(stored, &sites)) {
            tracing::warn!("{words}");
        }
        statistics::count(&shards, &store, recovered.last_now.max(clock.now()), &metrics);
        Ok(Opened { store, shards, directory, recovered })
    })
    .await
    .map_err(|error| anyhow::anyhow!("the store could not be brought back: {}", broke_off(&error)))?
}

type SequencerEnds = (mpsc::Receiver<Arrival>, mpsc::Receiver<Command>, mpsc::Sender<Vec<AckToken>>);

/// Starts the threads that decode messages, make rows of them and apply those. Gives the way to the sequencer for
/// decoded messages.
fn start_threads(
    settings: &Settings,
    opened: Opened,
    shared: Shared,
    (arrivals, commands, acks): SequencerEnds,
    parts: &mut Parts,
) -> anyhow::Result<mpsc::WeakSender<Vec<decoder::Opened>>> {
    let Opened { store, shards, directory, recovered } = opened;
    let Recovered { registry, undecided, applied, last_row, last_now } = recovered;
    let mut applier = Applier {
        shards,
        store: store.clone(),
        clock: shared.clock.clone(),
        progress: Arc::clone(&shared.progress),
        metrics: shared.metrics.clone(),
        traces: shared.traces.clone(),
        directory: directory.clone(),
        outbound: shared.outbound,
        rules: shared.new_rules,
        changes: shared.changes,
        units: UnitReviews::of(zones(settings)),
        committees: Committees::of(zones(settings)),
        last_row: applied,
        last_now,
    };
    let sequencer = Sequencer {
        admission: Admission::new(admission_settings(settings), registry, Numbers::Random, directory),
        store,
        clock: shared.clock,
        progress: shared.progress,
        metrics: shared.metrics,
        rules_version: shared.rules_version,
        batch: Batch {
            // Room for one more message, however long: a row that is too long would stop the service.
            max_bytes: settings.batch.max_bytes.min(settings.store.max_row_bytes / 3),
            ..settings.batch
        },
        last_row,
        last_now,
    };
    let (work, work_out) = std::sync::mpsc::sync_channel(ROWS_IN_FLIGHT);
    let runtime = tokio::runtime::Handle::current();
    let (opened_in, messages) = mpsc::channel(DECODED_IN_FLIGHT);
    let ports = Ports { messages, commands, acks, work };
    let (root, limits) = (settings.ingest.root.clone(), settings.admission.limits);
    // Weak: the sequencer ends with the decoder, whoever else may hand messages over.
    let decoded = opened_in.downgrade();
    let (starts, noted, traces) = (Arc::clone(&shared.starts), shared.starts, shared.traces);
    parts.thread("decode", move || {
        decoder::run(&root, &limits, arrivals, &opened_in, &traces);
        Ok(())
    })?;
    parts.thread("apply", move || {
        // Rows that were perhaps not decided before the last end come first.
        let mut undecided = undecided.into_iter();
        let applied = undecided.try_for_each(|row| applier.apply(row, Waiting::default(), Timing::fresh()));
        let ended = applied.and_then(|()| applier.run(&work_out));
        Ok(ended.inspect_err(|_| starts.commit_failed())?)
    })?;
    parts.thread("sequence", move || Ok(sequencer.run(ports, &runtime).inspect_err(|_| noted.commit_failed())?))?;
    Ok(decoded)
}

fn router(settings: &Settings) -> Router {
    let ways = |site: &Site| SiteWays { zone: site.time_zone.clone(), language: site.language };
    let sites = settings.sites.iter().map(|site| (site.id.clone(), ways(site)));
    Router::new(settings.ingest.root.as_str().into(), settings.delivery.clone(), sites)
}

/// Starts what leaves over MQTT and over other channels, and traces.
fn start_delivery(
    (publisher, deliverer, exporter): (mqtt::PublisherTask, Deliverer<WatchedOutbox>, Option<Exporter>),
    channels: Vec<Channel>,
    parts: &mut Parts,
    stopping: &watch::Receiver<bool>,
) -> Arc<[channel::Handle]> {
    parts.task("publisher", publisher.run(stopping.clone()));
    parts.task("deliverer", deliverer.run(stopping.clone()));
    if let Some(exporter) = exporter {
        parts.task("traces", exporter.run(stopping.clone()));
    }
    channels::start(channels, parts, stopping)
}

/// Where traces go, and what sends them there, where they go anywhere.
fn traces(settings: &Settings, clock: &Clock, metrics: &Metrics) -> anyhow::Result<(Traces, Option<Exporter>)> {
    let Some(settings) = &settings.traces else { return Ok((Traces::nowhere(metrics.clone()), None)) };
    let (traces, exporter) = Exporter::open(settings, clock, metrics).context("traces cannot be sent")?;
    Ok((traces, Some(exporter)))
}

fn outbound(
    settings: &Settings,
    store: &Store,
    clock: &Clock,
    metrics: &Metrics,
    traces: &Traces,
) -> (Outbound, mqtt::PublisherTask) {
    let (publisher, task) = mqtt::channel(delivery_settings(settings));
    let waiting = WatchedOutbox::new(store.clone(), clock.clone(), metrics.clone(), traces.clone());
    (Outbound::new(publisher, waiting, &settings.ingest.root, router(settings)), task)
}

fn deliverer(outbound: &Outbound, metrics: &Metrics) -> Deliverer<WatchedOutbox> {
    Deliverer {
        outbox: Arc::clone(&outbound.outbox),
        publisher: outbound.publisher.clone(),
        wake: Arc::clone(&outbound.wake),
        settings: outbox::Settings::default(),
        metrics: metrics.clone(),
    }
}

/// The sites with their zones.
fn zones(settings: &Settings) -> impl Iterator<Item = (SiteId, TimeZone)> {
    settings.sites.iter().map(|site| (site.id.clone(), site.time_zone.clone()))
}

/// Completes when the service stops.
pub(super) async fn until(mut stopping: watch::Receiver<bool>) {
    // An error means that the service is gone, which is a reason to stop as well.
    let _ = stopping.wait_for(|stop| *stop).await;
}

async fn take_in(settings: ingest::Settings, ports: ingest::Ports) {
    if let Err(error) = ingest::run(settings, ports).await {
        tracing::error!("the MQTT session ended: {error}");
    }
}

fn delivery_settings(settings: &Settings) -> mqtt::Settings {
    mqtt::Settings {
        broker: settings.ingest.broker.clone(),
        client_id: format!("{}-delivery", settings.ingest.client_id),
        ..mqtt::Settings::default()
    }
}

/// What messages are held against.
#[must_use]
pub fn admission_settings(settings: &Settings) -> admission::Settings {
    admission::Settings {
        root: settings.ingest.root.clone(),
        sites: settings.sites.iter().map(|site| (site.id.clone(), site.time_zone.clone())).collect(),
        enrolment: settings.admission.enrolment,
        max_age_days: settings.admission.max_age_days,
        max_ahead_s: settings.admission.max_ahead_s,
        limits: settings.admission.limits,
    }
}

/// How many shards run: one for each processor, where nothing else is set.
#[must_use]
pub fn shard_count(settings: &Settings) -> usize {
    let processors = || std::thread::available_parallelism().map_or(1, usize::from);
    settings.engine.shards.unwrap_or_else(processors)
}

#[cfg(test)]
#[path = "service_tests.rs"]
mod tests;
