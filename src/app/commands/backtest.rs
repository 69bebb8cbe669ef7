//! `vagus backtest`.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::operator::{self, OperatorError};
use super::{ConfigFile, EXIT_USAGE, Output, backtest_table, workers};
use crate::app::backtest::{self, Plan, Report, Sides, recorded, stored};
use crate::app::histories::HistoriesError;
use crate::app::replay::{self, ReplayError};
use crate::app::service;
use crate::config::{self, Settings, rules_file};
use crate::domain::Date;
use crate::engine;

/// Compares two rule files on the past: which cases would open, which no longer, how many by chance.
///
/// The rule file in force (of --config) and the new one judge the same past. With --input that is a
/// recorded feed, as for `vagus replay`; without, it is what the service has stored, asked from the
/// running service or read from its store. Nothing is changed and nothing is sent.
#[derive(Debug, Args)]
#[command(after_help = "\
In both ways the actions of a case are taken as done when they are due, so that a case ends and, after \
the cool-down, another can open. A stored history does not tell when an item arrived: each is taken as if it came on its own day. \
It reaches back 77 days where nights are older than five months, and to its begin where they are not.

By chance: every worker's HRV and sleeping heart rate are drawn anew with the worker's own mean, spread and \
night-to-night correlation, all else stays; what opens then, and would not without HRV, opened by chance.

Exit status: 0 done, 1 failed while running, 2 wrong use, configuration or rule file.")]
pub(super) struct BacktestArguments {
    #[command(flatten)]
    config: ConfigFile,
    /// The new rule file
    #[arg(long, value_name = "FILE")]
    rules: PathBuf,
    /// A recorded feed instead of the stored history
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// The register of workers (CSV) for a recorded feed
    #[arg(long, value_name = "FILE", requires = "input")]
    workers: Option<PathBuf>,
    /// Count cases from this day on, e.g. 2026-03-01
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// Count cases up to this day
    #[arg(long, value_name = "DATE")]
    to: Option<Date>,
    /// How often healthy nights are drawn; 0 leaves chance out
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(0..=1_000))]
    repeats: u32,
    /// The same seed gives the same draws
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How to print
    #[arg(long, value_enum, default_value = "table")]
    output: Output,
}

/// Why a backtest failed.
#[derive(Debug, thiserror::Error)]
enum BacktestError {
    /// The stored history cannot be had.
    #[error("{0}")]
    Stored(#[from] HistoriesError<OperatorError>),
    /// The recorded feed cannot be opened or read.
    #[error("{path}: {error}", path = path.display())]
    Recorded { path: PathBuf, error: ReplayError },
}

pub(super) fn run(arguments: &BacktestArguments) -> ExitCode {
    let (settings, plan) = match read(arguments) {
        Ok(read) => read,
        Err(problems) => {
            eprintln!("{problems}");
            return ExitCode::from(EXIT_USAGE);
        }
    };
    let found = match &arguments.input {
        Some(input) => from_recording(arguments, &settings, &plan, input),
        None => from_store(&settings, &plan),
    };
    let (report, notes) = match found {
        Ok(found) => found,
        Err(Failure::Usage(problem)) => {
            eprintln!("{problem}");
            return ExitCode::from(EXIT_USAGE);
        }
        Err(Failure::Running(error)) => {
            eprintln!("{error}");
            let is_usage = matches!(&error, BacktestError::Recorded { error, .. } if error.is_usage());
            return if is_usage { ExitCode::from(EXIT_USAGE) } else { ExitCode::FAILURE };
        }
    };
    let (old, new) = (rules_name(&settings), arguments.rules.display().to_string());
    let files = Sides { old: old.as_str(), new: new.as_str() };
    let source = if arguments.input.is_some() { "recorded" } else { "stored" };
    match arguments.output {
        Output::Json => {
            operator::say(format_args!("{}", backtest::to_json(&report, &plan, source, files, &notes)));
        }
        Output::Table => backtest_table::print(&report, &plan, source, files, &notes),
    }
    ExitCode::SUCCESS
}

/// Why there is no report.
enum Failure {
    Usage(String),
    Running(BacktestError),
}

fn read(arguments: &BacktestArguments) -> Result<(Settings, Plan), String> {
    let loaded = config::load(&arguments.config);
    let new = match rules_file::load_rules(Some(&arguments.rules)) {
        Ok(new) => Ok(new),
        // Said here, because the file is not one that the configuration names.
        Err(_) if !arguments.rules.is_file() => {
            Err(format!("{}: is no file that can be read; name a rule file after --rules", arguments.rules.display()))
        }
        Err(problems) => Err(problems.to_string()),
    };
    let ((settings, old), new) = match (loaded, new) {
        (Ok(loaded), Ok(new)) => (loaded, new),
        (Err(problems), Ok(_)) => return Err(problems.to_string()),
        (Ok(_), Err(problem)) => return Err(problem),
        (Err(problems), Err(more)) => return Err(format!("{problems}\n{more}")),
    };
    let (from, to) = (arguments.from, arguments.to);
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        return Err(format!("--from {from} is after --to {to}; give the earlier day first"));
    }
    // A rule file says nothing of the sites' calendars: they are the same under both.
    let new = engine::Settings { calendars: Arc::clone(&old.calendars), ..new };
    let engines = Sides { old, new };
    Ok((settings, Plan { engines, from, to, repeats: arguments.repeats, seed: arguments.seed }))
}

