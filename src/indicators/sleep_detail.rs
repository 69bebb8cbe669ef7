//! What is to be known of a worker's sleep beside the week: the month, debts, timing, shifts.
//!
//! It is computed when somebody looks at a day, not for every day of a track.

use crate::domain::Timestamp;
use crate::domain::exposure::Shift;
use crate::statistics::theil_sen;

use super::roster::{RestIntervals, Roster, ShiftKind};
use super::settings::Settings;
use super::sleep::{DEBT_DAYS, exponential_debt_h, net_debt_h, simple_debt_h};
use super::timing::{ClockTimes, SocialJetlag, clock_times, social_jetlag};

/// Days of the longer window.
pub(super) const MONTH_DAYS: usize = 28;
/// Days of the shorter window.
const WEEK_DAYS: usize = 7;

/// What a day was to a worker's sleep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DayKind {
    /// The worker said not to work, and nothing says otherwise.
    Free,
    /// A day of work.
    Work,
    /// It cannot be told, or the night was spent travelling.
    Untold,
}

/// What is needed of one night.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct DetailNight {
    pub(super) tst24_h: f64,
    pub(super) tst_h: f64,
    pub(super) spt_h: f64,
    pub(super) efficiency_pct: Option<f64>,
    pub(super) waso_min: Option<f64>,
    pub(super) middle: Timestamp,
    /// The middle by the worker's clock, hours from midnight.
    pub(super) middle_h: f64,
    pub(super) day: DayKind,
}

/// Sleep of the last 28 days, where 16 nights have it.
///
/// # Source
/// Domain reference, section 4.6.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SleepMonth {
    /// Nights that have sleep.
    pub nights: u32,
    /// Mean sleep of a worker-day, naps included, hours.
    pub tst_h: f64,
    /// Mean sleep efficiency, percent, of the nights that have one.
    pub se_pct: Option<f64>,
    /// Mean wake after sleep onset, minutes, of the nights that have it.
    pub waso_min: Option<f64>,
    /// Nights below six hours.
    pub short_nights: u32,
    /// Trend of the sleep of a worker-day, hours more every week: seven times the Theil–Sen slope.
    pub trend_h_per_week: Option<f64>,
}

/// What sleep falls short of the need, in the forms that are in use.
///
/// # Units
/// Hours.
///
/// # Source
/// Domain reference, section 4.3.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SleepDebts {
    /// Seven days, without what longer nights pay back.
    pub simple7_h: f64,
    /// Fourteen days, long nights set against short ones, at least 0: the one that rules look at.
    pub net14_h: f64,
    /// Fourteen days, net, half as much weight every five days back.
    pub exponential_h: f64,
}

/// Sleep of the last 28 days in its other respects.
///
/// # Source
/// Domain reference, sections 4.3 to 4.6.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SleepDetail {
    /// The month, where enough nights have sleep.
    pub month: Option<SleepMonth>,
    /// Debts against the worker's need, where that day has one.
    pub debts: Option<SleepDebts>,
    /// Middle of the main sleep over seven days, where four nights have it.
    pub midpoint7: Option<ClockTimes>,
    /// Middle of the main sleep over 28 days, where 16 nights have it.
    pub midpoint28: Option<ClockTimes>,
    /// Whether the midpoints of 28 days spread by more than 1.5 hours, on a roster that does not rotate.
    pub is_midpoint_irregular: bool,
    /// Social jetlag over 28 days; never for shift workers, of whom it is not defined.
    pub jetlag28: Option<SocialJetlag>,
    /// Whether social jetlag is 2 hours or more, either way.
    pub is_jetlag_notable: bool,
    /// What the shifts make of the roster.
    pub roster: Roster,
    /// Breaks between shifts, where two shifts are known.
    pub rest: Option<RestIntervals>,
}

