//! Running medians and quartiles over beats, for windows that move by one beat at a time.
//!
//! Sorting a window of 91 for every beat would cost more than everything else together. All values
//! are finite.

mod medians;
mod quartiles;

pub(super) use medians::{medians_by_sorting, medians_of_eleven};
pub(super) use quartiles::quartile_deviations_of_sizes;
