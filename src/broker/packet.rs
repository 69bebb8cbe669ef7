//! Packets in both versions of MQTT, as one set of values.

use bytes::{BufMut, Bytes, BytesMut};
use rumqttc::mqttbytes::{QoS as QoS4, v4};
use rumqttc::v5::mqttbytes::{QoS as QoS5, v5};
use secrecy::ExposeSecret;

use super::error::BrokerError;
use super::settings::{Credentials, Protocol};
use crate::domain::Timestamp;

/// A message from the broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publish {
    /// The topic; bytes that are not UTF-8 are replaced.
    pub topic: String,
    /// The payload, or its beginning where the packet was too large.
    pub payload: Bytes,
    /// The length the payload had on the wire.
    pub payload_bytes: usize,
    /// What to acknowledge; 0 at QoS 0.
    pub packet_id: u16,
    /// Whether the broker had kept it for new subscribers.
    pub is_retained: bool,
}

/// A packet from the broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// A message.
    Publish(Publish),
    /// The broker has our message, or refuses it with a reason; of a message of QoS 2 its first answer.
    PubAck {
        /// Which message.
        packet_id: u16,
        /// Why the broker does not take it.
        refusal: Option<String>,
    },
    /// What became of each subscription: the QoS granted, or why it is refused.
    SubAck(Vec<Result<u8, String>>),
    /// The broker is alive.
    Pong,
    /// The broker ends the connection.
    Disconnect {
        /// Why.
        reason: String,
        /// Whether another client connected under our client id.
        is_takeover: bool,
    },
    /// The broker's answer to our greeting.
    Welcome(Welcome),
}

/// The broker's answer to our greeting: its limits, where it names them (MQTT 5).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Welcome {
    /// Whether it had kept the session.
    pub session_present: bool,
    /// Messages it takes without having acknowledged them.
    pub receive_maximum: Option<u16>,
    /// The highest QoS it serves.
    pub maximum_qos: Option<u8>,
    /// Whether it keeps retained messages.
    pub is_retain_available: Option<bool>,
    /// The largest packet it takes, in bytes.
    pub max_packet_bytes: Option<u32>,
    /// How long it keeps the session, in seconds, if not as long as we asked.
    pub session_expiry_s: Option<u32>,
    /// How often it wants to hear from us, in seconds, if not as we said.
    pub keep_alive_s: Option<u16>,
    /// The client id it gave us instead of ours.
    pub assigned_client_id: Option<String>,
    /// Whether wildcards in subscriptions work.
    pub is_wildcard_available: Option<bool>,
    /// When its certificate ends, over TLS.
    pub certificate_ends_at: Option<Timestamp>,
}

/// Our greeting.
#[derive(Debug, Clone)]
pub struct Hello {
    /// The client id.
    pub client_id: String,
    /// Whether a session kept by the broker is to be forgotten.
    pub is_clean: bool,
    /// How long the broker is to keep the session, in seconds. In MQTT 3.1.1 an unclean session is kept for ever.
    pub session_expiry_s: u32,
    /// Messages that the broker may send without our acknowledgement.
    pub receive_maximum: u16,
    /// The largest packet we take, in bytes.
    pub max_packet_bytes: u32,
}

/// What the broker says in our place when the connection ends without a good-bye, and keeps for new subscribers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastWill {
    /// The topic.
    pub topic: String,
    /// What it says there.
    pub payload: &'static str,
}

/// A topic filter and whether its retained messages are wanted at every subscription or at the first only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// The filter.
    pub path: String,
    /// Whether retained messages are wanted again when the subscription existed (MQTT 5).
    pub wants_retained_again: bool,
}

pub(super) fn write_connect(
    out: &mut BytesMut,
    protocol: Protocol,
    hello: &Hello,
    keep_alive_s: u16,
    credentials: Option<&Credentials>,
    last_will: Option<&LastWill>,
) -> Result<(), BrokerError> {
    match protocol {
        Protocol::V5 => {
            let mut properties = v5::ConnectProperties::new();
            properties.session_expiry_interval = Some(hello.session_expiry_s);
            properties.receive_maximum = Some(hello.receive_maximum);
            properties.max_packet_size = Some(hello.max_packet_bytes);
            let connect = v5::Connect {
                keep_alive: keep_alive_s,
                client_id: hello.client_id.clone(),
                clean_start: hello.is_clean,
                properties: Some(properties),
            };
            let login = credentials.map(|c| v5::Login::new(c.username.clone(), c.password.expose_secret()));
            let will =
                last_will.map(|will| v5::LastWill::new(&will.topic, will.payload, QoS5::AtLeastOnce, true, None));
            connect.write(&will, &login, out).map_err(broken)?;
        }
        Protocol::V311 => {
            let mut connect = v4::Connect::new(hello.client_id.clone());
            connect.keep_alive = keep_alive_s;
            connect.clean_session = hello.is_clean;
            connect.last_will =
                last_will.map(|will| v4::LastWill::new(&will.topic, will.payload, QoS4::AtLeastOnce, true));
            if let Some(credentials) = credentials {
                connect.set_login(credentials.username.clone(), credentials.password.expose_secret());
            }
            connect.write(out).map_err(broken)?;
        }
    }
    Ok(())
}

