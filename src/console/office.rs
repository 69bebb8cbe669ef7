//! What the console asks of the service: looking at cases and workers, and doing something to a case.
//!
//! The service gives an [`Office`] in; the console never reaches into it by another way.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use serde::Serialize;
use tokio::sync::watch;
use utoipa::ToSchema;

use super::view::{
    CaseFilter, CaseRow, CaseView, ChangeWords, DeedWord, FiredView, GroupsView, ImportReport, ReceiptView, RuleChange,
    RulesView, SettingRow, SystemDeed, SystemDone, SystemView, UnseenView, WhatIfFound, WorkerView,
};
use crate::domain::Timestamp;
use crate::domain::history::{NightDetail, WorkerHistory};
use crate::domain::ids::{SiteId, SourceId, WorkerId, WorkerKey};
use crate::domain::item::Stream;
use crate::domain::person::Actor;
use crate::domain::worker::Withholding;
use crate::engine::portrait::Portrait;
use crate::texts::Language;

/// An answer on its way.
pub type Answering<'a, T> = Pin<Box<dyn Future<Output = Result<T, OfficeError>> + Send + 'a>>;

/// Why something is not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OfficeError {
    /// There is no such case or worker.
    #[error("there is no such case or worker")]
    Unknown,
    /// It is not done: state, role or name forbid it.
    #[error("{problem}")]
    Refused {
        /// The name of why, for programs and for texts.
        reason: &'static str,
        /// Why, and what can be.
        problem: String,
    },
    /// Somebody changed it meanwhile.
    #[error("the case has changed meanwhile")]
    Changed,
    /// Nobody answers any more.
    #[error("the service is stopping")]
    Stopping,
    /// Nobody answered in time; whether it was done is not known.
    #[error("nobody answered in time")]
    Late,
}

/// Somebody who can be put in charge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Colleague {
    /// Their name.
    pub id: String,
    /// Their role.
    pub role: String,
}

/// A method that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MethodChoice {
    /// Its id.
    pub id: String,
    /// `workload_review` or `counseling`.
    pub action: String,
    /// Its name in the library.
    pub title: String,
}

/// A message that came over HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// Of which site.
    pub site: SiteId,
    /// Who sent it.
    pub source: SourceId,
    /// What it holds.
    pub stream: Stream,
    /// The id for its receipt, where the payload names none.
    pub id: Option<String>,
    /// What would be the payload of an MQTT message.
    pub payload: Bytes,
}

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportTable {
    /// The register of workers.
    Workers,
    /// Questionnaires.
    Screenings,
    /// Working conditions.
    Exposures,
}

/// How far a look back on the stored histories has come.
#[derive(Debug, Default)]
pub struct Progress {
    looked: AtomicU64,
    of: AtomicU64,
}

impl Progress {
    /// Says how many workers will be looked at.
    pub fn expect(&self, workers: usize) {
        self.of.store(workers as u64, Ordering::Relaxed);
    }

    /// Says that one more was looked at.
    pub fn count(&self) {
        self.looked.fetch_add(1, Ordering::Relaxed);
    }

    /// How many were looked at, and of how many; 0 until that is known.
    #[must_use]
    pub fn told(&self) -> (u64, u64) {
        (self.looked.load(Ordering::Relaxed), self.of.load(Ordering::Relaxed))
    }
}

/// Everything that is kept of a worker.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkerData {
    /// All but the details of nights.
    pub history: WorkerHistory,
    /// The details, oldest first.
    pub details: Vec<NightDetail>,
    /// The worker as they are seen at that moment.
    pub portrait: Portrait,
    /// The cases, the open one first.
    pub cases: Vec<CaseView>,
    /// That moment.
    pub now: Timestamp,
}

