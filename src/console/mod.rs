//! What is served over HTTP.
//!
//! Requests enter, pages, JSON and metrics leave. So far this is the operators' listener alone: it
//! tells whether the service is alive and ready, and what it counted. It never changes anything.

pub mod ops;
