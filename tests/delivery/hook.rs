//! Receivers of webhooks, good and bad: real HTTP on this machine, spoken by hand so that they can misbehave.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use super::support::eventually;

/// How a receiver misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It never does.
    None,
    /// It answers 500.
    Errors,
    /// It takes the request and never answers.
    Silent,
    /// It answers a byte at a time.
    Dribbles,
    /// It resets the connection.
    Resets,
    /// It answers 404.
    NotFound,
    /// Nobody listens.
    Away,
}

/// How often it misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    /// Always.
    Sick,
    /// Three times of ten.
    Shaky,
    /// Never.
    Well,
}

/// Tells the test when to kill: a receiver has a delivery, and has not said so.
#[derive(Default)]
pub(crate) struct KillSwitch {
    state: Mutex<Kill>,
    hit: Condvar,
}

#[derive(Default)]
struct Kill {
    /// Deliveries to be taken before the next one is held.
    countdown: Option<usize>,
    /// The one that is held.
    held: Option<String>,
}

impl KillSwitch {
    /// Holds the delivery after so many, and waits for it; none where there are no more.
    pub(crate) fn wait(&self, after: usize) -> Option<String> {
        let mut kill = self.state.lock().unwrap();
        *kill = Kill { countdown: Some(after), held: None };
        let wait = self.hit.wait_timeout_while(kill, Duration::from_secs(60), |kill| kill.held.is_none());
        let mut kill = wait.unwrap().0;
        kill.countdown = None;
        kill.held.take()
    }

    /// Whether the answer to this one is held back until the connection ends.
    fn holds(&self, id: &str) -> bool {
        let mut kill = self.state.lock().unwrap();
        match &mut kill.countdown {
            None => false,
            Some(0) => {
                *kill = Kill { countdown: None, held: Some(id.to_owned()) };
                self.hit.notify_all();
                true
            }
            Some(left) => {
                *left -= 1;
                false
            }
        }
    }
}

/// What a receiver has of one id.
#[derive(Debug)]
struct Taken {
    times: usize,
    body: Vec<u8>,
}

struct State {
    fault: Fault,
    mood: Mutex<Mood>,
    taken: Mutex<BTreeMap<String, Taken>>,
    /// When each worker's event came first.
    came: Mutex<HashMap<String, Instant>>,
    requests: AtomicUsize,
    kill: Arc<KillSwitch>,
    is_open: AtomicBool,
}

/// A receiver on a port of its own.
pub(crate) struct Hook {
    port: u16,
    state: Arc<State>,
}

impl Hook {
    pub(crate) fn start(fault: Fault, kill: &Arc<KillSwitch>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let mood = Mutex::new(if fault == Fault::None { Mood::Well } else { Mood::Sick });
        let state = State {
            fault,
            mood,
            taken: Mutex::default(),
            came: Mutex::default(),
            requests: AtomicUsize::new(0),
            kill: Arc::clone(kill),
            is_open: AtomicBool::new(true),
        };
        let hook = Self { port, state: Arc::new(state) };
        // Who is away has a port that nobody listens on.
        if fault == Fault::Away {
            drop(listener);
        } else {
            hook.listen(listener);
        }
        hook
    }

    fn listen(&self, listener: TcpListener) {
        let state = Arc::clone(&self.state);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { continue };
                if !state.is_open.load(Ordering::Relaxed) {
                    return;
                }
                let state = Arc::clone(&state);
                std::thread::spawn(move || converse(stream, &state));
            }
        });
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/vagus", self.port)
    }

    pub(crate) fn set(&self, mood: Mood) {
        *self.state.mood.lock().unwrap() = mood;
    }

    /// Comes back, if it was away.
    pub(crate) fn come_back(&self) {
        if self.state.fault == Fault::Away {
            let port = self.port;
            self.listen(eventually("its port is free", || TcpListener::bind(("127.0.0.1", port)).ok()));
        }
    }

    /// Every id that it shows to people, once, and how often it came.
    pub(crate) fn shown(&self) -> BTreeMap<String, usize> {
        self.state.taken.lock().unwrap().iter().map(|(id, taken)| (id.clone(), taken.times)).collect()
    }

    pub(crate) fn count(&self) -> usize {
        self.state.taken.lock().unwrap().len()
    }

    pub(crate) fn requests(&self) -> usize {
        self.state.requests.load(Ordering::Relaxed)
    }

    /// When a worker's event came.
    pub(crate) fn came(&self, worker: &str) -> Option<Instant> {
        self.state.came.lock().unwrap().get(worker).copied()
    }
}

