//! Claims about asking what other rules would have done: who may, one question at a time, and what is shown to whom.

use axum::http::{Method, StatusCode};
use serde_json::Value;

use super::access::Field;
use super::fake::{Answer, Guest, House, SITES, asked, canaries};
use crate::domain::person::Role;

const FORM: [(&str, &str); 4] = [("rule", "R2"), ("on", "yes"), ("level", "L2"), ("number", "48")];

async fn sent(house: &House, guest: &Guest, body: &str) -> Answer {
    let request = asked(Method::POST, Some(guest), "/api/v1/rules/what-if")
        .header("content-type", "application/json")
        .header("x-csrf-token", &guest.csrf);
    house.send(request.body(body.to_owned().into()).unwrap()).await
}

async fn told(house: &House, guest: &Guest) -> Value {
    serde_json::from_str(&house.get(Some(guest), "/api/v1/rules/what-if").await.body).unwrap()
}

#[tokio::test]
async fn a_physician_asks_by_a_form_without_script_and_sees_what_concerns_their_own_site() {
    let house = House::new();
    house.office.may_look_back.send_replace(true);
    let physician = house.enter("dr.lan", Role::Physician, &SITES[..1]);
    let rules = house.get(Some(&physician), "/rules").await.body;
    assert!(rules.contains("action=\"/rules/what-if\"") && rules.contains("value=\"55\""), "{rules}");
    let asked = house.post(&physician, "/rules/what-if", &FORM).await;
    assert_eq!((asked.status, asked.header("location")), (StatusCode::SEE_OTHER, "/rules/what-if"));
    let page = house.get(Some(&physician), "/rules/what-if").await.body;
    for shown in ["at least 55 h", "at least 48 h", "1.0 → 3.5 (+2.5)", &canaries(0).worker, "2026", &canaries(0).unit]
    {
        assert!(page.contains(shown), "{shown} not in {page}");
    }
    assert!(!page.contains(&canaries(1).worker) && !page.contains(&canaries(1).unit), "{page}");
    let audit = house.audit();
    let lines: Vec<_> =
        audit.iter().map(|line| (line.what.as_str(), line.worker.as_deref(), line.fields.join(" "))).collect();
    let worker = canaries(0).worker;
    assert_eq!(lines[0], ("read", Some(worker.as_str()), "evidence".to_owned()));
    assert_eq!(lines[1], ("read", None, "what_if".to_owned()));
    let question = audit.iter().find(|line| line.what == "what_if").unwrap();
    assert_eq!(question.change.as_deref(), Some("R2 L2 48"));
}

#[tokio::test]
async fn who_may_not_ask_sees_no_form_and_is_refused() {
    let house = House::new();
    for role in [Role::Administrator, Role::SafetyCommittee, Role::Operator, Role::Manager, Role::Counsellor] {
        let guest = house.enter(role.as_str(), role, &[]);
        assert!(guest.reader.reach(Field::WhatIf).is_none());
        assert!(!house.get(Some(&guest), "/rules").await.body.contains("/rules/what-if"));
        assert_eq!(house.post(&guest, "/rules/what-if", &FORM).await.status, StatusCode::FORBIDDEN, "{role:?}");
        assert_eq!(house.get(Some(&guest), "/rules/what-if").await.status, StatusCode::FORBIDDEN, "{role:?}");
    }
}

#[tokio::test]
async fn one_question_of_an_account_is_looked_at_at_a_time_and_its_progress_told() {
    let house = House::new();
    let (lan, minh) = (house.enter("dr.lan", Role::Physician, &[]), house.enter("dr.minh", Role::OhHead, &[]));
    let body = r#"{"rule":"R2","on":true,"level":"L2","numbers":[48]}"#;
    assert_eq!(told(&house, &lan).await["state"], "none");
    let begun = sent(&house, &lan, body).await;
    assert_eq!(begun.status, StatusCode::ACCEPTED, "{begun:?}");
    let again = sent(&house, &lan, body).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.body.contains("still_looking"), "{again:?}");
    assert_eq!(told(&house, &lan).await["state"], "running");
    assert!(house.get(Some(&lan), "/rules/what-if").await.body.contains("data-again"));
    assert_eq!(sent(&house, &minh, body).await.status, StatusCode::ACCEPTED, "another one may ask");
    house.office.may_look_back.send_replace(true);
    // The page waits a moment for the end.
    let page = house.get(Some(&lan), "/rules/what-if").await.body;
    assert!(!page.contains("data-again") && page.contains(&canaries(1).worker), "{page}");
    let done = told(&house, &lan).await;
    assert_eq!(
        (done["state"].as_str(), done["looked"].as_u64(), done["of"].as_u64()),
        (Some("done"), Some(2), Some(2))
    );
    assert_eq!(done["found"]["workers"].as_array().unwrap().len(), 2);
    assert_eq!(sent(&house, &lan, body).await.status, StatusCode::ACCEPTED, "the last one has ended");
}

#[tokio::test]
async fn a_change_that_makes_no_sense_is_refused_and_nothing_is_looked_at() {
    let house = House::new();
    let lan = house.enter("dr.lan", Role::Physician, &[]);
    for body in [
        r#"{"rule":"R99","on":true,"level":"L2","numbers":[48]}"#,
        r#"{"rule":"R2","on":true,"level":"L2","numbers":[]}"#,
        r#"{"rule":"R2","on":true,"level":"L2"}"#,
    ] {
        assert_eq!(sent(&house, &lan, body).await.status, StatusCode::BAD_REQUEST, "{body}");
    }
    let page = house.post(&lan, "/rules/what-if", &[("rule", "R99"), ("level", "L2")]).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert_eq!(told(&house, &lan).await["state"], "none");
}
