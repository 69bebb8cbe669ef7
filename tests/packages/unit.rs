//! The unit: what stands in it, and what systemd's own judge says of it.

use std::process::Command;

use crate::package::{repository, said};

/// The unit as it is packaged.
pub(crate) fn text() -> String {
    std::fs::read_to_string(repository().join("config/packaging/vagus.service")).unwrap()
}

/// Every value of a key, in order.
pub(crate) fn values<'a>(unit: &'a str, key: &str) -> Vec<&'a str> {
    let of_key = |line: &'a str| line.strip_prefix(key)?.strip_prefix('=');
    unit.lines().filter_map(of_key).collect()
}

/// The only value of a key.
pub(crate) fn value<'a>(unit: &'a str, key: &str) -> &'a str {
    let values = values(unit, key);
    assert_eq!(values.len(), 1, "{key}: {values:?}");
    values[0]
}

/// The exposure that `systemd-analyze security` counts, from 0 to 10.
fn exposure(unit: &str) -> f64 {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("vagus.service");
    std::fs::write(&file, unit).unwrap();
    let mut judge = Command::new("systemd-analyze");
    let told = said(judge.args(["security", "--offline=true", "--no-pager"]).arg(&file));
    let verdict = told.lines().find_map(|line| line.split_once("Overall exposure level for vagus.service: "));
    let (_, number) = verdict.unwrap_or_else(|| panic!("{told}"));
    number.split_whitespace().next().unwrap().parse().unwrap()
}

#[test]
fn the_service_is_exposed_at_most_by_two_of_ten() {
    let counted = exposure(&text());
    println!("exposure {counted}");
    assert!(counted <= 2.0, "{counted}");
}

#[test]
fn the_judge_would_tell_of_a_unit_that_is_open() {
    let open: String =
        text().lines().filter(|line| !line.starts_with("CapabilityBounding")).map(|l| format!("{l}\n")).collect();
    assert!(exposure(&open) > 2.0);
}

#[test]
fn the_manager_waits_for_readiness_and_looks_for_signs_of_life() {
    let unit = text();
    assert_eq!((value(&unit, "Type"), value(&unit, "NotifyAccess")), ("notify", "main"));
    assert_eq!(value(&unit, "Restart"), "on-failure");
    assert_eq!(values(&unit, "WatchdogSec").len(), 1);
    assert_eq!((value(&unit, "StateDirectory"), value(&unit, "StateDirectoryMode")), ("vagus", "0700"));
    // The password of the first account is not for the log.
    assert_eq!(value(&unit, "StandardOutput"), "null");
}
