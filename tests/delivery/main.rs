//! Ten thousand events of alerts to receivers of every bad kind, and SIGKILL in the middle of deliveries. In a binary
//! of its own, because delays are measured.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod hook;
#[expect(dead_code, reason = "other tests use the rest of it")]
#[path = "../service/support/mod.rs"]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hook::{Fault, Hook, KillSwitch, Mood, now};
use serde_json::{Value, json};
use support::client::TestClient;
use support::eventually;
use support::mosquitto::{Mosquitto, MosquittoConfig};
use support::vagus::Vagus;
use vagus::clock::Clock;

const BAD: [(&str, Fault); 5] = [
    ("errors", Fault::Errors),
    ("silent", Fault::Silent),
    ("dribbles", Fault::Dribbles),
    ("resets", Fault::Resets),
    ("away", Fault::Away),
];
/// Workers for each of the bad receivers, each with an alert and the two actions that it asks for.
const WORKERS: usize = 667;
const EVENTS: usize = 3 * WORKERS;
const KILLS: usize = 50;
/// Deliveries between two kills.
const BETWEEN_KILLS: usize = 120;
/// Alerts whose delay is measured, before and after the others fall ill.
const MEASURED: usize = 150;
/// Screenings in a message.
const PACKED: usize = 100;
const EVENT_KINDS: &str = r#"["raised", "workload_review", "counseling"]"#;
/// All times are a thousandth of the defaults, so this is an hour.
const HOUR: Duration = Duration::from_millis(3_600);

/// A site and a webhook for each receiver; every alert goes to the good one as well.
fn configuration(config: String, hooks: &BTreeMap<&str, Hook>, good: &Hook, keys: &Path) -> String {
    let mut config = config
        + "[outbox]\nconcurrency = 16\nretry_min_s = 0.01\nretry_max_s = 3.6\ncrisis_retry_max_s = 0.06\n\
           probe_max_s = 0.06\nattempt_timeout_s = 0.25\n"
        + &channel("good", good, keys)
        + "[[routes]]\nchannel = \"good\"\nkinds = [\"raised\"]\n";
    for (id, hook) in hooks {
        config += &channel(id, hook, keys);
        config += &format!("[[routes]]\nchannel = \"{id}\"\nsites = [\"{id}\"]\nkinds = {EVENT_KINDS}\n");
        config += &format!("[[sites]]\nid = \"{id}\"\ntime_zone = \"Asia/Ho_Chi_Minh\"\n");
    }
    config
}

