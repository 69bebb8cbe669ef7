//! What stepped care asks of a worker's history: scores, nights and weeks of work before and after an
//! action began, and which questionnaires are to be filled in again.

use super::facts::{self, ValidScreening};
use super::{Settings, buckets};
use crate::cases::care::{self, Course, Outcome, Review, ScoreCourse, ScorePoint, SeriesCourse};
use crate::cases::effect::Better;
use crate::cases::library::Risk;
use crate::cases::organisation::{Exposure, ExposureCourse};
use crate::cases::rescreening::{self, Due, Sheet, Watch};
use crate::domain::case::{ActionKind, Finding};
use crate::domain::history::WorkerHistory;
use crate::domain::indicator::{HrvState, Severity};
use crate::domain::life::MethodId;
use crate::domain::screening::Screening;
use crate::domain::{Date, Timestamp};
use crate::exposures::{self, Limits, Week};
use crate::indicators::autocorrelation::lag1_autocorrelation;
use crate::indicators::track::{Comparable, NightValues, Track};
use crate::screening::{CutOff, definition};

/// How much neighbouring values of the strain index are alike at least: much of it are means of seven
/// days, of which neighbouring ones share six, and a phase is too short to show that.
const INDEX_ALIKE: f64 = 6.0 / 7.0;

/// Weeks of work before the start, and since, that are compared.
const WORK_WEEKS: i32 = 4;

/// A questionnaire with more items than this is not asked for every two weeks.
const SHORT_ITEMS: usize = 30;

/// What is remembered of an action that may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Running<'a> {
    /// Which side.
    pub kind: ActionKind,
    /// When it began, by the method it has now; `None` where it has not.
    pub started_at: Option<Timestamp>,
    /// The method, where one was chosen.
    pub method: Option<&'a MethodId>,
    /// Methods before it.
    pub tried: &'a [MethodId],
    /// The last week that was looked at, 0 before the first.
    pub reviewed_week: u8,
}

/// An open case, as far as invitations go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invitable<'a> {
    /// What it rests on.
    pub told: &'a Finding,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// The worker's date of the last invitation.
    pub invited_on: Option<Date>,
    /// When each action that runs and has not ended began.
    pub started_at: &'a [Timestamp],
}

/// Looks at an action where a week is due by `now`; `track` holds the indicators of `history`.
#[must_use]
pub fn review(
    history: &WorkerHistory,
    track: &Track,
    settings: &Settings,
    told: &Finding,
    running: &Running<'_>,
    now: Timestamp,
) -> Option<Review> {
    let started_at = running.started_at?;
    let week = care::due_week(running.started_at, running.reviewed_week, now)?;
    let past = Past { history, track, settings, started_at, start: local(history, started_at), now };
    let is_work = running.kind == ActionKind::WorkloadReview;
    let today = local(history, now);
    let course = Course {
        kind: running.kind,
        week,
        today,
        rules: told.rules.clone(),
        level: told.level,
        method: running.method.cloned(),
        tried: running.tried.to_vec(),
        scores: if is_work { Vec::new() } else { past.scores() },
        series: if is_work { Vec::new() } else { past.all_series() },
        exposures: if is_work { past.exposures(told) } else { Vec::new() },
        hrv: track.day(today).map_or(HrvState::Learning, |day| day.hrv),
    };
    care::review(&course, &settings.care)
}

/// What the worker is to be invited to today.
#[must_use]
pub fn invitation(history: &WorkerHistory, settings: &Settings, case: &Invitable<'_>, now: Timestamp) -> Option<Due> {
    let today = local(history, now);
    with_watch(history, settings, case, today, |watch| rescreening::due(watch, today, &settings.care.rescreening))
}

/// When the worker is to be invited next, as things stand: the begin of that day.
#[must_use]
pub fn next_invitation(
    history: &WorkerHistory,
    settings: &Settings,
    case: &Invitable<'_>,
    now: Timestamp,
) -> Option<Timestamp> {
    let today = local(history, now);
    let next =
        with_watch(history, settings, case, today, |watch| rescreening::next(watch, today, &settings.care.rescreening));
    next.map(|date| buckets::midnight(date, &history.profile.time_zone))
}

