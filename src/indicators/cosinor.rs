//! A daily rhythm: how much of a value is the hour of the day.

use statrs::distribution::{ContinuousCDF, FisherSnedecor};
use std::collections::BTreeSet;
use std::f64::consts::TAU;

/// A rhythm is told apart from chance at this confidence.
const CONFIDENCE: f64 = 0.95;
/// An adjustment needs values at so many different hours of the clock …
const MIN_CLOCK_HOURS: usize = 6;
/// … on so many days.
const MIN_DAYS: usize = 5;

/// The wave of 24 hours that fits values best: y = M + A·cos(2π(t − φ)/24).
///
/// The hours run on: 26.5 is half past two on the second day. They are hours of the clock: one wave
/// does not fit a rhythm that moves with the roster, and the caller leaves it out for night workers.
///
/// # Units
/// The unit of y; hours for the acrophase.
///
/// # Source
/// Domain reference, section 2.5. The confidence interval of the amplitude is that of Nelson et al.
/// 1979, Chronobiologia 6:305: half the width is √(2·F(2, n − 3))·SE(A), so that it holds 0
/// wherever the joint interval of β and γ does, and a little more often.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cosinor {
    /// M, the mean about which the wave swings.
    pub mesor: f64,
    /// Factor of the cosine.
    pub beta: f64,
    /// Factor of the sine.
    pub gamma: f64,
    /// The 95 % confidence interval of the amplitude; 0 to infinity where four values or fewer, or
    /// values that leave no residual degree of freedom, cannot tell.
    pub amplitude_ci: (f64, f64),
    /// Whether the values lie at six clock-hours or more, on five days or more.
    is_spread: bool,
}

impl Cosinor {
    /// The least-squares fit to pairs of (hours, value); `None` where fewer than three hours of the
    /// day are told apart, or a number is not finite.
    #[must_use]
    pub fn fit(points: &[(f64, f64)]) -> Option<Self> {
        if points.iter().any(|(t, y)| !t.is_finite() || !y.is_finite()) {
            return None;
        }
        let n = f64::from(u32::try_from(points.len()).ok().filter(|n| *n >= 3)?);
        let mean_of = |f: &dyn Fn(&(f64, f64)) -> f64| points.iter().map(f).sum::<f64>() / n;
        let wave = |t: f64| (TAU * t.rem_euclid(24.0) / 24.0).sin_cos();
        let mean_y = mean_of(&|p| p.1);
        let mean_c = mean_of(&|p| wave(p.0).1);
        let mean_s = mean_of(&|p| wave(p.0).0);
        let (mut cc, mut ss, mut cs, mut cy, mut sy) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (t, y) in points {
            let (s, c) = wave(*t);
            let (s, c, y) = (s - mean_s, c - mean_c, y - mean_y);
            cc += c * c;
            ss += s * s;
            cs += c * s;
            cy += c * y;
            sy += s * y;
        }
        let determinant = cc * ss - cs * cs;
        // Two hours, or two that lie half a day apart: the wave through them is any of many.
        if determinant <= 1e-9 * n * n {
            return None;
        }
        let beta = (cy * ss - sy * cs) / determinant;
        let gamma = (sy * cc - cy * cs) / determinant;
        let fit = Self {
            mesor: mean_y - beta * mean_c - gamma * mean_s,
            beta,
            gamma,
            amplitude_ci: (0.0, f64::INFINITY),
            is_spread: is_spread(points),
        };
        // Of three values nothing is left to tell the wave from noise by.
        if points.len() == 3 {
            return Some(fit);
        }
        let residual = |p: &(f64, f64)| (p.1 - fit.at(p.0)).powi(2);
        let variance = points.iter().map(residual).sum::<f64>() / (n - 3.0);
        let amplitude = fit.amplitude();
        // Var(β) = σ²·ss/det, Var(γ) = σ²·cc/det, Cov = −σ²·cs/det; A moves along (β, γ)/A.
        let along = (beta * beta * ss + gamma * gamma * cc - 2.0 * beta * gamma * cs) / determinant;
        let se = if amplitude > 0.0 { (variance * along.max(0.0)).sqrt() / amplitude } else { return Some(fit) };
        let f = FisherSnedecor::new(2.0, n - 3.0).expect("at least four values").inverse_cdf(CONFIDENCE);
        let half = (2.0 * f).sqrt() * se;
        Some(Self { amplitude_ci: ((amplitude - half).max(0.0), amplitude + half), ..fit })
    }

    /// A, half the way from the lowest to the highest.
    #[must_use]
    pub fn amplitude(&self) -> f64 {
        self.beta.hypot(self.gamma)
    }

