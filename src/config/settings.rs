//! What the configuration means, and how it is read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::problem::{self, Problem, Problems};
use super::section::{Document, ENV_PREFIX};
use super::{delivery, holidays, mqtt, rules_file, service, traces};
use crate::cases::calendar::WorkingDays;
use crate::clock::Settings as ClockSettings;
use crate::console::ops::Settings as OpsSettings;
use crate::console::settings::Settings as ConsoleSettings;
use crate::decode::Limits;
use crate::delivery::channel::Settings as OutboxSettings;
use crate::delivery::settings::Settings as DeliverySettings;
use crate::domain::TimeZone;
use crate::domain::ids::SiteId;
use crate::domain::worker::Enrolment;
use crate::engine::Settings as EngineSettings;
use crate::ingest::Settings as IngestSettings;
use crate::otlp::Settings as TracesSettings;
use crate::store::Settings as StoreSettings;
use crate::telemetry::logging::Settings as LoggingSettings;
use crate::texts::Language;

/// A plant, hospital or office.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// Its name in topics.
    pub id: SiteId,
    /// Its time zone, by the IANA name; a worker's row may name another.
    pub time_zone: TimeZone,
    /// The language of what is written to its people. Default: English.
    pub language: Language,
    /// The days of the week on which it works. Default: Monday to Friday.
    pub working_days: WorkingDays,
    /// The file of the dates on which it does not; none where there is no such date.
    pub holidays_file: Option<PathBuf>,
}

/// Which items are admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// Whose items.
    pub enrolment: Enrolment,
    /// Readings up to so many days old.
    pub max_age_days: i64,
    /// Items up to so many seconds in the future.
    pub max_ahead_s: i64,
    /// How large a message may be.
    pub limits: Limits,
}

/// The languages in which the sites are written to.
#[must_use]
pub fn languages(sites: &[Site]) -> BTreeMap<SiteId, Language> {
    sites.iter().map(|site| (site.id.clone(), site.language)).collect()
}

impl Default for Admission {
    fn default() -> Self {
        Self { enrolment: Enrolment::Open, max_age_days: 77, max_ahead_s: 300, limits: Limits::default() }
    }
}

/// How many messages share one commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batch {
    /// At most so many messages. Default 1 000.
    pub max_messages: usize,
    /// No further message after so many bytes on disk, by a generous estimate. Default 320 KiB.
    pub max_bytes: usize,
}

impl Default for Batch {
    fn default() -> Self {
        Self { max_messages: 1_000, max_bytes: 320 * 1024 }
    }
}

/// How the engine is spread over the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Engine {
    /// The number of shards; `None` takes one for each processor. It cannot be seen in the results.
    pub shards: Option<usize>,
}

/// Everything that can be set.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The MQTT session that takes in; its `broker` is how deliveries reach the broker too.
    pub ingest: IngestSettings,
    /// The disk.
    pub store: StoreSettings,
    /// The console and the API.
    pub http: ConsoleSettings,
    /// Metrics and health.
    pub ops: OpsSettings,
    /// Which items are admitted.
    pub admission: Admission,
    /// How many messages share one commit.
    pub batch: Batch,
    /// The engine.
    pub engine: Engine,
    /// The rule file; the built-in rules where there is none.
    pub rules_path: Option<PathBuf>,
    /// The library of interventions; the built-in one where there is none.
    pub library_path: Option<PathBuf>,
    /// How the machine's clock is trusted.
    pub clock: ClockSettings,
    /// Logs.
    pub logging: LoggingSettings,
    /// Where traces go; nowhere by default.
    pub traces: Option<TracesSettings>,
    /// The sites, at least one.
    pub sites: Vec<Site>,
    /// Who is told what, besides MQTT.
    pub delivery: DeliverySettings,
    /// How the channels besides MQTT try.
    pub outbox: OutboxSettings,
}

impl Settings {
    /// The site of that name.
    #[must_use]
    pub fn site(&self, id: &SiteId) -> Option<&Site> {
        self.sites.iter().find(|site| site.id == *id)
    }
}

/// Reads a configuration file with the overrides of the environment, and the files it names that hold
/// what the engine computes with: the rule file, the library and the sites' holidays.
///
/// Relative paths are relative to the working directory of the process.
///
/// # Errors
/// Every problem of all files.
pub fn load(path: &Path) -> Result<(Settings, EngineSettings), Problems> {
    let text = problem::read(path, "name a readable file after --config")?;
    let read = read(&text, &path.display().to_string(), environment());
    let (rules, library) = (read.settings.rules_path.as_deref(), read.settings.library_path.as_deref());
    let engine = load_engine(rules, library, &read.settings.sites);
    match (read.problems.is_empty(), engine) {
        (true, Ok(engine)) => Ok((read.settings, engine)),
        (_, engine) => {
            let mut problems = read.problems;
            problems.extend(engine.err().into_iter().flat_map(|p| p.0));
            Err(Problems(problems))
        }
    }
}

/// Where the store of a configuration is, whatever else is wrong with the configuration: a command that a
/// running service answers must not wait until a file is mended that the service does not need.
///
/// # Errors
/// What is wrong with the file as a whole, or with its `[store]`.
pub fn load_store(path: &Path) -> Result<StoreSettings, Problems> {
    load_sections(path, &["store"]).map(|settings| settings.store)
}

/// Where and how the store is kept, and the sites as far as they are sound: what a restore needs.
///
/// # Errors
/// What is wrong with the file as a whole, or with its `[store]`.
pub fn load_store_and_sites(path: &Path) -> Result<(StoreSettings, Vec<SiteId>), Problems> {
    let Settings { store, sites, .. } = load_sections(path, &["store"])?;
    Ok((store, sites.into_iter().map(|site| site.id).collect()))
}

