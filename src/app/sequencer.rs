//! The sequencer: admits what arrived, gives each row its number and time, writes it, acknowledges it.
//!
//! One thread, one row after the other. A message is acknowledged when the row that holds it is on
//! the disk itself, and not before; rows are then handed on to be applied.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use super::admission::{Admission, RowParts, SourceStatus};
use super::applier::{Look, Timing, Waiting, Work};
use super::decoder::{Opened, Origin};
use crate::cases::Refusal;
use crate::clock::Clock;
use crate::config::settings::Batch;
use crate::decode::times::Present;
use crate::domain::Timestamp;
use crate::domain::ids::{RowNumber, WorkerKey, WorkerNumber};
use crate::domain::life::CaseCommand;
use crate::domain::worker::{OwnChoice, Profile, Tombstone, Withholding};
use crate::engine::ENGINE_VERSION;
use crate::engine::effect::Erased;
use crate::engine::row::{Input, Row};
use crate::ingest::AckToken;
use crate::store::{JournalError, Quarantined, Store};
use crate::telemetry::latency::Stopwatch;
use crate::telemetry::passage::Passage;
use crate::telemetry::{Metrics, Outcome, PipelineStage};

/// The longest wait without a look at the clock.
const MAX_WAIT: Duration = Duration::from_secs(1);
/// The wait while a row is applied, after which timers are known again.
const WAIT_FOR_APPLIER: Duration = Duration::from_millis(2);
/// The same where somebody else sets the clock.
const MAX_WAIT_ON_SET_CLOCK: Duration = Duration::from_millis(10);

/// Where rows and their consequences stand, shared between the threads that make and apply them.
#[derive(Debug, Default)]
pub struct Progress {
    /// When the next timer of any worker is due, in microseconds since 1970.
    next_due: AtomicI64,
    /// Every decision of the rows up to this one is in the journal.
    decided_through: AtomicU64,
    /// The last row on disk.
    written: AtomicU64,
}

impl Progress {
    /// Progress after a start.
    #[must_use]
    pub fn new(decided_through: RowNumber, written: RowNumber, next_due: Option<Timestamp>) -> Self {
        let progress = Self::default();
        progress.applied(decided_through, next_due);
        progress.written.store(written, Ordering::Release);
        progress
    }

    /// Rows on disk that are not applied yet.
    #[must_use]
    pub fn lag_rows(&self) -> u64 {
        self.written.load(Ordering::Acquire).saturating_sub(self.decided_through())
    }

    /// Notes that a row was applied and its decisions journaled.
    pub fn applied(&self, row: RowNumber, next_due: Option<Timestamp>) {
        self.next_due.store(next_due.map_or(i64::MAX, Timestamp::as_microsecond), Ordering::Release);
        self.decided_through.store(row, Ordering::Release);
    }

    /// Every decision of the rows up to this one is in the journal.
    #[must_use]
    pub fn decided_through(&self) -> RowNumber {
        self.decided_through.load(Ordering::Acquire)
    }

    /// Whether a timer is due; not while a row is under way, which may be the one that fires it.
    fn is_due(&self, now: Timestamp) -> bool {
        self.lag_rows() == 0 && self.next_due.load(Ordering::Acquire) <= now.as_microsecond()
    }

    fn wait_from(&self, now: Timestamp) -> Duration {
        if self.lag_rows() > 0 {
            return WAIT_FOR_APPLIER;
        }
        let micros = self.next_due.load(Ordering::Acquire).saturating_sub(now.as_microsecond());
        Duration::from_micros(u64::try_from(micros).unwrap_or(0))
    }
}

