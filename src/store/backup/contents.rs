//! Reading a backup from its begin to its end, each thing in it handed to whoever wants it.
//!
//! What is handed out is believed only once the end was reached: the sums stand there.

use std::io::{BufReader, Read, Write};
use std::path::PathBuf;

use super::archive::{ArchiveReader, TRUNCATED};
use super::take::Tally;
use super::{
    BackupError, BackupReport, FORMAT, JOURNAL, MANIFEST, Manifest, QUARANTINE, STATE, SUMMARY, Summary, damaged,
    of_snapshot, unwrapped,
};
use crate::domain::ids::WorkerNumber;
use crate::engine::row::Row;
use crate::store::journal::Run;
use crate::store::parcels::DeliveryOutcome;
use crate::store::records::{self, Decided, Record as _, WorkerRecord};
use crate::store::snapshot::{Header, Piece, SnapshotReader};
use crate::store::types::{Erasure, Quarantined};

/// No record of the journal or of quarantine is longer.
const MAX_RECORD_BYTES: u32 = 256 * 1024 * 1024;
/// `MANIFEST.json` and `SUMMARY.json` are read at once.
const MAX_JSON_BYTES: u64 = 1024 * 1024;

/// Whoever looks at what is in a backup.
pub(super) trait Visitor {
    /// Where a copy of the snapshot goes.
    fn snapshot_copy(&mut self) -> Result<(Box<dyn Write>, PathBuf), BackupError> {
        Ok((Box::new(std::io::sink()), PathBuf::new()))
    }
    /// The snapshot is through.
    fn snapshot_ended(&mut self, _header: Header) -> Result<(), BackupError> {
        Ok(())
    }
    /// A worker of the snapshot.
    fn worker(&mut self, _worker: WorkerNumber, _record: &WorkerRecord) {}
    /// Somebody who was erased.
    fn erased(&mut self, _erasure: Erasure) {}
    /// A refused item.
    fn quarantined(&mut self, _id: u64, _item: &Quarantined) -> Result<(), BackupError> {
        Ok(())
    }
    /// A row of the journal.
    fn row(&mut self, _row: &Row) -> Result<(), BackupError> {
        Ok(())
    }
    /// An entry of the journal, rows included.
    fn entry(&mut self, _run: Run, _number: u64, _bytes: Vec<u8>) -> Result<(), BackupError> {
        Ok(())
    }
    /// A file that others keep beside the store.
    fn file(&mut self, name: &str, content: &mut dyn Read) -> Result<(), BackupError>;
}

/// Reads a backup to its verified end.
pub(super) fn read<R: Read>(source: R, visitor: &mut impl Visitor) -> Result<BackupReport, BackupError> {
    let archive = ArchiveReader::new(BufReader::with_capacity(1 << 18, source));
    let mut entries = Entries { archive, pending: None };
    let read = read_all(&mut entries, visitor);
    read.map_err(|error| entries.archive.located(error))
}

fn read_all<R: Read>(entries: &mut Entries<R>, visitor: &mut impl Visitor) -> Result<BackupReport, BackupError> {
    let archive = &mut entries.archive;
    let manifest = match archive.next_entry()?.as_deref() {
        Some(MANIFEST) => parsed::<Manifest>(archive)?,
        Some(_) | None => return Err(damaged("it does not begin with a manifest")),
    };
    for (what, format, known) in
        [("the files", manifest.format, FORMAT), ("records", u32::from(manifest.stored_format), records::FORMAT.into())]
    {
        if format > known {
            return Err(BackupError::Newer { what, vagus: manifest.vagus, format, known });
        }
    }
    let mut seen = read_state(entries, visitor)?;
    seen.quarantined =
        read_records(entries, QUARANTINE, |_, id, bytes| visitor.quarantined(id, &Quarantined::decode(&bytes)?))?;
    let (mut last, mut is_first) = ([0; 3], [true; 3]);
    read_records(entries, JOURNAL, |kind, number, bytes| {
        let run = Run::of(kind).ok_or_else(|| damaged("an entry of an unknown run of the journal"))?;
        let place = usize::from(kind - 1);
        if !std::mem::take(&mut is_first[place]) && number != last[place] + 1 {
            return Err(damaged("entries of the journal are missing"));
        }
        last[place] = number;
        read_entry(run, &bytes, visitor)?;
        visitor.entry(run, number, bytes)
    })?;
    let summary = read_rest(entries, visitor)?;
    let told = [summary.row, summary.decisions, summary.deliveries];
    let counted = Summary { quarantined: seen.quarantined, ..seen };
    if told != last
        || (&counted.sites, counted.workers, counted.cases, counted.quarantined)
            != (&summary.sites, summary.workers, summary.cases, summary.quarantined)
    {
        return Err(damaged("it does not hold what its summary says"));
    }
    Ok(BackupReport { manifest, summary, bytes: entries.archive.length() })
}

/// Names of entries, one of which may have been read already.
struct Entries<R> {
    archive: ArchiveReader<R>,
    pending: Option<String>,
}

impl<R: Read> Entries<R> {
    fn next_name(&mut self) -> Result<Option<String>, BackupError> {
        match self.pending.take() {
            Some(name) => Ok(Some(name)),
            None => self.archive.next_entry(),
        }
    }
}

/// The entries of one prefix, read as one run of bytes.
struct Joined<'a, R> {
    entries: &'a mut Entries<R>,
    prefix: &'static str,
    next: u64,
}

