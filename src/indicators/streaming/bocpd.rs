//! How long the present level has lasted, as a probability of each length.

use super::super::nig::Nig;

/// Lengths less probable than this are dropped.
const LEAST_PROBABILITY: f64 = 1e-4;
/// Longer runs are not told apart.
const MOST_RUNS: usize = 181;

#[derive(Debug, Clone, Copy)]
struct Run {
    length: u32,
    probability: f64,
    belief: Nig,
}

/// Bayesian online change-point detection: the posterior of the run length, how many values came
/// since the level last changed.
///
/// With a constant hazard the probability of a run of length 0 always equals the hazard; a change
/// shows as probability of *short* runs, so that [`Bocpd::recent`] of 5 above one half is a change.
///
/// # Source
/// Adams & MacKay 2007; domain reference, section 2.4.
#[derive(Debug, Clone)]
pub struct Bocpd {
    hazard: f64,
    prior: Nig,
    /// By length, shortest first.
    runs: Vec<Run>,
}

impl Bocpd {
    /// A detector that expects a change every 1/`hazard` values, of levels like `prior`.
    #[must_use]
    pub fn new(hazard: f64, prior: Nig) -> Self {
        Self { hazard, prior, runs: vec![Run { length: 0, probability: 1.0, belief: prior }] }
    }

    /// Takes a value. What is not finite changes nothing.
    pub fn push(&mut self, x: f64) {
        if !x.is_finite() {
            return;
        }
        let fits: Vec<f64> = self.runs.iter().map(|run| run.belief.ln_density(x)).collect();
        // Relative to the best fit, so that none becomes 0 by being small.
        let best = fits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut total = 0.0;
        for (run, fit) in self.runs.iter_mut().zip(fits) {
            run.probability *= (fit - best).exp();
            total += run.probability;
        }
        if total <= 0.0 || !total.is_finite() {
            *self = Self::new(self.hazard, self.prior);
            return;
        }
        for run in &mut self.runs {
            run.probability *= (1.0 - self.hazard) / total;
            run.length += 1;
            run.belief = run.belief.and(x);
        }
        self.runs.insert(0, Run { length: 0, probability: self.hazard, belief: self.prior });
        self.runs.retain(|run| run.probability >= LEAST_PROBABILITY);
        self.runs.truncate(MOST_RUNS);
        let kept: f64 = self.runs.iter().map(|run| run.probability).sum();
        self.runs.iter_mut().for_each(|run| run.probability /= kept);
    }

    /// The probability that the level changed within the last `length` values.
    #[must_use]
    pub fn recent(&self, length: u32) -> f64 {
        self.runs.iter().filter(|run| run.length <= length).map(|run| run.probability).sum()
    }

    /// The most probable run length.
    #[must_use]
    pub fn most_probable(&self) -> u32 {
        let best = self.runs.iter().max_by(|a, b| a.probability.total_cmp(&b.probability));
        best.map_or(0, |run| run.length)
    }

    /// The run lengths that are not dropped with their probabilities, shortest first.
    pub fn posterior(&self) -> impl Iterator<Item = (u32, f64)> {
        self.runs.iter().map(|run| (run.length, run.probability))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRIOR: Nig = Nig { m: 0.0, kappa: 1.0, a: 2.0, b: 1.0 };

    #[test]
    fn a_lasting_shift_is_found_once_and_then_is_the_level() {
        let mut detector = Bocpd::new(1.0 / 90.0, PRIOR);
        let value = |i: u32| f64::from(i * 7 % 11) / 5.0 - 1.0 - if i >= 40 { 3.0 } else { 0.0 };
        let mut found = Vec::new();
        for i in 0..90 {
            detector.push(value(i));
            if i >= 14 && detector.recent(5) > 0.5 {
                found.push(i);
            }
            let total: f64 = detector.posterior().map(|(_, p)| p).sum();
            assert!((total - 1.0).abs() < 1e-9);
        }
        assert!(!found.is_empty() && found.iter().all(|i| (40..=46).contains(i)), "{found:?}");
        assert_eq!(detector.most_probable(), 50);
    }

    #[test]
    fn absurd_values_leave_probabilities() {
        let mut detector = Bocpd::new(1.0 / 90.0, PRIOR);
        for x in [0.1, f64::NAN, 1e200, -1e300, 0.0, 1e-300] {
            detector.push(x);
            let total: f64 = detector.posterior().map(|(_, p)| p).sum();
            assert!((total - 1.0).abs() < 1e-9, "{x}: {total}");
        }
    }
}
