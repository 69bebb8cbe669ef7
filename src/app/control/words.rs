//! The words of the control socket: what may be asked, and what is answered.

use serde::{Deserialize, Serialize};

use super::accounts::{AccountRow, AccountsQuestion};
use super::cases::{CasesAnswer, CasesQuestion};
use super::outbox::{ChannelRow, DeliveryRow};
use super::outbox::{Discard, DiscardedRow};
use super::outbox_test::{LeftOutWay, TestedWay};
use crate::app::daytime::StrainReport;
use crate::app::registry_file::WorkerRow;
use crate::app::strangers::UnknownSite;
use crate::domain::ids::WorkerKey;
use crate::domain::ids::WorkerNumber;
use crate::store::{BackupReport, PackedHistory, Quarantined};

/// A question.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Question {
    /// What is in quarantine.
    QuarantineList {
        /// Only this reason.
        reason: Option<String>,
        /// Only this site.
        site: Option<String>,
        /// Only this source.
        source: Option<String>,
        /// At most so many.
        limit: usize,
    },
    /// Look at what was refused once more.
    QuarantineRetry {
        /// These items; all, where none is named.
        ids: Vec<u64>,
    },
    /// What waits for delivery, and what was given up.
    OutboxList {
        /// Only what was given up.
        only_dead: bool,
        /// Only this channel.
        channel: Option<String>,
        /// At most so many.
        limit: usize,
    },
    /// Try deliveries again now.
    OutboxRetry {
        /// Those of these events; all, where none is named.
        ids: Vec<String>,
        /// Only over this channel.
        channel: Option<String>,
    },
    /// Throw deliveries away.
    OutboxDiscard(Discard),
    /// Try whether events arrive.
    OutboxTest {
        /// The site whose routes are tried.
        site: String,
        /// The kind of event.
        kind: String,
        /// Whether of a crisis.
        crisis: bool,
    },
    /// Enrol workers.
    WorkersImport {
        /// The rows of the register.
        workers: Vec<WorkerRow>,
        /// Whether to enrol as somebody new who was erased.
        #[serde(default)]
        even_erased: bool,
    },
    /// The register.
    WorkersList,
    /// A worker's daytime strain.
    Strain {
        /// The site.
        site: String,
        /// The worker.
        worker: String,
        /// The worker's date; today, where none is named.
        date: Option<String>,
    },
    /// About cases.
    Cases(CasesQuestion),
    /// About accounts.
    Accounts(AccountsQuestion),
    /// A link to a worker's own page.
    WorkerLink {
        /// The site.
        site: String,
        /// The worker.
        worker: String,
    },
    /// Everything that is kept of a worker.
    WorkerExport {
        /// The site.
        site: String,
        /// The worker.
        worker: String,
        /// One list of the document as CSV; all of it, where none is named.
        table: Option<String>,
    },
    /// Leave nothing of a worker.
    WorkerErase {
        /// The site.
        site: String,
        /// The worker.
        worker: String,
        /// Also where there is an open case.
        open_case: bool,
    },
    /// Whether the files of the store still hold somebody who was erased.
    Erasing,
    /// Believe the machine's clock as it stands, after a step.
    ClockAccept,
    /// The level of the logs.
    LogLevel {
        /// What to change it to; none to look only.
        change: Option<LevelChange>,
    },
    /// A backup: bytes come before the answer, and behind the answer whoever asked says how it ended.
    Backup {
        /// Where it goes, for the audit.
        #[serde(default)]
        to: String,
    },
    /// What is stored of some workers, to be looked back on by whoever asks.
    Histories {
        /// Workers from this number on, in hexadecimal digits.
        from: String,
    },
}

/// A change of the level of the logs.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LevelChange {
    /// To another.
    To {
        /// The level, or directives.
        level: String,
        /// For so many seconds; until it is changed again or the service ends, where none is given.
        for_s: Option<u64>,
    },
    /// Back to what the configuration says.
    Back,
}

/// One refused item, as the command shows it.
#[derive(Debug, Serialize, Deserialize)]
pub struct QuarantineRow {
    /// Its id.
    pub id: u64,
    /// When it came, RFC 3339.
    pub received_at: String,
    /// Its topic.
    pub topic: String,
    /// Its place in the message; null where the whole payload was refused.
    pub index: Option<u32>,
    /// Why.
    pub reason: String,
    /// What exactly.
    pub detail: String,
    /// Its length.
    pub bytes: usize,
}

/// What is stored of one worker.
#[derive(Debug, Serialize, Deserialize)]
pub struct HistoryRow {
    /// The worker's number, in hexadecimal digits.
    pub worker: String,
    /// The record, in hexadecimal digits.
    pub record: String,
}

/// A worker's names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The site.
    pub site: String,
    /// The worker.
    pub worker: String,
}

impl From<WorkerKey> for Named {
    fn from(key: WorkerKey) -> Self {
        Self { site: key.site.as_str().to_owned(), worker: key.worker.as_str().to_owned() }
    }
}

