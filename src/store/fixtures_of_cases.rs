//! A case, everything that can be done to one, and every fact, by hand, for the stored formats.

use super::fixtures_tests::{at, day};
use crate::domain::alert::{
    AlertKind, Evidence, ExposureEvidence, HrvEvidence, IndexEvidence, Level, RuleId, ScreeningEvidence, SetAside,
    SleepEvidence, Versions,
};
use crate::domain::case::{
    Action, ActionId, ActionKind, ActionStep, CaseChange, CaseFact, CaseId, Finding, Ground, Invited, OpenCase,
};
use crate::domain::ids::SourceId;
use crate::domain::indicator::{Component, Contribution, Hint, HrvState, IndexBand, Severity};
use crate::domain::life::{
    Advice, CaseCommand, CaseState, Deadline, Deed, LogEntry, LogEvent, MethodId, Milestone, Note, Stage,
};
use crate::domain::person::{Actor, PersonId, Role};
use crate::domain::reading::Tag;
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

/// What is kept since the third format.
fn ground(rule: &str) -> Ground {
    let screening = ScreeningEvidence {
        instrument: Instrument::Gad7,
        score: 11.0,
        band: Some("moderate".into()),
        severity: Some(Severity::Moderate),
        taken_on: day(1),
        age_days: 2,
        valid_until: day(28),
        is_prorated: true,
        concordance: Some("both_high".into()),
    };
    let evidence = Evidence {
        hrv: Some(HrvEvidence {
            state: HrvState::Persistent,
            z7: Some(-1.425),
            change_pct: Some(-22.0),
            nights_used: 6,
            nights_missing: 1,
            rhr_z7: Some(1.0 / 3.0),
            set_aside: Some(SetAside::IrregularRhythm),
        }),
        index: Some(IndexEvidence {
            value: 77.1,
            mean7: None,
            band: Some(IndexBand::High),
            contributions: vec![Contribution {
                component: Component::SleepDebt,
                points: 12.5,
                raw: Some(12.0),
                usual: None,
            }],
        }),
        sleep: Some(SleepEvidence {
            tst7_h: 6.1,
            need_h: 7.5,
            debt14_h: 12.0,
            se7_pct: Some(89.0),
            is_poor: true,
            flags: vec!["short_nights".into()],
        }),
        screenings: vec![screening],
        exposures: vec![ExposureEvidence {
            kind: "weekly_hours".into(),
            value: 57.0,
            limit: 55.0,
            source: "WHO/ILO 2021".into(),
        }],
        confounders: vec![Tag::Alcohol],
        hints: vec![Hint::PossibleIllness],
        confidence: Some(0.82),
        chance_per_year: Some(0.65),
    };
    let versions = Versions { engine: 2, rules: 0xfeed };
    Ground { at: at(80), on: day(3), rules: vec![RuleId::new(rule)], evidence, versions }
}

/// Of the third format.
pub(super) fn grounded_case() -> OpenCase {
    OpenCase { grounds: vec![ground("R16"), ground("R4")], ..case() }
}

/// Of the third format.
pub(super) fn grounded_changes() -> Vec<CaseChange> {
    let mut changes = changes();
    for change in &mut changes {
        match change {
            CaseChange::Opened { case } => *case = grounded_case(),
            CaseChange::RaisedAgain { ground: kept, .. }
            | CaseChange::Revised { ground: kept, .. }
            | CaseChange::Done { fact: CaseFact::EvidenceAdded { ground: kept, .. }, .. } => {
                *kept = Some(Box::new(ground("R4")));
            }
            CaseChange::Done { .. } => {}
        }
    }
    changes
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
        grounds: Vec::new(),
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
        CaseFact::EvidenceAdded { rules: vec![RuleId::new("R4")], ground: None },
    ];
    let mut changes = vec![
        CaseChange::Opened { case },
        CaseChange::RaisedAgain { told: told.clone(), actions, deadlines: deadlines(), at: at(90), ground: None },
        CaseChange::Revised { told, on: day(4), ground: None },
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
