//! A worker is erased from the real service: from all that shows and sends, and from every file of the store.

use std::path::{Path, PathBuf};

use serde_json::json;
use vagus::domain::person::Role;

use crate::support::eventually;
use crate::support::feed::{ago, gad7, nights, now, phq9_with_crisis};
use crate::support::program::{Program, town_with};
use crate::support::town::Town;

const JSON: (&str, &str) = ("content-type", "application/json");
const SCREENINGS: &str = "/api/v1/sites/plant-a/sources/clinic/screenings";
/// Long and strange, so that it is in a file only where it was written there.
const GONE: &str = "worker-Qx7vZ-whose-name-nobody-may-find";
const STAYS: &str = "w-stays";

/// Sends a questionnaire and gives whether it was taken, or why not.
fn sent(town: &Town, worker: &str, total: u8, hours_ago: i64) -> Result<(), String> {
    let payload = gad7(worker, total, ago(now(), hours_ago)).envelope(&format!("{total}:{hours_ago}"));
    let answer = Program::clinic(&town.vagus).post(SCREENINGS, &[JSON], &payload);
    let rejected = answer.body["receipt"]["rejected"][0]["reason"].as_str().map(str::to_owned);
    rejected.map_or(Ok(()), Err)
}

/// The files below a directory that hold the name.
fn naming(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(naming(&path));
        } else if std::fs::read(&path).is_ok_and(|bytes| bytes.windows(GONE.len()).any(|text| text == GONE.as_bytes()))
        {
            found.push(path);
        }
    }
    found
}

fn store(town: &Town) -> PathBuf {
    town.vagus.config().with_file_name("data")
}

fn erase(town: &Town, more: &[&str]) -> (Option<i32>, String) {
    let erased = town.vagus.command(&["workers", "erase", "plant-a", GONE], more);
    let text = [erased.stdout, erased.stderr].concat();
    (erased.status.code(), String::from_utf8(text).unwrap())
}

/// A worker of whom there is everything: nights, scores, a crisis, refused items, links, looks.
fn lived() -> Town {
    let mut town = town_with(&[("dr.lan", Role::Physician), ("lead.an", Role::OhLead)]);
    let mut messages = nights(GONE, 20, 3, 0, now());
    messages.extend(nights(STAYS, 5, 0, 0, now()));
    messages.push(phq9_with_crisis(GONE, ago(now(), 2)));
    town.send_all(&messages);
    town.wait_for_alerts(GONE, 1);
    assert_eq!(sent(&town, STAYS, 3, 50), Ok(()));
    assert_eq!(sent(&town, GONE, 3, -72), Err("in_future".to_owned()));
    town.vagus.ask(&["workers", "link", "plant-a", GONE]);
    let physician = Program::of(&town.vagus, "dr.lan");
    assert_eq!(physician.get(&format!("/api/v1/workers/plant-a/{GONE}")).status, 200);
    // The view is written behind.
    eventually("the worker is stored", || {
        let export = town.vagus.command(&["workers", "strain", "plant-a", GONE], &[]);
        (export.status.success() && naming(&store(&town)).iter().any(|file| file.ends_with("view/db"))).then_some(())
    });
    town
}

fn has_the_other(town: &Town) {
    let physician = Program::of(&town.vagus, "dr.lan");
    let other = physician.get(&format!("/api/v1/workers/plant-a/{STAYS}"));
    assert_eq!(other.body["screenings"][0]["score"].as_f64(), Some(3.0), "{other:?}");
    assert_eq!(physician.get(&format!("/api/v1/workers/plant-a/{GONE}")).status, 404);
}

