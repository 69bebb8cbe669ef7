//! Webhooks: events posted to another system, signed after Standard Webhooks.
//!
//! A delivery goes in, whether the receiver has it comes back. Every attempt has the same id and a
//! time stamp and signatures of its own. The receiver's address is checked at each connection, its
//! redirects are not followed, its answer's body is not read: it can neither lead Vagus elsewhere nor
//! hold it up longer than the time limit.

use std::error::Error as _;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode};
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP, Webhook};

use super::address::{self, NotPublic, PublicResolver};
use super::channel::{SendError, Sender, Sending};
use super::settings::{WebhookFormat, WebhookSettings};
use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::store::Outgoing;
use crate::tls::{TlsFileError, client_config};

/// How long to wait after an answer that only a person can change: a wrong path, a wrong key, a gone
/// receiver. It is tried on all the same, since a person may.
const LONG_WAIT: Duration = Duration::from_secs(15 * 60);
/// The longest that a receiver may ask to wait.
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);
/// In a crisis nobody waits longer than that.
const LONGEST_CRISIS_WAIT: Duration = Duration::from_secs(60);
/// The longest time for name look-up, connection and TLS.
const LONGEST_CONNECT: Duration = Duration::from_secs(10);

/// Why a channel to another system cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A certificate file is unusable.
    #[error(transparent)]
    TlsFile(#[from] TlsFileError),
    /// The client cannot be made.
    #[error("the HTTP client cannot be made: {0}")]
    Client(String),
}

/// Posts to one receiver.
pub struct WebhookSender {
    client: Client,
    settings: WebhookSettings,
    signers: Vec<Webhook>,
    clock: Clock,
}

impl std::fmt::Debug for WebhookSender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WebhookSender({})", self.settings.url)
    }
}

