//! What is on disk: every message from before it is sent until its receipt, in one file that only grows at its end.
//!
//! A line of the file is a checksum and one JSON record. A kill or a power cut can only harm its end, which
//! was never synced, so nothing of it was ever sent: it is cut off, and read from the input again.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::input::Position;
use super::message::{Message, Origin};
use super::tally::Tally;
use crate::decode::topic;

/// The only format there has been so far.
const FORMAT: u32 = 1;
const FILE: &str = "messages.log";
const NEW_FILE: &str = "messages.new";
const LOCK: &str = "lock";
/// When so much of the file is of messages that have their receipt, it is written anew.
const REWRITE_AT_BYTES: u64 = 8 * 1024 * 1024;

/// Why a spool cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// The disk does not let us.
    #[error("the spool {}: {source}", path.display())]
    Io {
        /// The directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Another process publishes from it.
    #[error("the spool {} is in use by another `vagus publish`; wait for its end, or give another --spool", .0.display())]
    InUse(PathBuf),
    /// There is something else of that name.
    #[error("the spool {} is no directory; name one after --spool, or one that can be made", .0.display())]
    NoDirectory(PathBuf),
    /// It holds what is left of another input.
    #[error(
        "the spool {} holds an unfinished publication of {input}; finish it first (--input {input}), or give another --spool",
        path.display()
    )]
    OtherInput {
        /// The directory.
        path: PathBuf,
        /// That input.
        input: String,
    },
    /// It cannot be understood.
    #[error("the spool {}: {problem}", path.display())]
    Foreign {
        /// The directory.
        path: PathBuf,
        /// What is the matter, and what to do.
        problem: String,
    },
}

#[derive(Debug, Serialize, Deserialize)]
enum Record {
    /// The first of every file.
    Begun {
        format: u32,
        publication: String,
        input: Option<PathBuf>,
        next_number: u64,
        position: Position,
        tally: Tally,
    },
    /// A message, to be sent until its receipt is there.
    Kept { number: u64, position: Position, topic: String, payload: Box<RawValue> },
    /// A line that is no message was written down as refused.
    Unreadable { position: Position },
    /// A receipt is there.
    Settled { number: u64, tally: Tally },
}

/// The spool of one publication. Dropped, it stays on disk.
#[derive(Debug)]
pub(super) struct Spool {
    directory: PathBuf,
    /// Held until the end of the process.
    _lock: File,
    file: File,
    publication: String,
    input: Option<PathBuf>,
    next_number: u64,
    position: Position,
    tally: Tally,
    waiting: BTreeMap<u64, Message>,
    file_bytes: u64,
    waiting_bytes: u64,
}

impl Spool {
    /// Opens what an earlier run left, or begins anew under that name.
    pub(super) fn open(
        directory: &Path,
        input: Option<&Path>,
        root: &str,
        new_publication: impl FnOnce() -> String,
    ) -> Result<Self, SpoolError> {
        let io_error = |source| SpoolError::Io { path: directory.to_owned(), source };
        let foreign = |problem| SpoolError::Foreign { path: directory.to_owned(), problem };
        let lock = prepare(directory)?;
        let path = directory.join(FILE);
        if !path.try_exists().map_err(io_error)? {
            let begun = Record::Begun {
                format: FORMAT,
                publication: new_publication(),
                input: input.map(Path::to_owned),
                next_number: 1,
                position: Position::default(),
                tally: Tally::default(),
            };
            replace(directory, &[line(&begun).map_err(io_error)?]).map_err(io_error)?;
        }
        let text = fs::read(&path).map_err(io_error)?;
        let (records, whole_bytes) = records(&text);
        let mut records = records.into_iter();
        let Some(Record::Begun { format: FORMAT, publication, input: begun_with, next_number, position, tally }) =
            records.next()
        else {
            return Err(foreign(format!("{FILE} is not of this version of Vagus; move it away to begin anew")));
        };
        if let Some(other) = begun_with.as_deref().filter(|other| Some(*other) != input) {
            let input = other.display().to_string();
            return Err(SpoolError::OtherInput { path: directory.to_owned(), input });
        }
        let file = File::options().append(true).open(&path).map_err(io_error)?;
        file.set_len(whole_bytes).map_err(io_error)?;
        let mut spool = Self {
            directory: directory.to_owned(),
            _lock: lock,
            file,
            publication,
            input: input.map(Path::to_owned),
            next_number,
            // Of standard input nothing comes twice.
            position: if begun_with.is_some() { position } else { Position::default() },
            tally,
            waiting: BTreeMap::new(),
            file_bytes: whole_bytes,
            waiting_bytes: 0,
        };
        for record in records {
            spool.apply(record, root).map_err(foreign)?;
        }
        if spool.input.is_none() {
            spool.position = Position::default();
        }
        Ok(spool)
    }

