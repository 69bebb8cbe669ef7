//! Actions as `Task`s. That of a workload review is of a unit: its form takes no worker, level or case.

use serde::Serialize;

use super::datatypes::{Annotation, CodeableConcept, Coding, Identifier, Meta, Period, Quantity, Reference, instant};
use super::{Entry, Resource, Write, names};
use crate::domain::alert::{ActionRef, ActionRequest, Alert, ExceededLimit, Level};
use crate::domain::case::{ActionKind, ActionStep, CaseId};
use crate::domain::event::{Event, Invitation};
use crate::domain::ids::{UnitId, WorkerId};
use crate::domain::phrase::Phrase;
use crate::domain::{Timestamp, alert};
use crate::texts::Language;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Task {
    resource_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    meta: Option<Meta>,
    identifier: [Identifier; 1],
    status: &'static str,
    intent: &'static str,
    priority: &'static str,
    code: CodeableConcept,
    #[serde(skip_serializing_if = "Option::is_none")]
    focus: Option<Reference>,
    #[serde(rename = "for")]
    of: Reference,
    authored_on: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    note: Vec<Annotation>,
    restriction: Restriction,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    input: Vec<Parameter>,
}

#[derive(Serialize)]
struct Restriction {
    period: Period,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Parameter {
    #[serde(rename = "type")]
    kind: CodeableConcept,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_quantity: Option<Quantity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_string: Option<String>,
}

/// The task of an action that an alert names.
pub(super) fn of_alert(event: &Event, alert: &Alert, action: &ActionRef, language: Language) -> Entry {
    let write = Write::of(alert.kind);
    match action.kind {
        ActionKind::WorkloadReview => review(event, action, &alert.unit, None, alert.opened_at, write),
        ActionKind::Counseling => {
            let whom = Whom { worker: &alert.worker, case: &alert.case, level: alert.level };
            offer(event, action, &whom, &told(&alert.counseling_suggestions, language), alert.opened_at, write)
        }
    }
}

/// The task of a requested action.
pub(super) fn of_request(event: &Event, request: &ActionRequest, language: Language) -> Entry {
    match request {
        ActionRequest::WorkloadReview { action, unit, exposures } => {
            review(event, action, unit, Some(exposures), event.time, Write::Create)
        }
        ActionRequest::Counseling { action, case, worker, level, suggestions } => {
            let whom = Whom { worker, case, level: *level };
            offer(event, action, &whom, &told(suggestions, language), event.time, Write::Create)
        }
    }
}

/// Said where nothing is known of the work that is to be reviewed.
const NO_LIMIT: &str = "No limit of working conditions is known to be exceeded: look at hours, breaks and rests, shifts, \
    staffing, clarity of tasks, noise and heat.";

/// The limits that were exceeded stand in a request alone.
fn review(
    event: &Event,
    action: &ActionRef,
    unit: &UnitId,
    exceeded: Option<&[ExceededLimit]>,
    since: Timestamp,
    write: Write,
) -> Entry {
    let is_none_known = exceeded.is_some_and(<[ExceededLimit]>::is_empty);
    let input = exceeded.unwrap_or_default().iter().map(|limit| Parameter {
        kind: CodeableConcept::of(vec![Coding::bare(names::EXPOSURE, &limit.kind)], "Limit that was exceeded"),
        value_quantity: limit_quantity(limit),
        value_string: None,
    });
    let task = Task {
        meta: Meta::of_nobody(event),
        // The level of a case would tell of a person: a review is always as urgent as any other.
        priority: "routine",
        focus: None,
        of: Reference::unit(event, unit),
        note: is_none_known.then(|| Annotation { text: NO_LIMIT.to_owned() }).into_iter().collect(),
        input: input.filter(|parameter| parameter.value_quantity.is_some()).collect(),
        ..task(event, action, "Review of the workload of a unit", since)
    };
    entry(task, write)
}

fn limit_quantity(limit: &ExceededLimit) -> Option<Quantity> {
    let (unit, code) = match &*limit.kind {
        "weekly_hours" => ("h", "h"),
        "overtime_noise_lex8h_dba" | "noise_lex8h_dba" | "noise_lex40h_dba" => ("dB(A)", "dB[SPL]"),
        "wbgt_c" => ("°C", "Cel"),
        _ => ("count", "1"),
    };
    Quantity::of(limit.limit, unit, code)
}

struct Whom<'a> {
    worker: &'a WorkerId,
    case: &'a CaseId,
    level: Level,
}

