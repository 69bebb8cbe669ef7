//! The strain index: one number from 0 to 100 whose parts add up.

use crate::domain::indicator::Component;

/// How many components the index can have.
pub const COMPONENTS: usize = 5;

/// The strain index of a day; 50 is the worker's usual.
///
/// # Source
/// Domain reference, section 5.2.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Index {
    /// 0 to 100.
    pub value: f64,
    /// Sum of the weights that were available, 0 to 1.
    pub weight: f64,
    /// Points that each component adds to 50.
    pub(super) points: [Option<(Component, f64)>; COMPONENTS],
}

impl Index {
    /// Points that each available component adds to 50, largest first. They add up to `value − 50`.
    #[must_use]
    pub fn contributions(&self) -> Vec<(Component, f64)> {
        let mut parts: Vec<_> = self.points.iter().flatten().copied().collect();
        parts.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        parts
    }
}
