use super::*;
use crate::domain::exposure::{ExposureDay, Shift};
use crate::domain::ids::{SiteId, WorkerId, WorkerKey};
use crate::domain::indicator::{DeviceEpoch, IndexBand, NightHrv, NightRow, NightSleep, SleepSpan, SleepType};
use crate::domain::reading::Tag;
use crate::domain::worker::Profile;
use crate::indicators::sleep::SleepFlag;
use cells::date_of;

/// 2026-01-01.
const NEW_YEAR: i32 = 20_454;
const DAYS: i32 = 40;

fn hanoi() -> TimeZone {
    TimeZone::get("Asia/Ho_Chi_Minh").unwrap()
}

fn person() -> WorkerHistory {
    let key = WorkerKey { site: SiteId::parse("s").unwrap(), worker: WorkerId::parse("w").unwrap() };
    WorkerHistory::new(Profile::unknown(key, hanoi()))
}

/// Hours after the local midnight of a date.
fn at(number: i32, hour: f64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs_f64(3600.0 * (24.0 * f64::from(number) + hour - 7.0))
}

/// A night from `onset` to `wake`, hours from the local midnight of the wake date.
fn put_night(history: &mut WorkerHistory, number: i32, onset: f64, wake: f64) {
    let minutes = 60.0 * (wake - onset);
    let sleep = NightSleep {
        tib_min: minutes,
        sol_min: None,
        spt_min: minutes,
        waso_min: Some(0.0),
        tst_min: minutes,
        tst24_min: minutes,
        efficiency_pct: Some(90.0),
        is_bed_known: true,
        stages: None,
        awakenings: None,
        midpoint: at(number, f64::midpoint(onset, wake)),
        is_consistent: true,
        spans: vec![SleepSpan { start: at(number, onset), end: at(number, wake) }],
    };
    let hrv = NightHrv {
        ln_rmssd: 3.7 + 0.02 * f64::from(number * 7 % 11 - 5),
        epoch: DeviceEpoch { device: None, is_provider: false },
        windows: 80,
        sqi: 0.95,
    };
    let date = date_of(number);
    let row = NightRow {
        date,
        wake_at: at(number, wake),
        hrv: Some(hrv),
        sleeping_hr_bpm: Some(55.0),
        irregularity: None,
        sleep: Some(sleep),
    };
    history.nights.insert(date, row);
}

fn put_shift(history: &mut WorkerHistory, number: i32, begin: f64, end: f64) {
    let shift = Shift { start: at(number, begin), end: at(number, end) };
    let date = date_of(number);
    history.exposures.insert(date, ExposureDay { shift: Some(shift), ..ExposureDay::empty(date) });
}

fn numbers() -> impl Iterator<Item = i32> {
    NEW_YEAR..NEW_YEAR + DAYS
}

fn track_of(history: &WorkerHistory) -> Track {
    let today = NEW_YEAR + DAYS + 1;
    let mut track = Track::new();
    track.update(history, None, date_of(today), at(today, 22.0), &Settings::default());
    track
}

const LAST: i32 = NEW_YEAR + DAYS - 1;

fn window(track: &Track) -> SleepWindow {
    track.day(date_of(LAST)).unwrap().sleep.unwrap()
}

#[test]
fn the_same_hours_every_night_are_fully_regular() {
    let mut history = person();
    numbers().for_each(|n| put_night(&mut history, n, -1.0, 6.5));
    let track = track_of(&history);
    assert_eq!((window(&track).sri7, window(&track).sri14), (Some(100.0), Some(100.0)));
    let parts = track.contributions(date_of(LAST));
    let regularity = parts.iter().find(|p| p.component.as_str() == "reg").unwrap();
    // (75 − 100) / 10 is clamped to −2.5 SD, a tenth of the weight.
    assert!((regularity.points + 5.0).abs() < 1e-9);
    assert_eq!((regularity.raw, regularity.usual, regularity.component.unit()), (Some(100.0), Some(75.0), "SRI"));
}

#[test]
fn two_hours_later_every_other_night_is_less_regular() {
    let mut history = person();
    numbers().for_each(|n| put_night(&mut history, n, if n % 2 == 0 { -1.0 } else { 1.0 }, 6.0));
    // Each pair of days differs for two hours of twenty-four.
    let sri = window(&track_of(&history)).sri14.unwrap();
    assert!((sri - (100.0 - 200.0 * 2.0 / 24.0)).abs() < 1e-6, "{sri}");
}

#[test]
fn two_missing_nights_of_a_week_leave_no_index_for_it() {
    let mut history = person();
    numbers().for_each(|n| put_night(&mut history, n, -1.0, 6.5));
    history.nights.remove(&date_of(LAST - 2));
    assert!(window(&track_of(&history)).sri7.is_some(), "five pairs of days are left");
    history.nights.remove(&date_of(LAST - 5));
    let seven = window(&track_of(&history));
    assert_eq!((seven.nights, seven.sri7), (5, None));
    assert!(seven.sri14.is_some());
}

