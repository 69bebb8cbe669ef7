//! Invented exercise: rides, sprints, exercise from end to end. None of it may read as strain.

use libtest_mimic::Failed;
use vagus::domain::reading::Context;
use vagus::domain::{TimeZone, Timestamp};
use vagus::indicators::daytime::recording::{self, Beat, Cut, Recording};
use vagus::indicators::daytime::{DayStrain, Person, Settings, State, Usual, strain};

use super::held;

/// Heart rate from a minute on, reached in a straight line from the one before.
type Course = &'static [(f64, f64)];

/// Minutes, then beats per minute.
const COURSES: [(&str, Course); 8] = [
    (
        "a ride, rested before and after",
        &[(0.0, 68.0), (20.0, 68.0), (24.0, 120.0), (50.0, 155.0), (54.0, 110.0), (64.0, 85.0), (90.0, 72.0)],
    ),
    ("a ride with hardly any rest", &[(0.0, 82.0), (3.0, 84.0), (8.0, 115.0), (35.0, 150.0), (40.0, 120.0)]),
    ("exercise from end to end", &[(0.0, 135.0), (20.0, 150.0), (40.0, 145.0)]),
    (
        "sprints",
        &[
            (0.0, 70.0),
            (15.0, 74.0),
            (18.0, 105.0),
            (19.0, 150.0),
            (19.5, 165.0),
            (23.0, 112.0),
            (24.0, 168.0),
            (28.0, 115.0),
            (29.0, 170.0),
            (33.0, 118.0),
            (34.0, 172.0),
            (40.0, 110.0),
            (50.0, 88.0),
            (70.0, 76.0),
        ],
    ),
    (
        "two minutes hard, three easy",
        &[
            (0.0, 72.0),
            (19.9, 72.0),
            (20.0, 150.0),
            (21.9, 150.0),
            (22.0, 95.0),
            (24.9, 95.0),
            (25.0, 150.0),
            (26.9, 150.0),
            (27.0, 95.0),
            (29.9, 95.0),
            (30.0, 150.0),
            (31.9, 150.0),
            (32.0, 95.0),
            (34.9, 95.0),
            (35.0, 150.0),
            (36.9, 150.0),
            (37.0, 95.0),
            (39.9, 95.0),
            (40.0, 150.0),
            (41.9, 150.0),
            (42.0, 95.0),
            (44.9, 95.0),
            (45.0, 150.0),
            (46.9, 150.0),
            (47.0, 95.0),
            (49.9, 95.0),
            (70.0, 72.0),
        ],
    ),
    (
        "two minutes hard, eight at rest",
        &[
            (0.0, 72.0),
            (19.9, 72.0),
            (20.0, 150.0),
            (21.9, 150.0),
            (22.0, 75.0),
            (29.9, 75.0),
            (30.0, 150.0),
            (31.9, 150.0),
            (32.0, 75.0),
            (39.9, 75.0),
            (40.0, 150.0),
            (41.9, 150.0),
            (42.0, 75.0),
            (49.9, 75.0),
            (50.0, 150.0),
            (51.9, 150.0),
            (52.0, 75.0),
            (59.9, 75.0),
            (80.0, 72.0),
        ],
    ),
    (
        "sprints with hardly any rest",
        &[
            (0.0, 90.0),
            (2.0, 92.0),
            (3.0, 150.0),
            (7.0, 105.0),
            (8.0, 160.0),
            (12.0, 108.0),
            (13.0, 162.0),
            (20.0, 104.0),
        ],
    ),
    (
        "a climb to a mild effort",
        &[(0.0, 66.0), (25.0, 66.0), (32.0, 108.0), (60.0, 112.0), (65.0, 84.0), (85.0, 70.0)],
    ),
];

/// What the wristband makes of it.
const BANDS: [(&str, f64, bool); 4] = [
    ("every beat found", 1.0, true),
    ("one beat in three found", 0.33, true),
    ("beats lost in movement", 0.0, true),
    ("heart rate only", 0.0, false),
];

pub(crate) fn trial() -> Result<(), Failed> {
    println!("\nminutes of invented exercise, by what they read as");
    for (course, points) in COURSES {
        for (band, found, has_beats) in BANDS {
            for age_years in [None, Some(25.0)] {
                let recording = recorded(points, found, has_beats);
                let person = Person { age_years, resting_hr_bpm: None, time_zone: TimeZone::UTC };
                let windows = recording::windows(&recording, Context::Unknown, Cut::default());
                let strain = strain(&windows, &Usual::default(), &person, &Settings::default());
                println!("{course}, {band}, age {age_years:?}: {}", written(&strain));
                let strained = strain.minutes.of(State::Strained);
                held(strained == 0.0, format!("{course}, {band}: {strained} minutes read as strained"))?;
                held(strain.minutes.of(State::Activity) > 15.0, format!("{course}, {band}: not seen as activity"))?;
            }
        }
    }
    Ok(())
}

fn written(strain: &DayStrain) -> String {
    let states = State::ALL.iter().map(|state| format!("{} {:.0}", state.as_str(), strain.minutes.of(*state)));
    states.collect::<Vec<_>>().join(", ")
}

fn rate_at(points: Course, minute: f64) -> f64 {
    let after = points.partition_point(|(at, _)| *at <= minute);
    let (from, to) = (points[after.saturating_sub(1)], points[after.min(points.len() - 1)]);
    let share = if to.0 > from.0 { (minute - from.0) / (to.0 - from.0) } else { 0.0 };
    // Breath and whatever else moves a heart.
    from.1 + share * (to.1 - from.1) + 1.5 * (minute * 26.0).sin() + 2.0 * (minute * 0.9).cos()
}

fn recorded(points: Course, found: f64, has_beats: bool) -> Recording {
    let length_s = points.last().map_or(0.0, |point| point.0 * 60.0);
    let (mut beats, mut now_s, mut owed) = (Vec::new(), 0.0, 0.0);
    while now_s < length_s && has_beats {
        let rate = rate_at(points, now_s / 60.0);
        let rr_ms = (60.0 / rate * 64.0).round() * 1_000.0 / 64.0;
        now_s += rr_ms / 1_000.0;
        // At rest a wristband finds most beats; the higher the rate, the more it moves.
        owed += if rate < 95.0 { 0.9 } else { found };
        if owed >= 1.0 {
            owed -= 1.0;
            beats.push(Beat { end_s: now_s, rr_ms });
        }
    }
    let mut hr = Vec::new();
    let mut second = 0.0;
    while second < length_s {
        hr.push((second, rate_at(points, (second - 40.0_f64).max(0.0) / 60.0)));
        second += 1.0;
    }
    Recording { start: Timestamp::UNIX_EPOCH, hr, beats, movement_g: Vec::new() }
}
