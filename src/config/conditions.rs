//! One condition of a rule, from the words a physician writes.

use std::collections::BTreeMap;

use super::section::Section;
use crate::domain::indicator::{HrvState, Severity};
use crate::domain::screening::Instrument;
use crate::rules::{Comparison, Condition, Construct, InstrumentCutoffs, NumberFact, ScreeningSubject, ScreeningTest};

const COMPARATORS: [(&str, Comparison); 6] = [
    ("is", Comparison::Is),
    ("is_not", Comparison::IsNot),
    ("at_least", Comparison::AtLeast),
    ("above", Comparison::Above),
    ("at_most", Comparison::AtMost),
    ("below", Comparison::Below),
];

/// What a named fact is.
#[derive(Clone, Copy)]
enum Fact {
    HrvState,
    YesOrNo(fn(bool) -> Condition),
    Severity,
    Number(NumberFact),
    Construct(Construct),
}

const FACTS: [(&str, Fact); 10] = [
    ("hrv_state", Fact::HrvState),
    ("crisis", Fact::YesOrNo(Condition::Crisis)),
    ("sleep_poor", Fact::YesOrNo(Condition::SleepPoor)),
    ("exposed", Fact::YesOrNo(Condition::Exposed)),
    ("q", Fact::Severity),
    ("weekly_hours", Fact::Number(NumberFact::WeeklyHours)),
    ("overtime_run_days", Fact::Number(NumberFact::OvertimeRunDays)),
    ("overtime_run_noise_dba", Fact::Number(NumberFact::OvertimeRunNoiseDba)),
    ("noise_dba", Fact::Number(NumberFact::NoiseDba)),
    ("z7", Fact::Number(NumberFact::Z7)),
];

fn fact(name: &str) -> Option<Fact> {
    let named = FACTS.iter().find(|(known, _)| *known == name).map(|(_, fact)| *fact);
    named.or_else(|| Construct::parse(name).map(Fact::Construct))
}

/// Reads one condition; what is wrong with it is noted in its section.
pub(super) fn read(mut section: Section<'_>, cutoffs: &BTreeMap<Instrument, InstrumentCutoffs>) -> Option<Condition> {
    let comparator = comparator(&section);
    let condition = match (section.has("fact"), section.has("screening")) {
        (true, false) => {
            let words: Vec<_> =
                FACTS.iter().map(|(name, _)| *name).chain(Construct::ALL.iter().map(|c| c.as_str())).collect();
            let fact = section.choice("fact", fact, &words);
            fact.zip(comparator).and_then(|(fact, (key, how))| of_fact(&mut section, fact, key, how, cutoffs))
        }
        (false, true) => {
            let words: Vec<_> = Instrument::ALL.iter().map(|i| i.as_str()).collect();
            let instrument = section.choice("screening", Instrument::parse, &words);
            let scale: Option<String> = section.get("scale");
            let subject = instrument.map(|instrument| match scale {
                None => ScreeningSubject::Instrument(instrument),
                Some(scale) => ScreeningSubject::Scale(instrument, scale.into()),
            });
            subject.zip(comparator).and_then(|(s, (key, how))| of_questionnaire(&mut section, s, key, how, cutoffs))
        }
        (true, true) | (false, false) => {
            let example = "name one: fact = \"hrv_state\", or screening = \"GAD-7\"";
            section.problem("", "must name either a fact or a screening", example);
            None
        }
    };
    // After another problem the rest of the section was not asked for and would be called unknown.
    if condition.is_some() {
        section.finish();
    }
    condition
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

fn of_fact(
    section: &mut Section<'_>,
    fact: Fact,
    key: &'static str,
    how: Comparison,
    cutoffs: &BTreeMap<Instrument, InstrumentCutoffs>,
) -> Option<Condition> {
    match fact {
        Fact::HrvState => {
            let is = only_is(section, key, how)?;
            let words = HrvState::ALL.map(HrvState::as_str);
            Some(Condition::HrvState(is, section.choice(key, HrvState::parse, &words)?))
        }
        Fact::YesOrNo(make) => {
            let is = only_is(section, key, how)?;
            Some(make(section.get::<bool>(key)? == is))
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

fn limit(section: &mut Section<'_>, key: &'static str, how: Comparison) -> Option<f64> {
    match how {
        Comparison::Is | Comparison::IsNot => {
            section.problem(key, "does not fit a number", "use at_least, above, at_most or below");
            None
        }
        Comparison::AtLeast | Comparison::Above | Comparison::AtMost | Comparison::Below => section.get(key),
    }
}

fn of_questionnaire(
    section: &mut Section<'_>,
    subject: ScreeningSubject,
    key: &'static str,
    how: Comparison,
    cutoffs: &BTreeMap<Instrument, InstrumentCutoffs>,
) -> Option<Condition> {
    let (is_known, has_cutoff) = match &subject {
        ScreeningSubject::Construct(construct) => {
            let mut scales = cutoffs.values().flat_map(|c| c.total.iter().chain(c.scales.values()));
            (true, scales.any(|c| c.measures == *construct && c.positive.is_some()))
        }
        ScreeningSubject::Instrument(instrument) => {
            let mut scales = cutoffs.get(instrument).into_iter().flat_map(|c| c.total.iter().chain(c.scales.values()));
            (true, scales.any(|c| c.positive.is_some()))
        }
        ScreeningSubject::Scale(instrument, scale) => {
            let cutoffs = cutoffs.get(instrument).and_then(|c| c.scales.get(scale));
            (cutoffs.is_some(), cutoffs.is_some_and(|c| c.positive.is_some()))
        }
    };
    if !is_known {
        section.problem("scale", "is not a scale of this questionnaire", "describe it under [severity] first");
        return None;
    }
    if matches!(how, Comparison::Is | Comparison::IsNot) {
        section.choice(key, |text| (text == "positive").then_some(()), &["positive"])?;
        if !has_cutoff {
            section.problem(
                key,
                "asks for a cut-off that is not given",
                "give positive_from or positive_at under [severity]",
            );
            return None;
        }
        return Some(Condition::Screening(subject, ScreeningTest::Positive(how == Comparison::Is)));
    }
    if matches!(subject, ScreeningSubject::Construct(_)) {
        let remedy = "use is = \"positive\", or name one questionnaire: screening = \"GAD-7\"";
        section.problem(key, "does not fit: questionnaires differ in scale", remedy);
        return None;
    }
    let limit = limit(section, key, how)?;
    Some(Condition::Screening(subject, ScreeningTest::Score(how, limit)))
}
