//! What became of a questionnaire's score since an action began.

use crate::cases::effect::Better;
use crate::domain::Date;
use crate::domain::event::OutcomeChange;
use crate::domain::screening::Instrument;

use super::Settings;

/// Sheets closer than this ask about days in common: they can tell a worsening, which must not wait, and
/// nothing else.
///
/// # Source
/// Domain reference, sections 6.2 and 8.4.
const REPEAT_DAYS: i32 = 14;

/// One score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScorePoint {
    /// The worker's date.
    pub on: Date,
    /// The score.
    pub score: f64,
    /// Whether it is over the questionnaire's cut-off.
    pub is_over: bool,
}

/// One questionnaire before and after the start.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreCourse {
    /// Which.
    pub instrument: Instrument,
    /// Which way it is better.
    pub better: Better,
    /// The best score that there is.
    pub best: f64,
    /// So many points are a change for the better that is reliable and matters; `None` where that is
    /// not established.
    pub improves_by: Option<f64>,
    /// So many points are a reliable change for the worse.
    pub worsens_by: Option<f64>,
    /// The last valid score before the start.
    pub before: Option<ScorePoint>,
    /// Every score since, in order of time.
    pub after: Vec<ScorePoint>,
}

/// How a person responds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Response {
    /// Reliably worse.
    Worse,
    /// Neither a reliable change nor a fifth.
    None,
    /// Something between.
    Partial,
    /// Half of it is gone, or the person recovered.
    Responded,
}

/// Two scores held against each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Compared {
    pub(super) instrument: Instrument,
    pub(super) before: ScorePoint,
    pub(super) now: ScorePoint,
    /// Points for the better.
    pub(super) gain: f64,
    /// The same as a share of what there was to gain.
    pub(super) share: f64,
    pub(super) improves_by: Option<f64>,
    pub(super) has_recovered: bool,
    pub(super) response: Response,
}

impl ScoreCourse {
    /// The newest score, where it is new.
    pub(super) fn newest(&self, today: Date, settings: &Settings) -> Option<ScorePoint> {
        let is_fresh = |point: &&ScorePoint| days(point.on, today) <= i32::from(settings.fresh_score_days);
        self.after.last().filter(is_fresh).copied()
    }

    /// The newest score against the one before the start; `None` where either is missing or old, or
    /// they ask about days in common and tell no worsening.
    pub(super) fn compare(&self, today: Date, settings: &Settings) -> Option<Compared> {
        let before = self.before?;
        let now = self.newest(today, settings)?;
        let sign = if self.better == Better::Higher { 1.0 } else { -1.0 };
        let gain = sign * (now.score - before.score);
        let to_gain = sign * (self.best - before.score);
        let share = if to_gain > 0.0 { gain / to_gain } else { 0.0 };
        let is_reliable = self.improves_by.is_some_and(|points| gain >= points);
        let has_recovered = is_reliable && before.is_over && !now.is_over;
        let response = if self.worsens_by.is_some_and(|points| -gain >= points) {
            Response::Worse
        } else if days(before.on, now.on) < REPEAT_DAYS {
            return None;
        } else if has_recovered || share >= settings.response_share {
            Response::Responded
        } else if !is_reliable && share < settings.partial_share {
            Response::None
        } else {
            Response::Partial
        };
        let (instrument, improves_by) = (self.instrument, self.improves_by);
        Some(Compared { instrument, before, now, gain, share, improves_by, has_recovered, response })
    }

    /// Whether the last scores were all under the cut-off, the first of them long enough ago.
    pub(super) fn is_settled(&self, today: Date, settings: &Settings) -> bool {
        let Some(newest) = self.newest(today, settings) else { return false };
        let under = self.after.iter().rev().take_while(|point| !point.is_over);
        under.last().is_some_and(|first| days(first.on, newest.on) >= i32::from(settings.close_after_days))
    }
}

impl Compared {
    pub(super) fn outcome(&self) -> OutcomeChange {
        let verdict = match self.response {
            Response::Worse => "worse",
            Response::Responded => "improved",
            Response::Partial if self.improves_by.is_some_and(|points| self.gain >= points) => "improved",
            Response::Partial | Response::None => "unclear",
        };
        OutcomeChange {
            outcome: self.instrument.as_str().to_owned(),
            verdict,
            shift: self.now.score - self.before.score,
            interval: None,
            tau_u: None,
            n: (1, 1),
        }
    }
}

/// How the person responds by all questionnaires together; `None` where none can be compared.
///
/// Those that were over their cut-off at the start count, or all where none was. One that got worse
/// decides by itself; beyond that all must agree, and what differs is partial.
pub(super) fn together(compared: &[Compared]) -> Option<Response> {
    if compared.iter().any(|one| one.response == Response::Worse) {
        return Some(Response::Worse);
    }
    let is_any_over = compared.iter().any(|one| one.before.is_over);
    let mut counted = compared.iter().filter(|one| one.before.is_over || !is_any_over).map(|one| one.response);
    let first = counted.next()?;
    Some(if counted.all(|response| response == first) { first } else { Response::Partial })
}

pub(super) fn days(from: Date, to: Date) -> i32 {
    i32::try_from(from.duration_until(to).as_hours() / 24).unwrap_or(i32::MAX)
}
