//! The MQTT session that takes messages in and acknowledges them after the commit.
//!
//! The broker's messages enter and leave as [`Arrival`]s in order of receipt; [`AckToken`]s come back
//! once the messages are on disk, and only then is anything acknowledged. Nothing here reads a
//! payload, keeps a message or decides what it means, and no acknowledgement outlives the connection
//! its message came on. The session never gives up: only its owner ends it.

mod arrival;
mod connection;
mod ledger;
pub mod limits;
pub mod probe;
pub mod receipt;
pub mod session;
mod settings;
mod status;

pub use arrival::{AckToken, Arrival};
pub use session::{IngestError, Ports, run};
pub use settings::Settings;
pub use status::SessionStatus;