    /// The name of this publication, which every message id holds.
    pub(super) fn publication(&self) -> &str {
        &self.publication
    }

    /// Where the input is gone on with.
    pub(super) fn position(&self) -> Position {
        self.position
    }

    pub(super) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The number of the next message.
    pub(super) fn next_number(&self) -> u64 {
        self.next_number
    }

    /// The messages that have no receipt.
    pub(super) fn waiting(&self) -> impl ExactSizeIterator<Item = &Message> {
        self.waiting.values()
    }

    /// How long their payloads are together.
    pub(super) fn waiting_bytes(&self) -> u64 {
        self.waiting_bytes
    }

    /// Keeps messages, each with the position after its line. They are on disk when this returns.
    pub(super) fn keep(&mut self, messages: Vec<(Message, Position)>) -> io::Result<()> {
        let mut lines = Vec::new();
        for (message, position) in &messages {
            let payload = RawValue::from_string(String::from_utf8_lossy(&message.payload).into_owned())?;
            let (number, topic) = (message.number, message.topic.clone());
            lines.extend(line(&Record::Kept { number, position: *position, topic, payload })?);
        }
        self.write(&lines)?;
        self.file.sync_data()?;
        for (message, position) in messages {
            self.position = position;
            self.hold(message);
        }
        Ok(())
    }

    /// Notes that a line is no message.
    pub(super) fn pass_over(&mut self, position: Position) -> io::Result<()> {
        self.write(&line(&Record::Unreadable { position })?)?;
        self.position = position;
        self.tally.unreadable += 1;
        Ok(())
    }

    /// Lets go of a message that has its receipt. Not synced: at worst the message is sent once more.
    pub(super) fn settle(&mut self, number: u64, tally: &Tally) -> io::Result<()> {
        self.write(&line(&Record::Settled { number, tally: tally.clone() })?)?;
        self.release(number, tally);
        if self.file_bytes - self.waiting_bytes > REWRITE_AT_BYTES { self.rewrite() } else { Ok(()) }
    }

