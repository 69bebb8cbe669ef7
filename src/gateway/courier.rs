//! The connection of one source: messages out, receipts in, for ever again until everything has its receipt.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::Settings;
use super::flights::Flights;
use super::message::{Message, Origin};
use super::receipt::{Receipt, Rejected};
use crate::broker::BrokerError;
use crate::broker::backoff::Backoff;
use crate::broker::heartbeat::Heartbeat;
use crate::broker::link::Link;
use crate::broker::packet::{Filter, Hello, Incoming, LastWill, Publish, Welcome};
use crate::domain::rejection::Reason;

/// Bytes that may wait to be written before more messages are sent.
const MAX_UNWRITTEN_BYTES: usize = 1024 * 1024;
/// What a packet has besides topic and payload, at most.
const PACKET_OVERHEAD_BYTES: usize = 64;
/// The largest receipt that is read: a thousand rejections of the longest detail.
const MAX_PACKET_BYTES: u32 = 1024 * 1024;
/// How long a good-bye may take.
const GOODBYE: Duration = Duration::from_secs(2);
/// How a broker says that it knows us, and that we may not.
const NOT_AUTHORIZED: &str = "not authorized";
/// The packet id of the subscription; messages take the others.
const SUBSCRIPTION_ID: u16 = 1;

/// What a courier tells the publication.
#[derive(Debug)]
pub(super) enum Report {
    /// It is connected, subscribed to its receipts, and `online`.
    Connected(Origin),
    /// The connection could not be made or was lost, or the broker refused something; it goes on trying.
    Problem(Origin, String),
    /// The broker does not let this user speak for the source: trying again would change nothing.
    Refused(Origin, String),
    /// A message was sent once more.
    SentAgain,
    /// What became of a message.
    Settled(Message, Receipt),
}

/// Why one connection ended.
enum End {
    Finished,
    /// This user may not speak for this source.
    Refused(String),
    Lost(BrokerError),
}

impl From<BrokerError> for End {
    fn from(error: BrokerError) -> Self {
        Self::Lost(error)
    }
}

/// One source's connection, again and again.
pub(super) struct Courier {
    settings: Settings,
    origin: Origin,
    publication: String,
    /// Closed when nothing more comes.
    messages: mpsc::Receiver<Message>,
    reports: mpsc::Sender<Report>,
    stop: watch::Receiver<bool>,
    flights: Flights,
}

impl Courier {
    pub(super) fn new(
        settings: &Settings,
        origin: Origin,
        publication: &str,
        messages: mpsc::Receiver<Message>,
        reports: mpsc::Sender<Report>,
        stop: watch::Receiver<bool>,
    ) -> Self {
        let flights = Flights::new(settings.max_in_flight, settings.receipt_timeout);
        let (settings, publication) = (settings.clone(), publication.to_owned());
        Self { settings, origin, publication, messages, reports, stop, flights }
    }

