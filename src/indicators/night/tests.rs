use proptest::prelude::*;

use super::*;
use crate::domain::SignedDuration;
use crate::domain::history::StoredBeats;
use crate::domain::reading::{SleepRecord, StageMinutes};

const DATE: Date = Date::constant(2026, 3, 1);

fn hanoi() -> TimeZone {
    TimeZone::get("Asia/Ho_Chi_Minh").unwrap()
}

fn at(text: &str) -> Timestamp {
    format!("{text}:00+07:00").parse().unwrap()
}

fn band(name: &str) -> Option<DeviceId> {
    Some(DeviceId::parse(name).unwrap())
}

fn window(start: Timestamp, rmssd_ms: f64) -> StoredWindow {
    StoredWindow {
        start,
        duration_s: 300,
        device: 0,
        rmssd_ms: Some(rmssd_ms),
        sdnn_ms: Some(50.0),
        mean_hr_bpm: Some(55.0),
        context: Context::SleepMain,
        quality: Some(0.96),
    }
}

/// Five-minute windows back to back.
fn windows(start: &str, count: u32) -> Vec<StoredWindow> {
    let begin = at(start);
    (0..count).map(|i| window(begin + SignedDuration::from_mins(5 * i64::from(i)), 40.0 + f64::from(i % 7))).collect()
}

fn bucket(windows: Vec<StoredWindow>) -> NightDetail {
    NightDetail { devices: vec![band("b1")], windows, ..NightDetail::empty(DATE) }
}

fn record(start: &str, end: &str) -> SleepRecord {
    SleepRecord {
        device: band("b1"),
        start: at(start),
        onset: None,
        wake: None,
        end: at(end),
        waso_min: None,
        stages: None,
        awakenings: None,
        main: None,
        revision: 0,
    }
}

fn ordinary() -> SleepRecord {
    SleepRecord {
        onset: Some(at("2026-02-28T23:14")),
        wake: Some(at("2026-03-01T06:38")),
        waso_min: Some(34.0),
        main: Some(true),
        ..record("2026-02-28T22:50", "2026-03-01T06:50")
    }
}

fn with_sleep(records: &[SleepRecord]) -> NightDetail {
    NightDetail { sleeps: records.to_vec(), ..bucket(windows("2026-02-28T23:20", 80)) }
}

fn row(bucket: &NightDetail) -> Option<NightRow> {
    night_row(DATE, &[bucket], &hanoi())
}

fn near(left: f64, right: f64) {
    assert!((left - right).abs() < 1e-6, "{left} is not {right}");
}

#[test]
fn night_agrees_with_the_reference_vector() {
    let stages = Some(StageMinutes { light: 232.0, deep: 84.0, rem: 94.0, asleep: 0.0 });
    for sleep in [ordinary(), SleepRecord { waso_min: None, stages, ..ordinary() }] {
        let row = row(&with_sleep(&[sleep])).unwrap();
        let sleep = row.sleep.unwrap();
        near(sleep.tib_min, 480.0);
        near(sleep.sol_min.unwrap(), 24.0);
        near(sleep.spt_min, 444.0);
        near(sleep.tst_min, 410.0);
        near(sleep.waso_min.unwrap(), 34.0);
        near(sleep.efficiency_pct.unwrap(), 85.416_666_7);
        assert_eq!(sleep.midpoint, at("2026-03-01T02:56"));
        assert_eq!(row.wake_at, at("2026-03-01T06:38"));
        assert_eq!(row.hrv.unwrap().windows, 80);
    }
}

#[test]
fn start_and_end_alone_are_time_in_bed() {
    let sleep = row(&with_sleep(&[record("2026-02-28T23:00", "2026-03-01T07:00")])).unwrap().sleep.unwrap();
    near(sleep.tst_min, 480.0);
    assert_eq!((sleep.efficiency_pct, sleep.waso_min, sleep.sol_min), (None, None, None));
}

#[test]
fn naps_count_for_the_day_and_close_episodes_are_one() {
    let nap = record("2026-03-01T14:00", "2026-03-01T14:40");
    let doze = record("2026-03-01T17:00", "2026-03-01T17:10");
    let tomorrow = record("2026-03-01T23:50", "2026-03-02T06:00");
    let day = row(&with_sleep(&[nap, doze, ordinary(), tomorrow])).unwrap();
    near(day.sleep.as_ref().unwrap().tst24_min, 450.0);
    assert_eq!(day.wake_at, at("2026-03-01T06:38"));

    let back_to_bed = record("2026-03-01T07:30", "2026-03-01T08:30");
    let joined = row(&with_sleep(&[back_to_bed, ordinary()])).unwrap();
    assert_eq!(joined.wake_at, at("2026-03-01T08:30"));
    near(joined.sleep.unwrap().tst24_min, 470.0);
}

