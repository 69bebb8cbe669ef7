//! A careful gateway: recorded lines go in, messages leave, and each is kept on disk until its receipt.
//!
//! Start reading at `publication`, which ties the parts together; `courier` speaks with the broker for one
//! source, `flights` decides what is sent when, `spool` is the disk. Three rules make it careful: a message
//! is synced to disk before it is sent; only a receipt lets go of it, never a PUBACK; its `message_id` never
//! changes, so that sending it again is harmless. It never judges items: that is the service's to do.

mod courier;
mod flights;
mod input;
mod message;
pub mod publication;
mod receipt;
mod refused;
mod spool;
mod tally;

use std::path::PathBuf;
use std::time::Duration;

pub use input::InputError;
pub use publication::{End, PublishError, Summary, Told, default_spool, publish};
pub use spool::{SpoolError, holds_messages};
pub use tally::Tally;

use crate::broker;

/// What can be set about publishing.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How the broker is reached.
    pub broker: broker::Settings,
    /// The begin of the client id; site and source follow, because each source has a connection of its own.
    pub client_id: String,
    /// The first levels of every topic.
    pub root: String,
    /// The recording; standard input where none is named.
    pub input: Option<PathBuf>,
    /// The directory in which messages are kept until their receipt.
    pub spool: PathBuf,
    /// Messages of a source that may be without receipt at one time.
    pub max_in_flight: usize,
    /// How long to wait for a receipt before a message is sent again; each further wait is twice as long.
    pub receipt_timeout: Duration,
    /// New messages a second, at most.
    pub rate: Option<f64>,
    /// The longest payload; a longer one would be refused whole.
    pub max_payload_bytes: usize,
    /// After so long without any receipt it is given up for now; never, where none is given.
    pub give_up_after: Option<Duration>,
}
