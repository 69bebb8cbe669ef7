//! A way out of Vagus, whatever it speaks: one loop for each channel, and nothing shared that blocks.
//!
//! The loop takes its channel's deliveries from the outbox, crises first, then in the order of
//! decision, several under way at once. What fails is tried again after a wait that doubles and is
//! never quite the same; what fails for days becomes a dead letter. Where a receiver is plainly down,
//! only one delivery at a time asks whether it is back. A delivery is marked as made after it was
//! made, so a kill in between makes it twice, under the same id. Nothing here knows what is sent.

mod circuit;
mod handle;
mod run;
mod schedule;
mod settings;

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::store::{FailureKind, Outgoing};

pub use handle::{Handle, Tried};
pub use run::Channel;
pub use settings::Settings;

/// Why an attempt did not succeed. The words are shown to operators and logged: no address, no secret
/// and nothing of the event may be in them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The receiver was not reached, or did not answer in time. It is tried again.
    #[error("{0}")]
    Unreachable(String),
    /// The receiver answered that it cannot take it now, or nobody knows whether it has it. It is tried
    /// again.
    #[error("{0}")]
    Retry(String),
    /// As [`SendError::Retry`], and the receiver said how long to wait.
    #[error("{reason}")]
    RetryAfter {
        /// How long.
        after: Duration,
        /// What it answered.
        reason: String,
    },
    /// The receiver will never take this very message, whatever is mended on its side: the delivery is
    /// given up. A wrong key or path is no reason: an operator mends that.
    #[error("{0}")]
    Refused(String),
    /// It was not tried: it leaves together with others, no sooner than then. This is no failure.
    #[error("it waits to leave together with others")]
    Later(Duration),
}

impl SendError {
    /// How it failed, as dead letters name it.
    #[must_use]
    pub const fn kind(&self) -> FailureKind {
        match self {
            Self::Unreachable(_) => FailureKind::Unreachable,
            Self::Retry(_) | Self::RetryAfter { .. } | Self::Later(_) => FailureKind::Failed,
            Self::Refused(_) => FailureKind::Refused,
        }
    }
}

/// An attempt under way.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<(), SendError>> + Send + 'a>>;

/// What can send over a channel. Where it is dropped half way, the attempt counts as not made.
pub trait Sender: Send + Sync + 'static {
    /// Sends a delivery once. Success means that the receiver has it and will not lose it; whoever is
    /// not sure says [`SendError::Retry`].
    fn send<'a>(&'a self, delivery: &'a Outgoing) -> Sending<'a>;
}
