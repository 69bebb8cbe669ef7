//! Who is known: workers by site and pseudonym, and whose cases and actions are whose.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::domain::case::{Action, ActionId, CaseChange, CaseFact, CaseId, OpenCase};
use crate::domain::ids::{SiteId, WorkerId, WorkerKey, WorkerNumber};
use crate::domain::worker::{Profile, Tombstone};
use crate::engine::effect::Decision;
use crate::engine::row::{Input, Row};

/// The workers that the sequencer knows.
#[derive(Debug, Default)]
pub struct Registry {
    sites: HashMap<SiteId, HashMap<WorkerId, (WorkerNumber, Profile)>>,
    erased: Vec<Tombstone>,
}

impl Registry {
    /// The worker of that name, where one is known.
    #[must_use]
    pub fn find(&self, site: &SiteId, worker: &WorkerId) -> Option<(WorkerNumber, &Profile)> {
        self.sites.get(site)?.get(worker).map(|(number, profile)| (*number, profile))
    }

    /// Keeps a worker, or the new row of one.
    pub fn put(&mut self, number: WorkerNumber, profile: Profile) {
        let WorkerKey { site, worker } = profile.key.clone();
        // A register may enrol anew who was erased.
        self.erased.retain(|stone| !stone.is_of(&site, worker.as_str()));
        self.sites.entry(site).or_default().insert(worker, (number, profile));
    }

    /// Keeps the workers that a row enrols, and forgets those that it erases.
    pub fn learn(&mut self, row: &Row) {
        for group in &row.groups {
            for input in &group.inputs {
                match input {
                    Input::Enrol(profile) => self.put(group.worker, profile.clone()),
                    Input::Erase(stone) => self.erase(group.worker, stone.clone()),
                    Input::Item { .. } | Input::Case { .. } => {}
                }
            }
        }
    }

    /// Forgets a worker, but that they were erased.
    pub fn erase(&mut self, number: WorkerNumber, stone: Tombstone) {
        self.sites.values_mut().for_each(|workers| workers.retain(|_, (of, _)| *of != number));
        self.bury(stone);
    }

    /// Keeps that somebody was erased.
    pub fn bury(&mut self, stone: Tombstone) {
        self.erased.push(stone);
    }

    /// Whether the worker of that name was erased, and is not known again.
    #[must_use]
    pub fn was_erased(&self, site: &SiteId, worker: &WorkerId) -> bool {
        self.erased.iter().any(|stone| stone.is_of(site, worker.as_str()))
    }

    /// Whether a payload names somebody who was erased.
    #[must_use]
    pub fn names_erased(&self, payload: &[u8]) -> bool {
        self.erased.iter().any(|stone| stone.is_named_in(payload))
    }

    /// Every worker, by site and pseudonym.
    #[must_use]
    pub fn list(&self) -> Vec<&Profile> {
        let mut all: Vec<&Profile> =
            self.sites.values().flat_map(HashMap::values).map(|(_, profile)| profile).collect();
        all.sort_by(|a, b| a.key.cmp(&b.key));
        all
    }
}

/// Whose cases and actions are whose. Written when a decision is made, read when somebody speaks of them.
#[derive(Debug, Clone, Default)]
pub struct CaseDirectory(Arc<RwLock<Owners>>);

#[derive(Debug, Default)]
struct Owners {
    actions: HashMap<ActionId, (SiteId, WorkerNumber)>,
    cases: HashMap<CaseId, WorkerNumber>,
}

impl CaseDirectory {
    /// The site and worker of an action.
    #[must_use]
    pub fn action(&self, action: &ActionId) -> Option<(SiteId, WorkerNumber)> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).actions.get(action).cloned()
    }

    /// The worker of a case.
    #[must_use]
    pub fn case(&self, case: &CaseId) -> Option<WorkerNumber> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).cases.get(case).copied()
    }

    /// Keeps the case and the actions of a decision.
    pub fn learn(&self, decision: &Decision) {
        let Some(site) = decision.events.first().map(|event| &event.site) else { return };
        let actions = match &decision.change {
            CaseChange::Opened { case } => {
                self.put(case, site, decision.worker);
                return;
            }
            CaseChange::RaisedAgain { actions, .. } => actions,
            CaseChange::Done { fact: CaseFact::ActionAdded { action }, .. } => std::slice::from_ref(action),
            CaseChange::Revised { .. } | CaseChange::Done { .. } => return,
        };
        self.put_actions(actions, site, decision.worker);
    }

    /// Forgets the cases and actions of a worker.
    pub fn forget(&self, worker: WorkerNumber) {
        let mut owners = self.0.write().unwrap_or_else(PoisonError::into_inner);
        owners.cases.retain(|_, of| *of != worker);
        owners.actions.retain(|_, (_, of)| *of != worker);
    }

    /// Keeps a case and its actions.
    pub fn put(&self, case: &OpenCase, site: &SiteId, worker: WorkerNumber) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).cases.insert(case.id.clone(), worker);
        self.put_actions(&case.actions, site, worker);
    }

    fn put_actions(&self, actions: &[Action], site: &SiteId, worker: WorkerNumber) {
        let mut owners = self.0.write().unwrap_or_else(PoisonError::into_inner);
        owners.actions.extend(actions.iter().map(|action| (action.id.clone(), (site.clone(), worker))));
    }
}

/// Where the number of a new worker comes from.
#[derive(Debug, Clone, Copy)]
pub enum Numbers {
    /// Drawn at random: ids cannot be traced back to a pseudonym.
    Random,
    /// Derived from the pseudonym, so that replay gives the same bytes on any machine.
    Derived,
}

impl Numbers {
    /// The number of a worker who is seen for the first time.
    #[must_use]
    pub fn of(self, key: &WorkerKey) -> WorkerNumber {
        match self {
            Self::Random => WorkerNumber(rand::random()),
            Self::Derived => {
                use siphasher::sip128::{Hasher128 as _, SipHasher24};
                use std::hash::Hasher as _;
                let mut hasher = SipHasher24::new();
                hasher.write(key.site.as_str().as_bytes());
                hasher.write_u8(b'/');
                hasher.write(key.worker.as_str().as_bytes());
                WorkerNumber(hasher.finish128().as_u128())
            }
        }
    }
}
