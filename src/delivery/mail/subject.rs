//! The lines that everybody may see: on a locked screen, in a list, in a mail server's log.

use super::{Look, times};
use crate::domain::Timestamp;
use crate::domain::alert::AlertKind;
use crate::domain::event::{Event, EventBody, EventKind};

/// Subject and preview.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) subject: String,
    pub(super) preview: String,
}

const URGENT: &str = "urgent - call now";
const URGENT_PREVIEW: &str = "Please open this at once and act on it.";

/// The lines of an event. All that they are made of is its kind, whether somebody has to call at once,
/// and when something is due.
pub(super) fn of(event: &Event, look: &Look) -> Line {
    let kind = event.kind();
    let is_call = event.is_crisis() && is_request(kind);
    let (told, preview) = if is_call { (URGENT.to_owned(), URGENT_PREVIEW) } else { words(kind, &due(event, look)) };
    let mark = if event.is_test { "[TEST] " } else { "" };
    let test_preview = "This message only tries whether messages arrive; nobody has to act.";
    let preview = if event.is_test { test_preview } else { preview };
    Line { subject: format!("{mark}Vagus: {told}"), preview: preview.to_owned() }
}

/// Whether it asks somebody to begin.
pub(super) const fn is_request(kind: EventKind) -> bool {
    matches!(kind, EventKind::Raised | EventKind::RaisedAgain | EventKind::Counseling)
}

fn words(kind: EventKind, due: &str) -> (String, &'static str) {
    let sender = "From Vagus, for occupational health.";
    match kind {
        EventKind::Raised => (format!("a new case needs you, first action due {due}"), sender),
        EventKind::RaisedAgain => (format!("a case needs you again, first action due {due}"), sender),
        EventKind::Revised => ("late data for a case".to_owned(), sender),
        EventKind::Closed => ("a case was closed".to_owned(), "Nothing is asked of you."),
        EventKind::WorkloadReview => {
            (format!("a review of working conditions is due {due}"), "Of the work of a unit, and of no person.")
        }
        EventKind::Counseling => (format!("an offer is to be made, due {due}"), sender),
        EventKind::Reminder => (format!("a time limit ends {due}"), "There is still time."),
        EventKind::Overdue => (format!("a time limit ended {due}"), "Somebody has to take care of it."),
        EventKind::Escalated => {
            (format!("a time limit is over by half, it ended {due}"), "Somebody has to take care of it today.")
        }
        EventKind::Proposal => ("a proposal waits for your decision".to_owned(), sender),
        EventKind::Rescreening => (format!("an invitation to pass on, best by {due}"), sender),
        EventKind::Committee => ("a count for the committee".to_owned(), "It is of no person."),
    }
}

/// When the first thing that the event speaks of is due.
fn due(event: &Event, look: &Look) -> String {
    let at = |due: Timestamp| times::short(due, &look.zone);
    match &event.body {
        EventBody::Alert(alert) if alert.kind != AlertKind::Closed => {
            alert.actions.iter().map(|action| action.due).min().map_or_else(|| "now".to_owned(), at)
        }
        EventBody::Action(_) => event.action().map(|action| at(action.due)).unwrap_or_default(),
        EventBody::Deadline(notice) => at(notice.deadline.due),
        EventBody::Invitation(invitation) => times::short_day(invitation.by),
        EventBody::Alert(_) | EventBody::Proposal(_) | EventBody::Committee(_) => String::new(),
    }
}
