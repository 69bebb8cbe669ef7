//! Welch's averaged periodogram of beats resampled by a cubic spline.

use super::{BandPowers, spline};

/// How the periodograms are cut and padded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Welch {
    /// Samples of a Hann-weighted segment; segments overlap by half.
    pub segment: usize,
    /// Length to which a segment is padded with zeros, at least `segment`.
    pub transform: usize,
}

impl Default for Welch {
    /// Segments of two minutes, padded to 1,024 samples.
    fn default() -> Self {
        Self { segment: 480, transform: 1_024 }
    }
}

/// Resampling rate. Linear interpolation at this rate would lose a third of the HF power, a cubic
/// spline does not.
const RATE_HZ: f64 = 4.0;

/// Bins at and above this frequency are not needed.
const LAST_HZ: f64 = 0.41;

/// Band powers of an unbroken series of intervals, by Welch's method.
///
/// `None` where the series is too short for a spline or its time does not advance.
///
/// # Units
/// Milliseconds.
///
/// # Source
/// Welch 1967: mean removed per segment, Hann window (periodic), one-sided density.
#[must_use]
pub fn welch(nn_ms: &[f64], settings: Welch) -> Option<BandPowers> {
    let first_ms = *nn_ms.first()?;
    let mut now_ms = -first_ms;
    let times_s: Vec<f64> = nn_ms
        .iter()
        .map(|nn| {
            now_ms += nn;
            now_ms / 1_000.0
        })
        .collect();
    let samples = spline::resample(&times_s, nn_ms, 1.0 / RATE_HZ)?;
    let segment = settings.segment.min(samples.len()).max(2);
    let transform = settings.transform.max(segment);
    let weights: Vec<f64> =
        (0..segment).map(|at| 0.5 - 0.5 * (std::f64::consts::TAU * at as f64 / segment as f64).cos()).collect();
    let scale = RATE_HZ * weights.iter().map(|weight| weight * weight).sum::<f64>();
    let step_hz = RATE_HZ / transform as f64;
    let bins = (0..=transform / 2).take_while(|bin| *bin as f64 * step_hz < LAST_HZ).count();
    let mut density = vec![0.0; bins];
    let mut count = 0.0;
    for held in samples.windows(segment).step_by(segment - segment / 2) {
        count += 1.0;
        let mean = held.iter().sum::<f64>() / segment as f64;
        let weighted: Vec<f64> = held.iter().zip(&weights).map(|(sample, weight)| (sample - mean) * weight).collect();
        for (bin, density) in density.iter_mut().enumerate() {
            let sides = if bin == 0 { 1.0 } else { 2.0 };
            *density += sides * squared_transform(&weighted, bin, transform) / scale;
        }
    }
    density.iter_mut().for_each(|power| *power /= count);
    (count > 0.0).then(|| BandPowers::integrate(&density, 0.0, step_hz)).flatten()
}

/// One bin of the squared discrete Fourier transform. A tenth of the bins is wanted, so that a fast
/// transform, and a crate for it, would save nothing that matters here.
fn squared_transform(weighted: &[f64], bin: usize, transform: usize) -> f64 {
    let (turn_sin, turn_cos) = (std::f64::consts::TAU * bin as f64 / transform as f64).sin_cos();
    let (mut sin, mut cos) = (0.0_f64, 1.0_f64);
    let (mut real, mut imaginary) = (0.0, 0.0);
    for sample in weighted {
        real += sample * cos;
        imaginary += sample * sin;
        (sin, cos) = (sin * turn_cos + cos * turn_sin, cos * turn_cos - sin * turn_sin);
    }
    real * real + imaginary * imaginary
}
