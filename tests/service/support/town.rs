//! A broker, a service and everybody who talks to it: the gateway, and the receivers of what it says.

use std::collections::BTreeMap;

use serde_json::Value;

use super::client::{Received, TestClient};
use super::eventually;
use super::feed::Message;
use super::mosquitto::{Mosquitto, MosquittoConfig};
use super::vagus::Vagus;

/// An event as a receiver that knows ids sees it: each id once.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    pub(crate) topic: String,
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) subject: String,
    pub(crate) data: Value,
}

impl Event {
    /// What an action event tells, but for the characters of its action's id: they are drawn by a key, and
    /// `R3` or `L4` may stand among them by chance.
    pub(crate) fn told_beside_its_id(&self) -> String {
        let id = self.data["action_id"].as_str().unwrap();
        let drawn = id.strip_prefix("a-").unwrap();
        assert!(drawn.len() == 26 && drawn.bytes().all(|b| b.is_ascii_alphanumeric()), "{id}");
        format!("{} {} {}", self.id, self.subject, self.data).replace(drawn, "")
    }

    pub(crate) fn rules(&self) -> Vec<&str> {
        self.data["rules"].as_array().unwrap().iter().map(|rule| rule.as_str().unwrap()).collect()
    }

    pub(crate) fn level(&self) -> &str {
        self.data["level"].as_str().unwrap()
    }

    /// Kind and id of each action.
    pub(crate) fn actions(&self) -> Vec<(&str, &str)> {
        let actions = self.data["actions"].as_array().unwrap();
        actions.iter().map(|a| (a["kind"].as_str().unwrap(), a["action_id"].as_str().unwrap())).collect()
    }
}

/// A receiver whose session the broker keeps, as a careful receiver has it.
fn receiver(broker_port: u16) -> TestClient {
    TestClient::connect_with(broker_port, "receiver", |options| {
        options.set_clean_start(false);
        options.set_session_expiry_interval(Some(3_600));
    })
}

/// A topic of the receiver's that Vagus never uses.
const MARK: &str = "vagus/v1/plant-a/actions/mark";

pub(crate) struct Town {
    pub(crate) vagus: Vagus,
    receiver: Option<TestClient>,
    /// Of the marks sent after which everything before them has arrived.
    marks: std::cell::Cell<u32>,
    /// What the receiver got on connections before this one.
    earlier: Vec<Received>,
    gateway: TestClient,
    sent: usize,
    pub(crate) broker: Mosquitto,
}

impl Town {
    pub(crate) fn new() -> Self {
        Self::with("")
    }

    /// With more lines of configuration.
    pub(crate) fn with(more: &str) -> Self {
        Self::edited(|config| config + more)
    }

    /// With a configuration that the test changes.
    pub(crate) fn edited(edit: impl FnOnce(String) -> String) -> Self {
        let broker = Mosquitto::start(&MosquittoConfig::persistent());
        let receiver = receiver(broker.port());
        for filter in ["vagus/v1/+/alerts", "vagus/v1/+/actions/+", "vagus/v1/+/+/receipts"] {
            receiver.subscribe(filter);
        }
        let gateway = TestClient::connect(broker.port(), "gw-7");
        let vagus = Vagus::start_edited(broker.port(), edit);
        Self { vagus, receiver: Some(receiver), marks: 0.into(), earlier: Vec::new(), gateway, sent: 0, broker }
    }

    /// Stops the broker and starts it again; gateway and receiver come back at once.
    pub(crate) fn restart_broker(&mut self) {
        self.broker.stop();
        self.earlier.extend(self.receiver.take().unwrap().into_received());
        self.broker.start_again();
        self.receiver = Some(receiver(self.broker.port()));
        self.gateway = TestClient::connect(self.broker.port(), "gw-7");
    }

    fn received(&self) -> Vec<Received> {
        let received = self.earlier.iter().cloned().chain(self.receiver.as_ref().unwrap().wait_for(0));
        received.filter(|r| r.topic != MARK).collect()
    }

    /// Sends a message under a new id, and gives the id.
    pub(crate) fn send(&mut self, message: &Message) -> String {
        self.sent += 1;
        let id = format!("gw-7:{}", self.sent);
        self.gateway.publish(&message.topic(), message.envelope(&id));
        id
    }

