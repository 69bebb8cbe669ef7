//! The section `http.openid`: signing in through an OpenID provider.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use super::delivery::secret;
use super::section::Section;
use super::settings::Site;
use crate::console::openid::settings::{
    ClientSecret, DEFAULT_TIMEOUT_MS, Grant, Issuer, OpenIdSettings, may_come_back_to,
};
use crate::domain::ids::SiteId;
use crate::domain::person::Role;

/// What stands for all sites.
const ALL_SITES: &str = "*";

const ISSUER_REMEDY: &str =
    "give the provider's address as it names itself, e.g. \"https://login.example.org/realms/plant\"";

const CLIENT_ID_REMEDY: &str = "give the name under which the provider knows Vagus";

/// How people sign in, where the section is given.
pub(super) fn read(
    http: &mut Section<'_>,
    listen: SocketAddr,
    public_url: Option<&str>,
    known: &[Site],
) -> Option<OpenIdSettings> {
    let is_given = http.has("openid");
    let mut section = http.section("openid");
    let issuer: Option<String> = section.get("issuer");
    let client_id: Option<String> = section.get("client_id");
    let client_secret = client_secret(&mut section);
    let label: Option<String> = section.get("label");
    let scopes = section.get_or("scopes", vec!["profile".to_owned()]);
    let name_claim = claim(&mut section, "name_claim", "preferred_username");
    let name_suffix: Option<String> = section.get("name_suffix");
    let role_claim = claim(&mut section, "role_claim", "groups");
    let ca_file = section.authorities_file("ca_file");
    let timeout_ms = section.number("timeout_ms", DEFAULT_TIMEOUT_MS, 100..=60_000);
    let passwords = section.choice("passwords", are_for_administrators, &["everybody", "administrators"]);
    let grants = grants(&mut section, known);
    if is_given || section.has("issuer") {
        check_what_is_needed(&section, client_id.as_deref(), &grants);
        check_way_back(&section, listen, public_url);
        check_scopes(&section, &scopes);
    }
    let issuer = issuer.and_then(|text| sound_issuer(&section, &text));
    section.finish();
    Some(OpenIdSettings {
        issuer: issuer?,
        client_id: client_id?,
        client_secret: client_secret?,
        label: label.filter(|text| !text.trim().is_empty()),
        scopes,
        name_claim,
        name_suffix: name_suffix.filter(|text| !text.is_empty()),
        role_claim,
        grants,
        ca_file,
        timeout: Duration::from_millis(timeout_ms),
        passwords_are_for_administrators: passwords.unwrap_or(false),
    })
}

fn check_what_is_needed(section: &Section<'_>, client_id: Option<&str>, grants: &[Grant]) {
    for (key, remedy) in
        [("issuer", ISSUER_REMEDY), ("client_id", CLIENT_ID_REMEDY), ("client_secret_file", SECRET_REMEDY)]
    {
        if !section.has(key) {
            section.problem(key, "is missing", remedy);
        }
    }
    if client_id == Some("") {
        section.problem("client_id", "is empty", CLIENT_ID_REMEDY);
    }
    if grants.is_empty() && !section.has("grants") {
        let remedy = "add [[http.openid.grants]] with value, role and sites; without one nobody may sign in this way";
        section.problem("grants", "is missing", remedy);
    }
}

fn sound_issuer(section: &Section<'_>, text: &str) -> Option<Issuer> {
    let issuer = Issuer::parse(text);
    if let Err(what) = &issuer {
        section.problem("issuer", &format!("{text:?} {what}"), ISSUER_REMEDY);
    }
    issuer.ok()
}

/// The code comes back in an address: over TLS, or within this machine.
fn check_way_back(section: &Section<'_>, listen: SocketAddr, public_url: Option<&str>) {
    let what = match public_url {
        Some(url) if may_come_back_to(url) => return,
        Some(url) => format!("sends browsers back to {url:?}, which is not https"),
        None if listen.ip().is_loopback() => return,
        None => "needs to know where the provider sends browsers back to".to_owned(),
    };
    section.problem("", &what, "set http.public_url to the https address that people type");
}

/// They are sent with spaces between them, and `openid` is always the first.
fn check_scopes(section: &Section<'_>, scopes: &[String]) {
    let is_scope = |text: &String| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    if let Some(wrong) = scopes.iter().find(|text| !is_scope(text)) {
        let remedy = "give words without spaces, e.g. [\"profile\", \"groups\"]; openid is asked for anyhow";
        section.problem("scopes", &format!("holds {wrong:?}"), remedy);
    }
}

const SECRET_REMEDY: &str = "put what the provider made for this client on the file's only line, and let nobody but \
                             the service's user read it: chmod 600";

fn client_secret(section: &mut Section<'_>) -> Option<ClientSecret> {
    let file = section.readable_file("client_secret_file")?;
    if is_open_to_everybody(&file) {
        let what = format!("is {}, which everybody on this machine can read", file.display());
        section.problem("client_secret_file", &what, SECRET_REMEDY);
        return None;
    }
    let parsed = secret(&file).and_then(|text| ClientSecret::parse(&text).ok_or_else(|| "is empty".to_owned()));
    if let Err(what) = &parsed {
        section.problem("client_secret_file", &format!("{}: {what}", file.display()), SECRET_REMEDY);
    }
    parsed.ok()
}

fn is_open_to_everybody(file: &Path) -> bool {
    std::fs::metadata(file).is_ok_and(|meta| meta.permissions().mode() & 0o007 != 0)
}

fn claim(section: &mut Section<'_>, key: &'static str, default: &str) -> String {
    let name = section.get_or(key, default.to_owned());
    if name.is_empty() || name == "/" {
        let remedy = format!("name a claim, e.g. \"{default}\", or the way to it, e.g. \"/realm_access/roles\"");
        section.problem(key, &format!("is {name:?}"), &remedy);
    }
    name
}

fn are_for_administrators(text: &str) -> Option<bool> {
    match text {
        "everybody" => Some(false),
        "administrators" => Some(true),
        _ => None,
    }
}

fn grants(section: &mut Section<'_>, known: &[Site]) -> Vec<Grant> {
    let mut grants = Vec::new();
    let roles: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
    for mut section in section.sections("grants") {
        let value = section.require::<String>("value", "a value of the claim, e.g. the name of a group");
        let role = section.choice("role", Role::parse, &roles);
        if !section.has("role") {
            section.problem("role", "is missing", &format!("give one of: {}", roles.join(", ")));
        }
        let sites = sites(&mut section, known);
        section.finish();
        if let (Some(value), Some(role), Some(sites)) = (value, role, sites) {
            grants.push(Grant { value, role, sites });
        }
    }
    grants
}

/// The sites; none, which stands for all, only where that is said.
fn sites(section: &mut Section<'_>, known: &[Site]) -> Option<Vec<SiteId>> {
    const REMEDY: &str = "name ids of [[sites]], or give [\"*\"] for all of them";
    let names: Vec<String> = section.require("sites", "the sites that it is granted for, [\"*\"] for all")?;
    if names == [ALL_SITES] {
        return Some(Vec::new());
    }
    if names.is_empty() {
        section.problem("sites", "is empty", REMEDY);
        return None;
    }
    let mut sites = Vec::new();
    for name in &names {
        match SiteId::parse(name) {
            Ok(site) if known.iter().any(|known| known.id == site) => sites.push(site),
            Ok(_) => {
                section.problem("sites", &format!("names {name:?}, which is no site"), REMEDY);
                return None;
            }
            Err(error) => {
                section.problem("sites", &format!("{name:?} {error}"), REMEDY);
                return None;
            }
        }
    }
    Some(sites)
}
