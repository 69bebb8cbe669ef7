//! Level and spread that forget exponentially.

/// Values before outliers are drawn in.
const WARM_UP: u32 = 14;
/// So many standard deviations from the level a value may lie and count in full.
const WINSOR_SD: f64 = 3.0;

/// Exponentially weighted mean and variance: δ = x − μ, μ += αδ, v = (1 − α)(v + αδ²).
///
/// After a gap of Δ days α becomes 1 − (1 − α)^Δ, so that old values fade by time, not by count.
/// After fourteen values a value further off than 3√v counts as one that lies there.
///
/// # Source
/// Domain reference, section 2.4.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ewma {
    alpha: f64,
    count: u32,
    mean: f64,
    variance: f64,
}

impl Ewma {
    /// An average over about `n` days: α = 2/(n + 1).
    #[must_use]
    pub fn over(n: f64) -> Self {
        Self { alpha: (2.0 / (n + 1.0)).clamp(0.0, 1.0), count: 0, mean: 0.0, variance: 0.0 }
    }

    /// Takes a value that came `gap_days` after the one before it. What is not finite changes
    /// nothing.
    pub fn push(&mut self, x: f64, gap_days: f64) {
        if !x.is_finite() || !gap_days.is_finite() {
            return;
        }
        self.count = self.count.saturating_add(1);
        if self.count == 1 {
            self.mean = x;
            return;
        }
        let alpha = 1.0 - (1.0 - self.alpha).powf(gap_days.max(0.0));
        let mut delta = x - self.mean;
        if self.count > WARM_UP && self.variance > 0.0 {
            let most = WINSOR_SD * self.variance.sqrt();
            delta = delta.clamp(-most, most);
        }
        self.mean += alpha * delta;
        self.variance = (1.0 - alpha) * (self.variance + alpha * delta * delta);
    }

    /// The level, once there is a value.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then_some(self.mean)
    }

    /// The variance about it.
    #[must_use]
    pub const fn variance(&self) -> f64 {
        self.variance
    }

    /// How many standard deviations `x` lies above the level, once there is a spread.
    #[must_use]
    pub fn z(&self, x: f64) -> Option<f64> {
        (self.variance > 0.0).then(|| (x - self.mean) / self.variance.sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_fades_what_was_before_it() {
        let (mut daily, mut gap) = (Ewma::over(30.0), Ewma::over(30.0));
        daily.push(3.0, 1.0);
        gap.push(3.0, 1.0);
        daily.push(4.0, 1.0);
        gap.push(4.0, 10.0);
        let alpha: f64 = 2.0 / 31.0;
        assert!((daily.mean().unwrap() - (3.0 + alpha)).abs() < 1e-12);
        assert!((gap.mean().unwrap() - (4.0 - (1.0 - alpha).powi(10))).abs() < 1e-12);
    }

    #[test]
    fn one_outlier_moves_the_level_by_three_sd_at_most() {
        let mut ewma = Ewma::over(30.0);
        (0..20).for_each(|i| ewma.push(if i % 2 == 0 { 3.6 } else { 3.8 }, 1.0));
        let (before, sd) = (ewma.mean().unwrap(), ewma.variance().sqrt());
        ewma.push(0.5, 1.0);
        assert!((before - ewma.mean().unwrap() - 2.0 / 31.0 * 3.0 * sd).abs() < 1e-12);
        ewma.push(f64::INFINITY, 1.0);
        assert!(ewma.mean().unwrap().is_finite() && ewma.z(3.7).unwrap().is_finite());
        assert_eq!(Ewma::over(30.0).mean(), None);
        assert_eq!(Ewma::over(30.0).z(3.7), None);
    }
}
