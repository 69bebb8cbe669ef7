//! The audit: who read what of whom, and who did what, a line each, written before it is shown.
//!
//! A file a month, in JSON lines, only ever appended to. It names pseudonyms, people and fields, and
//! no value of anybody's health.

mod backwards;
mod forget;

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::{Field, Reader};
use crate::domain::{TimeZone, Timestamp};
use backwards::Backwards;

/// One line of the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When, RFC 3339.
    pub at: String,
    /// Who: an account, `worker` for somebody who looks at themselves, or `openid:` and what the provider calls
    /// somebody who has no account.
    pub by: String,
    /// In which role.
    pub role: String,
    /// What was asked for: `read`, `deed`, `sign_in`, `sign_out`, `account`, `export`, `erase`, `worker_link`,
    /// `break_glass`, `break_glass_reviewed`, `what_if`, `backup`, `restore`.
    pub what: String,
    /// The page or the address of the API, with its parameters' names and not their values.
    pub route: String,
    /// The site.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub site: Option<String>,
    /// The worker's pseudonym.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub worker: Option<String>,
    /// The case.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub case: Option<String>,
    /// Which fields.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub fields: Vec<String>,
    /// `granted`, `denied` or `failed`; of a backup `granted` where it begins, and `done` or `failed` where it ends.
    pub outcome: String,
    /// The reason that was given, of a break-glass access.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// What a break-glass access and the look that somebody took at it have in common.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub mark: Option<String>,
    /// The account that was changed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub account: Option<String>,
    /// What was restored; where a backup goes, and how it ended; or how it was changed, or what was asked of a rule: `added`, `changed`, `disabled`, `enabled`, `reset`, with role and
    /// sites; or why somebody whom the OpenID provider vouches for was turned away: `ungranted`, `unnamed`, `taken`,
    /// `disabled`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub change: Option<String>,
}

impl Entry {
    /// A line about what somebody asked for at a route; when, is set where it is written.
    #[must_use]
    pub fn of(reader: &Reader, what: &str, route: &str) -> Self {
        Self::by(reader.id.as_str(), reader.role.as_str(), what, route)
    }

    /// The same of somebody who has no account: `worker`, or a command of the machine.
    #[must_use]
    pub fn by(name: &str, role: &str, what: &str, route: &str) -> Self {
        Self {
            at: String::new(),
            by: name.to_owned(),
            role: role.to_owned(),
            what: what.to_owned(),
            route: route.to_owned(),
            site: None,
            worker: None,
            case: None,
            fields: Vec::new(),
            outcome: "granted".to_owned(),
            reason: None,
            mark: None,
            account: None,
            change: None,
        }
    }

    /// That somebody was refused a field at a route.
    #[must_use]
    pub fn denied(reader: &Reader, route: &str, field: Field) -> Self {
        let denied = Self::of(reader, "read", route);
        Self { fields: vec![field.as_str().to_owned()], outcome: "denied".to_owned(), ..denied }
    }

    /// Of whom it tells.
    #[must_use]
    pub fn about(self, site: &str, worker: &str, case: Option<&str>) -> Self {
        let (site, worker, case) = (Some(site.to_owned()), Some(worker.to_owned()), case.map(str::to_owned));
        Self { site, worker, case, ..self }
    }

    /// Which fields were shown.
    #[must_use]
    pub fn with(self, fields: &[Field]) -> Self {
        Self { fields: fields.iter().map(|field| field.as_str().to_owned()).collect(), ..self }
    }
}

/// Which lines are looked for; an empty filter finds all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only by this account.
    pub by: Option<String>,
    /// Only of this site and worker.
    pub worker: Option<(String, String)>,
    /// Only of workers of that name, of any site.
    pub pseudonym: Option<String>,
    /// Only of these sites, or of none; all, where none is named.
    pub sites: Vec<String>,
    /// Only what is called one of these; all, where none is named.
    pub what: &'static [&'static str],
    /// Only what was granted.
    pub is_granted: bool,
}

