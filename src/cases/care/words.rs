//! The sentences of a review, each in one place.

use crate::cases::effect::Verdict;
use crate::cases::library::Method;
use crate::cases::organisation::{self, Exposure};

use super::scores::{Compared, Response};
use super::series::{Judged, Outcome};

/// Goes with every review.
///
/// # Source
/// Domain reference, section 8.5.
pub(super) const REGRESSION: &str = "People enter a case when they are at their worst, and part of any change is a \
    return to what is usual for them: this compares one person before and after, and does not show that the action \
    was the cause.";

pub(super) const PRELIMINARY: &str = "The four weeks that the nights are compared over are not complete yet, so what \
    they say is preliminary.";

pub(super) const NO_SCORE: &str = "No questionnaire since then can be compared with one from before the start.";

pub(super) const INVITE: &str = "Invite the worker again to fill one in.";

pub(super) const NO_OTHER: &str =
    "The library has no further method for this: ask a physician or a specialist how to go on.";

/// How the review begins.
pub(super) fn begin(week: u8, method: Option<&str>) -> String {
    match method {
        Some(name) => format!("Week {week} of: {name}."),
        None => format!("Week {week}; no method was named."),
    }
}

/// One questionnaire.
pub(super) fn score(found: &Compared) -> String {
    let Compared { instrument, before, now, gain, share, improves_by, response, has_recovered } = found;
    let percent = (100.0 * share.abs()).round();
    let way = match (*gain > 0.0, *gain < 0.0) {
        (true, _) => format!("{percent} % better"),
        (_, true) => format!("{percent} % worse"),
        (false, false) => "the same".to_owned(),
    };
    let needed =
        improves_by.map(|points| format!(" ({} points are a reliable change)", points.ceil())).unwrap_or_default();
    let verdict = match response {
        Response::Worse => format!("reliably worse{needed}"),
        Response::None => format!("no reliable improvement{needed}"),
        Response::Partial => "a partial response".to_owned(),
        Response::Responded if *has_recovered => "recovered".to_owned(),
        Response::Responded => "a response".to_owned(),
    };
    let name = instrument.as_str();
    format!("{name} was {} on {} and {} on {}, {way}: {verdict}.", before.score, before.on, now.score, now.on)
}

/// One daily series.
pub(super) fn series(judged: &Judged) -> String {
    let (effect, verdict) = (&judged.effect, judged.verdict);
    let (name, digits, unit) = match judged.outcome {
        Outcome::LnRmssd => ("Night-time HRV", 2, " in ln RMSSD"),
        Outcome::Tst24 => ("Sleep", 1, " h a day"),
        Outcome::SleepingHeartRate => ("Heart rate asleep", 1, " a minute"),
        Outcome::Index => ("Strain index", 0, " points"),
    };
    let verdict = match verdict {
        Verdict::Improved => "improved",
        Verdict::Unclear => "unclear",
        Verdict::Worse => "worse",
    };
    let interval =
        effect.interval.map(|i| format!(" ({:+.digits$} to {:+.digits$})", i.low, i.high)).unwrap_or_default();
    let (before, after) = effect.n;
    format!("{name} {:+.digits$}{unit}{interval}, {before} nights before and {after} since: {verdict}.", effect.shift)
}

/// One working condition.
pub(super) fn exposure(found: &organisation::Compared) -> String {
    let (name, digits, unit) = match found.exposure {
        Exposure::WeeklyHours => ("Weekly hours", 1, " h"),
        Exposure::OvertimeDays => ("Overtime days a week", 1, ""),
        Exposure::NightShifts => ("Night shifts a week", 1, ""),
        Exposure::QuickReturns => ("Short rests a week", 1, ""),
        Exposure::Noise => ("Noise", 0, " dB(A)"),
        Exposure::Heat => ("WBGT", 1, " °C"),
    };
    let change = match found.change {
        organisation::Change::Less => "less than before",
        organisation::Change::Unchanged => "not changed",
        organisation::Change::More => "more than before",
    };
    let (before, after) = found.weeks;
    format!(
        "{name}: {:.digits$}{unit} in {before} weeks before, {:.digits$}{unit} in {after} since: {change}.",
        found.before, found.after
    )
}

/// The method that is proposed.
pub(super) fn method(method: &Method) -> String {
    format!("{} (step {}, {} weeks): {}", method.name, method.step, method.weeks, method.sentence)
}
