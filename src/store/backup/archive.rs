//! A tar archive in which every byte is known: what any `tar` unpacks, and what nothing can change unnoticed.
//!
//! Each entry has one form of header, which a reader makes again and compares; the bytes that fill up blocks are zero;
//! the last entry is a list of SHA-256 sums of all before it, as `sha256sum --check` reads it. It is written and read
//! from its begin to its end, so that it can come from a pipe and go into one.

use std::fmt::Write as _;
use std::io::{ErrorKind, Read, Write};

use sha2::{Digest as _, Sha256};

use super::{BackupError, damaged};
use crate::store::records::RecordError;

/// The last entry.
const SUMS: &str = "SHA256SUMS";
const BLOCK: usize = 512;
/// What is said of an archive without an end.
pub(super) const TRUNCATED: &str = "it is truncated: it ends too early";
/// What files begin with that hold a backup and are none, and what to do about it.
///
/// # Source
/// RFC 1952, RFC 8878, the file format of xz, and the format of age (age-encryption.org/v1).
const WRAPPED: [(&[u8], &str); 5] = [
    (b"\x1f\x8b", "it is compressed with gzip: unpack it first, with gunzip"),
    (b"\x28\xb5\x2f\xfd", "it is compressed with zstd: unpack it first, with unzstd"),
    (b"\xfd7zXZ\0", "it is compressed with xz: unpack it first, with unxz"),
    (b"BZh", "it is compressed with bzip2: unpack it first, with bunzip2"),
    (b"age-encryption.org/", "it is encrypted with age: decrypt it first, with age -d -i KEY"),
];
/// Two blocks of zeros end an archive.
const END: [u8; 2 * BLOCK] = [0; 2 * BLOCK];
/// The list of sums is read at once.
const MAX_SUMS_BYTES: u64 = 64 * 1024 * 1024;
/// The longest size that is written in octal digits.
const MAX_OCTAL: u64 = 0o777_7777_7777;

/// Writes an archive.
pub(super) struct ArchiveWriter<W> {
    out: W,
    made_at_s: u64,
    sums: String,
    bytes: u64,
}

impl<W: Write> ArchiveWriter<W> {
    /// Begins an archive; every entry is of that second since 1970.
    pub(super) fn new(out: W, made_at_s: u64) -> Self {
        Self { out, made_at_s, sums: String::new(), bytes: 0 }
    }

