use proptest::prelude::*;

use super::*;
use crate::domain::history::StoredWindow;
use crate::domain::{Date, SignedDuration, TimeZone, Timestamp};

fn person() -> Person {
    Person { age_years: Some(40.0), resting_hr_bpm: None, time_zone: TimeZone::UTC }
}

fn stored(start: Timestamp, hr: f64, rmssd: f64, context: Context) -> StoredWindow {
    StoredWindow {
        start,
        duration_s: 300,
        device: 0,
        rmssd_ms: Some(rmssd),
        sdnn_ms: None,
        mean_hr_bpm: Some(hr),
        context,
        quality: None,
    }
}

fn date(day: i64) -> Date {
    (midnight(day) + SignedDuration::from_hours(1)).to_zoned(TimeZone::UTC).date()
}

fn midnight(day: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * (20_000 + day))
}

/// Eight hours of work from six o'clock, with `more` beats a minute than usual.
fn shift(day: i64, more: f64) -> Vec<StoredWindow> {
    (0..96_i64)
        .map(|five| {
            let start = midnight(day) + SignedDuration::from_mins(360 + 5 * five);
            let wave = f64::from(u32::try_from((five * 7 + day * 3) % 11).unwrap()) - 5.0;
            stored(start, 72.0 + wave + more, 38.0 - wave, Context::Work)
        })
        .collect()
}

fn reference(days: impl Iterator<Item = i64>) -> DaytimeReference {
    let mut reference = DaytimeReference::default();
    for day in days {
        reference.replace(date(day), DaySummary::of(&shift(day, 0.0), &person(), &Settings::default()));
    }
    reference
}

#[test]
fn a_shift_above_the_persons_own_days_is_strained_and_one_like_them_is_not() {
    let settings = Settings::default();
    let usual = reference(0..20).before(date(20), &settings);
    let like = day(&shift(20, 0.0), &usual, &person(), &settings);
    let above = day(&shift(20, 14.0), &usual, &person(), &settings);
    assert_eq!((like.basis, above.basis), (Basis::OwnDays, Basis::OwnDays));
    assert!(like.minutes.of(State::Strained) < 1.0, "{:?}", like.minutes);
    assert!(above.minutes.of(State::Strained) > 400.0, "{:?}", above.minutes);
    assert!(above.load > like.load && above.peak > like.peak);
    assert!((like.coverage - 1.0).abs() < 1e-9 && (like.minutes.total() - 480.0).abs() < 1e-9);
}

/// Twelve hours of work from an hour on, with a heart rate that is highest at 16:00.
fn rhythmic(day: i64, from_h: i64) -> Vec<StoredWindow> {
    (0..144_i64)
        .map(|five| {
            let minute = 60 * from_h + 5 * five;
            let hour = f64::from(u32::try_from(minute).unwrap()) / 60.0;
            let hr = 75.0 + 8.0 * (std::f64::consts::TAU * (hour - 16.0) / 24.0).cos();
            stored(midnight(day) + SignedDuration::from_mins(minute), hr, 38.0, Context::Work)
        })
        .collect()
}

#[test]
fn a_daily_rhythm_is_taken_out_unless_there_were_night_shifts() {
    let settings = Settings::default();
    let is_found = |nights: std::ops::Range<i64>| {
        let mut reference = DaytimeReference::default();
        for day in 0..20 {
            let windows = rhythmic(day, if nights.contains(&day) { 0 } else { 8 });
            reference.replace(date(day), DaySummary::of(&windows, &person(), &settings));
        }
        let usual = reference.before(date(20), &settings);
        usual.rest(Context::Work).unwrap().hr.unwrap().rhythm.is_some()
    };
    assert!(is_found(0..0));
    assert!(!is_found(7..12));
}

#[test]
fn without_days_before_a_shift_is_compared_with_its_own_quiet_part() {
    let strain = day(&shift(0, 0.0), &Usual::default(), &person(), &Settings::default());
    assert_eq!(strain.basis, Basis::Recording);
    let short = day(&shift(0, 0.0)[..2], &Usual::default(), &person(), &Settings::default());
    assert_eq!((short.basis, short.load, short.peak), (Basis::Nothing, None, None));
    assert!((short.minutes.of(State::Learning) - 10.0).abs() < 1e-9);
}

#[test]
fn days_give_the_same_reference_in_any_order_and_come_twice_without_a_trace() {
    let forwards = reference(0..100);
    assert_eq!(forwards, reference((0..100).rev()));
    assert_eq!(forwards, reference((0..100).chain(30..60)));
    assert_eq!(forwards.days(), usize::try_from(MOST_DAYS).unwrap());
}

#[test]
fn a_reference_stays_within_its_bound() {
    let settings = Settings::default();
    let contexts = [Context::Work, Context::RestSeated, Context::Unknown];
    let mut reference = DaytimeReference::default();
    for day in 0..200 {
        let windows: Vec<StoredWindow> = (0..24 * 12_i64)
            .map(|five| {
                let context = contexts[usize::try_from(five % 3).unwrap()];
                stored(midnight(day) + SignedDuration::from_mins(5 * five), 70.0, 40.0, context)
            })
            .collect();
        reference.replace(date(day), DaySummary::of(&windows, &person(), &settings));
    }
    assert_eq!(reference.days(), usize::try_from(MOST_DAYS).unwrap());
    assert!(reference.bytes() <= 25 * 1_024, "{} bytes", reference.bytes());
}

