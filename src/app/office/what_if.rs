//! What a changed rule would have done: the stored histories looked back on, beside what the service does.
//!
//! A change comes in, counts leave with everything left out that would tell of a few people, and whose cases would
//! be others. It is the backtest's own look back, on one thread and with a bound on the time; the store is only
//! read, and engines and journal are not asked at all.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::groups::{LEAST_CASES, LEAST_OF_SITE, MONTH_DAYS};
use super::rule_words;
use crate::app::backtest::cases::{Case, Outcome};
use crate::app::backtest::report::{Episode, Looked};
use crate::app::backtest::{Plan, Sides, stored};
use crate::app::control::{self, Answer, Served};
use crate::app::histories::HistoriesError;
use crate::config::rule_change::{self, RuleChange as Change, RuleChangeError};
use crate::console::office::{OfficeError, Progress};
use crate::console::view::{
    CaseEffect, ChangeWords, GroupEffect, LevelEffect, RuleChange, SiteEffect, WORKERS_SHOWN, WhatIfFound, WorkerEffect,
};
use crate::domain::Date;
use crate::domain::alert::Level;
use crate::domain::history::WorkerHistory;
use crate::domain::ids::{SiteId, UnitId};
use crate::engine;
use crate::rules::{LEAST_WORKERS, RuleSet, Share, withhold};
use crate::telemetry::latency::Stopwatch;
use crate::texts::Language;

/// Nobody is looked at any more after so many seconds.
const MAX_S: f64 = 120.0;

/// The levels whose cases are counted: no rule that can be changed gives another.
const LEVELS: [Level; 2] = [Level::L2, Level::L3];

impl From<RuleChangeError> for OfficeError {
    fn from(error: RuleChangeError) -> Self {
        let reason = match error {
            RuleChangeError::Unknown(_) => "unknown_rule",
            RuleChangeError::Senseless(_) => "senseless_change",
        };
        Self::Refused { reason, problem: error.to_string() }
    }
}

/// The rules with the change in them, and the change in the words of a language.
fn changed(rules: &RuleSet, change: &RuleChange, language: Language) -> Result<(RuleSet, ChangeWords), OfficeError> {
    let level = Level::parse(&change.level).unwrap_or(Level::L0);
    let of = Change { rule: &change.rule, is_on: change.on, level, numbers: &change.numbers };
    let (new, known, rule) = rule_change::changed(rules, &of)?;
    let is_on = rules.rules.iter().any(|rule| rule.id == known.id);
    let words = ChangeWords {
        old: if is_on { rule_words::rule(known, language) } else { Vec::new() },
        new: rule.map_or_else(Vec::new, |rule| rule_words::rule(&rule, language)),
    };
    Ok((new, words))
}

/// A change in words, where it makes sense.
pub(super) fn weigh(rules: &RuleSet, change: &RuleChange, language: Language) -> Result<ChangeWords, OfficeError> {
    changed(rules, change, language).map(|(_, words)| words)
}

/// Nobody waits for it any more, or the time is up.
#[derive(Debug, thiserror::Error)]
#[error("it was stopped")]
struct Stopped;

/// Stops the look back when nobody waits for its end any more, so that it holds up no shutdown.
struct Wanted(Arc<AtomicBool>);

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Looks back on every worker of these sites; none named stands for all.
pub(super) async fn what_if(
    served: &Served,
    change: &RuleChange,
    sites: Vec<SiteId>,
    progress: Arc<Progress>,
) -> Result<WhatIfFound, OfficeError> {
    let old = served.engine.borrow().clone();
    let (rules, _) = changed(&old.rules, change, Language::English)?;
    let new = engine::Settings { rules: Arc::new(rules), ..old.clone() };
    let plan = Plan { engines: Sides { old, new }, from: None, to: None, repeats: 0, seed: 0 };
    let is_theirs = move |site: &SiteId| sites.is_empty() || sites.contains(site);
    let registered = control::registered(&served.commands).await.ok_or(OfficeError::Stopping)?;
    progress.expect(registered.iter().filter(|profile| is_theirs(&profile.key.site)).count());
    // One after the other, whoever asks: the service keeps the other cores.
    let _turn = served.machine.looking_back.acquire().await.map_err(|_| OfficeError::Stopping)?;
    let stopped = Arc::new(AtomicBool::new(false));
    let (_wanted, store) = (Wanted(Arc::clone(&stopped)), served.store.clone());
    let looked = tokio::task::spawn_blocking(move || {
        let ask = |from: String| Ok(control::histories(&from, &store));
        look_back(&plan, ask, &is_theirs, &stopped, &progress)
    });
    looked.await.map_err(|_| OfficeError::Stopping)?
}

