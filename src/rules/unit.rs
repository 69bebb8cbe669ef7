//! Rules about a unit: figures over its workers, never about one of them.
//!
//! A figure that rests on too few workers is not known, and neither is a share that would tell of one
//! or two of them; so no unit rule can be used to look at a person.

use std::collections::BTreeMap;

use super::condition::Comparison;
use super::set::RuleSet;
use crate::domain::alert::{Level, RuleId};
use crate::domain::indicator::HrvState;
use crate::domain::phrase::Phrase;

/// The fewest workers that any figure of a unit may rest on.
///
/// # Source
/// Domain reference, section 9 (k = 10 for health measures).
pub const LEAST_WORKERS: u32 = 10;

/// Below so many workers, a share that leaves one or two of them on either side, or none, is not told.
///
/// # Source
/// Domain reference, section 9.
const HOMOGENEITY_WORKERS: u32 = 20;

/// A figure of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnitFact {
    /// Mean ratio of effort to reward of the valid questionnaires.
    EriMean,
    /// Share of the workers with a state of HRV that is `watch` or `persistent`.
    WatchOrWorseShare,
    /// Share of the workers with a state of HRV that is `persistent`.
    PersistentShare,
    /// Share of the workers over a limit of working conditions.
    ExposedShare,
}

impl UnitFact {
    /// Every figure.
    pub const ALL: [Self; 4] = [Self::EriMean, Self::WatchOrWorseShare, Self::PersistentShare, Self::ExposedShare];

    /// The name used in the rule file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EriMean => "eri_mean",
            Self::WatchOrWorseShare => "watch_or_worse_share",
            Self::PersistentShare => "persistent_share",
            Self::ExposedShare => "exposed_share",
        }
    }

    /// The figure of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fact| fact.as_str() == name)
    }

    /// The least and greatest value; shares go from 0 to 1.
    #[must_use]
    pub const fn range(self) -> (f64, f64) {
        match self {
            Self::EriMean => (0.25, 4.0),
            Self::WatchOrWorseShare | Self::PersistentShare | Self::ExposedShare => (0.0, 1.0),
        }
    }
}

/// What a unit's figures need of one worker.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Member {
    /// The state of night-time HRV.
    pub hrv: HrvState,
    /// Whether a working condition is over its limit; `None` where none was reported.
    pub is_exposed: Option<bool>,
    /// The ratio of effort to reward, where a valid questionnaire is there.
    pub eri_ratio: Option<f64>,
}

/// The figures of a unit that may be looked at.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UnitFacts {
    told: BTreeMap<UnitFact, f64>,
    /// On how many workers each figure rests, told or not.
    bases: BTreeMap<UnitFact, u32>,
}

impl UnitFacts {
    /// The figures of these workers. `least_workers` can ask for more than [`LEAST_WORKERS`], not for fewer.
    #[must_use]
    pub fn of(members: impl IntoIterator<Item = Member>, least_workers: u32) -> Self {
        let least = least_workers.max(LEAST_WORKERS);
        let mut eri = (0.0, 0_u32);
        let (mut watch, mut persistent, mut exposed) = (Share::default(), Share::default(), Share::default());
        for member in members {
            if let Some(ratio) = member.eri_ratio.filter(|ratio| ratio.is_finite()) {
                eri = (eri.0 + ratio, eri.1 + 1);
            }
            // Who is still learning or takes the band off has no state that could be counted.
            if matches!(member.hrv, HrvState::Normal | HrvState::Watch | HrvState::Persistent) {
                watch.count(member.hrv != HrvState::Normal);
                persistent.count(member.hrv == HrvState::Persistent);
            }
            if let Some(is_exposed) = member.is_exposed {
                exposed.count(is_exposed);
            }
        }
        let eri_mean = (eri.1 >= least).then(|| eri.0 / f64::from(eri.1));
        let figures = [
            (UnitFact::EriMean, eri_mean, eri.1),
            (UnitFact::WatchOrWorseShare, watch.tellable(least), watch.all),
            (UnitFact::PersistentShare, persistent.tellable(least), persistent.all),
            (UnitFact::ExposedShare, exposed.tellable(least), exposed.all),
        ];
        Self {
            told: figures.into_iter().filter_map(|(fact, value, _)| Some((fact, value?))).collect(),
            bases: figures.into_iter().map(|(fact, _, base)| (fact, base)).collect(),
        }
    }

    /// A figure, where it may be told.
    #[must_use]
    pub fn get(&self, fact: UnitFact) -> Option<f64> {
        self.told.get(&fact).copied()
    }

