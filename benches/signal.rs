//! How long five minutes of beats take. The aim is 20 µs on one core for cleaning and every
//! time-domain metric together (`clean_and_measure`); the whole way of an `rr` reading through
//! windows and grades is `windows`.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use vagus::domain::reading::{BeatIntervals, Context};
use vagus::signal::{analysis, r1, time_domain, windows};

/// 350 beats around 850 ms in whole milliseconds, with breathing, a slow wave and noise, from a
/// fixed seed.
fn five_minutes() -> Vec<f64> {
    let mut state = 12_345_u64;
    let mut noise = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
    };
    (0..350)
        .map(|beat| {
            let beat = f64::from(beat);
            let waves = 25.0 * (beat * 1.3).sin() + 20.0 * (beat * 0.11).sin();
            (850.0 + waves + 30.0 * (noise() + noise() + noise())).round()
        })
        .collect()
}

fn signal(criterion: &mut Criterion) {
    let rr_ms = five_minutes();
    criterion.bench_function("clean_and_measure", |bencher| {
        bencher.iter(|| {
            let cleaned = r1::clean(black_box(&rr_ms), r1::FLOOR_MS);
            let time = time_domain::metrics(&cleaned.nn_ms, &cleaned.valid);
            (time, time_domain::stress_index(&cleaned.nn_ms, &cleaned.valid))
        });
    });
    criterion.bench_function("clean", |bencher| {
        bencher.iter(|| r1::clean(black_box(&rr_ms), r1::FLOOR_MS));
    });
    let reading = BeatIntervals {
        device: None,
        start: jiff::Timestamp::UNIX_EPOCH,
        rr_ms: rr_ms.clone(),
        end_ms: None,
        context: Context::SleepMain,
    };
    criterion.bench_function("windows", |bencher| bencher.iter(|| windows(black_box(&reading))));
    criterion.bench_function("report_with_spectrum", |bencher| {
        bencher.iter(|| analysis::cleaned(black_box(&rr_ms), r1::FLOOR_MS));
    });
}

criterion_group!(benches, signal);
criterion_main!(benches);
