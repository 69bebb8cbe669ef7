//! What people ask of changed rules: one question an account at a time, answered in the background.
//!
//! A change comes in and is handed to the service; how far it is, and what was found, is kept for an hour for
//! whoever asked. Nothing of it is on disk.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::access::Field;
use super::access::audit::Entry;
use super::gate::SignedIn;
use super::office::Progress;
use super::problem::Problem;
use super::view::{ChangeWords, RuleChange, WhatIfFound, WhatIfView};
use super::{Console, wall};
use crate::domain::ids::SiteId;
use crate::domain::person::PersonId;
use crate::domain::{SignedDuration, Timestamp};
use crate::texts::Language;

/// What was found is forgotten so long after it was asked.
const KEPT: SignedDuration = SignedDuration::from_hours(1);

/// How it ended: what was found, or why nothing was.
type Ended = Option<Result<Arc<WhatIfFound>, String>>;

/// A question.
#[derive(Debug, Clone)]
struct Run {
    at: Timestamp,
    change: RuleChange,
    words: ChangeWords,
    progress: Arc<Progress>,
    ended: watch::Receiver<Ended>,
}

impl Run {
    /// Whether it still goes on; one whose task is gone does not.
    fn is_running(&self) -> bool {
        self.ended.borrow().is_none() && self.ended.has_changed().is_ok()
    }
}

/// The latest question of every account.
#[derive(Debug, Default)]
pub(super) struct WhatIfs(Mutex<BTreeMap<PersonId, Run>>);

impl WhatIfs {
    fn of(&self, who: &PersonId) -> Option<Run> {
        let mut runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = wall();
        runs.retain(|_, run| run.is_running() || now.duration_since(run.at) < KEPT);
        runs.get(who).cloned()
    }

    /// Forgets every question with what was found: it may name somebody who was erased.
    pub(super) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Keeps a question, unless one of that account still runs.
    fn begin(&self, who: &PersonId, run: Run) -> bool {
        let mut runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if runs.get(who).is_some_and(Run::is_running) {
            return false;
        }
        runs.insert(who.clone(), run);
        true
    }
}

impl Console {
    /// Begins to look what a change would have done. It is written down first.
    pub(super) async fn ask_what_if(
        &self,
        signed_in: &SignedIn,
        change: RuleChange,
        language: Language,
        route: &'static str,
    ) -> Result<(), Problem> {
        let reader = &signed_in.reader;
        let words = self.office().weigh(&change, language)?;
        let entry = Entry::of(reader, "what_if", route).with(&[Field::WhatIf]);
        self.record(vec![Entry { change: Some(short(&change)), ..entry }]).await?;
        let (end, ended) = watch::channel(None);
        let progress = Arc::new(Progress::default());
        let run = Run { at: wall(), change: change.clone(), words, progress: Arc::clone(&progress), ended };
        if !self.inner.what_ifs.begin(&reader.id, run) {
            let problem = "what you asked last is still looked at; wait until it has ended".to_owned();
            return Err(Problem::Refused { reason: "still_looking", problem });
        }
        let (console, sites) = (self.clone(), reader.sites.clone());
        tokio::spawn(async move {
            let found = console.office().what_if(change, sites, progress).await;
            end.send_replace(Some(found.map(Arc::new).map_err(|error| error.to_string())));
        });
        Ok(())
    }

    /// How far the latest question of an account is, waiting at most so long for its end. What is shown is written
    /// down: the figures of each site, and every worker who is named.
    pub(super) async fn what_if(
        &self,
        signed_in: &SignedIn,
        wait: Duration,
        route: &'static str,
    ) -> Result<WhatIfView, Problem> {
        let reader = &signed_in.reader;
        let none = || WhatIfView { state: "none".to_owned(), ..WhatIfView::default() };
        let Some(mut run) = self.inner.what_ifs.of(&reader.id) else { return Ok(none()) };
        let _ = tokio::time::timeout(wait, run.ended.wait_for(Option::is_some)).await;
        let (looked, of) = run.progress.told();
        let ended = run.ended.borrow().clone();
        let state = match &ended {
            Some(Ok(_)) => "done",
            None if run.is_running() => "running",
            Some(Err(_)) | None => "failed",
        };
        let mut view =
            WhatIfView { state: state.to_owned(), change: Some(run.change), words: run.words, looked, of, found: None };
        if let Some(Ok(found)) = ended {
            let mut found = (*found).clone();
            let may_see = |field, site: &str| SiteId::parse(site).is_ok_and(|site| reader.may_see(field, &site, &[]));
            found.sites.retain(|site| may_see(Field::WhatIf, &site.site));
            found.workers.retain(|worker| may_see(Field::Evidence, &worker.site));
            let of_sites = found.sites.iter().map(|site| Entry {
                site: Some(site.site.clone()),
                ..Entry::of(reader, "read", route).with(&[Field::WhatIf])
            });
            let of_workers = found.workers.iter().map(|worker| {
                Entry::of(reader, "read", route).about(&worker.site, &worker.worker, None).with(&[Field::Evidence])
            });
            self.record(of_sites.chain(of_workers).collect()).await?;
            view.found = Some(found);
        }
        Ok(view)
    }
}

/// A change as the audit keeps it.
fn short(change: &RuleChange) -> String {
    if !change.on {
        return format!("{} off", change.rule);
    }
    let numbers: Vec<String> = change.numbers.iter().map(ToString::to_string).collect();
    format!("{} {} {}", change.rule, change.level, numbers.join(" ")).trim_end().to_owned()
}
