//! Power in the VLF, LF and HF bands. Secondary: nothing alerts on it, and LF/HF is no
//! "sympatho-vagal balance".
//!
//! [`lomb`] takes beats where they are and needs no resampling, so it is the one for wrist data;
//! [`welch`] resamples with a cubic spline and is there to compare with other software.

mod lomb;
mod spline;
mod welch;

pub use lomb::{lomb, lomb_density, mean_rate_hz};
pub use spline::Interpolation;
pub use welch::{Welch, resampled, welch, welch_density};

/// Power by band.
///
/// # Units
/// ms².
///
/// # Source
/// Bands of the Task Force 1996, Table 2. A band takes the frequencies from its lower limit up to,
/// not including, its upper one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BandPowers {
    /// 0.0033 to 0.04 Hz.
    pub vlf_ms2: f64,
    /// 0.04 to 0.15 Hz.
    pub lf_ms2: f64,
    /// 0.15 to 0.40 Hz.
    pub hf_ms2: f64,
}

const VLF_HZ: f64 = 0.003_3;
const VLF_LF_HZ: f64 = 0.04;
const LF_HF_HZ: f64 = 0.15;
const HF_END_HZ: f64 = 0.40;

impl BandPowers {
    /// LF over HF; `None` where HF is 0.
    #[must_use]
    pub fn lf_hf(&self) -> Option<f64> {
        (self.hf_ms2 > 0.0).then(|| self.lf_ms2 / self.hf_ms2)
    }

    /// LF as a share of LF and HF together (not of the total, as some libraries have it).
    ///
    /// # Units
    /// Per cent ("normalised units").
    #[must_use]
    pub fn lf_nu_pct(&self) -> Option<f64> {
        let both = self.lf_ms2 + self.hf_ms2;
        (both > 0.0).then(|| 100.0 * self.lf_ms2 / both)
    }

    /// HF as a share of LF and HF together.
    ///
    /// # Units
    /// Per cent ("normalised units").
    #[must_use]
    pub fn hf_nu_pct(&self) -> Option<f64> {
        self.lf_nu_pct().map(|lf| 100.0 - lf)
    }
}

/// A frequency that is a band's limit but for rounding belongs to the upper band.
const LIMIT_TOLERANCE_HZ: f64 = 1e-9;

/// Power per frequency over an even grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Density {
    /// Frequency of the first value.
    pub first_hz: f64,
    /// From one value to the next.
    pub step_hz: f64,
    /// One-sided: its integral over all frequencies is the variance.
    pub ms2_per_hz: Vec<f64>,
}

impl Density {
    /// The integral, by the trapezoid rule, over the frequencies from one up to, not including,
    /// another.
    ///
    /// # Units
    /// ms².
    #[must_use]
    pub fn power_ms2(&self, from_hz: f64, to_hz: f64) -> f64 {
        let is_inside = |at: usize| {
            let hz = self.first_hz + at as f64 * self.step_hz + LIMIT_TOLERANCE_HZ;
            (from_hz..to_hz).contains(&hz)
        };
        let pairs = self.ms2_per_hz.windows(2).enumerate();
        let inside = pairs.filter(|(at, _)| is_inside(*at) && is_inside(at + 1));
        inside.map(|(_, pair)| f64::midpoint(pair[0], pair[1]) * self.step_hz).sum()
    }

    /// The power of each band; `None` where one would not be finite.
    #[must_use]
    pub fn powers(&self) -> Option<BandPowers> {
        let powers = BandPowers {
            vlf_ms2: self.power_ms2(VLF_HZ, VLF_LF_HZ),
            lf_ms2: self.power_ms2(VLF_LF_HZ, LF_HF_HZ),
            hf_ms2: self.power_ms2(LF_HF_HZ, HF_END_HZ),
        };
        [powers.vlf_ms2, powers.lf_ms2, powers.hf_ms2].into_iter().all(f64::is_finite).then_some(powers)
    }
}
