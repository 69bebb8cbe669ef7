//! What a command leaves in the case, and what it is refused for.

use std::sync::LazyLock;

use super::*;
use crate::cases::calendar::Calendar;
use crate::cases::deadlines::LimitTable;
use crate::cases::{Situation, decide};
use crate::domain::alert::{Level, RuleId};
use crate::domain::case::Finding;
use crate::domain::indicator::HrvState;
use crate::domain::life::{LogEvent, Note};
use crate::domain::person::{PersonId, Role};
use crate::domain::{SignedDuration, TimeZone};

const WORKER: WorkerNumber = WorkerNumber(7);

fn timing() -> Timing<'static> {
    static DATA: LazyLock<(Calendar, LimitTable)> = LazyLock::new(|| {
        let zone = TimeZone::get("Asia/Ho_Chi_Minh").unwrap();
        (Calendar { zone, ..Calendar::default() }, LimitTable::default())
    });
    Timing { calendar: &DATA.0, limits: &DATA.1, cool_down: SignedDuration::from_hours(28 * 24) }
}

fn now() -> Timestamp {
    "2026-03-02T09:30:00Z".parse().unwrap()
}

/// A book with one case of that level; of a crisis where there are crisis answers.
fn opened(level: Level, new_crises: u32) -> CaseBook {
    let finding = Finding {
        level,
        rules: vec![RuleId::new("R1")],
        hrv: HrvState::Normal,
        is_sleep_poor: false,
        is_exposed: false,
    };
    let today = "2026-03-02".parse().unwrap();
    let situation =
        Situation { worker: WORKER, finding, new_crises, is_late: false, today, now: now(), timing: timing() };
    let mut book = CaseBook::default();
    decide(&book.clone(), &situation).iter().for_each(|change| apply(&mut book, change));
    book
}

fn by(id: &str, role: Role) -> Actor {
    Actor::Person { id: PersonId::parse(id).unwrap(), role }
}

fn wanted(book: &CaseBook, deed: Deed, note: Option<&str>, by: Actor) -> CaseCommand {
    let case = book.open.as_ref().unwrap().id.clone();
    CaseCommand { case, by, deed, note: note.and_then(Note::of) }
}

fn does(book: &mut CaseBook, deed: Deed, note: Option<&str>) -> Result<(), Refusal> {
    let changes = command(book, &wanted(book, deed, note, by("dr.lan", Role::Physician)), WORKER, &timing(), now())?;
    changes.iter().for_each(|change| apply(book, change));
    Ok(())
}

fn moves(book: &mut CaseBook, to: CaseState) {
    does(book, Deed::Move { to }, None).unwrap();
}

fn reports(book: &mut CaseBook, action: ActionKind, step: ActionStep) {
    does(book, Deed::Progress { action, step }, None).unwrap();
}

use ActionKind::{Counseling, WorkloadReview};
use CaseState::{Acknowledged, Assessed, DataError, DeclinedByWorker, NotWorkRelated, Planned};

#[test]
fn whoever_acknowledges_is_in_charge_where_nobody_is() {
    let mut book = opened(Level::L2, 0);
    moves(&mut book, Acknowledged);
    let case = book.open.as_ref().unwrap();
    assert_eq!(case.in_charge, PersonId::parse("dr.lan").ok());
    let [.., moved, assigned] = case.log.as_slice() else { panic!("{:?}", case.log) };
    assert_eq!((&moved.event, &moved.by), (&LogEvent::Moved(Acknowledged), &by("dr.lan", Role::Physician)));
    let leads = LogEvent::Assigned { to: PersonId::parse("dr.lan").unwrap(), action: None };
    assert_eq!((&assigned.event, &assigned.by), (&leads, &moved.by));
}

#[test]
fn whoever_was_put_in_charge_before_stays_it() {
    let mut book = opened(Level::L2, 0);
    does(&mut book, Deed::Assign { to: PersonId::parse("dr.minh").unwrap(), action: None }, None).unwrap();
    moves(&mut book, Acknowledged);
    let case = book.open.as_ref().unwrap();
    assert_eq!(case.in_charge, PersonId::parse("dr.minh").ok());
    assert_eq!(case.log.last().unwrap().event, LogEvent::Moved(Acknowledged));
}

#[test]
fn a_second_acknowledgement_tells_of_the_first_by_the_clocks_of_the_site() {
    let mut book = opened(Level::L2, 0);
    moves(&mut book, Acknowledged);
    let again = wanted(&book, Deed::Move { to: Acknowledged }, None, by("dr.minh", Role::Physician));
    let refusal = command(&book, &again, WORKER, &timing(), now()).unwrap_err();
    assert_eq!((refusal.reason(), refusal.is_wrong_use()), ("already", false));
    let words =
        "dr.lan acknowledged it on 2026-03-02 16:30 +07; from acknowledged it can only become assessed, referred";
    assert!(refusal.to_string().starts_with(words), "{refusal}");
}

