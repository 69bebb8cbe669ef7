//! `vagus replay`.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::{ConfigFile, EXIT_USAGE, counted, workers};
use crate::app::replay::{self, ReplayError, Summary};
use crate::app::service;
use crate::config;

/// Feed recorded messages through the same engine and print the events it decides
///
/// There is no broker, no store and no clock of its own.
///
/// Each line of the input is {"received_at": "2026-03-01T08:00:00Z", "topic":
/// "vagus/v1/plant-a/gw-7/readings", "payload": {…}}, oldest first. The clock is set by received_at;
/// at the end it goes on for 48 hours, so that pending nights and deadlines are judged. The same input
/// gives the same bytes, on any machine. Rules about units are left out: `vagus units` shows those.
#[derive(Debug, Args)]
pub(super) struct ReplayArguments {
    #[command(flatten)]
    config: ConfigFile,
    /// The recorded messages; - for standard input
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// Write the events here instead of to standard output
    #[arg(long, value_name = "FILE")]
    alerts: Option<PathBuf>,
    /// The register of workers (CSV, as `vagus workers import` reads it); without it nobody has a
    /// unit, an age or a body mass index
    #[arg(long, value_name = "FILE")]
    workers: Option<PathBuf>,
    /// How many shards to run; cannot be seen in the result
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    shards: Option<u16>,
}

pub(super) fn run(arguments: &ReplayArguments) -> ExitCode {
    let (settings, engine) = match config::load(&arguments.config) {
        Ok(loaded) => loaded,
        Err(problems) => {
            eprintln!("{problems}");
            return ExitCode::from(EXIT_USAGE);
        }
    };
    let register = match arguments.workers.as_deref().map(|file| workers::read_register(file, &settings.sites)) {
        None => Vec::new(),
        Some(Ok(profiles)) => profiles,
        Some(Err(problem)) => {
            eprintln!("{problem}");
            return ExitCode::from(EXIT_USAGE);
        }
    };
    let settings = replay::Settings {
        register,
        languages: config::settings::languages(&settings.sites),
        admission: service::admission_settings(&settings),
        engine,
        shards: arguments.shards.map_or_else(|| service::shard_count(&settings), usize::from),
    };
    if let Some(alerts) = arguments.alerts.as_deref().filter(|alerts| is_same_file(alerts, &arguments.input)) {
        eprintln!("{}: the events would overwrite the input; name another file after --alerts", alerts.display());
        return ExitCode::from(EXIT_USAGE);
    }
    match with_files(&settings, &arguments.input, arguments.alerts.as_deref()) {
        Ok(summary) => {
            eprintln!(
                "{}: {} accepted, {} duplicate, {} rejected; {}",
                counted(summary.messages, "message"),
                counted(summary.accepted, "item"),
                summary.duplicate,
                summary.rejected,
                counted(summary.events, "event")
            );
            ExitCode::SUCCESS
        }
        // A reader that has seen enough, as `head` has, is no failure.
        Err(ReplayError::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            match &error {
                ReplayError::Io(error) => eprintln!("vagus replay: {error}"),
                ReplayError::Line { .. } | ReplayError::Backwards { .. } => {
                    eprintln!("{}: {error}", arguments.input.display());
                }
            }
            if error.is_usage() { ExitCode::from(EXIT_USAGE) } else { ExitCode::FAILURE }
        }
    }
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// The error with the file that it is about.
fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

fn with_files(settings: &replay::Settings, input: &Path, alerts: Option<&Path>) -> Result<Summary, ReplayError> {
    let mut output: Box<dyn Write> = match alerts {
        Some(path) => Box::new(BufWriter::new(File::create(path).map_err(|e| named(path, &e))?)),
        None => Box::new(BufWriter::new(io::stdout().lock())),
    };
    if input == Path::new("-") {
        replay::replay(settings, io::stdin().lock(), &mut output)
    } else {
        let file = File::open(input).map_err(|e| named(input, &e))?;
        replay::replay(settings, BufReader::new(file), &mut output)
    }
}
