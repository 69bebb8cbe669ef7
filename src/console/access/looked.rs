//! What every account has looked at: which version of each case, so that the inbox can say what changed since.
//!
//! It is kept in a file so that a restart does not make everything new; losing it makes everything new, and
//! does no other harm.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::person::PersonId;

/// Versions of cases, by account and case.
type Versions = BTreeMap<String, BTreeMap<String, String>>;

/// How a case stands to what somebody looked at last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// They never looked at it.
    New,
    /// It is another than they looked at.
    Changed,
    /// It is as they saw it.
    Seen,
}

/// What every account has looked at. Clones are the same.
#[derive(Debug, Clone)]
pub struct Looked {
    path: Arc<Path>,
    known: Arc<Mutex<Versions>>,
}

impl Looked {
    /// Reads the file; without one, or where it cannot be read, nobody has looked at anything.
    #[must_use]
    pub fn open(path: &Path) -> Self {
        let read = std::fs::read(path).ok();
        let known = read.and_then(|bytes| match serde_json::from_slice(&bytes) {
            Ok(known) => Some(known),
            Err(error) => {
                tracing::warn!("{}: {error}; every case counts as new once more", path.display());
                None
            }
        });
        Self { path: path.into(), known: Arc::new(Mutex::new(known.unwrap_or_default())) }
    }

    /// How a case stands to what somebody looked at last.
    #[must_use]
    pub fn since(&self, who: &PersonId, case: &str, version: &str) -> Since {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match known.get(who.as_str()).and_then(|cases| cases.get(case)) {
            None => Since::New,
            Some(seen) if seen == version => Since::Seen,
            Some(_) => Since::Changed,
        }
    }

    /// Keeps that somebody looks at a version of a case. It blocks where that is news.
    pub fn look(&self, who: &PersonId, case: &str, version: &str) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let cases = known.entry(who.as_str().to_owned()).or_default();
        if cases.insert(case.to_owned(), version.to_owned()).as_deref() == Some(version) {
            return;
        }
        if let Err(error) = replace(&self.path, &known) {
            tracing::warn!("{}: {error}; what was looked at is forgotten at the next start", self.path.display());
        }
    }

    /// Forgets cases that are no more. It blocks.
    pub fn forget(&self, cases: &[String]) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.values_mut().for_each(|seen| seen.retain(|case, _| !cases.contains(case)));
        if let Err(error) = replace(&self.path, &known) {
            tracing::warn!("{}: {error}; what was looked at is forgotten at the next start", self.path.display());
        }
    }

    /// Forgets the cases of an account that are not among these, which are all that its inbox can show.
    pub fn keep(&self, who: &PersonId, cases: &BTreeSet<&str>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(seen) = known.get_mut(who.as_str()) {
            seen.retain(|case, _| cases.contains(case.as_str()));
        }
    }
}

fn replace(path: &Path, known: &Versions) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let beside = PathBuf::from(format!("{}.new", path.display()));
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(&serde_json::to_vec(known)?)?;
    std::fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_new_until_it_is_looked_at_and_changed_when_it_is_another_also_after_a_restart() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("looked.json");
        let (lan, minh) = (PersonId::parse("dr.lan").unwrap(), PersonId::parse("dr.minh").unwrap());
        let looked = Looked::open(&path);
        assert_eq!(looked.since(&lan, "c-1", "a"), Since::New);
        looked.look(&lan, "c-1", "a");
        looked.look(&lan, "c-2", "a");
        for looked in [looked, Looked::open(&path)] {
            assert_eq!(looked.since(&lan, "c-1", "a"), Since::Seen);
            assert_eq!(looked.since(&lan, "c-1", "b"), Since::Changed);
            assert_eq!(looked.since(&minh, "c-1", "a"), Since::New, "nobody looks for another");
            looked.keep(&lan, &BTreeSet::from(["c-2"]));
            assert_eq!(looked.since(&lan, "c-1", "a"), Since::New);
            assert_eq!(looked.since(&lan, "c-2", "a"), Since::Seen);
        }
    }

    #[test]
    fn a_file_that_makes_no_sense_is_as_none() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("looked.json");
        std::fs::write(&path, "{").unwrap();
        let lan = PersonId::parse("dr.lan").unwrap();
        let looked = Looked::open(&path);
        looked.look(&lan, "c-1", "a");
        assert_eq!(Looked::open(&path).since(&lan, "c-1", "a"), Since::Seen);
    }
}
