//! What a reviewer should know beside the state of a day. Hints open no case.

use crate::domain::indicator::{Hint, Hints, HrvState};

use super::super::baseline::Summary;
use super::super::nig::Nig;
use super::super::persistence::{HrvPath, LOOK_BACK_DAYS};
use super::super::settings::Settings;
use super::super::streaming::Bocpd;
use super::cells::Cell;
use super::day::Day;
use super::references::Kind;

/// A change of level is expected once in so many nights.
const NIGHTS_PER_LEVEL: f64 = 90.0;
/// What is believed of standardised nights at a new level.
const ANY_LEVEL: Nig = Nig { m: 0.0, kappa: 1.0, a: 2.0, b: 1.0 };
/// Nights that tell a level; before so many the first level of all would look like a change.
const LEVEL_NIGHTS: usize = 14;
/// So many nights with a fast heart are no chance.
const ILL_NIGHTS: usize = 2;
/// A change is seen when the level has most probably lasted for at most so many nights.
const RECENT_NIGHTS: u32 = 5;

/// What the hints of a day are read from.
pub(super) struct Evidence<'a> {
    /// The state as it is reported, and the path below it.
    pub(super) reported: HrvState,
    pub(super) path: HrvPath,
    /// z of the last ten days, this one last.
    pub(super) zs: &'a [Option<f64>],
    /// The days before, and the heart rate's z of this one.
    pub(super) earlier: &'a [Day],
    pub(super) rhr_z: Option<f64>,
    /// Cells of the last 68 days, this one last, and what is comparable among them.
    pub(super) cells: &'a [Cell],
    pub(super) kind: Kind,
    pub(super) settings: &'a Settings,
}

impl Evidence<'_> {
    /// The hints of the day.
    pub(super) fn hints(&self) -> Hints {
        let is_persistent = self.reported == HrvState::Persistent;
        Hints::NONE
            .with(Hint::Chronic, is_persistent && self.path.days > self.settings.chronic_days)
            .with(Hint::HighSide, self.is_high())
            .with(Hint::IrregularRhythm, is_irregular(self.cells, self.settings))
            .with(Hint::NewNormal, self.is_new_normal())
            .with(Hint::PossibleIllness, self.is_possibly_ill())
    }

    /// High on three of the last five valid nights: a loose strap, a new firmware, or a medical
    /// question; never a sign of recovery.
    fn is_high(&self) -> bool {
        let last = self.zs.iter().rev().flatten().take(5);
        let high = last.filter(|z| **z >= self.settings.high_z).count();
        u32::try_from(high).is_ok_and(|n| n >= self.settings.high_nights)
    }

    /// A heart far above its usual in two of the last nights, and the worker said nothing of it.
    ///
    /// The domain reference takes an illness for given when the skin is warmer, too; no reading
    /// carries that, so one night is not enough, and nothing is excluded: hard weeks look the same.
    /// HRV has no part in it, because a lower HRV must not make the index count for less.
    fn is_possibly_ill(&self) -> bool {
        let days = usize::from(self.settings.illness_days).min(LOOK_BACK_DAYS);
        if days == 0 || self.cells.iter().rev().take(days).any(|c| c.is_ill) {
            return false;
        }
        let before = self.earlier.iter().rev().take(days - 1).map(|d| d.indicators.rhr_z);
        let fast = std::iter::once(self.rhr_z).chain(before).flatten().filter(|z| *z >= self.settings.illness_rhr_z);
        fast.count() >= ILL_NIGHTS
    }

    /// Whether the level changed weeks ago and has stayed since: what the reference has begun to
    /// take for usual may be no recovery. An audit for the reviewer; the reference goes on as it does.
    fn is_new_normal(&self) -> bool {
        let weeks = usize::try_from(self.settings.new_normal_days).unwrap_or(usize::MAX);
        let split = self.cells.len().saturating_sub(weeks);
        let Some(likely) = Levels::of(self.cells, self.kind, split) else { return false };
        // The present level may have begun before the split, which makes the step look smaller.
        if likely.step().abs() < 0.7 * self.settings.new_normal_sd {
            return false;
        }
        let Some(changed) = change_point(self.cells, self.kind, &likely).filter(|at| *at <= split) else {
            return false;
        };
        Levels::of(self.cells, self.kind, changed)
            .is_some_and(|levels| levels.step().abs() >= self.settings.new_normal_sd)
    }
}