/// What the console and the command line ask of a running service.
#[derive(Debug)]
pub enum Command {
    /// Enrol workers, or change their rows.
    Enrol {
        /// The rows of the register.
        profiles: Vec<Profile>,
        /// Whether to enrol as somebody new who was erased; left out otherwise, since a register that is imported
        /// each night may still name them.
        even_erased: bool,
        /// Answered with those who were left out, when the others are on disk.
        done: oneshot::Sender<Vec<WorkerKey>>,
    },
    /// Look at what was refused once more.
    Retry {
        /// What was taken out of quarantine.
        items: Vec<Quarantined>,
        /// Answered with how many were refused again, when the rest is on disk.
        done: oneshot::Sender<usize>,
    },
    /// Do something to a case.
    Case {
        /// What.
        command: Box<CaseCommand>,
        /// Answered when it is done and on disk, or refused.
        done: oneshot::Sender<Result<(), Refusal>>,
    },
    /// Look at what is known, after the rows so far.
    Look(Look),
    /// Keep what a worker chose for themselves.
    Choose {
        /// The worker.
        key: WorkerKey,
        /// To take no part; none to take part again.
        withholding: Option<Withholding>,
        /// Answered when it is on disk: whether there is such a worker.
        done: oneshot::Sender<bool>,
    },
    /// Leave nothing of a worker.
    Erase {
        /// The worker.
        key: WorkerKey,
        /// Answered when nothing shows the worker any more; dropped where there is no such worker.
        done: oneshot::Sender<Erased>,
    },
    /// Tell the register.
    Workers {
        /// Answered with every worker.
        done: oneshot::Sender<Vec<Profile>>,
    },
    /// Tell the number of a worker.
    Find {
        /// The worker.
        key: WorkerKey,
        /// Answered with the number, where the worker is known.
        done: oneshot::Sender<Option<WorkerNumber>>,
    },
}

/// What the sequencer is connected to.
#[derive(Debug)]
pub struct Ports {
    /// Messages in order of receipt, taken apart.
    pub messages: mpsc::Receiver<Vec<Opened>>,
    /// What the console and the command line ask.
    pub commands: mpsc::Receiver<Command>,
    /// What may be acknowledged.
    pub acks: mpsc::Sender<Vec<AckToken>>,
    /// Rows to be applied.
    pub work: SyncSender<Work>,
}

/// Admits, numbers, writes, acknowledges.
#[derive(Debug)]
pub struct Sequencer {
    /// What messages are held against.
    pub admission: Admission,
    /// Where rows are written.
    pub store: Store,
    /// Where time comes from.
    pub clock: Clock,
    /// Where rows and their consequences stand.
    pub progress: Arc<Progress>,
    /// What is counted.
    pub metrics: Metrics,
    /// The version of the rules in force.
    pub rules_version: Arc<AtomicU64>,
    /// How many messages share one row.
    pub batch: Batch,
    /// The last row of the journal.
    pub last_row: RowNumber,
    /// The time of the last row.
    pub last_now: Timestamp,
}

/// A row in the making, and whom to tell when it is on disk.
#[derive(Default)]
struct Draft {
    parts: RowParts,
    tokens: Vec<AckToken>,
    /// Of each message that was admitted: runs since it came.
    since: Vec<Stopwatch>,
    answers: Vec<Answer>,
    /// Who waits for what becomes of each command, by its place in the row.
    waiting: Waiting,
}

impl Draft {
    /// The message that was added last, if one was: the status of a source is no part of a row.
    fn follow(&mut self, passage: Passage) {
        if self.waiting.passages.len() < self.parts.messages.len() {
            self.waiting.passages.push(passage);
        }
    }
}

/// Says of each message of a row that it is on disk.
fn on_disk(row: &Row, passages: &[Passage]) {
    if tracing::enabled!(tracing::Level::DEBUG) {
        for (message, passage) in row.messages.iter().zip(passages) {
            let name = passage.name(message.message_id.as_deref());
            tracing::debug_span!("commit", message_id = %name)
                .in_scope(|| tracing::debug!(row = row.number, "on disk"));
        }
    }
}

enum Answer {
    Enrolled(oneshot::Sender<Vec<WorkerKey>>, Vec<WorkerKey>),
    Retried(oneshot::Sender<usize>, usize),
    Chosen(oneshot::Sender<bool>),
}

impl Sequencer {
    /// Runs until the arrivals end, and the last row is on disk.
    ///
    /// # Errors
    /// [`JournalError`] where a row cannot be written: what it held was not acknowledged, and comes
    /// again after a restart.
    pub fn run(mut self, mut ports: Ports, runtime: &Handle) -> Result<(), JournalError> {
        let mut waiting = VecDeque::new();
        loop {
            let mut draft = Draft::default();
            if waiting.is_empty() && !runtime.block_on(self.first(&mut ports, &mut draft, &mut waiting)) {
                return Ok(());
            }
            while draft.since.len() < self.batch.max_messages && draft.parts.bytes < self.batch.max_bytes {
                if waiting.is_empty() {
                    waiting.extend(ports.messages.try_recv().into_iter().flatten());
                }
                let Some(opened) = waiting.pop_front() else { break };
                self.admit(opened, &mut draft);
            }
            if !self.commit(draft, &ports)? {
                return Ok(());
            }
        }
    }

