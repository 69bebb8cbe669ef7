//! What the rules of a case rested on when they matched, in words, beside what is so today.

use std::collections::{BTreeMap, BTreeSet};

use crate::console::view::{EvidenceView, FiredLine, FiredRule, FiredView};
use crate::domain::alert::{Evidence, Level, Opening, Part, RuleId};
use crate::domain::case::Ground;
use crate::engine::portrait::Portrait;
use crate::engine::{self, condition_of};
use crate::exposures::WBGT_C;
use crate::rules::{Condition, Flag, InstrumentCutoffs, NumberFact, Rule, RuleSet, ScreeningSubject};
use crate::texts::{EvidenceRow, Filled, Language};

/// The ids that stand for the joint table, with their levels.
const TABLE: [(&str, Level); 2] = [("T-L2", Level::L2), ("T-L3", Level::L3)];

/// Every rule's title, the joint table's among them.
pub(super) fn titles(rules: &RuleSet, language: Language) -> BTreeMap<String, String> {
    let of_workers = rules.rules.iter().chain(&rules.off).map(|rule| (&rule.id, &rule.title));
    let of_units = rules.units.rules.iter().map(|rule| (&rule.id, &rule.title));
    let named = of_workers.chain(of_units).map(|(id, title)| (id.as_str(), language.phrase(title).to_owned()));
    let of_table =
        TABLE.map(|(id, level)| (id, language.say_with("rule-table-title", &[("level", level.as_str().into())])));
    named.chain(of_table).map(|(id, title)| (id.to_owned(), title)).collect()
}

/// Every moment at which rules of a case matched, oldest first.
pub(super) fn fired(
    settings: &engine::Settings,
    portrait: &Portrait,
    case: &str,
    language: Language,
) -> Vec<FiredView> {
    let grounds = portrait.grounds.iter().find(|(id, _)| id.as_str() == case).map_or(&[][..], |(_, grounds)| grounds);
    let look = Look {
        rules: &settings.rules,
        titles: titles(&settings.rules, language),
        today: language.evidence_rows(&portrait.evidence, Filled::OnDate),
        portrait,
        language,
    };
    grounds.iter().map(|ground| look.view(ground)).collect()
}

struct Look<'a> {
    rules: &'a RuleSet,
    titles: BTreeMap<String, String>,
    today: Vec<EvidenceRow>,
    portrait: &'a Portrait,
    language: Language,
}

