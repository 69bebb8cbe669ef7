//! The lines of the input, on a thread of its own: reading standard input cannot be interrupted.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

/// The longest line; the longest payload that any setting allows fits into it.
const MAX_LINE_BYTES: u64 = 32 * 1024 * 1024;
/// Lines that are read ahead.
const READ_AHEAD: usize = 64;

/// How much of the input was taken over: so many lines, and a checksum of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Position {
    pub(super) lines: u64,
    pub(super) checksum: u32,
}

impl Position {
    fn after(self, line: &[u8]) -> Self {
        let mut checksum = crc32fast::Hasher::new_with_initial(self.checksum);
        checksum.update(line.trim_ascii_end());
        checksum.update(b"\n");
        Self { lines: self.lines + 1, checksum: checksum.finalize() }
    }
}

/// A line, and the position after it.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) bytes: Vec<u8>,
    pub(super) position: Position,
}

/// Why the input cannot be gone on with.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// It cannot be opened or read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It holds files, and no lines.
    #[error("{} is a directory; name a file after --input", .0.display())]
    Directory(PathBuf),
    /// What was published of it reads differently now.
    #[error(
        "{}: its first {lines} lines, which were published, have changed since; publish the new file with another --spool",
        path.display()
    )]
    Changed {
        /// The file.
        path: PathBuf,
        /// Lines that were published.
        lines: u64,
    },
}

/// Whether there is something to read.
pub(super) fn look_at(path: Option<&Path>) -> Result<(), InputError> {
    let Some(path) = path else { return Ok(()) };
    let unreadable = |source| InputError::Unreadable { path: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?.metadata().map_err(unreadable)?;
    if file.is_dir() { Err(InputError::Directory(path.to_owned())) } else { Ok(()) }
}

/// Opens a file after the lines that were taken over already, or standard input.
pub(super) fn open(path: Option<&Path>, from: Position) -> Result<mpsc::Receiver<io::Result<Line>>, InputError> {
    let (sender, receiver) = mpsc::channel(READ_AHEAD);
    let mut position = Position::default();
    let mut reader: Box<dyn BufRead + Send> = match path {
        None => Box::new(BufReader::new(io::stdin())),
        Some(path) => {
            let unreadable = |source| InputError::Unreadable { path: path.to_owned(), source };
            let mut reader = BufReader::new(File::open(path).map_err(unreadable)?);
            while position.lines < from.lines
                && let Some(line) = next(&mut reader, position).map_err(unreadable)?
            {
                position = line.position;
            }
            if position != from {
                return Err(InputError::Changed { path: path.to_owned(), lines: from.lines });
            }
            Box::new(reader)
        }
    };
    std::thread::spawn(move || {
        loop {
            let line = next(&mut reader, position).transpose();
            let Some(line) = line else { return };
            let is_last = line.is_err();
            position = line.as_ref().map_or(position, |line| line.position);
            if sender.blocking_send(line).is_err() || is_last {
                return;
            }
        }
    });
    Ok(receiver)
}

fn next(reader: &mut impl BufRead, position: Position) -> io::Result<Option<Line>> {
    let mut bytes = Vec::new();
    // One byte more than allowed shows that the line is too long.
    reader.by_ref().take(MAX_LINE_BYTES + 1).read_until(b'\n', &mut bytes)?;
    if bytes.len() as u64 > MAX_LINE_BYTES {
        let line = position.lines + 1;
        return Err(io::Error::other(format!("line {line} is longer than {MAX_LINE_BYTES} bytes")));
    }
    let position = position.after(&bytes);
    Ok((!bytes.is_empty()).then_some(Line { bytes, position }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &Path, from: Position) -> Result<Vec<Line>, InputError> {
        let mut lines = open(Some(path), from)?;
        Ok(std::iter::from_fn(|| lines.blocking_recv()).map(Result::unwrap).collect())
    }

    #[test]
    fn it_goes_on_after_the_lines_taken_and_refuses_a_file_that_was_changed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("feed.jsonl");
        std::fs::write(&path, "one\r\ntwo\nthree").unwrap();
        let all = lines(&path, Position::default()).unwrap();
        assert_eq!(all.len(), 3);
        let rest = lines(&path, all[0].position).unwrap();
        assert_eq!(rest.iter().map(|line| &line.bytes[..]).collect::<Vec<_>>(), [&b"two\n"[..], b"three"]);

        std::fs::write(&path, "one\ntwo\nthree\nfour\n").unwrap();
        assert_eq!(lines(&path, all[2].position).unwrap().len(), 1, "a file may grow, also at its last line's end");
        std::fs::write(&path, "one\nTWO\nthree\n").unwrap();
        assert_eq!(lines(&path, all[0].position).unwrap().len(), 2, "what was not taken yet may change");
        let refused = lines(&path, all[1].position).unwrap_err().to_string();
        assert!(refused.contains("first 2 lines") && refused.contains("--spool"), "{refused}");
        std::fs::write(&path, "one\n").unwrap();
        assert!(matches!(lines(&path, all[1].position), Err(InputError::Changed { .. })));
    }
}
