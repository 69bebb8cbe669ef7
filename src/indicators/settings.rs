//! Every threshold of the indicators, with the value it has unless an operator says otherwise.

use super::norms::METHOD_SD_LN;

/// Thresholds of the rolling indicators.
///
/// # Source
/// Domain reference; each field names its section.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Fewer reference nights than this and the state is `learning` (§2.2).
    pub learning_nights: u32,
    /// From this many reference nights on, outliers may switch to median and MAD (§2.3).
    pub mature_nights: u32,
    /// From this many reference nights on, the population prior has no say (§2.2).
    pub full_nights: u32,
    /// The least standard deviation of a reference, in ln units (§2.2).
    pub sd_floor_ln: f64,
    /// The least standard deviation of the sleeping heart rate's reference (§5.2).
    pub rhr_sd_floor_bpm: f64,
    /// A reference is robust when its skewness exceeds this (§2.3).
    pub robust_skewness: f64,
    /// A reference is robust when this share of it lies beyond 3 robust SD (§2.3).
    pub robust_outlier_share: f64,
    /// So many nights of one kind of sleep are a reference of their own; fewer are held against
    /// all kinds together (§4.5).
    pub type_nights: u32,
    /// Nights of another band or kind are a prior whose κ is multiplied by this (§1.0), before the
    /// step between the two kinds is added to the variance of the mean: see `carried_step_sd_ln`.
    pub carried_weight: f64,
    /// By how much the level of two bands or kinds differs, as a standard deviation in ln units (§2.7).
    /// Unless it is small next to the spread from night to night, it and not `carried_weight` decides
    /// what the old mean counts: 1/κ' = 1/(`carried_weight`·κ) + `carried_step_sd_ln`²/σ².
    pub carried_step_sd_ln: f64,
    /// Nights left out from the day of an illness tag on (§2.8).
    pub illness_days: u16,
    /// A night at or below this z counts as low (§3.1).
    pub low_z: f64,
    /// A night above this z counts as recovered (§3.1).
    pub recovered_z: f64,
    /// Enter `watch`: at most this mean z of seven days (§3.1).
    pub watch_z7: f64,
    /// Enter `watch`: at least so many of the last five nights are low (§3.1).
    pub watch_low_nights: u32,
    /// Enter `persistent`: at most this mean z of seven days (§3.1).
    pub persistent_z7: f64,
    /// Enter `persistent`: at least so many of the last seven nights are low (§3.1).
    pub persistent_low_nights: u32,
    /// Leave either: at least so many of the last five nights are recovered (§3.1).
    pub clear_nights: u32,
    /// Leave either: at least so many valid days after entering (§3.1).
    pub clear_dwell_days: u32,
    /// Fewer valid nights than this in ten days and the state is `stale` (§3.1).
    pub stale_nights: u32,
    /// Above this autocorrelation of nights `persistent` also needs the CUSUM (§3.4).
    pub guard_autocorrelation: f64,
    /// Allowance of that CUSUM (§2.4).
    pub cusum_k: f64,
    /// Limit of that CUSUM (§3.4).
    pub cusum_h: f64,
    /// Hint `chronic`: `persistent` for more days than this (§3.1).
    pub chronic_days: u32,
    /// Hint `high_side`: a night at or above this z is unusually high (§3.1).
    pub high_z: f64,
    /// Hint `high_side`: so many of the last five nights are unusually high (§3.1).
    pub high_nights: u32,
    /// A night is irregular when the median of RMSSD over mean interval exceeds this (§1.9).
    pub irregular_ratio: f64,
    /// Hint `irregular_rhythm`: so many of the last ten days' nights are irregular (§1.9).
    pub irregular_nights: u32,
    /// Hint `possible_illness`: a sleeping heart rate at or above this z in two nights (§2.8).
    pub illness_rhr_z: f64,
    /// Hint `new_normal`: the level changed at least so many days ago, and stayed (§2.4).
    pub new_normal_days: u32,
    /// Hint `new_normal`: it changed by at least so many SD (§2.4).
    pub new_normal_sd: f64,
    /// The need for sleep of a worker of whom too few free nights are known (§4.3).
    pub default_need_h: f64,
    /// The least need for sleep (§4.3).
    pub min_need_h: f64,
    /// The greatest need for sleep (§4.3).
    pub max_need_h: f64,
    /// So many free nights tell a worker's own need (§4.3).
    pub need_nights: u32,
    /// Sleep is evaluated when so many of seven nights are there (§4.6).
    pub sleep_nights: u32,
    /// A day is poor when mean sleep falls short of the need by more than this (§4.6).
    pub poor_shortfall_h: f64,
    /// A night is short below this much sleep (§4.6).
    pub short_night_h: f64,
    /// A day is poor when so many of seven nights are short (§4.6).
    pub poor_short_nights: u32,
    /// A day is poor when mean sleep efficiency is below this (§4.6).
    pub poor_efficiency_pct: f64,
    /// A day is poor when fourteen days' debt reaches this (§4.6).
    pub poor_debt_h: f64,
    /// Sleep is persistently poor when so many of seven evaluated days are poor, and no longer
    /// when so many are not (§4.6).
    pub poor_days: u32,
    /// Weight of night-time HRV in the strain index (§5.2).
    pub weight_hrv: f64,
    /// Weight of the sleeping heart rate in the strain index (§5.2).
    pub weight_rhr: f64,
    /// Weight of the sleep debt in the strain index (§5.2).
    pub weight_debt: f64,
    /// Weight of sleep continuity in the strain index (§5.2).
    pub weight_continuity: f64,
    /// Weight of the regularity of sleep in the strain index; none on a rotating roster (§5.2).
    pub weight_regularity: f64,
    /// The strain index needs at least this sum of available weights (§5.2).
    pub min_weight: f64,
    /// From here on the index is as usual; below it is better than that (§5.2).
    pub band_usual: f64,
    /// From here on the index is elevated (§5.2).
    pub band_elevated: f64,
    /// From here on the index is high (§5.2).
    pub band_high: f64,
    /// From here on the index is very high (§5.2).
    pub band_very_high: f64,
    /// A band is left downwards only when the index falls this far below it (§5.2).
    pub band_hysteresis: f64,
    /// The deficit of two nights is acute from here on (§4.3).
    pub acute_deficit_h: f64,
    /// Regularity needs so many of seven pairs of days, and as many in proportion of fourteen (§4.4).
    pub sri_day_pairs: u32,
    /// A pair of days counts when this share of its time is known on both days (§4.4).
    pub sri_valid_share: f64,
    /// Sleep is regular from this index on (§4.4).
    pub sri_regular: f64,
    /// Sleep is irregular below this index (§4.4).
    pub sri_irregular: f64,
    /// Sleep is irregular when the midpoints of 28 days spread by more than this (§4.4).
    pub irregular_midpoint_sd_h: f64,
    /// Social jetlag is notable from here on, either way (§4.4).
    pub notable_jetlag_h: f64,
    /// Sleep is split when the worker-day has two episodes of at least this length (§4.5).
    pub split_episode_h: f64,
    /// A roster rotates when 28 days hold so many shifts of each of two kinds (§4.5).
    pub rotating_shifts: u32,
    /// A break between shifts is short below this (§4.5, §7).
    pub short_break_h: f64,
    /// Social jetlag needs so many free nights, and as many work nights, in 28 days (§4.4).
    pub free_nights: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            learning_nights: 7,
            mature_nights: 14,
            full_nights: 30,
            sd_floor_ln: 0.05,
            rhr_sd_floor_bpm: 1.0,
            robust_skewness: 1.0,
            robust_outlier_share: 0.1,
            type_nights: 7,
            carried_weight: 0.5,
            carried_step_sd_ln: METHOD_SD_LN,
            illness_days: 5,
            low_z: -1.0,
            recovered_z: -0.5,
            watch_z7: -0.5,
            watch_low_nights: 3,
            persistent_z7: -1.0,
            persistent_low_nights: 5,
            clear_nights: 4,
            clear_dwell_days: 3,
            stale_nights: 3,
            guard_autocorrelation: 0.5,
            cusum_k: 0.5,
            cusum_h: 8.0,
            chronic_days: 28,
            high_z: 2.0,
            high_nights: 3,
            irregular_ratio: 0.15,
            irregular_nights: 3,
            illness_rhr_z: 2.0,
            new_normal_days: 28,
            new_normal_sd: 1.0,
            default_need_h: 7.5,
            min_need_h: 7.0,
            max_need_h: 9.0,
            need_nights: 6,
            sleep_nights: 4,
            poor_shortfall_h: 1.0,
            short_night_h: 6.0,
            poor_short_nights: 4,
            poor_efficiency_pct: 80.0,
            poor_debt_h: 10.0,
            poor_days: 5,
            weight_hrv: 0.4,
            weight_rhr: 0.15,
            weight_debt: 0.25,
            weight_continuity: 0.1,
            weight_regularity: 0.1,
            min_weight: 0.55,
            band_usual: 40.0,
            band_elevated: 60.0,
            band_high: 70.0,
            band_very_high: 80.0,
            band_hysteresis: 3.0,
            acute_deficit_h: 4.0,
            sri_day_pairs: 5,
            sri_valid_share: 0.75,
            sri_regular: 80.0,
            sri_irregular: 70.0,
            irregular_midpoint_sd_h: 1.5,
            notable_jetlag_h: 2.0,
            split_episode_h: 3.0,
            rotating_shifts: 3,
            short_break_h: 11.0,
            free_nights: 4,
        }
    }
}
