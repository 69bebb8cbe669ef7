//! Sleep over the last days: duration against need, debt, continuity, regularity.
//!
//! Duration counts naps: a worker-day's sleep is held against a day's need, so somebody who splits
//! the sleep around shifts is not short of it. A night whose record contradicts itself is counted and
//! takes no other part.

use super::regularity::{Agreement, sri_of_days};
use super::roster::Roster;
use super::settings::Settings;

/// Days of the debt.
pub(super) const DEBT_DAYS: usize = 14;
/// Free nights in a row from which on a night counts for the need: the ones before pay back debt.
pub(super) const FREE_RUN: u32 = 3;
/// On a day that is not over, its own night and the one before may not be final yet.
const NOT_FINAL_DAYS: usize = 2;
/// The age at which a night's shortfall counts half, days.
///
/// # Source
/// Domain reference, section 4.3.
const HALF_LIFE_DAYS: f64 = 5.0;

/// What is needed of one night.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct SleepCell {
    /// Sleep of the worker-day, naps included.
    pub(super) tst24_h: f64,
    /// Sleep efficiency.
    pub(super) efficiency_pct: Option<f64>,
    /// Whether that is of the sleep period, for want of the time in bed.
    pub(super) is_maintenance: bool,
    /// Wake after sleep onset.
    pub(super) waso_min: Option<f64>,
    /// Whether it counts for the worker's own need.
    pub(super) is_rested_free: bool,
    /// Whether the record contradicts itself; nothing else is taken from it then.
    pub(super) is_contradictory: bool,
}

/// What is to be said of a worker's sleep, beside its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SleepFlag {
    /// Mean sleep falls short of the need by more than an hour.
    BelowNeed,
    /// Four of seven nights are short.
    ShortNights,
    /// Sleep efficiency is low.
    LowEfficiency,
    /// The debt of fourteen days is ten hours or more.
    InDebt,
    /// Two nights fall short by four hours or more.
    AcuteDeficit,
    /// Sleep is irregular, on a roster that does not rotate.
    Irregular,
    /// The efficiency is of the sleep period, because some nights do not tell the time in bed.
    Maintenance,
    /// A night was left out because its record contradicts itself.
    Inconsistent,
}

impl SleepFlag {
    /// The name used in evidence.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BelowNeed => "below_need",
            Self::ShortNights => "short_nights",
            Self::LowEfficiency => "low_efficiency",
            Self::InDebt => "in_debt",
            Self::AcuteDeficit => "acute_deficit",
            Self::Irregular => "irregular",
            Self::Maintenance => "maintenance",
            Self::Inconsistent => "inconsistent",
        }
    }
}

/// Sleep of the last 7 days, and the debt of the last 14.
///
/// # Source
/// Domain reference, sections 4.3, 4.4 and 4.6.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SleepWindow {
    /// Nights of the last seven that have sleep.
    pub nights: u32,
    /// Nights of the last seven that were left out because their record contradicts itself: stages
    /// that do not add up, or more than 16 hours in bed.
    pub inconsistent_nights: u32,
    /// Mean sleep of a worker-day, naps included.
    pub tst7_h: f64,
    /// The worker's need.
    pub need_h: f64,
    /// What the nights of the last fourteen days fell short of the need, net, at least 0.
    pub debt14_h: f64,
    /// What the last two nights that are final fell short of the need, where they follow each other
    /// and are not older than the wait for that; negative is more than the need.
    pub deficit2_h: Option<f64>,
    /// Mean sleep efficiency, where enough nights have one.
    pub se7_pct: Option<f64>,
    /// Mean wake after sleep onset, where enough nights have it.
    pub waso7_min: Option<f64>,
    /// Nights of the last seven below six hours.
    pub short_nights: u32,
    /// Sleep Regularity Index of seven days, −100 to 100, where five pairs of days are known.
    pub sri7: Option<f64>,
    /// Sleep Regularity Index of fourteen days, where ten pairs of days are known.
    pub sri14: Option<f64>,
    /// What the shifts of 28 days make of the roster.
    pub roster: Roster,
    /// Whether this day alone is poor; [`super::DayIndicators::is_sleep_poor`] tells whether it lasts.
    pub is_poor_day: bool,
    flags: u8,
}

/// What the days of a window hold beside sleep.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around<P> {
    /// The agreement of each of the last fourteen days with the one before it, oldest first.
    pub(super) pairs: P,
    /// What the shifts of 28 days make of the roster.
    pub(super) roster: Roster,
}

