//! Events that only try whether events arrive: invented, marked as tests in every form, of no worker.

use crate::domain::alert::{ActionRef, ActionRequest, Alert, AlertKind, Evidence, Level, Opening, RuleId, Versions};
use crate::domain::case::{ActionId, ActionKind, ActionStep, CaseId};
use crate::domain::event::{CommitteeNotice, DeadlineNotice, Event, EventBody, EventKind, Invitation, Proposal};
use crate::domain::ids::{SiteId, UnitId, WorkerId};
use crate::domain::life::{Advice, CaseState, Deadline, Milestone, Stage};
use crate::domain::reason::{Said, Sentence};
use crate::domain::{Date, SignedDuration, TimeZone, Timestamp};

/// A test of that kind, or of a crisis, under an id of its own.
#[must_use]
pub fn test_event(site: SiteId, kind: EventKind, is_crisis: bool, now: Timestamp) -> Event {
    let level = if is_crisis { Level::L4 } else { Level::L3 };
    let of = |kind| EventBody::Alert(Box::new(alert(kind, level, now)));
    let told = |stage| deadline(stage, level, now);
    let body = match kind {
        EventKind::Raised => of(AlertKind::Raised),
        EventKind::RaisedAgain => of(AlertKind::RaisedAgain),
        EventKind::Revised => of(AlertKind::Revised),
        EventKind::Closed => of(AlertKind::Closed),
        EventKind::WorkloadReview => EventBody::Action(ActionRequest::WorkloadReview {
            action: action(ActionKind::WorkloadReview, now),
            unit: unit(),
            exposures: Vec::new(),
        }),
        EventKind::Counseling => EventBody::Action(ActionRequest::Counseling {
            action: action(ActionKind::Counseling, now),
            case: case(),
            worker: worker(),
            level,
            suggestions: Vec::new(),
        }),
        EventKind::Reminder => told(Stage::Reminder),
        EventKind::Overdue => told(Stage::Overdue),
        EventKind::Escalated => told(Stage::Escalated),
        EventKind::Proposal => proposal(level),
        EventKind::Rescreening => {
            EventBody::Invitation(Invitation { case: case(), worker: worker(), instruments: Vec::new(), by: day(now) })
        }
        EventKind::Committee => EventBody::Committee(CommitteeNotice { on: day(now), cases: 0 }),
    };
    let crisis = if is_crisis { "-crisis" } else { "" };
    let id = format!("test-{}{crisis}-{}", now.as_microsecond(), kind.as_str());
    Event { id, site, time: now, is_test: true, body }
}

fn case() -> CaseId {
    CaseId::parse("c-TEST").expect("the form of an id")
}

fn worker() -> WorkerId {
    WorkerId::parse("TEST").expect("the form of a name")
}

fn unit() -> UnitId {
    UnitId::parse("TEST").expect("the form of a name")
}

fn day(now: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(now).date()
}

fn in_an_hour(now: Timestamp) -> Timestamp {
    now.checked_add(SignedDuration::from_hours(1)).unwrap_or(now)
}

fn action(kind: ActionKind, now: Timestamp) -> ActionRef {
    let id = ActionId::parse("a-TEST").expect("the form of an id");
    ActionRef { id, kind, step: ActionStep::Requested, due: in_an_hour(now) }
}

fn alert(kind: AlertKind, level: Level, now: Timestamp) -> Alert {
    let evidence = Evidence {
        hrv: None,
        index: None,
        sleep: None,
        screenings: Vec::new(),
        exposures: Vec::new(),
        confounders: Vec::new(),
        hints: Vec::new(),
        confidence: None,
        chance_per_year: None,
    };
    Alert {
        kind,
        case: case(),
        episode: 1,
        opened_at: now,
        worker: worker(),
        unit: unit(),
        level,
        rules: vec![RuleId::new("TEST")],
        window: (day(now), day(now)),
        evidence,
        versions: Versions { engine: 0, rules: 0 },
        supersedes: None,
        opening: Opening::Test,
        actions: vec![action(ActionKind::Counseling, now)],
        workload_suggestions: Vec::new(),
        counseling_suggestions: Vec::new(),
    }
}

fn deadline(stage: Stage, level: Level, now: Timestamp) -> EventBody {
    let deadline =
        Deadline { milestone: Milestone::Acknowledge, number: 0, from: now, due: in_an_hour(now), told: Some(stage) };
    EventBody::Deadline(DeadlineNotice {
        case: case(),
        episode: 1,
        worker: worker(),
        level,
        rules: vec![RuleId::new("TEST")],
        state: CaseState::Open,
        stage,
        deadline,
    })
}

fn proposal(level: Level) -> EventBody {
    EventBody::Proposal(Box::new(Proposal {
        case: case(),
        episode: 1,
        worker: worker(),
        level,
        action: ActionKind::Counseling,
        method: None,
        method_name: None,
        week: 0,
        advice: Advice::Maintain,
        to: None,
        to_name: None,
        reason: vec![Sentence::Said(Said::Test)],
        outcomes: Vec::new(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::{cloudevents, fhir, mail};
    use crate::texts::Language;

    fn all() -> Vec<Event> {
        let site = SiteId::parse("plant-a").unwrap();
        let now = "2026-03-01T08:50:00Z".parse().unwrap();
        let kinds = EventKind::ALL.iter().flat_map(|kind| [(*kind, false), (*kind, true)]);
        kinds.map(|(kind, is_crisis)| test_event(site.clone(), kind, is_crisis, now)).collect()
    }

    #[test]
    fn every_kind_can_be_tried_under_an_id_of_its_own() {
        let events = all();
        let ids: std::collections::BTreeSet<&str> = events.iter().map(|event| event.id.as_str()).collect();
        assert_eq!(ids.len(), events.len());
        for (event, kind) in events.iter().step_by(2).zip(EventKind::ALL) {
            assert_eq!(event.kind(), *kind);
        }
        assert!(
            events.iter().all(|event| event.is_crisis() == (event.id.contains("crisis") && event.level().is_some()))
        );
    }

    #[test]
    fn a_test_is_marked_as_one_in_every_form() {
        let look = mail::Look {
            site_name: "plant-a".to_owned(),
            zone: TimeZone::UTC,
            language: Language::English,
            console: None,
        };
        for event in all() {
            let cloud_event =
                String::from_utf8(cloudevents::encode(&event, "vagus/v1", Language::English).payload).unwrap();
            assert!(cloud_event.contains("\"vagustest\":true"), "{cloud_event}");
            let mail = mail::render(&event, &look);
            assert!(mail.subject.starts_with("[TEST] "), "{}", mail.subject);
            assert!(mail.text.contains("TEST") && mail.html.contains("TEST"));
            if let Some(bundle) = fhir::bundle(&event, Language::English) {
                assert!(String::from_utf8(bundle).unwrap().contains("HTEST"), "{}", event.id);
            }
        }
    }
}
