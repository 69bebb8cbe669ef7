//! chromedriver on a port of its own, ended by its own id, and the Chromium that it starts.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::support::eventually;

/// A running chromedriver. Dropped, it is killed; the browser is ended before by its session.
pub(crate) struct Chromedriver {
    child: Child,
    port: u16,
}

impl Chromedriver {
    /// Starts it on a free port of its choice; what it says goes into `directory`.
    pub(crate) fn start(directory: &Path) -> Self {
        let said = directory.join("chromedriver.said");
        let child = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(File::create(&said).unwrap())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                panic!(
                    "chromedriver cannot be started ({error}): run ./tests/run, or install Chromium and its driver \
                     (on Debian: apt-get install chromium chromium-driver)"
                )
            });
        let mut driver = Self { child, port: 0 };
        driver.port = eventually("chromedriver says on which port it listens", || {
            let said = fs::read_to_string(&said).ok()?;
            said.lines()
                .find_map(|line| line.split_once("started successfully on port ")?.1.trim_end_matches('.').parse().ok())
        });
        driver
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Chromedriver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How Chromium is started: without a window, without a network of its own, on a profile that was never used.
pub(crate) fn capabilities(profile: &Path, runs_scripts: bool) -> serde_json::Map<String, Value> {
    let flags = [
        "--headless=new",
        // Tests run as root in containers, where Chromium's own sandbox does not start.
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
        "--window-size=1280,900",
    ];
    let profile = format!("--user-data-dir={}", profile.display());
    let flags: Vec<&str> = flags.into_iter().chain([profile.as_str()]).collect();
    let scripts = if runs_scripts { 1 } else { 2 };
    let options = json!({
        "args": flags,
        "prefs": {
            "profile.managed_default_content_settings.javascript": scripts,
            "intl.accept_languages": "en",
        },
    });
    let Value::Object(capabilities) = json!({"browserName": "chrome", "goog:chromeOptions": options}) else {
        unreachable!("an object was written")
    };
    capabilities
}
