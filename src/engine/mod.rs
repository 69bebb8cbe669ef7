//! One deterministic machine per shard: inputs in, effects out.
//!
//! The engine composes the stages. It has no clock, no randomness, no threads and no I/O: time is an
//! argument, and the same inputs in the same order give the same effects, to the byte. Workers share
//! no state, so the number of shards cannot be seen in the result.
//!
//! Call [`Engine::handle_timeout`] for every timer due before a row, then [`Engine::handle_input`] for
//! each of its groups, then drain [`Engine::poll_effect`]. Nights in detail that are not in memory are
//! named by [`Engine::missing_details`] and handed in with the group.

mod buckets;
pub mod care;
pub mod effect;
mod events;
mod evidence;
mod facts;
mod judge;
pub mod lookback;
mod open_case;
pub mod portrait;
pub mod relation;
pub mod row;
pub mod unit;
mod worker;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use crate::domain::case::{ActionId, CaseChange};
use crate::domain::history::{NightDetail, WorkerHistory};
use crate::domain::ids::{SiteId, WorkerNumber};
use crate::domain::indicator::HrvState;
use crate::domain::item::Item;
use crate::domain::worker::Tombstone;
use crate::domain::{Date, Timestamp};
use crate::indicators::DayIndicators;
use crate::rules::RuleSet;
use crate::{cases, exposures, indicators};

pub use evidence::condition_of;

use buckets::Taken;
use effect::{Effect, Erased, Tally};
use row::{Input, WorkerInputs};
use worker::Worker;

/// The version of the arithmetic, kept with each row so that an audit knows what decided.
pub const ENGINE_VERSION: u32 = 4;

/// What the engine computes with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Thresholds of the indicators.
    pub indicators: indicators::Settings,
    /// Thresholds of the daytime strain.
    pub daytime: indicators::daytime::Settings,
    /// Limits of working conditions.
    pub exposures: exposures::Limits,
    /// The rules.
    pub rules: Arc<RuleSet>,
    /// Time limits of cases.
    pub limits: Arc<cases::deadlines::LimitTable>,
    /// The working calendars of the sites.
    pub calendars: Arc<cases::calendar::Calendars>,
    /// The library of interventions, and when which proposal is made.
    pub care: Arc<cases::care::Settings>,
}

/// Whether the engine decides, or only rebuilds what it knew when facts were decided before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Decisions are made.
    Live,
    /// State is rebuilt; decisions come from the journal through [`Engine::apply_fact`].
    Rebuild,
}

/// What the store has to learn of one worker.
#[derive(Debug, Clone, PartialEq)]
pub struct Unsaved {
    /// The worker.
    pub worker: WorkerNumber,
    /// All that is remembered, but for the details.
    pub history: WorkerHistory,
    /// The details that changed.
    pub details: Vec<NightDetail>,
    /// The details that are no longer needed.
    pub dropped_details: Vec<Date>,
}

/// The machine of one shard.
#[derive(Debug)]
pub struct Engine {
    settings: Settings,
    mode: Mode,
    workers: HashMap<WorkerNumber, Worker>,
    timers: BTreeSet<(Timestamp, WorkerNumber)>,
    unsaved: BTreeSet<WorkerNumber>,
    /// Those of `unsaved` when saving began, as far as they were not saved since.
    saving: BTreeSet<WorkerNumber>,
    effects: VecDeque<Effect>,
}

impl Engine {
    /// A machine that knows no worker.
    #[must_use]
    pub fn new(settings: Settings, mode: Mode) -> Self {
        Self {
            settings,
            mode,
            workers: HashMap::new(),
            timers: BTreeSet::new(),
            unsaved: BTreeSet::new(),
            saving: BTreeSet::new(),
            effects: VecDeque::new(),
        }
    }

    /// Changes between rebuilding and deciding, at the time of the last row.
    pub fn set_mode(&mut self, mode: Mode, now: Timestamp) {
        self.mode = mode;
        let with_case =
            |(number, worker): (&WorkerNumber, &Worker)| worker.history.cases.open.as_ref().map(|_| *number);
        let numbers: Vec<WorkerNumber> = self.workers.iter().filter_map(with_case).collect();
        for number in numbers {
            self.reschedule(number, now);
        }
    }