    fn raw(&mut self, bytes: &[u8]) -> Result<(), BackupError> {
        self.out.write_all(bytes).map_err(BackupError::Out)?;
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// Adds an entry.
    pub(super) fn entry(&mut self, name: &str, content: &[u8]) -> Result<(), BackupError> {
        self.stream(name, content.len() as u64, content)
    }

    /// Adds an entry of so many bytes of a source, which has at least as many.
    pub(super) fn stream(&mut self, name: &str, length: u64, source: impl Read) -> Result<(), BackupError> {
        self.raw(&header(name, length, self.made_at_s))?;
        let (mut source, mut sum, mut left) = (source.take(length), Sha256::new(), length);
        let mut buffer = vec![0; 1 << 16];
        while left > 0 {
            let read = source.read(&mut buffer).map_err(|error| BackupError::Kept { name: name.to_owned(), error })?;
            if read == 0 {
                return Err(BackupError::Kept { name: name.to_owned(), error: ErrorKind::UnexpectedEof.into() });
            }
            sum.update(&buffer[..read]);
            self.raw(&buffer[..read])?;
            left -= read as u64;
        }
        self.raw(&END[..padding(length)])?;
        line(&mut self.sums, name, sum);
        Ok(())
    }

    /// Ends with the sums. Returns what was written to, and how much.
    pub(super) fn finish(mut self) -> Result<(W, u64), BackupError> {
        let sums = std::mem::take(&mut self.sums);
        self.entry(SUMS, sums.as_bytes())?;
        self.raw(&END)?;
        self.out.flush().map_err(BackupError::Out)?;
        Ok((self.out, self.bytes))
    }
}

/// Whose sum it is that two lists differ in.
fn wrong_sum(told: &[u8], counted: &str) -> String {
    let mut told = told.split(|byte| *byte == b'\n');
    let wrong = counted.lines().find(|line| told.next() != Some(line.as_bytes()));
    let name = wrong.and_then(|line| line.split_once("  ")).map(|(_, name)| name);
    name.map_or_else(|| "a SHA-256 sum is wrong".to_owned(), |name| format!("the SHA-256 sum of {name} is wrong"))
}

fn line(sums: &mut String, name: &str, sum: Sha256) {
    for byte in sum.finalize() {
        let _ = write!(sums, "{byte:02x}");
    }
    let _ = writeln!(sums, "  {name}");
}

fn padding(length: u64) -> usize {
    usize::try_from(length.wrapping_neg() % BLOCK as u64).unwrap_or(0)
}

/// The header of an entry, after POSIX.1-1988 (ustar); a size beyond its digits is written as GNU tar does.
fn header(name: &str, length: u64, made_at_s: u64) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    let mut put = |at: usize, bytes: &[u8]| block[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, name.as_bytes());
    put(100, b"0000600\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    if length > MAX_OCTAL {
        put(124, &[0x80, 0, 0, 0]);
        put(128, &length.to_be_bytes());
    } else {
        put(124, format!("{length:011o}\0").as_bytes());
    }
    put(136, format!("{made_at_s:011o}\0").as_bytes());
    put(148, b"        ");
    put(156, b"0");
    put(257, b"ustar\x0000");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

fn octal(digits: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(digits).ok()?.trim_end_matches(['\0', ' ']);
    u64::from_str_radix(text, 8).ok()
}

/// Reads an archive.
pub(super) struct ArchiveReader<R> {
    source: R,
    sums: String,
    /// Of the entry that is being read.
    name: String,
    sum: Sha256,
    left: u64,
    pad: usize,
    bytes: u64,
}

impl<R: Read> ArchiveReader<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, sums: String::new(), name: String::new(), sum: Sha256::new(), left: 0, pad: 0, bytes: 0 }
    }

    /// How much was read.
    pub(super) const fn length(&self) -> u64 {
        self.bytes
    }

    /// Says of damage how far the archive was read: whoever decodes an entry may be a little behind.
    pub(super) fn located(&self, error: BackupError) -> BackupError {
        let what = if let BackupError::Damaged(what) = &error {
            what.clone()
        } else if let BackupError::Record(unreadable @ RecordError::Unreadable { .. }) = &error {
            unreadable.to_string()
        } else {
            return error;
        };
        damaged(if self.name.is_empty() { what } else { format!("{what} (read as far as {})", self.name) })
    }

    /// The first block, or what else it is that begins there.
    fn begin(&mut self, block: &mut [u8; BLOCK]) -> Result<(), BackupError> {
        let mut first = Vec::with_capacity(BLOCK);
        (&mut self.source).take(BLOCK as u64).read_to_end(&mut first).map_err(BackupError::In)?;
        if first.is_empty() {
            return Err(BackupError::Foreign("it is empty"));
        }
        if let Some((_, words)) = WRAPPED.iter().find(|(magic, _)| first.starts_with(magic)) {
            return Err(BackupError::Foreign(words));
        }
        self.bytes = first.len() as u64;
        *block = first.try_into().map_err(|_| damaged(TRUNCATED))?;
        Ok(())
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), BackupError> {
        self.source.read_exact(bytes).map_err(|error| {
            let is_cut = error.kind() == ErrorKind::UnexpectedEof;
            if is_cut { damaged(TRUNCATED) } else { BackupError::In(error) }
        })?;
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// The name of the next entry, once the one before it was read to its end; none behind the last, where every sum
    /// was right and nothing follows.
    pub(super) fn next_entry(&mut self) -> Result<Option<String>, BackupError> {
        if !self.name.is_empty() {
            self.end_entry()?;
        }
        let mut block = [0; BLOCK];
        if self.bytes == 0 {
            self.begin(&mut block)?;
        } else {
            self.fill(&mut block)?;
        }
        let (name, length) = read_header(&block)?;
        (self.left, self.pad) = (length, padding(length));
        if name == SUMS {
            self.name = name;
            self.end(length)?;
            return Ok(None);
        }
        self.name.clone_from(&name);
        Ok(Some(name))
    }

    fn end_entry(&mut self) -> Result<(), BackupError> {
        if self.left > 0 {
            return Err(damaged("an entry is longer than what is known in it"));
        }
        self.zeros(self.pad)?;
        line(&mut self.sums, &self.name, std::mem::take(&mut self.sum));
        Ok(())
    }

    fn zeros(&mut self, count: usize) -> Result<(), BackupError> {
        let mut read = [0; 2 * BLOCK];
        self.fill(&mut read[..count])?;
        if read == [0; 2 * BLOCK] { Ok(()) } else { Err(damaged("something stands between its entries")) }
    }

    fn end(&mut self, length: u64) -> Result<(), BackupError> {
        if length > MAX_SUMS_BYTES {
            return Err(damaged("its list of sums is longer than any is written"));
        }
        let mut told = Vec::new();
        (&mut self.source).take(length).read_to_end(&mut told).map_err(BackupError::In)?;
        self.bytes += told.len() as u64;
        if told != self.sums.as_bytes() {
            let is_cut = (told.len() as u64) < length;
            return Err(damaged(if is_cut { TRUNCATED.to_owned() } else { wrong_sum(&told, &self.sums) }));
        }
        self.zeros(padding(length))?;
        self.zeros(END.len())?;
        match self.source.read(&mut [0]).map_err(BackupError::In)? {
            0 => Ok(()),
            _ => Err(damaged("something follows its end")),
        }
    }
}

/// Reads what is left of the entry that is being read.
impl<R: Read> Read for ArchiveReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.source.read(&mut buffer[..most])?;
        if read == 0 && most > 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.sum.update(&buffer[..read]);
        (self.left, self.bytes) = (self.left - read as u64, self.bytes + read as u64);
        Ok(read)
    }
}

fn read_header(block: &[u8; BLOCK]) -> Result<(String, u64), BackupError> {
    let wrong = || damaged("it does not look like a backup of Vagus here");
    let name = block[..100].split(|byte| *byte == 0).next().unwrap_or_default();
    let name = std::str::from_utf8(name).ok().filter(|name| !name.is_empty()).ok_or_else(wrong)?;
    let length = match block[124] {
        0x80 => block[128..136].try_into().ok().map(u64::from_be_bytes),
        _ => octal(&block[124..136]),
    };
    let (length, made_at_s) = (length.ok_or_else(wrong)?, octal(&block[136..148]).ok_or_else(wrong)?);
    // A name of ours is short, and nothing else of a header is free.
    if name.len() < 100 && header(name, length, made_at_s) == *block {
        Ok((name.to_owned(), length))
    } else {
        Err(wrong())
    }
}

#[cfg(test)]
#[path = "archive_tests.rs"]
mod tests;
