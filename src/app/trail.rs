//! The messages of a row on their way through the applier, as logs and traces follow them.
//!
//! What a row does is noted for each of its messages under the message's name: that it is applied, what was decided
//! on it, that its receipt leaves. A row of the journal that comes back after a start is followed by nobody.

use std::collections::BTreeMap;

use tracing::{Level, debug, debug_span, enabled};

use super::applier::Timing;
use crate::domain::ids::{RowNumber, WorkerNumber};
use crate::engine::effect::{Decision, Tally};
use crate::engine::row::{Input, MessageMeta, WorkerInputs};
use crate::telemetry::latency::Stopwatch;
use crate::telemetry::passage::Passage;
use crate::telemetry::traces::{Tag, Thread, Traces};

/// The messages of a row that is being applied.
#[derive(Debug)]
pub(super) struct Trail {
    row: RowNumber,
    passages: Vec<Passage>,
    /// Of each worker of the row, the last message that told of them, ordered by worker.
    origins: Vec<(WorkerNumber, usize)>,
    timing: Timing,
    /// Runs since the applier took the row.
    begun: Stopwatch,
    /// Runs since the engines had applied it.
    judged: Stopwatch,
    /// Of messages that are traced, by their place in the row.
    threads: BTreeMap<usize, Thread>,
    traces: Traces,
}

impl Trail {
    /// The messages of a row, of which these are the groups in the order of workers.
    pub(super) fn of(
        row: RowNumber,
        groups: &[WorkerInputs],
        passages: Vec<Passage>,
        timing: Timing,
        traces: &Traces,
    ) -> Self {
        let last_of = |group: &WorkerInputs| group.inputs.iter().rev().find_map(message_of);
        let origins = groups.iter().filter_map(|group| Some((group.worker, last_of(group)?))).collect();
        let drawn = passages.iter().enumerate().filter_map(|(place, one)| Some((place, traces.thread_of(one)?)));
        let threads = drawn.collect();
        let begun = Stopwatch::start();
        Self { row, passages, origins, timing, begun, judged: begun, threads, traces: traces.clone() }
    }

    /// The engines have applied the row.
    pub(super) fn judged(&mut self) {
        self.judged = Stopwatch::start();
    }

    /// The last message that told of a worker, by its place.
    fn origin_of(&self, worker: WorkerNumber) -> Option<usize> {
        let place = self.origins.binary_search_by_key(&worker, |(of, _)| *of).ok()?;
        Some(self.origins[place].1)
    }

    /// The name of the message at that place.
    pub(super) fn name_of(&self, place: usize, message: &MessageMeta) -> Option<String> {
        Some(self.passages.get(place)?.name(message.message_id.as_deref()).to_string())
    }

    /// A decision is on disk: from now on the message it was made on is traced, and its events know it.
    pub(super) fn decided(&mut self, decision: &Decision, messages: &[MessageMeta]) {
        if decision.events.is_empty() {
            return;
        }
        let journaled = Stopwatch::start();
        let origin = self.origin_of(decision.worker).filter(|place| *place < self.passages.len());
        let name = origin.and_then(|place| self.name_of(place, messages.get(place)?));
        let thread = self.traces.are_wanted().then(|| self.thread_of(origin, journaled));
        if let Some(thread) = &thread {
            let row = || vec![Tag::Row(self.row)];
            self.traces.tell(thread.stage("judge", self.begun, self.judged, row()));
            self.traces.tell(thread.stage("journal", self.judged, journaled, row()));
        }
        debug_span!("judge", message_id = name).in_scope(|| {
            for event in &decision.events {
                debug!(row = self.row, event = event.id, "decided");
            }
        });
        for event in &decision.events {
            self.traces.expect(&event.id, name.clone(), thread, journaled);
        }
    }

    /// The trace of the message at that place; where a timer made the decision, one of its own.
    fn thread_of(&mut self, origin: Option<usize>, journaled: Stopwatch) -> Thread {
        match origin {
            Some(place) => *self.threads.entry(place).or_default(),
            None => {
                let thread = Thread::new();
                self.traces.tell(thread.whole("timer", self.begun, journaled, vec![Tag::Row(self.row)]));
                thread
            }
        }
    }

    /// Everything of a message is done, and its receipt on its way where it has one.
    pub(super) fn told(&self, place: usize, message: &MessageMeta, tally: &Tally, has_receipt: bool) {
        let Some(passage) = self.passages.get(place) else { return };
        if enabled!(Level::DEBUG) {
            let name = passage.name(message.message_id.as_deref());
            debug_span!("apply", message_id = %name).in_scope(|| {
                let Tally { accepted, duplicate, refused } = tally;
                let rejected = message.refused.len() + *refused as usize;
                debug!(row = self.row, accepted, duplicate, rejected, "applied");
            });
            if has_receipt {
                debug_span!("receipt", message_id = %name).in_scope(|| debug!(row = self.row, "receipt on its way"));
            }
        }
        if let Some(thread) = self.threads.get(&place) {
            self.trace(thread, passage, message, tally, has_receipt);
        }
    }

    fn trace(&self, thread: &Thread, passage: &Passage, message: &MessageMeta, tally: &Tally, has_receipt: bool) {
        let (now, row) = (Stopwatch::start(), || vec![Tag::Row(self.row)]);
        self.traces.tell_decoding(thread, passage);
        self.traces.tell(thread.stage("commit", self.timing.commit, self.timing.written, row()));
        self.traces.tell(thread.stage("apply", self.begun, self.judged, row()));
        if has_receipt {
            self.traces.tell(thread.stage("receipt", self.judged, now, Vec::new()));
        }
        let mut tags = vec![Tag::Message(passage.name(message.message_id.as_deref()).to_string()), Tag::Row(self.row)];
        if let Some((site, source)) = message.sender() {
            tags.extend([Tag::Site(site.clone()), Tag::Source(source.clone())]);
        }
        tags.extend(message.stream.map(Tag::Stream));
        tags.push(Tag::Accepted(tally.accepted));
        tags.push(Tag::Duplicate(tally.duplicate));
        tags.push(Tag::Rejected(message.refused.len() + tally.refused as usize));
        self.traces.tell(thread.whole("message", passage.came(), now, tags));
    }
}

/// The message that an input is of, by its place in the row.
fn message_of(input: &Input) -> Option<usize> {
    match input {
        Input::Item { message, .. } => Some(*message as usize),
        Input::Enrol(_) | Input::Case { .. } | Input::Erase(_) => None,
    }
}
