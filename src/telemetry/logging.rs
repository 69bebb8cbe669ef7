//! Logs: lines on standard error, for people or for machines.
//!
//! A log line names what happened and to which message, row or case. It never carries a health
//! value, an answer, a payload or a contact detail: logs travel further than the store does.

use std::io;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For people.
    #[default]
    Pretty,
    /// One JSON object a line.
    Json,
}

impl Format {
    /// The format of that name: `pretty` or `json`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "pretty" => Some(Self::Pretty),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

/// Which lines are written, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `error`, `warn`, `info`, `debug` or `trace`, or directives such as `info,vagus::ingest=debug`.
    pub level: String,
    /// How lines look.
    pub format: Format,
}

impl Default for Settings {
    fn default() -> Self {
        Self { level: "info".to_owned(), format: Format::default() }
    }
}

/// Why logging could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum LoggingError {
    /// The level is neither a level nor a list of directives.
    #[error(
        "log.level {level:?} is neither a level (error, warn, info, debug, trace) nor a list of directives: {source}"
    )]
    Level {
        /// What was asked for.
        level: String,
        /// What is wrong with it.
        source: tracing_subscriber::filter::ParseError,
    },
    /// Something else in the process writes the logs already.
    #[error("logs are written by something else already")]
    AlreadySet,
}

/// Checks a level before anything is started.
///
/// # Errors
/// [`LoggingError::Level`] where it cannot be understood.
pub fn parse_level(level: &str) -> Result<EnvFilter, LoggingError> {
    EnvFilter::try_new(level).map_err(|source| LoggingError::Level { level: level.to_owned(), source })
}

/// Sends the logs of the whole process to standard error.
///
/// # Errors
/// [`LoggingError`] where the level cannot be understood, or logs go elsewhere already.
pub fn init(settings: &Settings) -> Result<(), LoggingError> {
    let registry = tracing_subscriber::registry().with(parse_level(&settings.level)?);
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    let set = match settings.format {
        Format::Pretty => registry.with(lines.with_ansi(io::IsTerminal::is_terminal(&io::stderr()))).try_init(),
        Format::Json => registry.with(lines.json().flatten_event(true)).try_init(),
    };
    set.map_err(|_| LoggingError::AlreadySet)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_that_is_none_is_refused_with_its_name() {
        let error = parse_level("info,vagus=loud").unwrap_err();
        assert!(error.to_string().contains("vagus=loud"), "{error}");
        assert!(parse_level("info").is_ok());
        assert!(parse_level("warn,vagus::ingest=debug").is_ok());
    }

    #[test]
    fn formats_have_names() {
        assert_eq!(Format::parse("json"), Some(Format::Json));
        assert_eq!(Format::parse("pretty"), Some(Format::Pretty));
        assert_eq!(Format::parse("xml"), None);
    }
}
