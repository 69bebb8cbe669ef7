//! What can be set about taking in.

use crate::broker;

/// What can be set about taking in.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How the broker is reached.
    pub broker: broker::Settings,
    /// The client id; it names the session that the broker keeps while we are away.
    pub client_id: String,
    /// The first levels of every topic.
    pub root: String,
    /// How long the broker keeps the session while we are away, in seconds (MQTT 5).
    pub session_expiry_s: u32,
    /// Messages that the broker may have sent us without our acknowledgement (MQTT 5); 0 is taken as 1.
    pub receive_maximum: u16,
    /// The largest packet that is read, in bytes; announced to the broker (MQTT 5). Of a larger one
    /// the beginning is handed over, to be rejected; less than 128 KiB is taken as 128 KiB.
    pub max_packet_bytes: u32,
    /// Payload bytes handed over and not yet acknowledged at which reading from the broker pauses.
    pub max_unacknowledged_bytes: usize,
    /// How long a shutdown waits for the last acknowledgements, in milliseconds.
    pub shutdown_grace_ms: u64,
    /// Whether to try, at start, how many messages the broker keeps for a session that is away.
    pub queue_probe: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            broker: broker::Settings::default(),
            client_id: "vagus".to_owned(),
            root: "vagus/v1".to_owned(),
            session_expiry_s: 7 * 24 * 3600,
            receive_maximum: 1_000,
            max_packet_bytes: 1024 * 1024,
            max_unacknowledged_bytes: 64 * 1024 * 1024,
            shutdown_grace_ms: 5_000,
            queue_probe: true,
        }
    }
}

impl Settings {
    /// The topic filters that are subscribed to.
    #[must_use]
    pub fn filters(&self) -> Vec<String> {
        ["readings", "screenings", "exposures", "actions", "status"]
            .iter()
            .map(|stream| format!("{}/+/+/{stream}", self.root))
            .collect()
    }

    /// How many arrivals the channel to the sequencer should hold, so that QoS 1 never waits for room.
    #[must_use]
    pub fn channel_capacity(&self) -> usize {
        usize::from(self.receive_maximum).max(1) + 64
    }
}
