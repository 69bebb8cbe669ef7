//! Who is not seen: counts first, then everybody with since when and what to do.

use std::collections::{BTreeMap, BTreeSet};

use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;

use super::super::Console;
use super::super::access::audit::Entry;
use super::super::access::{Field, Reader};
use super::super::desk::Missing;
use super::super::gate::{SignedIn, Visitor};
use super::super::problem::Problem;
use super::super::query::{self, Asked};
use super::super::view::{SourceRow, Unseen, UnseenRow, UnseenView};
use super::layout::Frame;
use super::{form, worker};
use crate::domain::ids::SiteId;
use crate::domain::{TimeZone, Timestamp};
use crate::texts::Language;

/// After so many days without anything somebody counts as silent, where the reader asks for nothing else.
///
/// # Source
/// Our own choice: a weekend without the wristband is no silence.
const SILENT_DAYS: u32 = 3;

/// The longest silence that can be asked for.
const MOST_SILENT_DAYS: u32 = 90;

/// What the filter says; empty texts stand for all.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Wanted {
    site: String,
    unit: String,
    why: String,
    days: String,
}

impl Wanted {
    fn days(&self) -> Result<u32, Problem> {
        let days = query::number("days", &self.days, 1..=MOST_SILENT_DAYS as usize)?;
        Ok(days.and_then(|days| u32::try_from(days).ok()).unwrap_or(SILENT_DAYS))
    }

    /// What the filter names that nobody has.
    fn missing(&self, view: &UnseenView) -> Option<Missing> {
        let has = |test: &dyn Fn(&str, &str) -> bool| view.enrolled.iter().any(|(site, unit, _)| test(site, unit));
        if !self.site.is_empty() && !has(&|site, _| site == self.site) {
            Some(Missing::Site)
        } else if !self.unit.is_empty() && !has(&|_, unit| unit == self.unit) {
            Some(Missing::Unit)
        } else if !view.enrolled.is_empty() && !has(&|site, unit| self.covers(site, unit)) {
            Some(Missing::UnitOfSite)
        } else {
            None
        }
    }

    fn covers(&self, site: &str, unit: &str) -> bool {
        (self.site.is_empty() || self.site == site) && (self.unit.is_empty() || self.unit == unit)
    }
}