#[test]
fn a_rotating_roster_takes_the_weight_from_regularity() {
    let mut history = person();
    for n in numbers() {
        // A week of days, a week of nights; each night shift is slept off on the day after it.
        if (n / 7) % 2 == 0 && n % 7 == 0 {
            put_night(&mut history, n, 8.0, 14.0);
        } else if (n / 7) % 2 == 0 {
            put_shift(&mut history, n, 6.0, 14.0);
            put_night(&mut history, n, -2.0, 5.0);
        } else {
            put_shift(&mut history, n, 22.0, 30.0);
            put_night(&mut history, n, 8.0, 14.0);
        }
    }
    let track = track_of(&history);
    let seven = window(&track);
    assert!(seven.roster.is_rotating && seven.sri14.is_some());
    assert!(!seven.flags().any(|flag| flag == SleepFlag::Irregular));
    let parts = track.contributions(date_of(LAST));
    assert!(!parts.is_empty() && parts.iter().all(|part| part.component.as_str() != "reg"));
    let detail = track.sleep_detail(&history, date_of(LAST)).unwrap();
    assert_eq!(detail.jetlag28, None, "not defined for shift workers");
    let rest = detail.rest.unwrap();
    assert_eq!((rest.shifts, rest.short_breaks_pct.map(f64::round)), (26, Some(0.0)));
    assert!(rest.main_sleep_h.is_some_and(|h| (6.0..=7.0).contains(&h)));
    let kinds: Vec<SleepType> = track.cells.range(LAST - 13, LAST).iter().map(|c| c.sleep_type).collect();
    assert!(kinds.contains(&SleepType::DayAfterNightShift) && kinds.contains(&SleepType::Night));
}

#[test]
fn a_shift_that_comes_late_changes_the_kind_of_the_sleep_after_it() {
    let mut history = person();
    numbers().for_each(|n| put_night(&mut history, n, 8.0, 14.0));
    let mut track = track_of(&history);
    let kind = |track: &Track| track.cells.range(LAST - 4, LAST - 4)[0].sleep_type;
    assert_eq!(kind(&track), SleepType::Night);
    put_shift(&mut history, LAST - 5, 22.0, 30.0);
    let today = NEW_YEAR + DAYS + 1;
    track.update(&history, Some(date_of(LAST - 5)), date_of(today), at(today, 22.0), &Settings::default());
    assert_eq!(kind(&track), SleepType::DayAfterNightShift);
}

#[test]
fn a_worker_of_free_weekends_has_social_jetlag() {
    let mut history = person();
    for n in numbers() {
        if n % 7 < 2 {
            put_night(&mut history, n, 1.0, 10.0);
            history.tags.entry(date_of(n)).or_default().insert(Tag::OffWork);
        } else {
            put_night(&mut history, n, -1.0, 6.0);
        }
    }
    let detail = track_of(&history).sleep_detail(&history, date_of(LAST)).unwrap();
    let jetlag = detail.jetlag28.unwrap();
    let near = |value: f64, expected: f64| assert!((value - expected).abs() < 1e-6, "{value} is not {expected}");
    near(jetlag.msf_h, 5.5);
    near(jetlag.msw_h, 2.5);
    near(jetlag.sjl_h, 3.0);
    near(jetlag.sd_week_h, (5.0 * 7.0 + 2.0 * 9.0) / 7.0);
    near(jetlag.msfsc_h, 5.5 - (9.0 - jetlag.sd_week_h) / 2.0);
    assert!(detail.is_jetlag_notable);
    let month = detail.month.unwrap();
    assert_eq!(month.nights, 28);
    near(month.tst_h, (20.0 * 7.0 + 8.0 * 9.0) / 28.0);
    near(detail.debts.unwrap().simple7_h, 2.5);
}

#[test]
fn shorter_nights_from_week_to_week_are_a_trend() {
    let mut history = person();
    numbers().for_each(|n| put_night(&mut history, n, -1.0, 7.0 - f64::from(n - NEW_YEAR) / 14.0));
    let detail = track_of(&history).sleep_detail(&history, date_of(LAST)).unwrap();
    let trend = detail.month.and_then(|m| m.trend_h_per_week).unwrap();
    assert!((trend + 0.5).abs() < 1e-6, "{trend}");
}

#[test]
fn the_band_follows_the_index_and_outlives_a_restart() {
    let mut history = person();
    for n in numbers() {
        let is_hard = n > LAST - 10;
        put_night(&mut history, n, if is_hard { 2.0 } else { -1.5 }, 6.0);
        if is_hard {
            history.nights.get_mut(&date_of(n)).unwrap().hrv.as_mut().unwrap().ln_rmssd = 3.3;
        }
    }
    let track = track_of(&history);
    let band = |n: i32| track.day(date_of(n)).unwrap().band;
    assert!(band(LAST - 11).is_some_and(|band| band <= IndexBand::Usual));
    assert!(band(LAST).is_some_and(|band| band >= IndexBand::High), "{:?}", track.day(date_of(LAST)));
    // A restart far on: those days are gone, and the band goes on from the anchor.
    history.anchor = track.anchor_before(date_of(LAST + 1));
    assert_eq!(history.anchor.and_then(|anchor| anchor.band), band(LAST));
    let later = LAST + 90;
    let (mut restarted, mut kept) = (Track::new(), track);
    for track in [&mut restarted, &mut kept] {
        track.update(&history, None, date_of(later), at(later, 22.0), &Settings::default());
    }
    let at_end = |track: &Track| track.day(date_of(later)).unwrap().band;
    assert!(at_end(&restarted).is_some());
    assert_eq!(at_end(&restarted), at_end(&kept));
}
