//! Figures of sites and units. What may be told of a group is decided by `rules`; here it is counted.

use std::collections::BTreeMap;

use super::outcomes::Outcomes;
use super::responses::{Responses, STEPS};
use crate::app::control::Served;
use crate::app::control::cases::{cases_of, look_at_shards};
use crate::app::shards::Shards;
use crate::console::office::OfficeError;
use crate::console::view::{GroupRow, GroupsView, MatchingRule, SiteGroups};
use crate::domain::alert::Level;
use crate::domain::history::WorkerHistory;
use crate::domain::ids::{SiteId, UnitId};
use crate::domain::{Date, SignedDuration, TimeZone, Timestamp};
use crate::rules::{LEAST_WORKERS, Member, RuleSet, Share, UnitFact, UnitFacts, withhold};

/// A process measure rests on at least so many.
///
/// # Source
/// Domain reference, section 9: k = 5 for exposure and process measures.
pub(super) const LEAST_OF_PROCESS: u32 = 5;

/// A site with fewer workers shows no units.
///
/// # Source
/// Domain reference, section 9, small-firm rule.
pub(super) const LEAST_OF_SITE: u32 = 30;

/// A share of cases is told from so many on.
///
/// # Source
/// Our own choice, beyond section 9 of the domain reference: that somebody of a team has a case is more
/// telling than any other figure, so one or two are never told, however large the unit.
pub(super) const LEAST_CASES: u32 = 3;

/// Cases are counted over so many days: three months of four weeks.
///
/// # Source
/// Domain reference, section 9: a period of a month at least.
const PERIOD_DAYS: u32 = 84;

/// The days of a month, in rates.
pub(super) const MONTH_DAYS: u32 = 28;

/// Somebody of whom anything came within so many days takes part.
const ACTIVE_DAYS: i64 = 7;

const LEVELS: [Level; 3] = [Level::L2, Level::L3, Level::L4];

/// What is counted of a group.
#[derive(Debug, Default)]
struct Group {
    members: Vec<Member>,
    active: Share,
    valid: Share,
    /// Workers with an open case of each level.
    open: [Share; 3],
    /// Workers with a case of each level that opened in the period, and how many cases.
    opened: [(Share, u32); 3],
    days: u32,
    responses: Responses,
    outcomes: Outcomes,
}

impl Group {
    fn add(&mut self, history: &WorkerHistory, member: Member, now: Timestamp) {
        let today = history.profile.time_zone.to_datetime(now).date();
        self.members.push(member);
        self.active.count(super::workers::last_data(history).is_some_and(|last| days(last, today) < ACTIVE_DAYS));
        self.valid.count(!matches!(
            member.hrv,
            crate::domain::indicator::HrvState::Learning | crate::domain::indicator::HrvState::Stale
        ));
        let known = super::workers::first_data(history).map_or(0, |first| days(first, today) + 1);
        self.days += u32::try_from(known).unwrap_or(0).min(PERIOD_DAYS);
        let since = now.checked_sub(SignedDuration::from_hours(24 * i64::from(PERIOD_DAYS))).unwrap_or(now);
        for (at, level) in LEVELS.into_iter().enumerate() {
            self.open[at].count(history.cases.open.as_ref().is_some_and(|case| case.told.level == level));
            let cases = cases_of(history).filter(|(case, _)| case.told.level == level && case.opened_at >= since);
            let cases = u32::try_from(cases.count()).unwrap_or(u32::MAX);
            self.opened[at].0.count(cases > 0);
            self.opened[at].1 += cases;
        }
        cases_of(history)
            .filter(|(case, _)| case.opened_at >= since)
            .for_each(|(case, _)| self.responses.add(case, now));
        self.outcomes.add(history, since);
    }

    fn workers(&self) -> u32 {
        u32::try_from(self.members.len()).unwrap_or(u32::MAX)
    }

    /// Every figure with what may be told of it alone, and on how many it rests.
    fn cells(&self, least: u32) -> BTreeMap<String, (Option<f64>, u32)> {
        let facts = UnitFacts::of(self.members.iter().copied(), least);
        let facts = UnitFact::ALL.map(|fact| (fact.as_str().to_owned(), (facts.get(fact), facts.base(fact))));
        let process = [("active_share", self.active), ("valid_share", self.valid)]
            .map(|(name, share)| (name.to_owned(), (share.tellable(LEAST_OF_PROCESS), share.all)));
        let name = |what: &str, at: usize| format!("{what}_{}", LEVELS[at].as_str().to_lowercase());
        let of_cases = |share: Share| share.tellable(least).filter(|_| share.some >= LEAST_CASES);
        let open = self.open.iter().enumerate();
        let open = open.map(|(at, share)| (format!("{}_share", name("open", at)), (of_cases(*share), share.all)));
        let months = f64::from(self.days) / f64::from(MONTH_DAYS);
        let rate = |cases: u32| 100.0 * f64::from(cases) / months;
        let opened = self.opened.iter().enumerate().map(|(at, (share, cases))| {
            let told = of_cases(*share).filter(|_| months > 0.0).map(|_| rate(*cases));
            (format!("{}_rate", name("opened", at)), (told, share.all))
        });
        let outcomes = self.outcomes.cells(least).map(|(name, cell, all)| (name.to_owned(), (cell, all)));
        facts.into_iter().chain(process).chain(open).chain(opened).chain(outcomes).collect()
    }

