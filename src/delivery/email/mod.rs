//! Mail: whole messages that were built when they were decided, handed to a mail server.
//!
//! A delivery goes in, whether the server has taken it comes back. Its bytes are sent as they are, to
//! the one address that it names; only where somebody would get too many, a digest is made of them. Addresses and the server's own words, which may hold one, never get
//! into what is told or logged.

mod explain;
mod message;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lettre::address::{Address, Envelope};
use lettre::message::Mailbox;
use lettre::transport::smtp::AsyncSmtpTransport;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncTransport as _, Tokio1Executor};
use secrecy::ExposeSecret as _;

use explain::{Enquiry, Meaning};

use super::channel::{SendError, Sender, Sending};
use super::flood::{Flood, Member, Verdict};
use super::mail::{self, Mail};
use super::settings::{EmailAddress, EmailSettings, MailTls};
use crate::clock::Clock;
#[cfg(test)]
use crate::domain::event::EventKind;
use crate::store::Outgoing;

pub use message::{Content, compose};

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

/// Hands mail to one server; what is too much for one person leaves together.
#[derive(Debug)]
pub struct EmailSender {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    enquiry: Enquiry,
    timeout_ms: u64,
    flood: Mutex<Flood>,
    clock: Clock,
}

impl EmailSender {
    /// Opens the channel; nothing is connected to yet.
    ///
    /// # Errors
    /// Where the file of the authority is unusable.
    pub fn open(settings: &EmailSettings, clock: Clock) -> Result<Self, OpenError> {
        let from = settings.from.clone();
        let (hello, tls) = (ClientId::Domain(from.email.domain().to_owned()), tls(settings)?);
        let timeout = Duration::from_millis(settings.timeout_ms);
        let login = settings.login.as_ref();
        let login = login.map(|l| Credentials::new(l.username.clone(), l.password.expose_secret().to_owned()));
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port)
            .hello_name(hello.clone())
            .timeout(Some(timeout))
            .tls(tls.clone());
        if let Some(login) = &login {
            builder = builder.credentials(login.clone());
        }
        let (host, port, sender) = (settings.host.clone(), settings.port, from.email.clone());
        let enquiry = Enquiry { host, port, timeout, hello, tls, login, from: sender };
        let flood = Mutex::new(Flood::new(settings.flood));
        Ok(Self { transport: builder.build(), from, enquiry, timeout_ms: settings.timeout_ms, flood, clock })
    }

    /// Greets the server, encrypts and logs in, and sends nothing.
    ///
    /// # Errors
    /// [`SendError`] where that fails.
    pub async fn reach(&self) -> Result<(), SendError> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err(SendError::Retry("the mail server does not answer as it should".to_owned())),
            Err(error) => Err(match explain::meaning(&error, false) {
                Meaning::Sure(error) => error,
                Meaning::Perhaps(code) => explain::later(code, false),
            }),
        }
    }

    /// What a stored message says of itself: its kind, what it is about, whether it is a test.
    #[cfg(test)]
    pub(super) fn told_of(delivery: &Outgoing) -> (Option<EventKind>, String, bool) {
        let label = message::label(&delivery.payload);
        (label.kind, label.about.unwrap_or_default(), label.is_test)
    }

    fn flood(&self) -> MutexGuard<'_, Flood> {
        self.flood.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn deliver(&self, delivery: &Outgoing) -> Result<(), SendError> {
        let label = message::label(&delivery.payload);
        let Some(recipient) = delivery.recipient.as_deref().filter(|_| !delivery.is_crisis && !label.is_test) else {
            return self.hand_over(delivery, &delivery.payload).await;
        };
        let about = label.about.unwrap_or_else(|| delivery.id.clone());
        let member = Member { id: delivery.id.clone(), kind: label.kind, about };
        let verdict = self.flood().judge(recipient, member, self.clock.now());
        match verdict {
            Verdict::Alone => self.hand_over(delivery, &delivery.payload).await,
            Verdict::Wait(rest) => Err(SendError::Later(Duration::try_from(rest).unwrap_or_default())),
            Verdict::Gone => Ok(()),
            Verdict::Together(members) => self.deliver_together(delivery, recipient, &members).await,
        }
    }

    /// Sends many as one; the others learn that they have left when they ask.
    async fn deliver_together(
        &self,
        delivery: &Outgoing,
        recipient: &str,
        members: &[Member],
    ) -> Result<(), SendError> {
        let mut leaving = Leaving { sender: self, recipient, has_left: false };
        if let [_] = members {
            self.hand_over(delivery, &delivery.payload).await?;
        } else {
            let payload = self.digest(delivery, recipient, members)?;
            self.hand_over(delivery, &payload).await?;
        }
        leaving.has_left = true;
        self.flood().left(recipient, &delivery.id, members, self.clock.now());
        Ok(())
    }

    fn digest(&self, delivery: &Outgoing, recipient: &str, members: &[Member]) -> Result<Vec<u8>, SendError> {
        let to = EmailAddress::parse(&delivery.target).ok_or_else(no_address)?;
        let language = message::label(&delivery.payload).language;
        let Mail { subject, text, html, .. } = mail::digest(members, language);
        let content = Content {
            // The same members always make the same message.
            id: &format!("digest-{}-{}", members.len(), delivery.id),
            kind: None,
            about: "",
            language,
            is_test: false,
            at: self.clock.now(),
            subject: &subject,
            text: &text,
            html: &html,
        };
        Ok(compose(&self.from, recipient, &to, content))
    }

    async fn hand_over(&self, delivery: &Outgoing, message: &[u8]) -> Result<(), SendError> {
        let to: Address = delivery.target.parse().map_err(|_| no_address())?;
        let envelope = Envelope::new(Some(self.from.email.clone()), vec![to.clone()]).map_err(|_| no_address())?;
        let sending = self.transport.send_raw(&envelope, message);
        // The library limits the connection alone: a server that dribbles would hold it for ever.
        match tokio::time::timeout(Duration::from_millis(self.timeout_ms), sending).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(match explain::meaning(&error, delivery.is_crisis) {
                Meaning::Sure(error) => error,
                Meaning::Perhaps(code) if self.enquiry.refuses(to).await => explain::refused(code),
                Meaning::Perhaps(code) => explain::later(code, delivery.is_crisis),
            }),
            Err(_) => Err(SendError::Unreachable(format!("not done within {} ms", self.timeout_ms))),
        }
    }
}

impl Sender for EmailSender {
    fn send<'a>(&'a self, delivery: &'a Outgoing) -> Sending<'a> {
        Box::pin(self.deliver(delivery))
    }
}

/// A digest on its way. Where that ends half way, the next of its members may try.
struct Leaving<'a> {
    sender: &'a EmailSender,
    recipient: &'a str,
    has_left: bool,
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        if !self.has_left {
            self.sender.flood().stayed(self.recipient);
        }
    }
}

fn no_address() -> SendError {
    SendError::Refused("the address cannot be one".to_owned())
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

#[cfg(test)]
mod tests;
