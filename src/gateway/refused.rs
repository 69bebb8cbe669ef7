//! The file of what was refused: one JSON a line, each, once mended, an input for another publication.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
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
        Self { path: spool.join(NAME), file: None }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes what of a message was refused, and syncs it. After a kill the same may be written twice.
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
                let file = none.insert(private().append(true).open(&self.path)?);
                // Its name is on disk only when the directory is.
                self.path.parent().map_or(Ok(()), |spool| File::open(spool)?.sync_all())?;
                file
            }
        };
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        file.write_all(&line)
    }

    fn sync(&self) -> io::Result<()> {
        self.file.as_ref().map_or(Ok(()), File::sync_data)
    }
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
