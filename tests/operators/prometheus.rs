//! A real Prometheus and a real Alertmanager on our own files, with their waits made short.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::support::eventually;
use crate::support::mosquitto::find;

/// Where the files for operators are.
pub(crate) fn dashboards() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("dashboards")
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Replaces the value behind a key of a YAML file, wherever the key stands.
fn with_all(text: &str, key: &str, value: &str) -> String {
    let lines = text.lines().map(|line| match line.split_once(&format!("{key}: ")) {
        Some((before, _)) if before.trim().is_empty() => format!("{before}{key}: {value}\n"),
        _ => format!("{line}\n"),
    });
    lines.collect()
}

/// A program that serves HTTP. Dropped, it is killed.
struct Served {
    child: Child,
    directory: tempfile::TempDir,
    port: u16,
}

impl Served {
    /// Starts a program in a directory and waits until it is ready.
    fn start(program: &str, directory: tempfile::TempDir, arguments: impl Fn(&Path, u16) -> Vec<String>) -> Self {
        // Another process may take the port between our look and the program's: then try the next.
        let mut directory = Some(directory);
        for _ in 0..10 {
            let (port, here) = (free_port(), directory.take().unwrap());
            let log = File::create(here.path().join("log")).unwrap();
            let mut child = Command::new(find(program))
                .args(arguments(here.path(), port))
                .stdout(Stdio::null())
                .stderr(log)
                .spawn()
                .unwrap();
            let is_ready = eventually("the program is ready or ends", || {
                let is_ready = ureq::get(format!("http://127.0.0.1:{port}/-/ready")).call().is_ok();
                if child.try_wait().unwrap().is_some() { Some(false) } else { is_ready.then_some(true) }
            });
            if is_ready {
                return Self { child, directory: here, port };
            }
            eprintln!("{program}: {}", fs::read_to_string(here.path().join("log")).unwrap());
            directory = Some(here);
        }
        panic!("{program} did not start ten times over");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A running Prometheus that scrapes a service once a second, with our rules.
pub(crate) struct Prometheus(Served);

impl Prometheus {
    /// Scrapes the service at that address; alerts go to the Alertmanager at that port.
    pub(crate) fn start(target: &str, alertmanager: Option<u16>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let ours = |file: &str| fs::read_to_string(dashboards().join("prometheus").join(file)).unwrap();
        let own = |file: &str, text: &str| fs::write(directory.path().join(file), text).unwrap();
        own("recording.yml", &with_all(&ours("recording.yml"), "interval", "1s"));
        own("alerting.yml", &with_all(&ours("alerting.yml"), "for", "1s"));
        let config = ["scrape_interval", "evaluation_interval"]
            .iter()
            .fold(ours("prometheus.yml"), |text, key| with_all(&text, key, "1s"))
            .replace("127.0.0.1:9464", target)
            .replace("127.0.0.1:9093", &format!("127.0.0.1:{}", alertmanager.unwrap_or(9)));
        own("prometheus.yml", &config);
        Self(Served::start("prometheus", directory, |here, port| {
            vec![
                format!("--config.file={}", here.join("prometheus.yml").display()),
                format!("--storage.tsdb.path={}", here.join("data").display()),
                format!("--web.listen-address=127.0.0.1:{port}"),
                "--rules.alert.resend-delay=1s".to_owned(),
            ]
        }))
    }

    fn get(&self, path: &str, parameters: &[(&str, &str)]) -> Value {
        let address = format!("http://127.0.0.1:{}/api/v1/{path}", self.0.port);
        let url = url::Url::parse_with_params(&address, parameters).unwrap();
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let answer = agent.get(url.as_str()).call().unwrap().body_mut().read_to_string().unwrap();
        serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{path}: {error}: {answer}"))
    }

    /// The values of an expression now, or what is wrong with it.
    pub(crate) fn values(&self, expression: &str) -> Result<Vec<f64>, String> {
        let answer = self.get("query", &[("query", expression)]);
        if answer["status"] != "success" {
            return Err(answer["error"].as_str().unwrap_or("no answer").to_owned());
        }
        let found = answer["data"]["result"].as_array().ok_or("no vector")?;
        let value = |series: &Value| series["value"][1].as_str().and_then(|value| value.parse().ok());
        Ok(found.iter().filter_map(value).collect())
    }

    /// Every rule as Prometheus has read it.
    pub(crate) fn rules(&self) -> Vec<Value> {
        let answer = self.get("rules", &[]);
        let groups = answer["data"]["groups"].as_array().unwrap();
        groups.iter().flat_map(|group| group["rules"].as_array().unwrap().clone()).collect()
    }

    /// Waits until it has scraped the service.
    pub(crate) fn wait_for_a_scrape(&self) {
        eventually("the service is scraped", || {
            self.values("up{job=\"vagus\"} == 1").ok().filter(|values| !values.is_empty())
        });
    }
}

/// A running Alertmanager on our example, with pages and tickets going to a port of ours.
pub(crate) struct Alertmanager(Served);

impl Alertmanager {
    pub(crate) fn start(receiver: u16) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let text = fs::read_to_string(dashboards().join("prometheus/alertmanager.yml")).unwrap();
        let text = ["group_wait", "group_interval"].iter().fold(text, |text, key| with_all(&text, key, "1s"));
        let text = text.replace("127.0.0.1:9999", &format!("127.0.0.1:{receiver}"));
        fs::write(directory.path().join("alertmanager.yml"), text).unwrap();
        Self(Served::start("prometheus-alertmanager", directory, |here, port| {
            vec![
                format!("--config.file={}", here.join("alertmanager.yml").display()),
                format!("--storage.path={}", here.join("data").display()),
                format!("--web.listen-address=127.0.0.1:{port}"),
                "--cluster.listen-address=".to_owned(),
            ]
        }))
    }

    pub(crate) fn port(&self) -> u16 {
        self.0.port
    }

    /// What it logged.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.0.directory.path().join("log")).unwrap_or_default()
    }
}