impl SleepWindow {
    /// The window that ends with the last of `days`, of which there are up to 60, one a date,
    /// oldest first. `None` where too few of the last seven nights have sleep.
    #[must_use]
    pub(super) fn of<'a, I, P>(days: I, around: Around<P>, settings: &Settings) -> Option<Self>
    where
        I: DoubleEndedIterator<Item = Option<&'a SleepCell>> + Clone,
        P: DoubleEndedIterator<Item = Agreement> + Clone,
    {
        let consistent = days.clone().map(|day| day.filter(|cell| !cell.is_contradictory));
        let newest = |n: usize| consistent.clone().rev().take(n).flatten();
        let mean = |part: &dyn Fn(&SleepCell) -> Option<f64>, n: usize, least: u32| {
            let (sum, count) = newest(n).filter_map(part).fold((0.0, 0u32), |(s, c), x| (s + x, c + 1));
            (count >= least && count > 0).then(|| (sum / f64::from(count), count))
        };
        let (tst7_h, nights) = mean(&|n| Some(n.tst24_h), 7, settings.sleep_nights)?;
        let own_need = mean(&|n| n.is_rested_free.then_some(n.tst24_h), usize::MAX, settings.need_nights);
        let need_h = own_need
            .map_or(settings.default_need_h, |(need, _)| need.max(settings.min_need_h).min(settings.max_need_h));
        let debt14_h = net_debt_h(newest(DEBT_DAYS).map(|n| n.tst24_h), need_h).max(0.0);
        let mut last = consistent.clone().rev().take(NOT_FINAL_DAYS + 2).skip_while(Option::is_none);
        let last_two = last.next().flatten().zip(last.next().flatten());
        let deficit2_h = last_two.map(|(one, other)| net_debt_h([one.tst24_h, other.tst24_h], need_h));
        let se7_pct = mean(&|n| n.efficiency_pct, 7, settings.sleep_nights).map(|(se, _)| se);
        let waso7_min = mean(&|n| n.waso_min, 7, settings.sleep_nights).map(|(waso, _)| waso);
        let short_nights = newest(7).fold(0, |n, night| n + u32::from(night.tst24_h < settings.short_night_h));
        let contradictory = days.rev().take(7).flatten().filter(|cell| cell.is_contradictory);
        let inconsistent_nights = contradictory.fold(0, |n, _| n + 1);
        let sri = |n: u32| sri_of_days(around.pairs.clone().rev().take(n as usize), n, settings);
        let (sri7, sri14) = (sri(7), sri(14));

        let is_irregular = sri14.is_some_and(|sri| sri < settings.sri_irregular) && !around.roster.is_rotating;
        let has_maintenance = newest(7).any(|n| n.is_maintenance && n.efficiency_pct.is_some());
        let poor = [
            (SleepFlag::BelowNeed, tst7_h < need_h - settings.poor_shortfall_h),
            (SleepFlag::ShortNights, short_nights >= settings.poor_short_nights),
            (SleepFlag::LowEfficiency, se7_pct.is_some_and(|se| se < settings.poor_efficiency_pct)),
            (SleepFlag::InDebt, debt14_h >= settings.poor_debt_h),
        ];
        let other = [
            (SleepFlag::AcuteDeficit, deficit2_h.is_some_and(|deficit| deficit >= settings.acute_deficit_h)),
            (SleepFlag::Irregular, is_irregular),
            (SleepFlag::Maintenance, se7_pct.is_some() && has_maintenance),
            (SleepFlag::Inconsistent, inconsistent_nights > 0),
        ];
        let bits = poor.iter().chain(&other).filter(|(_, is_set)| *is_set).map(|(flag, _)| 1u8 << *flag as u8);
        Some(Self {
            nights,
            inconsistent_nights,
            tst7_h,
            need_h,
            debt14_h,
            deficit2_h,
            se7_pct,
            waso7_min,
            short_nights,
            sri7,
            sri14,
            roster: around.roster,
            is_poor_day: poor.iter().any(|(_, is_set)| *is_set),
            flags: bits.sum(),
        })
    }

    /// What is to be said of this sleep.
    pub fn flags(&self) -> impl Iterator<Item = SleepFlag> + use<> {
        use SleepFlag::{
            AcuteDeficit, BelowNeed, InDebt, Inconsistent, Irregular, LowEfficiency, Maintenance, ShortNights,
        };
        let flags = self.flags;
        let all = [BelowNeed, ShortNights, LowEfficiency, InDebt, AcuteDeficit, Irregular, Maintenance, Inconsistent];
        all.into_iter().filter(move |flag| flags & (1 << *flag as u8) != 0)
    }
}

