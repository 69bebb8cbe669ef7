//! The service as the console sees it: questions in, what is known out, deeds on their way to the sequencer.

mod erase;
pub(in crate::app) mod export;
mod fired;
mod groups;
mod machine;
mod outcomes;
mod responses;
mod rule_words;
mod rules;
mod system;
mod what_if;
mod workers;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::sync::{oneshot, watch};

use super::control::CasesError;
use super::control::Served;
use super::control::cases::{self, Wish};
use super::control::staff::Doer;
use super::import;
use super::sequencer::Command;
use crate::console::office::{
    Answering, Colleague, ImportTable, MethodChoice, Office, OfficeError, Posted, Progress, WorkerData,
};
use crate::console::view::{
    CaseFilter, CaseRow, CaseView, ChangeWords, DeedWord, FiredView, GroupsView, ImportReport, ReceiptView, RuleChange,
    RulesView, SettingRow, SystemDeed, SystemDone, SystemView, UnseenView, WhatIfFound, WorkerView,
};
use crate::domain::Timestamp;
use crate::domain::alert::{Level, RuleId};
use crate::domain::case::ActionKind;
use crate::domain::history::WorkerHistory;
use crate::domain::ids::{SiteId, WorkerId, WorkerKey, WorkerNumber};
use crate::domain::person::Actor;
use crate::domain::worker::Withholding;
use crate::engine::portrait::{Portrait, portrait};
use crate::texts::Language;

pub(super) use machine::Machine;
pub(super) use rules::settings;

impl From<CasesError> for OfficeError {
    fn from(error: CasesError) -> Self {
        match error {
            CasesError::UnknownCase(_) | CasesError::BadCase(..) | CasesError::Ambiguous { .. } => Self::Unknown,
            CasesError::Changed => Self::Changed,
            CasesError::Stopping => Self::Stopping,
            CasesError::Refused(_) | CasesError::Staff(_) | CasesError::UnknownName { .. } => {
                Self::Refused { reason: error.reason(), problem: error.to_string() }
            }
        }
    }
}

async fn one(served: &Served, id: String) -> Result<CaseView, OfficeError> {
    Ok(cases::look(served, move |histories, now| cases::show(histories, &id, now)).await??)
}

/// Looks at one worker between two rows, which wait meanwhile: what takes its time works on a copy.
async fn look_at_worker<T: Send + 'static>(
    served: &Served,
    key: WorkerKey,
    see: impl FnOnce(WorkerNumber, &WorkerHistory, Timestamp) -> T + Send + 'static,
) -> Result<T, OfficeError> {
    let found = cases::look_at_shards(served, move |shards, now| {
        let (number, history) = shards.histories().find(|(_, history)| history.profile.key == key)?;
        Some(see(number, history, now))
    });
    found.await?.ok_or(OfficeError::Unknown)
}

