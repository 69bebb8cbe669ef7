//! The ingest session against a real mosquitto: what it must survive, and what it must never send.

use std::time::Duration;

use vagus::broker::Protocol;
use vagus::ingest::{Arrival, probe};

use crate::support::client::TestClient;
use crate::support::ingest::{Ingest, settings, until};
use crate::support::mosquitto::{Mosquitto, MosquittoConfig};
use crate::support::wire::Wire;

const TOPIC: &str = "vagus/v1/plant-a/gw-7/readings";

/// Runs blocking work of the test's own client beside the session.
async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("the test's own work does not panic")
}

async fn publish(port: u16, payloads: &[&str]) {
    let payloads: Vec<String> = payloads.iter().map(|&text| text.to_owned()).collect();
    beside(move || {
        let gateway = TestClient::connect(port, "gw-7");
        for payload in payloads {
            gateway.publish(TOPIC, payload);
        }
    })
    .await;
}

fn text(arrival: &Arrival) -> String {
    String::from_utf8_lossy(&arrival.payload).into_owned()
}

async fn take(ingest: &mut Ingest, count: usize) -> Vec<Arrival> {
    let mut taken = Vec::new();
    while taken.len() < count {
        taken.push(ingest.next().await);
    }
    taken
}

async fn flow(protocol: Protocol) {
    let broker = Mosquitto::start(&MosquittoConfig::default());
    let mut settings = settings(broker.port());
    settings.broker.protocol = protocol;
    let mut ingest = Ingest::connected(settings).await;
    let port = broker.port();
    beside(move || {
        let gateway = TestClient::connect(port, "gw-7");
        for stream in ["readings", "screenings", "exposures", "actions"] {
            gateway.publish(&format!("vagus/v1/plant-a/gw-7/{stream}"), stream);
        }
        gateway.publish("vagus/v1/plant-a/gw-7/receipts", "not for us");
        gateway.publish("vagus/v1/plant-a/actions/counseling", "not for us");
        gateway.publish("vagus/v1/plant-a/gw-7/status", "online");
    })
    .await;
    let arrivals = take(&mut ingest, 5).await;
    let payloads: Vec<String> = arrivals.iter().map(text).collect();
    assert_eq!(payloads, ["readings", "screenings", "exposures", "actions", "online"]);
    assert_eq!(arrivals[0].topic, TOPIC);
    assert_eq!(ingest.status.unacknowledged(), 5);
    let tokens: Vec<_> = arrivals.iter().map(|arrival| arrival.receipt).collect();
    ingest.acknowledge(&tokens).await;
    ingest.until("all is acknowledged", |status| status.unacknowledged() == 0).await;
    ingest.stop().await.unwrap();
}

#[tokio::test]
async fn the_contracts_upward_streams_arrive_over_mqtt_5() {
    flow(Protocol::V5).await;
}

#[tokio::test]
async fn the_contracts_upward_streams_arrive_over_mqtt_3_1_1() {
    flow(Protocol::V311).await;
}

#[tokio::test]
async fn acknowledgements_are_sent_only_after_they_are_told() {
    let broker = Mosquitto::start(&MosquittoConfig::default());
    let mut ingest = Ingest::connected(settings(broker.port())).await;
    publish(broker.port(), &["one", "two"]).await;
    let arrivals = take(&mut ingest, 2).await;
    assert!(!broker.log().contains("Received PUBACK from vagus"));
    ingest.acknowledge(&[arrivals[0].receipt]).await;
    until("the broker gets a PUBACK", || broker.log().contains("Received PUBACK from vagus")).await;
    assert_eq!(broker.log().matches("Received PUBACK from vagus").count(), 1);
    ingest.stop().await.unwrap();
}

#[tokio::test]
async fn unacknowledged_messages_come_again_after_a_reconnect_and_acknowledged_ones_do_not() {
    let broker = Mosquitto::start(&MosquittoConfig::default());
    let mut ingest = Ingest::connected(settings(broker.port())).await;
    publish(broker.port(), &["one", "two", "three"]).await;
    let arrivals = take(&mut ingest, 3).await;
    ingest.acknowledge(&[arrivals[0].receipt]).await;
    ingest.stop().await.unwrap();

    let mut ingest = Ingest::connected(settings(broker.port())).await;
    assert_eq!([ingest.next_text().await, ingest.next_text().await], ["two", "three"]);
    ingest.stop().await.unwrap();
}

#[tokio::test]
async fn session_survives_a_broker_restart_with_what_was_queued() {
    let mut broker = Mosquitto::start(&MosquittoConfig::persistent());
    let mut ingest = Ingest::connected(settings(broker.port())).await;
    publish(broker.port(), &["before"]).await;
    assert_eq!(ingest.next_text().await, "before");
    broker.stop();
    ingest.until("the loss is noticed", |status| !status.is_connected()).await;
    assert!(ingest.status.last_problem().is_some());
    broker.start_again();
    ingest.until("the session is back", |status| status.is_connected()).await;
    assert_eq!(ingest.status.lost_sessions(), 0);
    assert_eq!(ingest.next_text().await, "before", "it was not acknowledged");
    publish(broker.port(), &["after"]).await;
    assert_eq!(ingest.next_text().await, "after");
    assert!(ingest.status.reconnects() >= 1);
    ingest.stop().await.unwrap();
}

