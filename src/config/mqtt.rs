//! The section `mqtt`, and what of `ingest` belongs to the session.

use secrecy::SecretString;

use super::section::Section;
use crate::broker::settings::{BackoffSettings, Credentials, Protocol, Settings as BrokerSettings, TlsSettings};
use crate::ingest::Settings as IngestSettings;

pub(super) fn read(root: &mut Section<'_>, intake: &mut Section<'_>) -> IngestSettings {
    let default = IngestSettings::default();
    let mut section = root.section("mqtt");
    let client_id = client_id(&mut section, default.client_id);
    let topic_root = topic_root(&mut section, default.root);
    let settings = IngestSettings {
        client_id,
        root: topic_root,
        session_expiry_s: section.number("session_expiry_s", default.session_expiry_s, 60..=u32::MAX),
        receive_maximum: section.number("receive_maximum", default.receive_maximum, 1..=u16::MAX),
        broker: broker(&mut section, default.broker),
        max_packet_bytes: intake.number("max_packet_bytes", default.max_packet_bytes, 131_072..=268_435_455),
        max_unacknowledged_bytes: intake.number(
            "max_unacknowledged_bytes",
            default.max_unacknowledged_bytes,
            1_048_576..=usize::MAX,
        ),
        shutdown_grace_ms: intake.number("shutdown_grace_ms", default.shutdown_grace_ms, 0..=600_000),
        queue_probe: intake.get_or("queue_probe", default.queue_probe),
    };
    section.finish();
    settings
}

fn client_id(section: &mut Section<'_>, default: String) -> String {
    let id = section.get_or("client_id", default);
    if id.is_empty() || id.len() > 64 || id.chars().any(char::is_control) {
        section.problem(
            "client_id",
            &format!("is {id:?}"),
            "give 1 to 64 characters; the broker keeps the session under it",
        );
    }
    id
}

fn topic_root(section: &mut Section<'_>, default: String) -> String {
    let root = section.get_or("root", default);
    let is_sound = root.len() <= 256 && !root.starts_with('$') && root.split('/').all(|level| !level.is_empty());
    if !is_sound || root.contains(['+', '#', '\0']) {
        let remedy = "give levels with / between them, without + # and a leading $, e.g. \"vagus/v1\"";
        section.problem("root", &format!("is {root:?}"), remedy);
    }
    root
}

fn broker(section: &mut Section<'_>, default: BrokerSettings) -> BrokerSettings {
    let host = section.get_or("host", default.host);
    if host.is_empty() || host.contains(['/', ' ']) {
        let remedy = "give a host name or an address alone; the port is mqtt.port, encryption is [mqtt.tls]";
        section.problem("host", &format!("is {host:?}"), remedy);
    }
    let port = section.get_or("port", default.port);
    if port == 0 {
        section.problem("port", "is 0, where no broker can listen", "give 1 to 65535; 1883 is usual, 8883 with TLS");
    }
    let protocol = |text: &str| match text {
        "5" => Some(Protocol::V5),
        "3.1.1" => Some(Protocol::V311),
        _ => None,
    };
    let protocol = section.choice("protocol", protocol, &["\"5\"", "\"3.1.1\""]).unwrap_or(default.protocol);
    let keep_alive_s = section.number("keep_alive_s", default.keep_alive_s, 1..=3_600);
    let connect_timeout_ms = section.number("connect_timeout_ms", default.connect_timeout_ms, 100..=600_000);
    let credentials = credentials(section);
    let is_tls_meant = section.has("tls");
    let tls = tls(section.section("tls"), is_tls_meant);
    let backoff = backoff(section.section("backoff"), default.backoff);
    BrokerSettings { host, port, protocol, keep_alive_s, connect_timeout_ms, credentials, tls, backoff }
}

fn credentials(section: &mut Section<'_>) -> Option<Credentials> {
    let username: Option<String> = section.get("username");
    let password = section.readable_file("password_file");
    if username.is_some() != section.has("password_file") {
        let (key, other) =
            if username.is_some() { ("username", "password_file") } else { ("password_file", "username") };
        section.problem(key, &format!("is given without {other}"), "give both, or neither");
    }
    let username = username.filter(|name| !name.is_empty())?;
    let text = match std::fs::read_to_string(password?) {
        Ok(text) => text,
        Err(error) => {
            section.problem("password_file", &format!("cannot be read: {error}"), "give a file of text");
            return None;
        }
    };
    // An editor ends the file with a line break that is no part of the password.
    let password = text.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        section.problem("password_file", "names an empty file", "put the password on its first line");
    }
    Some(Credentials { username, password: SecretString::from(password) })
}

fn tls(mut section: Section<'_>, is_meant: bool) -> Option<TlsSettings> {
    let ca_file = section.authorities_file("ca_file");
    let client_cert_file = section.readable_file("cert_file");
    let client_key_file = section.readable_file("key_file");
    let server_name: Option<String> = section.get("server_name");
    for (key, other) in [("cert_file", "key_file"), ("key_file", "cert_file")] {
        if section.has(key) && !section.has(other) {
            section.problem(key, &format!("is given without {other}"), "give both, or neither");
        }
    }
    let is_meant = is_meant || ["ca_file", "cert_file", "key_file", "server_name"].iter().any(|key| section.has(key));
    if is_meant && !section.has("ca_file") {
        let remedy = "name the PEM file of the authority that signed the broker's certificate, or remove [mqtt.tls]";
        section.problem("ca_file", "is missing", remedy);
    }
    section.finish();
    Some(TlsSettings { ca_file: ca_file?, client_cert_file, client_key_file, server_name })
}

fn backoff(mut section: Section<'_>, default: BackoffSettings) -> BackoffSettings {
    let backoff = BackoffSettings {
        min_ms: section.number("min_ms", default.min_ms, 10..=60_000),
        max_ms: section.number("max_ms", default.max_ms, 10..=3_600_000),
        stable_after_ms: section.number("stable_after_ms", default.stable_after_ms, 0..=3_600_000),
    };
    if backoff.min_ms > backoff.max_ms {
        section.problem("min_ms", "is longer than max_ms", "give a shorter first wait");
    }
    if backoff.max_ms > default.max_ms {
        let remedy = format!("give {} or less; a crisis answer may wait so long at the broker", default.max_ms);
        section.warn("max_ms", &format!("is {} s", backoff.max_ms.div_ceil(1_000)), &remedy);
    }
    section.finish();
    backoff
}