impl Office for Served {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn cases(&self, filter: CaseFilter) -> Answering<'_, Vec<CaseRow>> {
        Box::pin(
            async move { Ok(cases::look(self, move |histories, now| cases::list(histories, &filter, now)).await??) },
        )
    }

    fn case<'a>(&'a self, id: &'a str) -> Answering<'a, CaseView> {
        Box::pin(one(self, id.to_owned()))
    }

    fn portrait(&self, site: SiteId, worker: WorkerId) -> Answering<'_, Portrait> {
        Box::pin(async move {
            // Copied, so that rows wait for the copy alone and not for the picture.
            let copied = look_at_worker(self, WorkerKey { site, worker }, |_, history, now| (history.clone(), now));
            let (history, now) = copied.await?;
            let settings = self.engine.borrow().clone();
            let drawn = tokio::task::spawn_blocking(move || portrait(&history, &settings, now));
            drawn.await.map_err(|_| OfficeError::Stopping)
        })
    }

    fn worker(&self, site: SiteId, worker: WorkerId) -> Answering<'_, WorkerView> {
        Box::pin(workers::one(self, WorkerKey { site, worker }))
    }

    fn export(&self, site: SiteId, worker: WorkerId) -> Answering<'_, WorkerData> {
        Box::pin(export::export(self, WorkerKey { site, worker }))
    }

    fn choose(&self, key: WorkerKey, withholding: Option<Withholding>) -> Answering<'_, ()> {
        Box::pin(async move {
            let (done, answered) = oneshot::channel();
            let sent = self.commands.send(Command::Choose { key, withholding, done }).await;
            sent.map_err(|_| OfficeError::Stopping)?;
            let is_known = answered.await.map_err(|_| OfficeError::Stopping)?;
            if is_known { Ok(()) } else { Err(OfficeError::Unknown) }
        })
    }

    fn erase(&self, key: WorkerKey, even_with_case: bool) -> Answering<'_, Vec<String>> {
        Box::pin(erase::erase(self, key, even_with_case))
    }

    fn unseen(&self, silent_days: u32) -> Answering<'_, UnseenView> {
        Box::pin(workers::unseen(self, silent_days))
    }

    fn groups(&self) -> Answering<'_, GroupsView> {
        Box::pin(groups::groups(self))
    }

    fn system(&self) -> Answering<'_, SystemView> {
        Box::pin(system::system(self))
    }

    fn tend(&self, deed: SystemDeed) -> Answering<'_, SystemDone> {
        Box::pin(system::tend(self, deed))
    }

    fn rules(&self, language: Language) -> RulesView {
        rules::rules(&self.engine.borrow(), language)
    }

    fn rule_titles(&self, language: Language) -> BTreeMap<String, String> {
        fired::titles(&self.engine.borrow().rules, language)
    }

    fn fired(&self, portrait: &Portrait, case: &str, language: Language) -> Vec<FiredView> {
        fired::fired(&self.engine.borrow(), portrait, case, language)
    }

    fn suggested(&self, rules: &[String], level: &str) -> Vec<String> {
        let settings = self.engine.borrow();
        let rules: Vec<RuleId> = rules.iter().map(|rule| RuleId::new(rule)).collect();
        let level = Level::parse(level).unwrap_or(Level::L2);
        let sides = [ActionKind::WorkloadReview, ActionKind::Counseling];
        let first = sides.iter().flat_map(|side| settings.care.library.first(&rules, level, *side));
        first.map(|method| method.id.to_string()).collect()
    }

    fn places(&self) -> Answering<'_, BTreeSet<(String, String)>> {
        Box::pin(async move {
            let found = cases::look(self, |histories, _| {
                let place =
                    |history: &WorkerHistory| (history.profile.key.site.to_string(), history.profile.unit.to_string());
                histories.map(place).collect()
            });
            Ok(found.await?)
        })
    }

    fn translated(&self, english: &str, language: Language) -> String {
        rules::translated(&self.engine.borrow(), english, language)
    }

    fn weigh(&self, change: &RuleChange, language: Language) -> Result<ChangeWords, OfficeError> {
        what_if::weigh(&self.engine.borrow().rules, change, language)
    }

    fn what_if(&self, change: RuleChange, sites: Vec<SiteId>, progress: Arc<Progress>) -> Answering<'_, WhatIfFound> {
        Box::pin(async move { what_if::what_if(self, &change, sites, progress).await })
    }

    fn settings(&self) -> Vec<SettingRow> {
        self.machine.settings.clone()
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.machine.changes.clone()
    }

    fn act<'a>(
        &'a self,
        id: &'a str,
        version: Option<&'a str>,
        by: Actor,
        note: Option<String>,
        deed: DeedWord,
    ) -> Answering<'a, CaseView> {
        Box::pin(async move {
            let wish = Wish { case: id.to_owned(), seen: version.map(str::to_owned), note, deed };
            // Whoever sees the case in the console looks after its site.
            let (case, _) = cases::act(self, wish, |_, _, _| Ok(Doer { by, is_there: true })).await?;
            one(self, case.to_string()).await
        })
    }

    fn take_in(&self, posted: Posted) -> Answering<'_, ReceiptView> {
        Box::pin(self.intake.take(posted))
    }

    fn import(&self, table: ImportTable, text: String, sites: Vec<SiteId>) -> Answering<'_, ImportReport> {
        Box::pin(import::import(self, table, text, sites))
    }

    fn colleagues(&self, site: &str) -> Vec<Colleague> {
        let Ok(site) = SiteId::parse(site) else { return Vec::new() };
        let people = self.staff.of_site(&site);
        people.map(|(id, role)| Colleague { id: id.to_string(), role: role.as_str().to_owned() }).collect()
    }

    fn methods(&self) -> Vec<MethodChoice> {
        let settings = self.engine.borrow();
        let methods = settings.care.library.methods.iter().map(|method| MethodChoice {
            id: method.id.to_string(),
            action: method.side.as_str().to_owned(),
            title: method.name.to_string(),
        });
        methods.collect()
    }
}
