//! A worker's own page: everything about themselves, and who looked at it. Nothing of colleagues but their role.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::super::access::Field;
use super::super::access::audit::{Entry, Filter};
use super::super::access::session::Token;
use super::super::gate::{Oneself, Visitor};
use super::super::problem::Problem;
use super::super::{Console, wall};
use super::{audit, chart, layout};
use crate::domain::alert::Opening;
use crate::domain::screening::Response as Sheet;
use crate::engine::portrait::{Portrait, PortraitDay, ScoredSheet};
use crate::texts::Language;

/// So many of the latest reads are shown on the page; the download has all of them.
const READS_SHOWN: usize = 200;
/// The most that the download tells.
const READS_KEPT: usize = 100_000;
/// What a worker sees of themselves, as the audit names it.
const OWN_FIELDS: &[Field] = &[Field::Case, Field::Evidence, Field::Answers, Field::Worker];

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

fn entry(oneself: &Oneself, what: &str, route: &str) -> Entry {
    let Oneself { key, .. } = oneself;
    Entry::by("worker", "worker", what, route).about(key.site.as_str(), key.worker.as_str(), None)
}

/// Who looked at a worker's data, newest first.
async fn reads(console: &Console, oneself: &Oneself, limit: usize) -> Result<Vec<Entry>, Problem> {
    let worker = Some((oneself.key.site.to_string(), oneself.key.worker.to_string()));
    let lines = console.audited(Filter { worker, ..Filter::default() }, 0, limit).await?;
    Ok(lines.into_iter().filter(|line| line.outcome == "granted").collect())
}

pub(in super::super) async fn show(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    Extension(oneself): Extension<Oneself>,
) -> Result<Markup, Problem> {
    let language = visitor.language;
    let portrait = console.office().portrait(oneself.key.site.clone(), oneself.key.worker.clone()).await?;
    let reads = reads(&console, &oneself, READS_SHOWN).await?;
    console.record(vec![entry(&oneself, "read", "/me").with(OWN_FIELDS)]).await?;
    let title = language.say("me-title");
    let body = html! {
        h1 { (title) }
        p { (language.say_with("me-who", &[("worker", oneself.key.worker.as_str().into()), ("site", oneself.key.site.as_str().into())])) }
        p.hint { (language.say("me-half-hour")) }
        div.buttons {
            a href="/me/data" download="vagus.json" { (language.say("me-download")) }
            form method="post" action="/me/leave" {
                (layout::csrf_of(&oneself.csrf))
                button type="submit" { (language.say("me-leave")) }
            }
        }
        section aria-labelledby="summary" {
            h2 #summary { (language.say("case-summary")) }
            p.summary { (language.summary(&portrait.evidence, Opening::Evidence)) }
            p.hint { (language.say("me-meaning")) }
        }
        (chart::all(language, &portrait, &[]))
        (who_looked(language, &reads))
    };
    Ok(layout::own(language, &title, console.is_demo(), &body))
}

fn who_looked(language: Language, reads: &[Entry]) -> Markup {
    html! {
        section aria-labelledby="reads" {
            h2 #reads { (language.say("me-reads")) }
            @if reads.is_empty() { p { (language.say("me-reads-none")) } } @else {
                table {
                    thead {
                        tr {
                            @for key in ["case-history-when", "accounts-role", "case-history-what", "audit-fields"] {
                                th scope="col" { (language.say(key)) }
                            }
                        }
                    }
                    tbody {
                        @for line in reads {
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

pub(in super::super) async fn export(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    Extension(oneself): Extension<Oneself>,
) -> Result<Response, Problem> {
    let portrait = console.office().portrait(oneself.key.site.clone(), oneself.key.worker.clone()).await?;
    let reads = reads(&console, &oneself, READS_KEPT).await?;
    console.record(vec![entry(&oneself, "export", "/me/data").with(OWN_FIELDS)]).await?;
    let head = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"vagus.json\""),
    ];
    Ok((head, all_of(visitor.language, &oneself, &portrait, &reads).to_string()).into_response())
}

/// Everything that is shown, for programs.
fn all_of(language: Language, oneself: &Oneself, portrait: &Portrait, reads: &[Entry]) -> Value {
    json!({
        "site": oneself.key.site.as_str(),
        "worker": oneself.key.worker.as_str(),
        "today": portrait.today.to_string(),
        "level": portrait.level.as_str(),
        "rules": portrait.rules.iter().map(|rule| rule.as_str()).collect::<Vec<_>>(),
        "hrv_state": portrait.hrv.as_str(),
        "summary": language.summary(&portrait.evidence, Opening::Evidence),
        "days": portrait.days.iter().map(day).collect::<Vec<_>>(),
        "screenings": portrait.screenings.iter().map(screening).collect::<Vec<_>>(),
        "reads": reads.iter().map(read).collect::<Vec<_>>(),
    })
}

fn day(day: &PortraitDay) -> Value {
    let [least, usual, most] = day.usual_rmssd_ms.map_or([None; 3], |usual| usual.map(Some));
    json!({
        "date": day.date.to_string(),
        "rmssd_ms": day.rmssd_ms,
        "usual_rmssd_ms": {"least": least, "usual": usual, "most": most},
        "z": day.z,
        "hrv_state": day.hrv.map(|state| state.as_str()),
        "sleeping_hr_bpm": day.sleeping_hr_bpm,
        "sleep_h": day.sleep_h,
        "need_h": day.need_h,
        "index": day.index,
        "worked_h": day.work.as_ref().and_then(|work| work.worked_h),
        "overtime_h": day.work.as_ref().and_then(|work| work.overtime_h),
        "noise_lex8h_dba": day.work.as_ref().and_then(|work| work.noise_lex8h_dba),
        "wbgt_c": day.work.as_ref().and_then(|work| work.wbgt_c),
    })
}

fn screening(sheet: &ScoredSheet) -> Value {
    let (answers, total) = match &sheet.sheet.response {
        Sheet::Answers(answers) => (Some(answers), None),
        Sheet::Total { score, .. } => (None, Some(score)),
    };
    json!({
        "instrument": sheet.instrument.as_str(),
        "taken_on": sheet.taken_on.to_string(),
        "score": sheet.score,
        "answers": answers,
        "total": total,
    })
}

fn read(line: &Entry) -> Value {
    json!({"at": line.at, "role": line.role, "what": line.what, "fields": line.fields})
}