fn with_watch<T>(
    history: &WorkerHistory,
    settings: &Settings,
    case: &Invitable<'_>,
    today: Date,
    ask: impl Fn(&Watch<'_>) -> Option<T>,
) -> Option<T> {
    let opened_on = local(history, case.opened_at);
    let started_on: Vec<Date> = case.started_at.iter().map(|at| local(history, *at)).collect();
    let sheets = sheets(history, settings, case.told, (opened_on, today));
    ask(&Watch { sheets: &sheets, started_on: &started_on, invited_on: case.invited_on, opened_on })
}

fn local(history: &WorkerHistory, at: Timestamp) -> Date {
    super::events::local_date(&history.profile, at)
}

/// The questionnaires of a case: those that counted when it was opened or came since, and of each risk
/// that none of them measures the first that does. One of a day that has not come answers nothing.
fn sheets(
    history: &WorkerHistory,
    settings: &Settings,
    told: &Finding,
    (opened_on, today): (Date, Date),
) -> Vec<Sheet> {
    let of_instruments = history.screenings.chunk_by(|a, b| a.instrument == b.instrument);
    let newest = |sheets: &'_ [Screening]| {
        let come = facts::come(history, sheets, today);
        come.iter().rev().find_map(|sheet| facts::valid_screening(history, sheet, opened_on)).map(|valid| {
            let instrument = valid.screening.instrument;
            (instrument, valid.taken_on, valid.valid_until, is_over(settings, &valid))
        })
    };
    let library = &settings.care.library;
    let risks: Vec<&Risk> = library.risks_of(&told.rules).collect();
    let mut sheets: Vec<Sheet> = of_instruments
        .filter_map(newest)
        .map(|(instrument, taken_on, valid_until, is_over)| {
            let row = definition(instrument);
            let is_short = row.answers.is_none_or(|answers| answers.items <= SHORT_ITEMS);
            let is_of_risk = risks.iter().any(|risk| risk.instruments.contains(&instrument));
            Sheet {
                instrument,
                taken_on: Some(taken_on),
                valid_until: Some(valid_until),
                recall_days: row.recall_days.unwrap_or(0),
                is_followed: is_short && (is_over || is_of_risk),
            }
        })
        .collect();
    for risk in risks {
        let is_followed = |sheet: &Sheet| sheet.is_followed && risk.instruments.contains(&sheet.instrument);
        if let Some(instrument) = risk.instruments.first().filter(|_| !sheets.iter().any(is_followed)) {
            let recall_days = definition(*instrument).recall_days.unwrap_or(0);
            let (taken_on, valid_until) = (None, None);
            sheets.push(Sheet { instrument: *instrument, taken_on, valid_until, recall_days, is_followed: true });
        }
    }
    sheets
}

/// Whether a score is over its cut-off; of a questionnaire that has none, whether it is moderate.
fn is_over(settings: &Settings, valid: &ValidScreening<'_>) -> bool {
    let (instrument, scored) = (valid.screening.instrument, &valid.scored);
    let rules = &settings.rules;
    rules.is_positive(instrument, scored.score, &scored.scales).unwrap_or_else(|| {
        rules.severity(instrument, scored.score, &scored.scales).is_some_and(|band| band >= Severity::Moderate)
    })
}

/// A worker around the start of an action.
struct Past<'a> {
    history: &'a WorkerHistory,
    track: &'a Track,
    settings: &'a Settings,
    started_at: Timestamp,
    start: Date,
    now: Timestamp,
}