    /// Sends raw bytes.
    pub(crate) fn send_raw(&self, topic: &str, payload: impl Into<Vec<u8>>) {
        self.gateway.publish(topic, payload);
    }

    /// Sends messages and waits for the receipt of each; those without one after a while are sent
    /// again, as a careful gateway does. Gives the sums of accepted, duplicate and rejected items.
    pub(crate) fn send_all(&mut self, messages: &[Message]) -> (u64, u64, u64) {
        let ids: Vec<String> = messages.iter().map(|message| self.send(message)).collect();
        self.receipts_of(&ids)
    }

    pub(crate) fn receipts_of(&self, ids: &[String]) -> (u64, u64, u64) {
        eventually("every message has its receipt", || {
            let receipts = self.receipts();
            let mine: Option<Vec<&Value>> = ids.iter().map(|id| receipts.get(id)).collect();
            mine.map(|mine| {
                mine.iter().fold((0, 0, 0), |sum, receipt| {
                    let count = |key: &str| receipt[key].as_u64().unwrap();
                    let rejected = receipt["rejected"].as_array().unwrap().len() as u64;
                    (sum.0 + count("accepted"), sum.1 + count("duplicate"), sum.2 + rejected)
                })
            })
        })
    }

    /// The last receipt of each message id.
    pub(crate) fn receipts(&self) -> BTreeMap<String, Value> {
        let received = self.received();
        let receipts = received.iter().filter(|r| r.topic.ends_with("/receipts"));
        receipts
            .filter_map(|r| {
                let receipt: Value = serde_json::from_slice(&r.payload).unwrap();
                Some((receipt["message_id"].as_str()?.to_owned(), receipt))
            })
            .collect()
    }

    /// The receipts of messages without an id.
    pub(crate) fn nameless_receipts(&self) -> Vec<Value> {
        let received = self.received();
        let receipts = received.iter().filter(|r| r.topic.ends_with("/receipts"));
        let receipts = receipts.map(|r| serde_json::from_slice::<Value>(&r.payload).unwrap());
        receipts.filter(|receipt| receipt["message_id"].is_null()).collect()
    }

    /// Every event so far, each id once; an id that came with two contents fails the test.
    pub(crate) fn events(&self) -> Vec<Event> {
        let mut events: Vec<Event> = Vec::new();
        let received = self.received();
        for message in received.iter().filter(|r| !r.topic.ends_with("/receipts")) {
            assert_eq!(message.content_type.as_deref(), Some("application/cloudevents+json"));
            let event: Value = serde_json::from_slice(&message.payload).unwrap();
            let text = |key: &str| event[key].as_str().unwrap().to_owned();
            let event = Event {
                topic: message.topic.clone(),
                id: text("id"),
                kind: text("type"),
                subject: text("subject"),
                data: event["data"].clone(),
            };
            match events.iter().find(|known| known.id == event.id) {
                Some(known) => assert_eq!(*known, event, "a redelivery says the same"),
                None => events.push(event),
            }
        }
        events
    }

    /// The alerts of a worker so far.
    pub(crate) fn alerts_of(&self, worker: &str) -> Vec<Event> {
        let alerts = self.events().into_iter().filter(|event| event.kind.starts_with("vagus.alert."));
        alerts.filter(|event| event.subject == worker).collect()
    }

    /// Waits for a number of alerts of a worker.
    pub(crate) fn wait_for_alerts(&self, worker: &str, count: usize) -> Vec<Event> {
        eventually("the alerts of a worker", || {
            let alerts = self.alerts_of(worker);
            (alerts.len() >= count).then_some(alerts)
        })
    }

    /// Waits until everything decided has left, so that what has not come will not come.
    pub(crate) fn quiet(&self) {
        eventually("the outbox is empty", || (self.vagus.metric("vagus_outbox_pending", "mqtt") == 0.0).then_some(()));
        // An empty outbox says that the broker has everything, not yet that the receiver has.
        let mark = self.marks.get() + 1;
        self.marks.set(mark);
        self.gateway.publish(MARK, mark.to_string());
        eventually("what the broker has arrived", || {
            let receiver = self.receiver.as_ref().unwrap().wait_for(0);
            receiver.iter().any(|r| r.topic == MARK && *r.payload == *mark.to_string().as_bytes()).then_some(())
        });
    }
}
