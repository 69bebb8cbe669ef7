//! What can be set about signing in through an OpenID provider.

use std::path::PathBuf;
use std::time::Duration;

use openidconnect::IssuerUrl;
use openidconnect::url::{Host, Url};
use secrecy::{ExposeSecret as _, SecretString};

use crate::domain::ids::SiteId;
use crate::domain::person::Role;

/// How people sign in through an OpenID provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenIdSettings {
    /// Whose word counts.
    pub issuer: Issuer,
    /// Our name there.
    pub client_id: String,
    /// What proves that it is us.
    pub client_secret: ClientSecret,
    /// What the button says, where it is not what the language has for it.
    pub label: Option<String>,
    /// What is asked for beside `openid`.
    pub scopes: Vec<String>,
    /// The claim that holds the account's name.
    pub name_claim: String,
    /// What every name ends with there, and is no part of it here, e.g. `@example.org`.
    pub name_suffix: Option<String>,
    /// The claim whose values are granted something; with a leading `/` the JSON pointer to it.
    pub role_claim: String,
    /// What is granted to whom, the strongest first.
    pub grants: Vec<Grant>,
    /// The authority that signed the provider's certificate; the system's where none is named.
    pub ca_file: Option<PathBuf>,
    /// How long one answer of the provider may take.
    pub timeout: Duration,
    /// Whether administrators alone may still sign in with a password.
    pub passwords_are_for_administrators: bool,
}

/// How long one answer of the provider may take, where nothing is set: people wait for it.
pub const DEFAULT_TIMEOUT_MS: u64 = 5_000;

/// What a value of the claim gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The value, e.g. the name of a group.
    pub value: String,
    /// The role.
    pub role: Role,
    /// The sites; all, where none is named.
    pub sites: Vec<SiteId>,
}

/// The address of a provider, to which secrets may be told: https, or this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer(IssuerUrl);

/// A text that cannot be the address of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IssuerError {
    /// It is no address.
    #[error("is no address")]
    NoUrl,
    /// Others could read and change what is said.
    #[error("is not https: others could read the secret and change who somebody is")]
    Clear,
    /// It holds what no provider's address holds.
    #[error("holds a query, a fragment, a name or a password")]
    Parts,
}

impl Issuer {
    /// Checks and keeps an address.
    ///
    /// # Errors
    /// [`IssuerError`] where it cannot be one.
    ///
    /// # Source
    /// OpenID Connect Core 1.0, section 2, `iss`: https, without query and fragment. This machine is our exception.
    pub fn parse(text: &str) -> Result<Self, IssuerError> {
        let issuer = IssuerUrl::new(text.to_owned()).map_err(|_| IssuerError::NoUrl)?;
        let url = issuer.url();
        if url.host().is_none() {
            return Err(IssuerError::NoUrl);
        }
        if !may_be_told(url) {
            return Err(IssuerError::Clear);
        }
        let has_parts = url.query().is_some() || url.fragment().is_some() || !url.username().is_empty();
        if has_parts || url.password().is_some() { Err(IssuerError::Parts) } else { Ok(Self(issuer)) }
    }

    /// As the library takes it.
    pub(super) const fn url(&self) -> &IssuerUrl {
        &self.0
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Whether secrets may go to an address: nobody reads on the way, or there is no way.
pub(super) fn may_be_told(url: &Url) -> bool {
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && is_here)
}

/// Whether browsers may bring a code to an address of ours: over TLS, or on this machine.
#[must_use]
pub fn may_come_back_to(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| may_be_told(&url))
}

/// What proves to the provider that it is us; never shown.
#[derive(Clone)]
pub struct ClientSecret(SecretString);

impl ClientSecret {
    /// Keeps a secret; `None` where there is none in it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(SecretString::from(text)))
    }

    /// The secret, for the provider alone.
    pub(super) fn tell(&self) -> String {
        self.0.expose_secret().to_owned()
    }
}

impl PartialEq for ClientSecret {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }
}

impl Eq for ClientSecret {}

impl std::fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClientSecret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_spoken_to_over_tls_or_on_this_machine_and_nowhere_else() {
        for sound in
            ["https://login.example.org", "https://login.example.org/realms/a", "http://127.0.0.1:9", "http://[::1]/"]
        {
            assert_eq!(Issuer::parse(sound).map(|issuer| issuer.as_str().to_owned()), Ok(sound.to_owned()));
        }
        for (wrong, why) in [
            ("login.example.org", IssuerError::NoUrl),
            ("mailto:a@example.org", IssuerError::NoUrl),
            ("http://login.example.org", IssuerError::Clear),
            ("http://127.0.0.1.example.org", IssuerError::Clear),
            ("http://localhost.example.org", IssuerError::Clear),
            ("ftp://127.0.0.1", IssuerError::Clear),
            ("https://login.example.org/?a=b", IssuerError::Parts),
            ("https://login.example.org/#a", IssuerError::Parts),
            ("https://a:b@login.example.org/", IssuerError::Parts),
        ] {
            assert_eq!(Issuer::parse(wrong), Err(why), "{wrong}");
        }
    }

    #[test]
    fn a_secret_does_not_show() {
        let secret = ClientSecret::parse(" sesame\n").unwrap();
        assert_eq!((secret.tell().as_str(), format!("{secret:?}").as_str()), ("sesame", "ClientSecret"));
        assert_eq!(ClientSecret::parse(" \n"), None);
    }
}
