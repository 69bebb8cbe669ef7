//! The gate that every request passes: who it is from, whether the route is theirs, and that a form was
//! made by this console.
//!
//! Routes exist only in the table of `console`, each with what it needs; a route without a need cannot be
//! written down. Whoever is refused is written into the audit, and learns nothing of what there is.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};

use super::access::audit::Entry;
use super::access::session::{Session, Token};
use super::access::{Field, Reader};
use super::listener::Peer;
use super::problem::Problem;
use super::{Console, pages, wall};
use crate::domain::ids::{SiteId, SourceId, WorkerKey};
use crate::texts::Language;

/// What a route needs of who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing: signing in, style sheets.
    Nothing,
    /// Somebody who is signed in.
    SignedIn,
    /// Somebody who may see that field, of all or of some.
    Field(Field),
    /// A worker who came by their own link.
    Oneself,
    /// A source with its token: a program, not a person.
    Source,
}

/// Whether a route answers with pages for people, or for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Pages; who is not signed in is sent to sign in.
    Page,
    /// JSON; who is not signed in is told so.
    Api,
}

/// Who a request is from.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who.
    pub reader: Reader,
    /// Their session.
    pub session: Session,
    /// Its token.
    pub token: Token,
}

/// A worker who looks at themselves.
#[derive(Debug, Clone)]
pub struct Oneself {
    /// Who.
    pub key: WorkerKey,
    /// What their forms carry.
    pub csrf: Token,
    /// The token of their session.
    pub token: Token,
}

/// The source that a request is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FromSource {
    /// Of which site.
    pub site: SiteId,
    /// Its name.
    pub source: SourceId,
}

/// In which language a request is answered, and where it came from.
#[derive(Debug, Clone, Copy)]
pub struct Visitor {
    /// The language.
    pub language: Language,
    /// The address of the client, or of the server in front of this one.
    pub address: IpAddr,
    /// Whether a page's script asks again, without anybody's doing.
    pub is_live: bool,
}

/// The header of a request that a page's script makes without anybody's doing.
const BY_ITSELF: &str = "x-vagus-live";

/// The longest form.
const MAX_FORM_BYTES: usize = 64 * 1024;

/// What the gate of one route holds.
#[derive(Clone)]
pub(super) struct Gate {
    pub(super) console: Console,
    pub(super) need: Need,
    pub(super) kind: Kind,
    pub(super) path: &'static str,
}

/// Lets a request through, or answers it.
pub(super) async fn pass(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    let Gate { console, need, kind, .. } = &gate;
    let signed_in = console.signed_in(request.headers());
    let visitor = visitor(&request, signed_in.as_ref(), console);
    request.extensions_mut().insert(visitor);
    if is_from_elsewhere(&request) {
        return Problem::ForeignForm.answer(*kind, visitor.language);
    }
    if *need == Need::Oneself {
        let Some(oneself) = console.oneself(request.headers()) else {
            return pages::worker_self::over(console, visitor.language);
        };
        request = match of_this_console(request, &oneself.csrf).await {
            Ok(request) => request,
            Err(problem) => return problem.answer(*kind, visitor.language),
        };
        request.extensions_mut().insert(oneself);
    } else if *need == Need::Source {
        let Some(source) = console.source(request.headers()) else {
            return Problem::NoToken.answer(*kind, visitor.language);
        };
        request.extensions_mut().insert(source);
    } else if *need != Need::Nothing {
        let Some(signed_in) = signed_in else {
            return match kind {
                Kind::Page => console.ask_to_sign_in(request.uri()),
                Kind::Api => Problem::NotSignedIn.answer(*kind, visitor.language),
            };
        };
        if must_change(console, &signed_in) && !matches!(gate.path, "/password" | "/sign-out" | "/api/v1/session") {
            return match kind {
                Kind::Page => Redirect::to("/password").into_response(),
                Kind::Api => Problem::PasswordToChange.answer(*kind, visitor.language),
            };
        }
        if let Err(problem) = gate.admit(&signed_in).await {
            return problem.answer(*kind, visitor.language);
        }
        request = match of_this_console(request, &signed_in.session.csrf).await {
            Ok(request) => request,
            Err(problem) => return problem.answer(*kind, visitor.language),
        };
        request.extensions_mut().insert(signed_in);
    }
    let response = next.run(request).await;
    match response.extensions().get::<Arc<Problem>>() {
        Some(problem) => problem.answer(*kind, visitor.language),
        None if *kind == Kind::Api && response.status() == StatusCode::METHOD_NOT_ALLOWED => {
            let mut answer = Problem::Method.answer(*kind, visitor.language);
            let allowed = response.headers().get(header::ALLOW).cloned();
            allowed.map(|allowed| answer.headers_mut().insert(header::ALLOW, allowed));
            answer
        }
        None => response,
    }
}

