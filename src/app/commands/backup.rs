//! `vagus backup`, `vagus backup verify`.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, IsTerminal as _, Read, Write};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

use super::operator::{self, OperatorError};
use super::{ConfigFile, Output, counted};
use crate::app::backup::{Books, MakeError, Patience};
use crate::app::control::{self, Answer, FetchError};
use crate::config;
use crate::store::{self, BackupError, BackupReport};

/// How the file is called that is being written.
const UNFINISHED: &str = ".unfinished";

/// Makes a backup, also while the service runs: a tar archive of the store as of one moment.
///
/// In it: workers and their nights, cases, deliveries that wait, what was refused, accounts and the audit. Not in it:
/// configuration, rules, keys and certificates, sessions, and links to workers' own pages. It is health data, and not
/// encrypted. `vagus restore` brings it back. Where no service runs, the store itself is read.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "Examples:\n  \
    vagus backup --config vagus.toml --to /backup/vagus-$(date +%F).tar\n  \
    vagus backup --config vagus.toml --to - | age -r age1… > vagus.tar.age\n  \
    vagus backup verify /backup/vagus-2026-11-23.tar")]
pub(super) struct BackupArguments {
    #[command(subcommand)]
    command: Option<BackupCommand>,
    #[command(flatten)]
    config: ConfigFile,
    /// Where to: a file that only its owner can read, or - for standard output
    #[arg(long, value_name = "FILE", default_value = "-")]
    to: PathBuf,
    /// Replace the file where it is there
    #[arg(long)]
    force: bool,
    /// How to print what was done; on standard error where the backup goes to standard output
    #[arg(long, value_enum, default_value = "table")]
    output: Output,
}

#[derive(Debug, Subcommand)]
enum BackupCommand {
    /// Read a backup to its end without restoring it: compare every sum, understand every record
    Verify {
        /// The backup, or - for standard input
        file: PathBuf,
        /// How to print
        #[arg(long, value_enum, default_value = "table")]
        output: Output,
    },
}

pub(super) fn run(arguments: BackupArguments) -> ExitCode {
    let BackupArguments { command, config, to, force, output } = arguments;
    if let Some(BackupCommand::Verify { file, output }) = command {
        return operator::finish(verify(&file), output, |answer| {
            operator::say(format_args!("{}", told("whole", answer)))
        });
    }
    if to == Path::new("-") {
        return match (to_output(&config), output) {
            (Ok(answer), Output::Table) => print_error(&told("made", &answer), ExitCode::SUCCESS),
            (Ok(answer), Output::Json) => {
                print_error(&serde_json::to_string(&answer).unwrap_or_default(), ExitCode::SUCCESS)
            }
            (Err(error), _) => print_error(&error.to_string(), operator::status_of(&error)),
        };
    }
    operator::finish(to_file(&config, &to, force), output, |answer| {
        operator::say(format_args!("{} in {}", told("made", answer), to.display()));
    })
}

fn print_error(text: &str, status: ExitCode) -> ExitCode {
    eprintln!("{text}");
    status
}

fn known(answer: Answer) -> Result<Answer, OperatorError> {
    if let Answer::Failed { problem } = answer { Err(OperatorError::Failed(problem)) } else { Ok(answer) }
}

/// From the running service, or from the store itself where none runs. What was written is put in its place by `place`;
/// how all of it ended is told to whoever keeps the audit, under the words of `to`.
fn make(
    config: &Path,
    to: &str,
    out: impl Write,
    place: impl FnOnce(&BackupReport) -> Result<(), OperatorError>,
) -> Result<Answer, OperatorError> {
    let settings = config::load_store(config)?;
    let mut out = Shown { out, bar: bar() };
    let fetched = control::fetch_backup(&settings.path, to, &mut out).map_err(|error| match error {
        FetchError::Control(error) => OperatorError::Control(error),
        FetchError::Backup(error) => OperatorError::Backup(error),
    })?;
    let place = |mut out: Shown<_>, report: &BackupReport| {
        out.flush().map_err(BackupError::Out)?;
        out.bar.finish_and_clear();
        place(report)
    };
    let Some(fetched) = fetched else {
        let store = operator::open_store(&settings)?;
        let books = Books::on_files(&settings.path, to.to_owned()).map_err(|error| of_making(error.into()))?;
        let made = books.make(&store, &Patience { longest: Duration::ZERO, goes_on: &|| true }, &mut out);
        let placed = made.map_err(of_making).and_then(|report| place(out, &report).map(|()| report));
        let problem = placed.as_ref().err().map(ToString::to_string);
        let ended = problem.as_deref().map_or(Ok(()), Err).and(placed.as_ref().map_err(|_| ""));
        books.end(ended).map_err(|error| of_making(error.into()))?;
        return placed.map(Answer::BackedUp);
    };
    let Answer::BackedUp(report) = &fetched.answer else { return known(fetched.answer) };
    let placed = place(out, report);
    let answer = fetched.tell(placed.as_ref().err().map(ToString::to_string));
    placed.map(|()| answer)
}

