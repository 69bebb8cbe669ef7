//! What the manager of services is told, and when it is told nothing.

use std::process::{Child, Command};
use std::time::Duration;

use vagus::telemetry::latency::Stopwatch;

use crate::support::eventually;
use crate::support::feed::{ago, gad7, now};
use crate::support::strace;
use crate::support::systemd::Systemd;
use crate::support::town::Town;
use crate::support::vagus::Vagus;

/// A watchdog that barks after so long.
const WATCHDOG: Duration = Duration::from_secs(2);

#[test]
fn the_manager_hears_that_it_is_ready_that_it_turns_and_that_it_ends() {
    let mut town = Town::new();
    let directory = tempfile::tempdir().unwrap();
    let mut manager = Systemd::listen(directory.path());
    assert_eq!(town.vagus.stop(), Some(0));
    town.vagus.start_again_under(manager.path(), WATCHDOG);
    let before = manager.wait_for("READY=1");
    assert!(before.iter().any(|line| line.starts_with("STATUS=Starting: ")), "{before:?}");
    assert!(
        town.vagus.log().lines().filter(|line| line.contains("the service runs")).count() == 2,
        "all of it is there"
    );
    manager.wait_for("STATUS=Ready: ");
    eventually("it goes on", || (manager.count("WATCHDOG=1") > 5).then_some(()));
    assert_eq!(manager.count("READY=1"), 1);
    assert_eq!(town.vagus.stop(), Some(0));
    manager.wait_for("STOPPING=1");
}

#[test]
fn without_a_broker_it_is_there_all_the_same_and_says_what_is_missing() {
    let mut town = Town::new();
    let directory = tempfile::tempdir().unwrap();
    let mut manager = Systemd::listen(directory.path());
    assert_eq!(town.vagus.stop(), Some(0));
    town.broker.stop();
    town.vagus.start_again_under(manager.path(), WATCHDOG);
    manager.wait_for("READY=1");
    manager.wait_for("STATUS=Not ready: not connected to the MQTT broker: ");
    town.broker.start_again();
    manager.wait_for("STATUS=Ready: ");
}

/// What the service answers at an address of its health, whatever the status.
fn asked(ops: &str, path: &str) -> (u16, String) {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut answer = agent.get(format!("http://{ops}{path}")).call().unwrap();
    (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
}

#[test]
fn a_start_that_takes_long_is_seen_as_one_by_whoever_watches() {
    let mut town = Town::new();
    let directory = tempfile::tempdir().unwrap();
    let mut manager = Systemd::listen(directory.path());
    assert_eq!(town.vagus.stop(), Some(0));
    // To be read, the newest snapshot waits until somebody writes it.
    let snapshots = town.vagus.config().with_file_name("data").join("snapshots");
    let pipe = snapshots.join("snapshot-00000000009999999999.vagus");
    std::fs::create_dir_all(&snapshots).unwrap();
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    town.vagus.start_again_under(manager.path(), WATCHDOG);
    let ops = eventually("its health is served", || {
        let log = town.vagus.log();
        // Once for each start.
        let line = log.lines().filter(|line| line.contains("the service starts")).nth(1)?;
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        Some(line["ops"].as_str().unwrap().to_owned())
    });
    assert_eq!(asked(&ops, "/healthz").0, 200);
    let (status, told) = asked(&ops, "/readyz");
    assert!(status == 503 && told.contains("starting: the store is being read"), "{status} {told}");
    let metrics = asked(&ops, "/metrics").1;
    for shown in ["vagus_ready{check=\"start\"} 0", "vagus_starts_total 2", "vagus_commit_errors_total 0"] {
        assert!(metrics.lines().any(|line| line == shown), "{shown}: {metrics}");
    }
    for unknown in ["vagus_mqtt_connected", "vagus_store_free_bytes", "check=\"broker\"", "vagus_crises_overdue"] {
        assert!(!metrics.contains(unknown), "{unknown} is known to nobody yet: {metrics}");
    }
    assert_eq!(manager.count("READY=1"), 0);

    drop(std::fs::File::options().write(true).open(&pipe).unwrap());
    std::fs::remove_file(&pipe).unwrap();
    manager.wait_for("READY=1");
    town.vagus.wait_until_ready();
    assert_eq!(town.vagus.ops(), ops);
    for (name, labels, value) in [("vagus_starts_total", "", 2.0), ("vagus_ready", "start", 1.0)] {
        let shown = town.vagus.metric(name, labels);
        assert!((shown - value).abs() < 1e-9, "{name} is {shown}");
    }
    assert!(town.vagus.metric("vagus_store_free_bytes", "") > 0.0, "it is known from the first moment on");
    assert_eq!(town.vagus.stop(), Some(0));
}

/// A disk on which each sync takes so long, by the hand of `strace`. Dropped, it is a disk as before.
struct SlowDisk(Child);

impl SlowDisk {
    fn under(vagus: &Vagus, sync: Duration, trace: &std::path::Path) -> Self {
        let late = format!("inject=fdatasync,fsync:delay_enter={}", sync.as_micros());
        let watching = strace::watch(vagus.pid(), &["-e", "trace=fdatasync,fsync", "-e", &late], trace);
        Self(watching.unwrap_or_else(|why| panic!("{}. It said: {why}", strace::REMEDY)))
    }
}

impl Drop for SlowDisk {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-INT", &self.0.id().to_string()]).status();
        let _ = self.0.wait();
    }
}

#[test]
fn while_the_disk_stands_still_no_sign_of_life_is_given() {
    let mut town = Town::new();
    let directory = tempfile::tempdir().unwrap();
    let mut manager = Systemd::listen(directory.path());
    assert_eq!(town.vagus.stop(), Some(0));
    town.vagus.start_again_under(manager.path(), Duration::from_millis(400));
    manager.wait_for("STATUS=Ready: ");
    let trace = directory.path().join("trace");
    let disk = SlowDisk::under(&town.vagus, Duration::from_secs(4), &trace);
    let syncs = || std::fs::read_to_string(&trace).unwrap_or_default();
    let id = town.send(&gad7("w-1", 12, ago(now(), 1)));
    eventually("a sync begins", || syncs().contains("sync(").then_some(()));
    // What was under way came through; from now on each sign would have to pass the sync.
    let mut given = manager.count("WATCHDOG=1");
    let (mut longest_s, mut since) = (0.0_f64, Stopwatch::start());
    eventually("the receipt comes", || {
        let now = manager.count("WATCHDOG=1");
        if now != given {
            (given, since) = (now, Stopwatch::start());
        }
        longest_s = longest_s.max(since.elapsed_s());
        town.receipts().contains_key(&id).then_some(())
    });
    drop(disk);
    // Two of the four seconds, where ten signs a second are usual.
    assert!(longest_s >= 2.0, "quiet for {longest_s} s only\n{}", syncs());
    let before = manager.count("WATCHDOG=1");
    eventually("it goes on", || (manager.count("WATCHDOG=1") > before + 5).then_some(()));
}
