use proptest::prelude::*;

use super::*;
use crate::domain::reading::Context;

fn run(rr_ms: Vec<f64>, end_ms: Option<Vec<f64>>) -> BeatIntervals {
    let start = "2026-03-01T02:05:00+07:00".parse().unwrap();
    BeatIntervals { device: None, start, rr_ms, end_ms, context: Context::SleepMain }
}

/// A calm heart: about 850 ms, breathing at a quarter of a hertz.
fn calm(beats: u32) -> Vec<f64> {
    (0..beats)
        .map(|beat| {
            let beat = f64::from(beat);
            (850.0 + 25.0 * (beat * 1.3).sin() + 20.0 * (beat * 0.11).sin()).round()
        })
        .collect()
}

#[test]
fn an_hour_of_calm_beats_gives_twelve_good_windows() {
    let windows = windows(&run(calm(4_235), None));
    assert_eq!(windows.len(), 12);
    for (index, window) in windows.iter().enumerate() {
        let since = window.start.duration_since(windows[0].start);
        assert_eq!(since.as_secs(), 300 * i64::try_from(index).unwrap());
        assert_eq!((window.grade, window.duration_s / 10), (Grade::Good, 30 - u32::from(index == 11)));
        assert!(window.rmssd_ms.is_some() && window.mean_hr_bpm.is_some());
        assert!(window.sdnn_ms.is_some());
    }
}

#[test]
fn a_short_last_window_has_only_what_its_length_allows() {
    let last = |beats| windows(&run(calm(beats), None)).pop().unwrap();
    let two_minutes = last(142);
    assert_eq!((two_minutes.duration_s, two_minutes.sdnn_ms), (121, None));
    assert!(two_minutes.rmssd_ms.is_some());
    let half_a_minute = last(36);
    assert_eq!(half_a_minute.rmssd_ms, None);
    assert!(half_a_minute.mean_hr_bpm.is_some());
    assert!(windows(&run(calm(11), None)).is_empty(), "nine seconds are no window");
}

#[test]
fn a_gap_between_stamps_costs_coverage_and_no_difference_crosses_it() {
    let rr_ms = calm(200);
    let mut now = 0.0;
    let end_ms: Vec<f64> = rr_ms
        .iter()
        .enumerate()
        .map(|(beat, rr)| {
            now += rr + if beat == 100 { 120_000.0 } else { 0.0 };
            now
        })
        .collect();
    let whole = windows(&run(rr_ms.clone(), None));
    let parted = windows(&run(rr_ms, Some(end_ms)));
    assert_eq!((whole.len(), whole[0].grade), (1, Grade::Good));
    assert_eq!(parted[0].grade, Grade::Reject);
    assert!(parted[0].sqi < 0.62, "{}", parted[0].sqi);
    assert_eq!(parted[0].rmssd_ms, None, "a rejected window carries no metric");
}

#[test]
fn a_window_spanned_by_a_gap_does_not_exist() {
    let mut rr_ms = calm(400);
    rr_ms.insert(200, 700_000.0);
    let windows = windows(&run(rr_ms, None));
    assert_eq!(windows.len(), 3);
    assert_eq!(windows[1].start.duration_since(windows[0].start).as_secs(), 600);
}

#[test]
fn a_flat_sensor_is_at_fault() {
    let windows = windows(&run(vec![800.0; 300], None));
    assert_eq!((windows[0].grade, windows[0].rmssd_ms), (Grade::Fault, None));
}

#[test]
fn beats_that_cannot_be_are_artefacts() {
    let mut rr_ms = calm(350);
    for at in (5..350).step_by(9) {
        rr_ms[at] = 0.0;
    }
    assert_eq!(windows(&run(rr_ms, None))[0].grade, Grade::Usable);
}

fn any_interval() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => 250.0..2_100.0,
        1 => any::<f64>(),
        1 => prop::sample::select(vec![
            f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, -800.0, f64::MAX, f64::MIN_POSITIVE,
            3_000.0, 3_000.1, 1e12,
        ]),
    ]
}

