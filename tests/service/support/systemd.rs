//! Stands where systemd stands: a socket on which a service tells how it is.

use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::eventually;

/// The socket, and what came in so far.
pub(crate) struct Systemd {
    socket: UnixDatagram,
    path: PathBuf,
    told: Vec<String>,
}

impl Systemd {
    /// Listens on a socket in that directory.
    pub(crate) fn listen(directory: &Path) -> Self {
        let path = directory.join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
        Self { socket, path, told: Vec::new() }
    }

    /// Where a service tells it.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Every line told so far, in order.
    pub(crate) fn told(&mut self) -> &[String] {
        let mut datagram = [0; 4096];
        while let Ok(length) = self.socket.recv(&mut datagram) {
            let lines = String::from_utf8(datagram[..length].to_vec()).unwrap();
            self.told.extend(lines.lines().map(str::to_owned));
        }
        &self.told
    }

    /// How often that line was told.
    pub(crate) fn count(&mut self, line: &str) -> usize {
        self.told().iter().filter(|told| *told == line).count()
    }

    /// Waits until a line begins so, and gives the lines before it.
    pub(crate) fn wait_for(&mut self, begin: &str) -> Vec<String> {
        eventually(&format!("the service tells {begin}"), || {
            let told = self.told();
            told.iter().position(|line| line.starts_with(begin)).map(|place| told[..place].to_vec())
        })
    }
}