impl Past<'_> {
    fn scores(&self) -> Vec<ScoreCourse> {
        let of_instruments = self.history.screenings.chunk_by(|a, b| a.instrument == b.instrument);
        of_instruments.map(|sheets| self.score(sheets)).filter(|course| !course.after.is_empty()).collect()
    }

    fn score(&self, sheets: &[Screening]) -> ScoreCourse {
        let instrument = sheets[0].instrument;
        let row = definition(instrument);
        let is_high_good = matches!(row.cut_off, Some(CutOff::AtMost(_)));
        let reliable = row.reliable_change.map(|change| change.threshold());
        let (earlier, later): (Vec<_>, Vec<_>) = sheets.iter().partition(|sheet| sheet.taken_at < self.started_at);
        let point = |valid: &ValidScreening<'_>| ScorePoint {
            on: valid.taken_on,
            score: valid.scored.score,
            is_over: is_over(self.settings, valid),
        };
        // What counted on the day it was filled in; how long it counts is no matter here.
        let scored = |sheet: &&Screening| {
            let on = local(self.history, sheet.taken_at);
            facts::valid_screening(self.history, sheet, on).as_ref().map(point)
        };
        let before = earlier.iter().rev().find_map(|sheet| facts::valid_screening(self.history, sheet, self.start));
        ScoreCourse {
            instrument,
            better: if is_high_good { Better::Higher } else { Better::Lower },
            best: if is_high_good { row.range.1 } else { row.range.0 },
            improves_by: reliable.into_iter().chain(row.meaningful_change).reduce(f64::max),
            worsens_by: reliable.or(row.meaningful_change),
            before: before.as_ref().map(point),
            after: later.iter().filter(|sheet| sheet.taken_at <= self.now).filter_map(scored).collect(),
        }
    }

    fn all_series(&self) -> Vec<SeriesCourse> {
        let nights: [Vec<Option<NightValues>>; 2] =
            self.phases().map(|(first, last)| each(first, last).map(|date| self.track.night(date)).collect());
        let kind = usual(nights[0].iter().flatten());
        let mut all: Vec<SeriesCourse> = [Outcome::LnRmssd, Outcome::Tst24, Outcome::SleepingHeartRate]
            .into_iter()
            .map(|outcome| series(outcome, kind, &nights))
            .collect();
        all.push(self.index());
        all
    }

    /// First and last wake date of the phases before and after. The night that ended on the day of the
    /// start was before it.
    fn phases(&self) -> [(Date, Date); 2] {
        let days = |days: u32| i32::try_from(days).unwrap_or(i32::MAX);
        let effect = &self.settings.care.effect;
        let wash_in = days(effect.wash_in_days);
        let before = (buckets::plus(self.start, 1 - days(effect.before_days)), self.start);
        let after =
            (buckets::plus(self.start, wash_in + 1), buckets::plus(self.start, wash_in + days(effect.after_days)));
        [before, after]
    }

    /// The strain index is kept for fewer days than nights are: what it was before the start is
    /// computed again where it is too long ago.
    fn index(&self) -> SeriesCourse {
        let [before, after] = self.phases();
        let of = |track: &Track, (first, last): (Date, Date)| -> Vec<Option<f64>> {
            each(first, last).map(|date| Some(track.day(date)?.index?.value)).collect()
        };
        let phase = if self.track.day(before.0).is_some() {
            of(self.track, before)
        } else {
            // Two days later the nights of the phase are final.
            let then = buckets::plus(self.start, 2);
            let mut track = Track::new();
            let at = buckets::last_second(then, &self.history.profile.time_zone);
            track.update(self.history, None, then, at, &self.settings.indicators);
            of(&track, before)
        };
        let mut course = course(Outcome::Index, &phase, &of(self.track, after));
        course.autocorrelation = Some(course.autocorrelation.unwrap_or(0.0).max(INDEX_ALIKE));
        course
    }

    fn exposures(&self, told: &Finding) -> Vec<ExposureCourse> {
        let library = &self.settings.care.library;
        let mut kinds: Vec<Exposure> =
            library.risks_of(&told.rules).flat_map(|risk| risk.exposures.iter().copied()).collect();
        if kinds.is_empty() {
            kinds = vec![Exposure::WeeklyHours, Exposure::OvertimeDays];
        }
        kinds.sort_unstable();
        kinds.dedup();
        let limits = &self.settings.exposures;
        let known = exposures::Known::of(self.history);
        let week = |last: Date| exposures::week(&known, last, limits);
        let before: Vec<Week> = (0..WORK_WEEKS).rev().map(|n| week(buckets::plus(self.start, -1 - 7 * n))).collect();
        // The first week is the wash-in; a week that is not over says nothing yet.
        let today = local(self.history, self.now);
        let over = (2..).map(|n| buckets::plus(self.start, 7 * n - 1)).take_while(|last| *last < today);
        let ends: Vec<Date> = over.collect();
        let recent = ends.len().saturating_sub(usize::try_from(WORK_WEEKS).unwrap_or(0));
        let after: Vec<Week> = ends[recent..].iter().map(|last| week(*last)).collect();
        let course = |exposure: Exposure| {
            let figures = |weeks: &[Week]| weeks.iter().filter_map(|week| figure(exposure, week)).collect();
            let (before, after) = (figures(&before), figures(&after));
            ExposureCourse { exposure, limit: Some(limit(exposure, limits)), before, after }
        };
        kinds.into_iter().map(course).collect()
    }
}

