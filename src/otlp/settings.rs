//! What can be set about traces.

use std::path::PathBuf;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};

/// Where traces go, and how many.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The collector.
    pub endpoint: Endpoint,
    /// Sent with every request.
    pub headers: Headers,
    /// The share of all messages that is traced, 0 to 1. What something was decided on is traced besides. Default 0.01.
    pub sample_ratio: f64,
    /// The authorities of the collector's certificate; the system's where none is given.
    pub ca_file: Option<PathBuf>,
    /// The longest a request may take. Default 5 s.
    pub timeout: Duration,
}

/// The address of a collector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(Url);

impl Endpoint {
    /// Reads an address; one without a path means `/v1/traces`, as the standard has it.
    ///
    /// # Errors
    /// In words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut url = Url::parse(text).map_err(|error| format!("is no address: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(format!("begins with {}:, and not with http: or https:", url.scheme()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("holds a user or a password, which belong into headers_file".to_owned());
        }
        if url.path() == "/" {
            url.set_path("/v1/traces");
        }
        Ok(Self(url))
    }

    /// The whole address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether nobody on the way can read what is sent.
    #[must_use]
    pub fn is_private(&self) -> bool {
        let host = self.0.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let is_loopback = host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback());
        self.0.scheme() == "https" || host == "localhost" || is_loopback
    }
}

/// Headers with their secrets, which are never shown.
#[derive(Debug, Clone, Default)]
pub struct Headers(Vec<(String, SecretString)>);

impl Headers {
    /// Reads a header a line, `name: value`; empty lines are passed over.
    ///
    /// # Errors
    /// In words, and without the line: it may be a secret in the wrong place.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut headers = Vec::new();
        for (place, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let (name, value) = line.split_once(':').unwrap_or_default();
            let (name, value) = (name.trim(), value.trim());
            let is_name = HeaderName::from_bytes(name.as_bytes()).is_ok();
            if !is_name || value.is_empty() || HeaderValue::from_str(value).is_err() {
                return Err(format!("line {} is no header", place + 1));
            }
            headers.push((name.to_owned(), SecretString::from(value.to_owned())));
        }
        Ok(Self(headers))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Names and values, to be sent.
    pub(super) fn exposed(&self) -> impl Iterator<Item = (String, String)> {
        self.0.iter().map(|(name, value)| (name.clone(), value.expose_secret().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_a_path_means_the_one_of_the_standard() {
        let read = |text| Endpoint::parse(text).unwrap().as_str().to_owned();
        assert_eq!(read("http://127.0.0.1:4318"), "http://127.0.0.1:4318/v1/traces");
        assert_eq!(read("https://otel.example.org/tenant/v1/traces"), "https://otel.example.org/tenant/v1/traces");
        for wrong in ["", "otel:4318", "ftp://otel/", "http://", "https://user:secret@otel.example.org"] {
            assert!(Endpoint::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn what_is_sent_in_the_clear_to_another_machine_is_not_private() {
        let is_private = |text| Endpoint::parse(text).unwrap().is_private();
        assert!(is_private("https://otel.example.org") && is_private("http://localhost:4318"));
        assert!(is_private("http://[::1]:4318") && is_private("http://127.0.0.1:4318"));
        assert!(!is_private("http://otel.example.org:4318"));
    }

    #[test]
    fn headers_are_lines_and_their_secrets_are_not_shown() {
        let headers = Headers::parse("Authorization: Bearer s3cret\n\nX-Tenant: plant\n").unwrap();
        let sent: Vec<(String, String)> = headers.exposed().collect();
        assert_eq!(sent[0], ("Authorization".to_owned(), "Bearer s3cret".to_owned()));
        assert_eq!(sent.len(), 2);
        assert!(!format!("{headers:?}").contains("s3cret"));
        for wrong in ["s3cret", "a b: c", "name:", ": value", "name: a\u{1}b"] {
            let error = Headers::parse(wrong).unwrap_err();
            assert!(error.contains("line 1") && !error.contains("s3cret"), "{error}");
        }
    }
}
