//! Nights of a person to whom nothing happens: a series with the worker's own mean, spread and memory.

use std::collections::BTreeMap;
use std::hash::Hasher as _;

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt as _, SeedableRng as _};
use siphasher::sip::SipHasher13;

use crate::domain::Date;
use crate::domain::history::WorkerHistory;
use crate::domain::indicator::DeviceEpoch;

/// What is assumed of a worker with too few nights to tell: the middle of the domain reference's table 3.4.
const USUAL_AUTOCORRELATION: f64 = 0.3;
/// So many pairs of nights tell a correlation.
const MIN_PAIRS: u32 = 30;
/// Fewer nights than this have no spread of their own; they stay as they are.
const MIN_NIGHTS: usize = 7;
/// A series closer to 1 than this would be a drift, not a person as usual.
const MAX_AUTOCORRELATION: f64 = 0.9;

/// A stationary first-order autoregressive series of mean 0 and standard deviation 1.
///
/// # Source
/// Box and Jenkins, Time Series Analysis, section 3.2: x = ρ·x' + √(1 − ρ²)·e.
#[derive(Debug, Clone)]
pub struct Ar1 {
    rho: f64,
    last: Option<f64>,
}

impl Ar1 {
    /// A series with this correlation from one value to the next, −1 to 1.
    #[must_use]
    pub fn new(rho: f64) -> Self {
        Self { rho: rho.clamp(-1.0, 1.0), last: None }
    }

    /// The next value, moved by a draw of the standard normal law.
    pub fn step(&mut self, draw: f64) -> f64 {
        let next = self.last.map_or(draw, |last| self.rho * last + (1.0 - self.rho * self.rho).sqrt() * draw);
        self.last = Some(next);
        next
    }
}

/// Draws of the standard normal law; the same seed gives the same draws on every machine.
#[derive(Debug, Clone)]
pub struct Draws(Xoshiro256PlusPlus);

impl Draws {
    /// The draws of a seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// The next draw, by Box and Muller's transformation.
    pub fn normal(&mut self) -> f64 {
        let (u, v): (f64, f64) = (self.0.random(), self.0.random());
        // Both are in [0, 1); the logarithm wants (0, 1].
        (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }
}

/// What nights of a worker to whom nothing happens are drawn from.
///
/// Nights that are missing are missing still, and sleep, self-reports, questionnaires and working
/// conditions are the worker's own. ln(RMSSD) has the mean and standard deviation of the worker's
/// nights on each band, and ρ of all of them from one night to the next (0.3 where fewer than 30 pairs
/// tell it); sleeping heart rate likewise, with the worker's own correlation between the two. A real
/// bad stretch within the nights widens spread and ρ: the series is then rather too restless than too calm.
#[derive(Debug)]
pub struct Healthy {
    hrv: Usual,
    /// Bands agree on heart rate far better than on HRV, so it is one series across them.
    rate: Usual,
    /// What the draws of both have in common.
    together: f64,
}

impl Healthy {
    /// What the nights of a history tell of it.
    #[must_use]
    pub fn of(history: &WorkerHistory) -> Self {
        let hrv = Usual::of(history.nights.values().filter_map(|row| {
            let hrv = row.hrv.as_ref()?;
            Some((row.date, Some(&hrv.epoch), hrv.ln_rmssd))
        }));
        let rate = Usual::of(
            history.nights.values().filter_map(|row| Some((row.date, None::<&DeviceEpoch>, row.sleeping_hr_bpm?))),
        );
        let together = hrv.correlation_with(&rate);
        Self { hrv, rate, together }
    }

