//! Signing in and out, by a page or by the API: the same throttle, the same audit.
//!
//! A name and a password come in, a session leaves, or how long to wait. Nothing here tells whether a
//! name is known: neither by words nor by the time it takes.

use std::net::IpAddr;

use super::access::Reader;
use super::access::account::Account;
use super::access::audit::Entry;
use super::access::password::{HashedPassword, MAX_CHARS};
use super::access::session::{Session, Token};
use super::gate::SignedIn;
use super::problem::Problem;
use super::{Console, wall};
use crate::domain::SignedDuration;
use crate::domain::person::PersonId;

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
    let Some(reader) = proven(found, password).await else {
        console.throttle().failed(name, address, now);
        // Not who was tried: somebody may have typed a password into the wrong field.
        tracing::warn!(%address, "a sign-in failed");
        return Err(Turned::Wrong);
    };
    console.throttle().succeeded(name);
    console.record(vec![Entry::of(&reader, "sign_in", route)]).await.map_err(Turned::Failed)?;
    let (token, session): (Token, Session) = console.sessions().begin(reader.id.clone(), now);
    Ok(SignedIn { reader, session, token })
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
