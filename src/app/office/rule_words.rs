//! Rules, cut-offs and time limits in the words of a language, for people who do not read files.

use crate::cases::calendar::Limit;
use crate::cases::deadlines::{LevelLimits, LimitTable};
use crate::domain::alert::Level;
use crate::rules::{
    Comparison, Condition, Cutoffs, InstrumentCutoffs, JointTable, Knob, NumberFact, Rule, RuleSet, ScreeningSubject,
    ScreeningTest, UnitCondition, UnitRule,
};
use crate::texts::{Language, Value};

/// Every rule, a line each and one more for each higher level; then the cut-offs that they lean on, a
/// line a questionnaire.
pub(super) fn rules(set: &RuleSet, language: Language) -> Vec<String> {
    let rules = set.rules.iter().flat_map(|it| rule(it, language));
    let of_units = set.units.rules.iter().map(|it| unit_rule(it, language));
    let cutoffs = set.cutoffs.iter().map(|(of, cutoffs)| cut_offs(of.as_str(), cutoffs, language));
    rules.chain(of_units).chain(cutoffs).collect()
}

/// Every level's limits, a line each.
pub(super) fn limits(table: &LimitTable, language: Language) -> Vec<String> {
    let of = |level: Level, limits| level_limits(level, limits, language);
    vec![of(Level::L2, &table.l2), of(Level::L3, &table.l3), of(Level::L4, &table.l4)]
}

/// The joint table, a line for each level that it gives; those that open a case begin with what alerts call them.
pub(super) fn table(table: &JointTable, language: Language) -> Vec<String> {
    let index = |value: f64| plain(value, language);
    let values = [
        ("high", index(table.index_high).into()),
        ("raised", index(table.index_raised).into()),
        ("days", Value::Count(u64::from(table.index_days))),
    ];
    ["rule-table-l3", "rule-table-l2", "rule-table-l1"].map(|key| language.say_with(key, &values)).to_vec()
}

/// A number with the decimals that it has; a cut-off "above 5" is kept as the next number after 5.
fn plain(number: f64, language: Language) -> String {
    let number = (number * 1e6).round() / 1e6;
    let decimals = format!("{number}").split_once('.').map_or(0, |(_, decimals)| decimals.len());
    language.number(number, u8::try_from(decimals).unwrap_or(6))
}

fn cut_offs(name: &str, cutoffs: &InstrumentCutoffs, language: Language) -> String {
    let total = cutoffs.total.iter().map(|of| bands(of, language));
    let scales = cutoffs.scales.iter().map(|(scale, of)| {
        let values = [("name", scale_name(scale, language).into()), ("bands", bands(of, language).into())];
        language.say_with("rule-cutoffs", &values)
    });
    let bands = total.chain(scales).collect::<Vec<_>>().join(&language.say("rule-cutoffs-between"));
    language.say_with("rule-cutoffs", &[("name", name.into()), ("bands", bands.into())])
}

fn scale_name(scale: &str, language: Language) -> String {
    language.say(&format!("scale-{scale}"))
}

fn bands(of: &Cutoffs, language: Language) -> String {
    let way = if of.is_high_good { "rule-down-from" } else { "rule-from" };
    let named = [
        ("band-mild", of.mild),
        ("band-moderate", of.moderate),
        ("band-severe", of.severe),
        ("rule-over-cutoff", of.positive),
    ];
    let parts = named.into_iter().filter_map(|(band, limit)| {
        let values = [("band", language.say(band).into()), ("limit", plain(limit?, language).into())];
        Some(language.say_with(way, &values))
    });
    parts.collect::<Vec<_>>().join(&language.say("summary-comma"))
}

/// A rule, a line and one more for each higher level.
pub(super) fn rule(rule: &Rule, language: Language) -> Vec<String> {
    let line = |key: &str, level: Level, conditions: &[Condition]| {
        language.say_with(
            key,
            &[
                ("id", rule.id.as_str().into()),
                ("level", level.as_str().into()),
                ("conditions", all(conditions, language).into()),
                ("title", language.phrase(&rule.title).into()),
            ],
        )
    };
    let raised = rule.raise.iter().map(|raise| line("rule-also", raise.level, &raise.all));
    std::iter::once(line("rule-when", rule.level, &rule.all)).chain(raised).collect()
}

