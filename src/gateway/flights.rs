//! What is sent when: a machine without clock, disk or socket. Messages and moments go in, what is due comes out.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use super::message::Message;

/// The wait for a receipt doubles so often at most.
const MAX_DOUBLINGS: u32 = 4;

/// A message without receipt.
#[derive(Debug)]
struct Flight {
    message: Message,
    /// How often it was sent.
    attempts: u32,
}

/// The messages of one source that have no receipt yet. Each waits to be sent, or for its receipt.
#[derive(Debug)]
pub(super) struct Flights {
    waiting: BTreeMap<u64, Flight>,
    /// With the moment at which to send again.
    sent: BTreeMap<u64, (Flight, Instant)>,
    max_in_flight: usize,
    receipt_timeout: Duration,
}

impl Flights {
    pub(super) fn new(max_in_flight: usize, receipt_timeout: Duration) -> Self {
        Self { waiting: BTreeMap::new(), sent: BTreeMap::new(), max_in_flight: max_in_flight.max(1), receipt_timeout }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.sent.is_empty()
    }

    pub(super) fn add(&mut self, message: Message) {
        self.waiting.insert(message.number, Flight { message, attempts: 0 });
    }

    /// The next message to send now, the oldest first, and whether it was sent before.
    pub(super) fn next(&mut self, now: Instant) -> Option<(&Message, bool)> {
        self.take_back(now);
        if self.sent.len() >= self.max_in_flight {
            return None;
        }
        let (number, mut flight) = self.waiting.pop_first()?;
        let doublings = flight.attempts.min(MAX_DOUBLINGS);
        flight.attempts += 1;
        let is_again = flight.attempts > 1;
        let again_at = now + self.receipt_timeout * 2_u32.pow(doublings);
        let (flight, _) = self.sent.entry(number).or_insert((flight, again_at));
        Some((&flight.message, is_again))
    }

    /// When the first receipt will have been waited for long enough.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.sent.values().map(|(_, again_at)| *again_at).min()
    }

    /// What was sent and has no receipt is sent again: whether it arrived cannot be known.
    pub(super) fn connection_lost(&mut self) {
        let unsure = std::mem::take(&mut self.sent);
        self.waiting.extend(unsure.into_iter().map(|(number, (flight, _))| (number, flight)));
    }

    /// Lets go of a message; none where it is known no more, as when it was sent twice.
    pub(super) fn settle(&mut self, number: u64) -> Option<Message> {
        let sent = self.sent.remove(&number).map(|(flight, _)| flight);
        sent.or_else(|| self.waiting.remove(&number)).map(|flight| flight.message)
    }

    /// Those whose receipt did not come in time wait to be sent again.
    fn take_back(&mut self, now: Instant) {
        let late: Vec<u64> = self.sent.iter().filter(|(_, (_, at))| *at <= now).map(|(number, _)| *number).collect();
        for number in late {
            if let Some((flight, _)) = self.sent.remove(&number) {
                self.waiting.insert(number, flight);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{SiteId, SourceId};
    use crate::gateway::message::Origin;

    const TIMEOUT: Duration = Duration::from_secs(10);

    fn message(number: u64) -> Message {
        let origin = Origin { site: SiteId::parse("a").unwrap(), source: SourceId::parse("b").unwrap() };
        Message { number, origin, topic: String::new(), payload: bytes::Bytes::new() }
    }

    fn flights(numbers: std::ops::Range<u64>) -> Flights {
        let mut flights = Flights::new(2, TIMEOUT);
        numbers.for_each(|number| flights.add(message(number)));
        flights
    }

    fn drain(flights: &mut Flights, now: Instant) -> Vec<(u64, bool)> {
        std::iter::from_fn(|| flights.next(now).map(|(message, is_again)| (message.number, is_again))).collect()
    }

    #[test]
    fn no_more_than_allowed_are_under_way_and_a_receipt_makes_room() {
        let now = Instant::now();
        let mut flights = flights(0..4);
        assert_eq!(drain(&mut flights, now), [(0, false), (1, false)]);
        assert_eq!(flights.settle(1).map(|m| m.number), Some(1));
        assert_eq!(drain(&mut flights, now), [(2, false)]);
        assert_eq!(flights.settle(1), None, "a second receipt of the same message");
    }

    #[test]
    fn without_receipt_a_message_is_sent_again_and_each_wait_is_twice_as_long() {
        let mut now = Instant::now();
        let mut flights = flights(0..1);
        assert_eq!(drain(&mut flights, now), [(0, false)]);
        for doublings in [0, 1, 2, 3, 4, 4] {
            let due = flights.next_deadline().unwrap();
            assert_eq!(due - now, TIMEOUT * 2_u32.pow(doublings));
            assert_eq!(drain(&mut flights, due - Duration::from_millis(1)), []);
            assert_eq!(drain(&mut flights, due), [(0, true)]);
            now = due;
        }
    }

    #[test]
    fn after_a_lost_connection_the_oldest_goes_first() {
        let now = Instant::now();
        let mut flights = flights(0..3);
        drain(&mut flights, now);
        flights.settle(0);
        flights.connection_lost();
        assert_eq!(flights.next_deadline(), None);
        assert_eq!(drain(&mut flights, now), [(1, true), (2, false)]);
        // A receipt may come for what waits to be sent again.
        flights.connection_lost();
        assert!(flights.settle(1).is_some() && flights.settle(2).is_some() && flights.is_empty());
    }
}