pub(super) fn write_subscribe(out: &mut BytesMut, protocol: Protocol, filters: &[Filter]) -> Result<(), BrokerError> {
    match protocol {
        Protocol::V5 => {
            let filters = filters.iter().map(|filter| {
                let mut wanted = v5::Filter::new(filter.path.clone(), QoS5::AtLeastOnce);
                if !filter.wants_retained_again {
                    wanted.retain_forward_rule = v5::RetainForwardRule::OnNewSubscribe;
                }
                wanted
            });
            let mut subscribe = v5::Subscribe::new_many(filters, None);
            subscribe.pkid = 1;
            subscribe.write(out).map_err(broken)?;
        }
        Protocol::V311 => {
            let filters = filters.iter().map(|f| v4::SubscribeFilter::new(f.path.clone(), QoS4::AtLeastOnce));
            let mut subscribe = v4::Subscribe::new_many(filters);
            subscribe.pkid = 1;
            subscribe.write(out).map_err(broken)?;
        }
    }
    Ok(())
}

pub(super) fn write_publish(
    out: &mut BytesMut,
    protocol: Protocol,
    packet_id: u16,
    topic: &str,
    payload: Bytes,
    content_type: Option<&str>,
    is_retained: bool,
) -> Result<(), BrokerError> {
    match protocol {
        Protocol::V5 => {
            let properties = content_type.map(|name| v5::PublishProperties {
                content_type: Some(name.to_owned()),
                ..v5::PublishProperties::default()
            });
            let mut publish = v5::Publish::new(topic, QoS5::AtLeastOnce, payload, properties);
            publish.pkid = packet_id;
            publish.retain = is_retained;
            publish.write(out).map_err(broken)?;
        }
        Protocol::V311 => {
            let mut publish = v4::Publish::from_bytes(topic, QoS4::AtLeastOnce, payload);
            publish.pkid = packet_id;
            publish.retain = is_retained;
            publish.write(out).map_err(broken)?;
        }
    }
    Ok(())
}

/// A message of QoS 2, which a broker may hold back until it is released; for MQTT 5, whose answer says whether it is taken.
pub(super) fn write_offer(out: &mut BytesMut, packet_id: u16, topic: &str, payload: Bytes) -> Result<(), BrokerError> {
    let mut publish = v5::Publish::new(topic, QoS5::ExactlyOnce, payload, None);
    publish.pkid = packet_id;
    publish.write(out).map_err(broken)?;
    Ok(())
}

/// PUBACK without a reason is the same four bytes in both versions.
pub(super) fn write_puback(out: &mut BytesMut, packet_id: u16) {
    out.put_u8(0x40);
    out.put_u8(2);
    out.put_u16(packet_id);
}

/// PINGREQ is the same two bytes in both versions.
pub(super) fn write_ping(out: &mut BytesMut) {
    out.put_slice(&[0xc0, 0]);
}

/// A normal DISCONNECT is the same two bytes in both versions; it leaves the session's expiry as it was.
pub(super) fn write_disconnect(out: &mut BytesMut) {
    out.put_slice(&[0xe0, 0]);
}

/// Reads one whole packet that is not a PUBLISH; `None` for those that mean nothing to us.
pub(super) fn read_control(packet: &mut BytesMut, protocol: Protocol) -> Result<Option<Incoming>, BrokerError> {
    match protocol {
        Protocol::V5 => read_v5(packet),
        Protocol::V311 => read_v4(packet),
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "every packet that a broker never sends to a client is ignored alike"
)]
fn read_v5(packet: &mut BytesMut) -> Result<Option<Incoming>, BrokerError> {
    Ok(match v5::Packet::read(packet, None).map_err(broken)? {
        v5::Packet::ConnAck(ack) if ack.code == v5::ConnectReturnCode::Success => {
            Some(Incoming::Welcome(welcome_v5(&ack)))
        }
        v5::Packet::ConnAck(ack) => {
            let said = ack.properties.and_then(|p| p.reason_string).map(|s| format!(" ({s})")).unwrap_or_default();
            return Err(BrokerError::Refused(format!("{}{said}", in_words(&format!("{:?}", ack.code)))));
        }
        v5::Packet::PubAck(ack) => Some(Incoming::PubAck {
            packet_id: ack.pkid,
            refusal: match ack.reason {
                v5::PubAckReason::Success | v5::PubAckReason::NoMatchingSubscribers => None,
                reason => Some(in_words(&format!("{reason:?}"))),
            },
        }),
        v5::Packet::PubRec(ack) => Some(Incoming::PubAck {
            packet_id: ack.pkid,
            refusal: match ack.reason {
                v5::PubRecReason::Success | v5::PubRecReason::NoMatchingSubscribers => None,
                reason => Some(in_words(&format!("{reason:?}"))),
            },
        }),
        v5::Packet::SubAck(ack) => Some(Incoming::SubAck(
            ack.return_codes
                .into_iter()
                .map(|code| match code {
                    v5::SubscribeReasonCode::Success(qos) => Ok(qos as u8),
                    refusal => Err(in_words(&format!("{refusal:?}"))),
                })
                .collect(),
        )),
        v5::Packet::PingResp(_) => Some(Incoming::Pong),
        _ => None,
    })
}

