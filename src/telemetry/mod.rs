//! Metrics, latency and logs; the only place that knows how they are kept.
