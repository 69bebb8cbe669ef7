//! Welch's averaged periodogram of beats resampled at an even rate.

use realfft::RealFftPlanner;

use super::{BandPowers, Density, Interpolation, spline};
use crate::signal::segments::LONGEST_RUN_MS;

/// How beats are resampled and the periodograms cut and padded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Welch {
    /// The curve through the beats that is sampled.
    pub interpolation: Interpolation,
    /// Samples of a Hann-weighted segment; segments overlap by half.
    pub segment: usize,
    /// Length to which a segment is padded with zeros, at least `segment`.
    pub transform: usize,
}

impl Default for Welch {
    /// A cubic spline; segments of two minutes, padded to 1,024 samples.
    fn default() -> Self {
        Self { interpolation: Interpolation::CubicSpline, segment: 480, transform: 1_024 }
    }
}

/// Samples a second.
const RATE_HZ: f64 = 4.0;

/// An unbroken series of intervals at four samples a second, from the end of the first interval up to,
/// not including, the end of the last.
///
/// `None` where there are fewer than four intervals, time does not advance, or it goes on for more
/// than a week.
///
/// # Units
/// Milliseconds.
#[must_use]
pub fn resampled(nn_ms: &[f64], interpolation: Interpolation) -> Option<Vec<f64>> {
    let first_ms = *nn_ms.first()?;
    let mut now_ms = -first_ms;
    let times_s: Vec<f64> = nn_ms
        .iter()
        .map(|nn| {
            now_ms += nn;
            now_ms / 1_000.0
        })
        .collect();
    if *times_s.last()? > LONGEST_RUN_MS / 1_000.0 {
        return None;
    }
    spline::resample(&times_s, nn_ms, 1.0 / RATE_HZ, interpolation)
}

/// Band powers of an unbroken series of intervals, by Welch's method.
///
/// `None` where [`resampled`] has none, or a power would not be finite.
///
/// # Units
/// Milliseconds.
///
/// # Source
/// As for [`welch_density`].
#[must_use]
pub fn welch(nn_ms: &[f64], settings: Welch) -> Option<BandPowers> {
    welch_density(nn_ms, settings)?.powers()
}

/// The density of an unbroken series of intervals, by Welch's method, from 0 to 2 Hz.
///
/// `None` where [`resampled`] has none.
///
/// # Units
/// Milliseconds.
///
/// # Source
/// Welch 1967: mean removed per segment, Hann window (periodic), one-sided density.
#[must_use]
pub fn welch_density(nn_ms: &[f64], settings: Welch) -> Option<Density> {
    let samples = resampled(nn_ms, settings.interpolation)?;
    let segment = settings.segment.min(samples.len()).max(2);
    let transform = settings.transform.max(segment);
    let weights: Vec<f64> =
        (0..segment).map(|at| 0.5 - 0.5 * (std::f64::consts::TAU * at as f64 / segment as f64).cos()).collect();
    let plan = RealFftPlanner::new().plan_fft_forward(transform);
    let mut input = plan.make_input_vec();
    let mut output = plan.make_output_vec();
    let mut ms2_per_hz = vec![0.0; output.len()];
    let mut count = 0.0;
    for held in samples.windows(segment).step_by(segment - segment / 2) {
        count += 1.0;
        let mean = held.iter().sum::<f64>() / segment as f64;
        // The transform uses its input as scratch space.
        input.fill(0.0);
        for ((input, sample), weight) in input.iter_mut().zip(held).zip(&weights) {
            *input = (sample - mean) * weight;
        }
        plan.process(&mut input, &mut output).expect("both buffers were made by the plan");
        for (power, bin) in ms2_per_hz.iter_mut().zip(&output) {
            *power += bin.norm_sqr();
        }
    }
    let scale = RATE_HZ * weights.iter().map(|weight| weight * weight).sum::<f64>() * count;
    let last = ms2_per_hz.len() - 1;
    for (bin, power) in ms2_per_hz.iter_mut().enumerate() {
        // Every frequency stands for its negative too, but for 0 and, of an even length, the last.
        let is_single = bin == 0 || (bin == last && transform.is_multiple_of(2));
        *power *= if is_single { 1.0 } else { 2.0 } / scale;
    }
    (count > 0.0).then_some(Density { first_hz: 0.0, step_hz: RATE_HZ / transform as f64, ms2_per_hz })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The density at one frequency, by its definition.
    fn periodogram(samples: &[f64], hz: f64) -> f64 {
        let count = samples.len() as f64;
        let mean = samples.iter().sum::<f64>() / count;
        let (mut real, mut imaginary, mut weights) = (0.0, 0.0, 0.0);
        for (at, sample) in samples.iter().enumerate() {
            let at = at as f64;
            let weight = 0.5 - 0.5 * (std::f64::consts::TAU * at / count).cos();
            let (sin, cos) = (std::f64::consts::TAU * hz * at / RATE_HZ).sin_cos();
            real += (sample - mean) * weight * cos;
            imaginary += (sample - mean) * weight * sin;
            weights += weight * weight;
        }
        2.0 * (real * real + imaginary * imaginary) / (RATE_HZ * weights)
    }

    #[test]
    fn one_segment_has_the_density_of_the_definition() {
        let nn_ms: Vec<f64> = (0..140).map(|beat| 850.0 + 40.0 * (f64::from(beat) * 0.6).sin()).collect();
        let samples = resampled(&nn_ms, Interpolation::CubicSpline).unwrap();
        let settings = Welch { segment: samples.len(), transform: 600, ..Welch::default() };
        let density = welch_density(&nn_ms, settings).unwrap();
        assert_eq!(density.ms2_per_hz.len(), 301);
        for bin in [1, 17, 40, 120, 299] {
            let expected = periodogram(&samples, bin as f64 * density.step_hz);
            assert!((density.ms2_per_hz[bin] - expected).abs() <= 1e-9 * expected.max(1.0), "{bin}");
        }
    }

    proptest! {
        #[test]
        fn no_series_panics_or_yields_nan(
            nn_ms in prop::collection::vec(prop_oneof![6 => 250.0..2_100.0, 1 => any::<f64>(), 1 => 0.0..1e7], 0..80),
            linear in any::<bool>(),
        ) {
            let interpolation = if linear { Interpolation::Linear } else { Interpolation::CubicSpline };
            let powers = welch(&nn_ms, Welch { interpolation, segment: 64, transform: 128 });
            let is_finite = |powers: BandPowers| {
                [powers.vlf_ms2, powers.lf_ms2, powers.hf_ms2].into_iter().all(f64::is_finite)
            };
            prop_assert!(powers.is_none_or(is_finite));
        }
    }
}
