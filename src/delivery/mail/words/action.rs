//! Requested actions: to the organisation of the work, which learns nothing of a person, and to whoever
//! offers counselling.

use super::super::Look;
use super::super::page::{Block, Page};
use super::{alert, confidential, fact, heading, level, open, text, to_the_case, whom};
use crate::domain::alert::{ActionRef, ActionRequest, ExceededLimit};
use crate::domain::event::Event;
use crate::domain::ids::UNASSIGNED_UNIT;

pub(super) fn page(request: &ActionRequest, event: &Event, look: &Look) -> Page {
    let language = look.language;
    match request {
        ActionRequest::WorkloadReview { action, unit, exposures } => review(action, unit.as_str(), exposures, look),
        ActionRequest::Counseling { action, case, worker, level: of, suggestions } => {
            let is_call = event.is_crisis();
            let mut facts = whom(worker, case, look);
            facts.push(fact("mail-offer-order", level(*of, language), look));
            facts.push(fact("mail-offer-by", language.full_moment(action.due, &look.zone), look));
            facts.push(fact("mail-action", action.id.to_string(), look));
            let opening = if is_call { Block::Call(language.say("mail-offer-call")) } else { text("mail-offer", look) };
            let mut blocks = vec![opening, Block::Facts(facts)];
            blocks.extend(alert::suggestions("mail-suggested-rules", suggestions, look));
            blocks.push(heading("mail-next", look));
            blocks.push(text("mail-offer-next", look));
            blocks.extend(to_the_case(case, look, &["show"]));
            let headline = language.say(if is_call { "mail-headline-call" } else { "mail-headline-offer" });
            Page { language, headline, is_urgent: is_call, blocks, footer: confidential(look) }
        }
    }
}

/// What a review of any work looks at where nothing is known of it: what the library of interventions
/// changes on the side of the organisation.
const LOOK_AT: std::ops::RangeInclusive<u8> = 1..=8;

/// There is no place in here for a person: only the unit, its limits and a time.
fn review(action: &ActionRef, unit: &str, exposures: &[ExceededLimit], look: &Look) -> Page {
    let language = look.language;
    let is_known = unit != UNASSIGNED_UNIT;
    let facts = vec![
        fact("mail-unit", unit_name(unit, look), look),
        fact("mail-due", language.full_moment(action.due, &look.zone), look),
        fact("mail-action", action.id.to_string(), look),
    ];
    let asked = if is_known { "mail-review" } else { "mail-review-no-unit" };
    let mut blocks = vec![text(asked, look), Block::Facts(facts)];
    if exposures.is_empty() {
        blocks.push(text("mail-review-no-limit", look));
        blocks.push(heading("mail-review-look", look));
        blocks.push(Block::List(LOOK_AT.map(|point| language.say(&format!("mail-review-look-{point}"))).collect()));
    } else {
        let limit = |e: &ExceededLimit| {
            let (name, figure) = (language.condition(&e.kind), language.condition_figure(&e.kind, e.limit));
            language.say_with("mail-condition", &[("name", name.into()), ("figure", figure.into())])
        };
        blocks.push(heading("mail-review-exceeded", look));
        blocks.push(Block::List(exposures.iter().map(limit).collect()));
    }
    blocks.push(heading("mail-next", look));
    blocks.push(text("mail-review-next", look));
    let (headline, footer) = (language.say("mail-headline-review"), open(look, "mail-review-open"));
    Page { language, headline, is_urgent: false, blocks, footer }
}

/// What the unit is called.
pub(super) fn unit_name(unit: &str, look: &Look) -> String {
    if unit == UNASSIGNED_UNIT { look.language.say("mail-unit-unknown") } else { unit.to_owned() }
}
