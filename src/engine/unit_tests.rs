use super::*;
use crate::config::rules_file;
use crate::domain::TimeZone;
use crate::domain::exposure::ExposureDay;
use crate::domain::ids::{WorkerId, WorkerKey};
use crate::domain::indicator::HrvState;
use crate::domain::screening::{Response, Screening};
use crate::domain::worker::Profile;

const TODAY: Date = Date::constant(2026, 3, 31);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-03-31T09:00:00Z")
}

fn settings() -> Settings {
    rules_file::built_in()
}

fn history() -> WorkerHistory {
    let key = WorkerKey { site: SiteId::parse("plant-a").unwrap(), worker: WorkerId::parse("w-1").unwrap() };
    let mut profile = Profile::unknown(key, TimeZone::UTC);
    profile.unit = UnitId::parse("forge").unwrap();
    WorkerHistory::new(profile)
}

fn eri(taken_at: &str, effort: u8) -> Screening {
    // Rewards 2 of 4 each: 5, 6 and 7 are reversed.
    let answers = [effort, effort, effort, 2, 3, 3, 3, 2, 2, 2].map(Some).to_vec();
    Screening { instrument: Instrument::Eri, taken_at: at(taken_at), response: Response::Answers(answers) }
}

fn work(date: Date, worked_h: f64) -> ExposureDay {
    ExposureDay { worked_h: Some(worked_h), ..ExposureDay::empty(date) }
}

#[test]
fn of_whom_nothing_is_known_nothing_counts() {
    let seen = member(&history(), now(), &settings());
    assert_eq!(seen, Member { hrv: HrvState::Learning, is_exposed: None, eri_ratio: None });
}

#[test]
fn the_newest_valid_ratio_of_effort_to_reward_counts() {
    let ratio = |history: &WorkerHistory| member(history, now(), &settings()).eri_ratio;
    let mut history = history();
    history.screenings.push(eri("2025-01-10T09:00:00Z", 4));
    assert_eq!(ratio(&history), None, "it is over a year old");
    history.screenings.push(eri("2026-02-10T09:00:00Z", 4));
    assert_eq!(ratio(&history), Some(2.0));
    history.screenings.push(eri("2026-03-10T09:00:00Z", 3));
    assert_eq!(ratio(&history), Some(1.5));
}

#[test]
fn exposure_is_unknown_where_none_of_the_last_days_was_reported() {
    let exposed = |history: &WorkerHistory| member(history, now(), &settings()).is_exposed;
    let mut history = history();
    let long_ago = Date::constant(2026, 3, 1);
    history.exposures.insert(long_ago, work(long_ago, 8.0));
    assert_eq!(exposed(&history), None);
    history.exposures.insert(TODAY, work(TODAY, 8.0));
    assert_eq!(exposed(&history), Some(false));
    history.exposures.insert(TODAY, ExposureDay { noise_lex8h_dba: Some(95.0), ..work(TODAY, 8.0) });
    assert_eq!(exposed(&history), Some(true));
}

#[test]
fn who_has_no_unit_or_refused_is_not_counted() {
    let mut history = history();
    assert!(is_counted(&history));
    history.profile.has_consent = Some(false);
    assert!(!is_counted(&history));
    history.profile.has_consent = None;
    history.profile.unit = UnitId::parse(UNASSIGNED_UNIT).unwrap();
    assert!(!is_counted(&history));
}

/// A unit of twelve, with imbalance and four on watch, so many of them over a limit.
fn unit(over_limit: u32) -> Unit {
    let mut unit = Unit::default();
    for place in 0..12 {
        let hrv = if place < 4 { HrvState::Watch } else { HrvState::Normal };
        let member = Member { hrv, is_exposed: Some(place < over_limit), eri_ratio: Some(1.2) };
        let exceeded = ExceededLimit { kind: "weekly_hours".into(), limit: 48.0 };
        let exceeded = (place < over_limit).then_some(exceeded).into_iter().collect();
        unit.add(WorkerNumber(u128::from(place) * 7919 + 3), Seen { member, exceeded });
    }
    unit
}

fn request(unit: &Unit, name: &str, on: Date) -> Event {
    let settings = settings();
    let rules = &settings.rules;
    let matching = rules.judge_unit(&unit.facts(rules))[0].clone();
    let (site, name) = (SiteId::parse("plant-a").unwrap(), UnitId::parse(name).unwrap());
    unit.request(&matching, &settings, Occasion { site: &site, unit: &name, on, now: now() })
}

#[test]
fn a_request_is_known_again_by_unit_and_period() {
    let unit = unit(0);
    let id = |name, day| request(&unit, name, Date::constant(2026, 3, day)).id;
    assert_eq!(id("forge", 1), id("forge", 1));
    assert_ne!(id("forge", 1), id("paint", 1));
    assert_ne!(id("forge", 1), id("forge", 29));
}

#[test]
fn a_limit_is_named_only_where_five_workers_are_over_it() {
    let exposures = |over_limit| {
        let body = request(&unit(over_limit), "forge", TODAY).body;
        let EventBody::Action(ActionRequest::WorkloadReview { action, exposures, .. }) = body else {
            panic!("no request of a review: {body:?}");
        };
        assert_eq!(action.due.to_string(), "2026-04-14T09:00:00Z", "ten working days of L2");
        exposures
    };
    assert_eq!(exposures(4), []);
    assert_eq!(exposures(5), [ExceededLimit { kind: "weekly_hours".into(), limit: 48.0 }]);
}

#[test]
fn the_same_is_asked_again_after_28_days() {
    let asked = Date::constant(2026, 3, 1);
    assert!(may_ask(None, asked));
    assert!(!may_ask(Some(asked), Date::constant(2026, 3, 28)));
    assert!(may_ask(Some(asked), Date::constant(2026, 3, 29)));
    let next = |date: Date| super::super::buckets::plus(date, PERIOD_DAYS);
    assert_eq!(period(next(asked)), period(asked) + 1);
}
