//! How the broker is reached.

use std::path::PathBuf;

use secrecy::SecretString;

/// The version of MQTT that is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Protocol {
    /// MQTT 5.
    #[default]
    V5,
    /// MQTT 3.1.1.
    V311,
}

/// A user name and its password. The password never shows in `Debug`.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The user name.
    pub username: String,
    /// The password, read from a file by whoever makes this.
    pub password: SecretString,
}

/// Encryption towards the broker. The files are read again at every connect, so that renewed
/// certificates need no restart.
#[derive(Debug, Clone, Default)]
pub struct TlsSettings {
    /// The authorities (PEM) that may have signed the broker's certificate.
    pub ca_file: PathBuf,
    /// Our certificate and those between it and its authority (PEM), where the broker asks for one.
    pub client_cert_file: Option<PathBuf>,
    /// The key of that certificate (PEM).
    pub client_key_file: Option<PathBuf>,
    /// The name the broker's certificate must carry; the host's name when absent.
    pub server_name: Option<String>,
}

/// How long to wait between attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackoffSettings {
    /// The longest first wait, in milliseconds; it doubles with every failure.
    pub min_ms: u64,
    /// The longest wait of all, in milliseconds. A crisis answer may be on its way when the broker comes
    /// back, so it is short; one service that asks every few seconds is no burden to a broker.
    pub max_ms: u64,
    /// How long a connection must have lived, in milliseconds, before waits start from `min_ms` again.
    pub stable_after_ms: u64,
}

impl BackoffSettings {
    /// The same with no wait longer than this, in milliseconds.
    #[must_use]
    pub fn at_most(self, longest_ms: u64) -> Self {
        Self { min_ms: self.min_ms.min(longest_ms), max_ms: self.max_ms.min(longest_ms), ..self }
    }
}

impl Default for BackoffSettings {
    fn default() -> Self {
        Self { min_ms: 200, max_ms: 5_000, stable_after_ms: 10_000 }
    }
}

/// How the broker is reached; shared by the session that takes in and the one that delivers.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Version of MQTT.
    pub protocol: Protocol,
    /// The broker hears from us at least this often, in seconds; a broker that stays silent for as
    /// long is taken for gone. 0 is taken as 1.
    pub keep_alive_s: u16,
    /// How long name look-up, connection, TLS and MQTT's greeting may take together, in milliseconds.
    pub connect_timeout_ms: u64,
    /// User name and password.
    pub credentials: Option<Credentials>,
    /// Encryption; none when absent.
    pub tls: Option<TlsSettings>,
    /// How long to wait between attempts.
    pub backoff: BackoffSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: 1883,
            protocol: Protocol::V5,
            keep_alive_s: 20,
            connect_timeout_ms: 10_000,
            credentials: None,
            tls: None,
            backoff: BackoffSettings::default(),
        }
    }
}
