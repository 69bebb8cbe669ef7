//! Claims about what a scrape shows.

use super::*;
use crate::telemetry::bounded::MAX_SITES;

fn has(text: &str, line: &str) -> bool {
    text.lines().any(|l| l == line)
}

#[test]
fn every_metric_of_the_contract_that_exists_is_registered() {
    let metrics = Metrics::new();
    metrics.set_wear_coverage(Some(0.5));
    metrics.alert_published(Level::L3, &[RuleId::new("R3")], Some(0.2));
    metrics.source_seen(&site("a"), &source("b"), Timestamp::UNIX_EPOCH);
    metrics.set_certificate("mqtt.broker", Timestamp::UNIX_EPOCH);
    metrics.set_last_backup(Timestamp::UNIX_EPOCH);
    let figures = SiteFigures { workers: 1, wear_coverage: Some(0.5), overdue: 0 };
    metrics.set_sites([(&site("a"), figures)]);
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
fn a_hundred_thousand_workers_of_as_many_names_make_two_thousand_series_at_most() {
    let metrics = Metrics::new();
    let at = Timestamp::UNIX_EPOCH;
    for n in 0..100_000_u32 {
        // A worker each, as everything that could name one would count them: names of our own making where
        // only configured ones come, too.
        let (site, source) = (site(&format!("site-{}", n % 3_000)), source(&format!("source-{n}")));
        let stream = <Option<Stream> as Label>::VALUES[n as usize % 5];
        metrics.message(stream, Outcome::VALUES[n as usize % 3]);
        metrics.item(stream, Outcome::VALUES[n as usize % 3]);
        metrics.rejected(Reason::ALL[n as usize % Reason::ALL.len()]);
        metrics.source_seen(&site, &source, at);
        metrics.alert_published(Level::ALL[n as usize % 4], &[RuleId::new(&format!("R{n}"))], Some(0.1));
        metrics.stage_took(PipelineStage::VALUES[n as usize % 4], [0.1]);
        metrics.set_certificate(&format!("channels.c{n}.ca_file"), at);
        if n < 3_000 {
            let channel = ChannelId::parse(&format!("channel-{n}")).unwrap();
            metrics.has_channel(&channel);
            metrics.delivery(&channel, DeliveryOutcome::Failed);
        }
    }
    let channel = |n| {
        let figures = OutboxFigures { pending: 1, oldest_s: n, dead: 1 };
        (ChannelId::parse(&format!("channel-{n}")).unwrap(), figures)
    };
    metrics.set_outbox((0..3_000).map(channel));
    let sites: Vec<SiteId> = (0..3_000).map(|n| site(&format!("site-{n}"))).collect();
    let figures = SiteFigures { workers: 33, wear_coverage: Some(0.5), overdue: 1 };
    metrics.set_sites(sites.iter().map(|site| (site, figures)));
    let all = Level::ALL.into_iter().flat_map(|level| CaseState::ALL.iter().map(move |state| (*state, level)));
    all.for_each(|(state, level)| metrics.set_cases(state, level, 1));
    Level::ALL.into_iter().for_each(|level| metrics.acknowledged(level, 60.0));
    metrics.set_wear_coverage(Some(0.5));
    let text = metrics.render();
    let series = text.lines().filter(|line| !line.starts_with('#')).count();
    assert!((1_500..=2_000).contains(&series), "{series} series");
    assert_eq!(text.lines().filter(|line| line.starts_with("vagus_site_workers{")).count(), MAX_SITES);
    assert!(has(&text, r#"vagus_outbox_pending{channel="other"} 2960"#));
    assert!(has(&text, r#"vagus_outbox_oldest_seconds{channel="other"} 2999"#), "the oldest, and no sum of ages");
}

#[test]
fn the_rules_in_force_count_from_zero() {
    let metrics = Metrics::new();
    metrics.has_rules([RuleId::new("R3")]);
    assert!(has(&metrics.render(), r#"vagus_alerts_total{level="L4",rule="R3"} 0"#));
}

#[test]
fn each_check_of_readiness_is_shown() {
    let metrics = Metrics::new();
    metrics.set_missing(&["broker", "delivery"]);
    let text = metrics.render();
    assert!(has(&text, r#"vagus_ready{check="broker"} 0"#));
    assert!(has(&text, r#"vagus_ready{check="lag"} 1"#));
}

#[test]
fn while_the_service_starts_what_nobody_measured_is_not_shown_and_counters_are() {
    let metrics = Metrics::new();
    metrics.started(Timestamp::from_second(5).unwrap(), 3);
    metrics.start_began();
    let text = metrics.render();
    let lines = |text: &str| text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect::<Vec<_>>();
    let gauges: Vec<&str> = text.split("# HELP ").filter(|family| family.contains(" gauge\n")).collect();
    let shown: Vec<String> = gauges.iter().flat_map(|family| lines(family).into_iter().skip(1)).collect();
    let version = format!("vagus_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION"));
    assert_eq!(shown, [version.as_str(), r#"vagus_ready{check="start"} 0"#, "vagus_start_time_seconds 5"]);
    assert!(has(&text, "vagus_starts_total 3") && has(&text, r#"vagus_rejections_total{reason="not_json"} 0"#));
    metrics.set_missing(&["broker"]);
    metrics.start_ended();
    let text = metrics.render();
    assert!(has(&text, "vagus_mqtt_connected 0") && has(&text, "vagus_store_free_bytes 0"), "{text}");
    assert!(has(&text, r#"vagus_ready{check="start"} 1"#) && has(&text, r#"vagus_ready{check="broker"} 0"#), "{text}");
}

#[test]
fn stages_have_a_quantile_each_and_the_log_gets_what_was_measured_since() {
    let metrics = Metrics::new();
    metrics.stage_took(PipelineStage::Commit, [0.25]);
    metrics.alert_published(Level::L3, &[], Some(0.5));
    assert!(metrics.render().contains(r#"vagus_stage_seconds{stage="commit",quantile="0.5"} 0.25"#));
    let tags = |metrics: &Metrics| metrics.take_interval().iter().map(|(tag, _)| *tag).collect::<Vec<_>>();
    assert_eq!(tags(&metrics), ["alert", "commit"]);
    assert!(tags(&metrics).is_empty());
}

#[test]
fn a_site_without_a_ratio_has_no_series_of_it() {
    let metrics = Metrics::new();
    let (a, figures) = (site("a"), SiteFigures { workers: 3, wear_coverage: Some(0.5), overdue: 0 });
    metrics.set_sites([(&a, figures)]);
    assert!(has(&metrics.render(), r#"vagus_site_wear_coverage_ratio{site="a"} 0.5"#));
    metrics.set_sites([(&a, SiteFigures { wear_coverage: None, ..figures })]);
    let text = metrics.render();
    assert!(!text.contains("vagus_site_wear_coverage_ratio{") && has(&text, r#"vagus_site_workers{site="a"} 3"#));
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
