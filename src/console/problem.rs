//! What went wrong with a request: a page for people, problem details (RFC 9457) for programs.

use std::sync::Arc;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::access::audit::AuditError;
use super::gate::Kind;
use super::office::OfficeError;
use super::pages;
use crate::texts::Language;

/// Why a request is not answered as it was meant.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// Nobody is signed in.
    #[error("sign in first")]
    NotSignedIn,
    /// The password that somebody else chose must be changed first.
    #[error("choose a password of your own first")]
    PasswordToChange,
    /// The role may not.
    #[error("your role may not do that")]
    Forbidden,
    /// There is no such thing, or it is not theirs to see: the two are told alike.
    #[error("there is nothing at this address, or it is not for you to see")]
    NotFound,
    /// The form makes no sense.
    #[error("the form was not filled in as expected")]
    BadForm,
    /// The form was not made by this console, or by an older session.
    #[error("the form is older than the session, or was not made by this console")]
    ForeignForm,
    /// The query of a page asks for what the page does not know.
    #[error("there is no {name} that is {value:?}")]
    BadQuery {
        /// The parameter; empty where the whole query cannot be read.
        name: String,
        /// What was asked for.
        value: String,
    },
    /// A program asked for something that makes no sense.
    #[error("{0}")]
    Malformed(String),
    /// The body is of another media type than the address takes.
    #[error("{0} is expected")]
    MediaType(&'static str),
    /// The body is longer than anybody reads.
    #[error("the body is longer than {0} bytes")]
    TooLarge(usize),
    /// The address answers, but not to this method.
    #[error("this address does not answer to that method")]
    Method,
    /// Name and password do not belong together.
    #[error("name and password do not belong together")]
    WrongPassword,
    /// Too many failed sign-ins.
    #[error("too many failed sign-ins; try again in {0} s")]
    Wait(i64),
    /// No token of a source came with the request, or one that is not of that source.
    #[error("a bearer token of this site and source is expected")]
    NoToken,
    /// It is not the version any more that the request wants to change.
    #[error("this is not the version any more that was looked at")]
    Outdated,
    /// Nobody answered in time; whether it was taken is not known.
    #[error("nobody answered in time; send the same again")]
    Late,
    /// State, role or name forbid it.
    #[error("{problem}")]
    Refused {
        /// The name of why.
        reason: &'static str,
        /// Why, and what can be.
        problem: String,
    },
    /// Too much is asked for at once.
    #[error("too much is asked for at once; try again in a moment")]
    Busy,
    /// Somebody changed it meanwhile.
    #[error("somebody changed this meanwhile")]
    Changed,
    /// The service is stopping.
    #[error("the service is stopping; try again in a moment")]
    Stopping,
    /// Something failed here; the log has more.
    #[error("something went wrong here")]
    Internal,
}

