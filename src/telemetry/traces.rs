//! Traces: where the time of a message goes, and of what was decided on it, stage by stage.
//!
//! A stage is noted when it is over, from stopwatches that were taken anyway: nothing is opened and closed on the way
//! of a message. A part of all messages is traced, drawn when they come, and each on which something was decided.
//! What can stand in a trace is listed here: names, numbers of things, and never what a message holds.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;

use super::Metrics;
use super::latency::Stopwatch;
use super::passage::Passage;
use crate::domain::ids::{ChannelId, RowNumber, SiteId, SourceId};
use crate::domain::item::Stream;

/// A stage of a trace that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// The trace.
    pub trace: u128,
    /// The stage, of this trace.
    pub id: u64,
    /// The stage it is part of; none for the whole.
    pub parent: Option<u64>,
    /// What it is called.
    pub name: &'static str,
    /// Runs since it began.
    pub from: Stopwatch,
    /// Runs since it ended.
    pub until: Stopwatch,
    /// Whether what it was for failed.
    pub is_failed: bool,
    /// Whose it is.
    pub tags: Vec<Tag>,
}

/// What a stage is told by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tag {
    /// The message, by its name.
    Message(String),
    /// The site.
    Site(SiteId),
    /// Who sent it.
    Source(SourceId),
    /// The stream.
    Stream(Stream),
    /// The row of the journal.
    Row(RowNumber),
    /// Items that were taken.
    Accepted(u32),
    /// Items that were known.
    Duplicate(u32),
    /// Items that were refused.
    Rejected(usize),
    /// An event, by its id.
    Event(String),
    /// The channel.
    Channel(ChannelId),
}

/// A whole trace, or its place in one: what stages are added to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thread {
    trace: u128,
    whole: u64,
}

impl Thread {
    /// A new one.
    #[must_use]
    pub fn new() -> Self {
        // All zeroes mean none.
        Self { trace: rand::random::<u128>().max(1), whole: rand::random::<u64>().max(1) }
    }

    /// A stage of it.
    #[must_use]
    pub fn stage(&self, name: &'static str, from: Stopwatch, until: Stopwatch, tags: Vec<Tag>) -> Stage {
        let (id, parent) = (rand::random::<u64>().max(1), Some(self.whole));
        Stage { trace: self.trace, id, parent, name, from, until, is_failed: false, tags }
    }

    /// The whole of it.
    #[must_use]
    pub fn whole(&self, name: &'static str, from: Stopwatch, until: Stopwatch, tags: Vec<Tag>) -> Stage {
        Stage { id: self.whole, parent: None, ..self.stage(name, from, until, tags) }
    }
}

impl Default for Thread {
    fn default() -> Self {
        Self::new()
    }
}

/// What is remembered of an event until it is delivered.
#[derive(Debug, Clone)]
struct Expected {
    message: Option<String>,
    thread: Option<Thread>,
    decided: Stopwatch,
}

/// Events that are remembered; an older one is then followed no more.
const MAX_EXPECTED: usize = 10_000;

#[derive(Debug, Default)]
struct Events {
    by_id: HashMap<String, Expected>,
    in_order: VecDeque<String>,
}

/// Where traces go. Clones are the same.
#[derive(Debug, Clone)]
pub struct Traces(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Of all messages, those that are drawn, as a share of the numbers of 64 bits.
    share: u64,
    queue: Option<mpsc::Sender<Stage>>,
    metrics: Metrics,
    events: Mutex<Events>,
}

impl Traces {
    /// Traces that go nowhere; events still know the message they came of.
    #[must_use]
    pub fn nowhere(metrics: Metrics) -> Self {
        Self::of(0.0, None, metrics)
    }

    /// Traces of that share of all messages, 0 to 1, into a queue. What finds no room in it is dropped and counted.
    #[must_use]
    pub fn into_queue(queue: mpsc::Sender<Stage>, share: f64, metrics: Metrics) -> Self {
        Self::of(share, Some(queue), metrics)
    }