/// Reads a DISCONNECT of MQTT 5 by its reason alone: the codec knows no DISCONNECT without properties,
/// which is the one that mosquitto sends.
///
/// # Source
/// MQTT 5.0, section 3.14.
pub(super) fn read_disconnect(variable_header: &[u8]) -> Incoming {
    let code = variable_header.first().copied().unwrap_or(0);
    let reason = match v5::DisconnectReasonCode::try_from(code) {
        Ok(reason) => in_words(&format!("{reason:?}")),
        Err(_) => format!("reason {code:#04x}"),
    };
    Incoming::Disconnect { reason, is_takeover: code == v5::DisconnectReasonCode::SessionTakenOver as u8 }
}

fn welcome_v5(ack: &v5::ConnAck) -> Welcome {
    let mut welcome = Welcome { session_present: ack.session_present, ..Welcome::default() };
    if let Some(properties) = &ack.properties {
        welcome.receive_maximum = properties.receive_max;
        welcome.maximum_qos = properties.max_qos;
        welcome.is_retain_available = properties.retain_available.map(|flag| flag == 1);
        welcome.max_packet_bytes = properties.max_packet_size;
        welcome.session_expiry_s = properties.session_expiry_interval;
        welcome.keep_alive_s = properties.server_keep_alive;
        welcome.assigned_client_id.clone_from(&properties.assigned_client_identifier);
        welcome.is_wildcard_available = properties.wildcard_subscription_available.map(|flag| flag == 1);
    }
    welcome
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "every packet that a broker never sends to a client is ignored alike"
)]
fn read_v4(packet: &mut BytesMut) -> Result<Option<Incoming>, BrokerError> {
    Ok(match v4::Packet::read(packet, usize::MAX).map_err(broken)? {
        v4::Packet::ConnAck(ack) if ack.code == v4::ConnectReturnCode::Success => {
            Some(Incoming::Welcome(Welcome { session_present: ack.session_present, ..Welcome::default() }))
        }
        v4::Packet::ConnAck(ack) => return Err(BrokerError::Refused(in_words(&format!("{:?}", ack.code)))),
        v4::Packet::PubAck(ack) => Some(Incoming::PubAck { packet_id: ack.pkid, refusal: None }),
        v4::Packet::SubAck(ack) => Some(Incoming::SubAck(
            ack.return_codes
                .into_iter()
                .map(|code| match code {
                    v4::SubscribeReasonCode::Success(qos) => Ok(qos as u8),
                    v4::SubscribeReasonCode::Failure => Err("refused".to_owned()),
                })
                .collect(),
        )),
        v4::Packet::PingResp => Some(Incoming::Pong),
        _ => None,
    })
}

fn broken(error: impl std::fmt::Display) -> BrokerError {
    BrokerError::Protocol(error.to_string())
}

/// `SessionTakenOver` as "session taken over".
fn in_words(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 8);
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() && !words.ends_with(' ') {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_read_as_words() {
        assert_eq!(in_words("SessionTakenOver"), "session taken over");
        assert_eq!(in_words("BadUserNamePassword"), "bad user name password");
    }

    #[test]
    fn refused_greeting_is_an_error_in_words() {
        let mut bytes = BytesMut::from(&b"\x20\x03\x00\x87\x00"[..]);
        let error = read_control(&mut bytes, Protocol::V5).unwrap_err();
        assert_eq!(error.to_string(), "the broker refused the connection: not authorized");
        let mut bytes = BytesMut::from(&b"\x20\x02\x00\x05"[..]);
        let error = read_control(&mut bytes, Protocol::V311).unwrap_err();
        assert_eq!(error.to_string(), "the broker refused the connection: not authorized");
    }

    #[test]
    fn negative_puback_carries_its_reason() {
        let mut bytes = BytesMut::from(&b"\x40\x03\x00\x07\x87"[..]);
        let packet = read_control(&mut bytes, Protocol::V5).unwrap();
        assert_eq!(packet, Some(Incoming::PubAck { packet_id: 7, refusal: Some("not authorized".to_owned()) }));
    }

    #[test]
    fn takeover_is_known_from_other_ends() {
        let taken = read_disconnect(&[0x8e]);
        assert_eq!(taken, Incoming::Disconnect { reason: "session taken over".to_owned(), is_takeover: true });
        let other = read_disconnect(&[0x8b, 0x00]);
        assert_eq!(other, Incoming::Disconnect { reason: "server shutting down".to_owned(), is_takeover: false });
        assert!(matches!(read_disconnect(&[0x77]), Incoming::Disconnect { is_takeover: false, .. }));
    }
}
