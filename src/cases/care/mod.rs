//! Stepped care: what is proposed in the weeks after an action began.
//!
//! In goes what is known of one action as plain values: when it began, by which method, the scores and
//! nights before and after, the state of HRV today. Out comes a [`Review`]: stay, intensify, switch, go
//! up a step, close, or measure first, with the reason and what it rests on. A person decides. Nothing
//! here knows readings, cut-offs or a clock, and nothing says that the action was the cause.

mod advice;
mod scores;
mod series;
mod words;

#[cfg(test)]
mod tests;

use crate::domain::alert::{Level, RuleId};
use crate::domain::case::ActionKind;
use crate::domain::event::OutcomeChange;
use crate::domain::indicator::HrvState;
use crate::domain::life::{Advice, MethodId};
use crate::domain::reason::Sentence;
use crate::domain::{Date, SignedDuration, Timestamp};

use super::library::Library;
use super::organisation::ExposureCourse;
use super::{effect, organisation, rescreening};

pub use scores::{ScoreCourse, ScorePoint};
pub use series::{Outcome, SeriesCourse};

/// Weeks after its start in which an action is looked at. The last is for the second score under the
/// cut-off, four weeks after the first.
///
/// # Source
/// Domain reference, section 8.4, for 2 to 8, and 8.2 (close review in 8 to 12 weeks) for the last.
pub const REVIEW_WEEKS: [u8; 5] = [2, 4, 6, 8, 12];

/// From this week on an action that does not help is told so.
///
/// # Source
/// Domain reference, section 8.4.
pub const TEST_WEEK: u8 = 4;

/// From this week on another method is proposed.
///
/// # Source
/// Domain reference, section 8.4.
pub const DECISION_WEEK: u8 = 6;

/// In this week what was intensified is tested again.
///
/// # Source
/// Domain reference, section 8.4.
pub const RETEST_WEEK: u8 = 8;

/// The library, and when which proposal is made.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The library of interventions.
    pub library: Library,
    /// How two phases are compared.
    pub effect: effect::Settings,
    /// When a working condition has changed.
    pub organisation: organisation::Settings,
    /// When questionnaires are to be filled in again.
    pub rescreening: rescreening::Settings,
    /// A score that fell by this share of its distance from the best one is a response; default 0.5.
    pub response_share: f64,
    /// By less than this share, and less than a reliable change, is none; default 0.2.
    pub partial_share: f64,
    /// Two scores under the cut-off so many days apart end an action; default 28.
    pub close_after_days: u16,
    /// A score older than so many days is not the newest state of things; default 14.
    pub fresh_score_days: u16,
    /// How much neighbouring days are alike where a worker's own days cannot tell; default 0.3.
    pub assumed_autocorrelation: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            library: Library::default(),
            effect: effect::Settings::default(),
            organisation: organisation::Settings::default(),
            rescreening: rescreening::Settings::default(),
            response_share: 0.5,
            partial_share: 0.2,
            close_after_days: 28,
            fresh_score_days: 14,
            assumed_autocorrelation: 0.3,
        }
    }
}

/// All that is known of one action that runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// Which side.
    pub kind: ActionKind,
    /// Which week since the start is looked at.
    pub week: u8,
    /// The worker's date.
    pub today: Date,
    /// The rules that the case rests on.
    pub rules: Vec<RuleId>,
    /// The level of the case.
    pub level: Level,
    /// The method, where one was chosen.
    pub method: Option<MethodId>,
    /// Methods before it.
    pub tried: Vec<MethodId>,
    /// Questionnaires before and after the start.
    pub scores: Vec<ScoreCourse>,
    /// Daily values before and after the start.
    pub series: Vec<SeriesCourse>,
    /// Working conditions before and after the start; looked at in a workload review only.
    pub exposures: Vec<ExposureCourse>,
    /// The state of HRV today.
    pub hrv: HrvState,
}

/// What is proposed.
#[derive(Debug, Clone, PartialEq)]
pub struct Review {
    /// Which week was looked at.
    pub week: u8,
    /// What is proposed.
    pub advice: Advice,
    /// The method that is proposed instead.
    pub to: Option<MethodId>,
    /// Why.
    pub reason: Vec<Sentence>,
    /// What it rests on.
    pub outcomes: Vec<OutcomeChange>,
    /// Whether the worker got reliably worse: the time limits of L3 hold from now on.
    pub is_worse: bool,
}

/// Looks at an action; `None` before the first week of [`REVIEW_WEEKS`].
///
/// # Source
/// Domain reference, section 8.4.
#[must_use]
pub fn review(course: &Course, settings: &Settings) -> Option<Review> {
    if course.week < REVIEW_WEEKS[0] {
        return None;
    }
    Some(match course.kind {
        ActionKind::Counseling => advice::of_the_person(course, settings),
        ActionKind::WorkloadReview => advice::of_the_work(course, settings),
    })
}

/// When an action is looked at next; `None` where it has not begun or every week was looked at.
///
/// `reviewed_week` is the last week that was looked at, 0 before the first.
#[must_use]
pub fn next_review(started_at: Option<Timestamp>, reviewed_week: u8) -> Option<Timestamp> {
    let week = REVIEW_WEEKS.into_iter().find(|week| *week > reviewed_week)?;
    at_week(started_at?, week)
}

/// The latest week that is due by `now` and was not looked at; weeks that were slept through are
/// looked at once, together.
#[must_use]
pub fn due_week(started_at: Option<Timestamp>, reviewed_week: u8, now: Timestamp) -> Option<u8> {
    let started_at = started_at?;
    let is_due = |week: &u8| at_week(started_at, *week).is_some_and(|at| at <= now);
    REVIEW_WEEKS.into_iter().rev().find(is_due).filter(|week| *week > reviewed_week)
}

fn at_week(started_at: Timestamp, week: u8) -> Option<Timestamp> {
    started_at.checked_add(SignedDuration::from_hours(7 * 24 * i64::from(week))).ok()
}
