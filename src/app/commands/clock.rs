//! `vagus clock accept`.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{ConfigFile, Output, operator};
use crate::app::control::{Answer, Question};

/// Tells a running service to believe the machine's clock again, after it was set or the machine slept.
///
/// The service holds the clock against the time that passes, and goes on by the latter where the two
/// disagree by more than clock.max_step_s; /readyz says so. Look at the clock first.
#[derive(Debug, Args)]
pub(super) struct ClockArguments {
    #[command(subcommand)]
    command: ClockCommand,
}

#[derive(Debug, Subcommand)]
enum ClockCommand {
    /// Believe the machine's clock as it stands now; needs a running service
    Accept {
        #[command(flatten)]
        config: ConfigFile,
        /// How to print
        #[arg(long, value_enum, default_value = "table")]
        output: Output,
    },
}

pub(super) fn run(arguments: &ClockArguments) -> ExitCode {
    let ClockCommand::Accept { config, output } = &arguments.command;
    operator::finish(operator::ask_running(config, &Question::ClockAccept), *output, |answer| {
        if let Answer::ClockAccepted { step_s } = answer {
            match step_s {
                Some(step_s) => operator::say(format_args!("the clock is believed again; the step was {step_s} s")),
                None => operator::say(format_args!("the clock was believed already: no step waited")),
            }
        }
    })
}
