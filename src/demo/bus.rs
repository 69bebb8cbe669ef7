//! The demo's two MQTT clients: one publishes as gateways do, the other listens as occupational
//! health does, and for the receipts. Two connections, because what is published must not hold up
//! what is heard.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result};
use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, Packet, QoS, SubscribeFilter};
use serde::Deserialize;
use tokio::sync::{mpsc, oneshot};

use super::broker::MAX_PACKET_BYTES;
use super::workforce::Message;
use crate::domain::Timestamp;
use crate::domain::alert::Level;

/// Messages that the client may have sent without the broker's acknowledgement; the broker takes no more.
const IN_FLIGHT: u16 = 100;
const START_LIMIT: Duration = Duration::from_secs(10);

/// What the listener heard.
#[derive(Debug)]
pub(super) enum Heard {
    /// What became of a message.
    Receipt(Receipt),
    /// News of a case.
    Alert(Alert),
    /// A requested action, by the event's id.
    Action(String),
}

/// What became of a message; the form of the contract, as far as a gateway needs it.
#[derive(Debug, Deserialize)]
pub(super) struct Receipt {
    pub(super) message_id: Option<String>,
    pub(super) accepted: u64,
    pub(super) duplicate: u64,
    pub(super) rejected: Vec<serde::de::IgnoredAny>,
}

/// News of a case.
#[derive(Debug)]
pub(super) struct Alert {
    /// The same again when it is delivered again.
    pub(super) id: String,
    pub(super) kind: AlertKind,
    pub(super) worker: String,
    pub(super) at: Timestamp,
    pub(super) level: Level,
    pub(super) rules: Vec<String>,
    pub(super) summary: String,
    /// What is asked for, and until when.
    pub(super) actions: Vec<(String, Timestamp)>,
}

/// What the news is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AlertKind {
    Raised,
    RaisedAgain,
    Revised,
    Other,
}

#[derive(Deserialize)]
struct WireEvent {
    id: String,
    #[serde(rename = "type")]
    event_type: String,
    subject: String,
    time: String,
    data: WireData,
}

#[derive(Deserialize)]
struct WireId {
    id: String,
}

#[derive(Deserialize)]
struct WireData {
    level: String,
    rules: Vec<String>,
    summary: String,
    actions: Vec<WireAction>,
}

#[derive(Deserialize)]
struct WireAction {
    kind: String,
    due: String,
}

/// Both clients.
#[derive(Debug)]
pub(super) struct Bus {
    publisher: AsyncClient,
    heard: mpsc::UnboundedReceiver<Heard>,
}

impl Bus {
    /// Connects both, and returns when the subscriptions hold.
    pub(super) async fn connect(broker: SocketAddr, root: &str) -> Result<Self> {
        let (publisher, events) = AsyncClient::new(options(broker, "demo-gateways"), usize::from(IN_FLIGHT));
        tokio::spawn(publish(events));
        let (listener, events) = AsyncClient::new(options(broker, "demo-occupational-health"), 8);
        let filters = ["+/+/receipts", "+/alerts", "+/actions/workload-review", "+/actions/counseling"];
        let filters = filters.map(|filter| SubscribeFilter::new(format!("{root}/{filter}"), QoS::AtLeastOnce));
        listener.subscribe_many(filters).await?;
        let (tell, heard) = mpsc::unbounded_channel();
        let (subscribed, is_subscribed) = oneshot::channel();
        tokio::spawn(listen(events, tell, subscribed, listener));
        let answer = tokio::time::timeout(START_LIMIT, is_subscribed).await;
        answer.context("the broker did not answer a subscription")?.context("the listener ended")?;
        Ok(Self { publisher, heard })
    }

    /// Hands a message to the broker; that it arrived, only its receipt tells.
    pub(super) async fn publish(&self, message: &Message) -> Result<()> {
        let (topic, payload) = (message.topic.as_str(), message.payload.clone());
        Ok(self.publisher.publish_bytes(topic, QoS::AtLeastOnce, false, payload).await?)
    }

