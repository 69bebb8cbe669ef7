//! Time limits in a service whose clock the test sets: told once each, whatever happens in between.

use std::collections::BTreeMap;

use serde_json::Value;
use tokio::runtime::Runtime;
use vagus::app::control::{self, Answer, CasesAnswer, CasesQuestion, Question};
use vagus::app::service::Service;
use vagus::clock::Clock;
use vagus::config;
use vagus::console::view::DeedWord;
use vagus::domain::{SignedDuration, Timestamp};

use crate::replayed::{Recording, in_order};
use crate::support::client::TestClient;
use crate::support::eventually;
use crate::support::feed::{ago, gad7};
use crate::support::mosquitto::{Mosquitto, MosquittoConfig};
use crate::support::vagus::configuration;

/// A Monday, at nine in the morning of the site.
fn begin() -> Timestamp {
    "2026-03-02T02:00:00Z".parse().unwrap()
}

fn minutes(minutes: i64) -> Timestamp {
    begin() + SignedDuration::from_mins(minutes)
}

/// A service in this process, with a store that outlives it.
struct Plant {
    service: Option<Service>,
    runtime: Runtime,
    clock: Clock,
    receiver: TestClient,
    gateway: TestClient,
    directory: tempfile::TempDir,
    sent: usize,
    _broker: Mosquitto,
}

impl Plant {
    /// With an open case of `w-1`, whose score is severe, as of [`begin`].
    fn with_high_case() -> (Self, String) {
        let broker = Mosquitto::start(&MosquittoConfig::persistent());
        let directory = tempfile::tempdir().unwrap();
        let config = configuration(broker.port(), &directory.path().join("data"));
        std::fs::write(directory.path().join("vagus.toml"), config).unwrap();
        let receiver = TestClient::connect(broker.port(), "receiver");
        receiver.subscribe("vagus/v1/+/alerts");
        let gateway = TestClient::connect(broker.port(), "gw-7");
        let (runtime, clock) = (Runtime::new().unwrap(), Clock::set_at(begin()));
        let mut plant = Self { service: None, runtime, clock, receiver, gateway, directory, sent: 0, _broker: broker };
        plant.start();
        let case = plant.opens_case("w-1", 15);
        (plant, case)
    }

    fn start(&mut self) {
        let (settings, engine) = config::load(&self.directory.path().join("vagus.toml")).unwrap();
        let started = self.runtime.block_on(Service::start(settings, engine, self.clock.clone())).unwrap();
        let ready = format!("http://{}/readyz", started.ops_address());
        eventually("the service is ready", || ureq::get(&ready).call().ok());
        self.service = Some(started);
    }

    fn stop(&mut self) {
        if let Some(service) = self.service.take() {
            self.runtime.block_on(service.stop()).unwrap();
        }
    }

    /// A screening comes, and a case is opened; gives its id. What was due before it has left then.
    fn opens_case(&mut self, worker: &str, total: u8) -> String {
        let message = gad7(worker, total, ago(self.clock.now(), 1));
        self.sent += 1;
        self.gateway.publish(&message.topic(), message.envelope(&self.sent.to_string()));
        let raised = eventually("a case is opened", || {
            self.events().into_iter().find(|event| event["subject"] == worker && event["type"] == "vagus.alert.raised")
        });
        raised["data"]["case_id"].as_str().unwrap().to_owned()
    }

    /// Every event on the topic of alerts so far, in order, each id once.
    fn events(&self) -> Vec<Value> {
        let mut events = BTreeMap::new();
        let received = self.receiver.wait_for(0);
        let parsed = received.iter().map(|message| serde_json::from_slice::<Value>(&message.payload).unwrap());
        for (place, event) in parsed.enumerate() {
            let id = event["id"].as_str().unwrap().to_owned();
            let known = events.entry(id).or_insert_with(|| (place, event.clone()));
            assert_eq!(known.1, event, "a redelivery says the same");
        }
        let mut events: Vec<(usize, Value)> = events.into_values().collect();
        events.sort_by_key(|(place, _)| *place);
        events.into_iter().map(|(_, event)| event).collect()
    }

    /// What was told of `w-1`: when, which step, and how far its time was used up.
    fn overdue(&self) -> Vec<(Timestamp, String, u64)> {
        overdue(&self.events())
    }

    /// Goes on to a moment, and gives what was told by then. Another worker's case tells that all was.
    fn told_by(&mut self, minute: i64) -> Vec<(Timestamp, String, u64)> {
        self.clock.advance_to(minutes(minute));
        let worker = format!("w-then-{}", self.sent);
        self.opens_case(&worker, 12);
        self.overdue()
    }

