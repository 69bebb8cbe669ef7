//! The rule file: text in, all that the engine computes with out, or every problem at once.

use std::collections::BTreeMap;
use std::hash::Hasher;
use std::path::Path;
use std::sync::Arc;

use siphasher::sip::SipHasher13;

use super::library_file;
use super::limits;
use super::problem::{self, Problem, Problems};
use super::rule_list;
use super::section::{Document, Section};
use super::thresholds;
use super::translations::Translations;
use super::unit_rules;
use crate::cases::care;
use crate::domain::alert::RuleId;
use crate::domain::indicator::Severity;
use crate::domain::screening::Instrument;
use crate::engine::Settings;
use crate::rules::{Construct, Cutoffs, InstrumentCutoffs, JointTable, RuleSet};
use crate::screening;

/// The rules that hold where no path is given.
pub const BUILT_IN: &str = include_str!("../../config/rules.toml");

/// The rules that hold where no path is given.
///
/// # Panics
/// Never: a test reads the same text.
#[must_use]
pub fn built_in() -> Settings {
    parse(BUILT_IN, "config/rules.toml (built in)").expect("the built-in rules are read by a test")
}

/// Reads the rule file and the library of interventions, each built in where there is no path.
///
/// # Errors
/// Every problem of both files, and of both together.
pub fn load(rules: Option<&Path>, library: Option<&Path>) -> Result<Settings, Problems> {
    let (mut settings, library) = match (load_rules(rules), library_file::load(library)) {
        (Ok(settings), Ok(library)) => (settings, library),
        (settings, library) => {
            let problems = [settings.err(), library.err()].into_iter().flatten();
            return Err(Problems(problems.flat_map(|problems| problems.0).collect()));
        }
    };
    let origin = rules.map_or_else(|| "the built-in rules".to_owned(), |path| path.display().to_string());
    let rules = &settings.rules;
    let ids = rules.rules.iter().map(|rule| &rule.id).chain(rules.units.rules.iter().map(|rule| &rule.id));
    let table = [RuleId::new("T-L2"), RuleId::new("T-L3")];
    let problems = library_file::rules_without_risk(&library, ids.chain(&table), &origin);
    if !problems.is_empty() {
        return Err(Problems(problems));
    }
    settings.care = Arc::new(care::Settings { library, ..(*settings.care).clone() });
    Ok(settings)
}

/// Reads the rule file alone, or the built-in rules where there is no path: for whoever proposes
/// nothing, and so asks nothing of the library.
///
/// # Errors
/// Every problem of the file.
pub fn load_rules(path: Option<&Path>) -> Result<Settings, Problems> {
    let Some(path) = path else { return Ok(built_in()) };
    let text = problem::read(path, "name a readable file in rules.path, or remove that key to use the built-in rules")?;
    parse(&text, &path.display().to_string())
}

/// Reads the text of a rule file; `origin` names it in problems.
///
/// # Errors
/// Every problem of the text.
pub fn parse(text: &str, origin: &str) -> Result<Settings, Problems> {
    review(text, origin).map(|(settings, _)| settings)
}

/// Reads the text of a rule file, and tells what is allowed in it and hardly meant.
///
/// # Errors
/// Every problem of the text.
pub fn review(text: &str, origin: &str) -> Result<(Settings, Vec<Problem>), Problems> {
    let document = Document::parse(text, origin).map_err(Problems)?;
    let mut root = document.root();
    let cutoffs = cutoffs(&mut root.section("severity"));
    let indicators = thresholds::indicators(root.section("indicators"));
    let daytime = thresholds::daytime(root.section("daytime"));
    let exposures = thresholds::exposures(root.section("exposures"));
    let translations = Translations::read(&mut root);
    let table = table(root.section("table"), &translations);
    let limits = limits::read(root.section("limits"));
    let cool_down_days = cool_down(root.section("cool_down"));
    let care = Arc::new(thresholds::care(root.section("care"), library_file::built_in()));
    let (rules, off) = rule_list::read(&mut root, &cutoffs, &translations);
    let units = unit_rules::read(&mut root, rules.iter().map(|rule| &rule.id), &translations);
    if document.is_sound() {
        rule_list::require_crisis_rule(&root, &rules);
    }
    translations.finish(&root);
    root.finish();
    let warnings = document.take_warnings();
    let (problems, _) = document.finish();
    if !problems.is_empty() {
        return Err(Problems(problems));
    }
    let rules = RuleSet { rules, off, units, cutoffs, table, cool_down_days, version: digest(text) };
    let settings = Settings {
        indicators,
        daytime,
        exposures,
        rules: Arc::new(rules),
        limits: Arc::new(limits),
        calendars: Arc::default(),
        care,
    };
    Ok((settings, warnings))
}

/// The same text gives the same number on every machine and with every release.
pub(super) fn digest(text: &str) -> u64 {
    let mut hasher = SipHasher13::new();
    hasher.write(text.as_bytes());
    hasher.finish()
}