/// An answer.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// What is in quarantine.
    Quarantine {
        /// The oldest first.
        items: Vec<QuarantineRow>,
        /// How many there are in all.
        total: usize,
    },
    /// What a second look gave.
    Retried {
        /// Messages that were looked at.
        retried: usize,
        /// Messages that were refused again.
        refused_again: usize,
    },
    /// What waits for delivery, and what was given up.
    Outbox {
        /// Deliveries, the oldest first.
        deliveries: Vec<DeliveryRow>,
        /// How many there are in all.
        channels: Vec<ChannelRow>,
    },
    /// A test on its way.
    OutboxTest {
        /// The event's id.
        id: String,
        /// The ways it takes.
        ways: Vec<TestedWay>,
        /// The ways that are configured and that it does not take.
        left_out: Vec<LeftOutWay>,
    },
    /// What was thrown away.
    OutboxDiscarded {
        /// The deliveries.
        discarded: Vec<DiscardedRow>,
        /// Deliveries of a crisis that were meant and kept, since nobody said so.
        kept_crises: usize,
        /// Deliveries that were meant and kept, since they wait for a channel that is there.
        kept_waiting: usize,
        /// Events of which nothing is in the outbox.
        unknown: Vec<String>,
    },
    /// What is tried again.
    OutboxRetried {
        /// Dead letters that wait again.
        revived: usize,
        /// Deliveries that waited and are due now.
        hurried: usize,
        /// Events of which nothing is in the outbox.
        unknown: Vec<String>,
    },
    /// How many workers were enrolled or changed.
    Imported {
        /// The number.
        workers: usize,
        /// Those who were left out because they were erased.
        erased: Vec<Named>,
    },
    /// The register.
    Workers {
        /// Its rows.
        workers: Vec<WorkerRow>,
    },
    /// A worker's daytime strain.
    Strain {
        /// The day.
        strain: StrainReport,
    },
    /// What is stored of some workers, in the order of their numbers; none where there are no more.
    Histories {
        /// The workers.
        workers: Vec<HistoryRow>,
        /// When the service last wrote anything, RFC 3339; null in a new store.
        last_now: Option<String>,
        /// Rows of the journal that are not in the histories yet.
        unsaved_rows: u64,
    },
    /// A worker is erased.
    WorkerErased {
        /// Whether a service did it; otherwise nothing shows the worker any more, and the next start does the rest.
        is_applied: bool,
    },
    /// Whether the files of the store still hold somebody who was erased.
    Erasing {
        /// Whether they do.
        is_under_way: bool,
        /// Why that could not be ended when it was last tried.
        problem: Option<String>,
    },
    /// About cases.
    Cases(CasesAnswer),
    /// Who may sign in.
    Accounts {
        /// By name.
        accounts: Vec<AccountRow>,
    },
    /// An account was made or changed.
    Account {
        /// Its name.
        name: String,
        /// Its one-time password, where one was made.
        password: Option<String>,
    },
    /// A link to a worker's own page.
    WorkerLink {
        /// The address.
        address: String,
        /// When it ends, RFC 3339.
        until: String,
    },
    /// Everything that is kept of a worker.
    WorkerExport {
        /// The document in JSON, or the list in CSV.
        text: String,
        /// Whether there are more looks at the worker's data than it tells of.
        #[serde(default)]
        is_cut: bool,
    },
    /// The machine's clock is believed.
    ClockAccepted {
        /// The step that waited to be accepted, seconds; null where none did.
        step_s: Option<i64>,
    },
    /// The level of the logs.
    LogLevel {
        /// What is in force.
        level: String,
        /// What the configuration says.
        configured: String,
        /// In how many seconds that comes back by itself; null where it does not.
        back_in_s: Option<u64>,
    },
    /// A backup was made, or looked through.
    BackedUp(BackupReport),
    /// A backup was restored.
    Restored {
        /// What is there now.
        #[serde(flatten)]
        report: BackupReport,
        /// How many of its workers were erased since, and are again.
        erased_again: usize,
        /// Where that was read: stores and later backups.
        erased_in: Vec<String>,
        /// What could not be read of it, in words.
        unread: Vec<String>,
        /// Sites of its workers that the configuration does not name.
        unknown_sites: Vec<UnknownSite>,
    },
    /// It could not be done.
    Failed {
        /// Why, and what to do.
        problem: String,
    },
}

impl QuarantineRow {
    pub(super) fn of(id: u64, item: &Quarantined) -> Self {
        Self {
            id,
            received_at: item.received_at.to_string(),
            topic: item.topic.clone(),
            index: item.index,
            reason: item.reason.as_str().to_owned(),
            detail: item.detail.clone(),
            bytes: item.raw.len(),
        }
    }
}

impl HistoryRow {
    pub(super) fn of(packed: &PackedHistory) -> Self {
        use std::fmt::Write as _;
        let mut record = String::with_capacity(2 * packed.record.len());
        for byte in &packed.record {
            let _ = write!(record, "{byte:02x}");
        }
        Self { worker: format!("{:x}", packed.worker.0), record }
    }

    /// The worker and the record; `None` where these are no hexadecimal digits.
    #[must_use]
    pub fn packed(&self) -> Option<PackedHistory> {
        let worker = WorkerNumber(u128::from_str_radix(&self.worker, 16).ok()?);
        let pairs = self.record.as_bytes().chunks(2);
        let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        Some(PackedHistory { worker, record: pairs.map(byte).collect::<Option<_>>()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_comes_out_of_the_socket_as_it_went_in() {
        let packed = PackedHistory { worker: WorkerNumber(u128::MAX - 7), record: (0..=255).collect() };
        assert_eq!(HistoryRow::of(&packed).packed(), Some(packed));
        for (worker, record) in [("7", "0g"), ("", "00"), ("7", "é0")] {
            let row = HistoryRow { worker: worker.to_owned(), record: record.to_owned() };
            assert_eq!(row.packed(), None, "{worker:?} {record:?}");
        }
    }
}
