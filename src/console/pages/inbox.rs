//! The inbox: open cases by urgency and time left.

use std::collections::BTreeSet;

use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;

use super::super::Console;
use super::super::access::Reader;
use super::super::access::looked::Since;
use super::super::desk::Desk;
use super::super::gate::{SignedIn, Visitor};
use super::super::problem::Problem;
use super::super::query::{self, Asked};
use super::super::view::{CaseFilter, CaseRow};
use super::layout::Frame;
use super::{case_parts, form};
use crate::domain::{TimeZone, Timestamp};
use crate::texts::Language;

/// Cases on one page: who has more of them looks at the most urgent ones first.
const ON_A_PAGE: usize = 50;

/// The levels of cases, the most urgent first.
const LEVELS: [&str; 3] = ["L4", "L3", "L2"];

/// What the filter says; empty texts stand for all.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Wanted {
    site: String,
    unit: String,
    level: String,
    mine: Option<String>,
    overdue: Option<String>,
    changed: Option<String>,
    page: String,
}

impl Wanted {
    /// The number of the page, from 1, where so many cases pass.
    fn page(&self, cases: usize) -> Result<usize, Problem> {
        let wanted = query::number("page", &self.page, 1..=usize::MAX)?.unwrap_or(1);
        Ok(wanted.min(cases.div_ceil(ON_A_PAGE).max(1)))
    }

    const fn is_narrow(&self) -> bool {
        !(self.site.is_empty() && self.unit.is_empty() && self.level.is_empty())
            || self.mine.is_some()
            || self.overdue.is_some()
            || self.changed.is_some()
    }

    fn filter(&self, reader: &Reader) -> CaseFilter {
        let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        CaseFilter {
            site: given(&self.site),
            level: given(&self.level),
            person: self.mine.is_some().then(|| reader.id.to_string()),
            is_overdue: self.overdue.is_some(),
            ..CaseFilter::default()
        }
    }
}