/// What stands before the lines that were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// Nothing that passes.
    None,
    /// More lines that pass.
    More,
    /// Nobody knows: the audit is longer than is looked through at once.
    Unread,
}

/// The lines that were found, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// They themselves.
    pub lines: Vec<Entry>,
    /// What stands before them.
    pub rest: Rest,
}

/// So much of the audit is looked through at once, from its end: some four million lines. Our own choice.
const MAX_READ_BYTES: u64 = 1024 * 1024 * 1024;

impl Filter {
    fn passes(&self, entry: &Entry) -> bool {
        let is_by = self.by.as_ref().is_none_or(|by| entry.by == *by);
        let is_of = self
            .worker
            .as_ref()
            .is_none_or(|(site, worker)| entry.site.as_ref() == Some(site) && entry.worker.as_ref() == Some(worker));
        let is_called = self.pseudonym.as_ref().is_none_or(|worker| entry.worker.as_ref() == Some(worker));
        let is_there = self.sites.is_empty() || entry.site.as_ref().is_none_or(|site| self.sites.contains(site));
        let is_what = self.what.is_empty() || self.what.contains(&entry.what.as_str());
        let is_meant = !self.is_granted || entry.outcome == "granted";
        is_by && is_of && is_called && is_there && is_what && is_meant
    }

    /// Whether a line can pass at all, or one of many, told without taking them apart: a year of them is long.
    fn may_pass(&self, lines: &str) -> bool {
        let worker = self.worker.as_ref().map(|(_, worker)| worker);
        let texts = [self.by.as_ref(), worker, self.pseudonym.as_ref()];
        // Names hold nothing that JSON would write in another way.
        texts.into_iter().flatten().all(|text| lines.contains(text.as_str()))
            && (self.what.is_empty() || self.what.iter().any(|what| lines.contains(what)))
    }
}

/// Why the audit could not be written or read.
#[derive(Debug, thiserror::Error)]
#[error("the audit in {path}: {error}", path = path.display())]
pub struct AuditError {
    /// The file.
    pub path: PathBuf,
    /// What failed.
    pub error: std::io::Error,
}

/// The file that is written, and the month it is of.
#[derive(Debug)]
struct Open {
    month: String,
    file: File,
}

/// The audit. Clones write the same files.
#[derive(Debug, Clone)]
pub struct Audit {
    directory: Arc<Path>,
    open: Arc<Mutex<Option<Open>>>,
}

impl Audit {
    /// Keeps its files in that directory, which is made where it is missing.
    ///
    /// # Errors
    /// [`AuditError`] where it cannot be made.
    pub fn open(directory: &Path) -> Result<Self, AuditError> {
        std::fs::create_dir_all(directory).map_err(|error| AuditError { path: directory.to_owned(), error })?;
        Ok(Self { directory: directory.into(), open: Arc::default() })
    }

    /// Writes lines; when this returns, they are on the disk itself. It blocks.
    ///
    /// # Errors
    /// [`AuditError`] where they could not be written; what they tell of must not be shown then.
    pub fn write(&self, at: Timestamp, entries: &[Entry]) -> Result<(), AuditError> {
        let month = at.to_zoned(TimeZone::UTC).strftime("%Y-%m").to_string();
        let path = self.directory.join(format!("{month}.jsonl"));
        let failed = |error| AuditError { path: path.clone(), error };
        let mut lines = Vec::new();
        for entry in entries {
            serde_json::to_writer(&mut lines, entry).map_err(|error| failed(error.into()))?;
            lines.push(b'\n');
        }
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let current = match open.take() {
            Some(current) if current.month == month => current,
            Some(_) | None => Open { month, file: append_to(&path).map_err(failed)? },
        };
        let current = open.insert(current);
        let written = current.file.write_all(&lines).and_then(|()| current.file.sync_data());
        if written.is_err() {
            // A line that was begun must not spoil the next: it begins in a file that is opened anew.
            *open = None;
        }
        written.map_err(failed)
    }

