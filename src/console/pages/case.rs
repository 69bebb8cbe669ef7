//! One case: what it rests on, what is being done, what was done, and what its reader can do.

use std::collections::BTreeMap;

use axum::Extension;
use axum::extract::{Form, Path, State};
use axum::response::Redirect;
use maud::{Markup, html};
use serde::Deserialize;

use super::super::Console;
use super::super::access::Field;
use super::super::desk::Desk;
use super::super::gate::{SignedIn, Visitor};
use super::super::problem::Problem;
use super::super::query;
use super::super::view::{CaseRow, CaseView, DeedWord};
use super::layout::Frame;
use super::{answers, break_glass, case_deeds, case_fired, case_parts, case_words, chart, form};
use crate::domain::{TimeZone, Timestamp};
use crate::engine::portrait::Portrait;
use crate::texts::Language;

/// What the page is told of what was just done.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Told {
    done: Option<String>,
}

/// What is shown of a case to one reader.
pub(super) struct Shown<'a> {
    pub(super) console: &'a Console,
    pub(super) signed_in: &'a SignedIn,
    pub(super) language: Language,
    pub(super) case: &'a CaseView,
    pub(super) zone: TimeZone,
    pub(super) now: Timestamp,
    /// What each rule is about, by its id.
    pub(super) titles: BTreeMap<String, String>,
}

impl Shown<'_> {
    /// Whether the reader may see a field of this case.
    pub(super) fn may_see(&self, field: Field) -> bool {
        self.case.row.shows(&self.signed_in.reader, field)
    }

    /// A moment that a view holds, in the worker's zone.
    pub(super) fn moment(&self, at: &str) -> Markup {
        let words = at.parse().map_or_else(|_| at.to_owned(), |at| self.language.moment(at, &self.zone));
        html! { time datetime=(at) { (words) } }
    }
}

pub(in super::super) async fn show(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    Extension(signed_in): Extension<SignedIn>,
    Path(id): Path<String>,
    query::Asked(told): query::Asked<Told>,
) -> Result<Markup, Problem> {
    let desk = Desk { console: &console, signed_in: &signed_in, route: "/cases/{case}" };
    let case = desk.case(&id).await?;
    let zone = TimeZone::get(&case.row.time_zone).unwrap_or(TimeZone::UTC);
    let (language, now) = (visitor.language, console.office().now());
    let titles = console.office().rule_titles(language);
    let shown = Shown { console: &console, signed_in: &signed_in, language, case: &case, zone, now, titles };
    let has_answers = shown.may_see(Field::Answers);
    let drawn = if has_answers || shown.may_see(Field::Evidence) { desk.portrait(&case.row).await? } else { None };
    let portrait = drawn.as_ref().filter(|_| shown.may_see(Field::Evidence));
    let row = &case.row;
    desk.shown(row, &[Field::Case, Field::Evidence, Field::Answers, Field::Notes]).await?;
    look_at(&console, &signed_in, row).await?;
    let title = language.say_with("case-title", &[("worker", row.worker.as_str().into())]);
    let body = html! {
        h1 { (case_parts::level(language, &row.level)) " " (title) }
        @if told.done.is_some() {
            p.done role="status" {
                (language.say_with("done-moved", &[("state", language.say(&format!("state-{}", row.state)).into())]))
            }
        }
        (head(&shown))
        div.columns {
            div {
                (summary(&shown, portrait))
                (actions(&shown))
            }
            div { (limits(&shown)) (case_deeds::all(&shown)) (break_glass::form(&shown)) }
        }
        @if let Some(portrait) = portrait {
            (case_fired::all(&shown, &console.office().fired(portrait, &row.case_id, language)))
            (chart::all(language, portrait, &case_parts::opened_on(row).into_iter().collect::<Vec<_>>()))
        }
        @if let Some(drawn) = drawn.as_ref().filter(|_| has_answers) { (answers::all(language, drawn)) }
        (history(&shown))
    };
    Ok(Frame { console: &console, signed_in: &signed_in, language, title, current: "/cases" }.around(&body))
}

/// Keeps that this version of the case was looked at.
async fn look_at(console: &Console, signed_in: &SignedIn, row: &CaseRow) -> Result<(), Problem> {
    let (looked, who, case, version) =
        (console.looked().clone(), signed_in.reader.id.clone(), row.case_id.clone(), row.version.clone());
    let kept = tokio::task::spawn_blocking(move || looked.look(&who, &case, &version)).await;
    kept.map_err(|_| Problem::Internal)
}

fn head(shown: &Shown<'_>) -> Markup {
    let (language, row) = (shown.language, &shown.case.row);
    let episode = row.episode.to_string();
    let meta = [
        ("unit", form::unit_name(language, &row.unit).into()),
        ("site", row.site.as_str().into()),
        ("episode", episode.into()),
    ];
    html! {
        dl.facts {
            div { dt { (language.say("column-state")) } dd { (language.say(&format!("state-{}", row.state))) } }
            div { dt { (language.say("column-unit")) } dd { (language.say_with("case-meta", &meta)) } }
            div { dt { (language.say("case-opened")) } dd { (shown.moment(&row.opened_at)) } }
            @if let Some(ended_at) = &row.ended_at {
                div { dt { (language.say("case-ended")) } dd { (shown.moment(ended_at)) } }
            }
            div {
                dt { (language.say("case-in-charge")) }
                dd { (case_parts::person(language, row.in_charge.as_deref())) }
            }
            div { dt { (language.say("case-rules")) } dd { (case_parts::rules(language, shown.signed_in, &shown.titles, &row.rules)) } }
            @if shown.may_see(Field::Worker) {
                div {
                    dt { (language.say("column-worker")) }
                    dd {
                        a href=(format!("/workers/{}/{}", row.site, row.worker)) {
                            (language.say_with("case-to-worker", &[("worker", row.worker.as_str().into())]))
                        }
                    }
                }
            }
        }
    }
}