fn of_making(error: MakeError) -> OperatorError {
    match error {
        MakeError::Backup(error) => OperatorError::Backup(error),
        MakeError::Audit(error) => OperatorError::Failed(error.to_string()),
    }
}

/// To standard output, which is the backup's alone.
fn to_output(config: &Path) -> Result<Answer, OperatorError> {
    let out = std::io::stdout();
    if out.is_terminal() {
        let problem = "standard output is a terminal: name a file with --to, or pipe it somewhere";
        return Err(OperatorError::Usage(problem.to_owned()));
    }
    make(config, "standard output", out.lock(), |_| Ok(()))
}

fn to_file(config: &Path, to: &Path, force: bool) -> Result<Answer, OperatorError> {
    if to.symlink_metadata().is_ok_and(|there| !there.is_file()) {
        let problem =
            format!("{} is no file that a backup could replace; --to - writes to standard output", to.display());
        return Err(OperatorError::Usage(problem));
    }
    let is_there = || to.symlink_metadata().is_ok();
    let exists = || OperatorError::Usage(format!("{} is there already; --force replaces it", to.display()));
    if is_there() && !force {
        return Err(exists());
    }
    let mut beside = to.as_os_str().to_owned();
    beside.push(UNFINISHED);
    let beside = PathBuf::from(beside);
    let in_words =
        |error: std::io::Error| OperatorError::Failed(format!("{} cannot be written: {error}", to.display()));
    let directory = to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !directory.is_dir() {
        let problem =
            format!("there is no directory {}: make it, or name another place with --to", directory.display());
        return Err(OperatorError::Usage(problem));
    }
    let file = own_file(&beside)?;
    let place = |report: &BackupReport| {
        file.sync_all().map_err(in_words)?;
        // What was written is read once, so that a file that is not whole never gets the name.
        let again = store::verify(File::open(&beside).map_err(in_words)?)?;
        if *report != again {
            return Err(OperatorError::Failed(format!("{} is not as it was written", to.display())));
        }
        if is_there() && !force {
            return Err(exists());
        }
        std::fs::rename(&beside, to).map_err(in_words)?;
        File::open(directory).and_then(|directory| directory.sync_all()).map_err(in_words)
    };
    let told = std::path::absolute(to).unwrap_or_else(|_| to.to_owned());
    make(config, &told.display().to_string(), &file, place).map_err(|error| {
        let removed = std::fs::remove_file(&beside);
        with_what_is_left(error, (&beside, removed), directory)
    })
}

/// A failure, with the file in which it was and what stands around unfinished.
fn with_what_is_left(
    error: OperatorError,
    (beside, removed): (&Path, std::io::Result<()>),
    directory: &Path,
) -> OperatorError {
    let mut text = error.to_string();
    if matches!(error, OperatorError::Backup(BackupError::Out(_))) {
        text.push_str(&format!("; it was being written to {}", beside.display()));
    }
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            text.push_str(&format!("; {} could not be removed: {error}", beside.display()));
        }
        Ok(()) | Err(_) => {}
    }
    let left = unfinished_in(directory);
    if !left.is_empty() {
        let directory = directory.display();
        text.push_str(&format!(
            "; in {directory} there is left of backups that were interrupted, and can be removed: {}",
            left.join(", ")
        ));
    }
    if text == error.to_string() { error } else { OperatorError::Failed(text) }
}

/// Backups in a directory that were begun and at which nobody writes any more, with their lengths.
fn unfinished_in(directory: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(directory) else { return Vec::new() };
    let left = |path: PathBuf| {
        let name = path.file_name()?.to_str()?.to_owned();
        let is_file = name.ends_with(UNFINISHED) && path.symlink_metadata().is_ok_and(|found| found.is_file());
        let file = if is_file { File::open(&path).ok()? } else { return None };
        file.try_lock().ok()?;
        Some(format!("{name} ({} bytes)", file.metadata().ok()?.len()))
    };
    let mut found: Vec<String> = entries.flatten().filter_map(|entry| left(entry.path())).collect();
    found.sort();
    found
}

