//! Vagus: wearable stream processing for occupational health.
//!
//! How a reading becomes an alert, and which module does it:
//!
//! 1. [`ingest`] takes a message from the broker; [`decode`] turns it into items or reasons.
//! 2. [`app`]'s sequencer admits the items, and [`store`] writes them to the journal and syncs.
//! 3. Only then is the message acknowledged.
//! 4. [`engine`] applies the row: [`signal`] and [`indicators`] give the night's HRV and its state,
//!    [`screening`] and [`exposures`] the rest of the evidence, [`rules`] the level, [`cases`] what to do.
//! 5. Decisions are journaled, put into the outbox, and [`delivery`] sends them.
//!
//! [`domain`] holds the words all of them speak, [`statistics`] the arithmetic that stages share, [`broker`] is one connection to an MQTT broker, [`tls`] whom a connection over HTTPS trusts, [`clock`] is the only reader of system time,
//! [`telemetry`] the only place of metrics and logs, [`otlp`] sends its traces to a collector, [`texts`] what people read in their language, [`console`] what is served over HTTP.
//! [`gateway`] is the other end: `vagus publish`, the example that programmers of gateways start from.
//! `tests/architecture.rs` holds who may know whom.

pub mod app;
pub mod broker;
pub mod cases;
pub mod clock;
pub mod config;
pub mod console;
pub mod decode;
pub mod delivery;
#[cfg(feature = "demo")]
pub mod demo;
pub mod domain;
pub mod engine;
pub mod exposures;
pub mod gateway;
pub mod indicators;
pub mod ingest;
pub mod otlp;
pub mod rules;
pub mod screening;
pub mod signal;
pub mod statistics;
pub mod store;
pub mod telemetry;
pub mod texts;
pub mod tls;
