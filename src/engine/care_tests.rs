use super::*;
use crate::config::rules_file;
use crate::domain::alert::{Level, RuleId};
use crate::domain::exposure::ExposureDay;
use crate::domain::ids::{DeviceId, SiteId, WorkerId, WorkerKey};
use crate::domain::indicator::{DeviceEpoch, NightHrv, NightRow};
use crate::domain::life::Advice;
use crate::domain::reading::Tag;
use crate::domain::screening::{Instrument, Response};
use crate::domain::worker::Profile;
use crate::domain::{SignedDuration, TimeZone};

const START: Date = Date::constant(2026, 3, 2);

fn day(number: i32) -> Date {
    buckets::plus(START, number)
}

fn at(number: i32, hour: i64) -> Timestamp {
    buckets::midnight(day(number), &TimeZone::UTC).checked_add(SignedDuration::from_hours(hour)).unwrap()
}

fn nobody() -> WorkerHistory {
    let key = WorkerKey { site: SiteId::parse("plant-a").unwrap(), worker: WorkerId::parse("w-1").unwrap() };
    WorkerHistory::new(Profile::unknown(key, TimeZone::UTC))
}

fn night(history: &mut WorkerHistory, number: i32, ln_rmssd: f64, device: &str) {
    let epoch = DeviceEpoch { device: Some(DeviceId::parse(device).unwrap()), is_provider: false };
    let hrv = Some(NightHrv { ln_rmssd, epoch, windows: 90, sqi: 0.97 });
    let (date, wake_at) = (day(number), at(number, 7));
    let row = NightRow { date, wake_at, hrv, sleeping_hr_bpm: None, irregularity: None, sleep: None };
    history.nights.insert(date, row);
}

fn sheet(history: &mut WorkerHistory, instrument: Instrument, number: i32, score: f64) {
    let response = Response::Total { score, kind: None };
    history.screenings.push(Screening { instrument, taken_at: at(number, 18), response });
    history.screenings.sort_by_key(|sheet| (sheet.instrument, sheet.taken_at));
}

fn told(rule: &str) -> Finding {
    let rules = vec![RuleId::new(rule)];
    Finding { level: Level::L2, rules, hrv: HrvState::Normal, is_sleep_poor: false, is_exposed: false }
}

fn looked_at(history: &WorkerHistory, kind: ActionKind, rule: &str, week: i32) -> Option<Review> {
    let settings = rules_file::built_in();
    let (now, mut track) = (at(7 * week, 9), Track::new());
    track.update(history, None, day(7 * week), now, &settings.indicators);
    let running = Running { kind, started_at: Some(at(0, 9)), method: None, tried: &[], reviewed_week: 0 };
    review(history, &track, &settings, &told(rule), &running, now)
}

fn nights_of(review: &Review) -> Option<(usize, usize)> {
    review.outcomes.iter().find(|change| change.outcome == "ln_rmssd").map(|change| change.n)
}

/// Nights from 70 days before the start on, every one worn.
fn wave(history: &mut WorkerHistory, last: i32, device: impl Fn(i32) -> &'static str) {
    for number in -70..=last {
        night(history, number, 3.7 + 0.1 * (f64::from(number) * 1.7).sin(), device(number));
    }
}

#[test]
fn the_phases_leave_the_first_week_out_and_end_with_the_start_and_today() {
    let mut history = nobody();
    wave(&mut history, 60, |_| "band");
    let found = |week| nights_of(&looked_at(&history, ActionKind::Counseling, "R3", week).unwrap());
    assert_eq!(found(8), Some((28, 28)));
    // Nights are final 36 hours after waking.
    assert_eq!(found(4), Some((28, 19)));
    assert_eq!(found(12), Some((28, 28)));
}

#[test]
fn nights_of_another_band_or_of_illness_are_not_compared() {
    let mut history = nobody();
    wave(&mut history, 60, |number| if number < 10 { "old" } else { "new" });
    let found = looked_at(&history, ActionKind::Counseling, "R3", 6).unwrap();
    assert_eq!(nights_of(&found), Some((28, 2)), "days 8 and 9 are of the band before");
    let mut history = nobody();
    wave(&mut history, 60, |_| "band");
    history.tags.insert(day(12), [Tag::Illness].into());
    assert_eq!(nights_of(&looked_at(&history, ActionKind::Counseling, "R3", 8).unwrap()), Some((28, 23)));
}

