//! Claims about the gate: forms of others are refused, and every answer says what browsers must do with it.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};

use super::fake::{Answer, Guest, House, asked, canaries, case_id};
use super::gate::{Kind, Need};
use super::routes;
use crate::domain::person::Role;

/// Somebody who gets past the gate at a route.
fn guests(house: &House) -> Vec<Guest> {
    let roles = Role::ALL.iter().map(|role| house.enter(role.as_str(), *role, &[]));
    roles.chain([house.enter_oneself(0)]).collect()
}

/// Every route with what changes something there, and somebody who may.
async fn changing(house: &House, guests: &[Guest]) -> Vec<(&'static str, bool, Method, Guest)> {
    let mut found = Vec::new();
    for route in routes() {
        if route.need == Need::Source {
            // Programs come there with a token of their own, which no browser has.
            continue;
        }
        let mut is_known = false;
        for guest in guests {
            let Some(methods) = house.methods_of(guest, &route).await else { continue };
            is_known = true;
            for method in methods.iter().filter(|method| !matches!(method.as_str(), "GET" | "HEAD")) {
                let method = Method::from_bytes(method.as_bytes()).unwrap();
                // One address can need a session for one thing and nothing for another.
                let is_open =
                    route.need == Need::Nothing || (route.path.ends_with("/session") && method == Method::POST);
                found.push((route.path, is_open, method, guest.clone()));
            }
            break;
        }
        assert!(is_known, "nobody gets to {}", route.path);
    }
    found
}

fn address(path: &str) -> String {
    path.replace("{case}", &case_id(0, true))
        .replace("{site}", "plant-a")
        .replace("{worker}", &canaries(0).worker)
        .replace("{account}", "physician")
        .replace("{token}", &"0".repeat(64))
        .replace(['{', '}'], "")
}

async fn send(house: &House, method: &Method, guest: &Guest, path: &str, csrf: Option<&str>, site: &str) -> Answer {
    let fields: Vec<(&str, &str)> =
        [("deed", "disable"), ("note", "a long enough reason"), ("reason", "a long enough reason")]
            .into_iter()
            .chain(csrf.map(|csrf| ("csrf", csrf)))
            .collect();
    let request = asked(method.clone(), Some(guest), path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", site);
    house.send(request.body(Body::from(serde_urlencoded::to_string(fields).unwrap())).unwrap()).await
}

#[tokio::test]
async fn nothing_is_changed_by_a_form_that_this_session_did_not_make() {
    let house = House::new();
    let guests = guests(&house);
    let other = house.sign_in_again(&guests[0].reader);
    let changing = changing(&house, &guests).await;
    let (accounts, lines) = (house.console.accounts().all(), house.audit().len());
    assert!(changing.len() > 10, "{}", changing.len());
    for (path, is_open, method, guest) in &changing {
        let path = address(path);
        let mut tries = vec![(Some(guest.csrf.as_str()), "cross-site"), (Some(guest.csrf.as_str()), "same-site")];
        if !is_open {
            tries.extend([(None, "same-origin"), (Some(""), "none"), (Some(other.csrf.as_str()), "same-origin")]);
        }
        for (csrf, site) in tries {
            let answer = send(&house, method, guest, &path, csrf, site).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path} from {site}");
        }
    }
    assert_eq!(house.console.accounts().all(), accounts);
    assert!(house.office.deeds.lock().unwrap().is_empty());
    assert_eq!(house.audit().len(), lines);
}

fn assert_headers(answer: &Answer, of: &str) {
    let policy = answer.header("content-security-policy");
    for part in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'", "base-uri 'none'"]
    {
        assert!(policy.contains(part), "{of}: {policy}");
    }
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{of}: {policy}");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), value, "{of}: {name}");
    }
    let is_asset = of.starts_with("/assets/") && answer.status == StatusCode::OK;
    let kept = if is_asset { "public, max-age=600" } else { "no-store" };
    assert_eq!(answer.header("cache-control"), kept, "{of}");
}

#[tokio::test]
async fn every_answer_says_what_a_browser_must_do_with_it_and_nothing_of_a_person_is_kept() {
    let house = House::new();
    let guests = guests(&house);
    for route in routes() {
        let path = address(route.path);
        for guest in guests.iter().map(Some).chain([None]) {
            assert_headers(&house.get(guest, &path).await, &path);
        }
        let refused = house.send(asked(Method::PUT, None, &path).body(Body::empty()).unwrap()).await;
        assert_headers(&refused, &path);
    }
    for name in ["vagus.css", "vagus.js", "uplot.js", "uplot.css", "nothing.css"] {
        let path = format!("/assets/{name}");
        assert_headers(&house.get(None, &path).await, &path);
    }
    for path in ["/nothing", "/api/v1/nothing", "/cases/%ff", "/workers/plant-a/%3Cx%3E"] {
        assert_headers(&house.get(guests.first(), path).await, path);
    }
}

#[tokio::test]
async fn whoever_must_change_the_password_is_led_to_that_page_from_every_other_one() {
    let house = House::new();
    for role in [Role::Administrator, Role::Physician, Role::Operator] {
        let guest = house.enter(role.as_str(), role, &[]);
        house.console.accounts().update(&guest.reader.id, |account| account.must_change = true).unwrap();
        let needs_account = |need| !matches!(need, Need::Nothing | Need::Oneself | Need::Source);
        for route in routes().into_iter().filter(|route| needs_account(route.need)) {
            if matches!(route.path, "/password" | "/sign-out" | "/api/v1/session") {
                continue;
            }
            let answer = house.get(Some(&guest), &address(route.path)).await;
            match route.kind {
                Kind::Page => {
                    let to = (answer.status, answer.header("location"));
                    assert_eq!(to, (StatusCode::SEE_OTHER, "/password"), "{role:?} {}", route.path);
                }
                Kind::Api => {
                    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{role:?} {}", route.path);
                    assert_eq!(answer.header("content-type"), "application/problem+json", "{role:?} {}", route.path);
                    assert!(answer.body.contains("urn:vagus:problem:password-to-change"), "{}", answer.body);
                }
            }
        }
        assert_eq!(house.get(Some(&guest), "/password").await.status, StatusCode::OK, "{role:?}");
    }
}
