//! Signing in through the OpenID provider: the way there, and the way back.

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;

use super::super::Console;
use super::super::entrance::{self, Unvouched};
use super::super::gate::{Kind, Visitor};
use super::super::openid::{OpenIdError, Return};
use super::super::problem::Problem;
use super::{form, sign_in};
use crate::texts::Language;

/// Sends the browser to the provider.
pub(in super::super) async fn leave(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    jar: CookieJar,
) -> Response {
    match entrance::begin(&console, visitor.address).await {
        Ok((to, token)) => (jar.add(console.openid_cookie(&token)), Redirect::to(&to)).into_response(),
        Err(why) => turned(&console, visitor.language, &why),
    }
}

/// Takes the browser that the provider sends back. Where it goes then stands in no address that anybody sent.
pub(in super::super) async fn come_back(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    RawQuery(query): RawQuery,
    jar: CookieJar,
) -> Response {
    let returned = returned(query.as_deref().unwrap_or_default());
    let cookie = console.openid_cookie_of(&jar);
    match entrance::end(&console, visitor.address, &cookie, returned).await {
        Ok(signed_in) => {
            console.end_former(&jar);
            let jar = jar.add(console.cookie(&signed_in.token)).add(console.no_openid_cookie());
            (jar, Redirect::to("/")).into_response()
        }
        Err(why) => turned(&console, visitor.language, &why),
    }
}

/// What stands in the address; of what stands there twice, the first.
fn returned(query: &str) -> Return {
    let fields: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    let find = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    Return { state: find("state").unwrap_or_default(), code: find("code"), error: find("error"), issuer: find("iss") }
}

/// The page to sign in at, with what went wrong: a password may still do.
fn turned(console: &Console, language: Language, why: &Unvouched) -> Response {
    let (status, words) = match why {
        Unvouched::Absent => return Problem::NotFound.answer(Kind::Page, language),
        Unvouched::Failed(problem) => return problem.answer(Kind::Page, language),
        Unvouched::Wait(left) => {
            let wait = form::span(language, *left).into();
            (StatusCode::TOO_MANY_REQUESTS, language.say_with("sign-in-wait", &[("wait", wait)]))
        }
        Unvouched::Provider(OpenIdError::Away(_)) => (StatusCode::SERVICE_UNAVAILABLE, language.say("openid-away")),
        Unvouched::Provider(OpenIdError::Stale) => (StatusCode::BAD_REQUEST, language.say("openid-stale")),
        Unvouched::Provider(OpenIdError::Declined(_)) => (StatusCode::FORBIDDEN, language.say("openid-declined")),
        Unvouched::Provider(OpenIdError::Untrue(_)) => (StatusCode::FORBIDDEN, language.say("openid-untrue")),
        Unvouched::NotLetIn(why) => (StatusCode::FORBIDDEN, language.say(&format!("openid-{}", why.name()))),
    };
    (status, sign_in::sheet(console, language, Some(words))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_back_is_read_from_the_address_whatever_stands_there() {
        let whole = returned("code=a%20b&state=s&iss=https%3A%2F%2Flogin.example.org&state=t&session_state=x");
        let expected = Return {
            state: "s".to_owned(),
            code: Some("a b".to_owned()),
            error: None,
            issuer: Some("https://login.example.org".to_owned()),
        };
        assert_eq!(whole, expected);
        assert_eq!(returned("error=access_denied&state=s").error.as_deref(), Some("access_denied"));
        for empty in ["", "&&", "%ff=%ff", "code"] {
            assert_eq!(returned(empty).state, "", "{empty}");
        }
    }
}
