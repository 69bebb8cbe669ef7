//! An event in one line, as a digest tells it: what it is about, and when what is due. It stands in a
//! header of the stored mail, too, so it says nothing of a person's health.

use super::super::Look;
use super::{action, case};
use crate::domain::Timestamp;
use crate::domain::alert::{ActionRef, ActionRequest, AlertKind, ExceededLimit};
use crate::domain::event::{Event, EventBody};

/// The line of an event.
pub(in super::super) fn line(event: &Event, look: &Look) -> String {
    let language = look.language;
    let at = |due: Timestamp| language.full_moment(due, &look.zone);
    match &event.body {
        EventBody::Alert(alert) => {
            let first = alert.actions.iter().filter(|action| !action.step.is_final()).map(|action| action.due).min();
            let of = alert.case.to_string();
            match first.filter(|_| alert.kind != AlertKind::Closed) {
                Some(due) => language.say_with("mail-line-alert", &[("case", of.into()), ("due", at(due).into())]),
                None => of,
            }
        }
        EventBody::Action(ActionRequest::WorkloadReview { action, unit, exposures }) => {
            review(action, unit.as_str(), exposures, look)
        }
        EventBody::Action(ActionRequest::Counseling { action, case, .. }) => {
            language.say_with("mail-line-offer", &[("case", case.as_str().into()), ("due", at(action.due).into())])
        }
        EventBody::Deadline(notice) => language.say_with(
            "mail-line-limit",
            &[
                ("case", notice.case.as_str().into()),
                ("milestone", case::milestone(&notice.deadline, language).into()),
                ("due", at(notice.deadline.due).into()),
            ],
        ),
        EventBody::Proposal(proposal) => {
            let values = [("case", proposal.case.as_str().into()), ("week", proposal.week.to_string().into())];
            language.say_with("mail-line-proposal", &values)
        }
        EventBody::Invitation(invitation) => {
            let values = [("case", invitation.case.as_str().into()), ("date", language.date(invitation.by).into())];
            language.say_with("mail-line-invitation", &values)
        }
        EventBody::Committee(notice) => {
            let values = [("date", language.date(notice.on).into()), ("cases", notice.cases.to_string().into())];
            language.say_with("mail-line-committee", &values)
        }
    }
}

fn review(request: &ActionRef, unit: &str, exposures: &[ExceededLimit], look: &Look) -> String {
    let language = look.language;
    let limit =
        |e: &ExceededLimit| format!("{} {}", language.condition(&e.kind), language.condition_figure(&e.kind, e.limit));
    let limits: Vec<String> = exposures.iter().map(limit).collect();
    let key = if exposures.is_empty() { "mail-line-review-none" } else { "mail-line-review" };
    language.say_with(
        key,
        &[
            ("unit", action::unit_name(unit, look).into()),
            ("due", language.full_moment(request.due, &look.zone).into()),
            ("limits", limits.join(&language.say("summary-comma")).into()),
            ("action", request.id.as_str().into()),
        ],
    )
}
