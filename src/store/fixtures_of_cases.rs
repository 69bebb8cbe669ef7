//! A case, everything that can be done to one, and every fact, by hand, for the stored formats.

use super::fixtures_tests::{at, day};
use crate::domain::alert::{AlertKind, Level, RuleId};
use crate::domain::case::{
    Action, ActionId, ActionKind, ActionStep, CaseChange, CaseFact, CaseId, Finding, Invited, OpenCase,
};
use crate::domain::ids::SourceId;
use crate::domain::indicator::HrvState;
use crate::domain::life::{
    Advice, CaseCommand, CaseState, Deadline, Deed, LogEntry, LogEvent, MethodId, Milestone, Note, Stage,
};
use crate::domain::person::{Actor, PersonId, Role};
use crate::domain::screening::Instrument;

fn person(id: &str) -> PersonId {
    PersonId::parse(id).unwrap()
}

fn physician() -> Actor {
    Actor::Person { id: person("dr.lan"), role: Role::Physician }
}

fn method(id: &str) -> MethodId {
    MethodId::parse(id).unwrap()
}

fn action(id: &str, kind: ActionKind) -> Action {
    Action {
        id: ActionId::parse(id).unwrap(),
        kind,
        step: ActionStep::Started,
        due: at(600_000),
        moved_at: at(80),
        assignee: Some(person("counsellor-1")),
        started_at: Some(at(85)),
        method: Some(method("cbt_individual")),
        tried: vec![method("mindfulness")],
        reviewed_week: 4,
    }
}

fn deadlines() -> Vec<Deadline> {
    let deadline = |milestone, number, told| Deadline { milestone, number, from: at(80), due: at(14_480), told };
    vec![
        deadline(Milestone::Assess, 0, None),
        deadline(Milestone::FollowUp, 2, Some(Stage::Reminder)),
        deadline(Milestone::CloseReview, 0, Some(Stage::Escalated)),
    ]
}

fn log() -> Vec<LogEntry> {
    let (action, by) = (ActionKind::Counseling, physician());
    let events = [
        LogEvent::Raised(Level::L3),
        LogEvent::Moved(CaseState::Acknowledged),
        LogEvent::Progress { action, step: ActionStep::Started },
        LogEvent::ActionAdded(ActionKind::WorkloadReview),
        LogEvent::Assigned { to: person("dr.lan"), action: None },
        LogEvent::Remarked,
        LogEvent::MethodChosen { action, method: method("cbt_individual") },
        LogEvent::FollowedUp,
        LogEvent::Told { milestone: Milestone::Plan, number: 0, stage: Stage::Overdue },
        LogEvent::Reviewed { action, week: 6, advice: Advice::Switch },
        LogEvent::Invited(vec![Instrument::Gad7]),
        LogEvent::EvidenceAdded(vec![RuleId::new("R4")]),
    ];
    let entry = |(second, event)| LogEntry { at: at(second), by: by.clone(), event, note: Note::of("siehe Akte") };
    (80..).zip(events).map(entry).collect()
}

pub(super) fn case() -> OpenCase {
    OpenCase {
        id: CaseId::parse("c-1").unwrap(),
        episode: 2,
        opened_at: at(80),
        raised_at: at(81),
        state: CaseState::InAction,
        in_charge: Some(person("dr.lan")),
        deadlines: deadlines(),
        invited: vec![Invited { instrument: Instrument::Gad7, on: day(3) }],
        log: log(),
        told: Finding {
            level: Level::L3,
            rules: vec![RuleId::new("R16"), RuleId::new("R3")],
            hrv: HrvState::Persistent,
            is_sleep_poor: true,
            is_exposed: false,
        },
        rules: vec![RuleId::new("R16"), RuleId::new("R3"), RuleId::new("R4")],
        actions: vec![action("a-1", ActionKind::WorkloadReview), action("a-2", ActionKind::Counseling)],
        events: 4,
        said: AlertKind::Revised,
        revised_on: Some(day(3)),
    }
}

pub(super) fn changes() -> Vec<CaseChange> {
    let case = case();
    let (told, actions) = (case.told.clone(), case.actions.clone());
    let action = ActionKind::WorkloadReview;
    let facts = [
        CaseFact::Moved { to: CaseState::NotWorkRelated, deadlines: Vec::new() },
        CaseFact::ActionMoved { action: ActionId::parse("a-2").unwrap(), step: ActionStep::Done, reported_at: at(94) },
        CaseFact::ActionAdded { action: actions[0].clone() },
        CaseFact::Assigned { to: person("dr.lan"), action: Some(action) },
        CaseFact::Remarked,
        CaseFact::MethodChosen { action, method: method("role_clarity") },
        CaseFact::FollowedUp { deadlines: deadlines() },
        CaseFact::Told { milestone: Milestone::FollowUp, number: 1, stage: Stage::Reminder },
        CaseFact::Reviewed { action, week: 2, advice: Advice::StepUp, deadlines: Some(deadlines()) },
        CaseFact::Invited { instruments: vec![Instrument::Isi], on: day(5), by: day(12) },
        CaseFact::EvidenceAdded { rules: vec![RuleId::new("R4")] },
    ];
    let mut changes = vec![
        CaseChange::Opened { case },
        CaseChange::RaisedAgain { told: told.clone(), actions, deadlines: deadlines(), at: at(90) },
        CaseChange::Revised { told, on: day(4) },
    ];
    let by = Actor::Source(SourceId::parse("clinic").unwrap());
    let done = |fact| CaseChange::Done { at: at(95), by: by.clone(), note: Note::of("x"), fact };
    changes.extend(facts.into_iter().map(done));
    changes
}

pub(super) fn commands() -> Vec<CaseCommand> {
    let action = ActionKind::Counseling;
    let deeds = [
        Deed::Move { to: CaseState::Referred },
        Deed::Assign { to: person("dr.minh"), action: Some(action) },
        Deed::Remark,
        Deed::Progress { action, step: ActionStep::Accepted },
        Deed::Choose { action, method: method("cbt_i_digital") },
        Deed::FollowUp,
        Deed::RequestReview,
    ];
    let case = CaseId::parse("c-1").unwrap();
    let command =
        |deed| CaseCommand { case: case.clone(), by: physician(), is_there: true, deed, note: Note::of("Grund") };
    deeds.into_iter().map(command).collect()
}
