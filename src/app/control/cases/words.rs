//! Cases as they are asked for and shown over the control socket.

use serde::{Deserialize, Serialize};

use crate::cases::permitted_states;
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

/// Which cases are listed; an empty filter lists all that have not ended.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct CaseFilter {
    /// Only of this site.
    pub site: Option<String>,
    /// Only of this level.
    pub level: Option<String>,
    /// Only in this state.
    pub state: Option<String>,
    /// Only those that this person leads, or an action of which they carry out.
    pub person: Option<String>,
    /// Only those of which a limit is over.
    pub is_overdue: bool,
    /// Those that have ended, too.
    pub has_ended: bool,
}

/// What is done to a case.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "deed", rename_all = "snake_case")]
pub enum DeedWord {
    /// Move it to a state; the next one of the way, where none is named.
    Move {
        /// The state.
        to: Option<String>,
    },
    /// Put somebody in charge.
    Assign {
        /// Whom.
        to: String,
        /// Of which action; of the case where none is named.
        action: Option<String>,
    },
    /// Write something down.
    Remark,
    /// Report how far an action is.
    Progress {
        /// Which.
        action: String,
        /// How far.
        step: String,
    },
    /// Choose the method of an action.
    Choose {
        /// Which.
        action: String,
        /// The method.
        method: String,
    },
    /// A follow-up was done.
    FollowUp,
    /// Ask for a workload review.
    RequestReview,
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

/// An action of a case, as commands show it.
#[derive(Debug, Serialize, Deserialize)]
pub struct ActionRow {
    /// Its id.
    pub action_id: String,
    /// Which side.
    pub kind: String,
    /// How far it is.
    pub state: String,
    /// When it must be live, RFC 3339.
    pub due: String,
    /// Who carries it out.
    pub assignee: Option<String>,
    /// How.
    pub method: Option<String>,
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

/// A time limit, as commands show it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LimitRow {
    /// What is due.
    pub step: String,
    /// Which of several.
    pub number: Option<u8>,
    /// When, RFC 3339.
    pub due: String,
    /// Whether that is over.
    pub is_over: bool,
}

/// A case, as a list shows it.
#[derive(Debug, Serialize, Deserialize)]
pub struct CaseRow {
    /// Its id.
    pub case_id: String,
    /// The site.
    pub site: String,
    /// The worker.
    pub worker: String,
    /// The worker's unit.
    pub unit: String,
    /// The worker's zone, in which times are shown.
    pub time_zone: String,
    /// The level.
    pub level: String,
    /// How far it is.
    pub state: String,
    /// Which of the worker's cases it is.
    pub episode: u32,
    /// The rules it rests on.
    pub rules: Vec<String>,
    /// When it was opened, RFC 3339.
    pub opened_at: String,
    /// When it ended, RFC 3339; null where it has not.
    pub ended_at: Option<String>,
    /// Who leads it.
    pub in_charge: Option<String>,
    /// The limit that is over first.
    pub next: Option<LimitRow>,
    /// Its actions.
    pub actions: Vec<ActionRow>,
}

/// One line of a case's history, as commands show it.
#[derive(Debug, Serialize, Deserialize)]
pub struct LogRow {
    /// When, RFC 3339.
    pub at: String,
    /// Who.
    pub by: String,
    /// What.
    pub event: String,
    /// What they wrote with it.
    pub note: Option<String>,
}

/// One case with all that happened.
#[derive(Debug, Serialize, Deserialize)]
pub struct CaseView {
    /// As a list shows it.
    #[serde(flatten)]
    pub row: CaseRow,
    /// Every limit that runs.
    pub limits: Vec<LimitRow>,
    /// To which states it can be moved now.
    pub next_states: Vec<String>,
    /// The one of these that is next on the way of a case; null where an action must move first.
    pub next_state: Option<String>,
    /// What happened, oldest first.
    pub history: Vec<LogRow>,
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
    pub(super) fn of(profile: &Profile, case: &OpenCase, ended_at: Option<Timestamp>, now: Timestamp) -> Self {
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

fn event(event: &LogEvent) -> String {
    match event {
        LogEvent::Raised(level) => format!("raised to {}", level.as_str()),
        LogEvent::Moved(state) => format!("became {}", state.as_str()),
        LogEvent::Progress { action, step } => format!("{} is {}", action.as_str(), step.as_str()),
        LogEvent::ActionAdded(action) => format!("{} asked for", action.as_str()),
        LogEvent::Assigned { to, action: None } => format!("{to} leads the case"),
        LogEvent::Assigned { to, action: Some(action) } => format!("{to} carries out {}", action.as_str()),
        LogEvent::Remarked => "remark".to_owned(),
        LogEvent::EvidenceAdded(rules) => {
            format!("also {}", rules.iter().map(|rule| rule.as_str()).collect::<Vec<_>>().join(", "))
        }
        LogEvent::MethodChosen { action, method } => format!("{}: {method} chosen", action.as_str()),
        LogEvent::FollowedUp => "followed up".to_owned(),
        LogEvent::Told { milestone, number, stage } => {
            let number = if *number > 0 { format!(" {number}") } else { String::new() };
            format!("limit {}{number}: {}", milestone.as_str(), stage.as_str())
        }
        LogEvent::Reviewed { action, week, advice } => {
            format!("{} looked at in week {week}: {}", action.as_str(), advice.as_str())
        }
        LogEvent::Invited(instruments) => {
            format!("invited to {}", instruments.iter().map(|i| i.as_str()).collect::<Vec<_>>().join(", "))
        }
    }
}
