//! Signing in and out, by a page, by the API or through an OpenID provider: the same throttle, the same audit.
//!
//! A name and a password come in, or what the provider sent back; a session leaves, or how long to wait. Nothing here tells whether a
//! name is known: neither by words nor by the time it takes.

use std::net::IpAddr;

use super::access::Reader;
use super::access::account::Account;
use super::access::audit::Entry;
use super::access::password::{HashedPassword, MAX_CHARS};
use super::access::provider::NotLetIn;
use super::access::session::{Session, Token};
use super::gate::SignedIn;
use super::openid::{OpenId, OpenIdError, Return};
use super::problem::Problem;
use super::{Console, wall};
use crate::domain::SignedDuration;
use crate::domain::person::{PersonId, Role};

/// Where the provider sends browsers back to, behind the console's own address.
pub(super) const BACK: &str = "/sign-in/openid/back";

/// Why somebody is not signed in.
pub(super) enum Turned {
    /// Too many failures: after so long it may be tried again.
    Wait(SignedDuration),
    /// Name and password do not belong together.
    Wrong,
    /// Something failed here.
    Failed(Problem),
}

/// Signs somebody in, at the route that the audit names.
pub(super) async fn enter(
    console: &Console,
    route: &str,
    address: IpAddr,
    name: &str,
    password: String,
) -> Result<SignedIn, Turned> {
    let now = wall();
    if let Some(left) = console.throttle().wait(name, address, now) {
        return Err(Turned::Wait(left));
    }
    let found = PersonId::parse(name).ok().and_then(|id| console.accounts().find(&id));
    let found = found.filter(|account| may_use_password(console, account));
    let Some(reader) = proven(found, password).await else {
        console.throttle().failed(name, address, now);
        // Not who was tried: somebody may have typed a password into the wrong field.
        tracing::warn!(%address, "a sign-in failed");
        return Err(Turned::Wrong);
    };
    console.throttle().succeeded(name);
    admit(console, route, reader).await.map_err(Turned::Failed)
}

/// Begins the session of somebody who is known by now, at the route that the audit names.
async fn admit(console: &Console, route: &str, reader: Reader) -> Result<SignedIn, Problem> {
    console.record(vec![Entry::of(&reader, "sign_in", route)]).await?;
    let (token, session): (Token, Session) = console.sessions().begin(reader.id.clone(), wall());
    Ok(SignedIn { reader, session, token })
}

/// Whether an account is one of passwords: not of the provider's, and where these are for administrators, of one.
fn may_use_password(console: &Console, account: &Account) -> bool {
    let is_restricted = console.openid().is_some_and(|openid| openid.settings().passwords_are_for_administrators);
    account.openid.is_none() && (!is_restricted || account.reader.role == Role::Administrator)
}

/// Why somebody is not signed in through the provider.
pub(super) enum Unvouched {
    /// There is none.
    Absent,
    /// Too many failures: after so long it may be tried again.
    Wait(SignedDuration),
    /// The provider vouches for nobody.
    Provider(OpenIdError),
    /// Whom it vouches for may not come in.
    NotLetIn(NotLetIn),
    /// Something failed here.
    Failed(Problem),
}

fn provider(console: &Console, address: IpAddr) -> Result<(&OpenId, String), Unvouched> {
    let openid = console.openid().ok_or(Unvouched::Absent)?;
    match console.throttle().wait_at(address, wall()) {
        Some(left) => Err(Unvouched::Wait(left)),
        None => Ok((openid, format!("{}{BACK}", console.base_url()))),
    }
}

/// Begins a sign-in through the provider: where the browser goes, and what its cookie holds.
pub(super) async fn begin(console: &Console, address: IpAddr) -> Result<(String, Token), Unvouched> {
    let (openid, back) = provider(console, address)?;
    openid.begin(&back, address, wall()).await.map_err(|error| told(error, address))
}

/// Ends it, with what the provider sent back.
pub(super) async fn end(
    console: &Console,
    address: IpAddr,
    cookie: &Token,
    returned: Return,
) -> Result<SignedIn, Unvouched> {
    let (openid, back) = provider(console, address)?;
    let vouched = openid.end(&back, cookie, returned, wall()).await.map_err(|error| {
        // A page of somebody else's can make a browser come here, and must not make its owner wait.
        if matches!(error, OpenIdError::Untrue(_)) {
            console.throttle().failed_at(address, wall());
        }
        told(error, address)
    })?;
    let books = console.books();
    let received = tokio::task::spawn_blocking(move || books.receive(&vouched, BACK, wall()));
    match received.await.map_err(|_| Unvouched::Failed(Problem::Internal))? {
        Ok(reader) => admit(console, BACK, reader).await.map_err(Unvouched::Failed),
        Err(NotLetIn::Audit(error)) => Err(Unvouched::Failed(error.into())),
        Err(why) => {
            tracing::warn!(%address, "a sign-in through the OpenID provider was turned away: {why}");
            console.throttle().failed_at(address, wall());
            Err(Unvouched::NotLetIn(why))
        }
    }
}

/// For the log: what people are told names no cause. It is the provider's text in part, and is quoted.
fn told(error: OpenIdError, address: IpAddr) -> Unvouched {
    let cause: String = error.to_string().chars().take(400).collect();
    tracing::warn!(%address, ?cause, "a sign-in through the OpenID provider failed");
    Unvouched::Provider(error)
}

/// Who it is, if the password is theirs. It takes as long for a name that nobody has.
async fn proven(account: Option<Account>, password: String) -> Option<Reader> {
    if password.chars().take(MAX_CHARS + 1).count() > MAX_CHARS {
        return None;
    }
    let compared = tokio::task::spawn_blocking(move || match account {
        Some(account) if !account.is_disabled => account.password.is_of(&password).then_some(account.reader),
        Some(_) | None => {
            let _ = HashedPassword::of(&password);
            None
        }
    });
    compared.await.ok().flatten()
}

/// Ends a session, at the route that the audit names.
pub(super) async fn leave(console: &Console, route: &str, signed_in: &SignedIn) -> Result<(), Problem> {
    console.sessions().end(&signed_in.token);
    console.record(vec![Entry::of(&signed_in.reader, "sign_out", route)]).await
}
