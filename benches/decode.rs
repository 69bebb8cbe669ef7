//! How many items a second one core takes apart: the bytes of a feed as a gateway packs it.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use vagus::decode::{Limits, decode};
use vagus::domain::ids::SourceId;
use vagus::domain::item::Stream;

/// A window of 395 bytes, as gateways send them: with fields that Vagus does not know.
fn window(number: usize) -> String {
    let head = format!(
        concat!(
            r#"{{"kind":"hrv","worker":"w-{:04}","device":"band-{:04}","start":"2026-03-01T02:{:02}:00.000+07:00","#,
            r#""duration_s":300,"rmssd_ms":{}.2,"sdnn_ms":51.04,"mean_hr_bpm":58.4,"context":"sleep_main","#,
            r#""quality":0.97,"firmware":"3.12.7","battery_pct":81,"skin_temp_c":33.41,"#,
            r#""sequence":{},"note":""#
        ),
        number % 1000,
        number % 1000,
        number % 60,
        30 + number % 20,
        100_000 + number,
    );
    let filler = 395 - head.len() - 2;
    format!("{head}{}\"}}", "x".repeat(filler))
}

/// The same window with nothing but what the contract knows.
fn bare_window(number: usize) -> String {
    let window = window(number);
    let end = window.find(r#","firmware""#).expect("the window has the field");
    format!("{}}}", &window[..end])
}

fn envelope(items: &[String]) -> String {
    format!(r#"{{"message_id":"gw-7:000123","items":[{}]}}"#, items.join(","))
}

fn decode_benches(criterion: &mut Criterion) {
    let limits = Limits::default();
    let source = SourceId::parse("gw-7").expect("a valid name");
    let full: Vec<_> = (0..50).map(window).collect();
    let bare: Vec<_> = (0..50).map(bare_window).collect();
    let mut spoilt = bare.clone();
    spoilt[7] = spoilt[7].replace("sleep_main", "nowhere");
    let beats = format!(
        r#"{{"kind":"rr","worker":"w","start":"2026-03-01T02:05:00+07:00","rr_ms":[{}]}}"#,
        vec!["812"; 350].join(",")
    );
    let mut group = criterion.benchmark_group("decode");
    for (name, items, payload) in [
        ("envelope of 50 windows of 395 B", 50, envelope(&full)),
        ("envelope of 50 bare windows", 50, envelope(&bare)),
        ("envelope of 50 bare windows, one bad", 50, envelope(&spoilt)),
        ("one window of 395 B", 1, full[0].clone()),
        ("one run of 350 beats", 1, beats),
    ] {
        let found = decode(&source, Stream::Readings, payload.as_bytes(), &limits);
        assert!(found.items.len() + found.refused.len() == items && !found.items.is_empty() || items == 1, "{found:?}");
        group.throughput(Throughput::Elements(items as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| decode(&source, Stream::Readings, black_box(payload.as_bytes()), &limits));
        });
    }
    group.finish();
}

criterion_group!(benches, decode_benches);
criterion_main!(benches);
