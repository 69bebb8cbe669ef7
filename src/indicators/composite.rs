//! The strain index: one number from 0 to 100 whose parts add up, and how far it can be trusted.
//!
//! It sums up deviations from a worker's own usual and from what sleep should be. It is no
//! measurement of stress.

use crate::domain::indicator::Component;

use super::settings::Settings;

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
    points: [Option<f64>; COMPONENTS],
}

/// The components in the order of [`Index::points`].
const ORDER: [Component; COMPONENTS] =
    [Component::Hrv, Component::RestingHeartRate, Component::SleepDebt, Component::Continuity, Component::Regularity];

impl Index {
    /// Points that each available component adds to 50, largest first. They add up to `value − 50`.
    #[must_use]
    pub fn contributions(&self) -> Vec<(Component, f64)> {
        let mut parts: Vec<_> = ORDER.into_iter().zip(self.points).filter_map(|(c, p)| Some((c, p?))).collect();
        parts.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        parts
    }
}

/// What the index is made of; what is not known is left out, and the other weights share its weight.
///
/// # Source
/// Domain reference, section 5.2.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Parts {
    /// z of the night.
    pub z: Option<f64>,
    /// Mean z of seven days.
    pub z7: Option<f64>,
    /// z of the sleeping heart rate.
    pub rhr_z: Option<f64>,
    /// The need for sleep and the mean sleep of seven days.
    pub need_and_tst7_h: Option<(f64, f64)>,
    /// Mean sleep efficiency of seven days.
    pub se7_pct: Option<f64>,
    /// Sleep Regularity Index of fourteen days; none on a rotating roster, where it has no weight.
    pub sri14: Option<f64>,
}

/// Sleep efficiency at which continuity adds nothing to the index, percent.
pub(super) const REFERENCE_EFFICIENCY_PCT: f64 = 85.0;
/// Sleep Regularity Index at which regularity adds nothing to the index.
pub(super) const REFERENCE_SRI: f64 = 75.0;

/// The score of one component from 0 to 100, of a deviation in something like SD.
///
/// # Source
/// Domain reference, section 5.2.
#[must_use]
pub fn subscore(deviation: f64) -> f64 {
    50.0 + points(deviation)
}

fn points(deviation: f64) -> f64 {
    20.0 * deviation.clamp(-2.5, 2.5)
}

impl Parts {
    /// How far a component deviates, in something like SD; positive is worse.
    ///
    /// # Source
    /// Domain reference, section 5.2.
    #[must_use]
    pub fn deviation(&self, component: Component) -> Option<f64> {
        match component {
            Component::Hrv => self.z7.map(|z7| -self.z.map_or(z7, |z| 0.4 * z + 0.6 * z7)),
            Component::RestingHeartRate => self.rhr_z,
            Component::SleepDebt => self.need_and_tst7_h.map(|(need, tst7)| (need - tst7) / 0.75),
            Component::Continuity => self.se7_pct.map(|se| (REFERENCE_EFFICIENCY_PCT - se) / 5.0),
            Component::Regularity => self.sri14.map(|sri| (REFERENCE_SRI - sri) / 10.0),
        }
    }

    /// Weight and deviation of each component.
    fn deviations(&self, settings: &Settings) -> [(f64, Option<f64>); COMPONENTS] {
        ORDER.map(|component| {
            let weight = match component {
                Component::Hrv => settings.weight_hrv,
                Component::RestingHeartRate => settings.weight_rhr,
                Component::SleepDebt => settings.weight_debt,
                Component::Continuity => settings.weight_continuity,
                Component::Regularity => settings.weight_regularity,
            };
            (weight, self.deviation(component))
        })
    }

    /// The sum of the weights that are available.
    #[must_use]
    pub fn weight(&self, settings: &Settings) -> f64 {
        self.deviations(settings).iter().filter(|(_, u)| u.is_some()).map(|(w, _)| w).sum()
    }

    /// The index, where enough of it is there and HRV or heart rate is among it.
    #[must_use]
    pub fn index(&self, settings: &Settings) -> Option<Index> {
        let weight = self.weight(settings);
        let has_heart = self.z7.is_some() || self.rhr_z.is_some();
        // The weights are decimal fractions: their sum may miss the limit by a rounding error.
        if !has_heart || weight <= 0.0 || weight < settings.min_weight - 1e-9 {
            return None;
        }
        let points = self.deviations(settings).map(|(w, u)| u.map(|u| w / weight * points(u)));
        let value = 50.0 + points.iter().flatten().sum::<f64>();
        Some(Index { value: value.clamp(0.0, 100.0), weight, points })
    }
}

