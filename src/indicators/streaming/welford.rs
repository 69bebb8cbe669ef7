//! Mean and variance of values that are not kept, in parts that can be put together.

/// Count, mean and sum of squared deviations.
///
/// # Source
/// Welford 1962; Chan, Golub & LeVeque 1979 for putting parts together; domain reference, section 2.4.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Welford {
    n: f64,
    mean: f64,
    sum_sq: f64,
}

impl Welford {
    /// Takes a value. What is not finite changes nothing.
    pub fn push(&mut self, x: f64) {
        if x.is_finite() {
            *self = self.merged(Self { n: 1.0, mean: x, sum_sq: 0.0 });
        }
    }

    /// Both parts as one: M2 = M2ₐ + M2ᵦ + δ²·nₐ·nᵦ/(nₐ + nᵦ).
    #[must_use]
    pub fn merged(self, other: Self) -> Self {
        let n = self.n + other.n;
        if n <= 0.0 {
            return self;
        }
        let delta = other.mean - self.mean;
        Self {
            n,
            mean: self.mean + delta * other.n / n,
            sum_sq: self.sum_sq + other.sum_sq + delta * delta * self.n * other.n / n,
        }
    }

    /// How many values.
    #[must_use]
    pub const fn count(&self) -> f64 {
        self.n
    }

    /// Their mean, of one value or more.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.n >= 1.0).then_some(self.mean)
    }

    /// Their standard deviation (divisor n − 1), of two values or more.
    #[must_use]
    pub fn sd(&self) -> Option<f64> {
        (self.n >= 2.0).then(|| (self.sum_sq / (self.n - 1.0)).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(values: &[f64]) -> Welford {
        let mut all = Welford::default();
        values.iter().for_each(|x| all.push(*x));
        all
    }

    #[test]
    fn nothing_has_no_mean() {
        assert_eq!((Welford::default().mean(), Welford::default().sd()), (None, None));
        let one = of(&[3.0, f64::NAN]);
        assert_eq!((one.mean(), one.sd()), (Some(3.0), None));
        assert_eq!(Welford::default().merged(Welford::default()), Welford::default());
    }

    proptest! {
        #[test]
        fn parts_put_together_are_the_whole(
            values in proptest::collection::vec(-1e3..1e3f64, 2..60), cut in 0.0..1.0f64,
        ) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a short list")]
            let cut = (values.len() as f64 * cut) as usize;
            let (all, parts) = (of(&values), of(&values[..cut]).merged(of(&values[cut..])));
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let sum_sq: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
            let sd = (sum_sq / (values.len() as f64 - 1.0)).sqrt();
            for found in [all, parts] {
                prop_assert!((found.mean().unwrap() - mean).abs() < 1e-8);
                prop_assert!((found.sd().unwrap() - sd).abs() < 1e-8);
            }
        }
    }
}
