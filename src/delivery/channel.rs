//! A way out of Vagus, whatever it speaks.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::store::{FailureKind, Outgoing};

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
}

impl SendError {
    /// How it failed, as dead letters name it.
    #[must_use]
    pub const fn kind(&self) -> FailureKind {
        match self {
            Self::Unreachable(_) => FailureKind::Unreachable,
            Self::Retry(_) | Self::RetryAfter { .. } => FailureKind::Failed,
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