#[test]
fn an_erased_worker_is_shown_sent_and_stored_nowhere_while_the_service_goes_on() {
    let mut town = lived();
    let before = naming(&store(&town));
    for part in ["journal", "view", "audit"] {
        assert!(before.iter().any(|file| file.starts_with(store(&town).join(part))), "{part}: {before:?}");
    }
    let (code, told) = erase(&town, &[]);
    assert!(code == Some(1) && told.contains("open case"), "{told}");
    let (code, told) = erase(&town, &["--even-with-open-case"]);
    assert!(code == Some(0) && told.contains("on disk either"), "{told}");
    assert_eq!(naming(&store(&town)), [""; 0].map(PathBuf::from));
    has_the_other(&town);
    assert!(!town.vagus.log().contains(GONE), "no log ever named the worker");
    let physician = Program::of(&town.vagus, "dr.lan");
    assert_eq!(physician.get("/api/v1/cases").body["cases"].as_array().map(Vec::len), Some(0));
    assert_eq!(erase(&town, &[]).0, Some(1), "there is nobody of that name");

    // The wristband does not know.
    assert_eq!(sent(&town, GONE, 4, 30), Err("consent_missing".to_owned()));
    assert_eq!(sent(&town, STAYS, 5, 30), Ok(()));
    town.vagus.kill9();
    town.vagus.start_again();
    town.vagus.wait_until_ready();
    assert_eq!(sent(&town, GONE, 5, 20), Err("consent_missing".to_owned()), "it outlives a kill");
    let left = naming(&store(&town));
    let is_a_look = |file: &PathBuf| file.starts_with(store(&town).join("audit"));
    assert!(left.iter().all(is_a_look), "of what is refused nothing is kept, only that somebody asked: {left:?}");

    // A register that is imported each night may name them still; only who says so enrols them as somebody new.
    let register = town.vagus.config().with_file_name("register.csv");
    let lines = format!("site,worker,consent\nplant-a,{STAYS},true\nplant-a,{GONE},true\n");
    std::fs::write(&register, &lines).unwrap();
    let answer = town.vagus.ask(&["workers", "import", register.to_str().unwrap()]);
    assert_eq!(answer, json!({"answer": "imported", "workers": 1, "erased": [{"site": "plant-a", "worker": GONE}]}));
    let lead = Program::of(&town.vagus, "lead.an");
    let answer = lead.post("/api/v1/imports/workers", &[("content-type", "text/csv")], lines.as_bytes()).body;
    let bad = (&answer["taken"], &answer["bad"][0]["line"], &answer["bad"][0]["reason"]);
    assert_eq!(bad, (&json!(1), &json!(3), &json!("was_erased")), "{answer}");
    assert_eq!(sent(&town, GONE, 6, 11), Err("consent_missing".to_owned()));
    town.vagus.ask(&["workers", "import", "--even-erased", register.to_str().unwrap()]);
    assert_eq!(sent(&town, GONE, 6, 10), Ok(()));
    let physician = Program::of(&town.vagus, "dr.lan");
    let anew = physician.get(&format!("/api/v1/workers/plant-a/{GONE}"));
    assert_eq!(anew.body["screenings"].as_array().map(Vec::len), Some(1), "{anew:?}");
}

#[test]
fn who_was_erased_leaves_the_files_also_where_the_service_was_killed_or_did_not_run() {
    let mut town = lived();
    let (code, _) = erase(&town, &["--even-with-open-case", "--no-wait"]);
    assert_eq!(code, Some(0));
    town.vagus.kill9();
    town.vagus.start_again();
    town.vagus.wait_until_ready();
    let gone = |town: &Town| {
        eventually("no file holds the name", || naming(&store(town)).is_empty().then_some(()));
    };
    gone(&town);
    has_the_other(&town);

    let mut town = lived();
    assert_eq!(town.vagus.stop(), Some(0));
    let (code, told) = erase(&town, &["--even-with-open-case"]);
    assert!(code == Some(0) && told.contains("as soon as one starts"), "{told}");
    let export = town.vagus.command(&["workers", "export", "plant-a", GONE], &[]);
    assert_eq!((export.status.code(), export.stdout.len()), (Some(1), 0), "nothing shows it meanwhile");
    town.vagus.start_again();
    town.vagus.wait_until_ready();
    gone(&town);
    has_the_other(&town);
}

#[test]
fn what_waits_for_the_broker_does_not_leave_once_its_worker_is_erased() {
    let mut town = town_with(&[("dr.lan", Role::Physician)]);
    assert_eq!(sent(&town, STAYS, 3, 50), Ok(()));
    town.broker.stop();
    let crisis = |worker| {
        let payload = phq9_with_crisis(worker, ago(now(), 1)).envelope("crisis");
        assert_eq!(Program::clinic(&town.vagus).post(SCREENINGS, &[JSON], &payload).status, 200);
    };
    crisis(GONE);
    let waiting = || town.vagus.ask(&["outbox", "list"])["deliveries"].as_array().map(Vec::len);
    eventually("the crisis waits for the broker", || (waiting() == Some(2)).then_some(()));
    let (code, told) = erase(&town, &["--even-with-open-case"]);
    assert_eq!((code, waiting()), (Some(0), Some(0)), "{told}");
    crisis(STAYS);
    town.restart_broker();
    town.wait_for_alerts(STAYS, 1);
    assert!(town.alerts_of(GONE).is_empty());
}
