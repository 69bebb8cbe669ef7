//! What a day is held against: the worker's own nights of the same kind.
//!
//! Nights are of one kind that have the same band, the same segment (no change of medication, no
//! pregnancy between them) and the same type of sleep. Where too few of a type are there, all types
//! of the band stand in, brought to the type's level as far as it is known; the nights of the band
//! before, or of another type, are the prior of a young reference, and the norm of the population
//! where there are none of those.

use crate::domain::indicator::SleepType;

use super::super::autocorrelation::lag1_autocorrelation;
use super::super::baseline::{Reference, Summary};
use super::super::nig::Nig;
use super::super::settings::Settings;
use super::cells::Cell;

/// The length of a reference.
pub(super) const REFERENCE_DAYS: usize = 60;

/// What makes nights comparable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    /// The band.
    pub(super) epoch: Option<u64>,
    /// The day from which nights are comparable, by what the worker said.
    pub(super) segment: Option<i32>,
    /// The kind of main sleep.
    pub(super) sleep_type: SleepType,
}

impl Kind {
    pub(super) fn of(cell: &Cell) -> Self {
        Self { epoch: cell.epoch, segment: cell.segment, sleep_type: cell.sleep_type }
    }

    /// Whether the cell's night is from the same band, in the same segment.
    fn shares_epoch(self, cell: &Cell) -> bool {
        cell.epoch.is_some() && (cell.epoch, cell.segment) == (self.epoch, self.segment)
    }
}

/// What a day is held against, and what that was made for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct References {
    pub(super) kind: Kind,
    pub(super) hrv: Option<Reference>,
    pub(super) rhr: Option<Reference>,
    /// What was believed of the nights before the first of them.
    pub(super) prior: Nig,
    /// Autocorrelation of the nights in the reference.
    pub(super) autocorrelation: Option<f64>,
}

impl References {
    /// The references that the cells of a window make for nights of that kind.
    pub(super) fn of(window: &[Cell], kind: Kind, population: Nig, settings: &Settings) -> Self {
        let mut values = [0.0; REFERENCE_DAYS];
        let typed = |c: &Cell| c.ln_rmssd.map(|x| (c.sleep_type, x));
        let epoch = window.iter().filter(|c| kind.shares_epoch(c)).filter_map(typed);
        let (filled, is_pooled) = comparable(&mut values, epoch, kind.sleep_type, settings);
        let hrv = Reference::of(filled, settings.sd_floor_ln, settings);
        let is_full = hrv.is_some_and(|r| r.nights >= settings.full_nights);
        let prior = if is_full { population } else { prior(window, kind, is_pooled, population, settings) };
        // Bands agree on heart rate far better than on HRV, so it is compared across them.
        let typed = |c: &Cell| c.rhr_bpm.map(|x| (c.sleep_type, x));
        let segment = window.iter().filter(|c| c.segment == kind.segment).filter_map(typed);
        let (filled, _) = comparable(&mut values, segment, kind.sleep_type, settings);
        let rhr = Reference::of(filled, settings.rhr_sd_floor_bpm, settings);
        let mut nights = [None; REFERENCE_DAYS];
        for (slot, cell) in nights.iter_mut().zip(window) {
            *slot = cell.ln_rmssd.filter(|_| Kind::of(cell) == kind);
        }
        Self { kind, hrv, rhr, prior, autocorrelation: lag1_autocorrelation(&nights) }
    }
}

/// The values that a night of that type is held against, and whether other types are among them.
///
/// Of seven nights of the type or more, those alone. Of fewer, n, all; values of other types are
/// moved by n/(n + 7) of the way between the two means.
///
/// # Source
/// Domain reference, section 4.5.
fn comparable<'a>(
    buffer: &'a mut [f64],
    values: impl Iterator<Item = (SleepType, f64)> + Clone,
    sleep_type: SleepType,
    settings: &Settings,
) -> (&'a mut [f64], bool) {
    let mean = |is_own: bool| {
        let of_type = values.clone().filter(|(t, _)| (*t == sleep_type) == is_own);
        of_type.fold((0.0, 0u32), |(sum, n), (_, x)| (sum + x, n + 1))
    };
    let ((own_sum, own), (other_sum, other)) = (mean(true), mean(false));
    if own >= settings.type_nights || other == 0 {
        return (fill(buffer, values.filter(|(t, _)| *t == sleep_type).map(|(_, x)| x)), false);
    }
    let n = f64::from(own);
    let apart = if own > 0 { own_sum / n - other_sum / f64::from(other) } else { 0.0 };
    let moved = apart * n / (n + f64::from(settings.type_nights));
    (fill(buffer, values.map(|(t, x)| if t == sleep_type { x } else { x + moved })), true)
}

