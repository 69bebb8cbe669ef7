//! Assembly: commands, the running service, replay.

pub mod commands;
