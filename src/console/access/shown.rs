//! What a session's inbox has shown since it was opened, so that a page which asks again by itself writes down only
//! what is new on it. It is kept in memory alone: whatever it has forgotten is written down once more.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::session::Token;
use crate::domain::{SignedDuration, Timestamp};

/// So much is remembered of a session; beyond it all is new once more. Our own choice: forty pages of an inbox.
const MAX_OF_ONE: usize = 2_000;

/// A case in one of its versions.
pub type Version = (String, String);

/// What a session was shown, and when last.
#[derive(Debug)]
struct Page {
    last: Timestamp,
    versions: BTreeSet<Version>,
}

/// What every session was shown. Clones are the same.
#[derive(Debug, Clone)]
pub struct Shown {
    lasts: SignedDuration,
    known: Arc<Mutex<BTreeMap<Token, Page>>>,
}

impl Shown {
    /// Nothing yet; what nobody was shown for as long as sessions last is forgotten.
    #[must_use]
    pub fn new(lasts: SignedDuration) -> Self {
        Self { lasts, known: Arc::default() }
    }

    /// Those of these that the session was not shown.
    #[must_use]
    pub fn news(&self, session: &Token, versions: &[Version]) -> BTreeSet<Version> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = known.get(session).map(|page| &page.versions);
        let is_new = |version: &&Version| shown.is_none_or(|shown| !shown.contains(*version));
        versions.iter().filter(is_new).cloned().collect()
    }

    /// Keeps that these were written down and are shown: all that is known, where the page was opened anew.
    pub fn keep(&self, session: &Token, versions: Vec<Version>, is_opened: bool, now: Timestamp) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, page| now.duration_since(page.last) < self.lasts);
        let page = known.entry(session.clone()).or_insert(Page { last: now, versions: BTreeSet::new() });
        page.last = now;
        if is_opened || page.versions.len() >= MAX_OF_ONE {
            page.versions.clear();
        }
        page.versions.extend(versions);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(of: &[(&str, &str)]) -> Vec<Version> {
        of.iter().map(|(case, version)| ((*case).to_owned(), (*version).to_owned())).collect()
    }

    #[test]
    fn what_is_new_is_told_by_session_and_version_and_nothing_is_kept_for_longer_than_a_session() {
        let at = |hours| Timestamp::from_second(1_772_000_000 + 3_600_i64 * hours).unwrap();
        let shown = Shown::new(SignedDuration::from_hours(12));
        let (lan, minh) = (Token::random(), Token::random());
        let both = versions(&[("a", "1"), ("b", "1")]);
        assert_eq!(shown.news(&lan, &both).len(), 2);
        shown.keep(&lan, both.clone(), true, at(0));
        assert_eq!(shown.news(&lan, &both).len(), 0);
        assert_eq!(shown.news(&minh, &both).len(), 2, "another session");
        let changed = versions(&[("a", "2"), ("b", "1")]);
        assert_eq!(Vec::from_iter(shown.news(&lan, &changed)), versions(&[("a", "2")]));
        shown.keep(&lan, changed.clone(), false, at(1));
        assert_eq!(shown.news(&lan, &both).len() + shown.news(&lan, &changed).len(), 0, "both were shown since");
        shown.keep(&lan, changed.clone(), true, at(2));
        assert_eq!(shown.news(&lan, &both).len(), 1, "opened anew, and then only what stands there");
        shown.keep(&minh, both.clone(), true, at(14));
        assert_eq!(shown.news(&lan, &changed).len(), 2);
    }

    #[test]
    fn no_session_fills_the_memory() {
        let (shown, session, now) =
            (Shown::new(SignedDuration::from_hours(12)), Token::random(), Timestamp::UNIX_EPOCH);
        for number in 0..3 * MAX_OF_ONE {
            shown.keep(&session, versions(&[("a", &number.to_string())]), false, now);
        }
        assert!(shown.known.lock().unwrap()[&session].versions.len() <= MAX_OF_ONE);
    }
}
