//! Links by which workers reach their own page: each works once, for a week.
//!
//! A worker goes in, a secret comes out, and once the worker for the secret. The file holds hashes: who
//! reads it opens nobody's page.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::account::replace_file;
use super::password::HashedPassword;
use super::session::Token;
use crate::domain::ids::{SiteId, WorkerId, WorkerKey};
use crate::domain::worker::Tombstone;
use crate::domain::{SignedDuration, Timestamp};

/// How long a link can be used.
///
/// # Source
/// Our own choice: long enough for a letter to arrive.
pub const LASTS: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The first digits of a secret find its line; the others are proven.
const NAME_CHARS: usize = 16;

/// Why links could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("links of workers in {path}: {error}", path = path.display())]
pub struct LinkError {
    /// The file.
    pub path: PathBuf,
    /// What failed.
    pub error: std::io::Error,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Link {
    name: String,
    secret: HashedPassword,
    site: String,
    worker: String,
    until: String,
}

impl Link {
    fn lives(&self, now: Timestamp) -> bool {
        self.until.parse().is_ok_and(|until: Timestamp| now < until)
    }

    fn key(&self) -> Option<WorkerKey> {
        Some(WorkerKey { site: SiteId::parse(&self.site).ok()?, worker: WorkerId::parse(&self.worker).ok()? })
    }
}

/// Every link that was not used yet. Clones are the same.
#[derive(Debug, Clone)]
pub struct Links {
    path: Arc<Path>,
    known: Arc<Mutex<Vec<Link>>>,
}

impl Links {
    /// Reads the file; without one there is no link.
    ///
    /// # Errors
    /// [`LinkError`] where it cannot be read.
    pub fn open(path: &Path) -> Result<Self, LinkError> {
        let failed = |error| LinkError { path: path.to_owned(), error };
        let known = match std::fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| failed(error.into()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(failed(error)),
        };
        Ok(Self { path: path.into(), known: Arc::new(Mutex::new(known)) })
    }

    /// Makes a link for a worker, and gives its secret; an older one of theirs works no more. It blocks.
    ///
    /// # Errors
    /// [`LinkError`] where it cannot be kept.
    pub fn make(&self, key: &WorkerKey, now: Timestamp) -> Result<Token, LinkError> {
        let token = Token::random();
        let (name, secret) = parts(&token).expect("a token is longer than its name");
        let until = now.checked_add(LASTS).unwrap_or(now);
        let link = Link {
            name: name.to_owned(),
            secret: HashedPassword::of(secret),
            site: key.site.to_string(),
            worker: key.worker.to_string(),
            until: until.to_string(),
        };
        self.change(now, |links| {
            links.retain(|other| (&other.site, &other.worker) != (&link.site, &link.worker));
            links.push(link);
        })?;
        Ok(token)
    }

    /// The worker of a secret; it works no more. It blocks.
    ///
    /// # Errors
    /// [`LinkError`] where that cannot be kept: then it was not used.
    pub fn take(&self, token: &Token, now: Timestamp) -> Result<Option<WorkerKey>, LinkError> {
        let Some((name, secret)) = parts(token) else { return Ok(None) };
        let found =
            self.known.lock().unwrap_or_else(PoisonError::into_inner).iter().find(|link| link.name == name).cloned();
        // Slow on purpose, and not while others wait.
        let Some(link) = found.filter(|link| link.lives(now) && link.secret.is_of(secret)) else { return Ok(None) };
        let mut was_there = false;
        self.change(now, |links| {
            let before = links.len();
            links.retain(|other| other.name != link.name);
            was_there = links.len() < before;
        })?;
        Ok(link.key().filter(|_| was_there))
    }

    /// Ends every link of a worker: they were erased.
    ///
    /// # Errors
    /// [`LinkError`] where that cannot be kept.
    pub fn end_all(&self, key: &WorkerKey, now: Timestamp) -> Result<(), LinkError> {
        let is_theirs = |link: &Link| link.site == key.site.as_str() && link.worker == key.worker.as_str();
        self.change(now, |links| links.retain(|link| !is_theirs(link)))
    }

    /// Ends the links of everybody who was erased.
    ///
    /// # Errors
    /// [`LinkError`] where that cannot be kept.
    pub fn forget(&self, stones: &[Tombstone], now: Timestamp) -> Result<(), LinkError> {
        let is_of = |link: &Link, site: &SiteId| stones.iter().any(|stone| stone.is_of(site, &link.worker));
        self.change(now, |links| links.retain(|link| !SiteId::parse(&link.site).is_ok_and(|site| is_of(link, &site))))
    }

    fn change(&self, now: Timestamp, change: impl FnOnce(&mut Vec<Link>)) -> Result<(), LinkError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changed = known.clone();
        changed.retain(|link| link.lives(now));
        change(&mut changed);
        replace_file(&self.path, &changed).map_err(|error| LinkError { path: self.path.to_path_buf(), error })?;
        *known = changed;
        Ok(())
    }
}

fn parts(token: &Token) -> Option<(&str, &str)> {
    token.as_str().split_at_checked(NAME_CHARS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(days: i64) -> Timestamp {
        Timestamp::from_second(1_772_000_000 + 86_400 * days).unwrap()
    }

    fn key(worker: &str) -> WorkerKey {
        WorkerKey { site: SiteId::parse("plant-a").unwrap(), worker: WorkerId::parse(worker).unwrap() }
    }

    #[test]
    fn a_link_opens_the_page_of_its_worker_once_also_after_a_start() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("links.json");
        let token = Links::open(&path).unwrap().make(&key("w-1"), at(0)).unwrap();
        let links = Links::open(&path).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains(&token.as_str()[NAME_CHARS..]), "{text}");
        let wrong = Token::sent(&format!("{}0", &token.as_str()[..63]));
        let wrong = if wrong == token { Token::sent(&token.as_str()[..63]) } else { wrong };
        for other in [wrong, Token::random(), Token::sent(""), Token::sent("ŵ")] {
            assert_eq!(links.take(&other, at(1)).unwrap(), None);
        }
        assert_eq!(links.take(&token, at(1)).unwrap(), Some(key("w-1")));
        assert_eq!(links.take(&token, at(1)).unwrap(), None);
        assert_eq!(Links::open(&path).unwrap().take(&token, at(1)).unwrap(), None);
    }

    #[test]
    fn a_link_ends_after_a_week_with_the_next_one_and_with_the_worker() {
        let directory = tempfile::tempdir().unwrap();
        let links = Links::open(&directory.path().join("links.json")).unwrap();
        let old = links.make(&key("w-1"), at(0)).unwrap();
        assert_eq!(links.take(&old, at(7)).unwrap(), None);
        let old = links.make(&key("w-1"), at(0)).unwrap();
        let (new, other) = (links.make(&key("w-1"), at(1)).unwrap(), links.make(&key("w-2"), at(1)).unwrap());
        assert_eq!(links.take(&old, at(2)).unwrap(), None);
        assert_eq!(links.take(&new, at(2)).unwrap(), Some(key("w-1")));
        links.end_all(&key("w-2"), at(2)).unwrap();
        assert_eq!(links.take(&other, at(2)).unwrap(), None);
    }
}
