//! What is served over HTTP: the operators' listener, and the console with its API.
//!
//! Requests enter, pages, JSON and metrics leave. Every route of the console stands in one table with
//! what it needs of who asks; [`gate`] lets nothing else through. What is shown of anybody's health is
//! written into the audit first. The service is reached through an [`office::Office`] alone.

pub mod access;
pub mod api;
mod assets;
#[cfg(test)]
mod audit_tests;
mod desk;
mod entrance;
pub mod erasing;
mod events;
pub mod exports;
#[cfg(test)]
mod fake;
pub mod gate;
#[cfg(test)]
mod gate_tests;
#[cfg(test)]
mod injection_tests;
#[cfg(test)]
mod level_tests;
pub mod listener;
pub mod office;
pub mod openid;
pub mod ops;
#[cfg(test)]
mod own_data_tests;
mod pages;
#[cfg(test)]
mod people_tests;
pub mod problem;
mod query;
#[cfg(test)]
mod secrecy_tests;
pub mod settings;
pub mod view;
#[cfg(test)]
mod what_if_tests;
mod what_ifs;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use axum::middleware;
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use access::Field;
use access::account::{Account, AccountError, Accounts};
use access::audit::{Audit, AuditError, Entry, Filter, Found};
use access::keeping::{Books, one_time};
use access::links::{LinkError, Links};
use access::looked::Looked;
use access::password::HashedPassword;
use access::session::{Limits, Sessions, Token};
use access::shown::Shown;
use access::throttle::Throttle;
use gate::{Gate, Kind, Need};
use listener::{Bounds, ListenError, Listener};
use office::Office;
use openid::{HttpError, OpenId};
use problem::Problem;
use settings::{HttpSource, Settings};
use what_ifs::WhatIfs;

use crate::clock::Clock;
use crate::domain::ids::WorkerKey;
use crate::domain::person::{PersonId, Role};
use crate::domain::{SignedDuration, Timestamp};
use crate::texts::Language;

/// What browsers may cost; each keeps a few connections open.
const BOUNDS: Bounds = Bounds {
    header_read_timeout: Duration::from_secs(30),
    drain_timeout: Duration::from_secs(3),
    max_connections: 512,
};

/// The name of the administrator that is made at the first start.
const FIRST_ADMINISTRATOR: &str = "admin";

/// Whom a demonstration signs everybody in as.
const DEMO_PHYSICIAN: &str = "dr.demo";

/// How long a worker may look at their own page.
const OWN_SESSION: SignedDuration = SignedDuration::from_mins(30);

/// So many searches of the audit, and so many copies of everything about a worker, are made at once: each takes a core
/// for as long as it lasts. Our own choice.
const AT_ONCE: usize = 2;