impl SleepDetail {
    /// The detail of the last of `nights`, of which there are up to 28, one a date, oldest first.
    /// `shifts` are those of the same days, in order of time.
    #[must_use]
    pub(super) fn of(
        nights: &[Option<DetailNight>],
        need_h: Option<f64>,
        shifts: &[(Shift, ShiftKind)],
        settings: &Settings,
    ) -> Self {
        let roster = Roster::of(shifts.iter().map(|(_, kind)| *kind), settings);
        let week = &nights[nights.len().saturating_sub(WEEK_DAYS)..];
        let midpoint28 = midpoints(nights, 4 * settings.sleep_nights);
        let jetlag28 = jetlag(nights, settings).filter(|_| !roster.is_shift_work);
        let sleeps: Vec<_> = nights.iter().flatten().map(|n| (n.middle, n.tst_h)).collect();
        let is_spread = midpoint28.is_some_and(|m| m.sd_h > settings.irregular_midpoint_sd_h);
        Self {
            month: month(nights, settings),
            debts: need_h.map(|need_h| debts(nights, need_h)),
            midpoint7: midpoints(week, settings.sleep_nights),
            midpoint28,
            is_midpoint_irregular: is_spread && !roster.is_rotating,
            jetlag28,
            is_jetlag_notable: jetlag28.is_some_and(|j| j.sjl_h.abs() >= settings.notable_jetlag_h),
            roster,
            rest: (shifts.len() >= 2).then(|| RestIntervals::of(shifts, &sleeps, settings)),
        }
    }
}

fn month(nights: &[Option<DetailNight>], settings: &Settings) -> Option<SleepMonth> {
    let known = || nights.iter().flatten();
    let (tst_h, count) = mean(known().map(|n| n.tst24_h))?;
    if count < 4 * settings.sleep_nights {
        return None;
    }
    let (x, y): (Vec<f64>, Vec<f64>) =
        (0u32..).zip(nights).filter_map(|(day, n)| Some((f64::from(day), n.as_ref()?.tst24_h))).unzip();
    Some(SleepMonth {
        nights: count,
        tst_h,
        se_pct: mean(known().filter_map(|n| n.efficiency_pct)).map(|(se, _)| se),
        waso_min: mean(known().filter_map(|n| n.waso_min)).map(|(waso, _)| waso),
        short_nights: known().fold(0, |n, night| n + u32::from(night.tst24_h < settings.short_night_h)),
        trend_h_per_week: theil_sen(&x, &y).map(|slope| 7.0 * slope),
    })
}

fn debts(nights: &[Option<DetailNight>], need_h: f64) -> SleepDebts {
    let newest = |days: usize| nights.iter().rev().take(days).map(|n| n.as_ref().map(|n| n.tst24_h));
    SleepDebts {
        simple7_h: simple_debt_h(newest(WEEK_DAYS).flatten(), need_h),
        net14_h: net_debt_h(newest(DEBT_DAYS).flatten(), need_h).max(0.0),
        exponential_h: exponential_debt_h(newest(DEBT_DAYS), need_h),
    }
}

fn midpoints(nights: &[Option<DetailNight>], least: u32) -> Option<ClockTimes> {
    let known = nights.iter().flatten();
    let count = known.clone().fold(0, |n, _| n + 1);
    (count >= least).then(|| clock_times(known.map(|n| n.middle_h))).flatten()
}

fn jetlag(nights: &[Option<DetailNight>], settings: &Settings) -> Option<SocialJetlag> {
    let of = |kind: DayKind| nights.iter().flatten().filter(move |n| n.day == kind);
    let (sd_free_h, free) = mean(of(DayKind::Free).map(|n| n.spt_h))?;
    let (sd_work_h, work) = mean(of(DayKind::Work).map(|n| n.spt_h))?;
    if free.min(work) < settings.free_nights {
        return None;
    }
    let msf = clock_times(of(DayKind::Free).map(|n| n.middle_h))?;
    let msw = clock_times(of(DayKind::Work).map(|n| n.middle_h))?;
    let work_days = 7.0 * f64::from(work) / f64::from(free + work);
    Some(social_jetlag(msf.mean_h, msw.mean_h, sd_free_h, sd_work_h, work_days))
}

/// The mean, and of how many.
fn mean(values: impl Iterator<Item = f64>) -> Option<(f64, u32)> {
    let (sum, n) = values.fold((0.0, 0u32), |(s, n), x| (s + x, n + 1));
    (n > 0).then(|| (sum / f64::from(n), n))
}
