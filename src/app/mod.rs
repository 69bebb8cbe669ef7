//! Assembly: commands, the running service, replay.
//!
//! The only place that knows every layer. Rows are made by [`sequencer`] and applied by [`applier`];
//! [`replay`] does both without broker, store or clock.

pub mod admission;
pub mod commands;
pub mod registry;
pub mod replay;
pub mod service;
pub mod shards;