#[test]
fn the_same_night_from_two_bands_is_not_summed() {
    let other = SleepRecord { device: band("a0"), ..record("2026-02-28T22:40", "2026-03-01T07:00") };
    let sleep = row(&with_sleep(&[other, ordinary()])).unwrap().sleep.unwrap();
    near(sleep.tst24_min, 410.0);
    let again = SleepRecord { start: at("2026-02-28T22:45"), revision: 1, waso_min: Some(44.0), ..ordinary() };
    near(row(&with_sleep(&[ordinary(), again])).unwrap().sleep.unwrap().tst24_min, 400.0);
}

#[test]
fn a_nap_alone_is_no_night() {
    let nap = record("2026-03-01T14:00", "2026-03-01T14:40");
    assert_eq!(row(&NightDetail { sleeps: vec![nap], ..NightDetail::empty(DATE) }), None);
    assert_eq!(row(&NightDetail::empty(DATE)), None);
    assert_eq!(night_row(DATE, &[], &hanoi()), None);
}

#[test]
fn windows_alone_tell_the_main_sleep() {
    let mut all = windows("2026-02-28T23:20", 30);
    all.extend(windows("2026-03-01T02:40", 30));
    let joined = row(&bucket(all.clone())).unwrap();
    assert_eq!(joined.wake_at, at("2026-03-01T05:10"));
    let hrv = joined.hrv.unwrap();
    assert_eq!(hrv.windows, 60);
    near(hrv.ln_rmssd, 43.0f64.ln());
    near(joined.sleeping_hr_bpm.unwrap(), 55.0);
    assert_eq!(joined.sleep, None);

    all.extend(windows("2026-03-01T14:00", 6));
    assert_eq!(row(&bucket(all)).unwrap().wake_at, at("2026-03-01T05:10"), "the longest episode");
}

#[test]
fn a_valid_night_has_twelve_windows_and_three_hours() {
    let is_valid = |windows| row(&bucket(windows)).is_some_and(|r| r.hrv.is_some());
    let spread = |count: u32, every_min: i64| -> Vec<StoredWindow> {
        let begin = at("2026-03-01T00:00");
        (0..count).map(|i| window(begin + SignedDuration::from_mins(every_min * i64::from(i)), 40.0)).collect()
    };
    assert!(is_valid(spread(12, 17)));
    assert!(!is_valid(spread(11, 19)), "eleven windows");
    assert!(!is_valid(spread(34, 5)), "less than three hours");
    let long: Vec<_> = spread(6, 40).into_iter().map(|w| StoredWindow { duration_s: 600, ..w }).collect();
    assert!(is_valid(long), "six windows of ten minutes");
    let overlapping: Vec<_> = spread(200, 1).into_iter().map(|w| StoredWindow { duration_s: 60, ..w }).collect();
    assert!(is_valid(overlapping));
}

#[test]
fn windows_that_cannot_be_true_are_left_out() {
    let spoilt = |change: fn(&mut StoredWindow)| {
        let mut all = windows("2026-02-28T23:20", 80);
        all.iter_mut().take(75).for_each(change);
        row(&bucket(all)).unwrap().hrv
    };
    assert_eq!(spoilt(|w| w.quality = Some(0.74)), None);
    assert_eq!(spoilt(|w| w.rmssd_ms = None), None);
    assert_eq!(spoilt(|w| w.rmssd_ms = Some(251.0)), None);
    assert_eq!(spoilt(|w| w.rmssd_ms = Some(2.9)), None);
    assert_eq!(spoilt(|w| (w.rmssd_ms, w.sdnn_ms) = (Some(160.0), Some(100.0))), None, "suspect");
    assert!(spoilt(|w| (w.rmssd_ms, w.sdnn_ms) = (Some(160.0), Some(130.0))).is_some());
    assert!(spoilt(|w| w.quality = None).is_some_and(|h| (h.sqi - (75.0 * 0.9 + 5.0 * 0.96) / 80.0).abs() < 1e-9));
    assert_eq!(spoilt(|w| w.context = Context::Work), None);
}

#[test]
fn a_record_lends_its_times_to_windows_without_context() {
    let unknown: Vec<_> =
        windows("2026-02-28T23:20", 80).into_iter().map(|w| StoredWindow { context: Context::Unknown, ..w }).collect();
    assert_eq!(row(&bucket(unknown.clone())), None);
    let night = NightDetail { sleeps: vec![ordinary()], ..bucket(unknown) };
    assert_eq!(row(&night).unwrap().hrv.unwrap().windows, 80);
}