fn must_change(console: &Console, signed_in: &SignedIn) -> bool {
    console.accounts().find(&signed_in.reader.id).is_some_and(|account| account.must_change)
}

impl Gate {
    /// Whether the route is for that reader; who is refused is written down.
    async fn admit(&self, signed_in: &SignedIn) -> Result<(), Problem> {
        let Need::Field(field) = self.need else { return Ok(()) };
        if signed_in.reader.reach(field).is_some() {
            return Ok(());
        }
        let denied = Entry::denied(&signed_in.reader, self.path, field);
        self.console.record(vec![denied]).await?;
        Err(Problem::Forbidden)
    }
}

fn visitor(request: &Request, signed_in: Option<&SignedIn>, console: &Console) -> Visitor {
    let chosen = signed_in
        .and_then(|signed_in| console.accounts().find(&signed_in.reader.id))
        .and_then(|account| Language::parse(account.language.as_deref()?));
    let accepted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let language = chosen.unwrap_or_else(|| accepted.map_or(Language::English, Language::accepted));
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0.ip());
    let is_live = request.headers().contains_key(BY_ITSELF);
    Visitor { language, address: peer.unwrap_or(IpAddr::from([127, 0, 0, 1])), is_live }
}

fn changes_something(request: &Request) -> bool {
    !matches!(*request.method(), Method::GET | Method::HEAD)
}

/// Whether a browser says that a page of somebody else's made the request, which wants to change something.
fn is_from_elsewhere(request: &Request) -> bool {
    let site = request.headers().get("sec-fetch-site").map(|value| value.to_str().unwrap_or_default());
    changes_something(request) && site.is_some_and(|site| !matches!(site, "same-origin" | "none"))
}

/// What changes something must come from a page of this console: the form carries the session's own word.
async fn of_this_console(request: Request, csrf: &Token) -> Result<Request, Problem> {
    if !changes_something(&request) {
        return Ok(request);
    }
    if let Some(sent) = request.headers().get("x-csrf-token") {
        let is_ours = sent.to_str().is_ok_and(|sent| *csrf == Token::sent(sent));
        return if is_ours { Ok(request) } else { Err(Problem::ForeignForm) };
    }
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, MAX_FORM_BYTES).await.map_err(|_| Problem::BadForm)?;
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(&bytes).map_err(|_| Problem::ForeignForm)?;
    let is_ours = fields.iter().any(|(name, sent)| name == "csrf" && *csrf == Token::sent(sent));
    if is_ours { Ok(Request::from_parts(parts, Body::from(bytes))) } else { Err(Problem::ForeignForm) }
}

impl Console {
    /// Who a request is from, by its cookie.
    pub(super) fn signed_in(&self, headers: &HeaderMap) -> Option<SignedIn> {
        let jar = CookieJar::from_headers(headers);
        let token = Token::sent(jar.get(self.cookie_name())?.value());
        let now = wall();
        // What a page asks by itself is no sign that somebody is there.
        let is_by_itself = headers.contains_key(BY_ITSELF)
            || headers.get(header::ACCEPT).is_some_and(|accepted| accepted == "text/event-stream");
        let session = if is_by_itself { self.sessions().peek(&token, now) } else { self.sessions().find(&token, now) }?;
        let account = self.accounts().find(&session.account).filter(|account| !account.is_disabled)?;
        let reader = Reader { opened: session.opened_at(now), ..account.reader };
        Some(SignedIn { reader, session, token })
    }

