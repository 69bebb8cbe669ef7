//! What each rule of a case rested on when it matched, beside what that is today.

use maud::{Markup, html};

use super::super::view::{FiredRule, FiredView};
use super::case::Shown;
use super::{case_parts, worker};

/// Every moment at which rules matched, oldest first; then the rules of which nothing was kept.
pub(super) fn all(shown: &Shown<'_>, fired: &[FiredView]) -> Markup {
    let language = shown.language;
    let is_kept = |rule: &&String| fired.iter().any(|view| view.rules.iter().any(|kept| kept.rule == **rule));
    let lost: Vec<String> = shown.case.row.rules.iter().filter(|rule| !is_kept(rule)).cloned().collect();
    html! {
        section.fired aria-labelledby="fired" {
            h2 #fired { (language.say("fired-title")) }
            p.hint { (language.say("fired-hint")) }
            @for (number, view) in fired.iter().enumerate() { (one(shown, number, view)) }
            @if !lost.is_empty() {
                p { (language.say("fired-not-kept")) }
                (case_parts::rules(language, shown.signed_in, &shown.titles, &lost))
            }
        }
    }
}

fn one(shown: &Shown<'_>, number: usize, view: &FiredView) -> Markup {
    let language = shown.language;
    let on = worker::day(language, Some(&view.on));
    html! {
        h3 { (language.say_with("fired-on", &[("date", on.as_str().into())])) }
        @if view.is_changed { p.hint { (language.say("fired-changed")) } }
        @for rule in &view.rules { (lines(shown, &format!("fired-{number}-{}", rule.rule), rule, &on)) }
    }
}

fn lines(shown: &Shown<'_>, id: &str, rule: &FiredRule, on: &str) -> Markup {
    let language = shown.language;
    let told = match rule.matches_today {
        Some(true) if rule.is_table => Some(("news", "fired-table")),
        Some(true) => Some(("news", "fired-matches")),
        Some(false) => Some(("gone", "fired-gone")),
        None => rule.is_crisis.then_some(("hint", "fired-crisis")),
    };
    html! {
        h4 id=(id) { (case_parts::rule(language, shown.signed_in, &rule.title, &rule.rule)) }
        @if let Some((class, key)) = told { p { span class=(class) { (language.say(key)) } } }
        @if !rule.lines.is_empty() {
            table.fired aria-labelledby=(id) {
                thead {
                    tr {
                        th scope="col" { (language.say("fired-what")) }
                        th scope="col" { (language.say_with("fired-found", &[("date", on.into())])) }
                        th scope="col" { (language.say("fired-against")) }
                        th scope="col" { (language.say("fired-today")) }
                    }
                }
                tbody {
                    @for line in &rule.lines {
                        tr {
                            th scope="row" data-label=(language.say("fired-what")) { (line.what) }
                            td data-label=(language.say_with("fired-found", &[("date", on.into())])) { (line.found) }
                            td data-label=(language.say("fired-against")) { (line.against) }
                            td data-label=(language.say("fired-today")) {
                                @match &line.today {
                                    Some(today) => (today),
                                    None => span.missing { (language.say("fired-nothing")) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
