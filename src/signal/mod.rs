//! Beat intervals to metrics: cleaning, time domain, frequency domain, quality.
//!
//! In come the beat intervals of a run, in milliseconds. `segments` cuts them where beats are
//! missing, [`r1`] judges every interval of a piece, [`time_domain`], [`distribution`] and [`spectrum`]
//! measure what is left, and [`quality`] says how far to trust it. Out come five-minute windows for the engine
//! ([`windows()`]) or one report of a whole recording ([`analysis`]). [`classic`] holds the older
//! ectopic rules, for comparison only.
//!
//! A successive difference never crosses a gap or an interval that was judged false, a value that
//! cannot be had is `None`, and no input makes these functions panic or return NaN. They know no
//! worker, keep no state between calls, and read no clock.

pub mod analysis;
mod binning;
pub mod classic;
pub mod distribution;
mod interpolation;
pub mod quality;
pub mod r1;
mod segments;
mod sliding;
pub mod spectrum;
pub mod time_domain;
pub mod windows;

#[cfg(test)]
mod recordings_tests;

pub use windows::{BeatWindow, windows};
