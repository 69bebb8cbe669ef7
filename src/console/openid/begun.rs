//! Sign-ins that somebody began and the provider has not sent back yet.
//!
//! What must come back, and what proves that the one who began is the one who comes, is kept here and not
//! in the browser: the browser has one cookie, and each sign-in ends once.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use openidconnect::{Nonce, PkceCodeVerifier};

use super::super::access::session::Token;
use crate::domain::{SignedDuration, Timestamp};

/// How long somebody may take at the provider: to find a telephone for the second factor, and not over lunch.
/// Our own choice.
pub(super) const LASTS: SignedDuration = SignedDuration::from_mins(10);
/// So many are kept; beyond it the oldest goes.
const MAX_BEGUN: usize = 10_000;
/// So many are kept of one client; beyond it the oldest of that client goes, so that nobody keeps others out. Our own
/// choice: a shift that begins, behind one address of a server in front.
const MAX_OF_CLIENT: usize = 1_000;

/// A sign-in that was begun.
#[derive(Debug)]
pub(super) struct Begun {
    /// What the provider sends back in the address.
    pub(super) state: Token,
    /// What it puts into the token.
    pub(super) nonce: Nonce,
    /// What shows that the code is ours.
    pub(super) verifier: PkceCodeVerifier,
    /// When.
    pub(super) at: Timestamp,
    /// Where the browser is.
    pub(super) address: IpAddr,
}

/// The client at an address: of version 6 a whole network, which is what one client is given; none at this machine, for
/// there stands the server in front of the console, and everybody is behind it.
fn client(address: IpAddr) -> Option<IpAddr> {
    match address.to_canonical() {
        address if address.is_loopback() => None,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Some(IpAddr::from([a, b, c, d, 0, 0, 0, 0]))
        }
        address @ IpAddr::V4(_) => Some(address),
    }
}

/// All of them, by the cookie of the browser. Clones are the same.
#[derive(Debug, Clone, Default)]
pub(super) struct BegunSignIns {
    open: Arc<Mutex<BTreeMap<Token, Begun>>>,
}

impl BegunSignIns {
    /// Keeps one, and gives what goes into the cookie.
    pub(super) fn keep(&self, begun: Begun) -> Token {
        let (token, now) = (Token::random(), begun.at);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, begun| is_fresh(begun, now));
        let client_of = client(begun.address);
        let is_theirs = |known: &Begun| client_of.is_some() && client(known.address) == client_of;
        if open.values().filter(|known| is_theirs(known)).count() >= MAX_OF_CLIENT {
            drop_oldest(&mut open, is_theirs);
        } else if open.len() >= MAX_BEGUN {
            drop_oldest(&mut open, |_| true);
        }
        open.insert(token.clone(), begun);
        token
    }

    /// The one that this browser began with that state. Another's state takes nothing away: a page of
    /// somebody else's must not be able to end a sign-in.
    pub(super) fn take(&self, cookie: &Token, state: &Token, now: Timestamp) -> Option<Begun> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let is_theirs = open.get(cookie).is_some_and(|begun| begun.state == *state);
        let begun = if is_theirs { open.remove(cookie) } else { None };
        begun.filter(|begun| is_fresh(begun, now))
    }
}

fn drop_oldest(open: &mut BTreeMap<Token, Begun>, is_meant: impl Fn(&Begun) -> bool) {
    let meant = open.iter().filter(|(_, begun)| is_meant(begun));
    let oldest = meant.min_by_key(|(_, begun)| begun.at).map(|(token, _)| token.clone());
    oldest.map(|token| open.remove(&token));
}

fn is_fresh(begun: &Begun, now: Timestamp) -> bool {
    now.duration_since(begun.at) < LASTS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_772_000_000 + 60 * minutes).unwrap()
    }

    fn begun(state: &str, minutes: i64) -> Begun {
        let verifier = PkceCodeVerifier::new("v".repeat(43));
        let address = IpAddr::from([127, 0, 0, 1]);
        Begun { state: Token::sent(state), nonce: Nonce::new_random(), verifier, at: at(minutes), address }
    }

    fn from(known: &BegunSignIns, address: &str, place: i64) -> Token {
        let begun = begun("a", 0);
        let at = begun.at + SignedDuration::from_millis(place);
        known.keep(Begun { address: address.parse().unwrap(), at, ..begun })
    }

    #[test]
    fn one_client_keeps_nobody_else_out_and_has_its_newest() {
        let known = BegunSignIns::default();
        let may_end = |token: &Token| known.open.lock().unwrap().contains_key(token);
        let others = [from(&known, "192.0.2.7", 0), from(&known, "2001:db8:0:1::7", 0)];
        let flood: Vec<Token> = (0..1_100).map(|place| from(&known, "192.0.2.8", place)).collect();
        let net: Vec<Token> = (0..1_100).map(|place| from(&known, &format!("2001:db8::{place:x}"), place)).collect();
        for tokens in [flood, net] {
            let left: Vec<bool> = tokens.iter().map(may_end).collect();
            assert_eq!(left, [vec![false; 1_100 - MAX_OF_CLIENT], vec![true; MAX_OF_CLIENT]].concat());
        }
        assert!(others.iter().all(may_end));
        let behind: Vec<Token> = (0..1_100).map(|place| from(&known, "::ffff:127.0.0.1", place)).collect();
        assert!(behind.iter().all(may_end), "everybody is behind a server in front at this machine");
    }

    #[test]
    fn a_sign_in_ends_once_in_the_browser_that_began_it_and_in_time() {
        let known = BegunSignIns::default();
        let (mine, other) = (known.keep(begun("a", 0)), known.keep(begun("b", 0)));
        let (a, b) = (Token::sent("a"), Token::sent("b"));
        assert!(known.take(&mine, &b, at(1)).is_none(), "the state of another browser");
        assert!(known.take(&Token::sent(""), &a, at(1)).is_none(), "no cookie");
        assert!(known.take(&mine, &a, at(1)).is_some(), "what did not fit ended nothing");
        assert!(known.take(&mine, &a, at(1)).is_none(), "once");
        assert!(known.take(&other, &b, at(10)).is_none(), "too late");
    }

    #[test]
    fn no_flood_of_beginnings_fills_the_memory() {
        let known = BegunSignIns::default();
        for _ in 0..MAX_BEGUN + 5 {
            known.keep(begun("a", 0));
        }
        assert_eq!(known.open.lock().unwrap().len(), MAX_BEGUN);
        known.keep(begun("a", 10));
        assert_eq!(known.open.lock().unwrap().len(), 1);
    }
}
