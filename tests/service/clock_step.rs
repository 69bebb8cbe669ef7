//! A clock that is set while the service runs. No broker is needed: what is asked for is what it says of itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::Value;
use tokio::task::block_in_place;
use vagus::app::control::{self, Answer, Question};
use vagus::app::service::Service;
use vagus::clock::{Clock, Source};
use vagus::config;
use vagus::domain::Timestamp;

use crate::support::eventually;
use crate::support::vagus::configuration;

const HOUR: i64 = 3_600_000_000;

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
    let directory = tempfile::tempdir().unwrap();
    let store = directory.path().join("data");
    let file = directory.path().join("vagus.toml");
    std::fs::write(&file, configuration(1, &store)).unwrap();
    let (settings, engine) = config::load(&file).unwrap();

    let begin: Timestamp = "2026-03-02T08:00:00Z".parse().unwrap();
    let (wall, passed) = (Arc::new(AtomicI64::new(begin.as_microsecond())), Arc::new(AtomicI64::new(0)));
    let source = Source::Set { wall: Arc::clone(&wall), passed: Arc::clone(&passed) };
    let clock = Clock::guarded(settings.clock, source);
    let service = Service::start(settings, engine, clock.clone()).await.unwrap();
    let probe = Probe { ops: service.ops_address().to_string() };

    block_in_place(|| {
        assert_eq!((probe.reason(), clock.now()), (None, begin));
        probe.wait_for_step(0);

        wall.fetch_add(HOUR, Ordering::AcqRel);
        let reason = probe.reason().unwrap();
        assert!(reason.contains("3600 s ahead") && reason.contains("vagus clock accept"), "{reason}");
        assert_eq!(clock.now(), begin, "no time has passed");
        probe.wait_for_step(3_600);

        let answer = control::ask(&store, &Question::ClockAccept).unwrap();
        assert!(matches!(answer, Some(Answer::ClockAccepted { step_s: Some(3_600) })), "{answer:?}");
        assert_eq!((probe.reason(), clock.now()), (None, "2026-03-02T09:00:00Z".parse().unwrap()));
        probe.wait_for_step(0);

        wall.fetch_sub(2 * HOUR, Ordering::AcqRel);
        assert!(probe.reason().unwrap().contains("7200 s behind"));
        wall.fetch_add(2 * HOUR, Ordering::AcqRel);
        assert_eq!(probe.reason(), None, "set right, it is believed without a word");
        let answer = control::ask(&store, &Question::ClockAccept).unwrap();
        assert!(matches!(answer, Some(Answer::ClockAccepted { step_s: None })), "{answer:?}");
    });
    service.stop().await.unwrap();
}
