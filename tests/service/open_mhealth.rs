//! A gateway that speaks IEEE 1752.1 and Open mHealth is understood like one that speaks our own format.

use serde_json::{Value, json};
use vagus::domain::{SignedDuration, Timestamp};

use crate::support::eventually;
use crate::support::feed::{Message, ago, gad7, nights, now};
use crate::support::town::Town;

fn header(schema: &str, user: Option<&str>) -> Value {
    let parts: Vec<&str> = schema.split(':').collect();
    let mut header = json!({
        "uuid": "8f5b0f64-6a53-4a52-8a4c-5a1c6a1f7a02", "modality": "sensed",
        "schema_id": {"namespace": parts[0], "name": parts[1], "version": parts[2]},
        "source_creation_date_time": ago(now(), 1).to_string(),
    });
    if let Some(user) = user {
        header["user_id"] = json!(user);
    }
    header
}

/// A night of our own format in the other one: a sleep episode and two series, HRV and heart rate.
fn translated(night: &Message, user: Option<&str>) -> Vec<Value> {
    let windows = || night.items.iter().filter(|item| item["kind"] == "hrv");
    let frame = |window: &Value| json!({"time_interval": {"start_date_time": window["start"], "duration": {"value": 5, "unit": "min"}}});
    let variability: Vec<Value> = windows()
        .map(|w| {
            json!({"heart_rate_variability": {"value": w["rmssd_ms"], "unit": "ms"}, "algorithm": "RMSSD",
                "effective_time_frame": frame(w), "temporal_relationship_to_sleep": "during sleep"})
        })
        .collect();
    let rate: Vec<Value> = windows()
        .map(|w| {
            json!({"heart_rate": {"value": w["mean_hr_bpm"], "unit": "beats/min"},
                "effective_time_frame": {"date_time": w["start"]}, "temporal_relationship_to_sleep": "during sleep"})
        })
        .collect();
    let sleep = night.items.iter().find(|item| item["kind"] == "sleep").unwrap();
    let episode = json!({
        "effective_time_frame": {"time_interval": {"start_date_time": sleep["onset"], "end_date_time": sleep["wake"]}},
        "latency_to_sleep_onset": {"value": 20, "unit": "min"}, "latency_to_arising": {"value": 600, "unit": "sec"},
        "wake_after_sleep_onset": {"value": 20, "unit": "min"}, "is_main_sleep": true});
    vec![
        json!({"header": header("ieee:sleep-episode:1.0", user), "body": episode}),
        json!({"header": header("omh:heart-rate-variability:1.0", user), "body": variability}),
        json!({"header": header("omh:heart-rate:2.0", user), "body": rate}),
    ]
}

fn message(at: Timestamp, items: Vec<Value>) -> Message {
    Message { at, stream: "readings", items }
}

fn workers(town: &Town) -> Vec<String> {
    let told = town.vagus.ask(&["workers", "list"]);
    let text = told.to_string();
    ["gw-7--w-1", "w-2"].into_iter().filter(|name| text.contains(&format!("\"{name}\""))).map(str::to_owned).collect()
}

#[test]
fn sleep_episode_and_series_are_accepted_once_and_counted_by_reading() {
    let mut town = Town::new();
    let night = nights("w-1", 1, 0, 1, now()).remove(0);
    let sent = message(night.at, translated(&night, Some("w-1")));
    assert_eq!(town.send_all(std::slice::from_ref(&sent)), (1 + 96 + 96, 0, 0));
    assert_eq!(town.send_all(&[sent]), (0, 1 + 96 + 96, 0), "the same again");
    let items = json!({"message_id": "named", "worker": "w-2", "items": translated(&night, None)});
    town.send_raw("vagus/v1/plant-a/gw-7/readings", items.to_string());
    assert_eq!(town.receipts_of(&["named".to_owned()]), (1 + 96 + 96, 0, 0));
    assert_eq!(workers(&town), ["gw-7--w-1", "w-2"]);
}

#[test]
fn a_lowered_series_raises_the_same_alert_as_our_own_format() {
    let mut town = Town::new();
    let now = now();
    let mut own = nights("w-1", 45, 10, 3, now);
    let mut other: Vec<_> = own.iter().map(|night| message(night.at, translated(night, Some("w-1")))).collect();
    own.push(gad7("w-1", 12, ago(now, 1)));
    other.push(gad7("gw-7--w-1", 12, ago(now, 1)));
    assert_eq!(town.send_all(&own), (55 * 97 + 1, 0, 0));
    assert_eq!(town.send_all(&other), (55 * (96 + 96 + 1) + 1, 0, 0));
    let own = town.wait_for_alerts("w-1", 1);
    let other = town.wait_for_alerts("gw-7--w-1", 1);
    assert_eq!((own[0].level(), own[0].rules()), (other[0].level(), other[0].rules()));
    assert_eq!(own[0].data["evidence"]["hrv"], other[0].data["evidence"]["hrv"]);
    assert_eq!(own[0].data["evidence"]["sleep"], other[0].data["evidence"]["sleep"]);
}

#[test]
fn one_bad_element_is_refused_alone_and_kept_so_that_it_can_be_looked_at_again() {
    let town = Town::new();
    let night = nights("w-1", 1, 0, 1, now()).remove(0);
    let mut items = translated(&night, None);
    items[1]["body"][7]["algorithm"] = json!("SDNN");
    items[1]["body"][9]["effective_time_frame"] =
        json!({"date_time": (now() + SignedDuration::from_hours(2)).to_string()});
    let items = json!({"message_id": "spoilt", "worker": "w-2", "items": items});
    town.send_raw("vagus/v1/plant-a/gw-7/readings", items.to_string());
    assert_eq!(town.receipts_of(&["spoilt".to_owned()]), (1 + 94 + 96, 0, 2));
    let receipt = &town.receipts()["spoilt"];
    let told: Vec<_> = receipt["rejected"].as_array().unwrap().iter().map(|r| (&r["index"], &r["reason"])).collect();
    assert_eq!(told, [(&json!(1), &json!("missing_field")), (&json!(1), &json!("in_future"))]);
    assert!(receipt["rejected"][0]["detail"].as_str().unwrap().starts_with("body[7]: SDNN alone"));
    eventually("both are in quarantine", || {
        let kept = town.vagus.ask(&["quarantine", "list"]);
        (kept["items"].as_array().unwrap().len() == 2).then_some(())
    });
    let answer = town.vagus.ask(&["quarantine", "retry", "--all"]);
    assert_eq!((&answer["retried"], &answer["refused_again"]), (&json!(2), &json!(2)), "{answer}");
}
