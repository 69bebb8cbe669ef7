//! `latency.hlog` is read by HdrHistogram's own tools, and says the same as the metrics.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::eventually;
use crate::support::feed::{ago, gad7, nights, now};
use crate::support::town::Town;

/// What HdrHistogram in Python makes of a log: of each tag the count, the median and the largest value.
fn read(log: &Path) -> Value {
    let python = std::env::var_os("VAGUS_TEST_PYTHON").expect("VAGUS_TEST_PYTHON is not set: run ./tests/run");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/operators/read_hlog.py");
    let output = Command::new(python).arg(script).arg(log).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_log_of_delays_is_read_by_others_and_agrees_with_the_metrics() {
    let mut town = Town::edited(|config| config.replace("[ops]\n", "[ops]\nlatency_log_every_s = 1\n"));
    let now = now();
    // Somebody else than those of the alerts, which late nights could revise.
    town.send_all(&nights("w-99", 3, 0, 1, now));
    for n in 0..20 {
        town.send_all(&[gad7(&format!("w-{n}"), 12, ago(now, 1))]);
    }
    town.wait_for_alerts("w-19", 1);
    let shown = |name: &str| town.vagus.metric(name, "");
    eventually("all alerts are counted", || (shown("vagus_alert_delay_seconds_count") >= 20.0).then_some(()));
    let counts = [
        ("alert", shown("vagus_alert_delay_seconds_count")),
        ("take_in", shown("vagus_stage_seconds_count{stage=\"take_in\"}")),
        ("commit", shown("vagus_stage_seconds_count{stage=\"commit\"}")),
        ("publish", shown("vagus_stage_seconds_count{stage=\"publish\"}")),
    ];
    let median_s = shown("vagus_alert_delay_seconds{quantile=\"0.5\"}");
    let longest_s = shown("vagus_alert_delay_seconds{quantile=\"1\"}");
    assert_eq!(town.vagus.stop(), Some(0));

    let log = town.vagus.config().with_file_name("data").join("latency.hlog");
    let told = read(&log);
    for (tag, count) in counts {
        assert!((told["tags"][tag]["count"].as_f64().unwrap() - count).abs() < 0.5, "{tag}: {count} and {told}");
        assert!(count >= 20.0, "{tag}: {count}");
    }
    let alert = &told["tags"]["alert"];
    let near = |micros: &Value, seconds: f64| {
        let there_s = micros.as_f64().unwrap() / 1e6;
        assert!((there_s - seconds).abs() <= 0.002 * seconds + 2e-6, "{there_s} and {seconds}");
    };
    near(&alert["median"], median_s);
    near(&alert["max"], longest_s);
    assert!(told["intervals"].as_u64().unwrap() > 2, "{told}");
    // The parts make up the whole.
    assert!(longest_s < 5.0, "{longest_s}");
    let start = told["start_time_s"].as_f64().unwrap();
    assert!((start - now.as_second() as f64).abs() < 120.0, "{start}");
}