/// The service, as the console sees it.
pub trait Office: Send + Sync + 'static {
    /// The present moment, as the service believes it.
    fn now(&self) -> Timestamp;

    /// Which cases there are, most urgent first.
    fn cases(&self, filter: CaseFilter) -> Answering<'_, Vec<CaseRow>>;

    /// One case with all that happened.
    fn case<'a>(&'a self, id: &'a str) -> Answering<'a, CaseView>;

    /// One worker as they are seen today.
    fn portrait(&self, site: SiteId, worker: WorkerId) -> Answering<'_, Portrait>;

    /// One worker: the data that came, the bands, the cases.
    fn worker(&self, site: SiteId, worker: WorkerId) -> Answering<'_, WorkerView>;

    /// Everything that is kept of one worker; what came in the last seconds may be missing in the details.
    fn export(&self, site: SiteId, worker: WorkerId) -> Answering<'_, WorkerData>;

    /// Keeps what a worker chose for themselves: to take no part, or none of that any more. It holds once answered.
    fn choose(&self, key: WorkerKey, withholding: Option<Withholding>) -> Answering<'_, ()>;

    /// Leaves nothing of a worker; one who has an open case only `even_with_case`. Nothing shows the worker any more
    /// once answered; what is on the disk goes within minutes. Gives the ids of what were their cases.
    fn erase(&self, key: WorkerKey, even_with_case: bool) -> Answering<'_, Vec<String>>;

    /// Who is not seen; silent is who has sent nothing for so many days.
    fn unseen(&self, silent_days: u32) -> Answering<'_, UnseenView>;

    /// The figures of sites and units, with everything left out that would tell of a few people.
    fn groups(&self) -> Answering<'_, GroupsView>;

    /// How the service itself is.
    fn system(&self) -> Answering<'_, SystemView>;

    /// Does something about the service itself.
    fn tend(&self, deed: SystemDeed) -> Answering<'_, SystemDone>;

    /// The rules in force, in the words of a language.
    fn rules(&self, language: Language) -> RulesView;

    /// What each rule is about, by its id; also those that are switched off, and what stands for the joint table.
    fn rule_titles(&self, language: Language) -> BTreeMap<String, String>;

    /// What the rules of a case rested on when they matched, beside what is so today, oldest first; nothing of what
    /// was not kept.
    fn fired(&self, portrait: &Portrait, case: &str, language: Language) -> Vec<FiredView>;

    /// The ids of the methods to begin with where a case of that level rests on these rules.
    fn suggested(&self, rules: &[String], level: &str) -> Vec<String>;

    /// Every site with its units, of all workers that are known.
    fn places(&self) -> Answering<'_, BTreeSet<(String, String)>>;

    /// A text of the rule file or the library, in a language; in English where it is not translated.
    fn translated(&self, english: &str, language: Language) -> String;

    /// A change of a rule in words.
    ///
    /// # Errors
    /// [`OfficeError::Refused`] where there is no such rule, or the change makes no sense.
    fn weigh(&self, change: &RuleChange, language: Language) -> Result<ChangeWords, OfficeError>;

    /// What a change of a rule would have made of the stored histories of these sites; none named stands for all.
    /// It takes its time; whoever stops waiting stops it.
    fn what_if(&self, change: RuleChange, sites: Vec<SiteId>, progress: Arc<Progress>) -> Answering<'_, WhatIfFound>;

    /// The settings in force, without secrets and contacts.
    fn settings(&self) -> Vec<SettingRow>;

    /// Another number whenever something was decided of a case.
    fn changes(&self) -> watch::Receiver<u64>;

    /// Does something to a case, if it is still the version that was looked at; gives it as it is then.
    fn act<'a>(
        &'a self,
        id: &'a str,
        version: Option<&'a str>,
        by: Actor,
        note: Option<String>,
        deed: DeedWord,
    ) -> Answering<'a, CaseView>;

    /// Takes a message in as if it had come over MQTT; answers when what it held is on disk.
    fn take_in(&self, posted: Posted) -> Answering<'_, ReceiptView>;

    /// Takes in the good lines of a CSV file, as far as they are of these sites; none named stands for all.
    fn import(&self, table: ImportTable, text: String, sites: Vec<SiteId>) -> Answering<'_, ImportReport>;

    /// Who can be put in charge at a site.
    fn colleagues(&self, site: &str) -> Vec<Colleague>;

    /// The methods of the library.
    fn methods(&self) -> Vec<MethodChoice>;
}