/// What the worker's other nights, or the norms, say beforehand of nights of that kind.
///
/// The nights of the band (or segment) worn last before count first, of the same type of sleep; then
/// those of other types from the same band; where there are too few of either, the population.
fn prior(window: &[Cell], kind: Kind, is_pooled: bool, population: Nig, settings: &Settings) -> Nig {
    let mut values = [0.0; REFERENCE_DAYS];
    let mut belief_of = |is_wanted: &dyn Fn(&Cell) -> bool| {
        let wanted = window.iter().filter(|c| is_wanted(c)).filter_map(|c| c.ln_rmssd);
        let summary = Summary::of(fill(&mut values, wanted)).filter(|s| s.n >= settings.learning_nights)?;
        let belief = population.after(f64::from(summary.n), summary.mean, summary.sum_sq);
        Some(belief.carried_over(settings.carried_weight, settings.carried_step_sd_ln))
    };
    let is_before = |c: &&Cell| {
        c.ln_rmssd.is_some() && c.epoch.is_some() && c.sleep_type == kind.sleep_type && !kind.shares_epoch(c)
    };
    let before = window.iter().rfind(is_before).map(Kind::of);
    let before = before.and_then(|before| belief_of(&|c| Kind::of(c) == before));
    let mut beside = || belief_of(&|c| kind.shares_epoch(c) && c.sleep_type != kind.sleep_type);
    before.or_else(|| if is_pooled { None } else { beside() }).unwrap_or(population)
}

/// Puts the values into the buffer, as many as fit, and gives the filled part.
pub(super) fn fill(buffer: &mut [f64], values: impl Iterator<Item = f64>) -> &mut [f64] {
    let mut filled = 0;
    for (slot, value) in buffer.iter_mut().zip(values) {
        *slot = value;
        filled += 1;
    }
    &mut buffer[..filled]
}

#[cfg(test)]
mod tests {
    use super::*;

    const NORM: Nig = Nig::of_population(3.35);

    fn night(epoch: u64, sleep_type: SleepType, ln_rmssd: f64) -> Cell {
        Cell { epoch: Some(epoch), sleep_type, ln_rmssd: Some(ln_rmssd), rhr_bpm: Some(50.0), ..Cell::default() }
    }

    fn nights(n: i32, epoch: u64, sleep_type: SleepType, mean: f64) -> Vec<Cell> {
        (0..n).map(|i| night(epoch, sleep_type, mean + 0.1 * f64::from(i % 2 * 2 - 1))).collect()
    }

    fn kind(epoch: u64, sleep_type: SleepType) -> Kind {
        Kind { epoch: Some(epoch), segment: None, sleep_type }
    }

    fn of(window: &[Cell], kind: Kind) -> References {
        References::of(window, kind, NORM, &Settings::default())
    }

    #[test]
    fn seven_nights_of_a_type_stand_for_themselves() {
        use SleepType::{DayAfterNightShift, Night};
        let window = [nights(30, 1, Night, 3.7), nights(8, 1, DayAfterNightShift, 3.3)].concat();
        let by_day = of(&window, kind(1, DayAfterNightShift));
        assert_eq!(by_day.hrv.unwrap().nights, 8);
        assert!((by_day.hrv.unwrap().centre - 3.3).abs() < 1e-9);
        assert_eq!(of(&window, kind(1, Night)).hrv.unwrap().nights, 30);
    }

    /// By hand: 2 nights at 3.3 beside 30 at 3.7 move the thirty by −0.4 · 2/9 = −0.0889; the mean of
    /// all is (30 · 3.6111 + 2 · 3.3)/32 = 3.5917.
    #[test]
    fn fewer_nights_of_a_type_move_all_the_others_towards_them() {
        use SleepType::{DayAfterNightShift, Night, Split};
        let window = [nights(30, 1, Night, 3.7), nights(2, 1, DayAfterNightShift, 3.3)].concat();
        let by_day = of(&window, kind(1, DayAfterNightShift)).hrv.unwrap();
        assert_eq!(by_day.nights, 32);
        let mean = (30.0 * (3.7 - 0.4 * 2.0 / 9.0) + 2.0 * 3.3) / 32.0;
        assert!((by_day.belief(Nig { kappa: 0.0, ..NORM }).m - mean).abs() < 1e-9);
        let unseen = of(&window, kind(1, Split)).hrv.unwrap();
        assert!((unseen.belief(Nig { kappa: 0.0, ..NORM }).m - (30.0 * 3.7 + 2.0 * 3.3) / 32.0).abs() < 1e-9);
    }

    #[test]
    fn a_new_band_begins_with_what_the_old_one_told() {
        use SleepType::Night;
        let window = [nights(40, 1, Night, 3.9), nights(8, 2, Night, 3.6)].concat();
        let new = of(&window, kind(2, Night));
        assert_eq!(new.hrv.unwrap().nights, 8);
        let old = Summary::of(&mut window[..40].iter().filter_map(|c| c.ln_rmssd).collect::<Vec<_>>()).unwrap();
        let expected = NORM.after(40.0, old.mean, old.sum_sq).carried_over(0.5, 0.3);
        assert_eq!(new.prior, expected);
        assert!((new.prior.m - 3.9).abs() < 0.01, "not the norm of 3.35");
        // The old band read 0.3 higher; a usual night of the new one is usual.
        let z = new.hrv.unwrap().blended_z(3.6, new.prior, &Settings::default()).unwrap();
        assert!(z.abs() < 0.2, "{z}");
        let few = [nights(6, 1, Night, 3.9), nights(8, 2, Night, 3.6)].concat();
        assert_eq!(of(&few, kind(2, Night)).prior, NORM, "six nights are learned still");
    }

    #[test]
    fn heart_rate_is_compared_across_bands() {
        let window = [nights(40, 1, SleepType::Night, 3.9), nights(8, 2, SleepType::Night, 3.6)].concat();
        assert_eq!(of(&window, kind(2, SleepType::Night)).rhr.unwrap().nights, 48);
    }
}
