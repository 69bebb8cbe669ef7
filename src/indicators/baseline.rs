//! A person's own reference, and how far a value lies from it.

use super::nig::Nig;
use super::settings::Settings;
use crate::statistics::{MAD_TO_SD, mad_sorted, quantile_sorted};

/// What some values are like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// How many.
    pub n: u32,
    /// Mean.
    pub mean: f64,
    /// Sum of squared deviations from the mean.
    pub sum_sq: f64,
    /// Standard deviation, divisor n − 1; 0 of one value.
    pub sd: f64,
    /// Skewness; 0 where nothing varies.
    pub skewness: f64,
    /// Median.
    pub median: f64,
    /// 1.4826 times the median absolute deviation from the median.
    pub robust_sd: f64,
}

impl Summary {
    /// The summary of `values`, which are sorted by it; `None` of none.
    #[must_use]
    pub fn of(values: &mut [f64]) -> Option<Self> {
        let n = u32::try_from(values.len()).ok().filter(|n| *n > 0)?;
        let count = f64::from(n);
        // Sorted first, so that the sums do not depend on the order of the values.
        values.sort_unstable_by(f64::total_cmp);
        let mean = values.iter().sum::<f64>() / count;
        let (mut sum_sq, mut sum_cube) = (0.0, 0.0);
        for x in values.iter() {
            let d = x - mean;
            sum_sq += d * d;
            sum_cube += d * d * d;
        }
        let variance = sum_sq / count;
        let median = quantile_sorted(values, 0.5);
        Some(Self {
            n,
            mean,
            sum_sq,
            sd: if n > 1 { (sum_sq / (count - 1.0)).sqrt() } else { 0.0 },
            skewness: if variance > 1e-12 { sum_cube / count / variance.powf(1.5) } else { 0.0 },
            median,
            robust_sd: MAD_TO_SD * mad_sorted(values, median),
        })
    }

    /// Coefficient of variation in percent; `None` of fewer than two values.
    ///
    /// # Source
    /// Domain reference, section 2.2: of the last seven nights, for display.
    #[must_use]
    pub fn cv_pct(&self) -> Option<f64> {
        (self.n > 1 && self.mean.abs() > 1e-12).then(|| 100.0 * self.sd / self.mean)
    }
}

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
    /// The reference made of `values`, which are sorted by it; `None` of none.
    #[must_use]
    pub fn of(values: &mut [f64], sd_floor: f64, settings: &Settings) -> Option<Self> {
        let Summary { n, mean, sum_sq, sd, skewness, median, robust_sd } = Summary::of(values)?;
        let plain = Self { nights: n, centre: mean, scale: sd.max(sd_floor), mean, sum_sq };
        if n < settings.mature_nights {
            return Some(plain);
        }
        let robust_sd = robust_sd.max(sd_floor);
        let is_far = |x: &&f64| (**x - median).abs() > 3.0 * robust_sd;
        let outliers = f64::from(u32::try_from(values.iter().filter(is_far).count()).unwrap_or(u32::MAX));
        if skewness.abs() > settings.robust_skewness || outliers >= settings.robust_outlier_share * f64::from(n) {
            return Some(Self { centre: median, scale: robust_sd, ..plain });
        }
        Some(plain)
    }

    /// How far `x` lies from the reference, in SD, whatever the number of values.
    #[must_use]
    pub fn z(&self, x: f64) -> f64 {
        (x - self.centre) / self.scale
    }

    /// What is believed after these values of somebody of whom `prior` was believed before.
    #[must_use]
    pub fn belief(&self, prior: Nig) -> Nig {
        prior.after(f64::from(self.nights), self.mean, self.sum_sq)
    }

    /// How far `x` = ln(RMSSD) lies from the reference. A young reference leans on the prior, and
    /// less with every night; `None` while it is being learned.
    ///
    /// # Source
    /// Domain reference, section 2.2: the blend with weight `(n − 7) / 23`.
    #[must_use]
    pub fn blended_z(&self, x: f64, prior: Nig, settings: &Settings) -> Option<f64> {
        if self.nights < settings.learning_nights {
            return None;
        }
        let own = self.z(x);
        if self.nights >= settings.full_nights {
            return Some(own);
        }
        let span = f64::from(settings.full_nights.saturating_sub(settings.learning_nights).max(1));
        let weight = f64::from(self.nights - settings.learning_nights) / span;
        Some((1.0 - weight) * self.belief(prior).normal_score(x) + weight * own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NIGHTS: [f64; 20] = [
        3.62, 3.70, 3.55, 3.81, 3.66, 3.59, 3.74, 3.68, 3.71, 3.63, 3.77, 3.58, 3.69, 3.65, 3.72, 3.60, 3.67, 3.75,
        3.64, 3.70,
    ];
    const MAN_OF_40: Nig = Nig::of_population(3.34786);

    fn near(left: f64, right: f64) {
        assert!((left - right).abs() < 1e-6, "{left} is not {right}");
    }

    fn reference(values: &[f64]) -> Reference {
        Reference::of(&mut values.to_vec(), 0.05, &Settings::default()).unwrap()
    }

    #[test]
    fn a_young_reference_blends_prior_and_own() {
        let twenty = reference(&NIGHTS);
        let blend = twenty.blended_z(3.52, MAN_OF_40, &Settings::default()).unwrap();
        near(blend, (10.0 * -1.186_932_54 + 13.0 * -2.268_616_57) / 23.0);
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
        assert_eq!(reference(&NIGHTS[..6]).blended_z(3.5, MAN_OF_40, &Settings::default()), None);
        assert!(reference(&NIGHTS[..7]).blended_z(3.5, MAN_OF_40, &Settings::default()).is_some());
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
            let low = own.blended_z(x, MAN_OF_40, &settings).unwrap();
            let high = own.blended_z(x + step, MAN_OF_40, &settings).unwrap();
            prop_assert!(low.is_finite() && high.is_finite());
            prop_assert!(low <= high);
        }
    }
}
