//! Nights of healthy people.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt as _, SeedableRng as _};

/// Share of nights that are missing (domain reference, section 3.4).
const MISSING: f64 = 0.2;

/// A person's own dice.
pub(crate) struct Dice(Xoshiro256PlusPlus);

impl Dice {
    /// The dice of a worker in one simulation.
    pub(crate) fn of(worker: u64, simulation: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(worker * 1_000_003 + simulation))
    }

    pub(crate) fn uniform(&mut self) -> f64 {
        self.0.random()
    }

    pub(crate) fn normal(&mut self) -> f64 {
        let (u, v) = (self.uniform(), self.uniform());
        (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }
}

/// A stationary first-order autoregressive series of mean 0 and SD 1.
pub(crate) struct Ar1 {
    rho: f64,
    last: f64,
}

impl Ar1 {
    pub(crate) fn begin(rho: f64, dice: &mut Dice) -> Self {
        Self { rho, last: dice.normal() }
    }

    pub(crate) fn next(&mut self, dice: &mut Dice) -> f64 {
        self.last = self.rho * self.last + (1.0 - self.rho * self.rho).sqrt() * dice.normal();
        self.last
    }
}

/// `n` nights of standardised ln(RMSSD), lower by `shift` from night `from` on; missing ones are none.
pub(crate) fn nights(n: usize, rho: f64, (from, shift): (usize, f64), dice: &mut Dice) -> Vec<Option<f64>> {
    let mut series = Ar1::begin(rho, dice);
    (0..n)
        .map(|night| {
            let x = series.next(dice) - if night >= from { shift } else { 0.0 };
            (dice.uniform() >= MISSING).then_some(x)
        })
        .collect()
}
