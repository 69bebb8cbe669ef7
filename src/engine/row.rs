//! What the sequencer admits and the journal keeps: the only way anything gets into the engine.

use crate::domain::Timestamp;
use crate::domain::ids::{RowNumber, SiteId, SourceId, WorkerNumber};
use crate::domain::item::{Item, Stream};
use crate::domain::life::CaseCommand;
use crate::domain::rejection::Rejection;
use crate::domain::worker::{Profile, Tombstone};

/// One thing that happens to one worker.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// The worker is enrolled, or the register's row changed.
    Enrol(Profile),
    /// An item arrived.
    Item {
        /// Place of its message in [`Row::messages`].
        message: u32,
        /// Place of the item in its message.
        index: u32,
        /// The item.
        item: Item,
    },
    /// Somebody does something to the worker's case.
    Case {
        /// Place of the command in its row.
        request: u32,
        /// What is done; boxed, because nearly all inputs are items.
        command: Box<CaseCommand>,
    },
    /// Nothing of the worker is to be left but this.
    Erase(Tombstone),
}

/// The inputs of one worker in one row, in order of arrival.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkerInputs {
    /// The worker.
    pub worker: WorkerNumber,
    /// What happens.
    pub inputs: Vec<Input>,
}

/// A refused item or payload, as quarantine keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Why.
    pub rejection: Rejection,
    /// The item or payload itself, cut where it is longer than quarantine keeps.
    pub raw: Vec<u8>,
}

/// A message that a row was made from.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageMeta {
    /// The topic it came on.
    pub topic: String,
    /// The site of the topic, where it could be read.
    pub site: Option<SiteId>,
    /// The source of the topic, where it could be read.
    pub source: Option<SourceId>,
    /// The stream of the topic, where it could be read.
    pub stream: Option<Stream>,
    /// The envelope's `message_id`.
    pub message_id: Option<String>,
    /// What was refused at admission.
    pub refused: Vec<Refused>,
}

/// One commit of the journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its number; the first is 1, and there is no gap.
    pub number: RowNumber,
    /// The engine's time from here on. It never falls.
    pub now: Timestamp,
    /// The version of the arithmetic.
    pub engine_version: u32,
    /// The version of the rules, a digest of the rule file.
    pub rules_version: u64,
    /// Every decision of the rows up to this one is in the journal.
    pub decided_through: RowNumber,
    /// The messages.
    pub messages: Vec<MessageMeta>,
    /// One group of inputs per worker, ordered by worker.
    pub groups: Vec<WorkerInputs>,
}
