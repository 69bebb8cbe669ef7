//! Recorded messages through the same engine: no broker, no store, no clock.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::convert::Infallible;
use std::io::{BufRead, Write};
use std::sync::Mutex;

use super::admission::{self, Admission, RowParts};
use super::registry::{CaseDirectory, Numbers, Registry};
use super::shards::{DetailSource, Shards};
use crate::cases;
use crate::decode::recording;
use crate::decode::times::Present;
use crate::delivery::cloudevents;
use crate::domain::case::CaseChange;
use crate::domain::history::NightDetail;
use crate::domain::ids::{SiteId, WorkerNumber};
use crate::domain::worker::Profile;
use crate::domain::{Date, SignedDuration, Timestamp};
use crate::engine::effect::Decision;
use crate::engine::row::{Input, WorkerInputs};
use crate::engine::{self, Mode, lookback};
use crate::texts::Language;

/// The clock goes on this long after the last message, so that pending nights and deadlines are judged.
const AFTER_THE_END: SignedDuration = SignedDuration::from_hours(48);
/// Messages after which old nights leave the engine's memory.
const TIDY_EVERY: usize = 1_000;

/// Why a replay stopped.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// A line is not a recorded message.
    #[error("line {line}: {problem}")]
    Line {
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// Time goes backwards.
    #[error("line {line}: received_at {received_at} is before {last} of an earlier line; sort the file by received_at")]
    Backwards {
        /// The line, from 1.
        line: usize,
        /// Its time.
        received_at: Timestamp,
        /// The time before.
        last: Timestamp,
    },
    /// The input cannot be read or the output not written.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

impl ReplayError {
    /// Whether the input is at fault, and not this machine.
    #[must_use]
    pub const fn is_usage(&self) -> bool {
        matches!(self, Self::Line { .. } | Self::Backwards { .. })
    }
}

/// What a replay saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Messages read.
    pub messages: u64,
    /// Items that changed something.
    pub accepted: u64,
    /// Items that were there already.
    pub duplicate: u64,
    /// Items or payloads that were refused.
    pub rejected: u64,
    /// Events written.
    pub events: u64,
}

/// What a replay runs with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What messages are held against.
    pub admission: admission::Settings,
    /// What the engine computes with.
    pub engine: engine::Settings,
    /// How many shards.
    pub shards: usize,
    /// In which language the events of a site are written; English where none is named.
    pub languages: BTreeMap<SiteId, Language>,
    /// The register, enrolled before the first message.
    pub register: Vec<Profile>,
}

/// Nights in detail that left the engine's memory.
#[derive(Debug, Default)]
struct Nights(Mutex<HashMap<(WorkerNumber, Date), NightDetail>>);

impl Nights {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<(WorkerNumber, Date), NightDetail>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl DetailSource for Nights {
    type Error = Infallible;

    fn detail(&self, worker: WorkerNumber, date: Date) -> Result<Option<NightDetail>, Infallible> {
        Ok(self.lock().get(&(worker, date)).cloned())
    }
}

/// Feeds recorded messages through admission and engine, and writes the events, one JSON a line.
///
/// # Errors
/// [`ReplayError`] where a line cannot be read or time goes backwards; what was decided before is
/// written.
pub fn replay(settings: &Settings, input: impl BufRead, output: &mut impl Write) -> Result<Summary, ReplayError> {
    let mut events = 0;
    let fed = feed(settings, input, FollowUp::AsRecorded, |decision| {
        for event in &decision.events {
            let language = settings.languages.get(&event.site).copied().unwrap_or(Language::English);
            let envelope = cloudevents::encode(event, &settings.admission.root, language);
            // What leaves over other channels only is nothing that a recording could be compared by.
            if envelope.topic.is_some() {
                output.write_all(&envelope.payload)?;
                output.write_all(b"\n")?;
                events += 1;
            }
        }
        Ok(())
    })?;
    output.flush()?;
    Ok(Summary { events, ..fed.summary })
}

/// What becomes of the actions of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FollowUp {
    /// What the recording says of them.
    AsRecorded,
    /// The case ends when the last of them is due. Under other rules there are other actions, of which
    /// no recording can tell; without an end no case would ever be followed by another.
    EndsWhenDue,
}

/// What is known when a recording has ended.
#[derive(Debug)]
pub struct Fed {
    /// What was read; no events are counted.
    pub summary: Summary,
    /// The engines, with every worker's history.
    pub shards: Shards,
    /// When each worker was heard of first.
    pub first_heard: BTreeMap<WorkerNumber, Timestamp>,
    /// The engine's time at the end; none where there was no message.
    pub end: Option<Timestamp>,
}

/// Feeds recorded messages through admission and engine, and tells `decided` of each decision.
///
/// # Errors
/// [`ReplayError`] where a line cannot be read, time goes backwards, or `decided` fails.
pub fn feed(
    settings: &Settings,
    input: impl BufRead,
    follow_up: FollowUp,
    decided: impl FnMut(&Decision) -> std::io::Result<()>,
) -> Result<Fed, ReplayError> {
    let mut run = Run::new(settings, follow_up, decided);
    // As bytes: one line that is no text is a line to name, and no failure of the disk.
    for (place, line) in input.split(b'\n').enumerate() {
        let line = line?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        run.message(place + 1, &line)?;
    }
    run.finish()
}

