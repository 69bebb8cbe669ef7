//! The library of interventions: text in, every risk and method out, or every problem at once.

use std::collections::BTreeSet;
use std::path::Path;

use super::problem::{self, Problem, Problems};
use super::rules_file::digest;
use super::section::{Document, Section};
use super::translations::Translations;
use crate::cases::library::{Library, Method, Risk, STEPS};
use crate::cases::organisation::Exposure;
use crate::domain::alert::RuleId;
use crate::domain::case::ActionKind;
use crate::domain::life::MethodId;
use crate::domain::screening::Instrument;

/// The library that holds where no path is given.
pub const BUILT_IN: &str = include_str!("../../config/interventions.toml");

const SIDES: [&str; 2] = [ActionKind::WorkloadReview.as_str(), ActionKind::Counseling.as_str()];
const LONGEST_WEEKS: u16 = 52;

/// The library that holds where no path is given.
///
/// # Panics
/// Never: a test reads the same text.
#[must_use]
pub fn built_in() -> Library {
    parse(BUILT_IN, "config/interventions.toml (built in)").expect("the built-in library is read by a test")
}

/// Reads the library, or the built-in one where there is no path.
///
/// # Errors
/// Every problem of the file.
pub fn load(path: Option<&Path>) -> Result<Library, Problems> {
    let Some(path) = path else { return Ok(built_in()) };
    let text =
        problem::read(path, "name a readable file in care.library, or remove that key to use the built-in library")?;
    parse(&text, &path.display().to_string())
}

/// Reads the text of a library; `origin` names it in problems.
///
/// # Errors
/// Every problem of the text.
pub fn parse(text: &str, origin: &str) -> Result<Library, Problems> {
    let document = Document::parse(text, origin).map_err(Problems)?;
    let mut root = document.root();
    let first_steps = first_steps(root.section("first_step"));
    let translations = Translations::read(&mut root);
    let risks = risks(&mut root, &translations);
    let names: Vec<&str> = risks.iter().map(|(risk, _)| &*risk.id).collect();
    let methods = methods(&mut root, &names, &translations);
    if document.is_sound() {
        risks.iter().for_each(|(risk, section)| require_methods(section, risk, &methods));
    }
    translations.finish(&root);
    root.finish();
    let risks = risks.into_iter().map(|(risk, _)| risk).collect();
    let (problems, _) = document.finish();
    if !problems.is_empty() {
        return Err(Problems(problems));
    }
    Ok(Library { risks, methods, first_steps, version: digest(text) })
}

/// What is wrong with the rules and the library together: a rule that stands for no risk.
pub(super) fn rules_without_risk<'a>(
    library: &Library,
    rules: impl IntoIterator<Item = &'a RuleId>,
    origin: &str,
) -> Vec<Problem> {
    let stands_for_none = |rule: &&RuleId| !library.risks.iter().any(|risk| risk.rules.contains(rule));
    let problem = |rule: &RuleId| Problem {
        origin: origin.to_owned(),
        line: None,
        key: format!("rule {}", rule.as_str()),
        what: "stands for no risk of the library of interventions, so nothing could be proposed".to_owned(),
        remedy: "add its id to the rules of a risk in a copy of config/interventions.toml, and name that file in \
            care.library"
            .to_owned(),
    };
    rules.into_iter().filter(stands_for_none).map(problem).collect()
}

fn first_steps(mut section: Section<'_>) -> [u8; 4] {
    let read = [
        section.number("L1", 1, 1..=4_u16),
        section.number("L2", 2, 1..=4),
        section.number("L3", 3, 1..=4),
        section.number("L4", 4, 1..=4),
    ];
    if !read.is_sorted() {
        section.problem("", "begins a higher level on a lower step", "give rising steps from L1 to L4");
    }
    section.finish();
    read.map(small)
}

/// Numbers of the file are checked against ranges far below 255.
fn small(number: u16) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}

fn risks<'d>(root: &mut Section<'d>, translations: &Translations) -> Vec<(Risk, Section<'d>)> {
    let mut seen = BTreeSet::new();
    let mut risks = Vec::new();
    for mut section in root.sections("risk") {
        if let Some(risk) = risk(&mut section, &mut seen, translations) {
            risks.push((risk, section));
        }
    }
    if risks.is_empty() {
        root.problem("risk", "is missing", "list at least one [[risk]] with its rules");
    }
    risks
}

fn risk(section: &mut Section<'_>, seen: &mut BTreeSet<String>, translations: &Translations) -> Option<Risk> {
    let id = id(section, "risk", seen);
    let name = text(section, "name", "people read it").map(|name| translations.phrase(&name));
    let rules: Option<Vec<String>> = section.require("rules", "the rules that stand for the risk");
    if rules.as_ref().is_some_and(Vec::is_empty) {
        section.problem("rules", "is empty", "name at least one rule, e.g. [\"R3\"]");
    }
    let sides = if section.has("sides") {
        words(section, "sides", side, &SIDES)
    } else {
        vec![ActionKind::WorkloadReview, ActionKind::Counseling]
    };
    let known: Vec<&str> = Instrument::ALL.iter().map(|instrument| instrument.as_str()).collect();
    let instruments = words(section, "instruments", Instrument::parse, &known);
    let exposures = words(section, "exposures", Exposure::parse, &Exposure::ALL.map(Exposure::as_str));
    let first_step = section.has("first_step").then(|| small(section.number("first_step", 1, 1..=4)));
    section.refuse_unknown();
    let rules = rules?.iter().map(|rule| RuleId::new(rule)).collect();
    Some(Risk { id: id?.into(), name: name?, rules, sides, instruments, exposures, first_step })
}

