use super::planted::{Expected, Planted};
use super::workforce::{Batch, Workforce};
use super::*;
use crate::decode::{self, Limits};
use crate::domain::Date;
use crate::domain::TimeZone;
use crate::domain::alert::Level;
use crate::domain::ids::SourceId;
use crate::domain::item::Stream;

fn workforce(seed: u64, workers: u32) -> Workforce {
    let first: Date = "2026-01-05".parse().unwrap();
    Workforce::new(seed, workers, 90, "vagus/v1", first, TimeZone::get("Asia/Ho_Chi_Minh").unwrap())
}

fn days(workforce: &Workforce, days: impl IntoIterator<Item = u32>) -> Vec<Batch> {
    days.into_iter().flat_map(|day| workforce.batches(day)).collect()
}

#[test]
fn same_seed_gives_the_same_bytes_and_another_seed_does_not() {
    let first = days(&workforce(7, 12), [0, 30, 60]);
    assert_eq!(first, days(&workforce(7, 12), [0, 30, 60]));
    assert_ne!(first, days(&workforce(8, 12), [0, 30, 60]));
}

#[test]
fn time_never_goes_back_and_each_message_id_is_used_once() {
    let batches = days(&workforce(7, 12), 0..90);
    assert!(batches.windows(2).all(|pair| pair[0].at < pair[1].at));
    let mut ids: Vec<_> = batches.iter().flat_map(|b| &b.messages).map(|m| &m.message_id).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
}

#[test]
fn every_message_decodes_and_only_the_faulty_readings_are_refused() {
    let source = SourceId::parse("gw").unwrap();
    let (mut faulty, mut items) = (0, 0);
    for message in days(&workforce(7, 40), 0..90).iter().flat_map(|batch| &batch.messages) {
        let stream = Stream::ALL.into_iter().find(|stream| message.topic.ends_with(stream.as_str())).unwrap();
        let decoded = decode::decode(&source, stream, &message.payload, &Limits::default());
        assert_eq!(decoded.refused.len(), message.faulty as usize, "{:?}", decoded.refused);
        assert_eq!(decoded.items.len() + decoded.refused.len(), message.items as usize);
        assert_eq!(decoded.unknown_fields, 0);
        faulty += message.faulty;
        items += message.items;
    }
    assert!(faulty > 0 && items > 200_000, "{faulty} of {items}");
}

#[test]
fn nothing_that_is_sent_names_what_was_planted() {
    let batches = days(&workforce(7, 16), 40..70);
    for message in batches.iter().flat_map(|batch| &batch.messages) {
        let text = String::from_utf8_lossy(&message.payload).to_lowercase();
        assert!(!["overload", "planted", "crisis"].iter().any(|word| text.contains(word)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_planted_overload_is_found_and_no_healthy_worker_is_raised_high() {
    let options = Options { workers: 30, days: 60, days_per_s: 0.0, seed: 1, is_once: true, is_quiet: true };
    let report = run(&options).await.unwrap();
    assert!(report.has_found_every_overload(), "{:#?}", report.findings);
    for finding in &report.findings {
        let is_loud = finding.planted.expected() != Expected::Silence;
        assert!(!is_loud || finding.is_right(), "{finding:?}");
        assert!(is_loud || finding.highest < Some(Level::L3), "{finding:?}");
    }
    assert!(report.findings.iter().any(|f| f.planted == Planted::Overload));
    assert!(report.by_chance.values().all(|level| *level < Level::L3), "{:?}", report.by_chance);
    let items = report.items;
    assert_eq!(items.sent, items.accepted + items.duplicate + items.rejected);
    assert_eq!(items.rejected, items.faulty);
    assert!(items.duplicate > 0 && report.recorded_beats > 12_000);
}
