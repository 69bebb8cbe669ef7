//! What went wrong with a request: a page for people, problem details (RFC 9457) for programs.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

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
    /// State, role or name forbid it.
    #[error("{problem}")]
    Refused {
        /// The name of why.
        reason: &'static str,
        /// Why, and what can be.
        problem: String,
    },
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
            Self::NotSignedIn => StatusCode::UNAUTHORIZED,
            Self::PasswordToChange | Self::Forbidden | Self::ForeignForm => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::BadForm => StatusCode::BAD_REQUEST,
            Self::Refused { .. } | Self::Changed => StatusCode::CONFLICT,
            Self::Stopping => StatusCode::SERVICE_UNAVAILABLE,
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
            Self::Refused { .. } => "refused",
            Self::Changed => "changed",
            Self::Stopping => "stopping",
            Self::Internal => "internal",
        }
    }

    /// The key of its text for people.
    const fn key(&self) -> &'static str {
        match self {
            Self::NotSignedIn | Self::PasswordToChange | Self::Forbidden => "problem-403",
            Self::NotFound => "problem-404",
            Self::BadForm => "problem-400",
            Self::ForeignForm => "problem-csrf",
            Self::Refused { .. } => "refused",
            Self::Changed => "problem-409",
            Self::Stopping => "problem-503",
            Self::Internal => "problem-500",
        }
    }

    /// In words.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        match self {
            Self::Refused { problem, .. } => language.say_with(self.key(), &[("problem", problem.as_str().into())]),
            Self::NotSignedIn
            | Self::PasswordToChange
            | Self::Forbidden
            | Self::NotFound
            | Self::BadForm
            | Self::ForeignForm
            | Self::Changed
            | Self::Stopping
            | Self::Internal => language.say(self.key()),
        }
    }

    /// The answer.
    pub(super) fn answer(&self, kind: Kind, language: Language) -> Response {
        match kind {
            Kind::Page => (self.status(), pages::problem(self, language)).into_response(),
            Kind::Api => {
                let reason = if let Self::Refused { reason, .. } = self { Some(*reason) } else { None };
                let body = serde_json::json!({
                    "type": format!("urn:vagus:problem:{}", self.name()),
                    "title": self.name(),
                    "status": self.status().as_u16(),
                    "detail": self.to_string(),
                    "reason": reason,
                });
                let head = [(header::CONTENT_TYPE, "application/problem+json")];
                (self.status(), head, body.to_string()).into_response()
            }
        }
    }
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
