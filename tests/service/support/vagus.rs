//! `vagus run` as a process of its own, with a store of its own.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Output};

use super::eventually;

/// The binary under test.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_vagus");

/// A running service. Dropped, it is killed.
pub(crate) struct Vagus {
    child: Option<Child>,
    directory: tempfile::TempDir,
    ops: Option<String>,
}

impl Vagus {
    /// Starts a service of site `plant-a` on a broker, with a configuration that the test changes, and
    /// waits until it is ready.
    pub(crate) fn start_edited(broker_port: u16, edit: impl FnOnce(String) -> String) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let config = edit(configuration(broker_port, &directory.path().join("data")));
        fs::write(directory.path().join("vagus.toml"), config).unwrap();
        let mut service = Self { child: None, directory, ops: None };
        service.start_again();
        service.wait_until_ready();
        service
    }

    /// Starts a service on the configuration and store that are in a directory already.
    pub(crate) fn at(directory: tempfile::TempDir) -> Self {
        let mut service = Self { child: None, directory, ops: None };
        service.start_again();
        service
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.directory.path().join("vagus.toml")
    }

    fn log_path(&self) -> PathBuf {
        self.directory.path().join("vagus.log")
    }

    /// Everything it logged so far, over all starts.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// Starts it on the same store, without waiting for anything.
    pub(crate) fn start_again(&mut self) {
        self.start_again_with(&[]);
    }

    /// The same, with these variables in its environment.
    pub(crate) fn start_again_with(&mut self, variables: &[(&str, &str)]) {
        let mut program = Command::new(BINARY);
        program.env("VAGUS__LOG__FORMAT", "json").envs(variables.iter().copied());
        self.start_by(program);
    }

    /// The same under a manager of services, with a watchdog that barks after so long.
    pub(crate) fn start_again_under(&mut self, socket: &std::path::Path, watchdog: std::time::Duration) {
        let mut program = Command::new(BINARY);
        program.env("NOTIFY_SOCKET", socket).env("WATCHDOG_USEC", watchdog.as_micros().to_string());
        self.start_by(program);
    }

    /// The same, so that a write beyond [`Self::allow_file_bytes`] fails and does not kill it.
    pub(crate) fn start_again_on_a_disk_that_may_fail(&mut self) {
        let mut shell = Command::new("sh");
        shell.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", BINARY]).env("VAGUS__LOG__FORMAT", "json");
        self.start_by(shell);
    }

    /// From now on no file of the running service may grow over so many bytes, or be written beyond them.
    pub(crate) fn allow_file_bytes(&self, bytes: u64) {
        let pid = self.pid().to_string();
        let status = Command::new("prlimit").args(["--pid", &pid, &format!("--fsize={bytes}")]).status().unwrap();
        assert!(status.success());
    }

    /// Waits until it ended by itself; gives the exit status.
    pub(crate) fn wait_until_it_ends(&mut self) -> Option<i32> {
        let child = self.child.as_mut().unwrap();
        let status = eventually("the service ends", || child.try_wait().unwrap());
        self.child = None;
        status.code()
    }

    fn start_by(&mut self, mut program: Command) {
        let append = |path: PathBuf| fs::File::options().create(true).append(true).open(path).unwrap();
        let (log, said) = (append(self.log_path()), append(self.config().with_extension("said")));
        self.ops = None;
        program.args(["run", "--config"]).arg(self.config());
        let child = program.stdout(said).stderr(log).spawn().unwrap();
        self.child = Some(child);
    }

    /// Runs a command of an operator on its configuration, and gives what it printed as JSON.
    pub(crate) fn ask(&self, words: &[&str]) -> serde_json::Value {
        let output = self.command(words, &["--output", "json"]);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Runs a command on its configuration.
    pub(crate) fn command(&self, words: &[&str], more: &[&str]) -> Output {
        Command::new(BINARY).args(words).arg("--config").arg(self.config()).args(more).output().unwrap()
    }

    /// Sends it a signal by name.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.pid().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// SIGKILL.
    pub(crate) fn kill9(&mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// SIGTERM; gives the exit status.
    pub(crate) fn stop(&mut self) -> Option<i32> {
        self.signal("TERM");
        let mut child = self.child.take().unwrap();
        child.wait().unwrap().code()
    }

    pub(crate) fn wait_until_ready(&mut self) {
        self.wait_until_well("readyz");
    }

    /// Waits until it runs, whether it is ready or not.
    pub(crate) fn wait_until_alive(&mut self) {
        self.wait_until_well("healthz");
    }

    fn wait_until_well(&mut self, path: &str) {
        eventually("the service says where its metrics are", || {
            let log = self.log();
            let started = log.lines().rfind(|line| line.contains("the service runs"))?;
            let line: serde_json::Value = serde_json::from_str(started).ok()?;
            self.ops = Some(line["ops"].as_str()?.to_owned());
            ureq::get(format!("http://{}/{path}", self.ops.as_ref()?)).call().ok().map(|_| ())
        });
    }

    /// Where its console and its API are.
    pub(crate) fn console(&self) -> String {
        eventually("the service says where its console is", || {
            let log = self.log();
            let started = log.lines().rfind(|line| line.contains("the service runs"))?;
            let line: serde_json::Value = serde_json::from_str(started).ok()?;
            Some(format!("http://{}", line["console"].as_str()?))
        })
    }

    /// Where its metrics are, once it is ready.
    pub(crate) fn ops(&self) -> &str {
        self.ops.as_ref().unwrap()
    }

    /// Its metrics, as Prometheus scrapes them.
    pub(crate) fn metrics(&self) -> String {
        let url = format!("http://{}/metrics", self.ops());
        ureq::get(url).call().unwrap().body_mut().read_to_string().unwrap()
    }

    /// The sum of a metric over all label values that contain `labels`.
    pub(crate) fn metric(&self, name: &str, labels: &str) -> f64 {
        let text = self.metrics();
        let lines = text.lines().filter(|line| line.starts_with(name) && line.contains(labels));
        lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
    }
}

impl Drop for Vagus {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The contract's whole configuration, on this broker and store.
pub(crate) fn configuration(broker_port: u16, store: &std::path::Path) -> String {
    format!(
        "[mqtt]\nhost = \"127.0.0.1\"\nport = {broker_port}\n\
         [store]\npath = {store:?}\n\
         [http]\nlisten = \"127.0.0.1:0\"\n\
         [ops]\nlisten = \"127.0.0.1:0\"\n\
         [ingest]\nenrolment = \"open\"\n\
         [[sites]]\nid = \"plant-a\"\ntime_zone = \"Asia/Ho_Chi_Minh\"\n"
    )
}
