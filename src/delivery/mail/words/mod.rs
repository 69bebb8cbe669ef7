//! What mails say, each kind of event in one place; the texts themselves stand in the languages' files.
//!
//! The sentences speak of recovery, sleep, answers and working conditions, never of what a person
//! feels: that is for the person to say.

mod action;
mod alert;
mod case;
mod evidence;
mod line;

pub(super) use line::line;

use super::Look;
use super::page::{Block, Page};
use crate::domain::alert::Level;
use crate::domain::case::{ActionKind, ActionStep, CaseId};
use crate::domain::event::{Event, EventBody};
use crate::domain::ids::WorkerId;
use crate::texts::Language;

/// The page of an event.
pub(super) fn page(event: &Event, look: &Look) -> Page {
    match &event.body {
        EventBody::Alert(alert) => alert::page(alert, event, look),
        EventBody::Action(request) => action::page(request, event, look),
        EventBody::Deadline(notice) => case::deadline(notice, event, look),
        EventBody::Proposal(proposal) => case::proposal(proposal, look),
        EventBody::Invitation(invitation) => case::invitation(invitation, look),
        EventBody::Committee(notice) => case::committee(notice, look),
    }
}

/// Health data is inside.
fn confidential(look: &Look) -> Vec<String> {
    vec![look.language.say("mail-confidential"), sender(look)]
}

/// Nothing of a person is inside.
fn open(look: &Look, key: &str) -> Vec<String> {
    vec![look.language.say(key), sender(look)]
}

fn sender(look: &Look) -> String {
    let zone = look.zone.iana_name().map_or_else(|| look.language.say("mail-zone-unnamed"), str::to_owned);
    look.language.say_with("mail-sender", &[("site", look.site_name.as_str().into()), ("zone", zone.into())])
}

/// The worker and the case, which open most pages.
fn whom(worker: &WorkerId, case: &CaseId, look: &Look) -> Vec<(String, String)> {
    vec![fact("mail-worker", worker.to_string(), look), fact("mail-case", case.to_string(), look)]
}

/// A named value.
fn fact(key: &str, value: String, look: &Look) -> (String, String) {
    (look.language.say(key), value)
}

fn heading(key: &str, look: &Look) -> Block {
    Block::Heading(look.language.say(key))
}

fn text(key: &str, look: &Look) -> Block {
    Block::Text(look.language.say(key))
}

/// Where the case can be seen and taken.
fn to_the_case(case: &CaseId, look: &Look, commands: &[&str]) -> Vec<Block> {
    let link = look.console.as_deref().map(|console| {
        let url = format!("{}/cases/{case}", console.trim_end_matches('/'));
        Block::Link(look.language.say("mail-open-case"), url)
    });
    let typed: Vec<String> = commands.iter().map(|command| typed(command, case, look.language)).collect();
    let is_signed = typed.iter().any(|line| line.contains("--by"));
    let opening = if is_signed { "mail-typed-by" } else { "mail-typed" };
    link.into_iter().chain([text(opening, look), Block::Commands(typed)]).collect()
}

/// The whole line of a command about a case.
fn typed(command: &str, case: &CaseId, language: Language) -> String {
    match command {
        "show" => format!("vagus cases show {case} --config FILE"),
        "note" => {
            let note = language.say("mail-typed-note");
            format!("vagus cases note {case} \"{note}\" --by YOU --config FILE")
        }
        _ => format!("vagus cases {command} {case} --by YOU --config FILE"),
    }
}

fn level(level: Level, language: Language) -> String {
    let name = language.say(&format!("level-{}", level.as_str()));
    language.say_with("mail-level-named", &[("level", level.as_str().into()), ("name", name.into())])
}

fn action_name(kind: ActionKind, language: Language) -> String {
    language.say(&format!("action-{}", kind.as_str()))
}

fn step(step: ActionStep, language: Language) -> String {
    language.say(&format!("step-{}", step.as_str()))
}

/// A value with its unit.
fn with_unit(unit: &str, value: String, language: Language) -> String {
    language.say_with(&format!("unit-{unit}"), &[("value", value.into())])
}
