//! The rules of stepped care.

use crate::cases::library::Method;
use crate::cases::organisation;
use crate::domain::event::OutcomeChange;
use crate::domain::indicator::HrvState;
use crate::domain::life::Advice;
use crate::domain::reason::{Said, Sentence};

use super::scores::{self, Compared, Response};
use super::series::{self, Judged};
use super::{Course, DECISION_WEEK, RETEST_WEEK, REVIEW_WEEKS, Review, Settings, TEST_WEEK, words};

/// What is proposed and why, before the sentences that go with every review.
struct Proposed<'a> {
    advice: Advice,
    to: Option<&'a Method>,
    why: Vec<Sentence>,
}

impl<'a> Proposed<'a> {
    fn stay(advice: Advice, why: impl IntoIterator<Item = Sentence>) -> Self {
        Self { advice, to: None, why: why.into_iter().collect() }
    }

    /// Another method, or the word that there is none.
    fn other(advice: Advice, to: Option<&'a Method>, why: Said) -> Self {
        let what = to.map_or(Sentence::Said(Said::NoOther), words::method);
        Self { advice, to, why: vec![Sentence::Said(why), what] }
    }
}

/// The review of counselling: questionnaires decide, and where there is none, the nights.
pub(super) fn of_the_person(course: &Course, settings: &Settings) -> Review {
    let compared: Vec<Compared> = course.scores.iter().filter_map(|s| s.compare(course.today, settings)).collect();
    let judged: Vec<Judged> = course.series.iter().filter_map(|s| s.judge(settings)).collect();
    let response = scores::together(&compared);
    let proposed = match response {
        Some(Response::Worse) => Proposed::other(Advice::StepUp, step_up(course, settings), Said::Worse),
        Some(Response::Responded) => responded(course, settings),
        Some(Response::Partial) => partial(course, settings),
        Some(Response::None) => not_responded(course, settings),
        None if series::is_improved(&judged) => {
            Proposed::stay(Advice::Maintain, [Said::NoScore, Said::NightsBetter].map(Sentence::Said))
        }
        None => {
            let why = [Said::NoScore, Said::NightsUnclear, Said::Invite].map(Sentence::Said);
            Proposed::stay(Advice::Measure, why)
        }
    };
    let mut reason = opening(course, settings);
    reason.extend(compared.iter().map(words::score));
    reason.extend(judged.iter().map(words::series));
    if !judged.is_empty() && is_phase_open(course, settings) {
        reason.push(Sentence::Said(Said::Preliminary));
    }
    let outcomes = compared.iter().map(Compared::outcome).chain(judged.iter().map(Judged::change)).collect();
    finish(course, proposed, reason, outcomes, response == Some(Response::Worse))
}

fn responded<'a>(course: &Course, settings: &Settings) -> Proposed<'a> {
    let is_any_over = course.scores.iter().any(|score| score.before.is_some_and(|before| before.is_over));
    let mut counted = course.scores.iter().filter(|s| s.before.is_some_and(|b| b.is_over || !is_any_over));
    let is_settled = counted.all(|score| score.is_settled(course.today, settings));
    let days = settings.close_after_days;
    match (is_settled, course.hrv == HrvState::Persistent) {
        (true, false) => Proposed::stay(Advice::Close, [Sentence::Numbered(Said::Settled, days)]),
        (true, true) => Proposed::stay(Advice::Maintain, [Sentence::Said(Said::SettledButHrv)]),
        (false, _) => Proposed::stay(Advice::Maintain, [Sentence::Numbered(Said::Responding, days)]),
    }
}

fn partial<'a>(course: &Course, settings: &'a Settings) -> Proposed<'a> {
    if course.week < DECISION_WEEK {
        let why = Sentence::Numbered(Said::PartialEarly, u16::from(DECISION_WEEK));
        return Proposed::stay(Advice::Maintain, [why]);
    }
    if course.week < RETEST_WEEK {
        let why = Sentence::Numbered(Said::Partial, u16::from(RETEST_WEEK));
        return Proposed::stay(Advice::Intensify, [why]);
    }
    Proposed::other(Advice::StepUp, step_up(course, settings), Said::PartialStill)
}

