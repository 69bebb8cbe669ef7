//! The data types of FHIR R4, as far as they are used. Their fields are those of the specification.

use serde::Serialize;

use super::names;
use crate::delivery::number::hundredths;
use crate::domain::Timestamp;
use crate::domain::event::Event;
use crate::domain::ids::{UNASSIGNED_UNIT, UnitId, WorkerId};

#[derive(Debug, Clone, Serialize)]
pub(super) struct Identifier {
    pub(super) system: String,
    pub(super) value: String,
}

#[derive(Serialize)]
pub(super) struct Reference {
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identifier: Option<Identifier>,
}

impl Reference {
    /// To a resource that the receiver knows by an identifier.
    pub(super) const fn known_by(kind: &'static str, identifier: Identifier) -> Self {
        Self { reference: None, kind: Some(kind), identifier: Some(identifier) }
    }

    /// To a resource of the same bundle.
    pub(super) const fn inside(full_url: String) -> Self {
        Self { reference: Some(full_url), kind: None, identifier: None }
    }

    /// To a worker, by the pseudonym.
    pub(super) fn patient(event: &Event, worker: &WorkerId) -> Self {
        Self::known_by("Patient", names::of_site(&event.site, "worker", worker.as_str()))
    }

    /// To a unit; to its site where the worker is of none.
    pub(super) fn unit(event: &Event, unit: &UnitId) -> Self {
        let identifier = if unit.as_str() == UNASSIGNED_UNIT {
            names::site(&event.site)
        } else {
            names::of_site(&event.site, "unit", unit.as_str())
        };
        Self::known_by("Organization", identifier)
    }

    /// To the flag of a case.
    pub(super) fn flag(event: &Event, case: &str) -> Self {
        Self::known_by("Flag", names::of_site(&event.site, "case", case))
    }
}

#[derive(Serialize)]
pub(super) struct Coding {
    pub(super) system: &'static str,
    pub(super) code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) display: Option<&'static str>,
}

impl Coding {
    pub(super) fn new(system: &'static str, code: &str, display: &'static str) -> Self {
        Self { system, code: code.to_owned(), display: Some(display) }
    }

    pub(super) fn bare(system: &'static str, code: &str) -> Self {
        Self { system, code: code.to_owned(), display: None }
    }
}

#[derive(Serialize)]
pub(super) struct CodeableConcept {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) coding: Vec<Coding>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
}

impl CodeableConcept {
    pub(super) fn of(coding: Vec<Coding>, text: &str) -> Self {
        Self { coding, text: Some(text.to_owned()) }
    }

    pub(super) fn coded(coding: Coding) -> Self {
        Self { coding: vec![coding], text: None }
    }

    pub(super) fn text(text: &str) -> Self {
        Self { coding: Vec::new(), text: Some(text.to_owned()) }
    }
}

/// A number with its UCUM unit.
#[derive(Serialize)]
pub(super) struct Quantity {
    value: f64,
    unit: &'static str,
    system: &'static str,
    code: &'static str,
}

impl Quantity {
    /// Rounded to hundredths; none of what is no number, which JSON has no form for.
    pub(super) fn of(value: f64, unit: &'static str, code: &'static str) -> Option<Self> {
        value.is_finite().then(|| Self { value: hundredths(value), unit, system: names::UCUM, code })
    }
}

#[derive(Serialize)]
pub(super) struct Period {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) start: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) end: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Annotation {
    pub(super) text: String,
}

/// What is said of a resource as a whole.
#[derive(Serialize)]
pub(super) struct Meta {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    security: Vec<Coding>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tag: Vec<Coding>,
}

impl Meta {
    /// Of a resource with something of a person in it.
    pub(super) fn of_person(event: &Event) -> Option<Self> {
        let system = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
        Some(Self { security: vec![Coding::new(system, "R", "restricted")], tag: test_tag(event) })
    }

    /// Of a resource that tells nothing of anybody.
    pub(super) fn of_nobody(event: &Event) -> Option<Self> {
        event.is_test.then(|| Self { security: Vec::new(), tag: test_tag(event) })
    }
}

fn test_tag(event: &Event) -> Vec<Coding> {
    let system = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
    Vec::from_iter(event.is_test.then(|| Coding::new(system, "HTEST", "test health data")))
}

/// An instant, to the millisecond: some servers keep no more.
pub(super) fn instant(at: Timestamp) -> String {
    format!("{at:.3}")
}
