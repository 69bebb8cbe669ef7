//! One condition of a rule, typed by the fact that it looks at.

use std::cmp::Ordering;

use super::RuleSet;
use super::cutoffs::Construct;
use super::facts::{Facts, ScreenedFact};
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
    fn holds<T: PartialOrd>(self, value: T, limit: T) -> bool {
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

/// A fact that is a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberFact {
    /// Mean weekly hours of the last four weeks.
    WeeklyHours,
    /// Consecutive overtime days.
    OvertimeRunDays,
    /// The loudest day of that run, dB(A).
    OvertimeRunNoiseDba,
    /// The loudest of the last seven days, dB(A).
    NoiseDba,
    /// Mean z of night-time HRV of the last seven days.
    Z7,
}

impl NumberFact {
    fn of(self, facts: &Facts) -> Option<f64> {
        match self {
            Self::WeeklyHours => facts.weekly_hours,
            Self::OvertimeRunDays => Some(f64::from(facts.overtime_run_days)),
            Self::OvertimeRunNoiseDba => facts.overtime_run_noise_dba,
            Self::NoiseDba => facts.noise_dba,
            Self::Z7 => facts.z7,
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
    /// How the score compares. Never used with a construct: instruments differ in scale.
    Score(Comparison, f64),
}

/// One condition. A fact that is not known fulfils no condition, whatever the comparison.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// The state of night-time HRV: `true` is, `false` is not.
    HrvState(bool, HrvState),
    /// Whether there is a crisis answer.
    Crisis(bool),
    /// Whether sleep is persistently poor.
    SleepPoor(bool),
    /// Whether an exposure is over its limit.
    Exposed(bool),
    /// How bad the worst valid screening is (Q).
    Severity(Comparison, Severity),
    /// A number.
    Number(NumberFact, Comparison, f64),
    /// Questionnaires.
    Screening(ScreeningSubject, ScreeningTest),
}

impl Condition {
    /// Whether the condition rests on questionnaires alone.
    pub(super) const fn is_of_questionnaires(&self) -> bool {
        matches!(self, Self::Severity(..) | Self::Screening(..))
    }

    /// Whether it holds. With `whole_only`, results with filled-in answers are left out.
    pub(super) fn holds(&self, facts: &Facts, rules: &RuleSet, whole_only: bool) -> bool {
        match self {
            Self::HrvState(is, state) => (facts.hrv == *state) == *is,
            Self::Crisis(is) => facts.is_crisis == *is,
            Self::SleepPoor(is) => facts.is_sleep_poor == *is,
            Self::Exposed(is) => facts.is_exposed == *is,
            Self::Severity(comparison, severity) => {
                rules.worst(facts, whole_only).is_some_and(|q| comparison.holds(q, *severity))
            }
            Self::Number(fact, comparison, limit) => fact.of(facts).is_some_and(|v| comparison.holds(v, *limit)),
            Self::Screening(subject, test) => {
                let mut usable = facts.screenings.iter().filter(|s| !(whole_only && s.is_prorated));
                match test {
                    ScreeningTest::Positive(true) => usable.any(|s| subject.is_positive(s, rules) == Some(true)),
                    ScreeningTest::Positive(false) => {
                        let mut answers = usable.filter_map(|s| subject.is_positive(s, rules)).peekable();
                        answers.peek().is_some() && !answers.any(|positive| positive)
                    }
                    ScreeningTest::Score(comparison, limit) => {
                        usable.any(|s| subject.score(s).is_some_and(|v| comparison.holds(v, *limit)))
                    }
                }
            }
        }
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
