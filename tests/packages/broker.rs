//! The examples for mosquitto, with a real one: who may do what, over TLS, and what is kept.

use std::cell::{Cell, RefCell};
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use rumqttc::{TlsConfiguration, Transport};

use crate::package::{ran, repository, said};
use crate::support::certificates::Authority;
use crate::support::client::{Received, TestClient};
use crate::support::eventually;
use crate::support::feed::{ago, now, phq9_with_crisis};
use crate::support::mosquitto::{Mosquitto, find};
use crate::support::vagus::{BINARY, Vagus, configuration};

/// Sources and receivers of the example, and a second gateway.
const PEOPLE: [&str; 5] = ["gw-7", "gw-8", "occupational-health", "counselling", "work-review"];
/// What everybody types.
const PASSWORD: &str = "correct horse battery staple";

/// The example's broker, its files where this test has them. Its port is the one for Vagus.
struct Example {
    broker: Mosquitto,
    /// Where sources and receivers come in.
    sources_port: u16,
    /// Where it keeps what is to outlive it.
    kept: PathBuf,
    ca_file: PathBuf,
    password_file: PathBuf,
    _directory: tempfile::TempDir,
}

impl Example {
    fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let here = |name: &str| directory.path().join(name);
        let authority = Authority::new(directory.path(), "plant");
        let identity = authority.broker(&["127.0.0.1"]);
        fs::create_dir(here("certs")).unwrap();
        fs::copy(&identity.cert_file, here("certs/broker.pem")).unwrap();
        fs::copy(&identity.key_file, here("certs/broker.key")).unwrap();
        let examples = repository().join("config/mosquitto");
        fs::copy(examples.join("vagus.acl"), here("vagus.acl")).unwrap();
        for (file, names) in [("vagus.passwd", &["vagus"][..]), ("sources.passwd", &PEOPLE)] {
            for (place, name) in names.iter().enumerate() {
                let mut command = Command::new(find("mosquitto_passwd"));
                command.args(if place == 0 { &["-c", "-b"][..] } else { &["-b"] });
                said(command.arg(here(file)).args([name, PASSWORD]));
            }
        }
        let password_file = here("password");
        fs::write(&password_file, PASSWORD).unwrap();
        let text = fs::read_to_string(examples.join("vagus.conf")).unwrap();
        let text = text.replace("/etc/mosquitto", directory.path().to_str().unwrap());
        let doors: Vec<&str> = text.lines().filter(|line| line.starts_with("listener ")).collect();
        assert_eq!(doors, ["listener 8883", "listener 8884"], "sources and receivers, and Vagus");
        let (kept_in, sources_port) = (RefCell::default(), Cell::default());
        let broker = Mosquitto::start_as(&|port, kept| {
            kept_in.replace(kept.to_owned());
            sources_port.set(free_port());
            let user = said(Command::new("id").arg("-un"));
            text.replace("\nlistener 8883\n", &format!("\nlistener {} 127.0.0.1\n", sources_port.get()))
                .replace("\nlistener 8884\n", &format!("\nlistener {port} 127.0.0.1\n"))
                + &format!("persistence_location {}/\nuser {user}\nlog_dest stderr\nlog_type all\n", kept.display())
        });
        Self {
            broker,
            sources_port: sources_port.get(),
            kept: kept_in.into_inner(),
            ca_file: authority.ca_file,
            password_file,
            _directory: directory,
        }
    }

    /// A client that signs in as somebody.
    fn client(&self, name: &str) -> TestClient {
        let tls = vagus::tls::client_config(Some(&self.ca_file)).unwrap();
        TestClient::connect_with(self.sources_port, &format!("client-of-{name}"), |options| {
            options.set_credentials(name, PASSWORD);
            options.set_transport(Transport::tls_with_config(TlsConfiguration::Rustls(Arc::new(tls))));
        })
    }

    /// Whether somebody is let in with an id of Vagus at a port, for a moment and with a claim to its session.
    fn lets_in(&self, name: &str, id: &str, port: u16) -> bool {
        let mut command = Command::new(find("mosquitto_sub"));
        command.args(["-h", "127.0.0.1", "-p", &port.to_string(), "--cafile"]).arg(&self.ca_file);
        command.args(["-u", name, "-P", PASSWORD, "-i", id, "-c", "-q", "1", "-t", "vagus/v1/+/+/readings", "-E"]);
        ran(&mut command).status.success()
    }

    /// Its part of a configuration of Vagus.
    fn configure(&self, config: &str) -> String {
        let port = format!("port = {}\n", self.broker.port());
        let more = format!(
            "username = \"vagus\"\npassword_file = {:?}\n[mqtt.tls]\nca_file = {:?}\n",
            self.password_file, self.ca_file
        );
        config.replacen(&port, &(port.clone() + &more), 1)
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn vagus_finds_that_it_may_do_what_it_must_and_a_gateway_in_its_place_that_it_may_not() {
    let example = Example::start();
    let health = example.client("occupational-health");
    health.subscribe("vagus/#");
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vagus.toml");
    let config = example.configure(&configuration(example.broker.port(), &directory.path().join("store")));
    let check = |config: String| {
        fs::write(&path, config).unwrap();
        let output = ran(Command::new(BINARY).args(["check", "--connect", "--config"]).arg(&path));
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (status, told) = check(config.clone());
    assert!(status == Some(0) && told.contains("lets us in (TLS)"), "{told}");
    let as_gateway = config.replace("username = \"vagus\"", "username = \"gw-7\"");
    let (status, told) = check(as_gateway.clone());
    assert!(status == Some(2) && told.contains("refused the connection"), "Vagus comes in alone: {told}");
    let of_sources = |config: String| {
        config.replace(&format!("port = {}\n", example.broker.port()), &format!("port = {}\n", example.sources_port))
    };
    let (status, told) = check(of_sources(config.clone()));
    assert!(status == Some(2) && told.contains("refused the connection"), "at the door for sources: {told}");
    let (status, told) = check(of_sources(as_gateway));
    assert!(status == Some(2) && told.contains("it does not let us write vagus/v1/plant-a/alerts: "), "{told}");
    let without_tls =
        config.split("[mqtt.tls]").next().unwrap().to_owned() + "[store]" + config.split("[store]").nth(1).unwrap();
    let (status, told) = check(without_tls);
    assert!(status == Some(2) && told.contains("a port with TLS wants [mqtt.tls]"), "{told}");
    assert_eq!(health.into_received(), [], "nothing was delivered");
}

fn topics(received: &[Received]) -> Vec<&str> {
    received.iter().map(|message| message.topic.as_str()).collect()
}

#[test]
fn each_speaks_as_itself_alone_and_reads_only_its_own() {
    let example = Example::start();
    let vagus = Vagus::start_edited(example.broker.port(), |config| example.configure(&config));
    let [gateway, other, health, counselling] = ["gw-7", "gw-8", "occupational-health", "counselling"].map(|name| {
        let client = example.client(name);
        client.subscribe("#");
        client
    });
    let answers = phq9_with_crisis("w-1", ago(now(), 1));
    // Somebody else's topics first: what they sent would have come before what follows.
    other.publish(&answers.topic(), answers.envelope("gw-8:as-gw-7"));
    other.publish("vagus/v1/plant-a/alerts", "an invented alert");
    other.publish("vagus/v1/plant-a/gw-7/receipts", "an invented receipt");
    gateway.publish(&answers.topic(), answers.envelope("gw-7:1"));
    let receipts = gateway.wait_for(1);
    let alerts = health.wait_for(1);
    let offers = counselling.wait_for(1);
    assert_eq!(topics(&alerts), ["vagus/v1/plant-a/alerts"]);
    assert!(String::from_utf8_lossy(&alerts[0].payload).contains("\"level\":\"L4\""));
    assert_eq!(topics(&offers), ["vagus/v1/plant-a/actions/counseling"]);
    assert_eq!(topics(&receipts), ["vagus/v1/plant-a/gw-7/receipts"]);
    assert!(String::from_utf8_lossy(&receipts[0].payload).contains("gw-7:1"));
    // A receipt of its own ends what the other gateway could have got before it.
    other.publish("vagus/v1/plant-a/gw-8/readings", "not JSON");
    let got = other.wait_for(1);
    assert_eq!(topics(&got), ["vagus/v1/plant-a/gw-8/receipts"]);
    assert!((vagus.metric("vagus_items_total", "outcome=\"accepted\"") - 1.0).abs() < 0.5, "nobody spoke as gw-7");
    eventually("Vagus could try how much the broker keeps", || {
        vagus.log().contains("the broker kept all of 1100 messages").then_some(())
    });
}

#[test]
fn what_waits_for_vagus_outlives_a_broker_that_is_killed() {
    let mut example = Example::start();
    let mut vagus = Vagus::start_edited(example.broker.port(), |config| example.configure(&config));
    assert_eq!(vagus.stop(), Some(0));
    let gateway = example.client("gw-7");
    let sent = phq9_with_crisis("w-1", ago(now(), 1));
    gateway.publish(&sent.topic(), sent.envelope("gw-7:1"));
    let written = || saved(&example.kept).windows(6).any(|bytes| bytes == b"gw-7:1");
    eventually("the broker writes what waits", || written().then_some(()));
    drop(gateway);
    example.broker.kill9();
    example.broker.start_again();
    // The broker knows by the listener of a session what it may read, and that one outlives it, too.
    let sent = phq9_with_crisis("w-2", ago(now(), 1));
    example.client("gw-7").publish(&sent.topic(), sent.envelope("gw-7:2"));
    vagus.start_again();
    vagus.wait_until_ready();
    eventually("both are taken in", || (vagus.metric("vagus_items_total", "outcome=\"accepted\"") > 1.5).then_some(()));
}

#[test]
fn a_source_that_connects_with_the_id_of_vagus_takes_nothing_of_its_session() {
    let example = Example::start();
    let mut vagus = Vagus::start_edited(example.broker.port(), |config| example.configure(&config));
    let gateway = example.client("gw-8");
    let send = |number: u32| {
        let sent = phq9_with_crisis(&format!("w-{number}"), ago(now(), 1));
        gateway.publish("vagus/v1/plant-a/gw-8/screenings", sent.envelope(&format!("gw-8:{number}")));
    };
    let try_all = || {
        for id in ["vagus", "vagus-delivery"] {
            assert!(example.lets_in("gw-7", id, example.sources_port), "under its own name it is let in");
            assert!(!example.lets_in("gw-7", id, example.broker.port()), "it has no password there");
        }
    };
    send(1);
    try_all();
    send(2);
    let accepted = |vagus: &Vagus| vagus.metric("vagus_items_total", "outcome=\"accepted\"");
    eventually("both are taken in", || (accepted(&vagus) > 1.5).then_some(()));
    assert!(vagus.metric("vagus_mqtt_reconnects_total", "") < 0.5, "nobody took its place");
    // What waits while it is away waits for it alone.
    assert_eq!(vagus.stop(), Some(0));
    send(3);
    try_all();
    vagus.start_again();
    vagus.wait_until_ready();
    eventually("it still waited", || (accepted(&vagus) > 0.5).then_some(()));
}

fn saved(directory: &Path) -> Vec<u8> {
    fs::read(directory.join("mosquitto.db")).unwrap_or_default()
}
