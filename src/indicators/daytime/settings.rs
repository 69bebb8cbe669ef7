//! Every threshold of the daytime strain.

/// Thresholds of the daytime strain.
///
/// # Source
/// Domain reference, section 5.7, where nothing else is said. What "recordings" measured was
/// measured on Stress-Predict (Iqbal et al. 2022) by `tests/daytime.rs`.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Weight b of lnRMSSD in u; that of the heart rate is 1 − b. The reference starts at 0.3; the
    /// recordings speak for less, since from a wrist most of what RMSSD tells is in the heart rate.
    pub rmssd_weight: f64,
    /// A z beyond this is taken for this: no single artefact decides.
    pub z_limit: f64,
    /// So much of its z counts where the heart rate is only the device's own estimate, made while it
    /// could not find beats.
    pub device_hr_weight: f64,
    /// RMSSD of n pairs counts n/(n + this): a few pairs say little.
    pub half_weight_pairs: f64,
    /// A band's own quality below this makes its heart rate a mere estimate.
    pub least_quality: f64,
    /// The least spread of a reference's heart rate.
    pub hr_spread_floor_bpm: f64,
    /// The least spread of a reference's lnRMSSD.
    pub ln_rmssd_spread_floor: f64,
    /// Half-life of the mean that strain of the moment is made of.
    pub half_life_min: f64,
    /// Longer without a value, and that mean starts anew.
    pub longest_gap_min: f64,
    /// The body is busy when its heart rate is above rest by more than this share of the reserve.
    pub busy_reserve: f64,
    /// So long after the body was busy nothing is said.
    pub busy_after_min: f64,
    /// And then on until the heart rate is within so many spreads of usual again: after hard exercise a
    /// heart takes longer. A judgement, as is the next.
    pub recovered_z: f64,
    /// At the latest so long after the body was busy it counts as recovered.
    pub recovered_after_min: f64,
    /// So long before it nothing counts either: the heart was on its way up. A judgement.
    pub busy_before_min: f64,
    /// A heart rate of few beats or of none must be above the limit for so many minutes …
    pub busy_estimate_min: f64,
    /// … of the last so many to be believed.
    pub busy_estimate_within_min: f64,
    /// Minutes in which it is above so many times the limit count twice.
    pub busy_surely: f64,
    /// Beats from which on a heart rate is believed at once, and no estimate overrules it.
    pub solid_beats: u32,
    /// Movement above this makes a window busy: mean over the window of each second's SD of the
    /// acceleration.
    pub busy_movement_g: f64,
    /// The quantile of a recording's heart rate that is taken for its resting heart rate.
    pub resting_quantile: f64,
    /// No resting heart rate is believed above this, from which on it would be tachycardia: a
    /// recording may be exercise from end to end.
    pub resting_ceiling_bpm: f64,
    /// The age of whom none is known. High, because that lowers the limit: rather too often `activity`
    /// than exercise taken for strain.
    pub assumed_age_years: f64,
    /// At or above this the moment is strained.
    pub strained_from: f64,
    /// Below this the moment is calm.
    pub calm_below: f64,
    /// Days that a reference looks back on.
    pub reference_days: u16,
    /// A reference needs windows of so many minutes …
    pub reference_min: f64,
    /// … on so many days.
    pub reference_least_days: u32,
    /// The quiet part of the same recording needs so many minutes to stand in for a reference.
    pub recording_min: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            rmssd_weight: 0.1,
            z_limit: 3.0,
            device_hr_weight: 0.25,
            half_weight_pairs: 50.0,
            least_quality: 0.3,
            hr_spread_floor_bpm: 4.0,
            ln_rmssd_spread_floor: 0.1,
            half_life_min: 10.0,
            longest_gap_min: 30.0,
            busy_reserve: 0.3,
            busy_after_min: 15.0,
            recovered_z: 1.0,
            recovered_after_min: 60.0,
            busy_before_min: 5.0,
            busy_estimate_min: 3.0,
            busy_estimate_within_min: 10.0,
            busy_surely: 1.25,
            solid_beats: 20,
            busy_movement_g: 0.15,
            resting_quantile: 0.1,
            resting_ceiling_bpm: 100.0,
            assumed_age_years: 40.0,
            strained_from: 60.0,
            calm_below: 40.0,
            reference_days: 60,
            reference_min: 120.0,
            reference_least_days: 3,
            recording_min: 15.0,
        }
    }
}

impl Settings {
    /// Heart rate above which the body is busy: resting rate plus a share of the reserve, of which
    /// the greatest heart rate is 220 less the age.
    ///
    /// # Units
    /// Beats per minute; years.
    ///
    /// # Source
    /// Karvonen 1957 (reserve); Fox 1971 (220 − age); domain reference, section 5.7.
    #[must_use]
    pub fn busy_above_bpm(&self, resting_bpm: f64, age_years: Option<f64>) -> f64 {
        let age = age_years.filter(|age| (10.0..=100.0).contains(age)).unwrap_or(self.assumed_age_years);
        let resting = resting_bpm.min(self.resting_ceiling_bpm);
        resting + self.busy_reserve * (220.0 - age - resting)
    }
}
