//! A person's own reference, and how far a value lies from it.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

use super::norms::Prior;
use super::settings::Settings;
use crate::statistics::{MAD_TO_SD, mad_sorted, quantile_sorted};

/// Prior weight, in nights, of the population mean; the other three describe the prior on the
/// variance: a within-person SD of 0.20.
const KAPPA0: f64 = 0.25;
const A0: f64 = 5.0;
const B0: f64 = (A0 - 1.0) * 0.20 * 0.20;
/// Below this tail the normal quantile is no longer told apart, and would become infinite at 0.
const LEAST_TAIL: f64 = 1e-300;

/// The values of 60 days that a new value is held against.
///
/// # Source
/// Domain reference, sections 2.2 and 2.3.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reference {
    /// How many values.
    pub nights: u32,
    /// Mean, or median where outliers or skewness made the reference robust.
    pub centre: f64,
    /// SD, or scaled MAD; never below the floor.
    pub scale: f64,
    /// Plain mean, for the prior.
    mean: f64,
    /// Sum of squared deviations from the mean, for the prior.
    sum_sq: f64,
}

impl Reference {
    /// The reference made of `values`; `None` of none. Sorts them in place.
    #[must_use]
    pub fn of(values: &mut [f64], sd_floor: f64, settings: &Settings) -> Option<Self> {
        let nights = u32::try_from(values.len()).ok().filter(|n| *n > 0)?;
        let n = f64::from(nights);
        // Sorted first, so that the sums do not depend on the order of the values.
        values.sort_unstable_by(f64::total_cmp);
        let mean = values.iter().sum::<f64>() / n;
        let (mut sum_sq, mut sum_cube) = (0.0, 0.0);
        for x in values.iter() {
            let d = x - mean;
            sum_sq += d * d;
            sum_cube += d * d * d;
        }
        let sd = if nights > 1 { (sum_sq / (n - 1.0)).sqrt() } else { 0.0 };
        let plain = Self { nights, centre: mean, scale: sd.max(sd_floor), mean, sum_sq };
        if nights < settings.mature_nights {
            return Some(plain);
        }
        let variance = sum_sq / n;
        let skewness = if variance > 1e-12 { sum_cube / n / variance.powf(1.5) } else { 0.0 };
        let median = quantile_sorted(values, 0.5);
        let robust_sd = (MAD_TO_SD * mad_sorted(values, median)).max(sd_floor);
        let is_far = |x: &&f64| (**x - median).abs() > 3.0 * robust_sd;
        let outliers = f64::from(u32::try_from(values.iter().filter(is_far).count()).unwrap_or(u32::MAX));
        if skewness.abs() > settings.robust_skewness || outliers >= settings.robust_outlier_share * n {
            return Some(Self { centre: median, scale: robust_sd, ..plain });
        }
        Some(plain)
    }

    /// How far `x` lies from the reference, in SD, whatever the number of values.
    #[must_use]
    pub fn z(&self, x: f64) -> f64 {
        (x - self.centre) / self.scale
    }

    /// How far `x` = ln(RMSSD) lies from the reference. A young reference leans on the population,
    /// and less with every night; `None` while it is being learned.
    ///
    /// # Source
    /// Domain reference, section 2.2: the blend with weight `(n − 7) / 23`.
    #[must_use]
    pub fn blended_z(&self, x: f64, prior: &Prior, settings: &Settings) -> Option<f64> {
        if self.nights < settings.learning_nights {
            return None;
        }
        let own = self.z(x);
        if self.nights >= settings.full_nights {
            return Some(own);
        }
        let span = f64::from(settings.full_nights.saturating_sub(settings.learning_nights).max(1));
        let weight = f64::from(self.nights - settings.learning_nights) / span;
        Some((1.0 - weight) * self.z_from_prior(x, prior) + weight * own)
    }

    /// The normal score of `x` under the normal-inverse-gamma posterior predictive.
    ///
    /// # Source
    /// Domain reference, section 2.6.
    fn z_from_prior(&self, x: f64, prior: &Prior) -> f64 {
        let n = f64::from(self.nights);
        let kappa = KAPPA0 + n;
        let mean = (KAPPA0 * prior.mean_ln + n * self.mean) / kappa;
        let a = A0 + n / 2.0;
        let b = B0 + self.sum_sq / 2.0 + KAPPA0 * n * (self.mean - prior.mean_ln).powi(2) / (2.0 * kappa);
        let scale = (b * (kappa + 1.0) / (a * kappa)).sqrt();
        normal_score((x - mean) / scale, 2.0 * a)
    }
}

