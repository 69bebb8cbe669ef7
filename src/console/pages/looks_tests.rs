//! Claims about what pages show to whom: workers, those who are not seen, units, rules, and what changed in the inbox.

use axum::http::StatusCode;

use super::super::fake::{House, SITES, canaries, case_id};
use crate::console::view::CaseView;
use crate::domain::person::Role;

#[tokio::test]
async fn a_worker_is_shown_with_cases_and_evidence_to_the_physician_of_the_site_and_to_no_other() {
    let house = House::new();
    let (own, other) = (canaries(0), canaries(1));
    let physician = house.enter("dr.lan", Role::Physician, &SITES[..1]);
    let page = house.get(Some(&physician), &format!("/workers/{}/{}", SITES[0], own.worker)).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    for shown in [own.summary.as_str(), &format!("/cases/{}", case_id(0, false)), "26 of 28"] {
        assert!(page.body.contains(shown), "{shown} not in {}", page.body);
    }
    let page = house.get(Some(&physician), &format!("/workers/{}/{}", SITES[1], other.worker)).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    let nobody = house.get(Some(&physician), &format!("/workers/{}/w-nobody", SITES[1])).await;
    assert_eq!(nobody.body, page.body, "one that there is not looks the same");
    let audit: Vec<(String, String)> =
        house.audit().into_iter().filter_map(|line| Some((line.worker?, line.outcome))).collect();
    let line = |worker: &str, outcome: &str| (worker.to_owned(), outcome.to_owned());
    assert_eq!(audit, [line("w-nobody", "denied"), line(&other.worker, "denied"), line(&own.worker, "granted")]);
}

#[tokio::test]
async fn who_is_not_seen_is_listed_for_the_own_site_and_each_is_written_down() {
    let house = House::new();
    let lead = house.enter("lead", Role::OhLead, &SITES[1..]);
    let page = house.get(Some(&lead), "/unseen").await;
    assert!(page.body.contains(&canaries(1).worker) && !page.body.contains(&canaries(0).worker), "{}", page.body);
    assert!(!page.body.contains(&canaries(0).unit), "nor the units of another site");
    let read: Vec<_> = house.audit().into_iter().filter_map(|line| line.worker).collect();
    assert_eq!(read, [canaries(1).worker]);
    let none = house.get(Some(&lead), "/unseen?why=never").await;
    assert!(!none.body.contains(&canaries(1).worker) && none.body.contains("1 of 20"), "{}", none.body);
}

#[tokio::test]
async fn the_committee_of_a_site_sees_its_figures_and_nothing_of_anybody() {
    let house = House::new();
    let committee = house.enter("committee", Role::SafetyCommittee, &SITES[..1]);
    let page = house.get(Some(&committee), "/units").await;
    assert!(page.body.contains(&canaries(0).unit) && page.body.contains("25 %"), "{}", page.body);
    assert!(!page.body.contains(&canaries(1).unit) && !page.body.contains(&canaries(0).worker));
    assert_eq!(house.get(Some(&committee), "/unseen").await.status, StatusCode::FORBIDDEN);
    assert_eq!(house.get(Some(&committee), "/rules").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_case_is_marked_in_the_inbox_until_it_is_opened_and_again_when_it_changed() {
    let house = House::new();
    let physician = house.enter("dr.lan", Role::Physician, &SITES[..1]);
    let marks = async || {
        let page = house.get(Some(&physician), "/cases").await;
        page.body.matches("class=\"news\"").count()
    };
    assert_eq!(marks().await, 2, "nobody looked at them");
    assert_eq!(marks().await, 2, "the list alone is no look");
    let id = case_id(0, false);
    house.get(Some(&physician), &format!("/cases/{id}")).await;
    assert_eq!(marks().await, 1);
    let only = house.get(Some(&physician), "/cases?changed=on").await;
    assert!(!only.body.contains(&format!("/cases/{id}\"")), "{}", only.body);
    let change = |case: &mut CaseView| case.row.version = "2".to_owned();
    house.office.cases.lock().unwrap().iter_mut().filter(|case| case.row.case_id == id).for_each(change);
    assert_eq!(marks().await, 2);
}

#[tokio::test]
async fn a_long_inbox_comes_in_pages_and_only_what_is_on_one_is_written_down_as_read() {
    let house = House::new();
    house.office.invent(100);
    let physician = house.enter("dr.lan", Role::Physician, &SITES[..1]);
    let rows = |page: &str| page.matches("data-label=\"Due next\"").count();
    let mut seen = 0;
    for (path, shown, part) in [
        ("/cases", 50, "1 to 50 of 102"),
        ("/cases?page=2", 50, "51 to 100 of 102"),
        ("/cases?page=3", 2, "101 to 102 of 102"),
        ("/cases?page=99", 2, "101 to 102 of 102"),
        ("/cases?level=L4&page=2", 1, ""),
    ] {
        let page = house.get(Some(&physician), path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert_eq!(rows(&page.body), shown, "{path}: {}", page.body);
        assert!(page.body.contains(part), "{path}: {}", page.body);
        seen += shown;
        let read = house.audit().into_iter().filter(|line| line.by == "dr.lan" && line.outcome == "granted").count();
        assert_eq!(read, seen, "{path}");
    }
}

/// The landmarks of a page: what each is, and the id or the text of its name.
fn landmarks(body: &str) -> Vec<(&str, &str)> {
    let tags = body.split('<').map(|part| part.split_once('>').map_or(part, |(tag, _)| tag));
    let found = tags.filter_map(|tag| {
        let name = tag.split("aria-label").nth(1)?.split('"').nth(1)?;
        let kind = match tag.split_once(' ')?.0 {
            _ if tag.contains("role=\"region\"") => "region",
            _ if tag.contains("role=") => return None,
            "section" => "region",
            "form" => "form",
            "nav" => "navigation",
            _ => return None,
        };
        Some((kind, name))
    });
    found.collect()
}

#[tokio::test]
async fn no_page_has_two_landmarks_of_one_kind_and_name() {
    let house = House::new();
    let mut looked = 0;
    for (role, pages) in [
        (Role::OhHead, &["/cases", "/unseen", "/units", "/rules", "/rules/what-if?rule=R2", "/audit"][..]),
        (Role::Operator, &["/system", "/settings"]),
        (Role::Administrator, &["/accounts"]),
    ] {
        let guest = house.enter(role.as_str(), role, &[]);
        for page in pages {
            let answer = house.get(Some(&guest), page).await;
            assert_eq!(answer.status, StatusCode::OK, "{page}");
            let mut found = landmarks(&answer.body);
            looked += found.len();
            let all = found.len();
            found.sort_unstable();
            found.dedup();
            assert_eq!(found.len(), all, "{page}: {found:?}");
        }
    }
    assert!(looked > 20, "there are landmarks to compare: {looked}");
}
