//! The MQTT session that takes messages in and acknowledges them after the commit.

pub mod receipt;
