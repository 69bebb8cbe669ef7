//! Who is signed in. Sessions are kept in memory alone: a restart signs everybody out.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use rand::RngExt as _;

use crate::domain::person::PersonId;
use crate::domain::{SignedDuration, Timestamp};

/// How long sessions last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Without a request. Default: 30 min.
    pub idle: SignedDuration,
    /// Altogether. Default: 12 h, a shift.
    ///
    /// # Source
    /// OWASP Session Management Cheat Sheet, "Session Expiration": 15 to 30 min idle for high-value data, 4 to 8 h
    /// altogether; a shift is our own choice.
    pub whole: SignedDuration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { idle: SignedDuration::from_mins(30), whole: SignedDuration::from_hours(12) }
    }
}

/// A secret that nobody guesses: 256 bits in 64 hexadecimal digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Token(String);

impl Token {
    /// A new one, from the system's generator.
    #[must_use]
    pub fn random() -> Self {
        let bytes: [u8; 32] = rand::rng().random();
        Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// What somebody sent, to be looked up.
    #[must_use]
    pub fn sent(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The digits, for a cookie or a form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}

/// How long an emergency access lasts.
///
/// # Source
/// Domain reference, section 8.6, asks for a reason and a look within a day; an hour, the time of a first talk, is
/// our own choice.
pub const EMERGENCY: SignedDuration = SignedDuration::from_hours(1);

/// One sign-in, of an account or of whoever else `W` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session<W = PersonId> {
    /// Whose.
    pub account: W,
    /// What forms of this session carry, so that no other page can send them.
    pub csrf: Token,
    /// When it began.
    pub began: Timestamp,
    /// The last request.
    pub used: Timestamp,
    /// The cases that were opened in an emergency, and until when.
    pub opened: Vec<(String, Timestamp)>,
}

impl<W> Session<W> {
    /// The cases that are open in an emergency at a moment.
    #[must_use]
    pub fn opened_at(&self, now: Timestamp) -> Vec<String> {
        self.opened.iter().filter(|(_, until)| now < *until).map(|(case, _)| case.clone()).collect()
    }
}

/// More sessions than this are not kept; the longest unused goes.
const MAX_SESSIONS: usize = 10_000;

/// Everybody who is signed in. Clones are the same.
#[derive(Debug, Clone)]
pub struct Sessions<W = PersonId> {
    limits: Limits,
    open: Arc<Mutex<BTreeMap<Token, Session<W>>>>,
}

impl<W> Default for Sessions<W> {
    fn default() -> Self {
        Self { limits: Limits::default(), open: Arc::default() }
    }
}

impl<W: Clone + PartialEq> Sessions<W> {
    /// Nobody yet.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, open: Arc::default() }
    }

    /// Begins a session; the token goes into a cookie.
    #[must_use]
    pub fn begin(&self, account: W, now: Timestamp) -> (Token, Session<W>) {
        let session = Session { account, csrf: Token::random(), began: now, used: now, opened: Vec::new() };
        let token = Token::random();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, session| self.lives(session, now));
        if open.len() >= MAX_SESSIONS {
            let oldest = open.iter().min_by_key(|(_, session)| session.used).map(|(token, _)| token.clone());
            oldest.map(|token| open.remove(&token));
        }
        open.insert(token.clone(), session.clone());
        (token, session)
    }

    /// The session of a token, if it still lives; nothing changes in it.
    #[must_use]
    pub fn peek(&self, token: &Token, now: Timestamp) -> Option<Session<W>> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.get(token).filter(|session| self.lives(session, now)).cloned()
    }

    /// The session of a token that somebody sent, if it still lives; its idle time begins anew.
    #[must_use]
    pub fn find(&self, token: &Token, now: Timestamp) -> Option<Session<W>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let session = open.get_mut(token)?;
        if !self.lives(session, now) {
            open.remove(token);
            return None;
        }
        session.used = session.used.max(now);
        Some(session.clone())
    }

    /// Opens a case to a session for as long as an emergency lasts.
    pub fn open_case(&self, token: &Token, case: &str, now: Timestamp) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(session) = open.get_mut(token) {
            session.opened.retain(|(known, until)| now < *until && known != case);
            session.opened.extend(now.checked_add(EMERGENCY).ok().map(|until| (case.to_owned(), until)));
        }
    }

    /// Ends a session.
    pub fn end(&self, token: &Token) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(token);
    }

    /// Ends every session of an account: its password or role changed, or it was switched off.
    pub fn end_all(&self, account: &W) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, session| session.account != *account);
    }

    fn lives(&self, session: &Session<W>, now: Timestamp) -> bool {
        let Limits { idle, whole } = self.limits;
        now.duration_since(session.used) < idle && now.duration_since(session.began) < whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_772_000_000 + 60 * minutes).unwrap()
    }

    #[test]
    fn a_session_ends_when_it_is_idle_or_old_or_ended() {
        let sessions: Sessions = Sessions::new(Limits::default());
        let id = PersonId::parse("dr.lan").unwrap();
        let (token, session) = sessions.begin(id.clone(), at(0));
        assert_eq!(sessions.find(&token, at(29)).unwrap().csrf, session.csrf);
        assert!(sessions.find(&token, at(58)).is_some(), "29 minutes after the last request");
        assert!(sessions.find(&token, at(88)).is_none(), "30 minutes after it");
        assert!(sessions.find(&token, at(58)).is_none(), "what ended does not come back");

        let (token, _) = sessions.begin(id.clone(), at(0));
        for minutes in (0..720).step_by(20) {
            assert!(sessions.find(&token, at(minutes)).is_some(), "{minutes}");
        }
        assert!(sessions.find(&token, at(720)).is_none(), "twelve hours");

        let (token, _) = sessions.begin(id.clone(), at(0));
        sessions.end_all(&id);
        assert!(sessions.find(&token, at(1)).is_none());
    }

    #[test]
    fn a_case_is_open_in_an_emergency_for_an_hour_and_for_that_session_alone() {
        let sessions: Sessions = Sessions::new(Limits::default());
        let id = PersonId::parse("dr.lan").unwrap();
        let (token, _) = sessions.begin(id.clone(), at(0));
        let (other, _) = sessions.begin(id, at(0));
        sessions.open_case(&token, "c-1", at(0));
        assert_eq!(sessions.find(&token, at(20)).unwrap().opened_at(at(20)), ["c-1"]);
        assert!(sessions.find(&other, at(20)).unwrap().opened_at(at(20)).is_empty());
        assert_eq!(sessions.find(&token, at(40)).unwrap().opened_at(at(59)), ["c-1"]);
        assert!(sessions.find(&token, at(60)).unwrap().opened_at(at(60)).is_empty());
    }

    #[test]
    fn tokens_differ_and_are_not_printed() {
        assert_ne!(Token::random(), Token::random());
        assert_eq!(Token::random().as_str().len(), 64);
        assert_eq!(format!("{:?}", Token::random()), "Token");
    }
}