/// How far the index of a day can be trusted, 0 to 1.
///
/// # Source
/// Domain reference, section 5.3.
#[must_use]
pub fn confidence(
    weight: f64,
    nights7: u32,
    reference_nights: u32,
    median_sqi: f64,
    has_untagged_illness: bool,
) -> f64 {
    let coverage = (f64::from(nights7) / 5.0).min(1.0);
    let maturity = (f64::from(reference_nights) / 30.0).min(1.0);
    let illness = if has_untagged_illness { 0.75 } else { 1.0 };
    (weight * coverage * maturity * median_sqi * illness).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const VECTOR: Parts = Parts {
        z: Some(-1.6),
        z7: Some(-1.2),
        rhr_z: Some(0.9),
        need_and_tst7_h: Some((7.5, 6.1)),
        se7_pct: Some(81.0),
        sri14: Some(62.0),
    };

    fn assert_index(parts: Parts, value: f64, expected: &[(Component, f64)]) {
        let index = parts.index(&Settings::default()).unwrap();
        assert!((index.value - value).abs() < 1e-6, "{}", index.value);
        let contributions = index.contributions();
        assert_eq!(contributions.len(), expected.len());
        for ((component, points), (wanted, wanted_points)) in contributions.iter().zip(expected) {
            assert_eq!(component, wanted);
            assert!((points - wanted_points).abs() < 1e-6, "{component:?} {points}");
        }
    }

    #[test]
    fn index_agrees_with_the_reference_vector() {
        use Component::{Continuity, Hrv, Regularity, RestingHeartRate, SleepDebt};
        let all =
            [(Hrv, 10.88), (SleepDebt, 9.333_333_33), (RestingHeartRate, 2.7), (Regularity, 2.6), (Continuity, 1.6)];
        assert_index(VECTOR, 77.113_333_3, &all);
        let three = [(Hrv, 13.6), (SleepDebt, 11.666_666_7), (RestingHeartRate, 3.375)];
        assert_index(Parts { se7_pct: None, sri14: None, ..VECTOR }, 78.641_666_7, &three);
    }

    #[test]
    fn a_missing_night_leaves_the_mean_of_seven_days() {
        let without = Parts { z: None, ..VECTOR }.index(&Settings::default()).unwrap();
        assert!((without.contributions()[0].1 - 0.4 * 20.0 * 1.2).abs() < 1e-9);
    }

    #[test]
    fn too_little_gives_no_index() {
        let settings = Settings::default();
        assert_eq!(Parts { z7: None, rhr_z: None, ..VECTOR }.index(&settings), None);
        let hrv_only = Parts { z: Some(0.0), z7: Some(0.0), ..Parts::default() };
        assert_eq!(hrv_only.index(&settings), None);
        assert!(Parts { rhr_z: Some(0.0), ..hrv_only }.index(&settings).is_some(), "exactly the least weight");
    }

    #[test]
    fn confidence_falls_with_every_gap() {
        let near = |left: f64, right: f64| assert!((left - right).abs() < 1e-9);
        near(confidence(0.9, 6, 45, 0.95, false), 0.855);
        near(confidence(0.9, 6, 45, 0.95, true), 0.855 * 0.75);
        near(confidence(0.9, 4, 15, 0.8, false), 0.9 * 0.8 * 0.5 * 0.8);
        near(confidence(0.9, 0, 45, 0.9, false), 0.0);
    }

    proptest! {
        #[test]
        fn contributions_add_up(
            z in proptest::option::of(-90.0..90.0f64),
            z7 in proptest::option::of(-90.0..90.0f64),
            rhr_z in proptest::option::of(-90.0..90.0f64),
            tst in proptest::option::of(0.0..16.0f64),
            se7_pct in proptest::option::of(0.0..100.0f64),
            sri14 in proptest::option::of(-100.0..100.0f64),
        ) {
            let parts = Parts { z, z7, rhr_z, need_and_tst7_h: tst.map(|t| (7.5, t)), se7_pct, sri14 };
            if let Some(index) = parts.index(&Settings::default()) {
                let sum: f64 = index.contributions().iter().map(|(_, points)| points).sum();
                prop_assert!((sum - (index.value - 50.0)).abs() < 1e-9);
                prop_assert!((0.0..=100.0).contains(&index.value));
            }
        }
    }
}
