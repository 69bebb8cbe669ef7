//! The sentences of a review, each in one place: what they say, not how.

use crate::cases::effect::Verdict;
use crate::cases::library::Method;
use crate::cases::organisation;
use crate::domain::reason::Sentence;

use super::scores::{Compared, Response};
use super::series::{self, Judged};

/// One questionnaire.
pub(super) fn score(found: &Compared) -> Sentence {
    let Compared { instrument, before, now, gain, share, improves_by, response, has_recovered } = found;
    let (response, is_slight) = match response {
        Response::Worse => ("worse", true),
        Response::None => ("none", true),
        Response::Partial => ("partial", false),
        Response::Responded if *has_recovered => ("recovered", false),
        Response::Responded => ("responded", false),
    };
    Sentence::Score {
        instrument: *instrument,
        before: (before.score, before.on),
        now: (now.score, now.on),
        gain: *gain,
        share: *share,
        reliable: improves_by.filter(|_| is_slight).map(f64::ceil),
        response,
    }
}

/// One daily series.
pub(super) fn series(judged: &Judged) -> Sentence {
    let effect = &judged.effect;
    Sentence::Series {
        outcome: judged.outcome.as_str(),
        shift: (effect.shift, effect.interval.map(|interval| (interval.low, interval.high))),
        n: effect.n,
        verdict: series::verdict_word(judged.verdict),
    }
}

/// One working condition.
pub(super) fn exposure(found: &organisation::Compared) -> Sentence {
    let (before, after, weeks) = (found.before, found.after, found.weeks);
    let verdict = match found.change {
        organisation::Change::Less => Verdict::Improved,
        organisation::Change::Unchanged => Verdict::Unclear,
        organisation::Change::More => Verdict::Worse,
    };
    let verdict = series::verdict_word(verdict);
    Sentence::Exposure { exposure: found.exposure.as_str(), before, after, weeks, verdict }
}

/// The method that is proposed.
pub(super) fn method(method: &Method) -> Sentence {
    let Method { name, step, weeks, sentence, .. } = method;
    Sentence::Method { name: name.clone(), step: *step, weeks: *weeks, what: sentence.clone() }
}
