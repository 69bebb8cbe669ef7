//! The ingest session over TLS: client certificates, and failures an operator can mend.

use std::path::Path;

use vagus::broker::TlsSettings;
use vagus::ingest::Settings;

use crate::support::certificates::{Authority, Identity};
use crate::support::ingest::{Ingest, settings};
use crate::support::mosquitto::{BrokerTls, Mosquitto, MosquittoConfig};

fn broker(authority: &Authority, identity: &Identity) -> Mosquitto {
    Mosquitto::start(&MosquittoConfig {
        tls: Some(BrokerTls {
            ca_file: authority.ca_file.clone(),
            cert_file: identity.cert_file.clone(),
            key_file: identity.key_file.clone(),
            requires_client_certificate: true,
        }),
        ..MosquittoConfig::default()
    })
}

fn over_tls(port: u16, ca_file: &Path, client: Option<&Identity>) -> Settings {
    let mut settings = settings(port);
    settings.broker.tls = Some(TlsSettings {
        ca_file: ca_file.to_owned(),
        client_cert_file: client.map(|identity| identity.cert_file.clone()),
        client_key_file: client.map(|identity| identity.key_file.clone()),
        server_name: None,
    });
    settings
}

async fn problem(settings: Settings) -> String {
    let ingest = Ingest::start(settings);
    ingest.until("two attempts fail", |status| status.failures() >= 2).await;
    let problem = ingest.status.last_problem().expect("a failure has a reason");
    ingest.stop().await.unwrap();
    problem
}

#[tokio::test]
async fn session_runs_over_tls_with_a_client_certificate() {
    let directory = tempfile::tempdir().unwrap();
    let authority = Authority::new(directory.path(), "plant");
    let broker = broker(&authority, &authority.broker(&["127.0.0.1", "broker.plant-a"]));
    let client = authority.client("vagus");
    let by_address = over_tls(broker.port(), &authority.ca_file, Some(&client));
    Ingest::connected(by_address.clone()).await.stop().await.unwrap();

    let mut by_name = by_address;
    by_name.broker.tls.as_mut().unwrap().server_name = Some("broker.plant-a".to_owned());
    Ingest::connected(by_name).await.stop().await.unwrap();
}

#[tokio::test]
async fn broker_of_another_authority_is_refused_in_words() {
    let directory = tempfile::tempdir().unwrap();
    let authority = Authority::new(directory.path(), "plant");
    let stranger = Authority::new(directory.path(), "stranger");
    let broker = broker(&authority, &authority.broker(&["127.0.0.1"]));
    let client = authority.client("vagus");
    let said = problem(over_tls(broker.port(), &stranger.ca_file, Some(&client))).await;
    assert!(said.contains("not signed by an authority in"), "{said}");
    assert!(said.contains("stranger"), "{said}");
}

#[tokio::test]
async fn broker_under_another_name_is_refused_in_words() {
    let directory = tempfile::tempdir().unwrap();
    let authority = Authority::new(directory.path(), "plant");
    let broker = broker(&authority, &authority.broker(&["elsewhere.example"]));
    let client = authority.client("vagus");
    let said = problem(over_tls(broker.port(), &authority.ca_file, Some(&client))).await;
    assert!(said.contains("certificate is for another name"), "{said}");
}

#[tokio::test]
async fn missing_client_certificate_is_said_in_words() {
    let directory = tempfile::tempdir().unwrap();
    let authority = Authority::new(directory.path(), "plant");
    let broker = broker(&authority, &authority.broker(&["127.0.0.1"]));
    let said = problem(over_tls(broker.port(), &authority.ca_file, None)).await;
    assert!(said.contains("client certificate"), "{said}");
}

#[tokio::test]
async fn client_certificate_of_another_authority_is_said_in_words() {
    let directory = tempfile::tempdir().unwrap();
    let authority = Authority::new(directory.path(), "plant");
    let stranger = Authority::new(directory.path(), "stranger");
    let broker = broker(&authority, &authority.broker(&["127.0.0.1"]));
    let said = problem(over_tls(broker.port(), &authority.ca_file, Some(&stranger.client("vagus")))).await;
    assert!(said.contains("does not accept our client certificate"), "{said}");
}

#[tokio::test]
async fn certificate_file_that_is_missing_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("nowhere.pem");
    let said = problem(over_tls(1, &missing, None)).await;
    assert!(said.contains("nowhere.pem"), "{said}");
}
