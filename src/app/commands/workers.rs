//! `vagus workers import|link|list|export|erase|strain`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::operator::{self, OperatorError};
use super::{ConfigFile, Output};
use crate::app::control::{self, Answer, Named, Question};
use crate::app::registry_file::{self, WorkerRow};
use crate::config;
use crate::config::settings::Site;
use crate::console::exports::ACCESSES;
use crate::console::view::EXPORT_TABLES;
use crate::domain::Date;
use crate::domain::worker::Profile;

/// How often it is asked whether something is done.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_millis(200);

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
        #[command(flatten)]
        config: ConfigFile,
        /// The register
        file: PathBuf,
        /// Enrol as somebody new also whom the file names although they were erased; they are left out otherwise
        #[arg(long)]
        even_erased: bool,
        /// How to print
        #[arg(long, value_enum, default_value = "table")]
        output: Output,
    },
    /// Show a worker's daytime strain: how far the heart rate of a day's windows lies above the usual
    ///
    /// 50 is usual; from 60 on the moment is strained. While the body is busy, and until it has
    /// recovered, nothing is said. Asked from the running service, or read from its store.
    Strain {
        #[command(flatten)]
        config: ConfigFile,
        /// The site
        site: String,
        /// The worker
        worker: String,
        /// The worker's date; today, where none is named
        #[arg(long, value_name = "DATE")]
        date: Option<Date>,
        /// How to print
        #[arg(long, value_enum, default_value = "table")]
        output: Output,
    },
    /// Make a link by which a worker reaches their own page: it works once, within a week
    Link {
        #[command(flatten)]
        config: ConfigFile,
        /// The site
        site: String,
        /// The worker
        worker: String,
        /// How to print
        #[arg(long, value_enum, default_value = "table")]
        output: Output,
    },
    /// Print what is kept of a worker: one JSON document, or one list of it as CSV
    ///
    /// For the worker, who may have it: register, nights, raw windows, questionnaires with their answers, working
    /// conditions, cases, and who looked at any of it. Not in it: single heart beats, messages that were refused (`vagus
    /// quarantine list` has them), and alerts and mails that were sent. Written into the audit before it is printed. Asked
    /// from the running service, or read from its store.
    Export {
        #[command(flatten)]
        config: ConfigFile,
        /// The site
        site: String,
        /// The worker
        worker: String,
        /// One list as CSV: nights, windows, sleeps, nightly, exposures, tags, screenings or accesses
        #[arg(long, value_name = "LIST", value_parser = clap::builder::PossibleValuesParser::new(EXPORT_TABLES))]
        table: Option<String>,
    },
    /// Leave nothing of a worker: readings, scores, cases, links. It cannot be undone
    ///
    /// Nothing shows or sends the worker any more as soon as the service has answered. The files are then made anew
    /// without the worker while the service goes on; this command waits for that. What was sent before is with whoever
    /// received it, and backups hold what they held: both are for you to see to. The pseudonym is taken again only when
    /// a register enrols it. Where no service runs, it is noted and done at the next start.
    Erase {
        #[command(flatten)]
        config: ConfigFile,
        /// The site
        site: String,
        /// The worker
        worker: String,
        /// Also where there is an open case, which ends with the worker
        #[arg(long)]
        even_with_open_case: bool,
        /// Do not wait until the files are made anew
        #[arg(long)]
        no_wait: bool,
        /// How to print
        #[arg(long, value_enum, default_value = "table")]
        output: Output,
    },
    /// Show the register
    List {
        #[command(flatten)]
        config: ConfigFile,
        /// How to print
        #[arg(long, value_enum, default_value = "table")]
        output: Output,
    },
}

pub(super) fn run(arguments: WorkersArguments) -> ExitCode {
    match arguments.command {
        WorkersCommand::Import { config, file, even_erased, output } => {
            operator::finish(import(&config, &file, even_erased), output, print_imported)
        }
        WorkersCommand::Strain { config, site, worker, date, output } => {
            operator::finish(strain(&config, site, worker, date), output, print_strain)
        }
        WorkersCommand::Link { config, site, worker, output } => {
            let question = Question::WorkerLink { site, worker };
            operator::finish(operator::ask_running(&config, &question), output, |answer| {
                if let Answer::WorkerLink { address, until } = answer {
                    operator::say(format_args!("{address}\nFor the worker alone; it works once, until {until}"));
                }
            })
        }
        WorkersCommand::Export { config, site, worker, table } => {
            operator::finish(export(&config, site, worker, table), Output::Table, |answer| {
                if let Answer::WorkerExport { text, is_cut } = answer {
                    if *is_cut {
                        eprintln!(
                            "of those who looked at the worker's data only the newest {ACCESSES} are told; the files in the \
                             directory audit of the store have the others"
                        );
                    }
                    operator::say(format_args!("{}", text.trim_end()));
                }
            })
        }
        WorkersCommand::Erase { config, site, worker, even_with_open_case, no_wait, output } => {
            let erased = erase(&config, &site, &worker, even_with_open_case);
            let erased = erased.and_then(|answer| if no_wait { Ok(answer) } else { until_gone(&config, answer) });
            operator::finish(erased, output, |answer| {
                let told = if let Answer::WorkerErased { is_applied } = answer {
                    let until = if *is_applied {
                        "the files are being made anew"
                    } else {
                        "they are made anew as soon as one starts"
                    };
                    let done = if *is_applied {
                        "nothing shows or sends it any more"
                    } else {
                        "no service runs that would send it, the files still hold it"
                    };
                    format!("{worker} of {site} is erased: {done}, {until}")
                } else {
                    format!("nothing of {worker} is left at {site}, on disk either")
                };
                operator::say(format_args!("{told}"));
            })
        }
        WorkersCommand::List { config, output } => {
            operator::finish(operator::ask_running(&config, &Question::WorkersList), output, print_list)
        }
    }
}

