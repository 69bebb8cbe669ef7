//! The broker: reached, encrypted, let in, allowed to read and to write, with limits that fit.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;

use super::Finding;
use crate::broker::link::Link;
use crate::broker::packet::{Filter, Hello, Incoming, Welcome};
use crate::broker::{BrokerError, Protocol};
use crate::clock::Clock;
use crate::config::Settings;
use crate::config::settings::Site;
use crate::domain::ids::SourceId;
use crate::domain::topics;
use crate::ingest::limits;

const ABOUT: &str = "broker";
/// A certificate that ends so soon is worth a word.
const ENDS_SOON_DAYS: i64 = 21;
/// How long answers to what was offered may take.
const ANSWERS: Duration = Duration::from_secs(2);
/// What a packet has besides its payload, at most.
const PACKET_OVERHEAD_BYTES: u32 = 1_024;
/// Messages offered on one connection.
const IN_FLIGHT: u16 = 16;
/// A source that nobody has: its receipts go to nobody.
const NOBODY: &str = "_check";

pub(super) async fn look(settings: &Settings) -> Vec<Finding> {
    match try_it(settings).await {
        Ok(found) => found,
        Err(error) => vec![Finding::problem(ABOUT, error.to_string(), remedy(&error))],
    }
}

fn remedy(error: &BrokerError) -> &'static str {
    match error {
        BrokerError::Unreachable { .. } | BrokerError::Timeout { .. } => {
            "look at mqtt.host and mqtt.port, whether the broker runs, and what is on the way to it"
        }
        BrokerError::CertificateFile { .. } => "name a PEM file that the service's user can read",
        BrokerError::Tls(_) => "look at mqtt.tls: ca_file, server_name, and whether that port speaks TLS",
        BrokerError::Refused(_) => "look at mqtt.username, its password_file and the broker's list of users",
        BrokerError::SubscriptionRefused(_) => "let the broker's access list have the user read what sources send",
        BrokerError::Ended { .. } | BrokerError::Closed | BrokerError::Io(_) => {
            "look at the broker's log; a port with TLS wants [mqtt.tls], and one without wants none"
        }
        BrokerError::Silent(_) | BrokerError::Protocol(_) => "look whether that port is one of an MQTT broker",
    }
}

async fn try_it(settings: &Settings) -> Result<Vec<Finding>, BrokerError> {
    let ingest = &settings.ingest;
    let hello = Hello {
        // Of its own: a running service keeps its session.
        client_id: format!("{}-check", ingest.client_id),
        is_clean: true,
        session_expiry_s: 0,
        receive_maximum: ingest.receive_maximum.max(1),
        max_packet_bytes: ingest.max_packet_bytes,
    };
    let (mut link, welcome) = Link::open(&ingest.broker, &hello).await?;
    let mut found = of_welcome(settings, &welcome);
    found.extend(subscriptions(&mut link, &ingest.filters()).await?);
    match ingest.broker.protocol {
        Protocol::V5 => found.extend(publications(settings, &hello, &welcome).await?),
        Protocol::V311 => {
            let what = "over MQTT 3.1.1 it cannot tell whether our topics may be written";
            found.push(Finding::warning(
                ABOUT,
                what,
                "set mqtt.protocol = \"5\", or look for alerts that do not arrive",
            ));
        }
    }
    let _ = link.close().await;
    if found.is_empty() {
        let (host, port) = (&ingest.broker.host, ingest.broker.port);
        let tls = if ingest.broker.tls.is_some() { "TLS" } else { "not encrypted" };
        let what =
            format!("{host}:{port} lets us in ({tls}), takes our subscriptions of QoS 1, and lets us write our topics");
        found.push(Finding::ok(ABOUT, what));
    }
    Ok(found)
}

/// What the greeting says.
fn of_welcome(settings: &Settings, welcome: &Welcome) -> Vec<Finding> {
    let told = limits::warnings(&settings.ingest, welcome).into_iter();
    // The session of this look is to be forgotten at once, so how long it is kept says nothing.
    let told = told.filter(|words| !words.contains("keeps our session"));
    let mut found: Vec<Finding> =
        told.map(|words| Finding::warning(ABOUT, words, "change it at the broker, or in the settings")).collect();
    let payload = u32::try_from(settings.admission.limits.max_payload_bytes).unwrap_or(u32::MAX);
    if let Some(largest) = welcome.max_packet_bytes.filter(|most| *most < payload.saturating_add(PACKET_OVERHEAD_BYTES))
    {
        let what =
            format!("it takes packets of {largest} bytes, and ingest.max_payload_bytes promises sources {payload}");
        found.push(Finding::warning(ABOUT, what, "raise max_packet_size at the broker, or lower what is promised"));
    }
    if let Some(ends_at) = welcome.certificate_ends_at {
        let days = ends_at.duration_since(Clock::System.now()).as_hours() / 24;
        if days < ENDS_SOON_DAYS {
            found.push(Finding::warning(
                ABOUT,
                format!("its certificate ends in {days} days, at {ends_at}"),
                "renew it",
            ));
        }
    }
    found
}

