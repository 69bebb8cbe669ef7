//! One connection of the session: messages in, acknowledgements out, until it ends.

use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::sync::mpsc::{Sender, error::TrySendError};
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::{error, info, warn};

use super::ledger::Ledger;
use super::session::{End, IngestError, Session};
use super::{AckToken, Arrival};
use crate::broker::BrokerError;
use crate::broker::heartbeat::Heartbeat;
use crate::broker::link::Link;
use crate::broker::packet::{Filter, Incoming, Publish};
use crate::telemetry::latency::Stopwatch;
use crate::telemetry::passage::Passage;

/// A read of less than this is short.
const SHORT_READ_BYTES: usize = 32 * 1024;
/// The rest after a short read; far below what anybody notices in an alert.
const REST: Duration = Duration::from_millis(1);

/// One connection and what is open on it.
pub(super) struct Connection<'a> {
    session: &'a mut Session,
    link: Link,
    epoch: u64,
    ledger: Ledger,
    /// An arrival for which the channel had no room.
    waiting: Option<Arrival>,
    is_subscribed: bool,
    heartbeat: Heartbeat,
    subscribe_by: Instant,
    /// Set when the service stops: until when acknowledgements are still sent.
    stop_by: Option<Instant>,
    /// Set after a short read: until when nothing more is read.
    rest_until: Option<Instant>,
}

impl<'a> Connection<'a> {
    pub(super) fn new(
        session: &'a mut Session,
        mut link: Link,
        epoch: u64,
        keep_alive_s: u16,
    ) -> Result<Self, BrokerError> {
        // Subscribing again changes nothing where the session was kept, and mends it where it was not.
        let status_topic = "/status";
        let filters: Vec<Filter> = session
            .settings
            .filters()
            .into_iter()
            .map(|path| Filter { wants_retained_again: path.ends_with(status_topic), path })
            .collect();
        link.subscribe(&filters)?;
        let subscribe_by = Instant::now() + Duration::from_millis(session.settings.broker.connect_timeout_ms);
        Ok(Self {
            session,
            link,
            epoch,
            ledger: Ledger::default(),
            waiting: None,
            is_subscribed: false,
            heartbeat: Heartbeat::new(keep_alive_s),
            subscribe_by,
            stop_by: None,
            rest_until: None,
        })
    }

    pub(super) async fn serve(&mut self) -> End {
        loop {
            if let Err(end) = self.hand_over() {
                return end;
            }
            self.session.status.unacknowledged.store(self.ledger.len() as u64, Relaxed);
            let may_read = self.may_read() && self.rest_until.is_none();
            let stop_by = self.stop_by;
            tokio::select! {
                biased;
                stop = wait_for_stop(&mut self.session.shutdown), if stop_by.is_none() => match stop {
                    Ok(()) => self.stop(),
                    Err(_) => return End::NobodyListens,
                },
                tokens = self.session.acks.recv() => match tokens {
                    Some(tokens) => self.acknowledge(&tokens),
                    None if self.session.abandoned().is_ok() => return self.say_goodbye().await,
                    None => return End::NobodyListens,
                },
                room = wait_for_room(self.session.arrivals.as_ref()), if self.waiting.is_some() => {
                    if !room { return End::NobodyListens; }
                }
                () = self.heartbeat.is_due() => if let Err(error) = self.beat(may_read) { return End::Lost(error); },
                moved = self.link.transfer(may_read) => match moved {
                    Ok(0) => {}
                    Ok(bytes) => {
                        self.heartbeat.heard();
                        self.rest_after(bytes);
                    }
                    Err(error) => return End::Lost(error),
                },
                () = wait_until(self.rest_until), if self.rest_until.is_some() => self.rest_until = None,
                () = wait_until(stop_by) => return self.say_goodbye().await,
            }
        }
    }

    /// Lets the broker go on writing after a short read.
    ///
    /// It writes every message by itself; taking each as it comes would wake every thread on its way,
    /// and the processor's time for that is missing where the broker runs on the same machine.
    fn rest_after(&mut self, bytes: usize) {
        if bytes < SHORT_READ_BYTES {
            self.rest_until = Some(Instant::now() + REST);
        }
    }

    /// Whether more may come in: nothing waits for room, and not too much is open.
    fn may_read(&self) -> bool {
        self.waiting.is_none()
            && self.stop_by.is_none()
            && self.ledger.payload_bytes() < self.session.settings.max_unacknowledged_bytes
    }

    /// Hands over what was read, as far as there is room.
    fn hand_over(&mut self) -> Result<(), End> {
        if let Some(arrival) = self.waiting.take() {
            self.offer(arrival)?;
        }
        while self.may_read() {
            match self.link.next_packet()? {
                None => return Ok(()),
                Some(Incoming::Publish(publish)) => self.arrived(publish)?,
                Some(Incoming::SubAck(outcomes)) => self.subscribed(&outcomes)?,
                Some(Incoming::Disconnect { reason, is_takeover }) => {
                    return Err(BrokerError::Ended { reason, is_takeover }.into());
                }
                Some(Incoming::Pong | Incoming::PubAck { .. } | Incoming::Welcome(_)) => {}
            }
        }
        Ok(())
    }

