//! The real service, or its real parts, against a real mosquitto.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod alerting;
mod backtested;
mod backups;
mod bad_input;
mod cases;
mod clock_step;
mod connecting;
mod crisis;
mod daytime;
mod delivery;
mod erasing;
mod failing_disk;
mod ingest_session;
mod ingest_tls;
mod killed;
mod limits;
mod logs;
mod open_mhealth;
mod openid;
mod operating;
mod over_http;
mod own_data;
mod publishing;
mod readme;
mod replayed;
mod schemas;
mod secrecy;
mod sending;
mod silent_source;
mod supervised;
mod support;
mod syncing;
mod telling;
mod traces;
mod units;
