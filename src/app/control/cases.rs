//! Cases over the control socket: lists, one case with its history, and what is done to it.

mod problem;
mod sight;
mod words;

use tokio::sync::oneshot;

use super::Served;
use super::staff::{Doer, StaffError};
use crate::app::applier::Look;
use crate::app::sequencer::Command;
use crate::app::shards::Shards;
use crate::cases::next_states;
use crate::console::view::{CaseFilter, CaseRow, CaseView, DeedWord};
use crate::domain::Timestamp;
use crate::domain::alert::Level;
use crate::domain::case::{ActionKind, ActionStep, CaseId, OpenCase};
use crate::domain::history::WorkerHistory;
use crate::domain::ids::SiteId;
use crate::domain::life::{CaseCommand, CaseState, Deed, MAX_NOTE_BYTES, MethodId, Note};
use crate::domain::worker::Profile;

pub use problem::CasesError;
pub use words::{CasesAnswer, CasesQuestion, ReviewRow};

use problem::MIN_PREFIX;
use sight::Sight;
use words::{next_limit, next_of, next_on_way, version};

/// Answers a question about cases from what runs.
pub(super) async fn answer(question: CasesQuestion, served: &Served) -> Result<CasesAnswer, CasesError> {
    match question {
        CasesQuestion::List(filter) => {
            let cases = look(served, move |histories, now| list(histories, &filter, now)).await??;
            Ok(CasesAnswer::List { cases })
        }
        CasesQuestion::Show { case } => {
            let case = look(served, move |histories, now| show(histories, &case, now)).await??;
            Ok(CasesAnswer::Case { case: Box::new(case) })
        }
        CasesQuestion::Do { case, by, role, note, deed } => {
            let by = |served: &Served, found: &Place, deed: &Deed| {
                served.staff.actor(&by, role.as_deref(), &found.site, !found.is_urgent(deed))
            };
            let (case, sight) = act(served, Wish { case, seen: None, note, deed }, by).await?;
            look(served, move |histories, now| sight.answer(&find(histories, case.as_str())?, now)).await?
        }
    }
}

/// What somebody wants done to a case.
pub(in crate::app) struct Wish {
    /// Its id, or how it begins.
    pub(in crate::app) case: String,
    /// The version that they looked at, where it must not have changed since.
    pub(in crate::app) seen: Option<String>,
    /// What they write with it.
    pub(in crate::app) note: Option<String>,
    /// What.
    pub(in crate::app) deed: DeedWord,
}

/// Does something to a case; gives its id once that is on disk, and how much of it they may be answered.
pub(in crate::app) async fn act(
    served: &Served,
    wish: Wish,
    by: impl FnOnce(&Served, &Place, &Deed) -> Result<Doer, StaffError>,
) -> Result<(CaseId, Sight), CasesError> {
    let Wish { case, seen, note, deed } = wish;
    if note.as_ref().is_some_and(|note| note.len() > MAX_NOTE_BYTES) {
        let problem = format!("the note is longer than {MAX_NOTE_BYTES} bytes; keep it in two, nothing was done");
        return Err(unknown("note_too_long", problem));
    }
    let found = look(served, move |histories, _| find(histories, &case).map(|found| found.place())).await??;
    if seen.is_some_and(|seen| seen != found.version) {
        return Err(CasesError::Changed);
    }
    let deed = deed_of(deed, &found, served)?;
    let Doer { by, is_there } = by(served, &found, &deed)?;
    let (sight, Place { case, .. }) = (Sight::of(&by, &deed), found);
    let note = note.as_deref().and_then(Note::of);
    let command = Box::new(CaseCommand { case: case.clone(), by, is_there, deed, note });
    let (done, answered) = oneshot::channel();
    let sent = served.commands.send(Command::Case { command, done }).await;
    sent.map_err(|_| CasesError::Stopping)?;
    let outcome = answered.await.map_err(|_| CasesError::Stopping)?;
    outcome.map_err(|refusal| sight.refusal(refusal, &case))?;
    Ok((case, sight))
}

pub(in crate::app) type Histories<'a> = &'a mut dyn Iterator<Item = &'a WorkerHistory>;

