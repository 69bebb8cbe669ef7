//! What a process asks of the kernel, as `strace` sees it: MQTT packets in and out, and syncs of files.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::eventually;

/// A packet id, and the connection on which it means something.
pub(crate) type PacketId = (String, u16);

/// Something that a process did, with its place in the order of things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Deed {
    /// A file was synced: where that began and ended.
    Synced { path: String, began: usize, ended: usize },
    /// The last byte of a PUBLISH was read from the broker.
    Arrived { topic: String, id: PacketId, ended: usize },
    /// The first byte of a PUBACK was about to be written to the broker.
    Acknowledged { id: PacketId, began: usize },
}

/// What to do where the system lets nobody watch a process.
pub(crate) const REMEDY: &str = "strace must be allowed to watch processes for this test. Run the tests as root, in a \
    container with `--cap-add=SYS_PTRACE` (docker and podman), and where /proc/sys/kernel/yama/ptrace_scope holds more \
    than 1 lower it: `sysctl kernel.yama.ptrace_scope=1`";

/// Fails with what to do where programs cannot be started under `strace`.
pub(crate) fn must_start_programs() {
    let tried = Command::new("strace").args(["-f", "-o", "/dev/null", "true"]).output();
    let said = match tried {
        Ok(output) if output.status.success() => return,
        Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        Err(error) => format!("strace does not start ({error}); on Debian: apt-get install strace"),
    };
    panic!("{REMEDY}. It said: {said}");
}

/// Starts `strace` on every thread of a process and waits until it watches; the error says why it cannot.
pub(crate) fn watch(pid: u32, more: &[&str], trace: &Path) -> Result<Child, String> {
    let told = trace.with_extension("said");
    let said = File::create(&told).unwrap();
    let mut child = Command::new("strace")
        .args(more)
        .arg("-o")
        .arg(trace)
        .args(["-f", "-p", &pid.to_string()])
        .stdin(Stdio::null())
        .stderr(said)
        .spawn()
        .map_err(|error| format!("strace does not start ({error}); on Debian: apt-get install strace"))?;
    let said = || fs::read_to_string(&told).unwrap();
    let is_watching = eventually("strace watches or gives up", || {
        if said().contains("attached") {
            return Some(true);
        }
        child.try_wait().unwrap().map(|_| false)
    });
    if is_watching { Ok(child) } else { Err(said().trim().to_owned()) }
}

/// A running `strace` on a process. Dropped, it lets go.
pub(crate) struct Strace {
    child: Child,
    directory: tempfile::TempDir,
}

impl Strace {
    /// Watches every thread of a process; the error says why that cannot be.
    pub(crate) fn attach(pid: u32) -> Result<Self, String> {
        let directory = tempfile::tempdir().unwrap();
        let calls = "trace=fdatasync,fsync,read,readv,recvfrom,recvmsg,write,writev,sendto,sendmsg";
        let trace = directory.path().join("trace");
        let child = watch(pid, &["-yy", "-xx", "-s", "65536", "-e", calls], &trace)?;
        Ok(Self { child, directory })
    }

    /// Lets the process go, and tells what it did. The broker is known by its port.
    pub(crate) fn deeds(mut self, broker_port: u16) -> Vec<Deed> {
        self.let_go();
        let path: PathBuf = self.directory.path().join("trace");
        let trace = fs::read_to_string(path).unwrap();
        deeds(&trace, &format!("->127.0.0.1:{broker_port}]"))
    }

