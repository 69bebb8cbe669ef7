//! A backup over the control socket: pieces with their lengths, a length of 0 behind the last, and the answer. Behind
//! that the other side says whether the backup is in its place, for the audit: only it knows.
//!
//! A service that stops waits for no backup: what is under way breaks off, and the answer says so where the other side
//! still takes it.

use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write};
use std::os::unix::net::UnixStream as BlockingStream;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::net::UnixStream;
use tokio::sync::watch;

use super::{Answer, ControlError, Question, Served, asked, failed};
use crate::app::backup::{Books, Patience};
use crate::store::{BackupError, BackupReport};
use crate::telemetry::latency::Stopwatch;
use crate::telemetry::panics::broke_off;

/// The longest piece.
const PIECE_BYTES: usize = 64 * 1024;
/// Whoever takes nothing for so long is given up: snapshots wait for the end of a backup. Our own choice.
const STALLED: Duration = Duration::from_secs(300);
/// How often a write that waits for the other side looks whether the service stops.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// So long a service that stops lets the other side take the end of a piece, and the answer.
const GRACE_S: f64 = 1.0;
/// What is said of a backup that a stop broke off.
const STOPPING: &str = "the service is stopping; make the backup again when it runs, or now that it does not";
/// Whoever took a backup has so long to say that it is in its place: it is read again first. Our own choice.
const PLACED_WITHIN: Duration = Duration::from_secs(3_600);
/// So long the command waits for the service to write that down.
const NOTED_WITHIN: Duration = Duration::from_secs(10);
/// What stands in the audit where nobody said so.
const UNSAID: &str =
    "it was sent whole, and then the command ended, or the service stopped, before it was said that it is in its place";
/// The longest words about that.
const MAX_ENDED_BYTES: usize = 64 * 1024;
/// What is said where even that did not come.
const ENDED: &str = "it ended before the backup was whole; make it again";
/// So long it is waited for the files to be free of who was erased; they are made anew within a minute or two.
const PATIENCE: Duration = Duration::from_secs(120);

/// Why a backup did not come through.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The service cannot be asked, or stopped in between.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// It cannot be written where it is wanted.
    #[error(transparent)]
    Backup(#[from] BackupError),
}

/// How a backup ended for whoever took it.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Ended {
    /// Why it is not in its place; null where it is.
    problem: Option<String>,
}

/// Sends a backup that goes to `to`, until `stopping` turns true. It has a thread of its own, which waits for the other
/// side.
pub(super) async fn serve(
    stream: UnixStream,
    to: String,
    served: &Served,
    stopping: watch::Receiver<bool>,
) -> std::io::Result<()> {
    let stream = stream.into_std()?;
    stream.set_nonblocking(false)?;
    let (served, mut pieces) = (served.clone(), Pieces::into(stream, stopping)?);
    let sent = tokio::task::spawn_blocking(move || {
        let Some(console) = &served.console else {
            return pieces
                .end(&Answer::Failed { problem: "the service is starting; try again when it runs".to_owned() });
        };
        let books = Books::of(served.store.directory(), console.books().audit, to);
        let made = make(&mut pieces, &books, &served);
        let ended = made.and_then(|report| pieces.is_placed().map(|()| report));
        match &ended {
            Ok(report) => tracing::info!(row = report.summary.row, bytes = report.bytes, "a backup was made"),
            Err(problem) => tracing::warn!("a backup was not made: {problem}"),
        }
        let kept = books.end(ended.as_ref().map_err(String::as_str)).map_err(std::io::Error::other)?;
        kept.into_iter().for_each(|made_at| served.machine.metrics.set_last_backup(made_at));
        Ok(())
    });
    sent.await.unwrap_or_else(|error| Err(std::io::Error::other(broke_off(&error))))
}

/// Sends a backup and the answer; gives what it holds, or why it did not come through.
fn make(pieces: &mut Pieces, books: &Books, served: &Served) -> Result<BackupReport, String> {
    let stopping = pieces.stopping.clone();
    let patience = Patience { longest: PATIENCE, goes_on: &|| !*stopping.borrow() };
    let made = books.make(&served.store, &patience, &mut *pieces);
    // The last piece is a part of it, too.
    let made = made.and_then(|report| pieces.flush().map(|()| report).map_err(|error| BackupError::Out(error).into()));
    let made = made.map_err(|error| error.to_string());
    let told = match &made {
        Ok(report) => pieces.end(&Answer::BackedUp(report.clone())).map_err(|error| error.to_string()),
        Err(problem) => {
            // Where the other side takes nothing any more it may have said why.
            let _ = pieces.end(&Answer::Failed { problem: problem.clone() });
            Err(pieces.said().and_then(|said| said.problem).unwrap_or_else(|| problem.clone()))
        }
    };
    told.and(made)
}

