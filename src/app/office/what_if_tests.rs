//! Claims about what is told of a changed rule.

use super::*;
use crate::config::rules_file;
use crate::domain::TimeZone;
use crate::domain::exposure::{ExposureDay, WorkEvent};
use crate::domain::ids::{WorkerId, WorkerKey, WorkerNumber};
use crate::domain::screening::{Instrument, Response, Screening};
use crate::domain::worker::Profile;
use crate::store::{Checkpoint, Settings, Store};

/// A worker; one who is `hurt` had an accident and says so much of it that R13 all but matches.
fn history(site: &str, number: u32, is_hurt: bool) -> WorkerHistory {
    let worker = WorkerId::parse(&format!("w-{number:02}")).unwrap();
    let key = WorkerKey { site: SiteId::parse(site).unwrap(), worker };
    let mut history = WorkerHistory::new(Profile::unknown(key, TimeZone::UTC));
    history.profile.unit = UnitId::parse(if number < 30 { "forge" } else { "office" }).unwrap();
    for day in 1..=28 {
        let date = Date::constant(2026, 2, day);
        let events = (is_hurt && day == 10).then(|| vec![WorkEvent::Accident]);
        history.exposures.insert(date, ExposureDay { worked_h: Some(8.0), events, ..ExposureDay::empty(date) });
    }
    let answers = Response::Answers(vec![Some(u8::from(is_hurt)); 4]);
    let taken_at = "2026-02-20T08:00:00Z".parse().unwrap();
    history.screenings = vec![Screening { instrument: Instrument::Phq4, taken_at, response: answers }];
    history
}

fn plan(change: &RuleChange) -> Plan {
    let old = rules_file::built_in();
    let (rules, _) = changed(&old.rules, change, Language::English).unwrap();
    let new = engine::Settings { rules: Arc::new(rules), ..old.clone() };
    Plan { engines: Sides { old, new }, from: None, to: None, repeats: 0, seed: 0 }
}

/// A store of two sites with fifty workers each; `make` says who they are.
fn store(directory: &tempfile::TempDir, make: impl Fn(&str, u32) -> WorkerHistory) -> Store {
    let settings = Settings { path: directory.path().join("store"), ballast_bytes: 4096, ..Settings::default() };
    let store = Store::open(&settings).unwrap();
    let checkpoint = |(place, (site, number)): (u128, (&str, u32))| Checkpoint {
        worker: WorkerNumber(place),
        applied_through: 1,
        history: make(site, number),
        details: Vec::new(),
        dropped_details: Vec::new(),
    };
    let workers = (0..50).flat_map(|number| ["plant-a", "plant-b"].map(|site| (site, number)));
    store.save((0..).zip(workers).map(checkpoint).collect()).unwrap();
    store
}

/// What is found, and how many were looked at, where the first `hurt` workers of each site are.
fn found(change: &RuleChange, hurt: u32, site: Option<&str>, withheld: u32) -> (WhatIfFound, u64) {
    let directory = tempfile::tempdir().unwrap();
    let store = store(&directory, |site, number| {
        let mut history = history(site, number, number < hurt);
        history.profile.has_consent = (number < withheld).then_some(false);
        history
    });
    let progress = Progress::default();
    // A store without rows has no time of its own.
    let ask = |from: String| {
        let Answer::Histories { workers, unsaved_rows, .. } = control::histories(&from, &store) else {
            panic!("{from}")
        };
        Ok(Answer::Histories { workers, last_now: Some("2026-03-01T12:00:00Z".to_owned()), unsaved_rows })
    };
    let is_theirs = |of: &SiteId| site.is_none_or(|site| of.as_str() == site);
    let found = look_back(&plan(change), ask, &is_theirs, &AtomicBool::new(false), &progress).unwrap();
    (found, progress.told().0)
}

/// R13 from a PHQ-4 of so much on.
fn from_phq4(score: f64) -> RuleChange {
    let rules = rules_file::built_in().rules;
    let rule = rules.rules.iter().find(|rule| rule.id.as_str() == "R13").unwrap();
    let numbers = rule.knobs().into_iter().map(|knob| if knob.words.contains("PHQ-4") { score } else { knob.limit });
    RuleChange { rule: "R13".to_owned(), on: true, level: "L3".to_owned(), numbers: numbers.collect() }
}

