use proptest::prelude::*;
use std::collections::BTreeMap;

use super::*;
use crate::domain::TimeZone;
use crate::domain::exposure::{ExposureDay, Shift};
use crate::domain::ids::{DeviceId, SiteId, WorkerId, WorkerKey};
use crate::domain::indicator::{DeviceEpoch, NightHrv, NightRow, NightSleep, SleepSpan};
use crate::domain::reading::Tag;
use crate::domain::worker::Profile;
use cells::date_of;

/// 2026-01-01.
pub(super) const NEW_YEAR: i32 = 20_454;

pub(super) fn person() -> WorkerHistory {
    let key = WorkerKey { site: SiteId::parse("s").unwrap(), worker: WorkerId::parse("w").unwrap() };
    WorkerHistory::new(Profile::unknown(key, TimeZone::UTC))
}

fn at(number: i32, hour: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * i64::from(number) + hour)
}

pub(super) fn sleep(number: i32, tst_h: f64) -> NightSleep {
    NightSleep {
        tib_min: 60.0 * tst_h + 30.0,
        sol_min: None,
        spt_min: 60.0 * tst_h,
        waso_min: Some(20.0),
        tst_min: 60.0 * tst_h,
        tst24_min: 60.0 * tst_h,
        efficiency_pct: Some(90.0),
        is_bed_known: true,
        stages: None,
        awakenings: None,
        midpoint: at(number, 3),
        is_consistent: true,
        spans: vec![SleepSpan {
            start: at(number, 6) - SignedDuration::from_secs_f64(3600.0 * tst_h),
            end: at(number, 6),
        }],
    }
}

pub(super) fn night(number: i32, ln_rmssd: f64, band: &str) -> NightRow {
    let epoch = DeviceEpoch { device: DeviceId::parse(band).ok(), is_provider: false };
    NightRow {
        date: date_of(number),
        wake_at: at(number, 6),
        hrv: Some(NightHrv { ln_rmssd, epoch, windows: 80, sqi: 0.95 }),
        sleeping_hr_bpm: Some(60.0 - 5.0 * ln_rmssd),
        irregularity: None,
        sleep: Some(sleep(number, 7.5)),
    }
}

pub(super) fn put(history: &mut WorkerHistory, row: NightRow) {
    history.nights.insert(row.date, row);
}

/// Nights around ln 3.7 that differ a little.
fn usual(number: i32) -> f64 {
    3.7 + 0.1 * f64::from(number * 7 % 11 - 5) / 5.0
}

/// Two days after the last night, so that all are final.
pub(super) fn track_of(history: &WorkerHistory, today: i32) -> Track {
    let mut track = Track::new();
    track.update(history, None, date_of(today), at(today, 20), &Settings::default());
    track
}

pub(super) fn day(track: &Track, number: i32) -> DayIndicators {
    *track.day(date_of(number)).unwrap()
}

/// 45 usual nights, then 10 low ones.
fn overloaded() -> WorkerHistory {
    let mut history = person();
    for number in NEW_YEAR..NEW_YEAR + 55 {
        let is_low = number >= NEW_YEAR + 45;
        put(&mut history, night(number, if is_low { 3.45 } else { usual(number) }, "b1"));
    }
    history
}

#[test]
fn ten_low_nights_become_persistent() {
    let history = overloaded();
    let track = track_of(&history, NEW_YEAR + 57);
    let states: Vec<_> = (NEW_YEAR + 13..NEW_YEAR + 58).map(|n| day(&track, n).hrv).collect();
    assert_eq!(states[0], HrvState::Learning, "six reference nights");
    assert_eq!(states[1], HrvState::Normal, "seven reference nights");
    assert_eq!(day(&track, NEW_YEAR + 44).hrv, HrvState::Normal);
    assert_eq!(day(&track, NEW_YEAR + 47).hrv, HrvState::Watch);
    assert_eq!(day(&track, NEW_YEAR + 54).hrv, HrvState::Persistent);
    let today = day(&track, NEW_YEAR + 57);
    assert_eq!(today.hrv, HrvState::Persistent);
    assert!(today.z7.unwrap() < -1.0 && today.z.is_none());
    // The reference ends eight days back, so it holds five low nights among fifty.
    let expected = 100.0 * (3.45f64 - 3.7).exp_m1();
    assert!((today.change_pct.unwrap() - expected).abs() < 3.0, "{:?}", today.change_pct);
    assert_eq!((today.nights_used7, today.reference_nights), (4, 50));
    assert!(today.confidence.unwrap() > 0.4);
}

