//! What is served over HTTP: the operators' listener, and the console with its API.
//!
//! Requests enter, pages, JSON and metrics leave. Every route of the console stands in one table with
//! what it needs of who asks; [`gate`] lets nothing else through. What is shown of anybody's health is
//! written into the audit first. The service is reached through an [`office::Office`] alone.

pub mod access;
pub mod api;
mod assets;
mod desk;
mod entrance;
#[cfg(test)]
mod fake;
pub mod gate;
pub mod listener;
pub mod office;
pub mod ops;
mod pages;
pub mod problem;
pub mod settings;
pub mod view;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware;
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};

use access::Field;
use access::account::{Account, AccountError, Accounts};
use access::audit::{Audit, AuditError, Entry};
use access::password::HashedPassword;
use access::session::{Sessions, Token};
use access::throttle::Throttle;
use gate::{Gate, Kind, Need};
use listener::{Bounds, ListenError, Listener};
use office::Office;
use problem::Problem;
use settings::Settings;

use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::domain::person::{PersonId, Role};

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
    throttle: Throttle,
    audit: Audit,
    is_secure: bool,
    is_demo: bool,
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
            throttle: Throttle::default(),
            audit: Audit::open(&directory.join("audit"))?,
            is_secure: settings.is_secure(),
            is_demo: settings.is_demo,
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
        let password = Token::random().as_str()[..24].to_owned();
        self.accounts().add(Account {
            reader: access::Reader::new(id.clone(), Role::Administrator, Vec::new()),
            password: HashedPassword::of(&password),
            must_change: true,
            is_disabled: false,
            language: None,
        })?;
        Ok(Some((id, password)))
    }

    /// Opens the address.
    ///
    /// # Errors
    /// [`ConsoleError`] where it is taken or not ours.
    pub async fn listen(&self, settings: &Settings) -> Result<Listener, ConsoleError> {
        Ok(Listener::bind("http.listen", settings.listen, self.router(), BOUNDS).await?)
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
        router.layer(middleware::map_response(with_headers)).with_state(self.clone())
    }
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
        page("/assets/{name}", Need::Nothing, get(assets::show)),
        page("/sign-out", Need::SignedIn, post(pages::sign_in::leave)),
        page("/password", Need::SignedIn, get(pages::password::show).post(pages::password::take)),
        page("/language", Need::SignedIn, post(pages::language::take)),
        page("/", Need::SignedIn, get(pages::home)),
        page("/cases", Need::Field(Field::Case), get(pages::inbox::show)),
        page("/workers/{site}/{worker}", Need::Field(Field::Worker), get(pages::worker::show)),
        page("/units", Need::Field(Field::Groups), get(pages::units::show)),
        page("/unseen", Need::Field(Field::Worker), get(pages::unseen::show)),
        page("/cases/{case}", Need::Field(Field::Case), get(pages::case::show).post(pages::case::act)),
    ];
    pages.into_iter().chain(api::routes()).collect()
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
