//! The console in a real browser: what a physician sees, clicks and types, from the first sign-in to a closed case.
//!
//! Each story has a mosquitto, a `vagus run`, a chromedriver and a Chromium of its own. What people read
//! stands here as words, not as keys: a button that is called otherwise fails the story. Pictures of the
//! pages are left in `target/tmp/browser`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod accessible;
mod browser;
mod chromedriver;
mod clinic;
mod closing;
mod injection;
mod keyboard;
mod languages;
mod live;
mod openid;
mod reflow;
mod signing_in;
#[path = "../service/support/mod.rs"]
#[expect(dead_code, reason = "made for the service tests; a browser needs the broker, the service and the feed")]
mod support;
mod without_script;
mod words;
