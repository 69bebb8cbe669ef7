//! The parts of a running service, by name: tasks and threads, each of which ends only where the service ends.
//!
//! A part that ends before anybody asked for it ends the service, with an error: the manager of services starts it
//! again, and no part is missing for long. What a part panicked about is not told, for it may be a reading.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::Notify;
use tokio::task::{Id, JoinError, JoinSet};

use crate::telemetry::panics::broke_off;

/// A thread of a service, and its outcome.
pub(super) type Thread = JoinHandle<anyhow::Result<()>>;

/// The parts of a service.
#[derive(Debug, Default)]
pub(super) struct Parts {
    tasks: JoinSet<()>,
    names: HashMap<Id, &'static str>,
    #[cfg(test)]
    handles: Vec<(&'static str, tokio::task::AbortHandle)>,
    threads: Vec<Thread>,
    thread_ended: Arc<Notify>,
}

impl Parts {
    /// Starts a task under a name.
    pub(super) fn task(&mut self, name: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        let handle = self.tasks.spawn(work);
        self.names.insert(handle.id(), name);
        #[cfg(test)]
        self.handles.push((name, handle));
    }

    /// Starts a thread under a name.
    ///
    /// # Errors
    /// Where the machine has no room for one more.
    pub(super) fn thread(
        &mut self,
        name: &str,
        work: impl FnOnce() -> anyhow::Result<()> + Send + 'static,
    ) -> std::io::Result<()> {
        let ended = Arc::clone(&self.thread_ended);
        let run = move || {
            // Told also when the work panics: the drop of the guard tells.
            struct Tell(Arc<Notify>);
            impl Drop for Tell {
                fn drop(&mut self) {
                    self.0.notify_one();
                }
            }
            let _tell = Tell(ended);
            work()
        };
        self.threads.push(std::thread::Builder::new().name(name.to_owned()).spawn(run)?);
        Ok(())
    }

    /// Waits until a part ends, and says which; to be asked only while none is to end.
    pub(super) async fn one_ended(&mut self) -> anyhow::Error {
        tokio::select! {
            Some(ended) = self.tasks.join_next_with_id() => self.in_words(ended),
            () = self.thread_ended.notified() => anyhow::anyhow!("a thread of the service ended, and nobody asked for it"),
        }
    }

    /// The threads, for whoever waits for their ends with [`join`].
    pub(super) fn take_threads(&mut self) -> Vec<Thread> {
        std::mem::take(&mut self.threads)
    }

    /// Waits until all tasks have ended, as they were asked to.
    ///
    /// # Errors
    /// Where one broke off; the others are waited for all the same.
    pub(super) async fn join_tasks(&mut self) -> anyhow::Result<()> {
        let mut outcome = Ok(());
        while let Some(ended) = self.tasks.join_next_with_id().await {
            if ended.is_err() && outcome.is_ok() {
                outcome = Err(self.in_words(ended));
            }
        }
        outcome
    }

    fn in_words(&self, ended: Result<(Id, ()), JoinError>) -> anyhow::Error {
        let (id, how) = match &ended {
            Ok((id, ())) => (*id, "it returned"),
            Err(error) => (error.id(), broke_off(error)),
        };
        let name = self.names.get(&id).copied().unwrap_or("without a name");
        anyhow::anyhow!("the part {name:?} of the service ended, and nobody asked for it: {how}")
    }
}

#[cfg(test)]
impl Parts {
    /// The tasks that were started.
    pub(super) fn task_names(&self) -> Vec<&'static str> {
        self.handles.iter().map(|(name, _)| *name).collect()
    }

    /// Ends a task from outside, as a panic does: what it held is dropped in the middle.
    pub(super) fn kill(&self, name: &str) {
        let (_, handle) = self.handles.iter().find(|(task, _)| *task == name).unwrap();
        handle.abort();
    }
}

/// Waits for the ends of threads.
///
/// # Errors
/// What the first of them says that failed; the others are waited for all the same.
pub(super) fn join(threads: Vec<Thread>) -> anyhow::Result<()> {
    let mut outcome = Ok(());
    for thread in threads {
        let name = thread.thread().name().unwrap_or("without a name").to_owned();
        let ended = thread.join().unwrap_or_else(|_| {
            Err(anyhow::anyhow!("the part {name:?} of the service ended: it panicked; the log says where"))
        });
        outcome = outcome.and(ended);
    }
    outcome
}

#[cfg(test)]
#[path = "parts_tests.rs"]
mod tests;
