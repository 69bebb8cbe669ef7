//! What can be set about the console.

use std::net::SocketAddr;

use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;

use super::access::session;
use super::openid::settings::OpenIdSettings;
use crate::domain::ids::{SiteId, SourceId};

/// Where and how the console and its API are served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The address by which browsers reach it, where that is another: behind a server that speaks TLS. With
    /// https the cookie is sent over TLS alone.
    pub public_url: Option<String>,
    /// How long sessions last.
    pub sessions: session::Limits,
    /// Whether pages say that it is a demonstration.
    pub is_demo: bool,
    /// Who may send over HTTP what sources send over MQTT.
    pub sources: Vec<HttpSource>,
    /// How people sign in through an OpenID provider, where they do.
    pub openid: Option<OpenIdSettings>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: None,
            sessions: session::Limits::default(),
            is_demo: false,
            sources: Vec::new(),
            openid: None,
        }
    }
}

impl Settings {
    /// Whether browsers reach it over TLS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.starts_with("https://"))
    }
}

/// A source that speaks HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpSource {
    /// Of which site.
    pub site: SiteId,
    /// Its name.
    pub source: SourceId,
    /// What it shows.
    pub token: SourceToken,
}

/// The shortest token, in characters.
///
/// # Source
/// OWASP Session Management Cheat Sheet, "Session ID Entropy": at least 64 bits; 32 characters hold that even
/// where they are hexadecimal digits.
pub const MIN_TOKEN_CHARS: usize = 32;

/// The bearer token of a source; never shown.
#[derive(Clone)]
pub struct SourceToken(SecretString);

/// A text that cannot be a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SourceTokenError {
    /// Too short.
    #[error("has fewer than {MIN_TOKEN_CHARS} characters")]
    Short,
    /// It cannot stand in a header.
    #[error("holds what cannot stand in a header: letters, digits and -._~+/= can")]
    Character,
}

impl SourceToken {
    /// Checks and keeps a token.
    ///
    /// # Errors
    /// [`SourceTokenError`] where it is too short, or not of the letters of RFC 6750, section 2.1.
    pub fn parse(text: &str) -> Result<Self, SourceTokenError> {
        if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte)) {
            return Err(SourceTokenError::Character);
        }
        if text.len() < MIN_TOKEN_CHARS {
            return Err(SourceTokenError::Short);
        }
        Ok(Self(SecretString::from(text)))
    }

    /// Whether that is what was sent; it takes as long wherever they begin to differ.
    #[must_use]
    pub fn is(&self, sent: &str) -> bool {
        self.0.expose_secret().as_bytes().ct_eq(sent.as_bytes()).into()
    }
}

impl PartialEq for SourceToken {
    fn eq(&self, other: &Self) -> bool {
        self.is(other.0.expose_secret())
    }
}

impl Eq for SourceToken {}

impl std::fmt::Debug for SourceToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SourceToken")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_long_fits_a_header_and_does_not_show() {
        let text = "0123456789abcdefghijABCDEFGHIJ-_~";
        let token = SourceToken::parse(text).unwrap();
        assert!(token.is(text) && !token.is(&text[1..]) && !token.is(&text.to_uppercase()));
        assert_eq!(format!("{token:?}"), "SourceToken");
        assert_eq!(SourceToken::parse(&text[2..]), Err(SourceTokenError::Short));
        assert_eq!(SourceToken::parse(&format!("{text} {text}")), Err(SourceTokenError::Character));
        assert_eq!(SourceToken::parse(&format!("{text}\n{text}")), Err(SourceTokenError::Character));
    }
}
