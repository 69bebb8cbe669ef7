//! Claims about people: accounts, emergencies, and what a worker sees of themselves.

use axum::http::StatusCode;

use super::fake::{Guest, House, PASSWORD, canaries, case_id};
use crate::domain::person::Role;
use crate::texts::Language;

const REASON: &str = "She called and spoke of ending it";

fn location(answer: &super::fake::Answer) -> &str {
    answer.header("location")
}

/// What a page shows as a secret that is told once.
fn secret(page: &str) -> String {
    let (_, rest) = page.split_once("<code class=\"password\">").expect("the page tells a secret");
    rest.split('<').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_crisis_is_opened_in_an_emergency_with_a_reason_for_that_session_and_the_head_looks_at_it() {
    let house = House::new();
    let clinician = house.enter("duty", Role::DutyClinician, &["plant-a"]);
    let path = format!("/cases/{}", case_id(0, true));
    let of = canaries(0);
    let shows = |body: &str| [&of.summary, &of.note].map(|text| body.contains(text.as_str()));
    assert_eq!(shows(&house.get(Some(&clinician), &path).await.body), [false, false]);
    let open = format!("{path}/break-glass");
    let short = house.post(&clinician, &open, &[("reason", "  urgent   ")]).await;
    assert_eq!(short.status, StatusCode::BAD_REQUEST);
    assert_eq!(shows(&house.get(Some(&clinician), &path).await.body), [false, false]);
    let opened = house.post(&clinician, &open, &[("reason", REASON)]).await;
    assert_eq!((opened.status, location(&opened)), (StatusCode::SEE_OTHER, path.as_str()));
    let page = house.get(Some(&clinician), &path).await.body;
    assert_eq!(shows(&page), [true, true]);
    assert!(page.contains(&format!(">{}<", of.answer)), "{page}");
    let again = house.sign_in_again(&clinician.reader);
    assert_eq!(shows(&house.get(Some(&again), &path).await.body), [false, false], "another session");

    let line = house.audit().into_iter().find(|line| line.what == "break_glass").unwrap();
    assert_eq!((line.reason.as_deref(), line.case), (Some(REASON), Some(case_id(0, true))));
    assert_eq!(line.fields, ["evidence", "answers", "notes"]);
    let admin = house.enter("root", Role::Administrator, &[]);
    assert!(!house.get(Some(&admin), "/audit").await.body.contains(REASON), "a reason tells of health");
    let far = house.enter("head.b", Role::OhHead, &["plant-b"]);
    assert!(!house.get(Some(&far), "/audit").await.body.contains(REASON));
    let head = house.enter("head.a", Role::OhHead, &["plant-a"]);
    let page = house.get(Some(&head), "/audit").await.body;
    assert!(page.contains(REASON) && page.contains("action=\"/audit/reviews\""), "{page}");
    let mark = line.mark.unwrap();
    let reviewed = house.post(&far, "/audit/reviews", &[("mark", mark.as_str())]).await;
    assert_eq!(reviewed.status, StatusCode::NOT_FOUND, "of another site");
    let reviewed = house.post(&head, "/audit/reviews", &[("mark", mark.as_str())]).await;
    assert_eq!(reviewed.status, StatusCode::SEE_OTHER);
    let page = house.get(Some(&head), "/audit").await.body;
    assert!(page.contains("Looked at by head.a") && !page.contains("action=\"/audit/reviews\""), "{page}");
}

#[tokio::test]
async fn only_a_crisis_can_be_opened_and_only_by_who_sees_that_there_is_one() {
    let house = House::new();
    let physician = house.enter("dr.an", Role::Physician, &["plant-a"]);
    let head = house.enter("head", Role::OhHead, &["plant-a"]);
    let far = house.enter("dr.b", Role::Physician, &["plant-b"]);
    let counsellor = house.enter("coun", Role::Counsellor, &["plant-a"]);
    for (guest, is_crisis, status) in [
        (&physician, false, StatusCode::FORBIDDEN),
        (&head, true, StatusCode::FORBIDDEN),
        (&far, true, StatusCode::NOT_FOUND),
        (&counsellor, true, StatusCode::NOT_FOUND),
    ] {
        let path = format!("/cases/{}/break-glass", case_id(0, is_crisis));
        let answer = house.post(guest, &path, &[("reason", REASON)]).await;
        assert_eq!(answer.status, status, "{}", guest.reader.id);
        assert_eq!(house.audit()[0].outcome, "denied");
    }
}

async fn sign_in(house: &House, name: &str, password: &str) -> super::fake::Answer {
    house.post_raw(None, "/sign-in", &[("name", name), ("password", password)]).await
}

#[tokio::test]
async fn an_administrator_makes_an_account_whose_password_is_told_once_and_must_be_changed() {
    let house = House::new();
    let admin = house.enter("root", Role::Administrator, &[]);
    let form = [("name", "dr.lan"), ("role", "physician"), ("sites", "plant-a")];
    let made = house.post(&admin, "/accounts", &form).await;
    let password = secret(&made.body);
    assert_eq!((made.status, made.header("cache-control")), (StatusCode::OK, "no-store"));
    let list = house.get(Some(&admin), "/accounts").await.body;
    assert!(list.contains("dr.lan") && !list.contains(&password));
    assert!(house.audit().iter().all(|line| !format!("{line:?}").contains(&password)));
    let entered = sign_in(&house, "dr.lan", &password).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER);
    let cookie = entered.header("set-cookie").to_owned();
    for flag in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(flag), "{cookie}");
    }
    let lan = Guest { cookie: cookie.split(';').next().unwrap_or_default().to_owned(), ..admin.clone() };
    let answer = house.get(Some(&lan), "/cases").await;
    assert_eq!(location(&answer), "/password");

    for (deed, fields) in [
        ("change", vec![("role", "oh_lead"), ("everywhere", "on")]),
        ("disable", Vec::new()),
        ("enable", Vec::new()),
        ("reset", Vec::new()),
    ] {
        let lan = house.sign_in_again(&house.console.accounts().all()[0].reader);
        assert_eq!(lan.reader.id.as_str(), "dr.lan");
        let fields: Vec<(&str, &str)> = fields.into_iter().chain([("deed", deed)]).collect();
        let answer = house.post(&admin, "/accounts/dr.lan", &fields).await;
        assert_eq!(answer.status, StatusCode::OK, "{deed}");
        assert_eq!(location(&house.get(Some(&lan), "/password").await), "/sign-in", "{deed} ends the sessions");
        let line = &house.audit()[0];
        assert_eq!((line.what.as_str(), line.account.as_deref()), ("account", Some("dr.lan")), "{deed}");
    }
    let refused = house.post(&admin, "/accounts/root", &[("deed", "disable")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let form = [("name", "dr.x"), ("role", "physician"), ("sites", "")];
    let refused = house.post(&admin, "/accounts", &form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "no site named does not mean all");
}

#[tokio::test]
async fn a_sign_in_gives_another_session_and_one_sign_out_can_end_all() {
    let house = House::new();
    let guest = house.enter("dr.an", Role::Physician, &[]);
    let other = house.sign_in_again(&guest.reader);
    let entered = house.post_raw(Some(&guest), "/sign-in", &[("name", "dr.an"), ("password", PASSWORD)]).await;
    let cookie = entered.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
    assert!(cookie.starts_with("vagus=") && cookie != guest.cookie);
    assert_eq!(location(&house.get(Some(&guest), "/password").await), "/sign-in", "the one before is over");
    let answer = house.post(&other, "/sign-out", &[("everywhere", "on")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let third = Guest { cookie, ..other };
    assert_eq!(location(&house.get(Some(&third), "/password").await), "/sign-in");
}

#[tokio::test]
async fn a_worker_sees_themselves_and_who_looked_and_nobody_else() {
    let house = House::new();
    let physician = house.enter("dr.an", Role::Physician, &["plant-a"]);
    house.get(Some(&physician), &format!("/cases/{}", case_id(0, false))).await;
    let (own, other) = (canaries(0), canaries(1));
    let foreign = house.post(&physician, &format!("/workers/plant-b/{}/link", other.worker), &[]).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    let made = house.post(&physician, &format!("/workers/plant-a/{}/link", own.worker), &[]).await;
    let link = secret(&made.body);
    let path = link.find("/me/").map_or("", |at| &link[at..]).to_owned();
    assert_eq!(path.len(), 4 + 64, "{link}");
    assert_eq!(house.get(None, &path).await.status, StatusCode::OK, "to look at a link does not use it");
    let entered = house.post_raw(None, &path, &[]).await;
    assert_eq!((entered.status, location(&entered)), (StatusCode::SEE_OTHER, "/me"));
    let cookie = entered.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
    let oneself = Guest { cookie, ..physician.clone() };
    let page = house.get(Some(&oneself), "/me").await.body;
    assert!([&own.worker, &own.summary].iter().all(|text| page.contains(text.as_str())), "{page}");
    assert!(page.contains("physician") && !page.contains("dr.an"), "a role and no name: {page}");
    for hidden in [&other.worker, &other.summary, &own.note] {
        assert!(!page.contains(hidden.as_str()), "{hidden}");
    }
    let export = house.get(Some(&oneself), "/me/data").await;
    assert!(export.header("content-disposition").starts_with("attachment"));
    let data: serde_json::Value = serde_json::from_str(&export.body).unwrap();
    assert_eq!(data["screenings"][0]["answers"][0], own.answer);
    assert!(!export.body.contains("dr.an") && data["accesses"].as_array().is_some_and(|lines| !lines.is_empty()));
    for guest in [Some(&physician), None] {
        assert_eq!(house.get(guest, "/me").await.status, StatusCode::GONE, "it is nobody else's");
    }
    for path in ["/cases", "/audit", "/accounts"] {
        assert_eq!(location(&house.get(Some(&oneself), path).await), "/sign-in", "{path}");
    }
    assert_eq!(house.post_raw(None, &path, &[]).await.status, StatusCode::GONE, "a link works once");
    let lines = house.audit();
    let whats: Vec<&str> = lines.iter().filter(|line| line.by == "worker").map(|line| line.what.as_str()).collect();
    assert_eq!(whats, ["export", "read", "sign_in"]);
}

#[tokio::test]
async fn a_crisis_is_said_first_on_the_page_of_its_case_and_of_its_worker() {
    let house = House::new();
    let physician = house.enter("dr.a", Role::Physician, &["plant-a"]);
    let words = Language::English.say("summary-crisis");
    let shows = async |path: String| house.get(Some(&physician), &path).await.body.contains(&words);
    assert!(shows(format!("/cases/{}", case_id(0, true))).await);
    assert!(!shows(format!("/cases/{}", case_id(0, false))).await);
    assert!(shows(format!("/workers/plant-a/{}", canaries(0).worker)).await);
}
