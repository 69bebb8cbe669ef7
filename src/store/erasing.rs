//! The end of what is kept of a worker: first nothing shows it, then no file holds it.
//!
//! [`Store::erase`] takes the worker out of the view, the outbox and quarantine. Their bytes are still in the
//! files: the journal is only appended to, snapshots are old, and sled frees pages without wiping them.
//! [`Store::purge`] therefore makes a snapshot, the journal from there on and the view anew, and removes the files
//! before them, while the service goes on. It can be repeated: a start after a kill in between goes on with it.
//! That storage may keep blocks of removed files is beyond what a program can change.

use std::sync::Arc;
use std::time::Duration;

use super::error::{SnapshotError, StoreError, ViewError};
use super::types::Erasure;
use super::view::View;
use super::{Store, generation, held, snapshot, snapshots_in};
use crate::domain::ids::{RowNumber, WorkerNumber};
use crate::domain::worker::Tombstone;

/// How long the removed view is waited for, whose readers may be under way.
const READERS_PAUSE: Duration = Duration::from_millis(20);
const READERS_WAITS: u32 = 250;

impl Store {
    /// Takes a worker out of view, outbox and quarantine; `matters` are the ids of their cases and actions. The row
    /// that says so must be on disk, so that a start after a kill does it again.
    ///
    /// # Errors
    /// [`StoreError`] where something cannot be written.
    pub fn erase(&self, erasure: &Erasure, matters: &[String]) -> Result<(), StoreError> {
        let is_theirs = |id: &str| matters.iter().any(|matter| matter == id);
        self.discard(None, &[], |listed| is_theirs(listed.key.matter()))?;
        held(&self.inner.quarantine).forget(&[erasure.stone])?;
        held(&self.inner.workers).take();
        Ok(self.inner.views.erase(erasure)?)
    }

    /// What is left of everybody who was erased.
    ///
    /// # Errors
    /// [`ViewError`] where the view cannot be read.
    pub fn stones(&self) -> Result<Vec<Tombstone>, ViewError> {
        Ok(self.inner.views.now().erasures()?.into_iter().map(|erasure| erasure.stone).collect())
    }

    /// The row through which everybody who was erased has to leave the files; none where all have.
    ///
    /// # Errors
    /// [`ViewError`] where the view cannot be read.
    pub fn purge_due(&self) -> Result<Option<RowNumber>, ViewError> {
        let view = self.inner.views.now();
        let purged = view.purged()?;
        Ok(view.erasures()?.iter().map(|erasure| erasure.of_row).max().filter(|row| *row > purged))
    }

