//! A real mosquitto on a free port, with a directory of its own, ended by its own id.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::eventually;

/// How the broker is set up.
#[derive(Debug, Clone, Default)]
pub(crate) struct MosquittoConfig {
    /// Whether sessions and messages survive a stop. Written at a clean stop, and every second.
    pub(crate) is_persistent: bool,
    /// CA, certificate and key of the broker; TLS with client certificates where given.
    pub(crate) tls: Option<BrokerTls>,
    /// A user and password that clients must give.
    pub(crate) login: Option<(String, String)>,
    /// More lines for the configuration file.
    pub(crate) extra: Vec<String>,
}

/// The files of a broker that speaks TLS.
#[derive(Debug, Clone)]
pub(crate) struct BrokerTls {
    /// Authorities whose clients are let in.
    pub(crate) ca_file: PathBuf,
    /// The broker's certificate.
    pub(crate) cert_file: PathBuf,
    /// Its key.
    pub(crate) key_file: PathBuf,
    /// Whether clients must show a certificate.
    pub(crate) requires_client_certificate: bool,
}

impl MosquittoConfig {
    /// A broker that keeps sessions and messages over a restart.
    pub(crate) fn persistent() -> Self {
        Self { is_persistent: true, ..Self::default() }
    }
}

/// A running broker; dropped, it is killed and its directory removed.
pub(crate) struct Mosquitto {
    port: u16,
    directory: TempDir,
    program: PathBuf,
    child: Option<Child>,
}

impl Mosquitto {
    /// Starts a broker and waits until it listens.
    pub(crate) fn start(config: &MosquittoConfig) -> Self {
        Self::start_as(&|port, directory| configuration(config, directory, port))
    }

    /// Starts a broker with a configuration that is made for its port and its directory.
    pub(crate) fn start_as(configuration: &dyn Fn(u16, &Path) -> String) -> Self {
        let program = find("mosquitto");
        // Another process may take the port between our look and mosquitto's: then try the next.
        for _ in 0..10 {
            let directory = tempfile::tempdir().expect("a temporary directory");
            let port = free_port();
            let text = configuration(port, directory.path());
            fs::write(directory.path().join("mosquitto.conf"), text).expect("the configuration can be written");
            let mut broker = Self { port, directory, program: program.clone(), child: None };
            if broker.launch() {
                return broker;
            }
        }
        panic!("mosquitto did not start ten times over; see its configuration in tests/service/support/mosquitto.rs");
    }

    /// The port it listens on, of 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// What it logged so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("mosquitto.log")).unwrap_or_default()
    }

    /// Ends it at once, as a power cut would; what was not yet saved is gone.
    pub(crate) fn kill9(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("the broker can be killed");
            child.wait().expect("the broker ends");
        }
    }

    /// Asks it to end, which saves sessions and messages if it is persistent.
    pub(crate) fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let status = Command::new("kill").arg("-TERM").arg(child.id().to_string()).status().expect("`kill` runs");
            assert!(status.success());
            child.wait().expect("the broker ends");
        }
    }

    /// Starts it again on the same port, with the same directory.
    pub(crate) fn start_again(&mut self) {
        assert!(self.child.is_none(), "it runs still");
        assert!(self.launch(), "mosquitto did not come back on port {}: {}", self.port, self.log());
    }

    /// A clean stop and a start.
    pub(crate) fn restart(&mut self) {
        self.stop();
        self.start_again();
    }

    /// Starts the process; false when it ends before it listens.
    fn launch(&mut self) -> bool {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.directory.path().join("mosquitto.log"))
            .expect("the log can be written");
        let mut child = Command::new(&self.program)
            .arg("-c")
            .arg(self.directory.path().join("mosquitto.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("mosquitto starts");
        let port = self.port;
        let is_up = eventually("mosquitto listens or ends", || {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some(true);
            }
            child.try_wait().expect("the broker can be asked").map(|_| false)
        });
        // Somebody else's listener on that port is not our broker.
        let is_ours = is_up && child.try_wait().expect("the broker can be asked").is_none();
        self.child = Some(child);
        if !is_ours {
            self.kill9();
        }
        is_ours
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        self.kill9();
    }
}

fn configuration(config: &MosquittoConfig, directory: &Path, port: u16) -> String {
    let mut lines = vec![
        format!("listener {port} 127.0.0.1"),
        "log_dest stderr".to_owned(),
        "log_type all".to_owned(),
        // Everything at once: started as root, mosquitto would become another user and lose its directory.
        format!("user {}", current_user()),
        format!("persistence {}", config.is_persistent),
    ];
    if config.is_persistent {
        lines.push(format!("persistence_location {}/", directory.display()));
        lines.push("autosave_interval 1".to_owned());
        // A subscriber that tests compare others with must not miss what it reads late.
        lines.push("max_queued_messages 0".to_owned());
    }
    match &config.login {
        None => lines.push("allow_anonymous true".to_owned()),
        Some((user, password)) => {
            let file = directory.join("passwords");
            let made = Command::new(find("mosquitto_passwd"))
                .args(["-b", "-c"])
                .arg(&file)
                .args([user, password])
                .status()
                .expect("mosquitto_passwd runs");
            assert!(made.success());
            lines.push("allow_anonymous false".to_owned());
            lines.push(format!("password_file {}", file.display()));
        }
    }
    if let Some(tls) = &config.tls {
        lines.push(format!("cafile {}", tls.ca_file.display()));
        lines.push(format!("certfile {}", tls.cert_file.display()));
        lines.push(format!("keyfile {}", tls.key_file.display()));
        lines.push(format!("require_certificate {}", tls.requires_client_certificate));
    }
    lines.extend(config.extra.iter().cloned());
    lines.join("\n") + "\n"
}

fn current_user() -> String {
    let output = Command::new("id").arg("-un").output().expect("`id` runs");
    String::from_utf8(output.stdout).expect("a user name is text").trim().to_owned()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("a bound address").port()
}

/// Finds a program of the mosquitto package.
pub(crate) fn find(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path)
        .chain(["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/opt/homebrew/sbin"].map(PathBuf::from));
    places.map(|place| place.join(program)).find(|file| file.is_file()).unwrap_or_else(|| {
        panic!(
            "these tests need `{program}`, and it is neither on PATH nor in /usr/sbin; \
             install it with `apt-get install mosquitto` (Debian) or `brew install mosquitto` (macOS)"
        )
    })
}
