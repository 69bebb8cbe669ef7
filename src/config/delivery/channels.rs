//! `[[channels]]`.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::Told;
use crate::config::section::Section;
use crate::delivery::settings::{
    Authorization, Channel, ChannelKind, EmailSettings, FloodSettings, Login, MailTls, SigningKey, Target,
    WebhookFormat, WebhookSettings,
};
use crate::domain::ids::ChannelId;

const KINDS: &[&str] = &["webhook", "email"];
/// More keys at once than a rotation needs would only lengthen every request.
const MOST_KEYS: usize = 5;

pub(super) fn read<'d>(root: &mut Section<'d>) -> Vec<Told<'d, Channel>> {
    root.sections("channels").into_iter().map(channel).collect()
}

fn channel(mut section: Section<'_>) -> Told<'_, Channel> {
    let id = section.require("id", "the channel's name in routes").and_then(|text: String| {
        let id = ChannelId::parse(&text);
        match &id {
            Err(error) => section.problem("id", &format!("{text:?} {error}"), "give 1 to 64 of A-Z a-z 0-9 _ -"),
            Ok(id) if id.is_mqtt() => {
                section.problem("id", "is mqtt, which is always there", "give the channel another name");
            }
            Ok(_) => {}
        }
        id.ok()
    });
    let is_kind_given = section.has("kind");
    let known = |word: &str| KINDS.iter().find(|kind| **kind == word).copied();
    let kind = match section.choice("kind", known, KINDS) {
        Some("webhook") => webhook(&mut section).map(ChannelKind::Webhook),
        Some(_) => email(&mut section).map(ChannelKind::Email),
        None => {
            if !is_kind_given {
                section.problem("kind", "is missing", &format!("give one of: {}", KINDS.join(", ")));
            }
            return Told { section, value: None };
        }
    };
    let give_up_after_h = section.has("give_up_after_h").then(|| section.number("give_up_after_h", 72, 1..=8_760));
    section.refuse_unknown();
    let value = id.zip(kind).map(|(id, kind)| Channel { id, kind, give_up_after_h });
    Told { section, value }
}

fn webhook(section: &mut Section<'_>) -> Option<WebhookSettings> {
    let allow_private_addresses = section.get_or("allow_private_addresses", false);
    let url = section.require("url", "where events are posted").and_then(|text: String| {
        let url = Target::parse(&text, allow_private_addresses);
        if let Err(error) = &url {
            let remedy = "give an https URL of a public host, without user or #; \
                          allow_private_addresses = true allows http and hosts of your own network";
            section.problem("url", &error.to_string(), remedy);
        }
        url.ok()
    });
    let format = section.choice("format", WebhookFormat::parse, &["cloudevents", "fhir"]);
    let keys = keys(section);
    let authorization = authorization(section);
    let timeout_ms = section.number("timeout_ms", 10_000, 100..=120_000);
    let ca_file = section.authorities_file("ca_file");
    let format = format.unwrap_or(WebhookFormat::CloudEvents);
    let (url, keys) = (url?, keys?);
    if authorization.is_some() && !url.is_encrypted() && !url.is_loopback() {
        let remedy = "give an https url; what stands in the header could be read on the way";
        section.problem("authorization_file", "would be sent without encryption", remedy);
    }
    Some(WebhookSettings { url, format, keys, authorization, timeout_ms, allow_private_addresses, ca_file })
}

/// What stands in the header `Authorization`. A file that cannot be used is a problem, so that nothing
/// is sent without it.
fn authorization(section: &mut Section<'_>) -> Option<Authorization> {
    let file = section.readable_file("authorization_file")?;
    let parsed = secret(&file).and_then(|text| Authorization::parse(&text).map_err(|error| error.to_string()));
    if let Err(what) = &parsed {
        let remedy = "put the header's value on the file's only line, e.g. Bearer and the token";
        section.problem("authorization_file", &format!("{}: {what}", file.display()), remedy);
    }
    parsed.ok()
}

fn keys(section: &mut Section<'_>) -> Option<Vec<SigningKey>> {
    let remedy = "name 1 to 5 files that hold one key each, whsec_ and at least 24 random bytes in base 64; \
                  e.g. made by: echo whsec_$(openssl rand -base64 32)";
    let files: Vec<PathBuf> =
        section.require::<Vec<String>>("secret_files", "the keys that sign")?.into_iter().map(PathBuf::from).collect();
    if files.is_empty() || files.len() > MOST_KEYS {
        section.problem("secret_files", &format!("names {} files", files.len()), remedy);
        return None;
    }
    let mut keys = Vec::new();
    for file in &files {
        let key = secret(file).and_then(|text| SigningKey::parse(&text).map_err(|error| error.to_string()));
        match key {
            Ok(key) => keys.push(key),
            Err(what) => section.problem("secret_files", &format!("{}: {what}", file.display()), remedy),
        }
    }
    (keys.len() == files.len()).then_some(keys)
}

/// The text of a file without the line break that an editor ends it with.
pub(in crate::config) fn secret(file: &Path) -> Result<String, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("cannot be read: {error}"))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn email(section: &mut Section<'_>) -> Option<EmailSettings> {
    let host = section.require::<String>("host", "the mail server");
    if let Some(host) = host.as_ref().filter(|host| host.is_empty() || host.contains(['/', ' ', ':', '@'])) {
        let remedy = "give a host name or an address alone; the port and encryption are keys of their own";
        section.problem("host", &format!("is {host:?}"), remedy);
    }
    let tls = section.choice("tls", MailTls::parse, &["starttls", "implicit", "none"]).unwrap_or(MailTls::StartTls);
    if tls == MailTls::None && !host.as_deref().is_some_and(is_loopback) {
        let remedy = "give starttls or implicit; mail goes in the clear to this machine alone";
        section.problem("tls", "is none, to another machine", remedy);
    }
    let port = section.number("port", tls.usual_port(), 1..=u16::MAX);
    let login = login(section);
    let from = section.require::<String>("from", "who the mail is from").and_then(|text| {
        let from = text.parse();
        if from.is_err() {
            section.problem("from", &format!("is {text:?}"), "give e.g. \"Vagus <vagus@example.org>\"");
        }
        from.ok()
    });
    let ca_file = section.authorities_file("ca_file");
    let timeout_ms = section.number("timeout_ms", 30_000, 100..=300_000);
    let default = FloodSettings::default();
    let flood = FloodSettings {
        mails: section.number("flood_mails", default.mails, 0..=1_000),
        window_s: 60 * section.number("flood_window_min", default.window_s / 60, 1..=1_440),
    };
    Some(EmailSettings { host: host?, port, tls, login, from: from?, ca_file, timeout_ms, flood })
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

fn login(section: &mut Section<'_>) -> Option<Login> {
    let username: Option<String> = section.get("username");
    let file = section.readable_file("password_file");
    if username.is_some() != section.has("password_file") {
        let (key, other) =
            if username.is_some() { ("username", "password_file") } else { ("password_file", "username") };
        section.problem(key, &format!("is given without {other}"), "give both, or neither");
    }
    match secret(&file?) {
        Ok(text) if text.is_empty() => {
            section.problem("password_file", "names an empty file", "put the password on its first line");
            None
        }
        Ok(text) => Some(Login { username: username?, password: SecretString::from(text) }),
        Err(what) => {
            section.problem("password_file", &what, "give a file of text");
            None
        }
    }
}