fn unit_rule(rule: &UnitRule, language: Language) -> String {
    let one = |c: &UnitCondition| {
        let values = [
            ("fact", language.say(&format!("unitfact-{}", c.fact.as_str())).into()),
            ("compared", compared(c.comparison, language).into()),
            ("limit", plain(c.limit, language).into()),
        ];
        language.say_with("rule-compared", &values)
    };
    let conditions: Vec<String> = rule.all.iter().map(one).collect();
    language.say_with(
        "rule-unit",
        &[
            ("id", rule.id.as_str().into()),
            ("level", rule.level.as_str().into()),
            ("conditions", conditions.join(&language.say("rule-unit-and")).into()),
            ("title", language.phrase(&rule.title).into()),
        ],
    )
}

fn all(conditions: &[Condition], language: Language) -> String {
    let parts: Vec<_> = conditions.iter().map(|it| one(it, language)).collect();
    parts.join(&language.say("rule-and"))
}

fn one(condition: &Condition, language: Language) -> String {
    match condition {
        Condition::HrvState(is, states) => {
            let names: Vec<_> = states.iter().map(|it| language.say(&format!("rule-hrv-{}", it.as_str()))).collect();
            let states = names.join(&language.say("rule-hrv-or"));
            language.say_with(if *is { "rule-hrv" } else { "rule-hrv-not" }, &[("states", states.into())])
        }
        Condition::Flag(flag, is) => {
            let told = language.say(&format!("flag-{}", flag.as_str()));
            if *is { told } else { language.say_with("rule-not", &[("what", told.into())]) }
        }
        Condition::Severity(comparison, severity) => {
            let severity = language.say(&format!("band-{}", severity.as_str()));
            compare(language.say("rule-worst"), *comparison, severity, language)
        }
        Condition::Number(fact, comparison, limit) => {
            let said = language.say(&format!("fact-{}", fact.described().name));
            number(&said, *comparison, with_unit(*fact, *limit, language), language)
        }
        Condition::Screening(of, ScreeningTest::Positive(is)) => {
            let key = if *is { "rule-positive" } else { "rule-not-positive" };
            language.say_with(key, &[("of", subject(of, language).into())])
        }
        Condition::Screening(of, ScreeningTest::Severity(comparison, severity)) => {
            let severity = language.say(&format!("band-{}", severity.as_str()));
            compare(subject(of, language), *comparison, severity, language)
        }
        Condition::Screening(of, ScreeningTest::Score(comparison, limit)) => {
            compare(subject(of, language), *comparison, plain(*limit, language), language)
        }
        Condition::All(conditions) => language.say_with("rule-group", &[("all", all(conditions, language).into())]),
        Condition::Any(conditions) => {
            let parts: Vec<_> = conditions.iter().map(|it| one(it, language)).collect();
            language.say_with("rule-group", &[("all", parts.join(&language.say("rule-or")).into())])
        }
    }
}

fn compare(fact: String, comparison: Comparison, limit: String, language: Language) -> String {
    let values = [("fact", fact.into()), ("compared", compared(comparison, language).into()), ("limit", limit.into())];
    language.say_with("rule-compared", &values)
}

/// What a number of a rule is held against, and how.
pub(super) fn knob(knob: &Knob, language: Language) -> String {
    match &knob.condition {
        Condition::Number(fact, comparison, _) => {
            let fact = language.say(&format!("fact-{}", fact.described().name));
            number(&fact, *comparison, String::new(), language)
        }
        Condition::Screening(of, ScreeningTest::Score(comparison, _)) => {
            compare(subject(of, language), *comparison, String::new(), language)
        }
        Condition::All(_)
        | Condition::Any(_)
        | Condition::HrvState(..)
        | Condition::Flag(..)
        | Condition::Severity(..)
        | Condition::Screening(..) => knob.words.clone(),
    }
    .trim()
    .to_owned()
}

/// A unit beside a number that can be typed.
pub(super) fn unit(unit: &str, language: Language) -> String {
    match unit_key(unit) {
        Some(key) => language.say_with(key, &[("value", "".into())]).trim().to_owned(),
        None => unit.to_owned(),
    }
}

fn unit_key(unit: &str) -> Option<&'static str> {
    Some(match unit {
        "h" => "unit-hours",
        "years" => "unit-years",
        "dB(A)" => "unit-dba",
        "°C" => "unit-celsius",
        "SD" => "unit-sd",
        _ => return None,
    })
}

fn number(fact: &str, comparison: Comparison, limit: String, language: Language) -> String {
    let values = [("fact", fact.into()), ("compared", compared(comparison, language).into()), ("limit", limit.into())];
    language.say_with("rule-number", &values)
}