/// The standard normal quantile of Student's distribution function at `t`. Computed in the lower
/// tail, where it keeps its digits.
fn normal_score(t: f64, degrees_of_freedom: f64) -> f64 {
    let student = StudentsT::new(0.0, 1.0, degrees_of_freedom).expect("2a is at least 10 degrees of freedom");
    let tail = student.cdf(-t.abs()).clamp(LEAST_TAIL, 0.5);
    let distance = -Normal::standard().inverse_cdf(tail);
    distance.abs().copysign(t)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::median;
    use proptest::prelude::*;

    const NIGHTS: [f64; 20] = [
        3.62, 3.70, 3.55, 3.81, 3.66, 3.59, 3.74, 3.68, 3.71, 3.63, 3.77, 3.58, 3.69, 3.65, 3.72, 3.60, 3.67, 3.75,
        3.64, 3.70,
    ];
    const MAN_OF_40: Prior = Prior { mean_ln: 3.34786, sd_ln: 0.57 };

    fn near(left: f64, right: f64) {
        assert!((left - right).abs() < 1e-6, "{left} is not {right}");
    }

    fn reference(values: &[f64]) -> Reference {
        Reference::of(&mut values.to_vec(), 0.05, &Settings::default()).unwrap()
    }

    #[test]
    fn twenty_nights_agree_with_the_reference_vector() {
        let twenty = reference(&NIGHTS);
        near(twenty.centre, 3.673);
        near(twenty.scale, 0.067_441_982_9);
        near(twenty.z(3.52), -2.268_616_57);
        near(twenty.z_from_prior(3.52, &MAN_OF_40), -1.186_932_54);
        near(reference(&NIGHTS[..3]).z_from_prior(3.52, &MAN_OF_40), -0.428_632_795);
        let blend = twenty.blended_z(3.52, &MAN_OF_40, &Settings::default()).unwrap();
        near(blend, (10.0 * -1.186_932_54 + 13.0 * -2.268_616_57) / 23.0);
    }

    #[test]
    fn median_and_mad_agree_with_the_reference_vector() {
        let mut sorted = NIGHTS.to_vec();
        near(median(&mut sorted).unwrap(), 3.675);
        near(MAD_TO_SD * mad_sorted(&sorted, 3.675), 0.066_717);
        near((3.52 - 3.675) / 0.066_717, -2.323_245_95);
    }

    #[test]
    fn outliers_switch_to_the_median() {
        let mut values = NIGHTS.to_vec();
        values[3] = 1.5;
        values[8] = 1.4;
        let robust = reference(&values);
        assert!(robust.centre > 3.6 && robust.scale < 0.15, "{robust:?}");
    }

    #[test]
    fn equal_nights_have_the_floor_for_a_deviation() {
        let flat = reference(&[3.5; 40]);
        near(flat.scale, 0.05);
        near(flat.z(3.4), -2.0);
    }

    #[test]
    fn fewer_than_seven_nights_say_nothing() {
        assert_eq!(reference(&NIGHTS[..6]).blended_z(3.5, &MAN_OF_40, &Settings::default()), None);
        assert!(reference(&NIGHTS[..7]).blended_z(3.5, &MAN_OF_40, &Settings::default()).is_some());
        assert_eq!(Reference::of(&mut [], 0.05, &Settings::default()), None);
    }

    proptest! {
        #[test]
        fn any_z_is_finite_and_rises_with_x(
            values in proptest::collection::vec(1.0..6.0f64, 7..61),
            x in 1.0..6.0f64,
            step in 0.001..1.0f64,
        ) {
            let own = reference(&values);
            let settings = Settings::default();
            let low = own.blended_z(x, &MAN_OF_40, &settings).unwrap();
            let high = own.blended_z(x + step, &MAN_OF_40, &settings).unwrap();
            prop_assert!(low.is_finite() && high.is_finite());
            prop_assert!(low <= high);
        }
    }
}
