//! Arithmetic that several stages share: order statistics, ranks, lines, shifts, intervals.
//!
//! Plain numbers go in, plain numbers come out; what cannot be had is `None`, never NaN. Nothing in
//! here knows what a number means: thresholds, units and their sources belong to the stages.
//! Intervals are at 95 %, the level at which all of them are reported.

mod correlation;
mod interval;
mod many;
mod order;
mod ranks;
mod repeated;
mod separation;
mod shift;
mod slope;

pub use correlation::{fisher_interval, pearson, pearson_interval};
pub use interval::{Interval, NORMAL_97_5, student_97_5, wilson};
pub use many::{Estimate, believable, shrink};
pub use order::{MAD_TO_SD, mad_sorted, median, quantile_sorted};
pub use ranks::{auc, dominance, kendall_s, ranks, spearman, spearman_interval};
pub use repeated::{RepeatedMeasures, repeated_measures};
pub use separation::{Moments, Separation, advantage, separation};
pub use shift::{Shift, hodges_lehmann};
pub use slope::{Line, least_squares, theil_sen, theil_sen_interval};
