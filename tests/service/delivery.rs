//! Delivery against a real mosquitto: every event arrives, under its own id, whatever the broker does.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rumqttc::v5::MqttOptions;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use vagus::broker::{BackoffSettings, Protocol};
use vagus::delivery::mqtt::{self, Publisher, Settings};
use vagus::delivery::outbox::{self, Deliverer, Outbox};
use vagus::domain::Timestamp;
use vagus::domain::ids::ChannelId;
use vagus::store::{DeliveryKey, Outgoing};
use vagus::telemetry::Metrics;

use crate::support::PATIENCE;
use crate::support::client::TestClient;
use crate::support::ingest::until;
use crate::support::mosquitto::{Mosquitto, MosquittoConfig};
use crate::support::wire::Wire;

const ALERTS: &str = "vagus/v1/plant-a/alerts";

/// An outbox in memory, in the place of the store.
#[derive(Default)]
struct Memory {
    pending: Mutex<Vec<Outgoing>>,
}

impl Memory {
    fn put(&self, topic: &str, id: &str) {
        self.put_with(topic, id, false);
    }

    fn put_with(&self, topic: &str, id: &str, is_crisis: bool) {
        let event = Outgoing {
            channel: ChannelId::mqtt(),
            id: id.to_owned(),
            recipient: None,
            is_crisis,
            decided_at: Timestamp::UNIX_EPOCH,
            target: topic.to_owned(),
            payload: id.as_bytes().to_vec(),
        };
        self.pending.lock().unwrap().push(event);
    }

    fn left(&self) -> Vec<String> {
        self.pending.lock().unwrap().iter().map(|event| event.id.clone()).collect()
    }
}

impl Outbox for Memory {
    fn pending(&self, limit: usize) -> Result<Vec<Outgoing>, String> {
        Ok(self.pending.lock().unwrap().iter().take(limit).cloned().collect())
    }

    fn delivered(&self, keys: &[DeliveryKey]) -> Result<(), String> {
        self.pending.lock().unwrap().retain(|event| !keys.contains(&event.key()));
        Ok(())
    }
}

/// A running delivery with its outbox.
struct Delivery {
    outbox: Arc<Memory>,
    publisher: Publisher,
    wake: Arc<Notify>,
    shutdown: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

fn settings(port: u16) -> Settings {
    let mut settings = Settings::default();
    settings.broker.port = port;
    settings.broker.keep_alive_s = 1;
    settings.broker.backoff = BackoffSettings { min_ms: 20, max_ms: 200, stable_after_ms: 10_000 };
    settings
}

impl Delivery {
    fn start(settings: Settings) -> Self {
        Self::with_refused(settings, BackoffSettings { min_ms: 20, max_ms: 100, stable_after_ms: 0 })
    }

    /// With these waits of an event that the broker refuses.
    fn with_refused(settings: Settings, refused: BackoffSettings) -> Self {
        let (publisher, task) = mqtt::channel(settings);
        let (shutdown, is_stopping) = watch::channel(false);
        let (outbox, wake) = (Arc::new(Memory::default()), Arc::new(Notify::new()));
        let deliverer = Deliverer {
            outbox: Arc::clone(&outbox),
            publisher: publisher.clone(),
            wake: Arc::clone(&wake),
            settings: outbox::Settings {
                backoff: BackoffSettings { min_ms: 20, max_ms: 100, stable_after_ms: 0 },
                refused,
                ..outbox::Settings::default()
            },
            metrics: Metrics::new(),
        };
        let tasks = vec![tokio::spawn(task.run(is_stopping.clone())), tokio::spawn(deliverer.run(is_stopping))];
        Self { outbox, publisher, wake, shutdown, tasks }
    }

    fn put(&self, topic: &str, id: &str) {
        self.outbox.put(topic, id);
        self.wake.notify_one();
    }

    async fn until_empty(&self) {
        until("the outbox is empty", || self.outbox.left().is_empty()).await;
    }

    async fn stop(self) {
        self.shutdown.send_replace(true);
        for task in self.tasks {
            tokio::time::timeout(PATIENCE, task).await.expect("it ends in time").expect("it does not panic");
        }
    }
}

async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("the test's own work does not panic")
}

