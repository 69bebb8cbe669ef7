//! A cumulative sum that rises while values are low.

/// The low-side CUSUM of standardised values: S = max(0, S − z − k); an alarm stands while S > h.
///
/// # Units
/// Standard deviations.
///
/// # Source
/// Page 1954; domain reference, section 2.4. In independent data k = 0.5 and h = 5 find a shift of
/// one SD in about ten values; autocorrelation makes false alarms more frequent (section 3.4).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cusum {
    /// The allowance: half the shift that is looked for.
    pub k: f64,
    /// The limit.
    pub h: f64,
    /// The sum so far.
    pub sum: f64,
}

impl Cusum {
    /// A sum that begins at nothing.
    #[must_use]
    pub const fn new(k: f64, h: f64) -> Self {
        Self { k, h, sum: 0.0 }
    }

    /// Takes a value; gives whether the sum is above the limit. What is not finite changes nothing.
    pub fn push(&mut self, z: f64) -> bool {
        if z.is_finite() {
            self.sum = (self.sum - z - self.k).max(0.0);
        }
        self.is_alarm()
    }

    /// Whether the sum is above the limit.
    #[must_use]
    pub fn is_alarm(&self) -> bool {
        self.sum > self.h
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_of_one_sd_is_found_and_forgotten_again() {
        let mut sum = Cusum::new(0.5, 5.0);
        assert_eq!((0..10).filter(|_| sum.push(-1.0)).count(), 0, "exactly at the limit is no alarm");
        assert!(sum.push(-1.0));
        assert!(sum.push(f64::NAN), "no value, no change");
        assert!(!sum.push(0.0));
        assert!((0..20).all(|_| !sum.push(0.0)) && sum.sum <= 0.0);
    }
}
