//! Claims about a worker's own choice, and about copies of what is kept: who gets what, and what is written down.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::access::audit::Entry;
use super::fake::{Guest, House, SITES, canaries, case_id};
use crate::domain::person::Role;
use crate::domain::worker::Withholding;

const CHOICE: &str = "/me/taking-part";

fn worker_page() -> String {
    format!("/workers/{}/{}", SITES[0], canaries(0).worker)
}

async fn export(house: &House, guest: &Guest, address: &str) -> Value {
    let answer = house.get(Some(guest), address).await;
    assert_eq!(answer.status, StatusCode::OK, "{address}");
    serde_json::from_str(&answer.body).unwrap()
}

fn newest(house: &House) -> Entry {
    house.audit().remove(0)
}

#[tokio::test]
async fn a_worker_pauses_withdraws_and_takes_part_again_and_physicians_are_told_the_fact() {
    let house = House::new();
    let (oneself, physician) = (house.enter_oneself(0), house.enter("dr.an", Role::Physician, &SITES[..1]));
    let page = house.get(Some(&oneself), "/me").await.body;
    assert!(page.contains("You take part.") && !page.contains("value=\"resume\""), "{page}");
    for (choice, withholding, fact) in [
        ("pause", Some(Withholding::Paused), "Pausing since 27 Feb 2026, by their own choice."),
        ("withdraw", Some(Withholding::Withdrawn), "Withdrawn since 27 Feb 2026, by their own choice."),
        ("resume", None, "given"),
    ] {
        let form = [("choice", choice), ("understood", "yes")];
        let done = house.post(&oneself, CHOICE, &form).await;
        assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, "/me#taking-part"));
        assert_eq!(house.office.chosen.lock().unwrap().get(&canaries(0).worker).copied(), withholding);
        let line = newest(&house);
        assert_eq!((line.by.as_str(), line.what), ("worker", format!("own_choice_{choice}")));
        let own = house.get(Some(&oneself), "/me").await.body;
        assert_eq!(own.contains("value=\"resume\""), withholding.is_some());
        assert!(!own.contains(&format!("value=\"{choice}\"")), "what is so already is not offered: {own}");
        let seen = house.get(Some(&physician), &worker_page()).await.body;
        assert!(seen.contains(fact), "{fact} not in {seen}");
    }
}

