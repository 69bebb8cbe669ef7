//! Whether two scores of one person differ by more than the error of measurement.

/// Spread and reliability of an instrument, from which the reliable change follows.
///
/// # Source
/// Jacobson and Truax 1991; domain reference, section 6.2.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReliableChange {
    /// Standard deviation between people, in points.
    pub sd: f64,
    /// Reliability, Cronbach's alpha.
    pub alpha: f64,
}

/// Two-sided 95 % of the normal distribution.
const Z_95: f64 = 1.96;

impl ReliableChange {
    /// Standard error of a difference between two scores: SD·√(2·(1 − α)).
    ///
    /// # Units
    /// Points.
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        self.sd * (2.0 * (1.0 - self.alpha)).sqrt()
    }

    /// The change that error alone exceeds once in twenty times.
    ///
    /// # Units
    /// Points.
    #[must_use]
    pub fn threshold(&self) -> f64 {
        Z_95 * self.standard_error()
    }

    /// The reliable change index: the difference in standard errors.
    #[must_use]
    pub fn index(&self, before: f64, after: f64) -> f64 {
        (after - before) / self.standard_error()
    }

    /// Whether the change is more than error.
    #[must_use]
    pub fn is_reliable(&self, before: f64, after: f64) -> bool {
        self.index(before, after).abs() >= Z_95
    }
}
