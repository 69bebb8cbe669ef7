//! A worker's own page: everything about themselves, and who looked at it. Nothing of colleagues but their role.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;
use maud::{Markup, html};

use super::super::access::audit::{Entry, Found, Rest};
use super::super::access::session::Token;
use super::super::exports::{self, OWN_FIELDS};
use super::super::gate::{Oneself, Visitor};
use super::super::problem::Problem;
use super::super::view::WorkerView;
use super::super::{Console, wall};
use super::{audit, case_parts, chart, export, layout, taking_part};
use crate::domain::alert::{Level, Opening};
use crate::texts::Language;

/// So many of the latest reads are shown on the page; the download has all of them.
const READS_SHOWN: usize = 200;

/// What is said where a link was used, is too old, or never was one: the three are told alike.
pub(in super::super) fn over(console: &Console, language: Language) -> Response {
    let title = language.say("me-title");
    let body = html! {
        h1 { (title) }
        p role="alert" { (language.say("me-over")) }
    };
    (StatusCode::GONE, layout::bare(language, &title, console.is_demo(), &body)).into_response()
}

/// Asks before the link is used up: programs that look at links in messages must not use it.
pub(in super::super) async fn knock(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    Path(token): Path<String>,
) -> Response {
    let (language, title) = (visitor.language, visitor.language.say("me-title"));
    // Only what can be a link stands in the form; whether it is one is told when it is used.
    if !token.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return over(&console, language);
    }
    let body = html! {
        h1 { (title) }
        p { (language.say("me-knock")) }
        form.stacked method="post" action=(format!("/me/{token}")) {
            button.first type="submit" { (language.say("me-open")) }
        }
    };
    layout::bare(language, &title, console.is_demo(), &body).into_response()
}

pub(in super::super) async fn enter(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    Path(token): Path<String>,
    jar: CookieJar,
) -> Result<Response, Problem> {
    let (links, now) = (console.links().clone(), wall());
    let taken = tokio::task::spawn_blocking(move || links.take(&Token::sent(&token), now));
    let taken = taken.await.map_err(|_| Problem::Internal)?.map_err(|error| {
        tracing::error!("{error}");
        Problem::Internal
    })?;
    let Some(key) = taken else { return Ok(over(&console, visitor.language)) };
    let entry = Entry::by("worker", "worker", "sign_in", "/me/{token}");
    console.record(vec![entry.about(key.site.as_str(), key.worker.as_str(), None)]).await?;
    let (token, _) = console.selves().begin(key, now);
    Ok((jar.add(console.own_cookie(&token)), Redirect::to("/me")).into_response())
}

pub(in super::super) async fn leave(
    State(console): State<Console>,
    Extension(oneself): Extension<Oneself>,
    jar: CookieJar,
) -> Result<Response, Problem> {
    console.selves().end(&oneself.token);
    console.record(vec![entry(&oneself, "sign_out", "/me/leave")]).await?;
    let mut cookie = console.own_cookie(&Token::sent(""));
    cookie.make_removal();
    Ok((jar.add(cookie), Redirect::to("/sign-in")).into_response())
}

pub(super) fn entry(oneself: &Oneself, what: &str, route: &str) -> Entry {
    let Oneself { key, .. } = oneself;
    Entry::by("worker", "worker", what, route).about(key.site.as_str(), key.worker.as_str(), None)
}

/// Who looked at a worker's data, newest first.
async fn reads(console: &Console, oneself: &Oneself, limit: usize) -> Result<Found, Problem> {
    console.audited(exports::accesses_of(&oneself.key), 0, limit).await
}

pub(in super::super) async fn show(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    Extension(oneself): Extension<Oneself>,
) -> Result<Markup, Problem> {
    let language = visitor.language;
    let portrait = console.office().portrait(oneself.key.site.clone(), oneself.key.worker.clone()).await?;
    let view = console.office().worker(oneself.key.site.clone(), oneself.key.worker.clone()).await?;
    let reads = reads(&console, &oneself, READS_SHOWN).await?;
    console.record(vec![entry(&oneself, "read", "/me").with(OWN_FIELDS)]).await?;
    let title = language.say("me-title");
    let body = html! {
        h1 { (title) }
        p { (language.say_with("me-who", &[("worker", oneself.key.worker.as_str().into()), ("site", oneself.key.site.as_str().into())])) }
        p.hint { (language.say("me-half-hour")) }
        div.buttons {
            form method="post" action="/me/leave" {
                (layout::csrf_of(&oneself.csrf))
                button type="submit" { (language.say("me-leave")) }
            }
        }
        section aria-labelledby="summary" {
            h2 #summary { (language.say("case-summary")) }
            (levels(language, portrait.level, &view))
            p.summary { (language.summary(&portrait.evidence, Opening::Evidence)) }
            p.hint { (language.say("me-meaning")) }
        }
        (taking_part::section(language, &oneself, &view))
        (chart::all(language, &portrait, &[]))
        (export::links(language, "/me/data", true))
        (who_looked(language, &reads))
    };
    Ok(layout::own(language, &title, console.is_demo(), &body))
}

/// The level of today, in words, and that of the case that is open. Only here is anybody told of a level without a case.
fn levels(language: Language, today: Level, view: &WorkerView) -> Markup {
    let open = view.cases.iter().find(|row| row.ended_at.is_none());
    let case = open.and_then(|row| {
        let opened = language.date(case_parts::opened_on(row)?);
        let level = case_parts::level_words(language, &row.level);
        Some(language.say_with("me-level-case", &[("date", opened.into()), ("level", level.into())]))
    });
    html! {
        p { (language.say(&format!("me-level-{}", today.as_str()))) }
        @if let Some(case) = case { p { (case) } }
    }
}

fn who_looked(language: Language, reads: &Found) -> Markup {
    let Found { lines, rest } = reads;
    html! {
        section aria-labelledby="reads" {
            h2 #reads { (language.say("me-reads")) }
            @match rest {
                Rest::None => {}
                Rest::More => p.hint { (language.say_with("me-reads-more", &[("count", lines.len().into())])) }
                Rest::Unread => p.hint { (language.say("audit-cut")) }
            }
            @if lines.is_empty() { p { (language.say("me-reads-none")) } } @else {
                table {
                    thead {
                        tr {
                            @for key in ["case-history-when", "accounts-role", "case-history-what", "audit-fields"] {
                                th scope="col" { (language.say(key)) }
                            }
                        }
                    }
                    tbody {
                        @for line in lines {
                            tr {
                                td { (audit::moment(language, &line.at)) }
                                td { (audit::named(language, "role", &line.role)) }
                                td { (audit::named(language, "audit-what", &line.what)) }
                                td { (audit::fields(language, line)) }
                            }
                        }
                    }
                }
            }
        }
    }
}
