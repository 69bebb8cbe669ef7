//! Until when certificates hold.

use std::io;
use std::path::Path;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::domain::Timestamp;

/// When a certificate in DER form ends; none where it is none.
#[must_use]
pub fn ends_at(certificate: &[u8]) -> Option<Timestamp> {
    let (_, certificate) = x509_parser::parse_x509_certificate(certificate).ok()?;
    Timestamp::from_second(certificate.validity().not_after.timestamp()).ok()
}

/// When the first certificate of a PEM file ends, which may be a chain: all of it is needed. None where it holds none.
///
/// # Errors
/// Where the file cannot be read.
pub fn first_end(path: &Path) -> io::Result<Option<Timestamp>> {
    Ok(ends(path)?.into_iter().min())
}

/// When the last certificate of a PEM file of authorities ends: one is enough, and a system's bundle always has some
/// that are over. None where it holds none.
///
/// # Errors
/// Where the file cannot be read.
pub fn last_end(path: &Path) -> io::Result<Option<Timestamp>> {
    Ok(ends(path)?.into_iter().max())
}

fn ends(path: &Path) -> io::Result<Vec<Timestamp>> {
    let pem = std::fs::read(path)?;
    let certificates = CertificateDer::pem_slice_iter(&pem).filter_map(Result::ok);
    Ok(certificates.filter_map(|certificate| ends_at(&certificate)).collect())
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    fn certificate(year: i32) -> String {
        let mut params = CertificateParams::new(vec!["broker.example.org".to_owned()]).unwrap();
        params.not_after = date_time_ymd(year, 3, 1);
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem()
    }

    #[test]
    fn of_a_chain_the_first_to_end_counts_and_of_authorities_the_last() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ca.pem");
        std::fs::write(&path, certificate(2031) + &certificate(2029) + &certificate(2030)).unwrap();
        assert_eq!(first_end(&path).unwrap(), Some("2029-03-01T00:00:00Z".parse().unwrap()));
        assert_eq!(last_end(&path).unwrap(), Some("2031-03-01T00:00:00Z".parse().unwrap()));
    }

    #[test]
    fn what_is_no_certificate_has_no_end() {
        assert_eq!(ends_at(b"no certificate"), None);
    }
}
