//! Decisions, what they say, deliveries, and what is in quarantine.

use super::RecordError;
use super::codec::{Reader, Stored, Writer, record};
use crate::domain::history::WorkerHistory;
use crate::domain::ids::RowNumber;
use crate::store::types::{AskedUnit, DecisionRecord, Outgoing, Quarantined, UnitDecisionRecord};

record! {
    Outgoing { id, topic, payload }
    DecisionRecord { worker, change, outgoing }
    AskedUnit { site, unit, rule, on }
    UnitDecisionRecord { asked, outgoing }
    Quarantined { site, source, topic, received_at, reason, detail, index, raw }
    Decided { of_row, decisions, units }
    WorkerRecord { applied_through, history }
    OutboxMark { decisions_through, deliveries_through }
}

/// The decisions of one row, or some of them, or those about units after a row.
pub(in crate::store) struct Decided {
    /// The row.
    pub(in crate::store) of_row: RowNumber,
    /// The decisions.
    pub(in crate::store) decisions: Vec<DecisionRecord>,
    /// Those about units.
    pub(in crate::store) units: Vec<UnitDecisionRecord>,
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

impl Decided {
    /// The bytes of a record that owns nothing.
    pub(in crate::store) fn encode_parts(
        of_row: RowNumber,
        decisions: &[DecisionRecord],
        units: &[UnitDecisionRecord],
    ) -> Vec<u8> {
        let mut w = Writer::new(vec![super::FORMAT]);
        w.varint(of_row);
        DecisionRecord::put_many(decisions, &mut w);
        UnitDecisionRecord::put_many(units, &mut w);
        w.into_bytes()
    }

    /// Everything that leaves because of them, in order.
    pub(in crate::store) fn outgoing(&self) -> impl Iterator<Item = &Outgoing> {
        let of_workers = self.decisions.iter().flat_map(|decision| &decision.outgoing);
        of_workers.chain(self.units.iter().map(|unit| &unit.outgoing))
    }
}
