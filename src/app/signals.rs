//! What a running service is told by signals.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::telemetry::log_level::{self, LogLevel};

/// What a signal asks of the service itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// To stop: SIGTERM or SIGINT.
    Stop,
    /// To read rules, library and holidays again: SIGHUP.
    Reload,
}

/// The signals a service listens to.
#[derive(Debug)]
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
    more: Signal,
    back: Signal,
}

/// From here on no signal but those that ask to stop ends the process, although nobody listens yet: a store may take
/// minutes to be read again.
pub(super) fn outlive() -> std::io::Result<()> {
    for kind in [SignalKind::hangup(), SignalKind::user_defined1(), SignalKind::user_defined2()] {
        drop(signal(kind)?);
    }
    Ok(())
}

impl Signals {
    pub(super) fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
            more: signal(SignalKind::user_defined1())?,
            back: signal(SignalKind::user_defined2())?,
        })
    }

    /// Waits until the service is asked for something. The level of the logs is changed here meanwhile: SIGUSR1
    /// raises it by one step, SIGUSR2 gives the configured one back.
    pub(super) async fn next(&mut self) -> Asked {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return Asked::Stop,
                _ = self.interrupt.recv() => return Asked::Stop,
                _ = self.hang_up.recv() => return Asked::Reload,
                _ = self.more.recv() => change(LogLevel::raise),
                _ = self.back.recv() => change(LogLevel::give_back),
            }
        }
    }
}

fn change(how: fn(&LogLevel)) {
    if let Some(level) = log_level::of_process() {
        how(level);
    }
}
