//! One day's indicators from the cells around it and the days before it.

use crate::domain::Date;
use crate::domain::indicator::{Hint, Hints, HrvState, IndexBand};
use crate::domain::worker::Profile;

use super::super::band;
use super::super::baseline::Summary;
use super::super::composite::{self, Index, Parts};
use super::super::nig::Nig;
use super::super::norms::Prior;
use super::super::persistence::{self, HrvPath, LOOK_BACK_DAYS, is_sleep_poor};
use super::super::roster::{ROSTER_DAYS, Roster};
use super::super::settings::Settings;
use super::super::sleep::{Around, SleepWindow};
use super::cells::{Cell, Cells, date_of};
use super::references::{Kind, References, fill};
use super::{DayIndicators, REFERENCE_BEGIN, REFERENCE_LAG, hints};
use crate::statistics::median;

/// Nights of seven that a weekly mean needs.
///
/// # Source
/// Plews et al. 2014; domain reference, section 2.1.
const WEEKLY_NIGHTS: u32 = 3;
/// Fewer reference nights than this say nothing of the sleeping heart rate.
const RHR_NIGHTS: u32 = 7;
/// Days in which free nights tell a worker's own need for sleep.
const NEED_DAYS: i32 = 60;
/// Days of the longer Sleep Regularity Index.
const SRI_DAYS: i32 = 14;
/// Two evaluations of the index farther apart than this are not one after the other.
const EVALUATION_LOOK_BACK: usize = 6;

/// A day's indicators, and what the days after it go on from.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Day {
    pub(super) indicators: DayIndicators,
    pub(super) path: HrvPath,
    pub(super) references: References,
    /// How far the night lies from the centre of its reference, in ln units.
    deviation: Option<f64>,
}

/// All that a day is computed from.
pub(super) struct Inputs<'a> {
    pub(super) cells: &'a Cells,
    pub(super) number: i32,
    /// The days before it.
    pub(super) earlier: &'a [Day],
    /// The day as it was, where its references cannot have changed but by a change of device or segment.
    pub(super) known: Option<&'a Day>,
    /// The states on the day before.
    pub(super) path: HrvPath,
    pub(super) was_poor: bool,
    pub(super) was_band: Option<IndexBand>,
    /// Whether the states go on from the day before, or this day only leads up to them.
    pub(super) has_path: bool,
    pub(super) profile: &'a Profile,
    pub(super) settings: &'a Settings,
}