fn summary(shown: &Shown<'_>, portrait: Option<&Portrait>) -> Markup {
    let language = shown.language;
    html! {
        section aria-labelledby="summary" {
            h2 #summary { (language.say("case-summary")) }
            @match portrait {
                Some(portrait) => {
                    p.summary { (language.summary(&portrait.evidence, case_parts::opening([&shown.case.row]))) }
                    p.hint { (language.say("case-summary-note")) }
                }
                None => p { (language.say("case-no-evidence")) }
            }
        }
    }
}

/// The two actions side by side: the organisation's, and the person's.
fn actions(shown: &Shown<'_>) -> Markup {
    let language = shown.language;
    html! {
        section aria-labelledby="actions" {
            h2 #actions { (language.say("case-actions")) }
            div.pair {
                @for (kind, missing) in [("workload_review", "case-no-review"), ("counseling", "case-no-counselling")] {
                    div.card {
                        h3 { (language.say(&format!("action-{kind}"))) }
                        @match shown.case.row.actions.iter().find(|action| action.kind == kind) {
                            Some(action) => dl {
                                dt { (language.say("column-state")) }
                                dd { (language.say(&format!("step-{}", action.state))) }
                                dt { (language.say("case-due")) }
                                dd { (shown.moment(&action.due)) }
                                dt { (language.say("case-assignee")) }
                                dd { (case_parts::person(language, action.assignee.as_deref())) }
                                dt { (language.say("case-method")) }
                                dd { (case_deeds::method_words(shown, action)) }
                            }
                            None => p { (language.say(missing)) }
                        }
                    }
                }
            }
        }
    }
}

fn limits(shown: &Shown<'_>) -> Markup {
    let language = shown.language;
    html! {
        section aria-labelledby="limits" {
            h2 #limits { (language.say("case-limits")) }
            @if shown.case.limits.is_empty() {
                p { (language.say("case-no-limits")) }
            } @else {
                ul.limits {
                    @for limit in &shown.case.limits {
                        li {
                            (case_parts::limit_words(language, limit)) ": "
                            (case_parts::time_left(language, limit, shown.now)) " (" (shown.moment(&limit.due)) ")"
                        }
                    }
                }
            }
        }
    }
}

fn history(shown: &Shown<'_>) -> Markup {
    let language = shown.language;
    let head = |key: &str| html! { th scope="col" { (language.say(key)) } };
    html! {
        section aria-labelledby="history" {
            h2 #history { (language.say("case-history")) }
            table.history {
                thead {
                    tr {
                        (head("case-history-when")) (head("case-history-who")) (head("case-history-what"))
                        (head("case-history-note"))
                    }
                }
                tbody {
                    @for line in &shown.case.history {
                        tr {
                            td { (shown.moment(&line.at)) }
                            td { (case_words::by(language, &line.by)) }
                            td { (case_words::event(shown, &line.event)) }
                            td { @if shown.may_see(Field::Notes) { (line.note.as_deref().unwrap_or_default()) } }
                        }
                    }
                }
            }
        }
    }
}

/// What a form of the page says.
#[derive(Debug, Deserialize)]
pub(in super::super) struct Asked {
    deed: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    person: String,
    #[serde(default)]
    action: String,
    #[serde(default)]
    method: String,
    #[serde(default)]
    version: String,
}

impl Asked {
    /// What is wanted, in the words of the service.
    fn deed(&self) -> Result<DeedWord, Problem> {
        let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let mut parts = self.deed.splitn(3, ':');
        match (parts.next(), parts.next(), parts.next()) {
            (Some("move"), Some(to), None) => Ok(DeedWord::Move { to: Some(to.to_owned()) }),
            (Some("progress"), Some(action), Some(step)) => {
                Ok(DeedWord::Progress { action: action.to_owned(), step: step.to_owned() })
            }
            (Some("assign"), None, None) => {
                Ok(DeedWord::Assign { to: self.person.clone(), action: given(&self.action) })
            }
            (Some("choose"), Some(action), None) => {
                Ok(DeedWord::Choose { action: action.to_owned(), method: self.method.clone() })
            }
            (Some("note"), None, None) => Ok(DeedWord::Remark),
            (Some("follow_up"), None, None) => Ok(DeedWord::FollowUp),
            (Some("request_review"), None, None) => Ok(DeedWord::RequestReview),
            _ => Err(Problem::BadForm),
        }
    }
}

pub(in super::super) async fn act(
    State(console): State<Console>,
    Extension(signed_in): Extension<SignedIn>,
    Path(id): Path<String>,
    Form(asked): Form<Asked>,
) -> Result<Redirect, Problem> {
    let desk = Desk { console: &console, signed_in: &signed_in, route: "/cases/{case}" };
    let case = desk.case(&id).await?;
    let deed = asked.deed()?;
    let version = Some(asked.version.as_str()).filter(|version| !version.is_empty());
    let id = &case.row.case_id;
    desk.act(&case.row, version, Some(asked.note.clone()), deed).await?;
    Ok(Redirect::to(&format!("/cases/{id}?done=1")))
}
