//! One connection of the publisher: messages out, the broker's answers in, until it ends.

use std::collections::VecDeque;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::time::Instant;
use tracing::{info, warn};

use super::mqtt::{Message, Order, PublishError, PublisherTask, is_stopping};
use crate::broker::BrokerError;
use crate::broker::heartbeat::Heartbeat;
use crate::broker::link::Link;
use crate::broker::packet::{Incoming, Welcome};

/// Bytes that may wait to be written before more messages are taken.
const MAX_UNWRITTEN_BYTES: usize = 1024 * 1024;
/// How long the broker may leave messages without any answer; pings alone do not show that it takes them.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// What a packet has besides topic and payload, at most.
const PACKET_OVERHEAD_BYTES: usize = 64;

/// Why one connection ended.
pub(super) enum End {
    /// Everybody is gone, or the service stops.
    Finished,
    Lost(BrokerError),
}

/// Who wants to know what becomes of a message.
enum Flight {
    Tracked(oneshot::Sender<Result<(), PublishError>>),
    Receipt(Message),
}

/// One connection and what is under way on it.
pub(super) struct Connection<'a> {
    task: &'a mut PublisherTask,
    link: Link,
    heartbeat: Heartbeat,
    window: usize,
    max_packet_bytes: Option<u32>,
    /// The rest of the batch that is being sent; it ends with the connection, so that nothing is overtaken.
    queued: VecDeque<Order>,
    /// In the order of sending, which is that of the answers.
    in_flight: VecDeque<(u16, Flight)>,
    last_packet_id: u16,
    /// When the broker last answered, or had nothing to answer.
    answered_at: Instant,
    /// Whether every publisher is gone.
    is_abandoned: bool,
    /// Set when the service stops: until when answers are waited for.
    stop_by: Option<Instant>,
}

impl<'a> Connection<'a> {
    pub(super) fn new(task: &'a mut PublisherTask, link: Link, welcome: &Welcome) -> Self {
        let window = welcome.receive_maximum.unwrap_or(u16::MAX).min(task.settings.max_in_flight).max(1);
        let keep_alive_s = welcome.keep_alive_s.unwrap_or(task.settings.broker.keep_alive_s);
        Self {
            link,
            heartbeat: Heartbeat::new(keep_alive_s),
            window: usize::from(window),
            max_packet_bytes: welcome.max_packet_bytes,
            queued: VecDeque::new(),
            in_flight: VecDeque::new(),
            last_packet_id: 0,
            answered_at: Instant::now(),
            is_abandoned: false,
            stop_by: None,
            task,
        }
    }

    pub(super) async fn serve(mut self, shutdown: &mut watch::Receiver<bool>) -> End {
        let end = self.work(shutdown).await;
        // Tracked messages learn of the loss by their sender being dropped.
        let unsure = self.in_flight.into_iter().filter_map(|(_, flight)| match flight {
            Flight::Receipt(message) => Some(message),
            Flight::Tracked(_) => None,
        });
        let dropped = self.task.receipts.put_back(unsure.collect());
        self.task.status.receipts_dropped.fetch_add(dropped, Relaxed);
        end
    }

    async fn work(&mut self, shutdown: &mut watch::Receiver<bool>) -> End {
        loop {
            if let Err(error) = self.take_answers().and_then(|()| self.send_what_waits()) {
                return End::Lost(error);
            }
            let is_ending = self.is_abandoned || self.stop_by.is_some();
            if is_ending && self.in_flight.is_empty() && self.queued.is_empty() && self.task.receipts.is_empty() {
                return self.say_goodbye().await;
            }
            let has_room = self.has_room();
            let stop_by = self.stop_by;
            let progress = tokio::select! {
                biased;
                () = is_stopping(shutdown), if stop_by.is_none() => {
                    self.stop_by = Some(Instant::now() + Duration::from_millis(self.task.settings.shutdown_grace_ms));
                    Ok(())
                }
                batch = self.task.orders.recv(), if self.queued.is_empty() && !is_ending => {
                    match batch {
                        Some(batch) => self.queued.extend(batch),
                        None => self.is_abandoned = true,
                    }
                    Ok(())
                }
                () = self.task.receipts.arrived(), if has_room => Ok(()),
                () = self.heartbeat.is_due() => self.beat(),
                moved = self.link.transfer(true) => moved.map(|count| if count > 0 { self.heartbeat.heard() }),
                () = tokio::time::sleep_until(stop_by.unwrap_or_else(Instant::now)), if stop_by.is_some() => {
                    return self.say_goodbye().await;
                }
            };
            if let Err(error) = progress {
                return End::Lost(error);
            }
        }
    }

