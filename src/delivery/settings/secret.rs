//! What must not show: keys that sign, and passwords.

use std::fmt;

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};
use standardwebhooks::Webhook;

/// The prefix of a key of Standard Webhooks.
const PREFIX: &str = "whsec_";
/// 24 bytes in base 64.
const LEAST_KEY_CHARS: usize = 32;

/// A key that signs webhooks.
#[derive(Clone)]
pub struct SigningKey(SecretString);

/// A text that cannot be a key that signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SigningKeyError {
    /// It does not begin as one.
    #[error("does not begin with {PREFIX}")]
    Prefix,
    /// It is too short to be safe.
    #[error("is shorter than 24 bytes")]
    Short,
    /// It is not base 64.
    #[error("is not base 64 after {PREFIX}")]
    Base64,
}

impl SigningKey {
    /// Checks and keeps a key of the form `whsec_` and base 64.
    ///
    /// # Errors
    /// [`SigningKeyError`] where the text cannot be one.
    ///
    /// # Source
    /// Standard Webhooks 1.0.0, symmetric signatures: 24 to 64 random bytes.
    pub fn parse(text: &str) -> Result<Self, SigningKeyError> {
        let key = text.strip_prefix(PREFIX).ok_or(SigningKeyError::Prefix)?;
        if key.len() < LEAST_KEY_CHARS {
            return Err(SigningKeyError::Short);
        }
        Webhook::new(text).map_err(|_| SigningKeyError::Base64)?;
        Ok(Self(SecretString::from(text)))
    }

    /// What signs with it.
    pub(crate) fn signer(&self) -> Webhook {
        Webhook::new(self.0.expose_secret()).expect("it was checked when it was read")
    }
}

impl PartialEq for SigningKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

/// What another system wants in the header `Authorization` before it takes anything.
#[derive(Clone)]
pub struct Authorization(SecretString);

/// A text that cannot stand in the header `Authorization`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizationError {
    /// There is nothing.
    #[error("is empty")]
    Empty,
    /// It is more than a line.
    #[error("holds more than one line")]
    Lines,
    /// A header cannot hold it.
    #[error("holds a character that no header can, or a space at its begin or end")]
    Character,
    /// It is a word alone.
    #[error("names no scheme: one word alone, where a scheme such as Bearer comes first")]
    Scheme,
}

impl Authorization {
    /// Checks and keeps a value such as `Bearer …` or `Basic …`.
    ///
    /// # Errors
    /// [`AuthorizationError`] where the text cannot be one.
    ///
    /// # Source
    /// RFC 9110, sections 11.6.2 and 5.5: a scheme, a space, and what the scheme asks for.
    pub fn parse(text: &str) -> Result<Self, AuthorizationError> {
        if text.is_empty() {
            return Err(AuthorizationError::Empty);
        }
        if text.contains(['\r', '\n']) {
            return Err(AuthorizationError::Lines);
        }
        if text.trim() != text || !text.is_ascii() || HeaderValue::from_str(text).is_err() {
            return Err(AuthorizationError::Character);
        }
        if !text.contains(' ') {
            return Err(AuthorizationError::Scheme);
        }
        Ok(Self(SecretString::from(text)))
    }

    /// The header's value, marked so that no library shows it.
    pub(crate) fn header(&self) -> HeaderValue {
        let mut value = HeaderValue::from_str(self.0.expose_secret()).expect("it was checked when it was read");
        value.set_sensitive(true);
        value
    }
}

impl PartialEq for Authorization {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authorization(…)")
    }
}

/// A name and its password.
#[derive(Debug, Clone)]
pub struct Login {
    /// The name.
    pub username: String,
    /// The password.
    pub password: SecretString,
}

impl PartialEq for Login {
    fn eq(&self, other: &Self) -> bool {
        self.username == other.username && self.password.expose_secret() == other.password.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_checked_and_does_not_show() {
        assert_eq!(SigningKey::parse("secret").unwrap_err(), SigningKeyError::Prefix);
        assert_eq!(SigningKey::parse("whsec_c2hvcnQ=").unwrap_err(), SigningKeyError::Short);
        assert_eq!(SigningKey::parse(&format!("whsec_{}", "?".repeat(40))).unwrap_err(), SigningKeyError::Base64);
        let key = SigningKey::parse("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").unwrap();
        assert!(!format!("{key:?}").contains("C2FV"));
    }

    #[test]
    fn a_key_made_as_the_readme_says_is_taken() {
        let recipe = "echo \"whsec_$(openssl rand -base64 32)\"";
        assert!(include_str!("../../../README.md").contains(recipe));
        // 32 bytes of 0x00, of 0x3e and of 0xff, as it prints them.
        let printed = [
            ["A".repeat(43), "=".to_owned()],
            ["Pj4+".repeat(10), "Pj4=".to_owned()],
            ["/".repeat(42), "8=".to_owned()],
        ];
        for key in printed.map(|parts| format!("whsec_{}", parts.concat())) {
            assert!(SigningKey::parse(&key).is_ok(), "{key}");
        }
    }

    #[test]
    fn what_cannot_stand_in_the_header_is_refused_and_what_can_does_not_show() {
        for (text, error) in [
            ("", AuthorizationError::Empty),
            ("Bearer a\nBearer b", AuthorizationError::Lines),
            ("Bearer a\0b", AuthorizationError::Character),
            ("Bearer schlüssel", AuthorizationError::Character),
            ("Bearer ", AuthorizationError::Character),
            ("eyJhbGciOi", AuthorizationError::Scheme),
        ] {
            assert_eq!(Authorization::parse(text).unwrap_err(), error, "{text:?}");
        }
        let kept = Authorization::parse("Bearer eyJhbGciOi").unwrap();
        assert!(!format!("{kept:?} {:?}", kept.header()).contains("eyJ"));
        assert_eq!(kept.header().as_bytes(), b"Bearer eyJhbGciOi");
    }
}
