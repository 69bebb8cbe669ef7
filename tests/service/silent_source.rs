//! A source that is silent looks silent, whatever the broker kept of it.

use serde_json::Value;

use crate::support::client::TestClient;
use crate::support::eventually;
use crate::support::mosquitto::{Mosquitto, MosquittoConfig};
use crate::support::vagus::Vagus;

/// How long the source has been silent already.
const SILENT_S: i64 = 5_000;

/// When a source was last heard of.
fn last_seen(vagus: &Vagus, source: &str) -> f64 {
    vagus.metric("vagus_source_last_seen_seconds{", &format!("source=\"{source}\""))
}

/// A source says that it is here; the time at which that was heard.
fn greet(vagus: &Vagus, source: &TestClient, name: &str, is_kept: bool) -> f64 {
    let topic = format!("vagus/v1/plant-a/{name}/status");
    if is_kept {
        source.publish_retained(&topic, "online")
    } else {
        source.publish(&topic, "online")
    }
    eventually("it is heard", || Some(last_seen(vagus, name)).filter(|at| *at > 0.5))
}

/// So many times did the broker give the service what it keeps of `gw-7`.
fn given_again(broker: &Mosquitto) -> usize {
    let log = broker.log();
    let is_it = |line: &&str| {
        line.contains("Sending PUBLISH to vagus (") && line.contains(", r1, ") && line.contains("/gw-7/status")
    };
    log.lines().filter(is_it).count()
}

#[test]
fn what_the_broker_kept_of_a_silent_source_does_not_make_it_look_alive_after_a_restart() {
    let broker = Mosquitto::start(&MosquittoConfig::persistent());
    let mut vagus = Vagus::start_edited(broker.port(), |config| config);
    let gateway = TestClient::connect(broker.port(), "gateways");
    let heard_at = greet(&vagus, &gateway, "gw-7", true);
    assert_eq!(vagus.stop(), Some(0));

    // It was long ago: no test waits for that.
    let file = vagus.config().with_file_name("data").join("sources.json");
    let mut kept: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let line = kept.as_array_mut().unwrap().iter_mut().find(|line| line["source"] == "gw-7").unwrap();
    let long_ago = line["last_seen_s"].as_i64().unwrap() - SILENT_S;
    line["last_seen_s"] = long_ago.into();
    std::fs::write(&file, kept.to_string()).unwrap();

    for (place, end) in
        [Vagus::kill9 as fn(&mut Vagus), |vagus| assert_eq!(vagus.stop(), Some(0))].into_iter().enumerate()
    {
        let before = given_again(&broker);
        vagus.start_again();
        vagus.wait_until_ready();
        eventually("the broker gives again what it kept", || (given_again(&broker) > before).then_some(()));
        // Whoever greets now is heard, and what came before it was heard before it.
        let present = greet(&vagus, &gateway, &format!("gw-after-{place}"), false);
        assert!(present >= heard_at, "it is the time of day");
        let silent = last_seen(&vagus, "gw-7");
        assert!((silent - long_ago as f64).abs() < 0.5, "it looks {} s younger than it is", silent - long_ago as f64);
        end(&mut vagus);
    }

    vagus.start_again();
    vagus.wait_until_ready();
    gateway.publish("vagus/v1/plant-a/gw-7/status", "online");
    eventually("it speaks, and is heard", || (last_seen(&vagus, "gw-7") >= heard_at).then_some(()));
}