#[tokio::test]
async fn a_choice_needs_that_its_meaning_was_read_the_pages_own_word_and_the_worker_themselves() {
    let house = House::new();
    let (oneself, physician) = (house.enter_oneself(0), house.enter("dr.an", Role::Physician, &SITES[..1]));
    let bad = [
        house.post(&oneself, CHOICE, &[("choice", "pause")]).await.status,
        house.post(&oneself, CHOICE, &[("choice", "fly"), ("understood", "yes")]).await.status,
        house.post_raw(Some(&oneself), CHOICE, &[("choice", "pause"), ("understood", "yes")]).await.status,
        house.post(&physician, CHOICE, &[("choice", "pause"), ("understood", "yes")]).await.status,
    ];
    assert_eq!(bad, [StatusCode::BAD_REQUEST, StatusCode::BAD_REQUEST, StatusCode::FORBIDDEN, StatusCode::GONE]);
    assert!(house.office.chosen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_worker_takes_a_copy_of_everything_and_colleagues_are_told_by_role() {
    let house = House::new();
    let (oneself, of) = (house.enter_oneself(0), canaries(0));
    house.office.assign(&case_id(0, false), "dr.an");
    let physician = house.enter("dr.an", Role::Physician, &SITES[..1]);
    house.get(Some(&physician), &worker_page()).await;
    let data = export(&house, &oneself, "/me/data").await;
    assert_eq!((data["vagus_export"].as_u64(), data["made_for"].as_str()), (Some(1), Some("worker")));
    assert_eq!(data["register"]["unit"], of.unit.as_str());
    assert_eq!(data["windows"][0]["rmssd_ms"], of.numbers[1]);
    assert_eq!(data["screenings"][0]["answers"], json!([of.answer, null, 1]));
    assert_eq!(data["seen"]["days"][0]["rmssd_ms"], of.numbers[1]);
    assert_eq!(data["cases"].as_array().unwrap().len(), 2);
    assert_eq!((&data["grounds"][0]["on"], &data["grounds"][0]["rules"][0]), (&json!("2026-02-27"), &json!("R3")));
    assert_eq!(data["cases"][0]["history"][0]["by"], "physician");
    let told = data.to_string();
    for hidden in [of.note.as_str(), "dr.an", "dr.lan", canaries(1).worker.as_str()] {
        assert!(!told.contains(hidden), "{hidden} in {told}");
    }
    assert_eq!(data["accesses"][0]["role"], "physician");
    let line = newest(&house);
    assert_eq!((line.by.as_str(), line.what.as_str(), line.worker.as_deref()), ("worker", "export", Some(&*of.worker)));
    assert_eq!(line.fields, ["case", "evidence", "answers", "worker"]);
    let windows = house.get(Some(&oneself), "/me/data?table=windows").await.body;
    assert!(windows.starts_with("context,device,duration_s") && windows.contains("sleep_main"), "{windows}");
    let csv = house.get(Some(&oneself), "/me/data?table=accesses").await;
    assert!(csv.header("content-type").starts_with("text/csv") && csv.body.contains("physician"), "{csv:?}");
    assert_eq!(house.get(Some(&oneself), "/me/data?table=others").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_physician_takes_a_copy_of_what_they_may_see_and_of_no_answers_without_a_case_of_theirs() {
    let house = House::new();
    let (physician, of) = (house.enter("dr.an", Role::Physician, &SITES[..1]), canaries(0));
    for address in [format!("{}/export", worker_page()), format!("/api/v1{}/export", worker_page())] {
        let data = export(&house, &physician, &address).await;
        assert_eq!(data["made_for"], "physician");
        assert_eq!(data["seen"]["days"][0]["rmssd_ms"], of.numbers[1]);
        for raw in ["windows", "sleeps", "nightly", "tags"] {
            assert!(data[raw].is_null(), "{raw} is the worker's alone");
        }
        assert!(data["screenings"][0]["answers"].is_null() && data["accesses"].is_null(), "{data}");
        assert!(!data.to_string().contains(&of.note), "{data}");
        let line = newest(&house);
        assert_eq!(
            (line.what.as_str(), line.by.as_str(), line.worker.as_deref()),
            ("export", "dr.an", Some(&*of.worker))
        );
        assert_eq!(line.fields, ["evidence", "worker", "case"]);
    }
    house.office.assign(&case_id(0, false), "dr.an");
    let data = export(&house, &physician, &format!("{}/export", worker_page())).await;
    assert_eq!(data["screenings"][0]["answers"], json!([of.answer, null, 1]));
    assert!(data.to_string().contains(&of.note));
    assert_eq!(newest(&house).fields, ["evidence", "worker", "answers", "case", "notes"]);
    let table = async |name: &str| house.get(Some(&physician), &format!("{}/export?table={name}", worker_page())).await;
    assert_eq!(table("nights").await.status, StatusCode::OK, "nights are indicators");
    assert_eq!(table("windows").await.status, StatusCode::NOT_FOUND);
    let page = house.get(Some(&physician), &worker_page()).await.body;
    assert!(
        page.contains("/export?table=nights") && !page.contains("table=accesses") && !page.contains("table=windows")
    );
}

#[tokio::test]
async fn nobody_takes_a_copy_of_a_worker_who_is_not_theirs_to_see() {
    let house = House::new();
    let far = house.enter("dr.b", Role::Physician, &SITES[1..]);
    let counsellor = house.enter("coun.a", Role::Counsellor, &SITES[..1]);
    let address = format!("/api/v1{}/export", worker_page());
    let denied = house.get(Some(&far), &address).await;
    let unknown = house.get(Some(&far), "/api/v1/workers/plant-b/nobody/export").await;
    assert_eq!((denied.status, &denied.body), (StatusCode::NOT_FOUND, &unknown.body));
    assert_eq!(house.get(Some(&counsellor), &address).await.status, StatusCode::NOT_FOUND);
    let lines = house.audit();
    assert!(lines.iter().take(3).all(|line| line.outcome == "denied" && line.what == "export"), "{lines:?}");
    house.office.assign(&case_id(0, false), "coun.a");
    let data = export(&house, &counsellor, &address).await;
    assert!(data["register"].is_null(), "who counsels sees no register: {data}");
    for role in [Role::Administrator, Role::Operator, Role::Manager, Role::SafetyCommittee] {
        let guest = house.enter(role.as_str(), role, &[]);
        assert_eq!(house.get(Some(&guest), &address).await.status, StatusCode::FORBIDDEN, "{role:?}");
    }
}