async fn subscriber(port: u16) -> TestClient {
    beside(move || {
        let receiver = TestClient::connect(port, "occupational-health");
        receiver.subscribe("vagus/v1/#");
        receiver
    })
    .await
}

/// Waits for what a subscriber gets, and lets it go.
async fn received(receiver: TestClient, count: usize) -> Vec<(String, String)> {
    let messages = beside(move || receiver.wait_for(count)).await;
    messages.into_iter().map(|m| (m.topic, String::from_utf8(m.payload).unwrap())).collect()
}

#[tokio::test]
async fn events_leave_in_their_order_with_their_media_type_and_the_outbox_empties() {
    let broker = Mosquitto::start(&MosquittoConfig::default());
    let receiver = subscriber(broker.port()).await;
    let delivery = Delivery::start(settings(broker.port()));
    let ids: Vec<String> = (0..500).map(|index| format!("e-{index}")).collect();
    for id in &ids {
        delivery.put(ALERTS, id);
    }
    delivery.until_empty().await;
    let messages = beside(move || receiver.wait_for(500)).await;
    assert!(messages.iter().all(|m| m.content_type.as_deref() == Some("application/cloudevents+json")));
    let came: Vec<String> = messages.into_iter().map(|m| String::from_utf8(m.payload).unwrap()).collect();
    assert_eq!(came, ids);
    delivery.stop().await;
}

#[tokio::test]
async fn events_leave_over_mqtt_3_1_1() {
    let broker = Mosquitto::start(&MosquittoConfig::default());
    let receiver = subscriber(broker.port()).await;
    let mut old = settings(broker.port());
    old.broker.protocol = Protocol::V311;
    let delivery = Delivery::start(old);
    delivery.put(ALERTS, "e-1");
    delivery.until_empty().await;
    assert_eq!(received(receiver, 1).await, [(ALERTS.to_owned(), "e-1".to_owned())]);
    delivery.stop().await;
}

#[tokio::test]
async fn event_sent_into_a_dead_wire_is_sent_again() {
    let broker = Mosquitto::start(&MosquittoConfig::default());
    let receiver = subscriber(broker.port()).await;
    let wire = Wire::to(broker.port()).await;
    let delivery = Delivery::start(settings(wire.port()));
    let status = delivery.publisher.status();
    until("delivery connects", || status.is_connected()).await;
    wire.go_dead();
    delivery.put(ALERTS, "e-1");
    delivery.put(ALERTS, "e-2");
    delivery.until_empty().await;
    assert!(status.connections() >= 2);
    let came: Vec<String> = received(receiver, 2).await.into_iter().map(|(_, id)| id).collect();
    assert_eq!(came, ["e-1", "e-2"]);
    delivery.stop().await;
}

#[tokio::test]
async fn events_decided_while_the_broker_was_killed_arrive_when_it_is_back() {
    let mut broker = Mosquitto::start(&MosquittoConfig::persistent());
    let port = broker.port();
    // A receiver whose session the broker keeps, as a careful receiver has it.
    let keep = |options: &mut MqttOptions| {
        options.set_clean_start(false);
        options.set_session_expiry_interval(Some(3_600));
    };
    beside(move || TestClient::connect_with(port, "careful", keep).subscribe(ALERTS)).await;
    let broker = beside(move || {
        broker.restart();
        broker
    })
    .await;
    let delivery = Delivery::start(settings(port));
    let status = delivery.publisher.status();
    until("delivery connects", || status.is_connected()).await;
    let mut broker = broker;
    broker.kill9();
    for index in 0..50 {
        delivery.put(ALERTS, &format!("e-{index}"));
    }
    until("the loss is noticed", || !status.is_connected()).await;
    assert_eq!(delivery.outbox.left().len(), 50);
    broker.start_again();
    delivery.until_empty().await;
    let came = beside(move || TestClient::connect_with(port, "careful", keep).wait_for(50)).await;
    let came: Vec<String> = came.into_iter().map(|m| String::from_utf8(m.payload).unwrap()).collect();
    assert_eq!(came, (0..50).map(|index| format!("e-{index}")).collect::<Vec<_>>());
    delivery.stop().await;
}

