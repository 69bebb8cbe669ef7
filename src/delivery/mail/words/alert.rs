//! Alerts: what was found, what is asked for, what to do next.

use super::super::page::{Block, Page};
use super::super::{Look, subject, times};
use super::{action_name, confidential, evidence, level, step, to_the_case, whom};
use crate::domain::alert::{Alert, AlertKind, RuleId};
use crate::domain::case::ActionKind;
use crate::domain::event::Event;

const CALL: &str = "Get in touch with the worker now, in person or by telephone, and assess the risk in a structured way. \
    Acknowledge the case first, so that everybody knows that somebody calls. Where life is in danger at once, call \
    the emergency services.";

const NEXT: &str = "Take the case, then talk with the worker: how are sleep, recovery and work from the worker's own \
    point of view? The review of the work goes on whether or not the worker wants counselling.";

const REVISED: &str = "Look whether what was agreed still fits. The case stays open until the person in charge \
    closes it.";

pub(super) fn page(alert: &Alert, event: &Event, look: &Look) -> Page {
    let is_call = event.is_crisis() && subject::is_request(event.kind());
    let mut blocks = Vec::new();
    if is_call {
        blocks.push(Block::Call(CALL.to_owned()));
    }
    blocks.push(Block::Text(look.language.summary(&alert.evidence, alert.opening)));
    blocks.push(Block::Facts(facts(alert, look)));
    blocks.extend(evidence::blocks(&alert.evidence, look.language, is_call));
    blocks.extend(asked_for(alert, look));
    if alert.kind != AlertKind::Closed {
        blocks.push(Block::Heading("What to do next"));
        if !is_call {
            let next = if alert.kind == AlertKind::Revised { REVISED } else { NEXT };
            blocks.push(Block::Text(next.to_owned()));
        }
    }
    let commands: &[&str] = match alert.kind {
        AlertKind::Raised | AlertKind::RaisedAgain => &["ack", "show"],
        AlertKind::Revised | AlertKind::Closed => &["show"],
    };
    blocks.extend(to_the_case(&alert.case, look, commands));
    Page { headline: headline(alert.kind, is_call), is_urgent: is_call, blocks, footer: confidential(look) }
}

const fn headline(kind: AlertKind, is_call: bool) -> &'static str {
    match kind {
        AlertKind::Raised | AlertKind::RaisedAgain if is_call => "Somebody needs a conversation now",
        AlertKind::Raised => "A case was opened",
        AlertKind::RaisedAgain => "A case needs you again",
        AlertKind::Revised => "Late data changed a case",
        AlertKind::Closed => "A case was closed",
    }
}

fn facts(alert: &Alert, look: &Look) -> Vec<(&'static str, String)> {
    let rules: Vec<&str> = alert.rules.iter().map(RuleId::as_str).collect();
    let mut facts = whom(&alert.worker, &alert.case);
    facts.push(("Level", level(alert.level).to_owned()));
    if !rules.is_empty() {
        facts.push(("Rules", rules.join(", ")));
    }
    facts.push(("Days looked at", format!("{} to {}", times::day(alert.window.0), times::day(alert.window.1))));
    facts.push(("Open since", times::full(alert.opened_at, &look.zone)));
    facts
}

/// The actions with their due times, each with what the rules suggest.
fn asked_for(alert: &Alert, look: &Look) -> Vec<Block> {
    if alert.actions.is_empty() {
        return Vec::new();
    }
    let is_over = alert.kind == AlertKind::Closed;
    let rows = alert.actions.iter().map(|action| {
        let due = if is_over { String::new() } else { times::full(action.due, &look.zone) };
        let due = if action.step.is_final() { String::new() } else { due };
        [action_name(action.kind).to_owned(), step(action.step).to_owned(), due]
    });
    let heading = if is_over { "What became of the actions" } else { "What is asked for" };
    let table = Block::Table(["Action", "State", "Due"], rows.collect());
    let mut blocks = vec![Block::Heading(heading), table];
    if is_over {
        return blocks;
    }
    let has_review = alert.actions.iter().any(|action| action.kind == ActionKind::WorkloadReview);
    if has_review {
        blocks.extend(suggestions("Suggested for the work:", &alert.workload_suggestions));
    }
    blocks.extend(suggestions("Suggested for the worker:", &alert.counseling_suggestions));
    if !has_review {
        let alone = "No review of the workload is asked for: a clinician can ask for one.";
        blocks.push(Block::Text(alone.to_owned()));
    }
    blocks
}

pub(super) fn suggestions(opening: &str, points: &[String]) -> Vec<Block> {
    if points.is_empty() {
        return Vec::new();
    }
    vec![Block::Text(opening.to_owned()), Block::List(points.to_vec())]
}
