//! How well a value tells two kinds of moments apart, in several people.

use super::interval::{Interval, count};
use super::order::quantile_sorted;

/// One person's values at moments of either kind.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Moments {
    /// At moments at which a low value is expected.
    pub negative: Vec<f64>,
    /// At moments at which a high value is expected.
    pub positive: Vec<f64>,
}

/// Area under the ROC curve over several people, with 95 % intervals that tell what another set of
/// people might have given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Separation {
    /// People with any moments.
    pub people: usize,
    /// Moments of all people.
    pub moments: usize,
    /// All moments in one pot: wants values that compare between people.
    pub pooled: f64,
    /// Interval of `pooled`.
    pub pooled_interval: Interval,
    /// Mean of the people's own areas, of those who have moments of both kinds; none without any.
    pub per_person: Option<f64>,
    /// Interval of `per_person`.
    pub per_person_interval: Option<Interval>,
}

/// Resampled sets of people.
const RESAMPLES: usize = 2_000;

/// The separation over people; `None` where there are no moments of one kind.
///
/// The interval is the percentile bootstrap over people, not moments: moments of one person are
/// alike. It is drawn from a fixed sequence, so that the same data give the same interval.
///
/// # Source
/// Hanley & McNeil 1982, Radiology 143:29 (area); Efron 1979, Ann Stat 7:1 (bootstrap); Field &
/// Welsh 2007, J R Stat Soc B 69:369 (resampling clusters).
#[must_use]
pub fn separation(people: &[Moments]) -> Option<Separation> {
    let people: Vec<&Moments> =
        people.iter().filter(|one| !one.negative.is_empty() || !one.positive.is_empty()).collect();
    let wins = Wins::new(&people);
    let once = vec![1.0; people.len()];
    let pooled = wins.pooled(&once)?;
    let per_person = wins.per_person(&once);
    let (mut pooled_draws, mut person_draws) = (Vec::new(), Vec::new());
    for times in Sequence(0x5EED).resamples(people.len()) {
        pooled_draws.extend(wins.pooled(&times));
        person_draws.extend(wins.per_person(&times));
    }
    Some(Separation {
        people: people.len(),
        moments: people.iter().map(|one| one.negative.len() + one.positive.len()).sum(),
        pooled,
        pooled_interval: middle_95(pooled_draws)?,
        per_person,
        per_person_interval: middle_95(person_draws),
    })
}

/// By how much one value separates better than another does in the same people, pooled, with the 95 %
/// interval of that; `None` where either does not separate at all, or the people are not as many.
///
/// Both are resampled together, so what the people have in common cancels.
#[must_use]
pub fn advantage(people: &[Moments], over: &[Moments]) -> Option<(f64, Interval)> {
    if people.len() != over.len() {
        return None;
    }
    let wins = [people, over].map(|people| Wins::new(&people.iter().collect::<Vec<_>>()));
    let difference = |times: &[f64]| Some(wins[0].pooled(times)? - wins[1].pooled(times)?);
    let draws = Sequence(0x5EED).resamples(people.len()).filter_map(|times| difference(&times));
    Some((difference(&vec![1.0; people.len()])?, middle_95(draws.collect())?))
}

fn middle_95(mut draws: Vec<f64>) -> Option<Interval> {
    draws.sort_unstable_by(f64::total_cmp);
    let of = |p: f64| quantile_sorted(&draws, p);
    (!draws.is_empty()).then(|| Interval { low: of(0.025), high: of(0.975) })
}

/// How often each person's positives are above each person's negatives, ties as a half: of these the
/// area of any resampled set is a weighted sum.
struct Wins {
    by_pair: Vec<Vec<f64>>,
    positives: Vec<f64>,
    negatives: Vec<f64>,
}

