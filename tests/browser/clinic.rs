//! A plant with a console: who works there, and three workers who need somebody today.

use std::path::Path;

use vagus::domain::person::Role;

use crate::browser::Browser;
use crate::support::eventually;
use crate::support::feed::{ago, gad7, nights, now, phq9_with_crisis};
pub(crate) use crate::support::staff::PASSWORD;
use crate::support::staff::{employ, store_of};
use crate::support::town::Town;
use crate::words::{ENGLISH, Words};

pub(crate) const PHYSICIAN: &str = "dr.lan";
pub(crate) const ADMINISTRATOR: &str = "ad.min";

/// Low nights and anxiety over its cut-off: L3, with both actions.
pub(crate) const STRAINED: &str = "w-0117";
/// An answer that speaks of a crisis: L4.
pub(crate) const IN_CRISIS: &str = "w-0233";

/// Who is named in the configuration, so that they can be put in charge.
const PEOPLE: &str = "[[recipients]]\nid = \"dr.lan\"\nrole = \"physician\"\n\
                      [[recipients]]\nid = \"coun.ha\"\nrole = \"counsellor\"\n\
                      [[recipients]]\nid = \"mgr.an\"\nrole = \"manager\"\n";

/// A town with a console.
pub(crate) struct Clinic {
    pub(crate) town: Town,
}

impl Clinic {
    /// With accounts of a physician and of an administrator, and no case.
    pub(crate) fn staffed() -> Self {
        Self::configured("")
    }

    /// The same, with more lines of configuration.
    pub(crate) fn configured(more: &str) -> Self {
        Self::edited(more, |store| {
            employ(store, &[(PHYSICIAN, Role::Physician), (ADMINISTRATOR, Role::Administrator)]);
        })
    }

    /// As it is unpacked: nobody has an account.
    pub(crate) fn unopened() -> Self {
        Self::edited("", |_| {})
    }

    fn edited(more: &str, prepare: impl FnOnce(&Path)) -> Self {
        let town = Town::edited(|config| {
            prepare(&store_of(&config));
            config + PEOPLE + more
        });
        Self { town }
    }

    /// Sends what opens one case of L3 and one of L4.
    pub(crate) fn with_cases(mut self) -> Self {
        let now = now();
        let mut messages = nights(STRAINED, 45, 10, 1, now);
        messages.push(gad7(STRAINED, 12, ago(now, 1)));
        messages.push(phq9_with_crisis(IN_CRISIS, ago(now, 0)));
        self.town.send_all(&messages);
        assert_eq!(self.town.wait_for_alerts(STRAINED, 1)[0].level(), "L3");
        assert_eq!(self.town.wait_for_alerts(IN_CRISIS, 1)[0].level(), "L4");
        self
    }

    /// The case of a worker.
    pub(crate) fn case_of(&self, worker: &str) -> String {
        self.town.wait_for_alerts(worker, 1)[0].data["case_id"].as_str().unwrap().to_owned()
    }

    /// Where the console is.
    pub(crate) fn address(&self) -> String {
        eventually("the service says where its console is", || {
            let log = self.town.vagus.log();
            let started = log.lines().rfind(|line| line.contains("the service runs"))?;
            let line: serde_json::Value = serde_json::from_str(started).ok()?;
            Some(format!("http://{}", line["console"].as_str()?))
        })
    }

    /// A browser in which the physician is signed in.
    pub(crate) fn physician(&self) -> Browser {
        let browser = Browser::start(&self.address());
        sign_in(&browser, &ENGLISH, PHYSICIAN, PASSWORD);
        browser.sees_heading(ENGLISH.inbox);
        browser
    }
}

/// Signs somebody in, by typing.
pub(crate) fn sign_in(browser: &Browser, words: &Words, name: &str, password: &str) {
    browser.open("/");
    browser.sees_heading(words.sign_in_title);
    browser.fill(words.name, name);
    browser.fill(words.password, password);
    browser.press(words.sign_in);
}
