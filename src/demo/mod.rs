//! `vagus demo`: an embedded broker, an invented workforce, a recorded feed, and the real service.
//!
//! A seed goes in; readings, answers and working days leave as MQTT messages through the broker, and
//! what the service says of them comes back the same way. The service is the one of `vagus run`, on
//! a clock that the simulator alone moves, and only once the receipts of a step are there: so nothing
//! is late by accident. What is planted never reaches the service, and nothing here decides an alert.

mod broker;
mod bus;
mod chance;
mod drive;
mod night;
mod person;
pub mod planted;
mod recorded;
pub mod report;
mod screen;
#[cfg(test)]
mod tests;
mod workforce;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;

use anyhow::{Context, Result, anyhow};
use tokio::signal::unix::{SignalKind, signal};

use bus::Bus;
use drive::{Drive, Pace};
use report::Report;
use screen::{Places, Screen};
use workforce::Workforce;

use crate::app::control::{self, Answer, Question};
use crate::app::registry_file::WorkerRow;
use crate::app::service::Service;
use crate::clock::Clock;
use crate::config::{self, Settings};
use crate::domain::SignedDuration;
use crate::engine;

const CONFIG: &str = include_str!("../../config/demo.toml");

/// What can be chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Invented workers.
    pub workers: u32,
    /// Simulated days, the last of which is today.
    pub days: u32,
    /// Days that pass in a second; 0 for as many as can be worked off.
    pub days_per_s: f64,
    /// The same seed gives the same people, readings and answers.
    pub seed: u64,
    /// Ends after the summary.
    pub is_once: bool,
    /// Prints nothing.
    pub is_quiet: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { workers: 200, days: 90, days_per_s: 1.5, seed: 1, is_once: false, is_quiet: false }
    }
}

/// The demo's configuration; ports and store are chosen when it starts.
///
/// # Errors
/// What is wrong with it, in words.
pub fn settings() -> Result<Settings> {
    config::settings::parse(CONFIG, "config/demo.toml", []).map_err(|problems| anyhow!("{problems}"))
}

/// Runs the demo: to its summary, or until a signal ends it.
///
/// # Errors
/// Where the broker or the service cannot be started, or stops on the way.
pub async fn run(options: &Options) -> Result<Report> {
    let store = tempfile::Builder::new().prefix("vagus-demo-").tempdir().context("no place for the store")?;
    let broker = broker::start().await?;
    let mut settings = settings()?;
    settings.store.path = store.path().join("store");
    settings.ingest.broker.host = broker.ip().to_string();
    settings.ingest.broker.port = broker.port();
    settings.http.listen = preferred_or_free(settings.http.listen);
    settings.http.is_demo = true;
    settings.ops.listen = preferred_or_free(settings.ops.listen);
    let engine = config::load_engine(settings.rules_path.as_deref(), settings.library_path.as_deref(), &settings.sites)
        .map_err(|problems| anyhow!("{problems}"))?;
    let site = settings.sites.first().context("config/demo.toml names no site")?;
    let (zone, root) = (site.time_zone.clone(), settings.ingest.root.clone());

    let today = zone.to_datetime(Clock::System.now()).date();
    let first = today.checked_sub(SignedDuration::from_hours(24 * i64::from(options.days.saturating_sub(1))))?;
    let begin = first.to_zoned(zone.clone())?.timestamp();
    let clock = Clock::set_at(begin);
    let workforce = Workforce::new(options.seed, options.workers, options.days, &root, first, zone.clone());
    let screen = Screen::new(options, zone, &engine.rules);

    let bus = Bus::connect(broker, &root).await?;
    let (service, store_path) = start_service(settings, engine, clock.clone()).await?;
    drive::await_ready(service.ops_address()).await?;
    register(workforce.register(), store_path.clone()).await?;
    let (ops, console) = (service.ops_address(), service.http_address());
    screen.introduce(options, &Places { broker, ops, console, store: &store_path, root: &root });
    let pace = Pace::new(options.days_per_s, begin);
    let mut drive = Drive::new(bus, clock, pace, screen, workforce, service.ops_address());
    let mut terminate = signal(SignalKind::terminate())?;
    let ended = tokio::select! {
        ended = simulate(&mut drive, options, &root) => ended,
        _ = tokio::signal::ctrl_c() => Err(anyhow!("interrupted before the summary")),
        _ = terminate.recv() => Err(anyhow!("terminated before the summary")),
    };
    if let Err(error) = ended {
        drive.screen().finish();
        service.stop().await?;
        return Err(error);
    }
    if options.is_once {
        service.stop().await?;
        return Ok(drive.into_report());
    }
    drive.screen().say(
        "\nThe service, its broker and the recorded feed go on in real time. Ctrl-C ends the demo and removes \
         its store.",
    );
    tokio::select! {
        ended = service.run_until_signal() => ended?,
        ended = drive.go_on(&root) => ended?,
    }
    Ok(drive.into_report())
}

async fn simulate(drive: &mut Drive, options: &Options, root: &str) -> Result<()> {
    for day in 0..options.days {
        drive.day(day).await?;
    }
    drive.catch_up(Clock::System.now()).await?;
    drive.recorded_feed(root).await?;
    drive.settle().await?;
    drive.conclude();
    Ok(())
}

/// Imports the register, as `vagus workers import` does.
async fn register(workers: Vec<WorkerRow>, store: PathBuf) -> Result<()> {
    let asked = tokio::task::spawn_blocking(move || {
        control::ask(&store, &Question::WorkersImport { workers, even_erased: false })
    });
    match asked.await?? {
        Some(Answer::Imported { .. }) => Ok(()),
        other => Err(anyhow!("the service did not take the register of workers: {other:?}")),
    }
}

/// Starts the service, and tells where its store is; once more on other ports where somebody took ours meanwhile.
async fn start_service(mut settings: Settings, engine: engine::Settings, clock: Clock) -> Result<(Service, PathBuf)> {
    let started = match Service::start(settings.clone(), engine.clone(), clock.clone()).await {
        Err(error) if is_address_taken(&error) => {
            let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
            settings.http.listen = any;
            settings.ops.listen = any;
            // The first attempt may still hold its store.
            settings.store.path.set_file_name("store-2");
            Service::start(settings.clone(), engine, clock).await
        }
        started => started,
    };
    Ok((started?, settings.store.path))
}

fn is_address_taken(error: &anyhow::Error) -> bool {
    let kinds = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind);
    kinds.into_iter().any(|kind| kind == io::ErrorKind::AddrInUse)
}

/// The address itself where it is free, else a free port of the same kind.
fn preferred_or_free(address: SocketAddr) -> SocketAddr {
    match TcpListener::bind(address) {
        Ok(_) => address,
        Err(_) => SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
    }
}
