//! What the commands of operators have in common: where they ask, and how they print.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use comfy_table::Table;

use super::{EXIT_USAGE, Output};
use crate::app::control::{self, Answer, ControlError, Question};
use crate::config::{self, Problems, Settings};
use crate::store::{BackupError, Settings as StoreSettings, Store, StoreError};

/// Why a command of an operator failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum OperatorError {
    /// The configuration is wrong.
    #[error("{0}")]
    Config(#[from] Problems),
    /// What was asked for is wrong.
    #[error("{0}")]
    Usage(String),
    /// The running service cannot be asked.
    #[error("{0}")]
    Control(#[from] ControlError),
    /// The store cannot be opened.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// No service runs.
    #[error("no service runs on {0}; start it with `vagus run`, this command talks to it")]
    NotRunning(String),
    /// Nothing is there that could be looked at.
    #[error(
        "no service runs on {0}, and there is no store in it: is store.path of the configuration the one that the \
         service has?"
    )]
    NoStore(String),
    /// No backup is made, or none is restored.
    #[error("{0}")]
    Backup(#[from] BackupError),
    /// The service could not do it.
    #[error("{0}")]
    Failed(String),
}

pub(super) fn load(config: &Path) -> Result<Settings, OperatorError> {
    Ok(config::load(config)?.0)
}

/// The store itself, where no service runs on it. One that is not there is not made: whoever looks at an empty
/// one would take it for the service's.
pub(super) fn open_store(settings: &StoreSettings) -> Result<Store, OperatorError> {
    if !Store::is_in(&settings.path) {
        return Err(OperatorError::NoStore(settings.path.display().to_string()));
    }
    let store = Store::open(settings)?;
    // Whom a row erases that no service applied yet is not to be seen either.
    store.erase_noted()?;
    Ok(store)
}

pub(super) fn ask_running(config: &Path, question: &Question) -> Result<Answer, OperatorError> {
    let settings = config::load_store(config)?;
    let store = &settings.path;
    control::ask(store, question)?.ok_or_else(|| OperatorError::NotRunning(store.display().to_string()))
}

/// Where stored histories come from: the running service, or the store itself where none runs.
pub(super) struct Stored<'a> {
    settings: &'a Settings,
    store: Option<Store>,
}

impl<'a> Stored<'a> {
    pub(super) const fn of(settings: &'a Settings) -> Self {
        Self { settings, store: None }
    }

    /// Whether no service ran, so that rows which it had not saved are missing.
    pub(super) const fn is_read_directly(&self) -> bool {
        self.store.is_some()
    }

    /// The histories from that number on, as many as one answer holds.
    pub(super) fn histories(&mut self, from: String) -> Result<Answer, OperatorError> {
        let path = &self.settings.store.path;
        if self.store.is_none()
            && let Some(answer) = control::ask(path, &Question::Histories { from: from.clone() })?
        {
            return Ok(answer);
        }
        let store = match &mut self.store {
            Some(store) => store,
            none => none.insert(open_store(&self.settings.store)?),
        };
        Ok(control::histories(&from, store))
    }
}

pub(super) fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(header.iter().copied());
    table
}

/// Prints a line. A reader that has seen enough, as `head` has, is no failure.
pub(super) fn say(line: std::fmt::Arguments<'_>) {
    match writeln!(std::io::stdout(), "{line}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            eprintln!("the answer cannot be printed: {error}")
        }
        Ok(()) | Err(_) => {}
    }
}

/// Prints an answer, or what went wrong, and gives the exit status.
pub(super) fn finish(answer: Result<Answer, OperatorError>, output: Output, print: impl FnOnce(&Answer)) -> ExitCode {
    let answer = answer.and_then(|answer| match answer {
        Answer::Failed { problem } => Err(OperatorError::Failed(problem)),
        good @ (Answer::Quarantine { .. }
        | Answer::Retried { .. }
        | Answer::Imported { .. }
        | Answer::Workers { .. }
        | Answer::Strain { .. }
        | Answer::ClockAccepted { .. }
        | Answer::LogLevel { .. }
        | Answer::Outbox { .. }
        | Answer::OutboxRetried { .. }
        | Answer::OutboxDiscarded { .. }
        | Answer::Cases(_)
        | Answer::Accounts { .. }
        | Answer::Account { .. }
        | Answer::WorkerLink { .. }
        | Answer::WorkerExport { .. }
        | Answer::WorkerErased { .. }
        | Answer::Erasing { .. }
        | Answer::OutboxTest { .. }
        | Answer::BackedUp(_)
        | Answer::Restored { .. }
        | Answer::Histories { .. }) => Ok(good),
    });
    match (answer, output) {
        (Ok(answer), Output::Table) => {
            print(&answer);
            ExitCode::SUCCESS
        }
        (Ok(answer), Output::Json) => match serde_json::to_string(&answer) {
            Ok(line) => {
                say(format_args!("{line}"));
                ExitCode::SUCCESS
            }
            Err(error) => {
                eprintln!("the answer cannot be printed: {error}");
                ExitCode::FAILURE
            }
        },
        (Err(error), _) => {
            eprintln!("{error}");
            status_of(&error)
        }
    }
}

/// The exit status that says what kind of failure it was.
pub(super) fn status_of(error: &OperatorError) -> ExitCode {
    match error {
        OperatorError::Config(_) | OperatorError::Usage(_) => ExitCode::from(EXIT_USAGE),
        OperatorError::Control(_)
        | OperatorError::Store(_)
        | OperatorError::NotRunning(_)
        | OperatorError::NoStore(_)
        | OperatorError::Backup(_)
        | OperatorError::Failed(_) => ExitCode::FAILURE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_where_no_store_is_tells_so_and_makes_none() {
        let directory = tempfile::tempdir().unwrap();
        let settings = StoreSettings { path: directory.path().to_owned(), ..StoreSettings::default() };
        let refused = open_store(&settings).unwrap_err().to_string();
        assert!(refused.contains("there is no store in it"), "{refused}");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
        drop(Store::open(&settings).unwrap());
        assert!(open_store(&settings).is_ok(), "one that was made is opened");
    }
}
