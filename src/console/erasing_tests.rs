//! Claims about erasing a worker: who may, what has to be said first, and what is written down.

use axum::http::StatusCode;

use super::super::fake::{House, SITES, canaries};
use crate::domain::person::Role;

fn address(start: &str, site: usize) -> String {
    format!("{start}/{}/{}", SITES[site], canaries(0).worker)
}

#[tokio::test]
async fn a_physician_erases_a_worker_of_their_site_once_the_name_is_typed_and_the_open_case_is_confirmed() {
    let house = House::new();
    let physician = house.enter("dr.an", Role::Physician, &SITES[..1]);
    let (worker, name) = (address("/workers", 0), canaries(0).worker);
    let page = house.get(Some(&physician), &worker).await.body;
    assert!(page.contains("Erase this worker") && page.contains("name=\"open_case\""), "{page}");
    let erase = format!("{worker}/erase");
    for form in [vec![("name", "somebody"), ("open_case", "yes")], vec![("name", name.as_str())]] {
        let refused = house.post(&physician, &erase, &form).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{form:?}");
        assert_eq!(house.get(Some(&physician), &worker).await.status, StatusCode::OK, "nothing was erased");
    }
    let done = house.post(&physician, &erase, &[("name", name.as_str()), ("open_case", "yes")]).await;
    assert!(done.status == StatusCode::OK && done.body.contains("The worker is erased"), "{}", done.body);
    assert_eq!(house.audit()[0].what, "erase");
    assert_eq!(house.get(Some(&physician), &worker).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn nobody_else_erases_anybody() {
    let house = House::new();
    let name = canaries(0).worker;
    let form = [("name", name.as_str()), ("open_case", "yes")];
    for role in Role::ALL {
        let guest = house.enter(role.as_str(), *role, &SITES[1..2]);
        let answer = house.post(&guest, &format!("{}/erase", address("/workers", 0)), &form).await;
        assert!([StatusCode::NOT_FOUND, StatusCode::FORBIDDEN].contains(&answer.status), "{role:?} {}", answer.status);
    }
    for role in [Role::Operator, Role::Administrator, Role::Manager, Role::Counsellor, Role::SafetyCommittee] {
        let guest = house.enter(&format!("own-{}", role.as_str()), role, &SITES[..1]);
        let answer = house.post(&guest, &format!("{}/erase", address("/workers", 0)), &form).await;
        assert!([StatusCode::NOT_FOUND, StatusCode::FORBIDDEN].contains(&answer.status), "{role:?} {}", answer.status);
    }
    let oneself = house.enter_oneself(0);
    let answer = house.post(&oneself, &format!("{}/erase", address("/workers", 0)), &form).await;
    assert_ne!(answer.status, StatusCode::OK);
    let physician = house.enter("dr.an", Role::Physician, &SITES[..1]);
    assert_eq!(house.get(Some(&physician), &address("/workers", 0)).await.status, StatusCode::OK);
}
