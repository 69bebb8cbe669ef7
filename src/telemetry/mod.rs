//! Metrics, latency, logs and traces.
//!
//! What happened enters as calls with the words of the domain; what leaves is the text that
//! Prometheus scrapes, the lines on standard error, and stages of traces. No other module knows `prometheus` or
//! `hdrhistogram`, and no label is ever written at a call site, so the set of series is bounded here.
//! Never here: a worker, a device, a health value or a contact detail, in a label or in a log line.

mod bounded;
mod families;
pub mod labels;
pub mod latency;
pub mod latency_log;
pub mod log_level;
pub mod logging;
pub mod metrics;
pub mod panics;
pub mod passage;
pub mod traces;

pub use labels::{Check, DeliveryOutcome, Outcome, PipelineStage};
pub use metrics::{Metrics, OutboxFigures, SiteFigures};
