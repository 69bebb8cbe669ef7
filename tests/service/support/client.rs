//! A plain MQTT client for tests: a publisher that waits for its PUBACKs, a subscriber that keeps what came.

use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{ConnectProperties, Packet};
use rumqttc::v5::{Client, Connection, Event, MqttOptions};

use super::eventually;

/// What a subscriber got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Received {
    /// The topic.
    pub(crate) topic: String,
    /// The payload.
    pub(crate) payload: Vec<u8>,
    /// The media type, where the publisher named one.
    pub(crate) content_type: Option<String>,
}

/// A connected client. Dropped, it disconnects.
pub(crate) struct TestClient {
    client: Client,
    state: Arc<Mutex<State>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct State {
    is_connected: bool,
    subscriptions: usize,
    sent: usize,
    acknowledged: usize,
    received: Vec<Received>,
}

impl TestClient {
    /// Connects under an id, without a session that outlives it.
    pub(crate) fn connect(port: u16, id: &str) -> Self {
        Self::connect_with(port, id, |_| {})
    }

    /// Connects with more options set.
    pub(crate) fn connect_with(port: u16, id: &str, options: impl FnOnce(&mut MqttOptions)) -> Self {
        let mut settings = MqttOptions::new(id, "127.0.0.1", port);
        settings.set_keep_alive(Duration::from_secs(30));
        let mut properties = ConnectProperties::new();
        properties.max_packet_size = Some(16 * 1024 * 1024);
        settings.set_connect_properties(properties);
        options(&mut settings);
        let (client, connection) = Client::new(settings, 2_000);
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let thread = std::thread::spawn(move || poll(connection, &shared));
        let this = Self { client, state, thread: Some(thread) };
        eventually("the test's client connects", || this.state.lock().unwrap().is_connected.then_some(()));
        this
    }

    /// Subscribes and waits until that holds.
    pub(crate) fn subscribe(&self, filter: &str) {
        let before = self.state.lock().unwrap().subscriptions;
        self.client.subscribe(filter, QoS::AtLeastOnce).expect("the client runs");
        eventually("the broker takes the subscription", || {
            (self.state.lock().unwrap().subscriptions > before).then_some(())
        });
    }

    /// Publishes at QoS 1 without waiting.
    pub(crate) fn send(&self, topic: &str, payload: impl Into<Vec<u8>>) {
        self.state.lock().unwrap().sent += 1;
        self.client.publish(topic, QoS::AtLeastOnce, false, payload.into()).expect("the client runs");
    }

    /// Publishes at QoS 1 what the broker is to keep for whoever comes later, and waits until it has it.
    pub(crate) fn publish_retained(&self, topic: &str, payload: impl Into<Vec<u8>>) {
        self.state.lock().unwrap().sent += 1;
        self.client.publish(topic, QoS::AtLeastOnce, true, payload.into()).expect("the client runs");
        self.wait_for_acknowledgements();
    }

    /// Publishes at QoS 1 and waits until the broker has everything sent so far.
    pub(crate) fn publish(&self, topic: &str, payload: impl Into<Vec<u8>>) {
        self.send(topic, payload);
        self.wait_for_acknowledgements();
    }

    /// Waits until the broker has everything sent so far.
    pub(crate) fn wait_for_acknowledgements(&self) {
        eventually("the broker acknowledges what was published", || {
            let state = self.state.lock().unwrap();
            (state.acknowledged >= state.sent).then_some(())
        });
    }

    /// Waits until at least so many messages came, and gives all of them.
    pub(crate) fn wait_for(&self, count: usize) -> Vec<Received> {
        eventually("enough messages come", || {
            let state = self.state.lock().unwrap();
            (state.received.len() >= count).then(|| state.received.clone())
        })
    }
}

impl TestClient {
    /// Ends the connection, and gives everything that came on it.
    pub(crate) fn into_received(mut self) -> Vec<Received> {
        self.disconnect();
        std::mem::take(&mut self.state.lock().unwrap().received)
    }

    fn disconnect(&mut self) {
        let _ = self.client.try_disconnect();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for TestClient {
    fn drop(&mut self) {
        self.disconnect();
    }
}

/// Ends with the connection: a test that wants another makes another.
fn poll(mut connection: Connection, state: &Mutex<State>) {
    for event in connection.iter() {
        let Ok(event) = event else { return };
        let mut state = state.lock().unwrap();
        match event {
            Event::Incoming(Packet::ConnAck(_)) => state.is_connected = true,
            Event::Incoming(Packet::SubAck(_)) => state.subscriptions += 1,
            Event::Incoming(Packet::PubAck(_)) => state.acknowledged += 1,
            Event::Incoming(Packet::Publish(publish)) => state.received.push(Received {
                topic: String::from_utf8_lossy(&publish.topic).into_owned(),
                payload: publish.payload.to_vec(),
                content_type: publish.properties.and_then(|p| p.content_type),
            }),
            Event::Incoming(_) | Event::Outgoing(_) => {}
        }
    }
}
