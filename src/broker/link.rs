//! One connection: bytes in and out, packets in and out. It is opened once and never reconnects.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use rumqttc::tokio_rustls::TlsConnector;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::net::TcpStream;

use super::certificate;
use super::error::BrokerError;
use super::frame::{self, FixedHeader};
use super::packet::{self, Filter, Hello, Incoming, LastWill, Publish, Welcome};
use super::settings::{Protocol, Settings, TlsSettings};
use super::tls;

/// Room made for each read: some hundred small messages at once.
const READ_BYTES: usize = 64 * 1024;
/// How much of a packet that is too large is kept to read its topic and to show what it was.
const HEAD_BYTES: usize = 128 * 1024;
/// How much of the payload of a packet that is too large is handed over.
const CUT_PAYLOAD_BYTES: usize = 16 * 1024;

trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Socket for T {}

/// A packet that is too large, of which the rest is being passed over.
struct Passing {
    left_bytes: usize,
    publish: Publish,
}

/// One connection to the broker.
pub struct Link {
    socket: Box<dyn Socket>,
    tls: Option<TlsSettings>,
    protocol: Protocol,
    inbox: BytesMut,
    outbox: BytesMut,
    needs_flush: bool,
    passing: Option<Passing>,
    max_packet_bytes: usize,
}

impl Link {
    /// Connects, encrypts where asked, and greets.
    ///
    /// # Errors
    /// Why that failed, in words; within the time the settings give.
    pub async fn open(settings: &Settings, hello: &Hello) -> Result<(Self, Welcome), BrokerError> {
        Self::open_with_will(settings, hello, None).await
    }

    /// The same, and the broker speaks our last will if we leave without a good-bye.
    ///
    /// # Errors
    /// As [`Link::open`].
    pub async fn open_with_will(
        settings: &Settings,
        hello: &Hello,
        last_will: Option<&LastWill>,
    ) -> Result<(Self, Welcome), BrokerError> {
        let timeout_ms = settings.connect_timeout_ms;
        let connecting = Self::connect(settings, hello, last_will);
        match tokio::time::timeout(Duration::from_millis(timeout_ms), connecting).await {
            Ok(outcome) => outcome,
            Err(_) => Err(BrokerError::Timeout { address: address(settings), timeout_ms }),
        }
    }

    async fn connect(
        settings: &Settings,
        hello: &Hello,
        last_will: Option<&LastWill>,
    ) -> Result<(Self, Welcome), BrokerError> {
        // The files first: what is wrong with them is mended here, whatever the broker does.
        let encryption = match &settings.tls {
            None => None,
            Some(tls) => {
                Some((TlsConnector::from(tls::client_config(tls).await?), tls::server_name(tls, &settings.host)?))
            }
        };
        let tcp = TcpStream::connect((settings.host.as_str(), settings.port))
            .await
            .map_err(|source| BrokerError::Unreachable { address: address(settings), source })?;
        // An acknowledgement must not wait for the next one.
        tcp.set_nodelay(true)?;
        let (socket, certificate_ends_at): (Box<dyn Socket>, _) = match encryption {
            None => (Box::new(tcp), None),
            Some((connector, name)) => {
                let stream = connector.connect(name, tcp).await;
                let stream = stream.map_err(|error| tls::explain(error, settings.tls.as_ref()))?;
                let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
                let ends_at = shown.and_then(|shown| certificate::ends_at(shown));
                (Box::new(stream), ends_at)
            }
        };
        let mut link = Self {
            socket,
            tls: settings.tls.clone(),
            protocol: settings.protocol,
            inbox: BytesMut::new(),
            outbox: BytesMut::new(),
            needs_flush: false,
            passing: None,
            max_packet_bytes: usize::try_from(hello.max_packet_bytes).unwrap_or(usize::MAX).max(HEAD_BYTES),
        };
        let keep_alive_s = settings.keep_alive_s.max(1);
        let credentials = settings.credentials.as_ref();
        packet::write_connect(&mut link.outbox, link.protocol, hello, keep_alive_s, credentials, last_will)?;
        let welcome = link.wait_for_welcome().await?;
        Ok((link, Welcome { certificate_ends_at, ..welcome }))
    }

