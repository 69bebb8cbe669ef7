//! Arithmetic that several stages share: order statistics, ranks, intervals.
//!
//! Plain numbers go in, plain numbers come out; what cannot be had is `None`, never NaN. Nothing in
//! here knows what a number means: thresholds, units and their sources belong to the stages.

mod order;

pub use order::{MAD_TO_SD, mad_sorted, median, quantile_sorted};
