//! What handlers take out of a request; what does not fit is told as problem details.

use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};
use serde::de::DeserializeOwned;

use super::super::problem::Problem;

/// The longest JSON that somebody who is signed in may send.
const MAX_JSON_BYTES: usize = 64 * 1024;

/// The parameters of the query.
pub(super) struct Asked<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Query::<T>::from_request_parts(parts, state).await;
        read.map(|Query(asked)| Self(asked)).map_err(|error| Problem::Malformed(error.body_text()))
    }
}

/// The parameters of the path; what cannot be read names nothing.
pub(super) struct At<T>(pub(super) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Path::<T>::from_request_parts(parts, state).await.map(|Path(at)| Self(at)).map_err(|_| Problem::NotFound)
    }
}

/// A body of JSON.
pub(super) struct Sent<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        is_of_type(request.headers(), "application/json")?;
        let bytes = axum::body::to_bytes(request.into_body(), MAX_JSON_BYTES).await;
        let bytes = bytes.map_err(|_| Problem::TooLarge(MAX_JSON_BYTES))?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| Problem::Malformed(error.to_string()))
    }
}

/// Holds the body's media type against the one that is taken.
pub(super) fn is_of_type(headers: &HeaderMap, expected: &'static str) -> Result<(), Problem> {
    let told = text(headers, &header::CONTENT_TYPE).unwrap_or_default();
    let media_type = told.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case(expected) { Ok(()) } else { Err(Problem::MediaType(expected)) }
}

/// A header, where it is there and text.
pub(super) fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}