pub(in super::super) async fn show(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    Extension(signed_in): Extension<SignedIn>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Markup, Problem> {
    let language = visitor.language;
    query::word("why", &wanted.why, Unseen::ALL.iter().map(|why| why.as_str()))?;
    let days = wanted.days()?;
    let view = only_theirs(console.office().unseen(days).await?, &signed_in.reader);
    let counted: Vec<&UnseenRow> = view.rows.iter().filter(|row| wanted.covers(&row.site, &row.unit)).collect();
    let is_shown = |row: &&&UnseenRow| wanted.why.is_empty() || wanted.why == row.why.as_str();
    let shown: Vec<&UnseenRow> = counted.iter().filter(is_shown).copied().collect();
    let lines = shown.iter().map(|row| {
        let entry = Entry::of(&signed_in.reader, "read", "/unseen");
        entry.about(&row.site, &row.worker, None).with(&[Field::Worker])
    });
    console.record(lines.collect()).await?;
    let title = language.say("nav-unseen");
    let body = html! {
        h1 { (title) }
        (controls(language, &wanted, days, &view))
        @if let Some(missing) = wanted.missing(&view) { (form::no_place(language, missing, &wanted.site, &wanted.unit)) }
        (counts(language, &wanted, &view, &counted))
        (list(language, &shown))
        (sources(language, &view.sources))
    };
    Ok(Frame { console: &console, signed_in: &signed_in, language, title, current: "/unseen" }.around(&body))
}

/// What concerns the reader's sites.
fn only_theirs(mut view: UnseenView, reader: &Reader) -> UnseenView {
    let may_see = |site: &str| SiteId::parse(site).is_ok_and(|site| reader.may_see(Field::Worker, &site, &[]));
    view.rows.retain(|row| may_see(&row.site));
    view.enrolled.retain(|(site, ..)| may_see(site));
    view.sources.retain(|row| may_see(&row.site));
    view
}

fn controls(language: Language, wanted: &Wanted, days: u32, view: &UnseenView) -> Markup {
    let plain =
        |values: BTreeSet<&String>| values.into_iter().map(|value| (value.clone(), value.clone())).collect::<Vec<_>>();
    let sites = plain(view.enrolled.iter().map(|(site, ..)| site).collect());
    let units: BTreeSet<&String> = view.enrolled.iter().map(|(_, unit, _)| unit).collect();
    let units = units.into_iter().map(|unit| (unit.clone(), form::unit_name(language, unit)));
    let reasons = Unseen::ALL.map(|why| (why.as_str().to_owned(), language.say(&format!("unseen-{}", why.as_str()))));
    html! {
        form.filter method="get" action="/unseen" aria-label=(language.say("inbox-filter")) {
            (form::choice(language, ("site", "inbox-site"), Some(&wanted.site), sites))
            (form::choice(language, ("unit", "inbox-unit"), Some(&wanted.unit), units))
            (form::choice(language, ("why", "unseen-why"), Some(&wanted.why), reasons))
            div.field {
                label for="days" { (language.say("unseen-days")) }
                input #days name="days" type="number" min="1" max=(MOST_SILENT_DAYS) value=(days);
            }
            button type="submit" { (language.say("inbox-apply")) }
        }
    }
}

/// How many of how many, by reason, for each site and unit.
fn counts(language: Language, wanted: &Wanted, view: &UnseenView, counted: &[&UnseenRow]) -> Markup {
    let mut cells: BTreeMap<(&str, &str), [usize; Unseen::ALL.len()]> = BTreeMap::new();
    for row in counted {
        cells.entry((&row.site, &row.unit)).or_default()[row.why as usize] += 1;
    }
    let units = view.enrolled.iter().filter(|(site, unit, _)| wanted.covers(site, unit));
    let lines: Vec<_> = units
        .map(|(site, unit, all)| {
            (site, unit, all, cells.get(&(site.as_str(), unit.as_str())).copied().unwrap_or_default())
        })
        .collect();
    let enrolled: usize = lines.iter().map(|(.., all, _)| **all).sum();
    let sum = |at: usize| lines.iter().map(|(.., by_reason)| by_reason[at]).sum::<usize>();
    html! {
        section aria-labelledby="counts" {
            h2 #counts { (language.say("unseen-counts")) }
            p { (language.say_with("unseen-total", &[("count", counted.len().into()), ("of", enrolled.to_string().into())])) }
            div.wide tabindex="0" role="group" aria-labelledby="counts" {
                table.numbers {
                    thead {
                        tr {
                            th scope="col" { (language.say("column-unit")) }
                            th scope="col" { (language.say("unseen-enrolled")) }
                            @for why in Unseen::ALL {
                                th scope="col" { (language.say(&format!("unseen-{}", why.as_str()))) }
                            }
                        }
                    }
                    tbody {
                        @for (site, unit, all, by_reason) in &lines {
                            tr {
                                th scope="row" { (form::unit_name(language, unit)) ", " (site) }
                                td { (all) }
                                @for count in by_reason { td { (count) } }
                            }
                        }
                    }
                    tfoot {
                        tr {
                            th scope="row" { (language.say("unseen-sum")) }
                            td { (enrolled) }
                            @for at in 0..Unseen::ALL.len() { td { (sum(at)) } }
                        }
                    }
                }
            }
        }
    }
}

fn list(language: Language, rows: &[&UnseenRow]) -> Markup {
    let head = |key: &str| html! { th scope="col" { (language.say(key)) } };
    html! {
        section aria-labelledby="list" {
            h2 #list { (language.say("unseen-list")) }
            @if rows.is_empty() {
                p.empty { (language.say("unseen-nobody")) }
            } @else {
                table.cases {
                    thead {
                        tr {
                            (head("column-worker")) (head("column-unit")) (head("unseen-why"))
                            (head("unseen-since")) (head("unseen-do"))
                        }
                    }
                    tbody { @for row in rows { (line(language, row)) } }
                }
            }
        }
    }
}

fn line(language: Language, row: &UnseenRow) -> Markup {
    let label = |key: &str| language.say(key);
    html! {
        tr {
            th scope="row" data-label=(label("column-worker")) {
                a href=(format!("/workers/{}/{}", row.site, row.worker)) { (row.worker) }
            }
            td data-label=(label("column-unit")) { (form::unit_name(language, &row.unit)) ", " (row.site) }
            td data-label=(label("unseen-why")) {
                (label(&format!("unseen-{}", row.why.as_str())))
                @if row.has_case { ", " strong { (label("unseen-has-case")) } }
            }
            td data-label=(label("unseen-since")) { (worker::day(language, row.since.as_deref())) }
            td data-label=(label("unseen-do")) { (label(&format!("unseen-do-{}", row.why.as_str()))) }
        }
    }
}

/// A source that is silent keeps everybody behind it unseen.
pub(super) fn sources(language: Language, sources: &[SourceRow]) -> Markup {
    let moment = |at: &str| {
        let words = at.parse::<Timestamp>().map(|at| language.moment(at, &TimeZone::UTC));
        words.unwrap_or_else(|_| at.to_owned())
    };
    html! {
        section aria-labelledby="sources" {
            h2 #sources { (language.say("sources-title")) }
            p.hint { (language.say("sources-hint")) }
            @if sources.is_empty() {
                p { (language.say("sources-none")) }
            } @else {
                table {
                    thead {
                        tr {
                            th scope="col" { (language.say("sources-name")) }
                            th scope="col" { (language.say("inbox-site")) }
                            th scope="col" { (language.say("sources-last")) }
                        }
                    }
                    tbody {
                        @for row in sources {
                            tr {
                                th scope="row" { (row.source) }
                                td { (row.site) }
                                td { time datetime=(row.last_seen) { (moment(&row.last_seen)) } " UTC" }
                            }
                        }
                    }
                }
            }
        }
    }
}