    /// On how many workers a figure rests, also where it may not be told.
    #[must_use]
    pub fn base(&self, fact: UnitFact) -> u32 {
        self.bases.get(&fact).copied().unwrap_or(0)
    }
}

/// How many of how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    /// Those of whom something holds.
    pub some: u32,
    /// All of whom it is known.
    pub all: u32,
}

impl Share {
    /// Counts one more.
    pub fn count(&mut self, is_one: bool) {
        self.some += u32::from(is_one);
        self.all += 1;
    }

    /// The share, where it may be told: of `least` or more, and where that are few, not of one or two of them.
    #[must_use]
    pub fn tellable(self, least: u32) -> Option<f64> {
        let is_telling = self.all < HOMOGENEITY_WORKERS && (self.some <= 2 || self.all - self.some <= 2);
        (self.all >= least && !is_telling).then(|| f64::from(self.some) / f64::from(self.all))
    }
}

/// One condition on a unit's figure; one that is not known fulfils none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnitCondition {
    /// The figure.
    pub fact: UnitFact,
    /// How it compares.
    pub comparison: Comparison,
    /// With what.
    pub limit: f64,
}

/// A rule about a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitRule {
    /// Its id.
    pub id: RuleId,
    /// What it is about, in a few words.
    pub title: Phrase,
    /// The level, of which the time limits are taken.
    pub level: Level,
    /// All of these must hold.
    pub all: Vec<UnitCondition>,
    /// What it suggests for the work.
    pub workload_review: Vec<Phrase>,
    /// What it suggests to offer to everybody in the unit.
    pub counseling: Vec<Phrase>,
}

/// The rules about units.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitRules {
    /// The fewest workers that a figure may rest on.
    pub least_workers: u32,
    /// The rules that are switched on, in the order of the file.
    pub rules: Vec<UnitRule>,
}

impl RuleSet {
    /// The rules that match a unit, in the order of the file.
    #[must_use]
    pub fn judge_unit(&self, facts: &UnitFacts) -> Vec<&UnitRule> {
        let holds = |condition: &UnitCondition| {
            facts.get(condition.fact).is_some_and(|value| condition.comparison.holds(value, condition.limit))
        };
        self.units.rules.iter().filter(|rule| rule.all.iter().all(holds)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::rules_file;

    /// A unit of so many workers, of whom some are in `watch`, all with this ratio of effort to reward.
    fn unit(workers: u32, watch: u32, eri_ratio: f64, of_them_asked: u32) -> Vec<Member> {
        let member = |place| Member {
            hrv: if place < watch { HrvState::Watch } else { HrvState::Normal },
            is_exposed: None,
            eri_ratio: (place < of_them_asked).then_some(eri_ratio),
        };
        (0..workers).map(member).collect()
    }

    fn rules(members: Vec<Member>) -> Vec<(String, Level)> {
        let rules = rules_file::built_in().rules;
        let facts = UnitFacts::of(members, rules.units.least_workers);
        rules.judge_unit(&facts).iter().map(|rule| (rule.id.as_str().to_owned(), rule.level)).collect()
    }

    #[test]
    fn r10_needs_imbalance_and_a_fifth_of_the_unit_in_watch() {
        assert_eq!(rules(unit(20, 4, 1.1, 10)), [("R10".to_owned(), Level::L2)]);
        assert_eq!(rules(unit(20, 3, 1.1, 20)), []);
        assert_eq!(rules(unit(20, 4, 1.0, 20)), []);
        assert_eq!(rules(unit(20, 4, 1.5, 9)), [], "nine questionnaires are too few");
    }

    #[test]
    fn a_figure_never_tells_of_one_or_two_workers() {
        let share = |members| UnitFacts::of(members, 1).get(UnitFact::WatchOrWorseShare);
        assert_eq!(share(unit(9, 4, 1.0, 0)), None);
        assert_eq!(share(unit(10, 2, 1.0, 0)), None);
        assert_eq!(share(unit(10, 0, 1.0, 0)), None);
        assert_eq!(share(unit(10, 8, 1.0, 0)), None);
        assert_eq!(share(unit(10, 3, 1.0, 0)), Some(0.3));
        assert_eq!(share(unit(20, 1, 1.0, 0)), Some(0.05));
    }

    #[test]
    fn who_has_no_state_is_not_counted() {
        let mut members = unit(20, 4, 1.1, 10);
        members.extend(unit(20, 0, 1.1, 0).into_iter().map(|m| Member { hrv: HrvState::Stale, ..m }));
        assert_eq!(rules(members).len(), 1);
    }
}
