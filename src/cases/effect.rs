//! Whether an outcome of one worker changed after an action: the arithmetic and the verdict.
//!
//! In go the values of a phase before the action and of one after it, in order of time; out come how
//! far they shifted, how sure that is, and a verdict. Choosing the nights of each phase and the cases
//! it is asked for is the caller's; so is the warning that goes with every verdict: cases begin at
//! extremes, and extremes fall back by themselves. Nothing here claims that the action was the cause.

use crate::statistics::{Interval, dominance, hodges_lehmann, kendall_s};

/// Which way an outcome is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// More is better, e.g. ln RMSSD or sleep.
    Higher,
    /// Less is better, e.g. resting heart rate or a symptom score.
    Lower,
}

/// What can be said of an outcome after the action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It moved the good way, by more than chance and by enough to matter.
    Improved,
    /// Neither.
    Unclear,
    /// It moved the bad way, by more than chance and by enough to matter.
    Worse,
}

/// When two phases are compared, and what change matters.
///
/// # Source
/// Domain reference, section 8.5.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Days before the action that are its phase before; default 28.
    pub before_days: u32,
    /// Days after the action's start that belong to neither phase; default 7.
    pub wash_in_days: u32,
    /// Days after those that are the phase after; default 28.
    pub after_days: u32,
    /// Valid values that each phase needs; default 12.
    pub min_values: usize,
    /// Least shift that matters, in the worker's own SD; default 0.5.
    pub min_shift_sd: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { before_days: 28, wash_in_days: 7, after_days: 28, min_values: 12, min_shift_sd: 0.5 }
    }
}

/// How the values of two phases differ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    /// Values before and after.
    pub n: (usize, usize),
    /// Pairs in which the later value is higher, less those in which it is lower.
    pub s_between: i64,
    /// The same within the phase before, in order of time: its trend.
    pub s_before: i64,
    /// Kendall's tau between the phases, −1 to 1.
    pub tau: f64,
    /// Tau less the trend before, in the variant (S_AB − S_A)/(n_A·n_B); may exceed 1.
    pub tau_u: f64,
    /// Standard error of tau where nothing changed, without ties.
    pub tau_se: f64,
    /// Tau in standard errors.
    pub z: f64,
    /// Nonoverlap of all pairs: how often a later value is higher, ties as a half.
    pub nap: f64,
    /// Hodges and Lehmann's shift, in the unit of the outcome.
    pub shift: f64,
    /// Its 95 % interval by rank, widened for likeness of neighbours; `None` of too few values.
    pub interval: Option<Interval>,
    /// Rank of the difference that is its lower end, from 1; 0 where there is none.
    pub interval_rank: usize,
    /// Difference of the means.
    pub mean_difference: f64,
}

impl Effect {
    /// The shift of a logarithm as a ratio: of ln RMSSD, by what RMSSD was multiplied.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        Some(self.shift.exp()).filter(|ratio| ratio.is_finite())
    }

    /// What may be said, `sd` being the worker's own day-to-day SD before the action.
    ///
    /// # Source
    /// Domain reference, section 8.5: the interval excludes 0, and |shift| ≥ 0.5 σ.
    #[must_use]
    pub fn verdict(&self, better: Better, sd: f64, settings: &Settings) -> Verdict {
        let is_enough = self.n.0.min(self.n.1) >= settings.min_values;
        let is_sure = self.interval.is_some_and(|interval| !interval.contains(0.0));
        let does_matter = sd.is_finite() && sd > 0.0 && self.shift.abs() >= settings.min_shift_sd * sd;
        if !(is_enough && is_sure && does_matter) {
            return Verdict::Unclear;
        }
        let is_higher = self.shift > 0.0;
        if is_higher == (better == Better::Higher) { Verdict::Improved } else { Verdict::Worse }
    }
}

/// Compares two phases, each in order of time; `None` where one is empty or holds what is no number.
///
/// `autocorrelation` is the lag-1 autocorrelation of the worker's values, 0 where neighbours are
/// independent. Where it is above that, so many values say no more than n·(1 − ρ)/(1 + ρ) independent
/// ones, and the interval grows by the root of that. A negative one is taken as 0: an interval is
/// never narrowed.
///
/// # Source
/// Domain reference, section 8.5; Parker et al. 2011, Behav Ther 42:284 (Tau-U); Parker & Vannest
/// 2009, Behav Ther 40:357 (NAP).
#[must_use]
pub fn effect(before: &[f64], after: &[f64], autocorrelation: f64) -> Option<Effect> {
    if !before.iter().chain(after).all(|value| value.is_finite()) {
        return None;
    }
    let rho = if autocorrelation.is_finite() { autocorrelation.clamp(0.0, 0.95) } else { 0.0 };
    let widening = ((1.0 + rho) / (1.0 - rho)).sqrt();
    let shift = hodges_lehmann(before, after, widening)?;
    let (a, b) = (count(before)?, count(after)?);
    let (s_between, s_before) = (dominance(before, after), kendall_s(before));
    let (between, trend) = (signed(s_between)?, signed(s_before)?);
    let tau = between / (a * b);
    let tau_se = (a * b * (a + b + 1.0) / 3.0).sqrt() / (a * b);
    let mean_difference = after.iter().sum::<f64>() / b - before.iter().sum::<f64>() / a;
    Some(Effect {
        n: (before.len(), after.len()),
        s_between,
        s_before,
        tau,
        tau_u: (between - trend) / (a * b),
        tau_se,
        z: tau / tau_se,
        nap: f64::midpoint(tau, 1.0),
        shift: shift.estimate,
        interval: shift.interval,
        interval_rank: shift.rank,
        mean_difference: Some(mean_difference).filter(|difference| difference.is_finite())?,
    })
}

