//! The outbox through the control socket: what waits, what was given up, and trying it again.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Answer;
use crate::clock::Clock;
use crate::delivery::channel::{Handle, Tried};
use crate::domain::Timestamp;
use crate::domain::ids::ChannelId;
use crate::store::{DeliveryKey, Listed, Store, StoreError};

/// One delivery, as the command shows it: nothing of what it says, and no address.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryRow {
    /// The event's id.
    pub id: String,
    /// The channel.
    pub channel: String,
    /// The short name of the recipient, where the channel has several.
    pub recipient: Option<String>,
    /// Whether it is of a crisis.
    pub crisis: bool,
    /// `waiting`, `sending` or `dead`.
    pub state: String,
    /// When it was decided, RFC 3339.
    pub decided_at: String,
    /// When it was last revived, RFC 3339; null where it never was.
    pub revived_at: Option<String>,
    /// When it was given up, RFC 3339; null while it waits.
    pub given_up_at: Option<String>,
    /// When it is tried next, RFC 3339; null where that is not known.
    pub next_attempt_at: Option<String>,
    /// Attempts since the service started, or until it was given up.
    pub attempts: u32,
    /// How the last attempt failed: `refused`, `unreachable` or `failed`; null where none did.
    pub failure: Option<String>,
    /// What the last attempt met with, in words.
    pub error: Option<String>,
}

/// One channel, as the command shows it.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelRow {
    /// The channel.
    pub channel: String,
    /// Deliveries that wait.
    pub pending: usize,
    /// Deliveries that were given up.
    pub dead: usize,
    /// `up`, `down`, `not configured`, or `unknown` where no service runs.
    pub receiver: String,
}

/// What is asked of the outbox.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only what was given up.
    pub only_dead: bool,
    /// Only this channel.
    pub channel: Option<String>,
    /// At most so many deliveries.
    pub limit: usize,
}

/// Of the running service: its channels, its clock, and whether the broker is there.
pub(super) type Running<'a> = (&'a [Handle], &'a Clock, bool);

/// What waits and what was given up.
pub fn list(wanted: &Wanted, store: &Store, running: Option<Running<'_>>) -> Answer {
    listed(wanted, store, running).unwrap_or_else(|problem| Answer::Failed { problem })
}

fn listed(wanted: &Wanted, store: &Store, running: Option<Running<'_>>) -> Result<Answer, String> {
    let channel = channel_of(wanted.channel.as_deref())?;
    let rows = store.outbox_list(channel.as_ref(), wanted.only_dead, wanted.limit).map_err(|e| e.to_string())?;
    let keys: HashSet<Arc<DeliveryKey>> = rows.iter().map(|listed| Arc::clone(&listed.key)).collect();
    let (mut tried, mut now) = (BTreeMap::new(), None);
    if let Some((loops, clock, _)) = running {
        now = Some(clock.now());
        loops.iter().for_each(|channel| tried.extend(channel.tried(&keys)));
    }
    let deliveries = rows.iter().map(|listed| DeliveryRow::of(listed, tried.get(&listed.key), now)).collect();
    let receiver = |id: &ChannelId| match running {
        None => "unknown",
        Some((.., true)) if id.is_mqtt() => "up",
        Some(_) if id.is_mqtt() => "down",
        Some((loops, ..)) => match loops.iter().find(|channel| channel.channel() == id) {
            Some(channel) if channel.is_down() => "down",
            Some(_) => "up",
            None => "not configured",
        },
    };
    let mut counts = store.outbox_counts();
    let configured = running.into_iter().flat_map(|(loops, ..)| loops).map(|channel| channel.channel().clone());
    configured.chain([ChannelId::mqtt()]).for_each(|id| {
        counts.entry(id).or_default();
    });
    let channels = counts.into_iter().map(|(id, count)| ChannelRow {
        receiver: receiver(&id).to_owned(),
        channel: id.to_string(),
        pending: count.pending,
        dead: count.dead,
    });
    Ok(Answer::Outbox { deliveries, channels: channels.collect() })
}

/// Makes dead letters wait again, and whatever waits due now: the deliveries of these events, or all.
pub(super) fn retry(ids: &[String], channel: Option<&str>, store: &Store, loops: &[Handle], now: Timestamp) -> Answer {
    let again = |channel: Option<ChannelId>| -> Result<Answer, StoreError> {
        let found = store.revive(channel.as_ref(), ids, now)?;
        let keys: HashSet<Arc<DeliveryKey>> = found.iter().map(|listed| Arc::clone(&listed.key)).collect();
        loops.iter().for_each(|channel| channel.hurry(&keys));
        let revived = found.iter().filter(|listed| listed.dead.is_some()).count();
        let known: HashSet<&str> = found.iter().map(|listed| listed.key.id.as_str()).collect();
        let unknown = ids.iter().filter(|id| !known.contains(id.as_str())).cloned().collect();
        Ok(Answer::OutboxRetried { revived, hurried: found.len() - revived, unknown })
    };
    match channel_of(channel) {
        Ok(channel) => again(channel).unwrap_or_else(|error| Answer::Failed { problem: error.to_string() }),
        Err(problem) => Answer::Failed { problem },
    }
}