fn look_back(
    plan: &Plan,
    mut ask: impl FnMut(String) -> Result<Answer, Stopped>,
    is_theirs: &(impl Fn(&SiteId) -> bool + Sync),
    stopped: &AtomicBool,
    progress: &Progress,
) -> Result<WhatIfFound, OfficeError> {
    let stopwatch = Stopwatch::start();
    let is_over = || stopped.load(Ordering::Acquire) || stopwatch.elapsed_s() > MAX_S;
    let is_cut = AtomicBool::new(false);
    let is_wanted = |history: &WorkerHistory| {
        // Nobody who withdrew, or pauses, is used to try out rules.
        if !is_theirs(&history.profile.key.site) || history.profile.is_withheld() {
            return false;
        }
        let is_over = is_over();
        is_cut.fetch_or(is_over, Ordering::AcqRel);
        !is_over
    };
    let mut sum = Sum::default();
    let asked = |from| if is_over() { Err(Stopped) } else { ask(from) };
    let ended = stored::each(plan, NonZero::<usize>::MIN, asked, is_wanted, |found| {
        if let Some(one) = found {
            progress.count();
            sum.add(one);
        }
    });
    match ended {
        Ok(_) => {}
        Err(HistoriesError::Ask(Stopped)) => is_cut.store(true, Ordering::Release),
        Err(error @ (HistoriesError::Failed(_) | HistoriesError::Record(_))) => {
            tracing::error!("a look back on the stored histories failed: {error}");
            return Err(OfficeError::Stopping);
        }
    }
    let least = plan.engines.old.rules.units.least_workers.max(LEAST_WORKERS);
    Ok(WhatIfFound { is_cut: is_cut.into_inner(), ..sum.told(least) })
}

/// Cases of one level in a group, under both sets of rules.
#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    /// Workers with such a case, and how many cases.
    sides: Sides<(Share, u32)>,
    /// Workers who have more of them or fewer.
    changed: u32,
}

impl Cell {
    fn add(&mut self, Sides { old, new }: Sides<u32>) {
        for (side, more) in [(&mut self.sides.old, old), (&mut self.sides.new, new)] {
            side.0.count(more > 0);
            side.1 += more;
        }
        self.changed += u32::from(old != new);
    }

    /// The counts that may be told of this group alone.
    fn tellable(&self, least: u32) -> Sides<Option<f64>> {
        let of = |(share, cases): (Share, u32)| {
            share.tellable(least).filter(|_| share.some >= LEAST_CASES).map(|_| f64::from(cases))
        };
        let Sides { old, new } = self.sides.map(of);
        // The difference would tell of one or two people.
        let is_telling = (1..LEAST_CASES).contains(&self.changed);
        Sides { old, new: new.filter(|_| !is_telling || old.is_none()) }
    }
}

/// What is counted of a group.
#[derive(Debug, Clone, Default)]
struct Group {
    workers: u32,
    days: u32,
    cells: [Cell; LEVELS.len()],
}

impl Group {
    fn add(&mut self, days: u32, cases: &[Sides<u32>; LEVELS.len()]) {
        self.workers += 1;
        self.days += days;
        self.cells.iter_mut().zip(cases).for_each(|(cell, cases)| cell.add(*cases));
    }

    fn told(&self, unit: Option<&UnitId>, cells: &[Sides<Option<f64>>; LEVELS.len()], weeks: f64) -> GroupEffect {
        let months = f64::from(self.days) / f64::from(MONTH_DAYS);
        let a_week = |cases: Option<f64>| cases.map(|cases| (10.0 * cases / weeks).round() / 10.0);
        let per_100 = |cases: Option<f64>| cases.map(|cases| (100.0 * cases / months).round());
        let levels = LEVELS.iter().zip(cells).map(|(level, cell)| LevelEffect {
            level: level.as_str().to_owned(),
            old_a_week: a_week(cell.old),
            new_a_week: a_week(cell.new),
            old_per_100: per_100(cell.old),
            new_per_100: per_100(cell.new),
        });
        GroupEffect {
            unit: unit.map(ToString::to_string),
            workers_at_least: Some(self.workers / 5 * 5).filter(|_| self.workers >= LEAST_WORKERS),
            levels: levels.collect(),
        }
    }
}

/// What is found of all workers.
#[derive(Debug, Default)]
struct Sum {
    sites: BTreeMap<SiteId, (Group, BTreeMap<UnitId, Group>)>,
    window: Option<(Date, Date)>,
    workers: Vec<WorkerEffect>,
}

