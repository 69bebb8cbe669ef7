//! Mail: whole messages that were built when they were decided, handed to a mail server.
//!
//! A delivery goes in, whether the server has taken it comes back. Its bytes are sent as they are, to
//! the one address that it names. Addresses and the server's own words, which may hold one, never get
//! into what is told or logged.

mod message;

use std::error::Error as _;
use std::time::Duration;

use lettre::address::{Address, Envelope};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{self, AsyncSmtpTransport};
use lettre::{AsyncTransport as _, Tokio1Executor};
use secrecy::ExposeSecret as _;

use super::channel::{SendError, Sender, Sending};
use super::settings::{EmailSettings, MailTls};
use crate::store::Outgoing;

pub use message::{Content, compose};

/// How long to wait where only a person can help: a wrong password.
const LONG_WAIT: Duration = Duration::from_secs(15 * 60);
/// In a crisis nobody waits longer than that.
const LONGEST_CRISIS_WAIT: Duration = Duration::from_secs(60);

/// Why a channel of mail cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file of the authority is unusable.
    #[error("{file} cannot be used: {reason}")]
    CaFile {
        /// The file.
        file: String,
        /// Why.
        reason: String,
    },
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
}

/// Hands mail to one server.
#[derive(Debug)]
pub struct EmailSender {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Address,
    timeout_ms: u64,
}

impl EmailSender {
    /// Opens the channel; nothing is connected to yet.
    ///
    /// # Errors
    /// Where the file of the authority is unusable.
    pub fn open(settings: &EmailSettings) -> Result<Self, OpenError> {
        let from = settings.from.email.clone();
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port)
            .hello_name(ClientId::Domain(from.domain().to_owned()))
            .timeout(Some(Duration::from_millis(settings.timeout_ms)))
            .tls(tls(settings)?);
        if let Some(login) = &settings.login {
            let password = login.password.expose_secret().to_owned();
            builder = builder.credentials(Credentials::new(login.username.clone(), password));
        }
        Ok(Self { transport: builder.build(), from, timeout_ms: settings.timeout_ms })
    }

    async fn hand_over(&self, delivery: &Outgoing) -> Result<(), SendError> {
        let to: Address =
            delivery.target.parse().map_err(|_| SendError::Refused("the address cannot be one".to_owned()))?;
        let envelope = Envelope::new(Some(self.from.clone()), vec![to])
            .map_err(|_| SendError::Refused("the address cannot be one".to_owned()))?;
        let sending = self.transport.send_raw(&envelope, &delivery.payload);
        // The library limits the connection alone: a server that dribbles would hold it for ever.
        match tokio::time::timeout(Duration::from_millis(self.timeout_ms), sending).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(explain(&error, delivery.is_crisis)),
            Err(_) => Err(SendError::Unreachable(format!("not done within {} ms", self.timeout_ms))),
        }
    }
}

impl Sender for EmailSender {
    fn send<'a>(&'a self, delivery: &'a Outgoing) -> Sending<'a> {
        Box::pin(self.hand_over(delivery))
    }
}

fn tls(settings: &EmailSettings) -> Result<Tls, OpenError> {
    let mut parameters = TlsParameters::builder(settings.host.clone());
    if let Some(file) = &settings.ca_file {
        let unusable = |reason: String| OpenError::CaFile { file: file.display().to_string(), reason };
        let pem = std::fs::read(file).map_err(|error| unusable(error.to_string()))?;
        let certificate = Certificate::from_pem(&pem).map_err(|error| unusable(error.to_string()))?;
        parameters = parameters.certificate_store(CertificateStore::None).add_root_certificate(certificate);
    }
    let parameters = || parameters.build_rustls().map_err(|error| OpenError::Tls(error.to_string()));
    Ok(match settings.tls {
        MailTls::None => Tls::None,
        MailTls::StartTls => Tls::Required(parameters()?),
        MailTls::Implicit => Tls::Wrapper(parameters()?),
    })
}

/// What an answer means: 4xx is tried again, 5xx is given up, but for a login that a person can mend.
///
/// # Source
/// RFC 5321, section 4.2.1; RFC 4954, section 6, for the codes of a login.
fn explain(error: &smtp::Error, is_crisis: bool) -> SendError {
    let code = error.status().map(u16::from);
    match code {
        Some(code @ (454 | 530 | 534 | 535 | 538)) => {
            let after = if is_crisis { LONGEST_CRISIS_WAIT } else { LONG_WAIT };
            let reason = format!("the mail server answered {code}: it does not take our login");
            SendError::RetryAfter { after, reason }
        }
        Some(code) if error.is_permanent() => SendError::Refused(format!("the mail server answered {code}")),
        Some(code) => SendError::Retry(format!("the mail server answered {code}")),
        None if error.is_response() || error.is_client() => {
            SendError::Retry("the mail server answered in a way that is not understood".to_owned())
        }
        None => SendError::Unreachable(format!("the mail server cannot be reached: {}", words(error))),
    }
}

/// The innermost cause.
fn words(error: &smtp::Error) -> String {
    let mut cause = error.source();
    while let Some(inner) = cause.and_then(std::error::Error::source) {
        cause = Some(inner);
    }
    cause.map_or_else(|| error.to_string(), ToString::to_string)
}

#[cfg(test)]
mod tests;
