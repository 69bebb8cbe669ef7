//! Everything that is kept of one worker, from the running engines or from the store alone.

use super::look_at_worker;
use crate::app::control::Served;
use crate::app::control::cases::views;
use crate::console::office::{OfficeError, WorkerData};
use crate::domain::Timestamp;
use crate::domain::history::WorkerHistory;
use crate::domain::ids::{WorkerKey, WorkerNumber};
use crate::engine;
use crate::engine::portrait::portrait;
use crate::store::{Store, ViewError};

/// Everything about a worker whom the service knows.
pub(super) async fn export(served: &Served, key: WorkerKey) -> Result<WorkerData, OfficeError> {
    // Copied, so that rows wait for the copy alone.
    let copied = look_at_worker(served, key, |number, history, now| (number, history.clone(), now));
    let (number, history, now) = copied.await?;
    let (store, settings) = (served.store.clone(), served.engine.borrow().clone());
    let collected = tokio::task::spawn_blocking(move || collected(number, history, &store, &settings, now)).await;
    collected.map_err(|_| OfficeError::Stopping)?.map_err(|error| {
        tracing::error!("what is kept of a worker cannot be read: {error}");
        OfficeError::Stopping
    })
}

/// A history with all that the store keeps beside it.
///
/// # Errors
/// [`ViewError`] where the details cannot be read.
pub(in crate::app) fn collected(
    number: WorkerNumber,
    history: WorkerHistory,
    store: &Store,
    settings: &engine::Settings,
    now: Timestamp,
) -> Result<WorkerData, ViewError> {
    let mut details = Vec::new();
    for date in &history.detail_dates {
        details.extend(store.detail(number, *date)?);
    }
    let (portrait, cases) = (portrait(&history, settings, now), views(&history, now));
    Ok(WorkerData { history, details, portrait, cases, now })
}