impl Sum {
    fn add(&mut self, looked: Looked) {
        let (first, last) = (looked.span.first, looked.span.last);
        let days = u32::try_from(first.duration_until(last).as_hours() / 24 + 1).unwrap_or(0);
        self.window = Some(self.window.map_or((first, last), |(a, b)| (a.min(first), b.max(last))));
        let (site, unit) = (looked.worker.site.clone(), looked.unit.clone());
        let mut cases = [Sides::<u32>::default(); LEVELS.len()];
        for episode in looked.into_episodes() {
            if !episode.is_at_start() {
                let is_of = |case: Option<&Case>, level| u32::from(case.is_some_and(|case| case.level == level));
                for (count, level) in cases.iter_mut().zip(LEVELS) {
                    count.old += is_of(episode.pair.old_case(), level);
                    count.new += is_of(episode.pair.new_case(), level);
                }
            }
            if episode.pair.outcome() != Outcome::Both {
                self.workers.push(effect(&episode, &unit));
            }
        }
        let (whole, units) = self.sites.entry(site).or_default();
        whole.add(days, &cases);
        units.entry(unit).or_default().add(days, &cases);
    }

    fn told(mut self, least: u32) -> WhatIfFound {
        self.workers.sort_by(|a, b| {
            let first_day =
                |of: &WorkerEffect| [&of.old, &of.new].into_iter().flatten().map(|case| case.first_day.clone()).min();
            (&a.site, &a.worker, first_day(a)).cmp(&(&b.site, &b.worker, first_day(b)))
        });
        let days = self.window.map_or(1, |(first, last)| first.duration_until(last).as_hours() / 24 + 1);
        let weeks = f64::from(i32::try_from(days).unwrap_or(i32::MAX)) / 7.0;
        let more_workers = self.workers.len().saturating_sub(WORKERS_SHOWN) as u64;
        self.workers.truncate(WORKERS_SHOWN);
        WhatIfFound {
            from: self.window.map(|(first, _)| first.to_string()),
            to: self.window.map(|(_, last)| last.to_string()),
            is_cut: false,
            least_workers: least,
            sites: self.sites.iter().map(|(site, (whole, units))| site_of(site, whole, units, least, weeks)).collect(),
            workers: self.workers,
            more_workers,
        }
    }
}

fn site_of(site: &SiteId, whole: &Group, units: &BTreeMap<UnitId, Group>, least: u32, weeks: f64) -> SiteEffect {
    let of_whole = whole.cells.map(|cell| cell.tellable(least));
    let is_small = whole.workers < LEAST_OF_SITE;
    let mut cells: Vec<_> = units.values().map(|group| group.cells.map(|cell| cell.tellable(least))).collect();
    let bases: Vec<u32> = units.values().map(|group| group.workers).collect();
    for (level, told) in of_whole.iter().enumerate() {
        let mut hide = |is_told: bool, side: fn(&mut Sides<Option<f64>>) -> &mut Option<f64>| {
            if is_told {
                let mut column: Vec<Option<f64>> = cells.iter_mut().map(|row| *side(&mut row[level])).collect();
                withhold(&mut column, &bases, least);
                cells.iter_mut().zip(column).for_each(|(row, cell)| *side(&mut row[level]) = cell);
            }
        };
        hide(told.old.is_some(), |sides| &mut sides.old);
        hide(told.new.is_some(), |sides| &mut sides.new);
    }
    let rows = units.iter().zip(&cells).filter(|_| !is_small);
    SiteEffect {
        site: site.to_string(),
        is_small,
        whole: whole.told(None, &of_whole, weeks),
        units: rows.map(|((unit, group), cells)| group.told(Some(unit), cells, weeks)).collect(),
    }
}

fn effect(episode: &Episode, unit: &UnitId) -> WorkerEffect {
    let told = |case: &Case| CaseEffect {
        first_day: case.opened_on.to_string(),
        level: case.level.as_str().to_owned(),
        rules: case.rules.iter().map(|rule| rule.as_str().to_owned()).collect(),
    };
    WorkerEffect {
        site: episode.worker.site.to_string(),
        worker: episode.worker.worker.to_string(),
        unit: unit.to_string(),
        outcome: episode.pair.outcome().as_str().to_owned(),
        old: episode.pair.old_case().map(told),
        new: episode.pair.new_case().map(told),
        may_be_older: episode.is_at_start(),
    }
}

#[cfg(test)]
#[path = "what_if_tests.rs"]
mod tests;
