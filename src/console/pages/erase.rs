//! Erasing a worker: what it means, asked for with the worker's name typed, and that it was done.

use axum::extract::{Path, State};
use axum::{Extension, Form};
use maud::{Markup, html};
use serde::Deserialize;

use super::super::Console;
use super::super::access::Field;
use super::super::desk::Desk;
use super::super::gate::{SignedIn, Visitor};
use super::super::problem::Problem;
use super::layout::{self, Frame};
use crate::domain::ids::SiteId;
use crate::texts::Language;

const ROUTE: &str = "/workers/{site}/{worker}/erase";

/// What it means, and the form, for whoever may do it.
pub(super) fn section(
    language: Language,
    signed_in: &SignedIn,
    (site, worker): (&str, &str),
    has_open_case: bool,
) -> Markup {
    html! {
        @if SiteId::parse(site).is_ok_and(|site| signed_in.reader.may_see(Field::Erasure, &site, &[])) {
            details {
                summary { (language.say("erase-title")) }
                ul #erase-meaning {
                    @for line in ["erase-all", "erase-audit", "erase-sent", "erase-again"] { li { (language.say(line)) } }
                }
                form.stacked method="post" action=(format!("/workers/{site}/{worker}/erase")) {
                    (layout::csrf(signed_in))
                    div.field {
                        label for="erase-name" { (language.say_with("erase-name", &[("worker", worker.into())])) }
                        input #erase-name name="name" required autocomplete="off" aria-describedby="erase-meaning";
                    }
                    @if has_open_case {
                        div.field {
                            label {
                                input type="checkbox" name="open_case" value="yes" required;
                                " " (language.say("erase-open-case"))
                            }
                        }
                    }
                    button type="submit" { (language.say("erase-do")) }
                }
            }
        }
    }
}

/// The worker's name once more, and that an open case may end.
#[derive(Debug, Deserialize)]
pub(in super::super) struct Confirmed {
    name: String,
    #[serde(default)]
    open_case: String,
}

pub(in super::super) async fn take(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    Extension(signed_in): Extension<SignedIn>,
    Path((site, worker)): Path<(String, String)>,
    Form(Confirmed { name, open_case }): Form<Confirmed>,
) -> Result<Markup, Problem> {
    let language = visitor.language;
    if name.trim() != worker {
        return Err(Problem::Refused { reason: "erase_name", problem: Language::English.say("refused-erase_name") });
    }
    let desk = Desk { console: &console, signed_in: &signed_in, route: ROUTE };
    desk.erase(&site, &worker, !open_case.is_empty()).await?;
    let title = language.say("erase-done-title");
    let body = html! {
        h1 { (title) }
        p role="status" { (language.say("erase-done")) }
        p { (language.say("erase-done-files")) }
    };
    Ok(Frame { console: &console, signed_in: &signed_in, language, title, current: "" }.around(&body))
}