/// Looks at every history between two rows.
pub(in crate::app) async fn look<T: Send + 'static>(
    served: &Served,
    see: impl for<'a> FnOnce(Histories<'a>, Timestamp) -> T + Send + 'static,
) -> Result<T, CasesError> {
    look_at_shards(served, move |shards, now| see(&mut shards.histories().map(|(_, history)| history), now)).await
}

/// Looks at the engines between two rows, which wait meanwhile.
pub(in crate::app) async fn look_at_shards<T: Send + 'static>(
    served: &Served,
    see: impl FnOnce(&Shards, Timestamp) -> T + Send + 'static,
) -> Result<T, CasesError> {
    let (seen, answered) = oneshot::channel();
    let clock = served.clock.clone();
    let look = Look(Box::new(move |shards| {
        let _ = seen.send(see(shards, clock.now()));
    }));
    served.commands.send(Command::Look(look)).await.map_err(|_| CasesError::Stopping)?;
    answered.await.map_err(|_| CasesError::Stopping)
}

/// The cases that pass the filter, most urgent first.
///
/// # Errors
/// [`CasesError`] where the filter names what there is not.
pub fn list(
    histories: &mut dyn Iterator<Item = &WorkerHistory>,
    filter: &CaseFilter,
    now: Timestamp,
) -> Result<Vec<CaseRow>, CasesError> {
    check(filter)?;
    let mut found = Vec::new();
    for history in histories {
        for (case, ended_at) in cases_of(history).filter(|(_, ended_at)| ended_at.is_none() || filter.wants_ended()) {
            let row = CaseRow::of(&history.profile, case, ended_at, now);
            if filter.passes(&row) {
                let next = next_limit(case).map_or(Timestamp::MAX, |limit| limit.due);
                let order = (ended_at.is_some(), std::cmp::Reverse(case.told.level), next, case.id.clone());
                found.push((order, row));
            }
        }
    }
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(found.into_iter().map(|(_, row)| row).collect())
}

/// One case.
///
/// # Errors
/// [`CasesError`] where none has that id or begins so, or several do.
pub fn show(
    histories: &mut dyn Iterator<Item = &WorkerHistory>,
    case: &str,
    now: Timestamp,
) -> Result<CaseView, CasesError> {
    let Found { profile, case, ended_at } = find(histories, case)?;
    Ok(CaseView::of(profile, case, ended_at, now))
}

/// A case, and whose it is.
struct Found<'h> {
    profile: &'h Profile,
    case: &'h OpenCase,
    ended_at: Option<Timestamp>,
}

/// What a command needs to know of a case before it is sent.
pub(in crate::app) struct Place {
    case: CaseId,
    site: SiteId,
    level: Level,
    state: CaseState,
    version: String,
    /// Where it goes where no state is named.
    next: Option<CaseState>,
}

impl Found<'_> {
    fn place(&self) -> Place {
        let (state, level) = (self.case.state, self.case.told.level);
        // Where no state of the way is permitted, the refusal of the next one says what is missing.
        let next = next_of(self.case).or_else(|| next_on_way(state, next_states(state)));
        let (case, site) = (self.case.id.clone(), self.profile.key.site.clone());
        Place { case, site, level, state, next, version: version(self.case) }
    }
}

impl Place {
    /// Whether it must not wait for somebody who looks after the site: that a crisis is acknowledged.
    fn is_urgent(&self, deed: &Deed) -> bool {
        self.level == Level::L4 && *deed == (Deed::Move { to: CaseState::Acknowledged })
    }
}

/// The case of that id, or the only one whose id begins so.
fn find<'h>(histories: &mut dyn Iterator<Item = &'h WorkerHistory>, wanted: &str) -> Result<Found<'h>, CasesError> {
    CaseId::parse(wanted).map_err(|error| CasesError::BadCase(wanted.to_owned(), error))?;
    let mut found = Vec::new();
    for history in histories {
        for (case, ended_at) in cases_of(history).filter(|(case, _)| case.id.as_str().starts_with(wanted)) {
            let this = Found { profile: &history.profile, case, ended_at };
            if case.id.as_str() == wanted {
                return Ok(this);
            }
            found.push(this);
        }
    }
    match found.pop().filter(|_| wanted.len() >= MIN_PREFIX) {
        None => Err(CasesError::UnknownCase(wanted.to_owned())),
        Some(only) if found.is_empty() => Ok(only),
        Some(last) => {
            let mut candidates: Vec<String> = found.iter().chain([&last]).map(|one| one.case.id.to_string()).collect();
            candidates.sort_unstable();
            Err(CasesError::Ambiguous { start: wanted.to_owned(), candidates })
        }
    }
}

