//! The audit: who read and did what, newest first, and the emergencies that somebody must look at.

use std::collections::BTreeMap;

use axum::Extension;
use axum::extract::{Form, State};
use axum::response::Redirect;
use maud::{Markup, html};
use serde::Deserialize;

use super::super::access::Field;
use super::super::access::audit::{Entry, Filter, Found, Rest};
use super::super::gate::{SignedIn, Visitor};
use super::super::problem::Problem;
use super::super::query::{self, Asked};
use super::super::{Console, wall};
use super::layout::{self, Frame};
use crate::domain::{SignedDuration, TimeZone, Timestamp};
use crate::texts::Language;

/// So many lines stand on a page.
const PAGE: usize = 100;
/// The last page that is read: what is older stands in the files.
const LAST_PAGE: usize = 1_000;
/// So many emergencies are looked for.
const MAX_EMERGENCIES: usize = 1_000;
/// What was looked at is still shown for so long.
const SHOWN_AFTER: SignedDuration = SignedDuration::from_hours(30 * 24);
/// By when somebody must look at an emergency.
///
/// # Source
/// Domain reference, section 8.6: 24 h review.
const LOOK_WITHIN: SignedDuration = SignedDuration::from_hours(24);

const BREAK_GLASS: &str = "break_glass";
const REVIEWED: &str = "break_glass_reviewed";

/// Which lines are wanted; empty texts stand for all.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Wanted {
    person: String,
    worker: String,
    page: String,
}

impl Wanted {
    fn filter(&self, sites: Vec<String>) -> Filter {
        let given = |text: &String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Filter { by: given(&self.person), pseudonym: given(&self.worker), sites, ..Filter::default() }
    }

    fn page(&self) -> Result<usize, Problem> {
        Ok(query::number("page", &self.page, 1..=LAST_PAGE)?.unwrap_or(1))
    }

    /// The address of another page of the same lines.
    fn address(&self, page: usize) -> String {
        let page = page.to_string();
        let query = [("person", self.person.as_str()), ("worker", &self.worker), ("page", &page)];
        format!("/audit?{}", serde_urlencoded::to_string(query).unwrap_or_default())
    }
}

/// An emergency, and who looked at it when.
struct Emergency {
    entry: Entry,
    review: Option<Entry>,
}

