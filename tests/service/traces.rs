//! The way of a message from its arrival to the alert, as a collector and the log tell it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::collector::{Collector, Span, section};
use crate::support::eventually;
use crate::support::feed::{Message, ago, gad7, now, phq9_with_crisis};
use crate::support::town::Town;

fn names(spans: &[Span]) -> BTreeSet<&str> {
    spans.iter().map(|span| span.name.as_str()).collect()
}

fn harmless(worker: &str) -> Message {
    gad7(worker, 1, ago(now(), 1))
}

#[test]
fn a_crisis_answer_and_the_alert_it_led_to_are_one_trace_though_no_message_is_drawn() {
    let collector = Collector::start();
    let headers = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(headers.path(), "X-Tenant: plant\n").unwrap();
    let more = format!("{}headers_file = {:?}\n", collector.section(0.0), headers.path());
    let mut town = Town::with(&more);
    town.send_all(&[harmless("w-1"), harmless("w-2")]);
    let crisis = town.send(&phq9_with_crisis("w-3", now()));
    let spans = eventually("the trace has arrived", || {
        let spans = collector.spans();
        names(&spans).is_superset(&["deliver", "message"].into()).then_some(spans)
    });
    let whole = spans.iter().find(|span| span.name == "message").unwrap();
    assert_eq!(whole.attributes["vagus.message_id"], crisis);
    assert_eq!((whole.attributes["vagus.accepted"].as_str(), whole.parent.as_str()), ("1", ""));
    assert_eq!(
        names(&spans),
        ["apply", "commit", "decode", "deliver", "journal", "judge", "message", "receipt"].into(),
        "{spans:?}"
    );
    for span in &spans {
        assert_eq!(span.trace, whole.trace, "one trace: {span:?}");
        assert!(span.times.0 <= span.times.1, "{span:?}");
        if span.id != whole.id {
            assert_eq!(span.parent, whole.id, "{span:?}");
        }
    }
    let from = |name: &str| spans.iter().find(|span| span.name == name).unwrap().times.0;
    let order = ["message", "decode", "commit", "apply", "journal", "deliver"].map(from);
    assert!(order.is_sorted(), "{order:?}");
    let delivered: Vec<&str> =
        spans.iter().filter_map(|span| span.attributes.get("vagus.event").map(String::as_str)).collect();
    assert!(delivered.iter().any(|event| event.ends_with("-raised")), "{delivered:?}");

    let request = &collector.requests()[0];
    assert_eq!(
        (request["path"].as_str(), request["headers"]["x-tenant"].as_str()),
        (Some("/v1/traces"), Some("plant"))
    );
    let service = &request["request"]["resourceSpans"][0]["resource"]["attributes"];
    assert!(service.to_string().contains("\"vagus\""), "{service}");
    eventually("what was taken is counted", || {
        (town.vagus.metric("vagus_traces_sent_total", "") >= spans.len() as f64).then_some(())
    });
    assert!(town.vagus.metric("vagus_traces_dropped_total", "") < 0.5);
}

#[test]
fn every_message_is_traced_where_all_are_drawn() {
    let collector = Collector::start();
    let mut town = Town::with(&collector.section(1.0));
    let sent: BTreeSet<String> = (0..20).map(|n| town.send(&harmless(&format!("w-{n}")))).collect();
    eventually("every message is there", || {
        let spans = collector.spans();
        let wholes = spans.iter().filter(|span| span.name == "message");
        let told: BTreeSet<String> = wholes.map(|span| span.attributes["vagus.message_id"].clone()).collect();
        (told == sent).then_some(())
    });
}

#[test]
fn a_collector_that_is_away_holds_up_nobody_and_what_it_misses_is_counted() {
    // The port of the protocol "discard", where nobody listens any more.
    let port = 9;
    let mut town = Town::with(&section(port, 1.0));
    let messages: Vec<Message> = (0..50).map(|n| harmless(&format!("w-{n}"))).collect();
    assert_eq!(town.send_all(&messages), (50, 0, 0));
    eventually("what was dropped is counted", || {
        (town.vagus.metric("vagus_traces_dropped_total", "") >= 200.0).then_some(())
    });
    assert!(town.vagus.metric("vagus_traces_sent_total", "") < 0.5);
    town.send_all(&[phq9_with_crisis("w-3", now())]);
    town.wait_for_alerts("w-3", 1);
    assert_eq!(town.vagus.stop(), Some(0));
    assert_eq!(town.vagus.log().matches("the collector of traces takes nothing").count(), 1, "told once");
}

/// The messages of the lines that belong to a message.
fn lines_of(log: &str, message_id: &str) -> Vec<String> {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mine = lines.filter(|line| line["span"]["message_id"] == message_id || line["message_id"] == message_id);
    mine.map(|line| line["message"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_message_is_followed_by_its_name_through_every_stage_of_the_log() {
    let mut town = Town::with("[log]\nlevel = \"debug\"\n");
    let id = town.send(&phq9_with_crisis("w-3", now()));
    town.wait_for_alerts("w-3", 1);
    town.quiet();
    let stages = ["decoded", "on disk", "applied", "receipt on its way", "decided", "delivered"];
    eventually("every stage is told", || {
        let lines = lines_of(&town.vagus.log(), &id);
        stages.iter().all(|stage| lines.iter().any(|line| line == stage)).then_some(())
    });
    // One without a name has one of ours.
    town.send_raw("vagus/v1/plant-a/gw-7/readings", "{\"kind\":\"hrv\"}");
    eventually("a message without a name is followed too", || {
        let log = town.vagus.log();
        let ours = (0..9).map(|number| format!("mqtt.1.{number}")).find(|name| !lines_of(&log, name).is_empty())?;
        let lines = lines_of(&log, &ours);
        ["decoded", "on disk", "applied"].iter().all(|stage| lines.iter().any(|line| line == stage)).then_some(())
    });
}