/// What the nights fell short of the need; longer nights pay nothing back.
///
/// # Units
/// Hours.
///
/// # Source
/// Domain reference, section 4.3.
#[must_use]
pub fn simple_debt_h(tst_h: impl IntoIterator<Item = f64>, need_h: f64) -> f64 {
    tst_h.into_iter().map(|tst| (need_h - tst).max(0.0)).sum()
}

/// What the nights fell short of the need, long nights set against short ones; negative is more than
/// the need.
///
/// # Units
/// Hours.
///
/// # Source
/// Domain reference, section 4.3.
#[must_use]
pub fn net_debt_h(tst_h: impl IntoIterator<Item = f64>, need_h: f64) -> f64 {
    tst_h.into_iter().map(|tst| need_h - tst).sum()
}

/// What the nights fell short of the need, net, each counting half as much as one five days later.
///
/// # Shape
/// One a date, the last night first; `None` where it is not known.
///
/// # Units
/// Hours.
///
/// # Source
/// Domain reference, section 4.3.
#[must_use]
pub fn exponential_debt_h(newest_first_tst_h: impl IntoIterator<Item = Option<f64>>, need_h: f64) -> f64 {
    let of_ages = newest_first_tst_h.into_iter().zip(0u32..);
    let known = of_ages.filter_map(|(tst, age)| Some((tst?, f64::from(age))));
    known.map(|(tst, age)| (need_h - tst) * (-std::f64::consts::LN_2 * age / HALF_LIFE_DAYS).exp()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn night(tst24_h: f64) -> Option<SleepCell> {
        Some(SleepCell { tst24_h, efficiency_pct: Some(90.0), ..SleepCell::default() })
    }

    fn window(nights: &[Option<SleepCell>]) -> Option<SleepWindow> {
        let around = Around { pairs: std::iter::empty(), roster: Roster::default() };
        SleepWindow::of(nights.iter().map(Option::as_ref), around, &Settings::default())
    }

    fn flags(window: &SleepWindow) -> Vec<&'static str> {
        window.flags().map(SleepFlag::as_str).collect()
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

    #[test]
    fn flags_tell_what_is_wrong() {
        assert_eq!(flags(&window(&[night(7.5); 14]).unwrap()), [""; 0]);
        let hard = window(&[night(5.0); 14]).unwrap();
        assert_eq!(flags(&hard), ["below_need", "short_nights", "in_debt", "acute_deficit"]);
        assert!((hard.deficit2_h.unwrap() - 5.0).abs() < 1e-9);
        let mut gap = vec![night(5.0); 14];
        gap.extend([None, None]);
        assert!(window(&gap).unwrap().deficit2_h.is_some(), "two nights may not be final yet");
        gap.push(None);
        assert_eq!(window(&gap).unwrap().deficit2_h, None, "the last two nights are not known");
        let apart = [vec![night(5.0); 12], vec![None, night(5.0)]].concat();
        assert_eq!(window(&apart).unwrap().deficit2_h, None, "not one after the other");
        let maintenance = SleepCell { is_maintenance: true, ..night(8.0).unwrap() };
        assert_eq!(flags(&window(&[Some(maintenance); 7]).unwrap()), ["maintenance"]);
    }

    #[test]
    fn a_night_that_contradicts_itself_is_counted_and_gives_no_value() {
        let contradictory = SleepCell { is_contradictory: true, ..night(2.0).unwrap() };
        let mut nights = vec![night(7.5); 6];
        nights.push(Some(contradictory));
        let seven = window(&nights).unwrap();
        assert_eq!((seven.nights, seven.inconsistent_nights, seven.short_nights), (6, 1, 0));
        assert!((seven.tst7_h - 7.5).abs() < 1e-9 && seven.debt14_h < 1e-9);
        assert_eq!(flags(&seven), ["inconsistent"]);
        assert_eq!(window(&[Some(contradictory); 7]), None);
    }

    #[test]
    fn an_irregular_sleeper_is_flagged_unless_the_roster_rotates() {
        let pair = Agreement { compared: 86_400, agreeing: 70_000 };
        let of = |roster| {
            let around = Around { pairs: [pair; 14].into_iter(), roster };
            SleepWindow::of([night(8.0); 14].iter().map(Option::as_ref), around, &Settings::default()).unwrap()
        };
        let steady = of(Roster::default());
        assert_eq!(flags(&steady), ["irregular"]);
        assert!(steady.sri7.unwrap() < 70.0 && steady.sri14.is_some());
        assert_eq!(flags(&of(Roster { is_rotating: true, is_shift_work: true })), [""; 0]);
    }
}