    /// Removes the spool: every message has its receipt. The directory stays where somebody keeps something in it.
    pub(super) fn finish(self) -> io::Result<()> {
        fs::remove_file(self.directory.join(FILE))?;
        fs::remove_file(self.directory.join(LOCK))?;
        // Of a rewriting that was killed.
        let _ = fs::remove_file(self.directory.join(NEW_FILE));
        match fs::remove_dir(&self.directory) {
            Err(error) if error.kind() != io::ErrorKind::DirectoryNotEmpty => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn apply(&mut self, record: Record, root: &str) -> Result<(), String> {
        match record {
            Record::Begun { .. } => return Err(format!("{FILE} begins twice; move it away to begin anew")),
            Record::Unreadable { position } => {
                self.position = position;
                self.tally.unreadable += 1;
            }
            Record::Settled { number, tally } => self.release(number, &tally),
            Record::Kept { number, position, topic, payload } => {
                let up = topic::parse(root, &topic)
                    .map_err(|error| format!("it holds a message for {topic:?}: {error}; has mqtt.root changed?"))?;
                let origin = Origin { site: up.site, source: up.source };
                let payload = Bytes::copy_from_slice(payload.get().as_bytes());
                self.position = position;
                self.hold(Message { number, origin, topic, payload });
            }
        }
        Ok(())
    }

    fn hold(&mut self, message: Message) {
        self.next_number = message.number + 1;
        self.waiting_bytes += message.payload.len() as u64;
        self.waiting.insert(message.number, message);
    }

    fn release(&mut self, number: u64, tally: &Tally) {
        if let Some(message) = self.waiting.remove(&number) {
            self.waiting_bytes -= message.payload.len() as u64;
            self.tally.add(tally);
        }
    }

    fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        self.file.write_all(lines)?;
        self.file_bytes += lines.len() as u64;
        Ok(())
    }

    /// Writes what still waits into a new file, which takes the place of the old one.
    fn rewrite(&mut self) -> io::Result<()> {
        let begun = Record::Begun {
            format: FORMAT,
            publication: self.publication.clone(),
            input: self.input.clone(),
            next_number: self.next_number,
            position: self.position,
            tally: self.tally.clone(),
        };
        let mut lines = vec![line(&begun)?];
        for message in self.waiting.values() {
            let payload = RawValue::from_string(String::from_utf8_lossy(&message.payload).into_owned())?;
            let (number, topic) = (message.number, message.topic.clone());
            lines.push(line(&Record::Kept { number, position: self.position, topic, payload })?);
        }
        self.file_bytes = replace(&self.directory, &lines)?;
        self.file = File::options().append(true).open(self.directory.join(FILE))?;
        Ok(())
    }
}

/// Whether messages are kept in a directory.
#[must_use]
pub fn holds_messages(directory: &Path) -> bool {
    directory.join(FILE).exists()
}

/// Makes the directory and takes its lock. What is in it are readings and answers of people: nobody else may look.
fn prepare(directory: &Path) -> Result<File, SpoolError> {
    let io_error = |source| SpoolError::Io { path: directory.to_owned(), source };
    if directory.exists() && !directory.is_dir() {
        return Err(SpoolError::NoDirectory(directory.to_owned()));
    }
    DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(io_error)?;
    // A directory is on disk only when the one that names it is.
    let parent = directory.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(parent).and_then(|parent| parent.sync_all()).map_err(io_error)?;
    let lock = private().append(true).open(directory.join(LOCK)).map_err(io_error)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(SpoolError::InUse(directory.to_owned())),
        Err(TryLockError::Error(source)) => Err(io_error(source)),
    }
}

/// Puts a file of these lines into the place of the old one, if any; gives its length.
fn replace(directory: &Path, lines: &[Vec<u8>]) -> io::Result<u64> {
    let path = directory.join(NEW_FILE);
    let mut file = private().write(true).truncate(true).open(&path)?;
    for line in lines {
        file.write_all(line)?;
    }
    file.sync_all()?;
    fs::rename(&path, directory.join(FILE))?;
    // The new name is on disk only when the directory is.
    File::open(directory)?.sync_all()?;
    Ok(lines.iter().map(|line| line.len() as u64).sum())
}

/// To make a file that is its owner's alone.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).mode(0o600);
    options
}

fn line(record: &Record) -> io::Result<Vec<u8>> {
    let json = serde_json::to_vec(record)?;
    let mut line = format!("{:08x} ", crc32fast::hash(&json)).into_bytes();
    line.extend(json);
    line.push(b'\n');
    Ok(line)
}

/// The records of a file up to the first that is not whole, and how many bytes they take.
fn records(text: &[u8]) -> (Vec<Record>, u64) {
    let mut whole_bytes = 0;
    let mut records = Vec::new();
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let Some(record) = record(line) else { break };
        records.push(record);
        whole_bytes += line.len() as u64;
    }
    (records, whole_bytes)
}

fn record(line: &[u8]) -> Option<Record> {
    let (checksum, json) = line.strip_suffix(b"\n")?.split_at_checked(9)?;
    let is_whole = checksum == format!("{:08x} ", crc32fast::hash(json)).as_bytes();
    is_whole.then(|| serde_json::from_slice(json).ok()).flatten()
}

#[cfg(test)]
#[path = "spool_tests.rs"]
mod tests;
