//! The journal: how fast rows are encoded, and how many commits a second reach the disk.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use vagus::domain::Timestamp;
use vagus::domain::ids::{DeviceId, SiteId, SourceId, WorkerNumber};
use vagus::domain::item::{Item, Stream};
use vagus::domain::reading::{Context, HrvWindow, Reading};
use vagus::engine::row::{Input, MessageMeta, Row, WorkerInputs};
use vagus::store::{Settings, Store};

/// A row of `messages` messages of 50 windows each, every message of another worker.
fn row(number: u64, messages: u32) -> Row {
    let begin = 1_780_000_000 + i64::try_from(number).expect("a small number");
    let at = |second: i64| Timestamp::from_second(begin + second).expect("a time of this century");
    let group = |message: u32| {
        let window = |index: u32| HrvWindow {
            device: DeviceId::parse("band-0017").ok(),
            start: at(300 * i64::from(index)),
            duration_s: 300,
            rmssd_ms: Some(30.0 + f64::from((index * 37 + message) % 400) / 10.0),
            sdnn_ms: Some(45.0 + f64::from((index * 53 + message) % 3000) / 100.0),
            mean_hr_bpm: Some(52.0 + f64::from((index * 11 + message) % 200) / 10.0),
            context: Context::SleepMain,
            quality: Some(0.93),
        };
        let item = |index| Input::Item { message, index, item: Item::Reading(Reading::Hrv(window(index))) };
        WorkerInputs { worker: WorkerNumber(u128::from(message) << 64), inputs: (0..50).map(item).collect() }
    };
    let meta = |message: u32| MessageMeta {
        topic: "vagus/v1/plant-a/gateway-7/readings".to_owned(),
        site: SiteId::parse("plant-a").ok(),
        source: SourceId::parse("gateway-7").ok(),
        stream: Some(Stream::Readings),
        message_id: Some(format!("01J9Z3W5Q8R7T6Y4U2{message:08}")),
        refused: Vec::new(),
    };
    Row {
        number,
        now: at(0),
        engine_version: 1,
        rules_version: 7,
        decided_through: number - 1,
        messages: (0..messages).map(meta).collect(),
        groups: (0..messages).map(group).collect(),
    }
}

fn encode(criterion: &mut Criterion) {
    let row = row(1, 160);
    let mut group = criterion.benchmark_group("encode");
    group.throughput(Throughput::Elements(160 * 50));
    group.bench_function(format!("row of 8000 hrv items, {} bytes", Store::row_bytes(&row)), |b| {
        b.iter(|| Store::row_bytes(black_box(&row)));
    });
    group.finish();
}

fn append(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("append_row, synced");
    for messages in [16, 160] {
        let directory = tempfile::tempdir().expect("a directory for the store");
        let store = Store::open(&Settings { path: directory.path().join("store"), ..Settings::default() });
        let store = store.expect("a new store opens");
        let row = row(1, messages);
        let mut number = 0;
        group.throughput(Throughput::Elements(u64::from(messages) * 50));
        group.bench_function(format!("{} bytes", Store::row_bytes(&row)), |b| {
            b.iter_batched(
                || {
                    number += 1;
                    Row { number, ..row.clone() }
                },
                |row| store.append_row(&row).expect("the row is written"),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, encode, append);
criterion_main!(benches);
