//! One condition of a rule, from the words a physician writes.

use std::collections::BTreeMap;

use super::rule_sense;
use super::section::Section;
use crate::domain::indicator::{HrvState, Severity};
use crate::domain::screening::Instrument;
use crate::rules::{
    Comparison, Condition, Construct, Cutoffs, Flag, InstrumentCutoffs, NumberFact, ScreeningSubject, ScreeningTest,
};

const COMPARATORS: [(&str, Comparison); 6] = [
    ("is", Comparison::Is),
    ("is_not", Comparison::IsNot),
    ("at_least", Comparison::AtLeast),
    ("above", Comparison::Above),
    ("at_most", Comparison::AtMost),
    ("below", Comparison::Below),
];

/// One of several words, for the state of HRV.
const ANY_OF: &str = "any_of";

/// Groups within groups; nobody could read more.
const MAX_DEPTH: usize = 4;

type CutoffTable = BTreeMap<Instrument, InstrumentCutoffs>;

/// What a named fact is.
#[derive(Clone, Copy)]
enum Fact {
    HrvState,
    Severity,
    Flag(Flag),
    Number(NumberFact),
    Construct(Construct),
}

fn fact(name: &str) -> Option<Fact> {
    match name {
        "hrv_state" => Some(Fact::HrvState),
        "q" => Some(Fact::Severity),
        _ => None,
    }
    .or_else(|| Flag::parse(name).map(Fact::Flag))
    .or_else(|| NumberFact::parse(name).map(Fact::Number))
    .or_else(|| Construct::parse(name).map(Fact::Construct))
}

/// Every name of a fact.
fn names() -> Vec<&'static str> {
    let flags = Flag::ALL.iter().map(|flag| flag.as_str());
    let numbers = NumberFact::ALL.iter().map(|fact| fact.described().name);
    let constructs = Construct::ALL.iter().map(|construct| construct.as_str());
    ["hrv_state", "q"].into_iter().chain(flags).chain(numbers).chain(constructs).collect()
}

/// Reads the conditions of a list; `None` where one is wrong or there is none.
pub(super) fn read_all(
    section: &mut Section<'_>,
    key: &'static str,
    cutoffs: &CutoffTable,
    depth: usize,
) -> Option<Vec<Condition>> {
    let conditions = section.sections(key);
    if conditions.is_empty() {
        let example = "list at least one, e.g. { fact = \"hrv_state\", is = \"persistent\" }";
        section.problem(key, "holds no condition", example);
        return None;
    }
    // All are read before one that is wrong spoils the list, so that every problem is told.
    let read: Vec<_> = conditions.into_iter().map(|condition| read(condition, cutoffs, depth)).collect();
    read.into_iter().collect()
}

/// Reads one condition or group; what is wrong with it is noted in its section.
fn read(mut section: Section<'_>, cutoffs: &CutoffTable, depth: usize) -> Option<Condition> {
    let given: Vec<_> = ["fact", "screening", "any", "all"].into_iter().filter(|key| section.has(key)).collect();
    let condition = match given[..] {
        ["fact"] => {
            let fact = section.choice("fact", fact, &names())?;
            of_fact(&mut section, fact, cutoffs)
        }
        ["screening"] => of_one_questionnaire(&mut section, cutoffs),
        ["any" | "all"] if depth >= MAX_DEPTH => {
            section.problem("", "is a group within too many groups", "write it as rules of their own");
            None
        }
        ["any"] => read_all(&mut section, "any", cutoffs, depth + 1).map(Condition::Any),
        ["all"] => read_all(&mut section, "all", cutoffs, depth + 1).map(Condition::All),
        _ => {
            let example = "name one: fact = \"hrv_state\", screening = \"GAD-7\", any = [ … ] or all = [ … ]";
            section.problem("", "must name one of: fact, screening, any, all", example);
            None
        }
    }?;
    // After another problem the rest of the section was not asked for and would be called unknown.
    let comparator = COMPARATORS.into_iter().map(|(key, _)| key).find(|key| section.has(key)).unwrap_or_default();
    if let Some((low, high)) = rule_sense::never_within(&condition) {
        let remedy = format!("compare with a value that can occur: {low} to {high}");
        section.problem(comparator, "can never hold", &remedy);
    } else if let Some((low, high)) = rule_sense::always_within(&condition) {
        let remedy = format!("it asks only whether the value is known; values go from {low} to {high}");
        section.warn(comparator, "always holds", &remedy);
    }
    section.finish();
    Some(condition)
}

fn comparator(section: &Section<'_>) -> Option<(&'static str, Comparison)> {
    let mut given = COMPARATORS.into_iter().filter(|(key, _)| section.has(key));
    match (given.next(), given.next()) {
        (Some(one), None) => Some(one),
        (first, _) => {
            let what = if first.is_some() { "compares in more than one way" } else { "compares with nothing" };
            section.problem(
                "",
                what,
                "give one of: is, is_not, at_least, above, at_most, below (two limits are two conditions)",
            );
            None
        }
    }
}

fn only_is(section: &Section<'_>, key: &str, how: Comparison) -> Option<bool> {
    match how {
        Comparison::Is => Some(true),
        Comparison::IsNot => Some(false),
        Comparison::AtLeast | Comparison::Above | Comparison::AtMost | Comparison::Below => {
            section.problem(key, "does not fit: there is no more or less here", "use is or is_not");
            None
        }
    }
}

