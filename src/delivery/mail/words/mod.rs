//! What mails say, in English, each kind of event in one place.
//!
//! The sentences speak of recovery, sleep, answers and working conditions, never of what a person
//! feels: that is for the person to say.

mod action;
mod alert;
mod case;
mod conditions;
mod evidence;
mod line;

pub(super) use line::line;

use super::page::{Block, Page};
use super::{Look, times};
use crate::domain::alert::Level;
use crate::domain::case::{ActionKind, ActionStep, CaseId};
use crate::domain::event::{Event, EventBody};
use crate::domain::ids::WorkerId;

/// Opens every mail that only tries whether mails arrive.
pub(super) const TEST: &str = "This message only tries whether messages arrive. The person and the case are invented: \
    nobody has to act.";

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
    let kept = "Confidential: health data under medical secrecy. Do not forward it, and say nothing of it to the \
                line manager or to human resources.";
    vec![kept.to_owned(), sender(look)]
}

/// Nothing of a person is inside.
fn open(look: &Look, told: &str) -> Vec<String> {
    vec![told.to_owned(), sender(look)]
}

fn sender(look: &Look) -> String {
    format!("Sent by Vagus for {}. Times are those of {}.", look.site_name, times::zone_name(&look.zone))
}

/// The worker and the case, which open most pages.
fn whom(worker: &WorkerId, case: &CaseId) -> Vec<(&'static str, String)> {
    vec![("Worker", worker.to_string()), ("Case", case.to_string())]
}

/// Where the case can be seen and taken.
fn to_the_case(case: &CaseId, look: &Look, commands: &[&str]) -> Vec<Block> {
    let link = look.console.as_deref().map(|console| {
        let url = format!("{}/cases/{case}", console.trim_end_matches('/'));
        Block::Link("Open the case in the console", url)
    });
    let typed: Vec<String> = commands.iter().map(|command| typed(command, case)).collect();
    let is_signed = typed.iter().any(|line| line.contains("--by"));
    let opening = if is_signed { TYPED_BY } else { TYPED };
    link.into_iter().chain([Block::Text(opening.to_owned()), Block::Commands(typed)]).collect()
}

const TYPED: &str = "On the machine where Vagus runs, FILE being its configuration:";
const TYPED_BY: &str = "On the machine where Vagus runs, YOU being your short name and FILE its configuration:";

/// The whole line of a command about a case.
fn typed(command: &str, case: &CaseId) -> String {
    match command {
        "show" => format!("vagus cases show {case} --config FILE"),
        "note" => format!("vagus cases note {case} \"what you decided\" --by YOU --config FILE"),
        _ => format!("vagus cases {command} {case} --by YOU --config FILE"),
    }
}

const fn level(level: Level) -> &'static str {
    match level {
        Level::L0 => "L0, nothing to say",
        Level::L1 => "L1, low",
        Level::L2 => "L2, medium",
        Level::L3 => "L3, high",
        Level::L4 => "L4, crisis",
    }
}

const fn action_name(kind: ActionKind) -> &'static str {
    match kind {
        ActionKind::WorkloadReview => "Review of the workload",
        ActionKind::Counseling => "Offer of counselling",
    }
}

const fn step(step: ActionStep) -> &'static str {
    match step {
        ActionStep::Requested => "asked for, not answered yet",
        ActionStep::Accepted => "accepted",
        ActionStep::Started => "started",
        ActionStep::Done => "done",
        ActionStep::Declined => "declined",
    }
}

/// A number with so many decimals; a dash where there is none.
fn number(value: f64, decimals: usize) -> String {
    if value.is_finite() { format!("{:.decimals$}", value + 0.0) } else { "–".to_owned() }
}

/// The same with its sign.
fn signed(value: f64, decimals: usize) -> String {
    let told = number(value, decimals);
    let is_zero = told.bytes().all(|b| matches!(b, b'-' | b'.' | b'0'));
    if is_zero {
        told.trim_start_matches('-').to_owned()
    } else if value > 0.0 {
        format!("+{told}")
    } else {
        told
    }
}

/// A whole number without decimals, another one with two.
fn plain(value: f64) -> String {
    number(value, if value.fract().abs() > 0.0 { 2 } else { 0 })
}

/// An identifier of ours as words.
fn words(name: &str) -> String {
    name.replace('_', " ")
}
