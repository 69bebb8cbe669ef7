//! Signing in and out, and who is signed in.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use axum_extra::extract::CookieJar;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::Console;
use super::super::entrance::{self, Turned};
use super::super::gate::{SignedIn, Visitor};
use super::super::problem::{Problem, ProblemDetails};
use super::extract::Sent;

/// The route as the audit names it.
const ROUTE: &str = "/api/v1/session";

/// Who wants to sign in.
#[derive(Deserialize, ToSchema)]
pub(super) struct Credentials {
    /// The account's name.
    name: String,
    /// Its password.
    password: String,
}

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SessionView {
    /// The account's name.
    who: String,
    /// Its role.
    #[schema(example = "physician")]
    role: String,
    /// The sites they look after; all, where none is named.
    sites: Vec<String>,
    /// What the header `x-csrf-token` of everything that changes something must hold.
    csrf: String,
    /// Whether the password must be changed, on the page `/password`, before anything else is answered.
    must_change_password: bool,
}

impl SessionView {
    fn of(console: &Console, signed_in: &SignedIn) -> Self {
        let SignedIn { reader, session, .. } = signed_in;
        Self {
            who: reader.id.to_string(),
            role: reader.role.as_str().to_owned(),
            sites: reader.sites.iter().map(ToString::to_string).collect(),
            csrf: session.csrf.as_str().to_owned(),
            must_change_password: console.accounts().find(&reader.id).is_some_and(|account| account.must_change),
        }
    }
}

/// Signs in; the session is a cookie.
#[utoipa::path(
    post, path = "/api/v1/session", tag = "session", operation_id = "signIn",
    request_body = Credentials,
    responses(
        (status = 200, description = "Signed in", body = SessionView,
            headers(("set-cookie" = String, description = "The session"))),
        (status = 401, description = "Name and password do not belong together",
            body = ProblemDetails, content_type = "application/problem+json"),
        (status = 429, description = "Too many failed sign-ins", body = ProblemDetails,
            content_type = "application/problem+json",
            headers(("retry-after" = i64, description = "Seconds until it may be tried again"))),
    ),
)]
pub(super) async fn enter(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    jar: CookieJar,
    Sent(Credentials { name, password }): Sent<Credentials>,
) -> Result<(CookieJar, Json<SessionView>), Problem> {
    let entered = entrance::enter(&console, ROUTE, visitor.address, &name, password).await;
    let signed_in = entered.map_err(|turned| match turned {
        // Rounded up: a second too early would be turned away again.
        Turned::Wait(left) => Problem::Wait(left.as_secs() + 1),
        Turned::Wrong => Problem::WrongPassword,
        Turned::Failed(problem) => problem,
    })?;
    Ok((jar.add(console.cookie(&signed_in.token)), Json(SessionView::of(&console, &signed_in))))
}

/// Says who is signed in.
#[utoipa::path(
    get, path = "/api/v1/session", tag = "session", operation_id = "getSession",
    responses((status = 200, description = "Who is signed in", body = SessionView)),
)]
pub(super) async fn show(
    State(console): State<Console>,
    Extension(signed_in): Extension<SignedIn>,
) -> Json<SessionView> {
    Json(SessionView::of(&console, &signed_in))
}

/// Signs out.
#[utoipa::path(
    delete, path = "/api/v1/session", tag = "session", operation_id = "signOut",
    responses((status = 204, description = "Signed out")),
)]
pub(super) async fn leave(
    State(console): State<Console>,
    Extension(signed_in): Extension<SignedIn>,
    jar: CookieJar,
) -> Result<(StatusCode, CookieJar), Problem> {
    entrance::leave(&console, ROUTE, &signed_in).await?;
    Ok((StatusCode::NO_CONTENT, jar.add(console.no_cookie())))
}
