//! What surrounds the files: the lock against a second process, and the ballast against a full disk.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::error::StoreError;

/// Takes the store for this process; it is given back when the file is dropped, however the process ends.
pub(super) fn lock(directory: &Path) -> Result<File, StoreError> {
    let path = directory.join("LOCK");
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(StoreError::io("cannot open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse(directory.to_owned())),
        Err(TryLockError::Error(error)) => Err(StoreError::io("cannot lock", &path)(error)),
    }
}

/// A file of zeros that is deleted when the disk is full: sled does not open without free space, and
/// the service needs some to come to an orderly end.
#[derive(Debug)]
pub(super) struct Ballast {
    path: PathBuf,
}

impl Ballast {
    pub(super) fn in_directory(directory: &Path) -> Self {
        Self { path: directory.join("ballast") }
    }

    /// Makes the ballast where it is missing. A disk without room for it goes without.
    pub(super) fn load(&self, bytes: u64) -> Result<(), StoreError> {
        let length = std::fs::metadata(&self.path).map(|m| m.len());
        if length.is_ok_and(|length| length >= bytes) {
            return Ok(());
        }
        match self.fill(bytes) {
            Err(error) if error.kind() == ErrorKind::StorageFull => {
                self.free();
                Ok(())
            }
            filled => filled.map_err(StoreError::io("cannot write", &self.path)),
        }
    }

    /// Zeros are written, not skipped over: a hole takes no space.
    fn fill(&self, bytes: u64) -> std::io::Result<()> {
        static BLOCK: [u8; 64 * 1024] = [0; 64 * 1024];
        let mut file = File::create(&self.path)?;
        let mut left = bytes;
        while left > 0 {
            let length = left.min(BLOCK.len() as u64);
            file.write_all(&BLOCK[..usize::try_from(length).unwrap_or(BLOCK.len())])?;
            left -= length;
        }
        Ok(())
    }

    /// Deletes the ballast. Returns whether that made room.
    pub(super) fn free(&self) -> bool {
        std::fs::remove_file(&self.path).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holder_is_told_that_the_store_is_in_use() {
        let directory = tempfile::tempdir().unwrap();
        let held = lock(directory.path()).unwrap();
        assert!(matches!(lock(directory.path()), Err(StoreError::InUse(_))));
        drop(held);
        assert!(lock(directory.path()).is_ok());
    }

    #[test]
    fn ballast_takes_its_space_and_gives_it_back_once() {
        let directory = tempfile::tempdir().unwrap();
        let ballast = Ballast::in_directory(directory.path());
        ballast.load(100_000).unwrap();
        assert_eq!(std::fs::metadata(directory.path().join("ballast")).unwrap().len(), 100_000);
        assert!(ballast.free());
        assert!(!ballast.free());
    }
}
