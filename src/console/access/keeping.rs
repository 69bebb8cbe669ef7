//! Keeping accounts: making them, switching them off and on, giving roles, sites and new passwords.
//!
//! Pages and commands come here alike, so that each change ends the account's sessions and stands in the audit.

use serde::{Deserialize, Serialize};

use super::Reader;
use super::account::{Account, AccountError, Accounts};
use super::audit::{Audit, AuditError, Entry};
use super::password::HashedPassword;
use super::session::{Sessions, Token};
use crate::domain::Timestamp;
use crate::domain::ids::{NameError, SiteId};
use crate::domain::person::{PersonId, PersonIdError, Role};

/// What is done to an account, as it was written down by whoever wants it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Wanted {
    /// Make it.
    Add {
        /// The role.
        role: String,
        /// The sites; all, where none is named.
        sites: Vec<String>,
    },
    /// Give it another role and other sites.
    Change {
        /// The role.
        role: String,
        /// The sites; all, where none is named.
        sites: Vec<String>,
    },
    /// Switch it off.
    Disable,
    /// Switch it on again.
    Enable,
    /// Give it a new one-time password.
    Reset,
}

/// Why an account is not changed.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// The name cannot be one.
    #[error("{text:?} {error}")]
    Name {
        /// The name.
        text: String,
        /// What is wrong.
        error: PersonIdError,
    },
    /// The site cannot be one.
    #[error("{text:?} {error}")]
    Site {
        /// The site.
        text: String,
        /// What is wrong.
        error: NameError,
    },
    /// There is no such role.
    #[error("there is no role {0:?}; there are {known}", known = role_names().join(", "))]
    Role(String),
    /// Whoever wants it looks after other sites.
    #[error("that account is of sites that you do not look after")]
    Foreign,
    /// Role, sites and password are the OpenID provider's.
    #[error("the OpenID provider signs that account in: its role, sites and password are changed there")]
    Provider,
    /// It cannot be kept.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// It cannot be written down, and is not done.
    #[error(transparent)]
    Audit(#[from] AuditError),
}

impl KeepError {
    /// The name of why, the end of the key of its text.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Name { .. } => "bad-name",
            Self::Site { .. } => "bad-site",
            Self::Role(_) => "bad-role",
            Self::Foreign => "foreign",
            Self::Provider => "provider",
            Self::Account(AccountError::Exists(_)) => "exists",
            Self::Account(AccountError::Unknown(_)) => "unknown",
            Self::Account(AccountError::LastAdministrator(_)) => "last",
            Self::Account(AccountError::Io { .. } | AccountError::Content { .. }) | Self::Audit(_) => "failed",
        }
    }
}

fn role_names() -> Vec<&'static str> {
    Role::ALL.iter().map(|role| role.as_str()).collect()
}

/// Who changes accounts.
#[derive(Debug, Clone)]
pub enum Keeper {
    /// Somebody who is signed in; of their sites alone.
    Reader(Reader),
    /// A command on the machine, whose files are open to it anyhow.
    Command,
}

impl Keeper {
    fn entry(&self) -> Entry {
        match self {
            Self::Reader(reader) => Entry::of(reader, "account", "/accounts"),
            Self::Command => Entry::by("command", Role::Operator.as_str(), "account", "vagus accounts"),
        }
    }

    /// Whether accounts of these sites are theirs: who looks after some sites gives nobody all of them.
    #[must_use]
    pub fn keeps(&self, sites: &[SiteId]) -> bool {
        match self {
            Self::Reader(reader) if !reader.sites.is_empty() => {
                !sites.is_empty() && sites.iter().all(|site| reader.sites.contains(site))
            }
            Self::Reader(_) | Self::Command => true,
        }
    }
}

/// What a change touches.
#[derive(Debug, Clone)]
pub struct Books {
    /// The accounts.
    pub accounts: Accounts,
    /// Who is signed in.
    pub sessions: Sessions,
    /// The audit.
    pub audit: Audit,
}

