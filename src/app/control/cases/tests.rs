//! Cases by the beginning of their ids.

use super::*;
use crate::cases::{Situation, Timing, apply, calendar::Calendar, deadlines::LimitTable, decide};
use crate::domain::alert::RuleId;
use crate::domain::case::Finding;
use crate::domain::ids::{WorkerId, WorkerKey, WorkerNumber};
use crate::domain::indicator::HrvState;
use crate::domain::{SignedDuration, TimeZone};

fn now() -> Timestamp {
    "2026-03-02T09:30:00Z".parse().unwrap()
}

/// A worker with one case, of that id.
fn with_case(id: &str) -> WorkerHistory {
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
    match show(&mut histories.iter(), wanted, now())? {
        CasesAnswer::Case { case } => Ok(case.row.case_id),
        other @ (CasesAnswer::List { .. } | CasesAnswer::Refused { .. }) => panic!("{other:?}"),
    }
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