pub(in super::super) async fn show(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    Extension(signed_in): Extension<SignedIn>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Markup, Problem> {
    let (language, reader) = (visitor.language, &signed_in.reader);
    let sites: Vec<String> = reader.sites.iter().map(ToString::to_string).collect();
    let emergencies = match reader.reach(Field::Emergency) {
        Some(_) => Some(emergencies(&console, &sites).await?),
        None => None,
    };
    let page = wanted.page()?;
    let found = console.audited(wanted.filter(sites), (page - 1) * PAGE, PAGE).await?;
    let mut read = vec![Entry::of(reader, "read", "/audit").with(&[Field::Audit])];
    for Emergency { entry, .. } in emergencies.iter().flat_map(|(emergencies, _)| emergencies) {
        if let (Some(site), Some(worker)) = (&entry.site, &entry.worker) {
            let seen = Entry::of(reader, "read", "/audit").with(&[Field::Emergency]);
            read.push(seen.about(site, worker, entry.case.as_deref()));
        }
    }
    console.record(read).await?;
    let title = language.say("audit-title");
    let body = html! {
        h1 { (title) }
        @if let Some((emergencies, rest)) = &emergencies { (to_look_at(language, &signed_in, emergencies, *rest)) }
        section aria-labelledby="lines" {
            h2 #lines { (language.say("audit-lines")) }
            (controls(language, &wanted))
            (told(language, &found))
            (pager(language, &wanted, page, found.rest))
        }
    };
    Ok(Frame { console: &console, signed_in: &signed_in, language, title, current: "/audit" }.around(&body))
}

fn told(language: Language, found: &Found) -> Markup {
    html! {
        @if found.lines.is_empty() { p.empty { (language.say("audit-none")) } } @else { (table(language, &found.lines)) }
        @if found.rest == Rest::Unread { p.hint { (language.say("audit-cut")) } }
    }
}

/// The emergencies of those sites: first those that nobody has looked at, then the others of the last month.
async fn emergencies(console: &Console, sites: &[String]) -> Result<(Vec<Emergency>, Rest), Problem> {
    let filter = Filter { what: &[BREAK_GLASS, REVIEWED], sites: sites.to_vec(), ..Filter::default() };
    let Found { lines, rest } = console.audited(filter, 0, MAX_EMERGENCIES).await?;
    let (opened, reviews): (Vec<Entry>, Vec<Entry>) = lines.into_iter().partition(|entry| entry.what == BREAK_GLASS);
    let by_mark: BTreeMap<String, Entry> =
        reviews.into_iter().filter_map(|review| Some((review.mark.clone()?, review))).collect();
    let now = wall();
    let mut found: Vec<Emergency> = opened
        .into_iter()
        .filter(|entry| entry.outcome == "granted")
        .map(|entry| Emergency { review: entry.mark.as_ref().and_then(|mark| by_mark.get(mark)).cloned(), entry })
        .filter(|found| {
            let at: Option<Timestamp> = found.entry.at.parse().ok();
            found.review.is_none() || at.is_none_or(|at| now.duration_since(at) < SHOWN_AFTER)
        })
        .collect();
    found.sort_by_key(|found| found.review.is_some());
    Ok((found, rest))
}

fn to_look_at(language: Language, signed_in: &SignedIn, emergencies: &[Emergency], rest: Rest) -> Markup {
    html! {
        section aria-labelledby="emergencies" {
            h2 #emergencies { (language.say("glass-list")) }
            p.hint { (language.say("glass-list-hint")) }
            @if rest != Rest::None { p.hint { (language.say("glass-cut")) } }
            @if emergencies.is_empty() { p { (language.say("glass-list-none")) } }
            @for Emergency { entry, review } in emergencies {
                div.card {
                    p {
                        (moment(language, &entry.at)) ": " (by(language, entry)) ", "
                        (text(entry.site.as_deref())) " / " (text(entry.worker.as_deref())) ", " (fields(language, entry))
                    }
                    p { (language.say_with("glass-because", &[("reason", text(entry.reason.as_deref()).into())])) }
                    @match (review, &entry.mark) {
                        (Some(review), _) => {
                            @let values = [("person", by(language, review).into()), ("time", words(language, &review.at).into())];
                            p.done { (language.say_with("glass-reviewed", &values)) }
                        }
                        (None, mark) => {
                            p { (due(language, &entry.at)) }
                            form method="post" action="/audit/reviews" {
                                (layout::csrf(signed_in))
                                input type="hidden" name="mark" value=(text(mark.as_deref()));
                                button type="submit" { (language.say("glass-review")) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// By when it must be looked at.
fn due(language: Language, at: &str) -> Markup {
    let due = at.parse().ok().and_then(|at: Timestamp| at.checked_add(LOOK_WITHIN).ok());
    let is_over = due.is_some_and(|due| due <= wall());
    let left = due.map_or_else(String::new, |due| super::form::left(language, due, wall()));
    html! { span class=[is_over.then_some("over")] { (language.say_with("glass-due", &[("left", left.into())])) } }
}

#[derive(Debug, Deserialize)]
pub(in super::super) struct Reviewed {
    mark: String,
}

pub(in super::super) async fn review(
    State(console): State<Console>,
    Extension(signed_in): Extension<SignedIn>,
    Form(Reviewed { mark }): Form<Reviewed>,
) -> Result<Redirect, Problem> {
    let sites: Vec<String> = signed_in.reader.sites.iter().map(ToString::to_string).collect();
    let (known, _) = emergencies(&console, &sites).await?;
    let found = known.into_iter().find(|known| known.entry.mark.as_ref() == Some(&mark)).ok_or(Problem::NotFound)?;
    if found.review.is_none() {
        let Entry { site, worker, case, .. } = found.entry;
        let entry = Entry::of(&signed_in.reader, REVIEWED, "/audit/reviews");
        console.record(vec![Entry { site, worker, case, mark: Some(mark), ..entry }]).await?;
    }
    Ok(Redirect::to("/audit"))
}

fn controls(language: Language, wanted: &Wanted) -> Markup {
    let line = |name: &str, key: &str, value: &str| {
        html! {
            div.field {
                label for=(name) { (language.say(key)) }
                input id=(name) name=(name) value=(value) maxlength="64" autocomplete="off";
            }
        }
    };
    html! {
        form.filter method="get" action="/audit" aria-label=(language.say("inbox-filter")) {
            (line("person", "audit-person", &wanted.person))
            (line("worker", "column-worker", &wanted.worker))
            button type="submit" { (language.say("inbox-apply")) }
        }
    }
}

fn table(language: Language, lines: &[Entry]) -> Markup {
    const HEADS: [&str; 6] = [
        "case-history-when",
        "case-history-who",
        "case-history-what",
        "column-worker",
        "audit-fields",
        "audit-outcome",
    ];
    let label = |place: usize| language.say(HEADS[place]);
    html! {
        table.audit {
            thead { tr { @for key in HEADS { th scope="col" { (language.say(key)) } } } }
            tbody {
                @for entry in lines {
                    tr {
                        td data-label=(label(0)) { (moment(language, &entry.at)) }
                        td data-label=(label(1)) { (by(language, entry)) }
                        td data-label=(label(2)) {
                            (named(language, "audit-what", &entry.what)) " " span.hint { (entry.route) }
                            @if let (Some(account), Some(change)) = (&entry.account, &entry.change) {
                                br; (account) ": " (change)
                            } @else if let Some(change) = &entry.change { br; (change) }
                        }
                        td data-label=(label(3)) {
                            @if let Some(worker) = &entry.worker { (text(entry.site.as_deref())) " / " (worker) }
                            @if let Some(case) = &entry.case { br; span.hint { (case) } }
                        }
                        td data-label=(label(4)) { (fields(language, entry)) }
                        td data-label=(label(5)) { (named(language, "audit-outcome", &entry.outcome)) }
                    }
                }
            }
        }
    }
}

fn pager(language: Language, wanted: &Wanted, page: usize, rest: Rest) -> Markup {
    html! {
        nav.pager aria-label=(language.say("audit-pages")) {
            @if page > 1 { a rel="prev" href=(wanted.address(page - 1)) { (language.say("audit-newer")) } " " }
            span { (language.say_with("audit-page", &[("page", page.into())])) }
            @if rest == Rest::More && page < LAST_PAGE { " " a rel="next" href=(wanted.address(page + 1)) { (language.say("audit-older")) } }
        }
    }
}

fn text(given: Option<&str>) -> &str {
    given.unwrap_or("–")
}

fn words(language: Language, at: &str) -> String {
    at.parse().map_or_else(|_| at.to_owned(), |at| language.moment(at, &TimeZone::UTC))
}

/// A moment of the audit. The whole house reads it, so it is told in no worker's zone.
pub(super) fn moment(language: Language, at: &str) -> Markup {
    html! { time datetime=(at) { (words(language, at)) " UTC" } }
}

fn by(language: Language, entry: &Entry) -> String {
    let role = named(language, "role", &entry.role);
    if entry.by == entry.role {
        return role;
    }
    language.say_with("signed-in-as", &[("name", entry.by.as_str().into()), ("role", role.into())])
}

/// The word for a name of the audit; the name itself where there is none.
pub(super) fn named(language: Language, kind: &str, name: &str) -> String {
    let key = format!("{kind}-{name}");
    let said = language.say(&key);
    if said == key { name.to_owned() } else { said }
}

pub(super) fn fields(language: Language, entry: &Entry) -> String {
    entry.fields.iter().map(|field| named(language, "field", field)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn that_older_lines_were_not_looked_through_is_said_and_no_page_leads_there() {
        let (language, wanted) = (Language::English, Wanted::default());
        let of = |rest| {
            let told = told(language, &Found { lines: Vec::new(), rest }).into_string();
            (
                told.contains(&language.say("audit-cut")),
                pager(language, &wanted, 1, rest).into_string().contains("page=2"),
            )
        };
        assert_eq!([of(Rest::None), of(Rest::More), of(Rest::Unread)], [(false, false), (false, true), (true, false)]);
    }
}
