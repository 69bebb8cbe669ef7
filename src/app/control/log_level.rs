//! The level of the logs, by command.

use std::time::Duration;

use super::words::{Answer, LevelChange};
use crate::telemetry::log_level::{self, InForce, LogLevel};

pub(super) fn answer(change: Option<LevelChange>) -> Answer {
    let Some(level) = log_level::of_process() else {
        return Answer::Failed { problem: "this service's logs are written by something else".to_owned() };
    };
    match change {
        None => {}
        Some(LevelChange::Back) => level.give_back(),
        Some(LevelChange::To { level: wanted, for_s }) => {
            if let Err(error) = change_to(level, &wanted, for_s.map(Duration::from_secs)) {
                return Answer::Failed { problem: error.to_string() };
            }
        }
    }
    let InForce { level, configured, back_in_s } = level.in_force();
    Answer::LogLevel { level, configured, back_in_s }
}

/// Changes it, and gives it back once the time is over.
fn change_to(level: &'static LogLevel, wanted: &str, span: Option<Duration>) -> Result<(), log_level::LoggingError> {
    let change = level.set(wanted, span)?;
    if let Some(span) = span {
        tokio::spawn(async move {
            tokio::time::sleep(span).await;
            level.give_back_after(change);
        });
    }
    Ok(())
}