/// How the broker is reached, and what a message may hold: what a gateway needs. It has no sites of its own.
///
/// # Errors
/// What is wrong with the file as a whole, or with its `[mqtt]` or `[ingest]`.
pub fn load_mqtt(path: &Path) -> Result<(IngestSettings, Limits), Problems> {
    load_sections(path, &["mqtt", "ingest"]).map(|settings| (settings.ingest, settings.admission.limits))
}

/// The settings, of which only those sections are sound.
fn load_sections(path: &Path, sections: &[&str]) -> Result<Settings, Problems> {
    let text = problem::read(path, "name a readable file after --config")?;
    let Read { settings, mut problems, .. } = read(&text, &path.display().to_string(), environment());
    let is_ours = |key: &str| key.is_empty() || key.split('.').next().is_some_and(|first| sections.contains(&first));
    problems.retain(|problem| is_ours(&problem.key));
    if problems.is_empty() { Ok(settings) } else { Err(Problems(problems)) }
}

/// Reads what the engine computes with: the rule file and the library, each built in where there is no
/// path, and the holidays of the sites. A running service reads them again when it is told to.
///
/// # Errors
/// Every problem of the files.
pub fn load_engine(
    rules_path: Option<&Path>,
    library_path: Option<&Path>,
    sites: &[Site],
) -> Result<EngineSettings, Problems> {
    match (rules_file::load(rules_path, library_path), holidays::calendars(sites)) {
        (Ok(engine), Ok(calendars)) => Ok(EngineSettings { calendars: Arc::new(calendars), ..engine }),
        (engine, calendars) => {
            let problems = [engine.err(), calendars.err()];
            Err(Problems(problems.into_iter().flatten().flat_map(|p| p.0).collect()))
        }
    }
}

/// What a configuration file allows and hardly means; nothing of a file that cannot be read.
#[must_use]
pub fn warnings(path: &Path) -> Vec<Problem> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    read(&text, &path.display().to_string(), environment()).warnings
}

/// Reads the text of a configuration; `origin` names it in problems, `environment` overrides it.
///
/// # Errors
/// Every problem of the text and of the environment.
pub fn parse(
    text: &str,
    origin: &str,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<Settings, Problems> {
    let read = read(text, origin, environment);
    if read.problems.is_empty() { Ok(read.settings) } else { Err(Problems(read.problems)) }
}

/// The variables that override settings.
fn environment() -> Vec<(String, String)> {
    let ours = std::env::vars_os().filter_map(|(name, value)| {
        let name = name.into_string().ok().filter(|name| name.starts_with(ENV_PREFIX))?;
        Some((name, value.to_string_lossy().into_owned()))
    });
    ours.collect()
}

/// What was read: settings as far as they could be understood, problems, and every key asked for.
pub(super) struct Read {
    pub(super) settings: Settings,
    pub(super) problems: Vec<Problem>,
    /// What is allowed and hardly meant.
    pub(super) warnings: Vec<Problem>,
    #[cfg_attr(not(test), expect(dead_code, reason = "the documentation of the keys is tested against it"))]
    pub(super) known: Vec<String>,
}

pub(super) fn read(text: &str, origin: &str, environment: impl IntoIterator<Item = (String, String)>) -> Read {
    let document = match Document::parse(text, origin) {
        Ok(document) => document,
        Err(problems) => {
            return Read { settings: Settings::default(), problems, warnings: Vec::new(), known: Vec::new() };
        }
    };
    document.override_with(environment);
    let mut root = document.root();
    let mut ingest_section = root.section("ingest");
    let (admission, batch) = service::admission(&mut ingest_section);
    // First, since others name them.
    let sites = service::sites(&mut root);
    let mut settings = Settings {
        ingest: mqtt::read(&mut root, &mut ingest_section),
        store: service::store(root.section("store")),
        http: service::http(root.section("http"), &sites),
        ops: service::ops(root.section("ops")),
        admission,
        batch,
        engine: service::engine(root.section("engine")),
        rules_path: service::path(root.section("rules"), "path"),
        library_path: service::path(root.section("care"), "library"),
        clock: service::clock(root.section("clock")),
        logging: service::logging(root.section("log")),
        traces: traces::read(root.section("traces")),
        sites,
        delivery: DeliverySettings::default(),
        outbox: OutboxSettings::default(),
    };
    settings.outbox = service::outbox(root.section("outbox"), &mut settings.store);
    settings.delivery = delivery::read(&mut root, &settings.sites);
    for moved in ["indicators", "exposures"] {
        let remedy =
            format!("move [{moved}] into the rule file that rules.path names; config/rules.toml shows all of it");
        root.refuse(moved, "is a section of the rule file now", &remedy);
    }
    check_together(&root, &ingest_section, &settings);
    ingest_section.finish();
    root.finish();
    let warnings = document.take_warnings();
    let (problems, known) = document.finish();
    Read { settings, problems, warnings, known }
}

/// What no setting can know alone.
fn check_together(root: &super::section::Section<'_>, ingest: &super::section::Section<'_>, settings: &Settings) {
    let (http, ops) = (settings.http.listen, settings.ops.listen);
    if http == ops && http.port() != 0 {
        root.problem("ops.listen", &format!("is {ops}, as http.listen is"), "give the two different ports");
    }
    let (payload, packet) = (settings.admission.limits.max_payload_bytes, settings.ingest.max_packet_bytes as usize);
    if payload > packet {
        ingest.problem(
            "max_payload_bytes",
            &format!("is {payload}, more than a packet may have ({packet})"),
            "lower it, or raise ingest.max_packet_bytes",
        );
    }
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