    fn let_go(&mut self) {
        // Its id may be another's once it has ended.
        if self.child.try_wait().is_ok_and(|ended| ended.is_some()) {
            return;
        }
        let _ = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

impl Drop for Strace {
    fn drop(&mut self) {
        self.let_go();
    }
}

/// One call to the kernel, put together from the lines of its begin and end.
struct Call {
    name: String,
    /// What stands after the opening parenthesis.
    text: String,
    began: usize,
    ended: usize,
}

/// The calls in the order in which they ended. A call that never ended is left out.
fn calls(trace: &str) -> Vec<Call> {
    let mut unfinished: HashMap<&str, Call> = HashMap::new();
    let mut calls = Vec::new();
    for (place, line) in trace.lines().enumerate() {
        let Some((pid, rest)) = line.split_once(' ') else { continue };
        let rest = rest.trim_start();
        if let Some(resumed) = rest.strip_prefix("<... ") {
            let Some((_, text)) = resumed.split_once(" resumed>") else { continue };
            if let Some(mut call) = unfinished.remove(pid) {
                call.text.push_str(text);
                call.ended = place;
                calls.push(call);
            }
            continue;
        }
        let Some((name, text)) = rest.split_once('(') else { continue };
        let call = Call { name: name.to_owned(), text: text.to_owned(), began: place, ended: place };
        match text.strip_suffix("<unfinished ...>") {
            Some(begin) => drop(unfinished.insert(pid, Call { text: begin.to_owned(), ..call })),
            None => calls.push(call),
        }
    }
    calls
}

impl Call {
    /// What the kernel answered; none where it refused.
    fn result(&self) -> Option<usize> {
        self.text.rsplit_once("= ")?.1.split_whitespace().next()?.parse().ok()
    }

    /// What the file descriptor stands for: a connection is written as it is, a path in numbers.
    fn target(&self) -> String {
        let from = self.text.find('<').map_or(0, |at| at + 1);
        // The arrow of a connection is no end.
        let end = [">,", ">)", "> "].iter().filter_map(|end| self.text[from..].find(end)).min().unwrap_or(0);
        let target = &self.text[from..from + end];
        if target.starts_with("\\x") {
            String::from_utf8_lossy(&numbers(target)).into_owned()
        } else {
            target.to_owned()
        }
    }

    /// The bytes that were moved.
    fn bytes(&self) -> Vec<u8> {
        let quoted = self.text.split('"').skip(1).step_by(2);
        let mut bytes: Vec<u8> = quoted.flat_map(numbers).collect();
        bytes.truncate(self.result().unwrap_or(0));
        bytes
    }
}

/// The bytes of a text in which each is written as a number.
fn numbers(text: &str) -> Vec<u8> {
    text.split("\\x").skip(1).filter_map(|two| u8::from_str_radix(two, 16).ok()).collect()
}

/// One direction of a connection: its bytes, and the place of the call that moved each.
#[derive(Default)]
struct Stream {
    bytes: Vec<u8>,
    places: Vec<(usize, usize)>,
}

impl Stream {
    fn push(&mut self, call: &Call) {
        let bytes = call.bytes();
        self.places.extend(bytes.iter().map(|_| (call.began, call.ended)));
        self.bytes.extend(bytes);
    }

    /// The packets: first byte, what follows the length, and the places of begin and end.
    fn packets(&self) -> Vec<(u8, &[u8], usize, usize)> {
        let mut packets = Vec::new();
        let mut at = 0;
        while at < self.bytes.len() {
            let (mut length, mut shift, mut body) = (0_usize, 0, at + 1);
            while let Some(byte) = self.bytes.get(body) {
                length |= usize::from(byte & 0x7f) << shift;
                (shift, body) = (shift + 7, body + 1);
                if byte & 0x80 == 0 {
                    break;
                }
            }
            let Some(content) = self.bytes.get(body..body + length) else { break };
            packets.push((self.bytes[at], content, self.places[at].0, self.places[body + length - 1].1));
            at = body + length;
        }
        packets
    }
}

fn deeds(trace: &str, broker: &str) -> Vec<Deed> {
    let mut deeds = Vec::new();
    let (mut read, mut written): (BTreeMap<String, Stream>, BTreeMap<String, Stream>) = Default::default();
    for call in calls(trace) {
        match call.name.as_str() {
            "fdatasync" | "fsync" if call.result() == Some(0) => {
                deeds.push(Deed::Synced { path: call.target(), began: call.began, ended: call.ended });
            }
            "read" | "readv" | "recvfrom" | "recvmsg" if call.target().ends_with(broker) => {
                read.entry(call.target()).or_default().push(&call);
            }
            "write" | "writev" | "sendto" | "sendmsg" if call.target().ends_with(broker) => {
                written.entry(call.target()).or_default().push(&call);
            }
            _ => {}
        }
    }
    let number = |bytes: &[u8]| u16::from_be_bytes([bytes[0], bytes[1]]);
    for (connection, stream) in &read {
        for (first, content, _, ended) in stream.packets() {
            // A PUBLISH of QoS 1: topic, packet id, and the rest.
            if first & 0xf6 == 0x32 {
                let end = usize::from(number(content)) + 2;
                let topic = String::from_utf8_lossy(&content[2..end]).into_owned();
                deeds.push(Deed::Arrived { topic, id: (connection.clone(), number(&content[end..])), ended });
            }
        }
    }
    for (connection, stream) in &written {
        for (_, content, began, _) in stream.packets().into_iter().filter(|(first, ..)| *first == 0x40) {
            deeds.push(Deed::Acknowledged { id: (connection.clone(), number(content)), began });
        }
    }
    deeds
}
