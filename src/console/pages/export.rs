//! Copies of everything about one worker: links to them, and the files.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::super::Console;
use super::super::desk::Desk;
use super::super::exports::ACCESSES;
use super::super::gate::{Oneself, SignedIn, Visitor};
use super::super::problem::Problem;
use super::super::query::Asked;
use super::super::view::{EXPORT_TABLES, ExportView};
use super::worker_self;
use crate::texts::Language;

/// Which form is wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Wanted {
    /// One list as CSV; the whole document where none is named.
    table: String,
}

/// Which form a worker wants.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct OwnWanted {
    /// One list as CSV; the whole document where none is named.
    table: String,
    /// Without so many of the newest looks at the worker's data.
    skip: usize,
}

/// Lists that are in nobody's copy but the worker's own.
const OWN_TABLES: &[&str] = &["windows", "sleeps", "nightly", "tags", "accesses"];

/// The links: one document, and each of its lists for a spreadsheet.
pub(super) fn links(language: Language, address: &str, is_oneself: bool) -> Markup {
    let tables = EXPORT_TABLES.iter().filter(|table| is_oneself || !OWN_TABLES.contains(table));
    html! {
        section aria-labelledby="export" {
            h2 #export { (language.say("export-title")) }
            p { (language.say("export-meaning")) }
            div.buttons { a href=(address) download="vagus.json" { (language.say("export-all")) } }
            details {
                summary { (language.say("export-tables")) }
                ul {
                    @for table in tables {
                        li {
                            a href=(format!("{address}?table={table}")) download=(format!("vagus-{table}.csv")) {
                                (language.say(&format!("export-{table}")))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A document as a file, or one of its lists; an unknown list is no address.
pub(in super::super) fn file(document: &ExportView, table: &str) -> Result<Response, Problem> {
    let (kind, name, body) = if table.is_empty() {
        let body = serde_json::to_string(document).map_err(|_| Problem::Internal)?;
        ("application/json", "vagus.json".to_owned(), body)
    } else {
        let body = document.table(table).ok_or(Problem::NotFound)?;
        ("text/csv; charset=utf-8", format!("vagus-{table}.csv"), body)
    };
    let head: [(HeaderName, String); 2] = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((head, body).into_response())
}

pub(in super::super) async fn of_worker(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    Extension(signed_in): Extension<SignedIn>,
    Path((site, worker)): Path<(String, String)>,
    Asked(Wanted { table }): Asked<Wanted>,
) -> Result<Response, Problem> {
    let desk = Desk { console: &console, signed_in: &signed_in, route: "/workers/{site}/{worker}/export" };
    file(&desk.export(&site, &worker, visitor.language).await?, &table)
}

pub(in super::super) async fn of_oneself(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    Extension(oneself): Extension<Oneself>,
    Asked(OwnWanted { table, skip }): Asked<OwnWanted>,
) -> Result<Response, Problem> {
    let entry = worker_self::entry(&oneself, "export", "/me/data");
    let document = console.own_export(&oneself.key, skip, entry, visitor.language).await?;
    let mut response = file(&document, &table)?;
    if document.accesses_cut.as_deref() == Some("more") {
        // A list as CSV has no other place to say so.
        let next = format!("</me/data?table=accesses&skip={}>; rel=\"next\"", skip.saturating_add(ACCESSES));
        next.parse().ok().map(|next| response.headers_mut().insert(header::LINK, next));
    }
    Ok(response)
}
