//! Cases as they are asked for and shown over the control socket.

use std::hash::Hasher as _;

use serde::{Deserialize, Serialize};
use siphasher::sip::SipHasher24;

use crate::cases::permitted_states;
use crate::console::view::{ActionRow, CaseFilter, CaseRow, CaseView, DeedWord, EventRow, LimitRow, LogRow};
use crate::domain::Timestamp;
use crate::domain::case::{Action, OpenCase};
use crate::domain::life::{CaseState, Deadline, LogEntry, LogEvent};
use crate::domain::person::Actor;
use crate::domain::worker::Profile;

/// What may be asked about cases.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum CasesQuestion {
    /// Which cases there are.
    List(CaseFilter),
    /// One case with all that happened.
    Show {
        /// Its id, or how it begins.
        case: String,
    },
    /// Do something to a case.
    Do {
        /// Its id, or how it begins.
        case: String,
        /// Who.
        by: String,
        /// In which role; as the configuration has it, where none is given.
        role: Option<String>,
        /// What they write with it.
        note: Option<String>,
        /// What.
        deed: DeedWord,
    },
}

/// What is answered about cases.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum CasesAnswer {
    /// Which cases there are, most urgent first.
    List {
        /// The cases.
        cases: Vec<CaseRow>,
    },
    /// One case.
    Case {
        /// The case.
        case: Box<CaseView>,
    },
    /// What whoever reviews the work sees of a case.
    Review {
        /// The review.
        review: ReviewRow,
    },
    /// What whoever puts people in charge sees of a case.
    InCharge {
        /// The case.
        case_id: String,
        /// Of which action; of the whole case where none is named.
        action: Option<String>,
        /// Who.
        in_charge: Option<String>,
    },
    /// What is asked for cannot be.
    Refused {
        /// The name of why, for programs.
        reason: String,
        /// Why, and what can be.
        problem: String,
        /// Whether the question is wrong, and not only nothing for that state or role.
        is_wrong_use: bool,
    },
}

/// A review of the work, as a manager sees it: nothing of the person, nor that it belongs to a case.
#[derive(Debug, Serialize, Deserialize)]
pub struct ReviewRow {
    /// Its id.
    pub action_id: String,
    /// Which side.
    pub kind: String,
    /// How far it is.
    pub state: String,
    /// When it must be live, RFC 3339.
    pub due: String,
    /// The unit whose work is reviewed.
    pub unit: String,
}

/// The next state on the way of a case that it can be moved to now; none where it has ended, too.
pub(super) fn next_of(case: &OpenCase) -> Option<CaseState> {
    next_on_way(case.state, &permitted_states(case))
}

/// The first of the states that lies ahead on the way of a case.
pub(super) fn next_on_way(from: CaseState, next: &[CaseState]) -> Option<CaseState> {
    const WAY: [CaseState; 6] = [
        CaseState::Acknowledged,
        CaseState::Assessed,
        CaseState::Planned,
        CaseState::InAction,
        CaseState::FollowUp,
        CaseState::Closed,
    ];
    next.iter().copied().filter(|state| WAY.contains(state) && *state > from).min()
}

pub(super) fn next_limit(case: &OpenCase) -> Option<&Deadline> {
    case.deadlines.iter().min_by_key(|limit| limit.due)
}

impl LimitRow {
    pub(super) fn of(limit: &Deadline, now: Timestamp) -> Self {
        Self {
            step: limit.milestone.as_str().to_owned(),
            number: Some(limit.number).filter(|number| *number > 0),
            due: limit.due.to_string(),
            is_over: limit.due <= now,
        }
    }
}

impl ActionRow {
    pub(super) fn of(action: &Action) -> Self {
        Self {
            action_id: action.id.to_string(),
            kind: action.kind.as_str().to_owned(),
            state: action.step.as_str().to_owned(),
            due: action.due.to_string(),
            assignee: action.assignee.as_ref().map(ToString::to_string),
            method: action.method.as_ref().map(ToString::to_string),
        }
    }
}

impl ReviewRow {
    pub(super) fn of(profile: &Profile, review: &Action) -> Self {
        let ActionRow { action_id, kind, state, due, .. } = ActionRow::of(review);
        Self { action_id, kind, state, due, unit: profile.unit.to_string() }
    }
}

