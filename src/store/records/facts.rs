//! Decisions, what they say, deliveries, and what is in quarantine.

use super::RecordError;
use super::codec::{Reader, Stored, Writer, choices, codes, record, taken};
use crate::domain::Timestamp;
use crate::domain::history::WorkerHistory;
use crate::domain::ids::RowNumber;
use crate::store::parcels::{DeadLetter, DeliveryKey, DeliveryOutcome, FailureKind, Fate, Outgoing};
use crate::store::types::{AskedUnit, DecisionRecord, Erasure, Quarantined, UnitDecisionRecord};

codes! {
    FailureKind { Refused = 0, Unreachable = 1, Failed = 2 }
}

choices! {
    Fate { Delivered = 0, Dead { letter } = 1, Revived { at } = 2, Discarded = 3 }
}

record! {
    Outgoing { channel, id, recipient, is_crisis, decided_at, target, payload }
    DeliveryKey { channel, recipient, id }
    DeadLetter { at, kind, attempts, error }
    DeliveryOutcome { key, fate }
    DeliveryState { revived_at, dead }
    DecisionRecord { worker, change, outgoing }
    AskedUnit { site, unit, rule, on }
    UnitDecisionRecord { asked, outgoing }
    Quarantined { site, source, topic, received_at, reason, detail, index, raw }
    Decided { of_row, decisions, units, notices }
    WorkerRecord { applied_through, history }
    Erasure { worker, stone, of_row }
    OutboxMark { decisions_through, deliveries_through }
}

/// The decisions of one row, or some of them, or those about units after a row, or what else leaves.
pub(in crate::store) struct Decided {
    /// The row.
    pub(in crate::store) of_row: RowNumber,
    /// The decisions.
    pub(in crate::store) decisions: Vec<DecisionRecord>,
    /// Those about units.
    pub(in crate::store) units: Vec<UnitDecisionRecord>,
    /// What leaves without a decision about a worker or unit.
    pub(in crate::store) notices: Vec<Outgoing>,
}

/// A worker in the view.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::store) struct WorkerRecord {
    /// Every input of the rows up to this one is in it.
    pub(in crate::store) applied_through: RowNumber,
    /// All that is remembered, but for the details.
    pub(in crate::store) history: WorkerHistory,
}

/// How far the outbox has followed the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::store) struct OutboxMark {
    /// The last entry of decisions that is in it.
    pub(in crate::store) decisions_through: u64,
    /// The last entry of deliveries that was taken out of it.
    pub(in crate::store) deliveries_through: u64,
}

/// What became of a delivery that is still in the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::store) struct DeliveryState {
    /// When a person last revived it.
    pub(in crate::store) revived_at: Option<Timestamp>,
    /// Why it was given up.
    pub(in crate::store) dead: Option<DeadLetter>,
}

impl WorkerRecord {
    /// The bytes of a record that owns nothing.
    pub(in crate::store) fn encode_parts(applied_through: RowNumber, history: &WorkerHistory) -> Vec<u8> {
        let mut w = Writer::new(vec![super::FORMAT]);
        w.varint(applied_through);
        history.put(&mut w);
        w.into_bytes()
    }
}

impl Decided {
    /// The bytes of a record that owns nothing.
    pub(in crate::store) fn encode_parts(
        of_row: RowNumber,
        decisions: &[DecisionRecord],
        units: &[UnitDecisionRecord],
        notices: &[Outgoing],
    ) -> Vec<u8> {
        let mut w = Writer::new(vec![super::FORMAT]);
        w.varint(of_row);
        DecisionRecord::put_many(decisions, &mut w);
        UnitDecisionRecord::put_many(units, &mut w);
        Outgoing::put_many(notices, &mut w);
        w.into_bytes()
    }

    /// Everything that leaves because of them, in order.
    pub(in crate::store) fn outgoing(&self) -> impl Iterator<Item = &Outgoing> {
        let of_workers = self.decisions.iter().flat_map(|decision| &decision.outgoing);
        of_workers.chain(self.units.iter().flat_map(|unit| &unit.outgoing)).chain(&self.notices)
    }
}
