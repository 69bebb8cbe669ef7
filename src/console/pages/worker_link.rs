//! Making the link by which a worker reaches their own page; it is shown this once.

use axum::Extension;
use axum::extract::{Path, State};
use maud::{Markup, html};

use super::super::Console;
use super::super::access::Field;
use super::super::access::audit::Entry;
use super::super::gate::{SignedIn, Visitor};
use super::super::problem::Problem;
use super::layout::{self, Frame};
use crate::domain::TimeZone;
use crate::domain::ids::{SiteId, WorkerId, WorkerKey};
use crate::texts::Language;

const ROUTE: &str = "/workers/{site}/{worker}/link";

/// The button, for whoever may see the worker.
pub(super) fn button(language: Language, signed_in: &SignedIn, site: &str, worker: &str) -> Markup {
    html! {
        @if SiteId::parse(site).is_ok_and(|site| signed_in.reader.may_see(Field::Worker, &site, &[])) {
            form method="post" action=(format!("/workers/{site}/{worker}/link")) {
                (layout::csrf(signed_in))
                button type="submit" { (language.say("link-make")) }
            }
        }
    }
}

pub(in super::super) async fn make(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    Extension(signed_in): Extension<SignedIn>,
    Path((site, worker)): Path<(String, String)>,
) -> Result<Markup, Problem> {
    let (language, reader) = (visitor.language, &signed_in.reader);
    let (Ok(site), Ok(worker)) = (SiteId::parse(&site), WorkerId::parse(&worker)) else {
        return Err(Problem::NotFound);
    };
    if !reader.may_see(Field::Worker, &site, &[]) {
        let denied = Entry::denied(reader, ROUTE, Field::Worker);
        console.record(vec![denied.about(site.as_str(), worker.as_str(), None)]).await?;
        return Err(Problem::NotFound);
    }
    let key = WorkerKey { site, worker };
    let (address, until) = console.link_for(key.clone(), Entry::of(reader, "worker_link", ROUTE)).await?;
    let title = language.say_with("link-title", &[("worker", key.worker.as_str().into())]);
    let body = html! {
        h1 { (title) }
        p { (language.say("link-once")) }
        p { code.password { (address) } }
        p { (language.say_with("link-until", &[("time", format!("{} UTC", language.moment(until, &TimeZone::UTC)).into())])) }
    };
    Ok(Frame { console: &console, signed_in: &signed_in, language, title, current: "" }.around(&body))
}
