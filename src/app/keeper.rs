//! Housekeeping of the store beside the thread that applies rows: snapshots, and the end of who was erased.
//!
//! Both take as long as reading the store does; no row, and no crisis, waits for them.

use std::time::Duration;

use tokio::sync::watch;

use crate::console::Console;
use crate::store::Store;
use crate::telemetry::Metrics;
use crate::telemetry::panics::broke_off;

/// How often it is looked whether there is something to do.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The pause after something failed. Nothing is lost meanwhile: the journal has everything, and only grows.
const PAUSE: Duration = Duration::from_secs(600);

/// Keeps the store until `stopping` turns true; `problem` is why the last look failed.
pub async fn keep(
    store: Store,
    console: Console,
    metrics: Metrics,
    problem: watch::Sender<Option<String>>,
    mut stopping: watch::Receiver<bool>,
) {
    let mut pause = LOOK_EVERY;
    loop {
        tokio::select! {
            _ = stopping.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(pause) => {}
        }
        let (store, console, stopping) = (store.clone(), console.clone(), stopping.clone());
        let kept = tokio::task::spawn_blocking(move || look(&store, &console, &|| !*stopping.borrow())).await;
        if !matches!(kept, Ok(Ok(()))) {
            metrics.keeping_failed();
        }
        pause = match kept {
            Ok(Ok(())) => {
                problem.send_replace(None);
                LOOK_EVERY
            }
            Ok(Err(error)) => {
                tracing::error!("the store could not be kept in order, the next try is in ten minutes: {error}");
                problem.send_replace(Some(error.to_string()));
                PAUSE
            }
            Err(panic) => {
                let how = broke_off(&panic);
                tracing::error!("the keeping of the store broke off, the next try is in ten minutes: {how}");
                PAUSE
            }
        };
    }
}

/// What can be done now. A snapshot is due also where something else fails: without one the journal only grows.
fn look(store: &Store, console: &Console, goes_on: &dyn Fn() -> bool) -> anyhow::Result<()> {
    if store.is_snapshot_due() {
        let report = store.snapshot()?;
        tracing::info!(rows_through = report.settled, bytes = report.bytes, "wrote a snapshot");
    }
    store.forget_refused()?;
    if !store.can_purge()? {
        return Ok(());
    }
    console.forget(&store.stones_due()?)?;
    if store.purge(goes_on)? {
        tracing::info!("no file of the store holds anything of those who were erased any more");
    }
    Ok(())
}
