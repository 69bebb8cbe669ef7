//! `vagus run`.

use std::process::ExitCode;

use clap::Args;

use super::{ConfigFile, EXIT_USAGE};
use crate::app::service::Service;
use crate::app::{signals, supervision};
use crate::clock::{Clock, Source};
use crate::config;
use crate::telemetry::logging;

/// Runs the service until it is told to stop (SIGTERM or SIGINT). SIGHUP reads the rule file and the holidays
/// again; SIGUSR1 raises the level of the logs by one step, SIGUSR2 gives the configured one back.
#[derive(Debug, Args)]
pub(super) struct RunArguments {
    #[command(flatten)]
    config: ConfigFile,
}

pub(super) fn run(arguments: &RunArguments) -> ExitCode {
    let (settings, engine) = match config::load(&arguments.config) {
        Ok(loaded) => loaded,
        Err(problems) => {
            eprintln!("{problems}");
            return ExitCode::from(EXIT_USAGE);
        }
    };
    if let Err(error) = logging::init(&settings.logging) {
        eprintln!("{error}");
        return ExitCode::from(EXIT_USAGE);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("the runtime cannot be started: {error}");
            return ExitCode::FAILURE;
        }
    };
    supervision::starting();
    let ended = runtime.block_on(async {
        signals::outlive()?;
        let clock = Clock::guarded(settings.clock, Source::system());
        let service = Service::start(settings, engine, clock).await?;
        service.run_until_signal().await
    });
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            eprintln!("vagus stopped: {error:#}");
            ExitCode::FAILURE
        }
    }
}
