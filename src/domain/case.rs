//! Cases and their two actions, and the facts by which a case moves.

use std::fmt;

use super::alert::{AlertKind, Evidence, Level, RuleId, Versions};
use super::ids::{MAX_NAME_LEN, WorkerNumber};
use super::indicator::HrvState;
use super::life::{Advice, CaseState, Deadline, LogEntry, MethodId, Milestone, Note, Stage};
use super::person::{Actor, PersonId};
use super::screening::Instrument;
use super::{Date, Timestamp};

/// The id of a case: `c-` and 26 characters. It tells nothing of the worker.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseId(Box<str>);

/// The id of an action: `a-` and 26 characters. It cannot be linked to its case or worker.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionId(Box<str>);

const CASE: u64 = 1;
const ACTION: u64 = 2;
const UNIT_ACTION: u64 = 3;

impl CaseId {
    /// The id of a worker's `episode`-th case.
    ///
    /// Derived from the worker and the episode alone: late or repeated messages cannot change it.
    #[must_use]
    pub fn derive(worker: WorkerNumber, episode: u32) -> Self {
        Self(format!("c-{}", worker.derive(&[CASE, u64::from(episode)])).into())
    }
}

impl ActionId {
    /// The id of an action of a worker's `episode`-th case.
    #[must_use]
    pub fn derive(worker: WorkerNumber, episode: u32, kind: ActionKind) -> Self {
        Self(format!("a-{}", worker.derive(&[ACTION, u64::from(episode), kind as u64])).into())
    }

    /// The ids of all cases and actions that a worker with so many episodes ever had.
    #[must_use]
    pub fn all_of(worker: WorkerNumber, episodes: u32) -> Vec<String> {
        let of_one = |episode| {
            let actions = [ActionKind::WorkloadReview, ActionKind::Counseling];
            let actions = actions.map(|kind| Self::derive(worker, episode, kind).as_str().to_owned());
            actions.into_iter().chain([CaseId::derive(worker, episode).as_str().to_owned()])
        };
        (1..=episodes).flat_map(of_one).collect()
    }

    /// The id of an action for a whole unit: of its site, its own name and the rule, in a period.
    ///
    /// The key keeps whoever holds the id from finding the rule by trying.
    #[must_use]
    pub fn of_unit(key: WorkerNumber, names: [&str; 3], period: u64) -> Self {
        // The length of each name before it, so that no two lists of names look the same.
        let bytes = names.iter().flat_map(|name| std::iter::once(name.len() as u64).chain(name.bytes().map(u64::from)));
        let parts: Vec<u64> = [UNIT_ACTION, period].into_iter().chain(bytes).collect();
        Self(format!("a-{}", key.derive(&parts)).into())
    }
}

/// An action or case id that cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not an id: 1 to 64 of A-Z a-z 0-9 _ - are expected")]
pub struct IdError;

macro_rules! id {
    ($name:ident) => {
        impl $name {
            /// Takes an id that came from outside.
            ///
            /// # Errors
            /// [`IdError`] where the text cannot be one.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                let is_id = (1..=MAX_NAME_LEN).contains(&text.len())
                    && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
                if is_id { Ok(Self(text.into())) } else { Err(IdError) }
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}
id!(CaseId);
id!(ActionId);

/// The two sides of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActionKind {
    /// The organisation's side.
    WorkloadReview,
    /// The person's side.
    Counseling,
}

impl ActionKind {
    /// The name used in payloads.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WorkloadReview => "workload_review",
            Self::Counseling => "counseling",
        }
    }
}

/// How far an action is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActionStep {
    /// Asked for, not answered yet.
    Requested,
    /// Somebody took it.
    Accepted,
    /// Begun.
    Started,
    /// Done.
    Done,
    /// Refused.
    Declined,
}

impl ActionStep {
    /// The steps that somebody outside may report.
    pub const REPORTED: [Self; 4] = [Self::Accepted, Self::Started, Self::Done, Self::Declined];

    /// The name used in payloads.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Accepted => "accepted",
            Self::Started => "started",
            Self::Done => "done",
            Self::Declined => "declined",
        }
    }

    /// Whether nothing more is to come.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Declined)
    }
}

