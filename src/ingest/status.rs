//! What the session tells about itself; readiness and metrics read it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// What the session tells about itself. Counters only rise.
#[derive(Debug, Default)]
pub struct SessionStatus {
    pub(super) connected: AtomicBool,
    pub(super) epoch: AtomicU64,
    pub(super) lost_sessions: AtomicU64,
    pub(super) takeovers: AtomicU64,
    pub(super) dropped: AtomicU64,
    pub(super) oversize: AtomicU64,
    pub(super) stale_acks: AtomicU64,
    pub(super) unacknowledged: AtomicU64,
    pub(super) failures: AtomicU64,
    pub(super) last_problem: Mutex<Option<String>>,
}

impl SessionStatus {
    /// Whether the session is connected and subscribed.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.connected.load(Relaxed)
    }

    /// The number of the present or last connection; 0 before the first.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.epoch.load(Relaxed)
    }

    /// Connections after the first.
    #[must_use]
    pub fn reconnects(&self) -> u64 {
        self.epoch().saturating_sub(1)
    }

    /// Reconnects at which the broker had forgotten the session, and with it what was queued.
    #[must_use]
    pub fn lost_sessions(&self) -> u64 {
        self.lost_sessions.load(Relaxed)
    }

    /// Times another client took the session over, or seems to have.
    #[must_use]
    pub fn takeovers(&self) -> u64 {
        self.takeovers.load(Relaxed)
    }

    /// QoS 0 messages dropped because the service was behind.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Relaxed)
    }

    /// Packets over the largest size; they were cut and handed over.
    #[must_use]
    pub fn oversize(&self) -> u64 {
        self.oversize.load(Relaxed)
    }

    /// Acknowledgements that came after their connection had gone, and were not sent.
    #[must_use]
    pub fn stale_acks(&self) -> u64 {
        self.stale_acks.load(Relaxed)
    }

    /// Messages handed over on the present connection and not acknowledged yet.
    #[must_use]
    pub fn unacknowledged(&self) -> u64 {
        self.unacknowledged.load(Relaxed)
    }

    /// Connections lost and attempts that failed.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.failures.load(Relaxed)
    }

    /// Why the session is not connected, in words; none while it is.
    #[must_use]
    pub fn last_problem(&self) -> Option<String> {
        self.last_problem.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    pub(super) fn set_problem(&self, problem: Option<String>) {
        *self.last_problem.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = problem;
    }
}
