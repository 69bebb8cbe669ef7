//! Why a connection could not be made or was lost, in words an operator can act on.

use std::io;

/// Why a connection could not be made or was lost.
#[derive(Debug, thiserror::Error)]
pub enum BrokerError {
    /// The host's name has no address, or nobody listens there.
    #[error("cannot reach the broker at {address}: {source}")]
    Unreachable {
        /// Host and port.
        address: String,
        /// What the system said.
        source: io::Error,
    },
    /// It took too long.
    #[error("the broker at {address} did not answer within {timeout_ms} ms")]
    Timeout {
        /// Host and port.
        address: String,
        /// How long it was given.
        timeout_ms: u64,
    },
    /// A certificate or key file cannot be used.
    #[error("{path}: {reason}")]
    CertificateFile {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// TLS was refused by either side.
    #[error("TLS with the broker failed: {0}")]
    Tls(String),
    /// The broker said no.
    #[error("the broker refused the connection: {0}")]
    Refused(String),
    /// Every subscription was refused.
    #[error("the broker refused the subscriptions: {0}")]
    SubscriptionRefused(String),
    /// The broker ended the connection with a reason.
    #[error("the broker ended the connection: {reason}")]
    Ended {
        /// The broker's reason.
        reason: String,
        /// Whether another client connected under the same client id.
        is_takeover: bool,
    },
    /// The broker's end closed without a word.
    #[error("the broker closed the connection")]
    Closed,
    /// Nothing was heard for too long; the connection may be half-open.
    #[error("nothing was heard from the broker for {0} s, the connection is taken for dead")]
    Silent(u16),
    /// Something arrived that MQTT does not allow.
    #[error("the broker broke the protocol: {0}")]
    Protocol(String),
    /// The connection failed.
    #[error("the connection to the broker failed: {0}")]
    Io(#[from] io::Error),
}

impl BrokerError {
    /// Whether another client connected under the same client id.
    #[must_use]
    pub fn is_takeover(&self) -> bool {
        matches!(self, Self::Ended { is_takeover: true, .. })
    }
}
