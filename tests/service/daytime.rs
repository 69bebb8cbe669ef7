//! A worker's daytime strain and a group's relation, asked from the running service and from its store.

use serde_json::{Value, json};
use vagus::domain::{SignedDuration, Timestamp};

use crate::support::eventually;
use crate::support::feed::{Message, Noise, ago, gad7, nights, now};
use crate::support::town::Town;

/// Six hours of work in windows of five minutes, the last two hours `raised` beats a minute higher.
fn shift(worker: &str, began: Timestamp, raised: f64, noise: &mut Noise) -> Message {
    let windows = (0..72).map(|window| {
        let hr = 74.0 + 2.0 * noise.normal() + if window >= 48 { raised } else { 0.0 };
        json!({"kind": "hrv", "worker": worker, "device": "band-1",
            "start": (began + SignedDuration::from_mins(5 * window)).to_string(), "duration_s": 300,
            "rmssd_ms": 35.0, "mean_hr_bpm": (hr * 10.0).round() / 10.0, "context": "work", "quality": 0.95})
    });
    Message { at: began, stream: "readings", items: windows.collect() }
}

#[test]
fn a_shift_reads_against_the_workers_own_days() {
    let mut town = Town::new();
    let mut noise = Noise::seeded(5);
    // From 09:00 on at the site, so that a shift lies within a day of the worker's.
    let day = SignedDuration::from_hours(24).as_secs();
    let nine = Timestamp::from_second(now().as_second() / day * day + 2 * 3_600).unwrap();
    let days: Vec<Message> = (1..=9)
        .map(|days_ago| shift("w-1", ago(nine, 24 * days_ago), if days_ago == 1 { 14.0 } else { 0.0 }, &mut noise))
        .collect();
    town.send_all(&days);

    let date = ago(nine, 24).to_string()[..10].to_owned();
    let arguments = ["workers", "strain", "plant-a", "w-1", "--date", &date];
    let strain = eventually("the shift is stored", || {
        let stored = town.vagus.command(&arguments, &["--output", "json"]).status.success();
        let strain = stored.then(|| town.vagus.ask(&arguments)["strain"].clone())?;
        (strain["points"].as_array().unwrap().len() == 72).then_some(strain)
    });
    assert_eq!(strain["basis"], "own_days");
    let state = |place: usize| strain["points"][place]["state"].as_str().unwrap();
    assert_eq!((state(40), state(71)), ("usual", "strained"), "{strain}");
    assert!(strain["shift_load"].as_f64().unwrap() > 0.3);

    assert_eq!(town.vagus.stop(), Some(0));
    assert_eq!(town.vagus.ask(&arguments)["strain"], strain, "the same from the store");
}

#[test]
fn a_relation_is_told_of_ten_workers_and_not_of_nine() {
    let mut town = Town::new();
    let now = now();
    for number in 0..9_u8 {
        let name = format!("w-{number}");
        town.send_all(&nights(&name, 45, 0, 2, now));
        town.send_all(&[gad7(&name, number, ago(now, 24))]);
    }
    let relate = ["relate"];
    // Nobody can tell from outside when nine are stored; the tenth shows that they were.
    assert_eq!(town.vagus.ask(&relate), json!([]));
    town.send_all(&nights("w-9", 45, 0, 2, now));
    town.send_all(&[gad7("w-9", 9, ago(now, 24))]);
    let found = eventually("ten workers are stored", || {
        let found = town.vagus.ask(&relate);
        found[0]["workers"].is_u64().then_some(found)
    });
    assert_eq!((&found[0]["instrument"], &found[0]["workers"]), (&json!("GAD-7"), &json!(10)));
    assert_eq!(found[0]["between"], Value::Null, "too few for a correlation between workers");
}
