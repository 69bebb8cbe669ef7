//! Figures of sites and units, with everything left out that would tell of a few people.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The figures of every site.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupsView {
    /// The day that they are of; they stay the same until the next.
    pub on: String,
    /// On how many workers a figure of health rests at least.
    pub least_workers: u32,
    /// How many days back cases are counted.
    pub period_days: u32,
    /// The sites.
    pub sites: Vec<SiteGroups>,
}

/// One site.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SiteGroups {
    /// Its name.
    pub site: String,
    /// Whether it has so few workers that its units are not shown.
    pub is_small: bool,
    /// All of it.
    pub whole: GroupRow,
    /// Its units, by name.
    pub units: Vec<GroupRow>,
}

/// A site or a unit of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupRow {
    /// The unit; null of the whole site.
    pub unit: Option<String>,
    /// How many workers at least, in fives; null where they are too few to be counted.
    pub workers_at_least: Option<u32>,
    /// The figures that may be told, by name; shares from 0 to 1.
    pub figures: BTreeMap<String, f64>,
    /// How long the steps of cases took.
    pub responses: Vec<ResponseRow>,
    /// The rules about units that match, all of whose figures are told.
    pub matching: Vec<MatchingRule>,
}

/// How long one step of cases took.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ResponseRow {
    /// Which.
    pub step: String,
    /// Half of the cases took no longer; null where there are too few.
    pub median_h: Option<f64>,
    /// Nine in ten took no longer; null where there are too few.
    pub p90_h: Option<f64>,
    /// Share within the time limit; null where it may not be told.
    pub within_limit: Option<f64>,
}

/// A rule about units that matches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchingRule {
    /// Its id.
    pub rule: String,
    /// What it is about.
    pub title: String,
    /// What it suggests for the work.
    pub workload_review: Vec<String>,
    /// What it suggests to offer to everybody.
    pub counseling: Vec<String>,
}

/// The figures, in the order in which they are shown, in four tables: who takes part, what is
/// seen, cases, and what came of them.
pub const FIGURES: [&[&str]; 4] = [
    &["active_share", "valid_share"],
    &["watch_or_worse_share", "persistent_share", "exposed_share", "eri_mean"],
    &["open_l2_share", "open_l3_share", "open_l4_share", "opened_l2_rate", "opened_l3_rate", "opened_l4_rate"],
    &[
        "positive_share",
        "accepted_share",
        "improved_share",
        "recovered_share",
        "deteriorated_share",
        "data_error_share",
    ],
];
