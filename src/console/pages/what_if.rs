//! What another rule would have done: a form for each rule, and what the stored history gives.

use std::time::Duration;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::Redirect;
use maud::{Markup, html};

use super::super::Console;
use super::super::access::Field;
use super::super::access::audit::Entry;
use super::super::gate::{SignedIn, Visitor};
use super::super::problem::Problem;
use super::super::view::{
    CaseEffect, GroupEffect, LevelEffect, RuleChange, RuleForm, RuleNumber, SiteEffect, WhatIfFound, WhatIfView,
    WorkerEffect,
};
use super::layout::{Frame, csrf};
use super::worker;
use crate::texts::Language;

const ROUTE: &str = "/rules/what-if";

/// The page waits so long for the end before it says how far it is.
const WAIT: Duration = Duration::from_secs(2);

/// The levels that a rule can be given.
const LEVELS: [&str; 3] = ["L1", "L2", "L3"];

/// A form for each rule that can be asked about; for nobody who may not ask.
pub(super) fn forms(language: Language, signed_in: &SignedIn, forms: &[RuleForm]) -> Markup {
    if signed_in.reader.reach(Field::WhatIf).is_none() {
        return html! {};
    }
    html! {
        section aria-labelledby="what-if" {
            h2 #what-if { (language.say("what-if-title")) }
            p { (language.say("what-if-meaning")) }
            p { a href=(ROUTE) { (language.say("what-if-last")) } }
            @for form in forms {
                details {
                    summary {
                        strong { (form.rule) } " " span { (form.title) }
                        @if !form.on { " (" (language.say("what-if-is-off")) ")" }
                    }
                    (one(language, signed_in, form))
                }
            }
        }
    }
}

fn one(language: Language, signed_in: &SignedIn, form: &RuleForm) -> Markup {
    let id = |part: &str| format!("{part}-{}", form.rule);
    html! {
        form.stacked method="post" action=(ROUTE) {
            (csrf(signed_in))
            input type="hidden" name="rule" value=(form.rule);
            div.field {
                label {
                    input type="checkbox" name="on" value="yes" checked[form.on] aria-describedby=(id("off"));
                    " " (language.say("what-if-on"))
                }
                p.hint id=(id("off")) { (language.say("what-if-off-hint")) }
            }
            div.field {
                label for=(id("level")) { (language.say("what-if-level")) }
                select id=(id("level")) name="level" {
                    @for level in LEVELS {
                        option value=(level) selected[form.level == level] { (level_words(language, level)) }
                    }
                }
            }
            @for (at, number) in form.numbers.iter().enumerate() { (field(language, &id(&format!("n{at}")), number)) }
            button.first type="submit" { (language.say("what-if-ask")) }
        }
    }
}

fn field(language: Language, id: &str, number: &RuleNumber) -> Markup {
    html! {
        div.field {
            label for=(id) {
                span {
                    (number.words)
                    @if !number.unit.is_empty() { " (" (number.unit) ")" }
                }
                @if let Some(raise) = &number.raise {
                    " – " (language.say_with("what-if-raise", &[("level", raise.as_str().into())]))
                }
            }
            input id=(id) name="number" type="number" step="any" value=(number.value) required;
        }
    }
}

/// The change that a form asks for: its numbers stand in it in their order, all under one name.
fn sent(body: &[u8]) -> Result<RuleChange, Problem> {
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(body).map_err(|_| Problem::BadForm)?;
    let text = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    let numbers = fields.iter().filter(|(name, _)| name == "number").map(|(_, value)| value.trim().parse());
    Ok(RuleChange {
        rule: text("rule").ok_or(Problem::BadForm)?,
        on: text("on").is_some(),
        level: text("level").ok_or(Problem::BadForm)?,
        numbers: numbers.collect::<Result<_, _>>().map_err(|_| Problem::BadForm)?,
    })
}

pub(in super::super) async fn ask(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    Extension(signed_in): Extension<SignedIn>,
    body: Bytes,
) -> Result<Redirect, Problem> {
    console.ask_what_if(&signed_in, sent(&body)?, visitor.language, ROUTE).await?;
    Ok(Redirect::to(ROUTE))
}

