//! The numbers that a rule asks for, so that somebody can ask what other numbers would do.

use super::condition::{Condition, ScreeningTest};
use super::set::{Raise, Rule};
use super::words;
use crate::domain::alert::Level;

/// One number of a rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Knob {
    /// What it is held against and how, in words.
    pub words: String,
    /// The condition that it stands in.
    pub condition: Condition,
    /// Its unit; empty where it has none.
    pub unit: &'static str,
    /// The number.
    pub limit: f64,
    /// The higher level that it leads to; none where it belongs to the rule itself.
    pub raise: Option<Level>,
}

impl Rule {
    /// Every number: those of the rule's own conditions, then those of each higher level, in their order.
    #[must_use]
    pub fn knobs(&self) -> Vec<Knob> {
        let own = self.all.iter().map(|condition| (condition, None));
        let raised =
            self.raise.iter().flat_map(|raise| raise.all.iter().map(|condition| (condition, Some(raise.level))));
        let mut knobs = Vec::new();
        own.chain(raised).for_each(|(condition, raise)| collect(condition, raise, &mut knobs));
        knobs
    }

    /// The same rule with these numbers, in the order of [`Rule::knobs`]; `None` where it has more or fewer.
    #[must_use]
    pub fn with_numbers(&self, numbers: &[f64]) -> Option<Self> {
        let mut left = numbers.iter().copied();
        let mut replaced =
            |all: &[Condition]| all.iter().map(|condition| replace(condition, &mut left)).collect::<Option<Vec<_>>>();
        let all = replaced(&self.all)?;
        let raised = self.raise.iter().map(|raise| Some(Raise { level: raise.level, all: replaced(&raise.all)? }));
        let raise = raised.collect::<Option<Vec<_>>>()?;
        left.next().is_none().then(|| Self { all, raise, ..self.clone() })
    }
}

fn collect(condition: &Condition, raise: Option<Level>, knobs: &mut Vec<Knob>) {
    let mut knob = |words, unit, limit| knobs.push(Knob { words, condition: condition.clone(), unit, limit, raise });
    match condition {
        Condition::Number(fact, comparison, limit) => {
            let described = fact.described();
            knob(format!("{} {}", described.words, words::compared(*comparison)), described.unit, *limit);
        }
        Condition::Screening(subject, ScreeningTest::Score(comparison, limit)) => {
            knob(format!("{} is {}", words::subject(subject), words::compared(*comparison)), "", *limit);
        }
        Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| collect(part, raise, knobs)),
        Condition::HrvState(..) | Condition::Flag(..) | Condition::Severity(..) | Condition::Screening(..) => {}
    }
}

fn replace(condition: &Condition, left: &mut impl Iterator<Item = f64>) -> Option<Condition> {
    let mut parts = |parts: &[Condition]| parts.iter().map(|part| replace(part, left)).collect::<Option<Vec<_>>>();
    Some(match condition {
        Condition::All(all) => Condition::All(parts(all)?),
        Condition::Any(any) => Condition::Any(parts(any)?),
        Condition::Number(fact, comparison, _) => Condition::Number(*fact, *comparison, left.next()?),
        Condition::Screening(subject, ScreeningTest::Score(comparison, _)) => {
            Condition::Screening(subject.clone(), ScreeningTest::Score(*comparison, left.next()?))
        }
        Condition::HrvState(..) | Condition::Flag(..) | Condition::Severity(..) | Condition::Screening(..) => {
            condition.clone()
        }
    })
}

#[cfg(test)]
mod tests {
    use crate::config::rules_file;

    #[test]
    fn every_rule_is_the_same_with_its_own_numbers_and_takes_no_more_and_no_fewer() {
        let rules = rules_file::built_in().rules;
        let mut numbers = 0;
        for rule in &rules.rules {
            let own: Vec<f64> = rule.knobs().iter().map(|knob| knob.limit).collect();
            numbers += own.len();
            assert_eq!(rule.with_numbers(&own).as_ref(), Some(rule));
            assert_eq!(rule.with_numbers(&[&own[..], &[1.0]].concat()), None, "{:?}", rule.id);
            if let Some((_, fewer)) = own.split_last() {
                assert_eq!(rule.with_numbers(fewer), None, "{:?}", rule.id);
            }
        }
        assert!(numbers >= 15, "the built-in rules ask for numbers: {numbers}");
    }

    #[test]
    fn a_number_is_told_with_what_it_is_held_against() {
        let rules = rules_file::built_in().rules;
        let rule = rules.rules.iter().find(|rule| rule.id.as_str() == "R2").expect("it is built in");
        let knob = &rule.knobs()[0];
        assert_eq!((knob.words.as_str(), knob.unit), ("weekly hours, mean of 4 weeks at least", "h"));
        let changed = rule.with_numbers(&[48.5]).expect("it has one number");
        assert_eq!(changed.knobs()[0].limit.to_string(), "48.5");
    }
}