    /// Draws the HRV and the sleeping heart rate of every night of the history, or of one that was drawn
    /// from it before, anew.
    pub fn draw(&self, history: &mut WorkerHistory, seed: u64, repeat: u32) {
        let Self { hrv, rate, together } = self;
        let apart = (1.0 - together * together).sqrt();
        let (mut hrv_series, mut rate_series) = (Ar1::new(hrv.rho), Ar1::new(rate.rho));
        let mut draws = Draws::seeded(seed_of(history, seed, repeat));
        let mut last: Option<Date> = None;
        for row in history.nights.values_mut() {
            // The series goes on through nights that are missing.
            let days = last.map_or(1, |last| last.duration_until(row.date).as_hours() / 24).clamp(1, 60);
            last = Some(row.date);
            let (mut x, mut y) = (0.0, 0.0);
            for _ in 0..days {
                let (one, other) = (draws.normal(), draws.normal());
                x = hrv_series.step(one);
                y = rate_series.step(together * one + apart * other);
            }
            if let Some(night) = &mut row.hrv
                && let Some((mean, sd)) = hrv.of_band(Some(&night.epoch))
            {
                night.ln_rmssd = mean + sd * x;
            }
            if let (Some(bpm), Some((mean, sd))) = (&mut row.sleeping_hr_bpm, rate.of_band(None)) {
                *bpm = (mean + sd * y).max(20.0);
            }
        }
    }
}

/// The history as if nobody had measured HRV or heart rate.
#[must_use]
pub fn without_hrv(history: &WorkerHistory) -> WorkerHistory {
    let mut history = history.clone();
    for row in history.nights.values_mut() {
        (row.hrv, row.sleeping_hr_bpm) = (None, None);
    }
    history
}

/// A seed for each worker and repetition, whoever else is looked at.
fn seed_of(history: &WorkerHistory, seed: u64, repeat: u32) -> u64 {
    let mut hasher = SipHasher13::new_with_keys(seed, u64::from(repeat));
    let key = &history.profile.key;
    for name in [key.site.as_str(), "/", key.worker.as_str()] {
        hasher.write(name.as_bytes());
    }
    hasher.finish()
}

/// What is usual of a worker: mean and SD on each band, and what one night tells of the next.
#[derive(Debug)]
struct Usual {
    bands: BTreeMap<Option<DeviceEpoch>, (f64, f64)>,
    /// In SD from the band's mean.
    values: BTreeMap<Date, f64>,
    rho: f64,
}

impl Usual {
    fn of<'a>(nights: impl Iterator<Item = (Date, Option<&'a DeviceEpoch>, f64)>) -> Self {
        let mut by_band: BTreeMap<Option<DeviceEpoch>, Vec<(Date, f64)>> = BTreeMap::new();
        for (date, band, value) in nights.filter(|(_, _, value)| value.is_finite()) {
            by_band.entry(band.cloned()).or_default().push((date, value));
        }
        let (mut bands, mut values) = (BTreeMap::new(), BTreeMap::new());
        for (band, nights) in by_band {
            if nights.len() < MIN_NIGHTS {
                continue;
            }
            let (mean, sd) = mean_and_sd(&nights);
            if sd > 1e-9 {
                values.extend(nights.iter().map(|(date, value)| (*date, (value - mean) / sd)));
            }
            bands.insert(band, (mean, sd));
        }
        let pairs = values.iter().filter_map(|(date, value)| Some(value * values.get(&date.tomorrow().ok()?)?));
        let rho = correlation(pairs).unwrap_or(USUAL_AUTOCORRELATION).clamp(-MAX_AUTOCORRELATION, MAX_AUTOCORRELATION);
        Self { bands, values, rho }
    }

    fn of_band(&self, band: Option<&DeviceEpoch>) -> Option<(f64, f64)> {
        self.bands.get(&band.cloned()).copied()
    }

    /// What the draws of both series must have in common for the series to be correlated as they are.
    fn correlation_with(&self, other: &Self) -> f64 {
        let pairs = self.values.iter().filter_map(|(date, value)| Some(value * other.values.get(date)?));
        let (a, b) = (self.rho, other.rho);
        let of_draws = (1.0 - a * b) / ((1.0 - a * a) * (1.0 - b * b)).sqrt();
        (correlation(pairs).unwrap_or(0.0) * of_draws).clamp(-0.99, 0.99)
    }
}

/// The mean of products of values in SD, where there are enough of them.
fn correlation(products: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, n) = products.fold((0.0, 0_u32), |(sum, n), product| (sum + product, n + 1));
    (n >= MIN_PAIRS).then(|| sum / f64::from(n))
}