#[test]
fn a_night_that_is_not_final_takes_no_part() {
    let history = overloaded();
    let last = NEW_YEAR + 54;
    let mut track = Track::new();
    let mut update = |now| {
        track.update(&history, None, date_of(last + 1), now, &Settings::default());
        day(&track, last).z
    };
    assert_eq!(update(at(last, 6 + 35)), None);
    assert!(update(at(last, 6 + 36)).is_some(), "found without being named");
    assert_eq!(next_final(&history, at(last, 0)), Some(at(last - 1, 6 + 36)));
    assert_eq!(next_final(&history, at(last, 6 + 36)), None);
}

#[test]
fn tagged_nights_are_left_out() {
    let today = NEW_YEAR + 57;
    let z_with = |tag: Tag, on: i32| {
        let mut history = overloaded();
        history.tags.entry(date_of(on)).or_default().insert(tag);
        let track = track_of(&history, today);
        (NEW_YEAR + 45..NEW_YEAR + 55).map(|n| day(&track, n).z.is_some()).collect::<Vec<_>>()
    };
    assert_eq!(z_with(Tag::Alcohol, NEW_YEAR + 46).iter().filter(|has| !**has).count(), 1);
    assert_eq!(z_with(Tag::LateExercise, NEW_YEAR + 46).iter().filter(|has| !**has).count(), 1);
    assert_eq!(z_with(Tag::Illness, NEW_YEAR + 46)[..7], [true, false, false, false, false, false, true]);
    assert!(z_with(Tag::Travel, NEW_YEAR + 46).iter().all(|has| *has));
    assert!(z_with(Tag::MedicationChange, NEW_YEAR + 46)[1..].iter().all(|has| !*has), "a new epoch");
}

#[test]
fn a_change_in_the_register_begins_an_epoch_as_a_change_of_medication_does() {
    let (today, on) = (NEW_YEAR + 57, date_of(NEW_YEAR + 46));
    let (mut said, mut registered) = (overloaded(), overloaded());
    said.tags.entry(on).or_default().insert(Tag::MedicationChange);
    registered.register_changes.insert(on);
    let days = |history: &WorkerHistory| {
        let track = track_of(history, today);
        (NEW_YEAR + 40..=today).map(|n| format!("{:?}", day(&track, n))).collect::<Vec<_>>()
    };
    assert_eq!(days(&registered), days(&said));
    assert_ne!(days(&registered), days(&overloaded()));
}

#[test]
fn saying_pregnant_every_week_begins_one_epoch() {
    let mut history = overloaded();
    for week in 0..5 {
        history.tags.entry(date_of(NEW_YEAR + 10 + 7 * week)).or_default().insert(Tag::Pregnancy);
    }
    let track = track_of(&history, NEW_YEAR + 57);
    assert_eq!(day(&track, NEW_YEAR + 50).reference_nights, 33);

    let mut from_day_to_day = track_of(&history, NEW_YEAR + 30);
    for today in NEW_YEAR + 31..NEW_YEAR + 58 {
        from_day_to_day.update(&history, None, date_of(today), at(today, 20), &Settings::default());
    }
    assert_eq!(difference(&from_day_to_day, &track, NEW_YEAR + 57), None);
}

#[test]
fn another_band_is_learned_anew() {
    let mut history = overloaded();
    for number in NEW_YEAR + 50..NEW_YEAR + 55 {
        put(&mut history, night(number, 3.0, "b2"));
    }
    let track = track_of(&history, NEW_YEAR + 57);
    let today = day(&track, NEW_YEAR + 56);
    assert_eq!((today.hrv, today.reference_nights, today.change_pct), (HrvState::Learning, 0, None));
    assert_eq!(day(&track, NEW_YEAR + 48).hrv, HrvState::Watch);
}

