//! What leaves Vagus, whatever the channel and the format.

use super::alert::{ActionRef, ActionRequest, Alert, AlertKind, Level, RuleId};
use super::case::{ActionKind, CaseId};
use super::ids::{SiteId, WorkerId};
use super::life::{Advice, CaseState, Deadline, MethodId, Stage};
use super::named::named;
use super::phrase::Phrase;
use super::reason::Sentence;
use super::screening::Instrument;
use super::{Date, Timestamp};

/// A time limit of a case that is near, over, or over by half. It tells no health value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadlineNotice {
    /// The case.
    pub case: CaseId,
    /// The worker's episode.
    pub episode: u32,
    /// The person.
    pub worker: WorkerId,
    /// The level.
    pub level: Level,
    /// Every rule that the case rests on.
    pub rules: Vec<RuleId>,
    /// How far the case is.
    pub state: CaseState,
    /// How far the limit is used up.
    pub stage: Stage,
    /// The limit.
    pub deadline: Deadline,
}

/// How one outcome of a worker changed since an action began.
#[derive(Debug, Clone, PartialEq)]
pub struct OutcomeChange {
    /// The outcome, e.g. `ln_rmssd`, `tst24_h`, `rhr_bpm`, `index` or a questionnaire.
    pub outcome: String,
    /// `improved`, `unclear` or `worse`.
    pub verdict: &'static str,
    /// Hodges and Lehmann's shift, or the difference of two scores, in the outcome's unit.
    pub shift: f64,
    /// Its 95 % interval.
    pub interval: Option<(f64, f64)>,
    /// Tau-U in the variant (S_AB − S_A)/(n_A·n_B); none of scores.
    pub tau_u: Option<f64>,
    /// Values before and after.
    pub n: (usize, usize),
}

/// What is proposed after the effect of an action was looked at; a person decides.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// The case.
    pub case: CaseId,
    /// The worker's episode.
    pub episode: u32,
    /// The person.
    pub worker: WorkerId,
    /// The level.
    pub level: Level,
    /// Which action.
    pub action: ActionKind,
    /// The method so far, where one is known.
    pub method: Option<MethodId>,
    /// What people call it.
    pub method_name: Option<Phrase>,
    /// Weeks since the action began.
    pub week: u8,
    /// What is proposed.
    pub advice: Advice,
    /// The method that is proposed instead.
    pub to: Option<MethodId>,
    /// What people call it.
    pub to_name: Option<Phrase>,
    /// Why.
    pub reason: Vec<Sentence>,
    /// What it rests on.
    pub outcomes: Vec<OutcomeChange>,
}

/// An invitation to fill in questionnaires again, through the counselling channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The case.
    pub case: CaseId,
    /// The person.
    pub worker: WorkerId,
    /// Which questionnaires.
    pub instruments: Vec<Instrument>,
    /// By when, at best.
    pub by: Date,
}

/// For the health and safety committee: how many cases of a site went over a limit by half since it was
/// told last. Nothing else, and of no person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitteeNotice {
    /// The site's date; what is counted came before it.
    pub on: Date,
    /// How many cases.
    pub cases: u32,
}

/// What an event carries.
#[derive(Debug, Clone, PartialEq)]
pub enum EventBody {
    /// For occupational health.
    Alert(Box<Alert>),
    /// For whoever carries out an action.
    Action(ActionRequest),
    /// For who is in charge of a case, and for those above.
    Deadline(DeadlineNotice),
    /// For who is in charge of a case.
    Proposal(Box<Proposal>),
    /// For the counselling provider.
    Invitation(Invitation),
    /// For the health and safety committee.
    Committee(CommitteeNotice),
}

