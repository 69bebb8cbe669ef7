//! Sleep over the last days: duration against need, debt, continuity.
//!
//! Duration counts naps: a worker-day's sleep is held against a day's need, so somebody who splits
//! the sleep around shifts is not short of it.

use super::settings::Settings;

/// Days of the debt.
const DEBT_DAYS: usize = 14;
/// Free nights in a row from which on a night counts for the need: the ones before pay back debt.
pub(super) const FREE_RUN: u32 = 3;

/// What is needed of one night.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct SleepCell {
    /// Sleep of the worker-day, naps included.
    pub(super) tst24_h: f64,
    /// Sleep efficiency.
    pub(super) efficiency_pct: Option<f64>,
    /// Wake after sleep onset.
    pub(super) waso_min: Option<f64>,
    /// Whether it counts for the worker's own need.
    pub(super) is_rested_free: bool,
}

/// Sleep of the last 7 days, and the debt of the last 14.
///
/// # Source
/// Domain reference, sections 4.3 and 4.6.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SleepWindow {
    /// Nights of the last seven that have sleep.
    pub nights: u32,
    /// Mean sleep of a worker-day, naps included.
    pub tst7_h: f64,
    /// The worker's need.
    pub need_h: f64,
    /// What the nights of the last fourteen days fell short of the need, net, at least 0.
    pub debt14_h: f64,
    /// Mean sleep efficiency, where enough nights have one.
    pub se7_pct: Option<f64>,
    /// Mean wake after sleep onset, where enough nights have it.
    pub waso7_min: Option<f64>,
    /// Nights of the last seven below six hours.
    pub short_nights: u32,
    /// Whether this day alone is poor; [`super::DayIndicators::is_sleep_poor`] tells whether it lasts.
    pub is_poor_day: bool,
}

impl SleepWindow {
    /// The window that ends with the last of `days`, of which there are up to 60, one a date,
    /// oldest first. `None` where too few of the last seven nights have sleep.
    #[must_use]
    pub(super) fn of<'a, I>(days: I, settings: &Settings) -> Option<Self>
    where
        I: DoubleEndedIterator<Item = Option<&'a SleepCell>> + Clone,
    {
        let newest = |n: usize| days.clone().rev().take(n).flatten();
        let mean = |part: &dyn Fn(&SleepCell) -> Option<f64>, n: usize, least: u32| {
            let (sum, count) = newest(n).filter_map(part).fold((0.0, 0u32), |(s, c), x| (s + x, c + 1));
            (count >= least && count > 0).then(|| (sum / f64::from(count), count))
        };
        let (tst7_h, nights) = mean(&|n| Some(n.tst24_h), 7, settings.sleep_nights)?;
        let own_need = mean(&|n| n.is_rested_free.then_some(n.tst24_h), usize::MAX, settings.need_nights);
        let need_h = own_need
            .map_or(settings.default_need_h, |(need, _)| need.max(settings.min_need_h).min(settings.max_need_h));
        let debt14_h = net_debt(newest(DEBT_DAYS).map(|n| n.tst24_h), need_h);
        let se7_pct = mean(&|n| n.efficiency_pct, 7, settings.sleep_nights).map(|(se, _)| se);
        let waso7_min = mean(&|n| n.waso_min, 7, settings.sleep_nights).map(|(waso, _)| waso);
        let short_nights = newest(7).fold(0, |n, night| n + u32::from(night.tst24_h < settings.short_night_h));
        let is_poor_day = tst7_h < need_h - settings.poor_shortfall_h
            || short_nights >= settings.poor_short_nights
            || se7_pct.is_some_and(|se| se < settings.poor_efficiency_pct)
            || debt14_h >= settings.poor_debt_h;
        Some(Self { nights, tst7_h, need_h, debt14_h, se7_pct, waso7_min, short_nights, is_poor_day })
    }
}

/// What the nights fell short of the need, long nights set against short ones, at least 0.
///
/// # Units
/// Hours.
///
/// # Source
/// Domain reference, section 4.3.
fn net_debt(tst_h: impl Iterator<Item = f64>, need_h: f64) -> f64 {
    tst_h.map(|tst| need_h - tst).sum::<f64>().max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn night(tst24_h: f64) -> Option<SleepCell> {
        Some(SleepCell { tst24_h, efficiency_pct: Some(90.0), ..SleepCell::default() })
    }

    fn window(nights: &[Option<SleepCell>]) -> Option<SleepWindow> {
        SleepWindow::of(nights.iter().map(Option::as_ref), &Settings::default())
    }

    #[test]
    fn debt_agrees_with_the_reference_vector() {
        let nights = [6.2, 5.8, 7.1, 6.0, 5.5, 8.3, 7.9].map(night);
        let seven = window(&nights).unwrap();
        assert!((seven.debt14_h - 5.7).abs() < 1e-9);
        assert!((seven.tst7_h - 46.8 / 7.0).abs() < 1e-9);
        assert_eq!(seven.short_nights, 2);
        assert!(!seven.is_poor_day);
    }

    #[test]
    fn three_nights_of_seven_are_not_evaluated() {
        let mut nights = vec![night(7.0); 10];
        nights.extend([None, None, None, None]);
        assert_eq!(window(&nights), None);
        nights.push(night(7.0));
        assert_eq!(window(&nights), None);
        assert!(window(&nights[..13]).is_some_and(|w| w.nights == 4));
    }

    #[test]
    fn each_way_of_sleeping_poorly_is_seen() {
        assert!(!window(&[night(7.5); 14]).unwrap().is_poor_day);
        assert!(window(&[night(6.4); 7]).unwrap().is_poor_day, "mean more than an hour short");
        assert!(window(&[night(6.7); 14]).unwrap().is_poor_day, "11.2 h of debt");
        let short: Vec<_> = [5.9, 9.0, 5.9, 9.0, 5.9, 9.0, 5.9].map(night).to_vec();
        assert!(window(&short).unwrap().is_poor_day, "four short nights");
        let restless = SleepCell { tst24_h: 8.0, efficiency_pct: Some(79.0), ..SleepCell::default() };
        assert!(window(&[Some(restless); 7]).unwrap().is_poor_day, "efficiency below 80 %");
    }

    #[test]
    fn six_rested_free_nights_tell_the_need() {
        let mut nights = vec![night(7.0); 20];
        let free = |tst24_h| Some(SleepCell { tst24_h, is_rested_free: true, ..SleepCell::default() });
        nights.extend([free(8.2); 5]);
        assert!((window(&nights).unwrap().need_h - 7.5).abs() < 1e-9);
        nights.push(free(8.2));
        assert!((window(&nights).unwrap().need_h - 8.2).abs() < 1e-9);
        nights.extend([free(12.0); 20]);
        assert!((window(&nights).unwrap().need_h - 9.0).abs() < 1e-9);
    }
}