impl WebhookSender {
    /// Opens the channel; nothing is connected to yet.
    ///
    /// # Errors
    /// Where a certificate file is unusable.
    pub fn open(settings: WebhookSettings, clock: Clock) -> Result<Self, OpenError> {
        let whole = Duration::from_millis(settings.timeout_ms);
        let mut builder = Client::builder()
            .tls_backend_preconfigured(client_config(settings.ca_file.as_deref())?)
            .user_agent(concat!("vagus/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .connect_timeout(whole.min(LONGEST_CONNECT))
            .timeout(whole);
        if !settings.allow_private_addresses {
            builder = builder.https_only(true).dns_resolver(PublicResolver);
        }
        let client = builder.build().map_err(|error| OpenError::Client(words(&error)))?;
        let signers = settings.keys.iter().map(super::settings::SigningKey::signer).collect();
        Ok(Self { client, settings, signers, clock })
    }

    async fn post(&self, delivery: &Outgoing) -> Result<(), SendError> {
        // The resolver does not see addresses that stand in the URL.
        if let Some(address) =
            address::literal(self.settings.url.url()).filter(|_| !self.settings.allow_private_addresses)
        {
            address::check(address).map_err(|what| SendError::Unreachable(NotPublic(what).to_string()))?;
        }
        // The receiver holds it against its own clock, so a step that waits to be accepted must not hide it.
        let now = self.clock.wall();
        let signature = self.sign(&delivery.id, now, &delivery.payload)?;
        let mut request = self
            .client
            .post(self.settings.url.url().clone())
            .header(CONTENT_TYPE, &delivery.target)
            .header(HEADER_WEBHOOK_ID, &delivery.id)
            .header(HEADER_WEBHOOK_TIMESTAMP, now.as_second())
            .header(HEADER_WEBHOOK_SIGNATURE, signature)
            .body(delivery.payload.clone());
        if let Some(authorization) = &self.settings.authorization {
            request = request.header(AUTHORIZATION, authorization.header());
        }
        match request.send().await {
            Ok(response) => judge(&response, delivery.is_crisis, now),
            Err(error) => Err(self.explain(&error)),
        }
    }

    /// Asks whether the receiver is there, and posts nothing: by HEAD, or of a FHIR server what it can do, as it lets
    /// nobody do whom it does not know.
    ///
    /// # Errors
    /// [`SendError`] where it cannot be reached, or an event would be refused.
    pub async fn reach(&self) -> Result<String, SendError> {
        let mut url = self.settings.url.url().clone();
        if let Some(address) = address::literal(&url).filter(|_| !self.settings.allow_private_addresses) {
            address::check(address).map_err(|what| SendError::Unreachable(NotPublic(what).to_string()))?;
        }
        let is_fhir = self.settings.format == WebhookFormat::Fhir;
        let mut request = if is_fhir {
            if let Ok(mut path) = url.path_segments_mut() {
                path.pop_if_empty().push("metadata");
            }
            self.client.get(url)
        } else {
            self.client.head(url)
        };
        if let Some(authorization) = &self.settings.authorization {
            request = request.header(AUTHORIZATION, authorization.header());
        }
        let status = request.send().await.map_err(|error| self.explain(&error))?.status();
        let is_refused = match status.as_u16() {
            // Who takes events by POST alone need not know HEAD, and may ask for a signature.
            400..=499 => is_fhir || (self.settings.authorization.is_some() && matches!(status.as_u16(), 401 | 403)),
            code => !(200..=299).contains(&code),
        };
        if is_refused {
            Err(SendError::Retry(reason(status)))
        } else {
            Ok(format!("answers, with {}", status.as_u16()))
        }
    }

    /// The signatures of all keys, as the header holds them.
    fn sign(&self, id: &str, at: Timestamp, payload: &[u8]) -> Result<String, SendError> {
        let signed = self.signers.iter().map(|signer| signer.sign(id, at.as_second(), payload));
        let signatures: Vec<String> =
            signed.collect::<Result<_, _>>().map_err(|error| SendError::Refused(error.to_string()))?;
        Ok(signatures.join(" "))
    }

    fn explain(&self, error: &reqwest::Error) -> SendError {
        if error.is_timeout() {
            SendError::Unreachable(format!("no answer within {} ms", self.settings.timeout_ms))
        } else if error.is_connect() {
            SendError::Unreachable(format!("cannot be reached: {}", words(error)))
        } else {
            SendError::Retry(format!("the connection broke before the answer: {}", words(error)))
        }
    }
}

impl Sender for WebhookSender {
    fn send<'a>(&'a self, delivery: &'a Outgoing) -> Sending<'a> {
        Box::pin(self.post(delivery))
    }
}

/// The innermost cause: the outer ones name the URL, whose path may be a secret.
fn words(error: &reqwest::Error) -> String {
    let mut cause = error.source();
    while let Some(inner) = cause.and_then(std::error::Error::source) {
        cause = Some(inner);
    }
    cause.map_or_else(|| "no cause is told".to_owned(), ToString::to_string)
}

/// What an answer means.
///
/// # Source
/// Standard Webhooks 1.0.0, "Successful and failed deliveries": 2xx is success, redirects are not
/// followed. That 410 and the other 4xx are tried on, slowly, is our own choice: an alert about a
/// person must not end because a path was mistyped.
fn judge(response: &Response, is_crisis: bool, now: Timestamp) -> Result<(), SendError> {
    let status = response.status();
    if status.is_success() {
        return Ok(());
    }
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        return Err(SendError::Refused(reason(status)));
    }
    let longest = if is_crisis { LONGEST_CRISIS_WAIT } else { LONGEST_WAIT };
    let reason = reason(status);
    let asked = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let asked = asked.and_then(|text| retry_after(text, now));
    let passes = status.is_server_error()
        || matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS);
    match asked.or((!passes).then_some(LONG_WAIT)) {
        Some(after) => Err(SendError::RetryAfter { after: after.clamp(Duration::from_secs(1), longest), reason }),
        None => Err(SendError::Retry(reason)),
    }
}

fn reason(status: StatusCode) -> String {
    let hint = match status.as_u16() {
        300..=399 => ": redirects are not followed, give the address it leads to",
        401 | 403 => ": the receiver does not know our key, or wants another authorization_file",
        404 | 405 => ": nothing takes events at that path",
        413 => ": the event is too large for the receiver",
        410 => ": the receiver says it is gone for good",
        _ => "",
    };
    format!("the receiver answered {}{hint}", status.as_u16())
}

/// How long `Retry-After` asks to wait: seconds, or a date.
///
/// # Source
/// RFC 9110, section 10.2.3.
fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = jiff::fmt::rfc2822::parse(text.trim()).ok()?.timestamp();
    Some(Duration::try_from(at.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests;