    fn row(&self, unit: Option<&UnitId>, figures: BTreeMap<String, f64>, least: u32, rules: &RuleSet) -> GroupRow {
        let facts = UnitFacts::of(self.members.iter().copied(), least);
        // A match tells something of each figure that the rule asks for.
        let is_told = |rule: &&crate::rules::UnitRule| rule.all.iter().all(|c| figures.contains_key(c.fact.as_str()));
        let matching = unit.map(|_| rules.judge_unit(&facts)).unwrap_or_default().into_iter().filter(is_told);
        let matching = matching.map(|rule| MatchingRule {
            rule: rule.id.as_str().to_owned(),
            title: rule.title.to_string(),
            workload_review: rule.workload_review.iter().map(ToString::to_string).collect(),
            counseling: rule.counseling.iter().map(ToString::to_string).collect(),
        });
        GroupRow {
            unit: unit.map(ToString::to_string),
            workers_at_least: Some(self.workers() / 5 * 5).filter(|_| self.workers() >= LEAST_WORKERS),
            matching: matching.collect(),
            responses: STEPS.iter().map(|step| self.responses.row(*step)).collect(),
            figures,
        }
    }
}

pub(super) fn days(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}

/// The figures of today, counted once a day: what changed between two looks would be somebody's.
pub(super) async fn groups(served: &Served) -> Result<GroupsView, OfficeError> {
    let rules = std::sync::Arc::clone(&served.engine.borrow().rules);
    let mut kept = served.machine.groups.lock().await;
    let key = (TimeZone::UTC.to_datetime(served.clock.now()).date(), rules.version());
    if let Some((_, view)) = kept.as_ref().filter(|(of, _)| *of == key) {
        return Ok(view.clone());
    }
    let view = look_at_shards(served, move |shards, now| counted(shards, &rules, now)).await?;
    // Before the first units are imported there is nothing to protect, and the first look after it shows them.
    if !view.sites.is_empty() {
        *kept = Some((key, view.clone()));
    }
    Ok(view)
}

fn counted(shards: &Shards, rules: &RuleSet, now: Timestamp) -> GroupsView {
    let mut sites: BTreeMap<SiteId, (Group, BTreeMap<UnitId, Group>)> = BTreeMap::new();
    for (_, history, seen) in shards.seen(now, |_| true) {
        let (whole, units) = sites.entry(history.profile.key.site.clone()).or_default();
        whole.add(history, seen.member, now);
        units.entry(history.profile.unit.clone()).or_default().add(history, seen.member, now);
    }
    let least = rules.units.least_workers.max(LEAST_WORKERS);
    GroupsView {
        on: TimeZone::UTC.to_datetime(now).date().to_string(),
        least_workers: least,
        period_days: PERIOD_DAYS,
        sites: sites.into_iter().map(|(site, (whole, units))| site_of(&site, &whole, &units, least, rules)).collect(),
    }
}

fn site_of(site: &SiteId, whole: &Group, units: &BTreeMap<UnitId, Group>, least: u32, rules: &RuleSet) -> SiteGroups {
    let is_small = whole.workers() < LEAST_OF_SITE;
    let of_site = whole.cells(least);
    let told = of_site.iter().filter_map(|(name, (cell, _))| Some((name.clone(), (*cell)?))).collect();
    let mut rows: Vec<GroupRow> = Vec::new();
    if !is_small {
        let cells: Vec<_> = units.values().map(|group| group.cells(least)).collect();
        let mut figures: Vec<BTreeMap<String, f64>> = units.values().map(|_| BTreeMap::new()).collect();
        for (name, (of_whole, _)) in &of_site {
            let mut column: Vec<Option<f64>> = cells.iter().map(|row| row[name].0).collect();
            let bases: Vec<u32> = cells.iter().map(|row| row[name].1).collect();
            if of_whole.is_some() {
                withhold(&mut column, &bases, least);
            }
            for (row, cell) in figures.iter_mut().zip(column) {
                row.extend(cell.map(|cell| (name.clone(), cell)));
            }
        }
        let named = units.iter().zip(figures);
        rows.extend(named.map(|((unit, group), figures)| group.row(Some(unit), figures, least, rules)));
        super::responses::withhold_shares(&mut rows, units.values().map(|group| &group.responses));
    }
    SiteGroups { site: site.to_string(), is_small, whole: whole.row(None, told, least, rules), units: rows }
}

#[cfg(test)]
#[path = "groups_tests.rs"]
mod tests;
