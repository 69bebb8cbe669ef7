//! A backup over the control socket: pieces with their lengths, a length of 0 behind the last, and the answer.

use std::io::{BufRead as _, BufReader, Read as _, Write};
use std::os::unix::net::UnixStream as BlockingStream;
use std::path::Path;
use std::time::Duration;

use tokio::net::UnixStream;

use super::{Answer, ControlError, Question, Served, asked, failed};
use crate::app::backup;
use crate::store::BackupError;

/// The longest piece.
const PIECE_BYTES: usize = 64 * 1024;
/// Whoever takes nothing for so long is given up: snapshots wait for the end of a backup. Our own choice.
const STALLED: Duration = Duration::from_secs(300);
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

/// Sends a backup. It has a thread of its own, which waits for the other side.
pub(super) async fn serve(stream: UnixStream, served: &Served) -> std::io::Result<()> {
    let stream = stream.into_std()?;
    stream.set_nonblocking(false)?;
    stream.set_write_timeout(Some(STALLED))?;
    let served = served.clone();
    let sent = tokio::task::spawn_blocking(move || send(stream, &served));
    sent.await.map_err(std::io::Error::other)?
}

fn send(stream: BlockingStream, served: &Served) -> std::io::Result<()> {
    let mut pieces = Pieces { stream, buffer: Vec::with_capacity(PIECE_BYTES) };
    let answer = match &served.console {
        Some(console) => {
            let directory = served.store.directory();
            let audit = console.books().audit;
            match backup::make((&served.store, directory), &audit, PATIENCE, &mut pieces) {
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
        None => Answer::Failed { problem: "the service is starting; try again when it runs".to_owned() },
    };
    pieces.flush()?;
    let mut line = serde_json::to_vec(&answer)?;
    line.push(b'\n');
    pieces.stream.write_all(&0_u32.to_le_bytes())?;
    pieces.stream.write_all(&line)
}

/// What is written, in pieces.
struct Pieces {
    stream: BlockingStream,
    buffer: Vec<u8>,
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
        if self.buffer.is_empty() {
            return Ok(());
        }
        let length = u32::try_from(self.buffer.len()).map_err(std::io::Error::other)?;
        self.stream.write_all(&length.to_le_bytes())?;
        self.stream.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}

/// Takes a backup from the service that runs on this store; `None` where none runs.
///
/// # Errors
/// [`FetchError`] where it does not come through to its end.
pub fn fetch(store: &Path, out: &mut dyn Write) -> Result<Option<Answer>, FetchError> {
    let Some(stream) = asked(store, &Question::Backup)? else { return Ok(None) };
    let failed = failed(store);
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
    stream.read_line(&mut answer).map_err(&failed)?;
    Ok(Some(serde_json::from_str(&answer).map_err(ControlError::from)?))
}
