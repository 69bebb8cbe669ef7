//! Claims about L1: the worker is told of it, and nobody else, by any page, answer or copy.

use axum::http::StatusCode;
use serde_json::Value;

use super::access::{Field, grants};
use super::fake::{Guest, House, SITES, canaries, case_id};
use crate::domain::alert::{Level, RuleId};
use crate::domain::person::Role;
use crate::texts::Language;

/// A rule that matches whatever the level.
const RULE: &str = "RCANARY";

/// The worker of the first site is found at that level today; the cases of theirs stay what they are.
fn found_at(house: &House, level: Level) {
    let portrait = &mut house.office.portraits.lock().unwrap()[0].2;
    (portrait.level, portrait.rules) = (level, vec![RuleId::new(RULE)]);
}

/// Where a worker is told of: pages and answers.
fn addresses() -> Vec<String> {
    let worker = format!("/workers/{}/{}", SITES[0], canaries(0).worker);
    let cases = [false, true].map(|is_crisis| case_id(0, is_crisis));
    let of_cases = cases.iter().flat_map(|case| [format!("/cases/{case}"), format!("/api/v1/cases/{case}")]);
    let of_worker = [worker.clone(), format!("{worker}/export"), format!("/api/v1{worker}")];
    let lists = ["/cases", "/api/v1/cases", "/unseen", "/units", "/audit"].map(str::to_owned);
    of_worker.into_iter().chain([format!("/api/v1{worker}/export")]).chain(of_cases).chain(lists).collect()
}

/// What an answer says of today's level and rules, where it is a portrait or holds one.
fn told(body: &str) -> Option<(Value, Value, usize)> {
    let value: Value = serde_json::from_str(body).ok()?;
    let seen = value.get("seen").unwrap_or(&value);
    seen.get("days")?;
    Some((seen["level"].clone(), seen["level_words"].clone(), seen["rules"].as_array()?.len()))
}

async fn hold_at(house: &House, guest: &Guest, level: Level) -> usize {
    let mut portraits = 0;
    for address in addresses() {
        let answer = house.get(Some(guest), &address).await;
        let who = format!("{:?} at {level:?}: {address}", guest.reader.role);
        if !level.opens_case() {
            for hidden in ["L1", "L0", RULE, "me-level"] {
                assert!(!answer.body.contains(hidden), "{who} tells {hidden}: {}", answer.body);
            }
        }
        let Some((found, words, rules)) = told(&answer.body).filter(|_| answer.status == StatusCode::OK) else {
            continue;
        };
        portraits += 1;
        let expected = level.opens_case().then(|| level.as_str().to_owned());
        assert_eq!((found.as_str(), rules), (expected.as_deref(), usize::from(level.opens_case())), "{who}");
        assert!(words.is_null(), "{who}: words are for the worker");
    }
    portraits
}

#[tokio::test]
async fn no_role_is_told_of_a_level_that_opens_no_case_and_an_l0_looks_the_same() {
    let house = House::new();
    for role in Role::ALL {
        let guest = house.enter(role.as_str(), *role, &SITES[..1]);
        for is_crisis in [false, true] {
            house.office.assign(&case_id(0, is_crisis), role.as_str());
        }
        for level in Level::ALL {
            found_at(&house, level);
            let portraits = hold_at(&house, &guest, level).await;
            // The answer and the two copies, for whoever sees the evidence of a case that they lead.
            let sees = grants::reach(*role, Field::Evidence).is_some();
            assert_eq!(portraits, 3 * usize::from(sees), "{role:?}");
        }
    }
}

#[tokio::test]
async fn the_worker_is_told_of_every_level_in_words_on_their_page_and_in_their_copy() {
    let house = House::new();
    let oneself = house.enter_oneself(0);
    for level in Level::ALL {
        found_at(&house, level);
        let words = Language::English.say(&format!("me-level-{}", level.as_str()));
        let page = house.get(Some(&oneself), "/me").await.body;
        assert!(words.contains(level.as_str()) && page.contains(&words), "{words} not in {page}");
        let copy = house.get(Some(&oneself), "/me/data").await.body;
        let (found, told, rules) = told(&copy).unwrap();
        assert_eq!((found.as_str(), told.as_str(), rules), (Some(level.as_str()), Some(words.as_str()), 1));
    }
    let page = house.get(Some(&oneself), "/me").await.body;
    assert!(page.contains("its level is L"), "the case that is open is told of: {page}");
}
