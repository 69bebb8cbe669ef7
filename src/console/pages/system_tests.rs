//! Claims about the page of the system.

use axum::http::StatusCode;

use super::super::super::fake::House;
use super::*;
use crate::domain::person::Role;

#[tokio::test]
async fn what_is_done_about_the_service_is_written_down_with_what_it_was_done_to() {
    let house = House::new();
    let operator = house.enter("ops.an", Role::Operator, &[]);
    let page = house.get(Some(&operator), "/system").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("out_of_range") && page.body.contains("c-01JQX-1-raised"), "{}", page.body);
    let answer = house.post(&operator, "/system", &[("deed", "discard_refused"), ("id", "7")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let answer = house.post(&operator, "/system", &[("deed", "discard_dead"), ("id", "c-01JQX-1-raised")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let tended = house.office.tended.lock().unwrap().clone();
    let kept = SystemDeed::DiscardDead { ids: vec!["c-01JQX-1-raised".to_owned()], with_crises: false };
    assert_eq!(tended, [SystemDeed::DiscardRefused(vec![7]), kept], "a crisis goes only where it is ticked");
    let audit = house.audit();
    let reasons: Vec<_> =
        audit.iter().filter(|entry| entry.what == "deed").map(|e| e.reason.clone().unwrap()).collect();
    assert_eq!(reasons, ["discard_dead c-01JQX-1-raised", "discard_refused 7"]);
}

#[tokio::test]
async fn an_operator_of_one_site_touches_nothing_that_belongs_to_all() {
    let house = House::new();
    let operator = house.enter("ops.an", Role::Operator, &["plant-b"]);
    let page = house.get(Some(&operator), "/system").await;
    assert!(!page.body.contains("out_of_range") && !page.body.contains("c-01JQX"), "{}", page.body);
    let answer = house.post(&operator, "/system", &[("deed", "accept_clock")]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(house.office.tended.lock().unwrap().is_empty());
}

#[test]
fn a_form_that_names_nothing_does_nothing_to_all() {
    let of = |fields: &[(&str, &str)]| {
        let fields: Vec<_> = fields.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        deed_of(&fields)
    };
    assert!(of(&[("deed", "retry_refused")]).is_err());
    assert!(of(&[("deed", "discard_dead"), ("crises", "on")]).is_err());
    assert!(of(&[("deed", "retry_refused"), ("id", "all")]).is_err());
    let with = of(&[("deed", "discard_dead"), ("id", "x"), ("crises", "on")]).unwrap();
    assert_eq!(with, SystemDeed::DiscardDead { ids: vec!["x".to_owned()], with_crises: true });
}
