//! Whether a worker takes part: their own choice, made on their own page, and told to physicians as a fact.

use axum::extract::State;
use axum::response::Redirect;
use axum::{Extension, Form};
use maud::{Markup, html};
use serde::Deserialize;

use super::super::Console;
use super::super::gate::Oneself;
use super::super::problem::Problem;
use super::super::view::{OwnChoiceView, WorkerView};
use super::{layout, worker_self};
use crate::domain::worker::Withholding;
use crate::domain::{TimeZone, Timestamp};
use crate::texts::Language;

const ROUTE: &str = "/me/taking-part";

/// What a worker chose, as anybody who may see the worker is told.
pub(super) fn fact(language: Language, choice: &OwnChoiceView, zone: &str) -> String {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let since = choice.since.parse().map(|at: Timestamp| language.date(zone.to_datetime(at).date()));
    let since = since.unwrap_or_else(|_| choice.since.clone());
    language.say_with(&format!("own-choice-{}", choice.choice), &[("date", since.into())])
}

/// How it stands, what each choice means, and the buttons.
pub(super) fn section(language: Language, oneself: &Oneself, view: &WorkerView) -> Markup {
    let chosen = view.own_choice.as_ref().map(|choice| choice.choice.as_str());
    let stands = match (&view.own_choice, view.consent) {
        (Some(choice), _) => fact(language, choice, &view.time_zone),
        (None, Some(false)) => language.say("taking-part-refused"),
        (None, Some(true) | None) => language.say("taking-part-yes"),
    };
    html! {
        section aria-labelledby="taking-part" {
            h2 #taking-part { (language.say("taking-part-title")) }
            p role="status" { (stands) }
            p { (language.say("taking-part-free")) }
            @if chosen != Some("paused") { (choice(language, oneself, "pause")) }
            @if chosen != Some("withdrawn") { (choice(language, oneself, "withdraw")) }
            @if chosen.is_some() { (choice(language, oneself, "resume")) }
        }
    }
}

/// One choice: what it means stands above its button.
fn choice(language: Language, oneself: &Oneself, name: &str) -> Markup {
    let meaning = format!("{name}-meaning");
    html! {
        details {
            summary { (language.say(&format!("taking-part-{name}"))) }
            ul id=(meaning) {
                @for line in meanings(name) { li { (language.say(line)) } }
            }
            form.stacked method="post" action=(ROUTE) {
                (layout::csrf_of(&oneself.csrf))
                div.field {
                    label {
                        input type="checkbox" name="understood" value="yes" required aria-describedby=(meaning);
                        " " (language.say("taking-part-understood"))
                    }
                }
                button type="submit" name="choice" value=(name) { (language.say(&format!("taking-part-{name}-do"))) }
            }
        }
    }
}

/// What a choice means, sentence by sentence.
fn meanings(name: &str) -> &'static [&'static str] {
    match name {
        "pause" => &["taking-part-nothing-taken", "taking-part-crisis", "taking-part-stays", "taking-part-pause-ends"],
        "withdraw" => {
            &["taking-part-nothing-taken", "taking-part-crisis", "taking-part-stays", "taking-part-withdraw-ends"]
        }
        _ => &["taking-part-resumes"],
    }
}

/// What is chosen, and that its meaning was read.
#[derive(Debug, Deserialize)]
pub(in super::super) struct Chosen {
    choice: String,
    #[serde(default)]
    understood: String,
}

pub(in super::super) async fn choose(
    State(console): State<Console>,
    Extension(oneself): Extension<Oneself>,
    Form(Chosen { choice, understood }): Form<Chosen>,
) -> Result<Redirect, Problem> {
    let withholding = match choice.as_str() {
        "pause" => Some(Withholding::Paused),
        "withdraw" => Some(Withholding::Withdrawn),
        "resume" => None,
        _ => return Err(Problem::BadForm),
    };
    if understood.is_empty() {
        return Err(Problem::BadForm);
    }
    console.record(vec![worker_self::entry(&oneself, &format!("own_choice_{choice}"), ROUTE)]).await?;
    console.office().choose(oneself.key.clone(), withholding).await?;
    Ok(Redirect::to("/me#taking-part"))
}