    /// Sends until everything has its receipt and nothing more comes, or until it is stopped.
    pub(super) async fn run(mut self) {
        let mut backoff = Backoff::new(self.settings.broker.backoff);
        loop {
            let mut stop = self.stop.clone();
            let opened = tokio::select! {
                biased;
                () = is_stopping(&mut stop) => return,
                opened = self.open() => opened,
            };
            let since = Instant::now();
            let end = match opened {
                Ok((link, welcome)) => Connection::new(&mut self, link, &welcome).serve().await,
                Err(error) => End::Lost(error),
            };
            // Whether the broker has what it did not tell us of, nobody knows.
            self.flights.connection_lost();
            backoff.forgive_after(since.elapsed());
            let error = match end {
                End::Finished => return,
                End::Refused(why) => return self.report(Report::Refused(self.origin.clone(), why)).await,
                End::Lost(error) => error,
            };
            self.report(Report::Problem(self.origin.clone(), self.in_words(&error))).await;
            let wait = if error.is_takeover() { backoff.next_long_wait() } else { backoff.next_wait() };
            tokio::select! {
                () = is_stopping(&mut stop) => return,
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Nothing is left at the broker between connections: a receipt that is missed is asked for by sending again.
    async fn open(&self) -> Result<(Link, Welcome), BrokerError> {
        let hello = Hello {
            client_id: self.client_id(),
            is_clean: true,
            session_expiry_s: 0,
            receive_maximum: u16::MAX,
            max_packet_bytes: MAX_PACKET_BYTES,
        };
        let last_will = LastWill { topic: self.origin.status(&self.settings.root), payload: "offline" };
        Link::open_with_will(&self.settings.broker, &hello, Some(&last_will)).await
    }

    fn client_id(&self) -> String {
        // Names may hold a hyphen, but no colon: two sources never share an id.
        format!("{}:{}:{}", self.settings.client_id, self.origin.site, self.origin.source)
    }

    fn in_words(&self, error: &BrokerError) -> String {
        let (id, origin) = (self.client_id(), &self.origin);
        let remedy = "two programs must not speak for one source: end the other `vagus publish`, or this one";
        if error.is_takeover() {
            format!("another client connected as {id} and took over the connection of {origin}; {remedy}")
        } else if matches!(error, BrokerError::Closed) {
            // Of a takeover MQTT 3.1.1 cannot tell, and mosquitto does not where the session was clean.
            format!("{error} of {origin}; if it does so again and again, another client connects as {id}: {remedy}")
        } else {
            error.to_string()
        }
    }

    /// That the broker lets this user not do something, and what to do.
    fn not_allowed(&self, what: &str, reason: &str) -> String {
        let user = self.settings.broker.credentials.as_ref();
        let user = user.map_or("a client without a name".to_owned(), |login| format!("the user {:?}", login.username));
        let origin = &self.origin;
        format!(
            "the broker does not let {user} {what}: {reason}; sign in as a user who may speak for {origin} (mqtt.username), or \
             have the broker's access list let this one (config/mosquitto/vagus.acl is an example)"
        )
    }

    async fn report(&self, report: Report) {
        // Nobody listens only while everything ends.
        let _ = self.reports.send(report).await;
    }
}

/// One connection and what is under way on it.
struct Connection<'a> {
    courier: &'a mut Courier,
    link: Link,
    heartbeat: Heartbeat,
    receipts_topic: String,
    max_packet_bytes: usize,
    /// Messages that the broker lets us send without having acknowledged them.
    window: usize,
    unacknowledged: BTreeSet<u16>,
    last_packet_id: u16,
    /// The packet that says `online`: a broker that refuses it may still take messages.
    online_packet: Option<u16>,
    is_subscribed: bool,
    /// Whether nothing more comes.
    is_closed: bool,
}

impl<'a> Connection<'a> {
    fn new(courier: &'a mut Courier, link: Link, welcome: &Welcome) -> Self {
        let keep_alive_s = welcome.keep_alive_s.unwrap_or(courier.settings.broker.keep_alive_s);
        let max_packet_bytes = welcome.max_packet_bytes.and_then(|bytes| usize::try_from(bytes).ok());
        Self {
            receipts_topic: courier.origin.receipts(&courier.settings.root),
            heartbeat: Heartbeat::new(keep_alive_s),
            max_packet_bytes: max_packet_bytes.unwrap_or(usize::MAX),
            window: usize::from(welcome.receive_maximum.unwrap_or(u16::MAX).max(1)),
            unacknowledged: BTreeSet::new(),
            last_packet_id: SUBSCRIPTION_ID,
            online_packet: None,
            is_subscribed: false,
            is_closed: false,
            link,
            courier,
        }
    }

    async fn serve(mut self) -> End {
        let mut stop = self.courier.stop.clone();
        let receipts = Filter { path: self.receipts_topic.clone(), wants_retained_again: false };
        if let Err(error) = self.link.subscribe(&[receipts]) {
            return End::Lost(error);
        }
        loop {
            match self.advance().await {
                Ok(()) => {}
                Err(End::Refused(why)) => {
                    self.say_goodbye().await;
                    return End::Refused(why);
                }
                Err(end) => return end,
            }
            if self.is_closed && self.is_subscribed && self.courier.flights.is_empty() {
                return self.say_goodbye().await;
            }
            let send_again_at = self.courier.flights.next_deadline();
            tokio::select! {
                biased;
                () = is_stopping(&mut stop) => return self.say_goodbye().await,
                message = self.courier.messages.recv(), if !self.is_closed => match message {
                    Some(message) => self.courier.flights.add(message),
                    None => self.is_closed = true,
                },
                () = self.heartbeat.is_due() => if let Err(error) = self.heartbeat.beat(&mut self.link, true) {
                    return End::Lost(error);
                },
                moved = self.link.transfer(true) => match moved {
                    Ok(0) => {}
                    Ok(_) => self.heartbeat.heard(),
                    Err(error) => return End::Lost(error),
                },
                () = until(send_again_at) => {}
            }
        }
    }

    /// Takes what came, and sends what may be sent.
    async fn advance(&mut self) -> Result<(), End> {
        while let Some(packet) = self.link.next_packet()? {
            self.take(packet).await?;
        }
        while self.is_subscribed && self.has_room() {
            let Some((message, is_again)) = self.courier.flights.next(Instant::now()) else { return Ok(()) };
            let (number, topic, payload) = (message.number, message.topic.clone(), message.payload.clone());
            if topic.len() + payload.len() + PACKET_OVERHEAD_BYTES > self.max_packet_bytes {
                self.refuse(number).await;
                continue;
            }
            let packet_id = self.next_packet_id();
            self.link.publish(packet_id, &topic, payload, Some("application/json"))?;
            if is_again {
                self.courier.report(Report::SentAgain).await;
            }
        }
        Ok(())
    }

    async fn take(&mut self, packet: Incoming) -> Result<(), End> {
        match packet {
            // The broker has it, in memory: that is no reason to let go of it.
            Incoming::PubAck { packet_id, refusal } => {
                self.unacknowledged.remove(&packet_id);
                let is_online = self.online_packet.take_if(|online| *online == packet_id).is_some();
                let Some(reason) = refusal else { return Ok(()) };
                let (origin, root) = (self.courier.origin.clone(), &self.courier.settings.root);
                if reason == NOT_AUTHORIZED && !is_online {
                    let what = format!("publish to {root}/{origin}/…");
                    return Err(End::Refused(self.courier.not_allowed(&what, &reason)));
                }
                let what = if is_online { "the status" } else { "messages" };
                let words = format!("the broker refuses {what} of {origin}: {reason}");
                self.courier.report(Report::Problem(origin, words)).await;
            }
            Incoming::Publish(publish) => self.receipt(publish).await,
            Incoming::SubAck(outcomes) => {
                if let Some(Err(reason)) = outcomes.first() {
                    if reason == NOT_AUTHORIZED {
                        let what = format!("read {}", self.receipts_topic);
                        return Err(End::Refused(self.courier.not_allowed(&what, reason)));
                    }
                    let refusal = format!("{}: {reason}", self.receipts_topic);
                    return Err(BrokerError::SubscriptionRefused(refusal).into());
                }
                // Not before receipts are heard: now messages may go.
                self.is_subscribed = true;
                self.tell_status("online")?;
                self.online_packet = Some(self.last_packet_id);
                let origin = self.courier.origin.clone();
                self.courier.report(Report::Connected(origin)).await;
            }
            Incoming::Disconnect { reason, is_takeover } => {
                return Err(BrokerError::Ended { reason, is_takeover }.into());
            }
            Incoming::Pong | Incoming::Welcome(_) => {}
        }
        Ok(())
    }

    async fn receipt(&mut self, publish: Publish) {
        if publish.packet_id != 0 {
            self.link.acknowledge(publish.packet_id);
        }
        // Other programs of this source get receipts on the same topic: they are passed over.
        let Ok(receipt) = serde_json::from_slice::<Receipt>(&publish.payload) else { return };
        let (origin, publication) = (&self.courier.origin, &self.courier.publication);
        let number = receipt.message_id.as_deref().and_then(|id| origin.number_of(publication, id));
        if let Some(message) = number.and_then(|number| self.courier.flights.settle(number)) {
            self.courier.report(Report::Settled(message, receipt)).await;
        }
    }

    /// Sent, it would end the connection, and again on the next one, for ever.
    async fn refuse(&mut self, number: u64) {
        let Some(message) = self.courier.flights.settle(number) else { return };
        let detail = format!(
            "{} bytes, and the broker takes packets of at most {}",
            message.payload.len(),
            self.max_packet_bytes
        );
        let rejected = vec![Rejected { index: None, reason: Reason::TooLarge.as_str().to_owned(), detail }];
        let receipt = Receipt { message_id: None, accepted: 0, duplicate: 0, rejected };
        self.courier.report(Report::Settled(message, receipt)).await;
    }

    fn tell_status(&mut self, status: &'static str) -> Result<(), BrokerError> {
        let topic = self.courier.origin.status(&self.courier.settings.root);
        let packet_id = self.next_packet_id();
        self.link.publish_retained(packet_id, &topic, Bytes::from_static(status.as_bytes()))
    }

    fn has_room(&self) -> bool {
        self.unacknowledged.len() < self.window && self.link.unwritten_bytes() < MAX_UNWRITTEN_BYTES
    }

    /// The next id that is not under way.
    fn next_packet_id(&mut self) -> u16 {
        loop {
            self.last_packet_id = self.last_packet_id.checked_add(1).unwrap_or(SUBSCRIPTION_ID + 1);
            if self.unacknowledged.insert(self.last_packet_id) {
                return self.last_packet_id;
            }
        }
    }

    /// Says `offline` itself, because after a good-bye the broker does not.
    async fn say_goodbye(mut self) -> End {
        let said = async {
            self.tell_status("offline")?;
            let offline = self.last_packet_id;
            while self.unacknowledged.contains(&offline) {
                while let Some(packet) = self.link.next_packet()? {
                    if let Incoming::PubAck { packet_id, .. } = packet {
                        self.unacknowledged.remove(&packet_id);
                    }
                }
                if self.unacknowledged.contains(&offline) {
                    self.link.transfer(true).await?;
                }
            }
            self.link.close().await
        };
        // Where that fails, the broker says so in our place.
        let _ = tokio::time::timeout(GOODBYE, said).await;
        End::Finished
    }
}

async fn is_stopping(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|is_stopping| *is_stopping).await;
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