/// What is written, in pieces.
struct Pieces {
    stream: BlockingStream,
    stopping: watch::Receiver<bool>,
    buffer: Vec<u8>,
    /// Since when it is known that the service stops.
    stops: Option<Stopwatch>,
    /// Why a piece was sent in part: nothing that comes behind it would be understood.
    broken: Option<std::io::ErrorKind>,
}

impl Pieces {
    fn into(stream: BlockingStream, stopping: watch::Receiver<bool>) -> std::io::Result<Self> {
        stream.set_write_timeout(Some(LOOK_EVERY))?;
        Ok(Self { stream, stopping, buffer: Vec::with_capacity(PIECE_BYTES), stops: None, broken: None })
    }

    /// Ends the pieces with an answer.
    fn end(&mut self, answer: &Answer) -> std::io::Result<()> {
        if let Some(kind) = self.broken {
            return Err(kind.into());
        }
        let mut end = 0_u32.to_le_bytes().to_vec();
        serde_json::to_writer(&mut end, answer)?;
        end.push(b'\n');
        self.send(&end)
    }

    /// Waits until the other side says that the backup is in its place, or why it is not.
    fn is_placed(&mut self) -> Result<(), String> {
        let said = self.said().ok_or_else(|| UNSAID.to_owned())?;
        said.problem.map_or(Ok(()), Err)
    }

