//! Whom another house vouches for: accounts that an OpenID provider signs in.
//!
//! What the provider said of somebody comes in, a [`Reader`] leaves, or why not. An account belongs to what the
//! provider never gives twice, and not to a name: nobody takes over an account by being called like it.

use serde::{Deserialize, Serialize};

use super::Reader;
use super::account::{Account, AccountError};
use super::audit::{AuditError, Entry};
use super::keeping::{Books, Change};
use super::password::HashedPassword;
use super::session::Token;
use crate::domain::Timestamp;
use crate::domain::ids::{MAX_NAME_LEN, SiteId};
use crate::domain::person::{PersonId, Role};

/// Who somebody is at a provider, for good.
///
/// # Source
/// OpenID Connect Core 1.0, section 5.7: issuer and subject together, and no other claim, name somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The provider.
    pub issuer: String,
    /// Their key there.
    pub subject: String,
}

/// What is granted to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// The role.
    pub role: Role,
    /// The sites; all, where none is named.
    pub sites: Vec<SiteId>,
}

/// What a provider says of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouched {
    /// Who.
    pub subject: Subject,
    /// How an account of theirs is called; `None` where that cannot be a name.
    pub name: Option<PersonId>,
    /// What is granted to them; `None` where nothing is.
    pub granted: Option<Granted>,
}

/// Why somebody whom the provider vouches for is not let in.
#[derive(Debug, thiserror::Error)]
pub enum NotLetIn {
    /// Nothing is granted to them.
    #[error("nothing is granted to them")]
    Ungranted,
    /// What the provider calls them cannot be the name of an account.
    #[error("the provider gives no name that an account can have")]
    Unnamed,
    /// The account of that name is somebody else's.
    #[error("an account of that name is there already, and is not theirs")]
    Taken,
    /// Their account is switched off.
    #[error("their account is switched off")]
    Disabled,
    /// Their account cannot be kept.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// It cannot be written down, and is not done.
    #[error(transparent)]
    Audit(#[from] AuditError),
}

impl NotLetIn {
    /// The name of why, the end of the key of its text.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Ungranted => "ungranted",
            Self::Unnamed => "unnamed",
            Self::Taken => "taken",
            Self::Disabled => "disabled",
            Self::Account(_) | Self::Audit(_) => "failed",
        }
    }
}

/// Who makes and changes accounts on a provider's word, as the audit calls it.
const BY: &str = "openid";

impl Books {
    /// The reader of somebody whom a provider vouches for: their account is made at the first time, and has the
    /// role and the sites that are granted to them now. Who is granted nothing any more is signed out everywhere.
    /// Whatever comes of it is written down, at the route that the audit names. It blocks.
    ///
    /// # Errors
    /// [`NotLetIn`]; no account is made then.
    pub fn receive(&self, vouched: &Vouched, route: &str, now: Timestamp) -> Result<Reader, NotLetIn> {
        let known = self.accounts.find_subject(&vouched.subject);
        let admitted = match (&vouched.granted, known.clone()) {
            (None, _) => Err(NotLetIn::Ungranted),
            (Some(_), Some(account)) if account.is_disabled => Err(NotLetIn::Disabled),
            (Some(granted), Some(account)) => self.renew(&account.reader, granted, route, now),
            (Some(granted), None) => self.make(vouched, granted, route, now),
        };
        if let Err(why) = &admitted {
            let known = known.map(|account| account.reader);
            if let Some(reader) = &known {
                self.sessions.end_all(&reader.id);
            }
            self.write_denied(vouched, known.as_ref(), why, route, now)?;
        }
        admitted
    }

    /// Gives an account what is granted now.
    fn renew(&self, had: &Reader, granted: &Granted, route: &str, now: Timestamp) -> Result<Reader, NotLetIn> {
        let Granted { role, sites } = granted.clone();
        let reader = Reader::new(had.id.clone(), role, sites.clone());
        if *had == reader {
            return Ok(reader);
        }
        self.write_change(&reader.id, &Change::Give { role, sites }, route, now)?;
        self.accounts.update(&reader.id, |account| account.reader = reader.clone())?;
        self.sessions.end_all(&reader.id);
        Ok(reader)
    }

    /// Makes an account; nobody knows its password.
    fn make(&self, vouched: &Vouched, granted: &Granted, route: &str, now: Timestamp) -> Result<Reader, NotLetIn> {
        let id = vouched.name.clone().ok_or(NotLetIn::Unnamed)?;
        if self.accounts.find(&id).is_some() {
            return Err(NotLetIn::Taken);
        }
        let Granted { role, sites } = granted.clone();
        let reader = Reader::new(id, role, sites.clone());
        self.write_change(&reader.id, &Change::Add { role, sites }, route, now)?;
        let added = self.accounts.add(Account {
            reader: reader.clone(),
            password: HashedPassword::of(Token::random().as_str()),
            must_change: false,
            is_disabled: false,
            language: None,
            openid: Some(vouched.subject.clone()),
        });
        match added {
            Ok(()) => Ok(reader),
            // Somebody of that name was quicker.
            Err(AccountError::Exists(_)) => Err(NotLetIn::Taken),
            Err(error) => Err(error.into()),
        }
    }

