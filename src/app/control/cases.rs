//! Cases over the control socket: lists, one case with its history, and what is done to it.

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::{Answer, Served};
use crate::app::applier::Look;
use crate::app::sequencer::Command;
use crate::cases::next_states;
use crate::domain::Timestamp;
use crate::domain::alert::Level;
use crate::domain::case::{Action, ActionKind, ActionStep, CaseId, OpenCase};
use crate::domain::history::WorkerHistory;
use crate::domain::life::{CaseCommand, CaseState, Deadline, Deed, LogEntry, LogEvent, MethodId, Note};
use crate::domain::person::{Actor, PersonId, Role};
use crate::domain::worker::Profile;

/// What may be asked about cases.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum CasesQuestion {
    /// Which cases there are.
    List(CaseFilter),
    /// One case with all that happened.
    Show {
        /// Its id.
        case: String,
    },
    /// Do something to a case.
    Do {
        /// Its id.
        case: String,
        /// Who.
        by: String,
        /// In which role.
        role: String,
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
    /// What is asked for cannot be.
    Refused {
        /// Why, and what can be.
        problem: String,
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
    /// To which states it can be moved.
    pub next_states: Vec<String>,
    /// What happened, oldest first.
    pub history: Vec<LogRow>,
}

/// Answers a question about cases from what runs.
pub(super) async fn answer(question: CasesQuestion, served: &Served) -> Result<CasesAnswer, CasesError> {
    let seen = match question {
        CasesQuestion::List(filter) => look(served, move |histories, now| list(histories, &filter, now)).await?,
        CasesQuestion::Show { case } => look(served, move |histories, now| show(histories, &case, now)).await?,
        CasesQuestion::Do { case, by, role, note, deed } => {
            let command = command(&case, (&by, &role), note, deed, served).await?;
            let (done, answered) = oneshot::channel();
            let sent = served.commands.send(Command::Case { command: Box::new(command), done }).await;
            sent.map_err(|_| CasesError::Stopping)?;
            answered.await.map_err(|_| CasesError::Stopping)?.map_err(|refusal| refusal.to_string())?;
            look(served, move |histories, now| show(histories, &case, now)).await?
        }
    };
    Ok(seen?)
}

/// Why a question about cases is not answered.
#[derive(Debug, thiserror::Error)]
pub enum CasesError {
    /// What is asked for cannot be: the words say why.
    #[error("{0}")]
    Refused(String),
    /// Nobody answers any more.
    #[error("the service is stopping; try again when it runs")]
    Stopping,
}

impl From<String> for CasesError {
    fn from(problem: String) -> Self {
        Self::Refused(problem)
    }
}

type Histories<'a> = &'a mut dyn Iterator<Item = &'a WorkerHistory>;

/// Looks at every history between two rows.
async fn look<T: Send + 'static>(
    served: &Served,
    see: impl for<'a> FnOnce(Histories<'a>, Timestamp) -> T + Send + 'static,
) -> Result<T, CasesError> {
    let (seen, answered) = oneshot::channel();
    let clock = served.clock.clone();
    let look = Look(Box::new(move |shards| {
        let mut histories = shards.histories().map(|(_, history)| history);
        let _ = seen.send(see(&mut histories, clock.now()));
    }));
    served.commands.send(Command::Look(look)).await.map_err(|_| CasesError::Stopping)?;
    answered.await.map_err(|_| CasesError::Stopping)
}

/// The cases that pass the filter, most urgent first.
///
/// # Errors
/// In words, where the filter names what there is not.
pub fn list(
    histories: &mut dyn Iterator<Item = &WorkerHistory>,
    filter: &CaseFilter,
    now: Timestamp,
) -> Result<CasesAnswer, String> {
    check(filter)?;
    let mut found = Vec::new();
    for history in histories {
        for (case, ended_at) in cases_of(history) {
            if filter.passes(&history.profile, case, ended_at, now) {
                let next = next_limit(case).map_or(Timestamp::MAX, |limit| limit.due);
                let order = (ended_at.is_some(), std::cmp::Reverse(case.told.level), next, case.id.clone());
                found.push((order, CaseRow::of(&history.profile, case, ended_at, now)));
            }
        }
    }
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(CasesAnswer::List { cases: found.into_iter().map(|(_, row)| row).collect() })
}

