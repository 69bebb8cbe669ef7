use std::sync::LazyLock;

use super::*;
use crate::cases::{apply, progress as progress_at};
use crate::domain::alert::RuleId;
use crate::domain::indicator::HrvState;
use crate::domain::item::ActionProgress;

const WORKER: WorkerNumber = WorkerNumber(42);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn finding(level: Level, rules: &[&str]) -> Finding {
    Finding {
        level,
        rules: rules.iter().map(|r| RuleId::new(r)).collect(),
        hrv: HrvState::Normal,
        is_sleep_poor: false,
        is_exposed: false,
    }
}

fn timing() -> Timing<'static> {
    static DATA: LazyLock<(Calendar, LimitTable)> = LazyLock::new(Default::default);
    Timing { calendar: &DATA.0, limits: &DATA.1, cool_down: SignedDuration::from_hours(28 * 24) }
}

fn situation(finding: Finding, now: &str, new_crises: u32) -> Situation<'static> {
    Situation {
        worker: WORKER,
        finding,
        new_crises,
        is_late: false,
        today: now[..10].parse().unwrap(),
        now: at(now),
        timing: timing(),
    }
}

fn run(book: &mut CaseBook, situation: &Situation<'_>) -> Vec<CaseChange> {
    let changes = decide(book, situation);
    changes.iter().for_each(|change| apply(book, change));
    changes
}

fn progress(book: &CaseBook, news: &ActionProgress, now: Timestamp) -> Vec<CaseChange> {
    progress_at(book, news, &Actor::Vagus, &timing(), now)
}

fn news(book: &CaseBook, kind: ActionKind, step: ActionStep) -> ActionProgress {
    let action = book.open.as_ref().unwrap().actions.iter().find(|a| a.kind == kind).unwrap().id.clone();
    ActionProgress { action, step, at: at("2026-03-02T08:00:00Z"), source: None, note: None }
}

#[test]
fn one_episode_opens_one_case_with_two_actions() {
    let mut book = CaseBook::default();
    let found = situation(finding(Level::L2, &["R16"]), "2026-03-01T08:00:00Z", 0);
    assert_eq!(run(&mut book, &found).len(), 1);
    assert_eq!(run(&mut book, &found), Vec::new(), "the same finding again joins the open case");
    let case = book.open.unwrap();
    assert_eq!(case.episode, 1);
    assert_eq!(
        case.actions.iter().map(|a| a.kind).collect::<Vec<_>>(),
        [ActionKind::WorkloadReview, ActionKind::Counseling]
    );
}

#[test]
fn a_rise_keeps_the_actions_and_brings_their_due_times_nearer() {
    let mut book = CaseBook::default();
    run(&mut book, &situation(finding(Level::L2, &["R16"]), "2026-03-01T08:00:00Z", 0));
    let before = book.open.clone().unwrap().actions;
    let changes = run(&mut book, &situation(finding(Level::L3, &["R3"]), "2026-03-02T08:00:00Z", 0));
    assert!(matches!(changes.as_slice(), [CaseChange::RaisedAgain { .. }]));
    let after = book.open.unwrap().actions;
    assert_eq!(before.iter().map(|a| &a.id).collect::<Vec<_>>(), after.iter().map(|a| &a.id).collect::<Vec<_>>());
    assert!(before.iter().zip(&after).all(|(b, a)| a.due < b.due));
}

#[test]
fn a_falling_level_says_nothing_unless_late_data_made_it_fall() {
    let mut book = CaseBook::default();
    run(&mut book, &situation(finding(Level::L3, &["R16", "R3"]), "2026-03-01T08:00:00Z", 0));
    let mut fallen = situation(finding(Level::L2, &["R16"]), "2026-03-02T08:00:00Z", 0);
    assert_eq!(run(&mut book, &fallen), Vec::new());
    fallen.is_late = true;
    assert!(matches!(run(&mut book, &fallen).as_slice(), [CaseChange::Revised { .. }]));
    fallen.finding.is_sleep_poor = true;
    assert_eq!(run(&mut book, &fallen), Vec::new(), "at most one revision a day");
    assert_eq!(book.open.unwrap().told.level, Level::L3, "the level of an open case never falls");
}