fn methods(root: &mut Section<'_>, risks: &[&str], translations: &Translations) -> Vec<Method> {
    let mut seen = BTreeSet::new();
    let mut methods = Vec::new();
    for mut section in root.sections("method") {
        methods.extend(method(&mut section, &mut seen, risks, translations));
        section.finish();
    }
    methods
}

fn method(
    section: &mut Section<'_>,
    seen: &mut BTreeSet<String>,
    known: &[&str],
    translations: &Translations,
) -> Option<Method> {
    let id = id(section, "method", seen);
    let name = text(section, "name", "people read it").map(|name| translations.phrase(&name));
    let side = section.choice("side", side, &SIDES);
    if !section.has("side") {
        section.problem("side", "is missing", &format!("give one of: {}", SIDES.join(", ")));
    }
    let step = within(section, "step", "the step of care", 1..=u16::from(*STEPS.end()));
    let modality = text(section, "modality", "how it is given, e.g. \"face_to_face\"");
    let weeks = within(section, "weeks", "how long it takes", 1..=LONGEST_WEEKS);
    let sentence = text(section, "sentence", "what to do, for the person in charge");
    let sentence = sentence.map(|sentence| translations.phrase(&sentence));
    let source = text(section, "source", "where it comes from; \"[J]\" where it is judgement");
    let risks: Option<Vec<String>> = section.require("risks", "the risks that it is for");
    for risk in risks.iter().flatten().filter(|risk| !known.contains(&risk.as_str())) {
        let meant = crate::domain::nearest::nearest(risk, known.iter().copied());
        let meant = meant.map(|word| format!("did you mean {word:?}? ")).unwrap_or_default();
        section.problem("risks", &format!("names {risk:?}"), &format!("{meant}use one of: {}", known.join(", ")));
    }
    if risks.as_ref().is_some_and(Vec::is_empty) {
        section.problem("risks", "is empty, so the method is never proposed", "name at least one risk");
    }
    let id = MethodId::parse(&id?).ok()?;
    let risks = risks?.into_iter().map(String::into_boxed_str).collect();
    let modality = modality?.into_boxed_str();
    Some(Method {
        id,
        name: name?,
        side: side?,
        step: step?,
        modality,
        risks,
        weeks: weeks?,
        sentence: sentence?,
        source: source?,
    })
}

/// Each side that a risk names has a method, and from the lowest of its steps to the highest none is
/// without one: "one step up" must lead somewhere near.
fn require_methods(section: &Section<'_>, risk: &Risk, methods: &[Method]) {
    for side in &risk.sides {
        let of_risk = methods.iter().filter(|m| m.side == *side && m.risks.contains(&risk.id));
        let steps: BTreeSet<u8> = of_risk.map(|method| method.step).collect();
        let (Some(lowest), Some(highest)) = (steps.first(), steps.last()) else {
            let what = format!("has no method for {}", side.as_str());
            section.problem("", &what, "add a [[method]] that names the risk, or name the other side alone in sides");
            continue;
        };
        for step in (*lowest..*highest).filter(|step| !steps.contains(step)) {
            let what = format!("has methods for {} below and above step {step}, and none on it", side.as_str());
            section.problem("", &what, "add one, so that a step up is one step");
        }
    }
}

fn side(name: &str) -> Option<ActionKind> {
    [ActionKind::WorkloadReview, ActionKind::Counseling].into_iter().find(|side| side.as_str() == name)
}

/// An id that no earlier one of its kind has; the section is named by it from here on.
fn id(section: &mut Section<'_>, kind: &str, seen: &mut BTreeSet<String>) -> Option<String> {
    let id: String = section.require("id", "cases and events name it")?;
    if let Err(error) = MethodId::parse(&id) {
        section.problem("id", &format!("{id:?} {error}"), "e.g. \"guided_self_help\"");
        return None;
    }
    section.rename(format!("{kind} {id}"));
    if !seen.insert(id.clone()) {
        section.problem("id", &format!("is the id of an earlier {kind} too"), "give each an id of its own");
    }
    Some(id)
}

fn text(section: &mut Section<'_>, key: &'static str, why: &str) -> Option<String> {
    let text: String = section.require(key, why)?;
    if text.trim().is_empty() {
        section.problem(key, "is empty", &format!("give a text: {why}"));
    }
    Some(text)
}

fn within(section: &mut Section<'_>, key: &'static str, why: &str, range: std::ops::RangeInclusive<u16>) -> Option<u8> {
    let number: u16 = section.require(key, why)?;
    if !range.contains(&number) {
        let (low, high) = (range.start(), range.end());
        section.problem(key, &format!("is {number}"), &format!("give {low} to {high}"));
    }
    Some(small(number))
}

fn words<T>(section: &mut Section<'_>, key: &'static str, parse: impl Fn(&str) -> Option<T>, known: &[&str]) -> Vec<T> {
    let given: Vec<String> = section.get_or(key, Vec::new());
    let mut found = Vec::new();
    for word in given {
        match parse(&word) {
            Some(value) => found.push(value),
            None => section.problem(key, &format!("names {word:?}"), &format!("use of: {}", known.join(", "))),
        }
    }
    found
}

#[cfg(test)]
#[path = "library_file_tests.rs"]
mod tests;
