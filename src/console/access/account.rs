//! Accounts: who may sign in, kept in one file that is replaced whole.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use serde::{Deserialize, Serialize};

use super::Reader;
use super::password::HashedPassword;
use super::provider::Subject;
use crate::domain::ids::SiteId;
use crate::domain::person::{PersonId, Role};

/// Somebody who may sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Who, in which role, for which sites.
    pub reader: Reader,
    /// The password's hash.
    pub password: HashedPassword,
    /// Whether the password was given by somebody else, and must be changed before anything is seen.
    pub must_change: bool,
    /// Whether the account is switched off.
    pub is_disabled: bool,
    /// The language that was chosen, e.g. `vi`; the browser's where none was.
    pub language: Option<String>,
    /// Who it is at the OpenID provider that signs them in; such an account has no password.
    pub openid: Option<Subject>,
}

/// Why accounts could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The file cannot be read or written.
    #[error("accounts in {path}: {error}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What failed.
        error: std::io::Error,
    },
    /// The file does not hold accounts.
    #[error("accounts in {path}: {problem}", path = path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// There is an account of that name.
    #[error("there is an account {0} already")]
    Exists(PersonId),
    /// There is none of that name.
    #[error("there is no account {0}")]
    Unknown(PersonId),
    /// Nobody could manage accounts any more.
    #[error("{0} is the last administrator; make another one first")]
    LastAdministrator(PersonId),
}

/// The version of the file's format.
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct File {
    format: u32,
    accounts: Vec<Stored>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    id: String,
    role: String,
    sites: Vec<String>,
    password: HashedPassword,
    must_change: bool,
    is_disabled: bool,
    language: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    openid: Option<Subject>,
}

impl Stored {
    fn of(account: &Account) -> Self {
        let Account { reader, password, must_change, is_disabled, language, openid } = account.clone();
        Self {
            id: reader.id.to_string(),
            role: reader.role.as_str().to_owned(),
            sites: reader.sites.iter().map(ToString::to_string).collect(),
            password,
            must_change,
            is_disabled,
            language,
            openid,
        }
    }

    fn account(self) -> Result<Account, String> {
        let id = PersonId::parse(&self.id).map_err(|error| format!("{:?} {error}", self.id))?;
        let role = Role::parse(&self.role).ok_or_else(|| format!("there is no role {}", self.role))?;
        let sites = self.sites.iter().map(|site| SiteId::parse(site).map_err(|error| format!("{site:?} {error}")));
        let sites = sites.collect::<Result<Vec<_>, _>>()?;
        let Self { password, must_change, is_disabled, language, openid, .. } = self;
        Ok(Account { reader: Reader::new(id, role, sites), password, must_change, is_disabled, language, openid })
    }
}

/// All accounts. Clones are the same accounts.
#[derive(Debug, Clone)]
pub struct Accounts {
    path: Arc<Path>,
    known: Arc<RwLock<Vec<Account>>>,
}

impl Accounts {
    /// Reads the file; without one there is no account.
    ///
    /// # Errors
    /// [`AccountError`] where it cannot be read, or is of another version.
    pub fn open(path: &Path) -> Result<Self, AccountError> {
        let wrong = |problem: String| AccountError::Content { path: path.to_owned(), problem };
        let known = match std::fs::read(path) {
            Ok(bytes) => {
                let file: File = serde_json::from_slice(&bytes).map_err(|error| wrong(error.to_string()))?;
                if file.format != FORMAT {
                    return Err(wrong(format!("format {} is not known to this version of Vagus", file.format)));
                }
                file.accounts.into_iter().map(Stored::account).collect::<Result<_, _>>().map_err(wrong)?
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(AccountError::Io { path: path.to_owned(), error }),
        };
        Ok(Self { path: path.into(), known: Arc::new(RwLock::new(known)) })
    }

    /// Every account, by name.
    #[must_use]
    pub fn all(&self) -> Vec<Account> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The account of that name.
    #[must_use]
    pub fn find(&self, id: &PersonId) -> Option<Account> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.iter().find(|account| account.reader.id == *id).cloned()
    }