pub(in super::super) async fn show(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    Extension(signed_in): Extension<SignedIn>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Markup, Problem> {
    let (language, now) = (visitor.language, console.office().now());
    let desk = Desk { console: &console, signed_in: &signed_in, route: "/cases" };
    query::word("level", &wanted.level, LEVELS.into_iter())?;
    let seen = desk.cases(CaseFilter::default()).await?;
    let missing = desk.missing_place(&seen, &wanted.site, &wanted.unit).await?;
    let filter = wanted.filter(&signed_in.reader);
    let who = &signed_in.reader.id;
    console.looked().keep(who, &seen.iter().map(|row| row.case_id.as_str()).collect());
    let since = |row: &CaseRow| console.looked().since(who, &row.case_id, &row.version);
    let is_shown = |row: &&CaseRow| {
        filter.passes(row)
            && (wanted.unit.is_empty() || row.unit == wanted.unit)
            && (wanted.changed.is_none() || since(row) != Since::Seen)
    };
    let shown: Vec<(&CaseRow, Since)> = seen.iter().filter(is_shown).map(|row| (row, since(row))).collect();
    let news = shown.iter().filter(|(_, since)| *since != Since::Seen).count();
    let page = wanted.page(shown.len())?;
    let here = shown.chunks(ON_A_PAGE).nth(page - 1).unwrap_or_default();
    let rows: Vec<&CaseRow> = here.iter().map(|(row, _)| *row).collect();
    desk.listed_live(&rows, !visitor.is_live).await?;
    let told = [("count", shown.len().into()), ("news", news.into())];
    let title = language.say("inbox-title");
    let body = html! {
        h1 { (title) }
        (controls(language, &wanted, &seen))
        @if let Some(missing) = missing { (form::no_place(language, missing, &wanted.site, &wanted.unit)) }
        // The script asks for this page again when cases change, and puts in what is below.
        p #told role="status" { (language.say_with("inbox-told", &told)) }
        div #inbox data-live="/cases/events" {
            @if shown.is_empty() {
                p.empty { (language.say(if wanted.is_narrow() { "inbox-empty-filtered" } else { "inbox-empty" })) }
            } @else {
                (table(language, here, now))
                (pages(language, page, shown.len()))
            }
        }
        // Shown by the script that knows the keys; who speaks to their computer can switch them off.
        label.tick.hint hidden { input #keys type="checkbox" checked; (language.say("inbox-keys")) }
        p #as-of.hint { (language.say_with("case-live-again", &[("time", language.moment(now, &clock(here)).into())])) }
    };
    Ok(Frame { console: &console, signed_in: &signed_in, language, title, current: "/cases" }.around(&body))
}

/// The clock of the place that is looked after most urgently: that of the due times on the pages of its cases.
fn clock(rows: &[(&CaseRow, Since)]) -> TimeZone {
    rows.first().and_then(|(row, _)| TimeZone::get(&row.time_zone).ok()).unwrap_or(TimeZone::UTC)
}

/// The way to the other pages. The buttons send the filter again, so that it stays as it is.
fn pages(language: Language, page: usize, cases: usize) -> Markup {
    let last = cases.div_ceil(ON_A_PAGE);
    let first = (page - 1) * ON_A_PAGE + 1;
    let told = [("first", first.into()), ("last", (first + ON_A_PAGE - 1).min(cases).into()), ("count", cases.into())];
    let to = |key: &str, page: usize| html! { button form="filter" name="page" value=(page) { (language.say(key)) } };
    html! {
        @if last > 1 {
            nav.pages aria-label=(language.say("inbox-pages")) {
                @if page > 1 { (to("inbox-earlier", page - 1)) }
                span { (language.say_with("inbox-part", &told)) }
                @if page < last { (to("inbox-later", page + 1)) }
            }
        }
    }
}

fn controls(language: Language, wanted: &Wanted, seen: &[CaseRow]) -> Markup {
    let values = |of: fn(&CaseRow) -> &String| -> BTreeSet<String> { seen.iter().map(|row| of(row).clone()).collect() };
    // What was asked for stays there to be seen, also where nobody has it.
    let with = |values: BTreeSet<String>, asked: &String| -> Vec<String> {
        let unknown = Some(asked.clone()).filter(|asked| !asked.is_empty() && !values.contains(asked));
        values.into_iter().chain(unknown).collect()
    };
    let plain = |values: Vec<String>| values.into_iter().map(|value| (value.clone(), value));
    let named = |unit: String| (unit.clone(), form::unit_name(language, &unit));
    let units = with(values(|row| &row.unit), &wanted.unit).into_iter().map(named);
    let levels = LEVELS.map(|level| (level.to_owned(), case_parts::level_words(language, level)));
    html! {
        form.filter #filter method="get" action="/cases" aria-label=(language.say("inbox-filter")) {
            (form::choice(language, ("site", "inbox-site"), Some(&wanted.site), plain(with(values(|row| &row.site), &wanted.site))))
            (form::choice(language, ("unit", "inbox-unit"), Some(&wanted.unit), units))
            (form::choice(language, ("level", "inbox-level"), Some(&wanted.level), levels))
            label.tick { input type="checkbox" name="mine" value="on" checked[wanted.mine.is_some()]; (language.say("inbox-mine")) }
            label.tick {
                input type="checkbox" name="overdue" value="on" checked[wanted.overdue.is_some()];
                (language.say("inbox-overdue"))
            }
            label.tick {
                input type="checkbox" name="changed" value="on" checked[wanted.changed.is_some()];
                (language.say("inbox-changed-only"))
            }
            button type="submit" { (language.say("inbox-apply")) }
        }
    }
}

fn table(language: Language, rows: &[(&CaseRow, Since)], now: Timestamp) -> Markup {
    let head = |key: &str| html! { th scope="col" { (language.say(key)) } };
    html! {
        table.cases #cases {
            caption { (language.say("inbox-caption")) }
            thead {
                tr {
                    (head("column-urgency")) (head("column-worker")) (head("column-unit")) (head("column-next"))
                    (head("column-state")) (head("column-in-charge")) (head("column-actions"))
                }
            }
            tbody {
                @for (row, since) in rows { (line(language, row, *since, now)) }
            }
        }
    }
}

fn line(language: Language, row: &CaseRow, since: Since, now: Timestamp) -> Markup {
    let label = |key: &str| language.say(key);
    html! {
        tr class=(format!("urgency-{}", row.level)) {
            td data-label=(label("column-urgency")) { (case_parts::level(language, &row.level)) }
            th scope="row" data-label=(label("column-worker")) {
                a href=(format!("/cases/{}", row.case_id)) { (row.worker) }
                @match since {
                    Since::New => { " " span.news { (label("inbox-new")) } }
                    Since::Changed => { " " span.news { (label("inbox-changed")) } }
                    Since::Seen => {}
                }
            }
            td data-label=(label("column-unit")) { (form::unit_name(language, &row.unit)) ", " (row.site) }
            td data-label=(label("column-next")) { (case_parts::next(language, row.next.as_ref(), now)) }
            td data-label=(label("column-state")) { (language.say(&format!("state-{}", row.state))) }
            td data-label=(label("column-in-charge")) { (case_parts::person(language, row.in_charge.as_deref())) }
            td data-label=(label("column-actions")) {
                ul.plain {
                    @for action in &row.actions {
                        li { (case_parts::action_words(language, action)) }
                    }
                }
            }
        }
    }
}
