//! The control socket: how commands reach a running service.
//!
//! One line of JSON asks, one line of JSON answers, on a socket that only the service's own user may
//! open. Where no service runs, a list is read from the store itself; what changes something needs
//! the service.

mod accounts;
mod backup;
pub mod cases;
mod erase;
mod export;
mod log_level;
mod outbox;
mod outbox_test;
pub mod staff;
mod words;

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream as BlockingStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, oneshot, watch};

use super::daytime::{StrainReport, strain_of};
use super::intake::Intake;
use super::office::Machine;
use super::outbound::Outbound;
use super::registry_file::WorkerRow;
use super::sequencer::Command;
use crate::clock::Clock;
use crate::console::Console;
use crate::delivery::channel;
use crate::domain::Date;
use crate::domain::ids::{SiteId, WorkerId, WorkerKey, WorkerNumber};
use crate::domain::worker::Profile;
use crate::engine;
use crate::indicators::daytime;
use crate::store::{QuarantineFilter, Store};

pub use accounts::{AccountRow, AccountsQuestion, answer_on_files as accounts_on_files};
pub use backup::{FetchError, Fetched, fetch as fetch_backup};
pub use cases::{CasesAnswer, CasesError, CasesQuestion, ReviewRow};
pub use erase::note_in_store as note_erasure;
pub use export::from_store as export_from_store;
pub use outbox::{ChannelRow, DeliveryRow, Discard, DiscardedRow, Wanted, list as list_outbox};
pub use outbox_test::{LeftOutWay, TestedWay};
pub use staff::{Staff, StaffError};
pub use words::{Answer, HistoryRow, LevelChange, Named, QuarantineRow, Question};

/// Name of the socket in the store's directory.
const SOCKET: &str = "control.sock";
/// What fits into one row of the journal beside the messages that wait there.
const MAX_PROFILES_A_ROW: usize = 500;
const MAX_RETRIED_BYTES_A_ROW: usize = 128 * 1024;
const MAX_RETRIED_A_ROW: usize = 200;
/// No further history in an answer that holds so much.
const MAX_HISTORIES_BYTES: usize = 1024 * 1024;
/// The most bytes of a question: a register of workers is the longest.
const MAX_QUESTION_BYTES: u64 = 64 * 1024 * 1024;

/// Why the running service could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// The socket fails.
    #[error("the running service cannot be asked through {path}: {error}", path = path.display())]
    Io {
        /// The socket.
        path: PathBuf,
        /// What failed.
        error: std::io::Error,
    },
    /// The answer makes no sense.
    #[error("the running service answered in a way this version does not understand: {0}")]
    Answer(#[from] serde_json::Error),
}

/// Asks the service that runs on this store; `None` where none runs.
///
/// # Errors
/// [`ControlError`] where a service runs and cannot be asked.
pub fn ask(store: &Path, question: &Question) -> Result<Option<Answer>, ControlError> {
    let Some(stream) = asked(store, question)? else { return Ok(None) };
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).map_err(failed(store))?;
    Ok(Some(serde_json::from_str(&answer)?))
}

fn failed(store: &Path) -> impl Fn(std::io::Error) -> ControlError {
    let path = store.join(SOCKET);
    move |error| ControlError::Io { path: path.clone(), error }
}

/// Asks, and leaves it to the caller to read what is answered.
fn asked(store: &Path, question: &Question) -> Result<Option<BlockingStream>, ControlError> {
    let mut stream = match BlockingStream::connect(store.join(SOCKET)) {
        Ok(stream) => stream,
        // A socket that nobody listens on was left behind by a service that was killed.
        Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::ConnectionRefused) => {
            return Ok(None);
        }
        Err(error) => return Err(failed(store)(error)),
    };
    let mut line = serde_json::to_vec(question)?;
    line.push(b'\n');
    stream.write_all(&line).map_err(failed(store))?;
    Ok(Some(stream))
}

/// Whether a service listens on this store.
#[must_use]
pub fn is_running(store: &Path) -> bool {
    BlockingStream::connect(store.join(SOCKET)).is_ok()
}

