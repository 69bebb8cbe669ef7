//! The control socket: how commands reach a running service.
//!
//! One line of JSON asks, one line of JSON answers, on a socket that only the service's own user may
//! open. Where no service runs, a list is read from the store itself; what changes something needs
//! the service.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream as BlockingStream;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, oneshot, watch};

use super::daytime::{StrainReport, strain_of};
use super::registry_file::WorkerRow;
use super::sequencer::Command;
use crate::domain::Date;
use crate::domain::ids::WorkerNumber;
use crate::engine;
use crate::indicators::daytime;
use crate::store::{PackedHistory, QuarantineFilter, Quarantined, Store};

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

/// A question.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Question {
    /// What is in quarantine.
    QuarantineList {
        /// Only this reason.
        reason: Option<String>,
        /// Only this site.
        site: Option<String>,
        /// Only this source.
        source: Option<String>,
        /// At most so many.
        limit: usize,
    },
    /// Look at what was refused once more.
    QuarantineRetry {
        /// These items; all, where none is named.
        ids: Vec<u64>,
    },
    /// Enrol workers.
    WorkersImport {
        /// The rows of the register.
        workers: Vec<WorkerRow>,
    },
    /// The register.
    WorkersList,
    /// A worker's daytime strain.
    Strain {
        /// The site.
        site: String,
        /// The worker.
        worker: String,
        /// The worker's date; today, where none is named.
        date: Option<String>,
    },
    /// What is stored of some workers, to be looked back on by whoever asks.
    Histories {
        /// Workers from this number on, in hexadecimal digits.
        from: String,
    },
}

/// One refused item, as the command shows it.
#[derive(Debug, Serialize, Deserialize)]
pub struct QuarantineRow {
    /// Its id.
    pub id: u64,
    /// When it came, RFC 3339.
    pub received_at: String,
    /// Its topic.
    pub topic: String,
    /// Its place in the message; null where the whole payload was refused.
    pub index: Option<u32>,
    /// Why.
    pub reason: String,
    /// What exactly.
    pub detail: String,
    /// Its length.
    pub bytes: usize,
}

/// What is stored of one worker.
#[derive(Debug, Serialize, Deserialize)]
pub struct HistoryRow {
    /// The worker's number, in hexadecimal digits.
    pub worker: String,
    /// The record, in hexadecimal digits.
    pub record: String,
}

