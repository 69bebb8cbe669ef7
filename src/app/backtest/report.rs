//! What a backtest found: episodes side by side, their sums, and how long was looked at.

use std::collections::BTreeMap;

use super::cases::{Case, Outcome, Pair, pair};
use super::chance::Chance;
use super::{DAYS_A_YEAR, Plan, Sides};
use crate::domain::Date;
use crate::domain::alert::{Level, RuleId};
use crate::domain::ids::{UnitId, WorkerKey};
use crate::engine::lookback::Span;

/// One worker's cases under both rule files.
#[derive(Debug, Clone)]
pub struct Looked {
    /// Who.
    pub worker: WorkerKey,
    /// The worker's unit.
    pub unit: UnitId,
    /// The days that were judged.
    pub span: Span,
    /// The cases, each list in the order of time.
    pub cases: Sides<Vec<Case>>,
    /// What chance would have done.
    pub chance: Chance,
}

/// An episode of a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Episode {
    /// Who.
    pub worker: WorkerKey,
    /// The case under one rule file or both.
    pub pair: Pair,
}

impl Episode {
    /// Whether it opened on the first day that was looked at, and may have stood before; such a case
    /// is shown and counts in no rate.
    #[must_use]
    pub fn is_at_start(&self) -> bool {
        [self.pair.old_case(), self.pair.new_case()].into_iter().flatten().any(|case| case.is_at_start)
    }
}

impl Looked {
    /// The episodes, in the order of time.
    pub fn into_episodes(self) -> impl Iterator<Item = Episode> {
        episodes(self.worker, self.span, self.cases)
    }
}

fn episodes(worker: WorkerKey, span: Span, cases: Sides<Vec<Case>>) -> impl Iterator<Item = Episode> {
    let cases = cases.map(|mut cases| {
        for case in &mut cases {
            case.is_at_start = span.has_earlier && case.opened_on == span.first;
        }
        cases
    });
    pair(cases.old, cases.new).into_iter().map(move |pair| Episode { worker: worker.clone(), pair })
}

/// What a backtest found.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Workers of whom any day was looked at.
    pub workers: u64,
    /// Their days together.
    pub days: u64,
    /// The first and the last of those days.
    pub window: Option<(Date, Date)>,
    /// The episodes, by worker and day.
    pub episodes: Vec<Episode>,
    /// What chance would have done.
    pub chance: Chance,
}

/// Cases that count in rates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// All of them.
    pub all: Sides<u64>,
    /// By the highest level reached.
    pub levels: BTreeMap<Level, Sides<u64>>,
    /// By each rule that matched at that level; a case of two rules counts under both.
    pub rules: BTreeMap<(usize, RuleId), Sides<u64>>,
}

impl Report {
    /// Adds a worker.
    pub fn add(&mut self, looked: Looked, plan: &Plan) {
        let Looked { worker, span, cases, chance, .. } = looked;
        let days = plan.days(span.first, span.last);
        if days == 0 {
            return;
        }
        self.workers += 1;
        self.days += u64::from(days);
        let first = plan.from.map_or(span.first, |from| from.max(span.first));
        let last = plan.to.map_or(span.last, |to| to.min(span.last));
        self.window = Some(self.window.map_or((first, last), |(a, b)| (a.min(first), b.max(last))));
        self.chance.add(&chance);
        self.episodes.extend(episodes(worker, span, cases).filter(|episode| plan.counts(episode.pair.opened_on())));
    }

    /// Puts the episodes in the order of worker and day.
    pub fn sort(&mut self) {
        self.episodes.sort_by(|a, b| (&a.worker, a.pair.opened_on()).cmp(&(&b.worker, b.pair.opened_on())));
    }

    /// How long was looked at.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "days of workers are far below 2^53")]
    pub fn worker_years(&self) -> f64 {
        self.days as f64 / DAYS_A_YEAR
    }

    /// How many episodes ended in each outcome.
    #[must_use]
    pub fn outcomes(&self) -> BTreeMap<Outcome, u64> {
        let mut counts: BTreeMap<_, _> = Outcome::ALL.into_iter().map(|outcome| (outcome, 0)).collect();
        for episode in &self.episodes {
            *counts.entry(episode.pair.outcome()).or_default() += 1;
        }
        counts
    }

    /// The sums that rates are made of.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for episode in self.episodes.iter().filter(|episode| !episode.is_at_start()) {
            let sides = Sides { old: episode.pair.old_case(), new: episode.pair.new_case() };
            totals.count(sides.old, |sides| &mut sides.old);
            totals.count(sides.new, |sides| &mut sides.new);
        }
        totals
    }
}

impl Totals {
    fn count(&mut self, case: Option<&Case>, side: impl Fn(&mut Sides<u64>) -> &mut u64) {
        let Some(case) = case else { return };
        *side(&mut self.all) += 1;
        *side(self.levels.entry(case.level).or_default()) += 1;
        for rule in &case.rules {
            // Short names first, so that R10 comes after R9.
            *side(self.rules.entry((rule.as_str().len(), rule.clone())).or_default()) += 1;
        }
    }
}
