//! `vagus hrv`: the metrics of a file of beat intervals, as one JSON object or a table.
//!
//! The same cleaning as in the service, so that a physician can check one of its windows by hand.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::signal::analysis::{self, Report};
use crate::signal::r1;

use super::EXIT_USAGE;

/// What was typed after `vagus hrv`.
#[derive(Debug, Args)]
#[command(after_help = "\
Without --raw the recording is cut at gaps (values over 3000 ms) and at values of 0 or less, and \
cleaned with the service's own cleaner. artifact_fraction counts what was flagged, quality grades the \
whole: good, usable, reject, or fault where the sensor repeats itself. LF and HF power are had from \
good recordings only.

With --raw every value counts as it is: nothing is flagged, and quality is good or fault.

A value that cannot be had is null. No minimum duration is applied: RMSSD means little below one \
minute, SDNN and the stress index below five.")]
pub(super) struct HrvArguments {
    /// File with one interval in milliseconds a line; `-` reads standard input
    file: PathBuf,
    /// Measure the intervals as they are, without cleaning and without rejecting any
    #[arg(long)]
    raw: bool,
    /// Lowest threshold of the cleaner, in ms; 0 is the published method, the default the service's
    #[arg(long, value_name = "MS", default_value_t = r1::FLOOR_MS, value_parser = floor_ms, conflicts_with = "raw")]
    floor_ms: f64,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t = Output::Json)]
    output: Output,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    /// One JSON object on one line
    Json,
    /// One metric a line
    Table,
}

fn floor_ms(typed: &str) -> Result<f64, String> {
    match typed.parse::<f64>() {
        Ok(floor) if (0.0..=1_000.0).contains(&floor) => Ok(floor),
        Ok(_) | Err(_) => Err("a number of milliseconds from 0 to 1000 is wanted".to_owned()),
    }
}

/// Why no metrics were printed.
#[derive(Debug, thiserror::Error)]
enum HrvError {
    #[error("cannot read {name}: {source}")]
    Read { name: String, source: io::Error },
    #[error(
        "{name}, line {line}: {found:?} is not an interval; wanted is one number of milliseconds a line, like 812 or 812.5"
    )]
    NotANumber { name: String, line: usize, found: String },
    #[error("cannot write the result: {0}")]
    Write(#[from] io::Error),
}

/// Runs the command.
pub(super) fn run(arguments: &HrvArguments) -> ExitCode {
    match measure(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("vagus hrv: {error}");
            match error {
                HrvError::Read { .. } | HrvError::NotANumber { .. } => ExitCode::from(EXIT_USAGE),
                HrvError::Write(_) => ExitCode::FAILURE,
            }
        }
    }
}

fn measure(arguments: &HrvArguments) -> Result<(), HrvError> {
    let from_stdin = arguments.file == Path::new("-");
    let name = if from_stdin { "standard input".to_owned() } else { arguments.file.display().to_string() };
    let mut bytes = Vec::new();
    let read = if from_stdin {
        io::stdin().lock().read_to_end(&mut bytes)
    } else {
        File::open(&arguments.file).and_then(|mut file| file.read_to_end(&mut bytes))
    };
    read.map_err(|source| HrvError::Read { name: name.clone(), source })?;
    let rr_ms = intervals(&name, &bytes)?;
    let report = if arguments.raw { analysis::raw(&rr_ms) } else { analysis::cleaned(&rr_ms, arguments.floor_ms) };
    let printed = Printed::new(&report);
    let mut out = io::stdout().lock();
    match arguments.output {
        Output::Json => writeln!(out, "{}", printed.json()?)?,
        Output::Table => write!(out, "{}", printed.table()?)?,
    }
    Ok(out.flush()?)
}

/// The intervals of a file; empty lines are allowed at its end only.
fn intervals(name: &str, bytes: &[u8]) -> Result<Vec<f64>, HrvError> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).trim_end();
    let parse = |(index, line): (usize, &str)| {
        let number = line.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        number.ok_or_else(|| HrvError::NotANumber {
            name: name.to_owned(),
            line: index + 1,
            found: line.trim().chars().take(40).collect(),
        })
    };
    text.lines().enumerate().map(parse).collect()
}

/// The keys of the contract, in its order.
#[derive(Debug, Serialize)]
struct Printed {
    beats: usize,
    valid_beats: usize,
    valid_pairs: usize,
    mean_nn_ms: Option<f64>,
    hr_bpm: Option<f64>,
    sdnn_ms: Option<f64>,
    rmssd_ms: Option<f64>,
    ln_rmssd: Option<f64>,
    sdsd_ms: Option<f64>,
    pnn50_pct: Option<f64>,
    sd1_ms: Option<f64>,
    sd2_ms: Option<f64>,
    stress_index: Option<f64>,
    lf_ms2: Option<f64>,
    hf_ms2: Option<f64>,
    lf_hf: Option<f64>,
    artifact_fraction: Option<f64>,
    quality: &'static str,
}

impl Printed {
    fn new(report: &Report) -> Self {
        let time = &report.time;
        Self {
            beats: report.beats,
            valid_beats: time.valid_beats,
            valid_pairs: time.valid_pairs,
            mean_nn_ms: time.mean_nn_ms,
            hr_bpm: time.hr_bpm,
            sdnn_ms: time.sdnn_ms,
            rmssd_ms: time.rmssd_ms,
            ln_rmssd: time.ln_rmssd,
            sdsd_ms: time.sdsd_ms,
            pnn50_pct: time.pnn50_pct,
            sd1_ms: time.sd1_ms,
            sd2_ms: time.sd2_ms,
            stress_index: report.stress_index(),
            lf_ms2: report.powers.map(|powers| powers.lf_ms2),
            hf_ms2: report.powers.map(|powers| powers.hf_ms2),
            lf_hf: report.powers.and_then(|powers| powers.lf_hf()),
            artifact_fraction: report.artifact_fraction,
            quality: report.grade.as_str(),
        }
    }

    fn json(&self) -> Result<String, io::Error> {
        Ok(serde_json::to_string(self)?)
    }

    /// The keys and values of the JSON, in its order; three decimals are more than a beat is worth.
    fn table(&self) -> Result<String, io::Error> {
        let json = self.json()?;
        let mut table = String::new();
        for member in json.trim_matches(['{', '}']).split(',') {
            let (key, value) = member.split_once(':').unwrap_or((member, ""));
            let value = match value.parse::<f64>() {
                Ok(number) if value.contains('.') => format!("{number:.3}"),
                Ok(_) => value.to_owned(),
                Err(_) => value.trim_matches('"').replace("null", "-"),
            };
            table += &format!("{:<18} {value:>12}\n", key.trim_matches('"'));
        }
        Ok(table)
    }
}
