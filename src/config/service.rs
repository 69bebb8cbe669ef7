//! The sections about the service itself: disk, addresses, admission, engine, logs, sites.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use jiff::civil::Weekday;

use super::delivery::secret;
use super::openid;
use super::section::Section;
use super::settings::{Admission, Batch, Engine, Site};
use crate::cases::calendar::WorkingDays;
use crate::clock::Settings as ClockSettings;
use crate::console::access::session::Limits as SessionLimits;
use crate::console::ops::Settings as OpsSettings;
use crate::console::settings::{HttpSource, Settings as ConsoleSettings, SourceToken};
use crate::decode::Limits;
use crate::delivery::channel::Settings as OutboxSettings;
use crate::domain::ids::{SiteId, SourceId};
use crate::domain::worker::Enrolment;
use crate::domain::{SignedDuration, TimeZone};
use crate::indicators;
use crate::store::Settings as StoreSettings;
use crate::telemetry::logging;
use crate::texts::Language;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;
const TIB: u64 = 1024 * 1024 * MIB;

pub(super) fn admission(section: &mut Section<'_>) -> (Admission, Batch) {
    let default = Admission::default();
    let enrolment = |text: &str| match text {
        "open" => Some(Enrolment::Open),
        "listed" => Some(Enrolment::Listed),
        _ => None,
    };
    let oldest = u32::try_from(indicators::track::RECOMPUTABLE_DAYS).unwrap_or(0);
    let limits = Limits {
        max_payload_bytes: section.number("max_payload_bytes", default.limits.max_payload_bytes, 1_024..=262_144),
        max_items: section.number("max_items", default.limits.max_items, 1..=100_000),
        max_depth: section.number("max_depth", default.limits.max_depth, 8..=100),
    };
    let admission = Admission {
        enrolment: section.choice("enrolment", enrolment, &["open", "listed"]).unwrap_or(default.enrolment),
        max_age_days: section.number("max_age_days", oldest, 1..=oldest).into(),
        max_ahead_s: section.number("max_ahead_s", 300_u32, 0..=86_400).into(),
        limits,
    };
    let default = Batch::default();
    let batch = Batch {
        max_messages: section.number("batch_max_messages", default.max_messages, 1..=65_535),
        max_bytes: section.number("batch_max_bytes", default.max_bytes, 4_096..=458_752),
    };
    (admission, batch)
}

pub(super) fn store(mut section: Section<'_>) -> StoreSettings {
    let default = StoreSettings::default();
    let path: PathBuf = section.get_or("path", default.path);
    if path.as_os_str().is_empty() || path.is_file() {
        section.problem("path", &format!("is {path:?}"), "name a directory; it is created when it is missing");
    }
    let retention_h = default.journal_retention.as_secs() / 3_600;
    let settings = StoreSettings {
        path,
        max_row_bytes: section.number("max_row_bytes", default.max_row_bytes, 1_048_576..=67_108_864),
        journal_file_bytes: section.number("journal_file_bytes", default.journal_file_bytes, MIB..=TIB),
        journal_retention: Duration::from_secs(3_600 * section.number("journal_retention_h", retention_h, 0..=87_600)),
        journal_max_bytes: section.number("journal_max_bytes", default.journal_max_bytes, 16 * MIB..=TIB),
        snapshot_every_bytes: section.number("snapshot_every_bytes", default.snapshot_every_bytes, MIB..=TIB),
        max_dead_letters: default.max_dead_letters,
        quarantine_max_items: section.number("quarantine_max_items", default.quarantine_max_items, 1..=10_000_000),
        quarantine_max_bytes: section.number("quarantine_max_bytes", default.quarantine_max_bytes, MIB..=TIB),
        view_cache_bytes: section.number("view_cache_bytes", default.view_cache_bytes, MIB..=TIB),
        ballast_bytes: section.number("ballast_bytes", default.ballast_bytes, 0..=TIB),
    };
    section.finish();
    settings
}

/// How channels try, and how many dead letters are kept.
pub(super) fn outbox(mut section: Section<'_>, store: &mut StoreSettings) -> OutboxSettings {
    const DAY_H: u64 = 24;
    let default = OutboxSettings::default();
    let mut seconds = |key, default: Duration, range: RangeInclusive<f64>| {
        Duration::from_secs_f64(section.number(key, default.as_secs_f64(), range))
    };
    let settings = OutboxSettings {
        retry_min: seconds("retry_min_s", default.retry_min, 0.01..=3_600.0),
        retry_max: seconds("retry_max_s", default.retry_max, 0.01..=86_400.0),
        crisis_retry_max: seconds("crisis_retry_max_s", default.crisis_retry_max, 0.01..=3_600.0),
        probe_max: seconds("probe_max_s", default.probe_max, 0.01..=3_600.0),
        attempt_timeout: seconds("attempt_timeout_s", default.attempt_timeout, 0.1..=600.0),
        ..default
    };
    let mut hours = |key, default: Duration, least| {
        Duration::from_secs(3_600 * section.number(key, default.as_secs() / 3_600, least..=365 * DAY_H))
    };
    let settings = OutboxSettings {
        give_up_after: hours("give_up_after_h", default.give_up_after, 1),
        crisis_give_up_after: hours("crisis_give_up_after_h", default.crisis_give_up_after, 7 * DAY_H),
        concurrency: section.number("concurrency", default.concurrency, 1..=64),
        down_after: section.number("down_after", default.down_after, 1..=1_000),
        ..settings
    };
    if settings.retry_max < settings.retry_min {
        section.problem("retry_max_s", "is less than retry_min_s", "give the longest wait, not less than the first");
    }
    store.max_dead_letters = section.number("max_dead_letters", store.max_dead_letters, 1..=1_000_000);
    section.finish();
    settings
}