fn count(values: &[f64]) -> Option<f64> {
    u32::try_from(values.len()).ok().map(f64::from)
}

fn signed(s: i64) -> Option<f64> {
    i32::try_from(s).ok().map(f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn phases(shift: f64) -> (Vec<f64>, Vec<f64>) {
        let before: Vec<f64> = (0..14).map(|i| 3.4 + 0.05 * f64::from(i * 5 % 7)).collect();
        let after = before.iter().map(|value| value + shift).collect();
        (before, after)
    }

    fn judge(shift: f64, sd: f64, better: Better) -> Verdict {
        let (before, after) = phases(shift);
        effect(&before, &after, 0.0).unwrap().verdict(better, sd, &Settings::default())
    }

    #[test]
    fn the_good_way_depends_on_the_outcome() {
        assert_eq!(judge(0.3, 0.1, Better::Higher), Verdict::Improved);
        assert_eq!(judge(0.3, 0.1, Better::Lower), Verdict::Worse);
        assert_eq!(judge(-0.3, 0.1, Better::Lower), Verdict::Improved);
        assert_eq!(judge(-0.3, 0.1, Better::Higher), Verdict::Worse);
    }

    #[test]
    fn a_sure_change_too_small_to_matter_is_unclear() {
        assert_eq!(judge(0.3, 0.61, Better::Higher), Verdict::Unclear);
        assert_eq!(judge(0.3, f64::NAN, Better::Higher), Verdict::Unclear);
    }

    #[test]
    fn eleven_nights_give_no_verdict() {
        let (before, after) = phases(0.3);
        let short = effect(&before, &after[..11], 0.0).unwrap();
        assert_eq!(short.verdict(Better::Higher, 0.1, &Settings::default()), Verdict::Unclear);
    }

    #[test]
    fn likeness_of_neighbours_makes_a_change_less_sure() {
        let (before, after) = phases(0.11);
        let at = |rho| effect(&before, &after, rho).unwrap().verdict(Better::Higher, 0.1, &Settings::default());
        assert_eq!((at(0.0), at(0.6)), (Verdict::Improved, Verdict::Unclear));
        let width = |rho| effect(&before, &after, rho).unwrap().interval.map(|i| i.high - i.low);
        assert_eq!(width(-0.5), width(0.0));
    }

    #[test]
    fn an_empty_phase_has_no_effect() {
        assert_eq!(effect(&[], &[1.0], 0.0), None);
        assert_eq!(effect(&[1.0], &[f64::NAN], 0.0), None);
    }

    proptest! {
        #[test]
        fn no_effect_leaves_that_is_not_a_number(
            before in proptest::collection::vec(proptest::num::f64::ANY, 0..20),
            after in proptest::collection::vec(proptest::num::f64::ANY, 0..20),
            rho in proptest::num::f64::ANY,
        ) {
            if let Some(found) = effect(&before, &after, rho) {
                for value in [found.tau, found.tau_u, found.tau_se, found.z, found.nap, found.shift, found.mean_difference] {
                    prop_assert!(value.is_finite());
                }
                prop_assert!(found.tau.abs() <= 1.0 && (0.0..=1.0).contains(&found.nap));
                prop_assert!(found.interval.is_none_or(|i| i.low <= found.shift && found.shift <= i.high));
                prop_assert!(found.ratio().is_none_or(f64::is_finite));
            }
        }

        #[test]
        fn phases_the_other_way_round_shift_back(
            before in proptest::collection::vec(-5..5i8, 1..15),
            after in proptest::collection::vec(-5..5i8, 1..15),
        ) {
            let list = |values: &[i8]| values.iter().map(|v| f64::from(*v)).collect::<Vec<_>>();
            let there = effect(&list(&before), &list(&after), 0.2).unwrap();
            let back = effect(&list(&after), &list(&before), 0.2).unwrap();
            prop_assert!((there.shift + back.shift).abs() < 1e-12 && there.s_between == -back.s_between);
        }
    }
}
