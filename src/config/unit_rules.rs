//! The rules about units of the rule file.

use super::rule_list::{conditions_missing, rule_id, suggestions};
use super::section::Section;
use super::translations::Translations;
use crate::domain::alert::{Level, RuleId};
use crate::rules::{Comparison, LEAST_WORKERS, UnitCondition, UnitFact, UnitRule, UnitRules};

const COMPARATORS: [(&str, Comparison); 4] = [
    ("at_least", Comparison::AtLeast),
    ("above", Comparison::Above),
    ("at_most", Comparison::AtMost),
    ("below", Comparison::Below),
];

/// Reads `[unit]` and every `[[unit_rule]]`; no id may be one of `taken`.
pub(super) fn read<'a>(
    root: &mut Section<'_>,
    taken: impl Iterator<Item = &'a RuleId>,
    translations: &Translations,
) -> UnitRules {
    let mut section = root.section("unit");
    let least_workers = section.number("least_workers", LEAST_WORKERS, LEAST_WORKERS..=10_000);
    section.finish();
    let mut seen: Vec<String> = taken.map(|id| id.as_str().to_owned()).collect();
    let mut rules = Vec::new();
    for mut section in root.sections("unit_rule") {
        let id = rule_id(&mut section);
        if let Some(id) = &id {
            section.rename(format!("unit_rule {id}"));
            if seen.contains(id) {
                section.problem("id", "is the id of an earlier rule too", "give each rule an id of its own");
            }
            seen.push(id.clone());
        }
        let is_enabled = section.get_or("enabled", true);
        let rule = rule(&mut section, id, translations);
        section.finish();
        rules.extend(rule.filter(|_| is_enabled));
    }
    UnitRules { least_workers, rules }
}

fn rule(section: &mut Section<'_>, id: Option<String>, translations: &Translations) -> Option<UnitRule> {
    let title: String = section.require("title", "people read it").unwrap_or_default();
    let title = translations.phrase(&title);
    let words = ["L2", "L3"];
    let level = section.choice("level", |text| Level::parse(text).filter(|l| words.contains(&l.as_str())), &words);
    if !section.has("level") {
        section.problem("level", "is missing", "give one of: L2, L3");
    }
    let conditions = section.sections("all");
    if conditions.is_empty() {
        conditions_missing(section, "{ fact = \"eri_mean\", above = 1 }");
        return None;
    }
    let all: Vec<_> = conditions.into_iter().map(condition).collect();
    let [workload_review, counseling] = suggestions(section, translations);
    if workload_review.is_empty() {
        section.problem("workload_review", "suggests nothing", "a unit rule asks for a workload review: say of what");
    }
    let all = all.into_iter().collect::<Option<Vec<_>>>()?;
    Some(UnitRule { id: RuleId::new(&id?), title, level: level?, all, workload_review, counseling })
}

fn condition(mut section: Section<'_>) -> Option<UnitCondition> {
    if !section.has("fact") {
        section.problem("", "names no figure", "name one, e.g. fact = \"eri_mean\"");
        return None;
    }
    let fact = section.choice("fact", UnitFact::parse, &UnitFact::ALL.map(UnitFact::as_str))?;
    let mut given = COMPARATORS.into_iter().filter(|(key, _)| section.has(key));
    let (Some((key, comparison)), None) = (given.next(), given.next()) else {
        section.problem("", "must compare in one way", "give one of: at_least, above, at_most, below");
        return None;
    };
    let limit: f64 = section.get(key)?;
    let (low, high) = fact.range();
    let can_hold = comparison.holds(low, limit) || comparison.holds(high, limit);
    if !can_hold {
        section.problem(key, "can never hold", &format!("compare with a value that can occur: {low} to {high}"));
    }
    section.finish();
    Some(UnitCondition { fact, comparison, limit })
}