impl<'a, R: Read> Joined<'a, R> {
    fn of(entries: &'a mut Entries<R>, prefix: &'static str) -> Self {
        let is_first = entries.pending.as_ref().is_some_and(|name| *name == format!("{prefix}/{:08}", 0));
        if is_first {
            entries.pending = None;
        }
        Self { entries, prefix, next: u64::from(is_first) }
    }
}

impl<R: Read> Read for Joined<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        loop {
            if self.entries.pending.is_some() {
                return Ok(0);
            }
            if self.next > 0 {
                let read = self.entries.archive.read(buffer)?;
                if read > 0 {
                    return Ok(read);
                }
            }
            let name = self.entries.archive.next_entry().map_err(std::io::Error::other)?;
            let name = name.ok_or_else(|| std::io::Error::other(damaged("it has no summary")))?;
            if name == format!("{}/{:08}", self.prefix, self.next) {
                self.next += 1;
            } else {
                self.entries.pending = Some(name);
            }
        }
    }
}

/// Reads, and writes what was read.
struct Copied<R> {
    source: R,
    copy: Box<dyn Write>,
    path: PathBuf,
}

impl<R: Read> Read for Copied<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.source.read(buffer)?;
        // A write that fails is no failure to read.
        let copied = self.copy.write_all(&buffer[..read]);
        let copied = copied.and_then(|()| if read == 0 { self.copy.flush() } else { Ok(()) });
        copied.map_err(|error| std::io::Error::other(BackupError::Place { path: self.path.clone(), error }))?;
        Ok(read)
    }
}

fn read_state<R: Read>(entries: &mut Entries<R>, visitor: &mut impl Visitor) -> Result<Summary, BackupError> {
    let failed = |error| of_snapshot(error, BackupError::In);
    let (copy, path) = visitor.snapshot_copy()?;
    let source = Copied { source: Joined::of(entries, STATE), copy, path };
    let mut reader = SnapshotReader::of(BufReader::with_capacity(1 << 18, source)).map_err(failed)?;
    let header = reader.header();
    let mut tally = Tally::default();
    while let Some(piece) = reader.next_piece().map_err(failed)? {
        match piece {
            Piece::Worker(worker, record) => {
                let record = WorkerRecord::decode(&record)?;
                tally.see(&record);
                visitor.worker(worker, &record);
            }
            Piece::Erased(erasure) => visitor.erased(Erasure::decode(&erasure)?),
            Piece::Detail(_) | Piece::Event(..) | Piece::State(..) | Piece::Asked(_) => {}
        }
    }
    drop(reader);
    visitor.snapshot_ended(header)?;
    Ok(tally.into_summary())
}

/// Reads the records of a prefix: kind, number, bytes. Gives how many there were.
fn read_records<R: Read>(
    entries: &mut Entries<R>,
    prefix: &'static str,
    mut see: impl FnMut(u8, u64, Vec<u8>) -> Result<(), BackupError>,
) -> Result<u64, BackupError> {
    let mut source = BufReader::new(Joined::of(entries, prefix));
    let (mut head, mut count) = ([0; 13], 0);
    loop {
        let read = source.read(&mut head[..1]).map_err(|error| unwrapped(error, cut))?;
        if read == 0 {
            return Ok(count);
        }
        source.read_exact(&mut head[1..]).map_err(|error| unwrapped(error, cut))?;
        let (number, length) = (head[1..9].try_into(), head[9..].try_into());
        let (Ok(number), Ok(length)) = (number, length) else { return Err(damaged("a record without a head")) };
        let (number, length) = (u64::from_le_bytes(number), u32::from_le_bytes(length));
        if length > MAX_RECORD_BYTES {
            return Err(damaged("a record is longer than any is written"));
        }
        // It grows with what is there, not with what a damaged head promises.
        let mut bytes = Vec::new();
        let read = (&mut source).take(length.into()).read_to_end(&mut bytes).map_err(|error| unwrapped(error, cut))?;
        if read as u64 != u64::from(length) {
            return Err(damaged("a record is cut short"));
        }
        see(head[0], number, bytes)?;
        count += 1;
    }
}

fn cut(error: std::io::Error) -> BackupError {
    if error.kind() == std::io::ErrorKind::UnexpectedEof { damaged(TRUNCATED) } else { BackupError::In(error) }
}

fn read_entry(run: Run, bytes: &[u8], visitor: &mut impl Visitor) -> Result<(), BackupError> {
    match run {
        Run::Rows => visitor.row(&Row::decode(bytes)?),
        Run::Decisions => Ok(Decided::decode(bytes).map(drop)?),
        Run::Deliveries => Ok(Vec::<DeliveryOutcome>::decode(bytes).map(drop)?),
    }
}

/// Files, the summary, and the end.
fn read_rest<R: Read>(entries: &mut Entries<R>, visitor: &mut impl Visitor) -> Result<Summary, BackupError> {
    loop {
        match entries.next_name()? {
            Some(name) if name == SUMMARY => {
                let summary = parsed(&mut entries.archive)?;
                return match entries.next_name()? {
                    None => Ok(summary),
                    Some(_) => Err(damaged("something stands behind its summary")),
                };
            }
            Some(name) => visitor.file(&name, &mut entries.archive)?,
            None => return Err(damaged("it has no summary")),
        }
    }
}

fn parsed<T: serde::de::DeserializeOwned>(source: &mut impl Read) -> Result<T, BackupError> {
    let mut text = Vec::new();
    source.take(MAX_JSON_BYTES).read_to_end(&mut text).map_err(|error| unwrapped(error, cut))?;
    serde_json::from_slice(&text).map_err(|error| damaged(format!("its manifest or summary makes no sense: {error}")))
}