    fn arrived(&mut self, publish: Publish) -> Result<(), End> {
        let Publish { topic, payload, payload_bytes, packet_id, is_retained } = publish;
        let number = self.ledger.enter(packet_id, payload.len());
        let arrival = Arrival {
            receipt: AckToken::new(self.epoch, number),
            topic,
            payload,
            payload_bytes,
            is_retained,
            since: Stopwatch::start(),
        };
        if arrival.is_cut() {
            self.session.status.oversize.fetch_add(1, Relaxed);
            // What it holds is not read yet.
            let message_id = Passage::of_broker(self.epoch, number, arrival.since).name(None);
            warn!(%message_id, packet_bytes = payload_bytes, "a packet over the largest size was cut, to be rejected");
        }
        if packet_id != 0 {
            return self.offer(arrival);
        }
        // Nobody would send a message of QoS 0 again, and holding it back would hold back the others.
        match self.try_offer(arrival)? {
            None => Ok(()),
            Some(_) => {
                self.ledger.withdraw_last();
                let dropped = self.session.status.dropped.fetch_add(1, Relaxed);
                if dropped == 0 {
                    warn!(
                        "a message of QoS 0 was dropped because the service is behind; further ones are only counted"
                    );
                }
                Ok(())
            }
        }
    }

    fn offer(&mut self, arrival: Arrival) -> Result<(), End> {
        self.waiting = self.try_offer(arrival)?;
        Ok(())
    }

    /// Gives the arrival back when there is no room.
    fn try_offer(&self, arrival: Arrival) -> Result<Option<Arrival>, End> {
        // While the service stops, messages stay unacknowledged: they come again after the start.
        let Some(arrivals) = &self.session.arrivals else { return Ok(None) };
        match arrivals.try_send(arrival) {
            Ok(()) => Ok(None),
            Err(TrySendError::Full(arrival)) => Ok(Some(arrival)),
            Err(TrySendError::Closed(_)) => Err(End::NobodyListens),
        }
    }

    fn subscribed(&mut self, outcomes: &[Result<u8, String>]) -> Result<(), End> {
        let filters = self.session.settings.filters();
        let mut refusals = Vec::new();
        for (filter, outcome) in filters.iter().zip(outcomes) {
            match outcome {
                Ok(0) => warn!(filter, "the broker grants QoS 0 only: messages can be lost"),
                Ok(_) => {}
                Err(reason) => refusals.push(format!("{filter}: {reason}")),
            }
        }
        if refusals.len() == filters.len() {
            return Err(BrokerError::SubscriptionRefused(refusals.join("; ")).into());
        }
        for refusal in &refusals {
            error!("the broker refused a subscription, nothing will arrive there: {refusal}");
        }
        self.is_subscribed = true;
        self.session.status.connected.store(true, Relaxed);
        self.session.status.set_problem(None);
        self.session.metrics.set_connected(true);
        Ok(())
    }

    fn acknowledge(&mut self, tokens: &[AckToken]) {
        let mut stale = 0;
        for token in tokens {
            if token.epoch() == self.epoch {
                let link = &mut self.link;
                self.ledger.settle(token.number(), |packet_id| link.acknowledge(packet_id));
            } else {
                stale += 1;
            }
        }
        if stale > 0 {
            self.session.forget(stale);
        }
    }

    fn beat(&mut self, may_read: bool) -> Result<(), BrokerError> {
        if !self.is_subscribed && Instant::now() >= self.subscribe_by && may_read {
            return Err(BrokerError::Protocol("it never answered the subscription".to_owned()));
        }
        self.heartbeat.beat(&mut self.link, may_read)
    }

    /// The service stops: nothing more is handed over, and whoever takes arrivals comes to an end.
    fn stop(&mut self) {
        self.session.arrivals = None;
        self.waiting = None;
        self.stop_by = Some(Instant::now() + Duration::from_millis(self.session.settings.shutdown_grace_ms));
    }

    /// Writes the last acknowledgements and leaves; the broker keeps the session.
    async fn say_goodbye(&mut self) -> End {
        let grace = Duration::from_millis(self.session.settings.shutdown_grace_ms);
        match tokio::time::timeout(grace, self.link.close()).await {
            Ok(Ok(())) => info!("left the broker"),
            Ok(Err(error)) => warn!("left the broker in haste: {error}"),
            Err(_) => warn!("left the broker in haste: it took nothing more"),
        }
        End::Shutdown
    }
}

/// Comes back when the service stops; an error when nobody could say so any more.
pub(super) async fn wait_for_stop(shutdown: &mut watch::Receiver<bool>) -> Result<(), IngestError> {
    match shutdown.wait_for(|is_stopping| *is_stopping).await {
        Ok(_) => Ok(()),
        Err(_) => Err(IngestError::NobodyListens),
    }
}

/// Comes back when the channel has room; false when nobody takes from it any more.
async fn wait_for_room(arrivals: Option<&Sender<Arrival>>) -> bool {
    match arrivals {
        Some(arrivals) => arrivals.reserve().await.is_ok(),
        None => std::future::pending().await,
    }
}

async fn wait_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
