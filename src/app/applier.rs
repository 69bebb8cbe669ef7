//! The applier: rows into the engines, decisions into the journal, receipts and events on their way.
//!
//! One thread. A decision is journaled before anything of it leaves; a receipt leaves only after its
//! row was applied, because only then is a duplicate known to be one. What workers remember is
//! written to the view from time to time, a few between two rows: the journal has it anyway.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Once};
use std::time::Duration;

use tokio::sync::{oneshot, watch};

use super::committee::Committees;
use super::intake;
use super::outbound::Outbound;
use super::registry::CaseDirectory;
use super::sequencer::Progress;
use super::shards::{DetailSource, Outcome, Shards};
use super::statistics;
use super::trail::Trail;
use super::units::UnitReviews;
use crate::cases::Refusal;
use crate::clock::Clock;
use crate::console::view::ReceiptView;
use crate::domain::Date;
use crate::domain::Timestamp;
use crate::domain::case::{CaseChange, CaseFact};
use crate::domain::history::NightDetail;
use crate::domain::ids::{RowNumber, WorkerNumber};
use crate::domain::life::CaseState;
use crate::domain::rejection::{Reason, Rejection};
use crate::engine;
use crate::engine::effect::{Decision, Erased, Tally};
use crate::engine::row::{MessageMeta, Refused, Row};
use crate::ingest::receipt::Receipt;
use crate::store::{
    Checkpoint, DecisionRecord, Erasure, Quarantined, Store, StoreError, UnitDecisionRecord, ViewError,
};
use crate::telemetry::latency::Stopwatch;
use crate::telemetry::passage::Passage;
use crate::telemetry::traces::Traces;
use crate::telemetry::{self, Metrics, PipelineStage};

/// How often workers are written to the view, and figures of the whole are counted.
const SAVE_EVERY: Duration = Duration::from_secs(5);
/// After a time of writing workers, so many times as long passes until the next: who writes all the time has none
/// left for rows.
const SAVE_REST: u32 = 10;
/// Workers of each shard written at once, between two rows: so many take a few milliseconds.
const SAVE_BATCH: usize = 16;

/// Who waits for what becomes of a row.
#[derive(Debug, Default)]
pub struct Waiting {
    /// Of its commands, by their place in it.
    pub commands: Vec<oneshot::Sender<Result<(), Refusal>>>,
    /// Of its messages: the place of each, in order, and who waits for its receipt.
    pub receipts: Vec<(usize, oneshot::Sender<ReceiptView>)>,
    /// How each of its messages came, in order.
    pub passages: Vec<Passage>,
    /// Of a worker who is to be erased.
    pub erasures: Vec<oneshot::Sender<Erased>>,
}

/// How a row came here, for the metrics.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// How long the oldest of its messages had waited when its time was taken.
    pub waited_s: f64,
    /// Runs since its writing began.
    pub commit: Stopwatch,
    /// Runs since it was on disk.
    pub written: Stopwatch,
}

impl Timing {
    /// Of a row for which nobody waited.
    #[must_use]
    pub fn fresh() -> Self {
        let now = Stopwatch::start();
        Self { waited_s: 0.0, commit: now, written: now }
    }
}

/// What is handed to the applier.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all work is rows, and looks wait for nothing in a queue of eight"
)]
pub enum Work {
    /// A row that is on disk.
    Row {
        /// The row.
        row: Row,
        /// Who waits for what becomes of it.
        waiting: Waiting,
        /// How it came here.
        timing: Timing,
    },
    /// A look at what is known, between rows.
    Look(Look),
}

/// Looks at the engines and tells somebody what it sees.
pub struct Look(pub Box<dyn FnOnce(&Shards) + Send>);

impl std::fmt::Debug for Look {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Look")
    }
}

