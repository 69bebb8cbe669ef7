//! A test event through the control socket: the same routes, the same outbox, the same channels.

use serde::{Deserialize, Serialize};

use super::Answer;
use crate::app::outbound::Outbound;
use crate::app::test_event::test_event;
use crate::domain::Timestamp;
use crate::domain::event::EventKind;
use crate::domain::ids::SiteId;
use crate::store::Store;

/// One way that a test takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestedWay {
    /// The channel.
    pub channel: String,
    /// The short name of the recipient, where the channel has several.
    pub recipient: Option<String>,
    /// `waiting`, `delivered` or `dead`.
    pub state: String,
    /// What the last attempt met with; null where none failed.
    pub error: Option<String>,
}

/// One way that a test does not take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOutWay {
    /// The channel.
    pub channel: String,
    /// The short name of somebody who is named there; null where it is the whole way.
    pub recipient: Option<String>,
    /// Why, in words.
    pub why: String,
}

/// Puts a test into the outbox and tells the ways it takes.
pub(super) fn send(
    site: &str,
    kind: &str,
    is_crisis: bool,
    (outbound, store, now): (&Outbound, &Store, Timestamp),
) -> Answer {
    sent(site, kind, is_crisis, outbound, store, now).unwrap_or_else(|problem| Answer::Failed { problem })
}

fn sent(
    site: &str,
    kind: &str,
    is_crisis: bool,
    outbound: &Outbound,
    store: &Store,
    now: Timestamp,
) -> Result<Answer, String> {
    let known = SiteId::parse(site).ok().filter(|site| outbound.router.has_site(site));
    let site = known.ok_or_else(|| format!("{site} is no site of this service"))?;
    let kinds: Vec<&str> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let known = EventKind::parse(kind);
    let kind = known.ok_or_else(|| format!("{kind} is no kind of event; use one of: {}", kinds.join(", ")))?;
    let event = test_event(site, kind, is_crisis, now);
    if is_crisis && !event.is_crisis() {
        return Err(format!("a {} event is never of a crisis; leave --crisis or --kind out", kind.as_str()));
    }
    let deliveries = outbound.router.route(&event);
    store.append_notices(&deliveries).map_err(|error| error.to_string())?;
    outbound.wake();
    let ways = deliveries.into_iter().map(|delivery| TestedWay {
        channel: delivery.channel.to_string(),
        recipient: delivery.recipient,
        state: "waiting".to_owned(),
        error: None,
    });
    let left_out = outbound.router.left_out(&event).into_iter().map(|way| LeftOutWay {
        channel: way.channel.to_string(),
        recipient: way.recipient.map(|person| person.to_string()),
        why: way.why,
    });
    let (ways, left_out) = (ways.collect(), left_out.collect());
    Ok(Answer::OutboxTest { id: event.id, ways, left_out })
}