/// One action of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Its id.
    pub id: ActionId,
    /// Which side.
    pub kind: ActionKind,
    /// How far it is.
    pub step: ActionStep,
    /// When it must be live.
    pub due: Timestamp,
    /// When the last progress was reported.
    pub moved_at: Timestamp,
    /// Who carries it out; whoever is in charge of the case where nobody is named.
    pub assignee: Option<PersonId>,
    /// When it began, with the method that it has now; its effect is reckoned from here.
    pub started_at: Option<Timestamp>,
    /// How it is done.
    pub method: Option<MethodId>,
    /// How it was done before, and did not help enough.
    pub tried: Vec<MethodId>,
    /// The last week since its beginning in which its effect was looked at; 0 before the first.
    pub reviewed_week: u8,
}

/// What was last said of a case: a change in it is worth telling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The level.
    pub level: Level,
    /// The rules that matched, sorted.
    pub rules: Vec<RuleId>,
    /// The HRV state.
    pub hrv: HrvState,
    /// Whether sleep was persistently poor.
    pub is_sleep_poor: bool,
    /// Whether an exposure was over its limit.
    pub is_exposed: bool,
}

/// What rules rested on when they matched: what the alert of that moment held, where there was one.
#[derive(Debug, Clone, PartialEq)]
pub struct Ground {
    /// When.
    pub at: Timestamp,
    /// The worker's date.
    pub on: Date,
    /// The rules that matched then.
    pub rules: Vec<RuleId>,
    /// What was found.
    pub evidence: Evidence,
    /// What decided.
    pub versions: Versions,
}

/// That the worker was invited to fill in a questionnaire again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invited {
    /// Which.
    pub instrument: Instrument,
    /// The worker's date.
    pub on: Date,
}

/// A case that has not ended.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenCase {
    /// Its id.
    pub id: CaseId,
    /// Which of the worker's episodes it is, from 1.
    pub episode: u32,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was opened, or its level rose last; its first time limits run from here.
    pub raised_at: Timestamp,
    /// How far it is.
    pub state: CaseState,
    /// Who leads it.
    pub in_charge: Option<PersonId>,
    /// The time limits that run.
    pub deadlines: Vec<Deadline>,
    /// The last questionnaires the worker was invited to, newest of each.
    pub invited: Vec<Invited>,
    /// Who did what and when, oldest first; of more than [`MAX_LOG_ENTRIES`] the oldest but the first go.
    pub log: Vec<LogEntry>,
    /// What was last said of it. Its level never falls while the case is open.
    pub told: Finding,
    /// Every rule that matched while it was open, in the order in which they did.
    pub rules: Vec<RuleId>,
    /// What these rested on, oldest first; of more than [`MAX_GROUNDS`] the oldest but the first go.
    pub grounds: Vec<Ground>,
    /// Its actions: a workload review and a counselling offer, or in a crisis counselling alone.
    pub actions: Vec<Action>,
    /// How many events were sent, so that each has an id of its own.
    pub events: u32,
    /// The kind of the last of them, which the next one supersedes.
    pub said: AlertKind,
    /// The day of the last revision.
    pub revised_on: Option<Date>,
}

/// A case that ended, kept for the cool-down, to know its actions again, and to be looked up.
#[derive(Debug, Clone, PartialEq)]
pub struct ClosedCase {
    /// The case as it was; its state tells how it ended.
    pub case: OpenCase,
    /// When it ended; the cool-down runs from here.
    pub closed_at: Timestamp,
}

/// Moments of which a case keeps what it rested on then.
pub const MAX_GROUNDS: usize = 24;

/// Lines of history that a case keeps.
pub const MAX_LOG_ENTRIES: usize = 200;

/// Ended cases that are kept of a worker; the journal has the older ones.
pub const MAX_CLOSED: usize = 10;

/// The cases of one worker.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CaseBook {
    /// How many cases were ever opened.
    pub episodes: u32,
    /// The open case; a worker has at most one.
    pub open: Option<OpenCase>,
    /// Those that ended, oldest first, at most [`MAX_CLOSED`].
    pub closed: Vec<ClosedCase>,
}