fn cutoffs(section: &mut Section<'_>) -> BTreeMap<Instrument, InstrumentCutoffs> {
    let mut all = BTreeMap::new();
    for name in section.names() {
        let mut entry = section.section(&name);
        entry.rename(format!("severity.{name:?}"));
        let Some(instrument) = Instrument::parse(&name) else {
            let known: Vec<_> = Instrument::ALL.iter().map(|i| i.as_str()).collect();
            entry.problem("", "is no known questionnaire", &format!("use one of: {}", known.join(", ")));
            continue;
        };
        let mut scales = entry.section("scales");
        let mut by_scale = BTreeMap::new();
        let definition = screening::definition(instrument);
        let published = definition.answers.map_or(&[][..], |answers| answers.scales);
        // Beside a standard score the raw sum is kept as a scale of that name, where it is known.
        let raw = definition.standard.map(|_| "raw");
        for scale in scales.names() {
            let names: Vec<_> = published.iter().map(|known| known.name).chain(raw).collect();
            if !names.contains(&scale.as_str()) {
                let known = if names.is_empty() {
                    "it has none".to_owned()
                } else {
                    format!("use one of: {}", names.join(", "))
                };
                scales.problem(&scale, "is no scale of this questionnaire", &known);
            }
            if let Some(cutoffs) = one_scale(scales.section(&scale)) {
                by_scale.insert(scale.into_boxed_str(), cutoffs);
            }
        }
        // An instrument whose total says nothing, like DASS-21, has scales only.
        let is_scales_only = !by_scale.is_empty() && entry.is_used_up();
        let total = if is_scales_only { None } else { one_scale(entry) };
        all.insert(instrument, InstrumentCutoffs { total, scales: by_scale });
    }
    all
}

fn one_scale(mut section: Section<'_>) -> Option<Cutoffs> {
    let mut number = |key| section.get::<f64>(key);
    let (mild, moderate, severe) = (number("mild"), number("moderate"), number("severe"));
    let (positive_at, positive_above) = (number("positive_at"), number("positive_above"));
    let is_high_good = section.get_or("high_is_good", false);
    let positive_from = section.choice("positive_from", Severity::parse, &["mild", "moderate", "severe"]);
    let words = Construct::ALL.map(Construct::as_str);
    let measures = section.choice("measures", Construct::parse, &words);
    if !section.has("measures") {
        section.problem("measures", "is missing", &format!("say what the scale measures: {}", words.join(", ")));
    }
    let given: Vec<f64> = [mild, moderate, severe].into_iter().flatten().collect();
    let rises = |pair: &[f64]| if is_high_good { pair[0] > pair[1] } else { pair[0] < pair[1] };
    if !given.windows(2).all(rises) {
        let order = if is_high_good { "falling" } else { "rising" };
        section.problem("", "has bands out of order", &format!("give mild, moderate, severe in {order} order"));
    }
    let ways = ["positive_from", "positive_at", "positive_above"];
    let mut given = ways.into_iter().filter(|key| section.has(key));
    if let (Some(first), Some(second)) = (given.next(), given.next()) {
        section.problem(second, &format!("is given beside {first}"), "keep one of the two");
    }
    // The next number above the given one is the first that is over it.
    let beyond = |limit: f64| if is_high_good { limit.next_down() } else { limit.next_up() };
    let positive = match positive_from {
        None => positive_at.or(positive_above.map(beyond)),
        Some(band) => {
            let cutoff = match band {
                Severity::Mild => mild,
                Severity::Moderate => moderate,
                Severity::Severe => severe,
                Severity::Minimal => None,
            };
            if cutoff.is_none() {
                section.problem(
                    "positive_from",
                    "names a band that is not given",
                    "give that band, or use positive_at",
                );
            }
            cutoff
        }
    };
    section.finish();
    Some(Cutoffs { mild, moderate, severe, positive, is_high_good, measures: measures? })
}

fn table(mut section: Section<'_>, translations: &Translations) -> JointTable {
    let [workload_review, counseling] = rule_list::suggestions(&mut section, translations);
    let table = JointTable {
        index_high: section.number("index_high", 70.0, 0.0..=100.0),
        index_high_confidence: section.number("index_high_confidence", 0.7, 0.0..=1.0),
        index_raised: section.number("index_raised", 60.0, 0.0..=100.0),
        index_raised_confidence: section.number("index_raised_confidence", 0.4, 0.0..=1.0),
        index_days: section.number("index_days", 5, 1..=7),
        workload_review,
        counseling,
    };
    section.finish();
    table
}

fn cool_down(mut section: Section<'_>) -> u32 {
    let days = section.number("days", 28, 0..=365);
    section.finish();
    days
}

#[cfg(test)]
#[path = "rules_file_tests.rs"]
mod tests;