/// So long somebody waits for that.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Why the console cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ConsoleError {
    /// The address is taken.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// Accounts cannot be read.
    #[error(transparent)]
    Accounts(#[from] AccountError),
    /// The audit cannot be written.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// Links of workers cannot be read.
    #[error(transparent)]
    Links(#[from] LinkError),
    /// The OpenID provider cannot be asked.
    #[error("http.openid: {0}")]
    OpenId(#[from] HttpError),
}

/// The console. Clones are the same.
#[derive(Clone)]
pub struct Console {
    inner: Arc<Inner>,
}

struct Inner {
    office: Arc<dyn Office>,
    accounts: Accounts,
    sessions: Sessions,
    selves: Sessions<WorkerKey>,
    links: Links,
    public_url: Option<String>,
    address: OnceLock<SocketAddr>,
    throttle: Throttle,
    audit: Audit,
    /// Places for searches of the audit.
    searches: Arc<Semaphore>,
    /// Places for copies of everything about a worker.
    copies: Arc<Semaphore>,
    looked: Looked,
    shown: Shown,
    is_secure: bool,
    is_demo: bool,
    sources: Vec<HttpSource>,
    what_ifs: WhatIfs,
    openid: Option<OpenId>,
}

impl std::fmt::Debug for Console {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Console")
    }
}

impl Console {
    /// Opens accounts and audit, which are kept in `directory`.
    ///
    /// # Errors
    /// [`ConsoleError`] where they cannot be read or written.
    pub fn open(settings: &Settings, directory: &Path, office: Arc<dyn Office>) -> Result<Self, ConsoleError> {
        let inner = Inner {
            office,
            accounts: Accounts::open(&directory.join("accounts.json"))?,
            sessions: Sessions::new(settings.sessions),
            // A worker's page is for one look, perhaps at a machine that others use.
            selves: Sessions::new(Limits { idle: OWN_SESSION, whole: OWN_SESSION }),
            links: Links::open(&directory.join("worker-links.json"))?,
            public_url: settings.public_url.clone(),
            address: OnceLock::new(),
            throttle: Throttle::default(),
            audit: Audit::open(&directory.join("audit"))?,
            searches: Arc::new(Semaphore::new(AT_ONCE)),
            copies: Arc::new(Semaphore::new(AT_ONCE)),
            looked: Looked::open(&directory.join("looked.json")),
            shown: Shown::new(settings.sessions.whole),
            is_secure: settings.is_secure(),
            is_demo: settings.is_demo,
            sources: settings.sources.clone(),
            what_ifs: WhatIfs::default(),
            openid: settings.openid.clone().map(OpenId::new).transpose()?,
        };
        let console = Self { inner: Arc::new(inner) };
        console.make_demo_physician()?;
        Ok(console)
    }

    /// Makes an administrator where there is no account at all, and gives the password that was made up for it:
    /// it must be told to somebody, and changed at the first sign-in.
    ///
    /// # Errors
    /// [`AccountError`] where it cannot be kept.
    pub fn first_administrator(&self) -> Result<Option<(PersonId, String)>, AccountError> {
        if !self.accounts().all().is_empty() {
            return Ok(None);
        }
        let id = PersonId::parse(FIRST_ADMINISTRATOR).expect("the constant is a name");
        let password = one_time();
        self.accounts().add(Account {
            reader: access::Reader::new(id.clone(), Role::Administrator, Vec::new()),
            password: HashedPassword::of(&password),
            must_change: true,
            is_disabled: false,
            language: None,
            openid: None,
        })?;
        Ok(Some((id, password)))
    }

    /// Opens the address.
    ///
    /// # Errors
    /// [`ConsoleError`] where it is taken or not ours.
    pub async fn listen(&self, settings: &Settings) -> Result<Listener, ConsoleError> {
        let listener = Listener::bind("http.listen", settings.listen, self.router(), BOUNDS).await?;
        // Only the first address counts, where somebody listens twice.
        let _ = self.inner.address.set(listener.address());
        Ok(listener)
    }

    /// Accounts, sessions and audit, for whoever changes accounts.
    #[must_use]
    pub fn books(&self) -> Books {
        let Inner { accounts, sessions, audit, .. } = &*self.inner;
        Books { accounts: accounts.clone(), sessions: sessions.clone(), audit: audit.clone() }
    }

    /// Makes the link by which a worker reaches their own page, once and within a week: an address and when it ends.
    ///
    /// # Errors
    /// [`Problem`] where there is no such worker, or it cannot be kept.
    pub async fn link_for(&self, key: WorkerKey, entry: Entry) -> Result<(String, Timestamp), Problem> {
        self.office().portrait(key.site.clone(), key.worker.clone()).await?;
        self.record(vec![entry.about(key.site.as_str(), key.worker.as_str(), None)]).await?;
        let (links, now) = (self.inner.links.clone(), wall());
        let made = tokio::task::spawn_blocking(move || links.make(&key, now));
        let token = made.await.map_err(|_| Problem::Internal)?.map_err(|error| {
            tracing::error!("{error}");
            Problem::Internal
        })?;
        let until = now.checked_add(access::links::LASTS).unwrap_or(now);
        Ok((format!("{}/me/{}", self.base_url(), token.as_str()), until))
    }

    /// Where browsers reach it.
    fn base_url(&self) -> String {
        let url = self.inner.public_url.as_ref().map(|url| url.trim_end_matches('/').to_owned());
        url.unwrap_or_else(|| self.inner.address.get().map_or_else(String::new, |address| format!("http://{address}")))
    }

    fn links(&self) -> &Links {
        &self.inner.links
    }

    /// Workers who look at themselves.
    fn selves(&self) -> &Sessions<WorkerKey> {
        &self.inner.selves
    }

    /// The newest lines of the audit that pass the filter, without the first `skip`. A few are looked for at once.
    async fn audited(&self, filter: Filter, skip: usize, limit: usize) -> Result<Found, Problem> {
        let (audit, place) = (self.inner.audit.clone(), place_of(&self.inner.searches, LONGEST_WAIT).await?);
        let read = tokio::task::spawn_blocking(move || {
            let found = audit.newest(&filter, skip, limit);
            // Given back when it has ended, not when nobody waits for it any more.
            drop(place);
            found
        });
        Ok(read.await.map_err(|_| Problem::Internal)??)
    }

    /// Room for a copy of everything about a worker, for as long as it is held: a few are made at once.
    async fn room_for_a_copy(&self) -> Result<OwnedSemaphorePermit, Problem> {
        place_of(&self.inner.copies, LONGEST_WAIT).await
    }

    fn office(&self) -> &dyn Office {
        &*self.inner.office
    }

    /// Who may sign in.
    #[must_use]
    pub fn accounts(&self) -> &Accounts {
        &self.inner.accounts
    }

    fn sessions(&self) -> &Sessions {
        &self.inner.sessions
    }

    fn throttle(&self) -> &Throttle {
        &self.inner.throttle
    }

    /// How people sign in through an OpenID provider, where they do.
    fn openid(&self) -> Option<&OpenId> {
        self.inner.openid.as_ref()
    }

    fn shown(&self) -> &Shown {
        &self.inner.shown
    }

    fn looked(&self) -> &Looked {
        &self.inner.looked
    }

    fn is_secure(&self) -> bool {
        self.inner.is_secure
    }

    fn is_demo(&self) -> bool {
        self.inner.is_demo
    }

    /// Whom a demonstration signs everybody in as.
    fn demo_physician(&self) -> Option<PersonId> {
        self.is_demo().then(|| PersonId::parse(DEMO_PHYSICIAN).expect("the constant is a name"))
    }

    /// Makes the account that a demonstration signs everybody in as; nobody knows its password.
    ///
    /// # Errors
    /// [`AccountError`] where it cannot be kept.
    fn make_demo_physician(&self) -> Result<(), AccountError> {
        let Some(id) = self.demo_physician().filter(|id| self.accounts().find(id).is_none()) else { return Ok(()) };
        self.accounts().add(Account {
            reader: access::Reader::new(id, Role::Physician, Vec::new()),
            password: HashedPassword::of(Token::random().as_str()),
            must_change: false,
            is_disabled: false,
            language: None,
            openid: None,
        })
    }

    /// Writes lines into the audit; they are on the disk itself when this ends.
    async fn record(&self, entries: Vec<Entry>) -> Result<(), Problem> {
        let (audit, now) = (self.inner.audit.clone(), wall());
        let stamped = entries.into_iter().map(|entry| Entry { at: now.to_string(), ..entry }).collect::<Vec<_>>();
        let written = tokio::task::spawn_blocking(move || audit.write(now, &stamped)).await;
        written.map_err(|_| Problem::Internal)?.map_err(Problem::from)
    }

    fn router(&self) -> Router {
        let mut router = Router::new();
        for Route { path, kind, need, answer } in routes() {
            let gate = Gate { console: self.clone(), need, kind, path };
            let answer = answer.layer(middleware::from_fn_with_state(gate, gate::pass));
            router = router.route(path, answer);
        }
        let router = router.fallback(nothing_there);
        router.layer(middleware::map_response(with_headers)).with_state(self.clone())
    }
}

/// A place among a few; whoever waits too long is asked to come again.
async fn place_of(places: &Arc<Semaphore>, wait: Duration) -> Result<OwnedSemaphorePermit, Problem> {
    let waiting = tokio::time::timeout(wait, Arc::clone(places).acquire_owned());
    waiting.await.map_err(|_| Problem::Busy)?.map_err(|_| Problem::Stopping)
}

/// The machine's time: sessions and the audit go by it, also where the service's own waits for a step of the
/// clock to be accepted, or runs ahead in a demonstration.
fn wall() -> Timestamp {
    Clock::System.now()
}

/// One address of the console.
struct Route {
    path: &'static str,
    kind: Kind,
    need: Need,
    answer: MethodRouter<Console>,
}

const fn page(path: &'static str, need: Need, answer: MethodRouter<Console>) -> Route {
    Route { path, kind: Kind::Page, need, answer }
}

/// Every address there is.
fn routes() -> Vec<Route> {
    let pages = vec![
        page("/sign-in", Need::Nothing, get(pages::sign_in::show).post(pages::sign_in::take)),
        page("/sign-in/openid", Need::Nothing, get(pages::openid::leave)),
        page(entrance::BACK, Need::Nothing, get(pages::openid::come_back)),
        page("/assets/{name}", Need::Nothing, get(assets::show)),
        page("/sign-out", Need::SignedIn, post(pages::sign_in::leave)),
        page("/password", Need::SignedIn, get(pages::password::show).post(pages::password::take)),
        page("/language", Need::SignedIn, post(pages::language::take)),
        page("/", Need::SignedIn, get(pages::home)),
        page("/cases", Need::Field(Field::Case), get(pages::inbox::show)),
        page("/cases/events", Need::Field(Field::Case), get(events::show)),
        page("/workers/{site}/{worker}", Need::Field(Field::Worker), get(pages::worker::show)),
        page("/system", Need::Field(Field::System), get(pages::system::show).post(pages::system::tend)),
        page("/settings", Need::Field(Field::System), get(pages::settings::show)),
        page("/rules", Need::Field(Field::Rules), get(pages::rules::show)),
        page("/rules/what-if", Need::Field(Field::WhatIf), get(pages::what_if::show).post(pages::what_if::ask)),
        page("/units", Need::Field(Field::Groups), get(pages::units::show)),
        page("/unseen", Need::Field(Field::Worker), get(pages::unseen::show)),
        page("/cases/{case}", Need::Field(Field::Case), get(pages::case::show).post(pages::case::act)),
        page("/cases/{case}/break-glass", Need::Field(Field::Case), post(pages::break_glass::take)),
        page("/workers/{site}/{worker}/link", Need::Field(Field::Worker), post(pages::worker_link::make)),
        page("/workers/{site}/{worker}/erase", Need::Field(Field::Erasure), post(pages::erase::take)),
        page("/workers/{site}/{worker}/export", Need::Field(Field::Evidence), get(pages::export::of_worker)),
        page("/accounts", Need::Field(Field::Accounts), get(pages::accounts::show).post(pages::accounts::add)),
        page("/accounts/{account}", Need::Field(Field::Accounts), post(pages::accounts::change)),
        page("/audit", Need::Field(Field::Audit), get(pages::audit::show)),
        page("/audit/reviews", Need::Field(Field::Emergency), post(pages::audit::review)),
        page("/me", Need::Oneself, get(pages::worker_self::show)),
        page("/me/data", Need::Oneself, get(pages::export::of_oneself)),
        page("/me/taking-part", Need::Oneself, post(pages::taking_part::choose)),
        page("/me/leave", Need::Oneself, post(pages::worker_self::leave)),
        page("/me/{token}", Need::Nothing, get(pages::worker_self::knock).post(pages::worker_self::enter)),
    ];
    pages.into_iter().chain(api::routes()).collect()
}

/// Answers at an address that there is not.
async fn nothing_there(uri: Uri, headers: HeaderMap) -> Response {
    let kind = if uri.path().starts_with("/api/") { Kind::Api } else { Kind::Page };
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Problem::NotFound.answer(kind, accepted.map_or(Language::English, Language::accepted))
}

/// What every answer says to the browser: nothing of ours is kept, framed, or mixed with what others made.
async fn with_headers(mut response: Response) -> Response {
    const HEADERS: [(HeaderName, &str); 6] = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
             form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
