//! When low night-time HRV, or poor sleep, counts as persistent.
//!
//! Both are little state machines with hysteresis. They see a few days and the state before, and
//! hold their state on a day that tells nothing: a missing night neither counts nor resets.

use crate::domain::indicator::HrvState;

use super::settings::Settings;
use super::streaming::Cusum;

/// Calendar days that the last five or seven valid nights may lie in.
pub const LOOK_BACK_DAYS: usize = 10;

/// Where a worker's HRV state stands: never learning or stale, which are looked up afresh each day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HrvPath {
    /// Normal, watch or persistent.
    pub state: HrvState,
    /// Calendar days since the state was entered.
    pub days: u32,
    /// Valid days since what enters watch or persistent last held.
    pub dwell: u32,
    /// The low-side CUSUM of z, up to twice its limit.
    pub cusum: f64,
}

impl Default for HrvPath {
    fn default() -> Self {
        Self { state: HrvState::Normal, days: 0, dwell: 0, cusum: 0.0 }
    }
}

impl HrvPath {
    /// The state after one more day. `recent` holds the z of the last ten calendar days, the day
    /// itself last; `z7` is the mean of those of the last seven; `autocorrelation` is that of the
    /// worker's nights, where it is known.
    ///
    /// Lower values never give a lower state (normal < watch < persistent): each test is monotone in
    /// every z. For that the dwell counts from the last day on which something still held that
    /// enters a state, not from the first; else a drop that makes watch begin earlier could make it
    /// end earlier. For that, too, the CUSUM is not reset when a state ends; it is capped instead,
    /// so that a long episode is forgotten within cap/k usual nights.
    ///
    /// # Source
    /// Domain reference, sections 3.1 and 3.4; the order of tests is that of the vector `persistence`.
    #[must_use]
    pub fn step(
        self,
        recent: &[Option<f64>],
        z7: Option<f64>,
        autocorrelation: Option<f64>,
        settings: &Settings,
    ) -> Self {
        let held = Self { days: self.days.saturating_add(1), ..self };
        let (Some(Some(z)), Some(z7)) = (recent.last(), z7) else { return held };
        let mut sum = Cusum { k: settings.cusum_k, h: settings.cusum_h, sum: self.cusum };
        let is_low_for_long = sum.push(*z);
        let cusum = sum.sum.min(2.0 * settings.cusum_h);
        let is_guarded = autocorrelation.is_some_and(|rho| rho > settings.guard_autocorrelation);

        let newest = || recent.iter().rev().take(LOOK_BACK_DAYS).flatten();
        let count = |of: usize, test: &dyn Fn(f64) -> bool| {
            newest().take(of).fold((0, 0), |(all, hits), z| (all + 1, hits + u32::from(test(*z))))
        };
        let is_low = |z: f64| z <= settings.low_z;
        let (valid5, low5) = count(5, &is_low);
        let (valid7, low7) = count(7, &is_low);
        let (_, recovered5) = count(5, &|z| z > settings.recovered_z);

        let enters_persistent = valid7 >= 6
            && low7 >= settings.persistent_low_nights
            && z7 <= settings.persistent_z7
            && (is_low_for_long || !is_guarded);
        let enters_watch = valid5 >= 4 && low5 >= settings.watch_low_nights && z7 <= settings.watch_z7;
        let dwell = if enters_persistent || enters_watch { 0 } else { self.dwell.saturating_add(1) };
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
        Self { state, days: if state == self.state { held.days } else { 0 }, dwell, cusum }
    }
}

/// The mean of the valid values of a week and how many they are; `None` of none.
#[must_use]
pub fn weekly_mean(week: &[Option<f64>]) -> Option<(f64, u32)> {
    let (sum, n) = week.iter().flatten().fold((0.0, 0u32), |(s, n), z| (s + z, n + 1));
    (n > 0).then(|| (sum / f64::from(n), n))
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

    fn path(state: HrvState, dwell: u32) -> HrvPath {
        HrvPath { state, dwell, ..HrvPath::default() }
    }

    #[test]
    fn a_day_without_a_night_only_counts_as_a_day() {
        let watch = path(HrvState::Watch, 4);
        let recent: Vec<_> = [Some(-2.0); 9].into_iter().chain([None]).collect();
        let after = watch.step(&recent, Some(-2.0), None, &Settings::default());
        assert_eq!(after, HrvPath { days: 1, ..watch });
    }

    #[test]
    fn a_state_is_left_after_three_valid_days_at_the_earliest() {
        let fine = [Some(0.0); 10];
        let step = |dwell| path(HrvState::Persistent, dwell).step(&fine, Some(0.0), None, &Settings::default()).state;
        assert_eq!(step(1), HrvState::Persistent);
        assert_eq!(step(2), HrvState::Normal);
    }

    #[test]
    fn nights_that_follow_each_other_need_to_be_low_for_longer() {
        let enters = |rho: Option<f64>| {
            let mut path = HrvPath::default();
            let mut recent = vec![Some(0.0); 9];
            (1..30).find(|_| {
                recent.push(Some(-1.5));
                let week = weekly_mean(&recent[recent.len() - 7..]).unwrap().0;
                path = path.step(&recent[recent.len() - 10..], Some(week), rho, &Settings::default());
                path.state == HrvState::Persistent
            })
        };
        assert_eq!([None, Some(0.5)].map(enters), [Some(5), Some(5)]);
        assert_eq!(enters(Some(0.51)), Some(9), "the sum grows by one a night, to above eight");
    }

    #[test]
    fn a_long_episode_is_forgotten_by_the_sum() {
        let low = HrvPath { cusum: 16.0, ..path(HrvState::Persistent, 0) };
        assert!(low.step(&[Some(-3.0); 10], Some(-3.0), None, &Settings::default()).cusum <= 16.0);
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