impl Inputs<'_> {
    pub(super) fn compute(&self) -> Day {
        let date = date_of(self.number);
        let today = self.back(1).first();
        let references = self.references(date);
        let night = today.and_then(|c| c.ln_rmssd).zip(references.hrv);
        let z = night.and_then(|(x, reference)| reference.blended_z(x, references.prior, self.settings));
        let deviation = night.filter(|_| z.is_some()).map(|(x, reference)| x - reference.centre);
        let rhr = references.rhr.filter(|r| r.nights >= RHR_NIGHTS);
        let rhr_z = today.and_then(|c| c.rhr_bpm).zip(rhr).map(|(x, reference)| reference.z(x));

        let zs: Vec<Option<f64>> = self.days_before(LOOK_BACK_DAYS - 1).map(|d| d.z).chain([z]).collect();
        let week = persistence::weekly_mean(&zs[zs.len().saturating_sub(7)..]);
        let z7 = week.filter(|(_, n)| *n >= WEEKLY_NIGHTS).map(|(z7, _)| z7);
        let rhr_z7 = weekly_mean(self.days_before(6).map(|d| d.rhr_z).chain([rhr_z]));
        let autocorrelation = references.autocorrelation;
        let step = || self.path.step(&zs, z7, autocorrelation, self.settings);
        let path = if self.has_path { step() } else { self.path };

        let nights: Vec<_> = self.back(NEED_DAYS).iter().map(|c| c.sleep.as_ref()).collect();
        let around = Around {
            pairs: self.back(SRI_DAYS).iter().map(|c| c.agreement),
            roster: Roster::of(self.back(ROSTER_DAYS).iter().filter_map(|c| c.shift), self.settings),
        };
        let sleep = SleepWindow::of(nights.iter().copied(), around, self.settings);
        let is_sleep_poor = self.is_sleep_poor(sleep.as_ref());

        let parts = Parts {
            z,
            z7,
            rhr_z,
            need_and_tst7_h: sleep.map(|s| (s.need_h, s.tst7_h)),
            se7_pct: sleep.and_then(|s| s.se7_pct),
            sri14: sleep.filter(|s| !s.roster.is_rotating).and_then(|s| s.sri14),
        };
        let index = parts.index(self.settings);
        let index7 = weekly_mean(self.days_before(6).map(|d| d.index).chain([index]).map(|i| i.map(|i| i.value)));
        let reference_nights = references.hrv.map_or(0, |r| r.nights);
        let (nights_used7, sqi) = self.coverage();
        let weight = parts.weight(self.settings);
        let hrv = self.reported(path.state, reference_nights);
        let hints = self.hints(hrv, path, &zs, rhr_z, &references);
        let is_ill = hints.contains(Hint::PossibleIllness);
        let confidence =
            (weight > 0.0).then(|| composite::confidence(weight, nights_used7, reference_nights, sqi, is_ill));

        let indicators = DayIndicators {
            date,
            z,
            z7,
            change_pct: self.change_pct(&references, deviation),
            cv7_pct: self.cv7_pct(references.kind),
            reference_nights,
            hrv,
            hints,
            nights_used7,
            rhr_z,
            rhr_z7,
            sleep,
            is_sleep_poor,
            index,
            band: self.band(index.as_ref()),
            index7,
            confidence,
        };
        Day { indicators, path, references, deviation }
    }

    /// The cells of the last `n` days, this one last.
    fn back(&self, n: i32) -> &[Cell] {
        self.cells.range(self.number - n + 1, self.number)
    }

    /// The `n` days before this one, oldest first.
    fn days_before(&self, n: usize) -> impl DoubleEndedIterator<Item = &DayIndicators> {
        self.earlier[self.earlier.len().saturating_sub(n)..].iter().map(|d| &d.indicators)
    }

    /// The references of the band that was worn last, for nights of this day's kind.
    fn references(&self, date: Date) -> References {
        let today = self.back(1).first();
        let kind = Kind {
            epoch: self.back(REFERENCE_BEGIN + 1).iter().rev().find_map(|c| c.epoch),
            segment: today.and_then(|c| c.segment),
            sleep_type: today.map(|c| c.sleep_type).unwrap_or_default(),
        };
        if let Some(known) = self.known.map(|d| d.references).filter(|known| known.kind == kind) {
            return known;
        }
        let window = self.cells.range(self.number - REFERENCE_BEGIN, self.number - REFERENCE_LAG);
        let population = Nig::of_population(Prior::of(self.profile, date.year()).mean_ln);
        References::of(window, kind, population, self.settings)
    }

    fn hints(
        &self,
        reported: HrvState,
        path: HrvPath,
        zs: &[Option<f64>],
        rhr_z: Option<f64>,
        to: &References,
    ) -> Hints {
        let (cells, settings) = (self.back(REFERENCE_BEGIN + 1), self.settings);
        let earlier = &self.earlier[self.earlier.len().saturating_sub(LOOK_BACK_DAYS)..];
        hints::Evidence { reported, path, zs, earlier, rhr_z, cells, kind: to.kind, settings }.hints()
    }

    /// RMSSD of the last seven days against the usual, percent: each night against the reference of
    /// its own day, as in z7.
    fn change_pct(&self, references: &References, deviation: Option<f64>) -> Option<f64> {
        references.hrv.filter(|r| r.nights >= self.settings.learning_nights)?;
        let before = self.earlier[self.earlier.len().saturating_sub(6)..].iter().map(|d| d.deviation);
        Some(100.0 * weekly_mean(before.chain([deviation]))?.exp_m1())
    }

    /// How much the comparable nights of the last seven days vary, percent of their mean.
    fn cv7_pct(&self, kind: Kind) -> Option<f64> {
        let mut values = [0.0; 7];
        let nights = self.back(7).iter().filter(|c| Kind::of(c) == kind).filter_map(|c| c.ln_rmssd);
        Summary::of(fill(&mut values, nights)).filter(|s| s.n >= WEEKLY_NIGHTS)?.cv_pct()
    }

    /// Valid nights of the last seven days, and the median of their signal quality.
    fn coverage(&self) -> (u32, f64) {
        let mut values = [0.0; 7];
        let sqi = fill(&mut values, self.back(7).iter().filter(|c| c.ln_rmssd.is_some()).map(|c| c.sqi));
        (u32::try_from(sqi.len()).unwrap_or(0), median(sqi).unwrap_or(0.0))
    }

    /// The state as it is reported: a path that rests on too little is not shown as if it did not.
    ///
    /// A worker who has only begun is learning, not stale; one who stopped wearing the band is
    /// stale, even when the reference has run out too.
    fn reported(&self, state: HrvState, reference_nights: u32) -> HrvState {
        let valid = |cells: &[Cell]| cells.iter().filter(|c| c.ln_rmssd.is_some()).count();
        let ten = self.back(10);
        let lacks_nights = u32::try_from(valid(ten)).is_ok_and(|n| n < self.settings.stale_nights);
        let before = self.cells.range(self.number - REFERENCE_BEGIN, self.number - 10);
        // Of an irregular rhythm HRV says nothing, whatever the nights between looked like.
        if (lacks_nights && valid(before) > 0) || hints::is_irregular(ten, self.settings) {
            HrvState::Stale
        } else if reference_nights < self.settings.learning_nights {
            HrvState::Learning
        } else {
            state
        }
    }

    /// The band that the index is in, which looks at the evaluation before, if that is recent.
    fn band(&self, index: Option<&Index>) -> Option<IndexBand> {
        if !self.has_path {
            return self.was_band;
        }
        let before = self.days_before(EVALUATION_LOOK_BACK).rev().find_map(|d| d.index).map(|i| i.value);
        band::step(self.was_band, before, index.map(|i| i.value), self.settings)
    }

    fn is_sleep_poor(&self, sleep: Option<&SleepWindow>) -> bool {
        if !self.has_path {
            return self.was_poor;
        }
        let flag = |sleep: Option<&SleepWindow>| sleep.map(|s| s.is_poor_day);
        let before = self.days_before(LOOK_BACK_DAYS - 1).map(|d| flag(d.sleep.as_ref()));
        let flags: Vec<Option<bool>> = before.chain([flag(sleep)]).collect();
        is_sleep_poor(self.was_poor, &flags, self.settings)
    }
}

/// The mean of a week's values, where enough days have one.
fn weekly_mean(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let (sum, n) = values.flatten().fold((0.0, 0u32), |(s, n), x| (s + x, n + 1));
    (n >= WEEKLY_NIGHTS).then(|| sum / f64::from(n))
}