    fn does(&self, case: &str, deed: DeedWord) {
        let (case, by, role) = (case.to_owned(), "dr.a".to_owned(), "physician".to_owned());
        let question = Question::Cases(CasesQuestion::Do { case, by, role: Some(role), note: None, deed });
        let answer = control::ask(&self.directory.path().join("data"), &question).unwrap();
        assert!(matches!(answer, Some(Answer::Cases(CasesAnswer::Case { .. }))), "{answer:?}");
    }
}

impl Drop for Plant {
    fn drop(&mut self) {
        self.stop();
    }
}

fn overdue(events: &[Value]) -> Vec<(Timestamp, String, u64)> {
    let told = events.iter().filter(|event| event["subject"] == "w-1" && event["type"] == "vagus.alert.overdue");
    let row = |event: &Value| {
        let (time, data) = (event["time"].as_str().unwrap().parse().unwrap(), &event["data"]);
        (time, data["step"].as_str().unwrap().to_owned(), data["used_percent"].as_u64().unwrap())
    };
    told.map(row).collect()
}

fn acknowledge(hours: i64, used_percent: u64) -> (Timestamp, String, u64) {
    (minutes(60 * hours), "acknowledge".to_owned(), used_percent)
}

#[test]
fn a_high_case_that_nobody_takes_is_overdue_at_four_hours_and_over_by_half_at_six_each_told_once() {
    let (mut plant, case) = Plant::with_high_case();
    assert_eq!(plant.told_by(239), []);
    // Nothing comes in at the moment itself: time alone tells.
    plant.clock.advance_to(minutes(240));
    let events = eventually("it is told", || Some(plant.events()).filter(|events| !overdue(events).is_empty()));
    let event = events.iter().find(|event| event["type"] == "vagus.alert.overdue").unwrap();
    let expected = serde_json::json!({"case_id": case, "episode": 1, "level": "L3", "rules": event["data"]["rules"],
        "state": "open", "step": "acknowledge", "due": minutes(240).to_string(), "used_percent": 100});
    assert_eq!(event["data"], expected, "no health value, nothing of the evidence");
    assert_eq!(plant.told_by(359), [acknowledge(4, 100)]);
    let both = [acknowledge(4, 100), acknowledge(6, 150)];
    assert_eq!(plant.told_by(360), both);
    plant.stop();
    plant.start();
    assert_eq!(plant.told_by(420), both, "a restart tells nothing twice");
    plant.does(&case, DeedWord::Move { to: None });
    assert_eq!(plant.told_by(23 * 60), both);
    // The next limit of the same case still runs.
    assert_eq!(plant.told_by(24 * 60)[2..], [(minutes(24 * 60), "assess".to_owned(), 100)]);
}

#[test]
fn what_became_due_while_the_service_was_down_is_told_once_and_in_order_at_the_start() {
    let (mut plant, case) = Plant::with_high_case();
    plant.stop();
    plant.clock.advance_to(minutes(10 * 60));
    plant.start();
    let both = [acknowledge(4, 100), acknowledge(6, 150)];
    eventually("both are told", || (plant.overdue().len() >= 2).then_some(()));
    assert_eq!(plant.told_by(601), both);
    plant.stop();
    plant.start();
    assert_eq!(plant.told_by(602), both, "the next start tells neither");
    plant.does(&case, DeedWord::Move { to: None });
    assert_eq!(plant.told_by(23 * 60), both);
}

#[test]
fn a_case_that_was_taken_in_time_is_told_to_nobody_whatever_is_restarted() {
    let (mut plant, case) = Plant::with_high_case();
    assert_eq!(plant.told_by(3 * 60), []);
    plant.does(&case, DeedWord::Move { to: None });
    plant.stop();
    plant.clock.advance_to(minutes(5 * 60));
    plant.start();
    assert_eq!(plant.told_by(23 * 60), []);
}

#[test]
fn a_replay_tells_the_limits_of_the_two_days_after_its_end() {
    let recording = Recording::of(&in_order(&[gad7("w-1", 15, begin())]));
    let events: Vec<Value> = recording.events(&[]).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let assess = |hours: i64, used_percent: u64| (minutes(60 * hours), "assess".to_owned(), used_percent);
    assert_eq!(overdue(&events), [acknowledge(4, 100), acknowledge(6, 150), assess(24, 100), assess(36, 150)]);
}