fn print_imported(answer: &Answer) {
    let Answer::Imported { workers, erased } = answer else { return };
    operator::say(format_args!("{workers} workers enrolled or changed"));
    for Named { site, worker } in erased {
        operator::say(format_args!(
            "left out: {worker} of {site}, who was erased; take the row out, or use --even-erased to enrol them as somebody new"
        ));
    }
}

fn import(config: &Path, file: &Path, even_erased: bool) -> Result<Answer, OperatorError> {
    let settings = operator::load(config)?;
    let workers = read_rows(file, &settings.sites).map_err(OperatorError::Usage)?;
    operator::ask_running(config, &Question::WorkersImport { workers, even_erased })
}

/// Reads a register for a command that has no service to import it into.
pub(super) fn read_register(file: &Path, sites: &[Site]) -> Result<Vec<Profile>, String> {
    let rows = read_rows(file, sites)?;
    rows.iter().map(|row| row.profile(None)).collect()
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

/// From the running service, or from the store itself where none runs.
fn strain(config: &Path, site: String, worker: String, date: Option<Date>) -> Result<Answer, OperatorError> {
    let (settings, engine) = config::load(config)?;
    let date = date.map(|date| date.to_string());
    let question = Question::Strain { site: site.clone(), worker: worker.clone(), date: date.clone() };
    match control::ask(&settings.store.path, &question)? {
        Some(answer) => Ok(answer),
        None => {
            let store = operator::open_store(&settings.store)?;
            Ok(control::strain(&site, &worker, date.as_deref(), &store, &engine.daytime))
        }
    }
}

/// From the running service, or from the store itself where none runs.
fn export(config: &Path, site: String, worker: String, table: Option<String>) -> Result<Answer, OperatorError> {
    let (settings, engine) = config::load(config)?;
    let question = Question::WorkerExport { site: site.clone(), worker: worker.clone(), table: table.clone() };
    match control::ask(&settings.store.path, &question)? {
        Some(answer) => Ok(answer),
        None => {
            let store = operator::open_store(&settings.store)?;
            Ok(control::export_from_store((&site, &worker), table.as_deref(), (&store, &settings.store.path), &engine))
        }
    }
}

/// In the running service, or as a note in the journal where none runs.
fn erase(config: &Path, site: &str, worker: &str, open_case: bool) -> Result<Answer, OperatorError> {
    let (settings, engine) = config::load(config)?;
    let question = Question::WorkerErase { site: site.to_owned(), worker: worker.to_owned(), open_case };
    match control::ask(&settings.store.path, &question)? {
        Some(answer) => Ok(answer),
        None => {
            let store = operator::open_store(&settings.store)?;
            Ok(control::note_erasure((site, worker), open_case, (&store, &settings.store.path), engine.rules.version()))
        }
    }
}

/// Waits until no file holds the worker any more, and says meanwhile that it does.
fn until_gone(config: &Path, erased: Answer) -> Result<Answer, OperatorError> {
    if !matches!(erased, Answer::WorkerErased { is_applied: true }) {
        return Ok(erased);
    }
    let bar = indicatif::ProgressBar::new_spinner();
    bar.set_message("nothing shows the worker any more; the files are being made anew");
    bar.enable_steady_tick(LOOK_EVERY);
    loop {
        let answer = operator::ask_running(config, &Question::Erasing)?;
        let Answer::Erasing { is_under_way: true, problem } = answer else {
            bar.finish_and_clear();
            return Ok(answer);
        };
        if let Some(problem) = problem {
            bar.finish_and_clear();
            return Err(OperatorError::Failed(format!(
                "nothing shows the worker any more, but the files still hold them, and it is tried again every ten \
                 minutes: {problem}"
            )));
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

fn print_strain(answer: &Answer) {
    let Answer::Strain { strain } = answer else { return };
    let mut table = operator::table(&["window until", "strain", "state"]);
    for point in &strain.points {
        let strain_now = point.strain_now.map(|value| format!("{value:.0}")).unwrap_or_default();
        table.add_row([&point.at, &strain_now, &point.state]);
    }
    let load = strain.shift_load.map_or_else(|| "none".to_owned(), |load| format!("{load:.2}"));
    let minutes: Vec<String> = strain
        .minutes
        .iter()
        .filter(|(_, minutes)| *minutes > 0.0)
        .map(|(state, minutes)| format!("{state} {minutes:.0} min"))
        .collect();
    operator::say(format_args!(
        "{table}\n{}: shift load {load} (0 is usual), {:.0} % of the time covered; {}; compared with {}",
        strain.date,
        100.0 * strain.coverage,
        if minutes.is_empty() { "nothing recorded".to_owned() } else { minutes.join(", ") },
        strain.basis.replace('_', " "),
    ));
}

fn print_list(answer: &Answer) {
    let Answer::Workers { workers } = answer else { return };
    let mut table = operator::table(&["site", "worker", "unit", "time zone", "consent", "own choice"]);
    for WorkerRow { site, worker, unit, time_zone, consent, own_choice, .. } in workers {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        table.add_row([site, worker, &text(unit), &text(time_zone), &text(consent), &text(own_choice)]);
    }
    operator::say(format_args!("{table}\n{} workers", workers.len()));
}