struct Run<'a, D> {
    register: &'a [Profile],
    decided: D,
    admission: Admission,
    actions: CaseDirectory,
    shards: Shards,
    nights: Nights,
    last: Option<Timestamp>,
    summary: Summary,
    first_heard: BTreeMap<WorkerNumber, Timestamp>,
    follow_up: FollowUp,
    /// Cases that will be taken to have ended.
    to_end: BTreeSet<(Timestamp, WorkerNumber)>,
}

impl<'a, D: FnMut(&Decision) -> std::io::Result<()>> Run<'a, D> {
    fn new(settings: &'a Settings, follow_up: FollowUp, decided: D) -> Self {
        let actions = CaseDirectory::default();
        Self {
            register: &settings.register,
            decided,
            admission: Admission::new(
                settings.admission.clone(),
                Registry::default(),
                Numbers::Derived,
                actions.clone(),
            ),
            actions,
            shards: Shards::new(settings.shards, &settings.engine, Mode::Live),
            nights: Nights::default(),
            last: None,
            summary: Summary::default(),
            first_heard: BTreeMap::new(),
            follow_up,
            to_end: BTreeSet::new(),
        }
    }

    fn message(&mut self, line: usize, text: &[u8]) -> Result<(), ReplayError> {
        let wrong = |problem| ReplayError::Line { line, problem };
        let recorded = recording::read(text).map_err(wrong)?;
        let now = recorded.received_at().map_err(wrong)?.ok_or_else(|| wrong("received_at is missing".to_owned()))?;
        if let Some(last) = self.last.filter(|last| now < *last) {
            return Err(ReplayError::Backwards { line, received_at: now, last });
        }
        let mut row = RowParts::default();
        if self.last.replace(now).is_none() {
            for profile in self.register {
                self.admission.enrol(profile.clone(), &mut row);
            }
        }
        self.run_timers(now)?;
        let message = self.admission.prepare(&recorded.topic, recorded.payload.as_bytes());
        self.admission.admit(message, Present::at(now), &mut row);
        self.summary.messages += 1;
        self.summary.rejected += row.messages.iter().map(|m| m.refused.len() as u64).sum::<u64>();
        let groups = row.take_groups();
        for group in &groups {
            if group.inputs.iter().any(|input| matches!(input, Input::Item { .. })) {
                self.first_heard.entry(group.worker).or_insert(now);
            }
        }
        self.apply(now, groups)?;
        if self.summary.messages.is_multiple_of(TIDY_EVERY as u64) {
            self.tidy(now);
        }
        Ok(())
    }

    /// Fires timers one due time after the other, as an idle service would.
    fn run_timers(&mut self, until: Timestamp) -> Result<(), ReplayError> {
        loop {
            let timer = self.shards.poll_timeout().filter(|due| *due <= until);
            let done = self.to_end.first().map(|(due, _)| *due).filter(|due| *due <= until);
            match (timer, done) {
                (None, None) => return Ok(()),
                (Some(timer), None) => self.apply(timer, Vec::new())?,
                (Some(timer), Some(done)) if timer <= done => self.apply(timer, Vec::new())?,
                (_, Some(_)) => self.do_what_is_due()?,
            }
        }
    }

    fn do_what_is_due(&mut self) -> Result<(), ReplayError> {
        let Some((at, worker)) = self.to_end.pop_first() else { return Ok(()) };
        let change = cases::ended(at);
        self.shards.apply_fact(worker, &change);
        (self.decided)(&Decision { at, worker, change, events: Vec::new() })?;
        Ok(())
    }

    fn finish(mut self) -> Result<Fed, ReplayError> {
        let end = self.last.map(|last| last.checked_add(AFTER_THE_END).unwrap_or(Timestamp::MAX));
        if let Some(end) = end {
            self.run_timers(end)?;
        }
        Ok(Fed { summary: self.summary, shards: self.shards, first_heard: self.first_heard, end })
    }

    fn apply(&mut self, now: Timestamp, groups: Vec<WorkerInputs>) -> Result<(), ReplayError> {
        let Ok(outcome) = self.shards.apply(now, groups, &self.nights);
        for (_, tally) in &outcome.tallies {
            self.summary.accepted += u64::from(tally.accepted);
            self.summary.duplicate += u64::from(tally.duplicate);
            self.summary.rejected += u64::from(tally.refused);
        }
        self.tell(&outcome.decisions)
    }

    fn tell(&mut self, decisions: &[Decision]) -> Result<(), ReplayError> {
        for decision in decisions {
            self.actions.learn(decision);
            if self.follow_up == FollowUp::EndsWhenDue {
                self.expect_end(decision);
            }
            (self.decided)(decision)?;
        }
        Ok(())
    }

    fn expect_end(&mut self, decision: &Decision) {
        let actions = match &decision.change {
            CaseChange::Opened { case } => &case.actions,
            CaseChange::RaisedAgain { actions, .. } => actions,
            CaseChange::Revised { .. } | CaseChange::Done { .. } => return,
        };
        self.to_end.retain(|(_, worker)| *worker != decision.worker);
        self.to_end.insert((lookback::taken_to_end(actions).max(decision.at), decision.worker));
    }

    fn tidy(&mut self, now: Timestamp) {
        let mut nights = self.nights.lock();
        self.shards.begin_saving();
        for unsaved in self.shards.take_unsaved(usize::MAX, now) {
            for detail in unsaved.details {
                nights.insert((unsaved.worker, detail.date), detail);
            }
            for date in unsaved.dropped_details {
                nights.remove(&(unsaved.worker, date));
            }
        }
    }
}
