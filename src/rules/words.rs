//! Rules in words, for people who do not read files.

use std::fmt::Write as _;

use super::condition::{Comparison, Condition, Flag, ScreeningSubject, ScreeningTest};
use super::cutoffs::{Cutoffs, InstrumentCutoffs};
use super::set::{Rule, RuleSet};
use super::unit::UnitRule;
use crate::domain::indicator::HrvState;

impl RuleSet {
    /// Every rule in words, a line each and one more for each higher level; then the cut-offs that
    /// they lean on, a line a questionnaire.
    #[must_use]
    pub fn in_words(&self) -> Vec<String> {
        let rules = self.rules.iter().flat_map(rule).chain(self.units.rules.iter().map(unit_rule));
        rules.chain(self.cutoffs.iter().map(|(of, cutoffs)| cut_offs(of.as_str(), cutoffs))).collect()
    }
}

fn cut_offs(name: &str, cutoffs: &InstrumentCutoffs) -> String {
    let total = cutoffs.total.iter().map(bands);
    let scales = cutoffs.scales.iter().map(|(scale, of)| format!("{}: {}", scale.replace('_', " "), bands(of)));
    format!("{name}: {}", total.chain(scales).collect::<Vec<_>>().join("; "))
}

fn bands(of: &Cutoffs) -> String {
    let way = if of.is_high_good { "down from" } else { "from" };
    let named =
        [("mild", of.mild), ("moderate", of.moderate), ("severe", of.severe), ("over its cut-off", of.positive)];
    // A cut-off "above 5" is kept as the next number after 5.
    let digits = |limit: f64| format!("{way} {}", (limit * 1e6).round() / 1e6);
    let parts = named.into_iter().filter_map(|(band, limit)| Some(format!("{band} {}", digits(limit?))));
    parts.collect::<Vec<_>>().join(", ")
}

impl Rule {
    /// The rule in words: a line, and one more for each higher level.
    #[must_use]
    pub fn in_words(&self) -> Vec<String> {
        rule(self)
    }
}

fn rule(rule: &Rule) -> Vec<String> {
    let id = rule.id.as_str();
    let first = format!("{id} → {} when {} ({})", rule.level.as_str(), all(&rule.all), rule.title);
    let raised =
        rule.raise.iter().map(|raise| format!("{id} → {} when also {}", raise.level.as_str(), all(&raise.all)));
    std::iter::once(first).chain(raised).collect()
}

fn unit_rule(rule: &UnitRule) -> String {
    let conditions: Vec<_> = rule
        .all
        .iter()
        .map(|c| format!("{} is {} {}", c.fact.as_str().replace('_', " "), compared(c.comparison), c.limit))
        .collect();
    let (id, level) = (rule.id.as_str(), rule.level.as_str());
    format!("{id} → {level} for a unit when its {} ({})", conditions.join(" AND its "), rule.title)
}

fn all(conditions: &[Condition]) -> String {
    let parts: Vec<_> = conditions.iter().map(one).collect();
    parts.join(" AND ")
}

fn one(condition: &Condition) -> String {
    match condition {
        Condition::HrvState(is, states) => {
            let names: Vec<_> = states.iter().map(|state| hrv(*state)).collect();
            format!("HRV is {}{}", if *is { "" } else { "not " }, names.join(" or "))
        }
        Condition::Flag(flag, is) => format!("{}{}", if *is { "" } else { "not: " }, of_flag(*flag)),
        Condition::Severity(comparison, severity) => {
            format!("the worst valid screening is {} {}", compared(*comparison), severity.as_str())
        }
        Condition::Number(fact, comparison, limit) => {
            let described = fact.described();
            let mut text = format!("{} {} {limit}", described.words, compared(*comparison));
            if !described.unit.is_empty() {
                let _ = write!(text, " {}", described.unit);
            }
            text
        }
        Condition::Screening(of, ScreeningTest::Positive(is)) => {
            format!("{} is {}over its cut-off", subject(of), if *is { "" } else { "not " })
        }
        Condition::Screening(of, ScreeningTest::Severity(comparison, severity)) => {
            format!("{} is {} {}", subject(of), compared(*comparison), severity.as_str())
        }
        Condition::Screening(of, ScreeningTest::Score(comparison, limit)) => {
            format!("{} is {} {limit}", subject(of), compared(*comparison))
        }
        Condition::All(conditions) => format!("({})", all(conditions)),
        Condition::Any(conditions) => {
            let parts: Vec<_> = conditions.iter().map(one).collect();
            format!("({})", parts.join(" OR "))
        }
    }
}

const fn hrv(state: HrvState) -> &'static str {
    match state {
        HrvState::Learning => "still being learned",
        HrvState::Normal => "normal",
        HrvState::Watch => "on watch",
        HrvState::Persistent => "persistently low",
        HrvState::Stale => "unknown for want of nights",
    }
}

const fn of_flag(flag: Flag) -> &'static str {
    match flag {
        Flag::Crisis => "a crisis answer",
        Flag::SleepPoor => "sleep persistently poor",
        Flag::Exposed => "a working condition over its limit",
        Flag::SafetyCritical => "a safety-critical job",
    }
}

pub(super) fn subject(subject: &ScreeningSubject) -> String {
    match subject {
        ScreeningSubject::Construct(construct) => {
            format!("a screening for {}", construct.as_str().replace('_', " and "))
        }
        ScreeningSubject::Instrument(instrument) => instrument.as_str().to_owned(),
        ScreeningSubject::Scale(instrument, scale) => format!("{} {scale}", instrument.as_str()),
    }
}

pub(super) const fn compared(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Is => "exactly",
        Comparison::IsNot => "not",
        Comparison::AtLeast => "at least",
        Comparison::Above => "above",
        Comparison::AtMost => "at most",
        Comparison::Below => "below",
    }
}

#[cfg(test)]
mod tests {
    use crate::config::rules_file;

    #[test]
    fn rules_read_as_sentences() {
        let words = rules_file::built_in().rules.in_words();
        for line in [
            "R2 → L2 when HRV is persistently low AND weekly hours, mean of 4 weeks at least 55 h (HRV persistently low and very long weekly hours)",
            "R2 → L3 when also the worst valid screening is at least moderate",
            "R3 → L3 when HRV is persistently low AND a screening for anxiety is over its cut-off (HRV persistently low and anxiety over its cut-off)",
            "R14 → L2 when also HRV is on watch or persistently low AND the worst valid screening is at least mild",
            "R10 → L2 for a unit when its eri mean is above 1 AND its watch or worse share is at least 0.2 (Effort above reward, and a fifth of the unit on watch)",
        ] {
            assert!(words.iter().any(|found| found == line), "{line}\n{words:#?}");
        }
    }
}