#[tokio::test]
async fn lost_session_is_counted_and_subscribed_again() {
    let mut broker = Mosquitto::start(&MosquittoConfig::default());
    let mut ingest = Ingest::connected(settings(broker.port())).await;
    broker.kill9();
    ingest.until("the loss is noticed", |status| !status.is_connected()).await;
    broker.start_again();
    ingest.until("the session is back", |status| status.is_connected()).await;
    assert_eq!(ingest.status.lost_sessions(), 1);
    publish(broker.port(), &["after"]).await;
    assert_eq!(ingest.next_text().await, "after");
    ingest.stop().await.unwrap();
}

#[tokio::test]
async fn stale_acknowledgement_is_not_sent_on_a_new_connection() {
    let mut broker = Mosquitto::start(&MosquittoConfig::default());
    let mut ingest = Ingest::connected(settings(broker.port())).await;
    publish(broker.port(), &["old"]).await;
    let old = ingest.next().await;
    // The broker forgets everything; its next message gets the same packet id.
    broker.kill9();
    ingest.until("the loss is noticed", |status| !status.is_connected()).await;
    broker.start_again();
    ingest.until("the session is back", |status| status.is_connected()).await;
    publish(broker.port(), &["new"]).await;
    let new = ingest.next().await;
    assert_eq!((old.receipt.number(), new.receipt.number()), (0, 0));
    let log_before = broker.log().matches("Received PUBACK from vagus").count();
    ingest.acknowledge(&[old.receipt]).await;
    ingest.until("the stale acknowledgement is dropped", |status| status.stale_acks() == 1).await;
    assert_eq!(ingest.status.unacknowledged(), 1);
    ingest.stop().await.unwrap();
    assert_eq!(broker.log().matches("Received PUBACK from vagus").count(), log_before);
    let mut ingest = Ingest::connected(settings(broker.port())).await;
    assert_eq!(ingest.next_text().await, "new", "it must not be lost by the acknowledgement of another");
    ingest.stop().await.unwrap();
}

#[tokio::test]
async fn broker_that_is_not_there_yet_is_waited_for() {
    let mut broker = Mosquitto::start(&MosquittoConfig::default());
    broker.kill9();
    let ingest = Ingest::start(settings(broker.port()));
    ingest.until("three attempts fail", |status| status.failures() >= 3).await;
    assert!(ingest.status.last_problem().unwrap().contains("cannot reach the broker"));
    broker.start_again();
    ingest.until("the session connects", |status| status.is_connected()).await;
    assert_eq!(ingest.status.last_problem(), None);
    ingest.stop().await.unwrap();
}

#[tokio::test]
async fn half_open_connection_is_found_and_replaced() {
    let broker = Mosquitto::start(&MosquittoConfig::default());
    let wire = Wire::to(broker.port()).await;
    let mut through_wire = settings(wire.port());
    through_wire.broker.keep_alive_s = 1;
    let mut ingest = Ingest::connected(through_wire).await;
    wire.go_dead();
    ingest.until("the silence is noticed", |status| status.failures() >= 1).await;
    ingest.until("the session is back", |status| status.is_connected()).await;
    publish(broker.port(), &["after"]).await;
    assert_eq!(ingest.next_text().await, "after");
    ingest.stop().await.unwrap();
}

#[tokio::test]
async fn clients_that_take_the_session_from_each_other_slow_down_and_say_why() {
    let broker = Mosquitto::start(&MosquittoConfig::default());
    let mut patient = settings(broker.port());
    patient.broker.backoff.max_ms = 400;
    let ingest = Ingest::connected(patient).await;
    let port = broker.port();
    for round in 1..=3 {
        let thief = beside(move || TestClient::connect(port, "vagus")).await;
        ingest.until("the loss is noticed", |status| status.failures() == round).await;
        if round < 3 {
            ingest.until("the session is back", |status| status.is_connected()).await;
        }
        beside(move || drop(thief)).await;
    }
    assert_eq!(ingest.status.takeovers(), 1);
    assert!(ingest.status.last_problem().unwrap().contains("another client seems to use our client id"));
    let since = tokio::time::Instant::now();
    ingest.until("the session is back", |status| status.is_connected()).await;
    assert!(since.elapsed() >= Duration::from_millis(900), "it came back hot, after {:?}", since.elapsed());
    ingest.stop().await.unwrap();
}

#[tokio::test]
async fn payload_of_300_kib_arrives_whole() {
    let broker = Mosquitto::start(&MosquittoConfig::default());
    let mut ingest = Ingest::connected(settings(broker.port())).await;
    let port = broker.port();
    beside(move || TestClient::connect(port, "gw-7").publish(TOPIC, vec![b'x'; 300 * 1024])).await;
    let arrival = ingest.next().await;
    assert_eq!(arrival.payload.len(), 300 * 1024);
    assert!(!arrival.is_cut());
    ingest.stop().await.unwrap();
}