fn sides(group: &GroupEffect, level: &str) -> (Option<f64>, Option<f64>) {
    let found = group.levels.iter().find(|found| found.level == level).unwrap();
    (found.old_per_100, found.new_per_100)
}

#[test]
fn cases_that_a_lower_number_would_open_are_counted_by_unit_and_their_workers_named_with_the_first_day() {
    let (found, looked) = found(&from_phq4(4.0), 12, None, 0);
    assert_eq!((looked, found.is_cut, found.sites.len()), (100, false, 2));
    assert_eq!((found.from.as_deref(), found.to.as_deref()), (Some("2026-02-01"), Some("2026-02-28")));
    let site = &found.sites[0];
    assert_eq!(site.whole.workers_at_least, Some(50));
    // Twelve cases of fifty workers in four weeks: 24 per 100 worker-months, 3 a week. None before, and none is few.
    assert_eq!(sides(&site.whole, "L3"), (None, Some(24.0)), "{site:?}");
    assert_eq!(site.whole.levels[1].new_a_week, Some(3.0));
    let units: Vec<_> = site.units.iter().map(|unit| (unit.unit.as_deref().unwrap(), sides(unit, "L3").1)).collect();
    assert_eq!(units, [("forge", None), ("office", None)], "the office has none, and the rest would tell of it");
    assert_eq!(found.workers.len(), 24);
    let first = &found.workers[0];
    assert_eq!((first.site.as_str(), first.worker.as_str(), first.outcome.as_str()), ("plant-a", "w-00", "only_new"));
    let new = first.new.as_ref().unwrap();
    assert_eq!(
        (new.first_day.as_str(), new.level.as_str(), &new.rules[..]),
        ("2026-02-20", "L3", &["R13".to_owned()][..])
    );
}

#[test]
fn one_or_two_more_are_told_of_no_group_but_named_to_whom_sees_them() {
    let (found, _) = found(&from_phq4(4.0), 2, None, 0);
    assert_eq!(sides(&found.sites[0].whole, "L3"), (None, None));
    assert_eq!(found.workers.len(), 4);
}

#[test]
fn only_the_sites_that_were_asked_for_are_looked_at_and_nobody_who_withdrew() {
    let (found, looked) = found(&from_phq4(4.0), 12, Some("plant-b"), 5);
    assert_eq!((looked, found.workers.len()), (45, 7));
    assert!(found.workers.iter().all(|worker| worker.site == "plant-b"));
    assert_eq!(found.sites.iter().map(|site| site.site.as_str()).collect::<Vec<_>>(), ["plant-b"]);
}

#[test]
fn the_same_numbers_change_nothing() {
    let (found, _) = found(&from_phq4(6.0), 12, None, 0);
    assert!(found.workers.is_empty(), "{found:?}");
}

#[test]
fn a_difference_of_one_or_two_workers_is_not_told_beside_the_old_figure() {
    let share = |some| (Share { some, all: 50 }, some);
    let cell = |old, new, changed| Cell { sides: Sides { old: share(old), new: share(new) }, changed }.tellable(10);
    assert_eq!(cell(5, 7, 2), Sides { old: Some(5.0), new: None });
    assert_eq!(cell(5, 8, 3), Sides { old: Some(5.0), new: Some(8.0) });
    assert_eq!(cell(5, 5, 0), Sides { old: Some(5.0), new: Some(5.0) });
    assert_eq!(cell(2, 4, 2), Sides { old: None, new: Some(4.0) }, "nothing can be held against it");
}

#[test]
fn who_waits_no_longer_ends_it_and_what_was_not_looked_at_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(&directory, |site, number| history(site, number, true));
    let ask = |from: String| Ok(control::histories(&from, &store));
    let progress = Progress::default();
    let found = look_back(&plan(&from_phq4(4.0)), ask, &|_| true, &AtomicBool::new(true), &progress).unwrap();
    assert!(found.is_cut && found.workers.is_empty() && progress.told().0 == 0);
}