    /// What was heard next; none where nothing comes for so long.
    pub(super) async fn next(&mut self, at_most: Duration) -> Option<Heard> {
        tokio::time::timeout(at_most, self.heard.recv()).await.ok().flatten()
    }

    /// What was heard already.
    pub(super) fn try_next(&mut self) -> Option<Heard> {
        self.heard.try_recv().ok()
    }
}

fn options(broker: SocketAddr, client_id: &str) -> MqttOptions {
    let mut options = MqttOptions::new(client_id, broker.ip().to_string(), broker.port());
    options.set_keep_alive(Duration::from_secs(20));
    options.set_max_packet_size(MAX_PACKET_BYTES, MAX_PACKET_BYTES);
    options.set_inflight(IN_FLIGHT);
    // What arrives while a connection is mended must not be missed.
    options.set_clean_session(false);
    options
}

async fn publish(mut events: EventLoop) {
    loop {
        if let Err(error) = events.poll().await {
            if matches!(error, rumqttc::ConnectionError::RequestsDone) {
                return;
            }
            tracing::warn!("the demo's gateways lost the broker: {error}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

/// `client` is kept so that the event loop goes on.
async fn listen(
    mut events: EventLoop,
    tell: mpsc::UnboundedSender<Heard>,
    subscribed: oneshot::Sender<()>,
    client: AsyncClient,
) {
    let mut subscribed = Some(subscribed);
    while !tell.is_closed() {
        match events.poll().await {
            Ok(Event::Incoming(Packet::Publish(publish))) => {
                if let Some(heard) = understood(&publish.topic, &publish.payload) {
                    let _ = tell.send(heard);
                }
            }
            Ok(Event::Incoming(Packet::SubAck(_))) => {
                if let Some(subscribed) = subscribed.take() {
                    let _ = subscribed.send(());
                }
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!("the demo's listener lost the broker: {error}");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
    drop(client);
}

fn understood(topic: &str, payload: &[u8]) -> Option<Heard> {
    if topic.ends_with("/receipts") {
        return serde_json::from_slice(payload).ok().map(Heard::Receipt);
    }
    if topic.contains("/actions/") {
        return serde_json::from_slice(payload).ok().map(|event: WireId| Heard::Action(event.id));
    }
    let event: WireEvent = serde_json::from_slice(payload).ok()?;
    let kind = match event.event_type.as_str() {
        "vagus.alert.raised" => AlertKind::Raised,
        "vagus.alert.raised_again" => AlertKind::RaisedAgain,
        "vagus.alert.revised" => AlertKind::Revised,
        _ => AlertKind::Other,
    };
    let due = |action: WireAction| Some((action.kind, action.due.parse().ok()?));
    Some(Heard::Alert(Alert {
        id: event.id,
        kind,
        worker: event.subject,
        at: event.time.parse().ok()?,
        level: Level::parse(&event.data.level)?,
        rules: event.data.rules,
        summary: event.data.summary,
        actions: event.data.actions.into_iter().filter_map(due).collect(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contract_receipt_is_understood() {
        let payload = include_bytes!("../../tests/fixtures/contract/receipt.json");
        let Some(Heard::Receipt(receipt)) = understood("vagus/v1/plant-a/gw-7/receipts", payload) else {
            panic!("not a receipt");
        };
        assert_eq!((receipt.accepted, receipt.duplicate, receipt.rejected.len()), (47, 1, 1));
    }

    #[test]
    fn alert_is_understood() {
        let payload =
            br#"{"specversion":"1.0","id":"c-1-1-raised","source":"/vagus/plant-a","type":"vagus.alert.raised",
            "subject":"w-0042","time":"2026-03-01T08:50:00Z","data":{"case_id":"c-1","level":"L3","rules":["R3"],
            "summary":"So it is.","actions":[{"action_id":"a-1","kind":"counseling","due":"2026-03-08T08:50:00Z"}]}}"#;
        let Some(Heard::Alert(alert)) = understood("vagus/v1/plant-a/alerts", payload) else { panic!("no alert") };
        assert_eq!((alert.kind, alert.level, alert.worker.as_str()), (AlertKind::Raised, Level::L3, "w-0042"));
        assert_eq!(alert.actions.len(), 1);
    }
}
