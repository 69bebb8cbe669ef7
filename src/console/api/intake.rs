//! What sources send, for those that speak HTTP and not MQTT: the same payloads, limits and receipts.

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::Console;
use super::super::gate::FromSource;
use super::super::office::Posted;
use super::super::problem::Problem;
use super::super::view::ReceiptView;
use super::extract::{At, is_of_type, text};
use crate::domain::item::Stream;

/// The most bytes that are read. What is longer than a payload may be is refused by a receipt, like over MQTT; this
/// only ends what would never end.
const MAX_BYTES: usize = 1024 * 1024;
/// The longest id of a message.
const MAX_ID_BYTES: usize = 256;
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// What a message holds.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum StreamName {
    /// HRV, beat intervals, nights, sleep, tags.
    Readings,
    /// Questionnaires.
    Screenings,
    /// Hours, shifts, noise, heat, events.
    Exposures,
    /// Progress of actions that Vagus asked for.
    Actions,
}

impl StreamName {
    const fn stream(self) -> Stream {
        match self {
            Self::Readings => Stream::Readings,
            Self::Screenings => Stream::Screenings,
            Self::Exposures => Stream::Exposures,
            Self::Actions => Stream::Actions,
        }
    }
}

/// That nothing of a message was taken, by RFC 9457, with its receipt.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RefusedMessage {
    /// `urn:vagus:problem:nothing-taken`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// `nothing-taken`.
    title: &'static str,
    /// 400.
    status: u16,
    /// In English.
    detail: &'static str,
    /// What was wrong with each item; null where nothing could be read at all.
    receipt: Option<ReceiptView>,
}

/// Takes a message in: one item, a list of items, or an envelope with `message_id` and `items`, as over MQTT.
/// The answer comes when what was taken is on disk. Without an answer, send the same again.
#[utoipa::path(
    post, path = "/api/v1/sites/{site}/sources/{source}/{stream}", tag = "taking in", operation_id = "postMessage",
    params(
        ("site" = String, Path, description = "The site of the token"),
        ("source" = String, Path, description = "The source of the token"),
        ("stream" = inline(StreamName), Path, description = "What the message holds"),
        ("idempotency-key" = Option<String>, Header,
            description = "The id for the receipt, where the payload has no message_id; at most 256 bytes"),
    ),
    request_body(content = Value, description = "What would be the payload of an MQTT message",
        content_type = "application/json", example = json!({"message_id": "clinic:17", "items": [
            {"worker": "w-0042", "instrument": "GAD-7", "taken_at": "2026-03-01T09:00:00+07:00",
             "answers": [2, 1, 2, 1, 1, 2, 1]}]})),
    responses(
        (status = 200, description = "Some or all of it was taken and is on disk", body = ReceiptView),
        (status = 400, description = "Nothing of it was taken", body = RefusedMessage,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn post(
    State(console): State<Console>,
    Extension(from): Extension<FromSource>,
    At((site, source, stream)): At<(String, String, StreamName)>,
    request: Request,
) -> Result<Response, Problem> {
    if from.site.as_str() != site || from.source.as_str() != source {
        return Err(Problem::NoToken);
    }
    is_of_type(request.headers(), "application/json")?;
    let id = message_id(request.headers())?;
    let payload = to_bytes(request.into_body(), MAX_BYTES).await.map_err(|_| Problem::TooLarge(MAX_BYTES))?;
    let FromSource { site, source } = from;
    let posted = Posted { site, source, stream: stream.stream(), id, payload };
    let receipt = console.office().take_in(posted).await?;
    if receipt.accepted == 0 && receipt.duplicate == 0 && !receipt.rejected.is_empty() {
        return Ok(refused(receipt));
    }
    Ok(Json(receipt).into_response())
}

fn message_id(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    if !headers.contains_key(&IDEMPOTENCY_KEY) {
        return Ok(None);
    }
    let id = text(headers, &IDEMPOTENCY_KEY).map(str::trim).filter(|id| (1..=MAX_ID_BYTES).contains(&id.len()));
    let problem = || Problem::Malformed(format!("idempotency-key is not 1 to {MAX_ID_BYTES} letters of ASCII"));
    id.map(|id| Some(id.to_owned())).ok_or_else(problem)
}

fn refused(receipt: ReceiptView) -> Response {
    let body = RefusedMessage {
        kind: "urn:vagus:problem:nothing-taken",
        title: "nothing-taken",
        status: StatusCode::BAD_REQUEST.as_u16(),
        detail: "nothing of the message was taken; the receipt says why",
        receipt: Some(receipt),
    };
    (StatusCode::BAD_REQUEST, [(header::CONTENT_TYPE, "application/problem+json")], Json(body)).into_response()
}
