//! Snapshot files: all workers, the details of their nights, the outbox and the units asked about, as they
//! were at a row.
//!
//! A file is a run of frames: kind, length, CRC-32 of both and of the body, body. The first is the
//! header, the last counts the frames and holds the CRC-32 of the file so far. It is written beside
//! its place, synced, verified by reading it back, renamed, and the directory synced. Nothing here
//! decides when a snapshot is due, or cuts the journal.

use std::fs::File;
use std::io::{BufReader, BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use crc32fast::Hasher;

use super::error::SnapshotError;
use super::parcels::Place;
use super::records::{FORMAT, OutboxMark, Record, RecordError};
use super::view::WorkerImage;
use crate::domain::ids::{RowNumber, WorkerNumber};

const MAGIC: &[u8; 8] = b"VAGUSSNP";
const PREFIX: &str = "snapshot-";
const SUFFIX: &str = ".vagus";
/// The name of a snapshot that is being written.
pub(super) const UNFINISHED: &str = "unfinished";
/// No frame is longer: a worker's record with all it may hold is some hundred kilobytes.
const MAX_FRAME: usize = 256 * 1024 * 1024;

const HEADER: u8 = 1;
const WORKER: u8 = 2;
const DETAIL: u8 = 3;
const EVENT: u8 = 4;
const ASKED: u8 = 5;
const STATE: u8 = 6;
const ERASED: u8 = 7;
const END: u8 = 255;

/// What a snapshot is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// Every worker in it has all rows up to this one.
    pub(super) settled: RowNumber,
    /// How far its outbox followed the journal.
    pub(super) outbox: OutboxMark,
}

/// One thing of a snapshot.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A worker's record.
    Worker(WorkerNumber, Vec<u8>),
    /// A night's detail of the worker before it.
    Detail(Vec<u8>),
    /// A delivery of the outbox, with its place.
    Event(Place, Vec<u8>),
    /// What became of the delivery in that place, before it.
    State(Place, Vec<u8>),
    /// A unit that was asked about.
    Asked(Vec<u8>),
    /// Somebody who was erased.
    Erased(Vec<u8>),
}

/// The name of the snapshot of a row.
pub(super) fn file_name(settled: RowNumber) -> String {
    format!("{PREFIX}{settled:020}{SUFFIX}")
}

/// The snapshot files of a directory, newest first.
pub(super) fn list(directory: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(directory) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        if name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX)) {
            files.push(entry.path());
        }
    }
    // Row numbers are padded: the order of names is the order of rows.
    files.sort_unstable_by(|a, b| b.cmp(a));
    Ok(files)
}

/// Writes the frames of a snapshot.
pub(super) struct Frames<W> {
    out: W,
    whole: Hasher,
    frames: u64,
    bytes: u64,
}

impl<W: Write> Frames<W> {
    /// Begins with what the snapshot is of.
    pub(super) fn begin(out: W, header: Header) -> Result<Self, SnapshotError> {
        let mut frames = Self { out, whole: Hasher::new(), frames: 0, bytes: 0 };
        frames.raw(MAGIC)?;
        frames.frame(HEADER, &[&[FORMAT], &header.settled.to_le_bytes(), &header.outbox.encode()])?;
        Ok(frames)
    }

    /// Adds a worker.
    pub(super) fn worker(&mut self, image: &WorkerImage) -> Result<(), SnapshotError> {
        self.frame(WORKER, &[&image.worker.0.to_be_bytes(), &image.record])?;
        image.details.iter().try_for_each(|detail| self.frame(DETAIL, &[detail]))
    }

    /// Adds a delivery of the outbox.
    pub(super) fn event(&mut self, place: Place, event: &[u8]) -> Result<(), SnapshotError> {
        self.frame(EVENT, &[&place.entry.to_le_bytes(), &place.index.to_le_bytes(), event])
    }

    /// Adds what became of a delivery that was added before.
    pub(super) fn state(&mut self, place: Place, state: &[u8]) -> Result<(), SnapshotError> {
        self.frame(STATE, &[&place.entry.to_le_bytes(), &place.index.to_le_bytes(), state])
    }

