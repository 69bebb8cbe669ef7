//! A clock that is set while the service runs: what it says of itself, and what it still takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Value, json};
use tokio::task::block_in_place;
use vagus::app::control::{self, Answer, Question};
use vagus::app::service::Service;
use vagus::clock::{Clock, Source};
use vagus::config;
use vagus::domain::{SignedDuration, Timestamp};

use crate::support::client::TestClient;
use crate::support::eventually;
use crate::support::feed::{Message, gad7, nights, phq9_with_crisis};
use crate::support::mosquitto::{Mosquitto, MosquittoConfig};
use crate::support::vagus::configuration;

const HOUR: i64 = 3_600_000_000;

/// A service whose two clocks the test sets, ready to be asked.
struct Watched {
    wall: Arc<AtomicI64>,
    clock: Clock,
    service: Service,
    probe: Probe,
    directory: tempfile::TempDir,
}

impl Watched {
    async fn start(broker_port: u16, begin: Timestamp) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("vagus.toml");
        std::fs::write(&file, configuration(broker_port, &directory.path().join("data"))).unwrap();
        let (settings, engine) = config::load(&file).unwrap();
        let (wall, passed) = (Arc::new(AtomicI64::new(begin.as_microsecond())), Arc::new(AtomicI64::new(0)));
        let clock = Clock::guarded(settings.clock, Source::Set { wall: Arc::clone(&wall), passed });
        let service = Service::start(settings, engine, clock.clone()).await.unwrap();
        let probe = Probe { ops: service.ops_address().to_string() };
        Self { wall, clock, service, probe, directory }
    }

    fn accept(&self) -> Option<i64> {
        match control::ask(&self.directory.path().join("data"), &Question::ClockAccept).unwrap() {
            Some(Answer::ClockAccepted { step_s }) => step_s,
            other => panic!("{other:?}"),
        }
    }
}

struct Probe {
    ops: String,
}

impl Probe {
    /// What `/readyz` says of the clock.
    fn reason(&self) -> Option<String> {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut answer = agent.get(format!("http://{}/readyz", self.ops)).call().unwrap();
        let body: Value = serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
        let reasons = body["reasons"].as_array().unwrap();
        let reason = reasons.iter().filter_map(Value::as_str).find(|reason| reason.contains("clock"));
        assert!(reason.is_none() || answer.status() == 503);
        reason.map(str::to_owned)
    }

    fn is_ready(&self) -> bool {
        ureq::get(format!("http://{}/readyz", self.ops)).call().is_ok()
    }

