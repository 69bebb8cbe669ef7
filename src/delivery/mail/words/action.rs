//! Requested actions: to the organisation of the work, which learns nothing of a person, and to whoever
//! offers counselling.

use super::super::page::{Block, Page};
use super::super::{Look, times};
use super::{alert, conditions, confidential, level, open, to_the_case, whom};
use crate::domain::alert::{ActionRef, ActionRequest, ExceededLimit};
use crate::domain::event::Event;
use crate::domain::ids::UNASSIGNED_UNIT;

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

/// Instead of what is asked about a unit.
const NO_UNIT: &str = "Please review working conditions: hours, breaks, staffing, clarity of tasks, noise and heat. Which \
    unit is not known to Vagus, since its register does not say; begin where you know of strain, and ask whoever runs \
    Vagus to import the units. What can be removed or reduced comes before what people \
    are to get used to.";

const NO_LIMIT: &str = "No limit is known to be exceeded. That may be because none is, or because hours, noise and heat of \
    this work are not sent to Vagus: find out which.";

/// What a review of any work looks at where nothing is known of it: what the library of interventions
/// changes on the side of the organisation.
const LOOK_AT: &[&str] = &[
    "Hours: how long are the weeks, overtime included, and for how many weeks already?",
    "Breaks and rests: are breaks taken, are there 11 h between shifts, and whole days without work?",
    "Shifts: how many nights in a row, and how early do shifts begin?",
    "Staffing: are places vacant, and who does the work of those who are away?",
    "Tasks: is it clear who does what and what comes first, and do demands and means fit each other?",
    "Noise: was it measured, and is it 85 dB(A) or more over a day?",
    "Heat: was it measured, and are there shade, water and rests?",
    "Safety: was there violence or an accident, and was it talked over?",
];

/// There is no place in here for a person: only the unit, its limits and a time.
fn review(action: &ActionRef, unit: &str, exposures: &[ExceededLimit], look: &Look) -> Page {
    let is_known = unit != UNASSIGNED_UNIT;
    let told = if is_known { unit } else { "not known" };
    let facts = vec![
        ("Unit", told.to_owned()),
        ("Due", times::full(action.due, &look.zone)),
        ("Action", action.id.to_string()),
    ];
    let asked = "Please review the work of this unit: hours, breaks, staffing, clarity of tasks, noise and heat. What \
                 can be removed or reduced comes before what people are to get used to.";
    let asked = if is_known { asked } else { NO_UNIT };
    let mut blocks = vec![Block::Text(asked.to_owned()), Block::Facts(facts)];
    if exposures.is_empty() {
        blocks.push(Block::Text(NO_LIMIT.to_owned()));
        blocks.push(Block::Heading("What to look at"));
        blocks.push(Block::List(LOOK_AT.iter().map(|&point| point.to_owned()).collect()));
    } else {
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
