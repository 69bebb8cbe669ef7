//! TLS towards whoever the service asks over HTTPS: an authority's file, or the system's authorities, to a rustls
//! configuration.
//!
//! A path comes in, a configuration leaves, or what is wrong with the file. Nothing here connects to anybody.

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
///
/// # Errors
/// [`TlsFileError`] where the file cannot be read, or holds no certificate.
pub fn client_config(ca_file: Option<&Path>) -> Result<ClientConfig, TlsFileError> {
    let roots = match ca_file {
        Some(file) => of_file(file)?,
        None => of_system(),
    };
    let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has what the default versions of TLS need");
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// Whether a file can be used as that of an authority.
///
/// # Errors
/// [`TlsFileError`] where it cannot be read, or holds no certificate.
pub fn check_authorities(file: &Path) -> Result<(), TlsFileError> {
    of_file(file).map(|_| ())
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
        tracing::warn!("this system has no certificate authorities, so nobody is reached over TLS without a ca_file");
    }
    roots
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_certificate_is_refused_with_its_name_and_one_with_a_certificate_is_taken() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("authority.pem");
        let refused = |path: &Path| client_config(Some(path)).unwrap_err().to_string();
        assert!(refused(&path).contains("authority.pem cannot be used: "), "it is missing");
        std::fs::write(&path, "no certificate").unwrap();
        assert!(refused(&path).ends_with("no certificate in PEM form"));
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        std::fs::write(&path, made.cert.pem()).unwrap();
        assert!(client_config(Some(&path)).is_ok());
        std::fs::write(&path, made.cert.pem().replace("-----END", "AAAA\n-----END")).unwrap();
        assert!(refused(&path).contains("authority.pem"), "a broken one hides behind no other");
    }
}
