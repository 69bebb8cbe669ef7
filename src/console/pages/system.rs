//! How the service itself is, and what can be done about what was refused or could not be sent.

use axum::Extension;
use axum::extract::{Form, State};
use axum::response::Redirect;
use maud::{Markup, html};
use serde::Deserialize;

use super::super::Console;
use super::super::access::audit::Entry;
use super::super::access::{Field, Reach};
use super::super::gate::{SignedIn, Visitor};
use super::super::problem::Problem;
use super::super::query::Asked;
use super::super::view::{DeadLetter, QuarantineView, RefusedRow, SystemDeed, SystemView};
use super::layout::{Frame, csrf};
use super::unseen;
use crate::domain::ids::SiteId;
use crate::domain::{TimeZone, Timestamp};
use crate::texts::Language;

const ROUTE: &str = "/system";

/// What the page is told of what was just done.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Told {
    deed: Option<String>,
    done: usize,
    left: usize,
}

/// The deeds that a form can name.
const DEEDS: [&str; 5] = ["retry_refused", "discard_refused", "retry_dead", "discard_dead", "accept_clock"];

struct Shown<'a> {
    signed_in: &'a SignedIn,
    language: Language,
    /// Deliveries and the clock belong to no site, so only who looks after all may touch them.
    is_for_all: bool,
    /// What exactly was wrong with a refused message may name a worker, so it is for whoever may see workers.
    has_details: bool,
}

impl Shown<'_> {
    fn moment(&self, at: &str) -> Markup {
        let words = at.parse::<Timestamp>().map(|at| self.language.moment(at, &TimeZone::UTC));
        html! { time datetime=(at) { (words.unwrap_or_else(|_| at.to_owned())) " UTC" } }
    }
}

pub(in super::super) async fn show(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    Extension(signed_in): Extension<SignedIn>,
    Asked(told): Asked<Told>,
) -> Result<Markup, Problem> {
    let language = visitor.language;
    let mut view = console.office().system().await?;
    let reader = &signed_in.reader;
    let is_for_all = reader.sites.is_empty();
    let may_see = |site: &str| SiteId::parse(site).is_ok_and(|site| reader.may_see(Field::System, &site, &[]));
    view.sources.retain(|row| may_see(&row.site));
    view.quarantine.newest.retain(|row| is_for_all || row.site.as_deref().is_some_and(may_see));
    let has_details = reader.reach(Field::Worker) == Some(Reach::Site);
    let fields = [Some(Field::System), has_details.then_some(Field::Worker)];
    let fields: Vec<Field> = fields.into_iter().flatten().collect();
    console.record(vec![Entry::of(reader, "read", ROUTE).with(&fields)]).await?;
    let shown = Shown { signed_in: &signed_in, language, is_for_all, has_details };
    let title = language.say("nav-system");
    let body = html! {
        h1 { (title) }
        @if let Some(deed) = told.deed.as_deref().filter(|deed| DEEDS.contains(deed)) {
            @let counts = [("done", told.done.into()), ("left", told.left.into())];
            p.done role="status" { (language.say_with(&format!("system-done-{}", deed.replace('_', "-")), &counts)) }
        }
        (state(&shown, &view))
        (unseen::sources(language, &view.sources))
        (quarantine(&shown, &view.quarantine))
        @if is_for_all { (outbox(&shown, &view)) }
    };
    Ok(Frame { console: &console, signed_in: &signed_in, language, title, current: ROUTE }.around(&body))
}

