//! The API through the real router, over an invented service.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};
use utoipa::openapi::HttpMethod;

use super::document::{document, operations};
use super::endpoints;
use crate::console::access::Field;
use crate::console::fake::{Answer, Guest, House, PASSWORD, SITES, asked, canaries, case_id};
use crate::console::gate::Kind;
use crate::console::office::ImportTable;
use crate::console::routes;
use crate::console::settings::{HttpSource, Settings, SourceToken};
use crate::domain::ids::{SiteId, SourceId};
use crate::domain::item::Stream;
use crate::domain::person::Role;

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

async fn send(
    house: &House,
    guest: Option<&Guest>,
    method: Method,
    path: &str,
    more: &[(&str, &str)],
    body: &str,
) -> Answer {
    let request = more.iter().fold(asked(method, guest, path), |request, (name, value)| request.header(*name, *value));
    house.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

async fn post_json(house: &House, guest: &Guest, path: &str, more: &[(&str, &str)], body: Value) -> Answer {
    let own = [("content-type", "application/json"), ("x-csrf-token", guest.csrf.as_str())];
    send(house, Some(guest), Method::POST, path, &[&own, more].concat(), &body.to_string()).await
}

fn json(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{answer:?}"))
}

fn is_problem(answer: &Answer, status: u16, name: &str) {
    assert_eq!(answer.status.as_u16(), status, "{answer:?}");
    assert_eq!(answer.header("content-type"), "application/problem+json", "{answer:?}");
    let body = json(answer);
    assert_eq!(
        (body["type"].as_str(), body["status"].as_u64()),
        (Some(format!("urn:vagus:problem:{name}").as_str()), Some(status.into()))
    );
}

#[test]
fn every_address_of_the_api_is_described_with_its_methods_and_no_other() {
    let mut described: BTreeSet<String> = BTreeSet::new();
    for (path, mut item) in document().paths.paths {
        for (_, operation) in operations(&mut item) {
            assert!(operation.security.is_some() && operation.operation_id.is_some(), "{path}");
            let bad = operation.responses.responses.keys().filter(|status| status.as_str() >= "400");
            assert!(bad.count() >= 2, "{path}: what can go wrong is described");
        }
        described.insert(path);
    }
    let served: BTreeSet<String> =
        routes().iter().filter(|route| route.kind == Kind::Api).map(|route| route.path.to_owned()).collect();
    assert_eq!(described, served);
    assert!(served.iter().all(|path| path.starts_with("/api/v1/")));
    for endpoint in endpoints() {
        let paths: Vec<&String> = endpoint.described.paths.keys().collect();
        assert_eq!(paths, [endpoint.path], "each handler is described at the address that it answers");
    }
}

#[tokio::test]
async fn exactly_the_described_methods_are_answered() {
    let house = House::new();
    let reader = house.enter("dr.lan", Role::OhHead, &[]).reader;
    for (path, mut item) in document().paths.paths.into_iter().filter(|(path, _)| !path.contains("{stream}")) {
        let described: Vec<HttpMethod> = operations(&mut item).map(|(method, _)| method).collect();
        let path = path.replace(['{', '}'], "");
        let methods = [
            (Method::GET, HttpMethod::Get),
            (Method::PUT, HttpMethod::Put),
            (Method::POST, HttpMethod::Post),
            (Method::DELETE, HttpMethod::Delete),
            (Method::PATCH, HttpMethod::Patch),
        ];
        for (method, name) in methods {
            let guest = house.sign_in_again(&reader);
            let own = [("x-csrf-token", guest.csrf.as_str())];
            let answer = send(&house, Some(&guest), method.clone(), &path, &own, "").await;
            let is_answered = answer.status != StatusCode::METHOD_NOT_ALLOWED;
            assert_eq!(is_answered, described.contains(&name), "{method} {path}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn the_document_needs_nobody_to_be_signed_in_and_is_openapi_3_1() {
    let answer = House::new().get(None, "/api/v1/openapi.json").await;
    assert_eq!((answer.status, json(&answer)["openapi"].as_str()), (StatusCode::OK, Some("3.1.0")));
    assert!(json(&answer)["components"]["securitySchemes"]["token"]["scheme"] == "bearer");
}

#[tokio::test]
async fn a_session_is_begun_told_of_and_ended() {
    let house = House::new();
    house.enter("dr.lan", Role::Physician, &["plant-a"]);
    let own = [("content-type", "application/json")];
    let sign_in = |password: &str| json!({"name": "dr.lan", "password": password}).to_string();
    let wrong = send(&house, None, Method::POST, "/api/v1/session", &own, &sign_in("something else")).await;
    is_problem(&wrong, 401, "wrong-password");
    let answer = send(&house, None, Method::POST, "/api/v1/session", &own, &sign_in(PASSWORD)).await;
    let body = json(&answer);
    assert_eq!(
        (answer.status, body["who"].as_str(), body["role"].as_str()),
        (StatusCode::OK, Some("dr.lan"), Some("physician"))
    );
    let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    let with = [("cookie", cookie.as_str()), ("x-csrf-token", body["csrf"].as_str().unwrap())];
    let told = send(&house, None, Method::GET, "/api/v1/session", &with[..1], "").await;
    assert_eq!(json(&told), body);
    is_problem(&send(&house, None, Method::DELETE, "/api/v1/session", &with[..1], "").await, 403, "foreign-form");
    let left = send(&house, None, Method::DELETE, "/api/v1/session", &with, "").await;
    assert_eq!(left.status, StatusCode::NO_CONTENT);
    is_problem(&send(&house, None, Method::GET, "/api/v1/session", &with, "").await, 401, "not-signed-in");
    let what: Vec<String> = house.audit().into_iter().map(|entry| entry.what).collect();
    assert_eq!(what, ["sign_out", "sign_in"]);
}

#[tokio::test]
async fn guessing_through_the_api_waits_like_guessing_through_the_page() {
    let house = House::new();
    for _ in 0..6 {
        house.console.throttle().failed("dr.lan", [127, 0, 0, 1].into(), crate::console::wall());
    }
    let body = json!({"name": "dr.lan", "password": PASSWORD}).to_string();
    let own = [("content-type", "application/json")];
    let answer = send(&house, None, Method::POST, "/api/v1/session", &own, &body).await;
    is_problem(&answer, 429, "wait");
    assert!(answer.header("retry-after").parse::<u32>().unwrap() >= 1);
}

#[tokio::test]
async fn a_list_goes_on_where_it_ended_and_shows_every_case_once() {
    let house = House::new();
    let guest = house.enter("dr.lan", Role::Physician, &[]);
    house.office.invent(25);
    let (mut seen, mut path) = (Vec::new(), "/api/v1/cases?limit=7".to_owned());
    loop {
        let page = json(&house.get(Some(&guest), &path).await);
        let cases = page["cases"].as_array().unwrap();
        assert!(cases.len() <= 7);
        seen.extend(cases.iter().map(|case| case["case_id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        // One that comes and one that goes meanwhile do not shift the others.
        path = format!("/api/v1/cases?limit=7&cursor={next}");
    }
    let all: BTreeSet<&String> = seen.iter().collect();
    assert_eq!((seen.len(), all.len()), (29, 29));
    is_problem(&house.get(Some(&guest), "/api/v1/cases?limit=201").await, 400, "malformed");
    is_problem(&house.get(Some(&guest), "/api/v1/cases?limit=x").await, 400, "malformed");
    is_problem(&house.get(Some(&guest), "/api/v1/cases?cursor=00").await, 400, "malformed");
    assert_eq!(house.audit().iter().filter(|entry| entry.route == "/api/v1/cases").count(), 29);
}

#[tokio::test]
async fn a_list_holds_what_its_filter_and_its_reader_let_through() {
    let house = House::new();
    let guest = house.enter("dr.lan", Role::Physician, &["plant-a"]);
    let count = async |path: &str| json(&house.get(Some(&guest), path).await)["cases"].as_array().unwrap().len();
    assert_eq!(count("/api/v1/cases").await, 2);
    assert_eq!(count("/api/v1/cases?level=L4").await, 1);
    for path in ["/api/v1/cases?site=plant-b", "/api/v1/cases?site=nowhere", "/api/v1/cases?unit=nowhere"] {
        is_problem(&house.get(Some(&guest), path).await, 400, "malformed");
    }
    assert_eq!(count("/api/v1/cases?mine=true").await, 0);
    house.office.assign(&case_id(0, false), "dr.lan");
    assert_eq!(count("/api/v1/cases?mine=true").await, 1);
}

#[tokio::test]
async fn a_case_has_a_tag_that_spares_the_second_answer() {
    let house = House::new();
    let guest = house.enter("dr.lan", Role::Physician, &["plant-a"]);
    let path = format!("/api/v1/cases/{}", case_id(0, false));
    let first = house.get(Some(&guest), &path).await;
    let tag = first.header("etag").to_owned();
    assert!(first.status == StatusCode::OK && tag.starts_with('"'), "{first:?}");
    let again = send(&house, Some(&guest), Method::GET, &path, &[("if-none-match", &tag)], "").await;
    assert_eq!((again.status, again.body.as_str(), again.header("etag")), (StatusCode::NOT_MODIFIED, "", tag.as_str()));
    let other = send(&house, Some(&guest), Method::GET, &path, &[("if-none-match", "\"x-0\"")], "").await;
    assert_eq!(other.status, StatusCode::OK);
    is_problem(&house.get(Some(&guest), "/api/v1/cases/c-unknown").await, 404, "not-found");
}

#[tokio::test]
async fn a_deed_is_done_to_the_version_that_was_looked_at_and_to_no_other() {
    let house = House::new();
    let guest = house.enter("dr.lan", Role::Physician, &["plant-a"]);
    let path = format!("/api/v1/cases/{}/deeds", case_id(0, false));
    let deed = json!({"deed": "move", "to": "acknowledged", "note": "seen"});
    let outdated = post_json(&house, &guest, &path, &[("if-match", "\"0-0\"")], deed.clone()).await;
    is_problem(&outdated, 412, "outdated");
    assert!(house.office.deeds.lock().unwrap().is_empty());
    let done = post_json(&house, &guest, &path, &[("if-match", "\"1-7\"")], deed.clone()).await;
    assert_eq!(done.status, StatusCode::OK, "that a limit is over is no change of the case: {done:?}");
    let done = post_json(&house, &guest, &path, &[], deed).await;
    assert_eq!(done.status, StatusCode::OK);
    assert_eq!(house.office.deeds.lock().unwrap().len(), 2);
    assert_eq!(house.office.deeds.lock().unwrap()[0].3.as_deref(), Some("seen"));
    is_problem(&post_json(&house, &guest, &path, &[], json!({"deed": "fly"})).await, 400, "malformed");
}

#[tokio::test]
async fn a_deed_without_the_sessions_word_or_from_another_page_is_not_done() {
    let house = House::new();
    let guest = house.enter("dr.lan", Role::Physician, &["plant-a"]);
    let path = format!("/api/v1/cases/{}/deeds", case_id(0, false));
    let body = json!({"deed": "remark", "note": "x"}).to_string();
    let kind = ("content-type", "application/json");
    for more in [
        &[kind][..],
        &[kind, ("x-csrf-token", "0")],
        &[kind, ("x-csrf-token", &guest.csrf), ("sec-fetch-site", "cross-site")],
    ] {
        is_problem(&send(&house, Some(&guest), Method::POST, &path, more, &body).await, 403, "foreign-form");
    }
    let more = [("content-type", "text/plain"), ("x-csrf-token", guest.csrf.as_str())];
    is_problem(&send(&house, Some(&guest), Method::POST, &path, &more, &body).await, 415, "media-type");
    assert!(house.office.deeds.lock().unwrap().is_empty());
}

#[tokio::test]
async fn notes_and_answers_are_null_for_whoever_works_on_no_case_of_theirs() {
    let house = House::new();
    let guest = house.enter("dr.lan", Role::Physician, &["plant-a"]);
    let of = canaries(0);
    let case = format!("/api/v1/cases/{}", case_id(0, false));
    let worker = format!("/api/v1/workers/{}/{}", SITES[0], of.worker);
    let before = (house.get(Some(&guest), &case).await, house.get(Some(&guest), &worker).await);
    assert!(!before.0.body.contains(&of.note) && json(&before.0)["history"][0]["note"].is_null());
    assert!(before.1.body.contains(&of.summary) && json(&before.1)["screenings"][0]["answers"].is_null());
    house.office.assign(&case_id(0, false), "dr.lan");
    let after = (house.get(Some(&guest), &case).await, house.get(Some(&guest), &worker).await);
    assert!(after.0.body.contains(&of.note));
    assert_eq!(json(&after.1)["screenings"][0]["answers"], json!([of.answer, null, 1]));
    let last = house.audit().into_iter().next().unwrap();
    assert_eq!(last.fields, ["evidence", "answers"]);
    let other = format!("/api/v1/workers/{}/{}", SITES[1], canaries(1).worker);
    let denied = house.get(Some(&guest), &other).await;
    let unknown = house.get(Some(&guest), "/api/v1/workers/plant-a/nobody").await;
    is_problem(&denied, 404, "not-found");
    assert_eq!(denied.body, unknown.body);
    assert_eq!(house.audit()[0].outcome, "denied");
}

fn with_source() -> Settings {
    let source = HttpSource {
        site: SiteId::parse("plant-a").unwrap(),
        source: SourceId::parse("clinic").unwrap(),
        token: SourceToken::parse(TOKEN).unwrap(),
    };
    Settings { sources: vec![source], ..Settings::default() }
}

#[tokio::test]
async fn a_source_posts_with_its_own_token_and_to_its_own_address_alone() {
    let house = House::with(&with_source());
    let guest = house.enter("dr.lan", Role::Physician, &[]);
    let bearer = format!("Bearer {TOKEN}");
    let own = [("content-type", "application/json"), ("authorization", bearer.as_str()), ("idempotency-key", "k-1")];
    let path = "/api/v1/sites/plant-a/sources/clinic/screenings";
    let taken = send(&house, None, Method::POST, path, &own, "[]").await;
    assert_eq!((taken.status, json(&taken)["message_id"].as_str()), (StatusCode::OK, Some("k-1")));
    assert_eq!(house.office.posted.lock().unwrap()[0].stream, Stream::Screenings);
    let none = send(&house, None, Method::POST, path, &own, "null").await;
    is_problem(&none, 400, "nothing-taken");
    assert_eq!(json(&none)["receipt"]["rejected"][0]["reason"], "bad_shape");
    let endless = send(&house, None, Method::POST, path, &own, &" ".repeat(1_100_000)).await;
    is_problem(&endless, 413, "too-large");
    let other = "/api/v1/sites/plant-b/sources/clinic/screenings";
    is_problem(&send(&house, None, Method::POST, other, &own, "[]").await, 401, "no-token");
    let unknown = "/api/v1/sites/plant-a/sources/clinic/steps";
    is_problem(&send(&house, None, Method::POST, unknown, &own, "[]").await, 404, "not-found");
    let wrong = [own[0], ("authorization", "Bearer 0123456789abcdef0123456789abcdeg")];
    is_problem(&send(&house, None, Method::POST, path, &wrong, "[]").await, 401, "no-token");
    let person = post_json(&house, &guest, path, &[], json!([])).await;
    is_problem(&person, 401, "no-token");
    let cases = send(&house, None, Method::GET, "/api/v1/cases", &own[1..2], "").await;
    is_problem(&cases, 401, "not-signed-in");
    assert_eq!(house.office.posted.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_file_is_imported_by_whom_the_grants_name_for_their_sites() {
    let house = House::new();
    let table = [
        ("workers", Field::Register, ImportTable::Workers),
        ("screenings", Field::Intake, ImportTable::Screenings),
        ("exposures", Field::Intake, ImportTable::Exposures),
    ];
    for (number, role) in Role::ALL.iter().enumerate() {
        let guest = house.enter(&format!("p{number}"), *role, &["plant-a"]);
        for (name, field, kind) in table {
            let own = [("content-type", "text/csv"), ("x-csrf-token", guest.csrf.as_str())];
            let path = format!("/api/v1/imports/{name}");
            let answer = send(&house, Some(&guest), Method::POST, &path, &own, "site,worker\n").await;
            if guest.reader.reach(field).is_some() {
                assert_eq!((answer.status, json(&answer)["taken"].as_u64()), (StatusCode::OK, Some(1)), "{role:?}");
                assert_eq!(house.office.imports.lock().unwrap().pop(), Some((kind, guest.reader.sites.clone())));
                assert_eq!(
                    (house.audit()[0].what.as_str(), house.audit()[0].by.as_str()),
                    ("import", guest.reader.id.as_str())
                );
            } else {
                is_problem(&answer, 403, "forbidden");
            }
        }
    }
    assert!(house.office.imports.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_address_that_there_is_not_answers_programs_as_problem_details() {
    let house = House::new();
    is_problem(&house.get(None, "/api/v1/nothing").await, 404, "not-found");
    let page = house.get(None, "/nothing").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.headers.get(header::CONTENT_TYPE).unwrap().to_str().unwrap().starts_with("text/html"));
    is_problem(&send(&house, None, Method::PUT, "/api/v1/openapi.json", &[], "").await, 405, "method");
}

#[tokio::test]
async fn a_crisis_is_opened_in_an_emergency_by_a_program_as_by_a_page() {
    let house = House::new();
    let clinician = house.enter("duty", Role::DutyClinician, &["plant-a"]);
    let (case, worker) = (format!("/api/v1/cases/{}", case_id(0, true)), canaries(0).worker);
    let worker = format!("/api/v1/workers/plant-a/{worker}");
    is_problem(&house.get(Some(&clinician), &worker).await, 404, "not-found");
    let open = async |case: &str, reason: &str| {
        let sent = json!({"reason": reason}).to_string();
        let path = format!("{case}/break-glass");
        let own = [("content-type", "application/json"), ("x-csrf-token", clinician.csrf.as_str())];
        send(&house, Some(&clinician), Method::POST, &path, &own, &sent).await
    };
    is_problem(&open(&case, "urgent").await, 400, "bad-form");
    let other = format!("/api/v1/cases/{}", case_id(0, false));
    assert_ne!(open(&other, "She called and spoke of ending it").await.status, StatusCode::OK, "no crisis");
    let opened = open(&case, "She called and spoke of ending it").await;
    assert_eq!(json(&opened)["fields"], json!(["evidence", "answers", "notes"]), "{}", opened.body);
    let seen = json(&house.get(Some(&clinician), &worker).await);
    assert!(seen["screenings"][0]["answers"].is_array(), "{seen}");
    let line = house.audit().into_iter().find(|line| line.what == "break_glass" && line.outcome == "granted").unwrap();
    assert_eq!(line.reason.as_deref(), Some("She called and spoke of ending it"));
}
