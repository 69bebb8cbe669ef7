//! The commands of the binary, one file each.
//!
//! Exit status: 0 done, 1 failed while running, 2 wrong use or configuration. Results go to standard
//! output, logs to standard error.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Wearable stream processing for occupational health.
#[derive(Debug, Parser)]
#[command(name = "vagus", version, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {}

/// Exit status of wrong use or configuration.
pub const EXIT_USAGE: u8 = 2;

/// Reads the arguments and runs the command.
#[must_use]
pub fn main() -> ExitCode {
    match Arguments::parse().command {}
}
