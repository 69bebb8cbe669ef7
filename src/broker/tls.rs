//! TLS towards the broker: files to a rustls configuration, failures to words.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};

use super::error::BrokerError;
use super::settings::TlsSettings;

/// Reads the files and makes the configuration. `ring` is named here and not left to a process-wide default.
pub(super) async fn client_config(settings: &TlsSettings) -> Result<Arc<ClientConfig>, BrokerError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(&settings.ca_file).await? {
        roots.add(certificate).map_err(|error| unusable(&settings.ca_file, error))?;
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| BrokerError::Tls(error.to_string()))?
        .with_root_certificates(roots);
    let config = match (&settings.client_cert_file, &settings.client_key_file) {
        (Some(cert_file), Some(key_file)) => {
            let chain = certificates(cert_file).await?;
            let key = PrivateKeyDer::from_pem_slice(&read(key_file).await?)
                .map_err(|error| unusable(key_file, format!("no private key in PEM form: {error}")))?;
            builder.with_client_auth_cert(chain, key).map_err(|error| unusable(key_file, error))?
        }
        (None, None) => builder.with_no_client_auth(),
        (Some(_), None) | (None, Some(_)) => {
            return Err(BrokerError::Tls("a client certificate and its key must be given together".to_owned()));
        }
    };
    Ok(Arc::new(config))
}

/// The name that the broker's certificate must carry.
pub(super) fn server_name(settings: &TlsSettings, host: &str) -> Result<ServerName<'static>, BrokerError> {
    let name = settings.server_name.as_deref().unwrap_or(host);
    ServerName::try_from(name.to_owned())
        .map_err(|_| BrokerError::Tls(format!("`{name}` is neither a host name nor an address")))
}

/// Tells TLS failures apart from others of the connection, in words that name the remedy.
pub(super) fn explain(error: std::io::Error, settings: Option<&TlsSettings>) -> BrokerError {
    use rustls::{AlertDescription as Alert, CertificateError as Bad, Error};
    let Some(settings) = settings else { return BrokerError::Io(error) };
    let Some(cause) = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) else {
        return BrokerError::Io(error);
    };
    #[expect(clippy::wildcard_enum_match_arm, reason = "what has no words of ours keeps those of rustls")]
    let words = match cause {
        Error::InvalidCertificate(Bad::UnknownIssuer) => {
            format!("the broker's certificate is not signed by an authority in {}", settings.ca_file.display())
        }
        Error::InvalidCertificate(Bad::Expired | Bad::ExpiredContext { .. }) => {
            "the broker's certificate has expired".to_owned()
        }
        Error::InvalidCertificate(Bad::NotValidForName | Bad::NotValidForNameContext { .. }) => {
            format!("the broker's certificate is for another name; set the server name if that is right ({cause})")
        }
        Error::AlertReceived(Alert::CertificateRequired) => {
            "the broker asks for a client certificate, and none is set".to_owned()
        }
        Error::AlertReceived(
            Alert::BadCertificate
            | Alert::UnknownCA
            | Alert::CertificateUnknown
            | Alert::CertificateExpired
            | Alert::AccessDenied,
        ) => format!("the broker does not accept our client certificate ({cause})"),
        other => other.to_string(),
    };
    BrokerError::Tls(words)
}

async fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, BrokerError> {
    let pem = read(path).await?;
    let certificates: Vec<_> =
        CertificateDer::pem_slice_iter(&pem).collect::<Result<_, _>>().map_err(|error| unusable(path, error))?;
    if certificates.is_empty() { Err(unusable(path, "no certificate in PEM form")) } else { Ok(certificates) }
}

async fn read(path: &Path) -> Result<Vec<u8>, BrokerError> {
    tokio::fs::read(path).await.map_err(|error| unusable(path, error))
}

fn unusable(path: &Path, reason: impl std::fmt::Display) -> BrokerError {
    BrokerError::CertificateFile { path: path.display().to_string(), reason: reason.to_string() }
}