fn told(suggestions: &[Phrase], language: Language) -> Vec<&str> {
    suggestions.iter().map(|phrase| language.phrase(phrase)).collect()
}

fn offer(
    event: &Event,
    action: &ActionRef,
    whom: &Whom<'_>,
    suggestions: &[&str],
    since: Timestamp,
    write: Write,
) -> Entry {
    let note = suggestions.iter().filter(|text| !text.trim().is_empty());
    let task = Task {
        meta: Meta::of_person(event),
        priority: priority(whom.level),
        focus: Some(Reference::flag(event, whom.case.as_str())),
        of: Reference::patient(event, whom.worker),
        note: note.map(|text| Annotation { text: (*text).to_owned() }).collect(),
        ..task(event, action, "Offer of counselling", since)
    };
    entry(task, write)
}

/// What the tasks of both kinds have in common.
fn task(event: &Event, action: &ActionRef, text: &str, since: Timestamp) -> Task {
    Task {
        resource_type: "Task",
        meta: None,
        identifier: [names::of_site(&event.site, "action", action.id.as_str())],
        status: status(action.step),
        intent: "order",
        priority: "routine",
        code: CodeableConcept::of(vec![Coding::bare(names::ACTION, action.kind.as_str())], text),
        focus: None,
        of: Reference::known_by("Organization", names::site(&event.site)),
        authored_on: instant(since),
        note: Vec::new(),
        restriction: Restriction { period: Period { start: None, end: Some(instant(action.due)) } },
        input: Vec::new(),
    }
}

fn entry(task: Task, write: Write) -> Entry {
    let identifier = task.identifier[0].clone();
    write.entry("Task", &identifier, Resource::Task(task))
}

const fn status(step: ActionStep) -> &'static str {
    match step {
        ActionStep::Requested => "requested",
        ActionStep::Accepted => "accepted",
        ActionStep::Started => "in-progress",
        ActionStep::Done => "completed",
        ActionStep::Declined => "rejected",
    }
}

const fn priority(level: alert::Level) -> &'static str {
    match level {
        Level::L0 | Level::L1 | Level::L2 => "routine",
        Level::L3 => "urgent",
        Level::L4 => "stat",
    }
}

/// An invitation to fill in questionnaires again.
pub(super) fn of_invitation(event: &Event, invitation: &Invitation) -> Entry {
    let input = invitation.instruments.iter().map(|instrument| Parameter {
        kind: CodeableConcept::text("Questionnaire"),
        value_quantity: None,
        value_string: Some(instrument.as_str().to_owned()),
    });
    let by = Period { start: None, end: Some(invitation.by.to_string()) };
    let task = Task {
        resource_type: "Task",
        meta: Meta::of_person(event),
        identifier: [names::of_site(&event.site, "event", &event.id)],
        status: "requested",
        intent: "proposal",
        priority: "routine",
        code: CodeableConcept::of(vec![Coding::bare(names::ACTION, "rescreening")], "Questionnaires to fill in again"),
        focus: Some(Reference::flag(event, invitation.case.as_str())),
        of: Reference::patient(event, &invitation.worker),
        authored_on: instant(event.time),
        note: Vec::new(),
        restriction: Restriction { period: by },
        input: input.collect(),
    };
    entry(task, Write::Create)
}