/// An answer.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// What is in quarantine.
    Quarantine {
        /// The oldest first.
        items: Vec<QuarantineRow>,
        /// How many there are in all.
        total: usize,
    },
    /// What a second look gave.
    Retried {
        /// Messages that were looked at.
        retried: usize,
        /// Messages that were refused again.
        refused_again: usize,
    },
    /// How many workers were enrolled or changed.
    Imported {
        /// The number.
        workers: usize,
    },
    /// The register.
    Workers {
        /// Its rows.
        workers: Vec<WorkerRow>,
    },
    /// A worker's daytime strain.
    Strain {
        /// The day.
        strain: StrainReport,
    },
    /// What is stored of some workers, in the order of their numbers; none where there are no more.
    Histories {
        /// The workers.
        workers: Vec<HistoryRow>,
        /// When the service last wrote anything, RFC 3339; null in a new store.
        last_now: Option<String>,
        /// Rows of the journal that are not in the histories yet.
        unsaved_rows: u64,
    },
    /// It could not be done.
    Failed {
        /// Why, and what to do.
        problem: String,
    },
}

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
    let path = store.join(SOCKET);
    let io = |error| ControlError::Io { path: path.clone(), error };
    let mut stream = match BlockingStream::connect(&path) {
        Ok(stream) => stream,
        // A socket that nobody listens on was left behind by a service that was killed.
        Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::ConnectionRefused) => {
            return Ok(None);
        }
        Err(error) => return Err(io(error)),
    };
    let mut line = serde_json::to_vec(question)?;
    line.push(b'\n');
    stream.write_all(&line).map_err(io)?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).map_err(io)?;
    Ok(Some(serde_json::from_str(&answer)?))
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
    /// The thresholds in force.
    pub engine: watch::Receiver<engine::Settings>,
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
                let served = served.clone();
                tokio::spawn(async move {
                    if let Err(error) = converse(stream, &served).await {
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

async fn converse(stream: UnixStream, served: &Served) -> std::io::Result<()> {
    use tokio::io::AsyncReadExt as _;
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    tokio::io::BufReader::new(read.take(MAX_QUESTION_BYTES)).read_line(&mut line).await?;
    let answer = match serde_json::from_str(&line) {
        Ok(question) => answer(question, served).await,
        Err(error) => Answer::Failed { problem: format!("the question is not understood: {error}") },
    };
    let mut line = serde_json::to_vec(&answer)?;
    line.push(b'\n');
    write.write_all(&line).await
}

async fn answer(question: Question, served: &Served) -> Answer {
    let Served { store, commands, engine } = served;
    let gone = || Answer::Failed { problem: "the service is stopping; try again when it runs".to_owned() };
    match question {
        Question::Histories { from } => {
            // Reads from the disk, and beside that does nothing that anybody would wait for.
            let store = store.clone();
            tokio::task::spawn_blocking(move || histories(&from, &store)).await.unwrap_or_else(|_| gone())
        }
        Question::Strain { site, worker, date } => {
            let (store, settings) = (store.clone(), engine.borrow().daytime.clone());
            let asked = move || strain(&site, &worker, date.as_deref(), &store, &settings);
            tokio::task::spawn_blocking(asked).await.unwrap_or_else(|_| gone())
        }
        Question::QuarantineList { .. } => list(question, store),
        Question::QuarantineRetry { ids } => match retry(store, commands, ids).await {
            Ok(Some((retried, refused_again))) => Answer::Retried { retried, refused_again },
            Ok(None) => gone(),
            Err(problem) => Answer::Failed { problem },
        },
        Question::WorkersImport { workers } => {
            let profiles = workers.iter().map(WorkerRow::profile).collect::<Result<Vec<_>, String>>();
            let profiles = match profiles {
                Ok(profiles) => profiles,
                Err(problem) => return Answer::Failed { problem },
            };
            let mut imported = 0;
            for profiles in profiles.chunks(MAX_PROFILES_A_ROW) {
                let (done, answered) = oneshot::channel();
                if commands.send(Command::Enrol { profiles: profiles.to_vec(), done }).await.is_err() {
                    return gone();
                }
                let Ok(workers) = answered.await else { return gone() };
                imported += workers;
            }
            Answer::Imported { workers: imported }
        }
        Question::WorkersList => {
            let (done, answered) = oneshot::channel();
            if commands.send(Command::Workers { done }).await.is_err() {
                return gone();
            }
            answered.await.map_or_else(
                |_| gone(),
                |workers| Answer::Workers { workers: workers.iter().map(WorkerRow::of).collect() },
            )
        }
    }
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
            let items = items.into_iter().map(|(id, item)| row(id, &item)).collect();
            Answer::Quarantine { items, total: store.quarantined_len() }
        }
        Err(error) => Answer::Failed { problem: error.to_string() },
    }
}

/// The daytime strain of a worker, from what is stored.
pub fn strain(site: &str, worker: &str, date: Option<&str>, store: &Store, settings: &daytime::Settings) -> Answer {
    match reckoned(site, worker, date, store, settings) {
        Ok(strain) => Answer::Strain { strain },
        Err(problem) => Answer::Failed { problem },
    }
}

fn reckoned(
    site: &str,
    worker: &str,
    date: Option<&str>,
    store: &Store,
    settings: &daytime::Settings,
) -> Result<StrainReport, String> {
    let date: Option<Date> =
        date.map(|text| text.parse().map_err(|_| format!("{text} is no date; write it as 2026-03-01"))).transpose()?;
    let mut next = Some(WorkerNumber(0));
    while let Some(found) = next.map(|from| store.history(from)).transpose().map_err(|e| e.to_string())?.flatten() {
        next = found.worker.0.checked_add(1).map(WorkerNumber);
        let history = found.unpack().map_err(|e| e.to_string())?;
        let key = &history.profile.key;
        if key.site.as_str() == site && key.worker.as_str() == worker {
            let last_now = store.last_now().map_err(|e| e.to_string())?;
            let today = last_now.map(|now| history.profile.time_zone.to_datetime(now).date());
            let date = date.or(today).ok_or("nothing is stored yet")?;
            return strain_of(store, found.worker, &history.profile, date, settings).map_err(|e| e.to_string());
        }
    }
    Err(format!("nothing is stored of a worker {worker} of {site}; a new worker is stored after some seconds"))
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

impl HistoryRow {
    fn of(packed: &PackedHistory) -> Self {
        use std::fmt::Write as _;
        let mut record = String::with_capacity(2 * packed.record.len());
        for byte in &packed.record {
            let _ = write!(record, "{byte:02x}");
        }
        Self { worker: format!("{:x}", packed.worker.0), record }
    }

    /// The worker and the record; `None` where these are no hexadecimal digits.
    #[must_use]
    pub fn packed(&self) -> Option<PackedHistory> {
        let worker = WorkerNumber(u128::from_str_radix(&self.worker, 16).ok()?);
        let pairs = self.record.as_bytes().chunks(2);
        let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        Some(PackedHistory { worker, record: pairs.map(byte).collect::<Option<_>>()? })
    }
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

fn row(id: u64, item: &Quarantined) -> QuarantineRow {
    QuarantineRow {
        id,
        received_at: item.received_at.to_string(),
        topic: item.topic.clone(),
        index: item.index,
        reason: item.reason.as_str().to_owned(),
        detail: item.detail.clone(),
        bytes: item.raw.len(),
    }
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
            for (_, item) in found.into_iter().filter(|(found, _)| *found == id) {
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
mod tests {
    use super::*;

    #[test]
    fn a_history_comes_out_of_the_socket_as_it_went_in() {
        let packed = PackedHistory { worker: WorkerNumber(u128::MAX - 7), record: (0..=255).collect() };
        assert_eq!(HistoryRow::of(&packed).packed(), Some(packed));
        for (worker, record) in [("7", "0g"), ("", "00"), ("7", "é0")] {
            let row = HistoryRow { worker: worker.to_owned(), record: record.to_owned() };
            assert_eq!(row.packed(), None, "{worker:?} {record:?}");
        }
    }
}
