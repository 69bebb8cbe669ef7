//! What is believed of a mean and a variance, and how nights change the belief.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};
use statrs::function::gamma::ln_gamma;

/// Prior weight, in nights, of the population mean. With a variance of 0.20² it says that a person's
/// usual lies within ±0.40 of the norm: between persons of one age and sex the SD is 0.5, and the
/// norms' other method adds 0.3² to that, but seven nights outweigh either prior thirty to one.
const KAPPA0: f64 = 0.25;
/// With [`B0`] the prior on the variance: a within-person SD of 0.20.
const A0: f64 = 5.0;
/// See [`A0`].
const B0: f64 = (A0 - 1.0) * 0.20 * 0.20;
/// Below this tail the normal quantile is no longer told apart, and would become infinite at 0.
const LEAST_TAIL: f64 = 1e-300;

/// A normal-inverse-gamma belief: the variance is inverse-gamma(a, b), the mean given the variance
/// is normal about `m` with the variance divided by `kappa`.
///
/// # Source
/// Murphy 2007; domain reference, section 2.6.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nig {
    /// Where the mean is expected.
    pub m: f64,
    /// How many values that expectation is worth.
    pub kappa: f64,
    /// Shape of the variance: half of how many values it is worth.
    pub a: f64,
    /// Scale of the variance.
    pub b: f64,
}

impl Nig {
    /// What is believed of a person's nightly ln(RMSSD) before a night was measured.
    #[must_use]
    pub const fn of_population(mean_ln: f64) -> Self {
        Self { m: mean_ln, kappa: KAPPA0, a: A0, b: B0 }
    }

    /// The belief after `n` values with that mean and sum of squared deviations from it.
    #[must_use]
    pub fn after(self, n: f64, mean: f64, sum_sq: f64) -> Self {
        let kappa = self.kappa + n;
        Self {
            m: (self.kappa * self.m + n * mean) / kappa,
            kappa,
            a: self.a + n / 2.0,
            b: self.b + sum_sq / 2.0 + self.kappa * n * (mean - self.m).powi(2) / (2.0 * kappa),
        }
    }

    /// The belief after one more value.
    #[must_use]
    pub fn and(self, x: f64) -> Self {
        self.after(1.0, x, 0.0)
    }

    /// What the belief about nights of one kind says beforehand of nights of another: another band,
    /// another way of measuring, after a change of medication, sleep by day.
    ///
    /// The expected mean stays, but counts little. Its weight κ is multiplied by `weight`, and the two
    /// kinds differ by an unknown step of standard deviation `step_sd`, which is added to the variance
    /// of the mean: 1/κ' = 1/(weight·κ) + step²/σ², σ² = b/(a − 1). Of κ = 40.25 nights with σ = 0.14
    /// a step of 0.3 leaves 0.2, and the weight hardly matters. Without the step somebody whose new band
    /// merely reads lower would be found abnormal for weeks. The spread from night to night is the
    /// person's own, so a and b carry over whole.
    ///
    /// # Source
    /// Domain reference, sections 1.0 (κ halved) and 2.7 (between-method SD of 0.3).
    #[must_use]
    pub fn carried_over(self, weight: f64, step_sd: f64) -> Self {
        let variance = self.b / (self.a - 1.0);
        Self { kappa: 1.0 / (1.0 / (weight * self.kappa) + step_sd * step_sd / variance), ..self }
    }

    /// Degrees of freedom of the next value's Student distribution.
    #[must_use]
    pub fn degrees_of_freedom(&self) -> f64 {
        2.0 * self.a
    }

    /// Scale of the next value's Student distribution.
    #[must_use]
    pub fn scale(&self) -> f64 {
        (self.b * (self.kappa + 1.0) / (self.a * self.kappa)).sqrt()
    }

    /// How many scales `x` lies above what is expected.
    #[must_use]
    pub fn t(&self, x: f64) -> f64 {
        (x - self.m) / self.scale()
    }

    /// The standard normal score with the same tail as `x` has among what is expected.
    #[must_use]
    pub fn normal_score(&self, x: f64) -> f64 {
        let t = self.t(x);
        // In the lower tail, where it keeps its digits.
        let student = StudentsT::new(0.0, 1.0, self.degrees_of_freedom()).expect("a is positive");
        let tail = student.cdf(-t.abs()).clamp(LEAST_TAIL, 0.5);
        (-Normal::standard().inverse_cdf(tail)).abs().copysign(t)
    }

    /// Logarithm of the next value's density at `x`.
    #[must_use]
    pub fn ln_density(&self, x: f64) -> f64 {
        let (a, scale) = (self.a, self.scale());
        let t = (x - self.m) / scale;
        let area = ln_gamma(a + 0.5) - ln_gamma(a) - 0.5 * (std::f64::consts::TAU * a).ln() - scale.ln();
        area - (a + 0.5) * (t * t / (2.0 * a)).ln_1p()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(left: f64, right: f64) {
        assert!((left - right).abs() < 1e-9, "{left} is not {right}");
    }

    #[test]
    fn values_one_by_one_give_what_they_give_at_once() {
        let values = [3.2, 3.9, 3.55];
        let mean = values.iter().sum::<f64>() / 3.0;
        let sum_sq = values.iter().map(|x| (x - mean).powi(2)).sum();
        let at_once = Nig::of_population(3.35).after(3.0, mean, sum_sq);
        let one_by_one = values.iter().fold(Nig::of_population(3.35), |belief, x| belief.and(*x));
        near(at_once.m, one_by_one.m);
        near(at_once.b, one_by_one.b);
        near(at_once.a, one_by_one.a);
        near(at_once.kappa, one_by_one.kappa);
    }

    /// By hand: 20 nights of mean 3.7 and SD 0.1 about a norm of 3.5 give κ = 20.25, a = 15,
    /// m = (0.25·3.5 + 20·3.7)/20.25 = 3.697531, b = 0.16 + 0.095 + 0.25·20·0.04/40.5 = 0.259938.
    /// Carried over: σ² = b/14 = 0.018567, 1/κ' = 1/10.125 + 0.09/0.018567 = 4.946060, κ' = 0.202181.
    #[test]
    fn the_old_bands_belief_counts_less_for_the_new_band() {
        let old = Nig::of_population(3.5).after(20.0, 3.7, 19.0 * 0.01);
        assert!((old.m - 3.697_531).abs() < 1e-6 && (old.b - 0.259_938).abs() < 1e-6, "{old:?}");
        let carried = old.carried_over(0.5, 0.3);
        assert!((carried.kappa - 0.202_181).abs() < 1e-5, "{carried:?}");
        assert_eq!((carried.m, carried.a, carried.b), (old.m, old.a, old.b));
        near(old.carried_over(0.5, 0.0).kappa, 10.125);
    }

    #[test]
    fn the_density_is_that_of_student() {
        use statrs::distribution::Continuous;
        let belief = Nig { m: 0.3, kappa: 2.0, a: 3.5, b: 1.7 };
        let student = StudentsT::new(0.3, belief.scale(), 7.0).unwrap();
        for x in [-4.0, 0.0, 0.3, 1.9] {
            near(belief.ln_density(x), student.ln_pdf(x));
        }
    }
}
