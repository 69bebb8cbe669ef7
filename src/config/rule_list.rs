//! The rules of the rule file, each as it stands and all of them together.

use std::collections::{BTreeMap, BTreeSet};

use super::section::Section;
use super::translations::Translations;
use super::{conditions, rule_sense};
use crate::domain::alert::{Level, RuleId};
use crate::domain::phrase::Phrase;
use crate::domain::screening::Instrument;
use crate::rules::{Condition, Flag, InstrumentCutoffs, Raise, Rule};

/// Every rule that is switched on, and every one that is switched off.
pub(super) fn read(
    root: &mut Section<'_>,
    cutoffs: &BTreeMap<Instrument, InstrumentCutoffs>,
    translations: &Translations,
) -> (Vec<Rule>, Vec<Rule>) {
    let mut seen = BTreeSet::new();
    let mut rules: Vec<(Rule, Section<'_>)> = Vec::new();
    let mut off = Vec::new();
    for mut section in root.sections("rule") {
        let id = rule_id(&mut section);
        if let Some(id) = &id {
            section.rename(format!("rule {id}"));
            if !seen.insert(id.clone()) {
                section.problem("id", "is the id of an earlier rule too", "give each rule an id of its own");
            }
        }
        let is_enabled = section.get_or("enabled", true);
        let rule = rule(&mut section, id, cutoffs, translations);
        section.refuse_unknown();
        match rule {
            Some(rule) if is_enabled => rules.push((rule, section)),
            Some(rule) => off.push(rule),
            None => {}
        }
    }
    for (place, (rule, section)) in rules.iter().enumerate() {
        let others = rules.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, (other, _))| other);
        warn_if_contained(section, rule, others);
    }
    (rules.into_iter().map(|(rule, _)| rule).collect(), off)
}

/// Without such a rule a worker who answers a crisis question would be seen by nobody.
pub(super) fn require_crisis_rule(root: &Section<'_>, rules: &[Rule]) {
    if !rules.iter().any(|rule| rule.level == Level::L4 && rule.all == [Condition::Flag(Flag::Crisis, true)]) {
        root.problem(
            "rule",
            "has no rule that answers a crisis",
            "keep one rule switched on with level = \"L4\" and all = [ { fact = \"crisis\", is = true } ]",
        );
    }
}

/// A rule that matches only where another gives as much changes no level.
fn warn_if_contained<'a>(section: &Section<'_>, rule: &Rule, mut others: impl Iterator<Item = &'a Rule>) {
    let highest = rule.raise.iter().map(|raise| raise.level).fold(rule.level, Level::max);
    let contains = |other: &&Rule| {
        other.level >= highest && other.all.iter().all(|condition| rule_sense::implies(&rule.all, condition))
    };
    if let Some(other) = others.find(contains) {
        let what = format!("lies within rule {}, which gives {} already", other.id.as_str(), other.level.as_str());
        section.warn("all", &what, "it changes no level and only adds its suggestions; drop it if that is not meant");
    }
}

/// A rule without conditions would match everybody.
pub(super) fn conditions_missing(section: &Section<'_>, example: &str) {
    section.problem("all", "holds no condition", &format!("list at least one, e.g. {example}"));
}

/// The id of a rule.
pub(super) fn rule_id(section: &mut Section<'_>) -> Option<String> {
    let id: String = section.require("id", "alerts name the rule by it")?;
    let is_name = (1..=32).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if !is_name {
        section.problem("id", &format!("is {id:?}"), "use 1 to 32 of A-Z a-z 0-9 _ -");
    } else if id.starts_with("T-") {
        section.problem("id", "begins with T-, which stands for the joint table", "choose another id");
    }
    Some(id)
}

fn level(section: &mut Section<'_>) -> Option<Level> {
    let words = ["L1", "L2", "L3", "L4"];
    let level = section.choice("level", |text| Level::parse(text).filter(|l| *l > Level::L0), &words);
    if !section.has("level") {
        section.problem("level", "is missing", "give one of: L1, L2, L3, L4");
    }
    level
}

fn rule(
    section: &mut Section<'_>,
    id: Option<String>,
    cutoffs: &BTreeMap<Instrument, InstrumentCutoffs>,
    translations: &Translations,
) -> Option<Rule> {
    let title: String = section.require("title", "people read it").unwrap_or_default();
    let title = translations.phrase(&title);
    let level = level(section);
    let all = conditions::read_all(section, "all", cutoffs, 0);
    if all.as_ref().is_some_and(|all| !rule_sense::can_hold(all)) {
        section.problem("all", "contradicts itself, so the rule can never match", "change or drop one condition");
    }
    if level == Some(Level::L3) && all.as_ref().is_some_and(|all| all.iter().all(Condition::is_of_wristband)) {
        let remedy = "add a questionnaire or a working condition; HRV and sleep move with illness and alcohol, too";
        section.warn("all", "gives L3 from a wristband alone", remedy);
    }
    let raise = raises(section, level, all.as_deref(), cutoffs);
    let [workload_review, counseling] = suggestions(section, translations);
    let levels = || level.into_iter().chain(raise.iter().flatten().map(|raise| raise.level));
    if levels().any(|level| matches!(level, Level::L2 | Level::L3)) {
        for (key, suggestions) in [("workload_review", &workload_review), ("counseling", &counseling)] {
            if suggestions.is_empty() {
                section.problem(
                    key,
                    "suggests nothing",
                    "an L2 or L3 rule starts both actions: give at least one suggestion",
                );
            }
        }
    }
    let is_crisis = |all: &Vec<Condition>| all.contains(&Condition::Flag(Flag::Crisis, true));
    if levels().any(|level| level == Level::L4) && all.as_ref().is_some_and(|all| !is_crisis(all)) {
        section.problem("level", "is L4 without the fact crisis", "L4 is the answer to a crisis only; use L3");
    }
    let id = RuleId::new(&id?);
    Some(Rule { id, title, level: level?, all: all?, raise: raise?, workload_review, counseling })
}

/// What is suggested for the work and for the person.
pub(super) fn suggestions(section: &mut Section<'_>, translations: &Translations) -> [Vec<Phrase>; 2] {
    ["workload_review", "counseling"].map(|key| translations.phrases(&section.get_or(key, Vec::new())))
}

fn raises(
    section: &mut Section<'_>,
    from: Option<Level>,
    base: Option<&[Condition]>,
    cutoffs: &BTreeMap<Instrument, InstrumentCutoffs>,
) -> Option<Vec<Raise>> {
    let mut raises = Some(Vec::new());
    for mut raise in section.sections("raise") {
        let level = level(&mut raise);
        let all = conditions::read_all(&mut raise, "all", cutoffs, 0);
        if let (Some(level), Some(from)) = (level, from)
            && level <= from
        {
            let what = format!("is {}, no higher than the rule's {}", level.as_str(), from.as_str());
            raise.problem("level", &what, "give a higher level, or drop the raise");
        }
        if let (Some(base), Some(all)) = (base, &all)
            && !rule_sense::can_hold(&[base, all].concat())
        {
            let what = "contradicts the rule's conditions or itself, so it never raises";
            raise.problem("all", what, "change or drop one condition");
        }
        raise.finish();
        let read = level.zip(all).map(|(level, all)| Raise { level, all });
        raises = raises.zip(read).map(|(mut raises, read)| {
            raises.push(read);
            raises
        });
    }
    raises
}