    /// φ, the hour of the highest, from 0 to below 24.
    #[must_use]
    pub fn acrophase_h(&self) -> f64 {
        (self.gamma.atan2(self.beta) / TAU * 24.0).rem_euclid(24.0)
    }

    /// The fitted value at an hour.
    #[must_use]
    pub fn at(&self, t_h: f64) -> f64 {
        self.mesor + self.wave(t_h)
    }

    fn wave(&self, t_h: f64) -> f64 {
        let (sin, cos) = (TAU * t_h.rem_euclid(24.0) / 24.0).sin_cos();
        self.beta * cos + self.gamma * sin
    }

    /// Whether the rhythm may be taken out of values: six clock-hours over five days, and an
    /// amplitude that is more than chance.
    #[must_use]
    pub fn is_adjusting(&self) -> bool {
        self.is_spread && self.amplitude_ci.0 > 0.0
    }

    /// The value without the hour's part in it; as it is where the rhythm is not known well enough.
    #[must_use]
    pub fn adjusted(&self, t_h: f64, y: f64) -> f64 {
        if self.is_adjusting() { y - self.wave(t_h) } else { y }
    }
}

fn is_spread(points: &[(f64, f64)]) -> bool {
    #[expect(clippy::cast_possible_truncation, reason = "a cast saturates, and no calendar goes that far")]
    let hours: BTreeSet<i64> = points.iter().map(|(t, _)| t.floor() as i64).collect();
    let clock: BTreeSet<i64> = hours.iter().map(|h| h.rem_euclid(24)).collect();
    let days: BTreeSet<i64> = hours.iter().map(|h| h.div_euclid(24)).collect();
    clock.len() >= MIN_CLOCK_HOURS && days.len() >= MIN_DAYS
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every three hours of `days` days: a wave with its top at three, and a ripple beside it.
    fn rhythm(days: i32, amplitude: f64, ripple: f64) -> Vec<(f64, f64)> {
        let at = |i: i32| {
            let t = f64::from(3 * i);
            let side = if i % 3 == 0 { ripple } else { -ripple / 2.0 };
            (t, 3.5 + amplitude * (TAU * (t - 3.0) / 24.0).cos() + side)
        };
        (0..8 * days).map(at).collect()
    }

    #[test]
    fn a_clear_rhythm_is_found_and_taken_out() {
        let fit = Cosinor::fit(&rhythm(6, 0.3, 0.02)).unwrap();
        assert!((fit.amplitude() - 0.3).abs() < 0.01 && (fit.acrophase_h() - 3.0).abs() < 0.1, "{fit:?}");
        assert!(fit.amplitude_ci.0 > 0.25 && fit.amplitude_ci.1 < 0.35, "{fit:?}");
        assert!((fit.adjusted(27.0, 3.8) - 3.5).abs() < 0.01, "three o'clock of any day");
        assert!((fit.adjusted(15.0, 3.2) - 3.5).abs() < 0.01);
    }

    #[test]
    fn a_weak_rhythm_or_too_few_days_change_nothing() {
        let weak = Cosinor::fit(&rhythm(6, 0.005, 0.2)).unwrap();
        assert!(weak.amplitude_ci.0 <= 0.0 && !weak.is_adjusting(), "{weak:?}");
        assert!((weak.adjusted(3.0, 3.8) - 3.8).abs() < 1e-12);
        assert!(!Cosinor::fit(&rhythm(4, 0.3, 0.02)).unwrap().is_adjusting(), "four days");
        let mornings: Vec<_> = rhythm(9, 0.3, 0.02).into_iter().filter(|(t, _)| t.rem_euclid(24.0) < 12.0).collect();
        assert!(!Cosinor::fit(&mornings).unwrap().is_adjusting(), "four clock-hours");
    }

    #[test]
    fn what_has_no_wave_gives_none() {
        assert_eq!(Cosinor::fit(&[]), None);
        assert_eq!(Cosinor::fit(&[(1.0, 3.0), (1.0, 3.1), (25.0, 3.2)]), None, "one hour");
        assert_eq!(Cosinor::fit(&[(0.0, 3.0), (12.0, 3.1), (24.0, 3.2)]), None, "two hours");
        assert_eq!(Cosinor::fit(&[(0.0, 3.0), (8.0, f64::NAN), (16.0, 3.2)]), None);
        let flat: Vec<_> = (0..48).map(|h| (f64::from(3 * h), 3.5)).collect();
        let flat = Cosinor::fit(&flat).unwrap();
        assert!(!flat.is_adjusting() && flat.mesor.is_finite());
    }
}