    /// The account of somebody whom a provider signs in.
    #[must_use]
    pub fn find_subject(&self, subject: &Subject) -> Option<Account> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.iter().find(|account| account.openid.as_ref() == Some(subject)).cloned()
    }

    /// Adds an account.
    ///
    /// # Errors
    /// [`AccountError::Exists`], or where the file cannot be written; nothing has changed then.
    pub fn add(&self, account: Account) -> Result<(), AccountError> {
        self.change(|known| {
            let id = &account.reader.id;
            if known.iter().any(|other| other.reader.id == *id) {
                return Err(AccountError::Exists(id.clone()));
            }
            known.push(account);
            known.sort_by(|a, b| a.reader.id.cmp(&b.reader.id));
            Ok(())
        })
    }

    /// Changes an account.
    ///
    /// # Errors
    /// [`AccountError::Unknown`], [`AccountError::LastAdministrator`], or where the file cannot be written;
    /// nothing has changed then.
    pub fn update(&self, id: &PersonId, change: impl FnOnce(&mut Account)) -> Result<(), AccountError> {
        self.change(|known| {
            // One whom a provider signs in is shut out while that is away.
            let is_kept = |account: &Account| {
                account.reader.role == Role::Administrator && !account.is_disabled && account.openid.is_none()
            };
            let had_one = known.iter().any(is_kept);
            let account = known.iter_mut().find(|account| account.reader.id == *id);
            change(account.ok_or_else(|| AccountError::Unknown(id.clone()))?);
            let is_without = had_one && !known.iter().any(is_kept);
            if is_without { Err(AccountError::LastAdministrator(id.clone())) } else { Ok(()) }
        })
    }

    /// Writes the changed accounts, and only then takes them for known.
    fn change(&self, change: impl FnOnce(&mut Vec<Account>) -> Result<(), AccountError>) -> Result<(), AccountError> {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let mut changed = known.clone();
        change(&mut changed)?;
        let file = File { format: FORMAT, accounts: changed.iter().map(Stored::of).collect() };
        replace_file(&self.path, &file).map_err(|error| AccountError::Io { path: self.path.to_path_buf(), error })?;
        *known = changed;
        Ok(())
    }
}

/// Replaces the file in one step: a reader, or a start after a loss of power, finds the old or the new one.
pub(super) fn replace_file(path: &Path, file: &impl Serialize) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let beside = path.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    let mut out = options.write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    serde_json::to_writer_pretty(&mut out, file)?;
    out.write_all(b"\n")?;
    out.sync_all()?;
    std::fs::rename(&beside, path)?;
    std::fs::File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(id: &str, role: Role) -> Account {
        Account {
            reader: Reader::new(PersonId::parse(id).unwrap(), role, vec![SiteId::parse("plant-a").unwrap()]),
            password: HashedPassword::of("a password of some length"),
            must_change: true,
            is_disabled: false,
            language: Some("vi".to_owned()),
            openid: None,
        }
    }

    #[test]
    fn accounts_are_there_again_after_a_start() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("accounts.json");
        let accounts = Accounts::open(&path).unwrap();
        accounts.add(account("root", Role::Administrator)).unwrap();
        accounts.add(account("dr.lan", Role::Physician)).unwrap();
        let id = PersonId::parse("dr.lan").unwrap();
        accounts.update(&id, |account| account.must_change = false).unwrap();
        let again = Accounts::open(&path).unwrap();
        assert_eq!(again.all(), accounts.all());
        assert!(!again.find(&id).unwrap().must_change);
    }

    #[test]
    fn two_of_one_name_and_a_house_without_administrator_are_refused_and_change_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let accounts = Accounts::open(&directory.path().join("accounts.json")).unwrap();
        accounts.add(account("root", Role::Administrator)).unwrap();
        assert!(matches!(accounts.add(account("root", Role::Physician)), Err(AccountError::Exists(_))));
        let id = PersonId::parse("root").unwrap();
        let refused = accounts.update(&id, |account| account.is_disabled = true);
        assert!(matches!(refused, Err(AccountError::LastAdministrator(_))), "{refused:?}");
        assert_eq!(accounts.all(), vec![accounts.find(&id).unwrap()]);
        assert!(!accounts.find(&id).unwrap().is_disabled);
    }

    #[test]
    fn a_file_of_a_later_version_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("accounts.json");
        std::fs::write(&path, r#"{"format":2,"accounts":[]}"#).unwrap();
        let error = Accounts::open(&path).unwrap_err().to_string();
        assert!(error.contains("format 2 is not known"), "{error}");
    }
}
