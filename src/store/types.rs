//! What the store is given and gives back.

use std::collections::BTreeMap;

use super::error::RecordError;
use super::parcels::Outgoing;
use super::records::{Record as _, WorkerRecord};
use crate::domain::alert::RuleId;
use crate::domain::case::CaseChange;
use crate::domain::history::{NightDetail, WorkerHistory};
use crate::domain::ids::{RowNumber, SiteId, SourceId, UnitId, WorkerNumber};
use crate::domain::rejection::Reason;
use crate::domain::worker::Tombstone;
use crate::domain::{Date, Timestamp};

/// A decision as the journal keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionRecord {
    /// The worker.
    pub worker: WorkerNumber,
    /// How the case changes.
    pub change: CaseChange,
    /// What leaves Vagus because of it, in order.
    pub outgoing: Vec<Outgoing>,
}

/// That somebody was asked to review the work of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedUnit {
    /// The site.
    pub site: SiteId,
    /// The unit.
    pub unit: UnitId,
    /// The rule that matched.
    pub rule: RuleId,
    /// The site's date.
    pub on: Date,
}

/// A decision about a unit as the journal keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitDecisionRecord {
    /// What is asked for, and when.
    pub asked: AskedUnit,
    /// What leaves Vagus because of it, in order.
    pub outgoing: Vec<Outgoing>,
}

/// What is known of one worker after a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// The worker.
    pub worker: WorkerNumber,
    /// Every input of the rows up to this one is in the history and the details.
    pub applied_through: RowNumber,
    /// All that is remembered, but for the details.
    pub history: WorkerHistory,
    /// The details that changed since the last checkpoint of this worker.
    pub details: Vec<NightDetail>,
    /// The details that are no longer needed.
    pub dropped_details: Vec<Date>,
}

/// That a worker was erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// The number they had.
    pub worker: WorkerNumber,
    /// What is left of them.
    pub stone: Tombstone,
    /// The row that said so.
    pub of_row: RowNumber,
}

/// A worker as the view has it at the start.
#[derive(Debug, Clone, PartialEq)]
pub struct RecoveredWorker {
    /// The worker.
    pub worker: WorkerNumber,
    /// Inputs and decisions of rows up to this one are in the history already and must be skipped.
    pub applied_through: RowNumber,
    /// All that is remembered, but for the details.
    pub history: WorkerHistory,
}

/// A worker's history as the view holds it: in the stored format, to be handed on without a look inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackedHistory {
    /// The worker.
    pub worker: WorkerNumber,
    /// The record.
    pub record: Vec<u8>,
}

impl PackedHistory {
    /// The history.
    ///
    /// # Errors
    /// [`RecordError`] where a newer version wrote it, or it makes no sense.
    pub fn unpack(&self) -> Result<WorkerHistory, RecordError> {
        Ok(WorkerRecord::decode(&self.record)?.history)
    }
}

/// Where to go on after a start.
#[derive(Debug, Clone, PartialEq)]
pub struct Recovery {
    /// Every worker of the view.
    pub workers: Vec<RecoveredWorker>,
    /// Everybody who was erased, as far as the view knows.
    pub erasures: Vec<Erasure>,
    /// Every worker has all rows up to this one; the rows after it are to be applied again, from
    /// [`Store::rows`](super::Store::rows).
    pub settled: RowNumber,
    /// The decisions of the rows after `settled`: facts, not to be decided again.
    pub decisions: BTreeMap<RowNumber, Vec<DecisionRecord>>,
    /// The last row of the journal; 0 in a new store.
    pub last_row: RowNumber,
    /// The time of the last row; `None` in a new store.
    pub last_now: Option<Timestamp>,
}

/// Something that was refused, to be kept in quarantine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// The site of its topic.
    pub site: Option<SiteId>,
    /// The source of its topic.
    pub source: Option<SourceId>,
    /// The topic it came on.
    pub topic: String,
    /// When it came.
    pub received_at: Timestamp,
    /// Why it was refused.
    pub reason: Reason,
    /// What exactly was wrong.
    pub detail: String,
    /// Its place in the message; `None` where the whole payload was refused.
    pub index: Option<u32>,
    /// The item or payload.
    pub raw: Vec<u8>,
}

/// Which items of quarantine are meant. An empty filter means all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QuarantineFilter {
    /// Only of this site.
    pub site: Option<SiteId>,
    /// Only of this source.
    pub source: Option<SourceId>,
    /// Only for this reason.
    pub reason: Option<Reason>,
    /// Only ids above this one, to go on after the last of a list.
    pub after: Option<u64>,
}

/// What a snapshot was and what it allowed to cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotReport {
    /// The file.
    pub path: std::path::PathBuf,
    /// Every worker in it has all rows up to this one.
    pub settled: RowNumber,
    /// How many workers are in it.
    pub workers: u64,
    /// Its length.
    pub bytes: u64,
    /// The first row that the journal still has.
    pub first_row: RowNumber,
}

/// The room on a file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Free for this process: what is kept for the system's administrator does not count.
    pub free_bytes: u64,
    /// Used or free.
    pub capacity_bytes: u64,
}
