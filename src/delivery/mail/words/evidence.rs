//! What an alert rests on, as a small table, and what speaks against it.

use super::super::page::Block;
use super::super::times;
use super::{conditions, number, plain, signed, words};
use crate::domain::alert::{
    Evidence, ExposureEvidence, HrvEvidence, IndexEvidence, ScreeningEvidence, SetAside, SleepEvidence,
};
use crate::domain::indicator::{Component, Contribution, HrvState};
use crate::texts::Language;

type Row = [String; 3];

/// The blocks. An answer that speaks of a crisis is not put in doubt: only the conversation can tell.
pub(super) fn blocks(evidence: &Evidence, language: Language, is_call: bool) -> Vec<Block> {
    let mut rows: Vec<Row> = evidence.screenings.iter().map(screening).collect();
    rows.extend(evidence.hrv.iter().flat_map(hrv));
    rows.extend(evidence.sleep.as_ref().map(sleep));
    rows.extend(evidence.index.as_ref().map(index));
    rows.extend(evidence.exposures.iter().map(exposure));
    let mut blocks = Vec::new();
    if !rows.is_empty() {
        blocks.push(Block::Heading("What it rests on"));
        blocks.push(Block::Table(["", "Found", "Compared with"], rows));
    }
    let doubts = doubts(evidence, language, is_call);
    if !doubts.is_empty() {
        blocks.push(Block::Heading("What else may explain it"));
        blocks.push(Block::List(doubts));
    }
    blocks
}

fn screening(s: &ScreeningEvidence) -> Row {
    let mut found = plain(s.score);
    if let Some(band) = s.band {
        found.push_str(&format!(" ({})", words(band)));
    }
    let days = if s.age_days == 1 { "day" } else { "days" };
    found.push_str(&match s.age_days {
        0 => ", today".to_owned(),
        age => format!(", {age} {days} ago"),
    });
    if s.is_prorated {
        found.push_str(", a missing answer filled in");
    }
    let mut against = format!("filled in on {}, counts until {}", times::day(s.taken_on), times::day(s.valid_until));
    if let Some(concordance) = s.concordance.and_then(concordance) {
        against.push_str("; ");
        against.push_str(concordance);
    }
    [s.instrument.as_str().to_owned(), found, against]
}

fn concordance(name: &str) -> Option<&'static str> {
    match name {
        "both_low" => Some("the wristband is unremarkable too"),
        "both_high" => Some("the wristband points the same way"),
        "questionnaire_only" => Some("the wristband does not show it"),
        "physiology_only" => Some("the wristband shows more than the answers"),
        _ => None,
    }
}

fn hrv(hrv: &HrvEvidence) -> Vec<Row> {
    let state = match hrv.state {
        HrvState::Learning => "cannot be compared yet",
        HrvState::Normal => "within the usual range",
        HrvState::Watch => "low on several nights",
        HrvState::Persistent => "low on most nights",
        HrvState::Stale => "too few recent nights",
    };
    let found = match (hrv.set_aside, hrv.change_pct.filter(|change| change.is_finite())) {
        (Some(SetAside::Illness), _) => "set aside: an illness was reported".to_owned(),
        (Some(SetAside::IrregularRhythm), _) => "set aside: the beats were irregular".to_owned(),
        (None, Some(change)) => {
            let side = if change < 0.0 { "below" } else { "above" };
            format!("{} % {side} usual, {state}", number(change.abs(), 0))
        }
        (None, None) => state.to_owned(),
    };
    let nights = hrv.nights_used + hrv.nights_missing;
    let against = format!("the worker's own usual; {} of {nights} nights usable", hrv.nights_used);
    let mut rows = vec![["Night-time HRV".to_owned(), found, against]];
    if let Some(z) = hrv.rhr_z7 {
        let side = if z < 0.0 { "below" } else { "above" };
        let found = format!("{} of its usual spreads {side} usual", number(z.abs(), 1));
        rows.push(["Heart rate asleep".to_owned(), found, "the worker's own usual; mean of 7 days".to_owned()]);
    }
    rows
}

fn sleep(sleep: &SleepEvidence) -> Row {
    let mut found = format!("{} h a night", number(sleep.tst7_h, 1));
    if let Some(efficiency) = sleep.se7_pct {
        found.push_str(&format!(", {} % of the time in bed", number(efficiency, 0)));
    }
    if sleep.is_poor {
        found.push_str("; poor for most of a week");
    }
    let (need, debt) = (number(sleep.need_h, 1), number(sleep.debt14_h, 1));
    ["Sleep".to_owned(), found, format!("a need of {need} h; {debt} h short over 14 days")]
}

fn index(index: &IndexEvidence) -> Row {
    let part = |part: &Contribution| format!("{} {}", component(part.component), signed(part.points, 0));
    let parts: Vec<String> = index.contributions.iter().map(part).collect();
    let mut against = "50 is the worker's usual".to_owned();
    if !parts.is_empty() {
        against.push_str(&format!(": {}", parts.join(", ")));
    }
    ["Strain index".to_owned(), number(index.value, 0), against]
}

const fn component(component: Component) -> &'static str {
    match component {
        Component::Hrv => "night-time HRV",
        Component::RestingHeartRate => "heart rate asleep",
        Component::SleepDebt => "sleep against need",
        Component::Continuity => "broken sleep",
        Component::Regularity => "irregular sleep",
    }
}

fn exposure(e: &ExposureEvidence) -> Row {
    let source = if e.source.is_empty() { String::new() } else { format!(" ({})", e.source) };
    let limit = format!("a limit of {}{source}", conditions::figure(e.kind, e.limit));
    [conditions::name(e.kind), conditions::figure(e.kind, e.value), limit]
}

/// Other reasons, chance, and how far the numbers can be trusted.
fn doubts(evidence: &Evidence, language: Language, is_call: bool) -> Vec<String> {
    let mut doubts = Vec::new();
    if !evidence.confounders.is_empty() {
        let tags = evidence.confounders.iter();
        let said: Vec<String> = tags.map(|tag| language.say(&format!("tag-{}", tag.as_str()))).collect();
        doubts.push(format!("Reported in these days: {}.", said.join(", ")));
    }
    doubts.extend(evidence.hints.iter().map(|hint| language.say(&format!("hint-{}", hint.as_str()))));
    doubts.extend(evidence.chance_per_year.map(|per_year| language.chance_note(per_year)));
    if !evidence.screenings.is_empty() && !is_call {
        doubts.push(
            "A questionnaire can be wrong, in both directions: a bad day, a question misread, an answer meant to \
             please. The conversation decides, not the score."
                .to_owned(),
        );
    }
    if let Some(confidence) = evidence.confidence {
        let percent = number(confidence * 100.0, 0);
        doubts.push(format!("What the wristband tells can be trusted to {percent} of 100 (nights worn, quality)."));
    }
    doubts
}
