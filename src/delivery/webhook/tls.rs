//! TLS towards receivers: files, or the system's authorities, to a rustls configuration.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

/// A file of certificates that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{file} cannot be used: {reason}")]
pub struct TlsFileError {
    file: String,
    reason: String,
}

/// The configuration. `ring` is named here and not left to a process-wide default.
pub(super) fn client_config(ca_file: Option<&Path>) -> Result<ClientConfig, TlsFileError> {
    let roots = match ca_file {
        Some(file) => of_file(file)?,
        None => of_system(),
    };
    let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has what the default versions of TLS need");
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

fn of_file(file: &Path) -> Result<RootCertStore, TlsFileError> {
    let unusable = |reason: String| TlsFileError { file: file.display().to_string(), reason };
    let pem = std::fs::read(file).map_err(|error| unusable(error.to_string()))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
        roots.add(certificate).map_err(|error| unusable(error.to_string()))?;
    }
    if roots.is_empty() { Err(unusable("no certificate in PEM form".to_owned())) } else { Ok(roots) }
}

/// Where the system has no authorities, every connection fails and says so.
fn of_system() -> RootCertStore {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        tracing::warn!("this system has no certificate authorities, so webhooks without ca_file reach nobody");
    }
    roots
}