/// Whether the last ten days hold so many irregular nights that HRV says nothing.
pub(super) fn is_irregular(cells: &[Cell], settings: &Settings) -> bool {
    let irregular = cells.iter().rev().take(LOOK_BACK_DAYS).filter(|c| c.is_irregular).count();
    u32::try_from(irregular).is_ok_and(|n| n >= settings.irregular_nights.max(1))
}

/// The comparable nights before and after a day.
struct Levels {
    before: f64,
    after: f64,
    sd: f64,
}

impl Levels {
    fn of(cells: &[Cell], kind: Kind, split: usize) -> Option<Self> {
        let level = |part: &[Cell]| {
            let mut values: Vec<f64> = nights(part, kind).map(|(_, x)| x).collect();
            Summary::of(&mut values).filter(|_| values.len() >= LEVEL_NIGHTS)
        };
        let (before, after) = cells.split_at(split.min(cells.len()));
        let (before, after) = (level(before)?, level(after)?);
        let sd = ((before.sum_sq + after.sum_sq) / f64::from(before.n + after.n - 2)).sqrt();
        (sd > 1e-6).then_some(Self { before: before.mean, after: after.mean, sd })
    }

    /// How far the level moved, in SD.
    fn step(&self) -> f64 {
        (self.after - self.before) / self.sd
    }
}

/// The place of the first night of the present level, if it was seen to begin.
fn change_point(cells: &[Cell], kind: Kind, levels: &Levels) -> Option<usize> {
    let mut detector = Bocpd::new(1.0 / NIGHTS_PER_LEVEL, ANY_LEVEL);
    let places: Vec<(usize, f64)> = nights(cells, kind).collect();
    let mut begun = None;
    let mut was_recent = false;
    for (i, (_, x)) in places.iter().enumerate() {
        detector.push((x - levels.before) / levels.sd);
        let is_recent = i >= LEVEL_NIGHTS && detector.recent(RECENT_NIGHTS) > 0.5;
        if is_recent && !was_recent {
            let run = usize::try_from(detector.most_probable()).unwrap_or(0).clamp(1, i);
            begun = Some(places[i + 1 - run].0);
        }
        was_recent = is_recent;
    }
    begun
}

fn nights(cells: &[Cell], kind: Kind) -> impl Iterator<Item = (usize, f64)> {
    cells.iter().enumerate().filter(move |(_, c)| Kind::of(c) == kind).filter_map(|(i, c)| Some((i, c.ln_rmssd?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::indicator::SleepType;

    const KIND: Kind = Kind { epoch: Some(1), segment: None, sleep_type: SleepType::Night };

    fn cells(level: impl Fn(usize) -> f64) -> Vec<Cell> {
        let ln_rmssd = |i: usize| level(i) + [0.1, -0.05, 0.02, -0.12, 0.06, -0.01, 0.0][i % 7];
        (0..68).map(|i| Cell { epoch: Some(1), ln_rmssd: Some(ln_rmssd(i)), ..Cell::default() }).collect()
    }

    fn evidence<'a>(cells: &'a [Cell], zs: &'a [Option<f64>], settings: &'a Settings) -> Evidence<'a> {
        Evidence {
            reported: HrvState::Normal,
            path: HrvPath::default(),
            zs,
            earlier: &[],
            rhr_z: None,
            cells,
            kind: KIND,
            settings,
        }
    }

    #[test]
    fn a_level_that_stays_for_four_weeks_is_a_new_normal() {
        let settings = Settings::default();
        let is_new = |begin: usize, end: usize| {
            let cells = cells(|i| if (begin..end).contains(&i) { 3.5 } else { 3.7 });
            evidence(&cells, &[], &settings).is_new_normal()
        };
        assert!(is_new(34, 68));
        assert!(!is_new(45, 68), "three weeks and two days");
        assert!(!is_new(5, 68), "the level before is not known");
        assert!(!is_new(68, 68));
        assert!(!is_new(30, 50), "it came back");
    }

    #[test]
    fn three_high_nights_of_five_are_told() {
        let settings = Settings::default();
        let is_high = |zs: &[Option<f64>]| evidence(&[], zs, &settings).is_high();
        assert!(is_high(&[Some(2.0), None, Some(0.0), Some(2.5), Some(0.0), Some(3.0)]));
        assert!(!is_high(&[Some(2.0), Some(0.0), Some(2.5), Some(0.0), Some(3.0), Some(0.0)]));
    }
}
