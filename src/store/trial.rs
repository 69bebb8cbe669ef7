//! What a disk would do for a store, tried with a small file that is taken away again.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Room;
use crate::telemetry::latency::Stopwatch;

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// Where it was tried: the store's directory, or what is there of the way to it.
    pub directory: PathBuf,
    /// The room.
    pub room: Room,
    /// The slowest of some writes that were synced.
    pub slowest_sync: Duration,
    /// The kind of file system, where it is one on which a store is badly kept.
    pub bad_kind: Option<&'static str>,
}

/// Syncs that are tried: enough to meet a slow one.
const SYNCS: usize = 8;
/// About what a small row has.
const ROW_BYTES: usize = 4096;
/// Kinds of file systems by their magic numbers.
///
/// # Source
/// statfs(2).
const BAD_KINDS: [(i64, &str); 8] = [
    (0x0102_1994, "tmpfs: in memory, and gone at the next start of the machine"),
    (0x8584_58f6, "ramfs: in memory, and gone at the next start of the machine"),
    (0x6969, "NFS: a sync may not reach the disk, and a lock may be lost"),
    (0xff53_4d42, "CIFS: a sync may not reach the disk, and a lock may be lost"),
    (0xfe53_4d42, "SMB: a sync may not reach the disk, and a lock may be lost"),
    (0x0102_1997, "9p: a sync may not reach the disk"),
    (0x6573_5546, "FUSE: whether a sync reaches a disk is up to a program"),
    (0x794c_7630, "overlayfs: the layer of a container, and gone with it"),
];

/// Tries the disk of a store's directory, which need not be there yet.
///
/// # Errors
/// Where nothing can be written or synced there.
pub fn try_disk(store: &Path) -> io::Result<Trial> {
    let exists = |path: &&Path| path.exists();
    let directory = store.ancestors().map(|path| if path.as_os_str().is_empty() { Path::new(".") } else { path });
    let directory = directory.into_iter().find(exists).unwrap_or(Path::new("/")).to_owned();
    let file = directory.join(format!(".vagus-check-{}", std::process::id()));
    let written = write(&file);
    let _ = std::fs::remove_file(&file);
    let found = rustix::fs::statvfs(&directory)?;
    let bytes = |blocks: u64| blocks.saturating_mul(found.f_frsize);
    let room = Room { free_bytes: bytes(found.f_bavail), capacity_bytes: bytes(found.f_blocks) };
    let magic = rustix::fs::statfs(&directory)?.f_type;
    let bad_kind = BAD_KINDS.iter().find(|(kind, _)| i128::from(*kind) == i128::from(magic)).map(|(_, words)| *words);
    Ok(Trial { directory, room, slowest_sync: written?, bad_kind })
}

fn write(path: &Path) -> io::Result<Duration> {
    let mut file = File::options().write(true).create_new(true).open(path)?;
    let mut slowest: f64 = 0.0;
    for _ in 0..SYNCS {
        let since = Stopwatch::start();
        file.write_all(&[0; ROW_BYTES])?;
        file.sync_data()?;
        slowest = slowest.max(since.elapsed_s());
    }
    Ok(Duration::from_secs_f64(slowest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_tried_where_the_store_will_be_and_nothing_is_left_there() {
        let directory = tempfile::tempdir().unwrap();
        let found = try_disk(&directory.path().join("not/yet")).unwrap();
        assert_eq!(found.directory, directory.path());
        assert!(found.room.free_bytes > 0 && found.slowest_sync > Duration::ZERO);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn memory_is_no_disk_and_a_file_no_directory() {
        let found = try_disk(Path::new("/dev/shm/vagus")).unwrap();
        assert!(found.bad_kind.is_some_and(|words| words.starts_with("tmpfs")), "{found:?}");
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(try_disk(&file.path().join("store")).is_err());
    }
}
