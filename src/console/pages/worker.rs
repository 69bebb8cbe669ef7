//! One worker: all of it over time, the cases, and how far the data can be trusted.

use std::collections::BTreeMap;

use axum::Extension;
use axum::extract::{Path, State};
use maud::{Markup, html};

use super::super::Console;
use super::super::access::Field;
use super::super::access::audit::Entry;
use super::super::gate::{SignedIn, Visitor};
use super::super::office::OfficeError;
use super::super::problem::Problem;
use super::super::view::{COVERAGE_NIGHTS, CaseRow, DataQuality, DeviceSpan, WorkerView};
use super::layout::Frame;
use super::{case_parts, chart, erase, export, form, taking_part, worker_link};
use crate::domain::ids::{SiteId, WorkerId};
use crate::domain::{Date, TimeZone, Timestamp};
use crate::engine::portrait::Portrait;
use crate::texts::Language;

const ROUTE: &str = "/workers/{site}/{worker}";

pub(in super::super) async fn show(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    Extension(signed_in): Extension<SignedIn>,
    Path((site, worker)): Path<(String, String)>,
) -> Result<Markup, Problem> {
    let language = visitor.language;
    let (Ok(site), Ok(worker)) = (SiteId::parse(&site), WorkerId::parse(&worker)) else {
        return Err(Problem::NotFound);
    };
    let may_see = |field| signed_in.reader.may_see(field, &site, &[]);
    if !may_see(Field::Worker) {
        // Whether there is such a worker is not told either.
        let denied = Entry::denied(&signed_in.reader, ROUTE, Field::Worker);
        console.record(vec![denied.about(site.as_str(), worker.as_str(), None)]).await?;
        return Err(Problem::NotFound);
    }
    let mut view = match console.office().worker(site.clone(), worker.clone()).await {
        // Whoever tries names shall be seen.
        Err(OfficeError::Unknown) => {
            let denied = Entry::denied(&signed_in.reader, ROUTE, Field::Worker);
            console.record(vec![denied.about(site.as_str(), worker.as_str(), None)]).await?;
            return Err(Problem::NotFound);
        }
        found => found?,
    };
    view.cases.retain(|row| row.shows(&signed_in.reader, Field::Case));
    let portrait = match may_see(Field::Evidence) {
        true => Some(console.office().portrait(site.clone(), worker.clone()).await?),
        false => None,
    };
    let fields: Vec<Field> = [Field::Worker, Field::Evidence].into_iter().filter(|field| may_see(*field)).collect();
    let cases = (!view.cases.is_empty()).then_some(Field::Case);
    let fields: Vec<Field> = fields.into_iter().chain(cases).collect();
    let entry = Entry::of(&signed_in.reader, "read", ROUTE).about(site.as_str(), worker.as_str(), None);
    console.record(vec![entry.with(&fields)]).await?;
    let title = language.say_with("worker-title", &[("worker", worker.as_str().into())]);
    let opened: Vec<Date> = view.cases.iter().filter_map(case_parts::opened_on).collect();
    let body = html! {
        h1 { (title) }
        (head(language, &view, portrait.as_ref()))
        div.columns {
            div {
                (summary(language, portrait.as_ref(), &view.cases))
                (cases_of(language, &signed_in, &view, &console.office().rule_titles(language)))
            }
            div {
                (quality(language, &view.quality)) (devices(language, &view.devices))
                (worker_link::button(language, &signed_in, &view.site, &view.worker))
                @if portrait.is_some() {
                    (export::links(language, &format!("/workers/{}/{}/export", view.site, view.worker), false))
                }
            }
        }
        (erase::section(language, &signed_in, (&view.site, &view.worker), view.cases.iter().any(|case| case.ended_at.is_none())))
        @if let Some(portrait) = &portrait { (chart::all(language, portrait, &opened)) }
    };
    Ok(Frame { console: &console, signed_in: &signed_in, language, title, current: "" }.around(&body))
}

fn head(language: Language, view: &WorkerView, portrait: Option<&Portrait>) -> Markup {
    let consent = match view.consent {
        Some(true) => "consent-given",
        Some(false) => "consent-refused",
        None => "unknown",
    };
    let place = [("unit", form::unit_name(language, &view.unit).into()), ("site", view.site.as_str().into())];
    html! {
        dl.facts {
            div { dt { (language.say("column-unit")) } dd { (language.say_with("worker-place", &place)) } }
            @if let Some(portrait) = portrait {
                div {
                    dt { (language.say("worker-hrv")) }
                    dd { (language.say(&format!("hrv-{}", portrait.hrv.as_str()))) }
                }
            }
            div {
                dt { (language.say("worker-consent")) }
                dd {
                    (language.say(consent))
                    @if let Some(choice) = &view.own_choice { br; (taking_part::fact(language, choice, &view.time_zone)) }
                }
            }
            div { dt { (language.say("worker-zone")) } dd { (view.time_zone) } }
        }
    }
}

