//! Recorded messages through the same engine: no broker, no store, no clock.

use std::borrow::Cow;
use std::collections::HashMap;
use std::convert::Infallible;
use std::io::{BufRead, Write};
use std::sync::Mutex;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::admission::{self, Admission, RowParts};
use super::registry::{ActionDirectory, Numbers, Registry};
use super::shards::{DetailSource, Outcome, Shards};
use crate::delivery::cloudevents;
use crate::domain::history::NightDetail;
use crate::domain::ids::WorkerNumber;
use crate::domain::worker::Profile;
use crate::domain::{Date, SignedDuration, Timestamp};
use crate::engine::{self, Mode};

/// The clock goes on this long after the last message, so that pending nights and deadlines are judged.
const AFTER_THE_END: SignedDuration = SignedDuration::from_hours(48);
/// Messages after which old nights leave the engine's memory.
const TIDY_EVERY: usize = 1_000;

/// A recorded message.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recorded<'a> {
    /// When it was received, RFC 3339.
    #[serde(borrow)]
    pub received_at: Cow<'a, str>,
    /// The topic.
    pub topic: Cow<'a, str>,
    /// The payload, as it was.
    #[serde(borrow)]
    pub payload: &'a RawValue,
}

/// Why a replay stopped.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// A line is not a recorded message.
    #[error("line {line}: {problem}; a line is {{\"received_at\": \"…\", \"topic\": \"…\", \"payload\": …}}")]
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
    let mut run = Run::new(settings, output);
    for (place, line) in input.lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        run.message(place + 1, &line)?;
    }
    run.finish()
}

struct Run<'a, W> {
    root: &'a str,
    register: &'a [Profile],
    output: &'a mut W,
    admission: Admission,
    actions: ActionDirectory,
    shards: Shards,
    nights: Nights,
    last: Option<Timestamp>,
    summary: Summary,
}

impl<'a, W: Write> Run<'a, W> {
    fn new(settings: &'a Settings, output: &'a mut W) -> Self {
        let actions = ActionDirectory::default();
        Self {
            root: &settings.admission.root,
            register: &settings.register,
            output,
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
        }
    }

    fn message(&mut self, line: usize, text: &str) -> Result<(), ReplayError> {
        let recorded: Recorded<'_> =
            serde_json::from_str(text).map_err(|error| ReplayError::Line { line, problem: error.to_string() })?;
        let now: Timestamp = recorded
            .received_at
            .parse()
            .map_err(|error| ReplayError::Line { line, problem: format!("received_at: {error}") })?;
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
        let message = self.admission.prepare(&recorded.topic, recorded.payload.get().as_bytes());
        self.admission.admit(message, now, &mut row);
        self.summary.messages += 1;
        self.summary.rejected += row.messages.iter().map(|m| m.refused.len() as u64).sum::<u64>();
        let Ok(outcome) = self.shards.apply(now, row.take_groups(), &self.nights);
        self.written(outcome)?;
        if self.summary.messages.is_multiple_of(TIDY_EVERY as u64) {
            self.tidy(now);
        }
        Ok(())
    }

    /// Fires timers one due time after the other, as an idle service would.
    fn run_timers(&mut self, until: Timestamp) -> Result<(), ReplayError> {
        while let Some(due) = self.shards.poll_timeout().filter(|due| *due <= until) {
            let Ok(outcome) = self.shards.apply(due, Vec::new(), &self.nights);
            self.written(outcome)?;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Summary, ReplayError> {
        if let Some(last) = self.last {
            self.run_timers(last.checked_add(AFTER_THE_END).unwrap_or(Timestamp::MAX))?;
        }
        self.output.flush()?;
        Ok(self.summary)
    }

    fn written(&mut self, outcome: Outcome) -> Result<(), ReplayError> {
        for (_, tally) in &outcome.tallies {
            self.summary.accepted += u64::from(tally.accepted);
            self.summary.duplicate += u64::from(tally.duplicate);
        }
        for decision in outcome.decisions {
            self.actions.learn(&decision);
            for event in &decision.events {
                self.output.write_all(&cloudevents::encode(event, self.root).payload)?;
                self.output.write_all(b"\n")?;
                self.summary.events += 1;
            }
        }
        Ok(())
    }

    fn tidy(&mut self, now: Timestamp) {
        let mut nights = self.nights.lock();
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
