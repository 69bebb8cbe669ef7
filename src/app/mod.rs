//! Assembly: commands, the running service, replay.
//!
//! The only place that knows every layer. [`service`] starts everything: rows are made by
//! [`sequencer`] and applied by [`applier`], what they say leaves through [`outbound`].
//! [`replay`] does the same without broker, store or clock.

pub mod admission;
pub mod applier;
pub mod asyncapi;
pub mod backtest;
pub mod backup;
mod channels;
pub mod clock_watch;
pub mod commands;
mod committee;
pub mod connect;
pub mod control;
pub mod daytime;
pub mod decoder;
pub mod gauges;
pub mod heard;
pub mod histories;
mod import;
pub mod intake;
mod judge;
pub mod keeper;
mod office;
pub mod outbound;
mod parts;
pub mod readiness;
pub mod recovery;
pub mod registry;
pub mod registry_file;
pub mod replay;
pub mod sequencer;
pub mod service;
pub mod shards;
mod signals;
pub mod starts;
mod startup;
pub mod statistics;
mod strangers;
mod supervision;
pub mod test_event;
mod trail;
pub mod units;