    /// Makes every file of the store anew without those who were erased. It takes as long as copying the store, and
    /// rows go on meanwhile. Returns false where workers have first to be saved past the row that erased the last, or
    /// where `goes_on` told it to end.
    ///
    /// # Errors
    /// [`StoreError`] where something cannot be read or written; what was there before still counts.
    pub fn purge(&self, goes_on: &dyn Fn() -> bool) -> Result<bool, StoreError> {
        let Some(through) = self.purge_due()? else { return Ok(true) };
        let _alone = held(&self.inner.snapshot_at);
        if self.inner.views.now().settled()? < through {
            return Ok(false);
        }
        let stones = self.stones()?;
        self.renew_journal().map_err(told)?;
        if !self.renew_view(through, &stones, goes_on)? {
            return Ok(false);
        }
        let unreadable = self.inner.settings.path.join("view.unreadable");
        match std::fs::remove_dir_all(&unreadable) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(StoreError::io("cannot remove", unreadable)(error))
            }
            Ok(()) | Err(_) => Ok(true),
        }
    }

    /// A new snapshot, and a journal that begins with it; the older ones go.
    fn renew_journal(&self) -> Result<(), SnapshotError> {
        let inner = &*self.inner;
        {
            // The last entry of each run stays whatever is cut: let it be one that tells of nobody.
            let _outbox = self.outbox().map_err(Box::new)?;
            inner.journal.append_decisions(inner.journal.last_row(), &[])?;
            inner.journal.append_outcomes(&[])?;
        }
        let (path, ..) = self.write_snapshot()?;
        let cut = self.cut_at(&path, false)?;
        let store = &inner.settings.path;
        let directory = generation::next(store, "journal")?;
        inner.journal.renew(&directory, cut, || generation::finish(&directory))?;
        generation::remove_others(store, "journal")?;
        for older in snapshot::list(&snapshots_in(store))?.iter().filter(|file| **file != path) {
            std::fs::remove_file(older)?;
        }
        Ok(())
    }

    fn renew_view(
        &self,
        through: RowNumber,
        stones: &[Tombstone],
        goes_on: &dyn Fn() -> bool,
    ) -> Result<bool, StoreError> {
        let inner = &*self.inner;
        let store = &inner.settings.path;
        let directory = generation::next(store, "view").map_err(StoreError::io("cannot replace the view in", store))?;
        inner.views.begin(View::open(&directory, inner.settings.view_cache_bytes)?);
        let replaced = self.copy_workers(goes_on).map_err(StoreError::from).and_then(|is_whole| {
            let finish = || generation::finish(&directory).map_err(StoreError::io("cannot finish", &directory));
            is_whole.then(|| self.replace_view(through, stones, finish)).transpose()
        });
        let Ok(Some(old)) = replaced else {
            inner.views.give_up();
            return replaced.map(|_| false);
        };
        wait_for_readers(&old);
        drop(old);
        generation::remove_others(store, "view").map_err(StoreError::io("cannot remove an old view in", store))?;
        Ok(true)
    }

    /// Whether all are copied.
    fn copy_workers(&self, goes_on: &dyn Fn() -> bool) -> Result<bool, ViewError> {
        let mut next = Some(WorkerNumber(0));
        while let Some(from) = next
            && let Some(copied) = self.inner.views.copy_worker(from)?
        {
            if !goes_on() {
                return Ok(false);
            }
            next = copied.0.checked_add(1).map(WorkerNumber);
        }
        Ok(true)
    }

    /// The rest of the view, while nobody writes: the outbox and quarantine are bounded.
    fn replace_view(
        &self,
        through: RowNumber,
        stones: &[Tombstone],
        finish: impl FnOnce() -> Result<(), StoreError>,
    ) -> Result<Arc<View>, StoreError> {
        let views = self.inner.views.hold();
        let mut outbox = self.outbox()?;
        let mut quarantine = held(&self.inner.quarantine);
        quarantine.forget(stones)?;
        let fresh = views.next()?;
        fresh.take_state_of(&self.inner.views.now())?;
        fresh.set_purged(through)?;
        let (of_outbox, of_quarantine) = (fresh.tree("outbox")?, fresh.tree("quarantine")?);
        outbox.copy_to(&of_outbox)?;
        quarantine.copy_to(&of_quarantine)?;
        fresh.declare_whole()?;
        finish()?;
        outbox.go_on_in(of_outbox);
        quarantine.go_on_in(of_quarantine);
        Ok(views.replace()?)
    }
}

/// What is read of the old view keeps it open; files that are open can be removed, but sled would miss them.
fn wait_for_readers(old: &Arc<View>) {
    for _ in 0..READERS_WAITS {
        if Arc::strong_count(old) == 1 {
            return;
        }
        std::thread::sleep(READERS_PAUSE);
    }
}

fn told(error: SnapshotError) -> StoreError {
    match error {
        SnapshotError::Store(error) => *error,
        SnapshotError::View(error) => error.into(),
        SnapshotError::Journal(error) => error.into(),
        error @ (SnapshotError::Io(_) | SnapshotError::Damaged(_) | SnapshotError::Record(_)) => {
            StoreError::Snapshot(error)
        }
    }
}

#[cfg(test)]
#[path = "erasing_tests.rs"]
mod tests;
