//! What a command leaves in the case, and what it is refused for.

use std::sync::LazyLock;

use super::*;
use crate::cases::calendar::Calendar;
use crate::cases::deadlines::LimitTable;
use crate::cases::{Situation, decide, permitted_states};
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
    CaseCommand { case, by, is_there: true, deed, note: note.and_then(Note::of) }
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
use CaseState::{
    Acknowledged, Assessed, Closed, DataError, DeclinedByWorker, FollowUp, InAction, NotWorkRelated, Planned, Referred,
};

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
fn who_acknowledges_for_another_site_is_not_put_in_charge() {
    let mut book = opened(Level::L0, 1);
    let far = wanted(&book, Deed::Move { to: Acknowledged }, None, by("dr.far", Role::Physician));
    let changes = command(&book, &CaseCommand { is_there: false, ..far }, WORKER, &timing(), now()).unwrap();
    changes.iter().for_each(|change| apply(&mut book, change));
    let case = book.open.as_ref().unwrap();
    assert_eq!((case.state, &case.in_charge), (Acknowledged, &None));
    assert_eq!(case.log.last().unwrap().event, LogEvent::Moved(Acknowledged));
}

const ENDS: [CaseState; 4] = [Closed, DeclinedByWorker, NotWorkRelated, DataError];

#[test]
fn no_end_of_a_case_cuts_off_an_action_that_runs() {
    for (to, kind) in ENDS.into_iter().flat_map(|to| [(to, Counseling), (to, WorkloadReview)]) {
        let mut book = opened(Level::L2, 0);
        for state in [Acknowledged, Assessed, Planned] {
            moves(&mut book, state);
        }
        for action in [Counseling, WorkloadReview] {
            reports(&mut book, action, if action == kind { ActionStep::Started } else { ActionStep::Done });
        }
        moves(&mut book, FollowUp);
        let refusal = does(&mut book, Deed::Move { to }, None).unwrap_err();
        assert_eq!(refusal, Refusal::StillRuns { action: kind, step: ActionStep::Started }, "{to:?}");
        let report = format!("`vagus cases action CASE {} declined`", kind.as_str());
        assert!(refusal.to_string().contains(&report), "{refusal}");
        reports(&mut book, kind, ActionStep::Declined);
        assert_eq!(does(&mut book, Deed::Move { to }, None), Ok(()), "{to:?}");
    }
}

#[test]
fn what_nobody_began_is_declined_with_the_case_however_it_ends() {
    for to in ENDS.into_iter().filter(|end| *end != DeclinedByWorker) {
        let mut book = opened(Level::L2, 0);
        moves(&mut book, Acknowledged);
        reports(&mut book, Counseling, ActionStep::Accepted);
        if to == Closed {
            moves(&mut book, Referred);
        }
        moves(&mut book, to);
        let ended = &book.closed[0].case;
        let [.., review, counseling, moved] = ended.log.as_slice() else { panic!("{:?}", ended.log) };
        for (entry, action) in [(review, WorkloadReview), (counseling, Counseling)] {
            assert_eq!(entry.event, LogEvent::Progress { action, step: ActionStep::Declined }, "{to:?}");
            assert_eq!((&entry.by, ended.action(action).unwrap().step), (&moved.by, ActionStep::Declined));
        }
        assert_eq!(moved.event, LogEvent::Moved(to));
    }
}

#[test]
fn only_states_that_would_not_be_refused_now_are_offered() {
    let mut book = opened(Level::L2, 0);
    let offered = |book: &CaseBook| permitted_states(book.open.as_ref().unwrap());
    for state in [Acknowledged, Assessed, Planned] {
        moves(&mut book, state);
    }
    assert_eq!(offered(&book), [Referred, NotWorkRelated, DataError], "nothing runs, and actions are to come");
    reports(&mut book, WorkloadReview, ActionStep::Declined);
    reports(&mut book, Counseling, ActionStep::Declined);
    assert_eq!(offered(&book), [FollowUp, Referred, DeclinedByWorker, NotWorkRelated, DataError]);

    let mut book = opened(Level::L2, 0);
    for state in [Acknowledged, Assessed, Planned] {
        moves(&mut book, state);
    }
    reports(&mut book, Counseling, ActionStep::Started);
    moves(&mut book, FollowUp);
    assert_eq!(offered(&book), [InAction, Referred], "what runs is not cut off");
    reports(&mut book, Counseling, ActionStep::Done);
    assert_eq!(offered(&book), [Closed, Referred, NotWorkRelated, DataError], "the review is still asked for");
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

/// Refusals, each behind the pattern of its variant; one that is missing here does not compile.
macro_rules! each_refusal {
    ($($pattern:pat => $refusal:expr,)+) => {{
        let _is_complete = |refusal: &Refusal| match refusal { $($pattern => (),)+ };
        [$({
            let refusal = $refusal;
            assert!(matches!(refusal, $pattern), "{refusal:?} stands for another one");
            refusal
        }),+]
    }};
}

#[test]
fn every_reason_is_snake_case_and_only_names_that_are_unknown_are_wrong_use() {
    let role = Role::Manager;
    let refusals = each_refusal! {
        Refusal::UnknownCase => Refusal::UnknownCase,
        Refusal::Ended(_) => Refusal::Ended(DataError),
        Refusal::NoTransition { .. } => Refusal::NoTransition { from: Planned, to: Acknowledged },
        Refusal::Already { .. } => {
            Refusal::Already { state: Planned, by: Actor::Vagus, at: now().to_zoned(TimeZone::UTC) }
        },
        Refusal::NotPermitted { .. } => Refusal::NotPermitted { role, who: "others do" },
        Refusal::SystemMayOnlyReport => Refusal::SystemMayOnlyReport,
        Refusal::CrisisNeedsClinician => Refusal::CrisisNeedsClinician,
        Refusal::CrisisNeedsWords => Refusal::CrisisNeedsWords,
        Refusal::StillRuns { .. } => Refusal::StillRuns { action: Counseling, step: ActionStep::Started },
        Refusal::NoSuchAction(_) => Refusal::NoSuchAction(Counseling),
        Refusal::ActionEnded { .. } => Refusal::ActionEnded { action: Counseling, step: ActionStep::Done },
        Refusal::StepBack { .. } => Refusal::StepBack { action: Counseling, step: ActionStep::Started },
        Refusal::ReviewThere => Refusal::ReviewThere,
        Refusal::NothingToFollowUp(_) => Refusal::NothingToFollowUp(Planned),
        Refusal::NothingRuns => Refusal::NothingRuns,
        Refusal::ActionsToCome => Refusal::ActionsToCome,
        Refusal::NoWords => Refusal::NoWords,
    };
    let mut reasons: Vec<&str> = refusals.iter().map(Refusal::reason).collect();
    assert!(reasons.iter().all(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')), "{reasons:?}");
    let wrong: Vec<&str> = refusals.iter().filter(|r| r.is_wrong_use()).map(Refusal::reason).collect();
    assert_eq!(wrong, ["no_such_case", "no_words"]);
    reasons.sort_unstable();
    reasons.dedup();
    assert_eq!(reasons.len(), refusals.len(), "each its own");
}
