//! `vagus run` as a process of its own, with a store of its own.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use vagus::telemetry::latency::Stopwatch;

use crate::broker::free_port;
use crate::feed::{SITE, ZONE};

/// The running service; it ends with this value.
pub(crate) struct Service {
    child: Child,
    ops_port: u16,
    directory: TempDir,
}

/// What the service says became of the items of the stream `readings`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) accepted: u64,
    pub(crate) duplicate: u64,
    pub(crate) rejected: u64,
}

impl Counts {
    pub(crate) fn total(self) -> u64 {
        self.accepted + self.duplicate + self.rejected
    }
}

impl Service {
    /// Starts the service and waits until it says that it is ready.
    pub(crate) fn start(broker_port: u16) -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let (ops_port, http_port) = (free_port()?, free_port()?);
        let store = directory.path().join("data");
        let text = format!(
            "[mqtt]\nhost = \"127.0.0.1\"\nport = {broker_port}\n[store]\npath = {store:?}\n\
             [http]\nlisten = \"127.0.0.1:{http_port}\"\n[ops]\nlisten = \"127.0.0.1:{ops_port}\"\n\
             [ingest]\nenrolment = \"open\"\n[[sites]]\nid = \"{SITE}\"\ntime_zone = \"{ZONE}\"\n"
        );
        let file = directory.path().join("vagus.toml");
        fs::write(&file, text)?;
        let log = fs::File::create(directory.path().join("vagus.log"))?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_vagus"));
        command.args(["run", "--config"]).arg(&file).stdout(Stdio::null()).stderr(log);
        let child = command.spawn().context("cannot start vagus run")?;
        let mut service = Self { child, ops_port, directory };
        service.await_ready()?;
        Ok(service)
    }

    fn await_ready(&mut self) -> Result<()> {
        let watch = Stopwatch::start();
        while self.fetch("readyz").is_err() {
            let is_running = self.child.try_wait()?.is_none();
            ensure!(is_running && watch.elapsed_s() < 60.0, "vagus run does not get ready; it says:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("vagus.log")).unwrap_or_default()
    }

    fn fetch(&self, path: &str) -> Result<String> {
        let url = format!("http://127.0.0.1:{}/{path}", self.ops_port);
        Ok(ureq::get(&url).call()?.body_mut().read_to_string()?)
    }

    /// Reads the counters of the stream `readings`.
    pub(crate) fn counts(&self) -> Result<Counts> {
        let text =
            self.fetch("metrics").with_context(|| format!("vagus run does not answer; it says:\n{}", self.log()))?;
        let of = |outcome: &str| {
            let series = format!(r#"vagus_items_total{{outcome="{outcome}",stream="readings"}} "#);
            text.lines().find_map(|line| line.strip_prefix(&series)).and_then(|value| value.parse().ok()).unwrap_or(0)
        };
        Ok(Counts { accepted: of("accepted"), duplicate: of("duplicate"), rejected: of("rejected") })
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
