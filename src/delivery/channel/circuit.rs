//! Whether a receiver is plainly down, and when to ask it next.

use tokio::time::Instant;

use super::settings::Settings;

/// What is known of a receiver.
#[derive(Debug, Clone, Copy)]
pub(super) struct Circuit {
    /// Failures without a success in between.
    failures: u32,
    /// While it is down: when it may be asked next.
    ask_at: Option<Instant>,
    /// Questions so far.
    asked: u32,
}

/// How an attempt changed what is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Nothing.
    None,
    /// It counts as down now.
    Down,
    /// It is back.
    Back,
}

impl Circuit {
    /// A receiver of which nothing is known counts as up.
    pub(super) const fn new() -> Self {
        Self { failures: 0, ask_at: None, asked: 0 }
    }

    pub(super) const fn is_down(&self) -> bool {
        self.ask_at.is_some()
    }

    /// While it is down: when to ask next.
    pub(super) const fn ask_at(&self) -> Option<Instant> {
        self.ask_at
    }

    /// The receiver answered, if only to refuse.
    pub(super) fn answered(&mut self) -> Turn {
        let turn = if self.is_down() { Turn::Back } else { Turn::None };
        *self = Self::new();
        turn
    }

    /// An attempt failed.
    pub(super) fn failed(&mut self, settings: &Settings, now: Instant) -> Turn {
        self.failures = self.failures.saturating_add(1);
        if self.is_down() {
            self.asked = self.asked.saturating_add(1);
        } else if self.failures < settings.down_after.max(1) {
            return Turn::None;
        }
        let turn = if self.is_down() { Turn::None } else { Turn::Down };
        self.ask_at = Some(now + settings.wait(self.asked.saturating_add(1), settings.probe_max));
        turn
    }

    /// Somebody wants it to be asked at once.
    pub(super) fn hurry(&mut self, now: Instant) {
        if let Some(at) = &mut self.ask_at {
            *at = now;
        }
    }
}
