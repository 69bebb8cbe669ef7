//! What `promtool` and `amtool` say of our rules, our configurations and our metrics.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::prometheus::dashboards;
use crate::support::mosquitto::{Mosquitto, MosquittoConfig, find};
use crate::support::vagus::Vagus;

/// Runs a tool; whether it was content, and what it said.
fn run(program: &str, arguments: &[&str], directory: &Path, input: &str) -> (bool, String) {
    let mut child = Command::new(find(program))
        .args(arguments)
        .current_dir(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A tool that reads nothing may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    (output.status.success(), said.into_owned())
}

#[track_caller]
fn is_content(program: &str, arguments: &[&str], directory: &Path) {
    let (is_content, said) = run(program, arguments, directory, "");
    assert!(is_content, "{program} {arguments:?}: {said}");
}

#[test]
fn the_rules_and_both_configurations_are_in_order() {
    let directory = dashboards().join("prometheus");
    is_content("promtool", &["check", "rules", "recording.yml", "alerting.yml"], &directory);
    is_content("promtool", &["check", "config", "prometheus.yml"], &directory);
    is_content("amtool", &["check-config", "alertmanager.yml"], &directory);
}

#[test]
fn each_alert_fires_when_it_should_and_not_otherwise() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/operators");
    is_content("promtool", &["test", "rules", "rules.yml"], &directory);
    let tests = std::fs::read_to_string(directory.join("rules.yml")).unwrap();
    let rules = std::fs::read_to_string(dashboards().join("prometheus/alerting.yml")).unwrap();
    let alerts: Vec<&str> = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert!(alerts.len() > 10, "{alerts:?}");
    for alert in alerts {
        for claim in ["fires", "keeps silent"] {
            assert!(tests.contains(&format!("- name: {alert} {claim}\n")), "no test that {alert} {claim}");
        }
    }
}

#[test]
fn a_rule_that_does_not_fire_as_it_should_fails_its_test() {
    let directory = tempfile::tempdir().unwrap();
    let tests =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/operators/rules.yml")).unwrap();
    let rules = dashboards().join("prometheus");
    let changed = std::fs::read_to_string(rules.join("alerting.yml")).unwrap().replace("< 0.1", "< 0.01");
    std::fs::write(directory.path().join("alerting.yml"), changed).unwrap();
    let tests = tests
        .replace("../../dashboards/prometheus/recording.yml", rules.join("recording.yml").to_str().unwrap())
        .replace("../../dashboards/prometheus/alerting.yml", "alerting.yml");
    std::fs::write(directory.path().join("rules.yml"), tests).unwrap();
    let (is_content, said) = run("promtool", &["test", "rules", "rules.yml"], directory.path(), "");
    assert!(!is_content && said.contains("VagusDiskNearlyFull fires"), "{said}");
}

#[test]
fn every_metric_has_a_help_text_and_the_name_that_prometheus_advises() {
    let broker = Mosquitto::start(&MosquittoConfig::persistent());
    let service = Vagus::start_edited(broker.port(), |config| config);
    let text = service.metrics();
    let (is_content, said) = run("promtool", &["check", "metrics"], Path::new("/"), &text);
    assert!(is_content, "{said}");
    assert_eq!(said, "");
    let (is_content, said) = run("promtool", &["check", "metrics"], Path::new("/"), "vagus_things_count 1\n");
    assert!(!is_content && said.contains("help"), "{said}");
}