    /// What the other side says of the end; none where it is gone, or takes too long.
    fn said(&mut self) -> Option<Ended> {
        self.stream.set_read_timeout(Some(LOOK_EVERY)).ok()?;
        let (mut said, mut buffer, since) = (Vec::new(), [0; 4096], Stopwatch::start());
        let mut resets = 0;
        while said.last() != Some(&b'\n') && said.len() < MAX_ENDED_BYTES {
            let is_over = self.is_stopping() && self.stops.is_some_and(|since| since.elapsed_s() > GRACE_S);
            match self.stream.read(&mut buffer) {
                Ok(0) => return None,
                Ok(length) => said.extend_from_slice(&buffer[..length]),
                // That it left without reading to the end is told once, before what it said.
                Err(error) if error.kind() == ErrorKind::ConnectionReset && resets == 0 => resets += 1,
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    if is_over || self.broken.is_some() || since.elapsed_s() > PLACED_WITHIN.as_secs_f64() {
                        return None;
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
        serde_json::from_slice(&said).ok()
    }

    fn is_stopping(&mut self) -> bool {
        if self.stops.is_none() && *self.stopping.borrow() {
            self.stops = Some(Stopwatch::start());
        }
        self.stops.is_some()
    }

    /// Sends all of it; breaks off where the other side takes nothing, or the service stops and the grace is over.
    fn send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        let sent = self.try_send(bytes);
        self.broken = sent.as_ref().err().map(std::io::Error::kind);
        sent
    }

    fn try_send(&mut self, mut bytes: &[u8]) -> std::io::Result<()> {
        use ErrorKind::{Interrupted, TimedOut, WouldBlock, WriteZero};
        let mut taken = Stopwatch::start();
        while !bytes.is_empty() {
            if self.is_stopping() && self.stops.is_some_and(|since| since.elapsed_s() > GRACE_S) {
                return Err(std::io::Error::new(TimedOut, STOPPING));
            }
            match self.stream.write(bytes) {
                Ok(0) => return Err(WriteZero.into()),
                Ok(length) => {
                    bytes = &bytes[length..];
                    taken = Stopwatch::start();
                }
                Err(error) if matches!(error.kind(), WouldBlock | TimedOut | Interrupted) => {
                    if taken.elapsed_s() > STALLED.as_secs_f64() {
                        return Err(std::io::Error::new(TimedOut, "the other side takes nothing any more"));
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let most = bytes.len().min(PIECE_BYTES - self.buffer.len());
        self.buffer.extend_from_slice(&bytes[..most]);
        if self.buffer.len() == PIECE_BYTES {
            self.flush()?;
        }
        Ok(most)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        if self.is_stopping() {
            return Err(std::io::Error::other(STOPPING));
        }
        if self.buffer.is_empty() {
            return Ok(());
        }
        let length = u32::try_from(self.buffer.len()).map_err(std::io::Error::other)?;
        let mut piece = length.to_le_bytes().to_vec();
        piece.append(&mut self.buffer);
        self.send(&piece)
    }
}

/// A backup that came through to its end, and the service that waits to be told what became of it.
#[derive(Debug)]
pub struct Fetched {
    /// What the service says of it.
    pub answer: Answer,
    stream: BlockingStream,
}

impl Fetched {
    /// Tells the service that the backup is in its place, or why it is not. Gives what the service said.
    pub fn tell(self, problem: Option<String>) -> Answer {
        tell(&self.stream, problem);
        // It closes the stream once that is written down.
        let _ = self.stream.set_read_timeout(Some(NOTED_WITHIN)).and_then(|()| (&self.stream).read(&mut [0]));
        self.answer
    }
}

/// A service that cannot be told is gone, and says itself that it was told nothing.
fn tell(mut stream: &BlockingStream, problem: Option<String>) {
    let told = serde_json::to_vec(&Ended { problem }).map_err(std::io::Error::from);
    let _ = told.and_then(|mut line| {
        line.push(b'\n');
        stream.write_all(&line)
    });
}

/// Takes a backup that goes to `to` from the service that runs on this store; `None` where none runs.
///
/// # Errors
/// [`FetchError`] where it does not come through to its end.
pub fn fetch(store: &Path, to: &str, out: &mut dyn Write) -> Result<Option<Fetched>, FetchError> {
    let Some(stream) = asked(store, &Question::Backup { to: to.to_owned() })? else { return Ok(None) };
    match received(&stream, store, out) {
        Ok(answer) => Ok(Some(Fetched { answer, stream })),
        Err(error) => {
            tell(&stream, Some(error.to_string()));
            Err(error)
        }
    }
}

fn received(stream: &BlockingStream, store: &Path, out: &mut dyn Write) -> Result<Answer, FetchError> {
    let failed = |error: std::io::Error| {
        let is_cut = error.kind() == std::io::ErrorKind::UnexpectedEof;
        failed(store)(if is_cut { std::io::Error::other(ENDED) } else { error })
    };
    let mut stream = BufReader::with_capacity(2 * PIECE_BYTES, stream);
    let mut piece = Vec::with_capacity(PIECE_BYTES);
    loop {
        let mut length = [0; 4];
        stream.read_exact(&mut length).map_err(&failed)?;
        let length = u32::from_le_bytes(length);
        if length == 0 {
            break;
        }
        if length as usize > PIECE_BYTES {
            // A service of an earlier version says in words that it knows no backups.
            let unknown = std::io::Error::other("it is of another version; start it anew with this one");
            return Err(failed(unknown).into());
        }
        piece.clear();
        (&mut stream).take(length.into()).read_to_end(&mut piece).map_err(&failed)?;
        if piece.len() != length as usize {
            return Err(failed(std::io::ErrorKind::UnexpectedEof.into()).into());
        }
        out.write_all(&piece).map_err(BackupError::Out)?;
    }
    let mut answer = String::new();
    if stream.read_line(&mut answer).map_err(&failed)? == 0 {
        return Err(failed(std::io::ErrorKind::UnexpectedEof.into()).into());
    }
    Ok(serde_json::from_str(&answer).map_err(ControlError::from)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_that_a_stop_breaks_off_says_so_to_who_reads() {
        let (ours, theirs) = BlockingStream::pair().unwrap();
        let (stop, stopping) = watch::channel(false);
        let mut pieces = Pieces::into(ours, stopping).unwrap();
        let reading = std::thread::spawn(move || {
            let mut out = Vec::new();
            (received(&theirs, Path::new("data"), &mut out), out.len())
        });
        pieces.write_all(&[7; PIECE_BYTES]).unwrap();
        stop.send_replace(true);
        let error = pieces.write_all(&[7; 2 * PIECE_BYTES]).unwrap_err();
        pieces.end(&Answer::Failed { problem: error.to_string() }).unwrap();
        let (answer, length) = reading.join().unwrap();
        let Answer::Failed { problem } = answer.unwrap() else { panic!("it is not whole") };
        assert_eq!((problem.as_str(), length), (STOPPING, PIECE_BYTES));
    }

    #[test]
    fn a_backup_that_nobody_reads_ends_with_the_service_and_is_no_backup() {
        let (ours, theirs) = BlockingStream::pair().unwrap();
        let (stop, stopping) = watch::channel(false);
        let mut pieces = Pieces::into(ours, stopping).unwrap();
        let writing = std::thread::spawn(move || {
            let error = loop {
                if let Err(error) = pieces.write_all(&[7; PIECE_BYTES]) {
                    break error;
                }
            };
            (error.to_string(), pieces.end(&Answer::Failed { problem: error.to_string() }).is_err())
        });
        stop.send_replace(true);
        let (problem, is_cut) = writing.join().unwrap();
        assert_eq!(problem, STOPPING);
        let told = received(&theirs, Path::new("data"), &mut std::io::sink());
        if is_cut {
            let told = told.unwrap_err().to_string();
            assert!(told.contains(ENDED), "{told}");
        }
    }
}