#[tokio::test]
async fn message_of_2_mib_is_cut_and_handed_over_where_the_broker_knows_no_limit() {
    let broker = Mosquitto::start(&MosquittoConfig::default());
    let mut old = settings(broker.port());
    old.broker.protocol = Protocol::V311;
    let mut ingest = Ingest::connected(old).await;
    let port = broker.port();
    beside(move || {
        let gateway = TestClient::connect(port, "gw-7");
        gateway.publish(TOPIC, vec![b'x'; 2 * 1024 * 1024]);
        gateway.publish(TOPIC, "good");
    })
    .await;
    let poison = ingest.next().await;
    assert!(poison.is_cut());
    assert_eq!((poison.topic.as_str(), poison.payload_bytes), (TOPIC, 2 * 1024 * 1024));
    let good = ingest.next().await;
    assert_eq!(text(&good), "good");
    ingest.acknowledge(&[poison.receipt, good.receipt]).await;
    ingest.until("both are acknowledged", |status| status.unacknowledged() == 0).await;
    assert_eq!((ingest.status.reconnects(), ingest.status.oversize()), (0, 1));
    ingest.stop().await.unwrap();
}

#[tokio::test]
async fn message_of_2_mib_does_not_stop_the_next_one_over_mqtt_5() {
    let broker = Mosquitto::start(&MosquittoConfig::default());
    let mut ingest = Ingest::connected(settings(broker.port())).await;
    let port = broker.port();
    beside(move || {
        let gateway = TestClient::connect(port, "gw-7");
        gateway.publish(TOPIC, vec![b'x'; 2 * 1024 * 1024]);
        gateway.publish(TOPIC, "good");
    })
    .await;
    assert_eq!(ingest.next_text().await, "good");
    assert_eq!(ingest.status.reconnects(), 0);
    ingest.stop().await.unwrap();
}

#[tokio::test]
async fn slow_sequencer_gets_everything_and_nothing_is_dropped() {
    let broker = Mosquitto::start(&MosquittoConfig {
        extra: vec!["max_inflight_messages 0".to_owned()],
        ..MosquittoConfig::default()
    });
    let mut small = settings(broker.port());
    // Over MQTT 3.1.1 the broker knows no bound: the channel's is what holds.
    small.broker.protocol = Protocol::V311;
    small.receive_maximum = 1;
    let mut ingest = Ingest::connected(small).await;
    let port = broker.port();
    beside(move || {
        let gateway = TestClient::connect(port, "gw-7");
        for index in 0..800 {
            gateway.send(TOPIC, index.to_string());
        }
        gateway.wait_for_acknowledgements();
    })
    .await;
    for index in 0..800 {
        let arrival = ingest.next().await;
        assert_eq!(text(&arrival), index.to_string());
        ingest.acknowledge(&[arrival.receipt]).await;
    }
    ingest.until("all is acknowledged", |status| status.unacknowledged() == 0).await;
    assert_eq!((ingest.status.dropped(), ingest.status.reconnects()), (0, 0));
    ingest.stop().await.unwrap();
}

#[tokio::test]
async fn messages_that_the_broker_throws_away_are_found_by_trying() {
    let limit = |count: u32| MosquittoConfig {
        extra: vec![format!("max_queued_messages {count}")],
        ..MosquittoConfig::default()
    };
    let broker = Mosquitto::start(&limit(10_000));
    assert_eq!(probe::kept_of(&settings(broker.port()), 300).await.unwrap(), 300);
    let broker = Mosquitto::start(&limit(100));
    for protocol in [Protocol::V5, Protocol::V311] {
        let mut settings = settings(broker.port());
        settings.broker.protocol = protocol;
        let kept = probe::kept_of(&settings, 300).await.unwrap();
        assert!((100..=130).contains(&kept), "the broker kept {kept}");
    }
}

#[tokio::test]
async fn wrong_password_is_said_in_words_and_tried_again() {
    let login = Some(("vagus".to_owned(), "right".to_owned()));
    let broker = Mosquitto::start(&MosquittoConfig { login, ..MosquittoConfig::default() });
    let mut wrong = settings(broker.port());
    wrong.broker.credentials =
        Some(vagus::broker::Credentials { username: "vagus".to_owned(), password: "wrong".into() });
    assert!(!format!("{wrong:?}").contains("wrong"), "a password shows in Debug");
    let ingest = Ingest::start(wrong.clone());
    ingest.until("two attempts fail", |status| status.failures() >= 2).await;
    assert_eq!(ingest.status.last_problem().unwrap(), "the broker refused the connection: not authorized");
    ingest.stop().await.unwrap();

    wrong.broker.credentials =
        Some(vagus::broker::Credentials { username: "vagus".to_owned(), password: "right".into() });
    Ingest::connected(wrong).await.stop().await.unwrap();
}