proptest! {
    #[test]
    fn no_input_panics_or_yields_nan(
        rr_ms in prop::collection::vec(any_interval(), 0..900),
        stamps in prop::option::of(prop::collection::vec(any_interval(), 0..900)),
        cumulative in any::<bool>(),
    ) {
        let mut now = 0.0;
        let end_ms = stamps.map(|mut stamps| {
            stamps.resize(rr_ms.len(), 800.0);
            if cumulative {
                for stamp in &mut stamps {
                    now += stamp.clamp(0.0, 1e7);
                    *stamp = now;
                }
            }
            stamps
        });
        for window in windows(&run(rr_ms, end_ms)) {
            prop_assert!((0.0..=1.0).contains(&window.sqi));
            prop_assert!((10..=300).contains(&window.duration_s));
            for value in [window.rmssd_ms, window.sdnn_ms, window.mean_hr_bpm].into_iter().flatten() {
                prop_assert!(value.is_finite() && value > 0.0);
            }
        }
    }

    #[test]
    fn stamps_that_say_what_the_intervals_say_change_nothing(
        rr_ms in prop::collection::vec(300.0..2_000.0, 0..900),
    ) {
        let mut now = 0.0;
        let end_ms = rr_ms.iter().map(|rr| { now += rr; now }).collect();
        prop_assert_eq!(windows(&run(rr_ms.clone(), None)), windows(&run(rr_ms, Some(end_ms))));
    }
}

/// A rebuilt interval: which segment and window it is in, its length, whether it is valid.
type Beat = (usize, i64, f64, bool);

/// Every rebuilt interval of a run without stamps, in order.
fn beats_of(rr_ms: &[f64]) -> Vec<Beat> {
    let mut segments: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
    let mut now_ms = 0.0;
    for rr in rr_ms {
        let is_possible = rr.is_finite() && *rr > 0.0;
        now_ms += if is_possible { *rr } else { 0.0 };
        if is_possible && *rr <= 3_000.0 {
            segments.last_mut().unwrap().push((*rr, now_ms));
        } else {
            segments.push(Vec::new());
        }
    }
    let mut beats = Vec::new();
    for (number, segment) in segments.into_iter().enumerate() {
        let (rr_ms, ends): (Vec<f64>, Vec<f64>) = segment.into_iter().unzip();
        let cleaned = r1::clean(&rr_ms, r1::FLOOR_MS);
        for at in 0..cleaned.nn_ms.len() {
            #[expect(clippy::cast_possible_truncation, reason = "the runs are shorter than a year")]
            let window = (ends[cleaned.source[at]] / 300_000.0).ceil() as i64 - 1;
            beats.push((number, window, cleaned.nn_ms[at], cleaned.valid[at]));
        }
    }
    beats
}

fn near(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 1e-9 * expected.abs().max(1.0)
}

proptest! {
    #[test]
    fn windows_equal_a_naive_recomputation(
        rr_ms in prop::collection::vec(prop_oneof![60 => 800.0..900.0, 1 => any_interval()], 0..1_200),
        tail in prop::collection::vec(Just(850.0_f64), 0..3),
    ) {
        let rr_ms: Vec<f64> = rr_ms.into_iter().filter(|rr: &f64| !rr.is_finite() || *rr < 1e5).chain(tail).collect();
        let beats = beats_of(&rr_ms);
        for window in windows(&run(rr_ms.clone(), None)) {
            let number = window.start.duration_since(run(Vec::new(), None).start).as_secs() / 300;
            let inside: Vec<Beat> = beats.iter().copied().filter(|beat| beat.1 == number).collect();
            let valid: Vec<f64> = inside.iter().filter(|beat| beat.3).map(|beat| beat.2).collect();
            let steps: Vec<f64> = inside
                .windows(2)
                .filter(|pair| pair[0].0 == pair[1].0 && pair[0].3 && pair[1].3)
                .map(|pair| pair[1].2 - pair[0].2)
                .collect();
            let count = valid.len() as f64;
            let mean = valid.iter().sum::<f64>() / count;
            if let Some(rmssd) = window.rmssd_ms {
                let mean_square = steps.iter().map(|step| step * step).sum::<f64>() / steps.len() as f64;
                prop_assert!(near(rmssd, mean_square.sqrt()) && steps.len() >= 50 && mean * count >= 60_000.0);
            }
            if let Some(sdnn) = window.sdnn_ms {
                let squares = valid.iter().map(|nn| (nn - mean).powi(2)).sum::<f64>();
                prop_assert!(near(sdnn, (squares / (count - 1.0)).sqrt()) && mean * count >= 240_000.0);
            }
            if let Some(rate) = window.mean_hr_bpm {
                prop_assert!(near(rate, 60_000.0 / mean));
            }
            prop_assert_eq!(window.rmssd_ms.is_some(), {
                let rmssd = (steps.iter().map(|step| step * step).sum::<f64>() / steps.len() as f64).sqrt();
                window.grade.is_trusted() && steps.len() >= 50 && mean * count >= 60_000.0
                    && (3.0..=250.0).contains(&rmssd)
            });
        }
    }
}