#[test]
fn a_worker_who_begins_is_learning_and_one_who_stopped_is_stale() {
    let mut history = person();
    put(&mut history, night(NEW_YEAR, 3.7, "b1"));
    assert_eq!(day(&track_of(&history, NEW_YEAR + 3), NEW_YEAR + 3).hrv, HrvState::Learning);
    assert_eq!(day(&track_of(&history, NEW_YEAR + 30), NEW_YEAR + 30).hrv, HrvState::Stale);
    let stopped = track_of(&overloaded(), NEW_YEAR + 75);
    assert_eq!(day(&stopped, NEW_YEAR + 75).hrv, HrvState::Stale);
    assert_eq!(stopped.anchor_before(date_of(NEW_YEAR + 75)).unwrap().hrv, HrvState::Persistent, "held below");
}

#[test]
fn short_nights_make_sleep_persistently_poor() {
    let mut history = overloaded();
    for number in NEW_YEAR + 45..NEW_YEAR + 55 {
        history.nights.get_mut(&date_of(number)).unwrap().sleep = Some(sleep(number, 5.0));
    }
    let track = track_of(&history, NEW_YEAR + 57);
    assert!(!day(&track, NEW_YEAR + 47).is_sleep_poor);
    let last = day(&track, NEW_YEAR + 54);
    assert!(last.is_sleep_poor);
    let window = last.sleep.unwrap();
    assert!((window.tst7_h - 5.0).abs() < 1e-9 && window.short_nights == 7);
    assert!((window.debt14_h - 25.0).abs() < 1e-9);
    assert!(last.index.unwrap().value > 70.0);
    assert!(last.index7.is_some());
}

#[test]
fn autocorrelation_needs_thirty_pairs_of_nights() {
    assert_eq!(track_of(&overloaded(), NEW_YEAR + 37).lag1_autocorrelation(), None);
    assert!(track_of(&overloaded(), NEW_YEAR + 38).lag1_autocorrelation().is_some(), "31 nights, eight days back");
}

#[test]
fn days_beyond_the_window_are_not_shown() {
    let track = track_of(&overloaded(), NEW_YEAR + 57);
    assert!(track.day(date_of(NEW_YEAR + 58)).is_none());
    assert!(track.day(date_of(NEW_YEAR + 57 - 77)).is_some());
    assert!(track.day(date_of(NEW_YEAR + 57 - 78)).is_none());
    let seven: Vec<_> = track.last_days(date_of(NEW_YEAR + 57), 7).map(|d| d.date).collect();
    assert_eq!(seven.len(), 7);
    assert_eq!((seven[0], seven[6]), (date_of(NEW_YEAR + 51), date_of(NEW_YEAR + 57)));
    assert!(Track::new().day(date_of(NEW_YEAR)).is_none());
    assert_eq!(Track::new().last_days(date_of(NEW_YEAR), 7).count(), 0);
}

