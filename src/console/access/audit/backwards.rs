//! Lines of a file from its end, a block of whole lines at a time: what is read is bounded, however long the file is.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

/// So much is read at once …
const BLOCK_BYTES: u64 = 256 * 1024;
/// … and so much where a line is longer than that. Nothing writes a longer line.
const MAX_LINE_BYTES: u64 = 4 * 1024 * 1024;

/// A file that is read from its end.
#[derive(Debug)]
pub(super) struct Backwards {
    file: File,
    /// What lies behind has been read.
    end: u64,
}

impl Backwards {
    /// Opens the file; what is written from now on is not read.
    ///
    /// # Errors
    /// Where it cannot be opened.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let end = file.metadata()?.len();
        Ok(Self { file, end })
    }

    /// The block of whole lines before the last one, and how many bytes were read; `None` at the begin of the file.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(super) fn block(&mut self) -> io::Result<Option<(Vec<u8>, u64)>> {
        let (mut size, mut read) = (BLOCK_BYTES, 0);
        while self.end > 0 {
            let start = self.end.saturating_sub(size);
            let mut bytes = vec![0; usize::try_from(self.end - start).unwrap_or(usize::MAX)];
            self.file.read_exact_at(&mut bytes, start)?;
            read += self.end - start;
            // What stands before the first end of a line belongs to a line that begins further in front.
            let first = if start == 0 { Some(0) } else { first_whole(&bytes) };
            if let Some(first) = first {
                bytes.drain(..first);
                self.end = start + u64::try_from(first).unwrap_or(u64::MAX);
                return Ok(Some((bytes, read)));
            }
            if size >= MAX_LINE_BYTES {
                // No line of ours: it is passed over.
                self.end = start;
            }
            size = (2 * size).min(MAX_LINE_BYTES);
        }
        Ok(None)
    }
}

/// Where the first line begins of which nothing is missing.
fn first_whole(bytes: &[u8]) -> Option<usize> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    (end + 1 < bytes.len()).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(text: &[u8]) -> Vec<Vec<u8>> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lines");
        std::fs::write(&path, text).unwrap();
        let mut file = Backwards::open(&path).unwrap();
        std::iter::from_fn(|| file.block().unwrap().map(|(bytes, _)| bytes)).collect()
    }

    #[test]
    fn every_line_is_read_once_and_whole_wherever_blocks_end() {
        let long = "y".repeat(3 * usize::try_from(BLOCK_BYTES).unwrap());
        let lines: Vec<String> =
            (0..9_000).map(|number| if number == 4_000 { long.clone() } else { format!("{number:0>99}") }).collect();
        for end in ["\n", "", "\ntorn"] {
            let text = lines.join("\n") + end;
            let blocks = blocks(text.as_bytes());
            assert!(blocks.len() > 3 && blocks.iter().all(|block| block.len() < 2 * long.len()));
            assert_eq!(blocks.into_iter().rev().collect::<Vec<_>>().concat(), text.as_bytes());
        }
        assert!(blocks(b"").is_empty());
        assert_eq!(blocks(b"a\n"), [b"a\n"]);
    }

    #[test]
    fn what_is_no_line_of_ours_is_passed_over_and_hides_none() {
        let most = usize::try_from(MAX_LINE_BYTES).unwrap();
        let text = ["first\n", &"x".repeat(2 * most), "\nlast\n"].concat();
        let read = blocks(text.as_bytes()).concat();
        let read = String::from_utf8(read).unwrap();
        assert!(read.contains("last\n") && read.contains("first\n") && read.len() < text.len());
    }
}
