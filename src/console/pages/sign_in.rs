//! Signing in and out.

use axum::Extension;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;
use maud::{Markup, html};
use serde::Deserialize;

use super::super::access::Reader;
use super::super::access::account::Account;
use super::super::access::audit::Entry;
use super::super::access::password::{HashedPassword, MAX_CHARS};
use super::super::gate::{Kind, SignedIn, Visitor};
use super::super::problem::Problem;
use super::super::{Console, wall};
use super::{form, layout};
use crate::domain::person::PersonId;
use crate::texts::Language;

pub(in super::super) async fn show(State(console): State<Console>, Extension(visitor): Extension<Visitor>) -> Markup {
    sheet(&console, visitor.language, None)
}

fn sheet(console: &Console, language: Language, wrong: Option<String>) -> Markup {
    let title = language.say("sign-in-title");
    let body = html! {
        h1 { (title) }
        @if let Some(wrong) = &wrong { p.wrong role="alert" { (wrong) } }
        form.stacked method="post" action="/sign-in" {
            (form::text(language, "name", "sign-in-name", "username"))
            (form::password(language, "password", "sign-in-password", "current-password"))
            button.first type="submit" { (language.say("sign-in-button")) }
        }
    };
    layout::bare(language, &title, console.is_demo(), &body)
}

#[derive(Deserialize)]
pub(in super::super) struct Credentials {
    name: String,
    password: String,
}

pub(in super::super) async fn take(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    jar: CookieJar,
    Form(Credentials { name, password }): Form<Credentials>,
) -> Response {
    let (language, now) = (visitor.language, wall());
    if let Some(left) = console.throttle().wait(&name, visitor.address, now) {
        let words = language.say_with("sign-in-wait", &[("wait", form::span(language, left).into())]);
        return (StatusCode::TOO_MANY_REQUESTS, sheet(&console, language, Some(words))).into_response();
    }
    let found = PersonId::parse(&name).ok().and_then(|id| console.accounts().find(&id));
    let Some(reader) = proven(found, password).await else {
        console.throttle().failed(&name, visitor.address, now);
        // Not who was tried: somebody may have typed a password into the wrong field.
        tracing::warn!(address = %visitor.address, "a sign-in failed");
        let words = language.say("sign-in-wrong");
        return (StatusCode::UNAUTHORIZED, sheet(&console, language, Some(words))).into_response();
    };
    console.throttle().succeeded(&name);
    if let Err(problem) = console.record(vec![Entry::of(&reader, "sign_in", "/sign-in")]).await {
        return problem.answer(Kind::Page, language);
    }
    let (token, _) = console.sessions().begin(reader.id, now);
    (jar.add(console.cookie(&token)), Redirect::to("/")).into_response()
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

pub(in super::super) async fn leave(
    State(console): State<Console>,
    Extension(signed_in): Extension<SignedIn>,
    jar: CookieJar,
) -> Result<Response, Problem> {
    console.sessions().end(&signed_in.token);
    console.record(vec![Entry::of(&signed_in.reader, "sign_out", "/sign-out")]).await?;
    Ok((jar.add(console.no_cookie()), Redirect::to("/sign-in")).into_response())
}
