//! What the demo shows: where to look, how far it is, each alert in plain words.

use std::io::IsTerminal as _;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Options;
use super::bus::{Alert, AlertKind};
use crate::domain::{Date, TimeZone};
use crate::rules::RuleSet;

const WIDTH: usize = 100;
/// Without a terminal, progress is a line every so many days.
const DAYS_A_LINE: u32 = 10;

/// Standard output, with a bar where it is a terminal.
#[derive(Debug)]
pub(super) struct Screen {
    bar: ProgressBar,
    has_bar: bool,
    is_quiet: bool,
    days: u32,
    zone: TimeZone,
    titles: Vec<(String, String)>,
}

/// Where the demo can be looked into.
pub(super) struct Places<'a> {
    pub(super) broker: SocketAddr,
    pub(super) ops: SocketAddr,
    pub(super) console: SocketAddr,
    pub(super) store: &'a Path,
    pub(super) root: &'a str,
}

impl Screen {
    pub(super) fn new(options: &Options, zone: TimeZone, rules: &RuleSet) -> Self {
        let has_bar = std::io::stdout().is_terminal() && std::io::stderr().is_terminal() && !options.is_quiet;
        let target = if has_bar { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(u64::from(options.days)), target);
        let style = ProgressStyle::with_template("{bar:40} day {pos} of {len}  {msg}  {elapsed} passed");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let titles = rules.rules.iter().map(|rule| (rule.id.as_str().to_owned(), rule.title.to_string())).collect();
        Self { bar, has_bar, is_quiet: options.is_quiet, days: options.days, zone, titles }
    }

    pub(super) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Prints lines above the bar.
    pub(super) fn say(&self, text: &str) {
        if !self.is_quiet {
            // A reader that has gone away, such as `head`, has seen enough.
            self.bar.suspend(|| drop(writeln!(std::io::stdout(), "{text}")));
        }
    }

    pub(super) fn introduce(&self, options: &Options, places: &Places<'_>) {
        let port = places.broker.port();
        let Places { root, ops, console, .. } = places;
        let pace = if options.days_per_s > 0.0 {
            format!("{:.1} days pass in a second", options.days_per_s)
        } else {
            "days pass as fast as they can be worked off".to_owned()
        };
        self.say(&format!(
            "Vagus demo: {} invented workers with wristbands, {} days; {pace}.\n\
             All people, readings and answers are invented (seed {}), but for one recorded feed of 4 real people.\n\
             Every reading travels as MQTT through the broker below to the real service, which keeps it in a store.\n\
             What was planted into whom, only the simulator knows.\n\n\
             The console, where a physician works   http://{console}\n\n\
             Look into it from another terminal:\n\
             \x20 every alert      mosquitto_sub -p {port} -t '{root}/+/alerts' -v\n\
             \x20 every action     mosquitto_sub -p {port} -t '{root}/+/actions/#' -v\n\
             \x20 every receipt    mosquitto_sub -p {port} -t '{root}/+/+/receipts' -v\n\
             \x20 every reading    mosquitto_sub -p {port} -t '{root}/+/+/readings' -v\n\
             \x20 broker           {} (MQTT 3.1.1); in memory, for this demo only\n\
             \x20 metrics, health  http://{ops}/metrics  http://{ops}/readyz\n\
             \x20 store            {} (removed at the end)\n",
            options.workers,
            options.days,
            options.seed,
            places.broker,
            places.store.display(),
        ));
    }

    /// Moves the bar to a day.
    pub(super) fn progress(&self, day: u32, date: Date, accepted: u64) {
        if self.has_bar {
            self.bar.set_position(u64::from(day));
            self.bar.set_message(format!("{date}  {accepted} readings and answers kept"));
        } else if day.is_multiple_of(DAYS_A_LINE) || day == self.days {
            self.say(&format!("-- day {day} of {}, {date}: {accepted} readings and answers kept", self.days));
        }
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    pub(super) fn alert(&self, alert: &Alert) {
        let on = self.zone.to_datetime(alert.at);
        let what = match alert.kind {
            AlertKind::Raised => "a case is opened",
            AlertKind::RaisedAgain => "the case rises",
            AlertKind::Revised => "late data changed the evidence",
            AlertKind::Other => "the case is closed",
        };
        let rules: Vec<String> = alert.rules.iter().map(|rule| self.rule(rule)).collect();
        let stamp = format!("{} {:02}:{:02}", on.date(), on.hour(), on.minute());
        let mut text = format!("{stamp}  {}  {}: {what}. {}", alert.level.as_str(), alert.worker, rules.join("; "));
        if alert.kind != AlertKind::Other {
            text.push('\n');
            text.push_str(&wrapped(&alert.summary));
            let due = |(kind, due): &(String, _)| {
                format!("{} until {}", kind.replace('_', " "), self.zone.to_datetime(*due).date())
            };
            let actions: Vec<String> = alert.actions.iter().map(due).collect();
            if !actions.is_empty() {
                text.push_str(&format!("\n    Asked for: {}.", actions.join(", ")));
            }
        }
        self.say(&text);
    }

    /// A rule with its title.
    fn rule(&self, id: &str) -> String {
        let title = self.titles.iter().find(|(known, _)| known == id).map(|(_, title)| title.as_str());
        match (title, id.starts_with("T-")) {
            (Some(title), _) => format!("{id}: {title}"),
            (None, true) => format!("{id}: several signs together (joint table)"),
            (None, false) => id.to_owned(),
        }
    }
}

/// Broken between words and indented.
fn wrapped(text: &str) -> String {
    let mut wrapped = String::from("   ");
    let mut length = wrapped.len();
    for word in text.split_whitespace() {
        if length + word.len() >= WIDTH {
            wrapped.push_str("\n   ");
            length = 3;
        }
        wrapped.push(' ');
        wrapped.push_str(word);
        length += 1 + word.len();
    }
    wrapped
}
