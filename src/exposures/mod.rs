//! Working conditions to figures and flags: hours, overtime, rest, nights, noise, heat, events.
//!
//! In go a worker's days of working conditions, the days the worker said were off, and the worker's
//! today; out come the figures that rules may rest on and, for each limit that is reached, a fact that
//! may stand in an alert. Nothing in here knows of HRV or questionnaires, and nothing decides a level:
//! that is the business of `rules`.
//!
//! One file a kind of exposure; `flags` is the table of what is red and what amber.

pub mod dose_response;
mod flags;
pub mod heat;
mod hours;
mod incidents;
mod limits;
mod nights;
pub mod noise;
mod overtime;
mod rest;
mod runs;
mod shifts;
mod week;

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan as _;

use crate::domain::alert::ExposureEvidence;
use crate::domain::exposure::ExposureDay;
use crate::domain::history::WorkerHistory;
use crate::domain::reading::Tag;
use crate::domain::{Date, TimeZone};

pub use flags::*;
pub use heat::HeatStandard;
pub use limits::Limits;
pub use overtime::OvertimeRun;
pub use week::{Week, week};

/// What is known of a worker's working conditions.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Working conditions by date.
    pub days: &'a BTreeMap<Date, ExposureDay>,
    /// What the worker said of a day; only days off work count here.
    pub tags: &'a BTreeMap<Date, BTreeSet<Tag>>,
    /// The zone in which nights are nights.
    pub zone: &'a TimeZone,
}

impl<'a> Known<'a> {
    /// What is remembered of a worker.
    #[must_use]
    pub const fn of(history: &'a WorkerHistory) -> Self {
        Self { days: &history.exposures, tags: &history.tags, zone: &history.profile.time_zone }
    }
}

/// What the working conditions of the last days come to.
///
/// Counts are 0 where nothing was reported that they could rest on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Findings {
    /// Mean hours a week, up to the last four weeks; `None` where no hours came in the last seven days.
    pub weekly_hours: Option<f64>,
    /// The longest run of overtime days that reaches into the last seven days.
    pub overtime_run: Option<OvertimeRun>,
    /// LEX,8h of the loudest day of all runs of overtime days that reach into the last seven days and
    /// are as long as [`Limits::overtime_noise_run_days`].
    ///
    /// # Units
    /// dB(A).
    pub overtime_noise_dba: Option<f64>,
    /// The longest run of work days without a rest of 24 h that reaches into the last seven days.
    pub consecutive_work_days: u32,
    /// The longest run of nights worked in a row that reaches into the last seven days.
    pub night_run: u32,
    /// Nights worked in the last 28 days.
    pub nights_in_28_d: u32,
    /// Weeks of night work in a row, counted back from the last night worked; 0 where that is over
    /// seven days ago.
    pub night_spell_weeks: u32,
    /// Begins of work in the last seven days after less than 11 h of rest.
    pub quick_returns_7d: u32,
    /// LEX,8h of the loudest of the last seven days.
    ///
    /// # Units
    /// dB(A).
    pub noise_dba: Option<f64>,
    /// LEX of the last seven days together, normalised to a week of 40 h.
    ///
    /// # Units
    /// dB(A).
    pub noise_week_dba: Option<f64>,
    /// Wet-bulb globe temperature of the hottest of the last seven days.
    pub wbgt_c: Option<f64>,
    /// How far that is above the reference for the work; below it, negative.
    ///
    /// # Units
    /// °C.
    pub wbgt_over_reference_c: Option<f64>,
    /// Violent events in the last seven days.
    pub violence_events_7d: u32,
    /// Days since the last violence or accident.
    pub days_since_incident: Option<u32>,
    /// Days since work was taken up again after a long absence.
    pub days_since_return: Option<u32>,
    /// Red flags, in the order of `flags`.
    pub red: Vec<ExposureEvidence>,
    /// Amber flags, in the same order; what is red is not amber too.
    pub amber: Vec<ExposureEvidence>,
}

