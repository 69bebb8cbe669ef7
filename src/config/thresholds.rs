//! The sections `indicators`, `daytime`, `exposures` and `care`: thresholds of the stages.

use super::section::Section;
use crate::cases::care;
use crate::cases::library::Library;
use crate::exposures;
use crate::indicators::{self, daytime};

/// Reads each threshold under the name of its field, so that names cannot differ.
macro_rules! read {
    ($section:ident => $into:ident, $($field:ident: $range:expr),+ $(,)?) => {
        $($into.$field = $section.number(stringify!($field), $into.$field, $range);)+
    };
}

pub(super) fn indicators(mut section: Section<'_>) -> indicators::Settings {
    let mut settings = indicators::Settings::default();
    read! { section => settings,
        learning_nights: 3..=60, mature_nights: 3..=60, full_nights: 3..=60,
        sd_floor_ln: 0.001..=1.0, rhr_sd_floor_bpm: 0.01..=20.0,
        robust_skewness: 0.0..=10.0, robust_outlier_share: 0.0..=1.0, illness_days: 0..=60,
        low_z: -5.0..=0.0, recovered_z: -5.0..=5.0,
        watch_z7: -5.0..=0.0, watch_low_nights: 1..=5,
        persistent_z7: -5.0..=0.0, persistent_low_nights: 1..=7,
        clear_nights: 1..=5, clear_dwell_days: 0..=28, stale_nights: 1..=10,
        type_nights: 1..=60, carried_weight: 0.001..=1.0, carried_step_sd_ln: 0.0..=2.0,
        guard_autocorrelation: -1.0..=1.0, cusum_k: 0.0..=5.0, cusum_h: 0.0..=100.0,
        chronic_days: 1..=365, high_z: 0.0..=5.0, high_nights: 1..=5,
        irregular_ratio: 0.01..=1.0, irregular_nights: 1..=10, illness_rhr_z: 0.0..=5.0,
        new_normal_days: 14..=50, new_normal_sd: 0.1..=5.0,
        default_need_h: 4.0..=12.0, min_need_h: 4.0..=12.0, max_need_h: 4.0..=12.0, need_nights: 1..=60,
        sleep_nights: 1..=7, poor_shortfall_h: 0.0..=8.0, short_night_h: 0.0..=12.0, poor_short_nights: 1..=7,
        poor_efficiency_pct: 0.0..=100.0, poor_debt_h: 0.0..=100.0, poor_days: 1..=7,
        weight_hrv: 0.0..=1.0, weight_rhr: 0.0..=1.0, weight_debt: 0.0..=1.0, weight_continuity: 0.0..=1.0,
        weight_regularity: 0.0..=1.0, min_weight: 0.01..=1.0,
        band_usual: 0.0..=100.0, band_elevated: 0.0..=100.0, band_high: 0.0..=100.0, band_very_high: 0.0..=100.0,
        band_hysteresis: 0.0..=20.0,
        acute_deficit_h: 0.0..=24.0, sri_day_pairs: 1..=7, sri_valid_share: 0.0..=1.0,
        sri_regular: -100.0..=100.0, sri_irregular: -100.0..=100.0, irregular_midpoint_sd_h: 0.0..=12.0,
        notable_jetlag_h: 0.0..=12.0,
        split_episode_h: 1.0..=8.0, rotating_shifts: 1..=28, short_break_h: 0.0..=24.0, free_nights: 1..=14,
    }
    for (low, high, is_in_order) in [
        ("learning_nights", "mature_nights", settings.learning_nights <= settings.mature_nights),
        ("mature_nights", "full_nights", settings.mature_nights <= settings.full_nights),
        ("low_z", "recovered_z", settings.low_z <= settings.recovered_z),
        ("persistent_z7", "watch_z7", settings.persistent_z7 <= settings.watch_z7),
        ("sri_irregular", "sri_regular", settings.sri_irregular <= settings.sri_regular),
        ("band_usual", "band_elevated", settings.band_usual <= settings.band_elevated),
        ("band_elevated", "band_high", settings.band_elevated <= settings.band_high),
        ("band_high", "band_very_high", settings.band_high <= settings.band_very_high),
        ("min_need_h", "max_need_h", settings.min_need_h <= settings.max_need_h),
    ] {
        if !is_in_order {
            section.problem(low, &format!("is above {high}"), &format!("give at most {high}"));
        }
    }
    let weights = settings.weight_hrv
        + settings.weight_rhr
        + settings.weight_debt
        + settings.weight_continuity
        + settings.weight_regularity;
    if weights < settings.min_weight {
        section.problem("min_weight", "is above the sum of the weights, so there would be no index", "lower it");
    }
    section.finish();
    settings
}

