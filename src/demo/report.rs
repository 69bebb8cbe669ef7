//! What the demo found out: how much was sent, what came of it, and whether the planted was found.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use comfy_table::{Table, presets};

use super::bus::{Alert, AlertKind, Receipt};
use super::planted::{Expected, Planted};
use super::workforce::{Message, Workforce};
use crate::domain::alert::Level;
use crate::domain::{Date, TimeZone};

/// Names on one line of the summary.
const NAMES_A_LINE: usize = 8;

/// Counts of items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Items {
    /// Sent.
    pub sent: u64,
    /// Of these, made to be refused.
    pub faulty: u64,
    /// Changed something.
    pub accepted: u64,
    /// Were there already.
    pub duplicate: u64,
    /// Refused.
    pub rejected: u64,
}

/// An alert that opened or raised a case.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Raised {
    level: Level,
    rules: Vec<String>,
    on: Date,
    is_again: bool,
}

/// What became of one planted pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The pattern.
    pub planted: Planted,
    /// Whose.
    pub worker: String,
    /// Days from its beginning to the alert that was expected.
    pub found_after_days: Option<i32>,
    /// The highest alert since it began.
    pub highest: Option<Level>,
}

impl Finding {
    /// Whether the service said what a good one says.
    #[must_use]
    pub fn is_right(&self) -> bool {
        match self.planted.expected() {
            Expected::Rule(_) | Expected::Level(_) => self.found_after_days.is_some(),
            Expected::Silence => self.highest.is_none(),
        }
    }
}

/// What the demo found out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// What was sent and what became of it.
    pub items: Items,
    /// Messages.
    pub messages: u64,
    /// Messages that were sent again because no receipt came.
    pub resent: u64,
    /// Requested actions, by the ids of their events.
    pub actions: BTreeSet<String>,
    /// Beats of the recorded feed.
    pub recorded_beats: u64,
    /// Workers.
    pub workers: u32,
    /// Each planted pattern.
    pub findings: Vec<Finding>,
    /// The highest level of each worker with nothing planted who was raised by chance.
    pub by_chance: BTreeMap<String, Level>,
    raised: BTreeMap<String, Vec<Raised>>,
    seen: BTreeSet<String>,
}

impl Report {
    pub(super) fn sent(&mut self, message: &Message) {
        self.messages += 1;
        self.items.sent += u64::from(message.items);
        self.items.faulty += u64::from(message.faulty);
    }

    pub(super) fn receipt(&mut self, receipt: &Receipt) {
        self.items.accepted += receipt.accepted;
        self.items.duplicate += receipt.duplicate;
        self.items.rejected += receipt.rejected.len() as u64;
    }

    pub(super) fn action(&mut self, id: String) {
        self.actions.insert(id);
    }

    /// How many events were heard.
    pub(super) fn heard(&self) -> usize {
        self.seen.len() + self.actions.len()
    }

    /// Counts an alert; false for one that was delivered before.
    pub(super) fn alert(&mut self, alert: &Alert, zone: &TimeZone) -> bool {
        if !self.seen.insert(alert.id.clone()) {
            return false;
        }
        if matches!(alert.kind, AlertKind::Raised | AlertKind::RaisedAgain) {
            self.raised.entry(alert.worker.clone()).or_default().push(Raised {
                level: alert.level,
                rules: alert.rules.clone(),
                on: zone.to_datetime(alert.at).date(),
                is_again: alert.kind == AlertKind::RaisedAgain,
            });
        }
        true
    }

    /// Holds what was raised against what was planted. Only here do the two meet.
    pub(super) fn conclude(&mut self, workforce: &Workforce) {
        self.workers = u32::try_from(workforce.people.len()).unwrap_or(u32::MAX);
        self.findings.clear();
        self.by_chance.clear();
        for person in &workforce.people {
            let raised = self.raised.get(&person.worker).map_or(&[][..], Vec::as_slice);
            let Some((planted, begin)) = person.planted else {
                if let Some(level) = raised.iter().map(|r| r.level).max() {
                    self.by_chance.insert(person.worker.clone(), level);
                }
                continue;
            };
            let Some(begin) = workforce.date(begin) else { continue };
            let since = raised.iter().filter(|r| r.on >= begin);
            let is_expected = |r: &&Raised| match planted.expected() {
                Expected::Rule(rule) => r.rules.iter().any(|name| name == rule),
                Expected::Level(level) => r.level == level,
                Expected::Silence => false,
            };
            let found = since.clone().find(is_expected);
            self.findings.push(Finding {
                planted,
                worker: person.worker.clone(),
                found_after_days: found.and_then(|r| Some(begin.until(r.on).ok()?.get_days())),
                highest: since.map(|r| r.level).max(),
            });
        }
    }