impl CaseRow {
    pub(in crate::app) fn of(profile: &Profile, case: &OpenCase, ended_at: Option<Timestamp>, now: Timestamp) -> Self {
        Self {
            case_id: case.id.to_string(),
            site: profile.key.site.to_string(),
            worker: profile.key.worker.to_string(),
            unit: profile.unit.to_string(),
            time_zone: profile.time_zone.iana_name().unwrap_or("UTC").to_owned(),
            level: case.told.level.as_str().to_owned(),
            state: case.state.as_str().to_owned(),
            episode: case.episode,
            rules: case.rules.iter().map(|rule| rule.as_str().to_owned()).collect(),
            opened_at: case.opened_at.to_string(),
            ended_at: ended_at.map(|at| at.to_string()),
            in_charge: case.in_charge.as_ref().map(ToString::to_string),
            next: next_limit(case).map(|limit| LimitRow::of(limit, now)),
            actions: case.actions.iter().map(ActionRow::of).collect(),
            version: version(case),
        }
    }
}

impl CaseView {
    pub(super) fn of(profile: &Profile, case: &OpenCase, ended_at: Option<Timestamp>, now: Timestamp) -> Self {
        Self {
            row: CaseRow::of(profile, case, ended_at, now),
            limits: case.deadlines.iter().map(|limit| LimitRow::of(limit, now)).collect(),
            next_state: next_of(case).map(|state| state.as_str().to_owned()),
            next_states: permitted_states(case).iter().map(|state| state.as_str().to_owned()).collect(),
            history: case.log.iter().map(LogRow::of).collect(),
        }
    }
}

/// Changes with everything that somebody may have looked at before they decided.
pub(super) fn version(case: &OpenCase) -> String {
    let OpenCase { id, episode, opened_at, raised_at, state, in_charge, deadlines, .. } = case;
    let OpenCase { invited, log, told, rules, actions, events, said, revised_on, .. } = case;
    let head = (id, episode, opened_at, raised_at, state, in_charge, deadlines);
    // The history only grows: its length and its last line tell, and a list of many cases is soon made.
    let rest = (invited, log.len(), log.last(), told, rules, actions, events, said, revised_on);
    let mut hasher = SipHasher24::new();
    hasher.write(format!("{head:?} {rest:?}").as_bytes());
    format!("{:016x}", hasher.finish())
}

impl LogRow {
    pub(super) fn of(entry: &LogEntry) -> Self {
        let by = match &entry.by {
            Actor::Vagus => "vagus".to_owned(),
            Actor::Source(source) => format!("{source} (system)"),
            Actor::Person { id, role } => format!("{id} ({})", role.as_str()),
        };
        let note = entry.note.as_ref().map(|note| note.as_str().to_owned());
        Self { at: entry.at.to_string(), by, event: event(&entry.event), note }
    }
}

fn event(event: &LogEvent) -> EventRow {
    match event {
        LogEvent::Raised(level) => EventRow::Raised { level: level.as_str().to_owned() },
        LogEvent::Moved(state) => EventRow::Moved { to: state.as_str().to_owned() },
        LogEvent::Progress { action, step } => {
            EventRow::Progress { action: action.as_str().to_owned(), step: step.as_str().to_owned() }
        }
        LogEvent::ActionAdded(action) => EventRow::ActionAdded { action: action.as_str().to_owned() },
        LogEvent::Assigned { to, action } => {
            EventRow::Assigned { to: to.to_string(), action: action.map(|action| action.as_str().to_owned()) }
        }
        LogEvent::Remarked => EventRow::Remarked,
        LogEvent::EvidenceAdded(rules) => {
            EventRow::EvidenceAdded { rules: rules.iter().map(|rule| rule.as_str().to_owned()).collect() }
        }
        LogEvent::MethodChosen { action, method } => {
            EventRow::MethodChosen { action: action.as_str().to_owned(), method: method.to_string() }
        }
        LogEvent::FollowedUp => EventRow::FollowedUp,
        LogEvent::Told { milestone, number, stage } => {
            let (limit, stage) = (milestone.as_str().to_owned(), stage.as_str().to_owned());
            EventRow::Told { limit, number: *number, stage }
        }
        LogEvent::Reviewed { action, week, advice } => {
            let (action, advice) = (action.as_str().to_owned(), advice.as_str().to_owned());
            EventRow::Reviewed { action, week: *week, advice }
        }
        LogEvent::Invited(instruments) => {
            EventRow::Invited { instruments: instruments.iter().map(|i| i.as_str().to_owned()).collect() }
        }
    }
}
