//! Other people's receivers, in Python: they take what leaves, judge it and tell it line by line.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::eventually;

/// A running receiver; dropped, it is killed.
pub(crate) struct Receiver {
    child: Child,
    port: u16,
    told: Arc<Mutex<Vec<Value>>>,
}

impl Receiver {
    /// Starts a script of `tests/service/receivers` and waits until it listens.
    pub(crate) fn start(script: &str, arguments: &[&str]) -> Self {
        let python = std::env::var_os("VAGUS_TEST_PYTHON").expect("VAGUS_TEST_PYTHON is not set: run ./tests/run");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/service/receivers").join(script);
        let mut child =
            Command::new(python).arg(script).args(arguments).stdout(Stdio::piped()).spawn().expect("Python runs");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines.next().expect("it tells its port").unwrap().parse().unwrap();
        let told = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&told);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                heard.lock().unwrap().push(serde_json::from_str(&line).unwrap());
            }
        });
        Self { child, port, told }
    }

    /// A receiver of webhooks, over TLS where a certificate and its key are given.
    pub(crate) fn of_webhooks(tls: Option<(&Path, &Path)>, keys: &[&str]) -> Self {
        let tls = tls.map(|(certificate, key)| [certificate.to_str().unwrap(), key.to_str().unwrap()]);
        let arguments: Vec<&str> = tls.unwrap_or(["-", "-"]).into_iter().chain(keys.iter().copied()).collect();
        Self::start("webhook.py", &arguments)
    }

    /// A mail server that takes everything in the clear.
    pub(crate) fn of_mail() -> Self {
        Self::start("mail.py", &["plain", "", "", "", ""])
    }

    /// Where it listens, of 127.0.0.1.
    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// What it took so far.
    pub(crate) fn told(&self) -> Vec<Value> {
        self.told.lock().unwrap().clone()
    }

    /// Waits until it has taken so many.
    pub(crate) fn wait_for(&self, count: usize) -> Vec<Value> {
        eventually("the receiver has taken it", || Some(self.told()).filter(|told| told.len() >= count))
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
