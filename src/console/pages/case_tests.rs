//! Claims about the page of a case, and about queries that make no sense.

use axum::http::StatusCode;

use super::super::fake::{House, SITES, canaries, case_id};
use crate::domain::person::Role;

#[tokio::test]
async fn a_case_shows_what_each_rule_rested_on_beside_today_to_whom_the_evidence_is_shown() {
    let house = House::new();
    let physician = house.enter("dr.lan", Role::Physician, &SITES[..1]);
    let clinician = house.enter("dr.duty", Role::DutyClinician, &SITES[..1]);
    let path = format!("/cases/{}", case_id(0, false));
    let page = house.get(Some(&physician), &path).await.body;
    let found = format!("then {}", canaries(0).numbers[0]);
    for shown in [
        found.as_str(),
        "Found on 27 Feb 2026",
        "Does not match any more",
        "HRV low and anxious",
        "href=\"/rules#rule-R3\"",
    ] {
        assert!(page.contains(shown), "{shown} not in {page}");
    }
    let page = house.get(Some(&clinician), &path).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.body.contains(&found) && !page.body.contains("Found on"), "{}", page.body);
    let api = format!("/api/v1{path}");
    let answer = |body: &str| serde_json::from_str::<serde_json::Value>(body).unwrap()["fired"].clone();
    let told = answer(&house.get(Some(&physician), &api).await.body);
    let line = &told[0]["rules"][0]["lines"][0];
    assert!(line["found"].as_str().unwrap().starts_with("then ") && line["today"].is_string(), "{told}");
    assert!(told[0]["evidence"]["screenings"][0]["score"].is_number(), "{told}");
    assert!(answer(&house.get(Some(&clinician), &api).await.body).is_null());
}

#[tokio::test]
async fn rules_are_told_by_what_they_are_about_and_a_rule_can_be_led_to() {
    let house = House::new();
    let physician = house.enter("dr.lan", Role::Physician, &SITES[..1]);
    let worker = house.get(Some(&physician), &format!("/workers/{}/{}", SITES[0], canaries(0).worker)).await.body;
    assert!(worker.contains("HRV low and anxious") && worker.contains("#rule-R3"), "{worker}");
    let rules = house.get(Some(&physician), "/rules").await.body;
    assert!(rules.contains("id=\"rule-R3\""), "{rules}");
}

#[tokio::test]
async fn a_questionnaire_says_until_when_it_counts_on_both_pages() {
    let house = House::new();
    let physician = house.enter("dr.lan", Role::Physician, &SITES[..1]);
    let worker = format!("/workers/{}/{}", SITES[0], canaries(0).worker);
    for path in [format!("/cases/{}", case_id(0, false)), worker] {
        let page = house.get(Some(&physician), &path).await.body;
        assert!(page.contains("counts until 29 May 2026"), "{path}: {page}");
    }
}

#[tokio::test]
async fn methods_to_begin_with_come_first_and_the_others_by_name() {
    let house = House::new();
    let physician = house.enter("dr.lan", Role::Physician, &SITES[..1]);
    let page = house.get(Some(&physician), &format!("/cases/{}", case_id(0, false))).await.body;
    let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} not in {page}"));
    let order = ["Suggested to begin with", ">The talk<", "label=\"Others\"", ">Breaks<", ">Walks<"].map(place);
    assert!(order.is_sorted(), "{order:?} in {page}");
}

#[tokio::test]
async fn a_query_that_makes_no_sense_is_told_on_a_page_and_to_programs_as_problem_details() {
    let house = House::new();
    let physician = house.enter("dr.lan", Role::Physician, &SITES[..1]);
    for (path, told) in [
        ("/cases?level=L3&level=L2", "“level = L3, L2”"),
        ("/cases?page=-1", "“page = -1”"),
        ("/cases?page=0", "“page = 0”"),
        ("/cases?level=L9", "“level = L9”"),
        ("/unseen?days=none", "“days = none”"),
        ("/unseen?why=x&why=y", "“why = x, y”"),
    ] {
        let page = house.get(Some(&physician), path).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{path}");
        assert!(page.header("content-type").starts_with("text/html"), "{path}");
        assert!(page.body.contains("<h1>That did not work</h1>") && page.body.contains(told), "{path}: {}", page.body);
    }
    for path in ["/api/v1/cases?level=L3&level=L2", "/api/v1/cases?limit=-1", "/api/v1/cases?site=nowhere"] {
        let answer = house.get(Some(&physician), path).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
    }
}

#[tokio::test]
async fn a_filter_that_names_a_site_or_unit_that_nobody_has_says_so_and_one_of_others_looks_the_same() {
    let house = House::new();
    let physician = house.enter("dr.lan", Role::Physician, &SITES[..1]);
    let (own, other) = (canaries(0).unit, canaries(1).unit);
    let told = async |path: &str| house.get(Some(&physician), path).await.body;
    for page in ["/cases", "/unseen"] {
        for (site, shown) in [("nowhere", true), (SITES[1], true), (SITES[0], false)] {
            let body = told(&format!("{page}?site={site}")).await;
            let words = format!("There is no site “{site}” among those that you see.");
            assert_eq!(body.contains(&words), shown, "{page} {site}: {body}");
        }
        for (unit, shown) in [("noone", true), (other.as_str(), true), (own.as_str(), false)] {
            let body = told(&format!("{page}?unit={unit}")).await;
            let words = format!("There is no unit “{unit}” among those that you see.");
            assert_eq!(body.contains(&words), shown, "{page} {unit}: {body}");
        }
    }
    let none = told(&format!("/cases?unit={own}&level=L2")).await;
    assert!(none.contains("No case passes this filter.") && !none.contains("There is no unit"), "{none}");
}
