//! Asks for pages as a browser does, and keeps how long each took until its last byte.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hdrhistogram::Histogram;
use ureq::Agent;
use vagus::telemetry::latency::Stopwatch;

/// A kind of page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Inbox,
    Worker,
    Case,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Inbox => "inbox",
            Self::Worker => "worker",
            Self::Case => "case",
        })
    }
}

/// Somebody who is signed in.
pub(crate) struct Visitor {
    agent: Agent,
    console: SocketAddr,
    cookie: String,
    pub(crate) inbox_bytes: usize,
    /// In microseconds.
    took: BTreeMap<Kind, Histogram<u64>>,
}

impl Visitor {
    /// The demo signs in whoever comes.
    pub(crate) fn sign_in(console: SocketAddr) -> Result<Self> {
        let agent: Agent = Agent::config_builder().max_redirects(0).build().into();
        let answer = agent.get(format!("http://{console}/cases")).call()?;
        let cookie = answer.headers().get("set-cookie").context("the demo signs nobody in")?.to_str()?;
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        Ok(Self { agent, console, cookie, inbox_bytes: 0, took: BTreeMap::new() })
    }

    /// The addresses of the cases on the first page of the inbox.
    pub(crate) fn cases(&mut self) -> Result<Vec<String>> {
        let page = self.page("/cases")?;
        self.inbox_bytes = page.len();
        let links = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let cases: BTreeSet<_> = links.filter(|link| link.starts_with("/cases/")).map(str::to_owned).collect();
        Ok(cases.into_iter().collect())
    }

    /// Asks for a page, and keeps how long it took.
    pub(crate) fn ask(&mut self, kind: Kind, path: &str) -> Result<()> {
        let watch = Stopwatch::start();
        self.page(path)?;
        let micros = u64::try_from(Duration::try_from_secs_f64(watch.elapsed_s())?.as_micros())?;
        let took = self.took.entry(kind).or_insert(Histogram::new(3)?);
        Ok(took.record(micros)?)
    }

    fn page(&self, path: &str) -> Result<String> {
        let ask = self.agent.get(format!("http://{}{path}", self.console)).header("cookie", &self.cookie);
        let mut answer = ask.call().with_context(|| path.to_owned())?;
        let page = answer.body_mut().read_to_string()?;
        ensure!(answer.status() == 200 && page.contains("</main>"), "{path} answered {}", answer.status());
        Ok(page)
    }

    /// The 50th, 95th and 99th percentile of each kind, in milliseconds.
    pub(crate) fn percentiles_ms(&self) -> Vec<(Kind, [f64; 3])> {
        let of = |took: &Histogram<u64>| [0.50, 0.95, 0.99].map(|q| took.value_at_quantile(q) as f64 / 1e3);
        self.took.iter().map(|(kind, took)| (*kind, of(took))).collect()
    }
}
