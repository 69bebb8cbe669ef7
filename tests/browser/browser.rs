//! A browser as somebody uses it: names on labels, links and buttons in, what is to be read out.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::chromedriver::{Chromedriver, capabilities};

/// How long a page may take to show something.
const PATIENCE: Duration = Duration::from_secs(15);

/// A browser on one console. Dropped, it ends.
pub(crate) struct Browser {
    runtime: Runtime,
    client: Option<Client>,
    address: String,
    _driver: Chromedriver,
    _profile: TempDir,
}

impl Browser {
    /// Starts one that runs scripts.
    pub(crate) fn start(address: &str) -> Self {
        Self::begin(address, true)
    }

    /// Starts one in which scripts are switched off.
    pub(crate) fn without_script(address: &str) -> Self {
        Self::begin(address, false)
    }

    fn begin(address: &str, runs_scripts: bool) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let driver = Chromedriver::start(profile.path());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities(&profile.path().join("chromium"), runs_scripts));
        let client = runtime.block_on(builder.connect(&driver.url())).expect("Chromium starts");
        Self { runtime, client: Some(client), address: address.to_owned(), _driver: driver, _profile: profile }
    }

    fn client(&self) -> &Client {
        self.client.as_ref().expect("it is there until it is dropped")
    }

    /// Opens a page of the console.
    pub(crate) fn open(&self, path: &str) {
        self.runtime.block_on(self.client().goto(&format!("{}{path}", self.address))).unwrap();
    }

    /// The path of the page that is open.
    pub(crate) fn path(&self) -> String {
        self.runtime.block_on(self.client().current_url()).unwrap().path().to_owned()
    }

    pub(crate) fn title(&self) -> String {
        self.runtime.block_on(self.client().title()).unwrap()
    }

    /// What is to be read on the page.
    pub(crate) fn text(&self) -> String {
        self.text_of("//body").unwrap_or_default()
    }

    /// What is to be read in an element, if there is such.
    pub(crate) fn text_of(&self, xpath: &str) -> Option<String> {
        let text = async { self.client().find(Locator::XPath(xpath)).await.ok()?.text().await.ok() };
        self.runtime.block_on(text)
    }

    pub(crate) fn has(&self, xpath: &str) -> bool {
        self.runtime.block_on(self.client().find(Locator::XPath(xpath))).is_ok()
    }

    /// Waits until something is to be read on the page.
    pub(crate) fn sees(&self, words: &str) {
        self.until(&format!("{words:?} is to be read"), || self.text().contains(words).then_some(()));
    }

    /// Waits until the heading of the page is this one.
    pub(crate) fn sees_heading(&self, words: &str) {
        self.until(&format!("the heading is {words:?}"), || (self.text_of("//h1")? == words).then_some(()));
    }

    /// Asks until there is an answer; fails with what is on the page instead.
    #[expect(clippy::disallowed_methods, reason = "a test waits in real time")]
    pub(crate) fn until<T>(&self, what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(answer) = ask() {
                return answer;
            }
            assert!(Instant::now() < until, "never happened: {what}; on {} is:\n{}", self.path(), self.text());
            std::thread::park_timeout(Duration::from_millis(20));
        }
    }

    fn find(&self, what: &str, xpath: &str) -> fantoccini::elements::Element {
        self.until(what, || self.runtime.block_on(self.client().find(Locator::XPath(xpath))).ok())
    }

    fn click(&self, what: &str, xpath: &str) {
        let element = self.find(what, xpath);
        self.runtime.block_on(element.click()).unwrap_or_else(|error| panic!("{what} cannot be clicked: {error}"));
    }

    /// Clicks what leads to another page, and waits until that is there.
    fn leave_by(&self, what: &str, xpath: &str) {
        let before = self.find("a page", "/html");
        self.click(what, xpath);
        self.until(&format!("{what} leads to another page"), || {
            self.runtime.block_on(before.tag_name()).is_err().then_some(())
        });
    }

    /// Clicks the button of that name.
    pub(crate) fn press(&self, name: &str) {
        self.leave_by(&format!("a button {name:?}"), &format!("//main//button[normalize-space()=\"{name}\"]"));
    }

    /// Clicks the button of that name in the group of that name.
    pub(crate) fn press_in(&self, group: &str, name: &str) {
        let xpath = format!("//fieldset[legend[normalize-space()=\"{group}\"]]//button[normalize-space()=\"{name}\"]");
        self.leave_by(&format!("a button {name:?} in {group:?}"), &xpath);
    }

    /// Clicks the button of that name above the page.
    pub(crate) fn press_above(&self, name: &str) {
        self.leave_by(&format!("a button {name:?} above"), &format!("//header//button[normalize-space()=\"{name}\"]"));
    }

    /// Clicks the link of that name.
    pub(crate) fn follow(&self, name: &str) {
        self.leave_by(&format!("a link {name:?}"), &format!("//a[normalize-space()=\"{name}\"]"));
    }

    fn labelled(label: &str) -> String {
        format!("//*[@id=//label[normalize-space()=\"{label}\"]/@for]")
    }

    /// Types into the field of that label.
    pub(crate) fn fill(&self, label: &str, words: &str) {
        let field = self.find(&format!("a field {label:?}"), &Self::labelled(label));
        let typed = async {
            field.clear().await?;
            field.send_keys(words).await
        };
        self.runtime.block_on(typed).unwrap();
    }

    /// Chooses from the list of that label.
    pub(crate) fn choose(&self, label: &str, option: &str) {
        let xpath = format!("{}/option[normalize-space()=\"{option}\"]", Self::labelled(label));
        self.click(&format!("a choice {option:?} of {label:?}"), &xpath);
    }

    /// Chooses from the list of that label in the section of that name.
    pub(crate) fn choose_within(&self, section: &str, label: &str, option: &str) {
        let label = format!("//section[h2[normalize-space()=\"{section}\"]]//label[normalize-space()=\"{label}\"]");
        let xpath = format!("//select[@id={label}/@for]/option[normalize-space()=\"{option}\"]");
        self.click(&format!("a choice {option:?} in {section:?}"), &xpath);
    }

    /// Ticks the box of that label in the section of that name.
    pub(crate) fn tick_within(&self, section: &str, label: &str) {
        let xpath =
            format!("//section[h2[normalize-space()=\"{section}\"]]//label[normalize-space()=\"{label}\"]/input");
        self.click(&format!("a box {label:?} in {section:?}"), &xpath);
    }

    /// Types where the focus is.
    pub(crate) fn type_keys(&self, keys: &str) {
        let typed = async { self.client().active_element().await?.send_keys(keys).await };
        self.runtime.block_on(typed).unwrap();
    }

    /// Runs a script that returns something; `arguments` are its arguments.
    pub(crate) fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.runtime.block_on(self.client().execute(script, arguments)).unwrap()
    }

    /// Runs a script that answers by calling its last argument.
    pub(crate) fn run_until_answered(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.runtime.block_on(self.client().execute_async(script, arguments)).unwrap()
    }

    /// The words of a dialogue that a script has opened.
    pub(crate) fn dialogue(&self) -> Option<String> {
        self.runtime.block_on(self.client().get_alert_text()).ok()
    }

    /// A screen of that many pixels of the style sheet, each `scale` of the device.
    pub(crate) fn resize(&self, width: u32, height: u32, scale: u32) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": scale, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", metrics);
    }

    /// What the reader has asked their system for: `light` or `dark`, and that nothing moves.
    pub(crate) fn prefer(&self, scheme: &str) {
        let feature = |name: &str, value: &str| json!({"name": name, "value": value});
        let asked = [feature("prefers-color-scheme", scheme), feature("prefers-reduced-motion", "reduce")];
        self.devtools("Emulation.setEmulatedMedia", json!({"features": asked}));
    }

    /// Every kind of page that somebody comes to by links from the page that is open, one of each kind.
    pub(crate) fn tour(&self) -> Vec<String> {
        let script = "return [...document.querySelectorAll('a[href^=\"/\"]:not([download])')].map((link) => link.getAttribute('href'))";
        let mut pages = vec![self.path()];
        let mut at = 0;
        while let Some(page) = pages.get(at).cloned() {
            self.open(&page);
            let links: Vec<String> = serde_json::from_value(self.run(script, vec![])).unwrap();
            for link in links.into_iter().filter(|link| link != "/") {
                if !pages.iter().any(|page| kind(page) == kind(&link)) {
                    pages.push(link);
                }
            }
            at += 1;
        }
        pages
    }

    fn devtools(&self, command: &'static str, parameters: Value) -> Value {
        self.runtime.block_on(self.client().issue_cmd(DevTools { command, parameters })).unwrap()
    }

    /// Keeps a picture of what the screen shows.
    pub(crate) fn picture(&self, name: &str) {
        let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("browser");
        fs::create_dir_all(&directory).unwrap();
        let picture = self.runtime.block_on(self.client().screenshot()).unwrap();
        fs::write(directory.join(format!("{name}.png")), picture).unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            let _ = self.runtime.block_on(client.close());
        }
    }
}

/// What pages of one kind have in common: the first part of the address, and how many there are.
fn kind(path: &str) -> (&str, usize) {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    (path.split('/').nth(1).unwrap_or_default(), path.matches('/').count())
}

/// A name for pictures: `cases` of `/cases`, `cases-one` of a page of one of them.
pub(crate) fn page_name(path: &str) -> String {
    let (first, parts) = kind(path);
    if parts > 1 { format!("{first}-one") } else { first.to_owned() }
}

/// A command of the protocol behind Chromium's developer tools.
#[derive(Debug)]
struct DevTools {
    command: &'static str,
    parameters: Value,
}

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        let body = json!({"cmd": self.command, "params": self.parameters});
        (http::Method::POST, Some(body.to_string()))
    }
}
