//! What operators install: the Debian package in a clean Debian, its unit, its manual and completions, and the
//! examples for the broker with a real mosquitto.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod broker;
mod calls;
mod container;
mod debian;
mod documents;
mod installed;
mod package;
#[path = "../service/support/mod.rs"]
#[expect(dead_code, reason = "made for the service tests; here the broker and the manager of services are needed")]
mod support;
mod unit;
