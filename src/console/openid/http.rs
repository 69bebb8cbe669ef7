//! Requests to the provider: over TLS or to this machine, within a time, and no more read than an answer needs.

use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use super::settings::may_be_told;
use crate::tls::{TlsFileError, client_config};
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::Client;

/// The longest answer; keys and claims are a few KiB.
const MAX_ANSWER_BYTES: usize = 1024 * 1024;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The provider names an address that others could listen to.
    #[error("{0} is not https: nothing is told there")]
    Clear(String),
    /// The authority's file is unusable.
    #[error(transparent)]
    Authority(#[from] TlsFileError),
    /// No connection, no answer, or none in time.
    #[error("{0}")]
    Unreachable(String),
    /// The provider says itself that it cannot.
    #[error("it answered {0}")]
    Unable(u16),
    /// The answer is too long.
    #[error("its answer is longer than {MAX_ANSWER_BYTES} bytes")]
    TooLong,
}

/// What asks the provider.
#[derive(Debug, Clone)]
pub(super) struct Http {
    client: Client,
}

impl Http {
    /// Makes it; nothing is connected to yet.
    ///
    /// # Errors
    /// [`HttpError`] where the authority's file is unusable.
    pub(super) fn new(ca_file: Option<&Path>, timeout: Duration) -> Result<Self, HttpError> {
        let client = Client::builder()
            .tls_backend_preconfigured(client_config(ca_file)?)
            .user_agent(concat!("vagus/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .timeout(timeout)
            .build()
            .map_err(|error| HttpError::Unreachable(words(&error)))?;
        Ok(Self { client })
    }

    async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let request = reqwest::Request::try_from(request).map_err(|error| HttpError::Unreachable(words(&error)))?;
        if !may_be_told(request.url()) {
            return Err(HttpError::Clear(request.url().origin().ascii_serialization()));
        }
        let unreachable = |error: reqwest::Error| HttpError::Unreachable(words(&error));
        let mut response = self.client.execute(request).await.map_err(unreachable)?;
        if response.status().is_server_error() {
            return Err(HttpError::Unable(response.status().as_u16()));
        }
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            if body.len() + chunk.len() > MAX_ANSWER_BYTES {
                return Err(HttpError::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        let mut answer = HttpResponse::new(body);
        *answer.status_mut() = status;
        *answer.headers_mut() = headers;
        Ok(answer)
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(request))
    }
}

/// The error with its innermost cause; the address, which may hold a code, is left out.
fn words(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "there was no answer in time".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
