//! The Lomb–Scargle periodogram, scaled to a density.

use super::{BandPowers, Density};

const FIRST_HZ: f64 = 0.005;
const LAST_HZ: f64 = 0.5;
/// Grid of a standard recording of five minutes; longer blocks get a finer one.
const STEP_HZ: f64 = 0.001;
/// Length of a standard recording, and of the blocks a longer one is split into.
const BLOCK_S: f64 = 300.0;

/// Band powers of values at uneven times, by Lomb–Scargle.
///
/// A recording of ten minutes or more is split into equal blocks of five to ten minutes whose powers
/// are averaged: a heart is not stationary for longer, and a finer grid would cost time without end.
/// There is no minimum duration; what is too short to hold a wave of a band is for the caller to
/// judge. `None` with fewer than three values, without any variance, or where times do not advance.
///
/// # Units
/// `times_s` in seconds and not falling, `values_ms` in milliseconds.
///
/// # Source
/// Lomb 1976, Scargle 1982; PSD(f) = 2·P(f)/f̄s with f̄s = (n − 1)/(t_n − t_1), so that the integral is
/// the variance. Grid 0.005 to 0.5 Hz by 0.001 Hz, by 1/(4T) in blocks longer than five minutes.
#[must_use]
pub fn lomb(times_s: &[f64], values_ms: &[f64]) -> Option<BandPowers> {
    let count = times_s.len().min(values_ms.len());
    let (first, last) = (*times_s.first()?, *times_s[..count].last()?);
    let length_s = last - first;
    if !length_s.is_finite() {
        return None;
    }
    let block_count = (length_s / BLOCK_S).floor().max(1.0);
    let block_s = length_s / block_count;
    let mut powers = Vec::new();
    let mut from = 0;
    while from < count {
        // Counted from the beat and not from the block before, so that hours without a beat cost
        // nothing; at least one beat is taken, so that rounding cannot stop the loop.
        let block = ((times_s[from] - first) / block_s).floor() + 1.0;
        let limit_s = if block < block_count { first + block * block_s } else { f64::INFINITY };
        let held = times_s[from..count].partition_point(|time| *time < limit_s).max(1);
        let block = lomb_density(&times_s[from..from + held], &values_ms[from..from + held]);
        powers.extend(block.and_then(|density| density.powers()));
        from += held;
    }
    let mean = |power: fn(&BandPowers) -> f64| powers.iter().map(power).sum::<f64>() / powers.len() as f64;
    (!powers.is_empty()).then(|| BandPowers {
        vlf_ms2: mean(|powers| powers.vlf_ms2),
        lf_ms2: mean(|powers| powers.lf_ms2),
        hf_ms2: mean(|powers| powers.hf_ms2),
    })
}

/// Beats a second from the first time to the last: f̄s, which scales the periodogram to a density.
/// `None` where times do not advance.
///
/// # Units
/// `times_s` in seconds.
#[must_use]
pub fn mean_rate_hz(times_s: &[f64]) -> Option<f64> {
    let length_s = times_s.last()? - times_s.first()?;
    (length_s > 0.0).then(|| (times_s.len() as f64 - 1.0) / length_s).filter(|rate| rate.is_finite())
}

/// One frequency's sums over the beats of a block.
#[derive(Clone, Copy, Default)]
struct Sums {
    value_cos: f64,
    value_sin: f64,
    cos_double: f64,
    sin_double: f64,
}