fn with_unit(fact: NumberFact, limit: f64, language: Language) -> String {
    let number = plain(limit, language);
    let unit = fact.described().unit;
    match unit_key(unit) {
        Some(key) => language.say_with(key, &[("value", number.into())]),
        None => format!("{number} {unit}").trim_end().to_owned(),
    }
}

fn subject(subject: &ScreeningSubject, language: Language) -> String {
    match subject {
        ScreeningSubject::Construct(construct) => {
            let construct = language.say(&format!("construct-{}", construct.as_str()));
            language.say_with("rule-screening", &[("construct", construct.into())])
        }
        ScreeningSubject::Instrument(instrument) => instrument.as_str().to_owned(),
        ScreeningSubject::Scale(instrument, scale) => {
            format!("{} {}", instrument.as_str(), scale_name(scale, language))
        }
    }
}

fn compared(comparison: Comparison, language: Language) -> String {
    language.say(match comparison {
        Comparison::Is => "compared-is",
        Comparison::IsNot => "compared-is_not",
        Comparison::AtLeast => "compared-at_least",
        Comparison::Above => "compared-above",
        Comparison::AtMost => "compared-at_most",
        Comparison::Below => "compared-below",
    })
}

fn level_limits(level: Level, limits: &LevelLimits, language: Language) -> String {
    let LevelLimits { acknowledge, assess, plan, first_action, follow_ups, close_review } = limits;
    let of = |limit: &Limit| span(*limit, language);
    let follow_ups: Vec<String> = follow_ups.iter().map(of).collect();
    let follow_up = if follow_ups.is_empty() {
        language.say("limit-no-follow-up")
    } else {
        let when = follow_ups.join(&language.say("summary-comma"));
        language.say_with("limit-follow-up", &[("when", when.into())])
    };
    let close = match close_review {
        None => language.say("limit-no-close"),
        Some(limit) => language.say_with("limit-close", &[("within", of(limit).into())]),
    };
    language.say_with(
        "limit-line",
        &[
            ("level", level.as_str().into()),
            ("acknowledge", of(acknowledge).into()),
            ("assess", of(assess).into()),
            ("plan", of(plan).into()),
            ("action", of(first_action).into()),
            ("follow_up", follow_up.into()),
            ("close", close.into()),
        ],
    )
}

fn span(limit: Limit, language: Language) -> String {
    let of = |key: &str, count: u32| language.say_with(key, &[("count", Value::Count(u64::from(count)))]);
    match limit {
        Limit::SameDay { least_h } => {
            language.say_with("limit-same-day", &[("least", of("span-hours", least_h).into())])
        }
        Limit::Minutes(n) => of("span-minutes", n),
        Limit::Hours(n) => of("span-hours", n),
        Limit::Days(n) => of("span-days", n),
        Limit::WorkingDays(n) => of("span-working-days", n),
        Limit::Weeks(n) => of("span-weeks", n),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::rules_file;

    #[test]
    fn rules_read_in_english_as_the_command_tells_them() {
        let set = rules_file::built_in().rules;
        let told = rules(&set, Language::English);
        let (of_rules, of_units) = (set.rules.len(), set.units.rules.len());
        assert!(told.len() > of_rules + of_units);
        for (line, known) in told.iter().zip(set.in_words()).filter(|(line, _)| !line.contains("for a unit")) {
            assert_eq!(*line, known);
        }
    }

    #[test]
    fn rules_and_limits_have_every_word_in_every_language() {
        let settings = rules_file::built_in();
        for language in Language::ALL {
            let lines = [rules(&settings.rules, *language), limits(&settings.limits, *language)].concat();
            for line in &lines {
                let is_key = |word: &str| {
                    [
                        "rule-",
                        "band-",
                        "flag-",
                        "fact-",
                        "unitfact-",
                        "compared-",
                        "construct-",
                        "scale-",
                        "limit-",
                        "unit-",
                    ]
                    .iter()
                    .any(|key| word.starts_with(key))
                };
                assert!(!line.split([' ', '(', ')']).any(is_key) && !line.contains("{$"), "{line}");
            }
            let is_english = |line: &&String| {
                [" when ", " is ", " the ", " within ", "from "].iter().any(|word| line.contains(word))
            };
            assert_eq!(lines.iter().any(|line| is_english(&line)), *language == Language::English, "{lines:#?}");
        }
    }
}
