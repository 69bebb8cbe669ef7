//! Receipts that wait to be sent: bounded, the oldest go first where there is no room.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::mqtt::Message;

/// Receipts that wait to be sent.
#[derive(Debug)]
pub(super) struct Receipts {
    waiting: Mutex<VecDeque<Message>>,
    capacity: usize,
    arrived: Notify,
}

impl Receipts {
    pub(super) fn new(capacity: usize) -> Self {
        Self { waiting: Mutex::new(VecDeque::new()), capacity: capacity.max(1), arrived: Notify::new() }
    }

    /// Puts one at the end; the number of older ones that had to go for it.
    pub(super) fn push(&self, receipt: Message) -> u64 {
        let mut waiting = self.lock();
        waiting.push_back(receipt);
        let dropped = shorten(&mut waiting, self.capacity);
        drop(waiting);
        self.arrived.notify_one();
        dropped
    }

    /// Puts those that may not have arrived back to the front, in their order.
    pub(super) fn put_back(&self, receipts: Vec<Message>) -> u64 {
        let mut waiting = self.lock();
        for receipt in receipts.into_iter().rev() {
            waiting.push_front(receipt);
        }
        shorten(&mut waiting, self.capacity)
    }

    pub(super) fn pop(&self) -> Option<Message> {
        self.lock().pop_front()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Comes back when one was pushed since the last time.
    pub(super) async fn arrived(&self) {
        self.arrived.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Message>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn shorten(waiting: &mut VecDeque<Message>, capacity: usize) -> u64 {
    let mut dropped = 0;
    while waiting.len() > capacity {
        waiting.pop_front();
        dropped += 1;
    }
    dropped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receipt(name: &str) -> Message {
        Message { topic: name.to_owned(), payload: bytes::Bytes::new(), content_type: None }
    }

    fn drain(receipts: &Receipts) -> Vec<String> {
        std::iter::from_fn(|| receipts.pop()).map(|message| message.topic).collect()
    }

    #[test]
    fn oldest_receipt_goes_where_there_is_no_room() {
        let receipts = Receipts::new(2);
        let dropped: u64 = ["a", "b", "c"].into_iter().map(|name| receipts.push(receipt(name))).sum();
        assert_eq!(dropped, 1);
        assert_eq!(drain(&receipts), ["b", "c"]);
        assert!(receipts.is_empty());
    }

    #[test]
    fn receipts_put_back_go_before_the_others_in_their_order() {
        let receipts = Receipts::new(3);
        receipts.push(receipt("c"));
        assert_eq!(receipts.put_back(vec![receipt("a"), receipt("b")]), 0);
        assert_eq!(drain(&receipts), ["a", "b", "c"]);
    }
}