/// Something that happens to a history.
#[derive(Debug, Clone)]
enum Change {
    Night { age: i32, ln_rmssd: f64, tst_h: f64, band: &'static str, is_valid: bool },
    Tag { age: i32, tag: Tag },
    Shift { age: i32, begin_h: i64, length_h: i64 },
    Days(i32),
    Hours(i64),
}

fn change() -> impl Strategy<Value = Change> {
    let age = || prop_oneof![3 => 0..4i32, 1 => 0..78i32];
    let band = prop_oneof![8 => Just("b1"), 1 => Just("b2")];
    let night = (age(), 2.5..4.5f64, 3.0..10.0f64, band, proptest::bool::weighted(0.9));
    let any_tag = proptest::sample::select(Tag::ALL.to_vec());
    let tag = prop_oneof![3 => any_tag, 1 => Just(Tag::Pregnancy), 1 => Just(Tag::OffWork)];
    prop_oneof![
        8 => night.prop_map(|(age, ln_rmssd, tst_h, band, is_valid)| Change::Night { age, ln_rmssd, tst_h, band, is_valid }),
        3 => (age(), tag).prop_map(|(age, tag)| Change::Tag { age, tag }),
        4 => (age(), 0..24i64, 4..13i64).prop_map(|(age, begin_h, length_h)| Change::Shift { age, begin_h, length_h }),
        5 => (1..3i32).prop_map(Change::Days),
        1 => (30..120i32).prop_map(Change::Days),
        2 => (1..14i64).prop_map(Change::Hours),
    ]
}

/// Applies a change as the engine would; gives the date it changed.
fn apply(history: &mut WorkerHistory, now: &mut Timestamp, change: &Change) -> Option<Date> {
    let today = i32::try_from(now.as_second().div_euclid(86_400)).unwrap();
    match *change {
        Change::Night { age, ln_rmssd, tst_h, band, is_valid } => {
            let mut row = night(today - age, ln_rmssd, band);
            row.sleep = Some(sleep(today - age, tst_h));
            if !is_valid {
                row.hrv = None;
            }
            let date = row.date;
            put(history, row);
            Some(date)
        }
        Change::Tag { age, tag } => {
            history.tags.entry(date_of(today - age)).or_default().insert(tag);
            Some(date_of(today - age))
        }
        Change::Shift { age, begin_h, length_h } => {
            let (date, start) = (date_of(today - age), at(today - age, begin_h));
            let shift = Shift { start, end: start + SignedDuration::from_hours(length_h) };
            history.exposures.insert(date, ExposureDay { shift: Some(shift), ..ExposureDay::empty(date) });
            Some(date)
        }
        Change::Days(days) => {
            *now += SignedDuration::from_hours(24 * i64::from(days));
            None
        }
        Change::Hours(hours) => {
            *now += SignedDuration::from_hours(hours);
            None
        }
    }
}

fn sleep_numbers(day: &DayIndicators) -> Vec<f64> {
    let Some(sleep) = day.sleep else { return Vec::new() };
    let may_miss = [sleep.deficit2_h, sleep.se7_pct, sleep.waso7_min, sleep.sri7, sleep.sri14];
    [sleep.tst7_h, sleep.need_h, sleep.debt14_h].into_iter().chain(may_miss.into_iter().flatten()).collect()
}

fn shown(track: &Track, today: i32) -> Vec<DayIndicators> {
    (today - RECOMPUTABLE_DAYS..=today).map(|n| day(track, n)).collect()
}

/// The first day on which two tracks differ.
fn difference(one: &Track, other: &Track, today: i32) -> Option<(DayIndicators, DayIndicators)> {
    shown(one, today).into_iter().zip(shown(other, today)).find(|(a, b)| a != b)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A band worn for 80 days, then anything: kept up to date or made anew, the days are the same.
    #[test]
    fn days_do_not_depend_on_the_order_of_changes(
        seed in proptest::collection::vec(3.2..4.2f64, 80),
        changes in proptest::collection::vec(change(), 1..60),
    ) {
        let settings = Settings::default();
        let mut history = person();
        for (ln_rmssd, number) in seed.into_iter().zip(NEW_YEAR..) {
            put(&mut history, night(number, ln_rmssd, "b1"));
        }
        let mut now = at(NEW_YEAR + 80, 9);
        let mut track = Track::new();
        for change in &changes {
            let changed = apply(&mut history, &mut now, change);
            let today = i32::try_from(now.as_second().div_euclid(86_400)).unwrap();
            track.update(&history, changed, date_of(today), now, &settings);
            // What the engine does afterwards: settle what can no longer change.
            let anchor = track.anchor_before(date_of(today - RECOMPUTABLE_DAYS));
            history.anchor = anchor.or(history.anchor);
            history.nights = history.nights.split_off(&date_of(today - ROW_DAYS));
            history.tags = history.tags.split_off(&date_of(today - TAG_DAYS));
            history.exposures = history.exposures.split_off(&date_of(today - EXPOSURE_DAYS));
        }
        let today = i32::try_from(now.as_second().div_euclid(86_400)).unwrap();
        let mut anew = Track::new();
        anew.update(&history, None, date_of(today), now, &settings);
        prop_assert_eq!(difference(&track, &anew, today), None);
        let next = date_of(today - RECOMPUTABLE_DAYS + 1);
        prop_assert_eq!(track.anchor_before(next), anew.anchor_before(next));
        for shown in shown(&track, today) {
            let numbers = [shown.z, shown.z7, shown.change_pct, shown.rhr_z, shown.index7, shown.confidence];
            prop_assert!(numbers.iter().flatten().all(|x| x.is_finite()), "{:?}", shown);
            prop_assert!(sleep_numbers(&shown).iter().all(|x| x.is_finite()), "{:?}", shown);
            let detail = format!("{:?}", track.sleep_detail(&history, shown.date));
            prop_assert!(!detail.contains("NaN") && !detail.contains("inf"), "{detail}");
            let parts = track.contributions(shown.date);
            let points: f64 = parts.iter().map(|part| part.points).sum();
            prop_assert!(shown.index.is_none_or(|index| (points - (index.value - 50.0)).abs() < 1e-9));
            prop_assert!(parts.iter().flat_map(|part| [part.raw, part.usual]).flatten().all(f64::is_finite));
        }
    }

    #[test]
    fn windows_equal_naive_recomputation(
        nights in proptest::collection::btree_map(0..120i32, (2.5..4.5f64, 3.0..10.0f64), 30..110),
    ) {
        let mut history = person();
        for (place, (ln_rmssd, tst_h)) in &nights {
            let number = NEW_YEAR + place;
            put(&mut history, NightRow { sleep: Some(sleep(number, *tst_h)), ..night(number, *ln_rmssd, "b1") });
        }
        let track = track_of(&history, NEW_YEAR + 122);
        let z: BTreeMap<i32, f64> = (50..123)
            .filter_map(|place| day(&track, NEW_YEAR + place).z.map(|z| (place, z)))
            .collect();
        for place in 60..123 {
            let shown = day(&track, NEW_YEAR + place);
            let reference = nights.range(place - 67..=place - 8).count();
            prop_assert_eq!(shown.reference_nights as usize, reference);
            let week: Vec<f64> = z.range(place - 6..=place).map(|(_, z)| *z).collect();
            let naive = (week.len() >= 3).then(|| week.iter().sum::<f64>() / week.len() as f64);
            prop_assert_eq!(shown.z7.is_some(), naive.is_some());
            prop_assert!((shown.z7.unwrap_or(0.0) - naive.unwrap_or(0.0)).abs() < 1e-9);
            let slept: Vec<f64> = nights.range(place - 6..=place).map(|(_, n)| n.1).collect();
            prop_assert_eq!(shown.sleep.is_some(), slept.len() >= 4);
            if let Some(window) = shown.sleep {
                let debt: f64 = nights.range(place - 13..=place).map(|(_, n)| 7.5 - n.1).sum();
                prop_assert!((window.tst7_h - slept.iter().sum::<f64>() / slept.len() as f64).abs() < 1e-9);
                prop_assert!((window.debt14_h - debt.max(0.0)).abs() < 1e-9);
            }
            if let Some(index) = shown.index {
                let sum: f64 = index.contributions().iter().map(|(_, points)| points).sum();
                prop_assert!((sum - (index.value - 50.0)).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn lower_rmssd_never_gives_a_higher_z7(
        seed in proptest::collection::vec(3.2..4.2f64, 30..70),
        drops in proptest::collection::vec(0.0..1.0f64, 7),
    ) {
        let mut history = person();
        let last = NEW_YEAR + i32::try_from(seed.len()).unwrap() - 1;
        for (ln_rmssd, number) in seed.into_iter().zip(NEW_YEAR..) {
            put(&mut history, night(number, ln_rmssd, "b1"));
        }
        let before = track_of(&history, last + 2);
        for (drop, number) in drops.into_iter().zip(last - 6..) {
            history.nights.get_mut(&date_of(number)).unwrap().hrv.as_mut().unwrap().ln_rmssd -= drop;
        }
        let after = track_of(&history, last + 2);
        prop_assert!(day(&after, last).z7.unwrap() <= day(&before, last).z7.unwrap());
    }
}