impl Problem {
    /// The status of the answer.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::NotSignedIn | Self::WrongPassword | Self::NoToken => StatusCode::UNAUTHORIZED,
            Self::MediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Wait(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Outdated => StatusCode::PRECONDITION_FAILED,
            Self::PasswordToChange | Self::Forbidden | Self::ForeignForm => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::BadForm | Self::BadQuery { .. } | Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::Refused { .. } | Self::Changed => StatusCode::CONFLICT,
            Self::Stopping | Self::Late | Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Its name for programs, the end of the problem's `type`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NotSignedIn => "not-signed-in",
            Self::PasswordToChange => "password-to-change",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not-found",
            Self::BadForm => "bad-form",
            Self::ForeignForm => "foreign-form",
            Self::BadQuery { .. } => "bad-query",
            Self::Malformed(_) => "malformed",
            Self::MediaType(_) => "media-type",
            Self::TooLarge(_) => "too-large",
            Self::Method => "method",
            Self::WrongPassword => "wrong-password",
            Self::Wait(_) => "wait",
            Self::NoToken => "no-token",
            Self::Outdated => "outdated",
            Self::Late => "late",
            Self::Busy => "busy",
            Self::Refused { .. } => "refused",
            Self::Changed => "changed",
            Self::Stopping => "stopping",
            Self::Internal => "internal",
        }
    }

    /// The key of its text for people.
    const fn key(&self) -> &'static str {
        match self {
            Self::NotSignedIn | Self::PasswordToChange | Self::Forbidden | Self::WrongPassword | Self::NoToken => {
                "problem-403"
            }
            Self::NotFound | Self::Method => "problem-404",
            Self::BadForm | Self::Malformed(_) | Self::MediaType(_) | Self::TooLarge(_) => "problem-400",
            Self::BadQuery { .. } => "problem-query",
            Self::ForeignForm => "problem-csrf",
            Self::Refused { .. } => "refused",
            Self::Changed | Self::Outdated => "problem-409",
            Self::Stopping | Self::Wait(_) | Self::Late => "problem-503",
            Self::Busy => "problem-busy",
            Self::Internal => "problem-500",
        }
    }

    /// In words.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        match self {
            Self::Refused { reason, problem } => {
                // English has the details; another language what kind of refusal it is.
                let known = format!("refused-{reason}");
                let told = language.say(&known);
                let is_said = language != Language::English && told != known;
                let problem = if is_said { told } else { problem.clone() };
                language.say_with(self.key(), &[("problem", problem.into())])
            }
            Self::BadQuery { name, value } => {
                let asked = if name.is_empty() { value.clone() } else { format!("{name} = {value}") };
                language.say_with(self.key(), &[("asked", asked.into())])
            }
            Self::NotSignedIn
            | Self::PasswordToChange
            | Self::Forbidden
            | Self::NotFound
            | Self::BadForm
            | Self::ForeignForm
            | Self::Malformed(_)
            | Self::MediaType(_)
            | Self::TooLarge(_)
            | Self::Method
            | Self::WrongPassword
            | Self::Wait(_)
            | Self::NoToken
            | Self::Outdated
            | Self::Late
            | Self::Busy
            | Self::Changed
            | Self::Stopping
            | Self::Internal => language.say(self.key()),
        }
    }

    /// The answer.
    pub(super) fn answer(&self, kind: Kind, language: Language) -> Response {
        match kind {
            Kind::Page => (self.status(), pages::problem(self, language)).into_response(),
            Kind::Api => self.details(),
        }
    }

    /// Problem details (RFC 9457), with what a program can do about it in the headers.
    fn details(&self) -> Response {
        let reason = if let Self::Refused { reason, .. } = self { Some((*reason).to_owned()) } else { None };
        let status = self.status();
        let body = ProblemDetails {
            kind: format!("urn:vagus:problem:{}", self.name()),
            title: self.name().to_owned(),
            status: status.as_u16(),
            detail: self.to_string(),
            reason,
        };
        let body = serde_json::to_string(&body).expect("strings and integers always have a JSON form");
        let mut response = (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        let headers = response.headers_mut();
        if let Self::Wait(seconds) = self {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
        } else if matches!(self, Self::Stopping | Self::Late | Self::Busy) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(AGAIN_AFTER_S));
        }
        if status == StatusCode::UNAUTHORIZED {
            let scheme = if matches!(self, Self::NoToken) { "Bearer" } else { "Cookie" };
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(scheme));
        }
        response
    }
}

/// After so many seconds it is worth trying again.
const AGAIN_AFTER_S: i64 = 2;

/// What a program is told of a problem, by RFC 9457.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProblemDetails {
    /// Its name, `urn:vagus:problem:` and a word.
    #[serde(rename = "type")]
    pub kind: String,
    /// That word.
    pub title: String,
    /// The status of the answer.
    pub status: u16,
    /// In English, for whoever writes the program.
    pub detail: String,
    /// Of a deed that is refused: the name of why.
    pub reason: Option<String>,
}

/// What a handler gives; [`super::gate`] knows the language and whether a person reads it, and makes the answer.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

impl From<OfficeError> for Problem {
    fn from(error: OfficeError) -> Self {
        match error {
            OfficeError::Unknown => Self::NotFound,
            OfficeError::Refused { reason, problem } => Self::Refused { reason, problem },
            OfficeError::Changed => Self::Changed,
            OfficeError::Stopping => Self::Stopping,
            OfficeError::Late => Self::Late,
        }
    }
}

impl From<AuditError> for Problem {
    fn from(error: AuditError) -> Self {
        // What cannot be written down is not shown.
        tracing::error!("{error}; nothing of anybody's health is shown while that is so");
        Self::Internal
    }
}
