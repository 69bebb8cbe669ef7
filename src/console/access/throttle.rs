//! Slows down whoever guesses passwords: for one account, and for one address.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::{SignedDuration, Timestamp};

/// So many failures are free, for people who mistype.
const FREE: u32 = 5;
/// Each further one doubles the wait, from this …
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(2);
/// … to this.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(15);
/// Without a failure for so long, all is forgotten.
const FORGET_AFTER: SignedDuration = SignedDuration::from_hours(1);
/// So many names and addresses are remembered; beyond it the longest silent goes.
const MAX_REMEMBERED: usize = 10_000;

/// Whose failures are counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    Name(String),
    Address(IpAddr),
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Timestamp,
}

impl Failures {
    /// Until when the next attempt has to wait.
    fn until(self) -> Timestamp {
        let beyond = self.count.saturating_sub(FREE);
        if beyond == 0 {
            return self.last;
        }
        let doubled = 2_i32.checked_pow(beyond - 1).and_then(|factor| FIRST_WAIT.checked_mul(factor));
        let wait = doubled.unwrap_or(LONGEST_WAIT).clamp(FIRST_WAIT, LONGEST_WAIT);
        self.last.checked_add(wait).unwrap_or(self.last)
    }
}

/// Counts failed sign-ins. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct Throttle {
    failures: Arc<Mutex<BTreeMap<Of, Failures>>>,
}

impl Throttle {
    /// How long a sign-in of that name from that address has to wait; `None` where it may be tried.
    #[must_use]
    pub fn wait(&self, name: &str, address: IpAddr, now: Timestamp) -> Option<SignedDuration> {
        self.longest_wait(&[Of::Name(name.to_owned()), Of::Address(address)], now)
    }

    /// The same of a sign-in from that address whose name is not known yet.
    #[must_use]
    pub fn wait_at(&self, address: IpAddr, now: Timestamp) -> Option<SignedDuration> {
        self.longest_wait(&[Of::Address(address)], now)
    }

    fn longest_wait(&self, of: &[Of], now: Timestamp) -> Option<SignedDuration> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let left = of.iter().filter_map(|of| failures.get(of)).map(|known| known.until().duration_since(now)).max()?;
        left.is_positive().then_some(left)
    }

    /// A sign-in failed.
    pub fn failed(&self, name: &str, address: IpAddr, now: Timestamp) {
        self.count([Of::Name(name.to_owned()), Of::Address(address)], now);
    }

    /// A sign-in failed whose name is not known.
    pub fn failed_at(&self, address: IpAddr, now: Timestamp) {
        self.count([Of::Address(address)], now);
    }

    fn count(&self, of: impl IntoIterator<Item = Of>, now: Timestamp) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.retain(|_, known| now.duration_since(known.last) < FORGET_AFTER);
        for of in of {
            if failures.len() >= MAX_REMEMBERED {
                let oldest = failures.iter().min_by_key(|(_, known)| known.last).map(|(of, _)| of.clone());
                oldest.map(|of| failures.remove(&of));
            }
            let known = failures.entry(of).or_insert(Failures { count: 0, last: now });
            *known = Failures { count: known.count.saturating_add(1), last: now };
        }
    }

    /// A sign-in succeeded: of that name nothing is held against anybody. The address is another thing.
    pub fn succeeded(&self, name: &str) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.remove(&Of::Name(name.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_772_000_000 + seconds).unwrap()
    }

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn five_failures_are_free_and_then_each_doubles_the_wait() {
        let throttle = Throttle::default();
        for _ in 0..5 {
            assert_eq!(throttle.wait("dr.lan", HERE, at(0)), None);
            throttle.failed("dr.lan", HERE, at(0));
        }
        assert_eq!(throttle.wait("dr.lan", HERE, at(0)), None);
        throttle.failed("dr.lan", HERE, at(0));
        assert_eq!(throttle.wait("dr.lan", HERE, at(0)), Some(SignedDuration::from_secs(2)));
        throttle.failed("dr.lan", HERE, at(2));
        assert_eq!(throttle.wait("dr.lan", HERE, at(2)), Some(SignedDuration::from_secs(4)));
        for _ in 0..100 {
            throttle.failed("dr.lan", HERE, at(2));
        }
        assert_eq!(throttle.wait("dr.lan", HERE, at(2)), Some(LONGEST_WAIT));
        assert_eq!(throttle.wait("dr.lan", HERE, at(902)), None);
    }

    #[test]
    fn many_names_from_one_address_wait_too_and_another_address_does_not() {
        let throttle = Throttle::default();
        for number in 0..10 {
            throttle.failed(&format!("x{number}"), HERE, at(0));
        }
        assert!(throttle.wait("dr.lan", HERE, at(0)).is_some());
        assert_eq!(throttle.wait("dr.lan", "192.0.2.7".parse().unwrap(), at(0)), None);
    }

    #[test]
    fn an_hour_without_a_failure_is_forgotten_and_success_clears_the_name() {
        let throttle = Throttle::default();
        for _ in 0..7 {
            throttle.failed("dr.lan", HERE, at(0));
        }
        throttle.succeeded("dr.lan");
        assert_eq!(throttle.wait("dr.lan", "192.0.2.7".parse().unwrap(), at(0)), None);
        throttle.failed("dr.lan", HERE, at(3_600));
        assert_eq!(throttle.wait("dr.lan", HERE, at(3_600)), None);
    }
}
