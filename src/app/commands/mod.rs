//! The commands of the binary, one file each.
//!
//! Exit status: 0 done, 1 failed while running, 2 wrong use or configuration. Results go to standard
//! output, logs to standard error.

mod accounts;
mod backtest;
mod backtest_table;
mod backup;
mod cases;
mod cases_print;
mod check;
mod clock;
mod completions;
#[cfg(feature = "demo")]
mod demo;
mod hrv;
mod log;
mod man;
mod openapi;
mod operator;
mod outbox;
mod outbox_test;
mod publish;
mod quarantine;
mod relate;
mod remedies;
mod replay;
mod restore;
mod run;
mod schema;
mod score;
mod strain;
mod units;
mod workers;

use std::fmt::Display;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// So many of something, in words.
fn counted<N: Display + PartialEq + From<u8>>(number: N, one: &str) -> String {
    match one.strip_suffix('y') {
        _ if number == N::from(1) => format!("1 {one}"),
        Some(stem) => format!("{number} {stem}ies"),
        None => format!("{number} {one}s"),
    }
}

/// Wearable stream processing for occupational health.
#[derive(Debug, Parser)]
#[command(name = "vagus", version, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    // The arguments say what it does, at length.
    Accounts(accounts::AccountsArguments),
    /// Compare two rule files on the past: cases that would open, that no longer would, and by chance
    Backtest(backtest::BacktestArguments),
    // The arguments say what it does, at length.
    Backup(backup::BackupArguments),
    // The arguments say what it does, at length.
    Cases(cases::CasesArguments),
    /// Read every setting and the rules, or judge a file of messages, and tell every problem
    Check(check::CheckArguments),
    /// Tell a running service to believe the machine's clock again, after a step
    Clock(clock::ClockArguments),
    /// Print what makes a shell complete the words of this command
    Completions(completions::CompletionsArguments),
    /// Show everything in one process: broker, invented workforce, recorded feed, service
    #[cfg(feature = "demo")]
    Demo(demo::DemoArguments),
    /// Measure heart-rate variability in a file of beat intervals and print one JSON object
    Hrv(hrv::HrvArguments),
    /// Show the level of a running service's logs, or change it for a while
    Log(log::LogArguments),
    /// Print the manual page, or write one for each command
    Man(man::ManArguments),
    /// Print the OpenAPI document of the API
    Openapi,
    // The arguments say what it does, at length.
    Outbox(outbox::OutboxArguments),
    // The arguments say what it does, at length.
    Publish(publish::PublishArguments),
    /// Show what was refused and why, and look at it once more
    Quarantine(quarantine::QuarantineArguments),
    /// Show how questionnaires go with what the wristbands show, for groups of workers
    Relate(relate::RelateArguments),
    // The arguments say what it does, at length.
    Replay(replay::ReplayArguments),
    // The arguments say what it does, at length.
    Restore(restore::RestoreArguments),
    /// Run the service
    Run(run::RunArguments),
    // The arguments say what it does, at length.
    Schema(schema::SchemaArguments),
    /// Score one questionnaire and print one JSON object
    Score(score::ScoreArguments),
    /// Tell daytime strain from recordings of a wristband, minute by minute
    Strain(strain::StrainArguments),
    // As above.
    Units(units::UnitsArguments),
    /// Keep the register of workers
    Workers(workers::WorkersArguments),
}

/// Which configuration a command works with.
#[derive(Debug, Args)]
struct ConfigFile {
    /// The configuration of the service; by default /etc/vagus/vagus.toml, or config/vagus.toml where that is not there
    #[arg(
        id = "config",
        long = "config",
        value_name = "FILE",
        global = true,
        env = "VAGUS_CONFIG",
        default_value_os_t = Self::usual(),
        hide_default_value = true
    )]
    path: PathBuf,
}

impl ConfigFile {
    /// Where a package keeps it, else where a checkout has it.
    fn usual() -> PathBuf {
        let installed = Path::new("/etc/vagus/vagus.toml");
        if installed.exists() { installed } else { Path::new("config/vagus.toml") }.to_owned()
    }
}

impl Deref for ConfigFile {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.path
    }
}

/// How a result is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    /// JSON.
    Json,
    /// A table for reading.
    Table,
}

/// Exit status of wrong use or configuration.
pub const EXIT_USAGE: u8 = 2;

/// Reads the arguments and runs the command.
#[must_use]
pub fn main() -> ExitCode {
    crate::telemetry::panics::tell_without_payload();
    match Arguments::parse().command {
        Command::Accounts(arguments) => accounts::run(arguments),
        Command::Backtest(arguments) => backtest::run(&arguments),
        Command::Backup(arguments) => backup::run(arguments),
        Command::Cases(arguments) => cases::run(arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Clock(arguments) => clock::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments),
        #[cfg(feature = "demo")]
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Hrv(arguments) => hrv::run(&arguments),
        Command::Log(arguments) => log::run(arguments),
        Command::Man(arguments) => man::run(&arguments),
        Command::Openapi => openapi::run(),
        Command::Outbox(arguments) => outbox::run(arguments),
        Command::Publish(arguments) => publish::run(&arguments),
        Command::Quarantine(arguments) => quarantine::run(arguments),
        Command::Relate(arguments) => relate::run(&arguments),
        Command::Replay(arguments) => replay::run(&arguments),
        Command::Restore(arguments) => restore::run(&arguments),
        Command::Run(arguments) => run::run(&arguments),
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Score(arguments) => score::run(&arguments),
        Command::Strain(arguments) => strain::run(&arguments),
        Command::Units(arguments) => units::run(&arguments),
        Command::Workers(arguments) => workers::run(arguments),
    }
}
