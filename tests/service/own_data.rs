//! A worker's own choice against the real service, a copy of everything, and what other rules would have done.

use serde_json::{Value, json};
use vagus::domain::person::Role;

use crate::support::eventually;
use crate::support::feed::{ago, gad7, now};
use crate::support::program::{Program, town_with};
use crate::support::vagus::Vagus;

const JSON: (&str, &str) = ("content-type", "application/json");
const SCREENINGS: &str = "/api/v1/sites/plant-a/sources/clinic/screenings";

/// A worker's browser, on their own page.
struct Oneself {
    address: String,
    cookie: String,
}

fn asked(method: &str, url: &str, cookie: &str, form: Option<&str>) -> ureq::http::Response<ureq::Body> {
    let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
    let agent: ureq::Agent = config.build().into();
    let request = ureq::http::Request::builder().method(method).uri(url).header("cookie", cookie);
    match form {
        None => agent.run(request.body(()).unwrap()).unwrap(),
        Some(form) => {
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            agent.run(request.body(form.to_owned()).unwrap()).unwrap()
        }
    }
}

impl Oneself {
    /// Comes by a link that is made by command.
    fn enter(vagus: &Vagus, worker: &str) -> Self {
        let link = vagus.ask(&["workers", "link", "plant-a", worker]);
        let entered = asked("POST", link["address"].as_str().unwrap(), "", Some(""));
        assert_eq!(entered.status().as_u16(), 303);
        let cookie = entered.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        Self { address: vagus.console(), cookie }
    }

    fn page(&self, path: &str) -> String {
        let mut answer = asked("GET", &format!("{}{path}", self.address), &self.cookie, None);
        assert_eq!(answer.status().as_u16(), 200);
        answer.body_mut().read_to_string().unwrap()
    }

    fn choose(&self, choice: &str) {
        let page = self.page("/me");
        let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let form = format!("csrf={csrf}&choice={choice}&understood=yes");
        let answer = asked("POST", &format!("{}/me/taking-part", self.address), &self.cookie, Some(&form));
        assert_eq!(answer.status().as_u16(), 303, "{choice}");
    }
}

