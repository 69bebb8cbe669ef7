//! The channels besides MQTT: opened as they are configured, and started.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::outbound::{Outbound, open_senders};
use super::parts::Parts;
use crate::clock::Clock;
use crate::config::Settings;
use crate::delivery::channel::{self, Channel};
use crate::domain::ids::ChannelId;
use crate::store::Store;
use crate::telemetry::Metrics;
use crate::telemetry::traces::Traces;

/// The loops of the channels besides MQTT. What waits for a channel that is not configured any more is
/// told of: nobody sends it.
pub(super) fn open(
    settings: &Settings,
    outbound: &Outbound,
    store: &Store,
    clock: &Clock,
    (metrics, traces): (&Metrics, &Traces),
) -> anyhow::Result<Vec<Channel>> {
    let senders = open_senders(&settings.delivery, clock)?;
    for (channel, count) in store.outbox_counts() {
        if count.pending > 0 && !channel.is_mqtt() && senders.iter().all(|(id, _)| *id != channel) {
            let waiting = count.pending;
            tracing::warn!(%channel, waiting, "deliveries wait for a channel that is not configured; they stay");
        }
    }
    let channel = |(id, sender)| {
        metrics.has_channel(&id);
        Channel {
            sender,
            store: store.clone(),
            wake: outbound.news.subscribe(),
            settings: tries(settings, &id),
            id,
            clock: clock.clone(),
            metrics: metrics.clone(),
            traces: traces.clone(),
        }
    };
    Ok(senders.into_iter().map(channel).collect())
}

/// How a channel tries: as all do, but for how long where it says so itself.
fn tries(settings: &Settings, id: &ChannelId) -> channel::Settings {
    let hours = settings.delivery.channel(id).and_then(|channel| channel.give_up_after_h);
    let give_up_after = hours.map(|hours| Duration::from_secs(3_600 * u64::from(hours)));
    channel::Settings { give_up_after: give_up_after.unwrap_or(settings.outbox.give_up_after), ..settings.outbox }
}

/// Starts them, each as a task that ends when `stopping` turns true; gives a handle on each.
pub(super) fn start(
    channels: Vec<Channel>,
    parts: &mut Parts,
    stopping: &watch::Receiver<bool>,
) -> Arc<[channel::Handle]> {
    let start = |channel: Channel| {
        let (handle, run) = channel.start(stopping.clone());
        parts.task("channel", run);
        handle
    };
    channels.into_iter().map(start).collect()
}
