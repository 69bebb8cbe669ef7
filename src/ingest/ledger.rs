//! The messages of one connection that are not acknowledged yet, in order of receipt.
//!
//! MQTT wants acknowledgements in the order of the messages (5.0, section 4.6), so one that comes
//! early waits here for those before it.

use std::collections::VecDeque;

#[derive(Debug)]
struct Entry {
    packet_id: u16,
    payload_bytes: usize,
    is_settled: bool,
}

/// The messages of one connection that are not acknowledged yet.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    first_number: u64,
    entries: VecDeque<Entry>,
    payload_bytes: usize,
}

impl Ledger {
    /// Enters a message; its number is what settles it.
    pub(super) fn enter(&mut self, packet_id: u16, payload_bytes: usize) -> u64 {
        let number = self.first_number + self.entries.len() as u64;
        self.entries.push_back(Entry { packet_id, payload_bytes, is_settled: false });
        self.payload_bytes += payload_bytes;
        number
    }

    /// Takes back the message entered last.
    pub(super) fn withdraw_last(&mut self) {
        if let Some(entry) = self.entries.pop_back() {
            self.payload_bytes -= entry.payload_bytes;
        }
    }

    /// Marks a message as settled, and gives to `acknowledge` the packet ids whose turn it is.
    /// A number that is not open changes nothing.
    pub(super) fn settle(&mut self, number: u64, mut acknowledge: impl FnMut(u16)) {
        let Some(index) = number.checked_sub(self.first_number).and_then(|index| usize::try_from(index).ok()) else {
            return;
        };
        if let Some(entry) = self.entries.get_mut(index) {
            entry.is_settled = true;
        }
        while self.entries.front().is_some_and(|entry| entry.is_settled) {
            let Some(entry) = self.entries.pop_front() else { return };
            self.first_number += 1;
            self.payload_bytes -= entry.payload_bytes;
            if entry.packet_id != 0 {
                acknowledge(entry.packet_id);
            }
        }
    }

    /// How many messages are open.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The payload bytes of the open messages.
    pub(super) fn payload_bytes(&self) -> usize {
        self.payload_bytes
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn early_acknowledgement_waits_for_those_before_it() {
        let mut ledger = Ledger::default();
        let numbers: Vec<u64> = [11, 12, 13].into_iter().map(|id| ledger.enter(id, 10)).collect();
        let mut sent = Vec::new();
        ledger.settle(numbers[1], |id| sent.push(id));
        assert!(sent.is_empty());
        assert_eq!(ledger.payload_bytes(), 30);
        ledger.settle(numbers[0], |id| sent.push(id));
        assert_eq!(sent, [11, 12]);
        assert_eq!((ledger.len(), ledger.payload_bytes()), (1, 10));
    }

    #[test]
    fn settling_twice_or_a_message_that_never_came_changes_nothing() {
        let mut ledger = Ledger::default();
        let number = ledger.enter(7, 1);
        let mut sent = Vec::new();
        for number in [number, number, 99, u64::MAX] {
            ledger.settle(number, |id| sent.push(id));
        }
        assert_eq!(sent, [7]);
    }

    #[test]
    fn message_of_qos_0_is_settled_without_a_word() {
        let mut ledger = Ledger::default();
        let number = ledger.enter(0, 5);
        ledger.settle(number, |id| panic!("acknowledged {id}"));
        assert_eq!((ledger.len(), ledger.payload_bytes()), (0, 0));
    }

    proptest! {
        #[test]
        fn whatever_the_order_of_settling_acknowledgements_go_in_order_of_receipt(
            order in Just((0_u16..40).collect::<Vec<_>>()).prop_shuffle()
        ) {
            let mut ledger = Ledger::default();
            for id in 1..=40 {
                ledger.enter(id, 1);
            }
            let mut sent = Vec::new();
            for number in order {
                ledger.settle(u64::from(number), |id| sent.push(id));
            }
            prop_assert_eq!(sent, (1..=40).collect::<Vec<u16>>());
            prop_assert_eq!(ledger.payload_bytes(), 0);
        }
    }
}