    fn of(share: f64, queue: Option<mpsc::Sender<Stage>>, metrics: Metrics) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "a float that is too large becomes the largest number")]
        #[expect(clippy::cast_sign_loss, reason = "clamped to at least 0")]
        #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
        let share = (share.clamp(0.0, 1.0) * u64::MAX as f64) as u64;
        Self(Arc::new(Inner { share, queue, metrics, events: Mutex::default() }))
    }

    /// Whether anybody takes them.
    #[must_use]
    pub fn are_wanted(&self) -> bool {
        self.0.queue.is_some()
    }

    /// Begins to decode a message; none where nobody asks how long that takes.
    #[must_use]
    pub fn decoding(&self) -> Option<Stopwatch> {
        self.are_wanted().then(Stopwatch::start)
    }

    /// A message was decoded: draws whether it is traced.
    pub fn decoded(&self, passage: &mut Passage, since: Option<Stopwatch>) {
        if let Some(since) = since {
            passage.decoded = Some((since, Stopwatch::start()));
            passage.is_sampled = self.0.share > 0 && rand::random::<u64>() <= self.0.share;
        }
    }

    /// The trace of a message that was drawn.
    #[must_use]
    pub fn thread_of(&self, passage: &Passage) -> Option<Thread> {
        passage.is_sampled.then(Thread::new)
    }

    /// The stage of decoding, where it was measured.
    pub fn tell_decoding(&self, thread: &Thread, passage: &Passage) {
        if let Some((from, until)) = passage.decoded {
            self.tell(thread.stage("decode", from, until, Vec::new()));
        }
    }

    /// A stage is over.
    pub fn tell(&self, stage: Stage) {
        if let Some(queue) = &self.0.queue
            && queue.try_send(stage).is_err()
        {
            self.0.metrics.traces_dropped(1);
        }
    }

    /// An event was decided on that message, and is on disk.
    pub fn expect(&self, event: &str, message: Option<String>, thread: Option<Thread>, decided: Stopwatch) {
        let mut events = self.lock();
        while events.in_order.len() >= MAX_EXPECTED {
            if let Some(oldest) = events.in_order.pop_front() {
                events.by_id.remove(&oldest);
            }
        }
        if events.by_id.insert(event.to_owned(), Expected { message, thread, decided }).is_none() {
            events.in_order.push_back(event.to_owned());
        }
    }

    /// The name of the message that an event came of, where it is remembered.
    #[must_use]
    pub fn message_of(&self, event: &str) -> Option<String> {
        self.lock().by_id.get(event)?.message.clone()
    }

    /// A channel's receiver has an event, or never will.
    pub fn delivered(&self, channel: &ChannelId, event: &str, is_failed: bool) {
        let expected = self.lock().by_id.get(event).cloned();
        let (message, thread, decided) = match expected {
            Some(Expected { message, thread, decided }) => (message, thread, Some(decided)),
            None => (None, None, None),
        };
        tracing::debug_span!("deliver", message_id = message).in_scope(|| {
            if is_failed {
                tracing::debug!(%channel, event, "given up");
            } else {
                tracing::debug!(%channel, event, "delivered");
            }
        });
        if let (Some(thread), Some(decided)) = (thread, decided) {
            let tags = vec![Tag::Event(event.to_owned()), Tag::Channel(channel.clone())];
            self.tell(Stage { is_failed, ..thread.stage("deliver", decided, Stopwatch::start(), tags) });
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Events> {
        self.0.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passage() -> Passage {
        Passage::of_broker(1, 1, Stopwatch::start())
    }

    fn drawn(share: f64) -> usize {
        let (queue, _stages) = mpsc::channel(1);
        let traces = Traces::into_queue(queue, share, Metrics::new());
        let draw = |_| {
            let mut passage = passage();
            traces.decoded(&mut passage, traces.decoding());
            traces.thread_of(&passage).is_some()
        };
        (0..10_000).map(draw).filter(|is_drawn| *is_drawn).count()
    }

    #[test]
    fn a_share_of_all_messages_is_drawn() {
        assert_eq!((drawn(0.0), drawn(1.0)), (0, 10_000));
        let some = drawn(0.1);
        assert!((800..1_200).contains(&some), "{some}");
    }

    #[test]
    fn where_nobody_takes_traces_nothing_is_measured_and_nothing_drawn() {
        let traces = Traces::nowhere(Metrics::new());
        let mut passage = passage();
        assert_eq!(traces.decoding(), None);
        traces.decoded(&mut passage, None);
        assert_eq!((passage.decoded, traces.thread_of(&passage)), (None, None));
    }

    #[test]
    fn what_finds_no_room_is_dropped_and_counted_and_nobody_waits() {
        let (queue, mut stages) = mpsc::channel(2);
        let metrics = Metrics::new();
        let traces = Traces::into_queue(queue, 1.0, metrics.clone());
        let thread = Thread::new();
        for _ in 0..5 {
            traces.tell(thread.stage("commit", Stopwatch::start(), Stopwatch::start(), Vec::new()));
        }
        assert!(metrics.render().lines().any(|line| line == "vagus_traces_dropped_total 3"));
        assert_eq!(std::iter::from_fn(|| stages.try_recv().ok()).count(), 2);
    }

    #[test]
    fn an_event_remembers_its_message_and_its_trace_and_the_oldest_is_forgotten() {
        let (queue, mut stages) = mpsc::channel(2);
        let traces = Traces::into_queue(queue, 0.0, Metrics::new());
        let thread = Thread::new();
        traces.expect("c-1-1-raised", Some("gw-7:1".to_owned()), Some(thread), Stopwatch::start());
        assert_eq!(traces.message_of("c-1-1-raised").as_deref(), Some("gw-7:1"));
        traces.delivered(&ChannelId::mqtt(), "c-1-1-raised", false);
        let stage = stages.try_recv().unwrap();
        assert_eq!((stage.trace, stage.parent, stage.name), (thread.trace, Some(thread.whole), "deliver"));
        assert_eq!(stage.tags[0], Tag::Event("c-1-1-raised".to_owned()));
        for n in 0..MAX_EXPECTED {
            traces.expect(&format!("c-2-{n}-raised"), None, None, Stopwatch::start());
        }
        assert_eq!(traces.message_of("c-1-1-raised"), None);
        assert_eq!(traces.lock().by_id.len(), MAX_EXPECTED);
    }
}
