//! Where a packet ends, and what a PUBLISH says before its payload.
//!
//! PUBLISH is the one packet whose number matters, so it is taken apart here without building
//! anything that is not used. Properties are passed over unread: one that nobody knows can then
//! not make a message undeliverable.

use super::error::BrokerError;
use super::settings::Protocol;

/// The kinds of packet that a client may get, as the first four bits say it.
pub(super) const PUBLISH: u8 = 3;
/// The answer to a ping.
pub(super) const PINGRESP: u8 = 13;
/// The broker's end of a connection.
pub(super) const DISCONNECT: u8 = 14;

/// The first bytes of a packet.
///
/// # Source
/// MQTT 5.0 and 3.1.1, section 2.1.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FixedHeader {
    /// Flags of the packet.
    pub(super) flags: u8,
    /// Kind of the packet.
    pub(super) kind: u8,
    /// Bytes before the variable header.
    pub(super) header_bytes: usize,
    /// Bytes of the whole packet.
    pub(super) frame_bytes: usize,
}

/// Reads a packet's first bytes; `None` while there are too few.
pub(super) fn fixed_header(bytes: &[u8]) -> Result<Option<FixedHeader>, BrokerError> {
    let Some((&first, rest)) = bytes.split_first() else { return Ok(None) };
    match variable_integer(rest)? {
        None => Ok(None),
        Some((remaining, length_bytes)) => Ok(Some(FixedHeader {
            flags: first & 0x0f,
            kind: first >> 4,
            header_bytes: 1 + length_bytes,
            frame_bytes: 1 + length_bytes + remaining,
        })),
    }
}

/// What a PUBLISH says before its payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PublishHead {
    pub(super) qos: u8,
    pub(super) is_retained: bool,
    pub(super) topic: String,
    /// 0 at QoS 0.
    pub(super) packet_id: u16,
    /// Where the payload starts in the packet.
    pub(super) payload_at: usize,
}

/// Reads a PUBLISH up to its payload.
///
/// # Source
/// MQTT 5.0 and 3.1.1, section 3.3.
pub(super) fn publish_head(header: FixedHeader, packet: &[u8], protocol: Protocol) -> Result<PublishHead, BrokerError> {
    let qos = (header.flags >> 1) & 0b11;
    if qos > 1 {
        return Err(BrokerError::Protocol(format!("a message of QoS {qos} on a subscription of QoS 1")));
    }
    let mut at = header.header_bytes;
    let topic_bytes = usize::from(u16_at(packet, at)?);
    at += 2;
    let topic = packet.get(at..at + topic_bytes).ok_or_else(truncated)?;
    if topic.is_empty() {
        return Err(BrokerError::Protocol("a message without topic; no topic alias was offered".to_owned()));
    }
    at += topic_bytes;
    let packet_id = if qos == 0 { 0 } else { u16_at(packet, at)? };
    if qos > 0 {
        at += 2;
        if packet_id == 0 {
            return Err(BrokerError::Protocol("a message of QoS 1 with packet id 0".to_owned()));
        }
    }
    if protocol == Protocol::V5 {
        let rest = packet.get(at..).ok_or_else(truncated)?;
        let (properties, length_bytes) = variable_integer(rest)?.ok_or_else(truncated)?;
        at += length_bytes + properties;
    }
    if at > packet.len() {
        return Err(truncated());
    }
    Ok(PublishHead {
        qos,
        is_retained: header.flags & 1 == 1,
        topic: String::from_utf8_lossy(topic).into_owned(),
        packet_id,
        payload_at: at,
    })
}

/// Reads a number of one to four bytes, and how many they are; `None` while there are too few.
///
/// # Source
/// MQTT 5.0, section 1.5.5.
fn variable_integer(bytes: &[u8]) -> Result<Option<(usize, usize)>, BrokerError> {
    let mut value = 0_usize;
    for (index, &byte) in bytes.iter().take(4).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Ok(Some((value, index + 1)));
        }
    }
    if bytes.len() >= 4 { Err(BrokerError::Protocol("a length of more than four bytes".to_owned())) } else { Ok(None) }
}

fn u16_at(bytes: &[u8], at: usize) -> Result<u16, BrokerError> {
    match bytes.get(at..at + 2) {
        Some(&[high, low]) => Ok(u16::from_be_bytes([high, low])),
        _ => Err(truncated()),
    }
}

fn truncated() -> BrokerError {
    BrokerError::Protocol("a packet that ends too early".to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn publish_of_each_version_is_taken_apart() {
        let v4 = b"\x33\x09\x00\x03a/b\x00\x07hi";
        let header = fixed_header(v4).unwrap().unwrap();
        assert_eq!((header.kind, header.frame_bytes), (PUBLISH, 11));
        let head = publish_head(header, v4, Protocol::V311).unwrap();
        assert_eq!((head.qos, head.is_retained, head.topic.as_str(), head.packet_id), (1, true, "a/b", 7));
        assert_eq!(&v4[head.payload_at..], b"hi");

        // Property 0x7e is unknown; its three bytes are passed over.
        let v5 = b"\x32\x0d\x00\x03a/b\x00\x07\x03\x7e\x01\x02hi";
        let header = fixed_header(v5).unwrap().unwrap();
        let head = publish_head(header, v5, Protocol::V5).unwrap();
        assert_eq!(&v5[head.payload_at..], b"hi");
    }

    #[test]
    fn lengths_read_as_the_standard_says() {
        assert_eq!(variable_integer(&[0x7f]).unwrap(), Some((127, 1)));
        assert_eq!(variable_integer(&[0x80, 0x01]).unwrap(), Some((128, 2)));
        assert_eq!(variable_integer(&[0xff, 0xff, 0xff, 0x7f]).unwrap(), Some((268_435_455, 4)));
        assert_eq!(variable_integer(&[0x80, 0x80]).unwrap(), None);
        assert!(variable_integer(&[0x80; 4]).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(Some(header)) = fixed_header(&bytes) {
                let _ = publish_head(header, &bytes, Protocol::V5);
                let _ = publish_head(header, &bytes, Protocol::V311);
            }
        }
    }
}
