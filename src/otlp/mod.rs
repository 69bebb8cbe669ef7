//! Traces to a collector that speaks OTLP, over HTTP in protobuf.
//!
//! Stages that are over come in through a bounded queue; batches of them leave. While the collector is away, refuses
//! or is slow, what does not fit is dropped and counted: nobody who handles a reading ever waits for it, and nothing
//! is kept for later. Never here: anything that is not a [`Tag`](crate::telemetry::traces::Tag).

mod export;
pub mod settings;
mod spans;

pub use export::{Exporter, OpenError};
pub use settings::Settings;
