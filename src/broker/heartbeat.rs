//! Tells a connection that lives from one that is half-open.

use std::time::Duration;

use tokio::time::{Instant, Interval, MissedTickBehavior};

use super::error::BrokerError;
use super::link::Link;

/// Pings twice in every keep-alive, and notices when nothing comes back.
#[derive(Debug)]
pub struct Heartbeat {
    interval: Interval,
    keep_alive_s: u16,
    has_heard: bool,
}

impl Heartbeat {
    /// The heartbeat of a connection that was just opened.
    #[must_use]
    pub fn new(keep_alive_s: u16) -> Self {
        let keep_alive_s = keep_alive_s.max(1);
        let period = Duration::from_millis(u64::from(keep_alive_s) * 500);
        let mut interval = tokio::time::interval_at(Instant::now() + period, period);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { interval, keep_alive_s, has_heard: true }
    }

    /// Notes that bytes came.
    pub fn heard(&mut self) {
        self.has_heard = true;
    }

    /// Comes back when it is time for [`Heartbeat::beat`].
    pub async fn is_due(&mut self) {
        self.interval.tick().await;
    }

    /// Pings; where we did not read, silence is our own doing and is forgiven.
    ///
    /// # Errors
    /// If nothing came since the last ping.
    pub fn beat(&mut self, link: &mut Link, did_read: bool) -> Result<(), BrokerError> {
        if !self.has_heard && did_read {
            return Err(BrokerError::Silent(self.keep_alive_s));
        }
        self.has_heard = !did_read;
        link.ping();
        Ok(())
    }
}
