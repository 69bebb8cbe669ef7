//! Erasing a worker, by a page, the API or a command: written into the audit, done, and then forgotten here too.

use super::access::Field;
use super::access::audit::{AuditError, Entry};
use super::access::links::LinkError;
use super::desk::Desk;
use super::problem::Problem;
use super::{Console, wall};
use crate::domain::ids::{SiteId, WorkerId, WorkerKey};
use crate::domain::worker::Tombstone;

/// Why something of a worker who was erased is still kept here.
#[derive(Debug, thiserror::Error)]
pub enum ForgetError {
    /// The audit could not be written anew.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// Links could not be ended.
    #[error(transparent)]
    Links(#[from] LinkError),
}

impl Console {
    /// Leaves nothing of a worker; one who has an open case only `even_with_case`. `entry` says who asks for it.
    ///
    /// # Errors
    /// [`Problem`] where there is no such worker, there is an open case, or it cannot be written down.
    pub async fn erase(&self, key: WorkerKey, even_with_case: bool, entry: Entry) -> Result<(), Problem> {
        // To its end, also where whoever asked hangs up.
        let console = self.clone();
        let erased = tokio::spawn(async move { console.erase_whole(key, even_with_case, entry).await });
        erased.await.map_err(|_| Problem::Internal)?
    }

    async fn erase_whole(&self, key: WorkerKey, even_with_case: bool, entry: Entry) -> Result<(), Problem> {
        self.office().portrait(key.site.clone(), key.worker.clone()).await?;
        self.record(vec![entry.about(key.site.as_str(), key.worker.as_str(), None)]).await?;
        let cases = self.office().erase(key.clone(), even_with_case).await?;
        self.selves().end_all(&key);
        self.inner.what_ifs.clear();
        let (links, looked) = (self.links().clone(), self.inner.looked.clone());
        let ended = tokio::task::spawn_blocking(move || {
            looked.forget(&cases);
            links.end_all(&key, wall())
        });
        if let Err(error) = ended.await.map_err(|_| Problem::Internal)? {
            // It is tried again with the rest of what is kept here.
            tracing::warn!("{error}");
        }
        Ok(())
    }

    /// Takes everybody who was erased out of what the console keeps: links, and the audit. It can be repeated, and
    /// blocks.
    ///
    /// # Errors
    /// [`ForgetError`] where something cannot be written.
    pub fn forget(&self, stones: &[Tombstone]) -> Result<(), ForgetError> {
        self.links().forget(stones, wall())?;
        self.inner.audit.forget(stones)?;
        Ok(())
    }
}

impl Desk<'_> {
    /// Erases a worker, if that is the reader's to do.
    pub(super) async fn erase(&self, site: &str, worker: &str, even_with_case: bool) -> Result<(), Problem> {
        let (Ok(site), Ok(worker)) = (SiteId::parse(site), WorkerId::parse(worker)) else {
            return Err(Problem::NotFound);
        };
        let reader = &self.signed_in.reader;
        if !reader.may_see(Field::Erasure, &site, &[]) {
            let denied = Entry { what: "erase".to_owned(), ..Entry::denied(reader, self.route, Field::Erasure) };
            self.console.record(vec![denied.about(site.as_str(), worker.as_str(), None)]).await?;
            return Err(Problem::NotFound);
        }
        let entry = Entry::of(reader, "erase", self.route).with(&[Field::Erasure]);
        self.console.erase(WorkerKey { site, worker }, even_with_case, entry).await
    }
}

#[cfg(test)]
#[path = "erasing_tests.rs"]
mod tests;
