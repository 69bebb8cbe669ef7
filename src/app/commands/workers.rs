//! `vagus workers import|list`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::Output;
use super::operator::{self, OperatorError};
use crate::app::control::{Answer, Question};
use crate::app::registry_file::{self, WorkerRow};
use crate::config::settings::Site;
use crate::domain::worker::Profile;

/// Keeps the register of workers; needs a running service.
///
/// A register is a CSV file with the columns site,worker and, optional,
/// unit,time_zone,birth_year,sex,bmi,safety_critical,beta_blocker,consent.
#[derive(Debug, Args)]
pub(super) struct WorkersArguments {
    #[command(subcommand)]
    command: WorkersCommand,
}

#[derive(Debug, Subcommand)]
enum WorkersCommand {
    /// Enrol the workers of a CSV file, or change their rows; all of it or nothing
    Import {
        /// The configuration of the service
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// The register
        file: PathBuf,
        /// How to print
        #[arg(long, value_enum, default_value = "table")]
        output: Output,
    },
    /// Show the register
    List {
        /// The configuration of the service
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// How to print
        #[arg(long, value_enum, default_value = "table")]
        output: Output,
    },
}

pub(super) fn run(arguments: WorkersArguments) -> ExitCode {
    match arguments.command {
        WorkersCommand::Import { config, file, output } => operator::finish(import(&config, &file), output, |answer| {
            if let Answer::Imported { workers } = answer {
                operator::say(format_args!("{workers} workers enrolled or changed"));
            }
        }),
        WorkersCommand::List { config, output } => {
            operator::finish(operator::ask_running(&config, &Question::WorkersList), output, print_list)
        }
    }
}

fn import(config: &Path, file: &Path) -> Result<Answer, OperatorError> {
    let settings = operator::load(config)?;
    let workers = read_rows(file, &settings.sites).map_err(OperatorError::Usage)?;
    operator::ask_running(config, &Question::WorkersImport { workers })
}

/// Reads a register for a command that has no service to import it into.
pub(super) fn read_register(file: &Path, sites: &[Site]) -> Result<Vec<Profile>, String> {
    let rows = read_rows(file, sites)?;
    rows.iter().map(WorkerRow::profile).collect()
}

fn read_rows(file: &Path, sites: &[Site]) -> Result<Vec<WorkerRow>, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
    let zone_of = |site: &str| {
        let site = sites.iter().find(|s| s.id.as_str() == site)?;
        site.time_zone.iana_name().map(str::to_owned)
    };
    registry_file::read(&text, zone_of)
        .map_err(|problems| format!("{}: no row is taken\n{}", file.display(), problems.join("\n")))
}

fn print_list(answer: &Answer) {
    let Answer::Workers { workers } = answer else { return };
    let mut table = operator::table(&["site", "worker", "unit", "time zone", "consent"]);
    for WorkerRow { site, worker, unit, time_zone, consent, .. } in workers {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        table.add_row([site, worker, &text(unit), &text(time_zone), &text(consent)]);
    }
    operator::say(format_args!("{table}\n{} workers", workers.len()));
}
