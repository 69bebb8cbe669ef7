//! Parts of a case that the inbox and the page of the case both show.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::super::access::Field;
use super::super::gate::SignedIn;
use super::super::view::{ActionRow, CaseRow, LimitRow};
use super::form;
use crate::domain::alert::Opening;
use crate::domain::{Date, TimeZone, Timestamp};
use crate::texts::Language;

/// The level, by its name and in words: a colour alone would tell some people nothing.
pub(super) fn level(language: Language, level: &str) -> Markup {
    html! { span class=(format!("level level-{level}")) { (level_words(language, level)) } }
}

pub(super) fn level_words(language: Language, level: &str) -> String {
    format!("{level} {}", language.say(&format!("level-{level}")))
}

/// A rule by what it is about, with its id beside it, which leads to the rule in words.
pub(super) fn rule(language: Language, signed_in: &SignedIn, title: &str, rule: &str) -> Markup {
    let leads = signed_in.reader.reach(Field::Rules).is_some();
    html! {
        @if title.is_empty() { (language.say("rule-unknown")) } @else { (title) }
        " "
        small.rule {
            @if leads { a href=(format!("/rules#rule-{rule}")) { (rule) } } @else { (rule) }
        }
    }
}

/// Rules, a line each.
pub(super) fn rules(
    language: Language,
    signed_in: &SignedIn,
    titles: &BTreeMap<String, String>,
    rules: &[String],
) -> Markup {
    let title = |rule: &String| titles.get(rule).map_or("", String::as_str);
    html! {
        ul.plain { @for each in rules { li { (rule(language, signed_in, title(each), each)) } } }
    }
}

/// The worker's date on which a case was opened.
pub(super) fn opened_on(row: &CaseRow) -> Option<Date> {
    let zone = TimeZone::get(&row.time_zone).unwrap_or(TimeZone::UTC);
    row.opened_at.parse::<Timestamp>().ok().map(|at| zone.to_datetime(at).date())
}

/// How the paragraph of the evidence begins: where a case is a crisis that goes on, with the crisis answer.
pub(super) fn opening<'a>(cases: impl IntoIterator<Item = &'a CaseRow>) -> Opening {
    let is_crisis = cases.into_iter().any(|row| row.level == "L4" && row.ended_at.is_none());
    if is_crisis { Opening::Crisis } else { Opening::Evidence }
}

/// What is due next, and how much time is left.
pub(super) fn next(language: Language, limit: Option<&LimitRow>, now: Timestamp) -> Markup {
    html! {
        @match limit {
            Some(limit) => { (limit_words(language, limit)) ": " (time_left(language, limit, now)) }
            None => "–"
        }
    }
}

/// The name of a limit, with its number where there are several.
pub(super) fn limit_words(language: Language, limit: &LimitRow) -> String {
    let step = language.say(&format!("milestone-{}", limit.step));
    limit.number.map_or_else(|| step.clone(), |number| format!("{step} {number}"))
}

/// How much time is left, with the moment for machines.
pub(super) fn time_left(language: Language, limit: &LimitRow, now: Timestamp) -> Markup {
    let words = limit.due.parse().map_or_else(|_| limit.due.clone(), |due| form::left(language, due, now));
    html! { time.due.over[limit.is_over] datetime=(limit.due) { (words) } }
}

/// Who, or that nobody is named.
pub(super) fn person(language: Language, person: Option<&str>) -> Markup {
    html! {
        @match person {
            Some(person) => (person),
            None => span.missing { (language.say("nobody")) }
        }
    }
}

/// An action and how far it is.
pub(super) fn action_words(language: Language, action: &ActionRow) -> String {
    let (kind, step) =
        (language.say(&format!("action-{}", action.kind)), language.say(&format!("step-{}", action.state)));
    format!("{kind}: {step}")
}
