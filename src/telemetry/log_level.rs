//! The level of the logs while the process runs: looked at, changed, and given back.
//!
//! It is one of the whole process, as the logs are. A change is by a signal or a command and ends with the process;
//! one with an end gives the level back by itself, unless somebody changed it again meanwhile.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tracing_subscriber::{EnvFilter, Registry, reload};

use super::latency::Stopwatch;
pub use super::logging::LoggingError;
use super::logging::parse_level;

/// From few lines to many.
const STEPS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];

/// What is in force, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InForce {
    /// The level, or directives.
    pub level: String,
    /// What the configuration says.
    pub configured: String,
    /// In how many seconds the configured level comes back by itself; none where it does not.
    pub back_in_s: Option<u64>,
}

/// The level of the logs.
#[derive(Debug)]
pub struct LogLevel {
    handle: reload::Handle<EnvFilter, Registry>,
    configured: String,
    now: Mutex<Now>,
}

#[derive(Debug)]
struct Now {
    level: String,
    /// How often it was changed: who gives it back looks whether somebody changed it meanwhile.
    changes: u64,
    until: Option<(Stopwatch, Duration)>,
}

static OF_PROCESS: OnceLock<LogLevel> = OnceLock::new();

/// The level of this process' logs; none before they are set up.
#[must_use]
pub fn of_process() -> Option<&'static LogLevel> {
    OF_PROCESS.get()
}

pub(super) fn is_of_process(level: LogLevel) {
    // Logs can be set up once only, so this can be neither.
    let _ = OF_PROCESS.set(level);
}

impl LogLevel {
    /// A level, and the filter that holds lines against it.
    ///
    /// # Errors
    /// [`LoggingError::Level`] where it cannot be understood.
    pub fn new(level: &str) -> Result<(Self, reload::Layer<EnvFilter, Registry>), LoggingError> {
        let (filter, handle) = reload::Layer::new(parse_level(level)?);
        let now = Mutex::new(Now { level: level.to_owned(), changes: 0, until: None });
        Ok((Self { handle, configured: level.to_owned(), now }, filter))
    }

    /// What is in force.
    #[must_use]
    pub fn in_force(&self) -> InForce {
        let now = self.lock();
        let left = |(since, whole): &(Stopwatch, Duration)| {
            whole.saturating_sub(Duration::from_secs_f64(since.elapsed_s())).as_secs()
        };
        InForce {
            level: now.level.clone(),
            configured: self.configured.clone(),
            back_in_s: now.until.as_ref().map(left),
        }
    }

    /// Changes it; gives the number of the change.
    ///
    /// # Errors
    /// [`LoggingError::Level`] where it cannot be understood: the old one stays.
    pub fn set(&self, level: &str, span: Option<Duration>) -> Result<u64, LoggingError> {
        let filter = parse_level(level)?;
        let mut now = self.lock();
        // Told before as well: at the new level nobody may be told any more.
        tracing::warn!(level, "the level of the logs is about to change");
        // What filters is gone only with the process.
        let _ = self.handle.reload(filter);
        let changes = now.changes + 1;
        *now = Now { level: level.to_owned(), changes, until: span.map(|span| (Stopwatch::start(), span)) };
        drop(now);
        tracing::warn!(level, for_s = span.map(|span| span.as_secs()), "the level of the logs was changed");
        Ok(changes)
    }

    /// One level more than what is in force; targets that a directive names keep theirs.
    pub fn raise(&self) {
        let level = raised(&self.lock().level);
        // A level of which one word was changed for another is one.
        let _ = self.set(&level, None);
    }

    /// What the configuration says, again.
    pub fn give_back(&self) {
        let _ = self.set(&self.configured, None);
    }

    /// The same, unless it was changed since the change of that number.
    pub fn give_back_after(&self, change: u64) {
        if self.lock().changes == change {
            self.give_back();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The same directives with the level of whatever none of them names one step up.
fn raised(level: &str) -> String {
    let step_of = |directive: &str| STEPS.iter().position(|step| directive.trim().eq_ignore_ascii_case(step));
    let up = |step: usize| STEPS[(step + 1).min(STEPS.len() - 1)];
    let directives: Vec<&str> = level.split(',').map(str::trim).filter(|one| !one.is_empty()).collect();
    // Without a level for the rest, only errors of it are written; `off` is no step at all.
    let rest = directives.iter().rev().find_map(|directive| step_of(directive)).unwrap_or(0);
    let named = directives.iter().copied().filter(|directive| directive.contains('='));
    std::iter::once(up(rest)).chain(named).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[test]
    fn raising_goes_up_by_one_step_and_ends_at_all() {
        assert_eq!(raised("info"), "debug");
        assert_eq!(raised("DEBUG"), "trace");
        assert_eq!(raised("trace"), "trace");
        assert_eq!(raised("info,vagus::store=warn"), "debug,vagus::store=warn");
        assert_eq!(raised("vagus::ingest=debug"), "warn,vagus::ingest=debug");
        assert!(parse_level(&raised("off")).is_ok());
    }

    #[test]
    fn a_change_is_in_force_at_once_and_is_shown() {
        let (level, filter) = LogLevel::new("info").unwrap();
        tracing::subscriber::with_default(tracing_subscriber::registry().with(filter), || {
            let is_on = || tracing::enabled!(target: "vagus::decode", tracing::Level::DEBUG);
            assert!(!is_on());
            level.set("debug", Some(Duration::from_secs(600))).unwrap();
            assert!(is_on());
            let shown = level.in_force();
            assert_eq!((shown.level.as_str(), shown.configured.as_str()), ("debug", "info"));
            assert!(shown.back_in_s.is_some_and(|left| (590..=600).contains(&left)), "{shown:?}");
            level.give_back();
            assert!(!is_on());
            assert_eq!(level.in_force().back_in_s, None);
        });
    }

    #[test]
    fn a_level_comes_back_by_itself_unless_it_was_changed_meanwhile() {
        let (level, _filter) = LogLevel::new("info").unwrap();
        let first = level.set("debug", None).unwrap();
        let second = level.set("trace", None).unwrap();
        level.give_back_after(first);
        assert_eq!(level.in_force().level, "trace");
        level.give_back_after(second);
        assert_eq!(level.in_force().level, "info");
    }

    #[test]
    fn a_level_that_is_none_leaves_the_old_one() {
        let (level, _filter) = LogLevel::new("info").unwrap();
        assert!(level.set("loud", None).is_err() || level.set("vagus=loud", None).is_err());
        assert!(level.set("vagus=loud", None).is_err());
    }
}