impl Look<'_> {
    fn view(&self, ground: &Ground) -> FiredView {
        let rows = self.language.evidence_rows(&ground.evidence, Filled::OnDate);
        let is_changed = ground.versions.rules != self.rules.version();
        let rule = |id: &RuleId| {
            let known = self.rules.rules.iter().find(|rule| rule.id == *id);
            FiredRule {
                rule: id.as_str().to_owned(),
                title: self.titles.get(id.as_str()).cloned().unwrap_or_default(),
                matches_today: self.matches_today(id, known),
                is_crisis: known.is_some_and(is_crisis),
                is_table: table_level(id).is_some(),
                lines: self.lines(&rows, known.filter(|_| !is_changed), &ground.evidence),
            }
        };
        FiredView {
            on: ground.on.to_string(),
            at: ground.at.to_string(),
            rules: ground.rules.iter().map(rule).collect(),
            is_changed,
            summary: self.language.summary(&ground.evidence, Opening::Evidence),
            evidence: EvidenceView::of(&ground.evidence, self.language),
        }
    }

    fn matches_today(&self, id: &RuleId, known: Option<&Rule>) -> Option<bool> {
        if let Some(level) = table_level(id) {
            return Some(self.portrait.table >= level);
        }
        let is_told = known.is_none_or(|rule| !is_crisis(rule) && rule.level >= Level::L2);
        is_told.then(|| self.portrait.rules.contains(id))
    }

    /// The lines that a rule rests on; all of them where that cannot be told.
    fn lines(&self, rows: &[EvidenceRow], rule: Option<&Rule>, evidence: &Evidence) -> Vec<FiredLine> {
        let mut parts = BTreeSet::new();
        for condition in rule.into_iter().flat_map(|rule| rule.all.iter().chain(rule.raise.iter().flat_map(|r| &r.all)))
        {
            self.parts(condition, evidence, &mut parts);
        }
        let is_of_rule = |row: &&EvidenceRow| parts.contains(&row.part);
        let of_rule: Vec<&EvidenceRow> = rows.iter().filter(is_of_rule).collect();
        let shown = if of_rule.is_empty() { rows.iter().collect() } else { of_rule };
        let line = |row: &EvidenceRow| FiredLine {
            what: row.name.clone(),
            found: row.found.clone(),
            against: row.against.clone(),
            today: self.today(&row.part),
        };
        shown.into_iter().map(line).collect()
    }

    fn today(&self, part: &Part) -> Option<String> {
        let known = self.today.iter().find(|row| row.part == *part).map(|row| row.found.clone());
        known.or_else(|| {
            let Part::Exposure(kind) = part else { return None };
            // Not over its limit any more, so it is no evidence; its figure is known all the same.
            let (kind, value) = self.portrait.conditions.iter().find(|(known, _)| known == kind)?;
            Some(self.language.condition_figure(kind, *value))
        })
    }

    /// The parts of the evidence that a condition looks at.
    fn parts(&self, condition: &Condition, evidence: &Evidence, parts: &mut BTreeSet<Part>) {
        let instruments = || evidence.screenings.iter().map(|sheet| sheet.instrument);
        match condition {
            Condition::HrvState(..) => parts.extend([Part::Hrv]),
            Condition::Flag(Flag::SleepPoor, _) => parts.extend([Part::Sleep]),
            Condition::Flag(Flag::Exposed, _) => {
                parts.extend(evidence.exposures.iter().map(|found| Part::Exposure(found.kind.clone())));
            }
            Condition::Flag(Flag::SafetyCritical, _) => {}
            Condition::Flag(Flag::Crisis, _) | Condition::Severity(..) => {
                parts.extend(instruments().map(Part::Screening));
            }
            Condition::Number(fact, ..) => parts.extend(part_of(*fact)),
            Condition::Screening(ScreeningSubject::Construct(construct), _) => {
                let measures = |of: &InstrumentCutoffs| {
                    of.total.iter().chain(of.scales.values()).any(|cutoffs| cutoffs.measures == *construct)
                };
                let measuring = instruments().filter(|of| self.rules.cutoffs.get(of).is_some_and(measures));
                parts.extend(measuring.map(Part::Screening));
            }
            Condition::Screening(ScreeningSubject::Instrument(of) | ScreeningSubject::Scale(of, _), _) => {
                parts.extend([Part::Screening(*of)]);
            }
            Condition::All(conditions) | Condition::Any(conditions) => {
                conditions.iter().for_each(|condition| self.parts(condition, evidence, parts));
            }
        }
    }
}

fn table_level(id: &RuleId) -> Option<Level> {
    TABLE.iter().find(|(of_table, _)| *of_table == id.as_str()).map(|(_, level)| *level)
}

fn is_crisis(rule: &Rule) -> bool {
    rule.all.contains(&Condition::Flag(Flag::Crisis, true))
}

fn part_of(fact: NumberFact) -> Option<Part> {
    match fact {
        NumberFact::Z7 => Some(Part::Hrv),
        NumberFact::RhrZ7 => Some(Part::SleepingHeart),
        NumberFact::Index7 => Some(Part::Index),
        NumberFact::Tst7H | NumberFact::Debt14H => Some(Part::Sleep),
        NumberFact::WbgtOverC => Some(Part::Exposure(WBGT_C.into())),
        NumberFact::Bmi | NumberFact::Age => None,
        NumberFact::WeeklyHours
        | NumberFact::OvertimeRunDays
        | NumberFact::OvertimeRunNoiseDba
        | NumberFact::NoiseDba
        | NumberFact::ConsecutiveWorkDays
        | NumberFact::NightRun
        | NumberFact::NightsIn28D
        | NumberFact::NightSpellWeeks
        | NumberFact::QuickReturns
        | NumberFact::DaysSinceIncident
        | NumberFact::DaysSinceReturn => condition_of(fact).map(|kind| Part::Exposure(kind.into())),
    }
}

#[cfg(test)]
#[path = "fired_tests.rs"]
mod tests;