impl Wins {
    fn new(people: &[&Moments]) -> Self {
        let sorted: Vec<Vec<f64>> = people
            .iter()
            .map(|one| {
                let mut negative = one.negative.clone();
                negative.sort_unstable_by(f64::total_cmp);
                negative
            })
            .collect();
        let wins = |positive: &[f64], negative: &[f64]| -> f64 {
            let below = |value: f64| negative.partition_point(|other| *other < value);
            let up_to = |value: f64| negative.partition_point(|other| *other <= value);
            positive.iter().map(|value| f64::midpoint(count(below(*value)), count(up_to(*value)))).sum()
        };
        Self {
            by_pair: people
                .iter()
                .map(|one| sorted.iter().map(|negative| wins(&one.positive, negative)).collect())
                .collect(),
            positives: people.iter().map(|one| count(one.positive.len())).collect(),
            negatives: people.iter().map(|one| count(one.negative.len())).collect(),
        }
    }

    fn pooled(&self, times: &[f64]) -> Option<f64> {
        let sum = |values: &[f64]| values.iter().zip(times).map(|(value, times)| value * times).sum::<f64>();
        let pairs = sum(&self.positives) * sum(&self.negatives);
        let rows: Vec<f64> = self.by_pair.iter().map(|row| sum(row)).collect();
        (pairs > 0.0).then(|| sum(&rows) / pairs)
    }

    fn per_person(&self, times: &[f64]) -> Option<f64> {
        let (mut areas, mut weight) = (0.0, 0.0);
        for (person, times) in times.iter().enumerate() {
            let pairs = self.positives[person] * self.negatives[person];
            if pairs > 0.0 {
                areas += times * self.by_pair[person][person] / pairs;
                weight += times;
            }
        }
        (weight > 0.0).then(|| areas / weight)
    }
}

/// A fixed sequence of numbers that look like chance (Steele, Lea & Flood 2014, `SplitMix64`).
struct Sequence(u64);

impl Sequence {
    /// How often each of `n` people is drawn, resample after resample.
    fn resamples(mut self, n: usize) -> impl Iterator<Item = Vec<f64>> {
        (0..RESAMPLES).map(move |_| {
            let mut times = vec![0.0; n];
            for _ in 0..n {
                times[self.below(n)] += 1.0;
            }
            times
        })
    }

    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let n = u64::try_from(n.max(1)).unwrap_or(u64::MAX);
        usize::try_from((z ^ (z >> 31)) % n).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::auc;

    fn people() -> Vec<Moments> {
        let wave = |person: u32, n: u32, shift: f64| {
            (0..n).map(|i| (f64::from(i * 7 + person * 13) * 1.7).sin() + shift).collect::<Vec<_>>()
        };
        (0..8).map(|p| Moments { negative: wave(p, 20 + p, 0.0), positive: wave(p + 50, 9, 0.5) }).collect()
    }

    #[test]
    fn the_pooled_area_is_that_of_all_values_together() {
        let people = people();
        let all = |kind: fn(&Moments) -> &Vec<f64>| people.iter().flat_map(kind).copied().collect::<Vec<f64>>();
        let expected = auc(&all(|one| &one.negative), &all(|one| &one.positive)).unwrap();
        let found = separation(&people).unwrap();
        assert!((found.pooled - expected).abs() < 1e-12, "{found:?}");
        assert!(found.pooled_interval.low < found.pooled && found.pooled < found.pooled_interval.high);
        let own: f64 = people.iter().map(|one| auc(&one.negative, &one.positive).unwrap()).sum();
        assert!((found.per_person.unwrap() - own / 8.0).abs() < 1e-12);
    }

    #[test]
    fn the_same_people_give_the_same_interval() {
        assert_eq!(separation(&people()), separation(&people()));
    }

    #[test]
    fn a_value_has_no_advantage_over_itself() {
        let (difference, interval) = advantage(&people(), &people()).unwrap();
        assert!(difference.abs() < 1e-12 && interval.low.abs() < 1e-12 && interval.high.abs() < 1e-12);
        assert_eq!(advantage(&people(), &people()[1..]), None);
    }

    #[test]
    fn one_kind_of_moments_separates_nothing() {
        let one = Moments { negative: vec![1.0, 2.0], positive: Vec::new() };
        assert_eq!(separation(&[one]), None);
        assert_eq!(separation(&[]), None);
    }
}