/// Sends a questionnaire of w-1 and gives whether it was taken, or why not.
fn sent(clinic: &Program, total: u8, hours_ago: i64) -> Result<(), String> {
    let payload = gad7("w-1", total, ago(now(), hours_ago)).envelope(&format!("clinic:{total}"));
    let answer = clinic.post(SCREENINGS, &[JSON], &payload);
    if answer.status == 200 {
        return Ok(());
    }
    Err(answer.body["receipt"]["rejected"][0]["reason"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn a_worker_who_pauses_sends_nothing_until_they_take_part_again_whatever_the_register_says_and_after_a_kill() {
    let mut town = town_with(&[("dr.lan", Role::Physician)]);
    let clinic = Program::clinic(&town.vagus);
    assert_eq!(sent(&clinic, 3, 96), Ok(()));
    let oneself = Oneself::enter(&town.vagus, "w-1");
    oneself.choose("pause");
    let refused = Err("consent_missing".to_owned());
    assert_eq!(sent(&clinic, 4, 90), refused, "at once");
    let register = town.vagus.config().with_file_name("register.csv");
    std::fs::write(&register, "site,worker,consent\nplant-a,w-1,true\n").unwrap();
    town.vagus.ask(&["workers", "import", register.to_str().unwrap()]);
    assert_eq!(sent(&clinic, 5, 80), refused, "a register takes no choice back");
    let row = town.vagus.ask(&["workers", "list"])["workers"][0].clone();
    assert_eq!((row["consent"].as_str(), row["own_choice"].as_str()), (Some("true"), Some("paused")));
    let kept = town.vagus.ask(&["quarantine", "list"]);
    assert_eq!(kept["items"].as_array().map(Vec::len), Some(0), "nothing of it is kept: {kept}");

    town.vagus.kill9();
    town.vagus.start_again();
    town.vagus.wait_until_ready();
    let clinic = Program::clinic(&town.vagus);
    assert_eq!(sent(&clinic, 6, 70), refused, "a choice outlives a kill");
    let oneself = Oneself::enter(&town.vagus, "w-1");
    assert!(oneself.page("/me").contains("Pausing since"));
    oneself.choose("resume");
    let again = town.vagus.ask(&["quarantine", "retry", "--all"]);
    assert_eq!(again["retried"].as_u64(), Some(0), "nothing was kept that could be taken in now: {again}");
    assert_eq!(sent(&clinic, 7, 60), Ok(()));
    let physician = Program::of(&town.vagus, "dr.lan");
    let screenings = physician.get("/api/v1/workers/plant-a/w-1").body["screenings"].clone();
    let scores: Vec<f64> =
        screenings.as_array().unwrap().iter().map(|sheet| sheet["score"].as_f64().unwrap()).collect();
    assert_eq!(scores, [3.0, 7.0]);
}

fn export(town: &crate::support::town::Town, more: &[&str]) -> String {
    let output = town.vagus.command(&["workers", "export", "plant-a", "w-1"], more);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_copy_of_a_worker_is_the_same_by_command_while_the_service_runs_and_after_and_is_written_down() {
    let mut town = town_with(&[("dr.lan", Role::Physician)]);
    let clinic = Program::clinic(&town.vagus);
    assert_eq!(sent(&clinic, 12, 48), Ok(()));
    let physician = Program::of(&town.vagus, "dr.lan");
    let taken = physician.get("/api/v1/workers/plant-a/w-1/export");
    assert_eq!((taken.status, taken.body["made_for"].as_str()), (200, Some("physician")), "{taken:?}");
    assert!(taken.body["screenings"][0]["answers"].is_null(), "no case of theirs");
    let document = |text: &str| -> Value { serde_json::from_str(text).unwrap() };
    let running = document(&export(&town, &[]));
    assert_eq!(running["screenings"][0]["answers"].as_array().map(Vec::len), Some(7), "{running}");
    assert_eq!(running["cases"].as_array().map(Vec::len), Some(1), "a GAD-7 of 12 opens a case");
    assert_eq!(running["accesses"][0]["role"], "physician");
    let csv = export(&town, &["--table", "screenings"]);
    assert!(csv.lines().count() == 2 && csv.contains("GAD-7"), "{csv}");

    assert_eq!(town.vagus.stop(), Some(0));
    let stopped = document(&export(&town, &[]));
    for list in ["screenings", "cases", "register", "nights"] {
        assert_eq!(stopped[list], running[list], "{list}");
    }
    let takers = stopped["accesses"].as_array().unwrap().iter().filter(|line| line["what"] == "export").count();
    assert_eq!(takers, 3, "the physician, and two by command before this one: {stopped}");
    let nobody = town.vagus.command(&["workers", "export", "plant-a", "w-9"], &[]);
    assert_eq!(nobody.status.code(), Some(1));
}

#[test]
fn what_a_higher_level_of_a_rule_would_have_done_is_looked_up_in_the_stored_history() {
    let town = town_with(&[("dr.lan", Role::Physician), ("root", Role::Administrator)]);
    let clinic = Program::clinic(&town.vagus);
    assert_eq!(sent(&clinic, 12, 24 * 20), Ok(()));
    let physician = Program::of(&town.vagus, "dr.lan");
    let rules = physician.get("/api/v1/rules");
    let form = rules.body["forms"].as_array().unwrap().iter().find(|form| form["rule"] == "R16").unwrap().clone();
    let numbers: Vec<f64> =
        form["numbers"].as_array().unwrap().iter().map(|one| one["value"].as_f64().unwrap()).collect();
    let change = json!({"rule": "R16", "on": true, "level": "L3", "numbers": numbers}).to_string();
    // Workers are written behind, every few seconds.
    let found = eventually("the worker is stored and looked back on", || {
        let asked = physician.post("/api/v1/rules/what-if", &[JSON], change.as_bytes());
        assert!(matches!(asked.status, 202 | 409), "{asked:?}");
        let told = physician.get("/api/v1/rules/what-if").body;
        (told["state"] == "done" && told["looked"] == 1).then_some(told)
    });
    let worker = &found["found"]["workers"][0];
    assert_eq!((worker["worker"].as_str(), worker["outcome"].as_str()), (Some("w-1"), Some("other_level")), "{found}");
    assert_eq!((worker["old"]["level"].as_str(), worker["new"]["level"].as_str()), (Some("L2"), Some("L3")));
    let site = &found["found"]["sites"][0];
    assert!(site["is_small"] == true && site["whole"]["levels"][0]["old_a_week"].is_null(), "one is told of no group");
    let forbidden = Program::of(&town.vagus, "root").get("/api/v1/rules/what-if");
    assert_eq!(forbidden.status, 403);
}
