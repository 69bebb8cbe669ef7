//! Rolling values per worker: night, baseline, HRV state, sleep, strain index.
//!
//! What enters: the buckets of what a band sent ([`night`] makes one row a wake date of them), and
//! a worker's history ([`track`] makes one set of indicators a day of its rows and tags). What
//! leaves: plain numbers and states, each with the nights it rests on. Nothing here judges: levels
//! and rules are made of these values elsewhere. Nothing here remembers more than it was given:
//! every value can be recomputed from the rows, so late data needs no special path. Every number
//! that leaves is finite; what cannot be had is `None`.

pub mod autocorrelation;
pub mod band;
pub mod baseline;
pub mod composite;
pub mod cosinor;
pub mod daytime;
pub mod nig;
pub mod night;
pub mod norms;
pub mod persistence;
pub mod regularity;
pub mod roster;
pub mod settings;
pub mod sleep;
pub mod sleep_detail;
pub mod streaming;
pub mod timing;
pub mod track;

pub use night::night_row;
pub use settings::Settings;
pub use track::{DayIndicators, Track, next_final};