fn address(section: &mut Section<'_>, default: SocketAddr) -> SocketAddr {
    let Some(text) = section.get::<String>("listen") else { return default };
    text.parse().unwrap_or_else(|_| {
        let remedy = format!("give an address and a port, e.g. \"{default}\"; names are not looked up");
        section.problem("listen", &format!("is {text:?}"), &remedy);
        default
    })
}

pub(super) fn http(mut section: Section<'_>, sites: &[Site]) -> ConsoleSettings {
    let default = ConsoleSettings::default();
    let minutes = |span: SignedDuration| u16::try_from(span.as_mins()).unwrap_or(u16::MAX);
    let idle_min = section.number("session_idle_min", minutes(default.sessions.idle), 1..=1_440);
    let whole_h = section.number("session_max_h", minutes(default.sessions.whole) / 60, 1..=168);
    let settings = ConsoleSettings {
        listen: address(&mut section, default.listen),
        public_url: section.get::<String>("public_url"),
        sessions: SessionLimits {
            idle: SignedDuration::from_mins(i64::from(idle_min)),
            whole: SignedDuration::from_hours(i64::from(whole_h)),
        },
        sources: http_sources(&mut section, sites),
        ..default
    };
    let settings = ConsoleSettings {
        openid: openid::read(&mut section, settings.listen, settings.public_url.as_deref(), sites),
        ..settings
    };
    if let Some(url) = &settings.public_url {
        let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        if host.is_none_or(|host| host.is_empty() || host.contains(char::is_whitespace)) {
            let remedy = "give the address that people type, e.g. \"https://vagus.example.org\"";
            section.problem("public_url", &format!("is {url:?}"), remedy);
        }
    }
    warn_of_open_console(&section, &settings);
    section.finish();
    settings
}

/// Passwords and health data would go unencrypted to whoever reaches the address, unless something in front of it
/// speaks TLS, and that is said by the address that people type.
fn warn_of_open_console(section: &Section<'_>, settings: &ConsoleSettings) {
    let has_tls_in_front = settings.public_url.as_ref().is_some_and(|url| url.starts_with("https://"));
    if !settings.listen.ip().is_loopback() && !has_tls_in_front {
        let what = format!("is {}: passwords and health data cross the network unencrypted", settings.listen);
        let remedy =
            "give 127.0.0.1 with a server in front that speaks TLS, and set http.public_url to its https address";
        section.warn("listen", &what, remedy);
    }
}

/// Sources that speak HTTP, each with its token.
fn http_sources(section: &mut Section<'_>, sites: &[Site]) -> Vec<HttpSource> {
    let mut sources: Vec<HttpSource> = Vec::new();
    for mut section in section.sections("sources") {
        let name = |section: &mut Section<'_>, key, why| -> Option<String> { section.require(key, why) };
        let site = name(&mut section, "site", "the site's name in topics").and_then(|text| {
            let site = SiteId::parse(&text).map_err(|error| error.to_string());
            let is_known = |site: &SiteId| sites.iter().any(|known| known.id == *site);
            let site = site.and_then(|site| if is_known(&site) { Ok(site) } else { Err("is no site".to_owned()) });
            if let Err(error) = &site {
                section.problem("site", &format!("{text:?} {error}"), "give the id of one of [[sites]]");
            }
            site.ok()
        });
        let source = name(&mut section, "source", "the source's name in topics").and_then(|text| {
            let source = SourceId::parse(&text).map_err(|error| error.to_string());
            let source = source.and_then(|source| match source.is_reserved() {
                true => Err("is a reserved name".to_owned()),
                false => Ok(source),
            });
            if let Err(error) = &source {
                section.problem("source", &format!("{text:?} {error}"), "give 1 to 64 of A-Z a-z 0-9 _ -");
            }
            source.ok()
        });
        let token = http_token(&mut section);
        if let (Some(site), Some(source), Some(token)) = (site, source, token) {
            if sources.iter().any(|known| known.token == token) {
                section.problem("token_file", "holds the token of an earlier source", "make one of its own for each");
            }
            sources.push(HttpSource { site, source, token });
        }
        section.finish();
    }
    sources
}

fn http_token(section: &mut Section<'_>) -> Option<SourceToken> {
    if !section.has("token_file") {
        section.problem("token_file", "is missing: the file that holds the source's token", HTTP_TOKEN_REMEDY);
    }
    let file = section.readable_file("token_file")?;
    let token = secret(&file).and_then(|text| SourceToken::parse(&text).map_err(|error| error.to_string()));
    if let Err(what) = &token {
        section.problem("token_file", &format!("{}: {what}", file.display()), HTTP_TOKEN_REMEDY);
    }
    token.ok()
}

