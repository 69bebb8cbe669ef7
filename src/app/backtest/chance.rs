//! How many cases open by chance: what the rules make of nights on which nothing happened.
//!
//! Each worker's HRV and sleeping heart rate are drawn anew, as [`healthy`] nights;
//! all else of the history stays. Cases that open with such nights and would not open without any HRV
//! are opened by chance; cases that would open anyway and only reach a higher level are raised by it.
//! The figure says how often ordinary ups and downs of a healthy person's nights open a case, given
//! these people's questionnaires, sleep and work. It says nothing of how many of the real cases were
//! such, nothing of illness, alcohol or training, which lower HRV too, and nothing of questionnaires
//! that were filled in carelessly.

use statrs::distribution::{ContinuousCDF as _, Gamma};

use super::cases::{Pair, pair};
use super::healthy::{self, Healthy};
use super::{DAYS_A_YEAR, Past, Plan, Sides};
use crate::engine::lookback::Span;
use crate::statistics::Interval;

/// What chance did under one rule file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// Cases that open without HRV, by questionnaires, sleep and work alone; counted once.
    pub without_hrv: u64,
    /// Cases of all repetitions that healthy nights open.
    pub opened: u64,
    /// Cases of all repetitions that healthy nights raise to a higher level.
    pub raised: u64,
}

/// What chance did under both, and in how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Chance {
    /// The counts.
    pub counts: Sides<Count>,
    /// Days of workers that were looked at in each repetition.
    pub days: u64,
    /// How often.
    pub repeats: u32,
}

impl Chance {
    /// Worker-years of all repetitions together.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "days of workers are far below 2^53")]
    pub fn worker_years(&self) -> f64 {
        self.days as f64 * f64::from(self.repeats) / DAYS_A_YEAR
    }

    /// Adds another worker's.
    pub fn add(&mut self, other: &Self) {
        self.days += other.days;
        self.repeats = self.repeats.max(other.repeats);
        for (sum, more) in [(&mut self.counts.old, other.counts.old), (&mut self.counts.new, other.counts.new)] {
            sum.without_hrv += more.without_hrv;
            sum.opened += more.opened;
            sum.raised += more.raised;
        }
    }
}

/// Draws one worker's healthy nights again and again, and counts what either rule file makes of them.
#[must_use]
pub fn of_worker(past: &mut Past<'_>, plan: &Plan) -> Chance {
    let (history, span) = (past.history(), past.span());
    let days = u64::from(plan.days(span.first, span.last));
    let mut chance = Chance { counts: Sides::default(), days, repeats: plan.repeats };
    if days == 0 || plan.repeats == 0 {
        return chance;
    }
    let without = healthy::without_hrv(history);
    let expected = plan.cases(&past.changes_with(&without.nights));
    let counted = |cases: &[super::cases::Case]| {
        cases.iter().filter(|case| is_counted(case.opened_on, span, plan)).count() as u64
    };
    chance.counts.old.without_hrv = counted(&expected.old);
    chance.counts.new.without_hrv = counted(&expected.new);
    if history.nights.values().all(|row| row.hrv.is_none() && row.sleeping_hr_bpm.is_none()) {
        return chance;
    }
    let nights = Healthy::of(history);
    let mut drawn = history.clone();
    for repeat in 0..plan.repeats {
        nights.draw(&mut drawn, plan.seed, repeat);
        let found = plan.cases(&past.changes_with(&drawn.nights));
        for (found, expected, count) in
            [(found.old, &expected.old, &mut chance.counts.old), (found.new, &expected.new, &mut chance.counts.new)]
        {
            for pair in pair(expected.clone(), found) {
                match &pair {
                    Pair::New(case) if is_counted(case.opened_on, span, plan) => count.opened += 1,
                    Pair::Both(usual, case) if case.level > usual.level && is_counted(case.opened_on, span, plan) => {
                        count.raised += 1;
                    }
                    Pair::Old(_) | Pair::New(_) | Pair::Both(..) => {}
                }
            }
        }
    }
    chance
}

/// A case of the first day may have stood before: it is none of the days that are looked at.
fn is_counted(day: crate::domain::Date, span: Span, plan: &Plan) -> bool {
    plan.counts(day) && !(span.has_earlier && day == span.first)
}

/// The exact 95 % interval of a rate: `count` events in `years`; `None` where there were no years.
///
/// # Source
/// Garwood 1936, Biometrika 28:437.
#[must_use]
pub fn rate_interval(count: u64, years: f64) -> Option<Interval> {
    if !(years.is_finite() && years > 0.0) {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of cases are far below 2^53")]
    let count = count as f64;
    let quantile = |shape: f64, p: f64| Gamma::new(shape, 1.0).ok().map(|law| law.inverse_cdf(p));
    let low = if count > 0.0 { quantile(count, 0.025)? } else { 0.0 };
    Interval::try_new(low / years, quantile(count + 1.0, 0.975)? / years)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_rate_is_garwoods() {
        // Table of exact Poisson limits: 0: 0 to 3.689; 3: 0.619 to 8.767; 10: 4.795 to 18.390.
        for (count, low, high) in [(0, 0.0, 3.689), (3, 0.619, 8.767), (10, 4.795, 18.390)] {
            let interval = rate_interval(count, 2.0).expect("there were years");
            assert!(
                (interval.low * 2.0 - low).abs() < 5e-4 && (interval.high * 2.0 - high).abs() < 5e-4,
                "{interval:?}"
            );
        }
        assert_eq!(rate_interval(3, 0.0), None);
    }
}