    /// The newest lines that pass the filter, without the first `skip`. It blocks, keeps no more than `limit` lines,
    /// and reads no more than a gibibyte.
    ///
    /// # Errors
    /// [`AuditError`] where a file cannot be read.
    pub fn newest(&self, filter: &Filter, skip: usize, limit: usize) -> Result<Found, AuditError> {
        self.newest_within(filter, (skip, limit), MAX_READ_BYTES)
    }

    fn newest_within(
        &self,
        filter: &Filter,
        (mut skip, limit): (usize, usize),
        max_bytes: u64,
    ) -> Result<Found, AuditError> {
        let (mut found, mut read) = (Found { lines: Vec::new(), rest: Rest::None }, 0);
        for path in self.files()?.into_iter().rev() {
            let failed = |error| AuditError { path: path.clone(), error };
            let mut file = Backwards::open(&path).map_err(failed)?;
            while let Some((block, bytes)) = file.block().map_err(failed)? {
                read += bytes;
                let block = String::from_utf8_lossy(&block);
                // Taken apart are only the few blocks that hold what is looked for.
                let lines = if filter.may_pass(&block) { &*block } else { "" };
                for line in lines.rsplit('\n').filter(|line| !line.is_empty() && filter.may_pass(line)) {
                    // A line that a loss of power cut off tells nothing.
                    let Some(entry) = serde_json::from_str(line).ok().filter(|entry| filter.passes(entry)) else {
                        continue;
                    };
                    if skip > 0 {
                        skip -= 1;
                    } else if found.lines.len() == limit {
                        return Ok(Found { rest: Rest::More, ..found });
                    } else {
                        found.lines.push(entry);
                    }
                }
                if read >= max_bytes {
                    return Ok(Found { rest: Rest::Unread, ..found });
                }
            }
        }
        Ok(found)
    }

    /// The files, oldest first.
    fn files(&self) -> Result<Vec<PathBuf>, AuditError> {
        let failed = |error| AuditError { path: self.directory.to_path_buf(), error };
        let mut files = Vec::new();
        for entry in std::fs::read_dir(&self.directory).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|extension| extension == "jsonl") {
                files.push(path);
            }
        }
        files.sort();
        Ok(files)
    }
}

