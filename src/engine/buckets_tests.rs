//! What a bucket keeps of what comes, in which order ever, and how much.

use super::*;

fn window(rmssd_ms: Option<f64>, mean_hr_bpm: Option<f64>) -> HrvWindow {
    HrvWindow {
        device: None,
        start: "2026-03-01T02:05:00Z".parse().unwrap(),
        duration_s: if rmssd_ms.is_some() { 300 } else { 60 },
        rmssd_ms,
        sdnn_ms: None,
        mean_hr_bpm,
        context: Context::SleepMain,
        quality: None,
    }
}

#[test]
fn heart_rate_alone_joins_the_window_it_belongs_to_in_any_order() {
    let (hrv, rate) = (window(Some(38.2), None), window(None, Some(58.0)));
    let orders: [&[&HrvWindow]; 4] = [&[&hrv, &rate], &[&rate, &hrv], &[&hrv, &rate, &hrv], &[&rate, &hrv, &rate]];
    for order in orders {
        let mut detail = NightDetail::empty(Date::constant(2026, 3, 1));
        let taken: Vec<_> = order.iter().map(|window| take_window(&mut detail, window)).collect();
        let [stored] = &detail.windows[..] else { panic!("{:?}", detail.windows) };
        assert_eq!((stored.rmssd_ms, stored.mean_hr_bpm, stored.duration_s), (Some(38.2), Some(58.0), 300));
        assert_eq!(taken.get(2).copied().unwrap_or(Taken::Known), Taken::Known, "it tells nothing new");
    }
}

#[test]
fn later_value_of_the_same_measure_replaces_the_earlier() {
    let mut detail = NightDetail::empty(Date::constant(2026, 3, 1));
    take_window(&mut detail, &window(Some(38.2), Some(58.0)));
    assert_eq!(take_window(&mut detail, &window(Some(40.0), Some(57.0))), Taken::Changed);
    assert_eq!((detail.windows[0].rmssd_ms, detail.windows[0].mean_hr_bpm), (Some(40.0), Some(57.0)));
}

fn at_second(second: i64, rmssd_ms: Option<f64>, mean_hr_bpm: Option<f64>) -> HrvWindow {
    let start = "2026-03-01T00:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(second);
    HrvWindow { start, ..window(rmssd_ms, mean_hr_bpm) }
}

#[test]
fn a_night_takes_so_many_windows_and_no_more() {
    let mut detail = NightDetail::empty(Date::constant(2026, 3, 1));
    let of = |second| at_second(second, Some(40.0), None);
    let taken: Vec<_> = (0..80_000).rev().map(|second| take_window(&mut detail, &of(second))).collect();
    assert!(taken[..MAX_WINDOWS].iter().all(|taken| *taken == Taken::Changed));
    assert!(taken[MAX_WINDOWS..].iter().all(|taken| *taken == Taken::Full));
    assert_eq!(detail.windows.len(), MAX_WINDOWS);
    assert_eq!(take_window(&mut detail, &of(79_999)), Taken::Known, "what is there is known");
    assert_eq!(take_window(&mut detail, &at_second(79_999, Some(41.0), None)), Taken::Changed, "and may be replaced");
}

#[test]
fn rates_every_five_seconds_are_one_a_minute_in_any_order() {
    let mut sent: Vec<_> = (0..17_280).map(|i| at_second(i * 5 + 3, None, Some(60.0))).collect();
    // Variability at some of the same moments, with and without a heart rate of its own.
    sent.extend((0..288).map(|i| at_second(i * 300 + 3, Some(40.0), None)));
    sent.extend((0..288).map(|i| at_second(i * 300 + 130, Some(40.0), Some(61.0))));
    let kept = |sent: &mut dyn Iterator<Item = &HrvWindow>| {
        let mut detail = NightDetail::empty(Date::constant(2026, 3, 1));
        sent.for_each(|window| {
            take_window(&mut detail, window);
        });
        detail.windows
    };
    let forward = kept(&mut sent.iter());
    assert_eq!(forward.len(), 1_440 + 288);
    assert_eq!(forward.iter().filter(|w| w.rmssd_ms == Some(40.0)).count(), 2 * 288);
    assert!(forward.iter().all(|w| w.mean_hr_bpm.is_some()));
    assert!(forward == kept(&mut sent.iter().rev()), "backward");
    let shuffled = (0..sent.len()).map(|i| &sent[i * 7_919 % sent.len()]);
    assert!(forward == kept(&mut shuffled.into_iter()), "shuffled");
}

#[test]
fn rates_of_two_bands_or_of_short_windows_all_stand() {
    let mut detail = NightDetail::empty(Date::constant(2026, 3, 1));
    let other = HrvWindow { device: DeviceId::parse("band-2").ok(), ..at_second(5, None, Some(60.0)) };
    let short = |second| HrvWindow { duration_s: 20, ..at_second(second, None, Some(60.0)) };
    for window in [at_second(0, None, Some(60.0)), other, short(20), short(40)] {
        assert_eq!(take_window(&mut detail, &window), Taken::Changed);
    }
    assert_eq!(take_window(&mut detail, &at_second(10, None, Some(60.0))), Taken::Known);
}

#[test]
fn runs_of_beats_and_sleeps_and_summaries_are_bounded_too() {
    let mut detail = NightDetail::empty(Date::constant(2026, 3, 1));
    let run = |second| BeatIntervals {
        device: None,
        start: at_second(second, None, None).start,
        rr_ms: vec![800.0],
        end_ms: None,
        context: Context::Unknown,
    };
    let day = |_: &BeatIntervals, _: u8| vec![StoredWindow { device: 0, ..stored(0) }; 288];
    let taken: Vec<_> = (0..30).map(|second| take_beats(&mut detail, &run(second), day)).collect();
    assert_eq!(taken.iter().filter(|taken| **taken == Taken::Changed).count(), MAX_WINDOWS / 288);
    detail.beats.clear();
    let most = i64::try_from(MAX_RUNS).unwrap();
    assert!((0..most).all(|second| take_beats(&mut detail, &run(second), |_, _| vec![]) == Taken::Changed));
    assert_eq!(take_beats(&mut detail, &run(most), |_, _| vec![]), Taken::Full);

    let sleep = |second| SleepRecord {
        device: None,
        start: at_second(second, None, None).start,
        onset: None,
        wake: None,
        end: at_second(second + 600, None, None).start,
        waso_min: None,
        stages: None,
        awakenings: None,
        main: None,
        revision: 0,
    };
    let taken: Vec<_> = (0..70).map(|second| insert_sleep(&mut detail, sleep(second), false)).collect();
    assert_eq!(taken.iter().filter(|taken| **taken == Taken::Full).count(), 70 - MAX_SLEEPS);
    assert_eq!(insert_sleep(&mut detail, sleep(99), true), Taken::Changed);
}

fn stored(second: i64) -> StoredWindow {
    let mut detail = NightDetail::empty(Date::constant(2026, 3, 1));
    take_window(&mut detail, &at_second(second, Some(40.0), None));
    detail.windows.remove(0)
}