    async fn wait_for_welcome(&mut self) -> Result<Welcome, BrokerError> {
        loop {
            match self.next_packet()? {
                Some(Incoming::Welcome(welcome)) => return Ok(welcome),
                Some(Incoming::Disconnect { reason, is_takeover }) => {
                    return Err(BrokerError::Ended { reason, is_takeover });
                }
                Some(other) => {
                    return Err(BrokerError::Protocol(format!("{other:?} before the answer to our greeting")));
                }
                None => {
                    self.transfer(true).await?;
                }
            }
        }
    }

    /// Puts a subscription of QoS 1 among what is to be written.
    ///
    /// # Errors
    /// If the filters do not fit into a packet.
    pub fn subscribe(&mut self, filters: &[Filter]) -> Result<(), BrokerError> {
        packet::write_subscribe(&mut self.outbox, self.protocol, filters)
    }

    /// Puts a message of QoS 1 among what is to be written.
    ///
    /// # Errors
    /// If the message does not fit into a packet.
    pub fn publish(
        &mut self,
        packet_id: u16,
        topic: &str,
        payload: Bytes,
        content_type: Option<&str>,
    ) -> Result<(), BrokerError> {
        packet::write_publish(&mut self.outbox, self.protocol, packet_id, topic, payload, content_type, false)
    }

    /// The same, and the broker keeps it for new subscribers.
    ///
    /// # Errors
    /// If the message does not fit into a packet.
    pub fn publish_retained(&mut self, packet_id: u16, topic: &str, payload: Bytes) -> Result<(), BrokerError> {
        packet::write_publish(&mut self.outbox, self.protocol, packet_id, topic, payload, None, true)
    }

    /// Puts a message of QoS 2 (MQTT 5) among what is to be written. It is never released: mosquitto answers whether it
    /// may be published, and gives it to nobody.
    ///
    /// # Errors
    /// If the message does not fit into a packet.
    pub fn offer(&mut self, packet_id: u16, topic: &str, payload: Bytes) -> Result<(), BrokerError> {
        packet::write_offer(&mut self.outbox, packet_id, topic, payload)
    }

    /// Puts an acknowledgement among what is to be written.
    pub fn acknowledge(&mut self, packet_id: u16) {
        packet::write_puback(&mut self.outbox, packet_id);
    }

    /// Puts a ping among what is to be written.
    pub fn ping(&mut self) {
        packet::write_ping(&mut self.outbox);
    }

    /// Says good-bye and writes what is left; the broker keeps the session.
    ///
    /// # Errors
    /// If the connection fails meanwhile.
    pub async fn close(&mut self) -> Result<(), BrokerError> {
        packet::write_disconnect(&mut self.outbox);
        while self.has_unwritten() {
            self.transfer(false).await?;
        }
        Ok(())
    }

    /// Whether anything is still to be written.
    #[must_use]
    pub fn has_unwritten(&self) -> bool {
        !self.outbox.is_empty() || self.needs_flush
    }

    /// Bytes still to be written.
    #[must_use]
    pub fn unwritten_bytes(&self) -> usize {
        self.outbox.len()
    }

    /// The next packet, however long it takes.
    ///
    /// # Errors
    /// [`BrokerError`] where the connection is lost, or the broker ends it.
    pub async fn wait_for_packet(&mut self) -> Result<Incoming, BrokerError> {
        loop {
            match self.next_packet()? {
                Some(Incoming::Disconnect { reason, is_takeover }) => {
                    return Err(BrokerError::Ended { reason, is_takeover });
                }
                Some(packet) => return Ok(packet),
                None => {
                    self.transfer(true).await?;
                }
            }
        }
    }

    /// The next packet of those that were read, if one is whole.
    ///
    /// # Errors
    /// If what was read is not MQTT; the connection is of no use any more.
    pub fn next_packet(&mut self) -> Result<Option<Incoming>, BrokerError> {
        loop {
            if self.passing.is_some() {
                return Ok(self.pass_over());
            }
            let Some(header) = frame::fixed_header(&self.inbox)? else { return Ok(None) };
            if header.frame_bytes > self.max_packet_bytes {
                if !self.start_passing(header)? {
                    return Ok(None);
                }
                continue;
            }
            if self.inbox.len() < header.frame_bytes {
                return Ok(None);
            }
            let mut packet = self.inbox.split_to(header.frame_bytes);
            if header.kind == frame::PUBLISH {
                return Ok(Some(Incoming::Publish(whole_publish(header, packet, self.protocol)?)));
            }
            if header.kind == frame::PINGRESP {
                return Ok(Some(Incoming::Pong));
            }
            if header.kind == frame::DISCONNECT {
                return Ok(Some(packet::read_disconnect(&packet[header.header_bytes..])));
            }
            if let Some(control) = packet::read_control(&mut packet, self.protocol)? {
                return Ok(Some(control));
            }
        }
    }

