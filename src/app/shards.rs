//! The engines of all shards behind one door: rows in, ordered effects out.
//!
//! A shard is a set of partitions. Effects are put in the order of time and worker, so that nobody
//! can tell from them how many shards there are.

use crate::cases::Refusal;
use crate::domain::Date;
use crate::domain::Timestamp;
use crate::domain::case::CaseChange;
use crate::domain::history::{NightDetail, WorkerHistory};
use crate::domain::ids::{SiteId, WorkerNumber};
use crate::domain::indicator::HrvState;
use crate::engine::effect::{Decision, Effect, Erased, Tally};
use crate::engine::row::WorkerInputs;
use crate::engine::unit::Seen;
use crate::engine::{Engine, Mode, Settings, Unsaved};

/// Where nights in detail are kept that are not in memory.
pub trait DetailSource: Sync {
    /// What can go wrong.
    type Error: Send;

    /// The bucket of a worker's night, where it holds something.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn detail(&self, worker: WorkerNumber, date: Date) -> Result<Option<NightDetail>, Self::Error>;
}

/// What a row did.
#[derive(Debug, Default, PartialEq)]
pub struct Outcome {
    /// What became of each message, in the order of messages; those that had no item are missing.
    pub tallies: Vec<(u32, Tally)>,
    /// The decisions, in the order of time and worker.
    pub decisions: Vec<Decision>,
    /// What became of each command, in no order: its place in the row, and why it was refused.
    pub answers: Vec<(u32, Result<(), Refusal>)>,
    /// Who was erased, in no order.
    pub erased: Vec<Erased>,
}

/// The engines of all shards.
#[derive(Debug)]
pub struct Shards {
    engines: Vec<Engine>,
}

/// Below this many groups a row is not worth a thread.
const MIN_GROUPS_PER_THREAD: usize = 32;

impl Shards {
    /// `count` shards, at least one.
    #[must_use]
    pub fn new(count: usize, settings: &Settings, mode: Mode) -> Self {
        Self { engines: (0..count.max(1)).map(|_| Engine::new(settings.clone(), mode)).collect() }
    }

    fn place(&self, worker: WorkerNumber) -> usize {
        usize::from(worker.partition()) % self.engines.len()
    }

    /// Changes between rebuilding and deciding, at the time of the last row.
    pub fn set_mode(&mut self, mode: Mode, now: Timestamp) {
        self.engines.iter_mut().for_each(|engine| engine.set_mode(mode, now));
    }

    /// Brings a worker back as of the first time; the second is that of the journal's last row.
    pub fn restore(
        &mut self,
        worker: WorkerNumber,
        history: WorkerHistory,
        details: Vec<NightDetail>,
        (now, last_now): (Timestamp, Timestamp),
    ) {
        let place = self.place(worker);
        self.engines[place].restore(worker, history, details, now, last_now);
    }

    /// Applies a fact that was decided and journaled before.
    pub fn apply_fact(&mut self, worker: WorkerNumber, change: &CaseChange) {
        let place = self.place(worker);
        self.engines[place].apply_fact(worker, change);
    }

    /// Changes what every engine computes with, after the rules were read again.
    pub fn set_settings(&mut self, settings: &Settings) {
        self.engines.iter_mut().for_each(|engine| engine.set_settings(settings.clone()));
    }