fn not_responded<'a>(course: &Course, settings: &'a Settings) -> Proposed<'a> {
    if course.week < TEST_WEEK {
        let why = Sentence::Numbered(Said::NoneEarly, u16::from(TEST_WEEK));
        return Proposed::stay(Advice::Maintain, [why]);
    }
    if course.week < DECISION_WEEK {
        let why = Sentence::Numbered(Said::NoneYet, u16::from(DECISION_WEEK));
        return Proposed::stay(Advice::Intensify, [why]);
    }
    let other = current(course, settings)
        .and_then(|method| settings.library.switch(&course.rules, method, &course.tried))
        .map(|to| Proposed::other(Advice::Switch, Some(to), Said::TooSmallSwitch));
    other.unwrap_or_else(|| Proposed::other(Advice::StepUp, step_up(course, settings), Said::TooSmallStepUp))
}

/// The review of a workload review: did the working conditions change?
///
/// # Source
/// Domain reference, section 8.4: organisational measures get the same test.
pub(super) fn of_the_work(course: &Course, settings: &Settings) -> Review {
    let to_change: Vec<_> = course.exposures.iter().filter(|exposure| exposure.had_to_change()).collect();
    let compared: Vec<_> = to_change.iter().filter_map(|e| e.compare(&settings.organisation)).collect();
    let is_unchanged = compared.iter().any(|found| found.change != organisation::Change::Less);
    let proposed = if compared.is_empty() {
        let why =
            if course.exposures.is_empty() || !to_change.is_empty() { Said::NoConditions } else { Said::NothingOver };
        Proposed::stay(Advice::Measure, [Sentence::Said(why)])
    } else if !is_unchanged {
        Proposed::stay(Advice::Maintain, [Sentence::Said(Said::ConditionsChanged)])
    } else if course.week < TEST_WEEK {
        let why = Sentence::Numbered(Said::ConditionsEarly, u16::from(TEST_WEEK));
        Proposed::stay(Advice::Maintain, [why])
    } else if course.week < DECISION_WEEK {
        let why = Sentence::Numbered(Said::ConditionsNotYet, u16::from(DECISION_WEEK));
        Proposed::stay(Advice::Intensify, [why])
    } else {
        let to = step_up(course, settings);
        let why = [Sentence::Said(Said::ConditionsUnchanged)].into_iter().chain(to.map(words::method));
        Proposed { advice: Advice::StepUp, to, why: why.collect() }
    };
    let mut reason = opening(course, settings);
    reason.extend(compared.iter().map(words::exposure));
    let outcomes = compared.iter().map(organisation::Compared::outcome).collect();
    finish(course, proposed, reason, outcomes, false)
}

/// The method so far; where none was named, the one that the library would begin with.
fn current<'a>(course: &Course, settings: &'a Settings) -> Option<&'a Method> {
    let library = &settings.library;
    let named = course.method.as_ref().and_then(|id| library.method(id));
    named.or_else(|| library.first(&course.rules, course.level, course.kind).into_iter().next())
}

fn step_up<'a>(course: &Course, settings: &'a Settings) -> Option<&'a Method> {
    settings.library.step_up(&course.rules, current(course, settings)?, &course.tried)
}

/// Whether the phase after the start is not over yet.
fn is_phase_open(course: &Course, settings: &Settings) -> bool {
    let ends_after = settings.effect.wash_in_days + settings.effect.after_days;
    u32::from(course.week) * 7 < ends_after
}

fn opening(course: &Course, settings: &Settings) -> Vec<Sentence> {
    let method = course.method.as_ref().map(|id| settings.library.name_of(id));
    vec![Sentence::Week { week: course.week, method }]
}

fn finish(
    course: &Course,
    proposed: Proposed<'_>,
    mut reason: Vec<Sentence>,
    outcomes: Vec<OutcomeChange>,
    is_worse: bool,
) -> Review {
    debug_assert!(course.week >= REVIEW_WEEKS[0], "the caller asks from the first week on");
    reason.extend(proposed.why);
    reason.push(Sentence::Said(Said::Regression));
    let to = proposed.to.map(|method| method.id.clone());
    Review { week: course.week, advice: proposed.advice, to, reason, outcomes, is_worse }
}