    fn write_change(&self, id: &PersonId, change: &Change, route: &str, now: Timestamp) -> Result<(), AuditError> {
        let entry = Entry {
            at: now.to_string(),
            account: Some(id.to_string()),
            change: Some(change.words()),
            ..Entry::by(BY, BY, "account", route)
        };
        self.audit.write(now, &[entry])
    }

    fn write_denied(
        &self,
        vouched: &Vouched,
        known: Option<&Reader>,
        why: &NotLetIn,
        route: &str,
        now: Timestamp,
    ) -> Result<(), AuditError> {
        // The name is the provider's word: it must not be taken for an account's.
        let by = known.map_or_else(|| format!("{BY}:{}", called(vouched)), |reader| reader.id.to_string());
        let role = known.map_or(BY, |reader| reader.role.as_str());
        let denied = Entry {
            at: now.to_string(),
            outcome: "denied".to_owned(),
            account: Some(by.clone()),
            change: Some(why.name().to_owned()),
            ..Entry::by(&by, role, "sign_in", route)
        };
        self.audit.write(now, &[denied])
    }
}

/// What the provider calls somebody, or their key there as far as it can stand in the audit.
fn called(vouched: &Vouched) -> String {
    let is_sound = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    let key = || vouched.subject.subject.chars().filter(is_sound).take(MAX_NAME_LEN).collect();
    vouched.name.as_ref().map_or_else(key, ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::super::account::Accounts;
    use super::super::audit::{Audit, Filter};
    use super::super::keeping::{Keeper, Wanted};
    use super::super::session::Sessions;
    use super::*;

    const ROUTE: &str = "/sign-in/openid/back";

    fn books(directory: &std::path::Path) -> Books {
        Books {
            accounts: Accounts::open(&directory.join("accounts.json")).unwrap(),
            sessions: Sessions::default(),
            audit: Audit::open(&directory.join("audit")).unwrap(),
        }
    }

    fn now() -> Timestamp {
        "2026-03-01T08:00:00Z".parse().unwrap()
    }

    fn vouched(subject: &str, name: &str, granted: Option<(Role, &[&str])>) -> Vouched {
        let granted = granted.map(|(role, sites)| Granted {
            role,
            sites: sites.iter().map(|site| SiteId::parse(site).unwrap()).collect(),
        });
        let subject = Subject { issuer: "https://login.example.org".to_owned(), subject: subject.to_owned() };
        Vouched { subject, name: PersonId::parse(name).ok(), granted }
    }

    /// The newest line: what, who, how it ended, the account and how it was changed.
    fn last(books: &Books) -> [String; 5] {
        let line = books.audit.newest(&Filter::default(), 0, 1).unwrap().lines.remove(0);
        [line.what, line.by, line.outcome, line.account.unwrap_or_default(), line.change.unwrap_or_default()]
    }

    const PHYSICIAN: Option<(Role, &[&str])> = Some((Role::Physician, &["plant-a"]));

    #[test]
    fn an_account_is_made_once_and_follows_what_is_granted_whatever_its_owner_is_called_later() {
        let directory = tempfile::tempdir().unwrap();
        let books = books(directory.path());
        let reader = books.receive(&vouched("s-1", "dr.lan", PHYSICIAN), ROUTE, now()).unwrap();
        assert_eq!((reader.id.as_str(), reader.role, reader.sites.len()), ("dr.lan", Role::Physician, 1));
        assert_eq!(last(&books), ["account", "openid", "granted", "dr.lan", "added physician plant-a"]);
        let (token, _) = books.sessions.begin(reader.id.clone(), now());
        assert_eq!(books.receive(&vouched("s-1", "dr.lan", PHYSICIAN), ROUTE, now()).unwrap(), reader);
        assert!(books.sessions.find(&token, now()).is_some(), "nothing changed");

        let changed = books.receive(&vouched("s-1", "lan.nguyen", Some((Role::OhLead, &[]))), ROUTE, now()).unwrap();
        assert_eq!((changed.id.as_str(), changed.role, changed.sites.len()), ("dr.lan", Role::OhLead, 0));
        assert_eq!(last(&books), ["account", "openid", "granted", "dr.lan", "changed oh_lead *"]);
        assert!(books.sessions.find(&token, now()).is_none());
        let again = Accounts::open(&directory.path().join("accounts.json")).unwrap();
        assert_eq!(again.all(), books.accounts.all());
        assert_eq!(again.all().len(), 1);
        assert_eq!(again.find_subject(&vouched("s-1", "", None).subject).unwrap().reader, changed);
    }

    #[test]
    fn nobody_takes_over_an_account_by_being_called_like_it() {
        let directory = tempfile::tempdir().unwrap();
        let books = books(directory.path());
        let add = Wanted::Add { role: "administrator".to_owned(), sites: Vec::new() };
        books.change(&Keeper::Command, "admin", &add, now()).unwrap();
        books.receive(&vouched("s-1", "dr.lan", PHYSICIAN), ROUTE, now()).unwrap();
        let accounts = books.accounts.all();
        let of_another_house = Vouched {
            subject: Subject { issuer: "https://login.example.com".to_owned(), subject: "s-1".to_owned() },
            ..vouched("s-1", "dr.lan", PHYSICIAN)
        };
        for wrong in [vouched("s-2", "admin", PHYSICIAN), vouched("s-2", "dr.lan", PHYSICIAN), of_another_house] {
            assert_eq!(books.receive(&wrong, ROUTE, now()).unwrap_err().name(), "taken");
            let name = format!("openid:{}", wrong.name.as_ref().unwrap());
            assert_eq!(last(&books), ["sign_in", &name, "denied", &name, "taken"]);
        }
        assert_eq!(books.accounts.all(), accounts);
    }

    #[test]
    fn whoever_is_granted_nothing_gets_no_account_and_loses_the_sessions_of_one() {
        let directory = tempfile::tempdir().unwrap();
        let books = books(directory.path());
        let unknown = vouched("x <y>\n\"z\"", "not a name", None);
        assert_eq!(books.receive(&unknown, ROUTE, now()).unwrap_err().name(), "ungranted");
        assert_eq!(last(&books), ["sign_in", "openid:xyz", "denied", "openid:xyz", "ungranted"]);
        assert!(books.accounts.all().is_empty());
        let unnamed = Vouched { name: None, ..vouched("s-1", "", PHYSICIAN) };
        assert_eq!(books.receive(&unnamed, ROUTE, now()).unwrap_err().name(), "unnamed");
        assert!(books.accounts.all().is_empty());

        let reader = books.receive(&vouched("s-1", "dr.lan", PHYSICIAN), ROUTE, now()).unwrap();
        let (token, _) = books.sessions.begin(reader.id.clone(), now());
        assert_eq!(books.receive(&vouched("s-1", "dr.lan", None), ROUTE, now()).unwrap_err().name(), "ungranted");
        assert_eq!(last(&books), ["sign_in", "dr.lan", "denied", "dr.lan", "ungranted"]);
        assert!(books.sessions.find(&token, now()).is_none());
    }

    #[test]
    fn what_the_provider_says_is_not_changed_here_but_an_account_can_be_switched_off() {
        let directory = tempfile::tempdir().unwrap();
        let books = books(directory.path());
        books.receive(&vouched("s-1", "dr.lan", PHYSICIAN), ROUTE, now()).unwrap();
        let give = Wanted::Change { role: "oh_head".to_owned(), sites: Vec::new() };
        for wanted in [give, Wanted::Reset] {
            assert_eq!(books.change(&Keeper::Command, "dr.lan", &wanted, now()).unwrap_err().name(), "provider");
        }
        books.change(&Keeper::Command, "dr.lan", &Wanted::Disable, now()).unwrap();
        assert_eq!(books.receive(&vouched("s-1", "dr.lan", PHYSICIAN), ROUTE, now()).unwrap_err().name(), "disabled");
        books.change(&Keeper::Command, "dr.lan", &Wanted::Enable, now()).unwrap();
        books.receive(&vouched("s-1", "dr.lan", PHYSICIAN), ROUTE, now()).unwrap();
    }

    #[test]
    fn an_administrator_of_the_provider_does_not_stand_in_for_one_with_a_password() {
        let directory = tempfile::tempdir().unwrap();
        let books = books(directory.path());
        let add = Wanted::Add { role: "administrator".to_owned(), sites: Vec::new() };
        books.change(&Keeper::Command, "admin", &add, now()).unwrap();
        books.receive(&vouched("s-1", "root", Some((Role::Administrator, &[]))), ROUTE, now()).unwrap();
        assert_eq!(books.change(&Keeper::Command, "admin", &Wanted::Disable, now()).unwrap_err().name(), "last");
        books.change(&Keeper::Command, "root", &Wanted::Disable, now()).unwrap();
    }
}