impl Findings {
    /// A figure as evidence, held against the limit of whoever rests on it; a rule may flag what is no
    /// flag by itself. `None` where there is no such kind or nothing was found.
    ///
    /// `source` says who sets the limit.
    #[must_use]
    pub fn evidence(&self, kind: &str, limit: f64, source: &'static str) -> Option<ExposureEvidence> {
        let (kind, value) = self.figures().find(|(name, _)| *name == kind)?;
        Some(ExposureEvidence { kind: kind.into(), value, limit, source: source.into() })
    }

    /// Every figure there is, by the kind that stands in evidence.
    pub fn figures(&self) -> impl Iterator<Item = (&'static str, f64)> {
        let count = |count: u32| (count > 0).then(|| f64::from(count));
        [
            (WEEKLY_HOURS, self.weekly_hours),
            (OVERTIME_DAYS, self.overtime_run.map(|run| f64::from(run.days))),
            (OVERTIME_NOISE_LEX8H_DBA, self.overtime_noise_dba),
            (CONSECUTIVE_WORK_DAYS, count(self.consecutive_work_days)),
            (CONSECUTIVE_NIGHTS, count(self.night_run)),
            (NIGHTS_IN_28_D, count(self.nights_in_28_d)),
            (NIGHT_SPELL_WEEKS, count(self.night_spell_weeks)),
            (QUICK_RETURNS_7_D, count(self.quick_returns_7d)),
            (NOISE_LEX8H_DBA, self.noise_dba),
            (NOISE_LEX40H_DBA, self.noise_week_dba),
            (WBGT_C, self.wbgt_c),
            (VIOLENCE_EVENTS_7_D, count(self.violence_events_7d)),
            (DAYS_SINCE_INCIDENT, self.days_since_incident.map(f64::from)),
            (DAYS_SINCE_RETURN, self.days_since_return.map(f64::from)),
        ]
        .into_iter()
        .filter_map(|(kind, value)| Some((kind, value.filter(|value| value.is_finite())?)))
    }
}

/// Judges the working conditions of the last days, `today` included.
///
/// Days after `today` are plans, not exposures, and are left out.
#[must_use]
pub fn assess(known: &Known<'_>, today: Date, limits: &Limits) -> Findings {
    let since = today.saturating_sub(6.days());
    let week = || known.days.range(since..=today).map(|(_, day)| day);
    let hours = shifts::worked_h(known, today);
    let begun = shifts::begun(known, today);
    let spans = shifts::joined(&begun);
    let nights = nights::nights(known, &spans, since, today, limits);
    let wbgt_c = highest(week().filter_map(|day| day.wbgt_c));
    let levels: Vec<f64> = week().filter_map(|day| day.noise_lex8h_dba).collect();
    let overtime = overtime::runs(known.days, &hours, since, today, limits);
    let mut findings = Findings {
        weekly_hours: hours::weekly_mean(&hours, since, today),
        overtime_run: overtime::longest(&overtime),
        overtime_noise_dba: overtime::loudest_dba(&overtime, limits),
        consecutive_work_days: rest::work_days(&shifts::without_shift(&hours, known), &begun, since, limits),
        night_run: nights.run,
        nights_in_28_d: nights.in_28_d,
        night_spell_weeks: nights.spell_weeks,
        quick_returns_7d: rest::quick_returns(&spans, since, limits),
        noise_dba: highest(levels.iter().copied()),
        noise_week_dba: noise::weekly_lex_dba(&levels),
        wbgt_c,
        wbgt_over_reference_c: wbgt_c.map(|found| found - heat::reference_c(limits)),
        violence_events_7d: incidents::violence(known.days, since, today),
        days_since_incident: incidents::days_since_incident(known.days, today),
        days_since_return: incidents::days_since_return(known, today, limits),
        red: Vec::new(),
        amber: Vec::new(),
    };
    (findings.red, findings.amber) = flags::flags(&findings, limits);
    findings
}

fn highest(values: impl Iterator<Item = f64>) -> Option<f64> {
    values.filter(|value| value.is_finite()).reduce(f64::max)
}

#[cfg(test)]
mod rest_tests;
#[cfg(test)]
mod tests;
