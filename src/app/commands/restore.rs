//! `vagus restore`.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::backup::{bar_of, in_words, source};
use super::operator::{self, OperatorError};
use super::{ConfigFile, Output};
use crate::app::backup::note_restored;
use crate::app::control::{self, Answer};
use crate::app::strangers;
use crate::config;
use crate::domain::worker::Tombstone;
use crate::store::{BackupError, Settings, Staged, Store, StoreError, stones_in, verify};

/// Brings a backup back into an empty store; the service then starts from it as if it had been there.
///
/// The store's directory must be empty or missing, and no service may run on it: an old store is moved away first, say to
/// the same name with .old behind it. Every sum is compared before anything counts; a restore that was interrupted leaves
/// nothing, or a place where no service starts, and can be run again.
///
/// Workers who were erased after the backup was made are in it. They are erased again where that is known: from stores
/// beside the new one whose name begins like its name (vagus.old beside vagus), and from whatever --erased-in names.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    vagus restore --config vagus.toml --from /backup/vagus-2026-11-23.tar\n  \
    age -d -i key.txt vagus.tar.age | vagus restore --config vagus.toml --from -\n  \
    vagus restore --config vagus.toml --from monday.tar --erased-in friday.tar")]
pub(super) struct RestoreArguments {
    #[command(flatten)]
    config: ConfigFile,
    /// The backup, or - for standard input
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// Only read it to its end, as `vagus backup verify` does
    #[arg(long)]
    check: bool,
    /// A store, or a later backup, that knows who was erased since; can be given several times
    #[arg(long, value_name = "PATH")]
    erased_in: Vec<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value = "table")]
    output: Output,
}

pub(super) fn run(arguments: &RestoreArguments) -> ExitCode {
    operator::finish(restore(arguments), arguments.output, print)
}

fn restore(arguments: &RestoreArguments) -> Result<Answer, OperatorError> {
    let RestoreArguments { config, from, check, erased_in, .. } = arguments;
    let (settings, sites) = config::load_store_and_sites(config)?;
    if *check {
        return Ok(Answer::BackedUp(verify(source(from)?.0)?));
    }
    if control::is_running(&settings.path) {
        let path = settings.path.display();
        return Err(OperatorError::Failed(format!("a service runs on {path}: stop it, and move its store away")));
    }
    let mut known = Known::default();
    for path in erased_in {
        let stones = stones_of(path, &settings).map_err(|problem| {
            OperatorError::Failed(format!("{} does not tell who was erased: {problem}", path.display()))
        })?;
        known.add(path, stones);
    }
    for path in beside(&settings.path).into_iter().filter(|path| !erased_in.contains(path)) {
        match stones_of(&path, &settings) {
            Ok(stones) => known.add(&path, stones),
            Err(problem) => known.unread.push(format!("{}: {problem}", path.display())),
        }
    }
    let (source, length) = source(from)?;
    let bar = bar_of(length.unwrap_or(0));
    let staged = Staged::of(&settings, bar.wrap_read(source), length, &known.stones);
    let staged = staged.map_err(|error| with_the_place(error.into(), &settings.path))?;
    bar.finish_and_clear();
    note_restored(&staged.directory(), staged.report()).map_err(|error| OperatorError::Failed(error.to_string()))?;
    let (erased_again, stored) = (staged.erased(), staged.sites().clone());
    let report = staged.put_in_place().map_err(|error| with_the_place(error.into(), &settings.path))?;
    let unknown_sites = strangers::unknown(stored.iter().map(|(site, workers)| (site, *workers)), &sites);
    Ok(Answer::Restored { report, erased_again, erased_in: known.places, unread: known.unread, unknown_sites })
}

/// A failure, with what became of the place: nobody is to look for an old store in a service that starts empty.
fn with_the_place(error: OperatorError, path: &Path) -> OperatorError {
    let is_in_use = matches!(error, OperatorError::Backup(BackupError::Store(StoreError::InUse(_))));
    if is_in_use || !Staged::is_begun_in(path) {
        return error;
    }
    OperatorError::Failed(format!(
        "{error}. Nothing was restored into {path}, and no service starts on it before a restore comes through; where it is \
         to begin empty, or you put another store there, remove {path}/restoring and nothing else",
        path = path.display()
    ))
}

/// Who was erased, as far as anybody says.
#[derive(Default)]
struct Known {
    stones: Vec<Tombstone>,
    places: Vec<String>,
    unread: Vec<String>,
}

impl Known {
    fn add(&mut self, path: &Path, stones: Vec<Tombstone>) {
        self.stones.extend(stones);
        self.places.push(path.display().to_string());
    }
}

/// Stores beside the one that is restored whose name begins with its name and a dot.
fn beside(store: &Path) -> Vec<PathBuf> {
    let (Some(parent), Some(name)) = (store.parent(), store.file_name().and_then(|name| name.to_str())) else {
        return Vec::new();
    };
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    let Ok(entries) = std::fs::read_dir(parent) else { return Vec::new() };
    let is_like = |path: &PathBuf| {
        let rest = path.file_name().and_then(|found| found.to_str()?.strip_prefix(name));
        rest.is_some_and(|rest| rest.starts_with('.')) && Store::is_in(path)
    };
    let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(is_like).collect();
    found.sort();
    found
}

fn stones_of(path: &Path, settings: &Settings) -> Result<Vec<Tombstone>, String> {
    if !path.is_dir() {
        let file = File::open(path).map_err(|error| error.to_string())?;
        return stones_in(file).map_err(|error| error.to_string());
    }
    if !Store::is_in(path) {
        return Err("there is no store in it".to_owned());
    }
    // It is only looked into: no reserve is made for it.
    let settings = Settings { path: path.to_owned(), ballast_bytes: 0, ..settings.clone() };
    let store = Store::open(&settings).map_err(|error| error.to_string())?;
    store.stones().map_err(|error| error.to_string())
}

fn print(answer: &Answer) {
    if let Answer::BackedUp(report) = answer {
        operator::say(format_args!("the backup is whole: {}", in_words(report)));
    }
    let Answer::Restored { report, erased_again, erased_in, unread, unknown_sites } = answer else { return };
    operator::say(format_args!("restored: {}", in_words(report)));
    if let Some(words) = strangers::in_words(unknown_sites) {
        operator::say(format_args!("warning: {words}."));
    }
    if !erased_in.is_empty() {
        let places = erased_in.join(", ");
        operator::say(format_args!("erased again at the next start, as {places} knows: {erased_again} workers"));
    }
    for problem in unread {
        operator::say(format_args!("who was erased could not be read: {problem}"));
    }
    let made_at = &report.manifest.made_at;
    operator::say(format_args!(
        "Whoever was erased after {made_at}{} is in it again: erase them anew. Accounts are as of then, too: \
         switch off again who was switched off since. Everybody signs in anew, and links to workers' own pages are made anew.",
        if erased_in.is_empty() { "" } else { " and is not known there" }
    ));
}
