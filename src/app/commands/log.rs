//! `vagus log`.

use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::{ConfigFile, Output, operator};
use crate::app::control::{Answer, LevelChange, Question};

/// Looks at the level of a running service's logs, or changes it.
///
/// A change ends with --for, with `vagus log level --back`, or with the service. At every level logs hold no health
/// value.
#[derive(Debug, Args)]
pub(super) struct LogArguments {
    #[command(subcommand)]
    command: LogCommand,
}

#[derive(Debug, Subcommand)]
enum LogCommand {
    /// Show the level, or change it: vagus log level debug --for 10m
    Level {
        /// error, warn, info, debug, trace, or directives such as info,vagus::ingest=debug
        #[arg(value_name = "LEVEL", conflicts_with = "back")]
        level: Option<String>,
        /// Give the configured level back by itself after that time, such as 90s, 10m or 2h
        #[arg(long = "for", value_name = "TIME", value_parser = parse_span, requires = "level")]
        span: Option<Duration>,
        /// Give the configured level back now
        #[arg(long)]
        back: bool,
        #[command(flatten)]
        config: ConfigFile,
        /// How to print
        #[arg(long, value_enum, default_value = "table")]
        output: Output,
    },
}

pub(super) fn run(arguments: LogArguments) -> ExitCode {
    let LogCommand::Level { level, span, back, config, output } = arguments.command;
    let to = level.map(|level| LevelChange::To { level, for_s: span.map(|span| span.as_secs()) });
    let change = if back { Some(LevelChange::Back) } else { to };
    operator::finish(operator::ask_running(&config, &Question::LogLevel { change }), output, |answer| {
        let Answer::LogLevel { level, configured, back_in_s } = answer else { return };
        match back_in_s {
            _ if level == configured => operator::say(format_args!("{level}, as configured")),
            Some(left) => operator::say(format_args!("{level}; in {left} s it is {configured} again, as configured")),
            None => operator::say(format_args!(
                "{level}, until it is changed or the service ends; {configured} is configured"
            )),
        }
    })
}

/// A time in seconds, minutes or hours, at most a week.
fn parse_span(text: &str) -> Result<Duration, String> {
    let (number, unit_s) = match text.as_bytes().last() {
        Some(b's') => (&text[..text.len() - 1], 1),
        Some(b'm') => (&text[..text.len() - 1], 60),
        Some(b'h') => (&text[..text.len() - 1], 3_600),
        Some(_) | None => (text, 1),
    };
    let seconds = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit_s));
    match seconds {
        Some(seconds @ 1..=604_800) => Ok(Duration::from_secs(seconds)),
        Some(_) | None => Err("give a time from 1s to 168h, such as 90s, 10m or 2h".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit_and_an_end() {
        assert_eq!(parse_span("10m"), Ok(Duration::from_secs(600)));
        assert_eq!(parse_span("90"), Ok(Duration::from_secs(90)));
        assert_eq!(parse_span("2h"), Ok(Duration::from_secs(7_200)));
        for text in ["", "m", "0s", "200h", "-1s", "1d", "10µ", "18446744073709551615h"] {
            assert!(parse_span(text).is_err(), "{text:?}");
        }
    }
}