    /// Waits for messages, a command or a timer; false when there is nothing more to come.
    async fn first(&mut self, ports: &mut Ports, draft: &mut Draft, waiting: &mut VecDeque<Opened>) -> bool {
        let longest = match self.clock {
            Clock::System | Clock::Guarded(_) => MAX_WAIT,
            Clock::Set(_) => MAX_WAIT_ON_SET_CLOCK,
        };
        let wait = self.progress.wait_from(self.now()).min(longest);
        tokio::select! {
            biased;
            Some(command) = ports.commands.recv() => match command {
                // Where nobody applies rows any more, nobody waits for an answer either.
                Command::Look(look) => drop(ports.work.send(Work::Look(look))),
                command @ (Command::Enrol { .. }
                | Command::Retry { .. }
                | Command::Case { .. }
                | Command::Choose { .. }
                | Command::Erase { .. }
                | Command::Workers { .. }
                | Command::Find { .. }) => self.command(command, draft),
            },
            messages = ports.messages.recv() => match messages {
                Some(messages) => waiting.extend(messages),
                None => return false,
            },
            () = tokio::time::sleep(wait) => {}
        }
        true
    }

    /// Time never falls, whatever the system's clock does.
    fn now(&self) -> Timestamp {
        self.clock.now().max(self.last_now)
    }

    /// The moment of what is taken in next, from one look at the clock: it is asked for each message.
    fn present(&mut self) -> Present {
        let (now, wall) = self.clock.now_and_wall();
        self.last_now = now.max(self.last_now);
        Present { now: self.last_now, wall }
    }

    fn admit(&mut self, opened: Opened, draft: &mut Draft) {
        let present = self.present();
        draft.since.push(opened.passage.came());
        match opened.origin {
            Origin::Broker(token) => draft.tokens.push(token),
            Origin::Posted(told) => draft.waiting.receipts.push((draft.parts.messages.len(), told)),
        }
        let status = self.admission.admit(opened.message, present, &mut draft.parts);
        draft.follow(opened.passage);
        // What the broker kept comes again at each connection, however long its source has been silent.
        let is_sign = |status: &SourceStatus| status.is_online && !opened.is_retained;
        if let Some(status) = status.filter(|status| is_sign(status) && self.admission.knows(&status.site)) {
            self.metrics.source_seen(&status.site, &status.source, self.last_now);
        }
    }

    fn command(&mut self, command: Command, draft: &mut Draft) {
        self.last_now = self.now();
        match command {
            Command::Enrol { profiles, even_erased, done } => {
                let registry = self.admission.registry();
                let is_left_out = |p: &Profile| !even_erased && registry.was_erased(&p.key.site, &p.key.worker);
                let (left_out, taken): (Vec<_>, Vec<_>) = profiles.into_iter().partition(is_left_out);
                for profile in taken {
                    // What the worker chose since the register was read stands.
                    let known = self.admission.registry().find(&profile.key.site, &profile.key.worker);
                    let own_choice = known.and_then(|(_, known)| known.own_choice);
                    self.admission.enrol(Profile { own_choice, ..profile }, &mut draft.parts);
                }
                let left_out = left_out.into_iter().map(|profile| profile.key).collect();
                draft.answers.push(Answer::Enrolled(done, left_out));
            }
            Command::Retry { items, done } => {
                let present = self.present();
                for item in &items {
                    let message = self.admission.prepare(&item.topic, &item.raw);
                    self.admission.admit(message, present, &mut draft.parts);
                    draft.follow(Passage::again());
                }
                let refused = draft.parts.messages.iter().filter(|m| !m.refused.is_empty()).count();
                draft.answers.push(Answer::Retried(done, refused));
            }
            Command::Case { command, done } => match self.admission.directory().case(&command.case) {
                Some(worker) => {
                    let request =
                        u32::try_from(draft.waiting.commands.len()).expect("a row holds one command at a time");
                    draft.parts.push(worker, Input::Case { request, command });
                    draft.waiting.commands.push(done);
                }
                None => {
                    let _ = done.send(Err(Refusal::UnknownCase));
                }
            },
            Command::Choose { key, withholding, done } => self.choose(&key, withholding, done, draft),
            Command::Erase { key, done } => {
                let known = self.admission.registry().find(&key.site, &key.worker);
                if let Some((number, _)) = known {
                    self.admission.erase(number, Tombstone::of(&key, rand::random()), &mut draft.parts);
                    draft.waiting.erasures.push(done);
                }
            }
            // Handed on before it comes here.
            Command::Look(_) => {}
            Command::Workers { done } => {
                let workers = self.admission.registry().list().into_iter().cloned().collect();
                let _ = done.send(workers);
            }
            Command::Find { key, done } => {
                let found = self.admission.registry().find(&key.site, &key.worker);
                let _ = done.send(found.map(|(number, _)| number));
            }
        }
    }

