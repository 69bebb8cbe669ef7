//! One condition of a rule, typed by the fact that it looks at, and how firmly it holds.

use std::cmp::Ordering;

use super::RuleSet;
use super::cutoffs::Construct;
use super::facts::{Facts, ScreenedFact};
use super::number::{NumberFact, Worse};
use crate::domain::indicator::{HrvState, Severity};
use crate::domain::screening::Instrument;

/// How a value is compared with the one in the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Equal.
    Is,
    /// Different.
    IsNot,
    /// Equal or greater.
    AtLeast,
    /// Greater.
    Above,
    /// Equal or smaller.
    AtMost,
    /// Smaller.
    Below,
}

impl Comparison {
    /// Whether a value compares so with a limit; what cannot be compared does not.
    #[must_use]
    pub fn holds<T: PartialOrd>(self, value: T, limit: T) -> bool {
        value.partial_cmp(&limit).is_some_and(|order| match self {
            Self::Is => order == Ordering::Equal,
            Self::IsNot => order != Ordering::Equal,
            Self::AtLeast => order != Ordering::Less,
            Self::Above => order == Ordering::Greater,
            Self::AtMost => order != Ordering::Greater,
            Self::Below => order == Ordering::Less,
        })
    }
}

/// A fact that is there or not. What was never reported is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// A crisis answer that was not announced yet.
    Crisis,
    /// Sleep is persistently poor.
    SleepPoor,
    /// An exposure is over its limit.
    Exposed,
    /// An error in this job endangers others.
    SafetyCritical,
}

impl Flag {
    /// Every flag.
    pub const ALL: [Self; 4] = [Self::Crisis, Self::SleepPoor, Self::Exposed, Self::SafetyCritical];

    /// The name used in the rule file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Crisis => "crisis",
            Self::SleepPoor => "sleep_poor",
            Self::Exposed => "exposed",
            Self::SafetyCritical => "safety_critical",
        }
    }

    /// The flag of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|flag| flag.as_str() == name)
    }

    const fn of(self, facts: &Facts) -> bool {
        match self {
            Self::Crisis => facts.is_crisis,
            Self::SleepPoor => facts.is_sleep_poor,
            Self::Exposed => facts.is_exposed,
            Self::SafetyCritical => facts.is_safety_critical,
        }
    }
}

/// Which results a condition on questionnaires looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScreeningSubject {
    /// Every scale that measures this.
    Construct(Construct),
    /// One questionnaire; its score is the total.
    Instrument(Instrument),
    /// One scale of one questionnaire.
    Scale(Instrument, Box<str>),
}

/// What is asked of such a result.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ScreeningTest {
    /// Whether any of them is over its own cut-off; `false` asks for the opposite of those there are.
    Positive(bool),
    /// How the worst of them compares on the scale common to all questionnaires.
    Severity(Comparison, Severity),
    /// How the score compares. Never used with a construct: instruments differ in scale.
    Score(Comparison, f64),
}

/// One condition. A fact that is not known fulfils no condition, whatever the comparison.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// The state of night-time HRV: `true` is one of these, `false` is none of them.
    HrvState(bool, Vec<HrvState>),
    /// Whether something is there.
    Flag(Flag, bool),
    /// How bad the worst valid screening is (Q).
    Severity(Comparison, Severity),
    /// A number.
    Number(NumberFact, Comparison, f64),
    /// Questionnaires.
    Screening(ScreeningSubject, ScreeningTest),
    /// Each of these.
    All(Vec<Self>),
    /// At least one of these.
    Any(Vec<Self>),
}

/// How firmly a condition holds, rising.
///
/// A score with filled-in answers cannot give L3 alone (domain reference, section 6.2), so it matters
/// what a condition rests on: one that holds only through such a score gives no L3, unless a sign
/// that is no questionnaire stands beside it. A rising state of any part never lowers the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Holds {
    /// It does not.
    No,
    /// Only by a score with filled-in answers.
    FilledIn,
    /// By whole questionnaires, or by a circumstance that is no sign of strain.
    Plainly,
    /// By a sign beside the questionnaires: HRV persistently low, poor sleep, a working condition.
    Signed,
}

impl Holds {
    fn plainly(holds: bool) -> Self {
        if holds { Self::Plainly } else { Self::No }
    }

    /// All of `parts`: a sign beside a filled-in score backs it.
    pub(super) fn all(parts: impl Iterator<Item = Self>) -> Self {
        let (mut least, mut most) = (Self::Signed, Self::Plainly);
        for part in parts {
            least = least.min(part);
            most = most.max(part);
        }
        if least == Self::No {
            Self::No
        } else if most == Self::Signed {
            most
        } else {
            least.min(most)
        }
    }
}

impl Condition {
    /// Whether it rests on the wristband and nothing else.
    #[must_use]
    pub fn is_of_wristband(&self) -> bool {
        match self {
            Self::HrvState(..) | Self::Flag(Flag::SleepPoor, _) => true,
            Self::Number(fact, ..) => fact.is_of_wristband(),
            Self::All(parts) | Self::Any(parts) => parts.iter().all(Self::is_of_wristband),
            Self::Flag(..) | Self::Severity(..) | Self::Screening(..) => false,
        }
    }

