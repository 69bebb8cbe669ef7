//! Events as the world reads them: CloudEvents 1.0, structured JSON.

use crate::domain::alert::{ActionRequest, Event, EventBody};
use crate::domain::topics;

/// The media type of every payload.
pub const CONTENT_TYPE: &str = "application/cloudevents+json";

/// An event ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Stable: a redelivery has the same id.
    pub id: String,
    /// Where it goes.
    pub topic: String,
    /// The CloudEvent.
    pub payload: Vec<u8>,
}

/// Puts an event into its CloudEvents form; the same event always gives the same bytes.
#[must_use]
pub fn encode(event: &Event, root: &str) -> Envelope {
    let topic = match &event.body {
        EventBody::Alert(_) => topics::alerts(root, &event.site),
        EventBody::Action(ActionRequest::WorkloadReview { .. }) => topics::workload_review(root, &event.site),
        EventBody::Action(ActionRequest::Counseling { .. }) => topics::counseling(root, &event.site),
    };
    Envelope { id: event.id.clone(), topic, payload: Vec::new() }
}
