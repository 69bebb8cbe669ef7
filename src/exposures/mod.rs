//! Working conditions to flags: weekly hours, runs of overtime, noise.
//!
//! In go a worker's days of working conditions and the worker's today; out come the figures and, for
//! each limit that is reached, a fact that may stand in an alert. Nothing in here knows of readings
//! or questionnaires, and nothing decides a level: that is the business of `rules`.

mod hours;
pub mod noise;
mod overtime;

use std::collections::BTreeMap;

use jiff::ToSpan as _;

use crate::domain::Date;
use crate::domain::alert::ExposureEvidence;
use crate::domain::exposure::ExposureDay;

pub use overtime::OvertimeRun;

/// Evidence kind of mean weekly hours.
pub const WEEKLY_HOURS: &str = "weekly_hours";
/// Evidence kind of consecutive days with overtime.
pub const OVERTIME_DAYS: &str = "overtime_days";
/// Evidence kind of the loudest day.
pub const NOISE_LEX8H_DBA: &str = "noise_lex8h_dba";

/// From where on working conditions are flagged; reaching a limit is enough.
///
/// # Source
/// Domain reference, section 7: WHO/ILO 2021 and directive 2003/88/EC for hours, directive
/// 2003/10/EC for noise; the overtime limits are a judgement of this project.
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
    /// LEX,8h that is a red flag, dB(A); default 85.
    pub noise_red_dba: f64,
    /// LEX,8h that is an amber flag, dB(A); default 80.
    pub noise_amber_dba: f64,
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
            noise_red_dba: 85.0,
            noise_amber_dba: 80.0,
            standard_day_h: 8.0,
        }
    }
}

/// What the working conditions of the last seven days come to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Findings {
    /// Mean hours a week, up to the last four weeks; `None` where no hours came in the last seven days.
    pub weekly_hours: Option<f64>,
    /// The longest run of overtime days that reaches into the last seven days.
    pub overtime_run: Option<OvertimeRun>,
    /// LEX,8h of the loudest of the last seven days.
    ///
    /// # Units
    /// dB(A).
    pub noise_dba: Option<f64>,
    /// Red flags, in the order hours, overtime, noise.
    pub red: Vec<ExposureEvidence>,
    /// Amber flags, in the same order; what is red is not amber too.
    pub amber: Vec<ExposureEvidence>,
}

/// Judges the working conditions of the last seven days, `today` included.
///
/// Days after `today` are plans, not exposures, and are left out.
#[must_use]
pub fn assess(days: &BTreeMap<Date, ExposureDay>, today: Date, limits: &Limits) -> Findings {
    let since = today.saturating_sub(6.days());
    let noise_dba = loudest(days.range(since..=today).filter_map(|(_, day)| day.noise_lex8h_dba));
    let mut findings = Findings {
        weekly_hours: hours::weekly_mean(days, since, today),
        overtime_run: overtime::longest_run(days, since, today, limits),
        noise_dba,
        red: Vec::new(),
        amber: Vec::new(),
    };
    let run = findings.overtime_run.map(|run| f64::from(run.days));
    let checks = [
        (WEEKLY_HOURS, findings.weekly_hours, limits.weekly_hours_red, limits.weekly_hours_amber),
        (OVERTIME_DAYS, run, f64::from(limits.overtime_days_red), f64::from(limits.overtime_days_amber)),
        (NOISE_LEX8H_DBA, noise_dba, limits.noise_red_dba, limits.noise_amber_dba),
    ];
    for (kind, value, red, amber) in checks {
        let Some(value) = value else { continue };
        if value >= red {
            findings.red.push(ExposureEvidence { kind, value, limit: red });
        } else if value >= amber {
            findings.amber.push(ExposureEvidence { kind, value, limit: amber });
        }
    }
    findings
}

fn loudest(levels: impl Iterator<Item = f64>) -> Option<f64> {
    levels.reduce(f64::max)
}

#[cfg(test)]
mod tests;
