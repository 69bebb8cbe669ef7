//! Sites and units: figures of groups, with everything left out that would tell of a few people.

use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};

use super::super::Console;
use super::super::access::Field;
use super::super::access::audit::Entry;
use super::super::gate::{SignedIn, Visitor};
use super::super::problem::Problem;
use super::super::view::{FIGURES, GroupRow, GroupsView, SiteGroups};
use super::layout::Frame;
use super::{form, worker};
use crate::domain::ids::SiteId;
use crate::texts::Language;

pub(in super::super) async fn show(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    Extension(signed_in): Extension<SignedIn>,
) -> Result<Markup, Problem> {
    let language = visitor.language;
    let mut view = console.office().groups().await?;
    let may_see =
        |site: &str| SiteId::parse(site).is_ok_and(|site| signed_in.reader.may_see(Field::Groups, &site, &[]));
    view.sites.retain(|site| may_see(&site.site));
    // Who asked for figures of groups when is kept, too: figures of two days can be held against each other.
    let entry = |site: &SiteGroups| Entry {
        site: Some(site.site.clone()),
        ..Entry::of(&signed_in.reader, "read", "/units").with(&[Field::Groups])
    };
    console.record(view.sites.iter().map(entry).collect()).await?;
    let title = language.say("nav-units");
    let body = html! {
        h1 { (title) }
        p { (language.say_with("units-on", &[("date", worker::day(language, Some(&view.on)).into())])) }
        (explained(language, &view))
        @if view.sites.is_empty() { p.empty { (language.say("units-none")) } }
        @for site in &view.sites { (site_part(&console, language, site, view.period_days)) }
    };
    Ok(Frame { console: &console, signed_in: &signed_in, language, title, current: "/units" }.around(&body))
}

fn explained(language: Language, view: &GroupsView) -> Markup {
    let least = [("least", view.least_workers.to_string().into())];
    html! {
        details {
            summary { (language.say("units-how")) }
            ul {
                li { (language.say_with("units-least", &least)) }
                li { (language.say("units-missing")) }
                li { (language.say("units-rounded")) }
                li { (language.say("units-publish")) }
            }
        }
    }
}

fn site_part(console: &Console, language: Language, site: &SiteGroups, period_days: u32) -> Markup {
    let rows: Vec<&GroupRow> = std::iter::once(&site.whole).chain(&site.units).collect();
    let id = format!("site-{}", site.site);
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (language.say_with("units-site", &[("site", site.site.as_str().into())])) }
            @if site.is_small { p { (language.say("units-small-site")) } }
            @for (at, names) in FIGURES.iter().enumerate() {
                (figures(language, (&site.site, at), names, &rows, period_days))
            }
            (responses(language, &site.site, &rows))
            (matching(console, language, &rows))
        }
    }
}

fn name_of(language: Language, row: &GroupRow) -> String {
    row.unit.as_deref().map_or_else(|| language.say("units-whole"), |unit| form::unit_name(language, unit))
}

/// A table that can be moved sideways on a narrow screen, also by keyboard.
fn wide(id: &str, title: &str, table: &Markup) -> Markup {
    html! {
        h3 id=(id) { (title) }
        div.wide tabindex="0" role="group" aria-labelledby=(id) { (table) }
    }
}

fn figures(
    language: Language,
    (site, at): (&str, usize),
    names: &[&str],
    rows: &[&GroupRow],
    period_days: u32,
) -> Markup {
    let id = format!("figures-{site}-{at}");
    let weeks = [("weeks", (period_days / 7).to_string().into())];
    let title = language.say_with(&format!("units-table-{at}"), &weeks);
    wide(
        &id,
        &title,
        &html! {
            table.numbers {
                thead {
                    tr {
                        th scope="col" { (language.say("column-unit")) }
                        @if at == 0 { th scope="col" { (language.say("units-workers")) } }
                        @for name in names { th scope="col" { (language.say(&format!("figure-{name}"))) } }
                    }
                }
                tbody {
                    @for row in rows {
                        tr {
                            th scope="row" { (name_of(language, row)) }
                            @if at == 0 { td { (workers(language, row)) } }
                            @for name in names { td { (figure(language, name, row.figures.get(*name).copied())) } }
                        }
                    }
                }
            }
        },
    )
}

fn workers(language: Language, row: &GroupRow) -> String {
    match row.workers_at_least {
        Some(workers) => language.say_with("units-at-least", &[("workers", workers.to_string().into())]),
        None => language.say("units-few"),
    }
}

/// A figure as it is rounded for people: shares and rates to whole numbers.
fn figure(language: Language, name: &str, value: Option<f64>) -> String {
    match value {
        None => "–".to_owned(),
        Some(value) if name.ends_with("_share") => format!("{} %", language.number(100.0 * value, 0)),
        Some(value) if name.ends_with("_rate") => language.number(value, 0),
        Some(value) => language.number(value, 2),
    }
}

fn responses(language: Language, site: &str, rows: &[&GroupRow]) -> Markup {
    let id = format!("responses-{site}");
    let steps: Vec<&String> =
        rows.first().map(|row| row.responses.iter().map(|one| &one.step).collect()).unwrap_or_default();
    let hours = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |hours| language.number(hours, 0));
    if steps.is_empty() {
        return html! {};
    }
    wide(
        &id,
        &language.say("units-responses"),
        &html! {
            table.numbers {
                thead {
                    tr {
                        th scope="col" { (language.say("column-unit")) }
                        @for step in &steps { th scope="col" { (language.say(&format!("milestone-{step}"))) } }
                    }
                }
                tbody {
                    @for row in rows {
                        tr {
                            th scope="row" { (name_of(language, row)) }
                            @for one in &row.responses {
                                td {
                                    (hours(one.median_h)) " / " (hours(one.p90_h)) " / "
                                    (figure(language, "within_share", one.within_limit))
                                }
                            }
                        }
                    }
                }
            }
        },
    )
}

fn matching(console: &Console, language: Language, rows: &[&GroupRow]) -> Markup {
    let said = |english: &str| console.office().translated(english, language);
    let joined = |texts: &[String]| texts.iter().map(|text| said(text)).collect::<Vec<_>>().join("; ");
    let is_any = rows.iter().any(|row| !row.matching.is_empty());
    html! {
        h3 { (language.say("units-rules")) }
        @if !is_any { p { (language.say("units-no-rule")) } }
        ul.rows {
            @for row in rows {
                @for rule in &row.matching {
                    li {
                        strong { (name_of(language, row)) ": " (rule.rule) " – " (said(&rule.title)) }
                        br;
                        (language.say("units-for-work")) ": " (joined(&rule.workload_review))
                        br;
                        (language.say("units-to-offer")) ": " (joined(&rule.counseling))
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_not_be_told_is_a_dash_and_shares_are_whole_percent() {
        let of = |name, value| figure(Language::English, name, value);
        assert_eq!(of("persistent_share", None), "–");
        assert_eq!(of("persistent_share", Some(0.126)), "13 %");
        assert_eq!(of("opened_l3_rate", Some(1.6)), "2");
        assert_eq!(of("eri_mean", Some(1.0)), "1.00");
    }
}
