//! The store's disk: writable, with room, and one that syncs.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::Duration;

use super::Finding;
use crate::store::try_disk;

/// Under so much a start has no room for its reserve and a first snapshot.
const LEAST_FREE_BYTES: u64 = 1 << 30;
/// A commit waits for a sync; one that takes longer is a disk that is busy, or slow.
const SLOW_SYNC: Duration = Duration::from_millis(200);
const MIB: u64 = 1 << 20;

pub(super) fn look(store: &Path) -> Vec<Finding> {
    let about = "disk";
    let trial = match try_disk(store) {
        Ok(trial) => trial,
        Err(error) => {
            let what = format!("nothing can be written for {}: {error}", store.display());
            let remedy = "make it a directory of the service's user, who is to run this check; store.path names it";
            return vec![Finding::problem(about, what, remedy)];
        }
    };
    let place = trial.directory.display();
    let free = trial.room.free_bytes;
    let mut found = Vec::new();
    if free < LEAST_FREE_BYTES {
        let what = format!("{} MiB are free at {place}", free / MIB);
        found.push(Finding::problem(about, what, "make room, or give store.path a larger disk"));
    } else if free < trial.room.capacity_bytes / 10 {
        let what = format!("{} MiB are free at {place}, under a tenth", free / MIB);
        found.push(Finding::warning(about, what, "make room before it is full: then the service takes nothing in"));
    }
    if let Some(kind) = trial.bad_kind {
        found.push(Finding::warning(about, format!("{place} is on {kind}"), "give store.path a disk of this machine"));
    }
    let sync_ms = trial.slowest_sync.as_millis();
    if trial.slowest_sync > SLOW_SYNC {
        let what = format!("a sync took {sync_ms} ms at {place}");
        found.push(Finding::warning(about, what, "every commit waits so long: give the store a disk of its own"));
    }
    found.extend(other_user(&trial.directory));
    if found.is_empty() {
        let what = format!("{place} is written and synced within {sync_ms} ms, {} MiB are free", free / MIB);
        found.push(Finding::ok(about, what));
    }
    found
}

/// Root may write everywhere, and says nothing of whom the directory belongs to.
fn other_user(directory: &Path) -> Option<Finding> {
    let user = std::fs::metadata("/proc/self").ok()?.uid();
    let owner = std::fs::metadata(directory).ok()?.uid();
    (user == 0 && owner != 0).then(|| {
        let what = format!("tried as root, and {} belongs to user {owner}", directory.display());
        Finding::warning("disk", what, "run this as the service's user: runuser -u USER -- vagus check --connect …")
    })
}
