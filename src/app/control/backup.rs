//! A backup over the control socket: pieces with their lengths, a length of 0 behind the last, and the answer.
//!
//! A service that stops waits for no backup: what is under way breaks off, and the answer says so where the other side
//! still takes it.

use std::io::{BufRead as _, BufReader, Read as _, Write};
use std::os::unix::net::UnixStream as BlockingStream;
use std::path::Path;
use std::time::Duration;

use tokio::net::UnixStream;
use tokio::sync::watch;

use super::{Answer, ControlError, Question, Served, asked, failed};
use crate::app::backup;
use crate::store::BackupError;
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

/// Sends a backup, until `stopping` turns true. It has a thread of its own, which waits for the other side.
pub(super) async fn serve(stream: UnixStream, served: &Served, stopping: watch::Receiver<bool>) -> std::io::Result<()> {
    let stream = stream.into_std()?;
    stream.set_nonblocking(false)?;
    let (served, mut pieces) = (served.clone(), Pieces::into(stream, stopping)?);
    let sent = tokio::task::spawn_blocking(move || {
        let answer = make(&mut pieces, &served);
        pieces.end(&answer)
    });
    sent.await.unwrap_or_else(|error| Err(std::io::Error::other(broke_off(&error))))
}

fn make(pieces: &mut Pieces, served: &Served) -> Answer {
    let Some(console) = &served.console else {
        return Answer::Failed { problem: "the service is starting; try again when it runs".to_owned() };
    };
    let (audit, stopping) = (console.books().audit, pieces.stopping.clone());
    let patience = backup::Patience { longest: PATIENCE, goes_on: &|| !*stopping.borrow() };
    let made = backup::make((&served.store, served.store.directory()), &audit, &patience, &mut *pieces);
    // The last piece is a part of it, too.
    match made.and_then(|report| pieces.flush().map(|()| report).map_err(|error| BackupError::Out(error).into())) {
        Ok(report) => {
            let (row, bytes) = (report.summary.row, report.bytes);
            tracing::info!(row, bytes, "a backup was made");
            Answer::BackedUp(report)
        }
        Err(error) => {
            tracing::warn!("a backup was not made: {error}");
            Answer::Failed { problem: error.to_string() }
        }
    }
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
        use std::io::ErrorKind::{Interrupted, TimedOut, WouldBlock, WriteZero};
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

/// Takes a backup from the service that runs on this store; `None` where none runs.
///
/// # Errors
/// [`FetchError`] where it does not come through to its end.
pub fn fetch(store: &Path, out: &mut dyn Write) -> Result<Option<Answer>, FetchError> {
    let Some(stream) = asked(store, &Question::Backup)? else { return Ok(None) };
    received(stream, store, out).map(Some)
}

fn received(stream: BlockingStream, store: &Path, out: &mut dyn Write) -> Result<Answer, FetchError> {
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
            (received(theirs, Path::new("data"), &mut out), out.len())
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
        let told = received(theirs, Path::new("data"), &mut std::io::sink());
        if is_cut {
            let told = told.unwrap_err().to_string();
            assert!(told.contains(ENDED), "{told}");
        }
    }
}
