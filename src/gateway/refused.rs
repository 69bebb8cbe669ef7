//! The file of what was refused: one JSON a line, each, once mended, an input for another publication.
//!
//! It outlives the publications of its spool. What is refused again, for the same reason, stands there once.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fs::File;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::message::{Envelope, Message};
use super::receipt::Rejected;
use super::spool::private;

/// The file's name in the spool.
const NAME: &str = "rejected.jsonl";
/// The reason of a line that is no message; it never reaches the service, so it has none of the contract.
pub(super) const BAD_LINE: &str = "bad_line";

/// The file. It is made when something is refused for the first time.
#[derive(Debug)]
pub(super) struct Refused {
    path: PathBuf,
    file: Option<File>,
    /// Hashes of what it holds.
    known: HashSet<u64>,
}

/// By what it is known that an entry was written before. Ids and details may differ from time to time.
#[derive(Hash, Deserialize)]
struct Gist<'a> {
    #[serde(borrow)]
    reason: Cow<'a, str>,
    #[serde(borrow)]
    topic: Option<Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "as_written", default)]
    payload: Option<Cow<'a, str>>,
    #[serde(borrow)]
    text: Option<Cow<'a, str>>,
}

fn as_written<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Cow<'de, str>>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(|raw| Some(Cow::Borrowed(raw.get())))
}

impl Gist<'_> {
    fn hash(&self) -> u64 {
        BuildHasherDefault::<DefaultHasher>::default().hash_one(self)
    }
}

#[derive(Serialize)]
struct Entry<'a> {
    reason: &'a str,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    topic: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<Box<RawValue>>,
    /// What a line that is no message held.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

impl Refused {
    pub(super) fn beside(spool: &Path) -> Self {
        Self { path: spool.join(NAME), file: None, known: HashSet::new() }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes what of a message was refused, and syncs it.
    pub(super) fn items(&mut self, publication: &str, message: &Message, rejected: &[Rejected]) -> io::Result<()> {
        for Rejected { index, reason, detail } in rejected {
            let entry = Entry {
                reason,
                detail,
                message_id: Some(message.origin.message_id(publication, message.number)),
                index: *index,
                line: None,
                topic: Some(&message.topic),
                payload: payload_of(message, *index),
                text: None,
            };
            self.write(&entry)?;
        }
        self.sync()
    }

    /// Writes a line of the input that is no message, and syncs it.
    pub(super) fn line(&mut self, line: u64, text: &[u8], detail: &str) -> io::Result<()> {
        let text = Some(String::from_utf8_lossy(text.trim_ascii()).into_owned());
        let (message_id, index, topic, payload) = (None, None, None, None);
        let line = Some(line);
        self.write(&Entry { reason: BAD_LINE, detail, message_id, index, line, topic, payload, text })?;
        self.sync()
    }

    fn write(&mut self, entry: &Entry<'_>) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                self.known = known(&self.path)?;
                let file = none.insert(private().append(true).open(&self.path)?);
                // Its name is on disk only when the directory is.
                self.path.parent().map_or(Ok(()), |spool| File::open(spool)?.sync_all())?;
                file
            }
        };
        let mut line = serde_json::to_vec(entry)?;
        let gist: Gist<'_> = serde_json::from_slice(&line)?;
        if !self.known.insert(gist.hash()) {
            return Ok(());
        }
        line.push(b'\n');
        file.write_all(&line)
    }

    fn sync(&self) -> io::Result<()> {
        self.file.as_ref().map_or(Ok(()), File::sync_data)
    }
}

/// What the file of earlier publications holds; what a kill or somebody's editor left of a line is nothing.
fn known(path: &Path) -> io::Result<HashSet<u64>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(HashSet::new()),
        file => file?,
    };
    let mut known = HashSet::new();
    for line in BufReader::new(file).split(b'\n') {
        known.extend(serde_json::from_slice::<Gist<'_>>(&line?).ok().map(|gist| gist.hash()));
    }
    Ok(known)
}

/// The refused item alone, or the whole payload; in an envelope where that says whose it is.
fn payload_of(message: &Message, index: Option<usize>) -> Option<Box<RawValue>> {
    let envelope: Envelope<'_> = serde_json::from_slice(&message.payload).ok()?;
    let item = index.and_then(|index| {
        let items: Vec<&RawValue> = serde_json::from_str(envelope.items.get()).ok()?;
        items.get(index).copied()
    });
    let refused = item.unwrap_or(envelope.items);
    if envelope.worker.is_none() {
        return Some(refused.to_owned());
    }
    let list = item.map_or_else(|| refused.get().to_owned(), |item| format!("[{}]", item.get()));
    let items: Box<RawValue> = RawValue::from_string(list).ok()?;
    serde_json::value::to_raw_value(&Envelope { message_id: None, worker: envelope.worker, items: &items }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::message;

    fn message(number: u64, tag: &str) -> Message {
        let line = format!(r#"{{"topic":"vagus/v1/plant-a/gw-7/readings","payload":[{{"tag":"{tag}"}}]}}"#);
        message::read("vagus/v1", line.as_bytes()).unwrap().unwrap().numbered("p1", number).unwrap()
    }

    #[test]
    fn what_is_refused_again_stands_there_once_and_for_another_reason_twice() {
        let spool = tempfile::tempdir().unwrap();
        let lines = || std::fs::read_to_string(spool.path().join(NAME)).unwrap().lines().count();
        let refusal = |reason: &str, detail: &str| {
            let (reason, detail) = (reason.to_owned(), detail.to_owned());
            [Rejected { index: Some(0), reason, detail }]
        };
        for (run, detail) in [(1, "78 days old"), (2, "79 days old")] {
            let mut refused = Refused::beside(spool.path());
            refused.items("p1", &message(run, "travel"), &refusal("too_old", detail)).unwrap();
            refused.items("p1", &message(run + 10, "illness"), &refusal("too_old", detail)).unwrap();
            refused.line(run, b"no message", "is none").unwrap();
            assert_eq!(lines(), 3, "run {run}");
        }
        let mut refused = Refused::beside(spool.path());
        refused.items("p1", &message(3, "travel"), &refusal("wrong_site", "")).unwrap();
        assert_eq!(lines(), 4);
    }
}