fn rules_name(settings: &Settings) -> String {
    settings.rules_path.as_ref().map_or_else(|| "built in".to_owned(), |path| path.display().to_string())
}

fn from_recording(
    arguments: &BacktestArguments,
    settings: &Settings,
    plan: &Plan,
    input: &Path,
) -> Result<(Report, Vec<String>), Failure> {
    if input == Path::new("-") {
        return Err(Failure::Usage("--input - cannot be read twice; name a file".to_owned()));
    }
    let register = arguments.workers.as_deref().map(|file| workers::read_register(file, &settings.sites));
    let register = register.transpose().map_err(Failure::Usage)?.unwrap_or_default();
    let failed = |error| Failure::Running(BacktestError::Recorded { path: input.to_owned(), error });
    let bytes = std::fs::metadata(input).map_err(|error| failed(error.into()))?.len();
    let bar = progress(Some(2 * bytes), "{bar:40} {percent} % of the recording, twice  {eta} to go");
    let drawn = progress(None, "{spinner} {pos} workers drawn  {elapsed}");
    let replayed = replay::Settings {
        register,
        languages: config::settings::languages(&settings.sites),
        admission: service::admission_settings(settings),
        engine: plan.engines.old.clone(),
        shards: service::shard_count(settings),
    };
    let open = || Ok(BufReader::new(bar.wrap_read(File::open(input)?)));
    let report = recorded::backtest(plan, &replayed, open, || {
        bar.finish_and_clear();
        drawn.inc(1);
    });
    bar.finish_and_clear();
    drawn.finish_and_clear();
    let mut notes = vec![FOLLOW_UP.to_owned()];
    if plan.repeats > 0 {
        notes.push("chance is reckoned from the nights that the engine still remembers at the end".to_owned());
    }
    Ok((report.map_err(failed)?, notes))
}

/// What is assumed in either way.
const FOLLOW_UP: &str = "the actions of a case are taken as done when they are due";

/// From the running service, or from the store itself where none runs.
fn from_store(settings: &Settings, plan: &Plan) -> Result<(Report, Vec<String>), Failure> {
    let spinner = progress(None, "{spinner} {pos} workers looked at  {elapsed}");
    let mut stored = operator::Stored::of(settings);
    let found = stored::backtest(plan, |from| stored.histories(from), || spinner.inc(1));
    spinner.finish_and_clear();
    let found = found.map_err(|error| Failure::Running(error.into()))?;
    let mut notes = vec![
        FOLLOW_UP.to_owned(),
        "when an item arrived is not stored: each is taken as if it came on its own day".to_owned(),
        "what was found on a worker's first day may have stood before: it is marked * and counts in no rate".to_owned(),
    ];
    if stored.is_read_directly() && found.unsaved_rows > 0 {
        notes.push(format!(
            "{} rows of the journal are not in it, because the service was killed; they are after its next start",
            found.unsaved_rows
        ));
    }
    Ok((found.report, notes))
}

/// A bar or a spinner on a terminal, nothing elsewhere.
fn progress(length: Option<u64>, template: &str) -> ProgressBar {
    let bar = length.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}
