//! What leaves Vagus because of a fact about a case.

use super::ENGINE_VERSION;
use super::facts::Picture;
use crate::domain::alert::{
    ActionRef, ActionRequest, Alert, AlertKind, ExceededLimit, ExposureEvidence, Level, Opening, Versions,
};
use crate::domain::case::{Action, ActionKind, CaseChange, CaseFact, OpenCase};
use crate::domain::event::{DeadlineNotice, Event, EventBody, Invitation};
use crate::domain::life::{Deadline, Stage};
use crate::domain::screening::Instrument;
use crate::domain::worker::Profile;
use crate::domain::{Date, Timestamp};
use crate::exposures;
use crate::rules::{RuleSet, Verdict};

/// What the events of one judgement have in common.
pub(super) struct Occasion<'a> {
    pub(super) profile: &'a Profile,
    pub(super) picture: &'a Picture<'a>,
    pub(super) rules: &'a RuleSet,
    pub(super) verdict: &'a Verdict,
    pub(super) now: Timestamp,
}

impl Occasion<'_> {
    /// The events of a change. `before` and `case` are the open case without and with it.
    pub(super) fn events(&self, change: &CaseChange, before: Option<&OpenCase>, case: &OpenCase) -> Vec<Event> {
        match change {
            CaseChange::Opened { .. } => self.alert_and_requests(AlertKind::Raised, before, case),
            CaseChange::RaisedAgain { .. } => self.alert_and_requests(AlertKind::RaisedAgain, before, case),
            CaseChange::Revised { .. } => vec![self.alert(AlertKind::Revised, before, case)],
            CaseChange::Done { fact, .. } => self.events_of(fact, before, case),
        }
    }

    fn events_of(&self, fact: &CaseFact, before: Option<&OpenCase>, case: &OpenCase) -> Vec<Event> {
        match fact {
            CaseFact::Moved { to, .. } if to.is_final() => vec![self.alert(AlertKind::Closed, before, case)],
            CaseFact::ActionAdded { action } => vec![self.request(action, case, String::new())],
            CaseFact::Told { milestone, number, stage } => {
                let told = before.into_iter().flat_map(|case| &case.deadlines);
                let mut told = told.filter(|known| known.milestone == *milestone && known.number == *number);
                told.next().map(|deadline| self.deadline(*stage, *deadline, case)).into_iter().collect()
            }
            // What was found goes with the proposal, which is written where it is found.
            CaseFact::Reviewed { .. } => Vec::new(),
            CaseFact::Invited { instruments, on, by } => vec![self.invitation(instruments, (*on, *by), case)],
            CaseFact::Moved { .. }
            | CaseFact::ActionMoved { .. }
            | CaseFact::Assigned { .. }
            | CaseFact::Remarked
            | CaseFact::MethodChosen { .. }
            | CaseFact::EvidenceAdded { .. }
            | CaseFact::FollowedUp { .. } => Vec::new(),
        }
    }

    fn deadline(&self, stage: Stage, deadline: Deadline, case: &OpenCase) -> Event {
        let Deadline { milestone, number, from, due, .. } = deadline;
        // With its begin and end: a limit that begins anew is another one.
        let limit = format!("{}-{number}-{}-{}", milestone.as_str(), from.as_second(), due.as_second());
        let id = format!("{}-{}-{}-{limit}", case.id, case.episode, stage.as_str());
        let body = DeadlineNotice {
            case: case.id.clone(),
            episode: case.episode,
            worker: self.profile.key.worker.clone(),
            level: case.told.level,
            rules: case.told.rules.clone(),
            state: case.state,
            stage,
            deadline,
        };
        self.event(id, EventBody::Deadline(body))
    }

    fn invitation(&self, instruments: &[Instrument], (on, by): (Date, Date), case: &OpenCase) -> Event {
        // Without the questionnaires: an id is logged. A worker is invited at most once a day.
        let id = format!("{}-{}-invitation-{on}", case.id, case.episode);
        let body = Invitation {
            case: case.id.clone(),
            worker: self.profile.key.worker.clone(),
            instruments: instruments.to_vec(),
            by,
        };
        self.event(id, EventBody::Invitation(body))
    }

    /// The alert, and a request for each action that was not requested before.
    fn alert_and_requests(&self, kind: AlertKind, before: Option<&OpenCase>, case: &OpenCase) -> Vec<Event> {
        let is_known = |action: &Action| before.is_some_and(|b| b.actions.iter().any(|a| a.id == action.id));
        let is_crisis = case.told.level == Level::L4;
        let request = |action: &Action| match (is_known(action), action.kind) {
            (false, _) => Some(self.request(action, case, String::new())),
            // Each crisis asks for counselling at once, whatever became of what was asked before.
            (true, ActionKind::Counseling) if is_crisis => {
                Some(self.request(action, case, format!("-{}", case.events)))
            }
            (true, ActionKind::Counseling | ActionKind::WorkloadReview) => None,
        };
        std::iter::once(self.alert(kind, before, case)).chain(case.actions.iter().filter_map(request)).collect()
    }

    fn alert(&self, kind: AlertKind, before: Option<&OpenCase>, case: &OpenCase) -> Event {
        let alert = Alert {
            kind,
            case: case.id.clone(),
            episode: case.episode,
            opened_at: case.opened_at,
            worker: self.profile.key.worker.clone(),
            unit: self.profile.unit.clone(),
            level: case.told.level,
            rules: case.told.rules.clone(),
            window: self.picture.window(),
            opening: self.opening(kind, case),
            evidence: self.picture.evidence(self.rules, self.verdict),
            versions: Versions { engine: ENGINE_VERSION, rules: self.rules.version() },
            supersedes: before.filter(|_| kind != AlertKind::Closed).map(|before| event_id(before.said, before)),
            actions: case.actions.iter().map(action_ref).collect(),
            workload_suggestions: self.verdict.workload_review.clone(),
            counseling_suggestions: self.verdict.counseling.clone(),
        };
        self.event(event_id(kind, case), EventBody::Alert(Box::new(alert)))
    }

    /// What the paragraph says before it tells the evidence.
    fn opening(&self, kind: AlertKind, case: &OpenCase) -> Opening {
        match kind {
            AlertKind::Closed => Opening::Closed,
            AlertKind::Revised => Opening::Revised { told: case.told.level, found: self.verdict.level },
            AlertKind::Raised | AlertKind::RaisedAgain if case.told.level == Level::L4 => Opening::Crisis,
            AlertKind::Raised | AlertKind::RaisedAgain => Opening::Evidence,
        }
    }

    /// The request of an action; `again` makes it another event where it was requested before.
    fn request(&self, action: &Action, case: &OpenCase, again: String) -> Event {
        let body = match action.kind {
            ActionKind::WorkloadReview => ActionRequest::WorkloadReview {
                action: action_ref(action),
                unit: self.profile.unit.clone(),
                exposures: self.unit_exposures(),
            },
            ActionKind::Counseling => ActionRequest::Counseling {
                action: action_ref(action),
                case: case.id.clone(),
                worker: self.profile.key.worker.clone(),
                level: case.told.level,
                suggestions: self.verdict.counseling.clone(),
            },
        };
        self.event(format!("{}-requested{again}", action.id), EventBody::Action(body))
    }

    /// The limits of the unit's conditions that were exceeded.
    fn unit_exposures(&self) -> Vec<ExceededLimit> {
        let red = self.picture.exposures.red.iter();
        red.filter(|found| exposures::is_of_unit(&found.kind)).map(exceeded).collect()
    }

    fn event(&self, id: String, body: EventBody) -> Event {
        Event { id, site: self.profile.key.site.clone(), time: self.now, is_test: false, body }
    }
}

pub(super) fn exceeded(evidence: &ExposureEvidence) -> ExceededLimit {
    ExceededLimit { kind: evidence.kind.clone(), limit: evidence.limit }
}

fn action_ref(action: &Action) -> ActionRef {
    ActionRef { id: action.id.clone(), kind: action.kind, step: action.step, due: action.due }
}

/// `{case}-{episode}-{kind}`, numbered where a case can have several of a kind.
fn event_id(kind: AlertKind, case: &OpenCase) -> String {
    let (id, episode, n) = (&case.id, case.episode, case.events);
    match kind {
        AlertKind::Raised => format!("{id}-{episode}-raised"),
        AlertKind::RaisedAgain => format!("{id}-{episode}-raised_again-{n}"),
        AlertKind::Revised => format!("{id}-{episode}-revised-{n}"),
        AlertKind::Closed => format!("{id}-{episode}-closed"),
    }
}

/// The worker's date of an instant.
pub(super) fn local_date(profile: &Profile, at: Timestamp) -> Date {
    profile.time_zone.to_datetime(at).date()
}