/// Why rows can no longer be applied.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The store failed.
    #[error("the store failed: {0}")]
    Store(#[from] StoreError),
    /// The view failed.
    #[error("the view failed: {0}")]
    View(#[from] ViewError),
}

impl DetailSource for Store {
    type Error = ViewError;

    fn detail(&self, worker: WorkerNumber, date: Date) -> Result<Option<NightDetail>, ViewError> {
        Self::detail(self, worker, date)
    }
}

/// How far the writing of workers is, which goes on between rows: looks and crises must not wait for thousands.
#[derive(Debug)]
struct Saving {
    /// All rows up to this one will have been written; none where nothing is being written.
    through: Option<RowNumber>,
    /// Since the last writing ended.
    since: Stopwatch,
    /// How long to wait after it.
    pause: Duration,
    /// How long the writing took until now.
    took: Duration,
}

impl Default for Saving {
    fn default() -> Self {
        Self { through: None, since: Stopwatch::start(), pause: SAVE_EVERY, took: Duration::ZERO }
    }
}

impl Saving {
    /// How long there is nothing to write.
    fn wait(&self) -> Duration {
        match self.through {
            Some(_) => Duration::ZERO,
            None => self.pause.saturating_sub(Duration::from_secs_f64(self.since.elapsed_s())),
        }
    }
}

/// Applies rows.
#[derive(Debug)]
pub struct Applier {
    /// The engines.
    pub shards: Shards,
    /// Where decisions and workers are written.
    pub store: Store,
    /// Where time comes from.
    pub clock: Clock,
    /// Where rows and their consequences stand.
    pub progress: Arc<Progress>,
    /// What is counted.
    pub metrics: Metrics,
    /// Where traces go.
    pub traces: Traces,
    /// Whose cases and actions are whose.
    pub directory: CaseDirectory,
    /// Receipts and events on their way out.
    pub outbound: Outbound,
    /// Rules that were read again.
    pub rules: watch::Receiver<engine::Settings>,
    /// Told whenever something was decided of a case.
    pub changes: watch::Sender<u64>,
    /// Which sites are due to have their units looked at.
    pub units: UnitReviews,
    /// Which committees are due to be told.
    pub committees: Committees,
    /// The last row that was applied.
    pub last_row: RowNumber,
    /// The time of that row.
    pub last_now: Timestamp,
}

impl Applier {
    /// Applies rows until there are no more, and writes what workers remember.
    ///
    /// # Errors
    /// [`ApplyError`] where the store fails; nothing is lost, the journal has every row.
    pub fn run(mut self, work: &Receiver<Work>) -> Result<(), ApplyError> {
        let mut saving = Saving::default();
        loop {
            match work.recv_timeout(saving.wait()) {
                Ok(Work::Row { row, waiting, timing }) => self.apply(row, waiting, timing)?,
                Ok(Work::Look(Look(look))) => look(&self.shards),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return self.save_all(),
            }
            self.go_on_saving(&mut saving)?;
        }
    }

    /// Writes a few workers where some are due to be written, and figures of the whole after the last.
    fn go_on_saving(&mut self, saving: &mut Saving) -> Result<(), ApplyError> {
        let watch = Stopwatch::start();
        match saving.through {
            None if saving.wait().is_zero() => {
                self.shards.begin_saving();
                saving.through = Some(self.last_row);
            }
            None => {}
            Some(_) if self.save_some()? => saving.took += Duration::from_secs_f64(watch.elapsed_s()),
            Some(through) => {
                self.store.settle(through)?;
                let now = self.last_now.max(self.clock.now());
                self.review_units(now)?;
                statistics::count(&self.shards, &self.store, now, &self.metrics);
                let took = saving.took + Duration::from_secs_f64(watch.elapsed_s());
                tracing::debug!(rows_through = through, took_ms = took.as_millis(), "wrote what workers remember");
                *saving =
                    Saving { pause: (took * SAVE_REST).clamp(SAVE_EVERY, SAVE_EVERY * SAVE_REST), ..Saving::default() };
            }
        }
        Ok(())
    }

    /// Applies a row and lets out what it says.
    ///
    /// # Errors
    /// [`ApplyError`] where the store fails.
    pub fn apply(&mut self, mut row: Row, waiting: Waiting, timing: Timing) -> Result<(), ApplyError> {
        let Waiting { commands, receipts, passages, erasures } = waiting;
        self.take_new_rules();
        let groups = std::mem::take(&mut row.groups);
        let mut trail = Trail::of(row.number, &groups, passages, timing, &self.traces);
        let Outcome { tallies, decisions, answers, erased } = self.shards.apply(row.now, groups, &self.store)?;
        trail.judged();
        if !decisions.is_empty() {
            let records: Vec<DecisionRecord> = decisions.iter().map(|d| self.record(d)).collect();
            self.store.append_decisions(row.number, &records)?;
            for decision in &decisions {
                self.directory.learn(decision);
                trail.decided(decision, &row.messages);
                self.outbound.expect(decision, (decision.at == row.now).then_some(timing.waited_s));
                self.count_acknowledged(decision);
            }
            self.outbound.wake();
            self.changes.send_modify(|number| *number += 1);
        }
        self.forget(row.number, erased, erasures)?;
        self.metrics.stage_took(PipelineStage::Apply, [timing.written.elapsed_s()]);
        // Told when the decisions are on disk; who waited may be gone.
        let mut waiting: Vec<_> = commands.into_iter().map(Some).collect();
        for (request, outcome) in answers {
            let waiter = waiting.get_mut(request as usize).and_then(Option::take);
            let _ = waiter.map(|waiter| waiter.send(outcome));
        }
        self.last_row = row.number;
        self.last_now = row.now;
        self.progress.applied(row.number, self.shards.poll_timeout());
        self.tell(&row, tallies, receipts, &trail)
    }

    /// Lets nothing more of who was erased out, and tells who waits for that.
    fn forget(
        &self,
        of_row: RowNumber,
        erased: Vec<Erased>,
        waiting: Vec<oneshot::Sender<Erased>>,
    ) -> Result<(), ApplyError> {
        erase(&self.store, of_row, &erased)?;
        let mut waiting = waiting.into_iter();
        for worker in erased {
            self.directory.forget(worker.worker);
            self.changes.send_modify(|number| *number += 1);
            // A row holds one command at a time; who waited may be gone.
            let _ = waiting.next().map(|waiter| waiter.send(worker));
        }
        Ok(())
    }

    /// Notes how long a case had waited that somebody took with this decision.
    fn count_acknowledged(&self, decision: &Decision) {
        let CaseChange::Done { at, fact: CaseFact::Moved { to: CaseState::Acknowledged, .. }, .. } = &decision.change
        else {
            return;
        };
        if let Some(case) = self.shards.history(decision.worker).and_then(|history| history.cases.open.as_ref()) {
            let after_s = at.duration_since(case.raised_at).as_secs_f64().max(0.0);
            self.metrics.acknowledged(case.told.level, after_s);
        }
    }

    fn take_new_rules(&mut self) {
        if self.rules.has_changed().unwrap_or(false) {
            let settings = self.rules.borrow_and_update().clone();
            self.metrics.has_rules(settings.rules.ids());
            self.shards.set_settings(&settings);
        }
    }

    /// Asks for reviews of units whose figures match a rule, and tells committees, once a day for each site.
    fn review_units(&mut self, now: Timestamp) -> Result<(), ApplyError> {
        self.take_new_rules();
        let settings = self.rules.borrow().clone();
        let requests = self.units.requests(&self.shards, &settings, &self.store, now)?;
        if let Some(requests) = &requests {
            tracing::info!(requests = requests.len(), "looked at the units");
        }
        // What became due while nothing ran is told of as of when it was due: first all of that, then the count.
        let is_up_to_date = self.shards.poll_timeout().is_none_or(|next| next > now);
        let notices = if is_up_to_date { self.committees.notices(&self.shards, &self.store, now)? } else { Vec::new() };
        let requests = requests.into_iter().flatten().chain(notices);
        let records: Vec<UnitDecisionRecord> = requests
            .map(|(asked, event)| UnitDecisionRecord { asked, outgoing: self.outbound.router.route(&event) })
            .collect();
        self.store.append_unit_decisions(self.last_row, &records)?;
        if !records.is_empty() {
            self.outbound.wake();
        }
        Ok(())
    }

    fn record(&self, decision: &Decision) -> DecisionRecord {
        let outgoing = decision.events.iter().flat_map(|event| self.outbound.router.route(event));
        DecisionRecord { worker: decision.worker, change: decision.change.clone(), outgoing: outgoing.collect() }
    }

    /// Counts what became of the items, keeps what was refused, and sends receipts.
    fn tell(
        &self,
        row: &Row,
        tallies: Vec<(u32, Tally)>,
        asked: Vec<(usize, oneshot::Sender<ReceiptView>)>,
        trail: &Trail,
    ) -> Result<(), ApplyError> {
        let mut asked = asked.into_iter().peekable();
        let mut tallies = tallies.into_iter().peekable();
        for (place, message) in row.messages.iter().enumerate() {
            let tally = tallies.next_if(|(of, _)| *of as usize == place).map(|(_, tally)| tally).unwrap_or_default();
            self.metrics.message(message.stream, outcome(message, &tally));
            self.metrics.items(message.stream, telemetry::Outcome::Accepted, u64::from(tally.accepted));
            self.metrics.items(message.stream, telemetry::Outcome::Duplicate, u64::from(tally.duplicate));
            if tally.refused > 0 {
                self.metrics.items(message.stream, telemetry::Outcome::Rejected, u64::from(tally.refused));
                // A source that is out of order in this way is so all day long.
                static TOLD: Once = Once::new();
                TOLD.call_once(|| {
                    let (topic, items, message_id) = (&message.topic, tally.refused, trail.name_of(place, message));
                    tracing::warn!(
                        topic,
                        items,
                        message_id,
                        "not taken: more than a night of a worker may hold; told only once"
                    );
                });
            }
            quarantine(&self.store, row, message)?;
            let rejected: Vec<Rejection> = message.refused.iter().map(|r| r.rejection.clone()).collect();
            let receipt = Receipt {
                message_id: message.message_id.as_deref(),
                topic: &message.topic,
                accepted: tally.accepted,
                duplicate: tally.duplicate,
                rejected: &rejected,
                committed_at: row.now,
            };
            let has_receipt = if let Some((_, told)) = asked.next_if(|(of, _)| *of == place) {
                // Who waited may be gone, and sends the message again.
                told.send(intake::told(&receipt)).is_ok()
            } else if let (Some(site), Some(source), true) = (&message.site, &message.source, receipt.is_due()) {
                self.outbound.receipt(site, source, receipt.encode());
                true
            } else {
                false
            };
            trail.told(place, message, &tally, has_receipt);
        }
        Ok(())
    }

    /// Writes every worker that changed to the view.
    fn save_all(&mut self) -> Result<(), ApplyError> {
        self.shards.begin_saving();
        while self.save_some()? {}
        Ok(self.store.settle(self.last_row)?)
    }

    /// Writes some of the workers that had changed when saving began; false where there is none left.
    fn save_some(&mut self) -> Result<bool, ApplyError> {
        let batch = self.shards.take_unsaved(SAVE_BATCH, self.last_now);
        if batch.is_empty() {
            return Ok(false);
        }
        let checkpoints = batch.into_iter().map(|unsaved| Checkpoint {
            worker: unsaved.worker,
            applied_through: self.last_row,
            history: unsaved.history,
            details: unsaved.details,
            dropped_details: unsaved.dropped_details,
        });
        self.store.save(checkpoints.collect())?;
        Ok(true)
    }
}

/// Takes workers whom a row erased out of everything that is stored.
pub(super) fn erase(store: &Store, of_row: RowNumber, erased: &[Erased]) -> Result<(), ApplyError> {
    for Erased { worker, stone, matters } in erased {
        let discarded = store.erase(&Erasure { worker: *worker, stone: stone.clone(), of_row }, matters)?;
        tracing::info!(row = of_row, discarded, "a worker was erased, and what waited to be sent of them thrown away");
    }
    Ok(())
}

/// What became of a message as a whole. One that only says that its source is there is accepted.
fn outcome(message: &MessageMeta, tally: &Tally) -> telemetry::Outcome {
    match tally {
        Tally { accepted: 1.., .. } => telemetry::Outcome::Accepted,
        Tally { duplicate: 1.., .. } => telemetry::Outcome::Duplicate,
        Tally { refused: 1.., .. } => telemetry::Outcome::Rejected,
        Tally { .. } if message.refused.is_empty() => telemetry::Outcome::Accepted,
        Tally { .. } => telemetry::Outcome::Rejected,
    }
}

/// Puts what a message's row refused into quarantine; what is there already stays once. Of who takes no part
/// nothing was kept that a later look could take in: it would only drive others' items out.
fn quarantine(store: &Store, row: &Row, message: &MessageMeta) -> Result<(), ViewError> {
    let is_empty = |refused: &Refused| refused.raw.is_empty() && refused.rejection.reason == Reason::ConsentMissing;
    for refused in message.refused.iter().filter(|refused| !is_empty(refused)) {
        store.quarantine(&Quarantined {
            site: message.site.clone(),
            source: message.source.clone(),
            topic: message.topic.clone(),
            received_at: row.now,
            reason: refused.rejection.reason,
            detail: refused.rejection.detail.clone(),
            index: refused.rejection.index,
            raw: refused.raw.clone(),
        })?;
    }
    Ok(())
}

/// Puts back what a row refused, where the service ended before the view was synced. An item that was
/// looked at again in those seconds may come back: that does no harm, its next look finds a duplicate.
///
/// # Errors
/// [`ViewError`] where the view cannot be written.
pub fn requarantine(store: &Store, row: &Row) -> Result<(), ViewError> {
    row.messages.iter().try_for_each(|message| quarantine(store, row, message))
}
