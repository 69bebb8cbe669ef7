//! The real service, or its real parts, against a real mosquitto.

#![expect(missing_docs, reason = "a test's name is its claim")]
#![expect(dead_code, reason = "support is shared by test modules that come and go")]

mod delivery;
mod ingest_session;
mod ingest_tls;
mod support;
