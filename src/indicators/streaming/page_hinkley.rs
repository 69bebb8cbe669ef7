//! A detector of a drop below what values were so far.

/// The Page–Hinkley test for a drop: mₜ = mₜ₋₁ + (zₜ − z̄ₜ + δ), alarm when max(m) − mₜ > λ.
///
/// z̄ is the running mean of all values since the last alarm, so the test needs no reference; for
/// the same reason it is slow to notice what creeps. After an alarm it begins anew.
///
/// # Source
/// Page 1954, Hinkley 1971; domain reference, section 2.4.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PageHinkley {
    delta: f64,
    lambda: f64,
    n: f64,
    mean: f64,
    level: f64,
    highest: f64,
}

impl Default for PageHinkley {
    fn default() -> Self {
        Self::new(0.25, 8.0)
    }
}

impl PageHinkley {
    /// A test that tolerates drops of `delta` and sums up to `lambda`, both in SD.
    #[must_use]
    pub const fn new(delta: f64, lambda: f64) -> Self {
        Self { delta, lambda, n: 0.0, mean: 0.0, level: 0.0, highest: 0.0 }
    }

    /// Takes a value; gives whether it raises the alarm. What is not finite changes nothing.
    pub fn push(&mut self, z: f64) -> bool {
        if !z.is_finite() {
            return false;
        }
        self.n += 1.0;
        self.mean += (z - self.mean) / self.n;
        self.level += z - self.mean + self.delta;
        self.highest = self.highest.max(self.level);
        let is_alarm = self.highest - self.level > self.lambda;
        if is_alarm {
            *self = Self::new(self.delta, self.lambda);
        }
        is_alarm
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: ten values of 0, then of −2. The mean after k of them is −2k/(10 + k), so each adds
    /// −2 + 2k/(10 + k) + 0.25: −1.568, −1.417, −1.288, −1.179, −1.083, −1.0, −0.926: the sum is
    /// below −8 at the seventh.
    #[test]
    fn a_drop_of_two_sd_is_found_at_its_seventh_value() {
        let mut test = PageHinkley::default();
        assert!((0..10).all(|_| !test.push(0.0)));
        assert_eq!((1..20).find(|_| test.push(-2.0)), Some(7));
        assert_eq!(test, PageHinkley::default(), "begun anew");
    }

    #[test]
    fn a_rise_raises_no_alarm() {
        let mut test = PageHinkley::default();
        assert!((0..200).all(|i| !test.push(if i < 100 { 0.0 } else { 3.0 })));
        assert!(!test.push(f64::NAN));
    }
}
