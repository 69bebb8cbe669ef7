//! The end of what is kept of a worker: first nothing shows it, then no file holds it.
//!
//! [`Store::erase`] takes the worker out of the view, the outbox and quarantine. Their bytes are still in the
//! files: the journal is only appended to, snapshots are old, and sled frees pages without wiping them.
//! [`Store::purge`] therefore makes a snapshot, the journal from there on and the view anew, and removes the files
//! before them, while the service goes on. It can be repeated: a start after a kill in between goes on with it.
//! That storage may keep blocks of removed files is beyond what a program can change.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::error::{SnapshotError, StoreError, ViewError};
use super::types::Erasure;
use super::view::View;
use super::{Store, bytes_below, generation, held, snapshot, snapshots_in};
use crate::domain::case::ActionId;
use crate::domain::ids::{RowNumber, WorkerNumber};
use crate::domain::worker::Tombstone;
use crate::engine::row::{Input, WorkerInputs};

/// How long the removed view is waited for, whose readers may be under way.
const READERS_PAUSE: Duration = Duration::from_millis(20);
const READERS_WAITS: u32 = 250;

impl Store {
    /// Takes a worker out of view and outbox; `matters` are the ids of their cases and actions. The row that says so
    /// must be on disk, so that a start after a kill does it again. Returns how many deliveries were thrown away.
    ///
    /// # Errors
    /// [`StoreError`] where something cannot be written.
    pub fn erase(&self, erasure: &Erasure, matters: &[String]) -> Result<usize, StoreError> {
        let is_theirs = |id: &str| matters.iter().any(|matter| matter == id);
        let discarded = self.discard(None, &[], |listed| is_theirs(listed.key.matter()))?;
        held(&self.inner.workers).take();
        self.inner.views.erase(erasure)?;
        Ok(discarded.len())
    }

    /// Takes out of the view whom rows that were not applied yet erase, for whoever reads the store while no service
    /// runs: the next start finds the same rows.
    ///
    /// # Errors
    /// [`StoreError`] where something cannot be read or written.
    pub fn erase_noted(&self) -> Result<(), StoreError> {
        for row in self.rows(self.settled()?) {
            let row = row?;
            let of_row = row.number;
            for WorkerInputs { worker, inputs } in row.groups {
                for input in inputs {
                    let Input::Erase(stone) = input else { continue };
                    let known = self.history(worker)?.filter(|known| known.worker == worker);
                    let history = known.map(|known| known.unpack()).transpose().map_err(ViewError::from)?;
                    let episodes = history.map_or(0, |history| history.cases.episodes);
                    self.erase(&Erasure { worker, stone, of_row }, &ActionId::all_of(worker, episodes))?;
                }
            }
        }
        Ok(())
    }