/// Opens the socket; what was left behind by a service that was killed is replaced.
///
/// # Errors
/// Where the socket cannot be made in the store's directory.
pub fn listen(store: &Path) -> std::io::Result<UnixListener> {
    let path = store.join(SOCKET);
    match std::fs::remove_file(&path) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// What answers are made from.
#[derive(Debug, Clone)]
pub struct Served {
    /// What is stored.
    pub store: Store,
    /// The way to the sequencer.
    pub commands: mpsc::Sender<Command>,
    /// The clock, whose steps are accepted here.
    pub clock: Clock,
    /// The channels besides MQTT.
    pub channels: Arc<[channel::Handle]>,
    /// Which event goes where, and who is told that some wait.
    pub outbound: Outbound,
    /// The thresholds in force.
    pub engine: watch::Receiver<engine::Settings>,
    /// Who may work with cases.
    pub staff: Staff,
    /// The console, for whoever changes accounts; none in what the console itself asks.
    pub console: Option<Console>,
    /// Why the store could not be kept in order when that was last tried.
    pub keeping: watch::Receiver<Option<String>>,
    /// How the service itself is.
    pub machine: Arc<Machine>,
    /// The way in for messages that come over HTTP.
    pub intake: Intake,
}

/// Answers until `stopping` turns true.
pub async fn serve(listener: UnixListener, served: Served, mut stopping: watch::Receiver<bool>) {
    loop {
        let accepted = tokio::select! {
            _ = stopping.wait_for(|stop| *stop) => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let (served, stopping) = (served.clone(), stopping.clone());
                tokio::spawn(async move {
                    if let Err(error) = converse(stream, &served, stopping).await {
                        tracing::warn!("a command on the control socket failed: {error}");
                    }
                });
            }
            Err(error) => {
                tracing::warn!("the control socket cannot accept: {error}");
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
    }
}

async fn converse(stream: UnixStream, served: &Served, stopping: watch::Receiver<bool>) -> std::io::Result<()> {
    use tokio::io::AsyncReadExt as _;
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    let mut read = tokio::io::BufReader::new(read.take(MAX_QUESTION_BYTES));
    if read.read_line(&mut line).await? == 0 {
        // Somebody only looked whether a service is there.
        return Ok(());
    }
    let answer = match serde_json::from_str(&line) {
        Ok(Question::Backup { to }) => {
            let read = read.into_inner().into_inner();
            let stream = read.reunite(write).map_err(std::io::Error::other)?;
            return backup::serve(stream, to, served, stopping).await;
        }
        Ok(question) => answer(question, served).await,
        Err(error) => Answer::Failed { problem: format!("the question is not understood: {error}") },
    };
    let mut line = serde_json::to_vec(&answer)?;
    line.push(b'\n');
    write.write_all(&line).await
}

pub(super) async fn answer(question: Question, served: &Served) -> Answer {
    let Served { store, commands, clock, channels, outbound, .. } = served;
    match question {
        Question::Accounts(question) => accounts::answer(question, served.console.as_ref()).await,
        Question::WorkerLink { site, worker } => accounts::link(site, worker, served.console.as_ref()).await,
        Question::WorkerExport { site, worker, table } => {
            export::answer((&site, &worker), table.as_deref(), served.console.as_ref()).await
        }
        Question::WorkerErase { site, worker, open_case } => {
            erase::answer((&site, &worker), open_case, served.console.as_ref()).await
        }
        Question::Erasing => erase::under_way(served),
        Question::Cases(question) => cases::answer(question, served).await.into(),
        Question::Histories { from } => {
            // Reads from the disk, and beside that does nothing that anybody would wait for.
            let store = store.clone();
            tokio::task::spawn_blocking(move || histories(&from, &store)).await.unwrap_or_else(|_| gone())
        }
        Question::Strain { site, worker, date } => strain_asked(site, worker, date, served).await,
        // Its bytes come before an answer: whoever holds the socket serves it.
        Question::Backup { .. } => {
            Answer::Failed { problem: "a backup is asked for over the control socket".to_owned() }
        }
        Question::ClockAccept => {
            let step_s = clock.accept_step().map(|step| step.as_secs());
            if let Some(step_s) = step_s {
                tracing::warn!(step_s, "the step of the machine's clock was accepted");
            }
            Answer::ClockAccepted { step_s }
        }
        Question::LogLevel { change } => log_level::answer(change),
        Question::OutboxList { only_dead, channel, limit } => {
            let (store, channels, clock) = (store.clone(), Arc::clone(channels), clock.clone());
            let wanted = Wanted { only_dead, channel, limit };
            let is_connected = outbound.publisher.status().is_connected();
            let asked = move || outbox::list(&wanted, &store, Some((&channels, &clock, is_connected)));
            tokio::task::spawn_blocking(asked).await.unwrap_or_else(|_| gone())
        }
        Question::OutboxRetry { ids, channel } => {
            let (store, channels, now) = (store.clone(), Arc::clone(channels), clock.now());
            let asked = move || outbox::retry(&ids, channel.as_deref(), &store, &channels, now);
            tokio::task::spawn_blocking(asked).await.unwrap_or_else(|_| gone())
        }
        Question::OutboxDiscard(wanted) => {
            let (store, channels) = (store.clone(), Arc::clone(channels));
            let asked = move || outbox::discard(&wanted, &store, &channels);
            tokio::task::spawn_blocking(asked).await.unwrap_or_else(|_| gone())
        }
        Question::OutboxTest { site, kind, crisis } => {
            let (outbound, store, now) = (outbound.clone(), store.clone(), clock.now());
            let asked = move || outbox_test::send(&site, &kind, crisis, (&outbound, &store, now));
            tokio::task::spawn_blocking(asked).await.unwrap_or_else(|_| gone())
        }
        Question::QuarantineList { .. } => list(question, store),
        Question::QuarantineRetry { ids } => match retry(store, commands, ids).await {
            Ok(Some((retried, refused_again))) => Answer::Retried { retried, refused_again },
            Ok(None) => gone(),
            Err(problem) => Answer::Failed { problem },
        },
        Question::WorkersImport { workers, even_erased } => {
            import(&workers, even_erased, commands).await.unwrap_or_else(gone)
        }
        Question::WorkersList => registered(commands)
            .await
            .map_or_else(gone, |workers| Answer::Workers { workers: workers.iter().map(WorkerRow::of).collect() }),
    }
}

fn gone() -> Answer {
    Answer::Failed { problem: "the service is stopping; try again when it runs".to_owned() }
}

async fn strain_asked(site: String, worker: String, date: Option<String>, served: &Served) -> Answer {
    let number = match key_of(&site, &worker) {
        Some(key) => {
            let (done, answered) = oneshot::channel();
            if served.commands.send(Command::Find { key, done }).await.is_err() {
                return gone();
            }
            let Ok(number) = answered.await else { return gone() };
            number
        }
        None => None,
    };
    let Some(number) = number else { return Answer::Failed { problem: not_stored(&site, &worker) } };
    let (store, settings) = (served.store.clone(), served.engine.borrow().daytime.clone());
    let asked = move || match found_strain(&site, &worker, number, date.as_deref(), &store, &settings) {
        Ok(strain) => Answer::Strain { strain },
        Err(problem) => Answer::Failed { problem },
    };
    tokio::task::spawn_blocking(asked).await.unwrap_or_else(|_| gone())
}

/// Enrols workers, a row's worth at a time; none where the service is stopping.
pub(in crate::app) async fn import(
    workers: &[WorkerRow],
    even_erased: bool,
    commands: &mpsc::Sender<Command>,
) -> Option<Answer> {
    let known = registered(commands).await?;
    let profiles = match profiles(workers, &known) {
        Ok(profiles) => profiles,
        Err(problem) => return Some(Answer::Failed { problem }),
    };
    let mut erased = Vec::new();
    for profiles in profiles.chunks(MAX_PROFILES_A_ROW) {
        let (done, answered) = oneshot::channel();
        commands.send(Command::Enrol { profiles: profiles.to_vec(), even_erased, done }).await.ok()?;
        erased.extend(answered.await.ok()?.into_iter().map(Named::from));
    }
    Some(Answer::Imported { workers: workers.len() - erased.len(), erased })
}

/// The register, by site and pseudonym; none where the service is stopping.
pub(in crate::app) async fn registered(commands: &mpsc::Sender<Command>) -> Option<Vec<Profile>> {
    let (done, answered) = oneshot::channel();
    commands.send(Command::Workers { done }).await.ok()?;
    answered.await.ok()
}

/// What the rows make of the workers who are `known`, in the order of their keys.
fn profiles(rows: &[WorkerRow], known: &[Profile]) -> Result<Vec<Profile>, String> {
    let by_name = |row: &WorkerRow| {
        let names = (row.site.as_str(), row.worker.as_str());
        let place = known.binary_search_by_key(&names, |known| (known.key.site.as_str(), known.key.worker.as_str()));
        place.ok().map(|place| &known[place])
    };
    rows.iter().map(|row| row.profile(by_name(row))).collect()
}

/// What is in quarantine, read from the view.
pub fn list(question: Question, store: &Store) -> Answer {
    let Question::QuarantineList { reason, site, source, limit } = question else {
        return Answer::Failed { problem: "only a list can be read without a running service".to_owned() };
    };
    let filter = match filter(reason.as_deref(), site.as_deref(), source.as_deref()) {
        Ok(filter) => filter,
        Err(problem) => return Answer::Failed { problem },
    };
    match store.quarantined(&filter, limit) {
        Ok(items) => {
            let items = items.into_iter().map(|(id, item)| QuarantineRow::of(id, &item)).collect();
            Answer::Quarantine { items, total: store.quarantined_len() }
        }
        Err(error) => Answer::Failed { problem: error.to_string() },
    }
}

/// The daytime strain of a worker, from what is stored; the worker is looked for among all, for where
/// no service runs nobody has the register at hand.
pub fn strain(site: &str, worker: &str, date: Option<&str>, store: &Store, settings: &daytime::Settings) -> Answer {
    let found =
        number_of(site, worker, store).and_then(|number| found_strain(site, worker, number, date, store, settings));
    match found {
        Ok(strain) => Answer::Strain { strain },
        Err(problem) => Answer::Failed { problem },
    }
}

fn key_of(site: &str, worker: &str) -> Option<WorkerKey> {
    Some(WorkerKey { site: SiteId::parse(site).ok()?, worker: WorkerId::parse(worker).ok()? })
}

fn not_stored(site: &str, worker: &str) -> String {
    format!("nothing is stored of a worker {worker} of {site}; a new worker is stored after some seconds")
}

fn number_of(site: &str, worker: &str, store: &Store) -> Result<WorkerNumber, String> {
    let key = key_of(site, worker);
    let mut next = Some(WorkerNumber(0));
    while let Some(found) = next.map(|from| store.history(from)).transpose().map_err(|e| e.to_string())?.flatten() {
        next = found.worker.0.checked_add(1).map(WorkerNumber);
        if key == Some(found.unpack().map_err(|e| e.to_string())?.profile.key) {
            return Ok(found.worker);
        }
    }
    Err(not_stored(site, worker))
}

fn found_strain(
    site: &str,
    worker: &str,
    number: WorkerNumber,
    date: Option<&str>,
    store: &Store,
    settings: &daytime::Settings,
) -> Result<StrainReport, String> {
    let date: Option<Date> =
        date.map(|text| text.parse().map_err(|_| format!("{text} is no date; write it as 2026-03-01"))).transpose()?;
    // The store gives the first from that number on.
    let found = store.history(number).map_err(|e| e.to_string())?.filter(|found| found.worker == number);
    let profile = found.ok_or_else(|| not_stored(site, worker))?.unpack().map_err(|e| e.to_string())?.profile;
    let last_now = store.last_now().map_err(|e| e.to_string())?;
    let today = last_now.map(|now| profile.time_zone.to_datetime(now).date());
    let date = date.or(today).ok_or("nothing is stored yet")?;
    strain_of(store, number, &profile, date, settings).map_err(|e| e.to_string())
}

/// What is stored of the next workers, as much as one answer may hold.
pub fn histories(from: &str, store: &Store) -> Answer {
    match packed(from, store) {
        Ok(answer) => answer,
        Err(problem) => Answer::Failed { problem },
    }
}

fn packed(from: &str, store: &Store) -> Result<Answer, String> {
    let from = u128::from_str_radix(from, 16).map_err(|error| format!("{from:?} is no number of a worker: {error}"))?;
    let mut next = Some(WorkerNumber(from));
    let (mut workers, mut bytes) = (Vec::new(), 0);
    while let Some(from) = next.filter(|_| bytes < MAX_HISTORIES_BYTES) {
        let Some(found) = store.history(from).map_err(|e| e.to_string())? else { break };
        bytes += found.record.len();
        next = found.worker.0.checked_add(1).map(WorkerNumber);
        workers.push(HistoryRow::of(&found));
    }
    let last_now = store.last_now().map_err(|e| e.to_string())?.map(|now| now.to_string());
    let settled = store.settled().map_err(|e| e.to_string())?;
    Ok(Answer::Histories { workers, last_now, unsaved_rows: store.last_row().saturating_sub(settled) })
}

fn filter(reason: Option<&str>, site: Option<&str>, source: Option<&str>) -> Result<QuarantineFilter, String> {
    use crate::domain::ids::{SiteId, SourceId};
    use crate::domain::rejection::Reason;
    let name = |what: &str, error: crate::domain::ids::NameError| format!("the {what} {error}");
    Ok(QuarantineFilter {
        site: site.map(SiteId::parse).transpose().map_err(|e| name("site", e))?,
        source: source.map(SourceId::parse).transpose().map_err(|e| name("source", e))?,
        reason: reason.map(|r| Reason::parse(r).ok_or_else(|| format!("there is no reason {r}"))).transpose()?,
        after: None,
    })
}

/// Looks at items once more, a row's worth at a time, and takes each out of quarantine when what became
/// of it is on disk. Gives how many there were and how many were refused again; `None` where the
/// service stops.
async fn retry(
    store: &Store,
    commands: &mpsc::Sender<Command>,
    ids: Vec<u64>,
) -> Result<Option<(usize, usize)>, String> {
    // Items that are refused again come back under new ids, so the ids are listed before.
    let ids = if ids.is_empty() { all_ids(store)? } else { ids };
    let mut ids = ids.into_iter().peekable();
    let (mut retried, mut refused_again) = (0, 0);
    while ids.peek().is_some() {
        let (mut taken, mut items, mut bytes) = (Vec::new(), Vec::new(), 0);
        while items.len() < MAX_RETRIED_A_ROW && bytes < MAX_RETRIED_BYTES_A_ROW {
            let Some(id) = ids.next() else { break };
            let only = QuarantineFilter { after: id.checked_sub(1), ..QuarantineFilter::default() };
            let found = store.quarantined(&only, 1).map_err(|e| e.to_string())?;
            // Of what nothing was kept, nothing can be looked at.
            for (_, item) in found.into_iter().filter(|(found, item)| *found == id && !item.raw.is_empty()) {
                bytes += item.raw.len();
                taken.push(id);
                items.push(item);
            }
        }
        if items.is_empty() {
            continue;
        }
        retried += items.len();
        let (done, answered) = oneshot::channel();
        if commands.send(Command::Retry { items, done }).await.is_err() {
            return Ok(None);
        }
        let Ok(refused) = answered.await else { return Ok(None) };
        refused_again += refused;
        for id in taken {
            store.take_quarantined(id).map_err(|e| e.to_string())?;
        }
    }
    Ok(Some((retried, refused_again)))
}

fn all_ids(store: &Store) -> Result<Vec<u64>, String> {
    let mut ids = Vec::new();
    loop {
        let filter = QuarantineFilter { after: ids.last().copied(), ..QuarantineFilter::default() };
        let page = store.quarantined(&filter, MAX_RETRIED_A_ROW).map_err(|e| e.to_string())?;
        if page.is_empty() {
            return Ok(ids);
        }
        ids.extend(page.into_iter().map(|(id, _)| id));
    }
}

#[cfg(test)]
#[path = "control_tests.rs"]
mod tests;
