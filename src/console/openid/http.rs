//! Requests to the provider: over TLS or to this machine, within a time, and no more read than an answer needs.

use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::Client;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use super::settings::may_be_told;

/// The longest answer; keys and claims are a few KiB.
const MAX_ANSWER_BYTES: usize = 1024 * 1024;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The provider names an address that others could listen to.
    #[error("{0} is not https: nothing is told there")]
    Clear(String),
    /// The authority's file is unusable.
    #[error("{file} cannot be used: {reason}")]
    Authority {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
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
            .tls_backend_preconfigured(tls(ca_file)?)
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

/// `ring` is named here and not left to a process-wide default.
fn tls(ca_file: Option<&Path>) -> Result<ClientConfig, HttpError> {
    let roots = match ca_file {
        Some(file) => of_file(file)?,
        None => of_system(),
    };
    let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has what the default versions of TLS need");
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

fn of_file(file: &Path) -> Result<RootCertStore, HttpError> {
    let unusable = |reason: String| HttpError::Authority { file: file.display().to_string(), reason };
    let pem = std::fs::read(file).map_err(|error| unusable(error.to_string()))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
        roots.add(certificate).map_err(|error| unusable(error.to_string()))?;
    }
    if roots.is_empty() { Err(unusable("no certificate in PEM form".to_owned())) } else { Ok(roots) }
}

/// Where the system has no authorities, the provider is not reached over TLS, and the log says so at each sign-in.
fn of_system() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}
