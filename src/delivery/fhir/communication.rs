//! Time limits and proposals as `Communication`s on the `Flag` of their case.

use serde::Serialize;

use super::datatypes::{CodeableConcept, Coding, Identifier, Meta, Reference, instant};
use super::{Entry, Resource, Write, names};
use crate::domain::alert::Level;
use crate::domain::case::CaseId;
use crate::domain::event::{DeadlineNotice, Event, Proposal};
use crate::domain::ids::WorkerId;
use crate::domain::life::{Milestone, Stage};
use crate::texts::Language;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Communication {
    resource_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    meta: Option<Meta>,
    identifier: [Identifier; 1],
    status: &'static str,
    category: [CodeableConcept; 1],
    priority: &'static str,
    subject: Reference,
    topic: CodeableConcept,
    about: [Reference; 1],
    sent: String,
    payload: [Payload; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    content_string: String,
}

/// A time limit that is near or over.
pub(super) fn of_deadline(event: &Event, notice: &DeadlineNotice) -> Entry {
    let milestone = notice.deadline.milestone;
    let words = match milestone {
        Milestone::Acknowledge => "to take the case",
        Milestone::Assess => "to get in touch with the worker",
        Milestone::Plan => "to agree what will be done",
        Milestone::FirstAction => "for the first action to be live",
        Milestone::FollowUp => "to ask whether it helps",
        Milestone::CloseReview => "to look at the case as a whole and end it",
    };
    let due = notice.deadline.due;
    let (told, priority) = match notice.stage {
        Stage::Reminder => (format!("The time {words} ends at {due}."), "routine"),
        Stage::Overdue => (format!("The time {words} ended at {due}."), "urgent"),
        Stage::Escalated => (format!("The time {words} is over by half: it ended at {due}."), "asap"),
    };
    let priority = if notice.level == Level::L4 { "stat" } else { priority };
    let topic = CodeableConcept::of(vec![Coding::bare(names::MILESTONE, milestone.as_str())], notice.stage.as_str());
    entry(event, &notice.worker, &notice.case, Told { topic, priority, text: told })
}

/// What is proposed after the effect of an action was looked at.
pub(super) fn of_proposal(event: &Event, proposal: &Proposal, language: Language) -> Entry {
    let advice = proposal.advice.as_str();
    let text = proposal.to.as_ref().map_or_else(|| advice.to_owned(), |to| format!("{advice}: {to}"));
    let topic = CodeableConcept::of(vec![Coding::bare(names::ADVICE, advice)], &text);
    let told = Told { topic, priority: "routine", text: language.reason(&proposal.reason) };
    entry(event, &proposal.worker, &proposal.case, told)
}

struct Told {
    topic: CodeableConcept,
    priority: &'static str,
    text: String,
}

fn entry(event: &Event, worker: &WorkerId, case: &CaseId, told: Told) -> Entry {
    let identifier = names::of_site(&event.site, "event", &event.id);
    let system = "http://terminology.hl7.org/CodeSystem/communication-category";
    let communication = Communication {
        resource_type: "Communication",
        meta: Meta::of_person(event),
        identifier: [identifier.clone()],
        status: "completed",
        category: [CodeableConcept::coded(Coding::new(system, "notification", "Notification"))],
        priority: told.priority,
        subject: Reference::patient(event, worker),
        topic: told.topic,
        about: [Reference::flag(event, case.as_str())],
        sent: instant(event.time),
        payload: [Payload { content_string: told.text }],
    };
    Write::Create.entry("Communication", &identifier, Resource::Communication(communication))
}