#[expect(clippy::cast_precision_loss, reason = "nights are few")]
fn mean_and_sd(nights: &[(Date, f64)]) -> (f64, f64) {
    let n = nights.len() as f64;
    let mean = nights.iter().map(|(_, value)| value).sum::<f64>() / n;
    let squares = nights.iter().map(|(_, value)| (value - mean).powi(2)).sum::<f64>();
    (mean, (squares / (n - 1.0)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{SiteId, WorkerId, WorkerKey};
    use crate::domain::indicator::{NightHrv, NightRow};
    use crate::domain::worker::Profile;
    use crate::domain::{TimeZone, Timestamp};

    fn series(rho: f64, n: usize, seed: u64) -> Vec<f64> {
        let (mut series, mut draws) = (Ar1::new(rho), Draws::seeded(seed));
        (0..n).map(|_| series.step(draws.normal())).collect()
    }

    fn moments(values: &[f64]) -> (f64, f64, f64) {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
        let next = values.windows(2).map(|w| (w[0] - mean) * (w[1] - mean)).sum::<f64>() / n;
        (mean, variance.sqrt(), next / variance)
    }

    #[test]
    fn a_series_has_the_spread_and_memory_it_was_asked_for() {
        for rho in [0.0, 0.3, 0.5, -0.4] {
            let (mean, sd, found) = moments(&series(rho, 40_000, 3));
            assert!(mean.abs() < 0.03 && (sd - 1.0).abs() < 0.02 && (found - rho).abs() < 0.02, "{mean} {sd} {found}");
        }
    }

    /// Two years of nights on one band, each seventh missing.
    fn history() -> WorkerHistory {
        let key = WorkerKey {
            site: SiteId::parse("plant-a").expect("a name"),
            worker: WorkerId::parse("w-1").expect("a name"),
        };
        let mut history = WorkerHistory::new(Profile::unknown(key, TimeZone::UTC));
        let mut date = Date::constant(2024, 1, 1);
        for (place, value) in series(0.4, 730, 11).into_iter().enumerate() {
            let epoch = DeviceEpoch { device: None, is_provider: false };
            let hrv = Some(NightHrv { ln_rmssd: 3.6 + 0.15 * value, epoch, windows: 90, sqi: 0.9 });
            let row = NightRow {
                date,
                wake_at: Timestamp::UNIX_EPOCH,
                hrv,
                sleeping_hr_bpm: Some(58.0 - 2.0 * value),
                irregularity: None,
                sleep: None,
            };
            if place % 7 != 0 {
                history.nights.insert(date, row);
            }
            date = date.tomorrow().expect("a day");
        }
        history
    }

    fn healthy(history: &WorkerHistory, seed: u64, repeat: u32) -> WorkerHistory {
        let mut drawn = history.clone();
        Healthy::of(history).draw(&mut drawn, seed, repeat);
        drawn
    }

    #[test]
    fn healthy_nights_are_the_workers_own_in_mean_spread_and_pattern() {
        let history = history();
        let drawn = healthy(&history, 1, 0);
        assert_eq!(drawn.nights.keys().collect::<Vec<_>>(), history.nights.keys().collect::<Vec<_>>());
        let of = |history: &WorkerHistory| -> Vec<f64> {
            history.nights.values().filter_map(|row| Some(row.hrv.as_ref()?.ln_rmssd)).collect()
        };
        let ((mean, sd, rho), (own_mean, own_sd, own_rho)) = (moments(&of(&drawn)), moments(&of(&history)));
        assert!((mean - own_mean).abs() < 0.03 && (sd / own_sd - 1.0).abs() < 0.12, "{mean} {sd}, {own_mean} {own_sd}");
        assert!((rho - own_rho).abs() < 0.12, "{rho} {own_rho}");
        assert_ne!(of(&drawn), of(&history));
        let rates: Vec<f64> = drawn.nights.values().filter_map(|row| row.sleeping_hr_bpm).collect();
        let products = of(&drawn).iter().zip(&rates).map(|(x, y)| (x - mean) / sd * (y - 58.0) / 2.0).sum::<f64>();
        assert!(products / (rates.len() as f64) < -0.8, "heart rate and HRV still go against each other");
    }

    #[test]
    fn a_worker_is_drawn_alike_whoever_else_is_looked_at() {
        let history = history();
        assert_eq!(healthy(&history, 1, 0), healthy(&history, 1, 0));
        assert_ne!(healthy(&history, 1, 0), healthy(&history, 1, 1));
        assert_ne!(healthy(&history, 1, 0), healthy(&history, 2, 0));
        let mut again = healthy(&history, 1, 3);
        Healthy::of(&history).draw(&mut again, 1, 0);
        assert_eq!(again, healthy(&history, 1, 0), "of what was drawn before nothing is left");
        assert!(without_hrv(&history).nights.values().all(|row| row.hrv.is_none() && row.sleeping_hr_bpm.is_none()));
    }
}
