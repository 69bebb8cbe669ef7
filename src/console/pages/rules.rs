//! The rules in force: rules, cut-offs and time limits in words, and the methods of the library.

use std::collections::BTreeMap;

use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};

use super::super::Console;
use super::super::access::Field;
use super::super::access::audit::Entry;
use super::super::gate::{SignedIn, Visitor};
use super::super::problem::Problem;
use super::super::view::{MethodRow, RulesView};
use super::layout::Frame;
use super::what_if;
use crate::texts::Language;

pub(in super::super) async fn show(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    Extension(signed_in): Extension<SignedIn>,
) -> Result<Markup, Problem> {
    let language = visitor.language;
    console.record(vec![Entry::of(&signed_in.reader, "read", "/rules").with(&[Field::Rules])]).await?;
    let RulesView { version, rules, limits, methods, forms, titles, table } = console.office().rules(language);
    // A rule has an arrow to its level; cut-offs have none.
    let (rules, cutoffs): (Vec<String>, Vec<String>) = rules.into_iter().partition(|line| line.contains('→'));
    let title = language.say("nav-rules");
    let body = html! {
        h1 { (title) }
        p.hint { (language.say_with("rules-version", &[("version", version.as_str().into())])) }
        (list("rules-in-words", language, &rules, &titles))
        (list("rules-table", language, &table, &titles))
        (what_if::forms(language, &signed_in, &forms))
        (list("rules-limits", language, &limits, &BTreeMap::new()))
        (list("rules-cutoffs", language, &cutoffs, &BTreeMap::new()))
        (library(language, &methods))
    };
    Ok(Frame { console: &console, signed_in: &signed_in, language, title, current: "/rules" }.around(&body))
}

/// Lines; the first of each rule can be led to.
fn list(key: &str, language: Language, lines: &[String], titles: &BTreeMap<String, String>) -> Markup {
    let rule = |line: &String| line.split(' ').next().filter(|id| titles.contains_key(*id)).map(str::to_owned);
    let anchor = |at: usize| {
        let own = rule(&lines[at])?;
        (at == 0 || rule(&lines[at - 1]).as_ref() != Some(&own)).then(|| format!("rule-{own}"))
    };
    html! {
        section aria-labelledby=(key) {
            h2 id=(key) { (language.say(key)) }
            ul.rows { @for (at, line) in lines.iter().enumerate() { li id=[anchor(at)] { (line) } } }
        }
    }
}

fn library(language: Language, methods: &[MethodRow]) -> Markup {
    html! {
        section aria-labelledby="library" {
            h2 #library { (language.say("rules-library")) }
            @for side in ["workload_review", "counseling"] {
                h3 { (language.say(&format!("action-{side}"))) }
                ul.rows {
                    @for method in methods.iter().filter(|method| method.side == side) {
                        li {
                            strong { (method.name) } " – "
                            (language.say_with("rules-method", &[
                                ("step", method.step.to_string().into()), ("weeks", method.weeks.to_string().into()),
                            ]))
                            br;
                            (method.sentence)
                            br;
                            span.hint { (language.say("rules-for")) " " (method.risks.join(&language.say("summary-comma"))) }
                        }
                    }
                }
            }
        }
    }
}
