//! What comes out of the engine.

use crate::cases::Refusal;
use crate::domain::Timestamp;
use crate::domain::case::CaseChange;
use crate::domain::event::Event;
use crate::domain::ids::WorkerNumber;
use crate::domain::worker::Tombstone;

/// What became of one message's items for one worker.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// Items that changed something.
    pub accepted: u32,
    /// Items that told nothing new: they were there already, or the heart rate of their minute was.
    pub duplicate: u32,
    /// Items that were not taken, because there is a bound to what a night may hold.
    pub refused: u32,
}

/// A decision about a worker's case, and what is to be said of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// When: the row's time, or the time a timer was due. Effects of several shards are put in order
    /// by it and by the worker.
    pub at: Timestamp,
    /// The worker.
    pub worker: WorkerNumber,
    /// How the case changes.
    pub change: CaseChange,
    /// What leaves Vagus because of it, in order.
    pub events: Vec<Event>,
}

/// A worker who is not known any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// The number they had.
    pub worker: WorkerNumber,
    /// What is left of them.
    pub stone: Tombstone,
    /// The ids of their cases and actions.
    pub matters: Vec<String>,
}

/// What comes out of the engine.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// What became of a message's items for one worker.
    Counted {
        /// Place of the message in its row.
        message: u32,
        /// The counts.
        tally: Tally,
    },
    /// What became of a command; told to whoever waits for it, and not kept.
    Answered {
        /// Place of the command in its row.
        request: u32,
        /// Why it was refused, where it was.
        outcome: Result<(), Refusal>,
    },
    /// A decision; boxed, because nearly all effects are counts.
    Decided(Box<Decision>),
    /// A worker was erased; boxed, because that is rare.
    Erased(Box<Erased>),
}
