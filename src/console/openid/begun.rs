//! Sign-ins that somebody began and the provider has not sent back yet.
//!
//! What must come back, and what proves that the one who began is the one who comes, is kept here and not
//! in the browser: the browser has one cookie, and each sign-in ends once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use openidconnect::{Nonce, PkceCodeVerifier};

use super::super::access::session::Token;
use crate::domain::{SignedDuration, Timestamp};

/// How long somebody may take at the provider: to find a telephone for the second factor, and not over lunch.
/// Our own choice.
pub(super) const LASTS: SignedDuration = SignedDuration::from_mins(10);
/// So many are kept; beyond it the oldest goes.
const MAX_BEGUN: usize = 10_000;

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
        if open.len() >= MAX_BEGUN {
            let oldest = open.iter().min_by_key(|(_, begun)| begun.at).map(|(token, _)| token.clone());
            oldest.map(|token| open.remove(&token));
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
        Begun { state: Token::sent(state), nonce: Nonce::new_random(), verifier, at: at(minutes) }
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