fn state(shown: &Shown<'_>, view: &SystemView) -> Markup {
    let language = shown.language;
    let yes_no = |is: bool| language.say(if is { "system-connected" } else { "system-not-connected" });
    let line = |key: &str, value: String| html! { div { dt { (language.say(key)) } dd { (value) } } };
    #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
    let megabytes = |bytes: u64| format!("{} MB", language.number(bytes as f64 / 1e6, 1));
    html! {
        section aria-labelledby="state" {
            h2 #state { (language.say("system-state")) }
            @if view.reasons.is_empty() {
                p.done { (language.say("system-ready")) }
            } @else {
                p.wrong { (language.say("system-not-ready")) }
                ul { @for (reason, name) in view.reasons.iter().zip(&view.missing) {
                    li { (language.say(&format!("ready-{name}"))) " " span.hint lang="en" { (reason) } }
                } }
            }
            dl.facts {
                (line("system-mqtt", yes_no(view.is_connected)))
                (line("system-reconnects", view.reconnects.to_string()))
                (line("system-lag", view.lag_rows.to_string()))
                (line("system-store", view.store_bytes.map_or_else(|| "–".to_owned(), megabytes)))
                (line("system-version", view.version.clone()))
                (line("system-rules-version", view.rules_version.clone()))
            }
            @if let Some(step) = view.clock_step_s {
                p.wrong { (language.say_with("system-clock", &[("seconds", language.number(step_s(step), 0).into())])) }
                @if shown.is_for_all {
                    form.stacked method="post" action=(ROUTE) {
                        (csrf(shown.signed_in))
                        p.hint #clock-hint { (language.say("system-clock-hint")) }
                        div.buttons {
                            button type="submit" name="deed" value="accept_clock" aria-describedby="clock-hint" {
                                (language.say("system-accept-clock"))
                            }
                        }
                    }
                }
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a step of the clock in seconds is far below 2^53")]
const fn step_s(seconds: i64) -> f64 {
    seconds as f64
}

fn quarantine(shown: &Shown<'_>, view: &QuarantineView) -> Markup {
    let language = shown.language;
    html! {
        section aria-labelledby="quarantine" {
            h2 #quarantine { (language.say("quarantine-title")) }
            p { (language.say_with("quarantine-total", &[("count", view.total.into())])) }
            @if !view.reasons.is_empty() && shown.is_for_all {
                p.hint { (language.say_with("quarantine-counted", &[("count", view.counted.into())])) }
                ul.plain { @for (reason, count) in &view.reasons { li { (count) " × " code { (reason) } } } }
            }
            @if !view.newest.is_empty() {
                form method="post" action=(ROUTE) {
                    (csrf(shown.signed_in))
                    div.wide tabindex="0" role="group" aria-labelledby="quarantine" { (refused(shown, &view.newest)) }
                    @if !shown.has_details { p.hint { (language.say("quarantine-no-detail")) } }
                    @if shown.is_for_all {
                        div.buttons {
                            button type="submit" name="deed" value="retry_refused" { (language.say("system-retry-chosen")) }
                            button type="submit" name="deed" value="discard_refused" { (language.say("system-discard-chosen")) }
                        }
                        p.hint { (language.say("quarantine-hint")) }
                    }
                }
            }
        }
    }
}

fn refused(shown: &Shown<'_>, rows: &[RefusedRow]) -> Markup {
    let language = shown.language;
    html! {
        table {
            caption { (language.say("quarantine-caption")) }
            thead {
                tr {
                    @for key in ["system-choose", "quarantine-when", "sources-name", "quarantine-reason"] {
                        th scope="col" { (language.say(key)) }
                    }
                    @if shown.has_details { th scope="col" { (language.say("quarantine-detail")) } }
                }
            }
            tbody {
                @for row in rows {
                    tr {
                        td { @if shown.is_for_all { (tick(language, &row.id.to_string())) } }
                        td { (shown.moment(&row.received_at)) }
                        td { (row.site.as_deref().unwrap_or("–")) "/" (row.source.as_deref().unwrap_or("–")) }
                        td { code { (row.reason) } }
                        @if shown.has_details { td { (row.detail) } }
                    }
                }
            }
        }
    }
}

fn tick(language: Language, id: &str) -> Markup {
    let label = language.say_with("system-choose-one", &[("id", id.into())]);
    html! { input type="checkbox" name="id" value=(id) aria-label=(label); }
}

fn outbox(shown: &Shown<'_>, view: &SystemView) -> Markup {
    let language = shown.language;
    html! {
        section aria-labelledby="outbox" {
            h2 #outbox { (language.say("outbox-title")) }
            table.numbers {
                thead {
                    tr {
                        @for key in ["outbox-channel", "outbox-pending", "outbox-dead", "outbox-receiver"] {
                            th scope="col" { (language.say(key)) }
                        }
                    }
                }
                tbody {
                    @for row in &view.channels {
                        tr {
                            th scope="row" { (row.channel) }
                            td { (row.pending) }
                            td { (row.dead) }
                            td { (language.say(&format!("receiver-{}", row.receiver))) }
                        }
                    }
                }
            }
            h3 #dead { (language.say("outbox-dead-letters")) }
            @if view.dead.is_empty() {
                p { (language.say("outbox-no-dead")) }
            } @else {
                form method="post" action=(ROUTE) {
                    (csrf(shown.signed_in))
                    div.wide tabindex="0" role="group" aria-labelledby="dead" { (dead(shown, &view.dead)) }
                    label.tick { input type="checkbox" name="crises" value="on"; (language.say("outbox-with-crises")) }
                    div.buttons {
                        button type="submit" name="deed" value="retry_dead" { (language.say("system-retry-chosen")) }
                        button type="submit" name="deed" value="discard_dead" { (language.say("system-discard-chosen")) }
                    }
                }
            }
        }
    }
}

fn dead(shown: &Shown<'_>, rows: &[DeadLetter]) -> Markup {
    let language = shown.language;
    html! {
        table {
            thead {
                tr {
                    @for key in [
                        "system-choose", "outbox-event", "outbox-channel", "outbox-attempts", "outbox-given-up", "outbox-error",
                    ] {
                        th scope="col" { (language.say(key)) }
                    }
                }
            }
            tbody {
                @for row in rows {
                    tr {
                        td { (tick(language, &row.id)) }
                        th scope="row" { (row.id) @if row.is_crisis { " " strong { (language.say("outbox-crisis")) } } }
                        td { (row.channel) }
                        td { (row.attempts) }
                        td { @if let Some(at) = &row.given_up_at { (shown.moment(at)) } }
                        td { (row.error.as_deref().unwrap_or("–")) }
                    }
                }
            }
        }
    }
}

/// What is wanted, by the fields of a form. Nothing is done to all by leaving out what is meant.
fn deed_of(fields: &[(String, String)]) -> Result<SystemDeed, Problem> {
    let value = |name: &str| fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str());
    let ids: Vec<String> = fields.iter().filter(|(name, _)| name == "id").map(|(_, id)| id.clone()).collect();
    let numbers = || ids.iter().map(|id| id.parse()).collect::<Result<Vec<u64>, _>>().map_err(|_| Problem::BadForm);
    let deed = value("deed").ok_or(Problem::BadForm)?;
    if ids.is_empty() && deed != "accept_clock" {
        return Err(Problem::BadForm);
    }
    match deed {
        "retry_refused" => Ok(SystemDeed::RetryRefused(numbers()?)),
        "discard_refused" => Ok(SystemDeed::DiscardRefused(numbers()?)),
        "retry_dead" => Ok(SystemDeed::RetryDead(ids)),
        "discard_dead" => Ok(SystemDeed::DiscardDead { ids, with_crises: value("crises").is_some() }),
        "accept_clock" => Ok(SystemDeed::AcceptClock),
        _ => Err(Problem::BadForm),
    }
}

pub(in super::super) async fn tend(
    State(console): State<Console>,
    Extension(signed_in): Extension<SignedIn>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Redirect, Problem> {
    if !signed_in.reader.sites.is_empty() {
        console.record(vec![Entry::denied(&signed_in.reader, ROUTE, Field::System)]).await?;
        return Err(Problem::Forbidden);
    }
    let deed = deed_of(&fields)?;
    let name = deed.name();
    let entry = Entry::of(&signed_in.reader, "deed", ROUTE).with(&[Field::System]);
    console.record(vec![Entry { reason: Some(told(&deed)), ..entry }]).await?;
    let done = console.office().tend(deed).await?;
    Ok(Redirect::to(&format!("{ROUTE}?deed={name}&done={}&left={}", done.done, done.left)))
}

/// The deed and what it was done to, for the audit.
fn told(deed: &SystemDeed) -> String {
    let named = |ids: &[String]| ids.join(" ");
    let of = match deed {
        SystemDeed::RetryRefused(ids) | SystemDeed::DiscardRefused(ids) => {
            ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        }
        SystemDeed::RetryDead(ids) | SystemDeed::DiscardDead { ids, .. } => named(ids),
        SystemDeed::AcceptClock => String::new(),
    };
    format!("{} {of}", deed.name()).trim_end().to_owned()
}

#[cfg(test)]
#[path = "system_tests.rs"]
mod tests;