#[test]
fn windows_from_beats_count_the_same() {
    let run =
        StoredBeats { start: at("2026-02-28T23:20"), device: 0, digest: 7, windows: windows("2026-02-28T23:20", 80) };
    let night = NightDetail { beats: vec![run], ..bucket(Vec::new()) };
    assert_eq!(row(&night), row(&bucket(windows("2026-02-28T23:20", 80))));
}

#[test]
fn the_band_with_more_windows_speaks_for_the_night() {
    let both = |of_second: u32| {
        let mut all = windows("2026-02-28T23:20", 60);
        all.extend(windows("2026-02-28T23:20", of_second).into_iter().map(|w| StoredWindow { device: 1, ..w }));
        let night = NightDetail { devices: vec![band("b1"), band("a2")], ..bucket(all) };
        row(&night).unwrap().hrv.unwrap().epoch.device
    };
    assert_eq!(both(59), band("b1"));
    assert_eq!(both(60), band("a2"), "of equals the first by name");
    assert_eq!(both(61), band("a2"));
}

#[test]
fn a_vendors_value_stands_in_for_missing_windows() {
    let vendor = NightlySummary { device: band("v"), date: DATE, rmssd_ms: Some(41.3), sleeping_hr_bpm: Some(55.2) };
    let night = NightDetail { nightly: vec![vendor.clone()], ..NightDetail::empty(DATE) };
    let alone = row(&night).unwrap();
    let hrv = alone.hrv.unwrap();
    near(hrv.ln_rmssd, 41.3f64.ln());
    assert_eq!((hrv.windows, hrv.epoch.is_provider, hrv.epoch.device), (0, true, band("v")));
    near(hrv.sqi, 0.8);
    assert_eq!((alone.wake_at, alone.sleeping_hr_bpm), (at("2026-03-01T12:00"), Some(55.2)));

    let beside_windows = NightDetail { nightly: vec![vendor.clone()], ..with_sleep(&[ordinary()]) };
    assert!(!row(&beside_windows).unwrap().hrv.unwrap().epoch.is_provider);

    let yesterday = NightlySummary { date: Date::constant(2026, 2, 28), ..vendor };
    assert_eq!(row(&NightDetail { nightly: vec![yesterday], ..NightDetail::empty(DATE) }), None);
}

#[test]
fn sleep_by_day_belongs_to_the_date_of_waking() {
    let by_day = SleepRecord { main: Some(true), ..record("2026-03-01T08:30", "2026-03-01T15:30") };
    let mut morning = bucket(windows("2026-03-01T08:30", 40));
    morning.sleeps = vec![by_day];
    let afternoon = NightDetail { date: Date::constant(2026, 3, 2), ..bucket(windows("2026-03-01T12:00", 40)) };
    let day = night_row(DATE, &[&morning, &afternoon], &hanoi()).unwrap();
    assert_eq!(day.wake_at, at("2026-03-01T15:30"));
    assert_eq!(day.hrv.unwrap().windows, 80);
    assert_eq!(night_row(Date::constant(2026, 3, 2), &[&morning, &afternoon], &hanoi()), None);
}

fn slept(records: &[SleepRecord]) -> crate::domain::indicator::NightSleep {
    row(&with_sleep(records)).unwrap().sleep.unwrap()
}

fn spans(sleep: &crate::domain::indicator::NightSleep) -> Vec<(Timestamp, Timestamp)> {
    sleep.spans.iter().map(|s| (s.start, s.end)).collect()
}

#[test]
fn a_night_keeps_when_the_worker_slept() {
    let nap = record("2026-03-01T14:00", "2026-03-01T14:40");
    let back_to_bed = record("2026-03-01T07:30", "2026-03-01T08:30");
    let sleep = slept(&[nap, back_to_bed, ordinary()]);
    let expected = [
        (at("2026-02-28T23:14"), at("2026-03-01T06:38")),
        (at("2026-03-01T07:30"), at("2026-03-01T08:30")),
        (at("2026-03-01T14:00"), at("2026-03-01T14:40")),
    ];
    assert_eq!(spans(&sleep), expected);
    let naps: Vec<SleepRecord> = (0..9)
        .map(|i| record(&format!("2026-03-01T{:02}:00", 9 + i), &format!("2026-03-01T{:02}:{}", 9 + i, 40 + i)))
        .map(|nap| SleepRecord { device: band(&format!("b{}", nap.start.as_second())), ..nap })
        .collect();
    let many = slept(&[naps, vec![ordinary()]].concat());
    assert_eq!(many.spans.len(), crate::domain::indicator::NightSleep::MAX_SPANS);
    assert!(many.spans.is_sorted() && spans(&many).contains(&expected[0]), "the longest are kept, in order");
}