/// The density of values at uneven times, all in one block; `None` with fewer than three values, without
/// any variance, where times do not advance, or beyond ten minutes, for which there is [`lomb`].
///
/// # Units
/// `times_s` in seconds and not falling, `values_ms` in milliseconds.
///
/// # Source
/// As for [`lomb`].
#[must_use]
pub fn lomb_density(times_s: &[f64], values_ms: &[f64]) -> Option<Density> {
    let count = times_s.len().min(values_ms.len());
    let (times_s, values_ms) = (&times_s[..count], &values_ms[..count]);
    let count = count as f64;
    let (first, last) = (*times_s.first()?, *times_s.last()?);
    let length_s = last - first;
    let mean = values_ms.iter().sum::<f64>() / count;
    let has_variance = values_ms.iter().any(|value| (value - mean).abs() > 1e-9 * mean.abs());
    if times_s.len() < 3 || !has_variance || !(length_s > 0.0 && length_s <= 2.0 * BLOCK_S) {
        return None;
    }
    let step_hz = if length_s <= BLOCK_S { STEP_HZ } else { STEP_HZ.min(1.0 / (4.0 * length_s)) };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a block is at most ten minutes long: at most 1,188 steps"
    )]
    let steps = ((LAST_HZ - FIRST_HZ) / step_hz + 1e-9).floor() as usize;
    let mut grid = vec![Sums::default(); steps + 1];
    for (time, value) in times_s.iter().zip(values_ms) {
        add_beat(&mut grid, std::f64::consts::TAU * (time - first), step_hz, value - mean);
    }
    let mean_rate_hz = mean_rate_hz(times_s)?;
    let ms2_per_hz = grid.iter().map(|sums| 2.0 * sums.power(count) / mean_rate_hz).collect();
    Some(Density { first_hz: FIRST_HZ, step_hz, ms2_per_hz })
}

/// Adds one beat to every frequency; its phase is turned by the same angle from each to the next,
/// which spares a sine and a cosine per beat and frequency.
fn add_beat(grid: &mut [Sums], angle_per_hz: f64, step_hz: f64, value: f64) {
    let (mut sin, mut cos) = (angle_per_hz * FIRST_HZ).sin_cos();
    let (turn_sin, turn_cos) = (angle_per_hz * step_hz).sin_cos();
    for sums in grid {
        sums.value_cos += value * cos;
        sums.value_sin += value * sin;
        sums.cos_double += cos * cos - sin * sin;
        sums.sin_double += 2.0 * sin * cos;
        (sin, cos) = (sin * turn_cos + cos * turn_sin, cos * turn_cos - sin * turn_sin);
    }
}

impl Sums {
    /// P(f), with the phase offset τ that makes it independent of where time starts.
    fn power(&self, count: f64) -> f64 {
        let double_phase = self.sin_double.atan2(self.cos_double);
        let (sin, cos) = (double_phase / 2.0).sin_cos();
        let half_spread = self.cos_double.hypot(self.sin_double) / 2.0;
        let share = |projection: f64, weight: f64| {
            // A weight of nothing but rounding error means that no beat lies off the phase.
            if weight > count * 1e-12 { projection * projection / weight } else { 0.0 }
        };
        0.5 * (share(self.value_cos * cos + self.value_sin * sin, count / 2.0 + half_spread)
            + share(self.value_sin * cos - self.value_cos * sin, count / 2.0 - half_spread))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(length_s: f64, hz: f64, amplitude_ms: f64) -> (Vec<f64>, Vec<f64>) {
        let (mut times, mut values, mut now) = (Vec::new(), Vec::new(), 0.0);
        while now < length_s {
            let value = 900.0 + amplitude_ms * (std::f64::consts::TAU * hz * now).sin();
            now += value / 1_000.0;
            times.push(now);
            values.push(value);
        }
        (times, values)
    }

    #[test]
    fn a_wave_has_half_its_squared_amplitude_in_its_band_however_long_it_lasts() {
        for length_s in [280.0, 500.0, 1_250.0] {
            let (times, values) = wave(length_s, 0.25, 30.0);
            let powers = lomb(&times, &values).unwrap();
            assert!((powers.hf_ms2 / 450.0 - 1.0).abs() < 0.03, "{length_s}: {powers:?}");
            assert!(powers.lf_ms2 < 20.0, "{length_s}: {powers:?}");
        }
    }

    #[test]
    fn ages_between_two_beats_cost_no_time() {
        let times = [0.0, 0.8, 1.6, 2.5, 1e297, 1e297];
        assert!(lomb(&times, &[800.0, 810.0, 790.0, 900.0, 800.0, 820.0]).is_some());
    }

    #[test]
    fn what_has_no_variance_or_no_time_has_no_spectrum() {
        assert_eq!(lomb(&[], &[]), None);
        assert_eq!(lomb(&[0.0, 0.8, 1.6, 2.4], &[800.0; 4]), None);
        assert_eq!(lomb(&[1.0, 1.0, 1.0], &[800.0, 810.0, 790.0]), None);
        assert_eq!(lomb(&[0.0, f64::INFINITY, 1.0], &[800.0, 810.0, f64::MAX]), None);
    }
}
