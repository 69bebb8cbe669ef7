//! The rules of stepped care.

use crate::cases::library::Method;
use crate::cases::organisation;
use crate::domain::event::OutcomeChange;
use crate::domain::indicator::HrvState;
use crate::domain::life::{Advice, MethodId};

use super::scores::{self, Compared, Response};
use super::series::{self, Judged};
use super::{Course, DECISION_WEEK, RETEST_WEEK, REVIEW_WEEKS, Review, Settings, TEST_WEEK, words};

/// What is proposed and why, before the sentences that go with every review.
struct Proposed<'a> {
    advice: Advice,
    to: Option<&'a Method>,
    why: String,
}

impl<'a> Proposed<'a> {
    fn stay(advice: Advice, why: &str) -> Self {
        Self { advice, to: None, why: why.to_owned() }
    }

    /// Another method, or the word that there is none.
    fn other(advice: Advice, to: Option<&'a Method>, why: &str) -> Self {
        let what = to.map_or_else(|| words::NO_OTHER.to_owned(), words::method);
        Self { advice, to, why: format!("{why} {what}") }
    }
}

/// The review of counselling: questionnaires decide, and where there is none, the nights.
pub(super) fn of_the_person(course: &Course, settings: &Settings) -> Review {
    let compared: Vec<Compared> = course.scores.iter().filter_map(|s| s.compare(course.today, settings)).collect();
    let judged: Vec<Judged> = course.series.iter().filter_map(|s| s.judge(settings)).collect();
    let response = scores::together(&compared);
    let proposed = match response {
        Some(Response::Worse) => {
            let why = "The worker got reliably worse: go up one step now, within the time limits of level L3.";
            Proposed::other(Advice::StepUp, step_up(course, settings), why)
        }
        Some(Response::Responded) => responded(course, settings),
        Some(Response::Partial) => partial(course, settings),
        Some(Response::None) => not_responded(course, settings),
        None if series::is_improved(&judged) => {
            let why = "The nights alone got better: go on as it is, and ask for a questionnaire.";
            Proposed::stay(Advice::Maintain, &format!("{} {why}", words::NO_SCORE))
        }
        None => {
            let why = "The nights alone do not tell whether it helps.";
            Proposed::stay(Advice::Measure, &format!("{} {why} {}", words::NO_SCORE, words::INVITE))
        }
    };
    let mut reason = opening(course, settings);
    reason.extend(compared.iter().map(words::score));
    reason.extend(judged.iter().map(words::series));
    if !judged.is_empty() && is_phase_open(course, settings) {
        reason.push(words::PRELIMINARY.to_owned());
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
        (true, false) => {
            let why = format!("Two scores {days} days apart are under the cut-off: the action can be closed.");
            Proposed::stay(Advice::Close, &why)
        }
        (true, true) => {
            let why = "The scores stay under the cut-off, but night-time HRV is persistently low: go on, and look for \
                other reasons for it.";
            Proposed::stay(Advice::Maintain, why)
        }
        (false, _) => {
            let why = format!(
                "The scores respond: go on as it is. It can be closed when two scores {days} days apart are under the cut-off."
            );
            Proposed::stay(Advice::Maintain, &why)
        }
    }
}

fn partial<'a>(course: &Course, settings: &'a Settings) -> Proposed<'a> {
    if course.week < DECISION_WEEK {
        let why = format!("Some of it is better, and it is early: go on as it is until week {DECISION_WEEK}.");
        return Proposed::stay(Advice::Maintain, &why);
    }
    if course.week < RETEST_WEEK {
        let why = format!(
            "The response is partial: intensify (more sessions, more often, face to face) and test again in week \
             {RETEST_WEEK}."
        );
        return Proposed::stay(Advice::Intensify, &why);
    }
    let why = "The response stayed partial after it was intensified: go up one step.";
    Proposed::other(Advice::StepUp, step_up(course, settings), why)
}

fn not_responded<'a>(course: &Course, settings: &'a Settings) -> Proposed<'a> {
    if course.week < TEST_WEEK {
        let why = format!("Nothing has changed yet, and it is early: go on as it is until week {TEST_WEEK}.");
        return Proposed::stay(Advice::Maintain, &why);
    }
    if course.week < DECISION_WEEK {
        let why = format!(
            "There is no response so far: ask whether it takes place as planned, and intensify. Without a response in \
             week {DECISION_WEEK} another method is due."
        );
        return Proposed::stay(Advice::Intensify, &why);
    }
    let why = "The response is too small.";
    let other = current(course, settings)
        .and_then(|method| settings.library.switch(&course.rules, method, &course.tried))
        .map(|to| Proposed::other(Advice::Switch, Some(to), &format!("{why} Change the method:")));
    other.unwrap_or_else(|| {
        let why = format!("{why} No other method of this step is left, so go up one step:");
        Proposed::other(Advice::StepUp, step_up(course, settings), &why)
    })
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
        let why = if course.exposures.is_empty() || !to_change.is_empty() {
            "No working conditions were reported both before the start and since: ask the plant for them."
        } else {
            "No working condition was over its limit before the start, so figures cannot tell what the review changed: \
             ask the worker and the line."
        };
        Proposed::stay(Advice::Measure, why)
    } else if !is_unchanged {
        Proposed::stay(Advice::Maintain, "The working conditions changed: keep what was agreed.")
    } else if course.week < TEST_WEEK {
        let why = format!("Not everything has changed yet: see it through until week {TEST_WEEK}.");
        Proposed::stay(Advice::Maintain, &why)
    } else if course.week < DECISION_WEEK {
        let why = format!(
            "What was agreed has not changed the working conditions so far: press for it. Without a change in week \
             {DECISION_WEEK} the health and safety committee is to be told."
        );
        Proposed::stay(Advice::Intensify, &why)
    } else {
        let why = "The working conditions did not change: take it to the health and safety committee, without naming \
            the worker.";
        let to = step_up(course, settings);
        let what = to.map(|method| format!(" {}", words::method(method))).unwrap_or_default();
        Proposed { advice: Advice::StepUp, to, why: format!("{why}{what}") }
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

fn opening(course: &Course, settings: &Settings) -> Vec<String> {
    let name = |id: &MethodId| settings.library.name_of(id).to_owned();
    vec![words::begin(course.week, course.method.as_ref().map(name).as_deref())]
}

fn finish(
    course: &Course,
    proposed: Proposed<'_>,
    mut reason: Vec<String>,
    outcomes: Vec<OutcomeChange>,
    is_worse: bool,
) -> Review {
    debug_assert!(course.week >= REVIEW_WEEKS[0], "the caller asks from the first week on");
    reason.push(proposed.why);
    reason.push(words::REGRESSION.to_owned());
    let to = proposed.to.map(|method| method.id.clone());
    Review { week: course.week, advice: proposed.advice, to, reason: reason.join(" "), outcomes, is_worse }
}