    /// Adds a unit that was asked about.
    pub(super) fn asked(&mut self, asked: &[u8]) -> Result<(), SnapshotError> {
        self.frame(ASKED, &[asked])
    }

    /// Adds somebody who was erased.
    pub(super) fn erased(&mut self, erasure: &[u8]) -> Result<(), SnapshotError> {
        self.frame(ERASED, &[erasure])
    }

    fn raw(&mut self, bytes: &[u8]) -> Result<(), SnapshotError> {
        self.out.write_all(bytes)?;
        self.whole.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    fn frame(&mut self, kind: u8, parts: &[&[u8]]) -> Result<(), SnapshotError> {
        let length = parts.iter().map(|part| part.len()).sum::<usize>();
        let length = u32::try_from(length).map_err(|_| SnapshotError::Damaged("a record is too long for a frame"))?;
        let mut check = Hasher::new();
        check.update(&[kind]);
        check.update(&length.to_le_bytes());
        parts.iter().for_each(|part| check.update(part));
        self.raw(&[kind])?;
        self.raw(&length.to_le_bytes())?;
        self.raw(&check.finalize().to_le_bytes())?;
        parts.iter().try_for_each(|part| self.raw(part))?;
        self.frames += 1;
        Ok(())
    }

    /// Ends with a count and a sum of all before. Returns what was written to, and the length.
    pub(super) fn end(mut self) -> Result<(W, u64), SnapshotError> {
        let (frames, whole) = (self.frames, self.whole.clone().finalize());
        self.frame(END, &[&frames.to_le_bytes(), &whole.to_le_bytes()])?;
        Ok((self.out, self.bytes))
    }
}

/// Writes a snapshot piece by piece into a file beside its place.
pub(super) struct SnapshotWriter {
    frames: Frames<BufWriter<File>>,
    directory: PathBuf,
    unfinished: PathBuf,
    name: String,
}

impl SnapshotWriter {
    /// Begins a snapshot in a directory, which is made where it is missing.
    pub(super) fn create(directory: &Path, header: Header) -> Result<Self, SnapshotError> {
        std::fs::create_dir_all(directory)?;
        let unfinished = directory.join(UNFINISHED);
        let out = BufWriter::with_capacity(1 << 18, File::create(&unfinished)?);
        let frames = Frames::begin(out, header)?;
        Ok(Self { frames, directory: directory.to_owned(), unfinished, name: file_name(header.settled) })
    }

    /// Ends the file, verifies it, and puts it in its place. Returns its path and length.
    pub(super) fn finish(self) -> Result<(PathBuf, u64), SnapshotError> {
        let (out, bytes) = self.frames.end()?;
        let file = out.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.sync_all()?;
        verify(&self.unfinished)?;
        let path = self.directory.join(&self.name);
        std::fs::rename(&self.unfinished, &path)?;
        File::open(&self.directory)?.sync_all()?;
        Ok((path, bytes))
    }
}

impl std::ops::Deref for SnapshotWriter {
    type Target = Frames<BufWriter<File>>;

    fn deref(&self) -> &Self::Target {
        &self.frames
    }
}

impl std::ops::DerefMut for SnapshotWriter {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.frames
    }
}

/// Reads a snapshot piece by piece. Only after `None` is the whole file known to be good.
pub(super) struct SnapshotReader<R = BufReader<File>> {
    source: R,
    header: Header,
    whole: Hasher,
    frames: u64,
}

impl SnapshotReader {
    /// Opens a snapshot and reads its header.
    pub(super) fn open(path: &Path) -> Result<Self, SnapshotError> {
        Self::of(BufReader::with_capacity(1 << 18, File::open(path)?))
    }
}

