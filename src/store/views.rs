//! The view that is read and written, and the one that is being made to take its place.
//!
//! While a replacement is made, what is saved goes into both, and workers are copied one by one in between.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use super::error::ViewError;
use super::held;
use super::types::{Checkpoint, Erasure};
use super::view::View;
use crate::domain::ids::{RowNumber, WorkerNumber};

/// The views.
pub(super) struct Views {
    now: RwLock<Arc<View>>,
    /// Held by whoever writes: what is copied into the next view is not saved into it at the same time.
    next: Mutex<Option<Arc<View>>>,
}

impl Views {
    pub(super) fn new(view: View) -> Self {
        Self { now: RwLock::new(Arc::new(view)), next: Mutex::new(None) }
    }

    /// The view that is read.
    pub(super) fn now(&self) -> Arc<View> {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Writes workers.
    pub(super) fn save(&self, checkpoints: &[Checkpoint]) -> Result<(), ViewError> {
        self.write(|view| view.save(checkpoints))
    }

    /// Removes a worker.
    pub(super) fn erase(&self, erasure: &Erasure) -> Result<(), ViewError> {
        self.write(|view| view.erase(erasure))
    }

    /// Declares how far everything was saved.
    pub(super) fn settle(&self, through: RowNumber) -> Result<(), ViewError> {
        let _writing = held(&self.next);
        self.now().settle(through)
    }

    fn write(&self, write: impl Fn(&View) -> Result<(), ViewError>) -> Result<(), ViewError> {
        let mut next = held(&self.next);
        write(&self.now())?;
        // A replacement that cannot be written is given up: whoever makes it will find that out, and closes it.
        if next.as_ref().is_some_and(|view| write(view).is_err()) {
            *next = None;
        }
        Ok(())
    }

    /// Begins to make a replacement. Whoever does so keeps what is returned until it is the view or given up: to close
    /// it takes a while, and nobody who saves shall wait for that.
    pub(super) fn begin(&self, next: View) -> Arc<View> {
        let next = Arc::new(next);
        *held(&self.next) = Some(Arc::clone(&next));
        next
    }

    /// Gives the replacement up.
    pub(super) fn give_up(&self) {
        *held(&self.next) = None;
    }

    /// Copies the first worker from `from` on into the replacement. Returns who that was.
    pub(super) fn copy_worker(&self, from: WorkerNumber) -> Result<Option<WorkerNumber>, ViewError> {
        let writing = held(&self.next);
        let next = writing.as_ref().ok_or(ViewError::Incomplete)?;
        let Some(image) = self.now().image(Some(from))? else { return Ok(None) };
        let mut batches = next.batches();
        next.restore(&mut batches, &image)?;
        batches.apply()?;
        Ok(Some(image.worker))
    }

    /// Nobody saves anything while this is held.
    pub(super) fn hold(&self) -> Held<'_> {
        Held { views: self, next: held(&self.next) }
    }
}

/// The views while nobody saves anything.
pub(super) struct Held<'v> {
    views: &'v Views,
    next: MutexGuard<'v, Option<Arc<View>>>,
}

impl Held<'_> {
    /// The replacement.
    pub(super) fn next(&self) -> Result<Arc<View>, ViewError> {
        self.next.clone().ok_or(ViewError::Incomplete)
    }

    /// From now on the replacement is the view. Returns the one before it.
    pub(super) fn replace(mut self) -> Result<Arc<View>, ViewError> {
        let next = self.next.take().ok_or(ViewError::Incomplete)?;
        let mut now = self.views.now.write().unwrap_or_else(PoisonError::into_inner);
        Ok(std::mem::replace(&mut *now, next))
    }
}