    /// Every number that it asks for, with how and against what.
    #[must_use]
    pub fn numbers(&self) -> Vec<(NumberFact, Comparison, f64)> {
        match self {
            Self::Number(fact, comparison, limit) => vec![(*fact, *comparison, *limit)],
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::numbers).collect(),
            Self::HrvState(..) | Self::Flag(..) | Self::Severity(..) | Self::Screening(..) => Vec::new(),
        }
    }

    /// Whether, and how firmly, it holds.
    pub(super) fn holds(&self, facts: &Facts, rules: &RuleSet) -> Holds {
        match self {
            Self::HrvState(is, states) if states.contains(&facts.hrv) == *is => {
                // "watch" is for the worker's eyes and backs nothing.
                if facts.hrv == HrvState::Persistent { Holds::Signed } else { Holds::Plainly }
            }
            Self::Flag(flag, is) if flag.of(facts) == *is => match flag {
                Flag::SafetyCritical => Holds::Plainly,
                Flag::Crisis | Flag::SleepPoor | Flag::Exposed => {
                    if *is {
                        Holds::Signed
                    } else {
                        Holds::Plainly
                    }
                }
            },
            Self::HrvState(..) | Self::Flag(..) => Holds::No,
            Self::Number(fact, comparison, limit) => {
                let holds = rules.number(facts, *fact).is_some_and(|value| comparison.holds(value, *limit));
                if holds && is_sign(*fact, *comparison) { Holds::Signed } else { Holds::plainly(holds) }
            }
            Self::Severity(..) | Self::Screening(..) => {
                if self.is_answered(facts, rules, true) {
                    Holds::Plainly
                } else if self.is_answered(facts, rules, false) {
                    Holds::FilledIn
                } else {
                    Holds::No
                }
            }
            Self::All(conditions) => Holds::all(conditions.iter().map(|c| c.holds(facts, rules))),
            Self::Any(conditions) => conditions.iter().map(|c| c.holds(facts, rules)).max().unwrap_or(Holds::No),
        }
    }

    /// Whether a condition on questionnaires holds; with `whole_only`, without filled-in answers.
    fn is_answered(&self, facts: &Facts, rules: &RuleSet, whole_only: bool) -> bool {
        let mut usable = facts.screenings.iter().filter(|s| !(whole_only && s.is_prorated));
        match self {
            Self::Severity(comparison, severity) => {
                rules.worst(facts, whole_only).is_some_and(|q| comparison.holds(q, *severity))
            }
            Self::Screening(subject, ScreeningTest::Positive(true)) => {
                usable.any(|s| subject.is_positive(s, rules) == Some(true))
            }
            Self::Screening(subject, ScreeningTest::Positive(false)) => {
                let mut answers = usable.filter_map(|s| subject.is_positive(s, rules)).peekable();
                answers.peek().is_some() && !answers.any(|positive| positive)
            }
            Self::Screening(subject, ScreeningTest::Severity(comparison, severity)) => {
                let worst = usable.filter_map(|s| subject.severity(s, rules)).max();
                worst.is_some_and(|worst| comparison.holds(worst, *severity))
            }
            Self::Screening(subject, ScreeningTest::Score(comparison, limit)) => {
                usable.any(|s| subject.score(s).is_some_and(|v| comparison.holds(v, *limit)))
            }
            Self::HrvState(..) | Self::Flag(..) | Self::Number(..) | Self::All(_) | Self::Any(_) => false,
        }
    }
}

/// Whether a number that compares so is a sign of strain.
fn is_sign(fact: NumberFact, comparison: Comparison) -> bool {
    match fact.described().worse {
        Worse::Up => matches!(comparison, Comparison::AtLeast | Comparison::Above),
        Worse::Down => matches!(comparison, Comparison::AtMost | Comparison::Below),
        Worse::Neither => false,
    }
}

impl ScreeningSubject {
    fn is_positive(&self, screened: &ScreenedFact, rules: &RuleSet) -> Option<bool> {
        match self {
            Self::Construct(construct) => {
                let cutoffs = rules.cutoffs.get(&screened.instrument)?;
                let measured =
                    cutoffs.scored(screened.score, &screened.scales).filter(|(c, _)| c.measures == *construct);
                measured.filter_map(|(c, score)| c.is_positive(score)).reduce(|a, b| a || b)
            }
            Self::Instrument(instrument) => (screened.instrument == *instrument)
                .then(|| rules.is_positive(*instrument, screened.score, &screened.scales))?,
            Self::Scale(instrument, name) => {
                rules.cutoffs.get(instrument)?.scales.get(name)?.is_positive(self.score(screened)?)
            }
        }
    }

    fn severity(&self, screened: &ScreenedFact, rules: &RuleSet) -> Option<Severity> {
        match self {
            Self::Construct(construct) => {
                let cutoffs = rules.cutoffs.get(&screened.instrument)?;
                let measured =
                    cutoffs.scored(screened.score, &screened.scales).filter(|(c, _)| c.measures == *construct);
                measured.filter_map(|(c, score)| c.severity(score)).max()
            }
            Self::Instrument(instrument) => {
                (screened.instrument == *instrument).then(|| rules.severity_of(screened))?
            }
            Self::Scale(instrument, name) => {
                rules.cutoffs.get(instrument)?.scales.get(name)?.severity(self.score(screened)?)
            }
        }
    }

    fn score(&self, screened: &ScreenedFact) -> Option<f64> {
        match self {
            Self::Construct(_) => None,
            Self::Instrument(instrument) => (screened.instrument == *instrument).then_some(screened.score),
            Self::Scale(instrument, name) => {
                let scales = (screened.instrument == *instrument).then_some(&screened.scales)?;
                scales.iter().find(|(n, _)| **n == **name).map(|(_, score)| *score)
            }
        }
    }
}
