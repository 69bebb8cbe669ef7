//! `vagus strain`: daytime strain of recordings, and how well it does where their labels are known.

mod check;
mod labels;
mod printed;
mod recordings;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{EXIT_USAGE, Output};
use crate::domain::TimeZone;
use crate::domain::reading::Context;
use crate::indicators::daytime::labelled::{self, Label, Minute};
use crate::indicators::daytime::recording::{self, Cut};
use crate::indicators::daytime::{DayStrain, Person, Settings, Usual, strain};

use labels::{LabelError, WholeLabel};
use recordings::{Named, ReadError};

/// Tell daytime strain from recordings of a wristband, minute by minute.
///
/// Strain is how far the heart rate lies above the person's own usual, and RMSSD below it, in
/// spreads (u); strain_now is its mean over the last minutes from 0 to 100, where 50 is usual. While
/// the body is busy, and until it has recovered, nothing is told: the state is `activity`.
#[derive(Debug, Args)]
#[command(after_help = "\
A recording is a folder in the public wristband form or a CSV file.

  folder  HR.csv (start, 1.0, then beats per minute once a second) or IBI.csv (start, IBI; then seconds
          after the start and interval in seconds), or both; tags*.csv and ACC.csv (1/64 g) are used
          where they are there. The start is Unix seconds or a date and time in UTC.
  CSV     a header with t_s and hr_bpm, ibi_ms, or both: seconds, beats per minute, and the interval
          that ends at that second. Empty fields are allowed.

A folder that is no recording is searched for recordings, and each is compared with its own quiet
part. Give a folder of recordings to get one line each instead of a line a minute.

To check against recordings whose truth is known, label them. A labels file has the header
start_s,end_s,label with seconds after the recording's start, or Unix seconds, and the labels rest,
stress or activity. Labels never reach the strain. Printed are the areas under the ROC curve of stress
against rest, beside those of heart rate and lnRMSSD alone in the same minutes, with 95 % intervals
over people, and what minutes of activity read as. A person is a recording.

  vagus strain S06                              one recording, minute by minute
  vagus strain S06 --labels s06-labels.csv      with its labels, and how well they are told apart
  vagus strain --labels-from labels.csv study/  a whole set; labels.csv lies in each recording's folder
  vagus strain --label activity rides/          a set that is exercise from end to end")]
pub(super) struct StrainArguments {
    /// Recordings, or folders of recordings
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Age of the person, or of all persons; the heart-rate reserve depends on it [default: 40, so that
    /// exercise is rather seen too often]
    #[arg(long, value_name = "YEARS", value_parser = years)]
    age: Option<f64>,
    /// Resting heart rate, where it is known; otherwise the lowest tenth of the recording
    #[arg(long, value_name = "BPM", value_parser = bpm)]
    resting_hr: Option<f64>,
    /// Labels of the one recording
    #[arg(long, value_name = "FILE", conflicts_with_all = ["labels_from", "label"])]
    labels: Option<PathBuf>,
    /// Name of the labels file beside the data of each recording
    #[arg(long, value_name = "NAME", conflicts_with = "label")]
    labels_from: Option<String>,
    /// Label of everything in all recordings
    #[arg(long, value_enum, value_name = "LABEL")]
    label: Option<WholeLabel>,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t = Output::Table)]
    output: Output,
}

fn years(typed: &str) -> Result<f64, String> {
    within(typed, 10.0, 100.0, "an age in years from 10 to 100 is wanted")
}

fn bpm(typed: &str) -> Result<f64, String> {
    within(typed, 25.0, 120.0, "a resting heart rate from 25 to 120 is wanted")
}

fn within(typed: &str, low: f64, high: f64, wanted: &str) -> Result<f64, String> {
    typed.parse().ok().filter(|number| (low..=high).contains(number)).ok_or_else(|| wanted.to_owned())
}

/// Why no strain was printed.
#[derive(Debug, thiserror::Error)]
enum StrainError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Label(#[from] LabelError),
    #[error("--labels is for one recording, and {0} were found; use --labels-from for a set")]
    OneOnly(usize),
    #[error("no recording that could be used among {0}: wanted is a heart rate or a beat")]
    AllEmpty(usize),
    #[error("cannot write the result: {0}")]
    Write(#[from] io::Error),
}

/// A recording with what came of it.
struct Judged {
    named: Named,
    strain: DayStrain,
    labels: Vec<Label>,
    /// Its labelled minutes.
    minutes: Vec<Minute>,
}

/// Runs the command.
pub(super) fn run(arguments: &StrainArguments) -> ExitCode {
    match judge(arguments).and_then(|judged| print(arguments, &judged)) {
        Ok(()) => ExitCode::SUCCESS,
        // A reader that has seen enough, as `head` has, is no failure.
        Err(StrainError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("vagus strain: {error}");
            if matches!(error, StrainError::Write(_)) { ExitCode::FAILURE } else { ExitCode::from(EXIT_USAGE) }
        }
    }
}

fn judge(arguments: &StrainArguments) -> Result<Vec<Judged>, StrainError> {
    let sources = recordings::find(&arguments.paths)?;
    if arguments.labels.is_some() && sources.len() != 1 {
        return Err(StrainError::OneOnly(sources.len()));
    }
    let person = Person { age_years: arguments.age, resting_hr_bpm: arguments.resting_hr, time_zone: TimeZone::UTC };
    let mut judged = Vec::new();
    for source in &sources {
        let named = match source.read() {
            Ok(named) => named,
            // One damaged recording is no reason to tell nothing of a set.
            Err(error) if sources.len() > 1 => {
                eprintln!("vagus strain: {error}");
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        if named.is_empty() {
            eprintln!("vagus strain: {}: neither a heart rate nor a beat in it", named.name);
            continue;
        }
        let labels = match (&arguments.labels, &arguments.labels_from, arguments.label) {
            (Some(file), _, _) => labels::read(file, &named.recording)?,
            (None, Some(name), _) => match source.beside(name) {
                Some(file) => labels::read(&file, &named.recording)?,
                None => {
                    eprintln!("vagus strain: {}: no {name} beside it, so it counts for no area", named.name);
                    Vec::new()
                }
            },
            (None, None, Some(label)) => vec![label.of_all()],
            (None, None, None) => Vec::new(),
        };
        let windows = recording::windows(&named.recording, Context::Unknown, Cut::default());
        let strain = strain(&windows, &Usual::default(), &person, &Settings::default());
        let minutes = labelled::minutes(&named.recording, &strain, &labels);
        judged.push(Judged { named, strain, labels, minutes });
    }
    if judged.is_empty() { Err(StrainError::AllEmpty(sources.len())) } else { Ok(judged) }
}

fn print(arguments: &StrainArguments, judged: &[Judged]) -> Result<(), StrainError> {
    let check = check::Check::new(judged);
    let text = match arguments.output {
        Output::Json => printed::json(judged, &check)?,
        Output::Table => printed::table(judged, &check),
    };
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}