impl Drop for Hook {
    fn drop(&mut self) {
        self.state.is_open.store(false, Ordering::Relaxed);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

struct Head {
    id: String,
    length: usize,
}

/// Reads the head of a request; none where the connection ends.
fn head(reader: &mut BufReader<TcpStream>) -> Option<Head> {
    let (mut id, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            return Some(Head { id, length });
        }
        let Some((name, value)) = line.trim_end().split_once(": ") else { continue };
        match name.to_ascii_lowercase().as_str() {
            "webhook-id" => id = value.to_owned(),
            "content-length" => length = value.parse().ok()?,
            _ => {}
        }
    }
}

fn converse(stream: TcpStream, state: &State) {
    let _ = stream.set_nodelay(true);
    let Ok(mut writer) = stream.try_clone() else { return };
    // Small, so that a body is not read along with the head.
    let mut reader = BufReader::with_capacity(64, stream);
    while let Some(Head { id, length }) = head(&mut reader) {
        let turn = state.requests.fetch_add(1, Ordering::Relaxed);
        let misbehaves = match *state.mood.lock().unwrap() {
            Mood::Sick => true,
            Mood::Shaky => turn.wrapping_mul(7) % 10 < 3,
            Mood::Well => false,
        };
        let fault = if misbehaves { state.fault } else { Fault::None };
        if fault == Fault::Resets && turn.is_multiple_of(2) {
            // A socket that is closed with something unread resets its connection.
            return;
        }
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        let takes = match fault {
            // Who was away and is back is well.
            Fault::None | Fault::Away => true,
            Fault::Errors | Fault::NotFound => false,
            // Nobody but the receiver knows.
            Fault::Silent | Fault::Dribbles | Fault::Resets => turn.is_multiple_of(3),
        };
        if takes {
            take(state, &id, &body);
            if state.kill.holds(&id) {
                let _ = reader.read(&mut [0]);
                return;
            }
        }
        if answer(&mut writer, &mut reader, fault).is_none() {
            return;
        }
    }
}

fn take(state: &State, id: &str, body: &[u8]) {
    let event: serde_json::Value = serde_json::from_slice(body).unwrap();
    assert_eq!(event["id"], id, "the id is that of the event");
    let worker = event["subject"].as_str().unwrap().to_owned();
    state.came.lock().unwrap().entry(worker).or_insert_with(now);
    let mut taken = state.taken.lock().unwrap();
    let known = taken.entry(id.to_owned()).or_insert_with(|| Taken { times: 0, body: body.to_vec() });
    known.times += 1;
    assert!(known.body == body, "{id} came with other bytes");
}

/// Answers; none where the connection is over.
fn answer(writer: &mut TcpStream, reader: &mut BufReader<TcpStream>, fault: Fault) -> Option<()> {
    const FINE: &[u8] = b"HTTP/1.1 204 No Content\r\n\r\n";
    match fault {
        Fault::None | Fault::Away => writer.write_all(FINE).ok(),
        Fault::Errors => writer.write_all(b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n").ok(),
        Fault::NotFound => writer.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").ok(),
        Fault::Silent => {
            let _ = reader.read(&mut [0]);
            None
        }
        Fault::Dribbles => {
            for byte in FINE.iter().cycle() {
                writer.write_all(&[*byte]).ok()?;
                std::thread::park_timeout(Duration::from_millis(40));
            }
            None
        }
        Fault::Resets => None,
    }
}

/// The test's own watch.
#[expect(clippy::disallowed_methods, reason = "a test measures in real time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
