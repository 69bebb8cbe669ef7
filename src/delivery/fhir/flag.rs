//! The `Flag` of a case.

use maud::html;
use serde::Serialize;

use super::datatypes::{CodeableConcept, Coding, Identifier, Meta, Period, Reference, instant};
use super::{Entry, Resource, Write, names};
use crate::domain::alert::{Alert, AlertKind, Level, RuleId};
use crate::domain::event::Event;
use crate::texts::Language;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Flag {
    resource_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    meta: Option<Meta>,
    text: Narrative,
    extension: Vec<Extension>,
    identifier: [Identifier; 1],
    status: &'static str,
    category: [CodeableConcept; 1],
    code: CodeableConcept,
    subject: Reference,
    period: Period,
}

#[derive(Serialize)]
struct Narrative {
    status: &'static str,
    div: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Extension {
    url: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_codeable_concept: Option<CodeableConcept>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_reference: Option<Reference>,
}

/// The flag, with what it rests on as its details.
pub(super) fn entry(event: &Event, alert: &Alert, language: Language, details: &[Entry]) -> Entry {
    let identifier = names::of_site(&event.site, "case", alert.case.as_str());
    let is_over = alert.kind == AlertKind::Closed;
    let priority = Extension {
        url: "http://hl7.org/fhir/StructureDefinition/flag-priority",
        value_codeable_concept: Some(priority(alert.level)),
        value_reference: None,
    };
    let detail = |entry: &Entry| Extension {
        url: "http://hl7.org/fhir/StructureDefinition/flag-detail",
        value_codeable_concept: None,
        value_reference: Some(Reference::inside(entry.full_url.clone())),
    };
    let level = Coding::new(names::LEVEL, alert.level.as_str(), level_words(alert.level));
    let rules = alert.rules.iter().map(|rule| Coding::bare(names::RULE, RuleId::as_str(rule)));
    let category = "http://terminology.hl7.org/CodeSystem/flag-category";
    let flag = Flag {
        resource_type: "Flag",
        meta: Meta::of_person(event),
        text: narrative(event, alert, language),
        extension: std::iter::once(priority).chain(details.iter().map(detail)).collect(),
        identifier: [identifier.clone()],
        status: if is_over { "inactive" } else { "active" },
        category: [CodeableConcept::coded(Coding::new(category, "clinical", "Clinical"))],
        code: CodeableConcept::of(std::iter::once(level).chain(rules).collect(), "Case of occupational health"),
        subject: Reference::patient(event, &alert.worker),
        period: Period { start: Some(instant(alert.opened_at)), end: is_over.then(|| instant(event.time)) },
    };
    Write::of(alert.kind).entry("Flag", &identifier, Resource::Flag(flag))
}

fn narrative(event: &Event, alert: &Alert, language: Language) -> Narrative {
    let div = html! {
        div xmlns="http://www.w3.org/1999/xhtml" {
            @if event.is_test { p { b { "TEST" } } }
            p { (language.summary(&alert.evidence, alert.opening)) }
        }
    };
    Narrative { status: "additional", div: div.into_string() }
}

const fn level_words(level: Level) -> &'static str {
    match level {
        Level::L0 => "nothing to say",
        Level::L1 => "low",
        Level::L2 => "medium",
        Level::L3 => "high",
        Level::L4 => "crisis",
    }
}

fn priority(level: Level) -> CodeableConcept {
    let (code, display) = match level {
        Level::L0 | Level::L1 => ("PN", "No priority"),
        Level::L2 => ("PL", "Low priority"),
        Level::L3 => ("PM", "Medium priority"),
        Level::L4 => ("PH", "High priority"),
    };
    CodeableConcept::coded(Coding::new("http://hl7.org/fhir/flag-priority-code", code, display))
}
