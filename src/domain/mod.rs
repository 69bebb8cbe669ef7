//! The vocabulary: what a reading, a screening, a case and an alert are.
//!
//! Plain values that every other module shares. They know nothing of JSON, of disk formats or of
//! MQTT: wire formats live in `decode`, `delivery` and `console`, stored formats in `store/records.rs`.
//! Nothing here reads a clock, makes a random number or performs I/O.

pub mod alert;
pub mod case;
pub mod event;
pub mod exposure;
pub mod history;
pub mod ids;
pub mod indicator;
pub mod item;
pub mod life;
pub(crate) mod named;
pub mod nearest;
pub mod person;
pub mod phrase;
pub mod reading;
pub mod reason;
pub mod rejection;
pub mod screening;
pub mod topics;
pub mod worker;

pub use jiff::civil::Date;
pub use jiff::tz::TimeZone;
pub use jiff::{SignedDuration, Timestamp};