pub(in super::super) async fn show(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    Extension(signed_in): Extension<SignedIn>,
) -> Result<Markup, Problem> {
    let language = visitor.language;
    let view = console.what_if(&signed_in, WAIT, ROUTE).await?;
    if view.found.is_none() {
        console.record(vec![Entry::of(&signed_in.reader, "read", ROUTE).with(&[Field::Rules])]).await?;
    }
    let title = language.say("what-if-title");
    let body = html! {
        h1 { (title) }
        p { a href="/rules" { (language.say("what-if-back")) } }
        @if let Some(change) = &view.change { (asked(language, change, &view)) }
        (state(language, &view))
        @if let Some(found) = &view.found { (answer(language, found)) }
    };
    Ok(Frame { console: &console, signed_in: &signed_in, language, title, current: "/rules" }.around(&body))
}

fn asked(language: Language, change: &RuleChange, view: &WhatIfView) -> Markup {
    let side = |key: &str, lines: &[String]| {
        html! {
            div {
                dt { (language.say(key)) }
                dd {
                    @if lines.is_empty() { (language.say("what-if-is-off")) }
                    @for line in lines { p { (line) } }
                }
            }
        }
    };
    html! {
        section aria-labelledby="asked" {
            h2 #asked { (language.say_with("what-if-asked", &[("rule", change.rule.as_str().into())])) }
            dl.facts { (side("what-if-old", &view.words.old)) (side("what-if-new", &view.words.new)) }
        }
    }
}

fn state(language: Language, view: &WhatIfView) -> Markup {
    let counts = [("looked", view.looked.to_string().into()), ("of", view.of.to_string().into())];
    html! {
        @match view.state.as_str() {
            "running" => {
                p #told role="status" { (language.say_with("what-if-running", &counts)) }
                div.buttons { a href=(ROUTE) data-again="yes" { (language.say("what-if-again")) } }
            }
            "failed" => p role="alert" { (language.say("what-if-failed")) },
            "none" => p.empty { (language.say("what-if-none")) },
            _ => p role="status" { (language.say_with("what-if-looked", &[("looked", view.looked.to_string().into())])) },
        }
    }
}

fn answer(language: Language, found: &WhatIfFound) -> Markup {
    let day = |date: &Option<String>| worker::day(language, date.as_deref());
    let days = [("from", day(&found.from).into()), ("to", day(&found.to).into())];
    let least = [("least", found.least_workers.to_string().into())];
    html! {
        @if found.from.is_some() { p { (language.say_with("what-if-days", &days)) } }
        @if found.is_cut { p.demo role="note" { (language.say("what-if-cut")) } }
        details {
            summary { (language.say("what-if-how")) }
            ul {
                li { (language.say("what-if-assumed")) }
                li { (language.say("what-if-left-out")) }
                li { (language.say_with("what-if-least", &least)) }
                li { (language.say("what-if-dash")) }
            }
        }
        @for site in &found.sites { (site_part(language, site)) }
        (workers(language, found))
    }
}

fn site_part(language: Language, site: &SiteEffect) -> Markup {
    let id = format!("site-{}", site.site);
    let rows: Vec<&GroupEffect> = std::iter::once(&site.whole).chain(&site.units).collect();
    let heads = ["column-unit", "units-workers", "what-if-level", "what-if-a-week", "what-if-per-100"];
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (language.say_with("units-site", &[("site", site.site.as_str().into())])) }
            @if site.is_small { p { (language.say("units-small-site")) } }
            div.wide tabindex="0" role="group" aria-labelledby=(id) {
                table.numbers {
                    caption { (language.say("what-if-caption")) }
                    thead { tr { @for key in heads { th scope="col" { (language.say(key)) } } } }
                    tbody { @for row in rows { @for level in &row.levels { (figures(language, row, level)) } } }
                }
            }
        }
    }
}