#[tokio::test]
async fn event_that_the_broker_refuses_stays_and_does_not_stop_the_others() {
    let directory = tempfile::tempdir().unwrap();
    let acl_file = directory.path().join("acl");
    std::fs::write(&acl_file, "topic read #\ntopic write vagus/v1/+/alerts\n").unwrap();
    let extra = vec![format!("acl_file {}", acl_file.display())];
    let broker = Mosquitto::start(&MosquittoConfig { extra, ..MosquittoConfig::default() });
    let delivery = Delivery::start(settings(broker.port()));
    delivery.put("vagus/v1/plant-a/actions/counseling", "refused");
    delivery.put(ALERTS, "taken");
    until("the other event is delivered", || delivery.outbox.left() == ["refused"]).await;
    until("the refused one is tried again", || broker.log().matches("Denied PUBLISH from vagus-delivery").count() >= 2)
        .await;
    delivery.stop().await;
}

#[tokio::test]
async fn a_crisis_leaves_within_seconds_of_the_broker_s_return_whatever_waits_are_set() {
    let mut broker = Mosquitto::start(&MosquittoConfig::default());
    let port = broker.port();
    let hour = BackoffSettings { min_ms: 3_600_000, max_ms: 3_600_000, stable_after_ms: 0 };
    let mut patient = settings(port);
    patient.broker.backoff = hour;
    let delivery = Delivery::start(patient);
    let status = delivery.publisher.status();
    until("delivery connects", || status.is_connected()).await;
    broker.kill9();
    until("the loss is noticed", || !status.is_connected()).await;
    delivery.put(ALERTS, "crisis");
    broker.start_again();
    let since = tokio::time::Instant::now();
    delivery.until_empty().await;
    assert!(since.elapsed() < Duration::from_secs(7), "it took {:?}", since.elapsed());
    delivery.stop().await;
}

#[tokio::test]
async fn a_crisis_that_the_broker_refuses_is_asked_again_within_seconds() {
    let directory = tempfile::tempdir().unwrap();
    let acl_file = directory.path().join("acl");
    std::fs::write(&acl_file, "topic read #\n").unwrap();
    let extra = vec![format!("acl_file {}", acl_file.display())];
    let broker = Mosquitto::start(&MosquittoConfig { extra, ..MosquittoConfig::default() });
    let hour = BackoffSettings { min_ms: 3_600_000, max_ms: 3_600_000, stable_after_ms: 0 };
    let delivery = Delivery::with_refused(settings(broker.port()), hour);
    let refusals = || broker.log().matches("Denied PUBLISH from vagus-delivery").count();
    delivery.outbox.put_with(ALERTS, "crisis", true);
    delivery.wake.notify_one();
    until("it is refused over and over", || refusals() >= 4).await;
    delivery.stop().await;
}

#[tokio::test]
async fn receipts_are_sent_and_the_oldest_go_where_there_is_no_room() {
    let mut broker = Mosquitto::start(&MosquittoConfig::default());
    let port = broker.port();
    broker.kill9();
    let mut tight = settings(port);
    tight.max_waiting_receipts = 3;
    let delivery = Delivery::start(tight);
    for index in 0..5 {
        delivery.publisher.send_receipt("vagus/v1/plant-a/gw-7/receipts".to_owned(), index.to_string().into_bytes());
    }
    let status = delivery.publisher.status();
    assert_eq!(status.receipts_dropped(), 2);
    broker.start_again();
    until("the receipts are sent", || status.receipts_sent() == 3).await;
    delivery.stop().await;
}

#[tokio::test]
async fn shutdown_while_the_broker_is_away_ends_at_once() {
    let mut broker = Mosquitto::start(&MosquittoConfig::default());
    broker.kill9();
    let delivery = Delivery::start(settings(broker.port()));
    delivery.put(ALERTS, "e-1");
    let since = tokio::time::Instant::now();
    delivery.stop().await;
    assert!(since.elapsed() < Duration::from_secs(5));
}