    fn beat(&mut self) -> Result<(), BrokerError> {
        let now = Instant::now();
        if self.in_flight.is_empty() {
            self.answered_at = now;
        } else if now.duration_since(self.answered_at) >= ANSWER_TIMEOUT {
            return Err(BrokerError::Protocol(format!("it leaves {} messages unanswered", self.in_flight.len())));
        }
        self.heartbeat.beat(&mut self.link, true)
    }

    fn has_room(&self) -> bool {
        self.in_flight.len() < self.window && self.link.unwritten_bytes() < MAX_UNWRITTEN_BYTES
    }

    fn take_answers(&mut self) -> Result<(), BrokerError> {
        while let Some(packet) = self.link.next_packet()? {
            match packet {
                Incoming::PubAck { packet_id, refusal } => self.answered(packet_id, refusal),
                Incoming::Disconnect { reason, is_takeover } => return Err(BrokerError::Ended { reason, is_takeover }),
                Incoming::Publish(_) | Incoming::SubAck(_) | Incoming::Pong | Incoming::Welcome(_) => {}
            }
        }
        Ok(())
    }

    fn answered(&mut self, packet_id: u16, refusal: Option<String>) {
        self.answered_at = Instant::now();
        let Some(index) = self.in_flight.iter().position(|(id, _)| *id == packet_id) else { return };
        match self.in_flight.remove(index) {
            Some((_, Flight::Tracked(outcome))) => {
                let _ = outcome.send(refusal.map_or(Ok(()), |reason| Err(PublishError::Refused(reason))));
            }
            Some((_, Flight::Receipt(message))) => match refusal {
                None => {
                    self.task.status.receipts_sent.fetch_add(1, Relaxed);
                }
                Some(reason) => {
                    let dropped = self.task.status.receipts_dropped.fetch_add(1, Relaxed);
                    if dropped == 0 {
                        warn!(
                            topic = message.topic,
                            "the broker refused a receipt: {reason}; further ones are only counted"
                        );
                    }
                }
            },
            None => {}
        }
    }

    /// Events first: there are few of them, and somebody waits.
    fn send_what_waits(&mut self) -> Result<(), BrokerError> {
        while self.has_room() {
            if let Some(order) = self.queued.pop_front() {
                self.send_order(order)?;
                continue;
            }
            let Some(receipt) = self.task.receipts.pop() else { return Ok(()) };
            if self.limit_exceeded_by(&receipt).is_some() {
                // Sent, it would end the connection, and again on the next one, for ever.
                self.task.status.receipts_dropped.fetch_add(1, Relaxed);
                warn!(topic = receipt.topic, "a receipt is larger than the broker takes and was dropped");
                continue;
            }
            let packet_id = self.next_packet_id();
            let Message { topic, payload, content_type } = receipt.clone();
            self.link.publish(packet_id, &topic, payload, content_type)?;
            self.in_flight.push_back((packet_id, Flight::Receipt(receipt)));
        }
        Ok(())
    }

    fn send_order(&mut self, order: Order) -> Result<(), BrokerError> {
        let Order { message, outcome } = order;
        if let Some((bytes, limit)) = self.limit_exceeded_by(&message) {
            let _ = outcome.send(Err(PublishError::TooLarge { bytes, limit }));
            return Ok(());
        }
        let Message { topic, payload, content_type } = message;
        let packet_id = self.next_packet_id();
        self.link.publish(packet_id, &topic, payload, content_type)?;
        self.in_flight.push_back((packet_id, Flight::Tracked(outcome)));
        Ok(())
    }

    /// The message's size and the broker's limit, where the message is over it.
    fn limit_exceeded_by(&self, message: &Message) -> Option<(usize, u32)> {
        let bytes = message.topic.len() + message.payload.len() + PACKET_OVERHEAD_BYTES;
        let limit = self.max_packet_bytes?;
        usize::try_from(limit).is_ok_and(|limit| bytes > limit).then_some((bytes, limit))
    }

    /// The next id that is not under way; the window is far smaller than the number of ids.
    fn next_packet_id(&mut self) -> u16 {
        loop {
            self.last_packet_id = self.last_packet_id.checked_add(1).unwrap_or(1);
            let candidate = self.last_packet_id;
            if !self.in_flight.iter().any(|(id, _)| *id == candidate) {
                return candidate;
            }
        }
    }

    async fn say_goodbye(&mut self) -> End {
        let grace = Duration::from_millis(self.task.settings.shutdown_grace_ms);
        match tokio::time::timeout(grace, self.link.close()).await {
            Ok(Ok(())) => info!("delivery left the broker"),
            Ok(Err(error)) => warn!("delivery left the broker in haste: {error}"),
            Err(_) => warn!("delivery left the broker in haste: it took nothing more"),
        }
        End::Finished
    }
}
