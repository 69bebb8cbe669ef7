//! An event in one line, as a digest tells it: what it is about, and when what is due. It stands in a
//! header of the stored mail, too, so it is plain ASCII and says nothing of a person's health.

use super::super::{Look, times};
use super::{case, conditions};
use crate::domain::Timestamp;
use crate::domain::alert::{ActionRef, ActionRequest, AlertKind, ExceededLimit};
use crate::domain::event::{Event, EventBody};
use crate::domain::ids::UNASSIGNED_UNIT;

/// The line of an event.
pub(in super::super) fn line(event: &Event, look: &Look) -> String {
    let at = |due: Timestamp| times::full(due, &look.zone);
    let told = match &event.body {
        EventBody::Alert(alert) => {
            let first = alert.actions.iter().filter(|action| !action.step.is_final()).map(|action| action.due).min();
            match first.filter(|_| alert.kind != AlertKind::Closed) {
                Some(due) => format!("{}: first action due {}", alert.case, at(due)),
                None => alert.case.to_string(),
            }
        }
        EventBody::Action(ActionRequest::WorkloadReview { action, unit, exposures }) => {
            review(action, unit.as_str(), exposures, look)
        }
        EventBody::Action(ActionRequest::Counseling { action, case, .. }) => {
            format!("{case}: to be offered by {}", at(action.due))
        }
        EventBody::Deadline(notice) => {
            format!("{}: {}, due {}", notice.case, case::milestone(&notice.deadline), at(notice.deadline.due))
        }
        EventBody::Proposal(proposal) => format!("{}: week {}", proposal.case, proposal.week),
        EventBody::Invitation(invitation) => format!("{}: best by {}", invitation.case, times::day(invitation.by)),
        EventBody::Committee(notice) => format!("{}: {}", times::day(notice.on), notice.cases),
    };
    told.chars().filter(char::is_ascii).collect()
}

fn review(action: &ActionRef, unit: &str, exposures: &[ExceededLimit], look: &Look) -> String {
    let unit = if unit == UNASSIGNED_UNIT { "not known" } else { unit };
    let mut told = format!("unit {unit}, due {}", times::full(action.due, &look.zone));
    let limit = |e: &ExceededLimit| format!("{} {}", conditions::name(e.kind), conditions::figure(e.kind, e.limit));
    if exposures.is_empty() {
        told.push_str("; no limit is known to be exceeded");
    } else {
        let limits: Vec<String> = exposures.iter().map(limit).collect();
        told.push_str(&format!("; limits that were exceeded: {}", limits.join(", ")));
    }
    told.push_str(&format!(" ({})", action.id));
    told
}