#[test]
fn joined_parts_add_their_stages_and_awakenings() {
    let stages = StageMinutes { light: 232.0, deep: 84.0, rem: 94.0, asleep: 0.0 };
    let first = SleepRecord { stages: Some(stages), awakenings: Some(1), ..ordinary() };
    let part = StageMinutes { light: 60.0, ..StageMinutes::default() };
    let second =
        SleepRecord { stages: Some(part), awakenings: Some(0), ..record("2026-03-01T07:30", "2026-03-01T08:30") };
    let sleep = slept(&[first, second]);
    assert_eq!(sleep.awakenings, Some(2), "the time between the two is one");
    near(sleep.stages.unwrap().light, 292.0);
    near(sleep.tst_min, 470.0);
    near(sleep.waso_min.unwrap(), 34.0 + 52.0);
    let shares = sleep.stage_shares().unwrap();
    near(shares.light_pct + shares.deep_pct + shares.rem_pct, 100.0);
    assert!(sleep.is_consistent);
}

#[test]
fn efficiency_without_a_time_in_bed_is_called_maintenance() {
    let asleep = StageMinutes { asleep: 400.0, ..StageMinutes::default() };
    let told = SleepRecord { stages: Some(asleep), ..record("2026-02-28T23:00", "2026-03-01T06:20") };
    let sleep = slept(std::slice::from_ref(&told));
    assert!(!sleep.is_bed_known);
    near(sleep.efficiency_pct.unwrap(), 100.0 * 400.0 / 440.0);
    near(sleep.maintenance_pct().unwrap(), 100.0 * 400.0 / 440.0);
    assert!(slept(&[SleepRecord { onset: Some(at("2026-02-28T23:10")), ..told }]).is_bed_known);
}

#[test]
fn a_night_whose_parts_do_not_fit_is_marked() {
    let with = |light: f64, waso_min: f64| {
        let stages = Some(StageMinutes { light, ..StageMinutes::default() });
        slept(&[SleepRecord { stages, waso_min: Some(waso_min), ..ordinary() }]).is_consistent
    };
    assert!(with(410.0, 34.0) && with(415.0, 34.0) && with(405.0, 34.0));
    assert!(!with(416.0, 34.0) && !with(404.0, 34.0), "stages and total sleep differ by over five minutes");
    assert!(
        !slept(&[SleepRecord { waso_min: Some(500.0), ..ordinary() }]).is_consistent,
        "awake for longer than asleep"
    );
    assert!(slept(&[ordinary()]).is_consistent);
    // Ten hours and seven, less than an hour apart, are more than 16 hours in bed.
    let long = record("2026-02-28T15:00", "2026-03-01T01:00");
    let longer = record("2026-03-01T01:30", "2026-03-01T08:30");
    assert!(!slept(&[long, longer]).is_consistent);
    let nap = SleepRecord { waso_min: Some(60.0), ..record("2026-03-01T14:00", "2026-03-01T14:40") };
    assert!(!slept(&[ordinary(), nap]).is_consistent, "a nap counts for the day");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_order_of_arrival_does_not_matter(
        values in proptest::collection::vec((0..90i64, 10.0..90.0f64, 40.0..80.0f64, 0.7..1.0f64, 0..2u8), 1..120),
        split in 0..120usize,
        order in any::<u64>(),
    ) {
        let begin = at("2026-02-28T22:00");
        let mut all: Vec<StoredWindow> = values
            .into_iter()
            .map(|(slot, rmssd_ms, hr, quality, device)| StoredWindow {
                device,
                mean_hr_bpm: Some(hr),
                quality: Some(quality),
                ..window(begin + SignedDuration::from_mins(5 * slot), rmssd_ms)
            })
            .collect();
        let devices = || vec![band("b1"), band("b2")];
        let whole = NightDetail { devices: devices(), ..bucket(all.clone()) };
        let expected = row(&whole);
        // A multiplication by an odd number permutes the keys.
        all.sort_by_key(|w| w.start.as_second().unsigned_abs().wrapping_add(u64::from(w.device)).wrapping_mul(order | 1));
        let later = all.split_off(split.min(all.len()));
        let one = NightDetail { devices: devices(), ..bucket(all) };
        let other = NightDetail { devices: devices(), ..bucket(later) };
        prop_assert_eq!(&night_row(DATE, &[&one, &other], &hanoi()), &expected);
        prop_assert_eq!(&night_row(DATE, &[&other, &one], &hanoi()), &expected);
    }
}