#[test]
fn only_the_sixty_days_before_count() {
    let settings = Settings::default();
    let reference = reference(0..10);
    assert!(reference.before(date(10), &settings).rest(Context::Work).is_some());
    assert!(reference.before(date(0), &settings).rest(Context::Work).is_none());
    assert!(reference.before(date(70), &settings).rest(Context::Work).is_none());
    assert!(reference.before(date(10), &settings).rest(Context::RestSeated).is_none());
}

#[test]
fn sleep_and_lying_still_are_passed_by() {
    let mut windows = shift(0, 0.0);
    for window in &mut windows {
        window.context = Context::SleepMain;
    }
    let strain = day(&windows, &Usual::default(), &person(), &Settings::default());
    assert!(strain.points.is_empty() && strain.load.is_none());
}

#[test]
fn a_quarter_of_an_hour_after_activity_nothing_is_told() {
    let mut windows = shift(0, 0.0);
    windows[40].context = Context::Activity;
    let strain = day(&windows, &Usual::default(), &person(), &Settings::default());
    let states: Vec<State> = strain.points[39..44].iter().map(|point| point.state).collect();
    assert_eq!(states, [State::Activity; 5]);
    assert_ne!(strain.points[38].state, State::Activity);
    assert_ne!(strain.points[44].state, State::Activity);
}

#[test]
fn the_limit_is_resting_rate_and_thirty_percent_of_the_reserve() {
    let settings = Settings::default();
    assert!((settings.busy_above_bpm(60.0, Some(40.0)) - 96.0).abs() < 1e-9);
    assert!((settings.busy_above_bpm(60.0, None) - 96.0).abs() < 1e-9, "40 is assumed");
    assert!((settings.busy_above_bpm(150.0, Some(40.0)) - 124.0).abs() < 1e-9, "no one rests at 150");
}

proptest! {
    #[test]
    fn any_windows_in_any_order_give_finite_numbers_and_the_same_ones(
        values in prop::collection::vec(
            (0..600_i64, prop_oneof![4 => 40.0..160.0, 1 => any::<f64>()], prop_oneof![4 => 5.0..120.0, 1 => any::<f64>()],
             prop::option::of(-0.5..1.5f64), 0..5_usize),
            0..60,
        ),
        turn in 0..60_usize,
    ) {
        let contexts = [Context::Work, Context::RestSeated, Context::Unknown, Context::Activity, Context::SleepNap];
        let mut windows: Vec<StoredWindow> = values
            .iter()
            .map(|(minute, hr, rmssd, quality, context)| StoredWindow {
                quality: *quality,
                ..stored(midnight(5) + SignedDuration::from_mins(*minute), *hr, *rmssd, contexts[*context])
            })
            .collect();
        let settings = Settings::default();
        for usual in [Usual::default(), reference(0..5).before(date(5), &settings)] {
            let strain = day(&windows, &usual, &person(), &settings);
            for point in &strain.points {
                prop_assert_eq!(point.u.is_some(), point.strain_now.is_some());
                prop_assert!(point.u.is_none_or(f64::is_finite));
                prop_assert!(point.strain_now.is_none_or(|now| (0.0..=100.0).contains(&now)));
            }
            prop_assert!(strain.load.is_none_or(|load| load.is_finite() && load >= 0.0));
            prop_assert!((0.0..=1.0).contains(&strain.coverage));
            let mut turned = windows.clone();
            turned.rotate_left(turn.min(windows.len()));
            prop_assert_eq!(&strain, &day(&turned, &usual, &person(), &settings));
        }
        let summary = DaySummary::of(&windows, &person(), &settings);
        windows.reverse();
        prop_assert_eq!(summary, DaySummary::of(&windows, &person(), &settings));
    }

    #[test]
    fn no_recording_panics_or_yields_nan(
        hr in prop::collection::vec((any::<f64>(), any::<f64>()), 0..50),
        beats in prop::collection::vec((-100.0..2_000.0f64, prop_oneof![5 => 300.0..1_500.0, 1 => any::<f64>()]), 0..300),
    ) {
        let beats = beats.iter().map(|(end_s, rr_ms)| recording::Beat { end_s: *end_s, rr_ms: *rr_ms }).collect();
        let hr = hr.iter().map(|(t, hr)| (t % 4_000.0, *hr)).collect();
        let recording = Recording { start: midnight(0), hr, beats, movement_g: vec![f64::NAN; 100] };
        let windows = recording::windows(&recording, Context::Unknown, recording::Cut::default());
        let strain = strain(&windows, &Usual::default(), &person(), &Settings::default());
        prop_assert!(strain.points.iter().all(|point| point.u.is_none_or(f64::is_finite)));
        let labels = [labelled::Label { start_s: 0.0, end_s: 4_000.0, kind: labelled::Kind::Rest }];
        let finite = |value: Option<f64>| value.is_none_or(f64::is_finite);
        for minute in labelled::minutes(&recording, &strain, &labels) {
            prop_assert!(finite(minute.hr_alone) && finite(minute.beat_hr_alone) && finite(minute.ln_rmssd_alone));
        }
    }
}