/// Every case of a worker with all that happened, the open one first.
pub(in crate::app) fn views(history: &WorkerHistory, now: Timestamp) -> Vec<CaseView> {
    cases_of(history).map(|(case, ended_at)| CaseView::of(&history.profile, case, ended_at, now)).collect()
}

pub(in crate::app) fn cases_of(history: &WorkerHistory) -> impl Iterator<Item = (&OpenCase, Option<Timestamp>)> {
    let open = history.cases.open.iter().map(|case| (case, None));
    open.chain(history.cases.closed.iter().map(|closed| (&closed.case, Some(closed.closed_at))))
}

fn check(filter: &CaseFilter) -> Result<(), CasesError> {
    if let Some(level) = filter.level.as_deref().filter(|level| Level::parse(level).is_none()) {
        return Err(unknown("unknown_level", format!("there is no level {level}; cases have L2, L3 or L4")));
    }
    filter.state.as_deref().map_or(Ok(()), |name| state(name).map(|_| ()))
}

const fn unknown(reason: &'static str, problem: String) -> CasesError {
    CasesError::UnknownName { reason, problem }
}

fn names<T: Copy>(all: &[T], name: impl Fn(T) -> &'static str) -> String {
    all.iter().map(|one| name(*one)).collect::<Vec<_>>().join(", ")
}

/// What somebody wants done, in the words of cases; what can be seen to be wrong is told at once.
fn deed_of(deed: DeedWord, found: &Place, served: &Served) -> Result<Deed, CasesError> {
    Ok(match deed {
        DeedWord::Move { to: Some(to) } => Deed::Move { to: state(&to)? },
        // Of a case that has ended nothing is next; whoever may know it is told so by the refusal.
        DeedWord::Move { to: None } => Deed::Move { to: found.next.unwrap_or(found.state) },
        DeedWord::Assign { to, action } => {
            let action = action.as_deref().map(kind).transpose()?;
            Deed::Assign { to: served.staff.assignee(&to, action, &found.site)?, action }
        }
        DeedWord::Remark => Deed::Remark,
        DeedWord::Progress { action, step } => Deed::Progress { action: kind(&action)?, step: step_of(&step)? },
        DeedWord::Choose { action, method } => {
            let action = kind(&action)?;
            Deed::Choose { action, method: method_of(action, &method, served)? }
        }
        DeedWord::FollowUp => Deed::FollowUp,
        DeedWord::RequestReview => Deed::RequestReview,
    })
}

fn state(name: &str) -> Result<CaseState, CasesError> {
    let problem = || format!("there is no state {name}; there are {}", names(CaseState::ALL, |s| s.as_str()));
    CaseState::parse(name).ok_or_else(|| unknown("unknown_state", problem()))
}

fn kind(name: &str) -> Result<ActionKind, CasesError> {
    let all = [ActionKind::WorkloadReview, ActionKind::Counseling];
    let problem = || format!("there is no action {name}; a case has workload_review and counseling");
    all.into_iter().find(|kind| kind.as_str() == name).ok_or_else(|| unknown("unknown_action", problem()))
}

fn step_of(name: &str) -> Result<ActionStep, CasesError> {
    let all = ActionStep::REPORTED;
    let problem = || format!("there is no step {name}; an action is {}", names(&all, ActionStep::as_str));
    all.into_iter().find(|step| step.as_str() == name).ok_or_else(|| unknown("unknown_step", problem()))
}

fn method_of(action: ActionKind, name: &str, served: &Served) -> Result<MethodId, CasesError> {
    let settings = served.engine.borrow();
    let library = &settings.care.library;
    let known = MethodId::parse(name).ok().filter(|id| library.method(id).is_some_and(|method| method.side == action));
    known.ok_or_else(|| {
        let of_side = library.methods.iter().filter(|method| method.side == action);
        let ids: Vec<&str> = of_side.map(|method| method.id.as_str()).collect();
        let problem = format!("there is no method {name} for {}; there are {}", action.as_str(), ids.join(", "));
        unknown("unknown_method", problem)
    })
}

#[cfg(test)]
pub(in crate::app) mod tests;
