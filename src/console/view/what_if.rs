//! What other rules would have done: which rule is changed and how, and what came of it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A rule that can be asked about, as it is in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RuleForm {
    /// Its id.
    pub rule: String,
    /// What it is about.
    pub title: String,
    /// Whether it is switched on.
    pub on: bool,
    /// Its level, `L1` to `L3`.
    pub level: String,
    /// The numbers that it asks for.
    pub numbers: Vec<RuleNumber>,
}

/// A number that a rule asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RuleNumber {
    /// What is held against it and how, in words.
    pub words: String,
    /// Its unit; empty where it has none.
    pub unit: String,
    /// The number.
    pub value: f64,
    /// The higher level that it leads to; null where it belongs to the rule itself.
    pub raise: Option<String>,
}

/// One rule as somebody would have it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RuleChange {
    /// The rule.
    #[schema(example = "R2")]
    pub rule: String,
    /// Whether it is switched on.
    pub on: bool,
    /// Its level, `L1` to `L3`.
    #[schema(example = "L2")]
    pub level: String,
    /// Its numbers, all of them, in the order in which they are told.
    pub numbers: Vec<f64>,
}

/// A change in words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangeWords {
    /// The rule as it is in force; empty where it is switched off.
    pub old: Vec<String>,
    /// The rule as it would be; empty where it would be switched off.
    pub new: Vec<String>,
}

/// How far a question has come, and what was found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WhatIfView {
    /// `none` where nothing was asked, `running`, `done` or `failed`.
    pub state: String,
    /// What is asked; null where nothing was.
    pub change: Option<RuleChange>,
    /// The same in words.
    pub words: ChangeWords,
    /// Workers that were looked at.
    pub looked: u64,
    /// Of how many; 0 until that is known.
    pub of: u64,
    /// What was found; null until it is done.
    pub found: Option<WhatIfFound>,
}

/// What a change would have done.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WhatIfFound {
    /// The first day that was looked at; null where there was none.
    #[schema(format = Date)]
    pub from: Option<String>,
    /// The last day that was looked at.
    #[schema(format = Date)]
    pub to: Option<String>,
    /// Whether the time was up before everybody was looked at: the figures are of those who were.
    pub is_cut: bool,
    /// On how many workers a figure rests at least.
    pub least_workers: u32,
    /// The sites.
    pub sites: Vec<SiteEffect>,
    /// Whose cases would be others, by site and name, at most [`WORKERS_SHOWN`].
    pub workers: Vec<WorkerEffect>,
    /// Further ones, who are not named.
    pub more_workers: u64,
}

/// So many workers are named.
pub const WORKERS_SHOWN: usize = 500;

/// What it would have done at a site.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SiteEffect {
    /// Its name.
    pub site: String,
    /// Whether it has so few workers that its units are not shown.
    pub is_small: bool,
    /// All of it.
    pub whole: GroupEffect,
    /// Its units, by name.
    pub units: Vec<GroupEffect>,
}

/// What it would have done in a site or a unit of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GroupEffect {
    /// The unit; null of the whole site.
    pub unit: Option<String>,
    /// How many workers at least, in fives; null where they are too few to be counted.
    pub workers_at_least: Option<u32>,
    /// The figures, level by level.
    pub levels: Vec<LevelEffect>,
}

/// Cases of one level, under the rules in force and under the changed ones; null where that may not be told.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LevelEffect {
    /// The level.
    pub level: String,
    /// Cases a week, as it was judged by the rules in force.
    pub old_a_week: Option<f64>,
    /// Cases a week, had the rules been these.
    pub new_a_week: Option<f64>,
    /// Cases in 100 worker-months of four weeks, by the rules in force.
    pub old_per_100: Option<f64>,
    /// Cases in 100 worker-months of four weeks, had the rules been these.
    pub new_per_100: Option<f64>,
}

/// A worker whose cases would be others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkerEffect {
    /// The site.
    pub site: String,
    /// The worker.
    pub worker: String,
    /// The worker's unit.
    pub unit: String,
    /// `only_old`, `only_new` or `other_level`.
    pub outcome: String,
    /// The case by the rules in force; null where there is none.
    pub old: Option<CaseEffect>,
    /// The case, had the rules been these; null where there would be none.
    pub new: Option<CaseEffect>,
    /// Whether it begins on the first day that is known, and may be older: it counts in no figure.
    pub may_be_older: bool,
}

/// A case that there would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CaseEffect {
    /// The worker's date on which it opens.
    #[schema(format = Date)]
    pub first_day: String,
    /// The highest level that it reaches.
    pub level: String,
    /// The rules that match there.
    pub rules: Vec<String>,
}
