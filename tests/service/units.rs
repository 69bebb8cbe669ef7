//! Rules about a unit, in a running service and by command: one request for all, and nobody named.

use std::fmt::Write as _;
use std::io::Write as _;

use serde_json::json;

use crate::support::eventually;
use crate::support::feed::{ago, eri, nights, now};
use crate::support::town::{Event, Town};

const WORKERS: usize = 12;

fn name(place: usize) -> String {
    format!("w-{place:02}")
}

/// Twelve workers of one unit, and two of another that nobody may look at.
fn enrol(town: &Town) {
    let mut csv = "site,worker,unit\nplant-a,w-one,paint\nplant-a,w-two,paint\n".to_owned();
    (0..WORKERS).for_each(|place| writeln!(csv, "plant-a,{},forge", name(place)).unwrap());
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(csv.as_bytes()).unwrap();
    town.vagus.ask(&["workers", "import", file.path().to_str().unwrap()]);
}

/// Reviews that belong to no worker's alert.
fn unit_reviews(town: &Town) -> Vec<Event> {
    let events = town.events();
    let of_alerts: Vec<&str> = events
        .iter()
        .filter(|event| event.kind.starts_with("vagus.alert."))
        .flat_map(|alert| alert.actions().into_iter().map(|(_, id)| id))
        .collect();
    let is_of_unit = |event: &&Event| {
        event.data["kind"] == "workload_review" && !of_alerts.contains(&event.data["action_id"].as_str().unwrap())
    };
    events.iter().filter(is_of_unit).cloned().collect()
}

/// Starts the service again, and waits until it has looked at the units.
fn restart_and_look(town: &mut Town) {
    let looks = |town: &Town| town.vagus.log().matches("looked at the units").count();
    let before = looks(town);
    town.vagus.start_again();
    town.vagus.wait_until_ready();
    eventually("the units are looked at", || (looks(town) > before).then_some(()));
    town.quiet();
}

#[test]
fn a_unit_with_imbalance_and_a_fifth_on_watch_is_asked_about_once_and_nobody_is_named() {
    let mut town = Town::new();
    enrol(&town);
    let now = now();
    for place in 0..WORKERS {
        let worker = name(place);
        let mut messages = if place < 4 { nights(&worker, 40, 10, 1, now) } else { nights(&worker, 35, 0, 1, now) };
        // Ten of them give more than they get.
        messages.extend((place < 10).then(|| eri(&worker, 3, ago(now, 30))));
        let items = messages.iter().map(|message| message.items.len() as u64).sum();
        assert_eq!(town.send_all(&messages), (items, 0, 0));
    }
    assert_eq!(town.vagus.stop(), Some(0));

    restart_and_look(&mut town);
    let reviews = eventually("the request", || Some(unit_reviews(&town)).filter(|reviews| !reviews.is_empty()));
    assert_eq!(reviews.len(), 1, "{reviews:?}");
    let review = &reviews[0];
    assert_eq!((review.kind.as_str(), review.subject.as_str()), ("vagus.action.requested", "forge"));
    assert_eq!((&review.data["unit"], &review.data["exposures"]), (&json!("forge"), &json!([])));
    let text = review.told_beside_its_id();
    for secret in ["w-", "L2", "R10", "ERI", "eri", "watch", "suggestions", "case"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }

    // What was asked is asked once, after an orderly end and after a kill.
    assert_eq!(town.vagus.stop(), Some(0));
    restart_and_look(&mut town);
    town.vagus.kill9();
    restart_and_look(&mut town);
    assert_eq!(unit_reviews(&town), reviews);

    let running = town.vagus.ask(&["units"]);
    let units = running.as_array().unwrap();
    assert_eq!(units.len(), 1, "a unit of two is not shown: {running}");
    assert_eq!((&units[0]["unit"], &units[0]["workers_at_least"]), (&json!("forge"), &json!(10)));
    assert_eq!(units[0]["figures"]["eri_mean"], json!(1.5));
    assert_eq!(units[0]["figures"]["persistent_share"], json!(0.33));
    // Chance alone puts some of the others on watch.
    assert!(units[0]["figures"]["watch_or_worse_share"].as_f64() >= Some(0.33), "{running}");
    assert_eq!(units[0]["figures"]["exposed_share"], json!(null), "nobody reported any");
    assert_eq!(units[0]["matching"][0]["rule"], json!("R10"));
    assert!(!running.to_string().contains("w-"), "{running}");
    let table = town.vagus.command(&["units"], &[]);
    let table = String::from_utf8(table.stdout).unwrap();
    assert!(table.contains("33 %") && table.contains("forge: R10") && !table.contains("paint"), "{table}");

    assert_eq!(town.vagus.stop(), Some(0));
    assert_eq!(town.vagus.ask(&["units"]), running, "read from the store");
}
