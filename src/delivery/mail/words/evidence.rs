//! What an alert rests on, as a small table, and what speaks against it.

use super::super::page::Block;
use crate::domain::alert::Evidence;
use crate::texts::{Filled, Language, Value};

/// The blocks. An answer that speaks of a crisis is not put in doubt: only the conversation can tell.
pub(super) fn blocks(evidence: &Evidence, language: Language, is_call: bool) -> Vec<Block> {
    let rows =
        language.evidence_rows(evidence, Filled::DaysAgo).into_iter().map(|row| [row.name, row.found, row.against]);
    let rows: Vec<[String; 3]> = rows.collect();
    let mut blocks = Vec::new();
    if !rows.is_empty() {
        let head = [String::new(), language.say("mail-found"), language.say("mail-compared-with")];
        blocks.push(Block::Heading(language.say("mail-rests-on")));
        blocks.push(Block::Table(head, rows));
    }
    let doubts = doubts(evidence, language, is_call);
    if !doubts.is_empty() {
        blocks.push(Block::Heading(language.say("mail-else")));
        blocks.push(Block::List(doubts));
    }
    blocks
}

/// Other reasons, chance, and how far the numbers can be trusted.
fn doubts(evidence: &Evidence, language: Language, is_call: bool) -> Vec<String> {
    let mut doubts = Vec::new();
    if !evidence.confounders.is_empty() {
        let tags = evidence.confounders.iter();
        let said: Vec<String> = tags.map(|tag| language.say(&format!("tag-{}", tag.as_str()))).collect();
        let said = said.join(&language.say("summary-comma"));
        doubts.push(language.say_with("mail-reported", &[("said", said.into())]));
    }
    doubts.extend(evidence.hints.iter().map(|hint| language.say(&format!("hint-{}", hint.as_str()))));
    doubts.extend(evidence.chance_per_year.map(|per_year| language.chance_note(per_year)));
    if !evidence.screenings.is_empty() && !is_call {
        doubts.push(language.say("mail-doubt-questionnaire"));
    }
    if let Some(confidence) = evidence.confidence {
        let percent = Value::Number(confidence * 100.0, 0);
        doubts.push(language.say_with("mail-doubt-confidence", &[("percent", percent)]));
    }
    doubts
}
