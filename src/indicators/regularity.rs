//! Regularity of sleep: how often somebody is asleep, or awake, again 24 hours later.
//!
//! Over epochs it is counted, over spans of sleep it is measured; both give the same number. What
//! is not known on either of the two days is left out of both sides of the share.

use crate::domain::Timestamp;
use crate::domain::indicator::SleepSpan;

use super::settings::Settings;

/// A day, by elapsed time: a change of clocks does not move what is compared.
const DAY_S: i64 = 86_400;

/// How much time was compared with 24 hours before it, and in how much the worker did the same.
///
/// # Units
/// Epochs, or seconds, by what it was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Agreement {
    /// What was known on both days.
    pub compared: u32,
    /// Asleep on both, or awake on both.
    pub agreeing: u32,
}

impl Agreement {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            compared: self.compared.saturating_add(other.compared),
            agreeing: self.agreeing.saturating_add(other.agreeing),
        }
    }

    /// The Sleep Regularity Index: 100 where all days are alike, 0 at random, −100 where day and night
    /// change places every day. `None` where nothing could be compared.
    ///
    /// # Source
    /// Phillips et al. 2017; domain reference, section 4.4. Missing epochs divide by the valid pairs.
    #[must_use]
    pub fn sri(self) -> Option<f64> {
        let share = f64::from(self.agreeing) / f64::from(self.compared);
        (self.compared > 0).then_some(200.0 * share - 100.0)
    }
}

/// Agreement of each epoch with the one a day before it.
///
/// # Shape
/// `epochs` holds days of `per_day` epochs, one after the other: asleep, awake, or not known.
///
/// # Source
/// Domain reference, section 4.4.
#[must_use]
pub fn agreement_of_epochs(epochs: &[Option<bool>], per_day: usize) -> Agreement {
    let later = epochs.get(per_day..).unwrap_or_default();
    epochs.iter().zip(later).fold(Agreement::default(), |sum, pair| match pair {
        (Some(one), Some(other)) => sum.and(Agreement { compared: 1, agreeing: u32::from(one == other) }),
        _ => sum,
    })
}

/// Agreement in seconds of the time from `from` to `to` with the 24 hours before it. `sleeps` says
/// when the worker slept, `known` when it is known whether the worker slept; neither need be in
/// order or free of overlap.
///
/// # Source
/// Domain reference, section 4.4.
#[must_use]
pub fn agreement_of_spans(sleeps: &[SleepSpan], known: &[SleepSpan], from: Timestamp, to: Timestamp) -> Agreement {
    let (from, to) = (from.as_second(), to.as_second());
    let seconds = |span: &SleepSpan| (span.start.as_second(), span.end.as_second());
    // Between two of these instants nothing changes, on the day itself and on the day before.
    let mut edges: Vec<i64> = Vec::with_capacity(2 + 4 * (sleeps.len() + known.len()));
    edges.extend([from, to]);
    for (start, end) in sleeps.iter().chain(known).map(seconds) {
        edges.extend([start, end, start + DAY_S, end + DAY_S].into_iter().filter(|at| (from..to).contains(at)));
    }
    edges.sort_unstable();
    let is_in = |spans: &[SleepSpan], at: i64| spans.iter().map(seconds).any(|(start, end)| start <= at && at < end);
    let mut sum = Agreement::default();
    for pair in edges.windows(2) {
        let (at, length) = (pair[0], u32::try_from(pair[1] - pair[0]).unwrap_or(0));
        if length > 0 && is_in(known, at) && is_in(known, at - DAY_S) {
            let is_same = is_in(sleeps, at) == is_in(sleeps, at - DAY_S);
            sum = sum.and(Agreement { compared: length, agreeing: if is_same { length } else { 0 } });
        }
    }
    sum
}

/// The index over the pairs of so many days, one of them a date; `None` where too few of them are
/// known well enough.
///
/// # Source
/// Domain reference, section 4.4: five of seven pairs with three quarters of their epochs, and as
/// many in proportion of fourteen.
#[must_use]
pub(super) fn sri_of_days(pairs: impl Iterator<Item = Agreement>, days: u32, settings: &Settings) -> Option<f64> {
    let least_s = settings.sri_valid_share * 86_400.0;
    let (sum, valid) = pairs.fold((Agreement::default(), 0), |(sum, valid), pair| {
        (sum.and(pair), valid + u32::from(pair.compared > 0 && f64::from(pair.compared) >= least_s))
    });
    (valid >= (settings.sri_day_pairs * days).div_ceil(7)).then(|| sum.sri()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_772_000_000 / DAY_S * DAY_S + 60 * minute).unwrap()
    }

    fn span(start: i64, length: i64) -> SleepSpan {
        SleepSpan { start: at(start), end: at(start + length) }
    }

    #[test]
    fn too_few_known_pairs_give_no_index() {
        let settings = Settings::default();
        let pair = |compared| Agreement { compared, agreeing: compared / 2 };
        let sri = |known: usize, days: u32| {
            let pairs = (0..days as usize).map(|i| pair(if i < known { 64_800 } else { 64_799 }));
            sri_of_days(pairs, days, &settings)
        };
        assert!(sri(5, 7).is_some_and(|x| x.abs() < 0.01));
        assert_eq!((sri(4, 7), sri(9, 14)), (None, None));
        assert!(sri(10, 14).is_some());
    }

    proptest! {
        /// Counting five-minute epochs and measuring spans are the same.
        #[test]
        fn spans_agree_with_epochs(
            sleeps in proptest::collection::vec((0..860i64, 1..200i64), 0..8),
            unknown in proptest::collection::vec((0..860i64, 1..60i64), 0..3),
        ) {
            let inside = |list: &[(i64, i64)], i: i64| list.iter().any(|(s, l)| (*s..s + l).contains(&i));
            let epochs: Vec<Option<bool>> =
                (0..864).map(|i| (!inside(&unknown, i)).then(|| inside(&sleeps, i))).collect();
            let counted = agreement_of_epochs(&epochs, 288);
            let asleep: Vec<SleepSpan> = sleeps.iter().map(|(s, l)| span(5 * s, 5 * l)).collect();
            let known: Vec<SleepSpan> =
                (0..864).filter(|i| epochs[*i].is_some()).map(|i| span(5 * i64::try_from(i).unwrap(), 5)).collect();
            let measured = agreement_of_spans(&asleep, &known, at(1440), at(3 * 1440));
            prop_assert_eq!((measured.compared, measured.agreeing), (300 * counted.compared, 300 * counted.agreeing));
            if let Some(sri) = measured.sri() {
                prop_assert!((-100.0..=100.0).contains(&sri));
            }
        }
    }
}
