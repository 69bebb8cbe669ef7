//! The joint table, alone and beneath the built-in rules.

use serde_json::Value;
use vagus::config::rules_file;
use vagus::domain::indicator::HrvState;
use vagus::domain::screening::Instrument;
use vagus::rules::{Facts, RuleSet, ScreenedFact};

use crate::answers::Answers;

/// Every case of the section, by the whole rule file; where the table alone says otherwise, the claim
/// is null and fails.
pub(crate) fn joint_level(vector: &Value, answers: &mut Answers) {
    let whole = (*rules_file::built_in().rules).clone();
    let table_alone = RuleSet { rules: Vec::new(), ..whole.clone() };
    for (place, case) in vector.as_array().unwrap().iter().enumerate() {
        answers.input(&place.to_string());
        let facts = facts(case);
        let (level, of_table) = (whole.judge(&facts).level, table_alone.judge(&facts).level);
        let computed = if level == of_table { Value::from(level.as_str()) } else { Value::Null };
        answers.computed(&format!("{place}|level"), computed);
    }
}

fn facts(case: &Value) -> Facts {
    let text = |key: &str| case[key].as_str().unwrap().to_owned();
    let is = |key: &str| case[key].as_bool().unwrap();
    let mut facts = Facts::nothing_but(HrvState::parse(&text("H").to_lowercase()).unwrap());
    (facts.is_crisis, facts.is_sleep_poor, facts.is_exposed) = (is("crisis"), is("S"), is("E"));
    // A PHQ-9 has a say in Q in all its bands.
    let score = match text("Q").as_str() {
        "minimal" => Some(2.0),
        "mild" => Some(7.0),
        "moderate" => Some(12.0),
        "severe" => Some(22.0),
        _ => None,
    };
    facts.screenings.extend(score.map(|score| ScreenedFact {
        instrument: Instrument::Phq9,
        score,
        scales: Vec::new(),
        is_prorated: false,
    }));
    let day = match (is("I70"), is("I60")) {
        (true, _) => Some((72.0, 0.75)),
        (false, true) => Some((72.0, 0.5)),
        (false, false) => None,
    };
    facts.index_days = day.map_or_else(Vec::new, |day| vec![day; 5]);
    facts
}