    /// When the next timer is due.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.engines.iter().filter_map(Engine::poll_timeout).min()
    }

    /// Fires every timer due by `now`, then applies the groups of a row.
    ///
    /// # Errors
    /// Where a night in detail cannot be read; the row is then applied in part, and the service must
    /// start again from the journal.
    pub fn apply<D: DetailSource>(
        &mut self,
        now: Timestamp,
        groups: Vec<WorkerInputs>,
        details: &D,
    ) -> Result<Outcome, D::Error> {
        let is_wide = self.engines.len() > 1 && groups.len() >= MIN_GROUPS_PER_THREAD;
        let mut parts: Vec<Vec<WorkerInputs>> = self.engines.iter().map(|_| Vec::new()).collect();
        for group in groups {
            parts[self.place(group.worker)].push(group);
        }
        let work = self.engines.iter_mut().zip(parts);
        let effects: Vec<Result<Vec<Effect>, D::Error>> = if is_wide {
            std::thread::scope(|scope| {
                let running: Vec<_> =
                    work.map(|(engine, part)| scope.spawn(move || apply_part(engine, now, part, details))).collect();
                running
                    .into_iter()
                    .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                    .collect()
            })
        } else {
            work.map(|(engine, part)| apply_part(engine, now, part, details)).collect()
        };
        let mut all = Vec::new();
        for part in effects {
            all.extend(part?);
        }
        Ok(in_order(all))
    }

    /// Begins to save the workers that have changed until now.
    pub fn begin_saving(&mut self) {
        self.engines.iter_mut().for_each(Engine::begin_saving);
    }

    /// What the store has to learn of workers that had changed when saving began, at most `limit` of each shard;
    /// none once all are saved.
    pub fn take_unsaved(&mut self, limit: usize, now: Timestamp) -> Vec<Unsaved> {
        self.engines.iter_mut().flat_map(|engine| engine.take_unsaved(limit, now)).collect()
    }

    /// The site and HRV state of every worker today, and the valid ones of the last seven nights.
    pub fn states(&self, now: Timestamp) -> impl Iterator<Item = (&SiteId, HrvState, Option<u32>)> {
        self.engines.iter().flat_map(move |engine| engine.states(now))
    }

    /// Every worker with the HRV state of today, in no order.
    pub fn standings(&self, now: Timestamp) -> impl Iterator<Item = (&WorkerHistory, HrvState)> {
        self.engines.iter().flat_map(move |engine| engine.standings(now))
    }

    /// What the rules about units need of every worker of the sites that are wanted, in no order.
    pub fn seen<'a>(
        &'a self,
        now: Timestamp,
        is_wanted: impl Fn(&SiteId) -> bool + Copy + 'a,
    ) -> impl Iterator<Item = (WorkerNumber, &'a WorkerHistory, Seen)> {
        self.engines.iter().flat_map(move |engine| engine.seen(now, is_wanted))
    }

    /// What is known of a worker.
    #[must_use]
    pub fn history(&self, worker: WorkerNumber) -> Option<&WorkerHistory> {
        self.engines[self.place(worker)].history(worker)
    }

    /// Every worker's history, in no order.
    pub fn histories(&self) -> impl Iterator<Item = (WorkerNumber, &WorkerHistory)> {
        self.engines.iter().flat_map(Engine::histories)
    }
}

fn apply_part<D: DetailSource>(
    engine: &mut Engine,
    now: Timestamp,
    groups: Vec<WorkerInputs>,
    source: &D,
) -> Result<Vec<Effect>, D::Error> {
    engine.handle_timeout(now);
    for group in groups {
        let mut details = Vec::new();
        for date in engine.missing_details(&group) {
            details.extend(source.detail(group.worker, date)?);
        }
        engine.handle_input(group, details, now);
    }
    Ok(std::iter::from_fn(|| engine.poll_effect()).collect())
}

fn in_order(effects: Vec<Effect>) -> Outcome {
    let mut tallies: std::collections::BTreeMap<u32, Tally> = std::collections::BTreeMap::new();
    let (mut decisions, mut answers, mut erased) = (Vec::new(), Vec::new(), Vec::new());
    for effect in effects {
        match effect {
            Effect::Counted { message, tally } => {
                let sum = tallies.entry(message).or_default();
                sum.accepted += tally.accepted;
                sum.duplicate += tally.duplicate;
                sum.refused += tally.refused;
            }
            Effect::Answered { request, outcome } => answers.push((request, outcome)),
            Effect::Decided(decision) => decisions.push(*decision),
            Effect::Erased(worker) => erased.push(*worker),
        }
    }
    // Stable: what one worker's engine decided at one time stays in its order.
    decisions.sort_by_key(|decision| (decision.at, decision.worker));
    Outcome { tallies: tallies.into_iter().collect(), decisions, answers, erased }
}