/// One case.
///
/// # Errors
/// In words, where there is none of that id.
pub fn show(
    histories: &mut dyn Iterator<Item = &WorkerHistory>,
    case: &str,
    now: Timestamp,
) -> Result<CasesAnswer, String> {
    for history in histories {
        if let Some((found, ended_at)) = cases_of(history).find(|(known, _)| known.id.as_str() == case) {
            let case = Box::new(CaseView::of(&history.profile, found, ended_at, now));
            return Ok(CasesAnswer::Case { case });
        }
    }
    Err(format!("there is no case {case}; `vagus cases list --ended` names those that are known"))
}

fn cases_of(history: &WorkerHistory) -> impl Iterator<Item = (&OpenCase, Option<Timestamp>)> {
    let open = history.cases.open.iter().map(|case| (case, None));
    open.chain(history.cases.closed.iter().map(|closed| (&closed.case, Some(closed.closed_at))))
}

fn check(filter: &CaseFilter) -> Result<(), String> {
    if let Some(level) = filter.level.as_deref().filter(|level| Level::parse(level).is_none()) {
        return Err(format!("there is no level {level}; cases have L2, L3 or L4"));
    }
    match filter.state.as_deref().filter(|state| CaseState::parse(state).is_none()) {
        Some(state) => Err(format!("there is no state {state}; there are {}", names(CaseState::ALL, |s| s.as_str()))),
        None => Ok(()),
    }
}

fn names<T: Copy>(all: &[T], name: impl Fn(T) -> &'static str) -> String {
    all.iter().map(|one| name(*one)).collect::<Vec<_>>().join(", ")
}

impl CaseFilter {
    fn passes(&self, profile: &Profile, case: &OpenCase, ended_at: Option<Timestamp>, now: Timestamp) -> bool {
        let is = |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|wanted| wanted == found);
        let is_theirs = |person: &String| {
            let people = case.in_charge.iter().chain(case.actions.iter().filter_map(|action| action.assignee.as_ref()));
            people.into_iter().any(|known| known.as_str() == person)
        };
        // Who asks for an ended state wants to see what ended in it.
        let has_ended =
            self.has_ended || self.state.as_deref().and_then(CaseState::parse).is_some_and(CaseState::is_final);
        is(&self.site, profile.key.site.as_str())
            && is(&self.level, case.told.level.as_str())
            && is(&self.state, case.state.as_str())
            && self.person.as_ref().is_none_or(is_theirs)
            && (!self.is_overdue || case.deadlines.iter().any(|limit| limit.due <= now))
            && (ended_at.is_none() || has_ended)
    }
}

/// What somebody wants, in the words of cases; what can be seen to be wrong is told at once.
async fn command(
    case: &str,
    (by, role): (&str, &str),
    note: Option<String>,
    deed: DeedWord,
    served: &Served,
) -> Result<CaseCommand, CasesError> {
    let person = |text: &str| PersonId::parse(text).map_err(|error| format!("{text:?} {error}"));
    let role_of = Role::parse(role)
        .ok_or_else(|| format!("there is no role {role}; there are {}", names(Role::ALL, |role| role.as_str())))?;
    let deed = match deed {
        DeedWord::Move { to: Some(to) } => Deed::Move { to: state(&to)? },
        DeedWord::Move { to: None } => Deed::Move { to: next_of(case, served).await? },
        DeedWord::Assign { to, action } => {
            Deed::Assign { to: person(&to)?, action: action.as_deref().map(kind).transpose()? }
        }
        DeedWord::Remark => Deed::Remark,
        DeedWord::Progress { action, step } => Deed::Progress { action: kind(&action)?, step: step_of(&step)? },
        DeedWord::Choose { action, method } => {
            let action = kind(&action)?;
            Deed::Choose { action, method: method_of(action, &method, served)? }
        }
        DeedWord::FollowUp => Deed::FollowUp,
        DeedWord::RequestReview => Deed::RequestReview,
    };
    let case = CaseId::parse(case).map_err(|error| format!("{case:?} {error}"))?;
    let by = Actor::Person { id: person(by)?, role: role_of };
    Ok(CaseCommand { case, by, deed, note: note.as_deref().and_then(Note::of) })
}

