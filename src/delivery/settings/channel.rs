//! Ways out besides MQTT.

use std::fmt;
use std::path::PathBuf;

use lettre::message::Mailbox;
use reqwest::Url;

use super::{Authorization, Login, SigningKey};
use crate::delivery::address;
use crate::delivery::cloudevents::CONTENT_TYPE;
use crate::domain::ids::ChannelId;

/// A way out besides MQTT.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    /// Its name.
    pub id: ChannelId,
    /// What it is.
    pub kind: ChannelKind,
    /// How long a delivery is tried here, in hours, a crisis excepted; as for every channel where absent.
    pub give_up_after_h: Option<u32>,
}

/// What a channel is.
#[derive(Debug, Clone, PartialEq)]
pub enum ChannelKind {
    /// Another system takes events over HTTP.
    Webhook(WebhookSettings),
    /// People get mail.
    Email(EmailSettings),
}

/// In which form a webhook is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookFormat {
    /// A CloudEvent in JSON, as over MQTT.
    CloudEvents,
    /// A FHIR R4 transaction bundle; what has no form in FHIR is not sent.
    Fhir,
}

impl WebhookFormat {
    /// The media type of what is sent.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::CloudEvents => CONTENT_TYPE,
            Self::Fhir => "application/fhir+json",
        }
    }

    /// The format of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "cloudevents" => Some(Self::CloudEvents),
            "fhir" => Some(Self::Fhir),
            _ => None,
        }
    }
}

/// How another system is reached over HTTP.
#[derive(Debug, Clone, PartialEq)]
pub struct WebhookSettings {
    /// Where events are posted.
    pub url: Target,
    /// In which form.
    pub format: WebhookFormat,
    /// Keys that sign, at least one; all sign, so that the receiver can change from one to the next.
    pub keys: Vec<SigningKey>,
    /// What the receiver wants in the header `Authorization`, where it wants anything.
    pub authorization: Option<Authorization>,
    /// Longest time for a whole request, in milliseconds. Default 10 000.
    pub timeout_ms: u64,
    /// Whether the receiver may be inside one's own network, and without TLS. Default no.
    pub allow_private_addresses: bool,
    /// Who signed the receiver's certificate (PEM); the system's authorities where absent.
    pub ca_file: Option<PathBuf>,
}

/// Where events are posted. Its path may be a secret, so only the host shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Target(Url);

/// A text that is no place to post to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// It is no URL of HTTP.
    #[error("is no URL of https")]
    NotHttp,
    /// It is not encrypted.
    #[error("is not encrypted")]
    NotEncrypted,
    /// It holds a user or a password.
    #[error("holds a user or a password")]
    Login,
    /// It holds a fragment, which is never sent.
    #[error("holds a # part, which is never sent")]
    Fragment,
    /// Its host is an address of one's own network.
    #[error("leads to {0}")]
    Private(&'static str),
}

impl Target {
    /// Checks and keeps a URL; without leave, only encrypted ones of public hosts.
    ///
    /// # Errors
    /// [`TargetError`] where the text cannot be one.
    pub fn parse(text: &str, allows_private: bool) -> Result<Self, TargetError> {
        let url = Url::parse(text).map_err(|_| TargetError::NotHttp)?;
        if !matches!(url.scheme(), "https" | "http") || !url.has_host() {
            return Err(TargetError::NotHttp);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(TargetError::Login);
        }
        if url.fragment().is_some() {
            return Err(TargetError::Fragment);
        }
        if !allows_private {
            if url.scheme() != "https" {
                return Err(TargetError::NotEncrypted);
            }
            if let Some(address) = address::literal(&url) {
                address::check(address).map_err(TargetError::Private)?;
            }
        }
        Ok(Self(url))
    }

    /// Whether what is posted there is encrypted on its way.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether it is this machine, by its name or an address: what is posted there passes no wire.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let is_name = |url: &Url| url.host_str() == Some("localhost");
        is_name(&self.0) || address::literal(&self.0).is_some_and(|address| address.is_loopback())
    }

    /// The URL.
    pub(crate) const fn url(&self) -> &Url {
        &self.0
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.0.scheme(), self.0.host_str().unwrap_or_default())
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({self}/…)")
    }
}

/// How the connection to a mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailTls {
    /// After a greeting in the clear; a server that cannot is not used.
    StartTls,
    /// From the first byte.
    Implicit,
    /// Not at all: on one's own machine only.
    None,
}

impl MailTls {
    /// The way of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "starttls" => Some(Self::StartTls),
            "implicit" => Some(Self::Implicit),
            "none" => Some(Self::None),
            _ => None,
        }
    }

    /// The port where servers listen for it.
    #[must_use]
    pub const fn usual_port(self) -> u16 {
        match self {
            Self::StartTls => 587,
            Self::Implicit => 465,
            Self::None => 25,
        }
    }
}

/// How a mail server is reached.
#[derive(Debug, Clone, PartialEq)]
pub struct EmailSettings {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is encrypted.
    pub tls: MailTls,
    /// How to log in.
    pub login: Option<Login>,
    /// Who the mail is from.
    pub from: Mailbox,
    /// Who signed the server's certificate (PEM); the system's authorities where absent.
    pub ca_file: Option<PathBuf>,
    /// Longest time for a whole mail, in milliseconds. Default 30 000.
    pub timeout_ms: u64,
    /// When single mails become one.
    pub flood: FloodSettings,
}

/// From how many mails on somebody gets one with counts instead.
///
/// # Source
/// ANSI/ISA-18.2-2016: more than 10 alarms in 10 minutes is a flood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FloodSettings {
    /// So many single mails in a window; 0 sends every mail by itself. Default 10.
    pub mails: u32,
    /// The window, in seconds. Default 600.
    pub window_s: u32,
}

impl Default for FloodSettings {
    fn default() -> Self {
        Self { mails: 10, window_s: 600 }
    }
}
