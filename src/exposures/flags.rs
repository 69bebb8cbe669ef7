//! Which figure is a red flag from where on, which an amber one, and who says so.

use super::{Findings, Limits, heat};
use crate::domain::alert::ExposureEvidence;

/// Evidence kind of mean weekly hours.
pub const WEEKLY_HOURS: &str = "weekly_hours";
/// Evidence kind of consecutive days with overtime.
pub const OVERTIME_DAYS: &str = "overtime_days";
/// Evidence kind of the loudest day of the runs of overtime.
pub const OVERTIME_NOISE_LEX8H_DBA: &str = "overtime_noise_lex8h_dba";
/// Evidence kind of work days without a long rest.
pub const CONSECUTIVE_WORK_DAYS: &str = "consecutive_work_days";
/// Evidence kind of nights worked in a row.
pub const CONSECUTIVE_NIGHTS: &str = "consecutive_nights";
/// Evidence kind of nights worked in four weeks.
pub const NIGHTS_IN_28_D: &str = "nights_in_28_d";
/// Evidence kind of weeks of night work in a row.
pub const NIGHT_SPELL_WEEKS: &str = "night_spell_weeks";
/// Evidence kind of returns to work after too short a rest.
pub const QUICK_RETURNS_7_D: &str = "quick_returns_7_d";
/// Evidence kind of the loudest day.
pub const NOISE_LEX8H_DBA: &str = "noise_lex8h_dba";
/// Evidence kind of a week's noise, normalised to 40 h.
pub const NOISE_LEX40H_DBA: &str = "noise_lex40h_dba";
/// Evidence kind of heat.
pub const WBGT_C: &str = "wbgt_c";
/// Evidence kind of violence.
pub const VIOLENCE_EVENTS_7_D: &str = "violence_events_7_d";
/// Evidence kind of the time since violence or an accident.
pub const DAYS_SINCE_INCIDENT: &str = "days_since_incident";
/// Evidence kind of the time since a return to work.
pub const DAYS_SINCE_RETURN: &str = "days_since_return";

/// Whether a kind is a condition of the work that others of the unit share. The rest is one person's
/// roster or story, and would point at that person where only the unit is named.
#[must_use]
pub fn is_of_unit(kind: &str) -> bool {
    [WEEKLY_HOURS, OVERTIME_DAYS, OVERTIME_NOISE_LEX8H_DBA, NOISE_LEX8H_DBA, NOISE_LEX40H_DBA, WBGT_C].contains(&kind)
}

/// What stands as the source of a limit that a site has changed.
const SITE: &str = "site setting";
/// What stands as the source of a limit that nobody else sets.
const JUDGEMENT: &str = "project judgement";

/// A limit and who sets it.
type Limit = (f64, &'static str);

/// One row: kind, what was found, the red limit, the amber one.
type Row = (&'static str, Option<f64>, Option<Limit>, Option<Limit>);

/// Red and amber flags; what is red is not amber too.
///
/// # Source
/// Domain reference, section 7: a limit without a colour is a red one.
pub(super) fn flags(found: &Findings, limits: &Limits) -> (Vec<ExposureEvidence>, Vec<ExposureEvidence>) {
    let (mut red, mut amber) = (Vec::new(), Vec::new());
    for (kind, value, red_limit, amber_limit) in rows(found, limits) {
        let Some(value) = value else { continue };
        let flag = |(limit, source): Limit| ExposureEvidence { kind: kind.into(), value, limit, source: source.into() };
        let is_reached = |(limit, _): &Limit| value >= *limit;
        match (red_limit.filter(is_reached), amber_limit.filter(is_reached)) {
            (Some(limit), _) => red.push(flag(limit)),
            (None, Some(limit)) => amber.push(flag(limit)),
            (None, None) => {}
        }
    }
    // Heat is over its reference, not at it.
    if let Some(value) = found.wbgt_c.filter(|_| found.wbgt_over_reference_c.is_some_and(|over| over > 0.0)) {
        let (limit, source) = (heat::reference_c(limits), limits.heat_standard.source());
        red.push(ExposureEvidence { kind: WBGT_C.into(), value, limit, source: source.into() });
    }
    (red, amber)
}

fn rows(found: &Findings, limits: &Limits) -> [Row; 9] {
    let published = Limits::default();
    let hours = |limit: fn(&Limits) -> f64, source| {
        let is_published = limit(limits).total_cmp(&limit(&published)).is_eq();
        Some((limit(limits), if is_published { source } else { SITE }))
    };
    let count = |limit: fn(&Limits) -> u32, source| {
        let is_published = limit(limits) == limit(&published);
        Some((f64::from(limit(limits)), if is_published { source } else { SITE }))
    };
    let number = |count: u32| (count > 0).then(|| f64::from(count));
    // A week is told beside its loudest day only where its many days make it the louder of the two.
    let week_dba = found.noise_week_dba.filter(|week| found.noise_dba.is_none_or(|day| *week > day));
    let noise_red = hours(|l| l.noise_red_dba, "2003/10/EC; GBZ 2.2-2007");
    let noise_amber = hours(|l| l.noise_amber_dba, "2003/10/EC");
    [
        (
            WEEKLY_HOURS,
            found.weekly_hours,
            hours(|l| l.weekly_hours_red, "WHO/ILO 2021"),
            hours(|l| l.weekly_hours_amber, "2003/88/EC Art. 6"),
        ),
        (
            OVERTIME_DAYS,
            found.overtime_run.map(|run| f64::from(run.days)),
            count(|l| l.overtime_days_red, JUDGEMENT),
            count(|l| l.overtime_days_amber, JUDGEMENT),
        ),
        (
            CONSECUTIVE_WORK_DAYS,
            number(found.consecutive_work_days),
            count(|l| l.work_days_red, "2003/88/EC Art. 5"),
            None,
        ),
        (CONSECUTIVE_NIGHTS, number(found.night_run), count(|l| l.night_run_red, "Garde 2020"), None),
        (
            NIGHTS_IN_28_D,
            number(found.nights_in_28_d).filter(|_| !limits.has_rotation_plan),
            count(|l| l.nights_in_28_d_red, "Garde 2020"),
            None,
        ),
        (
            QUICK_RETURNS_7_D,
            number(found.quick_returns_7d),
            count(|l| l.quick_returns_red, "2003/88/EC Art. 3"),
            count(|l| l.quick_returns_amber, "2003/88/EC Art. 3"),
        ),
        (NOISE_LEX8H_DBA, found.noise_dba, noise_red, noise_amber),
        (NOISE_LEX40H_DBA, week_dba, noise_red, noise_amber),
        (VIOLENCE_EVENTS_7_D, number(found.violence_events_7d), count(|l| l.violence_events_red, "ISO 45003"), None),
    ]
}
