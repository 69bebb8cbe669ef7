//! Events as FHIR R4: a transaction `Bundle` for the system of occupational health.
//!
//! An event goes in; bytes come out, always the same for the same event, or nothing where FHIR has no
//! resource that says it. What begins something is created only where nothing of its identifier is
//! there (`ifNoneExist`); what changes something is a conditional update by the same identifier. So a
//! redelivery makes nothing twice. People are named by the identifier that the site uses, never by a
//! reference into somebody's server, and the `Task` of a workload review names the unit alone.

mod communication;
mod datatypes;
mod flag;
mod names;
mod observation;
mod task;

use serde::Serialize;

use crate::domain::alert::AlertKind;
use crate::domain::event::{Event, EventBody};
use crate::texts::Language;

/// The media type of a bundle.
pub const CONTENT_TYPE: &str = "application/fhir+json";

/// Puts an event into a transaction, or into nothing.
///
/// | event | resources |
/// |---|---|
/// | raised, raised again, revised | `Flag`, its `Observation`s, the actions' `Task`s |
/// | closed | `Flag`, inactive; `Task`s |
/// | workload review, counselling | one `Task` |
/// | reminder, overdue, escalated, proposal | a `Communication` on the case |
/// | re-screening | a `Task` |
/// | committee | nothing: a count of cases is no resource of anybody |
#[must_use]
pub fn bundle(event: &Event, language: Language) -> Option<Vec<u8>> {
    let entry = match &event.body {
        EventBody::Alert(alert) => {
            let observations =
                if alert.kind == AlertKind::Closed { Vec::new() } else { observation::entries(event, alert) };
            let tasks = alert.actions.iter().map(|action| task::of_alert(event, alert, action, language));
            let flag = flag::entry(event, alert, language, &observations);
            std::iter::once(flag).chain(observations).chain(tasks).collect()
        }
        EventBody::Action(request) => vec![task::of_request(event, request, language)],
        EventBody::Deadline(notice) => vec![communication::of_deadline(event, notice)],
        EventBody::Proposal(proposal) => vec![communication::of_proposal(event, proposal, language)],
        EventBody::Invitation(invitation) => vec![task::of_invitation(event, invitation)],
        EventBody::Committee(_) => return None,
    };
    let bundle = Bundle { resource_type: "Bundle", kind: "transaction", entry };
    Some(serde_json::to_vec(&bundle).expect("strings, finite numbers and lists always have a JSON form"))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Bundle {
    resource_type: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    entry: Vec<Entry>,
}

/// One resource of a transaction.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    full_url: String,
    resource: Resource,
    request: Request,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Resource {
    Flag(flag::Flag),
    Observation(observation::Observation),
    Task(task::Task),
    Communication(communication::Communication),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    method: &'static str,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    if_none_exist: Option<String>,
}

/// What is done with what is known of an identifier already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Write {
    /// It stays as it is.
    Create,
    /// It is replaced.
    Replace,
}

impl Write {
    /// The first event of a case creates; the later ones tell what has changed.
    const fn of(kind: AlertKind) -> Self {
        match kind {
            AlertKind::Raised => Self::Create,
            AlertKind::RaisedAgain | AlertKind::Revised | AlertKind::Closed => Self::Replace,
        }
    }

    fn entry(self, name: &'static str, identifier: &datatypes::Identifier, resource: Resource) -> Entry {
        let query = format!("identifier={}|{}", identifier.system, identifier.value);
        let request = match self {
            Self::Create => Request { method: "POST", url: name.to_owned(), if_none_exist: Some(query) },
            Self::Replace => Request { method: "PUT", url: format!("{name}?{query}"), if_none_exist: None },
        };
        Entry { full_url: names::full_url(name, identifier), resource, request }
    }
}

#[cfg(test)]
mod tests;
