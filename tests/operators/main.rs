//! What operators get, judged by their own tools: a real Prometheus, a real Alertmanager, `promtool`, Grafana's types
//! and HdrHistogram's reader, each on a service under load.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod counted;
mod dashboards;
mod expressions;
mod latency;
mod paging;
mod prometheus;
mod rules;
mod runbook;
#[path = "../service/support/mod.rs"]
#[expect(dead_code, reason = "made for the service tests; here the broker, the service and the feed are needed")]
mod support;