/// What is to be thrown away.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Discard {
    /// The deliveries of these events; all of the channel, where none is named.
    pub ids: Vec<String>,
    /// Only over this channel.
    pub channel: Option<String>,
    /// Only what was given up.
    pub only_dead: bool,
    /// Those of a crisis, too.
    pub crisis: bool,
}

/// One delivery that was thrown away.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscardedRow {
    /// The event's id.
    pub id: String,
    /// The channel.
    pub channel: String,
    /// The short name of the recipient, where the channel has several.
    pub recipient: Option<String>,
    /// Whether it was of a crisis.
    pub crisis: bool,
    /// `waiting` or `dead`.
    pub state: String,
}

/// Throws away what was given up, and what waits for a channel that is configured no more. What waits
/// for one that is there is kept: it may be on its way.
pub(super) fn discard(wanted: &Discard, store: &Store, loops: &[Handle]) -> Answer {
    discarded(wanted, store, loops).unwrap_or_else(|problem| Answer::Failed { problem })
}

fn discarded(wanted: &Discard, store: &Store, loops: &[Handle]) -> Result<Answer, String> {
    let channel = channel_of(wanted.channel.as_deref())?;
    if wanted.ids.is_empty() && channel.is_none() {
        return Err("nothing is named: give ids of events, or a channel".to_owned());
    }
    let is_there = |id: &ChannelId| id.is_mqtt() || loops.iter().any(|channel| channel.channel() == id);
    let (mut kept_crises, mut kept_waiting, mut known) = (0, 0, HashSet::new());
    // Asked by the store while nothing else can revive, deliver or give up any of them.
    let is_meant = |listed: &Listed| {
        known.insert(listed.key.id.clone());
        let is_dead = listed.dead.is_some();
        if wanted.only_dead && !is_dead {
            return false;
        }
        let is_kept = !is_dead && is_there(&listed.key.channel);
        let is_spared = !is_kept && listed.is_crisis && !wanted.crisis;
        kept_waiting += usize::from(is_kept);
        kept_crises += usize::from(is_spared);
        !is_kept && !is_spared
    };
    let gone = store.discard(channel.as_ref(), &wanted.ids, is_meant).map_err(|error| error.to_string())?;
    let unknown = wanted.ids.iter().filter(|id| !known.contains(id.as_str())).cloned().collect();
    let discarded: Vec<DiscardedRow> = gone.iter().map(DiscardedRow::of).collect();
    for DiscardedRow { id, channel, recipient, state, .. } in &discarded {
        // Whether it was of a crisis is health data beside an id that leads to a worker.
        let recipient = recipient.as_deref();
        tracing::warn!(event = id, channel, recipient, state, "a delivery was discarded by command and is never made");
    }
    Ok(Answer::OutboxDiscarded { discarded, kept_crises, kept_waiting, unknown })
}

impl DiscardedRow {
    fn of(listed: &Listed) -> Self {
        Self {
            id: listed.key.id.clone(),
            channel: listed.key.channel.to_string(),
            recipient: listed.key.recipient.clone(),
            crisis: listed.is_crisis,
            state: if listed.dead.is_some() { "dead" } else { "waiting" }.to_owned(),
        }
    }
}

fn channel_of(name: Option<&str>) -> Result<Option<ChannelId>, String> {
    name.map(ChannelId::parse).transpose().map_err(|error| format!("the channel {error}"))
}

impl DeliveryRow {
    fn of(listed: &Listed, tried: Option<&Tried>, now: Option<Timestamp>) -> Self {
        let dead = listed.dead.as_ref();
        let last = tried.and_then(|tried| tried.last.as_ref());
        let state = match (dead, tried) {
            (Some(_), _) => "dead",
            (None, Some(tried)) if tried.is_under_way => "sending",
            (None, _) => "waiting",
        };
        let wait = tried.filter(|_| dead.is_none()).and_then(|tried| tried.wait);
        let next = wait.zip(now).and_then(|(wait, now)| now.checked_add(wait).ok());
        Self {
            id: listed.key.id.clone(),
            channel: listed.key.channel.to_string(),
            recipient: listed.key.recipient.clone(),
            crisis: listed.is_crisis,
            state: state.to_owned(),
            decided_at: listed.decided_at.to_string(),
            revived_at: listed.revived_at.map(|at| at.to_string()),
            given_up_at: dead.map(|letter| letter.at.to_string()),
            next_attempt_at: next.map(|at| at.to_string()),
            attempts: dead.map_or_else(|| tried.map_or(0, |tried| tried.attempts), |letter| letter.attempts),
            failure: dead.map(|letter| letter.kind).or(last.map(|(kind, _)| *kind)).map(|k| k.as_str().to_owned()),
            error: dead.map(|letter| letter.error.clone()).or_else(|| last.map(|(_, error)| error.clone())),
        }
    }
}

#[cfg(test)]
#[path = "outbox_tests.rs"]
mod tests;
