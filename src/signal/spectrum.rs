//! Power in the VLF, LF and HF bands. Secondary: nothing alerts on it, and LF/HF is no
//! "sympatho-vagal balance".
//!
//! [`lomb`] takes beats where they are and needs no resampling, so it is the one for wrist data;
//! [`welch`] resamples with a cubic spline and is there to compare with other software.

mod lomb;
mod spline;
mod welch;

pub use lomb::lomb;
pub use welch::{Welch, welch};

/// Power by band.
///
/// # Units
/// ms².
///
/// # Source
/// Bands of the Task Force 1996, Table 2. A band takes the frequencies from its lower limit up to,
/// not including, its upper one; VLF starts at the lowest frequency of the estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BandPowers {
    /// Below 0.04 Hz.
    pub vlf_ms2: f64,
    /// 0.04 to 0.15 Hz.
    pub lf_ms2: f64,
    /// 0.15 to 0.40 Hz.
    pub hf_ms2: f64,
}

const VLF_LF_HZ: f64 = 0.04;
const LF_HF_HZ: f64 = 0.15;
const HF_END_HZ: f64 = 0.40;

/// A frequency that is a band's limit but for rounding belongs to the upper band.
const LIMIT_TOLERANCE_HZ: f64 = 1e-9;

impl BandPowers {
    /// LF over HF; `None` where HF is 0.
    #[must_use]
    pub fn lf_hf(&self) -> Option<f64> {
        (self.hf_ms2 > 0.0).then(|| self.lf_ms2 / self.hf_ms2)
    }

    /// Integrates a density over an even grid of frequencies by the trapezoid rule.
    fn integrate(density: &[f64], first_hz: f64, step_hz: f64) -> Option<Self> {
        let band = |low_hz: f64, high_hz: f64| {
            let held = |at: &usize| {
                let hz = first_hz + *at as f64 * step_hz + LIMIT_TOLERANCE_HZ;
                (low_hz..high_hz).contains(&hz)
            };
            let in_band: Vec<f64> = (0..density.len()).filter(held).map(|at| density[at]).collect();
            in_band.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0 * step_hz).sum::<f64>()
        };
        let powers = Self {
            vlf_ms2: band(0.0, VLF_LF_HZ),
            lf_ms2: band(VLF_LF_HZ, LF_HF_HZ),
            hf_ms2: band(LF_HF_HZ, HF_END_HZ),
        };
        [powers.vlf_ms2, powers.lf_ms2, powers.hf_ms2].into_iter().all(f64::is_finite).then_some(powers)
    }
}
