//! Passwords: checked, hashed with argon2id, compared.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};

/// The shortest password that somebody may choose, in characters.
///
/// # Source
/// NIST SP 800-63B-4, section 3.1.1.2: at least 15 where a password is the only factor.
pub const MIN_CHARS: usize = 15;
/// The longest, so that nobody keeps the hash busy. Our own choice; the source asks for at least 64.
pub const MAX_CHARS: usize = 256;

/// A password that cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short.
    #[error("a password has at least {MIN_CHARS} characters; a sentence is easy to remember")]
    TooShort,
    /// Too long.
    #[error("a password has at most {MAX_CHARS} characters")]
    TooLong,
}

/// The hash of a password, with its salt and costs: `$argon2id$…`.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct HashedPassword(String);

impl std::fmt::Debug for HashedPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HashedPassword")
    }
}

/// Checks the length of a password that somebody chose.
///
/// # Errors
/// [`PasswordError`] where it is too short or too long.
pub fn check(password: &str) -> Result<(), PasswordError> {
    match password.chars().take(MAX_CHARS + 1).count() {
        count if count < MIN_CHARS => Err(PasswordError::TooShort),
        count if count > MAX_CHARS => Err(PasswordError::TooLong),
        _ => Ok(()),
    }
}

impl HashedPassword {
    /// Hashes a password. This takes tens of milliseconds of a processor on purpose: not on an async thread.
    #[must_use]
    pub fn of(password: &str) -> Self {
        let hash = Argon2::default().hash_password(password.as_bytes());
        Self(hash.expect("the crate's own costs, a salt of its own, and any password fit").to_string())
    }

    /// Whether it is the hash of this password; as slow as [`Self::of`].
    #[must_use]
    pub fn is_of(&self, password: &str) -> bool {
        let parsed = PasswordHash::new(&self.0);
        parsed.is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_knows_its_password_and_no_other_and_tells_neither() {
        let hash = HashedPassword::of("correct horse battery staple");
        assert!(hash.is_of("correct horse battery staple"));
        assert!(!hash.is_of("correct horse battery stapl"));
        assert!(hash.0.starts_with("$argon2id$"), "{}", hash.0);
        assert_ne!(hash, HashedPassword::of("correct horse battery staple"), "a salt of its own");
        assert_eq!(format!("{hash:?}"), "HashedPassword");
    }

    #[test]
    fn characters_are_counted_and_not_bytes() {
        assert_eq!(check("mật khẩu của tôi"), Ok(()));
        assert_eq!(check("健康健康健康健康健康"), Err(PasswordError::TooShort));
        assert_eq!(check(&"x".repeat(257)), Err(PasswordError::TooLong));
    }
}
