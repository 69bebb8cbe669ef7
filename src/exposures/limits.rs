//! From where on working conditions are flagged.

use super::heat::HeatStandard;

/// From where on working conditions are flagged; reaching a limit is enough, but for heat, which must
/// exceed its reference.
///
/// # Source
/// Domain reference, section 7: WHO/ILO 2021 and directive 2003/88/EC for hours and rest, Garde et al.
/// 2020 for nights, directive 2003/10/EC and GBZ 2.2-2007 for noise, ISO 7243:2017 or GBZ 2.2-2007 for
/// heat, ISO 45003 for violence; what none of them sets is a judgement of this project.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Mean weekly hours that are a red flag; default 55.
    pub weekly_hours_red: f64,
    /// Mean weekly hours that are an amber flag; default 48.
    pub weekly_hours_amber: f64,
    /// A day with more hours of overtime than this is an overtime day; default 1.
    pub overtime_day_over_h: f64,
    /// Consecutive overtime days that are a red flag; default 7.
    pub overtime_days_red: u32,
    /// Consecutive overtime days that are an amber flag; default 5.
    pub overtime_days_amber: u32,
    /// Consecutive overtime days whose noise counts as noise of overtime; default 3, as many as R17 asks
    /// for.
    pub overtime_noise_run_days: u32,
    /// Work days without a rest of [`long_rest_h`](Self::long_rest_h) between them that are a red
    /// flag; default 7.
    pub work_days_red: u32,
    /// The weekly rest, in hours; default 24.
    pub long_rest_h: f64,
    /// Hours of a night that make work night work; default 3.
    pub night_work_h: f64,
    /// Nights worked in a row that are a red flag; default 4.
    pub night_run_red: u32,
    /// Nights worked in 28 days that are a red flag where there is no rotation plan; default 8.
    pub nights_in_28_d_red: u32,
    /// Whether the site rotates nights by a plan, so that their number alone is no flag; default no.
    pub has_rotation_plan: bool,
    /// Nights in seven days that make a week one of a spell of night work; default 3.
    pub night_spell_nights_a_week: u32,
    /// The daily rest, in hours; a shorter one is a quick return; default 11.
    pub daily_rest_h: f64,
    /// Quick returns in seven days that are a red flag; default 2.
    pub quick_returns_red: u32,
    /// Quick returns in seven days that are an amber flag; default 1.
    pub quick_returns_amber: u32,
    /// LEX,8h that is a red flag, dB(A); default 85.
    pub noise_red_dba: f64,
    /// LEX,8h that is an amber flag, dB(A); default 80.
    pub noise_amber_dba: f64,
    /// Whose table of heat applies; default ISO 7243.
    pub heat_standard: HeatStandard,
    /// Metabolic class of the work, 0 resting to 4 very heavy; default 2, moderate.
    pub heat_metabolic_class: u32,
    /// Whether the workers are used to heat; for ISO 7243; default yes.
    pub is_heat_acclimatised: bool,
    /// Share of the shift spent in the heat, in percent; for GBZ 2.2; default 100.
    pub heat_contact_pct: f64,
    /// Violent events in seven days that are a red flag; default 1.
    pub violence_events_red: u32,
    /// Consecutive days off work whose end is a return to work; default 28.
    pub absence_days: u32,
    /// Hours of an ordinary day, which overtime is reckoned from where a source sends only the hours
    /// worked; default 8.
    pub standard_day_h: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            weekly_hours_red: 55.0,
            weekly_hours_amber: 48.0,
            overtime_day_over_h: 1.0,
            overtime_days_red: 7,
            overtime_days_amber: 5,
            overtime_noise_run_days: 3,
            work_days_red: 7,
            long_rest_h: 24.0,
            night_work_h: 3.0,
            night_run_red: 4,
            nights_in_28_d_red: 8,
            has_rotation_plan: false,
            night_spell_nights_a_week: 3,
            daily_rest_h: 11.0,
            quick_returns_red: 2,
            quick_returns_amber: 1,
            noise_red_dba: 85.0,
            noise_amber_dba: 80.0,
            heat_standard: HeatStandard::Iso7243,
            heat_metabolic_class: 2,
            is_heat_acclimatised: true,
            heat_contact_pct: 100.0,
            violence_events_red: 1,
            absence_days: 28,
            standard_day_h: 8.0,
        }
    }
}
