//! A mosquitto of our own: a free port on the loopback, nothing kept, no queue limit.

use std::fmt::Write as _;
use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use vagus::telemetry::latency::Stopwatch;

/// A running broker; it ends with this value.
pub(crate) struct Broker {
    pub(crate) port: u16,
    child: Child,
    _directory: TempDir,
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Where Debian keeps it is not on everybody's path.
fn program() -> &'static str {
    const DEBIAN: &str = "/usr/sbin/mosquitto";
    if Path::new(DEBIAN).exists() { DEBIAN } else { "mosquitto" }
}

impl Broker {
    /// Starts mosquitto with `extra` lines in its configuration and waits until it answers.
    pub(crate) fn start(extra: &[&str]) -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let port = free_port()?;
        let mut text = format!(
            "listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nset_tcp_nodelay true\n\
             max_queued_messages 0\nmax_queued_bytes 0\nlog_type error\nlog_type warning\n"
        );
        if extra.is_empty() {
            text.push_str("max_inflight_messages 0\n");
        }
        for line in extra {
            writeln!(text, "{line}")?;
        }
        let file = directory.path().join("mosquitto.conf");
        fs::write(&file, text)?;
        let child = Command::new(program()).arg("-c").arg(&file).stdout(Stdio::null()).spawn();
        let child = child.context("cannot start mosquitto; `./tests/run` installs it")?;
        let mut broker = Self { port, child, _directory: directory };
        broker.await_listening()?;
        Ok(broker)
    }

    fn await_listening(&mut self) -> Result<()> {
        let watch = Stopwatch::start();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            ensure!(self.child.try_wait()?.is_none(), "mosquitto ended at once");
            ensure!(watch.elapsed_s() < 10.0, "mosquitto does not listen after 10 s");
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
