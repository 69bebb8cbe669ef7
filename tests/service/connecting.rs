//! `vagus check --connect`: what is wrong outside, all of it, in words, soon, and without delivering anything.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::certificates::Authority;
use crate::support::client::TestClient;
use crate::support::mosquitto::{Mosquitto, MosquittoConfig};
use crate::support::provider::{Provider, SECRET};
use crate::support::receiver::Receiver;
use crate::support::vagus::{BINARY, Vagus, configuration};

fn check(config: &Path, more: &[&str]) -> Output {
    Command::new(BINARY).args(["check", "--connect", "--config"]).arg(config).args(more).output().unwrap()
}

/// Everything that was found about something: how it is, and the words.
fn found(output: &Output, about: &str) -> Vec<(String, String)> {
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let all = told["connect"].as_array().unwrap().iter();
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let of = all.filter(|finding| finding["about"] == about);
    of.map(|f| (text(f, "outcome"), format!("{}; {}", text(f, "what"), text(f, "remedy")))).collect()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn where_all_is_well_it_says_so_and_nobody_gets_anything() {
    let broker = Mosquitto::start(&MosquittoConfig::default());
    let listener = TestClient::connect(broker.port(), "listener");
    listener.subscribe("vagus/#");
    let vagus =
        Vagus::start_edited(broker.port(), |config| config.replace("[ingest]", "[ingest]\nqueue_probe = false"));
    let output = check(&vagus.config(), &["--output", "json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let [(outcome, words)] = &found(&output, "broker")[..] else { panic!("{output:?}") };
    assert!(outcome == "ok" && words.contains("lets us write our topics"), "{words}");
    assert!(found(&output, "http.listen")[0].1.contains("is free"));
    assert!(!found(&output, "disk").is_empty() && !found(&output, "clock").is_empty());
    // What was offered before would have come before this.
    listener.publish("vagus/v1/mark", "mark");
    let got = listener.wait_for(1);
    assert_eq!(got.iter().map(|message| message.topic.as_str()).collect::<Vec<_>>(), ["vagus/v1/mark"]);
    // The service went on meanwhile: its session is not the one of the check.
    assert!(vagus.metric("vagus_mqtt_reconnects_total", "") < 0.5);
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("no-directory");
    std::fs::write(&file, "").unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    // Takes every connection and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let key = directory.path().join("key");
    std::fs::write(&key, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").unwrap();
    let config = configuration(free_port(), &file.join("store")).replacen(
        "127.0.0.1:0",
        &taken.local_addr().unwrap().to_string(),
        1,
    ) + &format!(
        "[[channels]]\nid = \"case-system\"\nkind = \"webhook\"\nurl = \"http://127.0.0.1:{}/\"\nsecret_files = [{key:?}]\n\
         allow_private_addresses = true\n\
         [[channels]]\nid = \"mail\"\nkind = \"email\"\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\n\
         from = \"Vagus <vagus@example.org>\"\n",
        free_port(),
        silent.local_addr().unwrap().port(),
    );
    let path = directory.path().join("vagus.toml");
    std::fs::write(&path, config).unwrap();
    let output = check(&path, &["--output", "json"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["sound"], false);
    for (about, words) in [
        ("broker", "cannot reach the broker at 127.0.0.1:"),
        ("disk", "nothing can be written for"),
        ("http.listen", "another program has it"),
        ("channel case-system", "cannot be reached"),
        ("channel mail", "no answer within 5 s"),
    ] {
        let found = found(&output, about);
        assert!(found.iter().any(|(outcome, said)| outcome == "problem" && said.contains(words)), "{about}: {found:?}");
    }
    let said = String::from_utf8(check(&path, &[]).stdout).unwrap();
    assert!(said.contains("5 problems to mend"), "{said}");
    drop(silent);
}

#[test]
fn a_wrong_password_and_a_missing_right_are_told_apart() {
    let rights = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(rights.path(), "user vagus\ntopic read vagus/v1/#\ntopic write vagus/v1/+/+/receipts\n").unwrap();
    let broker = Mosquitto::start(&MosquittoConfig {
        login: Some(("vagus".to_owned(), "right".to_owned())),
        extra: vec![format!("acl_file {}", rights.path().display()), "max_packet_size 100000".to_owned()],
        ..MosquittoConfig::default()
    });
    let directory = tempfile::tempdir().unwrap();
    let told_with = |password: &str| {
        let (path, secret) = (directory.path().join("vagus.toml"), directory.path().join("password"));
        std::fs::write(&secret, password).unwrap();
        let port = format!("port = {}\n", broker.port());
        let login = format!("{port}username = \"vagus\"\npassword_file = {secret:?}\n");
        let config = configuration(broker.port(), &directory.path().join("store"));
        std::fs::write(&path, config.replacen(&port, &login, 1)).unwrap();
        let output = check(&path, &["--output", "json"]);
        assert_eq!(output.status.code(), Some(2));
        found(&output, "broker")
    };
    let [(_, wrong)] = &told_with("wrong")[..] else { panic!("one reason") };
    assert!(wrong.contains("refused the connection") && wrong.contains("password_file"), "{wrong}");
    let missing = told_with("right");
    let problems: Vec<&str> =
        missing.iter().filter(|(outcome, _)| outcome == "problem").map(|(_, words)| words.as_str()).collect();
    let topics = ["alerts", "actions/workload-review", "actions/counseling"];
    assert_eq!(problems.len(), topics.len(), "{problems:?}");
    for (problem, topic) in problems.iter().zip(topics) {
        assert!(problem.starts_with(&format!("it does not let us write vagus/v1/plant-a/{topic}: ")), "{problem}");
    }
    assert!(missing.iter().any(|(outcome, words)| outcome == "warning" && words.contains("packets of 100000 bytes")));
}

#[test]
fn addresses_that_the_running_service_has_are_no_problem_and_a_receiver_gets_no_event() {
    let receiver = TcpListener::bind("127.0.0.1:0").unwrap();
    let (http, ops, port) = (free_port(), free_port(), receiver.local_addr().unwrap().port());
    let broker = Mosquitto::start(&MosquittoConfig::default());
    let secrets = tempfile::tempdir().unwrap();
    let key = secrets.path().join("key");
    std::fs::write(&key, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").unwrap();
    let vagus = Vagus::start_edited(broker.port(), |config| {
        let config = config.replacen("127.0.0.1:0", &format!("127.0.0.1:{http}"), 1);
        config.replacen("127.0.0.1:0", &format!("127.0.0.1:{ops}"), 1)
            + &format!(
                "[[channels]]\nid = \"case-system\"\nkind = \"webhook\"\nurl = \"http://127.0.0.1:{port}/secret-path\"\n\
                 secret_files = [{key:?}]\nallow_private_addresses = true\n"
            )
    });
    let answering = std::thread::spawn(move || {
        let (mut stream, _) = receiver.accept().unwrap();
        let mut asked = [0; 4096];
        let length = stream.read(&mut asked).unwrap();
        stream.write_all(b"HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
        String::from_utf8_lossy(&asked[..length]).into_owned()
    });
    let output = check(&vagus.config(), &["--output", "json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    for about in ["http.listen", "ops.listen"] {
        let found = found(&output, about);
        assert!(found[0].0 == "ok" && found[0].1.contains("a service runs on this store"), "{found:?}");
    }
    let channel = found(&output, "channel case-system");
    assert!(channel[0].0 == "ok" && channel[0].1.contains("answers, with 405"), "{channel:?}");
    assert!(!String::from_utf8_lossy(&output.stdout).contains("secret-path"));
    assert!(answering.join().unwrap().starts_with("HEAD /secret-path "));
}

/// A directory for secrets, and a broker that is as it should be: what is wrong is what a test adds.
struct Around {
    broker: Mosquitto,
    directory: tempfile::TempDir,
}

impl Around {
    fn new() -> Self {
        Self { broker: Mosquitto::start(&MosquittoConfig::default()), directory: tempfile::tempdir().unwrap() }
    }

    /// A file that only the service's user can read.
    fn secret(&self, name: &str, text: &str) -> PathBuf {
        let file = self.directory.path().join(name);
        std::fs::write(&file, format!("{text}\n")).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        file
    }

    /// What is found about something with more in the configuration; the exit status says the same.
    fn found(&self, about: &str, more: &str) -> Result<String, String> {
        let path = self.directory.path().join("vagus.toml");
        let config = configuration(self.broker.port(), &self.directory.path().join("store"));
        std::fs::write(&path, config + more).unwrap();
        let output = check(&path, &["--output", "json"]);
        let of_it = found(&output, about);
        let [(outcome, words)] = &of_it[..] else { panic!("{output:?}") };
        match (outcome.as_str(), output.status.code()) {
            ("ok", Some(0)) => Ok(words.clone()),
            ("problem", Some(2)) => Err(words.clone()),
            other => panic!("{other:?}: {words}"),
        }
    }
}

#[test]
fn an_openid_provider_is_found_or_it_is_said_what_is_wrong_with_it() {
    let (around, provider) = (Around::new(), Provider::start(None));
    let secret = around.secret("openid", SECRET);
    let with = |issuer: &str| {
        let more = format!(
            "[http.openid]\nissuer = \"{issuer}\"\nclient_id = \"vagus\"\nclient_secret_file = {secret:?}\n\
             [[http.openid.grants]]\nvalue = \"heads\"\nrole = \"oh_head\"\nsites = [\"*\"]\n"
        );
        around.found("http.openid", &more)
    };
    let port = provider.port();
    let words = with(&format!("http://127.0.0.1:{port}")).unwrap();
    assert!(words.contains("the provider publishes itself and its keys"), "{words}");
    assert_eq!(provider.asked(), [] as [Value; 0], "nobody was sent there to sign in");
    // It calls itself by the other name, is not there under that path, and then not at all.
    let wrong = with(&format!("http://localhost:{port}")).unwrap_err();
    assert!(wrong.contains(&format!("http://127.0.0.1:{port}")), "{wrong}");
    let wrong = with(&format!("http://127.0.0.1:{port}/realms/none")).unwrap_err();
    assert!(wrong.contains("404") && wrong.contains("compare issuer"), "{wrong}");
    drop(provider);
    let wrong = with(&format!("http://127.0.0.1:{port}")).unwrap_err();
    assert!(wrong.contains("refused"), "{wrong}");
}

#[test]
fn a_mail_server_is_asked_to_take_the_login_and_gets_no_mail() {
    let around = Around::new();
    let authority = Authority::new(around.directory.path(), "ours");
    let another = Authority::new(around.directory.path(), "theirs");
    let identity = authority.broker(&["localhost"]);
    let (certificate, key) = (identity.cert_file.to_str().unwrap(), identity.key_file.to_str().unwrap());
    let (from_the_start, later) = ("a port that speaks TLS from the start", "look at host, port, tls");
    for (mode, other, remedy) in [("starttls", "implicit", later), ("implicit", "starttls", from_the_start)] {
        let server = Receiver::start("mail.py", &[mode, certificate, key, "vagus", "right"]);
        let with = |tls: &str, password: &str, ca_file: &Path| {
            let password_file = around.secret("mail", password);
            let more = format!(
                "[[channels]]\nid = \"mail\"\nkind = \"email\"\nhost = \"localhost\"\nport = {}\ntls = \"{tls}\"\n\
                 from = \"vagus@example.org\"\nusername = \"vagus\"\npassword_file = {password_file:?}\n\
                 ca_file = {ca_file:?}\n",
                server.port()
            );
            around.found("channel mail", &more)
        };
        let words = with(mode, "right", &authority.ca_file).unwrap();
        assert!(words.contains("answers, and takes the login"), "{mode}: {words}");
        let wrong = with(mode, "wrong", &authority.ca_file).unwrap_err();
        assert!(wrong.contains("535") && wrong.contains("username and password_file"), "{mode}: {wrong}");
        assert!(!wrong.contains("wrong"), "{mode}: {wrong}");
        let wrong = with(mode, "right", &another.ca_file).unwrap_err();
        assert!(wrong.contains("certificate") && wrong.contains("ca_file"), "{mode}: {wrong}");
        let wrong = with(other, "right", &authority.ca_file).unwrap_err();
        assert!(wrong.contains(remedy), "{mode}: {wrong}");
        assert_eq!(server.told(), [] as [Value; 0], "{mode}");
    }
}

/// A FHIR server as far as it is asked: it tells under `/fhir` what it can do, to whom it knows.
fn fhir_server(requests: usize) -> (u16, std::thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = std::thread::spawn(move || {
        let mut asked = Vec::new();
        while asked.len() < requests {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                request.push(byte[0]);
            }
            let request = String::from_utf8(request).unwrap();
            let line = request.lines().next().unwrap().to_owned();
            let status = match (line.as_str(), request.contains("Bearer of-vagus\r\n")) {
                ("GET /fhir/metadata HTTP/1.1", true) => "200 OK",
                ("GET /fhir/metadata HTTP/1.1", false) => "401 Unauthorized",
                _ => "404 Not Found",
            };
            let body = "{\"resourceType\":\"CapabilityStatement\"}";
            let head =
                format!("HTTP/1.1 {status}\r\ncontent-type: application/fhir+json\r\ncontent-length: {}", body.len());
            stream.write_all(format!("{head}\r\nconnection: close\r\n\r\n{body}").as_bytes()).unwrap();
            asked.push(line);
        }
        asked
    });
    (port, serving)
}

#[test]
fn a_fhir_server_is_asked_what_it_can_do_and_gets_nothing() {
    let around = Around::new();
    let (port, serving) = fhir_server(3);
    let key = around.secret("key", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    let with = |path: &str, token: &str| {
        let authorization = around.secret("token", &format!("Bearer {token}"));
        let more = format!(
            "[[channels]]\nid = \"record\"\nkind = \"webhook\"\nformat = \"fhir\"\n\
             url = \"http://127.0.0.1:{port}/{path}\"\nsecret_files = [{key:?}]\n\
             authorization_file = {authorization:?}\nallow_private_addresses = true\n"
        );
        around.found("channel record", &more)
    };
    let words = with("fhir", "of-vagus").unwrap();
    assert!(words.contains("answers, with 200"), "{words}");
    let wrong = with("fhir/", "of-another").unwrap_err();
    assert!(wrong.contains("401") && wrong.contains("authorization_file"), "{wrong}");
    assert!(!wrong.contains("of-another"), "{wrong}");
    let wrong = with("fihr", "of-vagus").unwrap_err();
    assert!(wrong.contains("404") && wrong.contains("look at url"), "{wrong}");
    let asked = serving.join().unwrap();
    assert_eq!(asked, ["GET /fhir/metadata HTTP/1.1", "GET /fhir/metadata HTTP/1.1", "GET /fihr/metadata HTTP/1.1"]);
    let wrong = with("fhir", "of-vagus").unwrap_err();
    assert!(wrong.contains("cannot be reached"), "nobody is there any more: {wrong}");
}