/// A file that nobody else may read, and that nobody else writes; what a killed command left there goes.
fn own_file(path: &Path) -> Result<File, OperatorError> {
    let failed =
        |error: std::io::Error| OperatorError::Failed(format!("{} cannot be written: {error}", path.display()));
    let mut options = OpenOptions::new();
    let file = options.read(true).write(true).create(true).truncate(false).mode(0o600).open(path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(OperatorError::Failed(format!("another backup is being written to {}", path.display())));
        }
        Err(TryLockError::Error(error)) => return Err(failed(error)),
    }
    file.set_permissions(std::fs::Permissions::from_mode(0o600)).and_then(|()| file.set_len(0)).map_err(failed)?;
    Ok(file)
}

fn verify(file: &Path) -> Result<Answer, OperatorError> {
    let (source, length) = source(file)?;
    let bar = length.map_or_else(bar, bar_of);
    let report = store::verify(bar.wrap_read(source))?;
    bar.finish_and_clear();
    Ok(Answer::BackedUp(report))
}

/// Where a backup is read from, and its length where that is known.
pub(super) fn source(file: &Path) -> Result<(Box<dyn Read>, Option<u64>), OperatorError> {
    if file == Path::new("-") {
        return Ok((Box::new(std::io::stdin()), None));
    }
    let failed = |error: std::io::Error| OperatorError::Usage(format!("{} cannot be read: {error}", file.display()));
    let source = File::open(file).map_err(failed)?;
    let metadata = source.metadata().map_err(failed)?;
    if metadata.is_dir() {
        return Err(failed(ErrorKind::IsADirectory.into()));
    }
    Ok((Box::new(source), metadata.is_file().then_some(metadata.len())))
}

/// How far it is, on standard error, where that is a terminal.
fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {bytes} {binary_bytes_per_sec}");
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = style { bar.with_style(style) } else { bar }
}

/// The same, where its end is known.
pub(super) fn bar_of(length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {binary_bytes_per_sec}");
    let bar = ProgressBar::new(length);
    if let Ok(style) = style { bar.with_style(style) } else { bar }
}

/// Counts what is written.
struct Shown<W> {
    out: W,
    bar: ProgressBar,
}

impl<W: Write> Write for Shown<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.bar.inc(written as u64);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

/// A backup in words.
fn told(what: &str, answer: &Answer) -> String {
    let Answer::BackedUp(report) = answer else { return String::new() };
    let mut text = format!("the backup is {what}: {}", in_words(report));
    if report.summary.still_held > 0 {
        text.push_str(&format!(
            "\n{} erased not long before are still in it: make another one soon, and remove this one then",
            report.summary.still_held
        ));
    }
    text
}

/// What is in a backup, in words.
pub(super) fn in_words(report: &BackupReport) -> String {
    let (manifest, summary) = (&report.manifest, &report.summary);
    let row =
        summary.row_at.as_ref().map_or_else(|| "no row yet".to_owned(), |at| format!("row {} of {at}", summary.row));
    // Nobody is to take a young store for an empty one: what came since the snapshot is there, and not counted yet.
    let newer = match summary.rows_after_snapshot {
        0 => String::new(),
        rows => format!(" as counted when its snapshot was made, and {} that came since", counted(rows, "row")),
    };
    format!(
        "{row}, {} of {}, {} ({} open), {} ({} given up), {}{newer}, {} bytes; of {}, by Vagus {}",
        counted(summary.workers, "worker"),
        counted(summary.sites.len(), "site"),
        counted(summary.cases, "case"),
        summary.open_cases,
        counted(summary.outbox, "delivery"),
        summary.given_up,
        counted(summary.quarantined, "refused item"),
        report.bytes,
        manifest.made_at,
        manifest.vagus,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_the_figures_do_not_hold_yet_are_told_of() {
        let told = |rows: u64| {
            let report = format!(
                r#"{{"format":1,"vagus":"0.1.0","stored_format":3,"made_at":"2026-11-23T00:00:00Z","row":1534,"row_at":
                "2026-11-22T23:00:00Z","decisions":0,"deliveries":0,"rows_after_snapshot":{rows},"sites":[],"workers":0,
                "cases":0,"open_cases":0,"outbox":0,"given_up":0,"quarantined":0,"erased":0,"still_held":0,"purged":0,
                "bytes":1}}"#
            );
            in_words(&serde_json::from_str(&report).unwrap())
        };
        assert!(
            told(1534).contains("0 refused items as counted when its snapshot was made, and 1534 rows that came since")
        );
        assert!(told(0).contains("0 refused items, 1 byte"));
    }
}