#[test]
fn a_crisis_is_ended_with_words_whatever_the_end_and_other_cases_without() {
    for to in [DataError, NotWorkRelated, DeclinedByWorker] {
        let mut book = opened(Level::L0, 1);
        assert_eq!(book.open.as_ref().unwrap().told.level, Level::L4);
        moves(&mut book, Acknowledged);
        assert_eq!(does(&mut book, Deed::Move { to }, None), Err(Refusal::CrisisNeedsWords), "{to:?}");
        assert_eq!(does(&mut book, Deed::Move { to }, Some("  ")), Err(Refusal::CrisisNeedsWords), "{to:?}");
        assert_eq!(does(&mut book, Deed::Move { to }, Some("spoke with her, all is well")), Ok(()));
        assert!(book.open.is_none());
        assert!(book.closed[0].case.log.last().unwrap().note.is_some());
    }
    let mut book = opened(Level::L3, 0);
    moves(&mut book, Acknowledged);
    moves(&mut book, NotWorkRelated);
}

#[test]
fn counselling_that_runs_is_not_cut_off_by_declining_the_case() {
    let mut book = opened(Level::L0, 1);
    for to in [Acknowledged, Assessed, Planned] {
        moves(&mut book, to);
    }
    reports(&mut book, Counseling, ActionStep::Started);
    let end = Deed::Move { to: DeclinedByWorker };
    let refusal = does(&mut book, end.clone(), Some("no, thank you")).unwrap_err();
    assert_eq!(refusal, Refusal::StillRuns { action: Counseling, step: ActionStep::Started });
    assert!(refusal.to_string().contains("`vagus cases action CASE counseling declined`"), "{refusal}");
    reports(&mut book, Counseling, ActionStep::Declined);
    assert_eq!(does(&mut book, end, Some("no, thank you")), Ok(()));
}

#[test]
fn counselling_that_nobody_began_is_declined_with_the_case_and_the_review_must_have_ended() {
    for step in [ActionStep::Requested, ActionStep::Accepted] {
        let mut book = opened(Level::L2, 0);
        moves(&mut book, Acknowledged);
        if step == ActionStep::Accepted {
            reports(&mut book, Counseling, step);
        }
        let end = Deed::Move { to: DeclinedByWorker };
        let refused = does(&mut book, end.clone(), None);
        assert_eq!(refused, Err(Refusal::StillRuns { action: WorkloadReview, step: ActionStep::Requested }));
        reports(&mut book, WorkloadReview, ActionStep::Done);
        assert_eq!(does(&mut book, end, None), Ok(()));
        let ended = &book.closed[0].case;
        assert_eq!(ended.action(Counseling).unwrap().step, ActionStep::Declined, "{step:?}");
        let [.., declined, moved] = ended.log.as_slice() else { panic!("{:?}", ended.log) };
        assert_eq!(declined.event, LogEvent::Progress { action: Counseling, step: ActionStep::Declined });
        assert_eq!((&moved.event, &declined.by), (&LogEvent::Moved(DeclinedByWorker), &moved.by));
    }
}

#[test]
fn every_reason_is_snake_case_and_only_names_that_are_unknown_are_wrong_use() {
    let role = Role::Manager;
    let refusals = [
        Refusal::UnknownCase,
        Refusal::Ended(DataError),
        Refusal::NoTransition { from: Planned, to: Acknowledged },
        Refusal::Already { state: Planned, by: Actor::Vagus, at: now().to_zoned(TimeZone::UTC) },
        Refusal::NotPermitted { role, who: "others do" },
        Refusal::SystemMayOnlyReport,
        Refusal::CrisisNeedsClinician,
        Refusal::CrisisNeedsWords,
        Refusal::StillRuns { action: Counseling, step: ActionStep::Started },
        Refusal::NoSuchAction(Counseling),
        Refusal::ActionEnded { action: Counseling, step: ActionStep::Done },
        Refusal::StepBack { action: Counseling, step: ActionStep::Started },
        Refusal::ReviewThere,
        Refusal::NothingToFollowUp(Planned),
        Refusal::NothingRuns,
        Refusal::ActionsToCome,
        Refusal::NoWords,
    ];
    let mut reasons: Vec<&str> = refusals.iter().map(Refusal::reason).collect();
    assert!(reasons.iter().all(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')), "{reasons:?}");
    let wrong: Vec<&str> = refusals.iter().filter(|r| r.is_wrong_use()).map(Refusal::reason).collect();
    assert_eq!(wrong, ["no_such_case", "no_words"]);
    reasons.sort_unstable();
    reasons.dedup();
    assert_eq!(reasons.len(), refusals.len(), "each its own");
}
