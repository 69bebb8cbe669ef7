//! One connection to an MQTT broker, under our own control.
//!
//! Settings and packets go in, packets and reasons in words come out. `rumqttc` gives the packets'
//! codec; its event loop is not used, because it flushes once for every acknowledgement, cannot pass
//! over a packet that is too large, keeps acknowledgements across a reconnect, and gives no link from
//! a publish to its PUBACK. This module never reconnects, never acknowledges and never decides what
//! a message means: `ingest` and `delivery` do, each on a connection of its own.

pub mod backoff;
pub mod certificate;
pub mod error;
mod frame;
pub mod heartbeat;
pub mod link;
pub mod packet;
pub mod settings;
mod tls;

pub use error::BrokerError;
pub use settings::{BackoffSettings, Credentials, Protocol, Settings, TlsSettings};