impl Books {
    /// Changes an account: written down first, and whoever is signed in with it is not any more. Gives the
    /// one-time password, where one was made: it is kept nowhere, so it is told now or never. It blocks.
    ///
    /// # Errors
    /// [`KeepError`]; nothing has changed then.
    pub fn change(
        &self,
        keeper: &Keeper,
        name: &str,
        wanted: &Wanted,
        now: Timestamp,
    ) -> Result<Option<String>, KeepError> {
        let id = PersonId::parse(name).map_err(|error| KeepError::Name { text: name.to_owned(), error })?;
        let change = Change::of(wanted)?;
        let known = self.accounts.find(&id);
        let is_theirs = known.as_ref().is_none_or(|account| keeper.keeps(&account.reader.sites));
        if !is_theirs || !change.sites().is_none_or(|sites| keeper.keeps(sites)) {
            return Err(KeepError::Foreign);
        }
        match (&change, known) {
            (Change::Add { .. }, Some(_)) => return Err(AccountError::Exists(id).into()),
            (Change::Give { .. } | Change::Switch(_) | Change::Reset, None) => {
                return Err(AccountError::Unknown(id).into());
            }
            (Change::Give { .. } | Change::Reset, Some(account)) if account.openid.is_some() => {
                return Err(KeepError::Provider);
            }
            (Change::Add { .. }, None) | (Change::Give { .. } | Change::Switch(_) | Change::Reset, Some(_)) => {}
        }
        let entry = Entry {
            account: Some(id.to_string()),
            change: Some(change.words()),
            at: now.to_string(),
            ..keeper.entry()
        };
        self.audit.write(now, std::slice::from_ref(&entry))?;
        let done = self.keep(&id, change);
        match &done {
            Ok(_) => self.sessions.end_all(&id),
            Err(_) => self.audit.write(now, &[Entry { outcome: "failed".to_owned(), ..entry }])?,
        }
        Ok(done?)
    }

    fn keep(&self, id: &PersonId, change: Change) -> Result<Option<String>, AccountError> {
        match change {
            Change::Add { role, sites } => {
                let password = one_time();
                let account = Account {
                    reader: Reader::new(id.clone(), role, sites),
                    password: HashedPassword::of(&password),
                    must_change: true,
                    is_disabled: false,
                    language: None,
                    openid: None,
                };
                self.accounts.add(account)?;
                Ok(Some(password))
            }
            Change::Give { role, sites } => {
                let give = |account: &mut Account| account.reader = Reader::new(id.clone(), role, sites);
                self.accounts.update(id, give).map(|()| None)
            }
            Change::Switch(is_disabled) => {
                self.accounts.update(id, |account| account.is_disabled = is_disabled).map(|()| None)
            }
            Change::Reset => {
                let password = one_time();
                let hashed = HashedPassword::of(&password);
                self.accounts.update(id, |account| {
                    account.password = hashed;
                    account.must_change = true;
                })?;
                Ok(Some(password))
            }
        }
    }
}

/// A password that is used once: 96 bits, to be typed in by hand.
#[must_use]
pub fn one_time() -> String {
    Token::random().as_str().chars().take(24).collect()
}

/// What is wanted, once its words are understood.
pub(super) enum Change {
    Add { role: Role, sites: Vec<SiteId> },
    Give { role: Role, sites: Vec<SiteId> },
    Switch(bool),
    Reset,
}

impl Change {
    fn of(wanted: &Wanted) -> Result<Self, KeepError> {
        match wanted {
            Wanted::Add { role, sites } => Ok(Self::Add { role: parse_role(role)?, sites: parse_sites(sites)? }),
            Wanted::Change { role, sites } => Ok(Self::Give { role: parse_role(role)?, sites: parse_sites(sites)? }),
            Wanted::Disable => Ok(Self::Switch(true)),
            Wanted::Enable => Ok(Self::Switch(false)),
            Wanted::Reset => Ok(Self::Reset),
        }
    }

    fn sites(&self) -> Option<&[SiteId]> {
        match self {
            Self::Add { sites, .. } | Self::Give { sites, .. } => Some(sites),
            Self::Switch(_) | Self::Reset => None,
        }
    }

    /// As the audit tells it.
    pub(super) fn words(&self) -> String {
        let of = |word: &str, role: &Role, sites: &[SiteId]| {
            let sites: Vec<&str> = sites.iter().map(SiteId::as_str).collect();
            format!("{word} {} {}", role.as_str(), if sites.is_empty() { "*".to_owned() } else { sites.join(",") })
        };
        match self {
            Self::Add { role, sites } => of("added", role, sites),
            Self::Give { role, sites } => of("changed", role, sites),
            Self::Switch(true) => "disabled".to_owned(),
            Self::Switch(false) => "enabled".to_owned(),
            Self::Reset => "reset".to_owned(),
        }
    }
}

fn parse_role(text: &str) -> Result<Role, KeepError> {
    Role::parse(text).ok_or_else(|| KeepError::Role(text.to_owned()))
}