    /// Takes the head of a packet that is too large; false while too little of it is there.
    fn start_passing(&mut self, header: FixedHeader) -> Result<bool, BrokerError> {
        if header.kind != frame::PUBLISH {
            return Err(BrokerError::Protocol(format!("a packet of {} bytes that is no message", header.frame_bytes)));
        }
        if self.inbox.len() < HEAD_BYTES {
            return Ok(false);
        }
        let head = frame::publish_head(header, &self.inbox[..HEAD_BYTES], self.protocol)?;
        let cut_at = (head.payload_at + CUT_PAYLOAD_BYTES).min(HEAD_BYTES);
        let publish = Publish {
            payload: Bytes::copy_from_slice(&self.inbox[head.payload_at..cut_at]),
            payload_bytes: header.frame_bytes - head.payload_at,
            topic: head.topic,
            packet_id: head.packet_id,
            is_retained: head.is_retained,
        };
        self.passing = Some(Passing { left_bytes: header.frame_bytes, publish });
        Ok(true)
    }

    /// Drops what was read of a packet that is too large; gives its head at its end.
    fn pass_over(&mut self) -> Option<Incoming> {
        let passing = self.passing.as_mut()?;
        let count = passing.left_bytes.min(self.inbox.len());
        self.inbox.advance(count);
        passing.left_bytes -= count;
        if passing.left_bytes > 0 {
            return None;
        }
        self.passing.take().map(|passed| Incoming::Publish(passed.publish))
    }

    /// Writes what is to be written and reads, if asked, what has come. Returns when bytes were read, or when
    /// everything was written, with the number of bytes read. Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// If the connection fails or is closed.
    pub async fn transfer(&mut self, may_read: bool) -> Result<usize, BrokerError> {
        poll_fn(|context| self.poll_transfer(context, may_read)).await
    }

    fn poll_transfer(&mut self, context: &mut Context<'_>, may_read: bool) -> Poll<Result<usize, BrokerError>> {
        let had_unwritten = self.has_unwritten();
        if let Err(error) = self.write_what_fits(context) {
            return Poll::Ready(Err(tls::explain(error, self.tls.as_ref())));
        }
        if may_read {
            if self.inbox.capacity() - self.inbox.len() < READ_BYTES / 4 {
                self.inbox.reserve(READ_BYTES);
            }
            match pin!(self.socket.read_buf(&mut self.inbox)).poll(context) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(BrokerError::Closed)),
                Poll::Ready(Ok(count)) => return Poll::Ready(Ok(count)),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(tls::explain(error, self.tls.as_ref()))),
                Poll::Pending => {}
            }
        }
        if had_unwritten && !self.has_unwritten() { Poll::Ready(Ok(0)) } else { Poll::Pending }
    }

    fn write_what_fits(&mut self, context: &mut Context<'_>) -> std::io::Result<()> {
        while !self.outbox.is_empty() {
            match Pin::new(&mut self.socket).poll_write(context, &self.outbox) {
                Poll::Ready(count) => self.outbox.advance(count?),
                Poll::Pending => return Ok(()),
            }
            self.needs_flush = true;
        }
        if self.needs_flush
            && let Poll::Ready(outcome) = Pin::new(&mut self.socket).poll_flush(context)
        {
            outcome?;
            self.needs_flush = false;
        }
        Ok(())
    }
}

fn whole_publish(header: FixedHeader, mut packet: BytesMut, protocol: Protocol) -> Result<Publish, BrokerError> {
    let head = frame::publish_head(header, &packet, protocol)?;
    packet.advance(head.payload_at);
    Ok(Publish {
        topic: head.topic,
        payload_bytes: packet.len(),
        payload: packet.freeze(),
        packet_id: head.packet_id,
        is_retained: head.is_retained,
    })
}

fn address(settings: &Settings) -> String {
    format!("{}:{}", settings.host, settings.port)
}