    /// Whether each planted overload was found.
    #[must_use]
    pub fn has_found_every_overload(&self) -> bool {
        self.findings.iter().filter(|f| f.planted == Planted::Overload).all(Finding::is_right)
    }

    /// The summary, in tables and sentences.
    #[must_use]
    pub fn summary(&self) -> String {
        let parts = [self.items_table(), self.levels_table(), self.planted_table(), self.sentences()];
        parts.join("\n\n")
    }

    fn items_table(&self) -> String {
        let Items { sent, faulty, accepted, duplicate, rejected } = self.items;
        let mut table = table(&["Items sent", "accepted", "duplicate", "rejected", "messages", "sent again"]);
        let rejected = format!("{rejected} ({faulty} faulty on purpose)");
        table.add_row([sent, accepted, duplicate].map(|n| n.to_string()).into_iter().chain([
            rejected,
            self.messages.to_string(),
            self.resent.to_string(),
        ]));
        table.to_string()
    }

    fn levels_table(&self) -> String {
        let mut table = table(&["Alerts", "cases opened", "risen to it", "workers"]);
        for (level, words) in
            [(Level::L4, "L4 crisis: a conversation today"), (Level::L3, "L3 high"), (Level::L2, "L2 medium")]
        {
            let of_level = |is_again| {
                let all = self.raised.values().flatten();
                all.filter(|r| r.level == level && r.is_again == is_again).count().to_string()
            };
            let workers = self.raised.values().filter(|raised| raised.iter().any(|r| r.level == level)).count();
            table.add_row([words.to_owned(), of_level(false), of_level(true), workers.to_string()]);
        }
        table.to_string()
    }

    fn planted_table(&self) -> String {
        let mut table = table(&["Planted, known to the simulator alone", "workers", "expected", "right", "after days"]);
        for planted in Planted::ALL {
            let of_kind: Vec<&Finding> = self.findings.iter().filter(|f| f.planted == planted).collect();
            if of_kind.is_empty() {
                continue;
            }
            let right = of_kind.iter().filter(|f| f.is_right()).count();
            let mut days: Vec<i32> = of_kind.iter().filter_map(|f| f.found_after_days).collect();
            days.sort_unstable();
            let days: Vec<String> = days.iter().map(i32::to_string).collect();
            table.add_row([
                planted.title().to_owned(),
                of_kind.len().to_string(),
                planted.expected().words(),
                right.to_string(),
                days.join(" "),
            ]);
        }
        table.to_string()
    }

    fn sentences(&self) -> String {
        let healthy = (self.workers as usize).saturating_sub(self.findings.len());
        let mut text =
            format!("By chance: {} of {healthy} workers with nothing planted were raised", self.by_chance.len());
        for (place, (worker, level)) in self.by_chance.iter().enumerate() {
            let separator = if place.is_multiple_of(NAMES_A_LINE) { "\n  " } else { ", " };
            let _ = write!(text, "{separator}{worker} {}", level.as_str());
        }
        text.push_str(
            "\nLow nights come in runs by chance; with a mildly raised questionnaire that is an L2, and a\n\
             conversation settles it.",
        );
        for finding in self.findings.iter().filter(|f| f.planted.expected() == Expected::Silence) {
            if let Some(level) = finding.highest {
                let (worker, level, title) = (&finding.worker, level.as_str(), finding.planted.title());
                let _ = write!(text, "\nNot silent as it should be: {worker} was raised to {level} ({title}).");
            }
        }
        let _ = write!(
            text,
            "\nEach case asked for a workload review and a counselling offer together (a crisis for\ncounselling \
             alone): {} actions.\nThe recorded feed gave {} real beats of 4 people as `rr` readings.",
            self.actions.len(),
            self.recorded_beats,
        );
        text
    }
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(header.iter().copied());
    table
}
