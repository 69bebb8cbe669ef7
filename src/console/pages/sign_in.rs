//! Signing in and out.

use axum::Extension;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;
use maud::{Markup, html};
use serde::Deserialize;

use super::super::Console;
use super::super::entrance::{self, Turned};
use super::super::gate::{Kind, SignedIn, Visitor};
use super::super::openid::settings::OpenIdSettings;
use super::super::problem::Problem;
use super::{form, layout};
use crate::texts::Language;

pub(in super::super) async fn show(State(console): State<Console>, Extension(visitor): Extension<Visitor>) -> Markup {
    sheet(&console, visitor.language, None)
}

/// The page to sign in at, with what went wrong.
pub(super) fn sheet(console: &Console, language: Language, wrong: Option<String>) -> Markup {
    let title = language.say("sign-in-title");
    let body = html! {
        h1 { (title) }
        @if let Some(wrong) = &wrong { p.wrong role="alert" { (wrong) } }
        form.stacked method="post" action="/sign-in" {
            (form::text(language, "name", "sign-in-name", "username"))
            (form::password(language, "password", "sign-in-password", "current-password"))
            button.first type="submit" { (language.say("sign-in-button")) }
        }
        @if let Some(openid) = console.openid() { (through_provider(openid.settings(), language)) }
    };
    layout::bare(language, &title, console.is_demo(), &body)
}

/// The way through the OpenID provider. A link and no form: what a form leads to would have to be in the
/// content-security policy.
fn through_provider(settings: &OpenIdSettings, language: Language) -> Markup {
    let label = settings.label.clone().unwrap_or_else(|| language.say("openid-button"));
    html! {
        section.other-way aria-label=(language.say("openid-or")) {
            p { (language.say("openid-or")) }
            p { a.button href="/sign-in/openid" { (label) } }
            @if settings.passwords_are_for_administrators { p.hint { (language.say("openid-passwords")) } }
        }
    }
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
    let language = visitor.language;
    let (status, words) = match entrance::enter(&console, "/sign-in", visitor.address, &name, password).await {
        Ok(signed_in) => {
            console.end_former(&jar);
            return (jar.add(console.cookie(&signed_in.token)), Redirect::to("/")).into_response();
        }
        Err(Turned::Wait(left)) => {
            let wait = form::span(language, left).into();
            (StatusCode::TOO_MANY_REQUESTS, language.say_with("sign-in-wait", &[("wait", wait)]))
        }
        Err(Turned::Wrong) => (StatusCode::UNAUTHORIZED, language.say("sign-in-wrong")),
        Err(Turned::Failed(problem)) => return problem.answer(Kind::Page, language),
    };
    (status, sheet(&console, language, Some(words))).into_response()
}

/// Whether only this browser is meant.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Leaving {
    everywhere: Option<String>,
}

pub(in super::super) async fn leave(
    State(console): State<Console>,
    Extension(signed_in): Extension<SignedIn>,
    jar: CookieJar,
    Form(leaving): Form<Leaving>,
) -> Result<Response, Problem> {
    if leaving.everywhere.is_some() {
        console.sessions().end_all(&signed_in.reader.id);
    }
    entrance::leave(&console, "/sign-out", &signed_in).await?;
    Ok((jar.add(console.no_cookie()), Redirect::to("/sign-in")).into_response())
}