    /// Ends the session that a browser had before it signs in anew.
    pub(super) fn end_former(&self, jar: &CookieJar) {
        if let Some(former) = jar.get(self.cookie_name()) {
            self.sessions().end(&Token::sent(former.value()));
        }
    }

    /// The worker whose own page a request is for, by its cookie.
    pub(super) fn oneself(&self, headers: &HeaderMap) -> Option<Oneself> {
        let jar = CookieJar::from_headers(headers);
        let token = Token::sent(jar.get(self.own_cookie_name())?.value());
        let session = self.selves().find(&token, wall())?;
        Some(Oneself { key: session.account, csrf: session.csrf, token })
    }

    /// The source that a request is from, by its bearer token. All are compared: how long that takes tells nothing.
    fn source(&self, headers: &HeaderMap) -> Option<FromSource> {
        let (scheme, sent) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
        let is_bearer = scheme.eq_ignore_ascii_case("bearer");
        let mut found = None;
        for known in self.inner.sources.iter().filter(|_| is_bearer) {
            if known.token.is(sent.trim()) {
                found = Some(FromSource { site: known.site.clone(), source: known.source.clone() });
            }
        }
        found
    }

    /// Sends somebody to sign in. In a demonstration everybody is signed in as its physician.
    fn ask_to_sign_in(&self, wanted: &Uri) -> Response {
        let Some(physician) = self.demo_physician() else { return Redirect::to("/sign-in").into_response() };
        let (token, _) = self.sessions().begin(physician, wall());
        (CookieJar::new().add(self.cookie(&token)), Redirect::to(wanted.path())).into_response()
    }

    /// With the prefix, browsers send the cookie over TLS and to this host alone.
    fn cookie_name(&self) -> &'static str {
        if self.is_secure() { "__Host-vagus" } else { "vagus" }
    }

    fn own_cookie_name(&self) -> &'static str {
        if self.is_secure() { "__Host-vagus-me" } else { "vagus-me" }
    }

    /// The cookie of a sign-in that goes by the OpenID provider: it comes back from another site, so it must not be
    /// held to this one more strictly than that.
    pub(super) fn openid_cookie(&self, token: &Token) -> Cookie<'static> {
        self.cookie_of(self.openid_cookie_name(), token)
    }

    /// What that cookie holds.
    pub(super) fn openid_cookie_of(&self, jar: &CookieJar) -> Token {
        Token::sent(jar.get(self.openid_cookie_name()).map_or("", Cookie::value))
    }

    /// What makes a browser forget it.
    pub(super) fn no_openid_cookie(&self) -> Cookie<'static> {
        let mut cookie = self.openid_cookie(&Token::sent(""));
        cookie.make_removal();
        cookie
    }

    fn openid_cookie_name(&self) -> &'static str {
        if self.is_secure() { "__Host-vagus-openid" } else { "vagus-openid" }
    }

    /// The cookie of a session.
    pub(super) fn cookie(&self, token: &Token) -> Cookie<'static> {
        self.cookie_of(self.cookie_name(), token)
    }

    /// The cookie of a worker's own page.
    pub(super) fn own_cookie(&self, token: &Token) -> Cookie<'static> {
        self.cookie_of(self.own_cookie_name(), token)
    }

    fn cookie_of(&self, name: &'static str, token: &Token) -> Cookie<'static> {
        Cookie::build((name, token.as_str().to_owned()))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.is_secure())
            .build()
    }

    /// What makes a browser forget the cookie.
    pub(super) fn no_cookie(&self) -> Cookie<'static> {
        let mut cookie = self.cookie(&Token::sent(""));
        cookie.make_removal();
        cookie
    }
}