/// The configuration of a webhook.
fn channel(id: &str, hook: &Hook, keys: &Path) -> String {
    let key = keys.join("hook.key");
    std::fs::write(&key, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").unwrap();
    format!(
        "[[channels]]\nid = \"{id}\"\nkind = \"webhook\"\nurl = \"{}\"\nsecret_files = [{key:?}]\n\
         timeout_ms = 1000\nallow_private_addresses = true\n",
        hook.url()
    )
}

/// A GAD-7 that opens a case.
fn screening(worker: &str) -> Value {
    let taken_at = Clock::System.now().to_string();
    json!({"worker": worker, "instrument": "GAD-7", "taken_at": taken_at, "answers": [2, 2, 2, 2, 2, 2, 2]})
}

/// From the questionnaire on its way to the alert at the good receiver, one worker after another.
fn delays(gateway: &TestClient, good: &Hook, round: &str) -> Vec<f64> {
    let mut delays: Vec<f64> = (0..MEASURED)
        .map(|number| {
            let worker = format!("{round}-{number}");
            let begin = now();
            gateway.publish("vagus/v1/plant-a/gw-7/screenings", screening(&worker).to_string());
            let came = eventually("the good receiver has it", || good.came(&worker));
            came.duration_since(begin).as_secs_f64() * 1_000.0
        })
        .collect();
    delays.sort_by(f64::total_cmp);
    delays
}

fn quantile(sorted: &[f64], tenths: usize) -> f64 {
    sorted[(sorted.len() - 1) * tenths / 10]
}

/// Sends the questionnaires of every site, a hundred a message, and waits for their receipts.
fn send_all(gateway: &TestClient, receipts: &TestClient) {
    let mut messages = 0;
    for (site, _) in BAD {
        for first in (0..WORKERS).step_by(PACKED) {
            let items: Vec<Value> =
                (first..WORKERS.min(first + PACKED)).map(|n| screening(&format!("{site}-{n}"))).collect();
            let envelope = json!({"message_id": format!("{site}-{first}"), "items": items});
            gateway.publish(&format!("vagus/v1/{site}/gw-7/screenings"), envelope.to_string());
            messages += 1;
        }
        receipts.wait_for(messages);
    }
}

/// The ids of the events of each site and type, as the broker has them.
fn decided(receiver: &TestClient) -> BTreeMap<String, BTreeMap<String, BTreeSet<String>>> {
    let mut decided: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for message in receiver.wait_for(0) {
        let event: Value = serde_json::from_slice(&message.payload).unwrap();
        let site = message.topic.split('/').nth(2).unwrap().to_owned();
        let [id, kind] = ["id", "type"].map(|key| event[key].as_str().unwrap().to_owned());
        decided.entry(site).or_default().entry(kind).or_default().insert(id);
    }
    decided
}

/// Kills the service again and again, each time while a receiver has a delivery and has not said so.
fn kill_it_often(vagus: &mut Vagus, switch: &KillSwitch) -> Vec<String> {
    let mut killed = Vec::new();
    while killed.len() < KILLS {
        let held = switch.wait(BETWEEN_KILLS);
        killed.push(held.unwrap_or_else(|| panic!("deliveries ended after {} kills: {}", killed.len(), vagus.log())));
        vagus.kill9();
        vagus.start_again();
    }
    killed
}

/// Waits until every bad receiver counts as down.
fn wait_until_down(vagus: &Vagus) {
    for (id, _) in BAD {
        let channels = || vagus.ask(&["outbox", "list", "--limit", "0"])["channels"].as_array().unwrap().clone();
        let is_down = || channels().iter().any(|row| row["channel"] == id && row["receiver"] == "down");
        eventually("a bad receiver counts as down", || is_down().then_some(()));
    }
}

/// The delay of the good receiver is what it was.
fn compare(alone: &[f64], beside: &[f64]) {
    let told = |delays: &[f64]| [1, 5, 9].map(|tenths| (quantile(delays, tenths) * 10.0).round() / 10.0);
    let (before, after) = (told(alone), told(beside));
    eprintln!("delay of the good channel, 10 %, 50 % and 90 %: alone {before:?} ms, beside {after:?} ms");
    let allowed = quantile(alone, 9).max(1.5 * quantile(alone, 5)) + 10.0;
    assert!(quantile(beside, 5) <= allowed, "the bad receivers delay the good one: allowed {allowed:.1} ms");
}

/// Every receiver has what is its own, and what the service was killed over came once more after that.
fn check(hooks: &BTreeMap<&str, Hook>, good: &Hook, receiver: &TestClient, killed: &[String]) {
    let all = 2 * MEASURED + BAD.len() * WORKERS;
    // What is compared with comes over MQTT, and may be read later than it was sent.
    let is_read = || decided(receiver).values().map(|kinds| kinds["vagus.alert.raised"].len()).sum::<usize>() >= all;
    eventually("the subscriber has read every alert", || is_read().then_some(()));
    let decided = decided(receiver);
    let raised: BTreeSet<String> = decided.values().flat_map(|kinds| kinds["vagus.alert.raised"].clone()).collect();
    assert_eq!(raised.len(), all, "one alert for each worker");
    let mut times_of: BTreeMap<String, usize> = good.shown();
    assert_eq!(good.shown().into_keys().collect::<BTreeSet<_>>(), raised, "the good one has all, and nothing else");
    for (id, hook) in hooks {
        let shown = hook.shown();
        let (repeated, requests) = (shown.values().filter(|times| **times > 1).count(), hook.requests());
        eprintln!("{id}: {} shown, {repeated} of them came more than once, {requests} requests", shown.len());
        let own: BTreeSet<String> = decided[*id].values().flatten().cloned().collect();
        assert_eq!(own.len(), EVENTS);
        assert_eq!(shown.keys().cloned().collect::<BTreeSet<_>>(), own, "{id} has its own, and nothing else");
        shown.into_iter().for_each(|(id, times)| *times_of.entry(id).or_default() += times);
    }
    // Each alert goes to the good receiver as well.
    for id in killed {
        let receivers = 1 + usize::from(raised.contains(id));
        assert!(times_of[id] > receivers, "{id} was sent before a kill, and not again after it");
    }
}

#[test]
fn ten_thousand_events_reach_five_bad_receivers_over_fifty_kills_and_delay_nobody_else() {
    let begin = now();
    let keys = tempfile::tempdir().unwrap();
    let switch = Arc::new(KillSwitch::default());
    let good = Hook::start(Fault::None, &switch);
    let hooks: BTreeMap<&str, Hook> = BAD.map(|(id, fault)| (id, Hook::start(fault, &switch))).into();
    let broker = Mosquitto::start(&MosquittoConfig::persistent());
    let receiver = TestClient::connect_with(broker.port(), "receiver", |options| {
        options.set_clean_start(false);
        options.set_session_expiry_interval(Some(3_600));
    });
    ["vagus/v1/+/alerts", "vagus/v1/+/actions/+"].into_iter().for_each(|filter| receiver.subscribe(filter));
    let receipts = TestClient::connect(broker.port(), "receipts");
    receipts.subscribe("vagus/v1/+/+/receipts");
    let gateway = TestClient::connect(broker.port(), "gw-7");
    let mut vagus = Vagus::start_edited(broker.port(), |config| configuration(config, &hooks, &good, keys.path()));

    let alone = delays(&gateway, &good, "alone");
    let ill_since = now();
    send_all(&gateway, &receipts);
    eventually("the good receiver has all", || (good.count() == MEASURED + BAD.len() * WORKERS).then_some(()));
    wait_until_down(&vagus);
    compare(&alone, &delays(&gateway, &good, "beside"));
    eventually("an hour has passed for who is away", || (ill_since.elapsed() >= HOUR).then_some(()));
    for (id, hook) in &hooks {
        let sent = hook.requests();
        assert!(sent < WORKERS, "{id} is ill, and was sent {sent} requests");
    }

    // What workers remember is written, so that a start after a kill does not take it from the journal again.
    assert_eq!(vagus.stop(), Some(0));
    vagus.start_again();
    vagus.wait_until_ready();
    hooks.values().for_each(|hook| hook.set(Mood::Shaky));
    hooks.values().for_each(Hook::come_back);
    let killed = kill_it_often(&mut vagus, &switch);
    vagus.wait_until_ready();
    let last = now();
    hooks.values().for_each(|hook| hook.set(Mood::Well));
    for (id, hook) in &hooks {
        let all = || (hook.count() >= EVENTS).then_some(());
        eventually(&format!("{id} has everything, and not {}", hook.count()), all);
    }
    eventually("every channel is empty", || (vagus.metric("vagus_outbox_pending", "") < 1.0).then_some(()));
    check(&hooks, &good, &receiver, &killed);
    assert!(vagus.metric("vagus_dead_letters{", "") < 1.0, "nothing was given up");
    eprintln!("{} kills, {:?} in all, {:?} after the last", killed.len(), elapsed(begin), elapsed(last));
}

fn elapsed(since: Instant) -> Duration {
    now().duration_since(since)
}

#[test]
fn what_waits_is_listed_without_its_content_and_leaves_at_once_when_it_is_retried() {
    let keys = tempfile::tempdir().unwrap();
    let hook = Hook::start(Fault::NotFound, &Arc::default());
    let broker = Mosquitto::start(&MosquittoConfig::persistent());
    let gateway = TestClient::connect(broker.port(), "gw-7");
    // With the defaults: after an answer of 404 a delivery waits for a quarter of an hour.
    let mut vagus = Vagus::start_edited(broker.port(), |config| {
        config + &channel("clinic", &hook, keys.path()) + "[[routes]]\nchannel = \"clinic\"\nkinds = [\"raised\"]\n"
    });
    gateway.publish("vagus/v1/plant-a/gw-7/screenings", screening("w-1").to_string());
    let list = |vagus: &Vagus| vagus.ask(&["outbox", "list", "--channel", "clinic"]);
    let row = eventually("it is tried and waits", || {
        let row = list(&vagus)["deliveries"][0].clone();
        (row["state"] == "waiting" && row["attempts"] == 1).then_some(row)
    });
    assert_eq!((&row["channel"], &row["failure"]), (&json!("clinic"), &json!("failed")));
    assert!(row["error"].as_str().unwrap().contains("404"), "{row}");
    let next: vagus::domain::Timestamp = row["next_attempt_at"].as_str().unwrap().parse().unwrap();
    assert!(next.duration_since(Clock::System.now()).as_secs() > 600, "{row}");
    let text = row.to_string();
    assert!(!text.contains("w-1") && !text.contains("GAD") && !text.contains("127.0.0.1"), "{text}");

    assert_eq!(vagus.stop(), Some(0));
    let stopped = list(&vagus);
    assert_eq!(stopped["deliveries"][0]["id"], row["id"], "read from the store itself");
    let refused = vagus.command(&["outbox", "retry", "--all"], &[]);
    assert_eq!(refused.status.code(), Some(1), "nothing is retried without a service");
    vagus.start_again();
    vagus.wait_until_ready();
    eventually("it is tried again after the start", || (hook.requests() == 2).then_some(()));

    hook.set(Mood::Well);
    eventually("it waits again", || (list(&vagus)["deliveries"][0]["attempts"] == 1).then_some(()));
    let id = row["id"].as_str().unwrap();
    let retried = vagus.ask(&["outbox", "retry", id, "c-none"]);
    assert_eq!((&retried["revived"], &retried["hurried"]), (&json!(0), &json!(1)), "{retried}");
    assert_eq!(retried["unknown"], json!(["c-none"]));
    eventually("it arrives", || (hook.count() == 1).then_some(()));
    eventually("nothing is left", || list(&vagus)["deliveries"].as_array().unwrap().is_empty().then_some(()));
    assert!(vagus.metric("vagus_deliveries_total", "channel=\"clinic\",outcome=\"delivered\"") > 0.0);
}
