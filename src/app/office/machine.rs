//! What the console is told of the service itself.

use std::sync::Arc;

use tokio::sync::{Mutex, Semaphore, watch};

use crate::app::sequencer::Progress;
use crate::console::ops::ReadinessCheck;
use crate::console::view::{GroupsView, SettingRow};
use crate::domain::Date;
use crate::domain::worker::Enrolment;
use crate::ingest::SessionStatus;
use crate::telemetry::Metrics;

/// How the service itself is.
pub struct Machine {
    /// Whether it does its work, and if not, why.
    pub readiness: ReadinessCheck,
    /// The MQTT session that takes in.
    pub session: Arc<SessionStatus>,
    /// Where rows and their consequences stand.
    pub progress: Arc<Progress>,
    /// What is counted.
    pub metrics: Metrics,
    /// Another number whenever something was decided of a case.
    pub changes: watch::Receiver<u64>,
    /// Who may send readings.
    pub enrolment: Enrolment,
    /// The settings in force, as far as they are shown.
    pub settings: Vec<SettingRow>,
    /// The figures of groups as they were counted last, of which day and under which rules.
    pub groups: Mutex<Option<((Date, u64), GroupsView)>>,
    /// Whose turn it is to look back on the stored histories.
    pub looking_back: Semaphore,
}

impl std::fmt::Debug for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Machine")
    }
}

#[cfg(test)]
impl Machine {
    /// One of a service in which nothing happens.
    pub(in crate::app) fn idle() -> Self {
        Self {
            readiness: Arc::new(crate::console::ops::Readiness::default),
            session: Arc::default(),
            progress: Arc::default(),
            metrics: Metrics::new(),
            changes: watch::channel(0).1,
            enrolment: Enrolment::Open,
            settings: Vec::new(),
            groups: Mutex::default(),
            looking_back: Semaphore::new(1),
        }
    }
}
