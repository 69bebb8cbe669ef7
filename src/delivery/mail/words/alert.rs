//! Alerts: what was found, what is asked for, what to do next.

use super::super::page::{Block, Page};
use super::super::{Look, subject};
use super::{action_name, confidential, evidence, fact, heading, level, step, text, to_the_case, whom};
use crate::domain::alert::{Alert, AlertKind, RuleId};
use crate::domain::case::ActionKind;
use crate::domain::event::Event;
use crate::domain::phrase::Phrase;

pub(super) fn page(alert: &Alert, event: &Event, look: &Look) -> Page {
    let language = look.language;
    let is_call = event.is_crisis() && subject::is_request(event.kind());
    let mut blocks = Vec::new();
    if is_call {
        blocks.push(Block::Call(language.say("mail-call")));
    }
    blocks.push(Block::Text(language.summary(&alert.evidence, alert.opening)));
    blocks.push(Block::Facts(facts(alert, look)));
    blocks.extend(evidence::blocks(&alert.evidence, language, is_call));
    blocks.extend(asked_for(alert, look));
    if alert.kind != AlertKind::Closed {
        blocks.push(heading("mail-next", look));
        if !is_call {
            let is_revised = alert.kind == AlertKind::Revised;
            blocks.push(text(if is_revised { "mail-alert-next-revised" } else { "mail-alert-next" }, look));
        }
    }
    let commands: &[&str] = match alert.kind {
        AlertKind::Raised | AlertKind::RaisedAgain => &["ack", "show"],
        AlertKind::Revised | AlertKind::Closed => &["show"],
    };
    blocks.extend(to_the_case(&alert.case, look, commands));
    let headline = language.say(headline(alert.kind, is_call));
    Page { language, headline, is_urgent: is_call, blocks, footer: confidential(look) }
}

const fn headline(kind: AlertKind, is_call: bool) -> &'static str {
    match kind {
        AlertKind::Raised | AlertKind::RaisedAgain if is_call => "mail-headline-call",
        AlertKind::Raised => "mail-headline-raised",
        AlertKind::RaisedAgain => "mail-headline-raised_again",
        AlertKind::Revised => "mail-headline-revised",
        AlertKind::Closed => "mail-headline-closed",
    }
}

fn facts(alert: &Alert, look: &Look) -> Vec<(String, String)> {
    let language = look.language;
    let rules: Vec<&str> = alert.rules.iter().map(RuleId::as_str).collect();
    let mut facts = whom(&alert.worker, &alert.case, look);
    facts.push(fact("mail-level", level(alert.level, language), look));
    if !rules.is_empty() {
        facts.push(fact("mail-rules", rules.join(&language.say("summary-comma")), look));
    }
    let (from, to) = (language.date(alert.window.0), language.date(alert.window.1));
    let window = language.say_with("mail-window-days", &[("from", from.into()), ("to", to.into())]);
    facts.push(fact("mail-window", window, look));
    facts.push(fact("mail-open-since", language.full_moment(alert.opened_at, &look.zone), look));
    facts
}

/// The actions with their due times, each with what the rules suggest.
fn asked_for(alert: &Alert, look: &Look) -> Vec<Block> {
    if alert.actions.is_empty() {
        return Vec::new();
    }
    let language = look.language;
    let is_over = alert.kind == AlertKind::Closed;
    let rows = alert.actions.iter().map(|action| {
        let is_due = !is_over && !action.step.is_final();
        let due = if is_due { language.full_moment(action.due, &look.zone) } else { String::new() };
        [action_name(action.kind, language), step(action.step, language), due]
    });
    let head = ["mail-action", "mail-state", "mail-due"].map(|key| language.say(key));
    let title = if is_over { "mail-became-of" } else { "mail-asked-for" };
    let mut blocks = vec![heading(title, look), Block::Table(head, rows.collect())];
    if is_over {
        return blocks;
    }
    let has_review = alert.actions.iter().any(|action| action.kind == ActionKind::WorkloadReview);
    if has_review {
        blocks.extend(suggestions("mail-suggested-work", &alert.workload_suggestions, look));
    }
    blocks.extend(suggestions("mail-suggested-worker", &alert.counseling_suggestions, look));
    if !has_review {
        blocks.push(text("mail-no-review", look));
    }
    blocks
}

pub(super) fn suggestions(opening: &str, points: &[Phrase], look: &Look) -> Vec<Block> {
    if points.is_empty() {
        return Vec::new();
    }
    vec![text(opening, look), Block::List(points.iter().map(|point| look.language.phrase(point).to_owned()).collect())]
}
