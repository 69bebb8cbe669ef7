//! Choosing a password of one's own.

use axum::Extension;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;
use maud::{Markup, html};
use serde::Deserialize;

use super::super::access::audit::Entry;
use super::super::access::password::{HashedPassword, PasswordError, check};
use super::super::gate::{Kind, SignedIn, Visitor};
use super::super::problem::Problem;
use super::super::{Console, wall};
use super::{form, layout};
use crate::texts::Language;

pub(in super::super) async fn show(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    Extension(signed_in): Extension<SignedIn>,
) -> Markup {
    sheet(&console, &signed_in, visitor.language, None)
}

fn sheet(console: &Console, signed_in: &SignedIn, language: Language, wrong: Option<&str>) -> Markup {
    let title = language.say("password-title");
    let account = console.accounts().find(&signed_in.reader.id);
    let is_given = account.as_ref().is_some_and(|account| account.must_change);
    let is_elsewhere = account.as_ref().is_some_and(|account| account.openid.is_some());
    let body = html! {
        h1 { (title) }
        @if is_given { p { (language.say("password-why")) } }
        @if let Some(key) = wrong { p.wrong role="alert" { (language.say(key)) } }
        @if is_elsewhere { p { (language.say("openid-password-elsewhere")) } } @else {
            form.stacked method="post" action="/password" {
                (layout::csrf(signed_in))
                p #password-rule { (language.say("password-rule")) }
                (form::password(language, "password", "password-new", "new-password"))
                (form::password(language, "again", "password-again", "new-password"))
                button.first type="submit" { (language.say("password-button")) }
            }
        }
        form.stacked method="post" action="/sign-out" {
            (layout::csrf(signed_in))
            p { (language.say("sign-out-all-why")) }
            button type="submit" name="everywhere" value="on" { (language.say("sign-out-all")) }
        }
        @if !is_given { p { a href="/" { (language.say("back-to-inbox")) } } }
    };
    layout::bare(language, &title, console.is_demo(), &body)
}

#[derive(Deserialize)]
pub(in super::super) struct Chosen {
    password: String,
    again: String,
}

pub(in super::super) async fn take(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    Extension(signed_in): Extension<SignedIn>,
    jar: CookieJar,
    Form(Chosen { password, again }): Form<Chosen>,
) -> Response {
    let language = visitor.language;
    let account = console.accounts().find(&signed_in.reader.id);
    if account.is_some_and(|account| account.openid.is_some()) {
        // There is no password of theirs here, and none is made.
        return Problem::Forbidden.answer(Kind::Page, language);
    }
    let wrong = match check(&password) {
        Err(PasswordError::TooShort) => Some("password-too-short"),
        Err(PasswordError::TooLong) => Some("password-too-long"),
        Ok(()) if password != again => Some("password-differs"),
        Ok(()) => None,
    };
    if wrong.is_some() {
        return (StatusCode::UNPROCESSABLE_ENTITY, sheet(&console, &signed_in, language, wrong)).into_response();
    }
    match keep(&console, &signed_in, password).await {
        Ok(token) => (jar.add(console.cookie(&token)), Redirect::to("/")).into_response(),
        Err(problem) => problem.answer(Kind::Page, language),
    }
}

/// Keeps the password, ends every other session of the account, and begins this one anew.
async fn keep(
    console: &Console,
    signed_in: &SignedIn,
    password: String,
) -> Result<super::super::access::session::Token, Problem> {
    let id = signed_in.reader.id.clone();
    console.record(vec![Entry::of(&signed_in.reader, "account", "/password")]).await?;
    let (accounts, of) = (console.accounts().clone(), id.clone());
    let kept = tokio::task::spawn_blocking(move || {
        let password = HashedPassword::of(&password);
        accounts.update(&of, |account| {
            account.password = password;
            account.must_change = false;
        })
    });
    kept.await.map_err(|_| Problem::Internal)?.map_err(|error| {
        tracing::error!("a password could not be kept: {error}");
        Problem::Internal
    })?;
    console.sessions().end_all(&id);
    Ok(console.sessions().begin(id, wall()).0)
}