fn parse_sites(texts: &[String]) -> Result<Vec<SiteId>, KeepError> {
    let parse = |text: &String| SiteId::parse(text).map_err(|error| KeepError::Site { text: text.clone(), error });
    texts.iter().map(parse).collect()
}

#[cfg(test)]
mod tests {
    use super::super::audit::Filter;
    use super::*;

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

    fn add(role: &str, sites: &[&str]) -> Wanted {
        Wanted::Add { role: role.to_owned(), sites: sites.iter().map(|site| (*site).to_owned()).collect() }
    }

    #[test]
    fn every_change_ends_the_sessions_of_the_account_and_stands_in_the_audit() {
        let directory = tempfile::tempdir().unwrap();
        let books = books(directory.path());
        let password = books.change(&Keeper::Command, "root", &add("administrator", &[]), now()).unwrap().unwrap();
        let id = PersonId::parse("root").unwrap();
        assert!(books.accounts.find(&id).unwrap().password.is_of(&password));
        assert!(books.accounts.find(&id).unwrap().must_change);
        books.change(&Keeper::Command, "dr.lan", &add("physician", &["plant-a"]), now()).unwrap();
        let lan = PersonId::parse("dr.lan").unwrap();
        let given = Wanted::Change { role: "oh_lead".to_owned(), sites: Vec::new() };
        for (wanted, words) in [
            (given, "changed oh_lead *"),
            (Wanted::Disable, "disabled"),
            (Wanted::Enable, "enabled"),
            (Wanted::Reset, "reset"),
        ] {
            let (token, _) = books.sessions.begin(lan.clone(), now());
            let (kept, _) = books.sessions.begin(id.clone(), now());
            books.change(&Keeper::Command, "dr.lan", &wanted, now()).unwrap();
            assert!(books.sessions.find(&token, now()).is_none(), "{wanted:?}");
            assert!(books.sessions.find(&kept, now()).is_some(), "{wanted:?}");
            let last = books.audit.newest(&Filter::default(), 0, 1).unwrap().lines.remove(0);
            assert_eq!((last.account.as_deref(), last.change.as_deref()), (Some("dr.lan"), Some(words)));
            assert_eq!((last.by.as_str(), last.outcome.as_str()), ("command", "granted"));
        }
    }

    #[test]
    fn the_last_administrator_stays_and_the_attempt_is_told() {
        let directory = tempfile::tempdir().unwrap();
        let books = books(directory.path());
        books.change(&Keeper::Command, "root", &add("administrator", &[]), now()).unwrap();
        let refused = books.change(&Keeper::Command, "root", &Wanted::Disable, now()).unwrap_err();
        assert_eq!(refused.name(), "last");
        assert_eq!(books.audit.newest(&Filter::default(), 0, 1).unwrap().lines[0].outcome, "failed");
    }

    #[test]
    fn who_looks_after_some_sites_keeps_accounts_of_these_alone() {
        let directory = tempfile::tempdir().unwrap();
        let books = books(directory.path());
        let sites = vec![SiteId::parse("plant-a").unwrap()];
        let keeper = Keeper::Reader(Reader::new(PersonId::parse("root.a").unwrap(), Role::Administrator, sites));
        books.change(&Keeper::Command, "dr.b", &add("physician", &["plant-b"]), now()).unwrap();
        books.change(&keeper, "dr.a", &add("physician", &["plant-a"]), now()).unwrap();
        let wide = Wanted::Change { role: "physician".to_owned(), sites: Vec::new() };
        for (name, wanted) in [
            ("dr.b", Wanted::Reset),
            ("dr.a", wide),
            ("dr.c", add("physician", &[])),
            ("dr.c", add("physician", &["plant-a", "plant-b"])),
        ] {
            assert_eq!(books.change(&keeper, name, &wanted, now()).unwrap_err().name(), "foreign", "{name} {wanted:?}");
        }
    }

    #[test]
    fn what_is_not_understood_changes_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let books = books(directory.path());
        for (name, wanted, why) in [
            ("dr lan", add("physician", &[]), "bad-name"),
            ("dr.lan", add("boss", &[]), "bad-role"),
            ("dr.lan", add("physician", &["plant a"]), "bad-site"),
            ("dr.lan", Wanted::Reset, "unknown"),
        ] {
            assert_eq!(books.change(&Keeper::Command, name, &wanted, now()).unwrap_err().name(), why);
        }
        assert!(
            books.accounts.all().is_empty() && books.audit.newest(&Filter::default(), 0, 1).unwrap().lines.is_empty()
        );
    }
}
