use super::*;
use crate::config::rules_file;
use crate::domain::SignedDuration;
use crate::domain::alert::Level;
use crate::domain::ids::{SiteId, WorkerId, WorkerKey};
use crate::domain::indicator::{DeviceEpoch, NightHrv, NightRow};
use crate::domain::screening::{Instrument, Response};
use crate::domain::worker::Profile;

const WORKER: WorkerNumber = WorkerNumber(7);

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn nobody() -> WorkerHistory {
    let key = WorkerKey { site: SiteId::parse("plant-a").unwrap(), worker: WorkerId::parse("w-1").unwrap() };
    WorkerHistory::new(Profile::unknown(key, TimeZone::UTC))
}

fn gad7(total: u32, taken_at: &str) -> Screening {
    let response = Response::Total { score: f64::from(total), kind: None };
    Screening { instrument: Instrument::Gad7, taken_at: taken_at.parse().unwrap(), response }
}

/// `normal` nights from `first` on, then ten that are lower by a third.
fn nights(history: &mut WorkerHistory, first: Date, normal: i32) {
    for place in 0..normal + 10 {
        let date = buckets::plus(first, place);
        let ln_rmssd = 3.7 + 0.12 * (f64::from(place) * 1.7).sin() - if place < normal { 0.0 } else { 0.4 };
        let epoch = DeviceEpoch { device: None, is_provider: false };
        let wake_at = buckets::midnight(date, &TimeZone::UTC) + SignedDuration::from_hours(7);
        let hrv = Some(NightHrv { ln_rmssd, epoch, windows: 90, sqi: 0.97 });
        history
            .nights
            .insert(date, NightRow { date, wake_at, hrv, sleeping_hr_bpm: None, irregularity: None, sleep: None });
    }
}

fn settings() -> Settings {
    rules_file::built_in()
}

fn look_back(history: &WorkerHistory, (first, last): (Date, Date)) -> Vec<Change> {
    let [changes] = LookBack::new(WORKER, history, Span { first, last, has_earlier: false }, [&settings()]).changes();
    changes
}

/// What was opened or raised, with its day.
fn told(changes: &[Change]) -> Vec<(String, Level)> {
    let level = |change: &CaseChange| match change {
        CaseChange::Opened { case } => Some(case.told.level),
        CaseChange::RaisedAgain { told, .. } => Some(told.level),
        CaseChange::Revised { .. } | CaseChange::Done { .. } => None,
    };
    changes.iter().filter_map(|c| Some((c.on.to_string(), level(&c.change)?))).collect()
}

#[test]
fn a_questionnaire_acts_on_its_day_and_low_nights_when_they_are_final() {
    let mut history = nobody();
    nights(&mut history, date("2026-01-01"), 45);
    history.screenings.push(gad7(12, "2026-02-01T09:00:00Z"));
    let span = span(&history, date("2026-03-15")).unwrap();
    assert_eq!((span.first, span.has_earlier), (date("2026-01-01"), false));
    let changes = look_back(&history, (span.first, span.last));
    let told = told(&changes);
    assert_eq!(told[0], ("2026-02-01".to_owned(), Level::L2));
    // The case rises: the case of 1 February ends on the 15th, and what then rises within the
    // cool-down is a case of its own, because its level is higher.
    assert_eq!(told[1].1, Level::L3);
    let low_from = buckets::plus(date("2026-01-01"), 45);
    assert!(date(&told[1].0) > buckets::plus(low_from, 3), "low nights in a row, and the last of them final: {told:?}");
}

#[test]
fn a_case_ends_when_its_actions_are_due_and_the_cool_down_follows() {
    let mut history = nobody();
    for (place, day) in ["2026-01-01", "2026-01-10", "2026-02-01", "2026-03-05"].iter().enumerate() {
        history.screenings.push(gad7(12, &format!("{day}T0{place}:00:00Z")));
    }
    let changes = look_back(&history, (date("2026-01-01"), date("2026-03-10")));
    let days: Vec<_> = told(&changes).into_iter().map(|(day, _)| day).collect();
    assert_eq!(days, ["2026-01-01", "2026-03-05"], "open until the 15th, cooling down for 28 days after it");
    let closed = changes.iter().find(|c| matches!(c.change, CaseChange::Done { .. })).unwrap();
    assert_eq!(closed.on, date("2026-01-15"), "14 days later");
}

#[test]
fn a_crisis_answer_of_the_past_is_a_crisis_of_its_day() {
    let mut history = nobody();
    let answers = [1, 0, 1, 0, 0, 0, 0, 0, 1].map(Some).to_vec();
    let taken_at = "2026-01-05T23:59:00Z".parse().unwrap();
    let screening = Screening { instrument: Instrument::Phq9, taken_at, response: Response::Answers(answers) };
    history.screenings.push(screening);
    let changes = look_back(&history, (date("2026-01-01"), date("2026-01-31")));
    assert_eq!(told(&changes), [("2026-01-05".to_owned(), Level::L4)]);
}

#[test]
fn days_after_a_day_change_nothing_on_it() {
    let mut history = nobody();
    nights(&mut history, date("2026-01-01"), 45);
    history.screenings.push(gad7(12, "2026-02-25T09:00:00Z"));
    let whole = look_back(&history, (date("2026-01-01"), date("2026-03-15")));
    let until = date("2026-02-24");
    let mut cut = history.clone();
    cut.nights = cut.nights.split_off(&date("2026-01-01")).into_iter().filter(|(d, _)| *d <= until).collect();
    cut.screenings.clear();
    let part = look_back(&cut, (date("2026-01-01"), until));
    let before: Vec<_> = whole.into_iter().filter(|change| change.on <= until).collect();
    assert_eq!(part, before);
}

#[test]
fn a_full_ring_is_judged_where_the_reference_is_known() {
    let mut history = nobody();
    nights(&mut history, date("2026-01-01"), 147);
    let last = date("2026-06-05");
    let span = span(&history, last).unwrap();
    assert_eq!((span.first, span.has_earlier), (buckets::plus(last, -77), true));
    assert_eq!(super::span(&history, date("2025-12-31")), None);
    assert_eq!(super::span(&nobody(), last), None);
}