    fn wait_for_step(&self, seconds: i64) {
        let line = format!("\nvagus_clock_step_seconds {seconds}\n");
        eventually("the metric follows the clock", || {
            let text = ureq::get(format!("http://{}/metrics", self.ops)).call().unwrap().body_mut().read_to_string();
            text.unwrap().contains(&line).then_some(())
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_of_the_clock_waits_until_it_is_accepted_or_taken_back() {
    let begin: Timestamp = "2026-03-02T08:00:00Z".parse().unwrap();
    let watched = Watched::start(1, begin).await;
    let Watched { wall, clock, probe, .. } = &watched;

    block_in_place(|| {
        assert_eq!((probe.reason(), clock.now()), (None, begin));
        probe.wait_for_step(0);

        wall.fetch_add(HOUR, Ordering::AcqRel);
        let reason = probe.reason().unwrap();
        assert!(reason.contains("3600 s ahead") && reason.contains("vagus clock accept"), "{reason}");
        assert_eq!(clock.now(), begin, "no time has passed");
        probe.wait_for_step(3_600);

        assert_eq!(watched.accept(), Some(3_600));
        assert_eq!((probe.reason(), clock.now()), (None, "2026-03-02T09:00:00Z".parse().unwrap()));
        probe.wait_for_step(0);

        wall.fetch_sub(2 * HOUR, Ordering::AcqRel);
        assert!(probe.reason().unwrap().contains("7200 s behind"));
        wall.fetch_add(2 * HOUR, Ordering::AcqRel);
        assert_eq!(probe.reason(), None, "set right, it is believed without a word");
        assert_eq!(watched.accept(), None);
    });
    watched.service.stop().await.unwrap();
}

/// What came on topics that end so.
fn of_topic(desk: &TestClient, end: &str) -> Vec<Value> {
    let received = desk.wait_for(0).into_iter().filter(|message| message.topic.ends_with(end));
    received.map(|message| serde_json::from_slice(&message.payload).unwrap()).collect()
}

/// Sends a message, and gives how many of its items were accepted, were known, and why others were refused.
fn receipt(desk: &TestClient, message: &Message, id: &str) -> (u64, u64, Vec<String>) {
    desk.publish(&message.topic(), message.envelope(id));
    let receipt = eventually("the message has its receipt", || {
        of_topic(desk, "/receipts").into_iter().find(|receipt| receipt["message_id"] == id)
    });
    let count = |key: &str| receipt[key].as_u64().unwrap();
    let refused = receipt["rejected"].as_array().unwrap().iter();
    let mut reasons: Vec<String> = refused.map(|refused| refused["reason"].as_str().unwrap().to_owned()).collect();
    reasons.dedup();
    (count("accepted"), count("duplicate"), reasons)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crisis_answer_of_the_new_time_is_raised_while_the_step_waits() {
    let broker = Mosquitto::start(&MosquittoConfig::persistent());
    let begin: Timestamp = "2026-03-02T08:00:00Z".parse().unwrap();
    let watched = Watched::start(broker.port(), begin).await;
    block_in_place(|| {
        let desk = TestClient::connect(broker.port(), "desk");
        ["vagus/v1/+/alerts", "vagus/v1/+/+/receipts"].into_iter().for_each(|filter| desk.subscribe(filter));
        eventually("the service is ready", || watched.probe.is_ready().then_some(()));
        let days = 3;
        watched.wall.fetch_add(days * 24 * HOUR, Ordering::AcqRel);
        watched.probe.wait_for_step(days * 24 * 3_600);

        let there = begin + SignedDuration::from_hours(days * 24);
        let answer = phq9_with_crisis("w-1", there);
        assert_eq!(receipt(&desk, &answer, "m-1"), (1, 0, vec![]));
        let alerts = eventually("the alert leaves", || Some(of_topic(&desk, "/alerts")).filter(|all| !all.is_empty()));
        let alert = &alerts[0];
        assert_eq!((&alert["type"], &alert["data"]["level"]), (&json!("vagus.alert.raised"), &json!("L4")));
        // By the time that passed, which is all that the service believes.
        let stamp = |text: &Value| text.as_str().unwrap().parse::<Timestamp>().unwrap();
        assert_eq!(stamp(&alert["time"]), begin);
        let due = stamp(&alert["data"]["actions"][0]["due"]).duration_since(begin);
        assert!(due > SignedDuration::ZERO && due <= SignedDuration::from_hours(24), "{due}");
        assert_eq!(alert["data"]["evidence"]["screenings"], json!([]), "its day has not come");

        // Nights and scores are refused: they would lie in a future that may never come.
        let in_future = || (0, 0, vec!["in_future".to_owned()]);
        let night = nights("w-1", 1, 0, 0, there).remove(0);
        assert_eq!(receipt(&desk, &night, "m-2"), in_future());
        let sheet = gad7("w-1", 12, there);
        assert_eq!(receipt(&desk, &sheet, "m-2a"), in_future());
        let ahead_of_both = phq9_with_crisis("w-1", there + SignedDuration::from_hours(1));
        assert_eq!(receipt(&desk, &ahead_of_both, "m-3"), in_future());
        // Known it is once for all, before the step is accepted and after.
        assert_eq!(receipt(&desk, &answer, "m-4"), (0, 1, vec![]));
        assert_eq!(watched.accept(), Some(days * 24 * 3_600));
        assert_eq!(receipt(&desk, &answer, "m-5"), (0, 1, vec![]));
        assert_eq!(receipt(&desk, &night, "m-6"), (97, 0, vec![]));
        assert_eq!(receipt(&desk, &sheet, "m-7"), (1, 0, vec![]));
        assert_eq!(
            of_topic(&desk, "/alerts")
                .iter()
                .filter(|alert| alert["data"]["level"] == "L4" && alert["type"] != "vagus.alert.overdue")
                .count(),
            1
        );
    });
    watched.service.stop().await.unwrap();
}
