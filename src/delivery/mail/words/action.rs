//! Requested actions: to the organisation of the work, which learns nothing of a person, and to whoever
//! offers counselling.

use super::super::page::{Block, Page};
use super::super::{Look, times};
use super::{alert, conditions, confidential, level, open, to_the_case, whom};
use crate::domain::alert::{ActionRef, ActionRequest, ExceededLimit};
use crate::domain::event::Event;

pub(super) fn page(request: &ActionRequest, event: &Event, look: &Look) -> Page {
    match request {
        ActionRequest::WorkloadReview { action, unit, exposures } => review(action, unit.as_str(), exposures, look),
        ActionRequest::Counseling { action, case, worker, level: of, suggestions } => {
            let is_call = event.is_crisis();
            let mut facts = whom(worker, case);
            facts.push(("Order of calls", level(*of).to_owned()));
            facts.push(("To be offered by", times::full(action.due, &look.zone)));
            facts.push(("Action", action.id.to_string()));
            let opening = if is_call { Block::Call(CALL.to_owned()) } else { Block::Text(OFFER.to_owned()) };
            let mut blocks = vec![opening, Block::Facts(facts)];
            blocks.extend(alert::suggestions("Suggested by the rules:", suggestions));
            blocks.push(Block::Heading("What to do next"));
            blocks.push(Block::Text(ANSWER.to_owned()));
            blocks.extend(to_the_case(case, look, &["show"]));
            let headline = if is_call { "Somebody needs a conversation now" } else { "Please offer counselling" };
            Page { headline, is_urgent: is_call, blocks, footer: confidential(look) }
        }
    }
}

const CALL: &str = "Get in touch with the worker now, in person or by telephone. The duty clinician has been asked, \
    too: agree who of you calls. Where life is in danger at once, call the emergency services.";

const OFFER: &str = "Occupational health asks you to offer counselling to a worker. The offer is voluntary: a worker \
    who declines has no disadvantage, and need not say why.";

const ANSWER: &str = "Say what becomes of it (accepted, started, done or declined) in your own system, or in the case. \
    What is said in the conversations stays with you.";

/// There is no place in here for a person: only the unit, its limits and a time.
fn review(action: &ActionRef, unit: &str, exposures: &[ExceededLimit], look: &Look) -> Page {
    let facts = vec![
        ("Unit", unit.to_owned()),
        ("Due", times::full(action.due, &look.zone)),
        ("Action", action.id.to_string()),
    ];
    let asked = "Please review the work of this unit: hours, breaks, staffing, clarity of tasks, noise and heat. What \
                 can be removed or reduced comes before what people are to get used to.";
    let mut blocks = vec![Block::Text(asked.to_owned()), Block::Facts(facts)];
    if !exposures.is_empty() {
        let limit =
            |e: &ExceededLimit| format!("{}: {}", conditions::name(e.kind), conditions::figure(e.kind, e.limit));
        blocks.push(Block::Heading("Limits that were exceeded"));
        blocks.push(Block::List(exposures.iter().map(limit).collect()));
    }
    blocks.push(Block::Heading("What to do next"));
    let next = "Agree with the unit what will change and until when, and tell occupational health when the review has \
                begun and when it is done. Ask nobody why it was asked for: it is of the work, and of no person.";
    blocks.push(Block::Text(next.to_owned()));
    let footer = open(look, "This message holds nothing of any person.");
    Page { headline: "Please review the work of a unit", is_urgent: false, blocks, footer }
}