/// The kind of night that most of these are of; of equally many the earlier.
fn usual<'a>(nights: impl Iterator<Item = &'a NightValues>) -> Option<Comparable> {
    let mut counted: Vec<(Comparable, u32)> = Vec::new();
    for night in nights.filter(|night| night.ln_rmssd.is_some()) {
        match counted.iter_mut().find(|(kind, _)| *kind == night.comparable) {
            Some((_, count)) => *count += 1,
            None => counted.push((night.comparable, 1)),
        }
    }
    counted.into_iter().rev().max_by_key(|(_, count)| *count).map(|(kind, _)| kind)
}

fn each(first: Date, last: Date) -> impl Iterator<Item = Date> {
    first.series(jiff::Span::new().days(1)).take_while(move |date| *date <= last)
}

/// One outcome of the nights of both phases.
fn series(outcome: Outcome, kind: Option<Comparable>, nights: &[Vec<Option<NightValues>>; 2]) -> SeriesCourse {
    let value = |night: &Option<NightValues>| {
        let night = (*night)?;
        let comparable = Some(night).filter(|night| Some(night.comparable) == kind);
        match outcome {
            Outcome::LnRmssd => comparable?.ln_rmssd,
            Outcome::SleepingHeartRate => comparable?.rhr_bpm,
            Outcome::Tst24 => night.tst24_h,
            Outcome::Index => None,
        }
    };
    let [before, after] = [0, 1].map(|phase| nights[phase].iter().map(value).collect::<Vec<_>>());
    course(outcome, &before, &after)
}

/// Both phases with what tells how sure a shift between them is. How much neighbouring days are alike is
/// told by the days about the mean of their own phase: a shift between the phases would look like it.
fn course(outcome: Outcome, before: &[Option<f64>], after: &[Option<f64>]) -> SeriesCourse {
    let values = |phase: &[Option<f64>]| phase.iter().copied().flatten().collect::<Vec<f64>>();
    let about_mean = |phase: &[Option<f64>]| {
        let mean = mean(&values(phase)).unwrap_or(0.0);
        phase.iter().map(|value| value.map(|value| value - mean)).collect::<Vec<_>>()
    };
    let residuals = [about_mean(before), vec![None], about_mean(after)].concat();
    let (before, after) = (values(before), values(after));
    let sd = sd(&before);
    SeriesCourse { outcome, before, after, sd, autocorrelation: lag1_autocorrelation(&residuals) }
}

fn mean(values: &[f64]) -> Option<f64> {
    let n = f64::from(u32::try_from(values.len()).ok().filter(|n| *n > 0)?);
    Some(values.iter().sum::<f64>() / n)
}

fn sd(values: &[f64]) -> Option<f64> {
    let n = f64::from(u32::try_from(values.len()).ok().filter(|n| *n >= 2)?);
    let mean = mean(values)?;
    Some((values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt())
}

fn figure(exposure: Exposure, week: &Week) -> Option<f64> {
    match exposure {
        Exposure::WeeklyHours => week.hours,
        Exposure::OvertimeDays => week.overtime_days.map(f64::from),
        Exposure::NightShifts => week.nights.map(f64::from),
        Exposure::QuickReturns => week.quick_returns.map(f64::from),
        Exposure::Noise => week.noise_dba,
        Exposure::Heat => week.wbgt_c,
    }
}

/// From where on a working condition had to change: where it is amber, or red where it has no amber; of
/// nights the number in four weeks, spread over them.
fn limit(exposure: Exposure, limits: &Limits) -> f64 {
    match exposure {
        Exposure::WeeklyHours => limits.weekly_hours_amber,
        Exposure::OvertimeDays => f64::from(limits.overtime_noise_run_days),
        Exposure::NightShifts => f64::from(limits.nights_in_28_d_red) / 4.0,
        Exposure::QuickReturns => f64::from(limits.quick_returns_amber),
        Exposure::Noise => limits.noise_red_dba,
        Exposure::Heat => exposures::heat::reference_c(limits),
    }
}

#[cfg(test)]
#[path = "care_tests.rs"]
mod tests;
