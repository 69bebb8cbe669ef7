//! Logs: lines on standard error, for people or for machines.
//!
//! A log line names what happened and to which message, row or case. It never carries a health
//! value, an answer, a payload or a contact detail: logs travel further than the store does.

use std::io::{self, IsTerminal as _};

use tracing::{Level, Metadata};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::log_level::{self, LogLevel};

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
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
    /// How lines look; none: for people where they are written to a terminal, and for machines elsewhere.
    pub format: Option<Format>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { level: "info".to_owned(), format: None }
    }
}

/// Why logging could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum LoggingError {
    /// The level is neither a level nor a list of directives.
    #[error(
        "log.level {level:?} is neither a level (error, warn, info, debug, trace) nor a list of directives: {problem}"
    )]
    Level {
        /// What was asked for.
        level: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Something else in the process writes the logs already.
    #[error("logs are written by something else already")]
    AlreadySet,
}

/// What lines are written from on.
const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];

/// Checks a level before anything is started.
///
/// # Errors
/// [`LoggingError::Level`] where it cannot be understood, or would write no line, not even of errors.
pub fn parse_level(level: &str) -> Result<EnvFilter, LoggingError> {
    let refused = |problem: String| LoggingError::Level { level: level.to_owned(), problem };
    if level.contains(['[', ']', '{', '}']) {
        return Err(refused("directives name targets, not spans or fields".to_owned()));
    }
    // To the filter any other word is the name of a target, at which nothing is written: no error would be seen.
    let is_level = |word: &str| LEVELS.contains(&word.to_ascii_lowercase().as_str());
    if let Some(word) = level.split(',').map(str::trim).find(|word| !word.contains('=') && !is_level(word)) {
        return Err(refused(format!("\"{word}\" is none of {}", LEVELS.join(", "))));
    }
    EnvFilter::try_new(level).map_err(|error| refused(error.to_string()))
}

/// Whether a line may be written at all. What other people's code says below `info` may hold whatever went through
/// it, a payload too.
fn is_ours_or_plain(line: &Metadata<'_>) -> bool {
    let target = line.target();
    // The journal tells at each start how long it took, and from which file of the machine that built it.
    if target.starts_with("raft_engine") {
        return *line.level() <= Level::WARN;
    }
    target == "vagus" || target.starts_with("vagus::") || *line.level() <= Level::INFO
}

/// Sends the logs of the whole process to standard error. From then on [`log_level::of_process`] changes their level.
///
/// # Errors
/// [`LoggingError`] where the level cannot be understood, or logs go elsewhere already.
pub fn init(settings: &Settings) -> Result<(), LoggingError> {
    let (level, filter) = LogLevel::new(&settings.level)?;
    let registry = tracing_subscriber::registry().with(filter).with(filter_fn(is_ours_or_plain));
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    let is_terminal = io::stderr().is_terminal();
    let set = match settings.format.unwrap_or(if is_terminal { Format::Pretty } else { Format::Json }) {
        Format::Pretty => registry.with(lines.with_ansi(is_terminal)).try_init(),
        // The span around a line names its message; the spans around that one would only say it again.
        Format::Json => registry.with(lines.json().flatten_event(true).with_span_list(false)).try_init(),
    };
    set.map_err(|_| LoggingError::AlreadySet)?;
    log_level::is_of_process(level);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_that_is_none_is_refused_with_its_name() {
        let error = parse_level("info,vagus=loud").unwrap_err();
        assert!(error.to_string().contains("vagus=loud"), "{error}");
        for mistyped in ["inof", "off", "", "info,loud"] {
            assert!(parse_level(mistyped).unwrap_err().to_string().contains("is none of error, warn"), "{mistyped}");
        }
        assert!(parse_level("info").is_ok());
        assert!(parse_level("warn,vagus::ingest=debug").is_ok());
    }

    #[test]
    fn a_directive_about_spans_is_refused_as_it_would_make_every_message_dear() {
        for level in ["[decode]=trace", "info,vagus[{message_id=gw-7}]=trace"] {
            assert!(parse_level(level).unwrap_err().to_string().contains("not spans"), "{level}");
        }
    }

    #[test]
    fn formats_have_names() {
        assert_eq!(Format::parse("json"), Some(Format::Json));
        assert_eq!(Format::parse("pretty"), Some(Format::Pretty));
        assert_eq!(Format::parse("xml"), None);
    }

    #[test]
    fn what_other_code_says_below_info_is_never_written() {
        use std::sync::{Arc, Mutex};

        #[derive(Clone, Default)]
        struct Written(Arc<Mutex<Vec<u8>>>);
        impl io::Write for Written {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0.lock().unwrap().write(bytes)
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let written = Written::default();
        let writer = written.clone();
        let (_, filter) = LogLevel::new("trace").unwrap();
        let lines = tracing_subscriber::fmt::layer().with_writer(move || writer.clone()).with_ansi(false);
        let subscriber = tracing_subscriber::registry().with(filter).with(filter_fn(is_ours_or_plain)).with(lines);
        tracing::subscriber::with_default(subscriber, || {
            tracing::trace!(target: "vagus::ingest", "ours");
            tracing::warn!(target: "hyper", "theirs, aloud");
            tracing::debug!(target: "hyper::proto", "the payload was 37.4831");
            tracing::trace!(target: "vagusness", "not ours");
            tracing::info!(target: "raft_engine::engine", "Recovering raft logs");
        });
        let written = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        assert!(written.contains("ours") && written.contains("theirs, aloud"), "{written}");
        assert!(!written.contains("37.4831") && !written.contains("not ours"), "{written}");
        assert!(
            !written.contains("raft"),
            "what it says at each start names a file of the building machine: {written}"
        );
    }
}
