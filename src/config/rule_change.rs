//! A rule as somebody would change it, held to what a rule file is held to.
//!
//! The rules in force and a change come in; the rules as they would be leave, or why they may not be so. Nothing
//! is kept: this is for asking what a change would have done.

use super::rule_sense;
use crate::domain::alert::Level;
use crate::rules::{Condition, Flag, Rule, RuleSet};

/// What is changed of one rule.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleChange<'a> {
    /// The rule's id.
    pub rule: &'a str,
    /// Whether it is switched on.
    pub is_on: bool,
    /// Its level.
    pub level: Level,
    /// Its numbers, in the order of [`Rule::knobs`].
    pub numbers: &'a [f64],
}

/// Why a change makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleChangeError {
    /// There is no such rule about a worker.
    #[error("there is no rule {0} about a worker that could be changed")]
    Unknown(String),
    /// It would be refused in a rule file, too.
    #[error("{0}")]
    Senseless(String),
}

/// Whether a rule can be asked about: what answers a crisis stays as it is.
#[must_use]
pub fn is_changeable(rule: &Rule) -> bool {
    let is_crisis = |all: &[Condition]| all.contains(&Condition::Flag(Flag::Crisis, true));
    rule.level < Level::L4 && !is_crisis(&rule.all) && rule.raise.iter().all(|raise| raise.level < Level::L4)
}

/// The rules in force with one of them changed, and that rule as it is now and as it would be.
///
/// # Errors
/// [`RuleChangeError`] where there is no such rule, or a rule file that says so would be refused.
pub fn changed<'r>(
    rules: &'r RuleSet,
    change: &RuleChange<'_>,
) -> Result<(RuleSet, &'r Rule, Option<Rule>), RuleChangeError> {
    let mut all = rules.rules.iter().chain(&rules.off);
    let found = all.find(|rule| rule.id.as_str() == change.rule && is_changeable(rule));
    let known = found.ok_or_else(|| RuleChangeError::Unknown(change.rule.to_owned()))?;
    let mut new = rules.clone();
    let is_other = |rule: &Rule| rule.id != known.id;
    new.off.retain(is_other);
    if !change.is_on {
        new.rules.retain(is_other);
        new.off.push(known.clone());
        return Ok((new, known, None));
    }
    let rule = as_changed(known, change)?;
    match new.rules.iter_mut().find(|rule| rule.id == known.id) {
        Some(place) => *place = rule.clone(),
        None => new.rules.push(rule.clone()),
    }
    Ok((new, known, Some(rule)))
}

fn as_changed(known: &Rule, change: &RuleChange<'_>) -> Result<Rule, RuleChangeError> {
    let senseless = |what: String| Err(RuleChangeError::Senseless(what));
    if !(Level::L1..=Level::L3).contains(&change.level) {
        return senseless("the level is one of L1, L2 and L3; L4 is the answer to a crisis only".to_owned());
    }
    let count = known.knobs().len();
    let Some(mut rule) = known.with_numbers(change.numbers) else {
        return senseless(format!("the rule asks for {count} numbers, and {} are given", change.numbers.len()));
    };
    if !change.numbers.iter().all(|number| number.is_finite()) {
        return senseless("a number is infinite or none".to_owned());
    }
    let leaves = leaves(rule.all.iter().chain(rule.raise.iter().flat_map(|raise| &raise.all)));
    if let Some((low, high)) = leaves.iter().find_map(|leaf| rule_sense::never_within(leaf)) {
        return senseless(format!("a condition can never hold: its values go from {low} to {high}"));
    }
    if let Some((low, high)) = leaves.iter().find_map(|leaf| rule_sense::always_within(leaf)) {
        return senseless(format!("a condition always holds: its values go from {low} to {high}"));
    }
    if !rule_sense::can_hold(&rule.all) {
        return senseless("the conditions contradict each other, so the rule can never match".to_owned());
    }
    if rule.raise.iter().any(|raise| !rule_sense::can_hold(&[&rule.all[..], &raise.all].concat())) {
        return senseless("a higher level contradicts the rule's conditions, so it is never reached".to_owned());
    }
    let is_mute = rule.workload_review.is_empty() || rule.counseling.is_empty();
    if change.level >= Level::L2 && is_mute {
        return senseless(
            "the rule suggests nothing on one side, so it can give L1 alone: L2 and L3 start both".to_owned(),
        );
    }
    // A higher level that is none any more has nothing left to say.
    rule.raise.retain(|raise| raise.level > change.level);
    rule.level = change.level;
    Ok(rule)
}

fn leaves<'a>(conditions: impl Iterator<Item = &'a Condition>) -> Vec<&'a Condition> {
    let mut found = Vec::new();
    for condition in conditions {
        match condition {
            Condition::All(parts) | Condition::Any(parts) => found.extend(leaves(parts.iter())),
            Condition::HrvState(..)
            | Condition::Flag(..)
            | Condition::Severity(..)
            | Condition::Number(..)
            | Condition::Screening(..) => found.push(condition),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::rules_file;

    fn weigh(change: &RuleChange<'_>) -> Result<Vec<String>, RuleChangeError> {
        let rules = rules_file::built_in().rules;
        changed(&rules, change).map(|(_, _, rule)| rule.map_or_else(Vec::new, |rule| rule.in_words()))
    }

    const R2: RuleChange<'_> = RuleChange { rule: "R2", is_on: true, level: Level::L2, numbers: &[48.0] };

    #[test]
    fn a_changed_rule_stands_in_the_place_of_the_old_one_and_says_what_is_new() {
        let words = weigh(&R2).expect("it makes sense");
        assert!(words[0].contains("at least 48 h") && words[1].starts_with("R2 → L3 when also"), "{words:?}");
        let rules = rules_file::built_in().rules;
        let (new, ..) = changed(&rules, &R2).expect("it makes sense");
        let ids = |rules: &RuleSet| rules.rules.iter().map(|rule| rule.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&new), ids(&rules));
    }

    #[test]
    fn a_rule_is_switched_off_and_one_that_is_off_is_switched_on() {
        let text = rules_file::BUILT_IN.replacen("id = \"R2\"", "id = \"R2\"\nenabled = false", 1);
        let rules = rules_file::parse(&text, "test").expect("it is a rule file").rules;
        assert_eq!(rules.off.len(), 1);
        let (on, ..) = changed(&rules, &R2).expect("it makes sense");
        assert!(on.off.is_empty() && on.rules.iter().any(|rule| rule.id.as_str() == "R2"));
        let (off, _, rule) = changed(&on, &RuleChange { is_on: false, ..R2 }).expect("it makes sense");
        assert!(rule.is_none() && off.rules.iter().all(|rule| rule.id.as_str() != "R2"));
    }

    #[test]
    fn what_a_rule_file_would_be_refused_for_is_refused() {
        for (change, why) in [
            (RuleChange { numbers: &[400.0], ..R2 }, "can never hold"),
            (RuleChange { numbers: &[0.0], ..R2 }, "always holds"),
            (RuleChange { numbers: &[f64::NAN], ..R2 }, "infinite or none"),
            (RuleChange { numbers: &[], ..R2 }, "asks for 1 numbers"),
            (RuleChange { level: Level::L4, ..R2 }, "L4 is the answer"),
            (RuleChange { rule: "R15", numbers: &[], ..R2 }, "suggests nothing"),
            (RuleChange { rule: "R1", is_on: false, ..R2 }, "no rule R1"),
            (RuleChange { rule: "R10", ..R2 }, "no rule R10"),
        ] {
            let error = weigh(&change).expect_err(why).to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