fn figures(language: Language, row: &GroupEffect, level: &LevelEffect) -> Markup {
    let workers = match row.workers_at_least {
        Some(workers) => language.say_with("units-at-least", &[("workers", workers.to_string().into())]),
        None => language.say("units-few"),
    };
    html! {
        tr {
            th scope="row" { (row.unit.clone().unwrap_or_else(|| language.say("units-whole"))) }
            td { (workers) }
            td { (level_words(language, &level.level)) }
            td { (both(language, level.old_a_week, level.new_a_week, 1)) }
            td { (both(language, level.old_per_100, level.new_per_100, 0)) }
        }
    }
}

/// A figure in force, as it would be, and how much more or less that is.
fn both(language: Language, old: Option<f64>, new: Option<f64>, decimals: u8) -> String {
    let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| language.number(value, decimals));
    let more = old.zip(new).map(|(old, new)| new - old);
    let sign = |more: f64| if more < 0.0 { "−" } else { "+" };
    let more = more.map(|more| format!(" ({}{})", sign(more), language.number(more.abs(), decimals)));
    format!("{} → {}{}", number(old), number(new), more.unwrap_or_default())
}

fn workers(language: Language, found: &WhatIfFound) -> Markup {
    let heads = ["column-worker", "column-unit", "what-if-outcome", "what-if-old", "what-if-new"];
    let label = |place: usize| language.say(heads[place]);
    html! {
        section aria-labelledby="workers" {
            h2 #workers { (language.say("what-if-workers")) }
            @if found.workers.is_empty() { p { (language.say("what-if-nobody")) } } @else {
                table.cases {
                    thead { tr { @for key in heads { th scope="col" { (language.say(key)) } } } }
                    tbody {
                        @for row in &found.workers {
                            tr {
                                th scope="row" data-label=(label(0)) {
                                    a href=(format!("/workers/{}/{}", row.site, row.worker)) { (row.worker) }
                                }
                                td data-label=(label(1)) { (row.unit) ", " (row.site) }
                                td data-label=(label(2)) { (outcome(language, row)) }
                                td data-label=(label(3)) { (case(language, row.old.as_ref())) }
                                td data-label=(label(4)) { (case(language, row.new.as_ref())) }
                            }
                        }
                    }
                }
            }
            @if found.more_workers > 0 {
                p { (language.say_with("what-if-more", &[("count", found.more_workers.to_string().into())])) }
            }
        }
    }
}

/// A level by its name and in a word.
fn level_words(language: Language, level: &str) -> String {
    format!("{level} ({})", language.say(&format!("level-{level}")))
}

fn outcome(language: Language, row: &WorkerEffect) -> String {
    let words = language.say(&format!("what-if-{}", row.outcome));
    if row.may_be_older { format!("{words} ({})", language.say("what-if-older")) } else { words }
}

fn case(language: Language, case: Option<&CaseEffect>) -> Markup {
    html! {
        @match case {
            Some(case) => {
                (worker::day(language, Some(&case.first_day))) ", " (level_words(language, &case.level)) ", "
                (case.rules.join(" "))
            }
            None => "–",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_with_its_numbers_in_their_order() {
        let change = sent(b"csrf=x&rule=R2&on=yes&level=L3&number=48&number=-1.5").unwrap();
        assert_eq!((change.rule.as_str(), change.on, change.level.as_str()), ("R2", true, "L3"));
        assert_eq!(change.numbers, [48.0, -1.5]);
        assert!(!sent(b"rule=R2&level=L2").unwrap().on, "a box that is not ticked is not sent");
        for bad in [&b"rule=R2&level=L2&number=x"[..], b"level=L2", b"rule=R2"] {
            assert!(matches!(sent(bad), Err(Problem::BadForm)));
        }
    }

    #[test]
    fn more_and_fewer_are_told_with_their_sign_and_only_where_both_sides_are() {
        let told = |old, new| both(Language::English, old, new, 1);
        assert_eq!(told(Some(2.0), Some(3.5)), "2.0 → 3.5 (+1.5)");
        assert_eq!(told(Some(2.0), Some(1.5)), "2.0 → 1.5 (−0.5)");
        assert_eq!(told(Some(2.0), None), "2.0 → –");
    }
}