/// Opens a file to append to; a line that was cut off before is ended first.
fn append_to(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.read(true).append(true).create(true).mode(0o600).open(path)?;
    let length = file.metadata()?.len();
    let mut last = [b'\n'];
    if length > 0 {
        file.read_exact_at(&mut last, length - 1)?;
    }
    if last != [b'\n'] {
        file.write_all(b"\n")?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(by: &str, worker: &str) -> Entry {
        Entry {
            at: "2026-03-01T08:00:00Z".to_owned(),
            by: by.to_owned(),
            role: "physician".to_owned(),
            what: "read".to_owned(),
            route: "/cases/{case}".to_owned(),
            site: Some("plant-a".to_owned()),
            worker: Some(worker.to_owned()),
            case: None,
            fields: vec!["evidence".to_owned()],
            outcome: "granted".to_owned(),
            reason: None,
            mark: None,
            account: None,
            change: None,
        }
    }

    #[test]
    fn lines_are_found_newest_first_over_months_and_by_worker() {
        let directory = tempfile::tempdir().unwrap();
        let audit = Audit::open(directory.path()).unwrap();
        let (march, april) = ("2026-03-31T23:59:59Z".parse().unwrap(), "2026-04-01T00:00:00Z".parse().unwrap());
        audit.write(march, &[entry("a", "w-1"), entry("b", "w-2")]).unwrap();
        audit.write(april, &[entry("c", "w-1")]).unwrap();
        let by = |filter: &Filter, limit| -> Vec<String> {
            audit.newest(filter, 0, limit).unwrap().lines.into_iter().map(|entry| entry.by).collect()
        };
        assert_eq!(by(&Filter::default(), 10), ["c", "b", "a"]);
        assert_eq!(by(&Filter::default(), 2), ["c", "b"]);
        let of_one = Filter { worker: Some(("plant-a".to_owned(), "w-1".to_owned())), ..Filter::default() };
        assert_eq!(by(&of_one, 10), ["c", "a"]);
        let called = Filter { pseudonym: Some("w-2".to_owned()), ..Filter::default() };
        assert_eq!(by(&called, 10), ["b"]);
        let elsewhere = Filter { sites: vec!["plant-b".to_owned()], ..Filter::default() };
        assert_eq!(by(&elsewhere, 10), [""; 0]);
        let deeds = Filter { what: &["deed"], ..Filter::default() };
        assert_eq!(by(&deeds, 10), [""; 0]);
        let reads = Filter { what: &["deed", "read"], by: Some("c".to_owned()), ..Filter::default() };
        assert_eq!(by(&reads, 10), ["c"]);
        assert!(directory.path().join("2026-03.jsonl").exists());
    }

    #[test]
    fn a_line_that_was_cut_off_spoils_no_other() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("2026-03.jsonl"), r#"{"at":"2026-03-01T0"#).unwrap();
        let audit = Audit::open(directory.path()).unwrap();
        audit.write("2026-03-02T00:00:00Z".parse().unwrap(), &[entry("a", "w-1")]).unwrap();
        assert_eq!(audit.newest(&Filter::default(), 0, 10).unwrap().lines, [entry("a", "w-1")]);
    }

    #[test]
    fn what_is_left_out_is_told_and_nothing_is_told_twice_or_left_out_between_pages() {
        let directory = tempfile::tempdir().unwrap();
        let audit = Audit::open(directory.path()).unwrap();
        for (month, from) in [("2026-03-01T00:00:00Z", 0), ("2026-04-01T00:00:00Z", 3_000)] {
            let lines: Vec<Entry> = (from..from + 3_000)
                .map(|number| Entry {
                    outcome: ["granted", "denied"][number % 2].to_owned(),
                    ..entry(&format!("n{number}"), ["w-1", "w-2", "w-3"][number % 3])
                })
                .collect();
            audit.write(month.parse().unwrap(), &lines).unwrap();
        }
        let filter = Filter { pseudonym: Some("w-2".to_owned()), is_granted: true, ..Filter::default() };
        let (mut told, mut rest) = (Vec::new(), Rest::More);
        while rest == Rest::More {
            let found = audit.newest(&filter, told.len(), 300).unwrap();
            assert!(found.lines.len() <= 300);
            told.extend(found.lines.into_iter().map(|line| line.by));
            rest = found.rest;
        }
        let expected = (0..6_000).rev().filter(|number| number % 6 == 4).map(|number| format!("n{number}"));
        assert_eq!(rest, Rest::None, "exactly as many as there are is no cut");
        assert_eq!(told, expected.collect::<Vec<_>>());
    }

    #[test]
    fn no_more_is_looked_through_than_the_bound_and_that_is_told() {
        let directory = tempfile::tempdir().unwrap();
        let audit = Audit::open(directory.path()).unwrap();
        for month in ["2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"] {
            audit.write(month.parse().unwrap(), &[entry(month, "w-1")]).unwrap();
            audit.write(month.parse().unwrap(), &vec![entry("others", "w-2"); 5_000]).unwrap();
        }
        let filter = Filter { pseudonym: Some("w-1".to_owned()), ..Filter::default() };
        let within = |bytes| audit.newest_within(&filter, (0, 10), bytes).unwrap();
        let all = within(u64::MAX);
        assert_eq!((all.lines.len(), all.rest), (2, Rest::None));
        let half = within(2 * 1024 * 1024 / 2);
        assert_eq!((half.lines.len(), half.rest), (1, Rest::Unread));
        assert_eq!(within(1).rest, Rest::Unread);
    }
}
