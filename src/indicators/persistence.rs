//! When low night-time HRV, or poor sleep, counts as persistent.
//!
//! Both are little state machines with hysteresis. They see a few days and the state before, and
//! hold their state on a day that tells nothing: a missing night neither counts nor resets.

use crate::domain::indicator::HrvState;

use super::settings::Settings;

/// Calendar days that the last five or seven valid nights may lie in.
pub const LOOK_BACK_DAYS: usize = 10;

/// Where a worker's HRV state stands: never learning or stale, which are looked up afresh each day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HrvPath {
    /// Normal, watch or persistent.
    pub state: HrvState,
    /// Valid days since the state was entered.
    pub dwell: u32,
}

impl Default for HrvPath {
    fn default() -> Self {
        Self { state: HrvState::Normal, dwell: 0 }
    }
}

impl HrvPath {
    /// The state after one more day. `recent` holds the z of the last ten calendar days, the day
    /// itself last; `z7` is the mean of those of the last seven.
    ///
    /// # Source
    /// Domain reference, section 3.1; the order of tests is that of the vector `persistence`.
    #[must_use]
    pub fn step(self, recent: &[Option<f64>], z7: Option<f64>, settings: &Settings) -> Self {
        let (Some(Some(_)), Some(z7)) = (recent.last(), z7) else { return self };
        let newest = || recent.iter().rev().take(LOOK_BACK_DAYS).flatten();
        let count = |of: usize, test: &dyn Fn(f64) -> bool| {
            newest().take(of).fold((0, 0), |(all, hits), z| (all + 1, hits + u32::from(test(*z))))
        };
        let is_low = |z: f64| z <= settings.low_z;
        let (valid5, low5) = count(5, &is_low);
        let (valid7, low7) = count(7, &is_low);
        let (_, recovered5) = count(5, &|z| z > settings.recovered_z);
        let dwell = self.dwell.saturating_add(1);

        let enters_persistent = valid7 >= 6 && low7 >= settings.persistent_low_nights && z7 <= settings.persistent_z7;
        let enters_watch = valid5 >= 4 && low5 >= settings.watch_low_nights && z7 <= settings.watch_z7;
        let clears = valid5 >= 4
            && recovered5 >= settings.clear_nights
            && z7 > settings.recovered_z
            && dwell >= settings.clear_dwell_days;
        let state = if enters_persistent {
            HrvState::Persistent
        } else if self.state == HrvState::Normal {
            if enters_watch { HrvState::Watch } else { HrvState::Normal }
        } else if clears {
            HrvState::Normal
        } else {
            self.state
        };
        if state == self.state { Self { state, dwell } } else { Self { state, dwell: 0 } }
    }
}

/// Whether sleep is persistently poor after one more day. `recent` tells of the last ten calendar
/// days whether each was poor, `None` where it was not evaluated; the day itself last.
///
/// # Source
/// Domain reference, section 4.6. "Of the last seven evaluated days" is bounded to ten calendar days.
#[must_use]
pub fn is_sleep_poor(was_poor: bool, recent: &[Option<bool>], settings: &Settings) -> bool {
    let Some(Some(_)) = recent.last() else { return was_poor };
    let (mut poor, mut fine) = (0, 0);
    for is_poor_day in recent.iter().rev().take(LOOK_BACK_DAYS).flatten().take(7) {
        if *is_poor_day { poor += 1 } else { fine += 1 }
    }
    if was_poor { fine < settings.poor_days } else { poor >= settings.poor_days }
}

/// How often a year chance alone makes a healthy person's HRV `persistent`, by the autocorrelation
/// of z from one night to the next.
///
/// # Source
/// Domain reference, section 3.4: 0.25, 0.78 and 1.8 at 0, 0.3 and 0.5; straight lines between,
/// the end values beyond.
#[must_use]
pub fn chance_onsets_per_year(lag1_autocorrelation: f64) -> f64 {
    let rho = lag1_autocorrelation.clamp(0.0, 0.5);
    if rho <= 0.3 { 0.25 + (0.78 - 0.25) * rho / 0.3 } else { 0.78 + (1.8 - 0.78) * (rho - 0.3) / 0.2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(values: &[Option<f64>]) -> Option<f64> {
        let valid: Vec<f64> = values.iter().flatten().copied().collect();
        #[expect(clippy::cast_precision_loss, reason = "at most seven")]
        (!valid.is_empty()).then(|| valid.iter().sum::<f64>() / valid.len() as f64)
    }

    #[test]
    fn states_agree_with_the_reference_vector() {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/fixtures/vectors.json")).unwrap();
        let vector = &vectors["persistence"];
        let z: Vec<Option<f64>> = vector["z"].as_array().unwrap().iter().map(serde_json::Value::as_f64).collect();
        let mut path = HrvPath::default();
        for (day, expected) in vector["expected"].as_array().unwrap().iter().enumerate() {
            let seven = mean(&z[(day + 1).saturating_sub(7)..=day]);
            assert!((seven.unwrap() - expected["m7"].as_f64().unwrap()).abs() < 1e-5, "mean of day {day}");
            path = path.step(&z[(day + 1).saturating_sub(10)..=day], seven, &Settings::default());
            assert_eq!(path.state.as_str().to_uppercase(), expected["state"].as_str().unwrap(), "state of day {day}");
        }
    }

    #[test]
    fn a_day_without_a_night_changes_nothing() {
        let low = [Some(-2.0); 9];
        let watch = HrvPath { state: HrvState::Watch, dwell: 4 };
        let recent: Vec<_> = low.into_iter().chain([None]).collect();
        assert_eq!(watch.step(&recent, Some(-2.0), &Settings::default()), watch);
    }

    #[test]
    fn a_state_is_left_after_three_valid_days_at_the_earliest() {
        let fine = [Some(0.0); 10];
        let step =
            |dwell| HrvPath { state: HrvState::Persistent, dwell }.step(&fine, Some(0.0), &Settings::default()).state;
        assert_eq!(step(1), HrvState::Persistent);
        assert_eq!(step(2), HrvState::Normal);
    }

    #[test]
    fn poor_sleep_needs_five_poor_days_and_five_fine_ones_to_end() {
        let settings = Settings::default();
        let days = |pattern: &str| -> Vec<Option<bool>> {
            pattern
                .chars()
                .map(|c| match c {
                    'p' => Some(true),
                    'f' => Some(false),
                    _ => None,
                })
                .collect()
        };
        assert!(!is_sleep_poor(false, &days("pppp"), &settings));
        assert!(is_sleep_poor(false, &days("ffppppp"), &settings));
        assert!(is_sleep_poor(false, &days("p-pp-ffppp"), &settings));
        assert!(is_sleep_poor(true, &days("pppffff"), &settings));
        assert!(!is_sleep_poor(true, &days("ppfffff"), &settings));
        assert!(is_sleep_poor(true, &days("fffffff-"), &settings), "a day that is not evaluated holds the state");
    }

    #[test]
    fn chance_rises_with_autocorrelation() {
        for (rho, rate) in [(-0.2, 0.25), (0.0, 0.25), (0.3, 0.78), (0.4, 1.29), (0.5, 1.8), (0.9, 1.8)] {
            assert!((chance_onsets_per_year(rho) - rate).abs() < 1e-9);
        }
    }
}