fn summary(language: Language, portrait: Option<&Portrait>, cases: &[CaseRow]) -> Markup {
    html! {
        section aria-labelledby="summary" {
            h2 #summary { (language.say("case-summary")) }
            @match portrait {
                Some(portrait) => {
                    p.summary { (language.summary(&portrait.evidence, case_parts::opening(cases))) }
                    p.hint { (language.say("worker-summary-note")) }
                }
                None => p { (language.say("worker-no-evidence")) }
            }
        }
    }
}

fn cases_of(language: Language, signed_in: &SignedIn, view: &WorkerView, titles: &BTreeMap<String, String>) -> Markup {
    html! {
        section aria-labelledby="cases-of" {
            h2 #cases-of { (language.say("worker-cases")) }
            @if view.cases.is_empty() {
                p { (language.say("worker-no-cases")) }
            } @else {
                ul.rows {
                    @for row in &view.cases { li {
                        (case_line(language, row))
                        (case_parts::rules(language, signed_in, titles, &row.rules))
                    } }
                }
            }
        }
    }
}

fn case_line(language: Language, row: &CaseRow) -> Markup {
    let zone = TimeZone::get(&row.time_zone).unwrap_or(TimeZone::UTC);
    let day = |at: &String| at.parse::<Timestamp>().ok().map(|at| language.date(zone.to_datetime(at).date()));
    let opened = day(&row.opened_at).unwrap_or_default();
    let ended = row.ended_at.as_ref().and_then(day);
    let words = match &ended {
        Some(ended) => {
            language.say_with("worker-case-ended", &[("from", opened.into()), ("to", ended.as_str().into())])
        }
        None => language.say_with("worker-case-open", &[("from", opened.into())]),
    };
    html! {
        (case_parts::level(language, &row.level)) " "
        a href=(format!("/cases/{}", row.case_id)) { (words) }
        " – " (language.say(&format!("state-{}", row.state)))
    }
}

fn quality(language: Language, quality: &DataQuality) -> Markup {
    let of = |nights: u32| {
        language.say_with(
            "quality-nights",
            &[("nights", u64::from(nights).to_string().into()), ("of", COVERAGE_NIGHTS.to_string().into())],
        )
    };
    let number = |value: Option<f64>, decimals| value.map_or_else(|| "–".to_owned(), |v| language.number(v, decimals));
    let percent =
        quality.signal.map_or_else(|| "–".to_owned(), |share| format!("{} %", language.number(100.0 * share, 0)));
    let line = |key: &str, value: String| html! { dt { (language.say(key)) } dd { (value) } };
    html! {
        section aria-labelledby="quality" {
            h2 #quality { (language.say("quality-title")) }
            div.card {
                dl {
                    (line("quality-any", of(quality.nights)))
                    (line("quality-valid", of(quality.valid_nights)))
                    (line("quality-sleep", of(quality.sleep_nights)))
                    (line("quality-signal", percent))
                    (line("quality-windows", number(quality.windows, 0)))
                    (line("quality-last", day(language, quality.last_night.as_deref())))
                    (line("quality-last-valid", day(language, quality.last_valid.as_deref())))
                }
            }
        }
    }
}

fn devices(language: Language, devices: &[DeviceSpan]) -> Markup {
    html! {
        section aria-labelledby="devices" {
            h2 #devices { (language.say("devices-title")) }
            @if devices.is_empty() {
                p { (language.say("devices-none")) }
            } @else {
                table {
                    caption { (language.say("devices-caption")) }
                    thead {
                        tr {
                            @for key in ["devices-name", "devices-first", "devices-last", "devices-nights"] {
                                th scope="col" { (language.say(key)) }
                            }
                        }
                    }
                    tbody {
                        @for span in devices {
                            tr {
                                th scope="row" {
                                    @match &span.device { Some(name) => (name), None => (language.say("devices-unnamed")) }
                                    @if span.is_provider { " (" (language.say("devices-provider")) ")" }
                                }
                                td { (day(language, Some(&span.first))) }
                                td { (day(language, Some(&span.last))) }
                                td { (span.nights) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A date that a view holds.
pub(super) fn day(language: Language, date: Option<&str>) -> String {
    date.and_then(|date| date.parse().ok()).map_or_else(|| "–".to_owned(), |date: Date| language.date(date))
}
