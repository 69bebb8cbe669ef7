//! Whether conditions make sense: which can never hold, which contradict, which rule lies within another.

use crate::domain::indicator::{HrvState, Severity};
use crate::rules::{Comparison, Condition, Flag, NumberFact, ScreeningSubject, ScreeningTest};
use crate::screening;

/// What a condition looks at.
#[derive(Debug, Clone, PartialEq)]
enum Subject<'a> {
    HrvState,
    Flag(Flag),
    Q,
    Number(NumberFact),
    Positive(&'a ScreeningSubject),
    Band(&'a ScreeningSubject),
    Score(&'a ScreeningSubject),
}

/// The values with which a condition holds.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Extent {
    /// From the first to the second, both included.
    Span(f64, f64),
    /// One bit for each word.
    Words(u8),
}

impl Extent {
    fn number(comparison: Comparison, limit: f64) -> Self {
        match comparison {
            Comparison::AtLeast => Self::Span(limit, f64::INFINITY),
            Comparison::Above => Self::Span(limit.next_up(), f64::INFINITY),
            Comparison::AtMost => Self::Span(f64::NEG_INFINITY, limit),
            Comparison::Below => Self::Span(f64::NEG_INFINITY, limit.next_down()),
            // Numbers are not compared so.
            Comparison::Is | Comparison::IsNot => Self::Span(f64::NEG_INFINITY, f64::INFINITY),
        }
    }

    fn words<T>(all: &[T], holds: impl Fn(&T) -> bool) -> Self {
        Self::Words(
            all.iter().enumerate().filter(|(_, word)| holds(word)).fold(0, |bits, (place, _)| bits | 1 << place),
        )
    }

    fn severities(comparison: Comparison, severity: Severity) -> Self {
        Self::words(&Severity::ALL, |word| comparison.holds(*word, severity))
    }

    fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Span(a, b), Self::Span(c, d)) => Self::Span(a.max(c), b.min(d)),
            (Self::Words(a), Self::Words(b)) => Self::Words(a & b),
            (Self::Span(..), Self::Words(_)) | (Self::Words(_), Self::Span(..)) => self,
        }
    }

    fn is_empty(self) -> bool {
        match self {
            Self::Span(low, high) => low > high,
            Self::Words(words) => words == 0,
        }
    }

    fn is_within(self, other: Self) -> bool {
        match (self, other) {
            (Self::Span(a, b), Self::Span(c, d)) => a >= c && b <= d,
            (Self::Words(a), Self::Words(b)) => a & !b == 0,
            (Self::Span(..), Self::Words(_)) | (Self::Words(_), Self::Span(..)) => false,
        }
    }
}

/// What a condition that is no group looks at, and when it holds.
fn leaf(condition: &Condition) -> Option<(Subject<'_>, Extent)> {
    Some(match condition {
        Condition::HrvState(is, states) => {
            (Subject::HrvState, Extent::words(&HrvState::ALL, |state| states.contains(state) == *is))
        }
        Condition::Flag(flag, is) => (Subject::Flag(*flag), Extent::words(&[false, true], |value| value == is)),
        Condition::Severity(comparison, severity) => (Subject::Q, Extent::severities(*comparison, *severity)),
        Condition::Number(fact, comparison, limit) => (Subject::Number(*fact), Extent::number(*comparison, *limit)),
        Condition::Screening(subject, ScreeningTest::Positive(is)) => {
            (Subject::Positive(subject), Extent::words(&[false, true], |value| value == is))
        }
        Condition::Screening(subject, ScreeningTest::Severity(comparison, severity)) => {
            (Subject::Band(subject), Extent::severities(*comparison, *severity))
        }
        Condition::Screening(subject, ScreeningTest::Score(comparison, limit)) => {
            (Subject::Score(subject), Extent::number(*comparison, *limit))
        }
        Condition::All(_) | Condition::Any(_) => return None,
    })
}

/// All values that a subject can have; `None` where nothing is known of that.
fn possible(subject: &Subject<'_>) -> Option<(f64, f64)> {
    match subject {
        Subject::Number(fact) => Some(fact.described().range),
        Subject::Score(ScreeningSubject::Instrument(instrument)) => Some(screening::definition(*instrument).range),
        Subject::HrvState | Subject::Flag(_) | Subject::Q | Subject::Positive(_) | Subject::Band(_) => None,
        Subject::Score(_) => None,
    }
}

/// The limits of what a condition looks at, where it can never hold within them.
pub(super) fn never_within(condition: &Condition) -> Option<(f64, f64)> {
    let (subject, extent) = leaf(condition)?;
    let (low, high) = possible(&subject)?;
    extent.with(Extent::Span(low, high)).is_empty().then_some((low, high))
}

/// The limits of what a condition looks at, where it holds whatever the value.
pub(super) fn always_within(condition: &Condition) -> Option<(f64, f64)> {
    let (subject, extent) = leaf(condition)?;
    let (low, high) = possible(&subject)?;
    Extent::Span(low, high).is_within(extent).then_some((low, high))
}

/// Whether all of these can hold at once, as far as can be seen.
pub(super) fn can_hold(conditions: &[Condition]) -> bool {
    let flat = flattened(conditions);
    let is_whole = |condition: &&Condition| {
        if let Condition::Any(any) = condition {
            return any.iter().any(|one| can_hold(&with(&flat, one)));
        }
        leaf(condition).is_none_or(|(subject, _)| !joint(&flat, &subject).is_some_and(Extent::is_empty))
    };
    flat.iter().all(is_whole)
}

/// The leaves and alternatives of nested lists of which all must hold.
fn flattened(conditions: &[Condition]) -> Vec<&Condition> {
    conditions.iter().fold(Vec::new(), |mut flat, condition| {
        if let Condition::All(all) = condition {
            flat.extend(flattened(all));
        } else {
            flat.push(condition);
        }
        flat
    })
}

/// The leaves among these, and one more.
fn with(conditions: &[&Condition], one: &Condition) -> Vec<Condition> {
    let leaves = conditions.iter().filter(|c| !matches!(c, Condition::Any(_)));
    leaves.map(|c| (*c).clone()).chain([one.clone()]).collect()
}

/// When every condition on a subject holds; `None` where there is none.
fn joint(conditions: &[&Condition], subject: &Subject<'_>) -> Option<Extent> {
    let extents = conditions.iter().filter_map(|condition| leaf(condition)).filter(|(of, _)| of == subject);
    extents.map(|(_, extent)| extent).reduce(Extent::with)
}

/// Whether `then` holds whenever all of `when` do, as far as can be seen.
pub(super) fn implies(when: &[Condition], then: &Condition) -> bool {
    let flat = flattened(when);
    let by_alternative = || {
        flat.iter().any(|condition| {
            matches!(condition, Condition::Any(any) if any.iter().all(|one| implies(std::slice::from_ref(one), then)))
        })
    };
    if let Condition::All(all) = then {
        return all.iter().all(|part| implies(when, part));
    }
    if let Condition::Any(any) = then {
        return any.iter().any(|part| implies(when, part)) || by_alternative();
    }
    let is_within = |(subject, extent)| joint(&flat, &subject).is_some_and(|when| when.is_within(extent));
    leaf(then).is_some_and(is_within) || by_alternative()
}
