//! Directories that are replaced as a whole: `view` by `view.1`, that by `view.2`, and so on.
//!
//! A replacement is made beside the one that counts, under its own name from the start: what is in it
//! keeps files open by their paths. It counts once an empty file beside it says that it is finished.

use std::fs::File;
use std::io::{ErrorKind, Result};
use std::path::{Path, PathBuf};

/// The name of the file that says that a directory is finished.
const FINISHED: &str = "finished";

fn place(store: &Path, name: &str, number: u32) -> PathBuf {
    if number == 0 { store.join(name) } else { store.join(format!("{name}.{number}")) }
}

fn mark_of(directory: &Path) -> PathBuf {
    let mut name = directory.as_os_str().to_owned();
    name.push(".");
    name.push(FINISHED);
    name.into()
}

/// The numbers of the replacements that are there, finished or not.
fn numbers(store: &Path, name: &str) -> Result<Vec<u32>> {
    let entries = match std::fs::read_dir(store) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut numbers = Vec::new();
    for entry in entries {
        let found = entry?.file_name();
        let number = found.to_str().and_then(|found| found.strip_prefix(name)?.strip_prefix('.'));
        numbers.extend(number.and_then(|number| number.parse::<u32>().ok()));
    }
    Ok(numbers)
}

fn current_number(store: &Path, name: &str) -> Result<u32> {
    let is_finished = |number: &u32| mark_of(&place(store, name, *number)).exists();
    Ok(numbers(store, name)?.into_iter().filter(is_finished).max().unwrap_or(0))
}

/// The directory of that name that counts.
pub(super) fn current(store: &Path, name: &str) -> Result<PathBuf> {
    Ok(place(store, name, current_number(store, name)?))
}

/// Where the next is to be made; what was begun there and not finished is removed.
pub(super) fn next(store: &Path, name: &str) -> Result<PathBuf> {
    let directory = place(store, name, current_number(store, name)? + 1);
    remove_file(&mark_of(&directory))?;
    remove(&directory)?;
    Ok(directory)
}

/// Says that what is in a directory is whole and on the disk: from now on it counts.
pub(super) fn finish(directory: &Path) -> Result<()> {
    let mark = mark_of(directory);
    let synced = File::create(&mark).and_then(|file| file.sync_all());
    let named = || directory.parent().map_or(Ok(()), |parent| File::open(parent)?.sync_all());
    let finished = synced.and_then(|()| named());
    if finished.is_err() {
        // What is not known to be on the disk must not count at the next start.
        remove_file(&mark)?;
    }
    finished
}

/// Removes all of that name but the one that counts.
pub(super) fn remove_others(store: &Path, name: &str) -> Result<()> {
    let current = current_number(store, name)?;
    for number in numbers(store, name)?.into_iter().chain([0]).filter(|number| *number != current) {
        let directory = place(store, name, number);
        // Without its mark, one that is removed in part counts no more than before.
        remove_file(&mark_of(&directory))?;
        remove(&directory)?;
    }
    Ok(())
}

/// Removes a directory, where it is there.
pub(super) fn remove(directory: &Path) -> Result<()> {
    match std::fs::remove_dir_all(directory) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Removes a file, where it is there.
pub(super) fn remove_file(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replacement_counts_once_it_is_finished_and_not_before() {
        let store = tempfile::tempdir().unwrap();
        let store = store.path();
        let make = |directory: &Path| std::fs::create_dir_all(directory).unwrap();
        make(&store.join("view"));
        make(&store.join("view.unreadable"));
        assert_eq!(current(store, "view").unwrap(), store.join("view"));
        let first = next(store, "view").unwrap();
        make(&first);
        assert_eq!(current(store, "view").unwrap(), store.join("view"));
        // Interrupted: it is begun anew.
        assert_eq!(next(store, "view").unwrap(), first);
        make(&first);
        finish(&first).unwrap();
        assert_eq!(current(store, "view").unwrap(), store.join("view.1"));
        remove_others(store, "view").unwrap();
        assert!(!store.join("view").exists() && store.join("view.unreadable").exists());
        let second = next(store, "view").unwrap();
        assert_eq!(second, store.join("view.2"));
        make(&second);
        finish(&second).unwrap();
        remove_others(store, "view").unwrap();
        let mut left: Vec<_> = std::fs::read_dir(store).unwrap().map(|e| e.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["view.2", "view.2.finished", "view.unreadable"]);
    }
}