impl<R: Read> SnapshotReader<R> {
    /// Reads the header of what begins here.
    pub(super) fn of(source: R) -> Result<Self, SnapshotError> {
        let header = Header { settled: 0, outbox: OutboxMark::default() };
        let mut reader = Self { source, header, whole: Hasher::new(), frames: 0 };
        if reader.array::<8>()? != *MAGIC {
            return Err(SnapshotError::Damaged("it does not begin like a snapshot"));
        }
        let (kind, body) = reader.frame()?;
        if kind != HEADER {
            return Err(SnapshotError::Damaged("it has no header"));
        }
        let (format, body) = take::<1>(&body)?;
        match format {
            [1..=FORMAT] => {}
            [version] => {
                return Err(RecordError::Newer { record: "snapshot", version, known: FORMAT }.into());
            }
        }
        let (settled, outbox) = take(body)?;
        reader.header = Header { settled: u64::from_le_bytes(settled), outbox: OutboxMark::decode(outbox)? };
        Ok(reader)
    }

    /// What it is of.
    pub(super) fn header(&self) -> Header {
        self.header
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), SnapshotError> {
        self.source.read_exact(bytes).map_err(|error| {
            let is_cut = error.kind() == ErrorKind::UnexpectedEof;
            if is_cut { SnapshotError::Damaged("it ends too early") } else { error.into() }
        })?;
        self.whole.update(bytes);
        Ok(())
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], SnapshotError> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn frame(&mut self) -> Result<(u8, Vec<u8>), SnapshotError> {
        let [kind] = self.array()?;
        let length: [u8; 4] = self.array()?;
        let expected = u32::from_le_bytes(self.array()?);
        let bytes = u32::from_le_bytes(length) as usize;
        if bytes > MAX_FRAME {
            return Err(SnapshotError::Damaged("a frame is longer than any is written"));
        }
        let mut body = vec![0; bytes];
        self.fill(&mut body)?;
        let mut check = Hasher::new();
        check.update(&[kind]);
        check.update(&length);
        check.update(&body);
        if check.finalize() != expected {
            return Err(SnapshotError::Damaged("a frame's checksum is wrong"));
        }
        self.frames += 1;
        Ok((kind, body))
    }

    fn end(&mut self, body: &[u8], frames: u64, whole: u32) -> Result<(), SnapshotError> {
        let (counted, sum) = take(body)?;
        if u64::from_le_bytes(counted) != frames || sum != whole.to_le_bytes() {
            return Err(SnapshotError::Damaged("the file's checksum is wrong"));
        }
        if self.source.read(&mut [0])? != 0 {
            return Err(SnapshotError::Damaged("something follows its end"));
        }
        Ok(())
    }

    /// The next piece; `None` at the verified end.
    pub(super) fn next_piece(&mut self) -> Result<Option<Piece>, SnapshotError> {
        let (frames, whole) = (self.frames, self.whole.clone().finalize());
        let (kind, body) = self.frame()?;
        match kind {
            WORKER => {
                let (worker, record) = take(&body)?;
                Ok(Some(Piece::Worker(WorkerNumber(u128::from_be_bytes(worker)), record.to_vec())))
            }
            DETAIL => Ok(Some(Piece::Detail(body))),
            EVENT => placed(&body).map(|(place, event)| Some(Piece::Event(place, event))),
            STATE => placed(&body).map(|(place, state)| Some(Piece::State(place, state))),
            ASKED => Ok(Some(Piece::Asked(body))),
            ERASED => Ok(Some(Piece::Erased(body))),
            END => self.end(&body, frames, whole).map(|()| None),
            _ => Err(SnapshotError::Damaged("a frame of an unknown kind")),
        }
    }
}

fn take<const N: usize>(bytes: &[u8]) -> Result<([u8; N], &[u8]), SnapshotError> {
    bytes.split_first_chunk().map(|(taken, rest)| (*taken, rest)).ok_or(SnapshotError::Damaged("a frame is too short"))
}

fn placed(body: &[u8]) -> Result<(Place, Vec<u8>), SnapshotError> {
    let (entry, rest) = take(body)?;
    let (index, rest) = take(rest)?;
    let place = Place { entry: u64::from_le_bytes(entry), index: u32::from_le_bytes(index) };
    Ok((place, rest.to_vec()))
}

/// Reads a whole file and checks every sum. Returns its header.
pub(super) fn verify(path: &Path) -> Result<Header, SnapshotError> {
    let mut reader = SnapshotReader::open(path)?;
    while reader.next_piece()?.is_some() {}
    Ok(reader.header())
}
