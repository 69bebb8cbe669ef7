//! Claims about the audit's measure: what is written down once and not again, and how much of it is read at once.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use serde_json::Value;
use tokio::sync::Semaphore;

use super::access::audit::Entry;
use super::exports::ACCESSES;
use super::fake::{Answer, Guest, House, SITES, asked, canaries, case_id};
use super::problem::Problem;
use super::{AT_ONCE, Inner, place_of};
use crate::domain::person::Role;

/// Asks as the script of a page does.
async fn again(house: &House, guest: &Guest, path: &str) -> Answer {
    house.send(asked(Method::GET, Some(guest), path).header("x-vagus-live", "1").body(Body::empty()).unwrap()).await
}

/// The cases of the lines that were written since there were so many, and how many there are now.
fn since(house: &House, lines: &mut usize) -> Vec<String> {
    let audit = house.audit();
    let mut news: Vec<String> =
        audit.iter().take(audit.len() - *lines).map(|line| line.case.clone().unwrap_or_default()).collect();
    *lines = audit.len();
    news.sort();
    news
}

#[tokio::test]
async fn an_inbox_that_asks_again_writes_down_only_what_is_new_to_the_session_and_all_where_it_is_opened() {
    let house = House::new();
    let physician = house.enter("dr.an", Role::Physician, &SITES[..1]);
    let own = vec![case_id(0, false), case_id(0, true)];
    let mut lines = 0;
    assert_eq!(again(&house, &physician, "/cases").await.status, StatusCode::OK);
    assert_eq!(since(&house, &mut lines), own, "whoever never opened it is written down all the same");
    for _ in 0..3 {
        let shown = again(&house, &physician, "/cases").await.body;
        assert!(shown.contains(&canaries(0).worker));
        assert_eq!(since(&house, &mut lines), [""; 0]);
    }
    house.get(Some(&physician), "/cases").await;
    assert_eq!(since(&house, &mut lines), own, "opened anew");
    house.office.cases.lock().unwrap().iter_mut().for_each(|case| {
        if case.row.case_id == own[1] {
            case.row.version = "another".to_owned();
        }
    });
    again(&house, &physician, "/cases").await;
    assert_eq!(since(&house, &mut lines), own[1..], "what changed is new");
    house.office.invent(1);
    again(&house, &physician, "/cases").await;
    assert_eq!(since(&house, &mut lines), ["c-01JQMORE00"]);
    again(&house, &physician, "/cases").await;
    assert_eq!(since(&house, &mut lines), [""; 0]);
    let elsewhere = house.sign_in_again(&physician.reader);
    again(&house, &elsewhere, "/cases").await;
    assert_eq!(since(&house, &mut lines).len(), 3, "another session was shown nothing yet");
}

#[tokio::test]
async fn a_worker_is_told_that_there_are_older_looks_and_has_them_all() {
    const LOOKS: usize = ACCESSES + 7;
    let house = House::new();
    let (oneself, worker) = (house.enter_oneself(0), canaries(0).worker);
    let looks: Vec<Entry> = (0..LOOKS)
        .map(|number| {
            let entry = Entry::by("dr.an", "physician", "read", &format!("/{number}"));
            Entry { at: format!("2026-01-01T00:00:00.{number:09}Z"), ..entry.about(SITES[0], &worker, None) }
        })
        .collect();
    house.replace_audit(&looks);
    let page = house.get(Some(&oneself), "/me").await.body;
    assert!(page.contains("Only the newest 200 are shown"), "{page}");
    let copy = house.get(Some(&oneself), "/me/data").await;
    let next = copy.header("link").to_owned();
    let data: Value = serde_json::from_str(&copy.body).unwrap();
    assert_eq!((data["accesses"].as_array().unwrap().len(), data["accesses_cut"].as_str()), (ACCESSES, Some("more")));
    assert_eq!(next, format!("</me/data?table=accesses&skip={ACCESSES}>; rel=\"next\""));
    let rest = house.get(Some(&oneself), next.trim_start_matches('<').split_once('>').unwrap().0).await;
    assert!(rest.header("link").is_empty(), "{rest:?}");
    assert!(rest.body.contains("00:00:00.000000000Z") && rest.body.contains("00:00:00.000000006Z"), "{}", rest.body);
}

#[tokio::test]
async fn a_few_search_the_audit_and_a_few_take_copies_at_once() {
    let export = format!("/workers/{}/{}/export", SITES[0], canaries(0).worker);
    for (is_copy, is_own, path) in
        [(false, true, "/me"), (false, false, "/audit"), (true, true, "/me/data"), (true, false, export.as_str())]
    {
        let house = House::new();
        let (oneself, head) = (house.enter_oneself(0), house.enter("head.a", Role::OhHead, &SITES[..1]));
        let guest = if is_own { oneself } else { head };
        let Inner { searches, copies, .. } = &*house.console.inner;
        assert_eq!(house.get(Some(&guest), path).await.status, StatusCode::OK, "{path}");
        assert_eq!([searches, copies].map(|places| places.available_permits()), [AT_ONCE; 2], "{path} gives back");
        // Whoever needs a place is turned away where there is none for ever.
        if is_copy { copies } else { searches }.close();
        assert_eq!(house.get(Some(&guest), path).await.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
    }
}

#[tokio::test]
async fn whoever_waits_too_long_for_a_place_is_asked_to_come_again() {
    let places = Arc::new(Semaphore::new(1));
    let place = place_of(&places, Duration::ZERO).await.unwrap();
    assert!(matches!(place_of(&places, Duration::ZERO).await, Err(Problem::Busy)));
    drop(place);
    assert!(place_of(&places, Duration::ZERO).await.is_ok());
    assert_eq!(Problem::Busy.status(), StatusCode::SERVICE_UNAVAILABLE);
}
