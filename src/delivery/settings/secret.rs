//! What must not show: keys that sign, and passwords.

use std::fmt;

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
}
