//! What an alert rests on, as a small table, and what speaks against it.

use super::super::page::Block;
use super::{conditions, plain};
use crate::domain::alert::{
    Evidence, ExposureEvidence, HrvEvidence, IndexEvidence, ScreeningEvidence, SetAside, SleepEvidence,
};
use crate::domain::indicator::Contribution;
use crate::texts::{Language, Value};

type Row = [String; 3];

/// The blocks. An answer that speaks of a crisis is not put in doubt: only the conversation can tell.
pub(super) fn blocks(evidence: &Evidence, language: Language, is_call: bool) -> Vec<Block> {
    let mut rows: Vec<Row> = evidence.screenings.iter().map(|s| screening(s, language)).collect();
    rows.extend(evidence.hrv.iter().flat_map(|it| hrv(it, language)));
    rows.extend(evidence.sleep.as_ref().map(|it| sleep(it, language)));
    rows.extend(evidence.index.as_ref().map(|it| index(it, language)));
    rows.extend(evidence.exposures.iter().map(|it| exposure(it, language)));
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

fn screening(s: &ScreeningEvidence, language: Language) -> Row {
    let mut found = plain(s.score, language);
    if let Some(band) = &s.band {
        let band = language.say(&format!("band-{band}"));
        found = language.say_with("mail-found-band", &[("score", found.into()), ("band", band.into())]);
    }
    found = match u64::try_from(s.age_days).unwrap_or(0) {
        0 => language.say_with("mail-found-today", &[("found", found.into())]),
        days => language.say_with("mail-found-ago", &[("found", found.into()), ("days", Value::Count(days))]),
    };
    if s.is_prorated {
        found = language.say_with("mail-found-prorated", &[("found", found.into())]);
    }
    let (on, until) = (language.date(s.taken_on), language.date(s.valid_until));
    let mut against = language.say_with("mail-filled-in", &[("date", on.into()), ("until", until.into())]);
    if let Some(name) = &s.concordance {
        let concordance = language.say(&format!("concordance-{name}"));
        let told = [("told", against.into()), ("concordance", concordance.into())];
        against = language.say_with("mail-filled-in-concordance", &told);
    }
    [s.instrument.as_str().to_owned(), found, against]
}

fn side(value: f64, language: Language) -> String {
    language.say(if value < 0.0 { "summary-below" } else { "summary-above" })
}

fn hrv(hrv: &HrvEvidence, language: Language) -> Vec<Row> {
    let state = language.say(&format!("hrv-{}", hrv.state.as_str()));
    let found = match (hrv.set_aside, hrv.change_pct.filter(|change| change.is_finite())) {
        (Some(SetAside::Illness), _) => language.say("mail-hrv-illness"),
        (Some(SetAside::IrregularRhythm), _) => language.say("mail-hrv-irregular"),
        (None, Some(change)) => {
            let (side, change) = (side(change, language), Value::Number(change.abs(), 0));
            language.say_with("mail-hrv-found", &[("change", change), ("side", side.into()), ("state", state.into())])
        }
        (None, None) => state,
    };
    let used = u64::from(hrv.nights_used);
    let nights = used + u64::from(hrv.nights_missing);
    let against =
        language.say_with("mail-hrv-against", &[("used", Value::Count(used)), ("nights", Value::Count(nights))]);
    let mut rows = vec![[language.say("mail-hrv"), found, against]];
    if let Some(z) = hrv.rhr_z7 {
        let spreads = [("spreads", Value::Number(z.abs(), 1)), ("side", side(z, language).into())];
        let found = language.say_with("mail-heart-found", &spreads);
        rows.push([language.say("mail-heart"), found, language.say("mail-heart-against")]);
    }
    rows
}

fn sleep(sleep: &SleepEvidence, language: Language) -> Row {
    let mut found = language.say_with("mail-sleep-found", &[("hours", Value::Number(sleep.tst7_h, 1))]);
    if let Some(efficiency) = sleep.se7_pct {
        let values = [("found", found.into()), ("percent", Value::Number(efficiency, 0))];
        found = language.say_with("mail-sleep-efficiency", &values);
    }
    if sleep.is_poor {
        found = language.say_with("mail-sleep-poor", &[("found", found.into())]);
    }
    let against = [("need", Value::Number(sleep.need_h, 1)), ("debt", Value::Number(sleep.debt14_h, 1))];
    [language.say("mail-sleep"), found, language.say_with("mail-sleep-against", &against)]
}

fn index(index: &IndexEvidence, language: Language) -> Row {
    let part = |part: &Contribution| {
        let component = language.say(&format!("component-{}", part.component.as_str()));
        format!("{component} {}", language.signed(part.points, 0))
    };
    let parts: Vec<String> = index.contributions.iter().map(part).collect();
    let against = if parts.is_empty() {
        language.say("mail-index-against")
    } else {
        let parts = parts.join(&language.say("summary-comma"));
        language.say_with("mail-index-parts", &[("parts", parts.into())])
    };
    [language.say("mail-index"), language.number(index.value, 0), against]
}

fn exposure(e: &ExposureEvidence, language: Language) -> Row {
    let limit = conditions::figure(&e.kind, e.limit, language);
    let limit = if e.source.is_empty() {
        language.say_with("mail-limit", &[("limit", limit.into())])
    } else {
        language.say_with("mail-limit-source", &[("limit", limit.into()), ("source", e.source.as_ref().into())])
    };
    [conditions::name(&e.kind, language), conditions::figure(&e.kind, e.value, language), limit]
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
