//! Cases by the beginning of their ids.

use super::*;
use crate::cases::{Situation, Timing, apply, calendar::Calendar, deadlines::LimitTable, decide};
use crate::domain::alert::RuleId;
use crate::domain::case::Finding;
use crate::domain::ids::{WorkerId, WorkerKey, WorkerNumber};
use crate::domain::indicator::HrvState;
use crate::domain::person::{Actor, PersonId, Role};
use crate::domain::{SignedDuration, TimeZone};

pub(in crate::app) fn now() -> Timestamp {
    "2026-03-02T09:30:00Z".parse().unwrap()
}

/// A worker with one case, of that id.
pub(in crate::app) fn with_case(id: &str) -> WorkerHistory {
    let key = WorkerKey { site: SiteId::parse("plant-a").unwrap(), worker: WorkerId::parse("w-1").unwrap() };
    let mut history = WorkerHistory::new(Profile::unknown(key, TimeZone::UTC));
    let finding = Finding {
        level: Level::L2,
        rules: vec![RuleId::new("R3")],
        hrv: HrvState::Normal,
        is_sleep_poor: false,
        is_exposed: false,
    };
    let (calendar, limits) = (Calendar::default(), LimitTable::default());
    let timing = Timing { calendar: &calendar, limits: &limits, cool_down: SignedDuration::from_hours(1) };
    let today = "2026-03-02".parse().unwrap();
    let situation =
        Situation { worker: WorkerNumber(7), finding, new_crises: 0, is_late: false, today, now: now(), timing };
    decide(&history.cases.clone(), &situation).iter().for_each(|change| apply(&mut history.cases, change));
    history.cases.open.as_mut().unwrap().id = CaseId::parse(id).unwrap();
    history
}

fn found(wanted: &str) -> Result<String, CasesError> {
    let histories = ["c-AAAA11", "c-AAAA12", "c-AAAA12X", "c-BBBB11"].map(with_case);
    Ok(show(&mut histories.iter(), wanted, now())?.row.case_id)
}

#[test]
fn a_case_is_found_by_the_beginning_of_its_id_as_long_as_no_other_begins_so() {
    for (wanted, id) in [("c-BBBB", "c-BBBB11"), ("c-AAAA11", "c-AAAA11"), ("c-AAAA12X", "c-AAAA12X")] {
        assert_eq!(found(wanted).unwrap(), id);
    }
    assert_eq!(found("c-AAAA12").unwrap(), "c-AAAA12", "a whole id is itself, whatever begins so, too");
}

#[test]
fn a_beginning_of_several_ids_names_them_and_one_that_is_too_short_says_so() {
    let several = found("c-AAAA").unwrap_err();
    assert_eq!((several.reason(), several.is_wrong_use()), ("ambiguous_case", true));
    assert_eq!(several.to_string(), "c-AAAA can be 3 cases, give more of it: c-AAAA11, c-AAAA12, c-AAAA12X");
    for wanted in ["c-BBB", "c-", "c-CCCC"] {
        let none = found(wanted).unwrap_err();
        assert_eq!((none.reason(), none.is_wrong_use()), ("no_such_case", true), "{wanted}");
        assert!(
            none.to_string().contains("at least the first 6 characters of it: `vagus cases list --ended`"),
            "{none}"
        );
    }
    assert_eq!(found("").unwrap_err().reason(), "bad_case_id");
}

/// What somebody of that role reads of `c-BBBB11` after the deed, as JSON.
fn answered(role: Role, deed: &Deed) -> serde_json::Value {
    let mut history = with_case("c-BBBB11");
    let case = history.cases.open.as_mut().unwrap();
    case.in_charge = PersonId::parse("dr.lan").ok();
    case.actions[1].assignee = PersonId::parse("coun.ha").ok();
    let by = Actor::Person { id: PersonId::parse("x").unwrap(), role };
    let found = find(&mut std::iter::once(&history), "c-BBBB11").unwrap();
    serde_json::to_value(Sight::of(&by, deed).answer(&found, now()).unwrap()).unwrap()
}

#[test]
fn who_is_no_clinician_is_answered_with_no_word_of_the_person() {
    let deed = Deed::Progress { action: ActionKind::WorkloadReview, step: ActionStep::Started };
    let review = answered(Role::Manager, &deed);
    assert_eq!(review["what"], "review");
    let keys: Vec<&String> = review["review"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["action_id", "due", "kind", "state", "unit"]);
    assert_eq!(review["review"]["kind"], "workload_review");

    let to = || PersonId::parse("dr.lan").unwrap();
    let of_case = answered(Role::Operator, &Deed::Assign { to: to(), action: None });
    let expected = |action: serde_json::Value, in_charge: &str| serde_json::json!({"what": "in_charge", "case_id": "c-BBBB11", "action": action, "in_charge": in_charge});
    assert_eq!(of_case, expected(serde_json::Value::Null, "dr.lan"));
    let of_action = answered(Role::Operator, &Deed::Assign { to: to(), action: Some(ActionKind::Counseling) });
    assert_eq!(of_action, expected("counseling".into(), "coun.ha"));

    for role in Role::ALL.iter().filter(|role| role.is_clinical()) {
        assert_eq!(answered(*role, &deed)["what"], "case", "{role:?}");
    }
    for role in Role::ALL.iter().filter(|role| !role.is_clinical()) {
        assert_ne!(answered(*role, &Deed::Remark)["what"], "case", "{role:?}");
    }
}

#[test]
fn only_a_crisis_is_acknowledged_by_who_looks_after_other_sites() {
    let place = |level| {
        let mut history = with_case("c-BBBB11");
        history.cases.open.as_mut().unwrap().told.level = level;
        find(&mut std::iter::once(&history), "c-BBBB11").unwrap().place()
    };
    let acknowledges = Deed::Move { to: CaseState::Acknowledged };
    assert!(place(Level::L4).is_urgent(&acknowledges));
    assert!(!place(Level::L3).is_urgent(&acknowledges));
    assert!(!place(Level::L4).is_urgent(&Deed::Move { to: CaseState::DataError }));
    assert!(!place(Level::L4).is_urgent(&Deed::Remark));
}