fn of_fact(section: &mut Section<'_>, fact: Fact, cutoffs: &CutoffTable) -> Option<Condition> {
    if let Fact::HrvState = fact
        && section.has(ANY_OF)
    {
        return any_hrv_state(section);
    }
    let (key, how) = comparator(section)?;
    match fact {
        Fact::HrvState => {
            let is = only_is(section, key, how)?;
            let words = HrvState::ALL.map(HrvState::as_str);
            Some(Condition::HrvState(is, vec![section.choice(key, HrvState::parse, &words)?]))
        }
        Fact::Flag(flag) => {
            let is = only_is(section, key, how)?;
            Some(Condition::Flag(flag, section.get::<bool>(key)? == is))
        }
        Fact::Severity => {
            let words = Severity::ALL.map(Severity::as_str);
            Some(Condition::Severity(how, section.choice(key, Severity::parse, &words)?))
        }
        Fact::Number(fact) => Some(Condition::Number(fact, how, limit(section, key, how)?)),
        Fact::Construct(construct) => {
            of_questionnaire(section, ScreeningSubject::Construct(construct), key, how, cutoffs)
        }
    }
}

fn any_hrv_state(section: &mut Section<'_>) -> Option<Condition> {
    let texts: Vec<String> = section.get(ANY_OF)?;
    let words = HrvState::ALL.map(HrvState::as_str);
    let states: Option<Vec<_>> = texts.iter().map(|text| HrvState::parse(text)).collect();
    match states {
        Some(states) if !states.is_empty() => Some(Condition::HrvState(true, states)),
        _ => {
            section.problem(ANY_OF, &format!("is {texts:?}"), &format!("list some of: {}", words.join(", ")));
            None
        }
    }
}

fn limit(section: &mut Section<'_>, key: &'static str, how: Comparison) -> Option<f64> {
    match how {
        Comparison::Is | Comparison::IsNot => {
            section.problem(key, "does not fit a number", "use at_least, above, at_most or below");
            None
        }
        Comparison::AtLeast | Comparison::Above | Comparison::AtMost | Comparison::Below => section.get(key),
    }
}

fn of_one_questionnaire(section: &mut Section<'_>, cutoffs: &CutoffTable) -> Option<Condition> {
    let words: Vec<_> = Instrument::ALL.iter().map(|i| i.as_str()).collect();
    let instrument = section.choice("screening", Instrument::parse, &words)?;
    let scale: Option<String> = section.get("scale");
    let subject = match scale {
        None => ScreeningSubject::Instrument(instrument),
        Some(scale) => ScreeningSubject::Scale(instrument, scale.into()),
    };
    let (key, how) = comparator(section)?;
    of_questionnaire(section, subject, key, how, cutoffs)
}

fn of_questionnaire(
    section: &mut Section<'_>,
    subject: ScreeningSubject,
    key: &'static str,
    how: Comparison,
    cutoffs: &CutoffTable,
) -> Option<Condition> {
    let Some(scales) = scales(&subject, cutoffs) else {
        section.problem("scale", "is not a scale of this questionnaire", "describe it under [severity] first");
        return None;
    };
    if section.is_text(key) {
        let test = of_words(section, key, how, &scales)?;
        return Some(Condition::Screening(subject, test));
    }
    if matches!(subject, ScreeningSubject::Construct(_)) {
        let remedy = "use is = \"positive\" or at_least = \"moderate\", or name one: screening = \"GAD-7\"";
        section.problem(key, "does not fit: questionnaires differ in scale", remedy);
        return None;
    }
    let limit = limit(section, key, how)?;
    Some(Condition::Screening(subject, ScreeningTest::Score(how, limit)))
}

/// The cut-offs that a subject is measured by; `None` where there is no such scale.
fn scales<'a>(subject: &ScreeningSubject, cutoffs: &'a CutoffTable) -> Option<Vec<&'a Cutoffs>> {
    let of = |all: &'a InstrumentCutoffs| all.total.iter().chain(all.scales.values());
    Some(match subject {
        ScreeningSubject::Construct(construct) => {
            cutoffs.values().flat_map(of).filter(|scale| scale.measures == *construct).collect()
        }
        ScreeningSubject::Instrument(instrument) => cutoffs.get(instrument).into_iter().flat_map(of).collect(),
        ScreeningSubject::Scale(instrument, scale) => vec![cutoffs.get(instrument)?.scales.get(scale)?],
    })
}

/// "positive", or a band of the scale common to all questionnaires.
fn of_words(
    section: &mut Section<'_>,
    key: &'static str,
    how: Comparison,
    scales: &[&Cutoffs],
) -> Option<ScreeningTest> {
    let is_whether = matches!(how, Comparison::Is | Comparison::IsNot);
    let bands = Severity::ALL.map(Severity::as_str);
    let words: Vec<&str> = is_whether.then_some("positive").into_iter().chain(bands).collect();
    let parse = |text: &str| match Severity::parse(text) {
        None if text == "positive" && is_whether => Some(ScreeningTest::Positive(how == Comparison::Is)),
        None => None,
        Some(severity) => Some(ScreeningTest::Severity(how, severity)),
    };
    let test = section.choice(key, parse, &words)?;
    let (has, remedy) = match test {
        ScreeningTest::Positive(_) => {
            (scales.iter().any(|scale| scale.positive.is_some()), "give positive_from or positive_at under [severity]")
        }
        ScreeningTest::Severity(..) | ScreeningTest::Score(..) => {
            let has_bands = |scale: &&Cutoffs| [scale.mild, scale.moderate, scale.severe].iter().any(Option::is_some);
            (scales.iter().any(has_bands), "give mild, moderate or severe under [severity]")
        }
    };
    if !has {
        section.problem(key, "asks for a cut-off that is not given", remedy);
        return None;
    }
    Some(test)
}