async fn subscriptions(link: &mut Link, filters: &[String]) -> Result<Vec<Finding>, BrokerError> {
    let wanted: Vec<Filter> =
        filters.iter().map(|path| Filter { path: path.clone(), wants_retained_again: false }).collect();
    link.subscribe(&wanted)?;
    let outcomes = loop {
        if let Incoming::SubAck(outcomes) = link.wait_for_packet().await? {
            break outcomes;
        }
    };
    let refused = filters.iter().zip(outcomes).filter_map(|(filter, outcome)| match outcome {
        Ok(0) => Some(format!("it serves {filter} at QoS 0 only")),
        Ok(_) => None,
        Err(reason) => Some(format!("it does not let us read {filter}: {reason}")),
    });
    let remedy = "let the broker's access list have our user read it, at QoS 1";
    Ok(refused.map(|what| Finding::problem(ABOUT, what, remedy)).collect())
}

/// Offers a message marked as a test to each topic of ours, and never releases it.
async fn publications(settings: &Settings, hello: &Hello, welcome: &Welcome) -> Result<Vec<Finding>, BrokerError> {
    let root = &settings.ingest.root;
    let nobody = SourceId::parse(NOBODY).expect("a name that a test reads");
    let of_site = |site: &Site| {
        let id = &site.id;
        let receipts = topics::receipts(root, id, &nobody);
        [receipts, topics::alerts(root, id), topics::workload_review(root, id), topics::counseling(root, id)]
    };
    let all: Vec<String> = settings.sites.iter().flat_map(of_site).collect();
    let mut found = Vec::new();
    // What is not released stays in flight, and a broker ends a connection with too much of that: so some at a time.
    let at_a_time = usize::from(welcome.receive_maximum.unwrap_or(IN_FLIGHT).clamp(1, IN_FLIGHT));
    for topics in all.chunks(at_a_time) {
        let (mut link, _) = Link::open(&settings.ingest.broker, hello).await?;
        found.extend(offer(&mut link, topics).await?);
        let _ = link.close().await;
    }
    Ok(found)
}

async fn offer(link: &mut Link, topics: &[String]) -> Result<Vec<Finding>, BrokerError> {
    let mut offered: BTreeMap<u16, &str> = (1_u16..).zip(topics.iter().map(String::as_str)).collect();
    for (packet_id, topic) in &offered {
        link.offer(*packet_id, topic, Bytes::from_static(br#"{"vagustest":true}"#))?;
    }
    let mut found = Vec::new();
    let answers = async {
        while !offered.is_empty() {
            if let Incoming::PubAck { packet_id, refusal } = link.wait_for_packet().await?
                && let Some(topic) = offered.remove(&packet_id)
                && let Some(reason) = refusal
            {
                let what = format!("it does not let us write {topic}: {reason}");
                found.push(Finding::problem(ABOUT, what, "let the broker's access list have our user write it"));
            }
        }
        Ok::<_, BrokerError>(())
    };
    if let Ok(ended) = tokio::time::timeout(ANSWERS, answers).await {
        ended?;
    }
    if let Some(topic) = offered.values().next() {
        let what = format!("it does not answer whether {topic} may be written");
        found.push(Finding::warning(ABOUT, what, "look at the broker's log and access list"));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_packet_and_a_short_certificate_are_told_and_a_short_session_is_not() {
        let mut settings = Settings::default();
        settings.ingest.session_expiry_s = 604_800;
        let fine = Welcome { session_expiry_s: Some(0), max_packet_bytes: Some(1 << 20), ..Welcome::default() };
        assert_eq!(of_welcome(&settings, &fine), []);
        let ends_at = Clock::System.now() + crate::domain::SignedDuration::from_hours(49);
        let bad = Welcome { max_packet_bytes: Some(65_536), certificate_ends_at: Some(ends_at), ..fine };
        let told: Vec<String> = of_welcome(&settings, &bad).into_iter().map(|finding| finding.what).collect();
        assert!(told.len() == 2 && told[0].contains("65536") && told[1].contains("in 2 days"), "{told:?}");
        assert!(SourceId::parse(NOBODY).is_ok());
    }
}
