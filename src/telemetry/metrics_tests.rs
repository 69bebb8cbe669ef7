//! Claims about what a scrape shows.

use super::*;

fn has(text: &str, line: &str) -> bool {
    text.lines().any(|l| l == line)
}

#[test]
fn every_metric_of_the_contract_that_exists_is_registered() {
    let metrics = Metrics::new();
    metrics.set_wear_coverage(Some(0.5));
    metrics.alert_published(Level::L3, &[RuleId::new("R3")], Some(0.2));
    metrics.source_seen(&site("a"), &source("b"), Timestamp::UNIX_EPOCH);
    let text = metrics.render();
    for name in NAMES {
        assert!(text.contains(&format!("# TYPE {name} ")), "{name} is not shown");
    }
}

#[test]
fn a_fresh_service_shows_zeroes_and_no_unknown_ratio() {
    let text = Metrics::new().render();
    assert!(has(&text, r#"vagus_items_total{outcome="accepted",stream="readings"} 0"#), "{text}");
    assert!(has(&text, r#"vagus_rejections_total{reason="not_json"} 0"#));
    assert!(!text.contains("vagus_wear_coverage_ratio"));
    assert!(text.contains("vagus_build_info{version="));
}

#[test]
fn items_are_counted_by_stream_and_outcome() {
    let metrics = Metrics::new();
    metrics.items(Some(Stream::Readings), Outcome::Accepted, 50);
    metrics.item(None, Outcome::Rejected);
    metrics.rejected(Reason::WrongSite);
    let text = metrics.render();
    assert!(has(&text, r#"vagus_items_total{outcome="accepted",stream="readings"} 50"#));
    assert!(has(&text, r#"vagus_items_total{outcome="rejected",stream="unknown"} 1"#));
    assert!(has(&text, r#"vagus_rejections_total{reason="wrong_site"} 1"#));
}

#[test]
fn two_services_in_one_process_do_not_share_counts() {
    let one = Metrics::new();
    let other = Metrics::new();
    one.clone().reconnected();
    assert!(has(&one.render(), "vagus_mqtt_reconnects_total 1"));
    assert!(has(&other.render(), "vagus_mqtt_reconnects_total 0"));
}

#[test]
fn an_alert_counts_under_each_rule_and_its_delay_once() {
    let metrics = Metrics::new();
    metrics.alert_published(Level::L3, &[RuleId::new("R3"), RuleId::new("R16")], Some(0.25));
    metrics.alert_published(Level::L3, &[RuleId::new("R3")], None);
    let text = metrics.render();
    assert!(has(&text, r#"vagus_alerts_total{level="L3",rule="R3"} 2"#));
    assert!(has(&text, r#"vagus_alerts_total{level="L3",rule="R16"} 1"#));
    assert!(has(&text, "vagus_alert_delay_seconds_count 1"));
    assert!(text.contains(r#"vagus_alert_delay_seconds{quantile="0.5"} 0.25"#), "{text}");
}

#[test]
fn rules_and_sources_beyond_the_bound_are_counted_as_other() {
    let metrics = Metrics::new();
    for n in 0..=AlertCounters::MAX_RULES {
        metrics.alert_published(Level::L2, &[RuleId::new(&format!("R{n}"))], None);
    }
    for n in 0..=SourceGauges::MAX_SOURCES {
        metrics.source_seen(&site("plant-a"), &source(&format!("gw-{n}")), Timestamp::UNIX_EPOCH);
    }
    let text = metrics.render();
    assert!(has(&text, r#"vagus_alerts_total{level="L2",rule="other"} 1"#));
    let sources = text.lines().filter(|l| l.starts_with("vagus_source_last_seen_seconds{")).count();
    assert_eq!(sources, SourceGauges::MAX_SOURCES + 1);
}

#[test]
fn an_older_message_does_not_turn_back_when_a_source_was_seen() {
    let metrics = Metrics::new();
    let later = Timestamp::from_second(2_000).unwrap();
    metrics.source_seen(&site("a"), &source("b"), later);
    metrics.source_seen(&site("a"), &source("b"), Timestamp::from_second(1_000).unwrap());
    assert!(has(&metrics.render(), r#"vagus_source_last_seen_seconds{site="a",source="b"} 2000"#));
}

#[test]
fn a_commit_fills_both_histograms_and_delays_are_never_negative() {
    let metrics = Metrics::new();
    metrics.committed(50, 0.003);
    metrics.ingest_delays([-5.0, 30.0]);
    let text = metrics.render();
    assert!(has(&text, "vagus_commit_seconds_count 1"));
    assert!(has(&text, r#"vagus_commit_items_bucket{le="50"} 1"#));
    assert!(has(&text, "vagus_ingest_delay_seconds_sum 30"));
    assert!(has(&text, r#"vagus_ingest_delay_seconds_bucket{le="1"} 1"#));
}

fn site(name: &str) -> SiteId {
    SiteId::parse(name).unwrap()
}

fn source(name: &str) -> SourceId {
    SourceId::parse(name).unwrap()
}
