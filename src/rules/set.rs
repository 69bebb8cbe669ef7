//! The rules in force, and their verdict.

use std::collections::BTreeMap;

use super::condition::{Condition, Holds};
use super::cutoffs::InstrumentCutoffs;
use super::facts::{Facts, ScreenedFact};
use super::number::NumberFact;
use super::table::JointTable;
use super::unit::UnitRules;
use crate::domain::alert::{Level, RuleId};
use crate::domain::indicator::Severity;
use crate::domain::phrase::Phrase;
use crate::domain::screening::Instrument;

/// A higher level of a rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Raise {
    /// The level it rises to.
    pub level: Level,
    /// All of these must hold too.
    pub all: Vec<Condition>,
}

/// One rule: it matches when all of its conditions hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Its id.
    pub id: RuleId,
    /// What it is about, in a few words.
    pub title: Phrase,
    /// The level it gives.
    pub level: Level,
    /// All of these must hold.
    pub all: Vec<Condition>,
    /// What makes it give a higher level.
    pub raise: Vec<Raise>,
    /// What it suggests for the work.
    pub workload_review: Vec<Phrase>,
    /// What it suggests for the person.
    pub counseling: Vec<Phrase>,
}

/// What the rules say of one worker on one day.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The level: the highest of the matching rules and of the joint table.
    pub level: Level,
    /// Every rule that matched, in the order of the file; and `T-L2` or `T-L3` where the table gives
    /// a higher level than every matching rule.
    pub rules: Vec<RuleId>,
    /// The worst valid screening (Q).
    pub severity: Option<Severity>,
    /// What to suggest for the work, without repetition.
    pub workload_review: Vec<Phrase>,
    /// What to suggest for the person, without repetition.
    pub counseling: Vec<Phrase>,
}

/// The rules in force.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleSet {
    /// The rules that are switched on, in the order of the file.
    pub rules: Vec<Rule>,
    /// The rules that are switched off: they judge nothing, and can be asked what they would do.
    pub off: Vec<Rule>,
    /// The rules about units.
    pub units: UnitRules,
    /// The cut-offs of the questionnaires.
    pub cutoffs: BTreeMap<Instrument, InstrumentCutoffs>,
    /// The joint table.
    pub table: JointTable,
    /// After a case is closed, no case of the same or a lower level is opened for so many days.
    pub cool_down_days: u32,
    /// A digest of the file's text.
    pub version: u64,
}

/// The ids of the joint table's levels in a verdict.
const TABLE_L2: &str = "T-L2";
const TABLE_L3: &str = "T-L3";

impl RuleSet {
    /// Every id that a verdict can name.
    pub fn ids(&self) -> impl Iterator<Item = RuleId> {
        let of_table = [TABLE_L2, TABLE_L3].map(RuleId::new);
        self.rules.iter().map(|rule| rule.id.clone()).chain(of_table)
    }

    /// Holds the facts against the rules and the joint table.
    #[must_use]
    pub fn judge(&self, facts: &Facts) -> Verdict {
        let severity = self.worst(facts, false);
        let from_table = self.table_level(facts);
        let mut verdict = Verdict {
            level: Level::L0,
            rules: Vec::new(),
            severity,
            workload_review: Vec::new(),
            counseling: Vec::new(),
        };
        for rule in &self.rules {
            let Some(level) = self.level_of(rule, facts) else { continue };
            verdict.level = verdict.level.max(level);
            verdict.rules.push(rule.id.clone());
            add(&mut verdict.workload_review, &rule.workload_review);
            add(&mut verdict.counseling, &rule.counseling);
        }
        if from_table > verdict.level {
            verdict.level = from_table;
            if matches!(from_table, Level::L2 | Level::L3) {
                verdict.rules.push(RuleId::new(if from_table == Level::L2 { TABLE_L2 } else { TABLE_L3 }));
                add(&mut verdict.workload_review, &self.table.workload_review);
                add(&mut verdict.counseling, &self.table.counseling);
            }
        }
        verdict
    }

    /// The level that the joint table gives by itself.
    #[must_use]
    pub fn table_level(&self, facts: &Facts) -> Level {
        self.table.level(facts, self.worst(facts, false), self.worst(facts, true))
    }

    /// The level that a rule gives; `None` where it does not match.
    ///
    /// A score with filled-in answers cannot give L3 alone: a rule, or a raise, to that level needs a
    /// whole questionnaire or another sign.
    #[must_use]
    pub fn level_of(&self, rule: &Rule, facts: &Facts) -> Option<Level> {
        let holds = Holds::all(rule.all.iter().map(|condition| condition.holds(facts, self)));
        let gives = |level, holds| if level >= Level::L3 { holds >= Holds::Plainly } else { holds > Holds::No };
        gives(rule.level, holds).then_some(())?;
        let raised = rule.raise.iter().filter(|raise| {
            let more = raise.all.iter().map(|condition| condition.holds(facts, self));
            gives(raise.level, Holds::all(more.chain([holds])))
        });
        raised.map(|raise| raise.level).chain([rule.level]).max()
    }

    /// A number that is known and can be trusted.
    pub(super) fn number(&self, facts: &Facts, fact: NumberFact) -> Option<f64> {
        let is_trusted = fact != NumberFact::Index7
            || facts.confidence.is_some_and(|confidence| confidence >= self.table.index_raised_confidence);
        facts.numbers.get(fact).filter(|_| is_trusted)
    }

    /// The worst valid screening, with `whole_only` of those without filled-in answers.
    pub(super) fn worst(&self, facts: &Facts, whole_only: bool) -> Option<Severity> {
        let usable = facts.screenings.iter().filter(|s| !(whole_only && s.is_prorated));
        usable.filter_map(|s| self.severity_of(s)).max()
    }

    /// How bad a result is on the scale common to all questionnaires, the worst of its total and its
    /// scales; `None` where it has no bands there.
    #[must_use]
    pub fn severity(&self, instrument: Instrument, score: f64, scales: &[(&'static str, f64)]) -> Option<Severity> {
        self.cutoffs.get(&instrument)?.scored(score, scales).filter_map(|(c, score)| c.severity(score)).max()
    }

    /// How bad a result is, as [`RuleSet::severity`] says.
    #[must_use]
    pub fn severity_of(&self, screened: &ScreenedFact) -> Option<Severity> {
        self.severity(screened.instrument, screened.score, &screened.scales)
    }

    /// Whether a result is over its cut-off, in its total or any scale; `None` where it has no cut-off.
    #[must_use]
    pub fn is_positive(&self, instrument: Instrument, score: f64, scales: &[(&'static str, f64)]) -> Option<bool> {
        let cutoffs = self.cutoffs.get(&instrument)?;
        cutoffs.scored(score, scales).filter_map(|(c, score)| c.is_positive(score)).reduce(|a, b| a || b)
    }

    /// A stable digest of the rule file's text.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// For how many days after closing no case of the same or a lower level is opened.
    #[must_use]
    pub const fn cool_down_days(&self) -> u32 {
        self.cool_down_days
    }
}

fn add(suggestions: &mut Vec<Phrase>, more: &[Phrase]) {
    for suggestion in more {
        if !suggestions.contains(suggestion) {
            suggestions.push(suggestion.clone());
        }
    }
}