impl CaseBook {
    /// The case of that id, and when it ended.
    #[must_use]
    pub fn find(&self, id: &CaseId) -> Option<(&OpenCase, Option<Timestamp>)> {
        let open = self.open.iter().map(|case| (case, None));
        let closed = self.closed.iter().map(|closed| (&closed.case, Some(closed.closed_at)));
        open.chain(closed).find(|(case, _)| case.id == *id)
    }
}

impl OpenCase {
    /// The action of that side.
    #[must_use]
    pub fn action(&self, kind: ActionKind) -> Option<&Action> {
        self.actions.iter().find(|action| action.kind == kind)
    }
}

/// A fact about a case. Once journaled it is applied, never decided again.
#[derive(Debug, Clone, PartialEq)]
pub enum CaseChange {
    /// A case was opened.
    Opened {
        /// The case, as opened.
        case: OpenCase,
    },
    /// The level rose, or another crisis answer came.
    RaisedAgain {
        /// What is said of it now.
        told: Finding,
        /// The actions with their (nearer) due times, and any that were added.
        actions: Vec<Action>,
        /// The time limits that run from now on.
        deadlines: Vec<Deadline>,
        /// When.
        at: Timestamp,
        /// What it rests on; none where it was decided by a program that did not keep it.
        ground: Option<Box<Ground>>,
    },
    /// Late data changed the evidence.
    Revised {
        /// What is said of it now.
        told: Finding,
        /// The worker's date.
        on: Date,
        /// What it rests on; none where it was decided by a program that did not keep it.
        ground: Option<Box<Ground>>,
    },
    /// Something was done to the case, by somebody or by Vagus.
    Done {
        /// When.
        at: Timestamp,
        /// Who.
        by: Actor,
        /// What they wrote with it.
        note: Option<Note>,
        /// What.
        fact: CaseFact,
    },
}

/// What was done to a case.
#[derive(Debug, Clone, PartialEq)]
pub enum CaseFact {
    /// It is in another state; in a final one it has ended.
    Moved {
        /// The state.
        to: CaseState,
        /// The time limits that run from now on.
        deadlines: Vec<Deadline>,
    },
    /// An action moved.
    ActionMoved {
        /// Which.
        action: ActionId,
        /// To what.
        step: ActionStep,
        /// When, as it was reported.
        reported_at: Timestamp,
    },
    /// An action was added.
    ActionAdded {
        /// The action.
        action: Action,
    },
    /// Somebody is in charge.
    Assigned {
        /// Who.
        to: PersonId,
        /// Of which action; of the whole case where none is named.
        action: Option<ActionKind>,
    },
    /// Only the note.
    Remarked,
    /// Further rules matched, at a level that the case has already.
    EvidenceAdded {
        /// Those that had not before.
        rules: Vec<RuleId>,
        /// What they rest on; none where it was decided by a program that did not keep it.
        ground: Option<Box<Ground>>,
    },
    /// The method of an action was chosen; one that has begun begins anew with it.
    MethodChosen {
        /// Which action.
        action: ActionKind,
        /// The method.
        method: MethodId,
    },
    /// A follow-up was done.
    FollowedUp {
        /// The time limits that run from now on.
        deadlines: Vec<Deadline>,
    },
    /// Somebody was told of a time limit.
    Told {
        /// Which.
        milestone: Milestone,
        /// Which of several.
        number: u8,
        /// How far it was used up.
        stage: Stage,
    },
    /// The effect of an action was looked at, and something proposed.
    Reviewed {
        /// Which action.
        action: ActionKind,
        /// Week since it began.
        week: u8,
        /// What was proposed.
        advice: Advice,
        /// Follow-ups as for L3 run from now on, where the worker got worse.
        deadlines: Option<Vec<Deadline>>,
    },
    /// The worker was invited to fill in questionnaires again.
    Invited {
        /// Which.
        instruments: Vec<Instrument>,
        /// The worker's date.
        on: Date,
        /// Until when they are hoped for.
        by: Date,
    },
}