const HTTP_TOKEN_REMEDY: &str =
    "put a token of 32 characters or more on its only line, e.g. made by: openssl rand -hex 32";

pub(super) fn ops(mut section: Section<'_>) -> OpsSettings {
    let defaults = OpsSettings::default();
    let listen = address(&mut section, defaults.listen);
    if !listen.ip().is_loopback() {
        let what = format!("is {listen}: whoever reaches it reads the metrics, without a password");
        section.warn("listen", &what, "give 127.0.0.1, or let a firewall admit nobody but what watches the service");
    }
    let latency_log_every_s = section.number("latency_log_every_s", defaults.latency_log_every_s, 1..=86_400);
    section.finish();
    OpsSettings { listen, latency_log_every_s }
}

pub(super) fn engine(mut section: Section<'_>) -> Engine {
    // 0 is how the file says "one for each processor".
    let shards = section.number("shards", 0, 0..=64_usize);
    section.finish();
    Engine { shards: (shards > 0).then_some(shards) }
}

/// The path of a file beside this one, where one is given.
pub(super) fn path(mut section: Section<'_>, key: &'static str) -> Option<PathBuf> {
    let path = section.get(key);
    section.finish();
    path
}

pub(super) fn clock(mut section: Section<'_>) -> ClockSettings {
    let default = ClockSettings::default().max_step.as_secs();
    // A year is as good as no guard, for machines that sleep.
    let max_step = Duration::from_secs(section.number("max_step_s", default, 1..=31_536_000));
    section.finish();
    ClockSettings { max_step }
}

pub(super) fn logging(mut section: Section<'_>) -> logging::Settings {
    let default = logging::Settings::default();
    let level = section.get_or("level", default.level);
    if logging::parse_level(&level).is_err() {
        let remedy = "give error, warn, info, debug or trace, or directives such as \"info,vagus::ingest=debug\"";
        section.problem("level", &format!("is {level:?}"), remedy);
    }
    let format = section.choice("format", logging::Format::parse, &["pretty", "json"]).or(default.format);
    section.finish();
    logging::Settings { level, format }
}

fn working_days(section: &mut Section<'_>) -> WorkingDays {
    const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let Some(names) = section.get::<Vec<String>>("working_days") else { return WorkingDays::default() };
    let mut days = Vec::new();
    for name in &names {
        match NAMES.iter().zip(Weekday::Monday.cycle_forward()).find(|(known, _)| *known == name) {
            Some((_, day)) => days.push(day),
            None => {
                let remedy = format!("give some of: {}", NAMES.join(", "));
                section.problem("working_days", &format!("holds {name:?}, which is no day"), &remedy);
            }
        }
    }
    WorkingDays::of(days).unwrap_or_else(|| {
        if names.is_empty() {
            let remedy = "name one day at least, or remove the key for Monday to Friday";
            section.problem("working_days", "is empty: no limit in working days would ever be over", remedy);
        }
        WorkingDays::default()
    })
}

/// The language that a section names.
pub(super) fn language(section: &mut Section<'_>) -> Option<Language> {
    let names: Vec<&str> = Language::ALL.iter().map(|language| language.as_str()).collect();
    section.choice("language", Language::parse, &names)
}

pub(super) fn sites(root: &mut Section<'_>) -> Vec<Site> {
    let mut seen = BTreeSet::new();
    let mut sites = Vec::new();
    let sections = root.sections("sites");
    if sections.is_empty() {
        let remedy = "add a [[sites]] section with id = \"plant-a\" and time_zone = \"Asia/Ho_Chi_Minh\"";
        root.problem("sites", "is missing: messages of unknown sites are refused", remedy);
    }
    for mut section in sections {
        let id = section.require::<String>("id", "the site's name in topics").and_then(|text| {
            let id = SiteId::parse(&text);
            if let Err(error) = &id {
                section.problem("id", &format!("{text:?} {error}"), "give 1 to 64 of A-Z a-z 0-9 _ -");
            }
            id.ok()
        });
        if let Some(id) = &id
            && !seen.insert(id.clone())
        {
            section.problem("id", &format!("is {id}, as of an earlier site"), "give each site an id of its own");
        }
        let why = "an IANA name, e.g. \"Asia/Ho_Chi_Minh\"";
        let time_zone = section.require::<String>("time_zone", why).and_then(|name| {
            let zone = TimeZone::get(&name);
            if zone.is_err() {
                section.problem("time_zone", &format!("is {name:?}, which is no known zone"), &format!("give {why}"));
            }
            zone.ok()
        });
        let language = language(&mut section).unwrap_or(Language::English);
        let working_days = working_days(&mut section);
        let holidays_file = section.readable_file("holidays_file");
        section.finish();
        if let Some(id) = id {
            // Without a zone nothing is started; those who name the site name one that there is.
            let time_zone = time_zone.unwrap_or(TimeZone::UTC);
            sites.push(Site { id, time_zone, language, working_days, holidays_file });
        }
    }
    sites
}