fn state(name: &str) -> Result<CaseState, String> {
    CaseState::parse(name)
        .ok_or_else(|| format!("there is no state {name}; there are {}", names(CaseState::ALL, |s| s.as_str())))
}

fn kind(name: &str) -> Result<ActionKind, String> {
    let all = [ActionKind::WorkloadReview, ActionKind::Counseling];
    all.into_iter()
        .find(|kind| kind.as_str() == name)
        .ok_or_else(|| format!("there is no action {name}; a case has workload_review and counseling"))
}

fn step_of(name: &str) -> Result<ActionStep, String> {
    let all = ActionStep::REPORTED;
    all.into_iter()
        .find(|step| step.as_str() == name)
        .ok_or_else(|| format!("there is no step {name}; an action is {}", names(&all, ActionStep::as_str)))
}

fn method_of(action: ActionKind, name: &str, served: &Served) -> Result<MethodId, String> {
    let settings = served.engine.borrow();
    let library = &settings.care.library;
    let known = MethodId::parse(name).ok().filter(|id| library.method(id).is_some_and(|method| method.side == action));
    known.ok_or_else(|| {
        let of_side = library.methods.iter().filter(|method| method.side == action);
        let ids: Vec<&str> = of_side.map(|method| method.id.as_str()).collect();
        format!("there is no method {name} for {}; there are {}", action.as_str(), ids.join(", "))
    })
}

/// The next state on the way of a case.
async fn next_of(case: &str, served: &Served) -> Result<CaseState, CasesError> {
    let id = case.to_owned();
    let found = look(served, move |histories, _| {
        for history in histories {
            if let Some((case, _)) = cases_of(history).find(|(known, _)| known.id.as_str() == id) {
                return Some(case.state);
            }
        }
        None
    });
    let from = found.await?.ok_or_else(|| format!("there is no case {case}"))?;
    let way = [
        CaseState::Acknowledged,
        CaseState::Assessed,
        CaseState::Planned,
        CaseState::InAction,
        CaseState::FollowUp,
        CaseState::Closed,
    ];
    let next = next_states(from).iter().copied().filter(|state| way.contains(state) && *state > from);
    Ok(next.min().ok_or_else(|| format!("the case is {}, and nothing comes after it", from.as_str()))?)
}

fn next_limit(case: &OpenCase) -> Option<&Deadline> {
    case.deadlines.iter().min_by_key(|limit| limit.due)
}

impl LimitRow {
    fn of(limit: &Deadline, now: Timestamp) -> Self {
        Self {
            step: limit.milestone.as_str().to_owned(),
            number: Some(limit.number).filter(|number| *number > 0),
            due: limit.due.to_string(),
            is_over: limit.due <= now,
        }
    }
}

impl ActionRow {
    fn of(action: &Action) -> Self {
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

impl CaseRow {
    fn of(profile: &Profile, case: &OpenCase, ended_at: Option<Timestamp>, now: Timestamp) -> Self {
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
    fn of(profile: &Profile, case: &OpenCase, ended_at: Option<Timestamp>, now: Timestamp) -> Self {
        Self {
            row: CaseRow::of(profile, case, ended_at, now),
            limits: case.deadlines.iter().map(|limit| LimitRow::of(limit, now)).collect(),
            next_states: next_states(case.state).iter().map(|state| state.as_str().to_owned()).collect(),
            history: case.log.iter().map(LogRow::of).collect(),
        }
    }
}

impl LogRow {
    fn of(entry: &LogEntry) -> Self {
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

impl From<Result<CasesAnswer, CasesError>> for Answer {
    fn from(answer: Result<CasesAnswer, CasesError>) -> Self {
        match answer {
            Ok(answer) => Self::Cases(answer),
            Err(CasesError::Refused(problem)) => Self::Cases(CasesAnswer::Refused { problem }),
            Err(stopping @ CasesError::Stopping) => Self::Failed { problem: stopping.to_string() },
        }
    }
}
