//! Time and traffic: moves the clock, publishes as a careful gateway does, hears what comes back.
//!
//! The clock moves on only when every message of a step has its receipt. A message without one is
//! sent again: a PUBACK of the broker is no promise, only the receipt is.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::bus::{Bus, Heard};
use super::recorded;
use super::report::Report;
use super::screen::Screen;
use super::workforce::{Message, Workforce};
use crate::clock::Clock;
use crate::domain::{SignedDuration, Timestamp};
use crate::telemetry::latency::Stopwatch;

/// Messages without a receipt at one time: enough to share commits, fewer than the broker's window.
const WINDOW: usize = 64;
/// After so long without any receipt, what is open is sent again.
const RECEIPT_WAIT: Duration = Duration::from_secs(20);
/// So often, before the demo gives up.
const MOST_ROUNDS: u32 = 4;
/// The clock moves in steps of this.
const CLOCK_STEP: SignedDuration = SignedDuration::from_hours(1);
/// How long the last alerts may take.
const SETTLE_S: f64 = 20.0;
/// How long the service may take to connect.
const READY_LIMIT_S: f64 = 20.0;
const SETTLE_LOOK: Duration = Duration::from_millis(250);
/// How often the recorded people are sent again once time is real.
const RECORDED_EVERY: SignedDuration = SignedDuration::from_mins(60);

/// How fast simulated time may pass.
#[derive(Debug)]
pub(super) struct Pace {
    days_per_s: f64,
    begin: Timestamp,
    watch: Stopwatch,
}

impl Pace {
    pub(super) fn new(days_per_s: f64, begin: Timestamp) -> Self {
        Self { days_per_s, begin, watch: Stopwatch::start() }
    }

    /// How long to wait before it may be `at`.
    fn wait_until(&self, at: Timestamp) -> Duration {
        if self.days_per_s <= 0.0 {
            return Duration::ZERO;
        }
        let simulated_days = at.duration_since(self.begin).as_secs_f64() / 86_400.0;
        Duration::try_from_secs_f64(simulated_days / self.days_per_s - self.watch.elapsed_s()).unwrap_or_default()
    }
}

/// The demo under way.
#[derive(Debug)]
pub(super) struct Drive {
    bus: Bus,
    clock: Clock,
    pace: Pace,
    screen: Screen,
    workforce: Workforce,
    ops: SocketAddr,
    /// Messages without a receipt, by their id.
    open: BTreeMap<String, Message>,
    report: Report,
}

impl Drive {
    pub(super) fn new(
        bus: Bus,
        clock: Clock,
        pace: Pace,
        screen: Screen,
        workforce: Workforce,
        ops: SocketAddr,
    ) -> Self {
        Self { bus, clock, pace, screen, workforce, ops, open: BTreeMap::new(), report: Report::default() }
    }

    pub(super) fn screen(&self) -> &Screen {
        &self.screen
    }

    pub(super) fn into_report(self) -> Report {
        self.report
    }

    /// One simulated day; of today, as much as has passed already.
    pub(super) async fn day(&mut self, day: u32) -> Result<()> {
        for batch in self.workforce.batches(day) {
            if batch.at <= Clock::System.now() {
                self.walk_to(batch.at).await;
                self.deliver(batch.messages).await?;
            }
        }
        if let Some(date) = self.workforce.date(day) {
            self.screen.progress(day + 1, date, self.report.items.accepted);
        }
        Ok(())
    }

    /// Moves the clock to the present.
    pub(super) async fn catch_up(&mut self, now: Timestamp) -> Result<()> {
        self.walk_to(now).await;
        Ok(())
    }

    /// Publishes the recorded people, whose last beat is now.
    pub(super) async fn recorded_feed(&mut self, root: &str) -> Result<()> {
        let (now, zone) = (self.clock.now(), self.screen.zone().clone());
        let recordings = recorded::recordings();
        self.report.recorded_beats += recordings.iter().map(|recording| recording.beats() as u64).sum::<u64>();
        let messages = recordings.iter().map(|recording| recording.message(root, now, &zone)).collect();
        self.deliver(messages).await
    }