#[test]
fn the_newest_score_is_held_against_the_last_one_before_the_start() {
    let mut history = nobody();
    for (number, score) in [(-120, 20.0), (-30, 16.0), (-5, 14.0), (12, 14.0), (40, 13.0), (43, 2.0)] {
        sheet(&mut history, Instrument::Gad7, number, score);
    }
    let found = looked_at(&history, ActionKind::Counseling, "R3", 6).unwrap();
    assert_eq!(found.advice, Advice::Switch, "{:?}", found.reason);
    assert!((found.outcomes[0].shift + 1.0).abs() < 1e-12, "what is filled in later is not known yet");
}

#[test]
fn a_score_that_had_ended_before_the_start_compares_with_nothing() {
    let mut history = nobody();
    sheet(&mut history, Instrument::Gad7, -100, 16.0);
    sheet(&mut history, Instrument::Gad7, 40, 15.0);
    assert_eq!(looked_at(&history, ActionKind::Counseling, "R3", 6).unwrap().advice, Advice::Measure);
}

#[test]
fn a_workload_review_looks_at_the_hours_of_whole_weeks() {
    let weeks = |after: f64| {
        let mut history = nobody();
        for number in -28..=41 {
            let hours = if number < 7 { 58.0 } else { after };
            let worked_h = Some(hours / 7.0);
            history.exposures.insert(day(number), ExposureDay { worked_h, ..ExposureDay::empty(day(number)) });
        }
        looked_at(&history, ActionKind::WorkloadReview, "R2", 6).unwrap()
    };
    let (kept, same) = (weeks(46.0), weeks(57.0));
    assert_eq!((kept.advice, same.advice), (Advice::Maintain, Advice::StepUp), "{:?}\n{:?}", kept.reason, same.reason);
    let hours = kept.outcomes.iter().find(|change| change.outcome == "weekly_hours").unwrap();
    assert!((hours.shift + 12.0).abs() < 1e-9 && hours.n == (4, 4));
}

#[test]
fn an_action_that_has_not_begun_or_ended_is_not_looked_at() {
    let settings = rules_file::built_in();
    let running =
        Running { kind: ActionKind::Counseling, started_at: None, method: None, tried: &[], reviewed_week: 0 };
    assert_eq!(review(&nobody(), &Track::new(), &settings, &told("R3"), &running, at(50, 9)), None);
}

#[test]
fn a_case_invites_to_what_it_rests_on_or_else_to_what_measures_its_risk() {
    let settings = rules_file::built_in();
    let (finding, started) = (told("R3"), [at(1, 9)]);
    let case = Invitable { told: &finding, opened_at: at(0, 8), invited_on: None, started_at: &started };
    let asked = |history: &WorkerHistory, number| {
        invitation(history, &settings, &case, at(number, 9)).map(|due| (due.instruments, due.by))
    };
    let mut history = nobody();
    assert_eq!(asked(&history, 11), None);
    assert_eq!(asked(&history, 12), Some((vec![Instrument::Gad7], day(15))), "R3 stands for anxiety");
    assert_eq!(next_invitation(&history, &settings, &case, at(0, 9)), Some(at(12, 0)));
    sheet(&mut history, Instrument::Phq9, -4, 12.0);
    sheet(&mut history, Instrument::Isi, -4, 3.0);
    assert_eq!(asked(&history, 12).unwrap().0, [Instrument::Gad7, Instrument::Phq9], "ISI is under its cut-off");
    sheet(&mut history, Instrument::Gad7, 8, 12.0);
    sheet(&mut history, Instrument::Phq9, 8, 12.0);
    assert_eq!(asked(&history, 12), None, "what came by itself need not be asked for");
}

#[test]
fn a_sheet_of_a_day_far_off_does_not_stand_for_an_answer() {
    let settings = rules_file::built_in();
    let (finding, started) = (told("R3"), [at(1, 9)]);
    let case = Invitable { told: &finding, opened_at: at(0, 8), invited_on: None, started_at: &started };
    let mut history = nobody();
    sheet(&mut history, Instrument::Phq9, -4, 12.0);
    let asked = |history: &WorkerHistory| {
        let next = next_invitation(history, &settings, &case, at(0, 9));
        (next, invitation(history, &settings, &case, at(12, 9)).map(|due| due.instruments))
    };
    let both = (Some(at(12, 0)), Some(vec![Instrument::Gad7, Instrument::Phq9]));
    assert_eq!(asked(&history), both);
    sheet(&mut history, Instrument::Gad7, 400, 12.0);
    let crisis = Response::Answers([&[Some(1); 8][..], &[Some(3)]].concat());
    history.screenings.push(Screening { instrument: Instrument::Phq9, taken_at: at(400, 18), response: crisis });
    history.screenings.sort_by_key(|sheet| (sheet.instrument, sheet.taken_at));
    assert_eq!(asked(&history), both);
}
