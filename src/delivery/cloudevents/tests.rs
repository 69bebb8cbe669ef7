//! The events of the contract, byte by byte.

use super::alert::wire_score;
use super::*;
use crate::delivery::number::hundredths;
use crate::delivery::samples;
use crate::domain::alert::{
    ActionRef, ActionRequest, Alert, AlertKind, Evidence, ExceededLimit, ExposureEvidence, HrvEvidence, IndexEvidence,
    Level, Opening, RuleId, ScreeningEvidence, SleepEvidence, Versions,
};
use crate::domain::case::{ActionId, ActionKind, ActionStep, CaseId};
use crate::domain::event::EventKind;
use crate::domain::ids::{SiteId, UnitId, WorkerId};
use crate::domain::indicator::{Component, Contribution, HrvState, Severity};
use crate::domain::screening::Instrument;

fn action(id: &str, kind: ActionKind) -> ActionRef {
    let due = "2026-03-08T08:50:00Z".parse().unwrap();
    ActionRef { id: ActionId::parse(id).unwrap(), kind, step: ActionStep::Requested, due }
}

fn overtime() -> ExposureEvidence {
    ExposureEvidence { kind: "weekly_hours".into(), value: 57.0, limit: 55.0, source: "WHO/ILO 2021".into() }
}

fn evidence() -> Evidence {
    Evidence {
        hrv: Some(HrvEvidence {
            state: HrvState::Persistent,
            z7: Some(-1.420_4),
            change_pct: Some(-22.04),
            nights_used: 6,
            nights_missing: 1,
            rhr_z7: None,
            set_aside: None,
        }),
        index: Some(IndexEvidence {
            value: 77.123,
            mean7: None,
            band: None,
            contributions: vec![Contribution { component: Component::Hrv, points: 10.879_6, raw: None, usual: None }],
        }),
        sleep: Some(SleepEvidence {
            tst7_h: 6.1,
            need_h: 7.5,
            debt14_h: 11.999_9,
            se7_pct: None,
            is_poor: true,
            flags: vec![],
        }),
        screenings: vec![ScreeningEvidence {
            instrument: Instrument::Gad7,
            score: 12.0,
            band: Some("moderate".into()),
            severity: Some(Severity::Moderate),
            taken_on: "2026-02-20".parse().unwrap(),
            age_days: 9,
            valid_until: "2026-05-21".parse().unwrap(),
            is_prorated: false,
            concordance: None,
        }],
        exposures: vec![overtime()],
        confounders: vec![],
        hints: vec![],
        confidence: Some(0.82),
        chance_per_year: None,
    }
}

fn event(id: &str, body: EventBody) -> Event {
    let time = "2026-03-01T08:50:00Z".parse().unwrap();
    Event { id: id.to_owned(), site: SiteId::parse("plant-a").unwrap(), time, is_test: false, body }
}

fn alert(kind: AlertKind) -> Alert {
    Alert {
        kind,
        case: CaseId::parse("c-01J").unwrap(),
        episode: 1,
        opened_at: "2026-03-01T08:50:00Z".parse().unwrap(),
        worker: WorkerId::parse("w-0042").unwrap(),
        unit: UnitId::parse("assembly-2").unwrap(),
        level: Level::L3,
        rules: vec![RuleId::new("R3")],
        window: ("2026-02-22".parse().unwrap(), "2026-03-01".parse().unwrap()),
        evidence: evidence(),
        versions: Versions { engine: 2, rules: 0xfeed },
        supersedes: None,
        opening: Opening::Evidence,
        actions: vec![action("a-1", ActionKind::WorkloadReview), action("a-2", ActionKind::Counseling)],
        workload_suggestions: Vec::new(),
        counseling_suggestions: Vec::new(),
    }
}

fn text(envelope: &Envelope) -> &str {
    std::str::from_utf8(&envelope.payload).unwrap()
}

#[test]
fn alert_is_that_of_the_contract() {
    let sent = encode(
        &event("c-01J-1-raised", EventBody::Alert(Box::new(alert(AlertKind::Raised)))),
        "vagus/v1",
        Language::English,
    );
    assert_eq!((sent.id.as_str(), sent.topic.as_deref()), ("c-01J-1-raised", Some("vagus/v1/plant-a/alerts")));
    let contract = include_str!("../../../tests/fixtures/contract/alert.json").trim_end();
    // The contract leaves open how the paragraph reads.
    let told = Language::English.summary(&evidence(), Opening::Evidence);
    assert_eq!(text(&sent), contract.replace("Recovery at night was below the usual.", &told));
}

