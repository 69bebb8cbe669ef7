//! How many messages does the broker keep for a session that is away? It never says, so it is tried.
//!
//! A client of its own subscribes to a topic of its own and leaves; another publishes a little more
//! than mosquitto keeps by default; the first comes back, counts, and has its session removed. A
//! broker acknowledges what it then throws away, which is how a night's readings get lost unseen.

use std::time::Duration;

use bytes::Bytes;
use tracing::{info, warn};

use super::{Settings, limits};
use crate::broker::BrokerError;
use crate::broker::link::Link;
use crate::broker::packet::{Filter, Hello, Incoming, Welcome};

/// Messages tried: a little more than mosquitto keeps by default, which is 1,000.
pub const OFFERED: u32 = 1_100;
/// The broker has nothing more when so long nothing came.
const QUIET: Duration = Duration::from_secs(2);
/// All of it must not take longer.
const TIMEOUT: Duration = Duration::from_secs(30);
/// What the broker may keep of a probe that was killed, in seconds.
const SESSION_EXPIRY_S: u32 = 60;

/// Tries it and says what matters; a broker that does not let us is no error.
pub async fn run(settings: &Settings) {
    match tokio::time::timeout(TIMEOUT, kept_of(settings, OFFERED)).await {
        Ok(Ok(kept)) => match limits::queue_warning(OFFERED, kept) {
            Some(warning) => warn!("{warning}"),
            None => info!("the broker kept all of {OFFERED} messages for a session that was away"),
        },
        Ok(Err(error)) => info!("how many messages the broker keeps could not be tried: {error}"),
        Err(_) => info!("how many messages the broker keeps could not be tried: it took too long"),
    }
}

/// Offers that many small messages to a session that is away, and counts what it gets of them.
///
/// # Errors
/// If the broker does not let us connect, subscribe or publish there.
pub async fn kept_of(settings: &Settings, offered: u32) -> Result<u32, BrokerError> {
    let topic = format!("{}/_probe/{}", settings.root, rand::random::<u64>());
    forget_session(settings).await?;
    let (mut link, _) = connect(settings, "probe", false, SESSION_EXPIRY_S).await?;
    link.subscribe(&[Filter { path: topic.clone(), wants_retained_again: false }])?;
    let outcomes = loop {
        if let Incoming::SubAck(outcomes) = link.wait_for_packet().await? {
            break outcomes;
        }
    };
    if let Some(Err(reason)) = outcomes.into_iter().next() {
        return Err(BrokerError::SubscriptionRefused(format!("{topic}: {reason}")));
    }
    link.close().await?;
    drop(link);
    let offer = offer(settings, &topic, offered).await;
    let counted = count(settings, offered).await;
    forget_session(settings).await?;
    offer?;
    counted
}

/// A clean session replaces the one that was kept, and ends with its connection.
async fn forget_session(settings: &Settings) -> Result<(), BrokerError> {
    let (mut link, _) = connect(settings, "probe", true, 0).await?;
    link.close().await
}

async fn offer(settings: &Settings, topic: &str, offered: u32) -> Result<(), BrokerError> {
    let (mut link, welcome) = connect(settings, "probe-source", true, 0).await?;
    let window = u32::from(welcome.receive_maximum.unwrap_or(u16::MAX));
    let (mut sent, mut answered) = (0_u32, 0_u32);
    while answered < offered {
        while sent < offered && sent - answered < window {
            sent += 1;
            let packet_id = u16::try_from(sent % 65_535).unwrap_or(0) + 1;
            link.publish(packet_id, topic, Bytes::from_static(b"probe"), None)?;
        }
        if let Incoming::PubAck { refusal, .. } = link.wait_for_packet().await? {
            if let Some(reason) = refusal {
                return Err(BrokerError::Refused(format!("{topic}: {reason}")));
            }
            answered += 1;
        }
    }
    link.close().await
}

async fn count(settings: &Settings, offered: u32) -> Result<u32, BrokerError> {
    let (mut link, _) = connect(settings, "probe", false, SESSION_EXPIRY_S).await?;
    let mut kept = 0;
    while kept < offered {
        match tokio::time::timeout(QUIET, link.wait_for_packet()).await {
            Ok(Ok(Incoming::Publish(publish))) => {
                link.acknowledge(publish.packet_id);
                kept += 1;
            }
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return Err(error),
            Err(_) => break,
        }
    }
    link.close().await?;
    Ok(kept)
}

async fn connect(
    settings: &Settings,
    role: &str,
    is_clean: bool,
    session_expiry_s: u32,
) -> Result<(Link, Welcome), BrokerError> {
    let hello = Hello {
        client_id: format!("{}-{role}", settings.client_id),
        is_clean,
        session_expiry_s,
        receive_maximum: settings.receive_maximum.max(1),
        max_packet_bytes: 128 * 1024,
    };
    Link::open(&settings.broker, &hello).await
}