    /// What is left of those who were erased and may still be in files. Who left them before is not among them: a
    /// register may have enrolled them anew since.
    ///
    /// # Errors
    /// [`ViewError`] where the view cannot be read.
    pub fn stones_due(&self) -> Result<Vec<Tombstone>, ViewError> {
        let view = self.inner.views.now();
        let purged = view.purged()?;
        let due = view.erasures()?.into_iter().filter(|erasure| erasure.of_row > purged);
        Ok(due.map(|erasure| erasure.stone).collect())
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

    /// Whether somebody is to leave the files, and every worker was saved past the row that erased them.
    ///
    /// # Errors
    /// [`ViewError`] where the view cannot be read.
    pub fn can_purge(&self) -> Result<bool, ViewError> {
        let settled = self.settled()?;
        Ok(self.purge_due()?.is_some_and(|through| settled >= through))
    }

    /// Takes those who were erased out of quarantine, item by item: it may hold much.
    ///
    /// # Errors
    /// [`ViewError`] where the view cannot be read or written.
    pub fn forget_refused(&self) -> Result<(), ViewError> {
        let Some(through) = self.purge_due()? else { return Ok(()) };
        let forgot = &self.inner.quarantine_forgot;
        if forgot.load(Ordering::Acquire) >= through {
            return Ok(());
        }
        let stones = self.stones_due()?;
        let ids = held(&self.inner.quarantine).ids();
        ids.into_iter().try_for_each(|id| held(&self.inner.quarantine).forget(id, &stones))?;
        forgot.store(through, Ordering::Release);
        Ok(())
    }

    /// Makes every file of the store anew without those who were erased. It takes as long as copying the store, and
    /// rows go on meanwhile. Returns false where there is nothing to do yet, or `goes_on` told it to end.
    ///
    /// # Errors
    /// [`StoreError`] where something cannot be read or written, or there is no room; what was there before still
    /// counts.
    pub fn purge(&self, goes_on: &dyn Fn() -> bool) -> Result<bool, StoreError> {
        let settled = self.settled()?;
        let Some(through) = self.purge_due()?.filter(|through| settled >= *through) else { return Ok(false) };
        let _alone = held(&self.inner.snapshot_at);
        self.forget_refused()?;
        self.has_room()?;
        let store = &self.inner.settings.path;
        let unreadable = store.join("view.unreadable");
        generation::remove(&unreadable).map_err(StoreError::io("cannot remove", &unreadable))?;
        let purged = self.renew_journal().map_err(StoreError::from).and_then(|()| self.renew_view(goes_on));
        if !matches!(purged, Ok(true)) {
            // What was begun would only take room.
            for name in ["journal", "view"] {
                generation::next(store, name).map_err(StoreError::io("cannot remove what was begun in", store))?;
            }
            let unfinished = snapshots_in(store).join(snapshot::UNFINISHED);
            generation::remove_file(&unfinished).map_err(StoreError::io("cannot remove", &unfinished))?;
            return purged;
        }
        let view = self.inner.views.now();
        view.set_purged(through)?;
        view.sync()?;
        Ok(true)
    }

    /// For a while the view is there twice, and a snapshot of it once more.
    fn has_room(&self) -> Result<(), StoreError> {
        let reserve = self.inner.settings.ballast_bytes;
        let store = &self.inner.settings.path;
        let view = generation::current(store, "view").and_then(|view| bytes_below(&view));
        // A snapshot is no longer than the view it is of.
        let needed = view.map_err(StoreError::io("cannot read", store))?.saturating_mul(2);
        let free = self.room()?.free_bytes.saturating_sub(reserve);
        if free < needed { Err(StoreError::NoRoom { needed, free }) } else { Ok(()) }
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
        {
            // What became of deliveries is told by the new journal only from here on: the view must have it.
            let mut outbox = self.outbox().map_err(Box::new)?;
            let mark = self.outbox_mark();
            outbox.set_mark(mark)?;
        }
        inner.views.now().sync()?;
        let store = &inner.settings.path;
        let directory = generation::next(store, "journal")?;
        inner.journal.renew(&directory, cut, || generation::finish(&directory))?;
        generation::remove_others(store, "journal")?;
        for older in snapshot::list(&snapshots_in(store))?.iter().filter(|file| **file != path) {
            std::fs::remove_file(older)?;
        }
        Ok(())
    }

    /// A new view; the old one goes. False where it was told to end.
    fn renew_view(&self, goes_on: &dyn Fn() -> bool) -> Result<bool, StoreError> {
        let inner = &*self.inner;
        let store = &inner.settings.path;
        let directory = generation::next(store, "view").map_err(StoreError::io("cannot replace the view in", store))?;
        let fresh = inner.views.begin(View::open(&directory, inner.settings.view_cache_bytes)?);
        let copied = self.copy_workers(goes_on).and_then(|is_whole| {
            // All but what is saved from here on is on the disk before anybody has to wait for the rest.
            fresh.sync()?;
            Ok(is_whole)
        });
        let replaced = copied.map_err(StoreError::from).and_then(|is_whole| {
            let finish = || generation::finish(&directory).map_err(StoreError::io("cannot finish", &directory));
            is_whole.then(|| self.replace_view(finish)).transpose()
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
    fn replace_view(&self, finish: impl FnOnce() -> Result<(), StoreError>) -> Result<Arc<View>, StoreError> {
        let views = self.inner.views.hold();
        let mut outbox = self.outbox()?;
        let mut quarantine = held(&self.inner.quarantine);
        let fresh = views.next()?;
        fresh.take_state_of(&self.inner.views.now())?;
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

#[cfg(test)]
#[path = "erasing_tests.rs"]
mod tests;