#[test]
fn every_kind_of_alert_has_its_type() {
    for (kind, name) in [
        (AlertKind::Raised, "vagus.alert.raised"),
        (AlertKind::RaisedAgain, "vagus.alert.raised_again"),
        (AlertKind::Revised, "vagus.alert.revised"),
        (AlertKind::Closed, "vagus.case.closed"),
    ] {
        let sent = encode(&event("e", EventBody::Alert(Box::new(alert(kind)))), "vagus/v1", Language::English);
        assert!(text(&sent).contains(&format!(r#""type":"{name}""#)));
    }
}

#[test]
fn what_is_not_known_is_null() {
    let mut alert = alert(AlertKind::Raised);
    let nothing: Vec<ScreeningEvidence> = vec![];
    alert.evidence = Evidence { hrv: None, index: None, sleep: None, screenings: nothing, ..evidence() };
    alert.evidence.confidence = None;
    let sent = encode(&event("e", EventBody::Alert(Box::new(alert))), "vagus/v1", Language::English);
    assert!(text(&sent).contains(r#""evidence":{"hrv":null,"index":null,"sleep":null,"screenings":[]"#));
    assert!(text(&sent).contains(r#""confidence":null}"#));
}

#[test]
fn workload_review_says_nothing_of_the_person() {
    let request = ActionRequest::WorkloadReview {
        action: action("a-1", ActionKind::WorkloadReview),
        unit: UnitId::parse("assembly-2").unwrap(),
        exposures: vec![ExceededLimit { kind: "weekly_hours".into(), limit: 55.0 }],
    };
    let sent = encode(&event("a-1-requested", EventBody::Action(request)), "vagus/v1", Language::English);
    assert_eq!(sent.topic.as_deref(), Some("vagus/v1/plant-a/actions/workload-review"));
    assert_eq!(text(&sent), include_str!("../../../tests/fixtures/contract/workload-review.json").trim_end());
    for word in ["worker", "w-0042", "level", "rule", "R3", "score", "case", "hrv", "sleep", "value"] {
        assert!(!text(&sent).contains(word), "{word}");
    }
}

#[test]
fn counseling_names_the_person_and_the_level() {
    let request = ActionRequest::Counseling {
        action: action("a-2", ActionKind::Counseling),
        case: CaseId::parse("c-01J").unwrap(),
        worker: WorkerId::parse("w-0042").unwrap(),
        level: Level::L3,
        suggestions: vec!["Offer brief counselling.".into()],
    };
    let sent = encode(&event("a-2-requested", EventBody::Action(request)), "vagus/v1", Language::English);
    assert_eq!(sent.topic.as_deref(), Some("vagus/v1/plant-a/actions/counseling"));
    assert_eq!(text(&sent), include_str!("../../../tests/fixtures/contract/counseling.json").trim_end());
}

#[test]
fn numbers_are_rounded_to_what_they_are_worth() {
    let score = |score| serde_json::to_string(&wire_score(score)).unwrap();
    assert_eq!((score(12.0), score(2.345), score(f64::NAN)), ("12".into(), "2.35".into(), "null".into()));
    assert!(hundredths(-0.001).is_sign_positive());
}

/// What a sample looks like on its way, without what all events have in common.
fn sent(event: &Event) -> (Option<String>, String, serde_json::Value) {
    let sent = encode(event, "vagus/v1", Language::English);
    let mut told: serde_json::Value = serde_json::from_slice(&sent.payload).unwrap();
    (sent.topic, told["type"].as_str().unwrap().to_owned(), told["data"].take())
}

#[test]
fn time_limits_are_told_without_any_health_value() {
    let alerts = Some("vagus/v1/plant-a/alerts".to_owned());
    for (kind, topic, event_type, percent) in [
        (EventKind::Reminder, None, "vagus.case.reminder", 75),
        (EventKind::Overdue, alerts.clone(), "vagus.alert.overdue", 100),
        (EventKind::Escalated, alerts, "vagus.alert.overdue", 150),
    ] {
        let (told_on, told_as, data) = sent(&samples::event(kind));
        assert_eq!((told_on, told_as.as_str()), (topic, event_type));
        let expected = serde_json::json!({
            "case_id": samples::case().as_str(), "episode": 1, "level": "L3", "rules": ["R3"],
            "state": "assessed", "step": "plan", "due": "2026-03-05T08:50:00Z", "used_percent": percent,
        });
        assert_eq!(data, expected);
    }
}

#[test]
fn one_of_several_follow_ups_is_numbered() {
    let mut event = samples::event(EventKind::Overdue);
    let EventBody::Deadline(notice) = &mut event.body else { panic!() };
    notice.deadline.number = 2;
    assert_eq!(sent(&event).2["number"], 2);
}

#[test]
fn a_crisis_asks_for_counselling_alone() {
    let (_, event_type, data) = sent(&samples::crisis());
    assert_eq!((event_type.as_str(), &data["level"]), ("vagus.alert.raised", &"L4".into()));
    assert_eq!(data["actions"].as_array().unwrap().len(), 1);
    assert_eq!(data["actions"][0]["kind"], "counseling");
}

#[test]
fn a_proposal_tells_its_reason_and_what_it_rests_on() {
    let (topic, event_type, data) = sent(&samples::event(EventKind::Proposal));
    assert_eq!((topic.as_deref(), event_type.as_str()), (Some("vagus/v1/plant-a/alerts"), "vagus.case.proposal"));
    assert_eq!((&data["advice"], &data["to"]), (&"switch".into(), &"cbt_counseling".into()));
    let first = serde_json::json!({
        "outcome": "ln_rmssd", "verdict": "unclear", "shift": 0.02, "interval": [-0.03, 0.06], "tau_u": 0.11,
        "before": 25, "after": 22,
    });
    assert_eq!(data["outcomes"][0], first);
    assert!(data["outcomes"][3]["interval"].is_null() && data["outcomes"][3]["tau_u"].is_null());
}

#[test]
fn an_invitation_names_questionnaires_and_no_score() {
    let (topic, event_type, data) = sent(&samples::event(EventKind::Rescreening));
    assert_eq!(topic.as_deref(), Some("vagus/v1/plant-a/actions/counseling"));
    assert_eq!(event_type, "vagus.screening.requested");
    let case = samples::case();
    assert_eq!(
        data,
        serde_json::json!({"case_id": case.as_str(), "instruments": ["GAD-7", "ISI"], "by": "2026-05-21"})
    );
}

#[test]
fn the_committee_is_told_a_count_alone_and_not_over_mqtt() {
    let event = samples::event(EventKind::Committee);
    let (topic, event_type, data) = sent(&event);
    assert_eq!((topic, event_type.as_str()), (None, "vagus.committee.notice"));
    assert_eq!(data, serde_json::json!({"on": "2026-03-07", "cases_over_150_percent": 2}));
    assert!(text(&encode(&event, "vagus/v1", Language::English)).contains(r#""subject":"plant-a""#));
}

#[test]
fn every_kind_is_as_other_programs_have_read_it() {
    let kinds = EventKind::ALL.iter().map(|kind| (kind.as_str(), samples::event(*kind)));
    let crisis = [("crisis", samples::crisis()), ("test", Event { is_test: true, ..samples::crisis() })];
    let is_known = |name: &str, event: &Event| {
        samples::is_fixture(
            &format!("cloudevents/{name}.json"),
            &format!("{}\n", text(&encode(event, "vagus/v1", Language::English))),
        )
    };
    let written: Vec<&str> =
        kinds.chain(crisis).filter(|(name, event)| !is_known(name, event)).map(|(name, _)| name).collect();
    assert!(written.is_empty(), "written now: look at them, and run the tests again: {written:?}");
}

#[test]
fn a_test_is_marked_in_every_kind_and_nothing_else_is() {
    for kind in EventKind::ALL {
        let event = samples::event(*kind);
        assert_eq!(event.kind(), *kind);
        assert!(!text(&encode(&event, "vagus/v1", Language::English)).contains("vagustest"), "{kind:?}");
        let test = encode(&Event { is_test: true, ..event }, "vagus/v1", Language::English);
        assert!(text(&test).contains(r#""datacontenttype":"application/json","vagustest":true,"data""#), "{kind:?}");
    }
}