    /// Changes what is computed with; what is known is judged by it from the next input on.
    pub fn set_settings(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// Brings a worker back as of `now`, with the buckets of the last days and of unsettled nights;
    /// `last_now` is the time of the journal's last row.
    pub fn restore(
        &mut self,
        number: WorkerNumber,
        history: WorkerHistory,
        details: Vec<NightDetail>,
        now: Timestamp,
        last_now: Timestamp,
    ) {
        let mut worker = Worker::restored(number, history, details, last_now);
        let today = events::local_date(&worker.history.profile, now);
        let from = worker.changes.from.take();
        worker.track.update(&worker.history, from, today, now, &self.settings.indicators);
        self.workers.insert(number, worker);
        self.reschedule(number, now);
    }

    /// Buckets of nights that hold something, are not in memory, and must be handed in with the group.
    #[must_use]
    pub fn missing_details(&self, group: &WorkerInputs) -> Vec<Date> {
        self.workers.get(&group.worker).map_or_else(Vec::new, |worker| worker.missing_details(&group.inputs))
    }

    /// Applies the inputs of one worker in one row.
    pub fn handle_input(&mut self, group: WorkerInputs, details: Vec<NightDetail>, now: Timestamp) {
        let number = group.worker;
        if let Some(worker) = self.workers.get_mut(&number) {
            worker.lend_details(details);
        }
        let mut tally: Option<(u32, Tally)> = None;
        for input in group.inputs {
            match input {
                Input::Enrol(profile) => self.enrol(number, profile, now),
                Input::Case { request, command } => {
                    self.finish_message(number, tally.take(), now);
                    let outcome = self.take_command(number, &command, now);
                    self.effects.push_back(Effect::Answered { request, outcome });
                }
                Input::Erase(stone) => {
                    self.finish_message(number, tally.take(), now);
                    self.erase(number, stone);
                }
                Input::Item { message, item, .. } => {
                    if tally.as_ref().is_some_and(|(of, _)| *of != message) {
                        self.finish_message(number, tally.take(), now);
                    }
                    let (_, counts) = tally.get_or_insert_with(|| (message, Tally::default()));
                    match self.take(number, item, now) {
                        Taken::Changed => counts.accepted += 1,
                        Taken::Known => counts.duplicate += 1,
                        Taken::Full => counts.refused += 1,
                    }
                }
            }
        }
        self.finish_message(number, tally, now);
        self.reschedule(number, now);
    }

    /// Applies a fact that was decided and journaled before.
    pub fn apply_fact(&mut self, number: WorkerNumber, change: &CaseChange) {
        if let Some(worker) = self.workers.get_mut(&number) {
            cases::apply(&mut worker.history.cases, change);
            worker.is_unsaved = true;
            worker.next_invitation = None;
            self.unsaved.insert(number);
        }
    }

    /// Fires every timer that is due by `now`, in the order of due time and worker.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        while let Some((due, number)) = self.timers.first().copied().filter(|(due, _)| *due <= now) {
            self.timers.remove(&(due, number));
            let Some(worker) = self.workers.get_mut(&number) else { continue };
            worker.timer = None;
            worker.settle_nights(due);
            worker.changes.is_other = true;
            self.judge(number, due);
            self.look_at_case(number, due, now);
            self.reschedule_after(number, Some(due), due);
        }
    }

    /// When the next timer is due.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.timers.first().map(|(due, _)| *due)
    }

    /// The next effect; drain it after every row.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// Begins to save the workers that have changed until now; who changes from now on waits for the next time.
    pub fn begin_saving(&mut self) {
        self.saving.append(&mut self.unsaved);
    }

    /// What the store has to learn of the workers that had changed when saving began, as they are now, at most
    /// `limit` of them; none once all are saved.
    pub fn take_unsaved(&mut self, limit: usize, now: Timestamp) -> Vec<Unsaved> {
        let mut batch = Vec::new();
        while batch.len() < limit
            && let Some(number) = self.saving.pop_first()
        {
            self.unsaved.remove(&number);
            let Some(worker) = self.workers.get_mut(&number) else { continue };
            let today = events::local_date(&worker.history.profile, now);
            let (details, dropped_details) = worker.take_unsaved(today);
            batch.push(Unsaved { worker: number, history: worker.history.clone(), details, dropped_details });
        }
        batch
    }

    /// The site and HRV state of every worker today, and how many of the last seven nights were valid;
    /// none where no night ever came.
    pub fn states(&self, now: Timestamp) -> impl Iterator<Item = (&SiteId, HrvState, Option<u32>)> {
        self.days(now).map(|(history, day)| {
            let nights = day.filter(|_| !history.nights.is_empty()).map(|day| day.nights_used7);
            (&history.profile.key.site, day.map_or(HrvState::Learning, |day| day.hrv), nights)
        })
    }

    /// Every worker with the HRV state of today; the order is that of a hash and means nothing.
    pub fn standings(&self, now: Timestamp) -> impl Iterator<Item = (&WorkerHistory, HrvState)> {
        self.days(now).map(|(history, day)| (history, day.map_or(HrvState::Learning, |day| day.hrv)))
    }

    fn days(&self, now: Timestamp) -> impl Iterator<Item = (&WorkerHistory, Option<DayIndicators>)> {
        self.workers.values().map(move |worker| {
            let today = events::local_date(&worker.history.profile, now);
            let day = worker.track.day(today).copied().or_else(|| {
                // Nobody judged a silent worker today. Looked at aside: counting must change nothing.
                let mut track = worker.track.clone();
                track.update(&worker.history, None, today, now, &self.settings.indicators);
                track.day(today).copied()
            });
            (&worker.history, day)
        })
    }

    /// What the rules about units need of every worker of the sites that are wanted; the order is that
    /// of a hash and means nothing.
    pub fn seen(
        &self,
        now: Timestamp,
        is_wanted: impl Fn(&SiteId) -> bool,
    ) -> impl Iterator<Item = (WorkerNumber, &WorkerHistory, unit::Seen)> {
        let counted = self
            .workers
            .values()
            .filter(move |worker| is_wanted(&worker.history.profile.key.site) && unit::is_counted(&worker.history));
        counted.map(move |worker| {
            (worker.number, &worker.history, unit::seen(&worker.history, &worker.track, now, &self.settings))
        })
    }

    /// What is known of a worker.
    #[must_use]
    pub fn history(&self, number: WorkerNumber) -> Option<&WorkerHistory> {
        self.workers.get(&number).map(|worker| &worker.history)
    }

    /// Every worker's history; the order is that of a hash and means nothing.
    pub fn histories(&self) -> impl Iterator<Item = (WorkerNumber, &WorkerHistory)> {
        self.workers.values().map(|worker| (worker.number, &worker.history))
    }

    fn enrol(&mut self, number: WorkerNumber, profile: crate::domain::worker::Profile, now: Timestamp) {
        match self.workers.get_mut(&number) {
            Some(worker) => {
                let date = events::local_date(&profile, now);
                worker.take_profile(profile, date);
            }
            None => {
                self.workers.insert(number, Worker::new(number, WorkerHistory::new(profile)));
            }
        }
        self.unsaved.insert(number);
    }

    /// Forgets a worker. What is known of their cases goes with the effect, so that nothing more of them leaves.
    fn erase(&mut self, number: WorkerNumber, stone: Tombstone) {
        let mut matters = Vec::new();
        if let Some(worker) = self.workers.remove(&number) {
            worker.timer.map(|due| self.timers.remove(&(due, number)));
            // Also of cases that the history has dropped since: something of them may still wait to be sent.
            matters = ActionId::all_of(number, worker.history.cases.episodes);
        }
        self.unsaved.remove(&number);
        self.saving.remove(&number);
        self.effects.push_back(Effect::Erased(Box::new(Erased { worker: number, stone, matters })));
    }

    /// Takes an item; the sequencer enrols a worker before the worker's first item.
    fn take(&mut self, number: WorkerNumber, item: Item, now: Timestamp) -> Taken {
        let Some(worker) = self.workers.get_mut(&number) else { return Taken::Known };
        match item {
            Item::Reading(reading) => worker.take_reading(reading),
            Item::Screening(screening) => {
                let has_crisis = facts::is_crisis(&screening, now, &worker.history.profile.time_zone);
                let taken = worker.take_screening(screening);
                if taken == Taken::Changed && has_crisis {
                    worker.changes.crises += 1;
                }
                taken
            }
            Item::Exposure(day) => worker.take_exposure(day),
            Item::Progress(news) => self.take_progress(number, &news, now),
        }
    }

    fn finish_message(&mut self, number: WorkerNumber, tally: Option<(u32, Tally)>, now: Timestamp) {
        if let Some((message, tally)) = tally {
            self.effects.push_back(Effect::Counted { message, tally });
        }
        if let Some(worker) = self.workers.get_mut(&number) {
            // News that is not a reading acts at once, and on all that is known by then.
            if worker.changes.is_urgent() {
                worker.settle_nights(now);
                self.judge(number, now);
            } else {
                worker.settle_soon(now);
            }
        }
    }

    fn reschedule(&mut self, number: WorkerNumber, now: Timestamp) {
        self.reschedule_after(number, None, now);
    }

    /// Sets the timer of a worker; of a case that was just looked at, the next is later than that.
    fn reschedule_after(&mut self, number: WorkerNumber, looked_at: Option<Timestamp>, now: Timestamp) {
        let Some(worker) = self.workers.get_mut(&number) else { return };
        if worker.is_unsaved {
            self.unsaved.insert(number);
        }
        // Decisions of the past come from the journal: no timer of a case is ours before we decide.
        let is_live = self.mode == Mode::Live;
        let of_cases = is_live.then(|| open_case::next_moment(worker, &self.settings, looked_at, now)).flatten();
        let Some(next) = worker.new_timer(now, of_cases) else { return };
        if let Some(old) = worker.timer {
            self.timers.remove(&(old, number));
        }
        worker.timer = next;
        if let Some(due) = next {
            self.timers.insert((due, number));
        }
    }
}
