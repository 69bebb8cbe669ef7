//! Which event leaves over which channel, and to whom.
//!
//! An event goes in, deliveries with their bytes come out: what they say is decided here, once.

use std::sync::Arc;

use super::cloudevents::{self, Envelope};
use crate::domain::event::Event;
use crate::domain::ids::ChannelId;
use crate::store::Outgoing;

/// Finds the deliveries of an event.
#[derive(Debug)]
pub struct Router {
    root: Arc<str>,
}

impl Router {
    /// Everything over the broker, and nothing over any other channel.
    #[must_use]
    pub const fn over_mqtt(root: Arc<str>) -> Self {
        Self { root }
    }

    /// The deliveries of an event, each with its own bytes; none where nobody is to be told.
    #[must_use]
    pub fn route(&self, event: &Event) -> Vec<Outgoing> {
        let Envelope { id, topic, payload } = cloudevents::encode(event, &self.root);
        let over_mqtt = |target| Outgoing {
            channel: ChannelId::mqtt(),
            id,
            recipient: None,
            is_crisis: event.is_crisis(),
            decided_at: event.time,
            target,
            payload,
        };
        topic.map(over_mqtt).into_iter().collect()
    }
}