pub(super) fn daytime(mut section: Section<'_>) -> daytime::Settings {
    let mut settings = daytime::Settings::default();
    read! { section => settings,
        rmssd_weight: 0.0..=1.0, z_limit: 1.0..=10.0, device_hr_weight: 0.0..=1.0,
        half_weight_pairs: 0.0..=1000.0, least_quality: 0.0..=1.0,
        hr_spread_floor_bpm: 0.1..=30.0, ln_rmssd_spread_floor: 0.01..=2.0,
        half_life_min: 0.5..=240.0, longest_gap_min: 1.0..=1440.0,
        busy_reserve: 0.05..=1.0, busy_after_min: 0.0..=240.0,
        recovered_z: 0.0..=10.0, recovered_after_min: 0.0..=480.0, busy_before_min: 0.0..=60.0,
        busy_estimate_min: 0.0..=60.0, busy_estimate_within_min: 1.0..=60.0, busy_surely: 1.0..=3.0, solid_beats: 1..=1000, busy_movement_g: 0.0..=5.0,
        resting_quantile: 0.0..=0.5, resting_ceiling_bpm: 40.0..=150.0, assumed_age_years: 15.0..=90.0,
        strained_from: 50.0..=100.0, calm_below: 0.0..=50.0,
        reference_days: 1..=60, reference_min: 1.0..=10000.0, reference_least_days: 1..=60,
        recording_min: 1.0..=600.0,
    }
    if settings.busy_after_min > settings.recovered_after_min {
        section.problem("busy_after_min", "is above recovered_after_min", "give at most recovered_after_min");
    }
    section.finish();
    settings
}

pub(super) fn exposures(mut section: Section<'_>) -> exposures::Limits {
    let mut limits = exposures::Limits::default();
    read! { section => limits,
        weekly_hours_red: 1.0..=168.0, weekly_hours_amber: 1.0..=168.0,
        overtime_day_over_h: 0.0..=16.0, overtime_days_red: 1..=365, overtime_days_amber: 1..=365,
        overtime_noise_run_days: 1..=365,
        work_days_red: 1..=365, long_rest_h: 1.0..=168.0,
        night_work_h: 0.5..=7.0, night_run_red: 1..=365, nights_in_28_d_red: 1..=365, night_spell_nights_a_week: 1..=7,
        daily_rest_h: 1.0..=24.0, quick_returns_red: 1..=365, quick_returns_amber: 1..=365,
        noise_red_dba: 30.0..=140.0, noise_amber_dba: 30.0..=140.0,
        heat_metabolic_class: 0..=4, heat_contact_pct: 0.0..=100.0,
        violence_events_red: 1..=365, absence_days: 1..=120, standard_day_h: 1.0..=24.0,
    }
    limits.has_rotation_plan = section.get_or("has_rotation_plan", limits.has_rotation_plan);
    limits.is_heat_acclimatised = section.get_or("is_heat_acclimatised", limits.is_heat_acclimatised);
    let standards = exposures::HeatStandard::ALL;
    let standard = |name: &str| standards.into_iter().find(|standard| standard.as_str() == name);
    let names = standards.map(exposures::HeatStandard::as_str);
    limits.heat_standard = section.choice("heat_standard", standard, &names).unwrap_or(limits.heat_standard);
    for (amber, red, is_in_order) in [
        ("weekly_hours_amber", "weekly_hours_red", limits.weekly_hours_amber <= limits.weekly_hours_red),
        ("overtime_days_amber", "overtime_days_red", limits.overtime_days_amber <= limits.overtime_days_red),
        ("quick_returns_amber", "quick_returns_red", limits.quick_returns_amber <= limits.quick_returns_red),
        ("noise_amber_dba", "noise_red_dba", limits.noise_amber_dba <= limits.noise_red_dba),
    ] {
        if !is_in_order {
            section.problem(amber, &format!("is above {red}"), &format!("give at most {red}"));
        }
    }
    section.finish();
    limits
}

pub(super) fn care(mut section: Section<'_>, library: Library) -> care::Settings {
    let mut settings = care::Settings { library, ..care::Settings::default() };
    read! { section => settings,
        response_share: 0.1..=1.0, partial_share: 0.0..=1.0,
        close_after_days: 14..=180, fresh_score_days: 7..=42, assumed_autocorrelation: 0.0..=0.9,
    }
    let effect = &mut settings.effect;
    read! { section => effect,
        before_days: 14..=42, wash_in_days: 0..=28, after_days: 14..=42, min_values: 3..=42, min_shift_sd: 0.0..=3.0,
    }
    let invitations = &mut settings.rescreening;
    read! { section => invitations, days_ahead: 0..=13, days_before: 0..=60, quiet_days: 0..=60 }
    let work = &mut settings.organisation;
    read! { section => work,
        hours_change_h: 0.1..=60.0, days_change: 0.1..=7.0, noise_change_dba: 0.1..=40.0, heat_change_c: 0.1..=20.0,
    }
    if settings.partial_share > settings.response_share {
        section.problem("partial_share", "is above response_share", "give at most response_share");
    }
    section.finish();
    settings
}
