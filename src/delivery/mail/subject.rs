//! The lines that everybody may see: on a locked screen, in a list, in a mail server's log.

use super::Look;
use crate::domain::Timestamp;
use crate::domain::alert::AlertKind;
use crate::domain::event::{Event, EventBody, EventKind};

/// Subject and preview.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) subject: String,
    pub(super) preview: String,
}

/// The lines of an event. All that they are made of is its kind, whether somebody has to call at once,
/// and when something is due.
pub(super) fn of(event: &Event, look: &Look) -> Line {
    let (kind, language) = (event.kind(), look.language);
    let is_call = event.is_crisis() && is_request(kind);
    let told = if is_call {
        language.say("mail-subject-urgent")
    } else {
        language.say_with(&format!("mail-subject-{}", kind.as_str()), &[("due", due(event, look).into())])
    };
    let preview = match kind {
        _ if event.is_test => "mail-preview-test".to_owned(),
        _ if is_call => "mail-preview-urgent".to_owned(),
        EventKind::Raised
        | EventKind::RaisedAgain
        | EventKind::Revised
        | EventKind::Counseling
        | EventKind::Proposal
        | EventKind::Rescreening => "mail-preview".to_owned(),
        EventKind::Closed
        | EventKind::WorkloadReview
        | EventKind::Reminder
        | EventKind::Overdue
        | EventKind::Escalated
        | EventKind::Committee => format!("mail-preview-{}", kind.as_str()),
    };
    let subject = if event.is_test { "mail-subject-test" } else { "mail-subject" };
    Line { subject: language.say_with(subject, &[("told", told.into())]), preview: language.say(&preview) }
}

/// Whether it asks somebody to begin.
pub(super) const fn is_request(kind: EventKind) -> bool {
    matches!(kind, EventKind::Raised | EventKind::RaisedAgain | EventKind::Counseling)
}

/// When the first thing that the event speaks of is due.
fn due(event: &Event, look: &Look) -> String {
    let at = |due: Timestamp| look.language.near_moment(due, &look.zone);
    match &event.body {
        EventBody::Alert(alert) if alert.kind != AlertKind::Closed => {
            alert.actions.iter().map(|action| action.due).min().map_or_else(|| look.language.say("mail-now"), at)
        }
        EventBody::Action(_) => event.action().map(|action| at(action.due)).unwrap_or_default(),
        EventBody::Deadline(notice) => at(notice.deadline.due),
        EventBody::Invitation(invitation) => look.language.day(invitation.by),
        EventBody::Alert(_) | EventBody::Proposal(_) | EventBody::Committee(_) => String::new(),
    }
}
