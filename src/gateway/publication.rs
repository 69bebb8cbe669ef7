//! A publication from begin to end: lines are kept, handed to the courier of their source, and let go of.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, Interval, MissedTickBehavior};

use super::courier::{Courier, Report};
use super::input::{self, InputError, Line};
use super::message::{self, Content, Message, Origin};
use super::receipt::{Receipt, Rejected};
use super::refused::Refused;
use super::spool::{Spool, SpoolError};
use super::{Settings, Tally};
use crate::domain::rejection::Reason;

/// Messages that may be kept without receipt; more wait in the input.
const MAX_KEPT: usize = 1_000;
/// When so many bytes of messages are kept, nothing more is read either.
const MAX_KEPT_BYTES: u64 = 64 * 1024 * 1024;
/// Lines that share one sync.
const MAX_BATCH: usize = 64;
/// How long all good-byes together may take.
const GOODBYES: Duration = Duration::from_secs(5);
/// What --rate may make up for at once, after lines or room for them did not come.
const MAX_ARREARS: Duration = Duration::from_secs(1);
/// How often it is told how far it is.
const TOLD_EVERY: Duration = Duration::from_millis(250);

/// What a publication tells while it runs.
#[derive(Debug)]
pub enum Told<'a> {
    /// How far it is.
    Progress {
        /// What became of everything so far.
        tally: &'a Tally,
        /// Lines of the input that were read.
        lines: u64,
        /// Messages without receipt.
        waiting: usize,
    },
    /// A source is connected.
    Connected(&'a str),
    /// Something is wrong; it goes on trying.
    Problem(&'a str),
    /// A source may not be spoken for; its messages stay where they are.
    Refused(&'a str),
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Every message has its receipt.
    Finished,
    /// It was told to stop.
    Stopped,
    /// No receipt came for too long.
    GivenUp,
    /// The broker lets nobody speak for the sources of what is left.
    Refused,
}

/// What a publication came to.
#[derive(Debug, Clone)]
pub struct Summary {
    /// How it ended.
    pub end: End,
    /// What became of everything since the publication began.
    pub tally: Tally,
    /// Messages without receipt; they are in the spool.
    pub waiting: usize,
    /// Messages that were sent again since this run began.
    pub sent_again: u64,
    /// Messages of this run that had a `message_id` of their own, which was replaced.
    pub renamed: u64,
    /// What was wrong at the end, as far as it is known.
    pub problems: Vec<String>,
    /// Where the refused items are.
    pub refused_file: PathBuf,
}

/// Why publishing failed.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The spool cannot be used.
    #[error("{0}")]
    Spool(#[from] SpoolError),
    /// The input cannot be read.
    #[error("{0}")]
    Input(#[from] InputError),
    /// The input or the disk failed meanwhile.
    #[error("{0}")]
    Io(#[from] io::Error),
}

impl PublishError {
    /// Whether what was typed is at fault, and not this machine.
    #[must_use]
    pub const fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::Spool(
                SpoolError::InUse(_)
                    | SpoolError::OtherInput { .. }
                    | SpoolError::NoDirectory(_)
                    | SpoolError::Foreign { .. }
            ) | Self::Input(InputError::Changed { .. } | InputError::Unreadable { .. } | InputError::Directory(_))
        )
    }
}

/// Publishes the input, and what an earlier run left, until everything has its receipt or `stop` comes.
///
/// # Errors
/// [`PublishError`] where the input or the disk fails; what was kept stays in the spool. A broker that is away
/// is no error: it is told, and tried again.
pub async fn publish(
    settings: &Settings,
    stop: impl Future<Output = ()>,
    tell: &mut dyn FnMut(Told<'_>),
) -> Result<Summary, PublishError> {
    let input = settings.input.as_deref();
    // Before a spool is made beside something that is none.
    input::look_at(input)?;
    let spool = Spool::open(&settings.spool, input, &settings.root, || format!("{:08x}", rand::random::<u32>()))?;
    let lines = input::open(input, spool.position())?;
    let mut publication = Publication::begin(settings, spool);
    let end = publication.run(lines, stop, tell).await;
    publication.end(end).await
}

/// A publication under way.
struct Publication<'a> {
    settings: &'a Settings,
    spool: Spool,
    refused: Refused,
    couriers: BTreeMap<Origin, mpsc::Sender<Message>>,
    tasks: JoinSet<()>,
    /// Handed to each courier.
    report_to: mpsc::Sender<Report>,
    reports: mpsc::Receiver<Report>,
    stop: watch::Sender<bool>,
    pace: Option<Interval>,
    lines_read: u64,
    sent_again: u64,
    renamed: u64,
    /// What was wrong with a source the last time, unless it was connected since.
    problems: BTreeMap<Origin, String>,
    /// Sources that this user may not speak for.
    refused_origins: BTreeSet<Origin>,
    /// When the last receipt came, or nothing waited for one.
    receipt_at: Instant,
}

impl<'a> Publication<'a> {
    fn begin(settings: &'a Settings, spool: Spool) -> Self {
        let (report_to, reports) = mpsc::channel(MAX_KEPT);
        let mut publication = Self {
            settings,
            refused: Refused::beside(&settings.spool),
            couriers: BTreeMap::new(),
            tasks: JoinSet::new(),
            report_to,
            reports,
            stop: watch::Sender::new(false),
            pace: settings.rate.map(|rate| tokio::time::interval(Duration::from_secs_f64(1.0 / rate))),
            lines_read: spool.position().lines,
            sent_again: 0,
            renamed: 0,
            problems: BTreeMap::new(),
            refused_origins: BTreeSet::new(),
            receipt_at: Instant::now(),
            spool,
        };
        let left: Vec<Message> = publication.spool.waiting().cloned().collect();
        left.into_iter().for_each(|message| publication.hand_over(message));
        publication
    }

    async fn run(
        &mut self,
        mut lines: mpsc::Receiver<io::Result<Line>>,
        stop: impl Future<Output = ()>,
        tell: &mut dyn FnMut(Told<'_>),
    ) -> Result<End, PublishError> {
        let mut stop = std::pin::pin!(stop);
        let mut tick = tokio::time::interval(TOLD_EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut is_at_end = false;
        let mut batch = Vec::new();
        while !(is_at_end && self.spool.waiting().len() == 0) {
            let room = self.room();
            if (is_at_end || room == 0) && self.is_refused() {
                return Ok(End::Refused);
            }
            let batch_size = if self.pace.is_some() { 1 } else { room.min(MAX_BATCH) };
            tokio::select! {
                biased;
                () = &mut stop => return Ok(End::Stopped),
                _ = tick.tick() => {
                    let (tally, waiting) = (self.spool.tally(), self.spool.waiting().len());
                    tell(Told::Progress { tally, lines: self.lines_read, waiting });
                    if self.is_hopeless() {
                        return Ok(End::GivenUp);
                    }
                }
                Some(report) = self.reports.recv() => self.take(report, tell)?,
                count = next_lines(&mut self.pace, &mut lines, &mut batch, batch_size), if !is_at_end && room > 0 => {
                    is_at_end = count == 0;
                    let batch = batch.drain(..).collect::<io::Result<Vec<Line>>>()?;
                    self.keep(&batch)?;
                }
            }
        }
        Ok(End::Finished)
    }

    /// How many more messages may be kept.
    fn room(&self) -> usize {
        if self.spool.waiting_bytes() >= MAX_KEPT_BYTES {
            return 0;
        }
        MAX_KEPT.saturating_sub(self.spool.waiting().len())
    }

    /// Lines become messages, are synced to disk, and only then may leave.
    fn keep(&mut self, lines: &[Line]) -> Result<(), PublishError> {
        let mut kept = Vec::new();
        let mut number = self.spool.next_number();
        for line in lines {
            self.lines_read = line.position.lines;
            let content = message::read(&self.settings.root, &line.bytes);
            self.renamed += u64::from(content.as_ref().is_ok_and(|c| c.as_ref().is_some_and(Content::has_own_id)));
            match content.and_then(|content| content.map(|c| self.numbered(c, number)).transpose()) {
                Ok(None) => {}
                Ok(Some(message)) => {
                    kept.push((message, line.position));
                    number += 1;
                }
                Err(problem) => {
                    // The messages before it first: the spool's position never skips a line.
                    self.keep_and_hand_over(std::mem::take(&mut kept))?;
                    self.refused.line(line.position.lines, &line.bytes, &problem)?;
                    self.spool.pass_over(line.position)?;
                }
            }
        }
        self.keep_and_hand_over(kept)
    }

    fn numbered(&self, content: Content, number: u64) -> Result<Message, String> {
        content.numbered(self.spool.publication(), number)
    }

    fn keep_and_hand_over(&mut self, kept: Vec<(Message, input::Position)>) -> Result<(), PublishError> {
        if kept.is_empty() {
            return Ok(());
        }
        if self.spool.waiting().len() == 0 {
            self.receipt_at = Instant::now();
        }
        let messages: Vec<Message> = kept.iter().map(|(message, _)| message.clone()).collect();
        self.spool.keep(kept)?;
        for message in messages {
            if message.payload.len() > self.settings.max_payload_bytes {
                self.settle(&message, &too_large(&message, self.settings.max_payload_bytes))?;
            } else {
                self.hand_over(message);
            }
        }
        Ok(())
    }

    /// Gives a message to the courier of its source, which begins with its first one.
    fn hand_over(&mut self, message: Message) {
        if self.refused_origins.contains(&message.origin) {
            return;
        }
        let courier = self.couriers.entry(message.origin.clone()).or_insert_with(|| {
            let (sender, messages) = mpsc::channel(MAX_KEPT);
            let (reports, stop) = (self.report_to.clone(), self.stop.subscribe());
            let origin = message.origin.clone();
            let courier = Courier::new(self.settings, origin, self.spool.publication(), messages, reports, stop);
            self.tasks.spawn(courier.run());
            sender
        });
        match courier.try_send(message) {
            // It was refused, and has just ended; its message stays in the spool.
            Ok(()) | Err(TrySendError::Closed(_)) => {}
            Err(TrySendError::Full(_)) => unreachable!("no more messages are kept than the channel holds"),
        }
    }

    fn take(&mut self, report: Report, tell: &mut dyn FnMut(Told<'_>)) -> Result<(), PublishError> {
        match report {
            Report::Connected(origin) => {
                tell(Told::Connected(&origin.to_string()));
                self.problems.remove(&origin);
            }
            Report::Problem(origin, problem) => {
                tell(Told::Problem(&problem));
                self.problems.insert(origin, problem);
            }
            Report::Refused(origin, problem) => {
                tell(Told::Refused(&problem));
                self.refused_origins.insert(origin.clone());
                self.problems.insert(origin, problem);
            }
            Report::SentAgain => self.sent_again += 1,
            Report::Settled(message, receipt) => {
                self.receipt_at = Instant::now();
                self.settle(&message, &receipt)?;
            }
        }
        Ok(())
    }

    /// What was refused is written down before the message is let go of.
    fn settle(&mut self, message: &Message, receipt: &Receipt) -> Result<(), PublishError> {
        let mut tally =
            Tally { messages: 1, accepted: receipt.accepted, duplicate: receipt.duplicate, ..Tally::default() };
        for rejected in &receipt.rejected {
            *tally.rejected.entry(rejected.reason.clone()).or_default() += 1;
        }
        if !receipt.rejected.is_empty() {
            self.refused.items(self.spool.publication(), message, &receipt.rejected)?;
        }
        Ok(self.spool.settle(message.number, &tally)?)
    }

    /// Whether all that waits is of sources that this user may not speak for.
    fn is_refused(&self) -> bool {
        !self.refused_origins.is_empty()
            && self.spool.waiting().all(|message| self.refused_origins.contains(&message.origin))
    }

    fn is_hopeless(&self) -> bool {
        let is_waiting = self.spool.waiting().len() > 0;
        is_waiting && self.settings.give_up_after.is_some_and(|after| self.receipt_at.elapsed() >= after)
    }

    /// Lets the couriers say good-bye, and sums up.
    async fn end(mut self, end: Result<End, PublishError>) -> Result<Summary, PublishError> {
        self.couriers.clear();
        if !matches!(end, Ok(End::Finished)) {
            self.stop.send_replace(true);
        }
        drop(self.reports);
        let tasks = &mut self.tasks;
        let all_ended = async move { while tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(GOODBYES, all_ended).await.is_err() {
            // The broker went away after the last receipt: nobody is left to say good-bye to.
            self.tasks.shutdown().await;
        }
        let end = end?;
        let summary = Summary {
            end,
            tally: self.spool.tally().clone(),
            waiting: self.spool.waiting().len(),
            sent_again: self.sent_again,
            renamed: self.renamed,
            problems: self.problems.values().cloned().collect::<BTreeSet<_>>().into_iter().collect(),
            refused_file: self.refused.path().to_owned(),
        };
        if end == End::Finished {
            self.spool.finish()?;
        }
        Ok(summary)
    }
}

/// The next lines, when the pace allows them; none at the end of the input.
async fn next_lines(
    pace: &mut Option<Interval>,
    lines: &mut mpsc::Receiver<io::Result<Line>>,
    batch: &mut Vec<io::Result<Line>>,
    batch_size: usize,
) -> usize {
    if let Some(pace) = pace {
        let due = pace.tick().await;
        // What could not be sent during an outage must not follow all at once when the broker is back.
        if due.elapsed() > MAX_ARREARS {
            pace.reset();
        }
    }
    lines.recv_many(batch, batch_size).await
}

fn too_large(message: &Message, limit: usize) -> Receipt {
    let detail = format!("{} bytes, at most {limit} are taken", message.payload.len());
    let rejected = vec![Rejected { index: None, reason: Reason::TooLarge.as_str().to_owned(), detail }];
    Receipt { message_id: None, accepted: 0, duplicate: 0, rejected }
}

/// Where a spool lies when nobody says it: beside the recording, or in the working directory.
#[must_use]
pub fn default_spool(input: Option<&Path>) -> PathBuf {
    match input {
        None => PathBuf::from("vagus-publish.spool"),
        Some(input) => {
            let mut name = input.as_os_str().to_owned();
            name.push(".spool");
            PathBuf::from(name)
        }
    }
}