    /// Waits until the service has told everything.
    pub(super) async fn settle(&mut self) -> Result<()> {
        let watch = Stopwatch::start();
        let mut empty_looks = 0;
        while empty_looks < 3 && watch.elapsed_s() < SETTLE_S {
            let heard_before = self.report.heard();
            self.listen_for(SETTLE_LOOK).await;
            let is_empty = outbox_pending(self.ops).await? == 0 && self.report.heard() == heard_before;
            empty_looks = if is_empty { empty_looks + 1 } else { 0 };
        }
        Ok(())
    }

    /// Tells the outcome.
    pub(super) fn conclude(&mut self) {
        self.report.conclude(&self.workforce);
        self.screen.finish();
        self.screen.say(&format!("\n{}", self.report.summary()));
    }

    /// Time is real from here on: the clock follows it, and the recorded people are sent every hour.
    pub(super) async fn go_on(&mut self, root: &str) -> Result<()> {
        let mut next_feed = self.clock.now() + RECORDED_EVERY;
        loop {
            self.listen_for(Duration::from_secs(1)).await;
            self.clock.advance_to(Clock::System.now());
            if self.clock.now() >= next_feed {
                next_feed += RECORDED_EVERY;
                self.recorded_feed(root).await?;
            }
        }
    }

    async fn walk_to(&mut self, target: Timestamp) {
        // The clock counts microseconds: what is below them would never be reached.
        while self.clock.now().as_microsecond() < target.as_microsecond() {
            let next = (self.clock.now() + CLOCK_STEP).min(target);
            self.listen_for(self.pace.wait_until(next)).await;
            self.clock.advance_to(next);
        }
    }

    async fn deliver(&mut self, messages: Vec<Message>) -> Result<()> {
        for message in messages {
            while self.open.len() >= WINDOW {
                self.await_receipt().await?;
            }
            self.bus.publish(&message).await?;
            self.report.sent(&message);
            self.open.insert(message.message_id.clone(), message);
        }
        while !self.open.is_empty() {
            self.await_receipt().await?;
        }
        Ok(())
    }

    async fn await_receipt(&mut self) -> Result<()> {
        for _ in 0..MOST_ROUNDS {
            if let Some(heard) = self.bus.next(RECEIPT_WAIT).await {
                self.heard(heard);
                return Ok(());
            }
            for message in self.open.values() {
                self.bus.publish(message).await?;
                self.report.resent += 1;
            }
        }
        bail!("the service gives no receipts any more; its log on standard error says why")
    }

    /// Hears what comes within a while.
    async fn listen_for(&mut self, wait: Duration) {
        while let Some(heard) = self.bus.try_next() {
            self.heard(heard);
        }
        let until = tokio::time::Instant::now() + wait;
        loop {
            let left = until.saturating_duration_since(tokio::time::Instant::now());
            if left.is_zero() {
                return;
            }
            if let Some(heard) = self.bus.next(left).await {
                self.heard(heard);
            }
        }
    }

    fn heard(&mut self, heard: Heard) {
        match heard {
            Heard::Receipt(receipt) => {
                let known = receipt.message_id.as_ref().and_then(|id| self.open.remove(id));
                if known.is_some() {
                    self.report.receipt(&receipt);
                }
            }
            Heard::Alert(alert) => {
                if self.report.alert(&alert, self.screen.zone()) {
                    self.screen.alert(&alert);
                }
            }
            Heard::Action(id) => self.report.action(id),
        }
    }
}

/// How many events wait to be delivered, from the service's own metrics.
async fn outbox_pending(ops: SocketAddr) -> Result<u64> {
    let answer = fetch(ops, "metrics").await?;
    ensure!(answer.starts_with(FOUND), "the service gives no metrics");
    let pending = answer.lines().filter(|line| line.starts_with("vagus_outbox_pending{"));
    Ok(pending.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum())
}

/// Waits until the service is connected: a broker keeps nothing for a session that it does not know yet.
pub(super) async fn await_ready(ops: SocketAddr) -> Result<()> {
    let watch = Stopwatch::start();
    loop {
        let answer = fetch(ops, "readyz").await?;
        if answer.starts_with(FOUND) {
            return Ok(());
        }
        let why = answer.lines().last().unwrap_or_default();
        ensure!(watch.elapsed_s() < READY_LIMIT_S, "the service does not get ready: {why}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

const FOUND: &str = "HTTP/1.1 200";

async fn fetch(ops: SocketAddr, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect(ops).await?;
    let request = format!("GET /{path} HTTP/1.1\r\nHost: vagus\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