    /// From here on, and before whatever comes next, nothing of a worker who takes no part is taken.
    fn choose(
        &mut self,
        key: &WorkerKey,
        withholding: Option<Withholding>,
        done: oneshot::Sender<bool>,
        draft: &mut Draft,
    ) {
        let Some((_, known)) = self.admission.registry().find(&key.site, &key.worker) else {
            let _ = done.send(false);
            return;
        };
        // Who says the same again says nothing new.
        let is_known = known.own_choice.map(|choice| choice.withholding) == withholding;
        let chosen = withholding.map(|withholding| OwnChoice { withholding, since: self.last_now });
        let own_choice = if is_known { known.own_choice } else { chosen };
        self.admission.enrol(Profile { own_choice, ..known.clone() }, &mut draft.parts);
        draft.answers.push(Answer::Chosen(done));
    }

    /// Writes the row, acknowledges, and hands it on; false when nobody applies rows any more.
    fn commit(&mut self, mut draft: Draft, ports: &Ports) -> Result<bool, JournalError> {
        self.last_now = self.now();
        if !draft.parts.is_empty() || self.progress.is_due(self.last_now) {
            let row = Row {
                number: self.last_row + 1,
                now: self.last_now,
                engine_version: ENGINE_VERSION,
                rules_version: self.rules_version.load(Ordering::Acquire),
                decided_through: self.progress.decided_through(),
                groups: draft.parts.take_groups(),
                messages: std::mem::take(&mut draft.parts.messages),
            };
            let stopwatch = Stopwatch::start();
            let waited_s: Vec<f64> = draft.since.iter().map(|since| since.until_s(&stopwatch)).collect();
            let longest_s = waited_s.iter().copied().fold(0.0, f64::max);
            self.store.append_row(&row)?;
            self.last_row = row.number;
            self.progress.written.store(row.number, Ordering::Release);
            if !row.messages.is_empty() {
                let took_s = stopwatch.elapsed_s();
                self.metrics.committed(draft.parts.admitted, took_s);
                self.metrics.stage_took(PipelineStage::TakeIn, waited_s);
                self.metrics.stage_took(PipelineStage::Commit, [took_s]);
            }
            self.count(&row, &draft.parts);
            // The ingest session and the applier end after this thread; a closed channel means that
            // the service is going down, and the row is on disk already.
            let timing = Timing { waited_s: longest_s, commit: stopwatch, written: Stopwatch::start() };
            on_disk(&row, &draft.waiting.passages);
            let _ = ports.acks.blocking_send(draft.tokens);
            for answer in draft.answers {
                match answer {
                    Answer::Enrolled(done, left_out) => drop(done.send(left_out)),
                    Answer::Retried(done, count) => drop(done.send(count)),
                    Answer::Chosen(done) => drop(done.send(true)),
                }
            }
            return Ok(ports.work.send(Work::Row { row, waiting: draft.waiting, timing }).is_ok());
        }
        if !draft.tokens.is_empty() {
            let _ = ports.acks.blocking_send(draft.tokens);
        }
        Ok(true)
    }

    fn count(&self, row: &Row, parts: &RowParts) {
        for message in &row.messages {
            if let Some((site, source)) = message.sender() {
                self.metrics.source_seen(site, source, row.now);
            }
            for refused in &message.refused {
                self.metrics.rejected(refused.rejection.reason);
                self.metrics.item(message.stream, Outcome::Rejected);
            }
        }
        let now = row.now;
        self.metrics.ingest_delays(parts.event_times.iter().map(|at| now.duration_since(*at).as_secs_f64()));
    }
}
