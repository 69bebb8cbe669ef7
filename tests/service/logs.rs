//! The level of the logs while the service runs.

use serde_json::Value;

use crate::support::eventually;
use crate::support::town::Town;
use crate::support::vagus::Vagus;

fn level(vagus: &Vagus) -> Value {
    vagus.ask(&["log", "level"])
}

fn becomes(vagus: &Vagus, wanted: &str) {
    eventually("the level is in force", || (level(vagus)["level"] == wanted).then_some(()));
}

#[test]
fn the_level_is_raised_and_given_back_by_signals_and_by_a_command_that_ends_by_itself() {
    let town = Town::new();
    let vagus = &town.vagus;
    let shown = level(vagus);
    assert_eq!((&shown["level"], &shown["configured"]), (&"info".into(), &"info".into()), "{shown}");
    assert!(shown["back_in_s"].is_null(), "{shown}");
    vagus.signal("USR1");
    becomes(vagus, "debug");
    vagus.signal("USR1");
    becomes(vagus, "trace");
    vagus.signal("USR2");
    becomes(vagus, "info");

    let shown = vagus.ask(&["log", "level", "warn,vagus::ingest=debug", "--for", "10m"]);
    assert_eq!(shown["level"], "warn,vagus::ingest=debug");
    assert!(shown["back_in_s"].as_u64().is_some_and(|left| (500..=600).contains(&left)), "{shown}");
    assert_eq!(vagus.ask(&["log", "level", "--back"])["level"], "info");
    assert_eq!(vagus.ask(&["log", "level", "debug", "--for", "1s"])["level"], "debug");
    becomes(vagus, "info");

    let refused = vagus.command(&["log", "level", "vagus=loud"], &[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("vagus=loud"), "{refused:?}");
    assert_eq!(level(vagus)["level"], "info");
    let changes = vagus.log().matches("the level of the logs was changed").count();
    assert_eq!(changes, 7, "each change is in the log: {}", vagus.log());
}
