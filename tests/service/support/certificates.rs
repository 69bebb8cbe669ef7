//! An authority, a broker and a client with certificates that live as long as the test.

use std::fs;
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose};

/// A certificate and its key, as PEM files.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    /// The certificate.
    pub(crate) cert_file: PathBuf,
    /// The key.
    pub(crate) key_file: PathBuf,
}

/// A certificate authority with its own directory.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    directory: PathBuf,
    /// The authority's own certificate.
    pub(crate) ca_file: PathBuf,
}

impl Authority {
    /// Makes an authority; its files, and those it signs, are named after it.
    pub(crate) fn new(directory: &Path, name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::new()).expect("no names to be wrong");
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&key).expect("a certificate");
        let directory = directory.join(name);
        fs::create_dir_all(&directory).expect("a directory");
        let ca_file = directory.join("ca.pem");
        fs::write(&ca_file, certificate.pem()).expect("the certificate can be written");
        Self { issuer: Issuer::new(params, key), directory, ca_file }
    }

    /// Signs a certificate for a broker under these host names and addresses.
    pub(crate) fn broker(&self, names: &[&str]) -> Identity {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        self.sign("broker", names, ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// Signs a certificate for a client.
    pub(crate) fn client(&self, name: &str) -> Identity {
        self.sign(name, vec![name.to_owned()], ExtendedKeyUsagePurpose::ClientAuth)
    }

    fn sign(&self, file: &str, names: Vec<String>, usage: ExtendedKeyUsagePurpose) -> Identity {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(names).expect("names that are valid");
        params.distinguished_name.push(rcgen::DnType::CommonName, file);
        params.extended_key_usages = vec![usage];
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        let identity = Identity {
            cert_file: self.directory.join(format!("{file}.pem")),
            key_file: self.directory.join(format!("{file}.key")),
        };
        fs::write(&identity.cert_file, certificate.pem()).expect("the certificate can be written");
        fs::write(&identity.key_file, key.serialize_pem()).expect("the key can be written");
        identity
    }
}
