//! `vagus demo` as a process of its own; it says where its parts are.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;
use vagus::telemetry::latency::Stopwatch;

use crate::footprint::Footprint;

/// The site of the demo.
pub(crate) const SITE: &str = "plant-a";
/// What it says when all days have passed.
const IS_THERE: &str = "go on in real time";
/// How long what was sent may take until it is counted.
const SETTLE_S: f64 = 20.0;

/// The running demo; it ends with this value.
pub(crate) struct Demo {
    child: Child,
    /// Where it puts its store.
    directory: TempDir,
    console: SocketAddr,
    broker: SocketAddr,
    ops: String,
}

impl Demo {
    /// Starts it, and returns when all days have passed.
    pub(crate) fn start(workers: u32, days: u32) -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_vagus"));
        command.env("TMPDIR", directory.path());
        command.args(["demo", "--speed", "0", "--workers", &workers.to_string(), "--days", &days.to_string()]);
        let mut child = command.stdout(Stdio::piped()).spawn().context("cannot start vagus demo")?;
        let said = BufReader::new(child.stdout.take().context("its output is piped")?);
        let nowhere = SocketAddr::from(([0; 4], 0));
        let mut demo = Self { child, directory, console: nowhere, broker: nowhere, ops: String::new() };
        let mut lines = said.lines();
        for line in &mut lines {
            let line = line?;
            demo.note(&line)?;
            if line.contains(IS_THERE) {
                // What it says from now on is read and dropped, so that it never waits for us.
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(demo);
            }
        }
        bail!("the demo ended before its days had passed")
    }

    fn note(&mut self, line: &str) -> Result<()> {
        let last = |line: &str| line.rsplit(' ').next().unwrap_or_default().to_owned();
        if line.starts_with("The console") {
            self.console = last(line).trim_start_matches("http://").parse()?;
        } else if let Some(rest) = line.trim_start().strip_prefix("broker ") {
            let address = rest.split_whitespace().next().unwrap_or_default();
            self.broker = address.parse()?;
        } else if line.trim_start().starts_with("metrics, health") {
            self.ops = line.split_whitespace().find(|word| word.ends_with("/metrics")).unwrap_or_default().to_owned();
        } else if line.starts_with("-- day") {
            eprintln!("{line}");
        }
        Ok(())
    }

    pub(crate) const fn console(&self) -> SocketAddr {
        self.console
    }

    pub(crate) const fn broker(&self) -> SocketAddr {
        self.broker
    }

    /// How many readings the service has kept.
    pub(crate) fn accepted(&self) -> Result<u64> {
        self.metric(r#"vagus_items_total{outcome="accepted",stream="readings"} "#)
    }

    /// What it takes at this moment.
    pub(crate) fn footprint(&self) -> Result<Footprint> {
        Footprint::of(self.child.id(), self.directory.path())
    }

    fn metric(&self, series: &str) -> Result<u64> {
        let text = ureq::get(&self.ops).call()?.body_mut().read_to_string()?;
        let value = text.lines().find_map(|line| line.strip_prefix(series));
        Ok(value.with_context(|| format!("no metric {series}"))?.parse()?)
    }

    /// Waits until so many are kept, within reason; gives how many are.
    pub(crate) fn await_accepted(&self, goal: u64) -> Result<u64> {
        let watch = Stopwatch::start();
        loop {
            let kept = self.accepted()?;
            if kept >= goal || watch.elapsed_s() > SETTLE_S {
                return Ok(kept);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // Asked to end, so that it removes its store.
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}