named! {
    /// What kind of event it is, as routes name it.
    EventKind {
        /// A case was opened.
        Raised => "raised",
        /// Its level rose, or another crisis answer came.
        RaisedAgain => "raised_again",
        /// Late data changed the evidence.
        Revised => "revised",
        /// A case ended.
        Closed => "closed",
        /// A workload review is asked for.
        WorkloadReview => "workload_review",
        /// Counselling is asked for.
        Counseling => "counseling",
        /// A time limit is near.
        Reminder => "reminder",
        /// A time limit is over.
        Overdue => "overdue",
        /// A time limit is over by half.
        Escalated => "escalated",
        /// The effect of an action was looked at.
        Proposal => "proposal",
        /// A questionnaire is to be filled in again.
        Rescreening => "rescreening",
        /// Counts for the committee.
        Committee => "committee",
    }
}

/// Something that leaves Vagus.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Stable: a redelivery has the same id.
    pub id: String,
    /// The site.
    pub site: SiteId,
    /// When it was decided.
    pub time: Timestamp,
    /// Whether it only tries whether events arrive; it is marked so in every form.
    pub is_test: bool,
    /// What it says.
    pub body: EventBody,
}

impl Event {
    /// What kind it is.
    #[must_use]
    pub const fn kind(&self) -> EventKind {
        match &self.body {
            EventBody::Alert(alert) => match alert.kind {
                AlertKind::Raised => EventKind::Raised,
                AlertKind::RaisedAgain => EventKind::RaisedAgain,
                AlertKind::Revised => EventKind::Revised,
                AlertKind::Closed => EventKind::Closed,
            },
            EventBody::Action(ActionRequest::WorkloadReview { .. }) => EventKind::WorkloadReview,
            EventBody::Action(ActionRequest::Counseling { .. }) => EventKind::Counseling,
            EventBody::Deadline(notice) => match notice.stage {
                Stage::Reminder => EventKind::Reminder,
                Stage::Overdue => EventKind::Overdue,
                Stage::Escalated => EventKind::Escalated,
            },
            EventBody::Proposal(_) => EventKind::Proposal,
            EventBody::Invitation(_) => EventKind::Rescreening,
            EventBody::Committee(_) => EventKind::Committee,
        }
    }

    /// The level of the case it speaks of; none where it must not tell.
    #[must_use]
    pub fn level(&self) -> Option<Level> {
        match &self.body {
            EventBody::Alert(alert) => Some(alert.level),
            EventBody::Action(ActionRequest::Counseling { level, .. }) => Some(*level),
            EventBody::Deadline(notice) => Some(notice.level),
            EventBody::Proposal(proposal) => Some(proposal.level),
            EventBody::Action(ActionRequest::WorkloadReview { .. })
            | EventBody::Invitation(_)
            | EventBody::Committee(_) => None,
        }
    }

    /// Whether it is of a crisis: it goes before all others, and no flood holds it back.
    #[must_use]
    pub fn is_crisis(&self) -> bool {
        self.level() == Some(Level::L4)
    }

    /// The case that it speaks of; none where it must not tell.
    #[must_use]
    pub fn case(&self) -> Option<&CaseId> {
        match &self.body {
            EventBody::Alert(alert) => Some(&alert.case),
            EventBody::Action(ActionRequest::Counseling { case, .. }) => Some(case),
            EventBody::Deadline(notice) => Some(&notice.case),
            EventBody::Proposal(proposal) => Some(&proposal.case),
            EventBody::Invitation(invitation) => Some(&invitation.case),
            EventBody::Action(ActionRequest::WorkloadReview { .. }) | EventBody::Committee(_) => None,
        }
    }

    /// The action that it asks for.
    #[must_use]
    pub const fn action(&self) -> Option<&ActionRef> {
        match &self.body {
            EventBody::Action(
                ActionRequest::WorkloadReview { action, .. } | ActionRequest::Counseling { action, .. },
            ) => Some(action),
            EventBody::Alert(_)
            | EventBody::Deadline(_)
            | EventBody::Proposal(_)
            | EventBody::Invitation(_)
            | EventBody::Committee(_) => None,
        }
    }
}