#[test]
fn a_crisis_asks_for_counselling_alone_and_is_announced_even_in_cool_down() {
    let mut book = CaseBook::default();
    let changes = run(&mut book, &situation(finding(Level::L2, &["R1"]), "2026-03-01T08:00:00Z", 1));
    assert!(matches!(changes.as_slice(), [CaseChange::Opened { .. }]));
    assert_eq!(book.open.as_ref().unwrap().actions.len(), 1);
    apply(&mut book, &ended(at("2026-03-02T08:00:00Z")));
    let again = run(&mut book, &situation(finding(Level::L2, &["R1"]), "2026-03-03T08:00:00Z", 1));
    assert!(matches!(again.first(), Some(CaseChange::Opened { case }) if case.episode == 2));
}

#[test]
fn a_crisis_in_an_open_case_is_raised_again_with_the_actions_it_has() {
    let mut book = CaseBook::default();
    run(&mut book, &situation(finding(Level::L3, &["R3"]), "2026-03-01T08:00:00Z", 0));
    run(&mut book, &situation(finding(Level::L3, &["R1", "R3"]), "2026-03-01T09:00:00Z", 1));
    let case = book.open.unwrap();
    assert_eq!((case.told.level, case.actions.len(), case.events), (Level::L4, 2, 2));
    let due = |kind| case.action(kind).unwrap().due;
    assert_eq!(due(ActionKind::Counseling), at("2026-03-01T10:00:00Z"), "a contact within the hour");
    assert!(
        due(ActionKind::WorkloadReview) > at("2026-03-05T00:00:00Z"),
        "whoever reviews the work learns of no crisis"
    );
}

#[test]
fn the_cool_down_starts_when_the_case_ends_and_a_higher_level_breaks_it() {
    let mut book = CaseBook::default();
    run(&mut book, &situation(finding(Level::L2, &["R16"]), "2026-03-01T08:00:00Z", 0));
    apply(&mut book, &ended(at("2026-03-05T08:00:00Z")));
    let cool = situation(finding(Level::L2, &["R16"]), "2026-03-20T08:00:00Z", 0);
    assert_eq!(run(&mut book, &cool), Vec::new());
    let risen = situation(finding(Level::L3, &["R3"]), "2026-03-20T08:00:00Z", 0);
    assert_eq!(decide(&book, &risen).len(), 1, "a higher level breaks the cool-down");
    let later = situation(finding(Level::L2, &["R16"]), "2026-04-03T08:00:00Z", 0);
    assert_eq!(run(&mut book, &later).len(), 1);
    assert_eq!(book.open.unwrap().episode, 2);
}

#[test]
fn progress_never_goes_back() {
    let mut book = CaseBook::default();
    run(&mut book, &situation(finding(Level::L2, &["R16"]), "2026-03-01T08:00:00Z", 0));
    let now = at("2026-03-02T08:00:00Z");
    let started = news(&book, ActionKind::Counseling, ActionStep::Started);
    let accepted = news(&book, ActionKind::Counseling, ActionStep::Accepted);
    progress(&book, &started, now).iter().for_each(|change| apply(&mut book, change));
    assert_eq!(progress(&book, &accepted, now), Vec::new());
    assert_eq!(progress(&book, &started, now), Vec::new());
}

#[test]
fn a_crisis_asks_for_counselling_that_was_declined_once_more() {
    let mut book = CaseBook::default();
    run(&mut book, &situation(finding(Level::L3, &["R3"]), "2026-03-01T08:00:00Z", 0));
    let declined = news(&book, ActionKind::Counseling, ActionStep::Declined);
    let now = at("2026-03-02T08:00:00Z");
    progress(&book, &declined, now).iter().for_each(|change| apply(&mut book, change));
    run(&mut book, &situation(finding(Level::L3, &["R1", "R3"]), "2026-03-10T08:00:00Z", 1));
    let counseling = book.open.as_ref().unwrap().action(ActionKind::Counseling).unwrap();
    assert_eq!((counseling.step, counseling.due), (ActionStep::Requested, at("2026-03-10T09:00:00Z")));
}

#[test]
fn another_rule_at_the_same_level_is_kept_in_the_case_and_told_nobody() {
    let mut book = CaseBook::default();
    run(&mut book, &situation(finding(Level::L3, &["R3"]), "2026-03-01T08:00:00Z", 0));
    let more = situation(finding(Level::L3, &["R3", "R4"]), "2026-03-05T08:00:00Z", 0);
    let changes = run(&mut book, &more);
    assert!(
        matches!(&changes[..], [CaseChange::Done { fact: CaseFact::EvidenceAdded { rules, .. }, .. }] if rules.len() == 1)
    );
    assert_eq!(run(&mut book, &more), Vec::new());
    let case = book.open.unwrap();
    assert_eq!((case.rules.len(), case.told.rules.len(), case.log.len()), (2, 1, 2));
}
