//! `vagus demo`.

use std::process::ExitCode;

use clap::Args;

use crate::demo::{self, Options};
use crate::telemetry::logging;

/// Shows everything in one process with nothing to set up: an embedded broker, an invented workforce,
/// a recorded feed of real heart beats, and the real service.
///
/// The days pass on a simulated clock and end today. A few workers are driven into patterns that the
/// service must find, and some into patterns that it must not mistake for those. Each alert is printed
/// as it comes over MQTT; at the end a table holds what was found against what was planted. Then
/// everything goes on until Ctrl-C.
#[derive(Debug, Args)]
pub(super) struct DemoArguments {
    /// Simulated days a second; 0 for as many as this machine can work off
    #[arg(long, value_name = "N", default_value_t = Options::default().days_per_s, value_parser = speed)]
    speed: f64,
    /// Simulated days, 45 to 365, the last of which is today
    #[arg(long, value_name = "N", default_value_t = Options::default().days,
          value_parser = clap::value_parser!(u32).range(45..=365))]
    days: u32,
    /// Invented workers, 1 to 10000
    #[arg(long, value_name = "N", default_value_t = Options::default().workers,
          value_parser = clap::value_parser!(u32).range(1..=10_000))]
    workers: u32,
    /// The same seed gives the same people, readings and answers
    #[arg(long, value_name = "N", default_value_t = Options::default().seed)]
    seed: u64,
    /// End after the summary: exit status 0 if every planted overload was found, else 1
    #[arg(long)]
    once: bool,
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(speed) if (0.0..=1_000_000.0).contains(&speed) => Ok(speed),
        _ => Err("a number of days a second is expected, 0 for no limit".to_owned()),
    }
}

pub(super) fn run(arguments: &DemoArguments) -> ExitCode {
    let options = Options {
        workers: arguments.workers,
        days: arguments.days,
        days_per_s: arguments.speed,
        seed: arguments.seed,
        is_once: arguments.once,
        is_quiet: false,
    };
    match simulated(&options) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("vagus demo: a planted overload was not found");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("vagus demo: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the demo; whether all is well with it.
fn simulated(options: &Options) -> anyhow::Result<bool> {
    logging::init(&demo::settings()?.logging)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let report = runtime.block_on(demo::run(options))?;
    Ok(!options.is_once || report.has_found_every_overload())
}
